/* SPDX-License-Identifier: MIT */
/* Step 3 of fit.h. */
#include "base/lapack.h"
#include "model/model.h"
#include "train/fit.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_whole(const double x[SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        if (isnan(x[i]))
            return false;
    return true;
}

static void add_device(const double (*x)[SYN_NFEAT], size_t n, int order, batch *b)
{
    size_t run = 0; /* cycles in a row without a missing figure */
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

syn_status synp_window_moments(const syn_features *f, const double (*x)[SYN_NFEAT], int order, synp_moments *out,
                               syn_error *err)
{
    batch b = {.dim = SYN_NFEAT * (order + 1), .sum = out};
    b.rows = malloc((size_t)(BATCH * b.dim) * sizeof *b.rows);
    if (!b.rows)
        return synp_no_memory(err);
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

/* The lower factor b of the covariance s of the innovations, and the logarithm of its determinant. */
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

/* To first order, the factor of a sample covariance is b (1 + e). e is lower triangular. Its entries are independent,
 * with variance 1/2n on the diagonal and 1/n left of it. */
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
