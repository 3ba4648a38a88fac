/* SPDX-License-Identifier: MIT */
/* A crossbar of the library inside a circuit: what the models of a tile and of a driven array share. */
#ifndef CODEMODELS_CROSSBAR_H
#define CODEMODELS_CROSSBAR_H

#include "clock.h"

#include <synaptogen/crossbar.h>

/* The parameters of a .model, NULL where they are not given; they live as long as the simulator's table. */
typedef struct host_crossbar_parameters {
    const double *rows, *cols, *r_wl, *r_bl, *r_access, *gmin, *seed, *first, *order, *r_init;
    const char *lead, *params, *init, *start, *state, *state_out;
    /* of a driven array alone */
    const double *r_left, *r_right, *r_top, *r_bottom;
    const char *rest_open, *rest_ground;
} host_crossbar_parameters;

/* Adds what `from` gives. 0 after host_fail: it gives another value than `to` does. */
int host_crossbar_merge(host_crossbar_parameters *to, const host_crossbar_parameters *from);

typedef struct host_crossbar host_crossbar;

/* For an instance in its INIT call. end[side]: ohm of each line's end as in syn_wires, NULL if all are open; name:
 * which cells it holds if no number of the first is given. NULL after host_fail. */
host_crossbar *host_crossbar_create(const Mif_Private_t *mif_private, const char *name,
                                    const host_crossbar_parameters *parameters, const double *const end[SYN_SIDES]);
/* Saves the states if the last solution was accepted and is not in the file yet. */
void host_crossbar_free(host_crossbar *x);

host_clock *host_crossbar_clock(const host_crossbar *x);
syn_crossbar *host_crossbar_solver(const host_crossbar *x);


/* The sides that a text names, such as "left top"; `parameter` is for the message. 0 after host_fail. */
int host_crossbar_sides(const char *parameter, const char *text, int named[SYN_SIDES]);

/* rows and cols as the parameters give them. 0 after host_fail. */
int host_crossbar_size(const host_crossbar_parameters *parameters, size_t *rows, size_t *cols);

/* One pass: the solution for the sources' voltages v[side], in which cells switch if the clock allows it. Tells the
 * simulator when it has not converged. 1: a new solution, 0: as in the last pass, -1: after host_fail. */
int host_crossbar_pass(host_crossbar *x, const double *const v[SYN_SIDES]);

/* After an accepted time point; saves the states at the last one. Returns OK or, with a message, E_PRIVATE. */
int host_crossbar_accept(host_crossbar *x);

/* The answer to a question for a monitor, by its number in the order of the interfaces. x NULL: it has failed. */
void host_crossbar_answer(host_crossbar *x, int monitor, IFvalue *value);

#endif
