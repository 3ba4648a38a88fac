/* SPDX-License-Identifier: MIT */
/* The table of one instruction set, and the law of the cells. A file that includes it defines KERNEL, KERNEL_NAME,
 * SINGLE and DOUBLE. */
#include "crossbar/crossbar.h"

#include <math.h>
#include <string.h>

enum { PIECE = 64 }; /* rows that are evaluated at once */

static inline void cells_of_degree(int degree, const synp_law *law, const double *restrict r,
                                   const double *restrict u, size_t n, double *restrict i, double *restrict g)
{
    const double limit = law->u_linear, slope_min = law->slope_min;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double state = r[k], v = u[k] > limit ? limit : u[k] < -limit ? -limit : u[k];
        double chord = law->low[degree] + state * law->gap[degree], rise = 0;
#pragma GCC unroll 16
        for (int c = degree - 1; c >= 0; c--) {
            rise = rise * v + chord;
            chord = chord * v + (law->low[c] + state * law->gap[c]);
        }
        const double slope = v == u[k] ? chord + v * rise : chord;
        i[k] = u[k] * chord;
        g[k] = slope > slope_min ? slope : slope_min;
    }
}

/* The degree of the published curves as a constant is what the compiler can unroll. */
static void cells(const synp_law *law, const double *r, const double *u, size_t n, double *i, double *g)
{
    if (law->n == 6)
        cells_of_degree(5, law, r, u, n, i, g);
    else
        cells_of_degree(law->n - 1, law, r, u, n, i, g);
}

/* i, g of n cells from `at` on in one column, whose first row is `row`. */
static void currents(const syn_crossbar *x, size_t at, size_t row, const double *u, size_t n, double *i, double *g)
{
    if (x->cells == SYNP_TANGENT) {
        for (size_t k = 0; k < n; k++)
            i[k] = g[k] * u[k];
        return;
    }
    if (x->inner)
        for (size_t k = 0; k < n; k++)
            synp_series_cell(x, at + k, u[k], &i[k], &g[k]);
    else if (x->cells == SYNP_ARRAY)
        cells(&x->law, x->r + at, u, n, i, g);
    else
        synp_bare_cells(x, at, u, n, i, g);
    for (size_t k = 0; k < n; k++) {
        const double on = x->on[row + k], gmin = x->wires.gmin;
        g[k] = on * g[k] + gmin;
        i[k] = on * i[k] + gmin * u[k];
    }
}

static void voltages(const syn_crossbar *x, size_t row, size_t j, size_t n, double *u)
{
    const synp_field *f = &x->field;
    const double *line = f->line[0] + row, across = f->line[1][j];
    const double *du = f->drop[0] + row + x->lines.ld * j, *dw = f->drop[1] + row + x->lines.ld * j;
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        u[k] = (line[k] - across) + (du[k] - dw[k]);
}

/* rho = what flows in from the nodes before and after along lines of n segments' resistances r, less c. */
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

static inline void column_balance(double *restrict rho, const double *restrict d, double segment,
                                  const double *restrict c, size_t n)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        rho[k] = segment * ((d[(ptrdiff_t)k - 1] - d[k]) + (d[k + 1] - d[k])) + c[k];
}

/* Left-over currents of the word lines' nodes in column j, rows from .. from + n - 1, whose cells take c. */
static void row_residuals(const syn_crossbar *x, size_t j, size_t from, size_t n, const double *c, synp_sums *s)
{
    const synp_lines *l = &x->lines;
    const double *d = x->field.drop[0] + l->ld * j + from;
    double *restrict rho = x->rho[0] + l->ld * j + from, *restrict sum = s->row + from,
                     *restrict square = s->row_square + from;
    const double *r = l->r[0] + from;
    row_balance(rho, d, j > 0 ? d - l->ld : d, j + 1 < l->cols ? d + l->ld : d, r, c, n);
    for (int far = 0; far < 2; far++) {
        const double *source = x->field.source[far] + from, *line = x->field.line[0] + from;
        for (size_t k = 0; j == (far ? l->cols - 1 : 0) && k < n; k++)
            rho[k] += x->loose[far][from + k] * (source[k] - line[k] - d[k]);
    }
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        sum[k] += rho[k];
        square[k] += sum[k] * sum[k];
        rho[k] = r[k] > 0 ? rho[k] : 0;
    }
}

/* The same of the bit lines' nodes, which get what the cells take from the word lines. */
static void column_residuals(const syn_crossbar *x, size_t j, size_t from, size_t n, const double *c, synp_sums *s)
{
    const synp_lines *l = &x->lines;
    const double *d = x->field.drop[1] + l->ld * j, segment = l->r[1][j] > 0 ? 1 / l->r[1][j] : 0;
    double *rho = x->rho[1] + l->ld * j, sum = s->column[j], sums_up = 0, square = 0;
    double near[PIECE + 2]; /* with the neighbours, or copies of the ends for want of one */
    memcpy(near + 1, d + from, n * sizeof *near);
    near[0] = from > 0 ? d[from - 1] : d[from];
    near[n + 1] = from + n < l->rows ? d[from + n] : near[n];
    column_balance(rho + from, near + 1, segment, c, n);
    for (int far = 0; far < 2; far++) {
        const size_t i = far ? l->rows - 1 : 0;
        if (i >= from && i < from + n)
            rho[i] += x->loose[2 + far][j] * (x->field.source[2 + far][j] - x->field.line[1][j] - d[i]);
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

static inline double largest(const double *v, size_t n, double so_far)
{
#pragma omp simd reduction(max : so_far)
    for (size_t k = 0; k < n; k++)
        so_far = fabs(v[k]) > so_far ? fabs(v[k]) : so_far;
    return so_far;
}

static void evaluate_rows(syn_crossbar *x, size_t from, size_t to, synp_sums *s)
{
    const synp_lines *l = &x->lines;
    double u[PIECE], c[PIECE];
    memset(s->column, 0, 3 * l->cols * sizeof *s->column);
    for (size_t i = from; i < to; i++)
        s->row[i] = s->row_square[i] = 0;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t first = from; first < to; first += PIECE) {
            const size_t n = to - first < PIECE ? to - first : PIECE, at = first + l->ld * j;
            voltages(x, first, j, n, u);
            currents(x, at, first, u, n, c, x->g + at);
            s->largest_current = largest(c, n, s->largest_current);
            s->largest_slope = largest(x->g + at, n, s->largest_slope);
            row_residuals(x, j, first, n, c, s);
            column_residuals(x, j, first, n, c, s);
        }
}

extern const synp_lines_precision SINGLE, DOUBLE;
const synp_lines_kernel KERNEL = {KERNEL_NAME, &SINGLE, &DOUBLE, cells, currents, voltages, evaluate_rows};
