/* SPDX-License-Identifier: MIT */
/* The cells of a crossbar that switch one after the other within a trial.
 *
 * Most cells that switch in the same time step do not change each other's voltage by much: they go together. When the
 * voltages have come to rest again, the crossbar looks whether each would have gone by itself. If not, the trial starts
 * again, and the cells take turns as groups.h says: at the voltages that the ones before leave, those first that meet
 * their thresholds at the smallest fraction of the step. */
#ifndef CODEMODELS_ORDER_H
#define CODEMODELS_ORDER_H

#include "clock.h"

#include "crossbar/order.h"

typedef struct host_order host_order;

/* For n cells. port: a terminal whose voltage the cells change, NULL if there is none. To be called in an INIT call.
 * NULL without memory. */
host_order *host_order_create(const host_clock *clock, size_t n, const Mif_Port_Data_t *port);
void host_order_free(host_order *order); /* NULL is allowed */

/* Whether other cells of the circuit and these change each other's voltages. */
bool host_order_shared(const host_order *order);

/* Whether the cells take turns in the present trial. */
bool host_order_holds(const host_order *order);

/* Starts the trial again, in order. v: V, of the sources at the last accepted solution. The crossbar has no solution
 * afterwards. */
syn_status host_order_begin(host_order *order, syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err);

/* The first part of a pass with a new solution: lets a cell go if it is its turn. Sets *let; then the crossbar has to be
 * solved again. Returns SYN_OK or SYN_ENOMEM. */
syn_status host_order_turn(host_order *order, syn_crossbar *x, bool *let);

/* The second part: the cells that wait say so, and the simulator goes on if the pass cannot be the solution. info: of the
 * solution; moved: V, the largest move of a terminal in this pass; moving: whether it counts (latch.h). */
void host_order_wait(host_order *order, const syn_crossbar *x, const syn_solution *info, double moved, bool moving);

#endif
