/* SPDX-License-Identifier: MIT */
/* Numbers in the fields of a line, with a decimal point or comma. Not installed. */
#ifndef MEASURE_IMPORT_NUMBER_H
#define MEASURE_IMPORT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a line, not terminated. */
typedef struct synp_field {
    const char *at;
    size_t n;
} synp_field;

/* The field without blanks at both ends. */
synp_field synp_trim(const char *at, size_t n);

/* Whether the field is nothing but one finite decimal number, such as -1.5e-3; *out is the nearest double.
 * decimal: '.' or ','. The exponent may begin with e, E, d or D, the number with the minus sign of Unicode. */
bool synp_read_number(synp_field f, char decimal, double *out);

/* Whether the field is nothing but a whole number from 0 to 2^64 - 1; zeros may follow a decimal mark: 3.00. */
bool synp_read_whole(synp_field f, char decimal, uint64_t *out);

/* Whether the field stands for a figure that was not measured: it is empty, or nan, na, n/a, null, --, ... */
bool synp_is_missing(synp_field f);

/* Instruments after SCPI (IEEE 488.2 and SCPI-99, Syntax and Style, 7.2.1) write 9.9E37 for infinity and 9.91E37 for
 * "not a number". No current or voltage is as large. */
#define SYNP_OVERFLOW 9.9e37

#endif
