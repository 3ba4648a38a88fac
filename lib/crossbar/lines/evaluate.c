/* SPDX-License-Identifier: MIT */
/* Currents of the cells and left-over currents of the nodes. Compiled once for each instruction set (base/isa.h). */
#include "crossbar/lines/cycle.h"
#include SYNP_ISA_FILE

#include <math.h>
#include <string.h>

enum {
    BATCH = 64
}; /* rows that are evaluated at once; nearly all batches are whole, for which loops have a constant end */
#define INLINE static inline __attribute__((always_inline))

static inline doubles pick(longs mask, doubles yes, doubles no)
{
    return (doubles)((mask & (longs)yes) | (~mask & (longs)no));
}

/* Currents and slopes of n cells of states r at u. */
INLINE void chord_cells(int degree, const synp_chord *c, const double *restrict r, const double *restrict u, size_t n,
                        double *restrict i, double *restrict g)
{
    const double limit = c->u_linear, slope_min = c->slope_min;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double state = r[k], v = u[k] > limit ? limit : u[k] < -limit ? -limit : u[k];
        double ratio = c->low[degree] + state * c->gap[degree], rise = 0; /* I / u and its derivative */
#pragma GCC unroll 16
        for (int m = degree - 1; m >= 0; m--) {
            rise = rise * v + ratio;
            ratio = ratio * v + (c->low[m] + state * c->gap[m]);
        }
        const double slope = v == u[k] ? ratio + v * rise : ratio;
        i[k] = u[k] * (ratio < 0 ? 0 : ratio);
        g[k] = ((slope > slope_min) & (ratio >= 0)) ? slope : slope_min;
    }
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
static void exponential_lanes(const synp_chord *c, const double *r, const double *u, double *i, double *g)
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

static void exponential_cells(const synp_chord *c, const double *r, const double *u, size_t n, double *i, double *g)
{
    size_t k = 0;
    for (; k + SYNP_DOUBLES <= n; k += SYNP_DOUBLES)
        exponential_lanes(c, r + k, u + k, i + k, g + k);
    if (k == n)
        return;
    double last[4][SYNP_DOUBLES] = {{0}};
    memcpy(last[0], r + k, (n - k) * sizeof *r);
    memcpy(last[1], u + k, (n - k) * sizeof *u);
    exponential_lanes(c, last[0], last[1], last[2], last[3]);
    memcpy(i + k, last[2], (n - k) * sizeof *i);
    memcpy(g + k, last[3], (n - k) * sizeof *g);
}

/* The degree of the published curves is a constant, so that the compiler can unroll. */
INLINE void curve_cells(const synp_chord *c, const double *r, const double *u, size_t n, double *i, double *g)
{
    if (c->exponential)
        exponential_cells(c, r, u, n, i, g);
    else if (c->n == 6)
        chord_cells(5, c, r, u, n, i, g);
    else
        chord_cells(c->n - 1, c, r, u, n, i, g);
}

INLINE int64_t bits_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE void batch_cells(const synp_cells *c, size_t at, const double *restrict u, size_t n, double *restrict i,
                        double *restrict g)
{
    if (c->kind == SYNP_LINEAR) {
        const double *restrict given = c->given + at;
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            g[k] = given[k];
            i[k] = given[k] * u[k];
        }
    } else
        curve_cells(&c->chord, c->r + at, u, n, i, g);
}

INLINE void batch_currents(const synp_view *v, size_t at, size_t row, const double *restrict u, size_t n,
                           double *restrict i, double *restrict g)
{
    if (v->cells->kind == SYNP_TANGENT) {
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            i[k] = g[k] * u[k];
        return;
    }
    if (v->series)
        for (size_t k = 0; k < n; k++)
            v->series(v->access, v->cells, at + k, u[k], &i[k], &g[k]);
    else
        batch_cells(v->cells, at, u, n, i, g);
    const double *restrict on = v->on + row;
    const double gmin = v->gmin;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        g[k] = on[k] * g[k] + gmin;
        i[k] = on[k] * i[k] + gmin * u[k];
    }
}

INLINE void batch_voltages(const synp_view *v, size_t row, size_t j, size_t n, double *restrict u)
{
    const synp_field *f = &v->field;
    const double *restrict line = f->line[0] + row, across = f->line[1][j];
    const double *restrict du = f->drop[0] + row + v->lines->ld * j, *restrict dw =
                                                                         f->drop[1] + row + v->lines->ld * j;
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        u[k] = (line[k] - across) + (du[k] - dw[k]);
}

/* rho = what flows in from the sources and along the word lines to the nodes of column j, rows from .. from + n - 1, less
 * what their cells take, c. */
INLINE void row_residuals(const synp_view *v, size_t j, size_t from, size_t n, const double *restrict c, synp_sums *s,
                          double *restrict rho)
{
    const synp_lines *l = v->lines;
    const double *restrict d = v->field.drop[0] + l->ld * j + from, *restrict before = j > 0 ? d - l->ld : d,
                           *restrict after = j + 1 < l->cols ? d + l->ld : d,
                           *restrict segment = l->segment[0] + from;
    double *restrict sum = s->row + from, *restrict square = s->row_square + from;
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        rho[k] = segment[k] * ((before[k] - d[k]) + (after[k] - d[k])) - c[k];
    for (int far = 0; far < 2; far++) {
        const double *source = v->field.source[far] + from, *line = v->field.line[0] + from;
        for (size_t k = 0; j == (far ? l->cols - 1 : 0) && k < n; k++)
            rho[k] += v->loose[far][from + k] * (source[k] - line[k] - d[k]);
    }
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        sum[k] += rho[k];
        square[k] += sum[k] * sum[k];
        rho[k] = segment[k] > 0 ? rho[k] : 0;
    }
}

/* Four doubles, for the running sums. */
typedef double four __attribute__((vector_size(32)));

/* Adds n numbers to a sum, the sums up to each of them to `sums`, their squares to `squares`. */
INLINE void add_up(const double *of, size_t n, double *sum, double *sums, double *squares)
{
    const four none = {0};
    four start = none + *sum, all = none, square = none;
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        four up;
        memcpy(&up, of + k, sizeof up);
        up += __builtin_shufflevector(up, none, 4, 0, 1, 2);
        up += __builtin_shufflevector(up, none, 4, 4, 0, 1);
        const four sum_here = up + start;
        all += sum_here;
        square += sum_here * sum_here;
        start += __builtin_shufflevector(up, up, 3, 3, 3, 3);
    }
    *sums += (all[0] + all[1]) + (all[2] + all[3]);
    *squares += (square[0] + square[1]) + (square[2] + square[3]);
    double last = start[0];
    for (; k < n; k++) {
        last += of[k];
        *sums += last;
        *squares += last * last;
    }
    *sum = last;
}

/* The rows from .. from + n - 1 of column j have rho left over at the bit line, as if the line went on at both ends: adds what
 * is different there, and the sums. The nodes of an ideal line get nothing. */
INLINE void end_column(const synp_view *v, size_t j, size_t from, size_t n, const double *restrict c, synp_sums *s,
                       double *restrict rho)
{
    const synp_lines *l = v->lines;
    const double *restrict d = v->field.drop[1] + l->ld * j + from, segment = l->segment[1][j];
    const bool starts = from == 0, ends = from + n == l->rows;
    const size_t last = n - 1;
    if (starts)
        rho[0] = segment * (ends && n == 1 ? 0 : d[1] - d[0]) + c[0];
    if (ends && l->rows > 1)
        rho[last] = segment * (d[(ptrdiff_t)last - 1] - d[last]) + c[last];
    const double *const source[2] = {v->field.source[SYN_TOP], v->field.source[SYN_BOTTOM]};
    if (starts)
        rho[0] += v->loose[SYN_TOP][j] * (source[0][j] - v->field.line[1][j] - d[0]);
    if (ends)
        rho[last] += v->loose[SYN_BOTTOM][j] * (source[1][j] - v->field.line[1][j] - d[last]);
    add_up(rho, n, &s->column[j], &s->column_sums[j], &s->column_square[j]);
    for (size_t k = 0; segment == 0 && k < n; k++)
        rho[k] = 0;
}

/* rho = the left-over currents of the bit lines' nodes, which get what the cells take from the word lines. */
INLINE void column_residuals(const synp_view *v, size_t j, size_t from, size_t n, const double *restrict c,
                             synp_sums *s, double *restrict rho)
{
    const double *restrict d = v->field.drop[1] + v->lines->ld * j + from, segment = v->lines->segment[1][j];
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        rho[k] = segment * ((d[(ptrdiff_t)k - 1] - d[k]) + (d[k + 1] - d[k])) + c[k];
    end_column(v, j, from, n, c, s, rho);
}

/* Eliminates the nodes of word lines in column j, rows from .. from + n - 1, with rho_u and rho_w left over (cycle.h). */
INLINE void eliminate(const synp_cycle *c, size_t j, size_t from, size_t n, const double *restrict rho_u,
                      const double *restrict rho_w, const double *restrict g, bool keep)
{
    const synp_lines *l = c->lines;
    float *restrict t = c->t + l->ld * j + from, *restrict f = c->f + l->ld * j + from, *restrict e = c->pivot + from,
                    *restrict y = c->y + l->ld * j + from;
    const float *restrict before = j > 0 ? f - l->ld : f, *restrict r = c->r[0] + from;
    if (j == 0)
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            if (!keep)
                e[k] = (float)(synp_loose_end(l->end[SYN_LEFT], from + k) + g[k]);
            f[k] = (float)rho_u[k];
            y[k] = (float)rho_w[k];
        }
    else if (keep)
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            f[k] = (float)rho_u[k] + t[k] * before[k];
            y[k] = (float)rho_w[k];
        }
    else
#pragma omp simd
        for (size_t k = 0; k < n; k++) {
            const float share = 1 / (1 + r[k] * e[k]);
            t[k] = share;
            e[k] = (float)g[k] + share * e[k];
            f[k] = (float)rho_u[k] + share * before[k];
            y[k] = (float)rho_w[k];
        }
}

INLINE longs larger(longs a, longs b)
{
    const longs first = a > b;
    return (first & a) | (~first & b);
}

INLINE void take_largest(longs of, double *largest)
{
    int64_t one = bits_of(*largest);
    for (int lane = 0; lane < SYNP_DOUBLES; lane++)
        one = of[lane] > one ? of[lane] : one;
    memcpy(largest, &one, sizeof one);
}

/* Raises *largest to the largest size of n numbers. Sizes are in the order of their bits, NAN above all. */
INLINE void find_largest(const double *of, size_t n, double *largest)
{
    longs so_far = {0};
    double last[SYNP_DOUBLES] = {0};
    size_t k = 0;
    for (; k + SYNP_DOUBLES <= n; k += SYNP_DOUBLES)
        so_far = larger((longs)load_doubles(of + k) & INT64_MAX, so_far);
    memcpy(last, of + k, (n - k) * sizeof *of);
    take_largest(larger((longs)load_doubles(last) & INT64_MAX, so_far), largest);
}

INLINE void evaluate_batch(const synp_view *v, size_t j, size_t first, size_t n, synp_sums *s)
{
    const size_t at = first + v->lines->ld * j;
    double u[BATCH], c[BATCH], rho_u[BATCH], rho_w[BATCH];
    batch_voltages(v, first, j, n, u);
    batch_currents(v, at, first, u, n, c, v->g + at);
    find_largest(c, n, &s->largest_current);
    find_largest(v->g + at, n, &s->largest_slope);
    row_residuals(v, j, first, n, c, s, v->cycle ? rho_u : v->rho[0] + at);
    column_residuals(v, j, first, n, c, s, v->cycle ? rho_w : v->rho[1] + at);
    if (v->cycle)
        eliminate(v->cycle, j, first, n, rho_u, rho_w, v->g + at, v->keep_slopes);
}

/* Currents and slopes of SYNP_DOUBLES cells at `at`, from row `row` on, without access devices. Prefetches those of the next
 * column, as evaluate_inside does: processors do not follow that many streams by themselves. */
INLINE void currents_of(const synp_view *v, size_t at, size_t row, doubles u, doubles *i, doubles *g)
{
    const synp_cells *c = v->cells;
    __builtin_prefetch(v->g + at + v->lines->ld);
    if (v->keep_slopes || c->kind == SYNP_TANGENT) {
        *g = load_doubles(v->g + at);
        *i = *g * u;
        return;
    }
    if (c->kind == SYNP_LINEAR) {
        __builtin_prefetch(c->given + at + v->lines->ld);
        *g = load_doubles(c->given + at);
        *i = *g * u;
    } else {
        __builtin_prefetch(c->r + at + v->lines->ld);
        double voltage[SYNP_DOUBLES], current[SYNP_DOUBLES], slope[SYNP_DOUBLES];
        store_doubles(voltage, u);
        curve_cells(&c->chord, c->r + at, voltage, SYNP_DOUBLES, current, slope);
        *i = load_doubles(current);
        *g = load_doubles(slope);
    }
    const doubles on = load_doubles(v->on + row);
    *g = on * *g + v->gmin;
    *i = on * *i + v->gmin * u;
    store_doubles(v->g + at, *g);
}

SYNP_VECTOR(halves, float, SYNP_VECTOR_BYTES / 2)

/* Eliminates SYNP_DOUBLES nodes of word lines at `at`, from row `row` on, in a column that is not the first. */
INLINE void eliminate_nodes(const synp_cycle *c, size_t at, size_t row, doubles rho_u, doubles g, bool keep)
{
    halves share = load_halves(c->t + at);
    if (!keep) {
        const halves e = load_halves(c->pivot + row);
        share = 1 / (1 + load_halves(c->r[0] + row) * e);
        store_halves(c->t + at, share);
        store_halves(c->pivot + row, __builtin_convertvector(g, halves) + share * e);
    }
    const halves before = load_halves(c->f + at - c->lines->ld);
    store_halves(c->f + at, __builtin_convertvector(rho_u, halves) + share * before);
}

/* The same as evaluate_batch in one loop, for BATCH rows of a column that is neither the first nor the last, with a cycle and
 * without access devices: nearly all cells. */
INLINE void evaluate_inside(const synp_view *v, size_t j, size_t first, synp_sums *s)
{
    const synp_lines *l = v->lines;
    const size_t start = first + l->ld * j;
    const double across = v->field.line[1][j], segment_w = l->segment[1][j];
    double rho_w[BATCH], current[BATCH];
    longs largest_current = {0}, largest_slope = {0};
    for (size_t k = 0; k < BATCH; k += SYNP_DOUBLES) {
        const size_t row = first + k, at = start + k;
        const double *du = v->field.drop[0] + at, *dw = v->field.drop[1] + at;
        const doubles d = load_doubles(du), e = load_doubles(dw), segment = load_doubles(l->segment[0] + row);
        __builtin_prefetch(du + 2 * l->ld);
        __builtin_prefetch(dw + l->ld);
        __builtin_prefetch(v->cycle->t + at + l->ld);
        doubles i, g;
        currents_of(v, at, row, (load_doubles(v->field.line[0] + row) - across) + (d - e), &i, &g);
        largest_current = larger((longs)i & INT64_MAX, largest_current);
        largest_slope = larger((longs)g & INT64_MAX, largest_slope);
        store_doubles(current + k, i);
        store_doubles(rho_w + k, segment_w * ((load_doubles(dw - 1) - e) + (load_doubles(dw + 1) - e)) + i);
        const doubles rho_u = segment * ((load_doubles(du - l->ld) - d) + (load_doubles(du + l->ld) - d)) - i,
                      sum = load_doubles(s->row + row) + rho_u;
        store_doubles(s->row + row, sum);
        store_doubles(s->row_square + row, load_doubles(s->row_square + row) + sum * sum);
        eliminate_nodes(v->cycle, at, row, (doubles)((longs)rho_u & (segment > 0)), g, v->keep_slopes);
    }
    take_largest(largest_current, &s->largest_current);
    take_largest(largest_slope, &s->largest_slope);
    end_column(v, j, first, BATCH, current, s, rho_w);
    float *y = v->cycle->y + start;
#pragma omp simd
    for (size_t k = 0; k < BATCH; k++)
        y[k] = (float)rho_w[k];
}

static void SYNP_FOR_ISA(evaluate_rows)(const synp_view *v, size_t from, size_t to, synp_sums *s)
{
    const synp_lines *l = v->lines;
    memset(s->column, 0, 3 * l->cols * sizeof *s->column);
    for (size_t i = from; i < to; i++)
        s->row[i] = s->row_square[i] = 0;
    for (size_t j = 0; j < l->cols; j++) {
        const bool inside = v->cycle && !v->series && j > 0 && j + 1 < l->cols;
        size_t first = from;
        for (; first + BATCH <= to; first += BATCH)
            if (inside)
                evaluate_inside(v, j, first, s);
            else
                evaluate_batch(v, j, first, BATCH, s);
        if (first < to)
            evaluate_batch(v, j, first, to - first, s);
    }
}

static void SYNP_FOR_ISA(cells)(const synp_cells *c, size_t at, const double *u, size_t n, double *i, double *g)
{
    batch_cells(c, at, u, n, i, g);
}

static void SYNP_FOR_ISA(currents)(const synp_view *v, size_t at, size_t row, const double *u, size_t n, double *i,
                                   double *g)
{
    batch_currents(v, at, row, u, n, i, g);
}

static void SYNP_FOR_ISA(voltages)(const synp_view *v, size_t row, size_t j, size_t n, double *u)
{
    batch_voltages(v, row, j, n, u);
}

static bool SYNP_FOR_ISA(any_beyond)(const synp_view *v, size_t row, size_t j, size_t n, const float *low,
                                     const float *high)
{
    longs any = {0};
    size_t k = 0;
    for (; k + SYNP_DOUBLES <= n; k += SYNP_DOUBLES) {
        const size_t at = row + k + v->lines->ld * j;
        const doubles drops = load_doubles(v->field.drop[0] + at) - load_doubles(v->field.drop[1] + at),
                      u = (load_doubles(v->field.line[0] + row + k) - v->field.line[1][j]) + drops;
        any |= (u <= __builtin_convertvector(load_halves(low + k), doubles)) |
               (u > __builtin_convertvector(load_halves(high + k), doubles));
    }
    bool found = false;
    for (size_t lane = 0; lane < SYNP_DOUBLES; lane++)
        found |= any[lane] != 0;
    for (; k < n; k++) {
        double u;
        batch_voltages(v, row + k, j, 1, &u);
        found |= (u <= (double)low[k]) | (u > (double)high[k]);
    }
    return found;
}

extern const synp_lines_precision SYNP_FOR_ISA(synp_sweeps_single), SYNP_FOR_ISA(synp_sweeps_double);
extern const synp_band_method SYNP_FOR_ISA(synp_band);
extern const synp_cycle_method SYNP_FOR_ISA(synp_cycle);
const synp_lines_kernel SYNP_FOR_ISA(synp_lines) = {
    &SYNP_FOR_ISA(synp_sweeps_single),
    &SYNP_FOR_ISA(synp_sweeps_double),
    &SYNP_FOR_ISA(synp_band),
    &SYNP_FOR_ISA(synp_cycle),
    SYNP_FOR_ISA(cells),
    SYNP_FOR_ISA(currents),
    SYNP_FOR_ISA(voltages),
    SYNP_FOR_ISA(any_beyond),
    SYNP_FOR_ISA(evaluate_rows),
};
