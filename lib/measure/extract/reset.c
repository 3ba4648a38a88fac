/* SPDX-License-Identifier: MIT */
/* U_R: where the current leaves the LRS branch; the definition is in sweep.h. */
#include "measure/extract/estimate.h"

#include <math.h>

static const double clear = 3;        /* standard errors */
static const double least_signal = 8; /* times the noise: a smaller current at the break shows nothing */
static const double fall = 0.1;       /* of the largest current: a smaller fall is no peak */
static const double departure = 0.15; /* of the largest conductance: a smaller fall is no departure */

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

/* Where the conductance leaves its largest value for good: it falls by `departure`, and there by a fifth of that, or by two standard
 * errors; p->n if it does not. */
static size_t find_departure(const synp_path *p, size_t side, double noise)
{
    double largest = 0;
    size_t at = 0;
    for (size_t k = 0; k + side <= p->n; k++) {
        const synp_path window = synp_path_part(p, k, side);
        const double u = mean_of(window.u, side), g = mean_of(window.i, side) / u,
                     error = noise / (sqrt((double)side) * u);
        if (g + 3 * error < (1 - departure) * largest)
            return at + side / 2;
        largest = fmax(largest, g - 4 * error);
        if (g + 2 * error > (1 - 0.2 * departure) * largest)
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

/* A RESET within three voltage steps near `guess`: most of the fall from the conductance before to the smallest one after lies
 * in them. *at: the point before the largest fall in one step; *is_single: that step is the RESET. */
static bool is_abrupt(const synp_path *p, size_t guess, size_t side, double noise, size_t *at, bool *is_single)
{
    enum { STEPS = 3 };
    const size_t first = guess > side ? guess - side : 0, end = guess + 2 * side < p->n ? guess + 2 * side : p->n;
    double largest = 0, most = 0;
    for (size_t k = first; k + 1 < end; k++) {
        const size_t last = k + STEPS < p->n ? k + STEPS : p->n - 1;
        const double drop = p->i[k] * p->u[k + 1] / p->u[k] - p->i[k + 1];
        most = fmax(most, p->i[k] - p->i[last] * p->u[k] / p->u[last]);
        if (drop > largest) {
            largest = drop;
            *at = k;
        }
    }
    if (largest == 0)
        return false;
    const double before = synp_path_conductance(p, first, (*at < guess ? *at : guess) + 1),
                 after = least_conductance(p, *at + 1, side), total = (before - after) * p->u[*at];
    *is_single = largest > 0.8 * total;
    return after < (1 - departure) * before && most > 0.8 * total && total > 2 * clear * noise;
}

/* Whether the conductance below the break b is that of the LRS all the way up: from 0.3 b to 0.65 b not higher than from there
 * to b. If it is, the RESET began earlier. A RESET that begins slowly needs a strict test; *shown tells whether noise allows
 * it. */
static bool is_steady_below(const synp_path *p, double b, double noise, bool is_slow, bool *shown)
{
    double u[2] = {0}, i[2] = {0}, n[2] = {0};
    for (size_t k = 0; k < p->n; k++)
        if (p->u[k] > 0.3 * b && p->u[k] < b) {
            const int upper = p->u[k] > 0.65 * b;
            u[upper] += p->u[k];
            i[upper] += p->i[k];
            n[upper]++;
        }
    if (n[0] < 1 || n[1] < 1)
        return true;
    const double low = i[0] / u[0], high = i[1] / u[1], most = is_slow ? 0.01 : 0.04,
                 error = noise * hypot(sqrt(n[0]) / u[0], sqrt(n[1]) / u[1]);
    *shown = 2 * error < (is_slow ? most : 0.15) * high;
    return low - high < most * high + 2 * error;
}

/* The path up to where the conductance has gone four fifths of its way to the smallest one. From there on it bends back. */
static synp_path falling_part(const synp_path *p, size_t guess, size_t side)
{
    const size_t first = guess > side ? guess - side : 0;
    const double before = synp_path_conductance(p, first, guess + 1),
                 limit = before - 0.8 * (before - least_conductance(p, guess, side));
    size_t end = guess + 1;
    while (end < p->n && p->i[end] > limit * p->u[end])
        end++;
    return synp_path_part(p, 0, end < guess + 4 ? guess + 4 : end);
}

/* Whether the current just below the break b follows from that at lower voltages: ln(i/u) goes on as a line, or above it, as that
 * of a steep LRS does. If it lies clearly below, the RESET began earlier. True if too few points are clear of the noise. */
static bool follows_from_below(const synp_path *p, double b, double noise)
{
    enum { MOST = 64, FEWEST = 3 };
    double u[MOST], y[MOST], measured = 0, expected = 0;
    size_t n = 0;
    for (size_t k = 0; k < p->n && n < MOST; k++)
        if (p->u[k] > 0.35 * b && p->u[k] < 0.65 * b && p->i[k] > 30 * noise) {
            u[n] = p->u[k];
            y[n++] = log(p->i[k] / p->u[k]);
        }
    if (n < FEWEST)
        return true;
    const synp_line line = synp_line_of(u, y, n);
    for (size_t k = 0; k < p->n; k++)
        if (p->u[k] > 0.8 * b && p->u[k] < 0.95 * b) {
            measured += p->i[k];
            expected += p->u[k] * exp(synp_line_at(&line, p->u[k]));
        }
    return !(measured < 0.9 * expected);
}

/* A RESET that takes several steps: the break at `guess` or below. */
static synp_estimate find_break(const synp_path *p, double guess, double noise)
{
    enum { TRIES = 8 };
    static const double slow = -0.25;
    for (int k = 0; k < TRIES; k++) {
        double bend;
        bool shown = true;
        const synp_estimate e = synp_break_about(p, guess, noise, false, &bend);
        if (e.quality != SYN_GOOD)
            return e;
        if (is_steady_below(p, e.value, noise, bend > slow, &shown) && follows_from_below(p, e.value, noise))
            return shown ? e : (synp_estimate){NAN, NAN, SYN_BELOW_NOISE};
        guess = 0.7 * e.value;
    }
    return (synp_estimate){NAN, NAN, SYN_NO_PEAK};
}

/* The current at point k if that of the n <= 24 points before it goes on: ln(i/u) as a line; i as a line if noise is in the way.
 * *error: its standard error. */
static double next_current(const synp_path *p, size_t k, size_t n, double noise, double *error)
{
    const double *u = p->u + k - n, *i = p->i + k - n;
    double y[24];
    size_t good = 0;
    for (; good < n && i[good] > 10 * noise && i[good] > 0; good++)
        y[good] = log(i[good] / u[good]);
    const synp_line straight = synp_line_of(u, i, n);
    *error = noise * sqrt(1 + synp_line_variance(&straight, p->u[k]));
    if (good < n)
        return synp_line_at(&straight, p->u[k]);
    const synp_line steep = synp_line_of(u, y, n);
    return p->u[k] * exp(synp_line_at(&steep, p->u[k]));
}

/* The last point up to `at` whose current goes on from those before it; 0 if there are too few. */
static size_t last_steady(const synp_path *p, size_t at, size_t side, double noise)
{
    for (; at >= 2; at--) {
        double error;
        const double expected = next_current(p, at, at < side ? at : side, noise, &error);
        if (p->i[at] > 0.9 * expected - 3 * error)
            return at;
    }
    return at == 1 && p->i[1] / p->u[1] > 0.9 * p->i[0] / p->u[0] ? 1 : 0;
}

/* The RESET in the step from point `at` to the next. If it takes more than this step, that is the error. */
static synp_estimate at_step(const synp_path *p, size_t at, bool is_single, double noise)
{
    const double step = synp_path_step(p, at), gap = fmin(fmax(p->u[at + 1] - p->u[at], 0), 2 * step);
    bool shown = true;
    if (!is_steady_below(p, p->u[at], noise, false, &shown) || !follows_from_below(p, p->u[at], noise))
        return (synp_estimate){NAN, NAN, SYN_NO_PEAK};
    if (!shown)
        return (synp_estimate){NAN, NAN, SYN_BELOW_NOISE};
    return (synp_estimate){p->u[at] + 0.5 * gap, fmax(gap, step) * (is_single ? 1 / sqrt(12) : 0.6), SYN_GOOD};
}

synp_estimate synp_find_reset(const synp_path *p, double noise)
{
    const size_t side = synp_path_side(p->n);
    if (p->n < 4)
        return (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    const size_t peak = find_peak(p, side, noise), leaving = find_departure(p, side, noise),
                 guess = peak < leaving ? peak : leaving;
    size_t at = 0;
    bool is_single;
    if (guess == p->n)
        return (synp_estimate){NAN, NAN, SYN_NO_PEAK};
    if (p->i[guess] < least_signal * noise)
        return (synp_estimate){NAN, NAN, SYN_BELOW_NOISE};
    if (is_abrupt(p, guess, side, noise, &at, &is_single)) {
        at = last_steady(p, at, side, noise);
        return at > 0 ? at_step(p, at, is_single, noise) : (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    }
    const synp_path falling = falling_part(p, guess, side);
    return find_break(&falling, p->u[guess], noise);
}
