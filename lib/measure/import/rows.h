/* SPDX-License-Identifier: MIT */
/* Reader of the rows of one file of measurements, in any of the forms of form.h. Not installed. */
#ifndef MEASURE_IMPORT_ROWS_H
#define MEASURE_IMPORT_ROWS_H

#include "measure/import/columns.h"

enum { SYNP_CELL_LENGTH = 96 };

typedef struct synp_rows {
    synp_source in;
    synp_look look;
    size_t next; /* line of the look that comes next */
    synp_form form;
    synp_columns columns;
    synp_wishes wishes;
    synp_field *fields; /* [form.width] */
    uint64_t line;      /* 1-based, of the current row */
    char *header;       /* its text, if it may come again */
    double *u, *i;      /* [n_pairs][height]: of several pairs side by side */
    size_t height, room, at;
    size_t texts; /* lines without numbers after the last row; they do not count */
    /* The current row: */
    double value_u, value_i;          /* V, A; NAN: missing */
    uint64_t cell, cycle;             /* 0 if there is no such column */
    uint64_t block;                   /* of EasyEXPERT, of a repeated header, of a pair; counts from 0 */
    char cell_text[SYNP_CELL_LENGTH]; /* the cell, if cells have names */
    char name[SYNP_CELL_LENGTH];      /* in the column of names; empty if there is none */
} synp_rows;

/* path "-" is standard input. path and the texts of *w must outlive r. Returns SYN_OK, SYN_EIO, SYN_EFORMAT, SYN_EINVAL,
 * SYN_ENOMEM; r needs no closing after a failure. */
syn_status synp_rows_open(synp_rows *r, const char *path, const synp_wishes *w, syn_error *err);
void synp_rows_close(synp_rows *r);

/* Reads the next row; *more is false at the end. */
syn_status synp_rows_next(synp_rows *r, bool *more, syn_error *err);

/* Opens a file and finds its form, for tables of other things than sweeps. */
syn_status synp_rows_begin(synp_rows *r, const char *path, syn_error *err);

/* Splits the next row into r->fields. Comments, other lines of EasyEXPERT and repeated headers are passed over. */
syn_status synp_rows_split(synp_rows *r, bool *more, syn_error *err);

/* Fills err (unless NULL) with an error at the current row. */
__attribute__((format(printf, 4, 5))) syn_status synp_rows_fail(const synp_rows *r, const char *field, syn_error *err,
                                                                const char *format, ...);

/* A number of the current row; NAN if it is missing. role: for the message. */
syn_status synp_rows_number(const synp_rows *r, size_t column, synp_role role, double *out, syn_error *err);

/* A whole number of the current row. */
syn_status synp_rows_whole(const synp_rows *r, size_t column, synp_role role, uint64_t *out, syn_error *err);

#endif
