/* SPDX-License-Identifier: MIT */
/* Step 3 of fit.h, and the simulation of step 4. */
#include "base/lapack.h"
#include "model/model.h"
#include "train/fit.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/cell.h>

enum { BATCH = 512 }; /* windows multiplied at a time */

typedef struct batch {
    int dim, n;
    double *rows; /* BATCH x dim */
    synp_moments *sum;
} batch;

static void flush(batch *b)
{
    if (b->n > 0)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, b->dim, b->n, 1, b->rows, b->dim, 1, b->sum->m, b->dim);
    b->sum->n += (size_t)b->n;
    b->n = 0;
}

static int is_whole(const double x[SYN_NFEAT])
{
    return !isnan(x[0] + x[1] + x[2] + x[3]);
}

static void add_device(const double (*x)[SYN_NFEAT], size_t n, int order, batch *b)
{
    size_t run = 0; /* cycles in a row that miss nothing */
    for (size_t t = 0; t < n; t++) {
        run = is_whole(x[t]) ? run + 1 : 0;
        if (run <= (size_t)order)
            continue;
        double *row = b->rows + b->n * b->dim;
        for (int l = 0; l <= order; l++)
            memcpy(row + SYN_NFEAT * l, x[t - (size_t)l], sizeof x[0]);
        if (++b->n == BATCH)
            flush(b);
    }
}

syn_status synp_window_moments(const syn_features *f, const double (*x)[SYN_NFEAT], int order, synp_moments *out)
{
    batch b = {.dim = SYN_NFEAT * (order + 1), .sum = out};
    b.rows = malloc((size_t)(BATCH * b.dim) * sizeof *b.rows);
    if (!b.rows)
        return SYN_ENOMEM;
    memset(out, 0, sizeof *out);
    for (size_t d = 0; d < f->devices; d++)
        add_device(x + f->first[d], f->first[d + 1] - f->first[d], order, &b);
    flush(&b);
    free(b.rows);
    for (int i = 0; i < b.dim; i++)
        for (int j = 0; j <= i; j++)
            out->m[i * b.dim + j] = out->m[j * b.dim + i] = out->m[i * b.dim + j] / fmax((double)out->n, 1);
    return SYN_OK;
}

/* Innovations' covariance s -> its lower factor b and the logarithm of its determinant. */
static syn_status factor(const double s[SYN_NFEAT][SYN_NFEAT], double b[SYN_NFEAT][SYN_NFEAT], double *log_det)
{
    const int four = SYN_NFEAT;
    int info;
    memcpy(b, s, SYN_NFEAT * sizeof s[0]);
    dpotrf_("U", &four, &b[0][0], &four, &info); /* row-major lower is column-major upper */
    *log_det = 0;
    for (int i = 0; i < SYN_NFEAT; i++) {
        *log_det += 2 * log(b[i][i]);
        for (int j = i + 1; j < SYN_NFEAT; j++)
            b[i][j] = 0;
    }
    return info ? SYN_ENUMERIC : SYN_OK;
}

/* The factor of a sample covariance is b (1 + e), e lower triangular with independent entries of variance 1/2n on the
 * diagonal and 1/n left of it. */
static void put_factor_errors(synp_var_fit *f, double n)
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j <= i; j++) {
            double variance = 0;
            for (int k = j; k <= i; k++)
                variance += f->var.b[i][k] * f->var.b[i][k] * (k == j ? 0.5 : 1) / n;
            f->b_error[i][j] = sqrt(variance);
        }
}

syn_status synp_var_least_squares(const synp_moments *m, int windows, int order, synp_var_fit *out)
{
    const int dim = SYN_NFEAT * order, lead = SYN_NFEAT * (windows + 1), four = SYN_NFEAT;
    double xx[SYNP_MAX_LATENT * SYNP_MAX_LATENT], a[SYN_NFEAT * SYNP_MAX_LATENT], s[SYN_NFEAT][SYN_NFEAT];
    int info = 1;
    for (int i = 0; i < dim; i++) {
        memcpy(xx + i * dim, m->m + (SYN_NFEAT + i) * lead + SYN_NFEAT, (size_t)dim * sizeof *xx);
        for (int k = 0; k < SYN_NFEAT; k++)
            a[k * dim + i] = m->m[k * lead + SYN_NFEAT + i];
    }
    *out = (synp_var_fit){.var.order = order};
    if (m->n > (size_t)(dim + SYN_NFEAT))
        dpotrf_("U", &dim, xx, &dim, &info);
    if (info != 0)
        return SYN_ENUMERIC;
    dpotrs_("U", &dim, &four, xx, &dim, a, &dim, &info);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++) {
            s[i][j] = m->m[i * lead + j];
            for (int k = 0; k < dim; k++)
                s[i][j] -= a[i * dim + k] * m->m[j * lead + SYN_NFEAT + k];
        }
    const double n = (double)m->n;
    syn_status status = factor(s, out->var.b, &out->log_det);
    dpotri_("U", &dim, xx, &dim, &info);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int k = 0; k < dim; k++) {
            out->var.a[k / SYN_NFEAT][i][k % SYN_NFEAT] = a[i * dim + k];
            out->a_error[k / SYN_NFEAT][i][k % SYN_NFEAT] = sqrt(s[i][i] * xx[k * dim + k] / n);
        }
    put_factor_errors(out, n);
    return status ? status : info ? SYN_ENUMERIC : SYN_OK;
}

double synp_var_bic(const synp_moments *m, int order, double log_det)
{
    const double coefficients = SYN_NFEAT * SYN_NFEAT * order + SYN_NFEAT * (SYN_NFEAT + 1) / 2.0, n = (double)m->n;
    return n * log_det + coefficients * log(n);
}

/* Mean of x_t[i] x_{t-lag}[j] over all pairs within devices. */
static void autocovariance(const syn_features *f, const double (*x)[SYN_NFEAT], int lag,
                           double c[SYN_NFEAT][SYN_NFEAT])
{
    double n[SYN_NFEAT][SYN_NFEAT] = {{0}};
    memset(c, 0, SYN_NFEAT * sizeof c[0]);
    for (size_t d = 0; d < f->devices; d++)
        for (size_t t = f->first[d] + (size_t)lag; t < f->first[d + 1]; t++)
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    const double product = x[t][i] * x[t - (size_t)lag][j];
                    if (isnan(product))
                        continue;
                    c[i][j] += product;
                    n[i][j]++;
                }
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            c[i][j] /= fmax(n[i][j], 1);
}

syn_status synp_yule_walker(const syn_features *f, const double (*x)[SYN_NFEAT], int order, syn_var *out)
{
    double c[SYN_MAX_ORDER + 1][SYN_NFEAT][SYN_NFEAT], toeplitz[SYNP_MAX_LATENT * SYNP_MAX_LATENT],
        right[SYN_NFEAT * SYNP_MAX_LATENT], s[SYN_NFEAT][SYN_NFEAT], log_det;
    const int dim = SYN_NFEAT * order, four = SYN_NFEAT;
    int pivot[SYNP_MAX_LATENT], info;
    for (int l = 0; l <= order; l++)
        autocovariance(f, x, l, c[l]);
    /* E x_{t-k} x_{t-l}' is c[l-k] for l >= k, its transpose else. */
    for (int r = 0; r < dim; r++)
        for (int q = 0; q < dim; q++) {
            const int k = r / SYN_NFEAT, l = q / SYN_NFEAT, i = r % SYN_NFEAT, j = q % SYN_NFEAT;
            toeplitz[r * dim + q] = l >= k ? c[l - k][i][j] : c[k - l][j][i];
        }
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int q = 0; q < dim; q++)
            right[i * dim + q] = c[q / SYN_NFEAT + 1][i][q % SYN_NFEAT];
    dgesv_(&dim, &four, toeplitz, &dim, pivot, right, &dim, &info);
    *out = (syn_var){.order = order};
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int q = 0; q < dim; q++)
            out->a[q / SYN_NFEAT][i][q % SYN_NFEAT] = right[i * dim + q];
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++) {
            s[i][j] = c[0][i][j];
            for (int q = 0; q < dim; q++)
                s[i][j] -= right[i * dim + q] * c[q / SYN_NFEAT + 1][j][q % SYN_NFEAT];
        }
    return info ? SYN_ENUMERIC : factor(s, out->b, &log_det);
}

/* A set around the autoregression and Gamma whose devices are all alike. */
static void set_of_equals(const syn_params *p, int order, syn_params *out)
{
    *out = *p;
    out->n_components = 1;
    out->weight[0] = 1;
    memset(out->mean, 0, sizeof out->mean);
    memset(out->chol, 0, sizeof out->chol);
    for (int k = 0; k < SYN_MAX_ORDER; k++)
        if (k != order - 1)
            out->var[k].order = 0;
}

static void simulate_device(const syn_model *m, const syn_features *f, size_t d, uint64_t seed,
                            double (*u)[SYN_NFEAT])
{
    const syn_params *p = syn_model_params(m);
    const uint64_t slots = (uint64_t)syn_model_order(m) + 1;
    syn_cell c;
    syn_cell_init(m, seed, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
    for (size_t t = f->first[d]; t < f->first[d + 1]; t++) {
        const double *x = c.x[c.state.n % slots];
        for (int i = 0; i < SYN_NFEAT; i++)
            u[t][i] = isnan(f->y[t][i]) ? NAN : synp_poly(&p->gamma[i], x[i]);
        syn_cell_next_cycle(m, &c);
    }
}

syn_status synp_simulate(const syn_features *f, const syn_params *p, int order, uint64_t seed, double (*u)[SYN_NFEAT],
                         syn_error *err)
{
    syn_params *equals = malloc(sizeof *equals);
    syn_model *m;
    if (!equals)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    set_of_equals(p, order, equals);
    syn_status s = syn_model_create(equals, &(syn_model_options){.order = order}, &m, err);
    free(equals);
    if (s)
        return s;
#pragma omp parallel for schedule(dynamic, 16) if (f->rows > SYNP_ROWS_FOR_THREADS)
    for (size_t d = 0; d < f->devices; d++)
        simulate_device(m, f, d, seed, u);
    syn_model_free(m);
    return SYN_OK;
}
