/* SPDX-License-Identifier: MIT */
/* The autoregression in its companion form s_t = F s_{t-1} + (b e_t, 0, .., 0) with s_t = (x_t, .., x_{t-p+1}), or
 * s_t = (x_t, h_t) of the form with long memory, where F has the rows (k d), (k d): whether it
 * is stable, and its stationary covariance. Both come from the powers F, F^2, F^4, .. of a matrix of at most 40 x 40. Sums
 * have one order, so that all processors draw the same devices. */
#include "model/model.h"

#include <math.h>
#include <string.h>

/* Room for a matrix of the largest order. */
typedef double square[SYNP_MAX_LATENT * SYNP_MAX_LATENT];

static inline synp_pair load(const double *p)
{
    synp_pair v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(double *p, synp_pair v)
{
    memcpy(p, &v, sizeof v);
}

/* c += a b for n x n matrices, row-major; n is a multiple of SYN_NFEAT. A block of four by two entries of c stays in
 * registers. */
static void add_product(int n, const double *a, const double *b, double *c)
{
    _Static_assert(SYN_NFEAT == 4, "blocks have four rows");
    for (int i = 0; i < n; i += 4, a += 4 * n, c += 4 * n)
        for (int j = 0; j < n; j += 2) {
            synp_pair c0 = load(c + j), c1 = load(c + n + j), c2 = load(c + 2 * n + j), c3 = load(c + 3 * n + j);
            for (int k = 0; k < n; k++) {
                const synp_pair row = load(b + k * n + j);
                c0 += a[k] * row;
                c1 += a[n + k] * row;
                c2 += a[2 * n + k] * row;
                c3 += a[3 * n + k] * row;
            }
            store(c + j, c0);
            store(c + n + j, c1);
            store(c + 2 * n + j, c2);
            store(c + 3 * n + j, c3);
        }
}

/* Returns the largest sum of magnitudes in a row: a norm, and so |F^2m| <= |F^m|^2. */
static double norm_of(int n, const double *f)
{
    double largest = 0;
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++)
            sum += fabs(f[i * n + j]);
        largest = sum > largest || isnan(sum) ? sum : largest;
    }
    return largest;
}

/* f = (f / divisor)^2 */
static void raise(int n, double divisor, double *f)
{
    square base, power = {0};
    for (int i = 0; i < n * n; i++)
        base[i] = f[i] / divisor;
    add_product(n, base, base, power);
    memcpy(f, power, sizeof *f * (size_t)(n * n));
}

/* Sets f to the row-major companion matrix. Returns its number of rows. Its eigenvalues are those of the autoregression; with
 * long memory those of k + d, and 0. */
static int companion(const syn_var *v, double *f)
{
    const int slots = synp_slots(v), n = SYN_NFEAT * slots;
    memset(f, 0, sizeof *f * (size_t)(n * n));
    for (int l = 0; l < slots; l++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                f[i * n + SYN_NFEAT * l + j] = v->a[l][i][j];
    if (v->order == SYN_LONG)
        memcpy(f + SYN_NFEAT * n, f, sizeof *f * (size_t)(SYN_NFEAT * n));
    else
        for (int i = SYN_NFEAT; i < n; i++)
            f[i * n + i - SYN_NFEAT] = 1;
    return n;
}

bool synp_var_is_contraction(const syn_var *v)
{
    square f;
    const int n = companion(v, f);
    double norm = norm_of(n, f);
    for (int step = 0; step < 40 && norm >= 1; step++) {
        raise(n, 1, f);
        norm = norm_of(n, f);
    }
    return norm < 1;
}

/* Gelfand's formula: the spectral radius is the limit of |F^m|^(1/m). Here F^m is exp(m logarithm) f. With |F^m| at most
 * c m^n times the m-th power of the radius, the error of the logarithm is log(c m^n) / m, which m = 2^52 makes smaller than
 * the rounding errors. */
double syn_var_spectral_radius(const syn_var *v)
{
    if (v->order < 1 || v->order > SYN_LONG)
        return NAN;
    square f;
    const int n = companion(v, f);
    double logarithm = 0;
    for (double m = 1; m <= 0x1p52; m *= 2) {
        const double norm = norm_of(n, f);
        if (!(norm > 0 && isfinite(norm)))
            return norm == 0 ? 0 : NAN;
        logarithm += log(norm) / m;
        raise(n, norm, f);
    }
    return exp(logarithm);
}

/* The stationary covariance is the solution of P = F P F' + Q, where Q holds b b' in its first block, and so
 *   P = sum_j F^j Q F'^j, j = 0, 1, ..
 * Doubling (R. A. Smith, SIAM J. Appl. Math. 16, 1968, 198): if P holds the first m terms and F the power F^m, then
 * P + F P F' holds the first 2 m terms, and F F is the next power. Once the power is below 1e-9, the terms that are left,
 * F^m P F'^m, are below 1e-18 of P. A spectral radius of 1 - 1e-9 needs 35 steps. */
syn_status synp_var_covariance(const syn_var *v, double *p)
{
    square f, transpose;
    const int n = companion(v, f);
    memset(p, 0, sizeof *p * (size_t)(n * n));
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            for (int k = 0; k < SYN_NFEAT; k++)
                p[i * n + j] += v->b[i][k] * v->b[j][k];
    for (int step = 0; step < 64 && !(norm_of(n, f) < 1e-9); step++) {
        square product = {0};
        add_product(n, f, p, product);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                transpose[j * n + i] = f[i * n + j];
        add_product(n, product, transpose, p);
        raise(n, 1, f);
    }
    for (int i = 0; i < n * n; i++)
        if (!isfinite(p[i]))
            return SYN_ENUMERIC;
    return SYN_OK;
}

void synp_lags_begin(const syn_var *v, const double *covariance, synp_lags *l)
{
    const int dim = SYN_NFEAT * synp_slots(v);
    *l = (synp_lags){.v = v, .covariance = covariance};
    for (int i = 0; i < SYN_NFEAT; i++)
        memcpy(l->c[0][i], covariance + i * dim, sizeof l->c[0][i]);
}

#define CONST_BLOCK(c) ((const double(*)[SYN_NFEAT])(c))

/* c += a b */
static void add_block_product(const double a[SYN_NFEAT][SYN_NFEAT], const double b[SYN_NFEAT][SYN_NFEAT],
                              double c[SYN_NFEAT][SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            for (int k = 0; k < SYN_NFEAT; k++)
                c[i][j] += a[i][k] * b[k][j];
}

/* Lags up to p - 1 are in the covariance of order p; then c_l = A_1 c_{l-1} + .. + A_p c_{l-p}. With long memory
 * c_1 = k E x x' + d E h x' and c_l = (k + d) c_{l-1}. */
void synp_lags_next(synp_lags *l)
{
    const syn_var *v = l->v;
    const int slots = synp_slots(v), dim = SYN_NFEAT * slots, lag = ++l->lag;
    double h[SYN_NFEAT][SYN_NFEAT];
    memmove(l->c[1], l->c[0], sizeof l->c - sizeof l->c[0]);
    memset(l->c[0], 0, sizeof l->c[0]);
    if (v->order == SYN_LONG) {
        for (int i = 0; i < SYN_NFEAT; i++)
            memcpy(h[i], lag == 1 ? l->covariance + (SYN_NFEAT + i) * dim : l->c[1][i], sizeof h[i]);
        add_block_product(v->a[0], CONST_BLOCK(l->c[1]), l->c[0]);
        add_block_product(v->a[1], CONST_BLOCK(h), l->c[0]);
    } else if (lag < v->order) {
        for (int i = 0; i < SYN_NFEAT; i++)
            memcpy(l->c[0][i], l->covariance + i * dim + SYN_NFEAT * lag, sizeof l->c[0][i]);
    } else {
        for (int p = 1; p <= v->order; p++)
            add_block_product(v->a[p - 1], CONST_BLOCK(l->c[p]), l->c[0]);
    }
}

syn_status synp_var_covariances(const syn_var *v, int most, double (*c)[SYN_NFEAT][SYN_NFEAT])
{
    square p;
    synp_lags l;
    if (synp_var_covariance(v, p))
        return SYN_ENUMERIC;
    synp_lags_begin(v, p, &l);
    for (int lag = 0; lag <= most; lag++, synp_lags_next(&l))
        memcpy(c[lag], l.c[0], sizeof c[lag]);
    return SYN_OK;
}

syn_memory synp_var_memory(const syn_var *v, const double *covariance, int feature)
{
    synp_lags l;
    synp_lags_begin(v, covariance, &l);
    const double variance = l.c[0][feature][feature];
    synp_lags_next(&l);
    const double first = l.c[0][feature][feature];
    if (!(first >= 0.001 * variance))
        return (syn_memory){0, 0};
    while (l.lag < SYN_MAX_LAG && l.c[0][feature][feature] > first * exp(-1))
        synp_lags_next(&l);
    const double last = l.c[0][feature][feature], before = l.c[1][feature][feature], target = first * exp(-1);
    if (last > target)
        return (syn_memory){first / variance, INFINITY};
    /* Between the two lags it falls as a power, or as a straight line to 0 or less. */
    const double part = last > 0 ? log(before / target) / log(before / last) : (before - target) / (before - last);
    const double cycles = l.lag - 2 + part;
    return (syn_memory){fmin(first / variance * exp(1 / cycles), 1), cycles};
}
