/* SPDX-License-Identifier: MIT */
/* Solutions of a crossbar: Newton's method with residuals in double precision; the corrections come from
 * lines/kernel.h in single precision as long as that helps. For linear cells this is iterative refinement.
 *
 * Bound of the errors. Let h be the voltages of all nodes for 1 V at terminal p and 0 V at all others, with the
 * slopes of the cells. A current rho left over at node n changes the current of p by rho h_n. With S the sum of the
 * left-over currents of a line and R_k those up to its node k, the sum over a line of rho_n h_n is S h_last - sum_k
 * R_k (h_k+1 - h_k). As 0 <= h <= 1, and the wires dissipate sum (h_k+1 - h_k)^2 / r <= Y_pp, by Cauchy and Schwarz
 *   |error of I_p| <= sum over the lines of |S| + sqrt(Y_pp sum over all segments of r R_k^2),
 * where Y_pp is bounded in load_of. Left-over currents of rounding have opposite signs at neighbours, so that they
 * count little in this. Where slopes are negative, h may leave 0 .. 1; the bound is then only an estimate. */
#include "base/threads.h"
#include "crossbar/crossbar.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double nothing = 1e-30; /* A, one electron in 5000 years: where no current flows, none larger is left */

enum { MOST_NEWTON = 500, MOST_ITERATIONS = 1000 };

synp_view synp_crossbar_view(const syn_crossbar *x)
{
    return (synp_view){.lines = &x->lines,
                       .cells = &x->cells,
                       .series = x->access.inner ? synp_access_series : NULL,
                       .access = (void *)&x->access,
                       .on = x->on,
                       .gmin = x->gmin,
                       .field = x->field,
                       .loose = {x->loose[0], x->loose[1], x->loose[2], x->loose[3]},
                       .rho = {x->rho[0], x->rho[1]},
                       .cycle = x->method == SYNP_CYCLES ? x->cycle : NULL,
                       .keep_slopes = x->method == SYNP_CYCLES && x->cycle->holds && synp_crossbar_is_linear(x),
                       .g = x->g};
}

bool synp_crossbar_is_linear(const syn_crossbar *x)
{
    return x->cells.kind == SYNP_TANGENT || (x->cells.kind == SYNP_LINEAR && !x->access.inner);
}

static synp_sums sums_of(const syn_crossbar *x, int part)
{
    const synp_lines *l = &x->lines;
    double *own = x->sums + 2 * l->ld + 3 * l->cols * (size_t)part;
    return (synp_sums){x->sums, x->sums + l->ld, own, own + l->cols, own + 2 * l->cols, 0, 0};
}

/* Sets the currents of a line's terminals, into the array. A loose end carries the current of its lead. A line that is
 * its source's node takes from the source what is left over at the line. Returns the largest size. */
static double line_currents(syn_crossbar *x, int along, size_t i, double left_over)
{
    const synp_field *f = &x->field;
    const double drop[2] = {
        f->drop[along][along ? x->lines.ld * i : i],
        f->drop[along][along ? x->lines.rows - 1 + x->lines.ld * i : i + x->lines.ld * (x->lines.cols - 1)]};
    double largest = 0;
    for (int far = 0; far < 2; far++) {
        const int side = 2 * along + far;
        if (!(x->lines.end[side][i] > 0))
            continue;
        f->current[side][i] = isinf(x->lines.end[side][i])
                                  ? 0 - left_over
                                  : x->loose[side][i] * (f->source[side][i] - f->line[along][i] - drop[far]);
        largest = fmax(largest, fabs(f->current[side][i]));
    }
    return largest;
}

/* Whether a line is its source's node, so that nothing is left over at it. */
static bool is_source(const syn_crossbar *x, int along, size_t i)
{
    return isinf(x->lines.end[2 * along][i]) || isinf(x->lines.end[2 * along + 1][i]);
}

/* Bound of Y_pp at the ends of a line: what a lead leads to conducts no better than all cells of the line and its other
 * end together. */
static double load_of(const syn_crossbar *x, int along, size_t i, double slope)
{
    const double *const end[2] = {x->lines.end[2 * along], x->lines.end[2 * along + 1]};
    const double cells = slope * (double)(along ? x->lines.rows : x->lines.cols);
    if (is_source(x, along, i))
        return cells;
    return fmax(fmin(end[0][i], cells + end[1][i]), fmin(end[1][i], cells + end[0][i]));
}

/* Puts what is left over at an ideal line, or `sum` at one that is no node of its source, at its last node. */
static void put_sum(const syn_crossbar *x, int along, size_t i, double sum)
{
    const synp_lines *l = &x->lines;
    const size_t last = along ? l->rows - 1 + l->ld * i : i + l->ld * (l->cols - 1);
    if (x->method == SYNP_CYCLES)
        (along ? x->cycle->y : x->cycle->f)[last] = (float)sum;
    else
        x->rho[along][last] = sum;
}

/* Adds the sums over the columns of all threads to those of the first. The sums of a thread start at 0 instead of at
 * `start`, the sum of all rows before: each of its n sums is larger by `start`. */
static void join_columns(const syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    const synp_sums all = sums_of(x, 0);
    for (int part = 1; part < l->threads; part++) {
        const synp_sums s = sums_of(x, part);
        const double n = (double)(synp_first_row(l, part + 1) - synp_first_row(l, part));
        for (size_t j = 0; j < l->cols; j++) {
            const double start = all.column[j];
            all.column_square[j] += s.column_square[j] + start * (2 * s.column_sums[j] + n * start);
            all.column[j] += s.column[j];
        }
    }
}

void synp_crossbar_evaluate(syn_crossbar *x, syn_solution *info)
{
    const synp_lines *l = &x->lines;
    const synp_view v = synp_crossbar_view(x);
    double largest = 0, slope = 0, lines = 0, segments = 0;
#pragma omp parallel for num_threads(synp_threads(l->threads)) if (l->threads > 1) reduction(max : largest, slope)
    for (int part = 0; part < l->threads; part++) {
        synp_sums s = sums_of(x, part);
        x->kernel->evaluate_rows(&v, synp_first_row(l, part), synp_first_row(l, part + 1), &s);
        largest = fmax(largest, s.largest_current);
        slope = fmax(slope, s.largest_slope);
    }
    join_columns(x);
    const synp_sums all = sums_of(x, 0);
    double load = 0;
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? l->cols : l->rows); i++) {
            const double sum = along ? all.column[i] : all.row[i];
            const double square = along ? all.column_square[i] : all.row_square[i];
            if (l->r[along][i] == 0)
                put_sum(x, along, i, is_source(x, along, i) ? 0 : sum);
            largest = fmax(largest, line_currents(x, along, i, sum));
            lines += is_source(x, along, i) ? 0 : fabs(sum);
            segments += l->r[along][i] * square;
            load = fmax(load, load_of(x, along, i, slope));
        }
    x->stale = false;
    x->cycle->holds = x->method == SYNP_CYCLES || (x->cycle->holds && synp_crossbar_is_linear(x));
    x->factored = x->factored && (synp_crossbar_is_linear(x) || x->method == SYNP_CYCLES);
    info->residual = lines + sqrt(load * segments);
    info->scale = largest;
}

void synp_crossbar_clear(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    for (int along = 0; along < 2; along++) {
        memset(x->field.line[along], 0, (along ? l->cols : l->rows) * sizeof(double));
        memset(x->field.drop[along], 0, l->ld * l->cols * sizeof(double));
    }
}

static double delivered_power(const syn_crossbar *x)
{
    double power = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(&x->lines, side); i++)
            if (x->lines.end[side][i] > 0)
                power += x->field.source[side][i] * x->field.current[side][i];
    return power;
}

/* Whether the sources hardly hold a line, compared with a cell or with its wire, so that its voltage depends on all other
 * lines. */
static bool is_weak(const syn_crossbar *x, int along, size_t i)
{
    const double lead = x->lines.end[2 * along][i] + x->lines.end[2 * along + 1][i];
    return lead < 1e-5 || (x->lines.r[along][i] > 0 && lead * x->lines.r[along][i] < 1e-4);
}

/* Moves the voltage of such a line to that of its first node, which keeps its drops small. Returns by how much. */
static double settle(syn_crossbar *x, int along, size_t i)
{
    const double first = x->field.drop[along][along ? x->lines.ld * i : i], line = x->field.line[along][i];
    if (!(fabs(first) > 1e-6 * fabs(line)) || !is_weak(x, along, i))
        return 0;
    x->field.line[along][i] += first;
    return x->field.line[along][i] - line;
}

static void settle_weak_lines(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    double *const shift = x->sums;
    double shifts = 0;
    for (size_t i = 0; i < l->rows; i++) {
        shift[i] = settle(x, 0, i);
        shifts += fabs(shift[i]);
    }
    for (size_t j = 0; j < l->cols; j++) {
        double *du = x->field.drop[0] + l->ld * j, *dw = x->field.drop[1] + l->ld * j;
        const double all = settle(x, 1, j);
        for (size_t i = 0; shifts > 0 && i < l->rows; i++)
            du[i] -= shift[i];
        for (size_t i = 0; all != 0 && i < l->rows; i++)
            dw[i] -= all;
    }
}

/* One correction by conjugate gradients. Returns false if the equations are not positive definite. */
static bool correct(syn_crossbar *x, double tolerance, double step, syn_solution *info)
{
    const bool use_double = x->method == SYNP_GRADIENTS_DOUBLE;
    const synp_lines_precision *p = use_double ? x->kernel->double_precision : x->kernel->single_precision;
    synp_lines_work *w = use_double ? x->double_work : x->single_work;
    if (!x->factored) {
        p->factor(w, x->g);
        if (x->coarse && !synp_coarse_factor(x->coarse, x->g, NULL))
            return false;
        x->factored = true;
    }
    return p->solve(w, x->rho[0], x->rho[1], info->residual, step, fmax(tolerance, p->accuracy), MOST_ITERATIONS,
                    x->field.drop[0], x->field.drop[1], &info->iterations);
}

/* Tolerance of the next correction: linear equations at once, others in step with the convergence of Newton's method
 * (Eisenstat and Walker, SIAM J. Sci. Comput. 17 (1996) 16). */
static double next_tolerance(const syn_crossbar *x, const syn_solution *info, double before)
{
    const double goal = 0.1 * x->enough * info->scale / info->residual;
    if (synp_crossbar_is_linear(x))
        return fmin(fmax(goal, 1e-5), 0.1);
    const double ratio = before > 0 ? info->residual / before : 1;
    return fmax(fmin(0.5 * ratio * ratio, 0.02), fmax(goal, 1e-5));
}

/* The convergence of Newton's method. */
typedef struct convergence {
    double before, earlier; /* A, residuals of the last linearisation and of the one before it */
    double mark;            /* A, the residual that the next one must halve to count as progress */
    int slow;               /* linearisations since the residual was last halved */
    int poor;               /* the last cycles, as far as they left more than a quarter of the residual */
} convergence;

/* Step length when Newton's method converges slowly, as a multiple of its correction. It creeps where the slope of a cell
 * was raised to slope_min: extrapolate the geometric series of the residuals, the further the longer it creeps, but only every
 * third time, so that the disturbance can settle. It oscillates between two pieces of an access device's curve: half a step. */
static double next_step(int n, const convergence *p, double residual)
{
    const double before = p->before, most = 10 * exp2(p->slow / 8.0);
    if (n % 3 != 0)
        return 1;
    if (residual >= before)
        return 0.5;
    return before < p->earlier ? fmin(1 / (1 - residual / before), most) : 1;
}

/* States, currents and residuals at the present voltages. */
static syn_status look(syn_crossbar *x, bool switching, double *moved, syn_solution *info, syn_error *err)
{
    const synp_view v = synp_crossbar_view(x);
    *moved = 0;
    if (switching && synp_switching_follow(x->switching, &v, moved, info))
        return synp_no_memory(err);
    settle_weak_lines(x);
    synp_crossbar_evaluate(x, info);
    if (isfinite(info->residual) && isfinite(info->scale))
        return SYN_OK;
    synp_crossbar_clear(x);
    return synp_fail(err, SYN_ENUMERIC, "crossbar", "the solution diverges");
}

/* The next method takes over from here. Returns SYN_OK or SYN_ENOMEM. */
static syn_status take_next_method(syn_crossbar *x, convergence *p)
{
    p->slow = p->poor = 0;
    p->mark = INFINITY;
    return synp_crossbar_next_method(x);
}

/* The relaxation of the cycles, from what the last of them left of the residual: `ratio`. The equations of word and bit lines
 * are two blocks of which each depends on the other alone. If one after the other reduces errors by rho in each cycle, with a
 * relaxation w by lambda with (lambda + w - 1)^2 = lambda rho w^2, and 2 / (1 + sqrt(1 - rho)) is the best w (D. M. Young, Trans.
 * Amer. Math. Soc. 76 (1954) 92). rho is large where conductances have a pattern. */
static double relax(double w, double ratio)
{
    const double most = 1.3;
    if (!(ratio > w - 1 && ratio < 0.9))
        return w;
    const double rho = (ratio + w - 1) * (ratio + w - 1) / (ratio * w * w);
    return rho < 1 ? fmax(w, fmin(2 / (1 + sqrt(1 - rho)), most)) : w;
}

/* Linearisation number n: one cycle. The coarse equations are made at the first and the second; after that slopes hardly change.
 * Where cycles converge slowly, conjugate gradients take over. Returns SYN_OK or SYN_ENOMEM. */
static syn_status cycle(syn_crossbar *x, int n, bool switching, convergence *p, syn_solution *info)
{
    const double largest = 1e30;                    /* A, for single precision */
    const double bearable = switching ? 0.7 : 0.25; /* states that change: no method gets on better */
    p->poor = n > 0 && info->residual > bearable * p->before ? p->poor + 1 : 0;
    if (p->poor >= 3 || info->residual > largest)
        return take_next_method(x, p);
    const double ratio = n > 0 ? info->residual / p->before : 1;
    if (n > 1)
        x->cycle->relaxation = (float)relax((double)x->cycle->relaxation, ratio);
    const synp_view v = synp_crossbar_view(x);
    if (switching) {
        synp_switching_slopes(x->switching, &v, x->touched);
        x->stale = true; /* g is not that of the cells alone, until the next evaluation */
        for (size_t i = 0; i < x->lines.rows; i++)
            if (x->touched[i])
                synp_cycle_eliminate(x->cycle, x->g, i);
    }
    if (!synp_cycle_finish(x->cycle, x->kernel, &v, x->factored && (synp_crossbar_is_linear(x) || n != 1)))
        return take_next_method(x, p);
    x->factored = true;
    info->newton++;
    info->iterations++;
    return SYN_OK;
}

/* Linearisation number n: one correction. Where it fails or converges slowly, double precision takes over. Returns
 * SYN_OK or SYN_ENOMEM. */
static syn_status improve(syn_crossbar *x, int n, convergence *p, syn_solution *info)
{
    const bool linear = synp_crossbar_is_linear(x);
    const double step = linear || p->slow <= 3 ? 1 : next_step(n, p, info->residual);
    const double tolerance = next_tolerance(x, info, p->before);
    if (p->slow > (linear ? 0 : 3) && x->method == SYNP_GRADIENTS && synp_crossbar_next_method(x))
        return SYN_ENOMEM;
    info->newton++;
    if (correct(x, tolerance, step, info))
        return SYN_OK;
    if (x->method == SYNP_GRADIENTS)
        return synp_crossbar_next_method(x);
    p->slow += 2;
    return SYN_OK;
}

/* The lowest and the highest voltage of the sources; 0 without sources. */
static void source_range(const syn_crossbar *x, double *low, double *high)
{
    const synp_lines *l = &x->lines;
    *low = INFINITY;
    *high = -INFINITY;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(l, side); i++) {
            const double source = x->field.source[side][i];
            *low = l->end[side][i] > 0 ? fmin(*low, source) : *low;
            *high = l->end[side][i] > 0 ? fmax(*high, source) : *high;
        }
    if (*low > *high)
        *low = *high = 0;
}

/* Returns the residual [A] of a solution that does not become better. If the sources differ by the rounding of their voltages
 * alone, so do those of all nodes: all currents are of rounding, that of a cell in LRS, of less than 1 mS, among them. */
static double acceptable(const syn_crossbar *x, const syn_solution *info)
{
    double low, high;
    source_range(x, &low, &high);
    const double enough = fmax(10 * x->enough * info->scale, nothing),
                 ulp = DBL_EPSILON * fmax(fabs(low), fabs(high));
    return high - low > 16 * ulp ? enough : fmax(enough, fmax(info->scale, 1e-3 * ulp));
}

/* Whether few good corrections are faster than many rough ones: what a small crossbar needs lies in the caches, and access
 * devices make an evaluation far more expensive than a correction. */
static bool prefers_gradients(const syn_crossbar *x)
{
    const size_t small = 6000; /* cells */
    return x->lines.rows * x->lines.cols < small || (x->access.inner && !synp_crossbar_is_linear(x));
}

syn_status synp_crossbar_converge(syn_crossbar *x, bool switching, syn_solution *info, syn_error *err)
{
    convergence p = {.mark = INFINITY};
    *info = (syn_solution){0};
    if (x->method == SYNP_GRADIENTS && !synp_crossbar_is_linear(x) && !prefers_gradients(x))
        x->method = SYNP_CYCLES;
    if (x->method == SYNP_CYCLES && prefers_gradients(x) && synp_crossbar_next_method(x))
        return synp_no_memory(err);
    x->cycle->relaxation = 1;
    for (int n = 0; n < MOST_NEWTON && p.slow <= (synp_crossbar_is_linear(x) ? 25 : 200); n++) {
        double moved;
        const syn_status status = look(x, switching, &moved, info, err);
        if (status)
            return status;
        if (info->residual <= fmax(x->enough * info->scale, nothing)) {
            /* With access devices the states have followed the cells' voltages of the evaluation before. */
            if (!switching || !x->access.inner || (n > 0 && moved < 1e-6))
                break;
            continue;
        }
        p.slow = info->residual > 0.5 * p.mark ? p.slow + 1 : 0;
        p.mark = p.slow > 0 ? p.mark : info->residual;
        if (p.slow > 3 && info->residual <= acceptable(x, info))
            break;
        if (x->method == SYNP_CYCLES ? cycle(x, n, switching, &p, info) : improve(x, n, &p, info))
            return synp_no_memory(err);
        p.earlier = p.before;
        p.before = info->residual;
    }
    info->power = delivered_power(x);
    if (info->residual <= acceptable(x, info))
        return SYN_OK;
    return synp_fail(err, SYN_ENUMERIC, "crossbar",
                     "after %d linearisations %g A are left over at the nodes, of %g A in the largest terminal",
                     info->newton, info->residual, info->scale);
}

void synp_crossbar_start(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    double v, high;
    source_range(x, &v, &high);
    const bool uniform = v == high;
    for (int along = 0; along < 2; along++) {
        for (size_t i = 0; i < (along ? l->cols : l->rows); i++) {
            const double *const end[2] = {l->end[2 * along], l->end[2 * along + 1]};
            if (uniform || !is_weak(x, along, i))
                x->field.line[along][i] = uniform ? v : x->field.source[2 * along + (end[1][i] > end[0][i])][i];
        }
        if (uniform) /* then this is the solution, to the last digit */
            memset(x->field.drop[along], 0, l->ld * l->cols * sizeof(double));
    }
}

syn_status synp_crossbar_sources(syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err)
{
    const synp_lines *l = &x->lines;
    if (x->cells.kind == SYNP_NONE)
        return synp_fail(err, SYN_EINVAL, "cells", "the crossbar has none yet");
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; v[side] && i < synp_lines_at(l, side); i++)
            if (l->end[side][i] > 0 && !isfinite(v[side][i]))
                return synp_fail(err, SYN_EINVAL, syn_side_name((syn_side)side), "%g V at line %zu is not finite",
                                 v[side][i], i);
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(l, side); i++)
            if (l->end[side][i] > 0)
                x->field.source[side][i] = v[side] ? v[side][i] : 0;
    synp_crossbar_start(x);
    return SYN_OK;
}

syn_status syn_crossbar_solve(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution unseen;
    const syn_status status = synp_crossbar_sources(x, v, err);
    return status ? status : synp_crossbar_converge(x, false, info ? info : &unseen, err);
}

const double *syn_crossbar_current(const syn_crossbar *x, syn_side side)
{
    return (unsigned)side < SYN_SIDES ? x->field.current[side] : NULL;
}

void syn_crossbar_nodes(const syn_crossbar *x, double *u, double *w)
{
    const synp_lines *l = &x->lines;
    const synp_field *f = &x->field;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++) {
            if (u)
                u[i + l->rows * j] = f->line[0][i] + f->drop[0][i + l->ld * j];
            if (w)
                w[i + l->rows * j] = f->line[1][j] + f->drop[1][i + l->ld * j];
        }
}

void synp_crossbar_cell(const syn_crossbar *x, size_t row, size_t col, double *u, double *i)
{
    const synp_view view = synp_crossbar_view(x);
    const size_t at = row + x->lines.ld * col;
    double v, slope = x->g[at];
    x->kernel->voltages(&view, row, col, 1, &v);
    x->kernel->currents(&view, at, row, &v, 1, i, &slope);
    *u = x->access.inner ? x->access.inner[at] : v;
}

void syn_crossbar_cells(const syn_crossbar *x, double *u, double *i)
{
    const synp_lines *l = &x->lines;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t row = 0; row < l->rows; row++) {
            double voltage, current;
            synp_crossbar_cell(x, row, j, &voltage, &current);
            if (u)
                u[row + l->rows * j] = voltage;
            if (i)
                i[row + l->rows * j] = current;
        }
}

synp_extremes synp_crossbar_extremes(const syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    const synp_view view = synp_crossbar_view(x);
    synp_extremes e = {.low = INFINITY, .high = -INFINITY};
    double largest = -1;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t first = 0; first < l->rows; first += SYNP_STRIP) {
            const size_t n = l->rows - first < SYNP_STRIP ? l->rows - first : SYNP_STRIP, at = first + l->ld * j;
            double u[SYNP_STRIP], low = INFINITY, high = -INFINITY;
            x->kernel->voltages(&view, first, j, n, u);
            for (size_t k = 0; k < n; k++) {
                u[k] = x->access.inner ? x->access.inner[at + k] : u[k];
                low = u[k] < low ? u[k] : low;
                high = u[k] > high ? u[k] : high;
            }
            e.low = fmin(e.low, low);
            e.high = fmax(e.high, high);
            if (fmax(-low, high) <= largest)
                continue;
            largest = fmax(-low, high);
            for (size_t k = 0; k < n; k++)
                if (fabs(u[k]) == largest)
                    e.largest = first + k + l->rows * j;
        }
    return e;
}

void syn_crossbar_states(const syn_crossbar *x, float *r)
{
    const synp_lines *l = &x->lines;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++)
            r[i + l->rows * j] = (float)x->cells.r[i + l->ld * j];
}
