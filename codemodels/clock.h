/* SPDX-License-Identifier: MIT */
/* Which solutions of the circuit the simulator accepts.
 *
 * It calls each code model many times (passes) on the way to a solution (a trial), and then accepts the trial or
 * drops it: a smaller time step, another try at a sweep point. A model that remembers keeps what follows from the
 * last pass of a trial as pending, with the trial's number, and takes it over when a later trial finds that number
 * accepted.
 *
 * One instance of a circuit, the one that each pass calls first, writes the number of the trial into slot 0 of a
 * state that the simulator moves to slot 1 when it accepts a solution, and only then; all others look at its clock.
 */
#ifndef CODEMODELS_CLOCK_H
#define CODEMODELS_CLOCK_H

#include "host.h"

typedef struct host_clock {
    struct host_clock *next;
    CKTcircuit *circuit;
    size_t users;
    const void *owner; /* instance that drives it */
    const JOB *job;
    uint64_t analysis; /* counts the analyses of all circuits; 0 before the first pass */
    uint64_t trial;    /* counts the trials of all circuits */
    uint64_t accepted; /* the last accepted trial that the present one follows, 0: none */
    int pass;          /* of the trial, from 0 */
    int may_switch;    /* the solution counts: a transient point or a point of a DC sweep, but not an operating point
                        * and not the artificial circuits of source and gmin stepping */
} host_clock;

/* The clock of the circuit, for an instance in its INIT call. NULL after host_fail: ngspice 39 would crash. */
host_clock *host_clock_join(const Mif_Private_t *mif_private);
void host_clock_leave(host_clock *clock);

/* To be called first in every call of the instance, the INIT call included. 0 after host_fail: what was accepted
 * before is lost, and the instance that failed must fail on. */
int host_clock_tick(host_clock *clock, const Mif_Private_t *mif_private);

/* Whether a point of a DC sweep has been solved and accepted as the trial of this number, and no pass has followed:
 * when results are written, and at the end. Transient points are told to the model's DEVaccept. */
int host_clock_settled(const host_clock *clock, uint64_t trial);

#endif
