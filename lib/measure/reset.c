/* SPDX-License-Identifier: MIT */
/* U_R: where the current leaves the LRS branch; the definition is in sweep.h. */
#include "measure/estimate.h"

#include <math.h>

static const double clear = 3;   /* standard errors */
static const double fall = 0.1;  /* of the largest current: a smaller fall is no peak */
static const double bend = 0.15; /* of the largest conductance: a smaller fall is no departure */

static double mean_of(const double *v, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += v[k];
    return sum / (double)n;
}

/* The first maximum of the current that is followed by a clear fall; p->n if there is none. What the current does after it
 * does not count: in HRS it may rise above the peak. */
static size_t find_peak(const synp_path *p, size_t side, double noise)
{
    const size_t width = side / 2 > 1 ? side / 2 : 1;
    double largest = -INFINITY;
    size_t at = p->n;
    for (size_t k = 0; k + width <= p->n; k++) {
        const double i = mean_of(p->i + k, width);
        if (i > largest) {
            largest = i;
            at = k + width / 2;
        } else if (i < (1 - fall) * largest - clear * noise * sqrt(2 / (double)width)) {
            return at;
        }
    }
    return p->n;
}

/* Where the conductance leaves its largest value for good: it falls by `bend`, and there by a fifth of that, or by two standard
 * errors; p->n if it does not. */
static size_t find_departure(const synp_path *p, size_t side, double noise)
{
    double largest = 0;
    size_t at = 0;
    for (size_t k = 0; k + side <= p->n; k++) {
        const synp_path window = synp_path_part(p, k, side);
        const double u = mean_of(window.u, side), g = mean_of(window.i, side) / u,
                     error = noise / (sqrt((double)side) * u);
        if (g + clear * error < (1 - bend) * largest)
            return at + side / 2;
        largest = fmax(largest, g - 2 * error);
        if (g + 2 * error > (1 - 0.2 * bend) * largest)
            at = k;
    }
    return p->n;
}

/* Smallest conductance of `side` points from `first` on. */
static double least_conductance(const synp_path *p, size_t first, size_t side)
{
    double least = INFINITY;
    for (size_t k = first; k < p->n; k++)
        least = fmin(least, synp_path_conductance(p, k, k + side < p->n ? k + side : p->n));
    return least;
}

/* A RESET within one voltage step near `guess`: most of the fall from the conductance before to the smallest one after lies
 * between point *at and the next. */
static bool is_abrupt(const synp_path *p, size_t guess, size_t side, double noise, size_t *at)
{
    const size_t first = guess > side ? guess - side : 0, end = guess + 2 * side < p->n ? guess + 2 * side : p->n;
    double largest = 0;
    for (size_t k = first; k + 1 < end; k++) {
        const double drop = p->i[k] * p->u[k + 1] / p->u[k] - p->i[k + 1];
        if (drop > largest) {
            largest = drop;
            *at = k;
        }
    }
    if (largest == 0)
        return false;
    const double before = synp_path_conductance(p, first, (*at < guess ? *at : guess) + 1),
                 after = least_conductance(p, *at + 1, side), total = (before - after) * p->u[*at + 1];
    return after < (1 - bend) * before && largest > 0.6 * total && total > 2 * clear * noise;
}

synp_estimate synp_find_reset(const synp_path *p, double noise)
{
    const size_t side = synp_path_side(p->n);
    synp_estimate e = {NAN, NAN, SYN_FEW_POINTS};
    if (p->n < 4)
        return e;
    size_t guess = find_peak(p, side, noise), at = 0;
    if (guess == p->n)
        guess = find_departure(p, side, noise);
    if (guess == p->n)
        return (synp_estimate){NAN, NAN, SYN_NO_PEAK};
    if (is_abrupt(p, guess, side, noise, &at)) {
        const double step = synp_path_step(p, at), gap = fmin(fmax(p->u[at + 1] - p->u[at], 0), 2 * step);
        return (synp_estimate){p->u[at] + 0.5 * gap, fmax(gap, step) / sqrt(12), SYN_GOOD};
    }
    e = synp_break_about(p, p->u[guess], noise);
    return e.quality == SYN_GOOD ? e : (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
}
