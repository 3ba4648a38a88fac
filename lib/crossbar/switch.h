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

/* SETs the cells that the last synp_switching_follow found beyond U_S, and keeps them so; *count is their number.
 * Returns SYN_OK or SYN_ENOMEM (nothing has changed). */
syn_status synp_switching_latch(synp_switching *s, size_t *count);

/* Back to the states of the array. */
void synp_switching_restart(synp_switching *s);
/* The array takes over the states. */
void synp_switching_commit(synp_switching *s);

/* Calls f for each cell whose state differs from that in the array. */
void synp_switching_each(const synp_switching *s, void (*f)(void *context, size_t cell), void *context);

#endif
