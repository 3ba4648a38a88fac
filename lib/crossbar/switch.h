/* SPDX-License-Identifier: MIT */
/* Cells of an array that switch within a solution; switch.c says how. */
#ifndef CROSSBAR_SWITCH_H
#define CROSSBAR_SWITCH_H

#include "crossbar/lines/kernel.h"

typedef struct synp_switching synp_switching;

/* For the cells of an array that is not read-only. The arguments must exist as long as the result. r: the states in the
 * crossbar, a matrix that this part of the library writes from now on; they must be those of the array. inner: V across
 * the cells without their access devices, or NULL. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_switching_create(const synp_lines *lines, const synp_lines_kernel *kernel, syn_array *array,
                                 double *r, const double *inner, synp_switching **out);
void synp_switching_free(synp_switching *s); /* NULL is allowed */
size_t synp_switching_bytes(const synp_switching *s);

/* Sets the states to those at the voltages of the field. *moved is the largest change of a state since the call before;
 * info->beyond and info->switched are set. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_switching_follow(synp_switching *s, const synp_view *v, double *moved, syn_solution *info);

/* After an evaluation: adds to the slopes of cells that follow their voltage what the change of their states adds, a secant
 * through the last two linearisations. rows: [rows], set to 1 where slopes have changed, else to 0. Cells with access devices
 * stay as they are. */
void synp_switching_slopes(synp_switching *s, const synp_view *v, uint8_t *rows);

/* For synp_switching_latch: all that wait. */
#define SYNP_ALL_CELLS SIZE_MAX

/* Lets the cells go that the last synp_switching_follow found waiting, or one of them: SETs those beyond U_S and keeps
 * them so; those beyond U_R follow from now on. *count is their number. Returns SYN_OK or SYN_ENOMEM (nothing has
 * changed). */
syn_status synp_switching_latch(synp_switching *s, size_t only, size_t *count);

/* Sets whether cells in LRS wait at U_R; at first they do not. */
void synp_switching_hold_resets(synp_switching *s, bool hold);

/* Returns how many cells are SET by synp_switching_latch. */
size_t synp_switching_sets(const synp_switching *s);

/* Calls f for each cell that waits, with its voltage and the threshold that it has met [V]. */
void synp_switching_waiting(const synp_switching *s,
                            void (*f)(void *context, size_t cell, double u, double threshold), void *context);

/* Returns how many cells of the last synp_switching_latch may not have switched if they had been let go one after the
 * other: after all have switched, a cell that is SET is no longer beyond U_S, or a cell that left LRS has lost
 * voltage. */
size_t synp_switching_contested(const synp_switching *s, const synp_view *v);

/* Back to the states of the array. */
void synp_switching_restart(synp_switching *s);
/* The array takes over the states. */
void synp_switching_commit(synp_switching *s);

/* Calls f for each cell whose state differs from that in the array. */
void synp_switching_each(const synp_switching *s, void (*f)(void *context, size_t cell), void *context);

#endif
