/* SPDX-License-Identifier: MIT */
/* An array from the inside, for the files that work on it. */
#ifndef ARRAY_ARRAY_H
#define ARRAY_ARRAY_H

#include "array/kernel.h"
#include "base/base.h"

#include <math.h>
#include <synaptogen/array.h>

struct syn_array {
    const syn_model *model;
    const synp_array_kernel *kernel;
    int isa; /* of the kernel */
    synp_single single;
    syn_start start;
    size_t n, rows, n_blocks, block_bytes;
    int threads;
    float *r;     /* n_blocks * SYNP_LANES states; those from n on belong to no cell */
    char *blocks; /* n_blocks times block_bytes; NULL if read-only */
    float r_passive[2];
    uint8_t
        *active; /* [n_blocks]: 1 if a state of the block is outside r_passive, so that sums over r may not hold */
};

/* An array whose cells are not filled in yet; options are checked but for the kernel and threads. */
syn_status synp_array_make(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_array **out,
                           syn_error *err);

/* The same options checked, with the cells that they name. */
syn_status synp_array_check(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_error *err);

/* Refuses a read-only array. */
syn_status synp_check_writable(const syn_array *a, syn_error *err);

synp_block *synp_block_at(const syn_array *a, size_t block);

/* Sets active[block]. To be called after each change of its states. */
void synp_note_states(syn_array *a, size_t block);

/* Whether no voltage switches the cell of this lane (stuck.h): its thresholds are NAN. */
static inline bool synp_is_stuck(const synp_block *b, size_t lane)
{
    return isnan(b->u_set[lane]);
}

/* Gives a stuck cell the state and the thresholds of its mode and cycle. Returns SYN_OK or SYN_EINVAL. */
syn_status synp_release(syn_array *a, size_t k, syn_error *err);

/* The first cell from number k on whose state is outside r_passive; the number of cells if there is none. */
size_t synp_next_active(const syn_array *a, size_t k);

/* Applies u[lane] to the lanes of mask; a train of voltages, each to all lanes of mask. */
void synp_apply_lanes(syn_array *a, size_t block, uint32_t mask, const synp_floats u);
void synp_apply_block(syn_array *a, size_t block, uint32_t mask, const float *u, size_t count);

/* What synp_apply_lanes would make of the states and modes; nothing changes. room: block_bytes, aligned to 64; r:
 * aligned likewise. */
void synp_try_lanes(const syn_array *a, size_t block, uint32_t mask, const synp_floats u, char *room, synp_floats r,
                    uint32_t mode[SYNP_LANES]);

/* Memory aligned to 64 bytes or, if large, to large pages. */
void *synp_allocate(size_t bytes);

/* The chosen cells, block by block, in an order that threads can share: each block occurs once. */
typedef struct synp_choice {
    const syn_array *array;
    syn_cells cells;
    size_t count;   /* chosen cells */
    size_t parts;   /* blocks that hold chosen cells */
    size_t *starts; /* of a list or mask: parts + 1 positions in order */
    size_t (
        *sorted)[2]; /* of a list or mask: cell and its position in the caller's arrays, in the order of the cells */
} synp_choice;

syn_status synp_choose(const syn_array *a, const syn_cells *cells, synp_choice *choice, syn_error *err);
void synp_choice_free(synp_choice *choice);

/* Part number p < parts: its block, the mask of its chosen lanes, and for each of these the position in the caller's
 * arrays. */
size_t synp_choice_part(const synp_choice *choice, size_t p, uint32_t *mask, size_t position[SYNP_LANES]);

/* Calls work for each chosen cell k and its position in the caller's arrays, one after the other, until it fails. Refuses a
 * read-only array. */
typedef syn_status synp_each_cell(void *context, size_t k, size_t position, syn_error *err);
syn_status synp_for_each_cell(const syn_array *a, const syn_cells *cells, synp_each_cell *work, void *context,
                              syn_error *err);

#endif
