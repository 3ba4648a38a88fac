/* SPDX-License-Identifier: MIT */
/* What the name of a column says: the quantity and its unit. Not installed. */
#ifndef MEASURE_IMPORT_NAMES_H
#define MEASURE_IMPORT_NAMES_H

#include "measure/import/number.h"

typedef enum synp_role {
    SYNP_NO_ROLE,
    SYNP_U,
    SYNP_I,
    SYNP_ABS_I, /* |i| */
    SYNP_CYCLE,
    SYNP_CELL,
    SYNP_NAME,    /* of the cell, beside its number */
    SYNP_ORDINAL, /* time, number of a point: known, but of no use */
    SYNP_LOG_R_HRS,
    SYNP_U_SET,
    SYNP_R_LRS,
    SYNP_U_RESET, /* these four: the features, in their order */
    SYNP_R_HRS,
    SYNP_LOG_R_LRS,
    SYNP_ROLES
} synp_role;

enum { SYNP_NAME_LENGTH = 64 };

typedef struct synp_name {
    char full[SYNP_NAME_LENGTH]; /* as in the file, in UTF-8, cut if it is longer */
    char base[SYNP_NAME_LENGTH]; /* without unit and numbers in brackets */
    synp_role role;
    int rank; /* how surely the name has this role: 3 it is the project's own name, 2 a synonym, 1 contains one */
    char quantity;    /* of the unit: V, A, O (ohm), S, s; 0: no unit; ?: an unknown one */
    double factor;    /* value in the file to SI unit */
    bool is_numbered; /* the name ends with a number in brackets */
} synp_name;

/* Reads a field of the header; unit: of a row of units, or empty. */
synp_name synp_read_name(synp_field f, synp_field unit);

/* Reads a unit such as mA, (uA), [V]. *factor is 1, 1e-3, ... Returns V, A, O, S, s, or 0 for another text. */
char synp_read_unit(synp_field f, double *factor);

/* Role of one of the words in --columns and --scale: u, i, cycle, cell, r_hrs, ...; SYNP_NO_ROLE for another text. */
synp_role synp_role_of(synp_field word);

/* The word of a role. */
const char *synp_role_word(synp_role role);

/* Whether two names are the same but for case, blanks and signs. */
bool synp_is_same_name(const char *a, const char *b);

#endif
