/* SPDX-License-Identifier: MIT */
/* Figures for everything that solves circuits with cells or talks to a simulator about them: the crossbar, the code
 * models, the netlists. */
#ifndef CELL_CIRCUIT_H
#define CELL_CIRCUIT_H

/* Smallest slope of a cell [S] that Newton's method gets. The true slope is negative on parts of the LRS curve and
 * along the RESET transition, where the method runs away on a resistive load line. With this positive slope the
 * iteration creeps onto the next stable solution. */
#define SYNP_SLOPE_MIN 1e-7

/* An iterate has settled when no voltage of it has moved by this much [V] since the one before. It is far below the
 * node tolerance of simulators (reltol 1e-3), which would accept a point that is still on its way along the RESET
 * transition. */
#define SYNP_SETTLED 1e-5

/* Most nodes in one A line of ngspice: its table of tokens is fixed and overruns without a message. */
enum { SYNP_MOST_NODES = 240 };

/* Numbers of cells come from a simulator as double; up to this one, 2^53, all integers are exact. */
#define SYNP_LARGEST_INTEGER 9007199254740992.0

#endif
