/* SPDX-License-Identifier: MIT */
/* The parameters of a crossbar in a .model: one list for the tile and the driven array. */
#ifndef CODEMODELS_CROSSBAR_PARAMETERS_H
#define CODEMODELS_CROSSBAR_PARAMETERS_H

#include "host.h"

#include <synaptogen/crossbar.h>

/* NULL where a .model gives none. They point into the simulator's table of the .model and live as long as that.
 * The names are those of the interface, codemodels/synaptogen/crossbar.ifs; a new one is added there, here, and to
 * the list in crossbar_parameters.c. */
typedef struct host_crossbar_parameters {
    const double *rows, *cols, *r_wl, *r_bl, *r_access, *gmin, *seed, *first, *order, *r_init, *keep, *m;
    const char *lead, *params, *init, *start, *state, *state_out;
    /* of a driven array alone */
    const double *r_left, *r_right, *r_top, *r_bottom;
    const char *rest_open, *rest_ground;
} host_crossbar_parameters;

enum { HOST_CROSSBAR_PARAMETERS = sizeof(host_crossbar_parameters) / sizeof(void *) };

/* Reads the parameters of the instance's .model, and checks each for itself. `own` are those that the model reads itself, NULL
 * after the last. Returns false after host_fail: a value is not allowed, or the interface of the device has a parameter
 * that is in neither list. */
bool host_crossbar_read(const Mif_Private_t *mif_private, const SPICEdev *device, const char *const own[],
                        host_crossbar_parameters *out);

/* Adds what `from` gives, the parameters of an instance called `bank`. givers: for each parameter of `to` the instance that has
 * given it. Returns false after host_fail: `from` gives another value than `to` does. */
bool host_crossbar_merge(host_crossbar_parameters *to, const char *givers[HOST_CROSSBAR_PARAMETERS],
                         const host_crossbar_parameters *from, const char *bank);

/* Reads rows and cols. Returns false after host_fail. */
bool host_crossbar_size(const host_crossbar_parameters *parameters, size_t *rows, size_t *cols);

/* Reads the name of a side, which has `length` characters. Returns false if it is none. */
bool host_crossbar_side(const char *word, size_t length, int *side);

/* Reads the names of sides, such as "left+top". `parameter` is for the message. Returns false after host_fail. */
bool host_crossbar_sides(const char *parameter, const char *text, bool named[SYN_SIDES]);

#endif
