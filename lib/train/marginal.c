/* SPDX-License-Identifier: MIT */
/* Steps 1 and 2 of fit.h. */
#include "base/linear.h"
#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

syn_status synp_standardise(const syn_features *f, double (*mu)[SYN_NFEAT], double (*sigma)[SYN_NFEAT],
                            double (*u)[SYN_NFEAT], syn_error *err)
{
    for (size_t d = 0; d < f->devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++) {
            const size_t first = f->first[d], n = f->first[d + 1] - first;
            const synp_scatter y = synp_scatter_of(f->y[first] + i, n, SYN_NFEAT);
            mu[d][i] = y.mean;
            sigma[d][i] = synp_scatter_sd(&y);
            if (y.n == 0) {
                for (size_t t = first; t < first + n; t++)
                    u[t][i] = NAN;
                continue;
            }
            /* Rounding alone leaves some 1e-16 of the mean. */
            if (!(sigma[d][i] > 1e-12 * fabs(mu[d][i])))
                return synp_fail(err, SYN_EDATA, syn_feature_name(i),
                                 "expected a figure that varies from cycle to cycle, found only %g in cell %" PRIu64,
                                 mu[d][i], f->cell[d]);
            for (size_t t = first; t < first + n; t++)
                u[t][i] = (f->y[t][i] - mu[d][i]) / sigma[d][i];
        }
    return SYN_OK;
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

/* Least squares of the sorted figures on their normal quantiles z, by the normal equations: He_k of the quantiles are
 * nearly orthogonal, so these are well conditioned. */
static syn_status fit_quantiles(const ranked *r, const double *z, int degree, synp_marginal *m)
{
    const int terms = degree + 1;
    double a[(SYN_MAX_DEGREE + 1) * (SYN_MAX_DEGREE + 1)] = {0}, b[SYN_MAX_DEGREE + 1] = {0}, h[SYN_MAX_DEGREE + 1];
    for (size_t k = 0; k < m->n; k++) {
        hermite(z[k], degree, h);
        for (int i = 0; i < terms; i++) {
            b[i] += h[i] * r[k].u;
            for (int j = 0; j <= i; j++)
                a[i * terms + j] += h[i] * h[j];
        }
    }
    if (m->n <= (size_t)terms || !synp_cholesky_equations(terms, a, b))
        return SYN_ENUMERIC;
    memcpy(m->hermite, b, (size_t)terms * sizeof *b);
    double squares = 0;
    for (size_t k = 0; k < m->n; k++) {
        double rest = r[k].u;
        hermite(z[k], degree, h);
        for (int i = 0; i < terms; i++)
            rest -= b[i] * h[i];
        squares += rest * rest;
    }
    m->rest = sqrt(squares / (double)m->n);
    return SYN_OK;
}

static syn_status marginal(const double (*u)[SYN_NFEAT], size_t n, int i, int degree, double (*x)[SYN_NFEAT],
                           synp_marginal *m)
{
    ranked *r = malloc((n + 1) * sizeof *r);
    double *z = malloc((n + 1) * sizeof *z);
    syn_status status = SYN_ENOMEM;
    *m = (synp_marginal){0};
    if (r && z) {
        for (size_t t = 0; t < n; t++)
            if (!isnan(u[t][i]))
                r[m->n++] = (ranked){u[t][i], t};
        qsort(r, m->n, sizeof *r, by_figure);
        for (size_t k = 0; k < (m->n + 1) / 2; k++) {
            z[k] = synp_normal_quantile(((double)k + 0.5) / (double)m->n);
            z[m->n - 1 - k] = -z[k];
        }
        status = m->n ? fit_quantiles(r, z, degree, m) : SYN_OK;
        for (size_t t = 0; x && t < n; t++)
            x[t][i] = NAN;
        for (size_t k = 0; x && k < m->n; k++)
            x[r[k].row][i] = z[k];
    }
    free(r);
    free(z);
    return status;
}

syn_status synp_marginals(const double (*u)[SYN_NFEAT], size_t n, int degree, double (*x)[SYN_NFEAT],
                          synp_marginal m[SYN_NFEAT], syn_error *err)
{
    syn_status s[SYN_NFEAT];
#pragma omp parallel for if (n > SYNP_ROWS_FOR_THREADS)
    for (int i = 0; i < SYN_NFEAT; i++)
        s[i] = marginal(u, n, i, degree, x, &m[i]);
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
