/* SPDX-License-Identifier: MIT */
/* The solver of kernel.h in one precision. A file that includes it defines REAL, PRECISION, ACCURACY and
 * SINGLE_PRECISION; it is compiled once for each instruction set (base/isa.h). */
#ifndef CROSSBAR_LINES_SWEEPS_H
#define CROSSBAR_LINES_SWEEPS_H

#include "crossbar/lines/arena.h"
#include "crossbar/lines/kernel.h"
#include "crossbar/lines/transpose.h"
#include SYNP_ISA_FILE

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct synp_lines_work {
    const synp_lines *lines;
    synp_coarse *coarse;        /* NULL: one level */
    REAL *r[2];                 /* ohm, per line */
    REAL *inverse[2];           /* 1/S, of the last pivot of each line; 0: nothing to be solved for */
    REAL *t[2];                 /* of the segment before each node: [ld x cols]; [strips][rows][SYNP_STRIP] */
    REAL *g;                    /* S, [ld x cols] as all below */
    REAL *x, *res, *z, *p, *ap; /* solution, residual, preconditioned residual, direction, A times it */
    REAL *y;                    /* G B^-1 G of something */
    REAL *coarse_z, *coarse_az, *coarse_y;
    REAL *expanded; /* coarse columns on all rows, [ld x knots] */
    REAL *room;     /* [threads][ld x SYNP_STRIP] */
    synp_arena memory;
};

static size_t strips_of(const synp_lines *l)
{
    return (l->cols + SYNP_STRIP - 1) / SYNP_STRIP;
}

static size_t strip_columns(const synp_lines *l, size_t strip)
{
    const size_t first = strip * SYNP_STRIP;
    return l->cols - first < SYNP_STRIP ? l->cols - first : SYNP_STRIP;
}

static size_t matrix_size(const synp_lines *l)
{
    return l->ld * l->cols;
}

static void release(synp_lines_work *w)
{
    if (!w)
        return;
    free(w->memory.start);
    free(w);
}

static size_t bytes(const synp_lines_work *w)
{
    return sizeof *w + w->memory.bytes;
}

static REAL *take(synp_lines_work *w, size_t count)
{
    return synp_take(&w->memory, count * sizeof(REAL));
}

static void take_all(synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    const size_t padded = strips_of(l) * SYNP_STRIP, n = matrix_size(l);
    w->memory.bytes = 0;
    for (int along = 0; along < 2; along++) {
        w->r[along] = take(w, along ? padded : l->ld);
        w->inverse[along] = take(w, along ? padded : l->ld);
    }
    w->t[0] = take(w, n);
    w->t[1] = take(w, padded * l->rows);
    REAL **const matrices[] = {&w->g, &w->x, &w->res, &w->z, &w->p, &w->ap, &w->y};
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
        *matrices[k] = take(w, n);
    if (w->coarse) {
        w->coarse_z = take(w, n);
        w->coarse_az = take(w, n);
        w->coarse_y = take(w, n);
        w->expanded = take(w, l->ld * synp_coarse_knots(w->coarse, 1)->count);
    }
    w->room = take(w, (size_t)l->threads * l->ld * SYNP_STRIP);
}

static syn_status create(const synp_lines *l, synp_coarse *coarse, synp_lines_work **out)
{
    synp_lines_work *w = calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return SYN_ENOMEM;
    w->lines = l;
    w->coarse = coarse;
    take_all(w);
    if (!synp_arena_allocate(&w->memory)) {
        release(w);
        *out = NULL;
        return SYN_ENOMEM;
    }
    take_all(w);
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? l->cols : l->rows); i++)
            w->r[along][i] = (REAL)l->r[along][i];
    return SYN_OK;
}

/* Loops over n numbers at different addresses. */
static inline double product(const REAL *restrict a, const REAL *restrict b, size_t n)
{
    REAL sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return (double)sum;
}

/* a = b + factor a */
static inline void scale_and_add(REAL *restrict a, REAL factor, const REAL *restrict b, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        a[k] = b[k] + factor * a[k];
}

/* a += factor b */
static inline void add(REAL *restrict a, REAL factor, const REAL *restrict b, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        a[k] += factor * b[k];
}

/* a += factor (b - c) */
static inline void add_difference(REAL *restrict a, REAL factor, const REAL *restrict b, const REAL *restrict c,
                                  size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        a[k] += factor * (b[k] - c[k]);
}

/* a = factor b; a += factor b */
static inline void narrow(REAL *restrict a, double factor, const double *restrict b, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        a[k] = (REAL)(factor * b[k]);
}

static inline void widen(double *restrict a, double factor, const REAL *restrict b, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        a[k] += factor * (double)b[k];
}

/* Rows from .. to - 1 of all columns. */
static void factor_rows(synp_lines_work *w, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    REAL *e = w->inverse[0], *t = w->t[0];
    for (size_t i = from; i < to; i++)
        e[i] = i < l->rows ? (REAL)synp_loose_end(l->end[SYN_LEFT], i) + w->g[i] : 0;
    for (size_t j = 1; j < l->cols; j++) {
        const REAL *r = w->r[0], *g = w->g + l->ld * j;
        REAL *tj = t + l->ld * j;
#pragma omp simd
        for (size_t i = from; i < to; i++) {
            tj[i] = 1 / (1 + r[i] * e[i]);
            e[i] = g[i] + tj[i] * e[i];
        }
    }
    for (size_t i = from; i < to && i < l->rows; i++)
        e[i] = (REAL)synp_last_pivot(l, 0, i, (double)e[i]);
}

/* room[i][k] = a[i, k] b[i, k], or a[i, k] without b, of the n columns of a strip; 0 after them. */
static void load_strip(const synp_lines *l, const REAL *a, const REAL *b, size_t n, REAL *room)
{
    for (size_t i = 0; i < l->ld; i += WIDTH)
        for (size_t k = 0; k < SYNP_STRIP; k += WIDTH) {
            vector v[WIDTH];
            for (size_t m = 0; m < WIDTH; m++) {
                const size_t at = i + l->ld * (k + m);
                v[m] = k + m >= n ? (vector){0} : b ? load_vector(a + at) * load_vector(b + at) : load_vector(a + at);
            }
            transpose(v);
            for (size_t m = 0; m < WIDTH; m++)
                store_vector(room + (i + m) * SYNP_STRIP + k, v[m]);
        }
}

/* The way back: out = room times b. */
static void store_strip(const synp_lines *l, const REAL *room, const REAL *b, size_t n, REAL *out)
{
    for (size_t i = 0; i < l->ld; i += WIDTH)
        for (size_t k = 0; k < n; k += WIDTH) {
            vector v[WIDTH];
            for (size_t m = 0; m < WIDTH; m++)
                v[m] = load_vector(room + (i + m) * SYNP_STRIP + k);
            transpose(v);
            for (size_t m = 0; m < WIDTH && k + m < n; m++) {
                const size_t at = i + l->ld * (k + m);
                store_vector(out + at, b ? v[m] * load_vector(b + at) : v[m]);
            }
        }
}

static void factor_strip(synp_lines_work *w, size_t strip, REAL *room)
{
    const synp_lines *l = w->lines;
    const size_t first = strip * SYNP_STRIP, n = strip_columns(l, strip);
    REAL *t = w->t[1] + first * l->rows;
    const REAL *r = w->r[1] + first;
    REAL e[SYNP_STRIP] = {0};
    load_strip(l, w->g + l->ld * first, NULL, n, room);
    for (size_t k = 0; k < n; k++)
        e[k] = (REAL)synp_loose_end(l->end[SYN_TOP], first + k) + room[k];
    for (size_t i = 1; i < l->rows; i++)
#pragma omp simd
        for (size_t k = 0; k < SYNP_STRIP; k++) {
            const REAL ti = 1 / (1 + r[k] * e[k]);
            t[i * SYNP_STRIP + k] = ti;
            e[k] = room[i * SYNP_STRIP + k] + ti * e[k];
        }
    for (size_t k = 0; k < n; k++)
        w->inverse[1][first + k] = (REAL)synp_last_pivot(l, 1, first + k, (double)e[k]);
}

/* Rows of thread number `part`, in whole strips. */
static size_t row_limit(const synp_lines *l, int part)
{
    return l->ld / SYNP_STRIP * (size_t)part / (size_t)l->threads * SYNP_STRIP;
}

static void factor(synp_lines_work *w, const double *g)
{
    const synp_lines *l = w->lines;
    narrow(w->g, 1, g, matrix_size(l));
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++) {
        factor_rows(w, row_limit(l, part), row_limit(l, part + 1));
        for (size_t strip = (size_t)part; strip < strips_of(l); strip += (size_t)l->threads)
            factor_strip(w, strip, w->room + (size_t)part * l->ld * SYNP_STRIP);
    }
}

/* Rows from .. to - 1 of out = A^-1 in; may be in place. */
static void solve_rows(const synp_lines_work *w, const REAL *in, REAL *out, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    const REAL *r = w->r[0];
    if (out != in)
        memcpy(out + from, in + from, (to - from) * sizeof *out);
    for (size_t j = 1; j < l->cols; j++) {
        const REAL *before = out + l->ld * (j - 1), *tj = w->t[0] + l->ld * j, *inj = in + l->ld * j;
        REAL *f = out + l->ld * j;
#pragma omp simd
        for (size_t i = from; i < to; i++)
            f[i] = inj[i] + tj[i] * before[i];
    }
    REAL *last = out + l->ld * (l->cols - 1);
    for (size_t i = from; i < to; i++)
        last[i] *= w->inverse[0][i];
    for (size_t j = l->cols - 1; j > 0; j--) {
        const REAL *after = out + l->ld * j, *tj = w->t[0] + l->ld * j;
        REAL *f = out + l->ld * (j - 1);
#pragma omp simd
        for (size_t i = from; i < to; i++)
            f[i] = tj[i] * (after[i] + r[i] * f[i]);
    }
}

/* room = B^-1 room, for the columns of a strip. */
static void sweep_strip(const synp_lines_work *w, size_t strip, REAL *room)
{
    const synp_lines *l = w->lines;
    const size_t first = strip * SYNP_STRIP;
    const REAL *t = w->t[1] + first * l->rows, *r = w->r[1] + first, *inverse = w->inverse[1] + first;
    REAL f[SYNP_STRIP];
    memcpy(f, room, sizeof f);
    for (size_t i = 1; i < l->rows; i++)
#pragma omp simd
        for (size_t k = 0; k < SYNP_STRIP; k++)
            room[i * SYNP_STRIP + k] = f[k] = room[i * SYNP_STRIP + k] + t[i * SYNP_STRIP + k] * f[k];
    for (size_t k = 0; k < SYNP_STRIP; k++)
        f[k] *= inverse[k];
    for (size_t i = l->rows - 1; i > 0; i--) {
        REAL *at = room + i * SYNP_STRIP;
        const REAL *before = at - SYNP_STRIP;
#pragma omp simd
        for (size_t k = 0; k < SYNP_STRIP; k++) {
            const REAL x = f[k];
            f[k] = t[i * SYNP_STRIP + k] * (x + r[k] * before[k]);
            at[k] = x;
        }
    }
    memcpy(room, f, sizeof f);
}

/* out = b B^-1 (a in) in a strip; a or b NULL: without it. May be in place. */
static void solve_strip(const synp_lines_work *w, size_t strip, int part, const REAL *a, const REAL *in,
                        const REAL *b, REAL *out)
{
    const synp_lines *l = w->lines;
    const size_t n = strip_columns(l, strip), at = l->ld * strip * SYNP_STRIP;
    REAL *room = w->room + (size_t)part * l->ld * SYNP_STRIP;
    load_strip(l, in + at, a ? a + at : NULL, n, room);
    sweep_strip(w, strip, room);
    store_strip(l, room, b ? b + at : NULL, n, out + at);
}

/* The same in all strips. */
static void solve_columns(const synp_lines_work *w, const REAL *a, const REAL *in, const REAL *b, REAL *out)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        for (size_t strip = (size_t)part; strip < strips_of(l); strip += (size_t)l->threads)
            solve_strip(w, strip, part, a, in, b, out);
}

/* In the coarse grid: the sums of y over the hat functions. */
static void restrict_rows(const synp_lines_work *w, const REAL *y)
{
    const synp_lines *l = w->lines;
    const synp_knots *rows = synp_coarse_knots(w->coarse, 0), *cols = synp_coarse_knots(w->coarse, 1);
    double *values = synp_coarse_values(w->coarse);
    memset(values, 0, rows->count * cols->count * sizeof *values);
    for (size_t j = 0; j < l->cols; j++) {
        const REAL *yj = y + l->ld * j;
        double *near = values + rows->count * cols->knot[j];
        const double after = cols->share[j], before = 1 - after;
        for (size_t k = 0; k + 1 < rows->count; k++) {
            const size_t from = rows->at[k], n = rows->at[k + 1] - from;
            const REAL step = 1 / (REAL)n;
            REAL sum = 0, moment = 0;
#pragma omp simd reduction(+ : sum, moment)
            for (size_t i = 0; i < n; i++) {
                sum += yj[from + i];
                moment += (REAL)i * step * yj[from + i];
            }
            near[k] += before * (double)(sum - moment);
            near[k + 1] += before * (double)moment;
            near[rows->count + k] += after * (double)(sum - moment);
            near[rows->count + k + 1] += after * (double)moment;
        }
        near[rows->count - 1] += before * (double)yj[l->rows - 1];
        near[2 * rows->count - 1] += after * (double)yj[l->rows - 1];
    }
}

/* Coarse columns on all rows. */
static void expand_rows(const synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    const synp_knots *rows = synp_coarse_knots(w->coarse, 0), *cols = synp_coarse_knots(w->coarse, 1);
    const double *values = synp_coarse_values(w->coarse);
    for (size_t c = 0; c < cols->count; c++, values += rows->count)
        for (size_t i = 0; i < l->rows; i++) {
            const size_t k = rows->knot[i];
            const double share = rows->share[i];
            w->expanded[l->ld * c + i] = (REAL)(values[k] + (share > 0 ? share * (values[k + 1] - values[k]) : 0));
        }
}

/* Adds to az = A z at the knot of column c what flows along the wires: z is linear between knots. */
static void add_wires(const synp_lines_work *w, size_t c, REAL *az)
{
    const synp_lines *l = w->lines;
    const synp_knots *cols = synp_coarse_knots(w->coarse, 1);
    const REAL *here = w->expanded + l->ld * c;
    for (int far = 0; far < 2; far++) {
        const int at_end = far ? c + 1 == cols->count : c == 0;
        const REAL *there = at_end ? NULL : far ? here + l->ld : here - l->ld;
        const REAL segments =
            at_end ? 1 : (REAL)(far ? cols->at[c + 1] - cols->at[c] : cols->at[c] - cols->at[c - 1]);
        for (size_t i = 0; i < l->rows; i++)
            az[i] += at_end ? (REAL)l->end[far][i] * here[i] : (here[i] - there[i]) / (segments * w->r[0][i]);
    }
}

/* z = the coarse correction, az = A z. */
static void prolong(const synp_lines_work *w, REAL *z, REAL *az)
{
    const synp_lines *l = w->lines;
    const synp_knots *cols = synp_coarse_knots(w->coarse, 1);
    expand_rows(w);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++) {
        const size_t c = cols->knot[j];
        const REAL share = (REAL)cols->share[j], *near = w->expanded + l->ld * c, *g = w->g + l->ld * j;
        const REAL *next = share > 0 ? near + l->ld : near;
        REAL *zj = z + l->ld * j, *azj = az + l->ld * j;
#pragma omp simd
        for (size_t i = 0; i < l->ld; i++) {
            zj[i] = near[i] + share * (next[i] - near[i]);
            azj[i] = g[i] * zj[i];
        }
        if (j == cols->at[c])
            add_wires(w, c, azj);
        else if (j + 1 == l->cols) /* the last knot */
            add_wires(w, cols->count - 1, azj);
    }
}

/* y = what is left of the residual after a first sweep z and the coarse correction; coarse_az = A times all that the
 * preconditioner makes. */
static void correct_coarsely(const synp_lines_work *w)
{
    const synp_lines *l = w->lines;
    REAL *az = w->coarse_az, *y = w->y;
    solve_columns(w, w->g, w->z, w->g, y);
    restrict_rows(w, y);
    synp_coarse_solve(w->coarse);
    prolong(w, w->coarse_z, az);
    solve_columns(w, w->g, w->coarse_z, w->g, w->coarse_y);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (size_t j = 0; j < l->cols; j++) {
        const size_t at = l->ld * j;
        add_difference(y + at, 1, w->coarse_y + at, az + at, l->ld);
        add(az + at, 1, y + at, l->ld);
        add(az + at, 1, w->res + at, l->ld);
    }
}

/* z += the coarse correction + the second sweep, in the rows from .. to - 1. */
static void finish_cycle(const synp_lines_work *w, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    solve_rows(w, w->y, w->y, from, to);
    for (size_t j = 0; j < l->cols; j++) {
        const size_t at = l->ld * j + from;
        add(w->z + at, 1, w->coarse_z + at, to - from);
        add(w->z + at, 1, w->y + at, to - from);
    }
}

/* x += alpha p, res -= alpha S p in the rows from .. to - 1. */
static void advance_rows(const synp_lines_work *w, REAL alpha, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    for (size_t j = 0; j < l->cols; j++) {
        const size_t at = l->ld * j + from;
        add(w->x + at, alpha, w->p + at, to - from);
        add_difference(w->res + at, -alpha, w->ap + at, w->y + at, to - from);
    }
}

/* res z over the rows from .. to - 1. */
static double product_of_rows(const synp_lines_work *w, size_t from, size_t to)
{
    const synp_lines *l = w->lines;
    double sum = 0;
    for (size_t j = 0; j < l->cols; j++)
        sum += product(w->res + l->ld * j + from, w->z + l->ld * j + from, to - from);
    return sum;
}

/* Goes alpha along p, then z = M^-1 res: a sweep along the rows, and with a coarse grid its correction and a second
 * sweep. Returns res z. */
static double advance(const synp_lines_work *w, REAL alpha)
{
    const synp_lines *l = w->lines;
    double rz = 0;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1) reduction(+ : rz)
    for (int part = 0; part < l->threads; part++) {
        const size_t from = row_limit(l, part), to = row_limit(l, part + 1);
        if (alpha != 0)
            advance_rows(w, alpha, from, to);
        solve_rows(w, w->res, w->z, from, to);
        rz += w->coarse ? 0 : product_of_rows(w, from, to);
    }
    if (!w->coarse)
        return rz;
    correct_coarsely(w);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1) reduction(+ : rz)
    for (int part = 0; part < l->threads; part++) {
        const size_t from = row_limit(l, part), to = row_limit(l, part + 1);
        finish_cycle(w, from, to);
        rz += product_of_rows(w, from, to);
    }
    return rz;
}

/* p = z + beta p, ap = A p, y = G B^-1 G p in a strip. Returns p S p. */
static double turn_strip(const synp_lines_work *w, size_t strip, int part, const REAL *az, REAL beta)
{
    const synp_lines *l = w->lines;
    const size_t first = l->ld * strip * SYNP_STRIP, n = strip_columns(l, strip);
    scale_and_add(w->p + first, beta, w->z + first, l->ld * n);
    scale_and_add(w->ap + first, beta, az + first, l->ld * n);
    solve_strip(w, strip, part, w->g, w->p, w->g, w->y);
    double sum = 0;
    for (size_t at = first; at < first + l->ld * n; at += l->ld)
        sum += product(w->p + at, w->ap + at, l->ld) - product(w->p + at, w->y + at, l->ld);
    return sum;
}

static double turn(const synp_lines_work *w, REAL beta)
{
    const synp_lines *l = w->lines;
    const REAL *az = w->coarse ? w->coarse_az : w->res;
    double psp = 0;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1) reduction(+ : psp)
    for (int part = 0; part < l->threads; part++)
        for (size_t strip = (size_t)part; strip < strips_of(l); strip += (size_t)l->threads)
            psp += turn_strip(w, strip, part, az, beta);
    return psp;
}

/* S x = res by conjugate gradients. */
static bool iterate(const synp_lines_work *w, double tolerance, int most, int *iterations)
{
    double rz = advance(w, 0), beta = 0;
    const double enough = tolerance * tolerance * rz;
    for (int n = 0; n < most && rz > enough; n++) {
        const double psp = turn(w, (REAL)beta), alpha = rz / psp;
        if (!(psp > 0 && isfinite(alpha)))
            return false;
        const double next = advance(w, (REAL)alpha);
        beta = next / rz;
        rz = next;
        ++*iterations;
    }
    return isfinite(rz) && rz >= 0;
}

/* res = rho_u + G B^-1 rho_w in a strip, in the unit, and nothing solved yet. */
static void start_strip(const synp_lines_work *w, size_t strip, int part, const double *rho_u, const double *rho_w,
                        double unit)
{
    const synp_lines *l = w->lines;
    const size_t at = l->ld * strip * SYNP_STRIP, n = l->ld * strip_columns(l, strip);
    narrow(w->y + at, 1 / unit, rho_w + at, n);
    solve_strip(w, strip, part, NULL, w->y, w->g, w->y);
    narrow(w->res + at, 1 / unit, rho_u + at, n);
    add(w->res + at, 1, w->y + at, n);
    memset(w->x + at, 0, n * sizeof *w->x);
    memset(w->p + at, 0, n * sizeof *w->p);
    memset(w->ap + at, 0, n * sizeof *w->ap);
}

/* du += x, dw += B^-1 (rho_w + G x) in a strip. */
static void end_strip(const synp_lines_work *w, size_t strip, int part, const double *rho_w, double unit, double step,
                      double *du, double *dw)
{
    const synp_lines *l = w->lines;
    const size_t at = l->ld * strip * SYNP_STRIP, n = l->ld * strip_columns(l, strip);
    const REAL *restrict g = w->g + at, *restrict x = w->x + at;
    REAL *restrict y = w->y + at;
    narrow(y, 1 / unit, rho_w + at, n);
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        y[k] += g[k] * x[k];
    solve_strip(w, strip, part, NULL, w->y, NULL, w->y);
    widen(du + at, step * unit, x, n);
    widen(dw + at, step * unit, y, n);
}

static bool solve(synp_lines_work *w, const double *rho_u, const double *rho_w, double unit, double step,
                  double tolerance, int most, double *du, double *dw, int *iterations)
{
    const synp_lines *l = w->lines;
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        for (size_t strip = (size_t)part; strip < strips_of(l); strip += (size_t)l->threads)
            start_strip(w, strip, part, rho_u, rho_w, unit);
    const bool sound = iterate(w, tolerance, most, iterations);
#pragma omp parallel for num_threads(l->threads) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        for (size_t strip = (size_t)part; strip < strips_of(l); strip += (size_t)l->threads)
            end_strip(w, strip, part, rho_w, unit, step, du, dw);
    return sound;
}

const synp_lines_precision PRECISION = {ACCURACY, create, release, bytes, factor, solve};

#endif
