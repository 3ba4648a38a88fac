/* SPDX-License-Identifier: MIT */
/* Products are sums over at_0 + gap r, which is linear in r, so that they need no more than two figures for each column.
 * The chord of a cell is max(0, at_0 + gap r). The two differ in very few cells, those that synp_next_active finds. What
 * these add too much is taken out of the sums. */
#ifndef ARRAY_VMM_H
#define ARRAY_VMM_H

#include "array/array.h"

#include <math.h>

/* at_0 + gap r = I(r, v) / v where that is positive, in S. */
typedef struct chord {
    double at_0, gap;
} chord;

static inline chord chord_of(const syn_model *m, double v)
{
    const synp_pair chords = synp_chords(m, v);
    return (chord){chords[0], chords[1] - chords[0]};
}

/* What cell k adds to the sum over at_0 + gap r [S], but not to the sum of the chords: <= 0. */
static inline double excess_of(const syn_array *a, size_t k, double v)
{
    const chord c = chord_of(a->model, v);
    return fmin(0, c.at_0 + c.gap * (double)a->r[k]);
}

#endif
