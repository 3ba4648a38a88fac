/* SPDX-License-Identifier: MIT */
/* Where the cells of a race end if its wave is infinitely slow and one cell switches at a time. It uses the library's
 * functions of one cell, and no code of the simulator or of its plug-in.
 *
 * Between two events the states are fixed, or follow a RESET transition, and the node voltages solve Kirchhoff's
 * equations. An event is the first point of the wave at which a cell is beyond a threshold: bisection finds it. Then
 * this cell alone switches. In a RESET it follows its transition until it is at rest: all others keep their states,
 * and its voltage grows from its threshold to the first point at which the current that the network delivers is not
 * larger than the current that the cell takes. So it ends on the first of several stable solutions. Then the circuit
 * is solved again.
 *
 * A cascade: after an event two or more cells are beyond a threshold at once. Their order takes no time, so no wave is
 * slow enough to tell it. The rule of the plug-in decides (docs/codemodels.md): the cell that meets its threshold at
 * the smallest fraction of the way of its voltage from before the event. */
#ifndef TESTS_SUPPORT_QUASISTATIC_H
#define TESTS_SUPPORT_QUASISTATIC_H

#include "support/race.h"

typedef struct quasistatic_end {
    syn_state state[RACE_CELLS];
    bool cascade; /* there was one */
} quasistatic_end;

/* Computes the end of a race. factor: of the wave; tilt: factors of the thresholds of the cells, or NULL. */
quasistatic_end quasistatic_solve(const syn_model *m, const race *c, double factor, const double *tilt);

/* Whether all modes and cycles are the same. */
bool quasistatic_same(const race *c, const quasistatic_end *a, const quasistatic_end *b);

/* Whether the end is the same for waves and thresholds that differ by the part `tolerance`: the wave, or the thresholds
 * of one cell. Else two events are too close to each other to tell their order, or a peak is too close to a threshold.
 */
bool quasistatic_is_stable(const syn_model *m, const race *c, double tolerance, const quasistatic_end *end);

#endif
