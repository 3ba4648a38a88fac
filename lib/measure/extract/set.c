/* SPDX-License-Identifier: MIT */
/* U_S: where the SET begins; the definition is in sweep.h. */
#include "measure/extract/estimate.h"

#include <math.h>

static const double least_share = 1.0 / 3; /* of the current after a step: a conductance that rises by half */
static const double clear = 5;             /* standard errors */
static const double lowest = 0.05;         /* of the largest voltage: no SET is sought below */
enum { BEYOND = 3 };                       /* points after the largest voltage in which a SET may show */
enum { coarse = 16 };                      /* points: with fewer, a SET of several steps is not told from one */

/* The current at point k if the curve of n >= 2 points from `first` on goes on steadily: as a line, as an exponential or at its
 * conductance, whichever gives most. If the voltage has snapped back, as it does behind a resistor or under a compliance, the
 * curve is followed back at a constant conductance. *variance: for points of variance 1. n <= 24. */
static double expected_at(const synp_path *p, size_t k, size_t first, size_t n, double noise, double *variance)
{
    const double *u = p->u + first, *i = p->i + first, last = u[n - 1], now = p->u[k];
    const synp_line line = synp_line_of(u, i, n);
    const double at = fmax(now, last - 0.5 * synp_path_step(p, k - 1));
    double expected = fmax(synp_line_at(&line, at) * now / at, line.level / line.centre * now), logarithms[24];
    size_t good = 0;
    for (; good < n && i[good] > 10 * noise && i[good] > 0; good++)
        logarithms[good] = log(i[good]);
    if (good == n) {
        const synp_line steep = synp_line_of(u, logarithms, n);
        /* At most 1 A, so that it stays finite. */
        expected = fmax(expected, exp(fmin(synp_line_at(&steep, at), 0)) * now / at);
    }
    *variance = synp_line_variance(&line, at);
    return expected;
}

/* The rise of the current between points k - 1 and k that a steady curve does not explain; k >= 2. *share: of the current. */
static double rise_at(const synp_path *p, size_t k, size_t side, double noise, double *share)
{
    const size_t before = k < side ? k : side, after = p->n - k < side ? p->n - k : side;
    const synp_line right = synp_line_of(p->u + k, p->i + k, after);
    double variance;
    const double expected = expected_at(p, k, k - before, before, noise, &variance),
                 found = synp_line_at(&right, p->u[k]),
                 error = noise * sqrt(variance + synp_line_variance(&right, p->u[k]));
    *share = 0;
    if (!(found > 0 && found - expected > clear * error))
        return 0;
    *share = (found - expected) / found;
    return found - expected;
}

/* The first place whose rise is at least half of the largest, as a share of the current; 0 if there is none. room: 2 p->n
 * numbers. */
static size_t find_step(const synp_path *p, size_t vertex, double noise, double *room)
{
    const size_t side = synp_path_side(vertex + 1), end = vertex + 1 + BEYOND < p->n ? vertex + 1 + BEYOND : p->n;
    double *share = room, *rise = room + p->n, largest = 0;
    for (size_t k = 2; k < end; k++) {
        share[k] = rise[k] = 0;
        if (p->u[k - 1] >= lowest * p->u[vertex])
            rise[k] = rise_at(p, k, side, noise, &share[k]);
        largest = fmax(largest, share[k]);
    }
    size_t at = 2;
    while (at < end && share[at] < fmax(least_share, 0.5 * largest))
        at++;
    if (at >= end)
        return 0;
    for (size_t k = at; k < end && k < at + side; k++)
        at = rise[k] > rise[at] ? k : at;
    return at;
}

/* Current of the branch back to 0 at the voltage u, between its points; *at is where the last search ended, and u rises from
 * call to call. Beyond its points the conductance is constant. */
static double current_back(const synp_path *back, size_t *at, double u)
{
    while (*at > 0 && back->u[*at] < u)
        --*at;
    const size_t k = *at;
    if (back->u[k] <= u || k + 1 == back->n)
        return back->i[k] * u / back->u[k];
    const double t = (u - back->u[k + 1]) / (back->u[k] - back->u[k + 1]);
    return back->i[k + 1] + t * (back->i[k] - back->i[k + 1]);
}

/* Mean currents away from 0 and back, at the same voltages, between two voltages and before point `end`. */
typedef struct hysteresis {
    double out, back;
    size_t n;
} hysteresis;

static hysteresis compare(const synp_path *out, size_t end, const synp_path *back, double low, double high)
{
    hysteresis h = {0};
    size_t at = back->n ? back->n - 1 : 0;
    for (size_t k = 0; k < end && back->n > 0; k++)
        if (out->u[k] >= low && out->u[k] <= high) {
            h.out += out->i[k];
            h.back += current_back(back, &at, out->u[k]);
            h.n++;
        }
    return h;
}

/* Whether the conductance on the way back is at least half above that on the way out, and more than noise explains. */
static bool is_lasting(const hysteresis *h, double noise)
{
    return h->back - h->out > clear * noise * sqrt(2 * (double)h->n) && h->back > 1.5 * h->out;
}

/* The first break above a voltage from which on the current rises beside the steady curve: by 30 % within a fifth of the
 * voltage. In noise the steady curve is not known so well: then it has to double. */
static synp_estimate find_rise(const synp_path *out, double from, double noise)
{
    const double most = out->u[out->n - 1];
    size_t at = 0;
    for (double guess = from; guess < most; guess *= 1.08) {
        double bend;
        while (at + 1 < out->n && out->u[at] < guess)
            at++;
        const synp_estimate e = synp_break_about(out, guess, noise, true, &bend);
        if (e.quality != SYN_GOOD || bend > (out->i[at] > 100 * noise ? 0.3 : 1))
            return e;
    }
    return (synp_estimate){NAN, NAN, SYN_NO_SET};
}

/* A gradual SET: the break of the curve above the place from which on the ratio of the currents out and back has gone a quarter
 * of its way to 1, on a logarithmic scale. */
static synp_estimate find_onset(const synp_path *out, const synp_path *back, double noise)
{
    const size_t side = synp_path_side(out->n);
    const double most = out->u[out->n - 1];
    const hysteresis low = compare(out, out->n, back, 0.1 * most, 0.35 * most);
    const double floor = 2 * noise * sqrt((double)low.n), start = fmax(low.out, floor) / low.back;
    if (!(start > 0 && start < 1))
        return (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    size_t k = out->n - side + 1;
    while (k > 0 && out->u[k - 1] >= lowest * most) {
        const synp_path window = synp_path_part(out, k - 1, side);
        const hysteresis h = compare(&window, side, back, 0, INFINITY);
        if (!(h.out > h.back * pow(start, 0.75) && h.out > clear * noise * sqrt((double)h.n)))
            break;
        k--;
    }
    return k + side > out->n ? (synp_estimate){NAN, NAN, SYN_NO_SET} : find_rise(out, out->u[k], noise);
}

/* Where a rise that point k completes begins, among the points just before it: the first point whose current lies clearly above
 * the steady curve before them, by a tenth of the rise or more. */
static size_t first_of_rise(const synp_path *p, size_t k, size_t side, double noise)
{
    if (k < side + 2)
        return k;
    const size_t start = k - side, before = start < side ? start : side;
    double variance;
    const double rise = p->i[k] - expected_at(p, k, start - before, before, noise, &variance);
    for (size_t j = start; j < k; j++) {
        const double above = p->i[j] - expected_at(p, j, start - before, before, noise, &variance);
        if (above > fmax(0.1 * rise, clear * noise * sqrt(1 + variance)))
            return j;
    }
    return k;
}

/* Share of the largest step in the rise that point k completes. */
static double share_of_step(const synp_path *p, size_t k, size_t side)
{
    const size_t first = k > side ? k - side : 0, last = k + side < p->n ? k + side : p->n - 1;
    double largest = 0;
    for (size_t j = first + 1; j <= last; j++)
        largest = fmax(largest, p->i[j] - p->i[j - 1]);
    return largest / (p->i[last] - p->i[first]);
}

/* The SET in the step up to point k. If it takes more than this step, that is the error. */
static synp_estimate at_step(const synp_path *p, size_t k, bool is_single)
{
    const double step = synp_path_step(p, k - 1);
    double before = 0;
    for (size_t j = 0; j < k; j++)
        before = fmax(before, p->u[j]);
    const double gap = p->u[k] < before - 0.5 * step ? step : fmax(p->u[k] - before, 0);
    return (synp_estimate){before + 0.5 * gap, fmax(gap, step) * (is_single ? 1 / sqrt(12) : 0.6), SYN_GOOD};
}

synp_estimate synp_find_set(const synp_path *way, size_t vertex, const synp_path *back, double noise, double *room)
{
    if (vertex < 3 || way->n < 4)
        return (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    const synp_path out = synp_path_part(way, 0, vertex + 1);
    const size_t side = synp_path_side(out.n), k = find_step(way, vertex, noise, room),
                 first = k > 0 ? first_of_rise(way, k, side, noise) : 0;
    const double end = k > 0 ? way->u[first - 1] : way->u[vertex];
    const hysteresis h =
        k > 0 ? compare(way, first, back, 0.5 * end, 0.95 * end) : compare(way, vertex, back, 0.25 * end, 0.6 * end);
    if ((h.n > 0 && !is_lasting(&h, noise)) || (k == 0 && h.n == 0))
        return (synp_estimate){NAN, NAN, SYN_NO_SET};
    if (k == 0)
        return find_onset(&out, back, noise);
    const double share = share_of_step(way, k, side);
    if (share > 0.5)
        return at_step(way, first, share > 0.8 && out.n > coarse);
    const synp_estimate e = find_rise(&out, way->u[first], noise);
    if (e.quality == SYN_GOOD && e.value < way->u[k])
        return e;
    synp_estimate wide = at_step(way, first, false);
    wide.error += 0.5 * (double)side * synp_path_step(way, k - 1);
    return wide;
}

bool synp_is_volatile(const synp_path *out, const synp_path *back, double u_set, double noise)
{
    double u[3] = {0}, i[3] = {0}, n[3] = {0}; /* out below 0.3 U_S, back below 0.3 U_S, back from 0.5 to 0.9 U_S */
    for (size_t k = 0; k < out->n + back->n; k++) {
        const bool returns = k >= out->n;
        const synp_path *p = returns ? back : out;
        const size_t at = returns ? k - out->n : k;
        const double share = p->u[at] / u_set;
        const int place = share < 0.3 ? returns : returns && share > 0.5 && share < 0.9 ? 2 : -1;
        if (place >= 0) {
            u[place] += p->u[at];
            i[place] += p->i[at];
            n[place]++;
        }
    }
    if (n[0] < 2 || n[1] < 2 || n[2] < 2)
        return false;
    const double before = i[0] / u[0], after = i[1] / u[1], held = i[2] / u[2], error = noise * sqrt(n[1]) / u[1];
    return after + 2 * error < 0.3 * held && after < 1.5 * before + 3 * error;
}
