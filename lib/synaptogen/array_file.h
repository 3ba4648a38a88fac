/* SPDX-License-Identifier: MIT */
/* State files: an array on disk. A loaded array continues exactly as the saved one would have continued.
 *
 * Layout, all numbers little-endian. The header has 84 bytes: the 16 characters "synaptogen-state"; uint32 version, flags (1:
 * read-only); uint64 n, rows, seed, first; uint32 order (11: SYN_LONG), start.history, start.mode; float64 start.resistance [ohm];
 * uint32 checksum of the model's figures at this order; uint32 CRC-32 of all that before.
 *
 * Version 1 is that of full and read-only arrays: float32 r of 16 ceil(n / 16) cells; then, unless read-only, for every 16 cells
 * their features, state and history; at the end the CRC-32 of the whole file before it.
 *
 * Version 2 is that of compact arrays, and can be mapped and read in part. Zeros up to byte 128. Then four sections for n
 * cells: float32 r; float32 u_thr [V], NaN for a stuck cell; uint32 cycles begun; uint8 mode (0 HRS, 1 LRS, 2 IRS). Then for
 * each section the uint32 CRC-32 of each of its pieces of 2^20 cells, and the CRC-32 of the first 128 bytes and of these
 * checksums.
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
    syn_storage storage; /* of the array that was saved; SYN_AUTOMATIC: read-only */
} syn_array_info;

/* How to load. Zero-initialise: 0 is the default of every member. */
typedef struct syn_load {
    const char *kernel; /* these four as in syn_array_options; SYN_AUTOMATIC: as it was saved */
    int threads;
    syn_storage storage;
    size_t expanded_bytes;
    uint64_t first, count; /* the cells of a compact file, from its cell number `first` on; count 0: all of them */
    uint64_t reserved[4];  /* 0, room to grow */
} syn_load;

/* Writes a into a new file in the folder of path, and renames it to path when it is complete on the disk. On failure
 * path is unchanged. A compact array whose cells have begun more than 2^24 cycles is refused: save a full copy. If path is a symbolic link, the file that it points to is replaced; a file that is replaced keeps
 * its rights. A file that may not be written (mode 444) is not replaced. err may be NULL. Returns SYN_OK, SYN_EIO,
 * SYN_EINVAL (too old), SYN_ENOMEM. */
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

/* The same with options; how NULL: zeroed. A part of the cells has the rows of the file if it consists of whole columns, or else is
 * one column. Only the pieces of the file that hold them are read and checked. Another storage than that of the file takes
 * the memory of both meanwhile. Returns also SYN_EINVAL for cells that the file does not have, for a part of a file
 * that is not compact, or for a storage of a read-only array. */
syn_status syn_array_load_with(const syn_model *m, const char *path, const syn_load *how, syn_array **out,
                               syn_error *err);

/* Joins the `count` state files of the parts of an array, in the order of their cells, into one file at path, which is that of
 * the whole array byte for byte. The parts have one seed, start, order and model; each begins with the cell after the last of
 * the one before. All but the last of full or read-only parts have a multiple of 16 cells. rows: of the whole; 0: those of
 * the parts if these have several columns, or else one column. Memory: some megabytes. err (may be NULL) names the part. Returns SYN_OK,
 * SYN_EINVAL (the parts do not fit, or rows do not divide the cells), SYN_EFORMAT, SYN_EIO, SYN_ENOMEM; on failure path is unchanged. */
syn_status syn_array_join(const char *const *paths, size_t count, uint64_t rows, const char *path, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
