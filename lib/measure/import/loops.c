/* SPDX-License-Identifier: MIT */
#include "measure/import/loops.h"

#include "base/base.h"
#include "base/numeric.h"

#include <math.h>
#include <stdlib.h>

/* Shares of the largest |u|: where an excursion begins; how far it goes at least; where a record begins or ends "far" from
 * 0 V, as a share of the excursion. */
static const double begin_share = 0.03, least_share = 0.06, far_share = 0.5;

typedef struct excursion {
    size_t first, end;
    int sign;
    double peak; /* V, |u| */
} excursion;

typedef struct excursions {
    excursion *v;
    size_t n, room;
} excursions;

static int compare(const void *a, const void *b)
{
    return synp_rising(a, b);
}

/* Standard deviation of noise in u, from the second differences of up to SAMPLE points: those of a ramp are 0, those of
 * noise have a variance of 6 sigma^2. The median bears the turning points (its ratio to the deviation is that of the normal
 * distribution). */
static double noise_of(const double *u, size_t n)
{
    enum { SAMPLE = 1024 };
    double d[SAMPLE];
    size_t count = 0;
    if (n < 8)
        return 0;
    const size_t stride = n > SAMPLE ? n / SAMPLE : 1;
    for (size_t k = 1; k + 1 < n && count < SAMPLE; k += stride)
        d[count++] = fabs(u[k - 1] - 2 * u[k] + u[k + 1]);
    qsort(d, count, sizeof *d, compare);
    return 1.4826 * d[count / 2] / sqrt(6);
}

static bool add(excursions *e, excursion x)
{
    if (e->n == e->room && !synp_grow(&e->v, sizeof *e->v, &e->room))
        return false;
    e->v[e->n++] = x;
    return true;
}

/* Excursions beyond `begin` that reach `least`. base: the smallest |u| of a record with one sign, else 0. A dip that is
 * one or two points wide, between points far from 0 V, ends no excursion. */
static bool find_excursions(const double *u, size_t n, double base, double begin, double least, excursions *out)
{
    enum { DIP = 2 };
    excursion now = {0};
    out->n = 0;
    for (size_t k = 0; k < n; k++) {
        const double a = fabs(u[k]) - base;
        const int sign = u[k] < 0 ? -1 : 1;
        if (a <= begin)
            continue;
        const bool is_dip = now.sign == sign && k - now.end <= DIP && a > far_share * now.peak &&
                            fabs(u[now.end - 1]) - base > far_share * now.peak;
        if (now.sign == sign && (k == now.end || is_dip)) {
            now.end = k + 1;
            now.peak = fmax(now.peak, a);
            continue;
        }
        if (now.sign && now.peak >= least && !add(out, now))
            return false;
        now = (excursion){k, k + 1, sign, a};
    }
    return !(now.sign && now.peak >= least) || add(out, now);
}

/* Joins excursions of one sign that noise has cut near the threshold: between them |u| does not come near 0 again, as
 * judged by the mean of the points between. */
static void join_chopped(const double *u, double base, double begin, double noise, excursions *e)
{
    size_t kept = 0;
    for (size_t k = 0; k < e->n; k++) {
        excursion *last = kept ? &e->v[kept - 1] : NULL, *x = &e->v[k];
        if (last && noise > 0 && last->sign == x->sign && x->first - last->end <= 3) {
            double mean = 0;
            for (size_t j = last->end; j < x->first; j++)
                mean += (fabs(u[j]) - base) / (double)(x->first - last->end);
            if (mean > 0.5 * begin) {
                last->end = x->end;
                last->peak = fmax(last->peak, x->peak);
                continue;
            }
        }
        e->v[kept++] = *x;
    }
    e->n = kept;
}

/* The first point of the loop that begins with excursion b, after excursion a. Between them the record returns to 0 V. Of
 * two points at 0 V each loop gets one; a single one belongs to the earlier loop. A sweep that jumps back to 0 V ends at
 * its last point, one that jumps away from it begins at its first one. */
static size_t cut_between(const double *u, const excursion *a, const excursion *b, double largest)
{
    if (fabs(u[a->end - 1]) > far_share * a->peak)
        return a->end;
    if (fabs(u[b->first]) > far_share * b->peak || a->end == b->first)
        return b->first;
    double least = INFINITY;
    size_t from = a->end, to = a->end;
    for (size_t k = a->end; k < b->first; k++)
        least = fmin(least, fabs(u[k]));
    for (size_t k = a->end, seen = 0; k < b->first; k++)
        if (fabs(u[k]) <= least + 1e-6 * largest) {
            from = seen++ ? from : k;
            to = k;
        }
    return from + (to - from + 1) / 2 + (to == from ? 1 : 0);
}

static bool begins_far(const double *u, const excursion *e)
{
    return e->first == 0 && fabs(u[0]) > far_share * e->peak;
}

static bool ends_far(const double *u, const excursion *e)
{
    return fabs(u[e->end - 1]) > far_share * e->peak;
}

static bool add_loop(synp_loop_finder *f, const excursion *e, size_t first)
{
    if (f->n == f->room && !synp_grow(&f->loops, sizeof *f->loops, &f->room))
        return false;
    f->loops[f->n] = (synp_loop){.first = first};
    f->loops[f->n].has_negative = e->sign < 0;
    f->loops[f->n++].has_positive = e->sign > 0;
    return true;
}

/* Up to three excursions of a whole record, of which the first begins or the last ends at a vertex, are one loop. */
static bool is_loop_from_vertex(const double *u, const excursions *e)
{
    if (e->n < 2 || e->n > 3 || e->v[0].sign == e->v[1].sign || (e->n == 3 && e->v[0].sign != e->v[2].sign))
        return false;
    return e->n == 2 || (begins_far(u, &e->v[0]) && ends_far(u, &e->v[2]));
}

static bool make_loops(synp_loop_finder *f, const double *u, size_t n, const excursions *e, bool is_whole)
{
    f->n = 0;
    if (is_whole && !f->has_started && is_loop_from_vertex(u, e)) {
        if (!add_loop(f, &e->v[0], 0))
            return false;
        f->loops[0].has_negative = f->loops[0].has_positive = true;
        f->loops[0].end = n;
        return true;
    }
    for (size_t k = 0; k < e->n; k++) {
        const excursion *x = &e->v[k], *last = k ? x - 1 : NULL;
        const bool is_part = !f->has_started && k == 0 && begins_far(u, x) && e->n > 2;
        if (!f->order && !is_part)
            f->order = x->sign;
        synp_loop *open = f->n ? &f->loops[f->n - 1] : NULL;
        const bool goes_on = open && last->sign == -x->sign && x->sign == -f->order && last->sign == f->order;
        if (goes_on) {
            open->has_negative = open->has_positive = true;
        } else {
            const size_t first = k ? cut_between(u, last, x, f->largest) : 0;
            if (open)
                open->end = first;
            if (!add_loop(f, x, first))
                return false;
            f->loops[f->n - 1].is_open = is_part;
        }
    }
    if (f->n) {
        f->loops[f->n - 1].end = n;
        const excursion *x = &e->v[e->n - 1], *before = e->n > 2 ? x - 2 : NULL;
        if (is_whole && before && before->sign == x->sign && ends_far(u, x) && !ends_far(u, before))
            f->loops[f->n - 1].is_open = true;
    }
    return true;
}

/* The largest |u|; *base: the smallest if the record has one sign only. */
static double largest_of(const double *u, size_t n, double *base)
{
    double low = 0, high = 0, least = INFINITY;
    for (size_t k = 0; k < n; k++) {
        low = fmin(low, u[k]);
        high = fmax(high, u[k]);
        least = fmin(least, fabs(u[k]));
    }
    *base = low == 0 || high == 0 ? least : 0;
    return fmax(-low, high);
}

bool synp_find_loops(synp_loop_finder *f, const double *u, size_t n, bool is_whole)
{
    double base;
    excursions e = {0};
    f->largest = fmax(f->largest, largest_of(u, n, &base));
    const double noise = noise_of(u, n), span = f->largest - base, begin = fmax(begin_share * span, 2 * noise),
                 least = fmax(least_share * span, 6 * noise);
    bool good = find_excursions(u, n, base, begin, begin, &e);
    if (good) {
        join_chopped(u, base, begin, noise, &e);
        size_t kept = 0;
        for (size_t k = 0; k < e.n; k++)
            if (e.v[k].peak >= least)
                e.v[kept++] = e.v[k];
        e.n = kept;
        good = make_loops(f, u, n, &e, is_whole);
    }
    free(e.v);
    return good;
}

bool synp_is_one_loop(const double *u, size_t n, synp_loop *out)
{
    double base;
    const double span = largest_of(u, n, &base) - base, begin = begin_share * span, least = least_share * span;
    int sign = 0, excursions_seen = 0;
    double peak = 0;
    size_t end = 0;
    *out = (synp_loop){.end = n};
    for (size_t k = 0; k < n; k++) {
        const double a = fabs(u[k]) - base;
        const int s = u[k] < 0 ? -1 : 1;
        if (a <= begin)
            continue;
        if (s != sign || k != end) {
            excursions_seen += sign && peak >= least;
            sign = s;
            peak = 0;
        }
        peak = fmax(peak, a);
        end = k + 1;
        out->has_negative = out->has_negative || (s < 0 && a >= least);
        out->has_positive = out->has_positive || (s > 0 && a >= least);
    }
    excursions_seen += sign && peak >= least;
    out->ends_far = n > 0 && fabs(u[n - 1]) - base > far_share * span;
    return excursions_seen <= out->has_negative + out->has_positive;
}

void synp_loop_finder_free(synp_loop_finder *f)
{
    free(f->loops);
    f->loops = NULL;
    f->n = f->room = 0;
}
