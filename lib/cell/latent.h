/* SPDX-License-Identifier: MIT */
/* Where syn_cell.x keeps the latent vectors of cycle n and of those before. Not installed. */
#ifndef CELL_LATENT_H
#define CELL_LATENT_H

#include "model/model.h"

#include <synaptogen/cell.h>

/* x: one more cycle than the autoregression of order p needs, in slot n mod (p + 1); with long memory two, in slot n mod 2. */
static inline size_t synp_slot_of_x(const syn_var *v, uint64_t n)
{
    return (size_t)(n % (v->order == SYN_LONG ? 2 : (uint64_t)v->order + 1));
}

/* h of the form with long memory: the two slots after those of x. */
static inline size_t synp_slot_of_h(uint64_t n)
{
    return (size_t)(2 + n % 2);
}

#endif
