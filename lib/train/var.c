/* SPDX-License-Identifier: MIT */
/* Step 3 of fit.h. */
#include "base/linear.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <string.h>

/* Whether no figure is missing, apart from the features that nobody measured. */
static bool is_whole(const double x[SYN_NFEAT], const bool absent[SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        if (isnan(x[i]) && !absent[i])
            return false;
    return true;
}

/* sum += sign x y' */
static inline void add_products(double sign, const double x[SYN_NFEAT], const double y[SYN_NFEAT],
                                double sum[SYN_NFEAT][SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            sum[i][j] += sign * x[i] * y[j];
}

/* Adds the windows of a run, n cycles without a missing figure, to the lower triangle. Entry (x_{t-k}, x_{t-k-lag}) is the
 * sum of x_s x_{s-lag}' over s = t - k = order - k .. n - 1 - k. So from k to k + 1 the last product leaves this sum, and
 * one before its first comes in. */
static void add_run(const double (*x)[SYN_NFEAT], size_t n, size_t order, synp_moments *out)
{
    const size_t dim = SYN_NFEAT * (order + 1);
    if (n <= order)
        return;
    out->n += n - order;
    for (size_t lag = 0; lag <= order; lag++) {
        double sum[SYN_NFEAT][SYN_NFEAT] = {{0}};
        for (size_t s = order; s < n; s++)
            add_products(1, x[s], x[s - lag], sum);
        for (size_t k = 0;; k++) {
            for (size_t i = 0; i < SYN_NFEAT; i++)
                for (size_t j = 0; j < SYN_NFEAT; j++)
                    out->m[(SYN_NFEAT * (k + lag) + j) * dim + SYN_NFEAT * k + i] += sum[i][j];
            if (k + lag == order)
                break;
            add_products(-1, x[n - 1 - k], x[n - 1 - k - lag], sum);
            add_products(1, x[order - 1 - k], x[order - 1 - k - lag], sum);
        }
    }
}

/* An absent feature counts as white noise of variance 1 beside the others: so it changes none of their coefficients. */
static void make_white(const bool absent[SYN_NFEAT], int dim, double *m)
{
    for (int i = 0; i < dim; i++)
        for (int j = 0; j < dim; j++)
            if (absent[i % SYN_NFEAT] || absent[j % SYN_NFEAT])
                m[i * dim + j] = i == j;
}

void synp_window_moments(const syn_features *f, const double (*x)[SYN_NFEAT], int order, synp_moments *out)
{
    const int dim = SYN_NFEAT * (order + 1);
    bool absent[SYN_NFEAT];
    synp_absent(x, f->rows, absent);
    memset(out, 0, sizeof *out);
    for (size_t d = 0; d < f->devices; d++)
        for (size_t t = f->first[d], end; t < f->first[d + 1]; t = end + 1) {
            for (end = t; end < f->first[d + 1] && is_whole(x[end], absent);)
                end++;
            add_run(x + t, end - t, (size_t)order, out);
        }
    for (int i = 0; i < dim; i++)
        for (int j = 0; j <= i; j++)
            out->m[i * dim + j] = out->m[j * dim + i] = out->m[i * dim + j] / fmax((double)out->n, 1);
    make_white(absent, dim, out->m);
}

syn_status synp_factor_innovations(const double s[SYN_NFEAT][SYN_NFEAT], double b[SYN_NFEAT][SYN_NFEAT],
                                   double *log_det)
{
    memcpy(b, s, SYN_NFEAT * sizeof s[0]);
    if (!synp_cholesky_factor(SYN_NFEAT, &b[0][0]))
        return SYN_ENUMERIC;
    *log_det = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        *log_det += 2 * log(b[i][i]);
    return SYN_OK;
}

/* To first order, the factor of a sample covariance is b (1 + e). e is lower triangular. Its entries are independent,
 * with variance 1/2n on the diagonal and 1/n left of it. */
void synp_factor_errors(synp_var_fit *f, double n)
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
    const int dim = SYN_NFEAT * order, lead = SYN_NFEAT * (windows + 1);
    double xx[SYNP_MAX_LATENT * SYNP_MAX_LATENT], a[SYN_NFEAT * SYNP_MAX_LATENT], s[SYN_NFEAT][SYN_NFEAT];
    for (int i = 0; i < dim; i++) {
        memcpy(xx + i * dim, m->m + (SYN_NFEAT + i) * lead + SYN_NFEAT, (size_t)dim * sizeof *xx);
        for (int k = 0; k < SYN_NFEAT; k++)
            a[k * dim + i] = m->m[k * lead + SYN_NFEAT + i];
    }
    *out = (synp_var_fit){.var.order = order};
    if (m->n <= (size_t)(dim + SYN_NFEAT) || !synp_cholesky_factor(dim, xx))
        return SYN_ENUMERIC;
    for (int i = 0; i < SYN_NFEAT; i++)
        synp_cholesky_solve(dim, xx, a + i * dim);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++) {
            s[i][j] = m->m[i * lead + j];
            for (int k = 0; k < dim; k++)
                s[i][j] -= a[i * dim + k] * m->m[j * lead + SYN_NFEAT + k];
        }
    const double n = (double)m->n;
    if (synp_factor_innovations(SYNP_BLOCK(s), out->var.b, &out->log_det))
        return SYN_ENUMERIC;
    for (int k = 0; k < dim; k++) {
        double inverse[SYNP_MAX_LATENT] = {0}; /* column k of that of the moments */
        inverse[k] = 1;
        synp_cholesky_solve(dim, xx, inverse);
        for (int i = 0; i < SYN_NFEAT; i++) {
            out->var.a[k / SYN_NFEAT][i][k % SYN_NFEAT] = a[i * dim + k];
            out->a_error[k / SYN_NFEAT][i][k % SYN_NFEAT] = sqrt(s[i][i] * inverse[k] / n);
        }
    }
    synp_factor_errors(out, n);
    return SYN_OK;
}

double synp_var_bic(const synp_moments *m, int features, int order, double log_det)
{
    const double coefficients = features * features * order + features * (features + 1) / 2.0, n = (double)m->n;
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
    double c[SYN_MAX_ORDER + 1][SYN_NFEAT][SYN_NFEAT];
    bool absent[SYN_NFEAT];
    synp_absent(x, f->rows, absent);
    for (int l = 0; l <= order; l++) {
        autocovariance(f, x, l, c[l]);
        synp_uncorrelated(absent, l, c[l]);
    }
    return synp_var_of_covariances(SYNP_LAGS(c), order, out);
}

void synp_uncorrelated(const bool white[SYN_NFEAT], int lag, double c[SYN_NFEAT][SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            if (white[i] || white[j])
                c[i][j] = lag == 0 && i == j;
}

syn_status synp_var_of_covariances(const double (*c)[SYN_NFEAT][SYN_NFEAT], int order, syn_var *out)
{
    double toeplitz[SYNP_MAX_LATENT * SYNP_MAX_LATENT], right[SYN_NFEAT * SYNP_MAX_LATENT], s[SYN_NFEAT][SYN_NFEAT],
        log_det;
    const int dim = SYN_NFEAT * order;
    /* E x_{t-k} x_{t-l}' is c[l-k] for l >= k, its transpose else. */
    for (int r = 0; r < dim; r++)
        for (int q = 0; q < dim; q++) {
            const int k = r / SYN_NFEAT, l = q / SYN_NFEAT, i = r % SYN_NFEAT, j = q % SYN_NFEAT;
            toeplitz[r * dim + q] = l >= k ? c[l - k][i][j] : c[k - l][j][i];
        }
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int q = 0; q < dim; q++)
            right[i * dim + q] = c[q / SYN_NFEAT + 1][i][q % SYN_NFEAT];
    if (!synp_equations(dim, toeplitz, SYN_NFEAT, right))
        return SYN_ENUMERIC;
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
    return synp_factor_innovations(SYNP_BLOCK(s), out->b, &log_det);
}

void synp_long_memory(const syn_features *f, const double (*x)[SYN_NFEAT], const syn_var *v, double out[SYN_NFEAT][2])
{
    enum { FIRST = SYN_MAX_ORDER + 1, LAST = 20, LAGS = LAST - FIRST + 1 };
    double measured[SYN_NFEAT][SYN_NFEAT], generated[LAST + 1][SYN_NFEAT][SYN_NFEAT];
    const bool known = synp_var_covariances(v, LAST, generated) == SYN_OK;
    for (int i = 0; i < SYN_NFEAT; i++)
        out[i][0] = out[i][1] = 0;
    for (int lag = FIRST; lag <= LAST; lag++) {
        autocovariance(f, x, lag, measured); /* scores have variance 1 */
        for (int i = 0; i < SYN_NFEAT; i++) {
            out[i][0] += measured[i][i] / LAGS;
            out[i][1] += known ? generated[lag][i][i] / generated[0][i][i] / LAGS : NAN;
        }
    }
}
