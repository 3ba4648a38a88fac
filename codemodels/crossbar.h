/* SPDX-License-Identifier: MIT */
/* A crossbar of the library inside a circuit: what the models of a tile and of a driven array share. */
#ifndef CODEMODELS_CROSSBAR_H
#define CODEMODELS_CROSSBAR_H

#include "clock.h"
#include "crossbar_parameters.h"

#include <synaptogen/crossbar.h>

typedef struct host_crossbar host_crossbar;

/* Makes a crossbar for an instance in its INIT call. end[side]: the resistances [ohm] of the line ends as in
 * syn_wires, NULL if all are open. name: tells which cells these are if the parameter first is not given. NULL
 * after host_fail. */
host_crossbar *host_crossbar_create(const Mif_Private_t *mif_private, const char *name,
                                    const host_crossbar_parameters *parameters, const double *const end[SYN_SIDES]);

/* To be called after it, in the INIT call: how the crossbar is placed in the circuit. port: a terminal whose voltage the
 * cells change, NULL if sources hold all. The others are as above. Returns false after host_fail. */
bool host_crossbar_place(host_crossbar *x, const host_crossbar_parameters *parameters,
                         const double *const end[SYN_SIDES], const Mif_Port_Data_t *port);

/* Saves the states first if the last solution was accepted and the file does not hold it. */
void host_crossbar_free(host_crossbar *x);

host_clock *host_crossbar_clock(const host_crossbar *x);
syn_crossbar *host_crossbar_solver(const host_crossbar *x);

/* One pass: solves for the sources' voltages v[side] [V]. Cells switch if the clock allows it. Tells the simulator
 * to go on if the pass cannot be the solution. *fresh: there is a new solution, else the last one holds. Returns
 * false after host_fail. */
bool host_crossbar_pass(host_crossbar *x, const double *const v[SYN_SIDES], bool *fresh);

/* Adds the densities [V^2/Hz] of the cells' thermal noise, their shot noise and the thermal noise of all wires, at the
 * temperature of the simulator, to density[0 .. 2]. v[side]: transfers [ohm] from the terminals to the output, as the real
 * or the imaginary parts. Returns false with a message. */
bool host_crossbar_noise(host_crossbar *x, const double *const v[SYN_SIDES], double *density);

/* To be called after each accepted time point; saves the states at the last one. Returns OK, or E_PRIVATE with a
 * message. */
int host_crossbar_accept(host_crossbar *x);

/* Answers for a monitor of the device, by its number in the order of synaptogen/crossbar.ifs: the number of the first
 * cell as text, the others as real numbers; or for one of the cells (cell_monitors.h). x NULL: the instance has failed, and
 * the answer is empty or 0. Returns OK, or E_BADPARM for a cell that the crossbar does not have. */
int host_crossbar_answer(host_crossbar *x, const SPICEdev *device, int monitor, IFvalue *value);

#endif
