/* SPDX-License-Identifier: MIT */
/* Which solutions of the circuit the simulator accepts.
 *
 * The simulator calls each code model many times (passes) on the way to a solution (a trial). Then it accepts the
 * trial or drops it: for a smaller time step, or for another try at a point of a sweep. It does not tell which.
 *
 *     INIT --> pass 0 --> pass 1 --> .. --> last pass --+--> accepted: the next trial follows it
 *              ^                                        |
 *              +------------- the next trial -----------+--> dropped: the next trial begins where this one did
 *
 * One instance of a circuit, which each pass calls first, drives the clock: it writes the trial's number into slot 0
 * of a state of the simulator. The simulator moves slot 0 to slot 1 when it accepts a solution, and only then. So slot
 * 1 holds the number of the last accepted trial.
 *
 * A cell or a crossbar keeps an accepted state and a pending one:
 *
 *     pass of trial t               pending = step(accepted, voltage), marked with t
 *     first pass of a later trial   t accepted: accepted = pending; t dropped: pending is forgotten
 *     first pass of an analysis     both are forgotten; accepted = the start
 *
 * Each pass begins at the accepted state again, so neither an iterate nor a dropped trial leaves a trace. Within a
 * trial the passes share one thing: which cells are latched (latch.h). */
#ifndef CODEMODELS_CLOCK_H
#define CODEMODELS_CLOCK_H

#include "groups.h"
#include "host.h"

#include <sys/queue.h>

/* A voltage beyond the fitted range (range.h) at an instance in a pass, which may be no solution. */
typedef struct host_beyond {
    uint64_t pass; /* 0: none */
    const char *name;
    double u, limit; /* V */
} host_beyond;

typedef struct host_clock {
    LIST_ENTRY(host_clock) link;
    CKTcircuit *circuit;
    host_groups *groups;
    size_t users;
    const void *owner; /* the instance that drives it */
    const JOB *job;
    uint64_t analysis; /* counts the analyses of all circuits; 0 before the first pass */
    uint64_t trial;    /* counts the trials of all circuits */
    uint64_t accepted; /* the accepted trial that the present one follows; 0: none */
    uint64_t pass;     /* counts the passes */
    int iterations;    /* that the simulator has counted in transient analyses: it counts them when it leaves one */
    uint64_t resumed;  /* the first trial after the user has stopped and resumed the analysis */
    int soft;          /* accepted points that are still to be followed by steps of order 1 */
    double soft_until; /* s, likewise */
    uint64_t taken;    /* the trial of the last time point that the simulator accepted */
    uint64_t last;     /* the trial that ended the analysis before; 0: it failed, or nothing switched in it */
    bool sweeps;       /* the analysis is a DC sweep */
    bool in_time;      /* the analysis is a transient one; in .noise, .tf and .pz the simulator's own word is stale */
    bool transient;    /* at a transient point */
    bool begins;       /* the pass is the first of an analysis */
    bool looks_back;   /* the pass is the first of a trial: its voltages are those of the last accepted solution */
    bool warned;       /* of a voltage beyond the fitted range, in this analysis */
    host_beyond beyond;
    bool may_switch; /* at a transient point and at a point of a DC sweep; not at an operating point, and not in the
                        * artificial circuits of source and gmin stepping */
} host_clock;

/* Returns the clock of the circuit, for an instance in its INIT call. NULL after host_fail: ngspice 39 would
 * crash. */
host_clock *host_clock_join(const Mif_Private_t *mif_private);
void host_clock_leave(host_clock *clock);

/* To be called first in each call of an instance, the INIT call included. Returns false after host_fail: the accepted
 * states are lost, and the instance must fail in all later calls. */
bool host_clock_tick(host_clock *clock, const Mif_Private_t *mif_private);

/* Whether this trial is a point of a DC sweep that has been solved and accepted, with no pass after it. That is so
 * when results are written, and at the end. The simulator reports accepted transient points to DEVaccept, but not
 * these. */
bool host_clock_settled(const host_clock *clock, uint64_t trial);

/* Returns the trial that ends the present analysis, for a DESTROY call: 0 if the analysis failed, or if nothing can
 * switch in it. An analysis that the user has stopped ends with its last accepted point. */
uint64_t host_clock_end(const host_clock *clock);

/* What the simulator calls after each accepted time point, for each device (DEVaccept). Returns OK. */
int host_clock_accept(CKTcircuit *ckt, GENmodel *models);

/* What the simulator calls before it accepts a time point, for each device (DEVtrunc): shortens the step where the order
 * of switching within it is open, and the first one after a stop. */
int host_clock_shorten(GENmodel *models, CKTcircuit *ckt, double *step);

#endif
