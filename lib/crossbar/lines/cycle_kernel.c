/* SPDX-License-Identifier: MIT */
/* The loops of a cycle (cycle.h). Compiled once for each instruction set (base/isa.h). */
#include "crossbar/lines/cycle.h"
#include SYNP_ISA_FILE

#define SINGLE_PRECISION 1
#define REAL             float
#include "crossbar/lines/transpose.h"

#include <math.h>

typedef float across[SYNP_STRIP]; /* one row of a strip */

static size_t strip_end(const synp_lines *l, size_t strip)
{
    const size_t end = (strip + 1) * SYNP_STRIP;
    return end < l->cols ? end : l->cols;
}

static void SYNP_FOR_ISA(back)(const synp_cycle *c, const synp_view *v, size_t strip, size_t from, size_t to)
{
    const synp_lines *l = c->lines;
    const float *r = c->r[0], *inverse = c->inverse, relaxation = c->relaxation;
    float *z = c->flow;
    for (size_t j = strip_end(l, strip); j-- > strip * SYNP_STRIP;) {
        const float *f = c->f + l->ld * j, *t = c->t + l->ld * (j + 1);
        const double *g = v->g + l->ld * j;
        double *du = v->field.drop[0] + l->ld * j;
        float *y = c->y + l->ld * j;
        if (j + 1 == l->cols)
            for (size_t i = from; i < to; i++)
                z[i] = inverse[i] * f[i];
        else
#pragma omp simd
            for (size_t i = from; i < to; i++)
                z[i] = t[i] * (z[i] + r[i] * f[i]);
#pragma omp simd
        for (size_t i = from; i < to; i++) {
            const float step = relaxation * z[i];
            du[i] += (double)step;
            y[i] += (float)g[i] * step;
        }
    }
}

/* room[i][k] = factor a[i, k] of the n columns of a strip; 0 after them. */
static void load_single(const synp_lines *l, float factor, const float *a, size_t n, across *room)
{
    const vector none = {0};
    for (size_t i = 0; i < l->ld; i += WIDTH)
        for (size_t k = 0; k < SYNP_STRIP; k += WIDTH) {
            vector v[WIDTH];
            for (size_t m = 0; m < WIDTH; m++)
                v[m] = k + m >= n ? none : factor * load_vector(a + i + l->ld * (k + m));
            transpose(v);
            for (size_t m = 0; m < WIDTH; m++)
                store_vector(room[i + m] + k, v[m]);
        }
}

SYNP_VECTOR(wide_vector, double, 64)

/* The same of doubles, without a factor. */
static void load_double(const synp_lines *l, const double *a, size_t n, across *room)
{
    const vector none = {0};
    for (size_t i = 0; i < l->ld; i += WIDTH)
        for (size_t k = 0; k < SYNP_STRIP; k += WIDTH) {
            vector v[WIDTH];
            for (size_t m = 0; m < WIDTH; m++)
                v[m] = k + m >= n ? none : __builtin_convertvector(load_wide_vector(a + i + l->ld * (k + m)), vector);
            transpose(v);
            for (size_t m = 0; m < WIDTH; m++)
                store_vector(room[i + m] + k, v[m]);
        }
}

/* The way back: a += room. */
static void add_strip(const synp_lines *l, const across *room, size_t n, double *a)
{
    for (size_t i = 0; i < l->ld; i += WIDTH)
        for (size_t k = 0; k < n; k += WIDTH) {
            vector v[WIDTH];
            for (size_t m = 0; m < WIDTH; m++)
                v[m] = load_vector(room[i + m] + k);
            transpose(v);
            for (size_t m = 0; m < WIDTH && k + m < n; m++) {
                double *at = a + i + l->ld * (k + m);
                store_wide_vector(at, load_wide_vector(at) + __builtin_convertvector(v[m], wide_vector));
            }
        }
}

/* Of a strip: y = B^-1 y. t: room. */
static void solve_strip(const synp_cycle *c, size_t strip, const across *restrict g, across *restrict t,
                        across *restrict y)
{
    const synp_lines *l = c->lines;
    const size_t first = strip * SYNP_STRIP;
    const float *r = c->r[1] + first;
    across e, f;
    for (size_t k = 0; k < SYNP_STRIP; k++) {
        e[k] = g[0][k] + (first + k < l->cols ? (float)synp_loose_end(l->end[SYN_TOP], first + k) : 0);
        f[k] = y[0][k];
    }
    for (size_t i = 1; i < l->rows; i++)
#pragma omp simd
        for (size_t k = 0; k < SYNP_STRIP; k++) {
            const float share = 1 / (1 + r[k] * e[k]);
            t[i][k] = share;
            e[k] = g[i][k] + share * e[k];
            y[i][k] = f[k] = y[i][k] + share * f[k];
        }
    for (size_t k = 0; k < SYNP_STRIP; k++)
        f[k] *= first + k < l->cols ? (float)synp_last_pivot(l, 1, first + k, (double)e[k]) : 0;
    for (size_t i = l->rows - 1; i > 0; i--)
#pragma omp simd
        for (size_t k = 0; k < SYNP_STRIP; k++) {
            const float x = f[k];
            f[k] = t[i][k] * (x + r[k] * y[i - 1][k]);
            y[i][k] = x;
        }
    memcpy(y[0], f, sizeof f);
}

/* sums[a] = g y summed over the rows with the hat of knot a. */
static void restrict_strip(const synp_cycle *c, const across *restrict g, const across *restrict y,
                           across *restrict sums)
{
    const synp_knots *rows = synp_coarse_knots(c->coarse, 0);
    across last = {0};
    for (size_t a = 0; a + 1 < rows->count; a++) {
        const size_t from = rows->at[a], to = rows->at[a + 1];
        const float step = 1 / (float)(to - from);
        across sum = {0}, moment = {0};
        for (size_t i = from; i < to; i++) {
            const float share = step * (float)(i - from);
#pragma omp simd
            for (size_t k = 0; k < SYNP_STRIP; k++) {
                const float current = g[i][k] * y[i][k];
                sum[k] += current;
                moment[k] += share * current;
            }
        }
        for (size_t k = 0; k < SYNP_STRIP; k++) {
            sums[a][k] = last[k] + (sum[k] - moment[k]);
            last[k] = moment[k];
        }
    }
    const size_t end = c->lines->rows - 1;
    for (size_t k = 0; k < SYNP_STRIP; k++)
        sums[rows->count - 1][k] = last[k] + g[end][k] * y[end][k];
}

static void SYNP_FOR_ISA(sweep)(const synp_cycle *c, const synp_view *v, size_t strip, int part)
{
    const synp_lines *l = c->lines;
    const size_t at = l->ld * strip * SYNP_STRIP, n = strip_end(l, strip) - strip * SYNP_STRIP;
    across *g = (across *)c->room + 3 * l->ld * (size_t)part, *t = g + l->ld, *y = t + l->ld;
    load_double(l, v->g + at, n, g);
    load_single(l, c->relaxation, c->y + at, n, y);
    solve_strip(c, strip, g, t, y);
    if (c->coarse)
        restrict_strip(c, g, y, (across *)c->restricted + strip * synp_coarse_knots(c->coarse, 0)->count);
    add_strip(l, y, n, v->field.drop[1] + at);
}

static void SYNP_FOR_ISA(prolong)(const synp_cycle *c, const synp_view *v, size_t from, size_t to)
{
    const synp_lines *l = c->lines;
    const synp_knots *cols = synp_coarse_knots(c->coarse, 1);
    for (size_t j = 0; j < l->cols; j++) {
        const size_t near = l->ld * cols->knot[j], far = cols->share[j] > 0 ? near + l->ld : near;
        const float share = (float)cols->share[j];
        for (int along = 0; along < 2; along++) {
            const float *restrict a = c->expanded[along] + near, *restrict b = c->expanded[along] + far;
            double *restrict d = v->field.drop[along] + l->ld * j;
#pragma omp simd
            for (size_t i = from; i < to; i++)
                d[i] += (double)(a[i] + share * (b[i] - a[i]));
        }
    }
}

const synp_cycle_method SYNP_FOR_ISA(synp_cycle) = {
    SYNP_FOR_ISA(back),
    SYNP_FOR_ISA(sweep),
    SYNP_FOR_ISA(prolong),
};
