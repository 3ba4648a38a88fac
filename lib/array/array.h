/* SPDX-License-Identifier: MIT */
/* An array from the inside, for the files that work on it. */
#ifndef ARRAY_ARRAY_H
#define ARRAY_ARRAY_H

#include "array/kernel.h"
#include "base/base.h"

#include <math.h>
#include <synaptogen/array.h>

/* What a compact array keeps of each of its cells besides r. NULL in other arrays. */
typedef struct synp_kept {
    float *u_thr;  /* V; NAN: stuck (stuck.h) */
    uint32_t *n;   /* cycles begun */
    uint8_t *mode; /* syn_mode */
} synp_kept;

typedef struct synp_expanded synp_expanded;

struct syn_array {
    const syn_model *model;
    const synp_array_kernel *kernel;
    int isa; /* of the kernel */
    synp_single single;
    syn_start start;
    size_t n, rows, n_blocks, block_bytes;
    int threads;
    float *r;     /* n_blocks * SYNP_LANES states; those from n on belong to no cell */
    char *blocks; /* n_blocks times block_bytes; NULL if compact or read-only */
    synp_kept kept;
    size_t expanded_bytes;   /* as in the options */
    synp_expanded *expanded; /* the blocks of a compact array that were used last */
    float r_passive[2];
    uint8_t
        *active; /* [n_blocks]: 1 if a state of the block is outside r_passive, so that sums over r may not hold */
};

/* An array whose cells are not filled in yet; options are checked but for the kernel and threads. */
syn_status synp_array_make(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_array **out,
                           syn_error *err);

/* The same options checked, with the cells that they name. */
syn_status synp_array_check(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_error *err);

static inline bool synp_is_writable(const syn_array *a)
{
    return a->blocks || a->expanded;
}

/* Refuses a read-only array. */
syn_status synp_check_writable(const syn_array *a, syn_error *err);

/* A block of an array that is not compact. */
static inline synp_block *synp_block_at(const syn_array *a, size_t number)
{
    return (synp_block *)(void *)(a->blocks + number * a->block_bytes);
}

/* A block in the array, expanded, or a copy of one, and its states. Its number says which cells these are. */
typedef struct synp_held {
    size_t number;
    synp_block *block;
    float *r;
} synp_held;

/* A block to read and write, until it is let go. No other thread gets it meanwhile. A thread holds one at a time. */
synp_held synp_hold(const syn_array *a, size_t number);
void synp_let_go(const syn_array *a, const synp_held *v);

/* A block to read, valid until the next call that holds or looks at one. Not while other threads hold blocks. */
const synp_block *synp_look(const syn_array *a, size_t number);

/* Fills a block from the kept numbers of a compact array. */
void synp_expand(const syn_array *a, size_t number, synp_block *b);

/* Takes over the kept numbers of a compact array from a block. */
void synp_keep(const syn_array *a, size_t number, const synp_block *b);

/* Slots for expanded blocks. Returns NULL without memory. */
synp_expanded *synp_expanded_create(size_t slots, size_t block_bytes);
void synp_expanded_free(synp_expanded *e);
size_t synp_expanded_bytes(const synp_expanded *e, size_t block_bytes);

/* Cells as the array starts them. */
void synp_init_cells(const syn_array *a, const synp_held *v);

/* Cells as they are in cycle n[lane], or at the start if that is later. Their mode and u_thr are those of the start. */
void synp_make_cells(const syn_array *a, size_t number, synp_block *b, const uint32_t n[SYNP_LANES]);

/* The reference cell k, at the start of its cycle n. */
void synp_replay(const syn_array *a, size_t k, uint64_t n, syn_cell *c);

/* State of cell k of a writable array; whether it is stuck. */
syn_state synp_state_of(const syn_array *a, size_t k);
bool synp_stuck_at(const syn_array *a, size_t k);

/* Sets active[block]. To be called after each change of its states. */
void synp_note_states(syn_array *a, size_t block);

/* Whether no voltage switches the cell of this lane (stuck.h): its thresholds are NAN. */
static inline bool synp_is_stuck(const synp_block *b, size_t lane)
{
    return isnan(b->u_set[lane]);
}

/* Gives a stuck cell the state and the thresholds of its mode and cycle. Returns SYN_OK, SYN_EINVAL or SYN_ENOMEM. */
syn_status synp_release(syn_array *a, size_t k, syn_error *err);

/* The first cell from number k on whose state is outside r_passive; the number of cells if there is none. */
size_t synp_next_active(const syn_array *a, size_t k);

/* Applies u[lane] to the lanes of mask; a train of voltages, each to all lanes of mask. */
void synp_apply_lanes(syn_array *a, size_t number, uint32_t mask, const synp_floats u);
void synp_apply_block(syn_array *a, size_t number, uint32_t mask, const float *u, size_t count);

/* What synp_apply_lanes would make of the states and modes; nothing changes. room: block_bytes, aligned to 64; r:
 * aligned likewise. */
void synp_try_lanes(const syn_array *a, size_t number, uint32_t mask, const synp_floats u, char *room, synp_floats r,
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
