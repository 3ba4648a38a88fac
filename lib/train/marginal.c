/* SPDX-License-Identifier: MIT */
/* Steps 1 and 2 of fit.h. */
#include "base/linear.h"
#include "base/numeric.h"
#include "base/threads.h"
#include "model/model.h"
#include "train/fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool synp_location_scale(const double *y, size_t n, bool trimmed, double *sorted, double *location, double *scale)
{
    synp_scatter s = synp_scatter_of(y, n, 1);
    double unit = 1;
    if (trimmed) {
        memcpy(sorted, y, n * sizeof *y);
        qsort(sorted, n, sizeof *sorted, synp_rising);
        s = synp_scatter_of(sorted + n / 10, n - 2 * (n / 10), 1);
        unit = SYNP_TRIMMED_SD;
    }
    *location = s.mean;
    *scale = unit * synp_scatter_sd(&s);
    return *scale > 1e-12 * fabs(*location); /* rounding alone leaves some 1e-16 of the mean */
}

/* One feature of one device. room: for its figures twice. */
static bool standardise(const syn_features *f, size_t d, int i, bool trimmed, double *room, double *mu, double *sigma,
                        double (*u)[SYN_NFEAT])
{
    const size_t first = f->first[d], end = f->first[d + 1];
    size_t n = 0;
    for (size_t t = first; t < end; t++)
        if (!isnan(f->y[t][i]))
            room[n++] = f->y[t][i];
    *mu = *sigma = NAN;
    if (n > 0 && !synp_location_scale(room, n, trimmed, room + n, mu, sigma))
        return false;
    for (size_t t = first; t < end; t++)
        u[t][i] = (f->y[t][i] - *mu) / *sigma;
    return true;
}

syn_status synp_standardise(const syn_features *f, const synp_shape shape[SYN_NFEAT], double (*mu)[SYN_NFEAT],
                            double (*sigma)[SYN_NFEAT], double (*u)[SYN_NFEAT], syn_error *err)
{
    double *room = malloc((2 * f->rows + 1) * sizeof *room);
    if (!room)
        return synp_no_memory(err);
    syn_status status = SYN_OK;
    for (size_t d = 0; !status && d < f->devices; d++)
        for (int i = 0; !status && i < SYN_NFEAT; i++)
            if (!standardise(f, d, i, shape && shape[i].knots, room, &mu[d][i], &sigma[d][i], u))
                status =
                    synp_fail(err, SYN_EDATA, syn_feature_name(i),
                              "expected a figure that varies from cycle to cycle, found only %s in cell %" PRIu64,
                              SYNP_TEXT_OF(mu[d][i]), f->cell[d]);
    free(room);
    return status;
}

typedef struct ranked {
    double u;
    size_t row;
} ranked;

static int by_figure(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    return p->u != q->u ? (p->u > q->u) - (p->u < q->u) : (p->row > q->row) - (p->row < q->row);
}

/* He_0 .. He_degree. */
static void hermite(double x, int degree, double *h)
{
    h[0] = 1;
    if (degree > 0)
        h[1] = x;
    for (int m = 2; m <= degree; m++)
        h[m] = x * h[m - 1] - (m - 1) * h[m - 2];
}

void synp_normal_scores(size_t n, double *z)
{
    for (size_t k = 0; k < (n + 1) / 2; k++) {
        z[k] = synp_normal_quantile(((double)k + 0.5) / (double)n);
        z[n - 1 - k] = -z[k];
    }
}

/* Least squares of the sorted figures on their normal quantiles z, by the normal equations: He_k of the quantiles are
 * nearly orthogonal, so these are well conditioned. */
static syn_status fit_quantiles(const double *u, const double *z, int degree, synp_marginal *m)
{
    const int terms = degree + 1;
    double a[(SYN_MAX_DEGREE + 1) * (SYN_MAX_DEGREE + 1)] = {0}, b[SYN_MAX_DEGREE + 1] = {0}, h[SYN_MAX_DEGREE + 1];
    for (size_t k = 0; k < m->n; k++) {
        hermite(z[k], degree, h);
        for (int i = 0; i < terms; i++) {
            b[i] += h[i] * u[k];
            for (int j = 0; j <= i; j++)
                a[i * terms + j] += h[i] * h[j];
        }
    }
    if (m->n <= (size_t)terms || !synp_cholesky_equations(terms, a, b))
        return SYN_ENUMERIC;
    memcpy(m->hermite, b, (size_t)terms * sizeof *b);
    double squares = 0;
    for (size_t k = 0; k < m->n; k++) {
        double rest = u[k];
        hermite(z[k], degree, h);
        for (int i = 0; i < terms; i++)
            rest -= b[i] * h[i];
        squares += rest * rest;
    }
    m->rest = sqrt(squares / (double)m->n);
    return SYN_OK;
}

/* The sorted figures at the knots, between neighbours along a straight line. */
static void put_knots(const double *u, size_t n, const synp_shape *shape, double *knot)
{
    for (int k = 0; k < shape->knots; k++) {
        const double x = shape->range * (2.0 * k / (shape->knots - 1) - 1),
                     place = fmin(fmax(synp_normal_below(x) * (double)n - 0.5, 0), (double)n - 1);
        const size_t below = (size_t)place;
        knot[k] = below + 1 < n ? u[below] + (place - (double)below) * (u[below + 1] - u[below]) : u[below];
    }
}

syn_status synp_marginal_of(const double *sorted, const double *z, size_t n, const synp_shape *shape,
                            synp_marginal *m)
{
    *m = (synp_marginal){.n = n};
    if (n == 0)
        return SYN_OK;
    put_knots(sorted, n, shape, m->knot);
    return fit_quantiles(sorted, z, shape->degree, m);
}

static syn_status marginal(const double (*u)[SYN_NFEAT], size_t rows, int i, const synp_shape *shape,
                           double (*x)[SYN_NFEAT], synp_marginal *m)
{
    ranked *r = malloc((rows + 1) * sizeof *r);
    double *z = malloc((rows + 1) * sizeof *z), *sorted = malloc((rows + 1) * sizeof *sorted);
    syn_status status = SYN_ENOMEM;
    size_t n = 0;
    if (r && z && sorted) {
        for (size_t t = 0; t < rows; t++)
            if (!isnan(u[t][i]))
                r[n++] = (ranked){u[t][i], t};
        qsort(r, n, sizeof *r, by_figure);
        for (size_t k = 0; k < n; k++)
            sorted[k] = r[k].u;
        synp_normal_scores(n, z);
        status = synp_marginal_of(sorted, z, n, shape, m);
        for (size_t t = 0; x && t < rows; t++)
            x[t][i] = NAN;
        for (size_t k = 0; x && k < n; k++)
            x[r[k].row][i] = z[k];
    }
    free(r);
    free(z);
    free(sorted);
    return status;
}

syn_status synp_marginals(const double (*u)[SYN_NFEAT], size_t n, const synp_shape shape[SYN_NFEAT],
                          double (*x)[SYN_NFEAT], synp_marginal m[SYN_NFEAT], syn_error *err)
{
    syn_status s[SYN_NFEAT];
#pragma omp parallel for num_threads(synp_threads(0)) if (n > SYNP_ROWS_FOR_THREADS)
    for (int i = 0; i < SYN_NFEAT; i++)
        s[i] = marginal(u, n, i, &shape[i], x, &m[i]);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (s[i])
            return synp_fail(err, s[i], "gamma", "%s", syn_strstatus(s[i]));
    return SYN_OK;
}

void synp_gamma(const synp_marginal *m, int degree, syn_poly *out)
{
    /* Powers of He_m, row by row: He_m = x He_{m-1} - (m-1) He_{m-2}. */
    double he[SYN_MAX_DEGREE + 1][SYN_MAX_DEGREE + 1] = {{1}, {0, 1}}, variance = 0, factorial = 1;
    for (int k = 2; k <= degree; k++)
        for (int j = 0; j <= k; j++)
            he[k][j] = (j > 0 ? he[k - 1][j - 1] : 0) - (k - 1) * he[k - 2][j];
    for (int k = 1; k <= degree; k++) {
        factorial *= k;
        variance += factorial * m->hermite[k] * m->hermite[k]; /* E He_k^2 = k! */
    }
    *out = (syn_poly){.n = degree + 1};
    for (int k = 1; k <= degree; k++)
        for (int j = 0; j <= k; j++)
            out->c[j] += m->hermite[k] / sqrt(variance) * he[k][j];
}

double synp_not_rising(const syn_poly *p, double range)
{
    const int points = 1000;
    for (int k = 0; k <= points; k++) {
        const double x = range * (2.0 * k / points - 1);
        double slope = 0;
        for (int j = p->n - 1; j >= 1; j--)
            slope = slope * x + j * p->c[j];
        if (!(slope > 0))
            return x;
    }
    return NAN;
}

int synp_rising_gamma(const synp_marginal *m, int degree, syn_poly *out, double *x)
{
    static const double widest_range = 3.719; /* +- of a normal: 99.98 % */
    const double range = fmin(widest_range, -synp_normal_quantile(0.5 / (double)m->n));
    for (; degree > 0; degree--) {
        synp_gamma(m, degree, out);
        *x = synp_not_rising(out, range);
        if (isnan(*x))
            break;
    }
    return degree;
}

/* Slopes by the harmonic mean of the two secants, which is below 2 of either (Fritsch, Butland, SIAM J. Sci. Stat. Comput. 5
 * (1984) 300); at the ends the secant itself. */
static void put_slopes(syn_spline *s)
{
    const double step = 2 * s->range / (s->n - 1);
    for (int k = 0; k < s->n; k++) {
        const double before = k ? (s->value[k] - s->value[k - 1]) / step : 0,
                     after = k + 1 < s->n ? (s->value[k + 1] - s->value[k]) / step : 0;
        s->slope[k] = k == 0               ? after
                      : k + 1 == s->n      ? before
                      : before + after > 0 ? 2 * before * after / (before + after)
                                           : 0;
    }
}

void synp_gamma_spline(const synp_marginal *m, const synp_shape *shape, syn_spline *out)
{
    *out = (syn_spline){.n = shape->knots, .range = shape->range};
    for (int k = 0; k < out->n; k++)
        out->value[k] = k ? fmax(m->knot[k], out->value[k - 1]) : m->knot[k];
    put_slopes(out);
    /* Mean and variance of the middle 80 %, by the midpoint rule. */
    enum { POINTS = 2000 };
    const double end = -synp_normal_quantile(0.1), h = 2 * end / POINTS;
    double mean = 0, square = 0, total = 0;
    for (int k = 0; k < POINTS; k++) {
        const double x = h * (k + 0.5) - end, weight = exp(-0.5 * x * x), y = synp_spline(out, x);
        total += weight;
        mean += weight * y;
        square += weight * y * y;
    }
    mean /= total;
    const double sd = SYNP_TRIMMED_SD * sqrt(square / total - mean * mean);
    for (int k = 0; k < out->n; k++) {
        out->value[k] = (out->value[k] - mean) / sd;
        out->slope[k] /= sd;
    }
}
