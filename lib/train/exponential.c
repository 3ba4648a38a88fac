/* SPDX-License-Identifier: MIT */
/* Exponential I-V curves from points of the branches.
 *
 * The chord conductance of a cell of conductance g at u0 is h = (1 - r) exp(P_L) + r exp(P_H), r = (G_L - g) / (G_L - G_H).
 * With t = |u| / range, the exponents are
 *
 *   u > 0:  P = ln G + sum_j a_j (t^j - t0^j), so that P(u0) = ln G        u < 0:  P = ln G - sum_j a_j t0^j + sum_j b_j t^j
 *
 * The unknowns are the a and b of both curves: the smallest sum of w (i/u - h)^2 is sought. w makes the errors relative where
 * the current is told from noise, 1 / (h^2 + (noise / u)^2), and spares a few bad points: it falls as 1 / (1 + (e / 3 s)^2) with
 * the relative error e and its typical size s (Cauchy's weights). Method: Levenberg, Marquardt; w is renewed in each step. */
#include "train/curves.h"

#include "base/base.h"
#include "base/linear.h"
#include "base/numeric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LLRS, HHRS };
enum { LEAST_DEGREE = 2, MOST_DEGREE = 8, UNKNOWNS = 4 * MOST_DEGREE, FEWEST = 10, GRID = 32, STEPS = 40 };
static const double margin = 0.2;     /* of ln LLRS - ln HHRS, where no data say more */
static const double bend_cost = 1e-6; /* of a second derivative of 1 by t, in squares of relative errors */
static const double gap_cost = 1;     /* of a missing gap of 1, in the same units */
static const double clearly = 1.03;   /* a higher degree must lower the errors by more */

typedef struct problem {
    const synp_exponential_data *d;
    int degree;
    double t0, ln_g[2];
    int place[2][2];    /* of the unknowns of a curve and side, in units of the degree */
    double reach[2][2]; /* t up to which there are points */
    double *weight, *error;
} problem;

/* Normal equations of the step. */
typedef struct equations {
    double a[UNKNOWNS * UNKNOWNS], b[UNKNOWNS];
} equations;

/* Exponent of a curve at t on a side (1: u < 0). row, unless NULL, gets its derivatives by the unknowns. */
static double exponent(const problem *q, const double *x, int curve, int side, double t, double *row)
{
    const int n = q->degree, a = q->place[curve][0] * n, b = q->place[curve][side] * n;
    double sum = q->ln_g[curve], power = 1, at_0 = 1;
    if (row)
        memset(row, 0, 4 * (size_t)n * sizeof *row);
    for (int j = 0; j < n; j++) {
        power *= t;
        at_0 *= q->t0;
        sum += x[b + j] * power - x[a + j] * at_0;
        if (row) {
            row[a + j] -= at_0;
            row[b + j] += power;
        }
    }
    return sum;
}

/* h of a point, and its derivatives unless row is NULL. */
static double chord(const problem *q, const double *x, const synp_curve_point *p, double *row)
{
    double of_h[UNKNOWNS];
    const int side = p->u < 0;
    const double t = fabs(p->u) / q->d->range,
                 r = fmin(fmax((q->d->g[LLRS] - p->g) / (q->d->g[LLRS] - q->d->g[HHRS]), 0), 1),
                 l = (1 - r) * exp(exponent(q, x, LLRS, side, t, row)),
                 h = r * exp(exponent(q, x, HHRS, side, t, row ? of_h : NULL));
    for (int j = 0; row && j < 4 * q->degree; j++)
        row[j] = l * row[j] + h * of_h[j];
    return l + h;
}

/* Adds weight (rest - row x)^2 to the equations for x, and weight rest^2 to the cost. */
static void add_row(int n, const double *row, double weight, double rest, equations *e, double *cost)
{
    *cost += weight * rest * rest;
    for (int j = 0; e && j < n; j++) {
        if (row[j] == 0)
            continue;
        const double share = weight * row[j];
        e->b[j] += share * rest;
        for (int k = 0; k <= j; k++)
            e->a[j * n + k] += share * row[k];
    }
}

/* Second derivative of an exponent by t. */
static double bend(const problem *q, const double *x, int curve, int side, double t, double *row)
{
    const int n = q->degree, at = q->place[curve][side] * n;
    double sum = 0, power = 1;
    memset(row, 0, 4 * (size_t)n * sizeof *row);
    for (int j = 2; j <= n; j++) {
        row[at + j - 1] = j * (j - 1) * power;
        sum += x[at + j - 1] * row[at + j - 1];
        power *= t;
    }
    return sum;
}

/* Beyond the points of a curve its exponent goes on as a straight line, as far as the gap allows. */
static void add_wishes(const problem *q, const double *x, equations *e, double *cost)
{
    const double each = (double)q->d->n / GRID;
    double row[UNKNOWNS], of_h[UNKNOWNS];
    const int n = 4 * q->degree;
    for (int side = 0; side < 2; side++)
        for (int k = 1; k <= GRID; k++) {
            const double t = (double)k / GRID;
            for (int curve = 0; curve < 2; curve++)
                if (t > q->reach[curve][side])
                    add_row(n, row, bend_cost * each, -bend(q, x, curve, side, t, row), e, cost);
            if (side == 1 || t * q->d->range > q->d->gap_to)
                continue;
            double gap = exponent(q, x, LLRS, side, t, row) - exponent(q, x, HHRS, side, t, of_h);
            for (int j = 0; j < n; j++)
                row[j] -= of_h[j];
            if (gap < margin)
                add_row(n, row, gap_cost * each, margin - gap, e, cost);
        }
}

/* Sum of squares with the weights as they are. e: NULL, or the equations for the step. */
static double cost_of(const problem *q, const double *x, equations *e)
{
    double cost = 0, row[UNKNOWNS];
    if (e)
        memset(e, 0, sizeof *e);
    for (size_t k = 0; k < q->d->n; k++) {
        const synp_curve_point *p = &q->d->points[k];
        const double rest = p->i / p->u - chord(q, x, p, e ? row : NULL);
        add_row(4 * q->degree, row, q->weight[k], rest, e, &cost);
    }
    add_wishes(q, x, e, &cost);
    return cost;
}

/* Renews the weights. Returns the typical relative error, median and half of the 90 % quantile, of every fourth point. */
static double weigh(const problem *q, const double *x)
{
    for (size_t k = 0; k < q->d->n; k++) {
        const synp_curve_point *p = &q->d->points[k];
        const double h = chord(q, x, p, NULL), noise = q->d->noise / p->u;
        q->weight[k] = 1 / (h * h + noise * noise);
        q->error[k] = fabs(p->i / p->u - h) * sqrt(q->weight[k]);
    }
    double *sorted = q->error + q->d->n;
    size_t n = 0;
    for (size_t k = 0; k < q->d->n; k += 4)
        sorted[n++] = q->error[k];
    qsort(sorted, n, sizeof *sorted, synp_rising);
    const double middle = sorted[n / 2], size = fmax(middle / 0.6745, 1e-6);
    for (size_t k = 0; k < q->d->n; k++)
        q->weight[k] /= 1 + pow(q->error[k] / (3 * size), 2);
    return middle + 0.5 * sorted[n * 9 / 10];
}

/* y = x + the step of the equations, damped in units of their diagonal. Returns false if there is none. */
static bool step(int n, const equations *e, double damping, const double *x, double *y)
{
    double a[UNKNOWNS * UNKNOWNS], b[UNKNOWNS], scale[UNKNOWNS];
    for (int j = 0; j < n; j++)
        scale[j] = 1 / sqrt(fmax(e->a[j * n + j], 1e-300));
    for (int j = 0; j < n; j++) {
        b[j] = e->b[j] * scale[j];
        for (int k = 0; k <= j; k++)
            a[j * n + k] = a[k * n + j] = e->a[j * n + k] * scale[j] * scale[k];
        a[j * n + j] += damping;
    }
    if (!synp_cholesky_equations(n, a, b))
        return false;
    for (int j = 0; j < n; j++)
        y[j] = x[j] + b[j] * scale[j];
    return true;
}

/* Improves x. Returns the typical relative error. */
static double minimise(const problem *q, double *x)
{
    equations e;
    double damping = 1e-6, y[UNKNOWNS];
    const int n = 4 * q->degree;
    for (int k = 0; k < STEPS; k++) {
        weigh(q, x);
        const double before = cost_of(q, x, &e);
        double after = NAN;
        for (; damping < 1e6; damping *= 10) {
            after = step(n, &e, damping, x, y) ? cost_of(q, y, NULL) : NAN;
            if (after <= before)
                break;
        }
        if (!(after <= before))
            break;
        memcpy(x, y, (size_t)n * sizeof *x);
        damping = fmax(damping / 30, 1e-12);
        if (before - after < 1e-5 * before)
            break;
    }
    return weigh(q, x);
}

/* LLRS or HHRS: whose conductance is nearer. */
static int state_of(const synp_exponential_data *d, const synp_curve_point *p)
{
    return p->g * p->g > d->g[LLRS] * d->g[HHRS] ? LLRS : HHRS;
}

/* Starting point: ln(i / u g) of the points in LRS and in HRS is nearly ln of the curve over G. This is linear. */
static void start(const problem *q, double *x)
{
    equations e = {{0}, {0}};
    double row[UNKNOWNS], zero[UNKNOWNS] = {0}, cost = 0;
    const int n = 4 * q->degree;
    for (size_t k = 0; k < q->d->n; k++) {
        const synp_curve_point *p = &q->d->points[k];
        const int curve = state_of(q->d, p);
        if (p->i / p->u > 0 && fabs(p->i) > 3 * q->d->noise) {
            exponent(q, zero, curve, p->u < 0, fabs(p->u) / q->d->range, row);
            add_row(n, row, 1, log(p->i / (p->u * p->g)), &e, &cost);
        }
    }
    add_wishes(q, zero, &e, &cost);
    if (!step(n, &e, 1e-9, zero, x))
        memset(x, 0, (size_t)n * sizeof *x);
}

/* Where there are points: 99 % of them lie within the reach. */
static syn_status look(problem *q, synp_exponential_fit *out, syn_error *err)
{
    size_t n[2][2];
    for (int curve = 0; curve < 2; curve++)
        for (int side = 0; side < 2; side++) {
            size_t found = 0;
            for (size_t k = 0; k < q->d->n; k++)
                if (state_of(q->d, &q->d->points[k]) == curve && (q->d->points[k].u < 0) == side)
                    q->error[found++] = fabs(q->d->points[k].u) / q->d->range;
            qsort(q->error, found, sizeof *q->error, synp_rising);
            n[curve][side] = found;
            q->reach[curve][side] = found ? q->error[found * 99 / 100] : 0;
        }
    for (int curve = 0; curve < 2; curve++)
        for (int side = 0; side < 2; side++) {
            out->mirrored[curve][side] = n[curve][side] < FEWEST;
            q->place[curve][side] = 2 * curve + (n[curve][side] < FEWEST ? !side : side);
            if (n[curve][0] < FEWEST && n[curve][1] < FEWEST)
                return synp_fail(err, SYN_EDATA, "iv", "%zu points in %s do not determine its curve",
                                 n[curve][0] + n[curve][1], curve == LLRS ? "LRS" : "HRS");
        }
    return SYN_OK;
}

/* In powers of |u| in V, with what stands at 0 V. */
static void put_exponents(const problem *q, const double *x, synp_exponential_fit *out)
{
    const int n = q->degree;
    out->degree = n;
    for (int curve = 0; curve < 2; curve++) {
        syn_poly *const sides[2] = {&out->curve[curve].positive, &out->curve[curve].negative};
        for (int side = 0; side < 2; side++) {
            *sides[side] = (syn_poly){.n = n + 1};
            sides[side]->c[0] = exponent(q, x, curve, 0, 0, NULL);
            for (int j = 0; j < n; j++)
                sides[side]->c[j + 1] = x[q->place[curve][side] * n + j] / pow(q->d->range, j + 1);
        }
    }
}

/* The least degree whose errors no higher one lowers clearly. Each starts where the one below ended. */
static void fit_degrees(problem *q, synp_exponential_fit *out)
{
    double x[MOST_DEGREE + 1][UNKNOWNS], error[MOST_DEGREE + 1], least = INFINITY;
    for (int n = LEAST_DEGREE; n <= MOST_DEGREE; n++) {
        q->degree = n;
        if (n == LEAST_DEGREE)
            start(q, x[n]);
        for (int k = 0; n > LEAST_DEGREE && k < 4 * n; k++)
            x[n][k] = k % n < n - 1 ? x[n - 1][k / n * (n - 1) + k % n] : 0;
        error[n] = minimise(q, x[n]);
        least = fmin(least, error[n]);
    }
    q->degree = LEAST_DEGREE;
    while (error[q->degree] > clearly * least)
        q->degree++;
    put_exponents(q, x[q->degree], out);
}

syn_status synp_fit_exponential(const synp_exponential_data *d, synp_exponential_fit *out, syn_error *err)
{
    if (!(d->g[LLRS] > d->g[HHRS] && d->g[HHRS] > 0))
        return synp_fail(err, SYN_EDATA, "iv", "expected an LRS more conductive than the HRS, found %g S and %g S",
                         d->g[LLRS], d->g[HHRS]);
    problem q = {.d = d, .t0 = d->u0 / d->range, .ln_g = {log(d->g[LLRS]), log(d->g[HHRS])}};
    q.weight = malloc((d->n + 1) * sizeof *q.weight);
    q.error = malloc((2 * d->n + 1) * sizeof *q.error); /* the second half: sorted */
    syn_status status = q.weight && q.error ? look(&q, out, err) : synp_no_memory(err);
    if (!status)
        fit_degrees(&q, out);
    free(q.weight);
    free(q.error);
    return status;
}
