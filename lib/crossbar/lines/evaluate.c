/* SPDX-License-Identifier: MIT */
/* Currents of the cells and left-over currents of the nodes. Compiled once for each instruction set (base/isa.h). */
#include "crossbar/lines/kernel.h"
#include SYNP_ISA_FILE

#include <math.h>
#include <string.h>

enum { BATCH = 64 }; /* rows that are evaluated at once */

static inline void cells_of_degree(int degree, const synp_chord *chord, const double *restrict r,
                                   const double *restrict u, size_t n, double *restrict i, double *restrict g)
{
    const double limit = chord->u_linear, slope_min = chord->slope_min;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double state = r[k], v = u[k] > limit ? limit : u[k] < -limit ? -limit : u[k];
        double ratio = chord->low[degree] + state * chord->gap[degree], rise = 0; /* I / u and its derivative */
#pragma GCC unroll 16
        for (int c = degree - 1; c >= 0; c--) {
            rise = rise * v + ratio;
            ratio = ratio * v + (chord->low[c] + state * chord->gap[c]);
        }
        const double slope = v == u[k] ? ratio + v * rise : ratio;
        i[k] = u[k] * (ratio < 0 ? 0 : ratio);
        g[k] = ((slope > slope_min) & (ratio >= 0)) ? slope : slope_min;
    }
}

static inline doubles pick(longs mask, doubles yes, doubles no)
{
    return (doubles)((mask & (longs)yes) | (~mask & (longs)no));
}

/* 2^x for |x| < 1000, to 1e-15 of it. Adding 3/2 2^52 rounds x to an integer k, which then stands in the low bits. What is
 * left, f = (x - k) ln 2, is at most 0.347: its Taylor series ends after the 12th power with an error of f^13 / 13! < 2e-16. */
static inline doubles exp2_doubles(doubles x)
{
    static const double inverse_factorial[] = {1 / 6.0,        1 / 24.0,       1 / 120.0,    1 / 720.0,
                                               1 / 5040.0,     1 / 40320.0,    1 / 362880.0, 1 / 3628800.0,
                                               1 / 39916800.0, 1 / 479001600.0};
    const doubles shifted = x + 0x1.8p52, f = (x - (shifted - 0x1.8p52)) * 0.69314718055994531;
    doubles y = (doubles){0} + inverse_factorial[9];
#pragma GCC unroll 16
    for (int j = 8; j >= 0; j--)
        y = y * f + inverse_factorial[j];
    y = (y * f + 0.5) * f * f + f + 1;
    return y * (doubles)(((longs)shifted + 1023) << 52);
}

/* Of SYNP_DOUBLES cells. The chord of a curve is C = at_0 2^p, its derivative by |u| is C ln 2 dp/d|u|. */
static inline void exponential_cells(const synp_chord *c, const double *r, const double *u, double *i, double *g)
{
    const doubles v = load_doubles(u), state = load_doubles(r), all = {0};
    const longs minus = v < 0;
    const doubles size = pick(minus, -v, v), inside = pick(size > c->u_linear, all + c->u_linear, size);
    doubles chord[2], rise[2];
    for (int curve = 0; curve < 2; curve++) {
        doubles p = all, slope = all; /* of p / inside, which lacks the constant */
        for (int k = c->n - 1; k >= 0; k--) {
            slope = slope * inside + p;
            p = p * inside + pick(minus, all + c->exponent[1][curve][k], all + c->exponent[0][curve][k]);
        }
        chord[curve] = c->at_0[curve] * exp2_doubles(p * inside);
        rise[curve] = chord[curve] * 0.69314718055994531 * (slope * inside + p);
    }
    const doubles ratio = chord[0] + state * (chord[1] - chord[0]),
                  slope = ratio + inside * (rise[0] + state * (rise[1] - rise[0])),
                  differential = pick(size > c->u_linear, ratio, slope);
    store_doubles(i, v * pick(ratio < 0, all, ratio));
    store_doubles(g, pick((differential > c->slope_min) & (ratio >= 0), differential, all + c->slope_min));
}

static void cells_of_exponential(const synp_chord *c, const double *r, const double *u, size_t n, double *i,
                                 double *g)
{
    size_t k = 0;
    for (; k + SYNP_DOUBLES <= n; k += SYNP_DOUBLES)
        exponential_cells(c, r + k, u + k, i + k, g + k);
    if (k == n)
        return;
    double last[4][SYNP_DOUBLES] = {{0}};
    memcpy(last[0], r + k, (n - k) * sizeof *r);
    memcpy(last[1], u + k, (n - k) * sizeof *u);
    exponential_cells(c, last[0], last[1], last[2], last[3]);
    memcpy(i + k, last[2], (n - k) * sizeof *i);
    memcpy(g + k, last[3], (n - k) * sizeof *g);
}

static void SYNP_FOR_ISA(cells)(const synp_cells *c, size_t at, const double *u, size_t n, double *i, double *g)
{
    if (c->kind == SYNP_LINEAR)
        for (size_t k = 0; k < n; k++) {
            g[k] = c->given[at + k];
            i[k] = g[k] * u[k];
        }
    else if (c->chord.exponential)
        cells_of_exponential(&c->chord, c->r + at, u, n, i, g);
    else if (c->chord.n == 6) /* the degree of the published curves as a constant, so that the compiler can unroll */
        cells_of_degree(5, &c->chord, c->r + at, u, n, i, g);
    else
        cells_of_degree(c->chord.n - 1, &c->chord, c->r + at, u, n, i, g);
}

static void SYNP_FOR_ISA(currents)(const synp_view *v, size_t at, size_t row, const double *u, size_t n, double *i,
                                   double *g)
{
    if (v->cells->kind == SYNP_TANGENT) {
        for (size_t k = 0; k < n; k++)
            i[k] = g[k] * u[k];
        return;
    }
    if (v->series)
        for (size_t k = 0; k < n; k++)
            v->series(v->access, v->cells, at + k, u[k], &i[k], &g[k]);
    else
        SYNP_FOR_ISA(cells)(v->cells, at, u, n, i, g);
    for (size_t k = 0; k < n; k++) {
        const double on = v->on[row + k], gmin = v->gmin;
        g[k] = on * g[k] + gmin;
        i[k] = on * i[k] + gmin * u[k];
    }
}

static void SYNP_FOR_ISA(voltages)(const synp_view *v, size_t row, size_t j, size_t n, double *u)
{
    const synp_field *f = &v->field;
    const double *line = f->line[0] + row, across = f->line[1][j];
    const double *du = f->drop[0] + row + v->lines->ld * j, *dw = f->drop[1] + row + v->lines->ld * j;
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        u[k] = (line[k] - across) + (du[k] - dw[k]);
}

/* Of n word lines, r their ohms per segment: rho = what flows in along the line from the nodes before and after, less
 * c. The nodes of an ideal line have no such flow. */
static inline void row_balance(double *restrict rho, const double *restrict d, const double *restrict before,
                               const double *restrict after, const double *restrict r, const double *restrict c,
                               size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double flow = ((before[k] - d[k]) + (after[k] - d[k])) / (r[k] > 0 ? r[k] : 1);
        rho[k] = (r[k] > 0 ? flow : 0) - c[k];
    }
}

/* Of n nodes of one bit line of `segment` S: rho = what flows in along the line from both neighbours, plus c. */
static inline void column_balance(double *restrict rho, const double *restrict d, double segment,
                                  const double *restrict c, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        rho[k] = segment * ((d[(ptrdiff_t)k - 1] - d[k]) + (d[k + 1] - d[k])) + c[k];
}

/* Left-over currents of the word lines' nodes in column j, rows from .. from + n - 1, whose cells take c. */
static void row_residuals(const synp_view *v, size_t j, size_t from, size_t n, const double *c, synp_sums *s)
{
    const synp_lines *l = v->lines;
    const double *d = v->field.drop[0] + l->ld * j + from;
    double *restrict rho = v->rho[0] + l->ld * j + from, *restrict sum = s->row + from,
                     *restrict square = s->row_square + from;
    const double *r = l->r[0] + from;
    row_balance(rho, d, j > 0 ? d - l->ld : d, j + 1 < l->cols ? d + l->ld : d, r, c, n);
    for (int far = 0; far < 2; far++) {
        const double *source = v->field.source[far] + from, *line = v->field.line[0] + from;
        for (size_t k = 0; j == (far ? l->cols - 1 : 0) && k < n; k++)
            rho[k] += v->loose[far][from + k] * (source[k] - line[k] - d[k]);
    }
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        sum[k] += rho[k];
        square[k] += sum[k] * sum[k];
        rho[k] = r[k] > 0 ? rho[k] : 0;
    }
}

/* The same of the bit lines' nodes, which get what the cells take from the word lines. */
static void column_residuals(const synp_view *v, size_t j, size_t from, size_t n, const double *c, synp_sums *s)
{
    const synp_lines *l = v->lines;
    const double *d = v->field.drop[1] + l->ld * j, segment = l->r[1][j] > 0 ? 1 / l->r[1][j] : 0;
    double *rho = v->rho[1] + l->ld * j, sum = s->column[j], sums_up = 0, square = 0;
    double near[BATCH + 2]; /* with the neighbours; where a line ends, a copy of its last node */
    memcpy(near + 1, d + from, n * sizeof *near);
    near[0] = from > 0 ? d[from - 1] : d[from];
    near[n + 1] = from + n < l->rows ? d[from + n] : near[n];
    column_balance(rho + from, near + 1, segment, c, n);
    for (int far = 0; far < 2; far++) {
        const size_t i = far ? l->rows - 1 : 0;
        if (i >= from && i < from + n)
            rho[i] += v->loose[2 + far][j] * (v->field.source[2 + far][j] - v->field.line[1][j] - d[i]);
    }
    for (size_t i = from; i < from + n; i++) {
        sum += rho[i];
        sums_up += sum;
        square += sum * sum;
    }
    for (size_t i = from; segment == 0 && i < from + n; i++)
        rho[i] = 0;
    s->column[j] = sum;
    s->column_sums[j] += sums_up;
    s->column_square[j] += square;
}

static inline double largest_of(const double *of, size_t n, double so_far)
{
#pragma omp simd reduction(max : so_far)
    for (size_t k = 0; k < n; k++)
        so_far = fabs(of[k]) > so_far ? fabs(of[k]) : so_far;
    return so_far;
}

static void SYNP_FOR_ISA(evaluate_rows)(const synp_view *v, size_t from, size_t to, synp_sums *s)
{
    const synp_lines *l = v->lines;
    double u[BATCH], c[BATCH];
    memset(s->column, 0, 3 * l->cols * sizeof *s->column);
    for (size_t i = from; i < to; i++)
        s->row[i] = s->row_square[i] = 0;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t first = from; first < to; first += BATCH) {
            const size_t n = to - first < BATCH ? to - first : BATCH, at = first + l->ld * j;
            SYNP_FOR_ISA(voltages)(v, first, j, n, u);
            SYNP_FOR_ISA(currents)(v, at, first, u, n, c, v->g + at);
            s->largest_current = largest_of(c, n, s->largest_current);
            s->largest_slope = largest_of(v->g + at, n, s->largest_slope);
            row_residuals(v, j, first, n, c, s);
            column_residuals(v, j, first, n, c, s);
        }
}

extern const synp_lines_precision SYNP_FOR_ISA(synp_sweeps_single), SYNP_FOR_ISA(synp_sweeps_double);
extern const synp_band_method SYNP_FOR_ISA(synp_band);
const synp_lines_kernel SYNP_FOR_ISA(synp_lines) = {
    &SYNP_FOR_ISA(synp_sweeps_single),
    &SYNP_FOR_ISA(synp_sweeps_double),
    &SYNP_FOR_ISA(synp_band),
    SYNP_FOR_ISA(cells),
    SYNP_FOR_ISA(currents),
    SYNP_FOR_ISA(voltages),
    SYNP_FOR_ISA(evaluate_rows),
};
