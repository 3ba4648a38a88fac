/* SPDX-License-Identifier: MIT */
/* Many cells at memory speed: the same devices as the single cell of cell.h, in single precision and lane by lane.
 *
 * Cell k of an array of seed s whose first cell is f is the device syn_cell_init(m, s, f + k): same draws, same modes
 * and cycle counts after the same voltages; r agrees within 1e-5. Voltages are float. If a voltage is so near to a
 * threshold that single precision cannot decide (2e-6 V), the cell is computed again in double precision from its
 * draws, unless it has begun more than 2^20 cycles: then the voltage counts as 4e-6 V higher. Results of different kernels differ by at most 1e-5 in r. The number of threads changes nothing.
 *
 * Threads: calls on one array must not overlap. Inside a call OpenMP divides the cells among threads. Signs and units
 * as in cell.h. Source: Hennen et al. 2024, doi:10.1109/TED.2024.3427616. */
#ifndef SYNAPTOGEN_ARRAY_H
#define SYNAPTOGEN_ARRAY_H

#include <stddef.h>
#include <stdint.h>
#include <synaptogen/cell.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syn_array syn_array;

/* What an array keeps of its cells. The results are the same to the last bit. */
typedef enum syn_storage {
    SYN_AUTOMATIC, /* compact if full would take more than 4 GiB */
    SYN_FULL,      /* all of a cell, 72 + 16 order bytes: 232 at order 10, 104 with SYN_LONG */
    SYN_COMPACT /* r, threshold, mode and number of the cycle, 13 bytes; the rest is drawn again when a cell is written */
} syn_storage;

/* How to make an array. Zero-initialise it: 0 is the default of every member. */
typedef struct syn_array_options {
    uint64_t first;     /* number of the first cell */
    syn_start start;    /* of every cell */
    size_t rows;        /* of a matrix, column-major: cell (i, j) is i + rows j; divides n; 0 = n, one column */
    const char *kernel; /* one of syn_array_kernel_name(), NULL: $SYNAPTOGEN_KERNEL if set, else the fastest */
    int threads;    /* upper limit; 0: as many as there are processors (or $OMP_NUM_THREADS); small work uses one */
    bool read_only; /* keep only what a read needs, 4 bytes per cell; nothing can be applied then */
    syn_storage storage;
    size_t expanded_bytes; /* of a compact array: memory for the cells that were written last, in full; 0: 64 MiB */
    uint64_t reserved[7];  /* 0, room to grow */
} syn_array_options;

/* What SYN_AUTOMATIC is for n cells: SYN_FULL or SYN_COMPACT. A part of an array is kept as the whole would be, so that their files
 * can be joined. */
syn_storage syn_storage_for(const syn_model *m, size_t n);

/* The cells that a call works on, and the order of their values in its arrays. Zeroed: all cells. */
typedef struct syn_cells {
    size_t first, count, stride; /* cells first, first + stride, .. (count of them); count 0 = all, stride 0 = 1 */
    const size_t *list;          /* if given: count numbers of cells, all different; first and stride are ignored */
    const uint8_t *mask;         /* if given: a byte per cell of the array, nonzero = chosen; the rest is ignored */
} syn_cells;

/* Name of the k-th kernel that this CPU can run, fastest first, or NULL. Static text. */
const char *syn_array_kernel_name(int k);

/* n >= 1 cells. Memory: see syn_storage; 4 bytes per cell if read-only. The model must outlive the array. options NULL = zeroed, err may be NULL.
 * Returns SYN_OK, SYN_EINVAL (err names the option), SYN_ENOMEM; *out is NULL on failure. */
syn_status syn_array_create(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *options,
                            syn_array **out, syn_error *err);

/* Makes a copy of a, which goes on as a would. err may be NULL. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_array_copy(const syn_array *a, syn_array **out, syn_error *err);

/* Makes a copy of a that is full or compact. A compact array whose cells are old takes long to become full: some 10 ns
 * per cell and cycle. err may be NULL. Returns SYN_OK, SYN_EINVAL (storage, or a is read-only) or SYN_ENOMEM. */
syn_status syn_array_copy_as(const syn_array *a, syn_storage storage, syn_array **out, syn_error *err);

/* Makes a read-only copy of a: only what reads need. err may be NULL. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_array_freeze(const syn_array *a, syn_array **out, syn_error *err);

void syn_array_free(syn_array *a); /* NULL is allowed */

const syn_model *syn_array_model(const syn_array *a);
size_t syn_array_size(const syn_array *a);
size_t syn_array_rows(const syn_array *a);
size_t syn_array_cols(const syn_array *a); /* size / rows */
uint64_t syn_array_seed(const syn_array *a);
uint64_t syn_array_first(const syn_array *a);
const char *syn_array_kernel(const syn_array *a);
size_t syn_array_bytes(const syn_array *a);        /* of memory, in all */
syn_storage syn_array_storage(const syn_array *a); /* SYN_FULL or SYN_COMPACT; SYN_AUTOMATIC: read-only */

/* How many cells are chosen. Returns SYN_OK or SYN_EINVAL (err names what is outside the array). */
syn_status syn_array_chosen(const syn_array *a, const syn_cells *cells, size_t *count, syn_error *err);

/* The calls below take cells NULL for all cells. err (may be NULL) says why a call refused. They return SYN_OK,
 * SYN_EINVAL (a chosen cell does not exist or is chosen twice, or the array is read-only; nothing has changed then) or
 * SYN_ENOMEM. */

/* Applies a train of `count` voltages [V] in turn to each chosen cell: NaN does nothing, +-inf is allowed. A train is
 * faster than as many calls, because the cells stay in the cache. */
syn_status syn_array_apply(syn_array *a, const syn_cells *cells, const float *u, size_t count, syn_error *err);

/* Applies u[j] [V] to the j-th chosen cell. */
syn_status syn_array_apply_each(syn_array *a, const syn_cells *cells, const float *u, syn_error *err);

/* i[j] = current [A] of the j-th chosen cell at u [V], without noise; _each: at u[j]. */
syn_status syn_array_read(const syn_array *a, const syn_cells *cells, float u, float *i, syn_error *err);
syn_status syn_array_read_each(const syn_array *a, const syn_cells *cells, const float *u, float *i, syn_error *err);

/* The same with noise of the bandwidth [Hz] >= 0: read number `index` of each cell, as syn_read draws it. */
syn_status syn_array_read_noisy(const syn_array *a, const syn_cells *cells, float u, double bandwidth, uint64_t index,
                                float *i, syn_error *err);

/* At u[j] with noise, as syn_array_read_noisy. */
syn_status syn_array_read_each_noisy(const syn_array *a, const syn_cells *cells, const float *u, double bandwidth,
                                     uint64_t index, float *i, syn_error *err);

/* g[j] = chord conductance I/U [S] of the j-th chosen cell at u [V]. */
syn_status syn_array_conductance(const syn_array *a, const syn_cells *cells, float u, float *g, syn_error *err);

/* y[j] = feature SYN_LOG10_R_HRS .. SYN_U_RESET of the present cycle of the j-th chosen cell, in the unit of the feature:
 * what its next SET or RESET makes of it, see cell.h. A read-only array has none. */
syn_status syn_array_features(const syn_array *a, const syn_cells *cells, int feature, float *y, syn_error *err);

/* mode[j], n[j], u_thr[j] of the j-th chosen cell, as in syn_state; each may be NULL. A read-only array has none. */
syn_status syn_array_modes(const syn_array *a, const syn_cells *cells, uint8_t *mode, uint32_t *n, float *u_thr,
                           syn_error *err);

/* All states r, contiguous, cell by cell; changed by apply, valid until the array is freed. */
const float *syn_array_states(const syn_array *a);

/* State of cell k; u_thr of a stuck cell is NAN. err may be NULL. Returns SYN_OK, or SYN_EINVAL (no such cell, or the array is read-only and keeps
 * only r). */
syn_status syn_array_state(const syn_array *a, size_t k, syn_state *out, syn_error *err);

/* Sets cell k to one of its own states. s holds the cycle n < 2^32 - 1, the mode and, in IRS, the voltage u_thr of its
 * RESET. s->r must agree within 2e-5 with the draws of the cell. The draws are repeated, which takes time proportional
 * to n. A stuck cell (stuck.h) is refused. err may be NULL. Returns SYN_OK, or SYN_EINVAL with nothing changed. */
syn_status syn_array_set_state(syn_array *a, size_t k, const syn_state *s, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
