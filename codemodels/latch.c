/* SPDX-License-Identifier: MIT */
#include "latch.h"

#include "cell/circuit.h"

bool host_moves(bool first, double moved)
{
    return first || !(moved < SYNP_SETTLED);
}

bool host_latch_rule(bool moving, bool beyond, bool switched)
{
    if (beyond || (moving && switched))
        cm_analog_not_converged();
    return beyond && !moving;
}
