/* SPDX-License-Identifier: MIT */
/* Reader of CSV files with a header, plain or compressed by gzip, row by row in a fixed amount of memory. Not installed. */
#ifndef MEASURE_IMPORT_CSV_H
#define MEASURE_IMPORT_CSV_H

#include "measure/import/number.h"
#include "measure/import/source.h"

enum { SYNP_CSV_COLUMNS = 8, SYNP_CSV_LINE = 4096 };

typedef struct synp_csv {
    synp_source in;
    const char *const *columns; /* names of the wanted columns */
    int n_columns;
    int index[SYNP_CSV_COLUMNS];        /* of each wanted column in a row; -1: the file does not have it */
    synp_field field[SYNP_CSV_COLUMNS]; /* its text in the current row; empty for a column that is not there */
    int width;                          /* fields of a row */
} synp_csv;

/* path "-" is standard input. columns: at most SYNP_CSV_COLUMNS names. The file has them in any order and may have
 * others. It may lack the first n_optional of them, but not all of these. columns and path must outlive c.
 * Returns SYN_OK, SYN_EIO, SYN_EFORMAT. */
syn_status synp_csv_open(synp_csv *c, const char *path, const char *const *columns, int n_columns, int n_optional,
                         syn_error *err);
void synp_csv_close(synp_csv *c);

/* Reads the next row; *more is false at the end. Empty lines and those that begin with # are skipped. */
syn_status synp_csv_next(synp_csv *c, bool *more, syn_error *err);

/* Wanted column k of the current row. A number that is missing (an empty field, nan, na) is NAN. */
syn_status synp_csv_integer(const synp_csv *c, int k, uint64_t *out, syn_error *err);
syn_status synp_csv_number(const synp_csv *c, int k, double *out, syn_error *err);

/* Fills err (unless NULL) with an error at the current row in column k, or in no column if k < 0. */
__attribute__((format(printf, 4, 5))) syn_status synp_csv_fail(const synp_csv *c, int k, syn_error *err,
                                                               const char *format, ...);

#endif
