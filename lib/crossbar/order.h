/* SPDX-License-Identifier: MIT */
/* In which order the cells of a crossbar switch within a step: for simulators, whose steps are to have no effect on the
 * result. They decide which of the waiting cells goes first. Of a step of the library itself, all cells that wait go
 * together. */
#ifndef CROSSBAR_ORDER_H
#define CROSSBAR_ORDER_H

#include <synaptogen/crossbar.h>

/* Sets whether cells in LRS wait at U_R as others do at U_S; after syn_crossbar_bind they do not. They have to where the
 * RESET of one cell can lower the voltage of another: where no source holds a line firmly. Counted in info->beyond, too. */
void synp_crossbar_hold_resets(syn_crossbar *x, bool hold);

/* Returns how many cells syn_crossbar_latch has SET in this step. */
size_t synp_crossbar_sets(const syn_crossbar *x);

/* Calls f for each cell that waits after syn_crossbar_try, with its voltage and the threshold that it has met [V]. */
void synp_crossbar_waiting(const syn_crossbar *x, void (*f)(void *context, size_t cell, double u, double threshold),
                           void *context);

/* Returns how many cells of the last syn_crossbar_latch may have gone wrongly, now that the try after it has found what
 * all have done to the voltages: their order matters. */
size_t synp_crossbar_contested(const syn_crossbar *x);

/* syn_crossbar_latch of one cell that waits. *count: 1, or 0 if it does not. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_crossbar_let(syn_crossbar *x, size_t cell, size_t *count);

#endif
