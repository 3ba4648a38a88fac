/* SPDX-License-Identifier: MIT */
/* Measured (or drawn) features of many devices and cycles: the columns cell, cycle, log10_r_hrs, u_set, r_lrs,
 * u_reset of a CSV file, as `synaptogen sample` prints them and `synaptogen extract` finds them. */
#ifndef SYNAPTOGEN_FEATURES_H
#define SYNAPTOGEN_FEATURES_H

#include <stdint.h>
#include <synaptogen/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Devices one after the other; the cycles of a device in their order, those that the file leaves out in between as
 * rows of missing figures. A gap of more than SYN_LONGEST_GAP cycles counts as one of that length: what lies further
 * apart than any lag in use does not matter. */
enum { SYN_LONGEST_GAP = 32 };
typedef struct syn_features {
    size_t devices, rows;
    uint64_t *cell;         /* devices: its number in the file */
    size_t *first;          /* devices + 1: device d has rows first[d] .. first[d+1] - 1 */
    double (*y)[SYN_NFEAT]; /* rows: log10(ohm), V, ohm, V; NAN where missing */
    uint64_t bytes;         /* of the file, uncompressed, and their CRC-32 */
    uint32_t crc;
} syn_features;

/* Reads a CSV file, plain or compressed by gzip; "-" is standard input. Rows may stand in any order and columns too;
 * other columns are passed over. An empty field or nan is a missing figure; several rows of one cycle, other text and
 * infinities are refused with file, line and column. Cycles with a number below skip are left out.
 * Returns SYN_OK, SYN_EIO, SYN_EFORMAT, SYN_ENOMEM; *out is zeroed on failure. */
syn_status syn_features_load(const char *path, uint64_t skip, syn_features *out, syn_error *err);

/* Room for `devices` devices of `rows` rows in all, first[] and y[] to be filled. SYN_OK or SYN_ENOMEM. */
syn_status syn_features_create(size_t devices, size_t rows, syn_features *out);

/* Zeroed is allowed. */
void syn_features_free(syn_features *f);

/* "log10_r_hrs", "u_set", "r_lrs", "u_reset" for 0 .. SYN_NFEAT - 1; static. */
const char *syn_feature_name(int feature);

#ifdef __cplusplus
}
#endif
#endif
