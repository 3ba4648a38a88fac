/* SPDX-License-Identifier: MIT */
/* When a SET counts.
 *
 * SET is a jump: beyond U_S a cell in HRS or IRS becomes LRS at once. If each pass could make the jump and take it
 * back, Newton's method would find no solution on many load lines: with the jump the cell voltage falls below U_S,
 * without it the voltage is beyond U_S again. So the jump is made once per trial, and late:
 *
 *     beyond  moving
 *     no      no      The pass may be the solution.
 *     no      yes     The pass may be the solution, unless a cell is on its RESET transition: its resistance follows
 *                     the voltage, so the voltage must come to rest first.
 *     yes     yes     The cells stay as they are, and the iteration goes on.
 *     yes     no      The voltages have come to rest beyond U_S. The cells are SET for the rest of the trial
 *                     (latched), and the iteration goes on.
 *
 * RESET needs no latch, because the resistance follows the transition curve without a jump. */
#ifndef CODEMODELS_LATCH_H
#define CODEMODELS_LATCH_H

#include "host.h"

/* Whether the voltages of a pass still move: it is the first of its trial, or its largest difference `moved` [V] from
 * the pass before is SYNP_SETTLED or more, or NAN. */
bool host_moves(bool first, double moved);

/* Applies the table above to a pass. beyond: a cell that is not latched is beyond its U_S; switched: a cell has
 * left its accepted state without a latch. Tells the simulator to go on where the pass cannot be the solution.
 * Returns whether the cells beyond U_S are to be latched now. */
bool host_latch_rule(bool moving, bool beyond, bool switched);

#endif
