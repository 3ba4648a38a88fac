/* SPDX-License-Identifier: MIT */
/* Which columns of a table are the voltage, the current, the cycle and the cell. Not installed. */
#ifndef MEASURE_IMPORT_COLUMNS_H
#define MEASURE_IMPORT_COLUMNS_H

#include "measure/import/form.h"

#define SYNP_NO_COLUMN SIZE_MAX
enum { SYNP_CELL_COLUMNS = 4 };

/* A voltage and a current: columns, and the factors from the numbers in the file to V and A. */
typedef struct synp_pair_of_columns {
    size_t u, i;
    double u_factor, i_factor;
} synp_pair_of_columns;

typedef struct synp_columns {
    size_t n_pairs; /* more than one: a sweep each, side by side */
    synp_pair_of_columns *pairs;
    size_t cycle, name;
    size_t cell[SYNP_CELL_COLUMNS], n_cell; /* several: a wafer, a die, ... */
    bool are_names;                         /* the cells have names, or numbers in several columns */
    bool is_abs;                            /* the current is |i| */
    bool is_guess;                          /* there is no header: the larger numbers are the voltage */
} synp_columns;

/* What the user says; each may be NULL or 0. */
typedef struct synp_wishes {
    const char *columns; /* u=V1,i=3,cycle=Loop */
    const char *scale;   /* u=1,i=1e-3 */
    double shunt;        /* ohm: the current is a voltage, divided by this */
} synp_wishes;

/* The parts of "u=V1,i=3": role, and text after the sign. *at moves on, to NULL after the last one.
 * Returns SYN_OK or SYN_EINVAL; option: its name, for the message. */
syn_status synp_next_wish(const char **at, const char *option, synp_role *role, synp_field *value, syn_error *err);

/* Factor of a role in "u=1,i=1e-3", or NAN. Returns SYN_OK or SYN_EINVAL. */
syn_status synp_find_scale(const char *scale, synp_role role, double *out, syn_error *err);

/* The columns in --columns for a role, into list, which has room for the form's width; *n: how many. */
syn_status synp_find_wish(const synp_form *f, const char *columns, synp_role role, size_t *list, size_t *n,
                          syn_error *err);

/* Chooses. Returns SYN_OK, SYN_EINVAL, SYN_EFORMAT, SYN_ENOMEM. *out is to be freed also after a failure. */
syn_status synp_choose_columns(const synp_form *f, const synp_look *look, const synp_wishes *w, synp_columns *out,
                               syn_error *err);
void synp_columns_free(synp_columns *c);

/* Writes the names of the columns for a message: "V1", "I1" (separator: comma). */
void synp_list_columns(const synp_form *f, char *text, size_t size);

/* The cell columns of a row as one text, joined by "/". */
void synp_join_cell(const synp_columns *c, const synp_field *fields, char *text, size_t size);

#endif
