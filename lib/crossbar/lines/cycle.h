/* SPDX-License-Identifier: MIT */
/* Cycles: corrections that move as little memory as possible. Private to the library.
 *
 * One cycle is one step of Newton's method with the equations of kernel.h solved roughly:
 *   1. du += A^-1 rho_u           all word lines, the bit lines as they are
 *   2. dw += B^-1 (rho_w + G du)  all bit lines, the word lines as they are now
 *   3. both += the coarse correction (coarse.c) for what is left over at the word lines
 * A current that step 2 sends through a cell is what it leaves over at the word line. Patterns that are short compared with
 * the length over which a current leaks from a line, 1 / sqrt(g r) cells, hardly leave anything over: one cycle reduces them
 * by more than a hundred. Longer ones are on the coarse grid. The next evaluation finds what is left in double precision.
 *
 * It goes over the cells twice. The evaluation (evaluate.c) goes along the word lines and eliminates their nodes at once. The
 * way back along the word lines takes the bit lines with it, a strip of them at a time: their cells are still in the caches.
 * Here everything but the drops is in single precision: a correction needs few digits. */
#ifndef CROSSBAR_LINES_CYCLE_H
#define CROSSBAR_LINES_CYCLE_H

#include "crossbar/lines/arena.h"
#include "crossbar/lines/kernel.h"

struct synp_cycle {
    const synp_lines *lines;
    synp_coarse *coarse; /* NULL: without step 3 */
    float relaxation;    /* factor of the corrections of steps 1 and 2 */
    bool holds;          /* t and pivot do, for the ends of the lines and the slopes of the last evaluation */
    float *r[2];         /* ohm, per line, with zeros up to a strip */
    float *pivot;        /* [ld] S, of the node of each word line that was eliminated last */
    float *inverse;      /* [ld] 1/S, of the last pivot of each word line with its end; 0: nothing to be solved for */
    float *flow;         /* [ld], the correction of the word lines on the way back */
    float *t, *f;        /* [ld x cols]: share that passes the segment before a node; eliminated rho_u */
    float *y;            /* [ld x cols] A, rho_w */
    float *restricted;   /* [strips][knots of rows][SYNP_STRIP] A: left over, summed over the hats of the rows */
    float *expanded[2];  /* [ld x knots of columns] V: coarse columns of both layers on all rows */
    float *room;         /* [threads][3][ld x SYNP_STRIP] */
    synp_arena memory;
};

/* One instruction set. */
typedef struct synp_cycle_method {
    /* The way back along the rows from .. to - 1 in a strip; strips come in falling order. Adds to the drops, and to y what
     * the correction sends through the cells. */
    void (*back)(const synp_cycle *c, const synp_view *v, size_t strip, size_t from, size_t to);
    /* Step 2 in a strip; fills its part of `restricted`. part: number of the thread. */
    void (*sweep)(const synp_cycle *c, const synp_view *v, size_t strip, int part);
    /* Adds the expanded coarse correction to the drops of the rows from .. to - 1. */
    void (*prolong)(const synp_cycle *c, const synp_view *v, size_t from, size_t to);
} synp_cycle_method;

/* Does not copy the lines. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_cycle_create(const synp_lines *lines, const synp_lines_kernel *kernel, synp_cycle **out);
void synp_cycle_free(synp_cycle *c); /* NULL is allowed */
size_t synp_cycle_bytes(const synp_cycle *c);
/* Eliminates the nodes of a word line once more: its slopes in g are others than in the evaluation. */
void synp_cycle_eliminate(synp_cycle *c, const double *g, size_t row);
/* The rest of a cycle after an evaluation with v->cycle, with c->relaxation. `steady`: the coarse equations hold, at least
 * roughly.
 * Returns false if the coarse equations have no solution; the drops are then as before. */
bool synp_cycle_finish(synp_cycle *c, const synp_lines_kernel *kernel, const synp_view *v, bool steady);

#endif
