/* SPDX-License-Identifier: MIT */
/* Features of many devices and cycles, measured or drawn: a CSV file with the columns cell, cycle, log10_r_hrs, u_set,
 * r_lrs, u_reset. `synaptogen sample` and `synaptogen extract` write such files.
 *
 * Source of the features: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616.
 * Units: log10(ohm), V, ohm, V. Signs: u_set < 0, u_reset > 0.
 * Threads: any thread; one structure must not be changed by two threads at the same time. */
#ifndef SYNAPTOGEN_FEATURES_H
#define SYNAPTOGEN_FEATURES_H

#include <stdint.h>
#include <synaptogen/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The devices follow each other. The rows of a device are its cycles in rising order. A cycle that the file leaves out
 * between two others is a row of missing figures. A gap of more than SYN_LONGEST_GAP cycles counts as one of that
 * length, because it is longer than any lag in use. */
enum { SYN_LONGEST_GAP = 32 };
typedef struct syn_features {
    size_t devices, rows;
    uint64_t *cell;         /* [devices]: number of the cell in the file */
    size_t *first;          /* [devices + 1]: device d has the rows first[d] .. first[d+1] - 1 */
    double (*y)[SYN_NFEAT]; /* [rows]: log10(ohm), V, ohm, V; NAN where missing */
    uint64_t bytes;         /* length of the file, uncompressed */
    uint32_t crc;           /* CRC-32 of these bytes */
} syn_features;

/* Reads a CSV file, plain or compressed by gzip. path "-" is standard input. Rows and columns may be in any order.
 * Other columns are ignored. An empty field, nan or na is a missing figure. Columns of features may be missing, but not
 * all four: each figure of such a feature is missing. Cycles with a number below skip are left
 * out. Two rows of one cycle, other text and infinities are refused with file, line and column.
 * err may be NULL. Returns SYN_OK, SYN_EIO, SYN_EFORMAT, SYN_ENOMEM; *out is zeroed on failure. */
syn_status syn_features_load(const char *path, uint64_t skip, syn_features *out, syn_error *err);

/* Allocates `devices` devices with `rows` rows in all. The caller fills in cell[], first[] and y[].
 * err may be NULL. Returns SYN_OK or SYN_ENOMEM; *out is zeroed on failure. */
syn_status syn_features_create(size_t devices, size_t rows, syn_features *out, syn_error *err);

/* Frees the arrays and zeroes *f. A zeroed structure is allowed. */
void syn_features_free(syn_features *f);

#ifdef __cplusplus
}
#endif
#endif
