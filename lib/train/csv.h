/* SPDX-License-Identifier: MIT */
/* Reader of CSV files with a header, row by row in a fixed amount of memory; plain or compressed by gzip. Not
 * installed. */
#ifndef TRAIN_CSV_H
#define TRAIN_CSV_H

#include <stdint.h>
#include <synaptogen/status.h>

enum { SYNP_CSV_COLUMNS = 8, SYNP_CSV_LINE = 4096 };

typedef struct synp_csv {
    void *file; /* of zlib */
    const char *name;
    const char *const *columns; /* names of those wanted */
    int n_columns;
    int place[SYNP_CSV_COLUMNS];   /* of each in a row */
    char *field[SYNP_CSV_COLUMNS]; /* its text in the present row, without blanks */
    int width;                     /* fields of a row */
    uint64_t line;                 /* 1-based, of the present row */
    uint64_t bytes, size;          /* read so far; of the file as it lies on the disk, 0 if unknown */
    uint32_t crc;                  /* CRC-32 of what was read so far, uncompressed */
    char text[SYNP_CSV_LINE];
} synp_csv;

/* path "-" is standard input. columns (at most SYNP_CSV_COLUMNS, in any order and among others in the file) has to
 * live as long as c, and so has path. Returns SYN_OK, SYN_EIO, SYN_EFORMAT. */
syn_status synp_csv_open(synp_csv *c, const char *path, const char *const *columns, int n_columns, syn_error *err);
void synp_csv_close(synp_csv *c);

/* Moves on to the next row; *more is 0 at the end. Empty lines and those that begin with # are passed over. */
syn_status synp_csv_next(synp_csv *c, int *more, syn_error *err);

/* Wanted column k of the present row. A number that is missing (an empty field, nan, na) is NAN. */
syn_status synp_csv_integer(const synp_csv *c, int k, uint64_t *out, syn_error *err);
syn_status synp_csv_number(const synp_csv *c, int k, double *out, syn_error *err);

/* An error at the present row; column k, or none if negative. */
__attribute__((format(printf, 4, 5))) syn_status synp_csv_fail(const synp_csv *c, int k, syn_error *err,
                                                               const char *format, ...);

/* Share of the file that was read, 0 if its size is unknown. */
double synp_csv_fraction(const synp_csv *c);

#endif
