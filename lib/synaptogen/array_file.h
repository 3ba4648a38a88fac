/* SPDX-License-Identifier: MIT */
/* State files: an array on disk. A loaded array continues exactly as the saved one would have continued.
 *
 * Layout, version 1, all numbers little-endian: the 16 characters "synaptogen-state"; uint32 version, flags (1:
 * read-only); uint64 n, rows, seed, first; uint32 order (11: SYN_LONG), start.history, start.mode; float64 start.resistance [ohm];
 * uint32 checksum of the model's figures at this order; uint32 CRC-32 of all that before; then float32 r of 16 ceil(n
 * / 16) cells; then, unless read-only, for every 16 cells their features, state and history; at the end the CRC-32 of
 * the whole file before it.
 *
 * Threads: calls may run at the same time unless they write one path or change one array. Source of the checksum: zlib's
 * crc32. */
#ifndef SYNAPTOGEN_ARRAY_FILE_H
#define SYNAPTOGEN_ARRAY_FILE_H

#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a state file says about itself. */
typedef struct syn_array_info {
    uint64_t n, rows, seed, first; /* cells; rows of the matrix; seed; number of the first cell */
    int order;                     /* of the autoregression: 1 .. SYN_MAX_ORDER, or SYN_LONG */
    bool read_only;
    syn_start start;
} syn_array_info;

/* Writes a into a new file in the folder of path, and renames it to path when it is complete on the disk. On failure
 * path is unchanged. If path is a symbolic link, the file that it points to is replaced; a file that is replaced keeps
 * its rights. A file that may not be written (mode 444) is not replaced. err may be NULL. Returns SYN_OK, SYN_EIO,
 * SYN_ENOMEM. */
syn_status syn_array_save(const syn_array *a, const char *path, syn_error *err);

/* Reads the beginning of a state file. Returns SYN_OK, SYN_EIO, or SYN_EFORMAT (not a state file of a known version,
 * or its length is not the one that it says); err (may be NULL) says what was expected and what was found. */
syn_status syn_array_peek(const char *path, syn_array_info *info, syn_error *err);

/* Loads the array of a state file. m must have the figures and the order that the array was made with. kernel and
 * threads as in syn_array_options; 0 for both is fine. Every byte is covered by a checksum. err may be NULL. Returns
 * SYN_OK, SYN_EIO, SYN_EFORMAT (truncated, altered, foreign, or of another model), SYN_EINVAL (kernel), SYN_ENOMEM;
 * *out is NULL on failure. */
syn_status syn_array_load(const syn_model *m, const char *path, const char *kernel, int threads, syn_array **out,
                          syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
