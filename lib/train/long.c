/* SPDX-License-Identifier: MIT */
/* Step 3 of fit.h for the form with long memory, x_t = h_t + b e_t, h_t = k x_{t-1} + d h_{t-1}.
 *
 * It is the autoregression of infinite order with coefficients A_l = d^(l-1) k. Cut off after L lags, its one-step prediction
 * has errors with the covariance
 *
 *   S = c_0 - sum_l A_l c_l' - sum_l c_l A_l' + sum_lm A_l T_lm A_m',   T_lm = E x_{t-l} x_{t-m}',
 *
 * a function of the autocovariances c_l = E x_t x_{t-l}' alone. The k and d that make log det S least are those of the greatest
 * conditional likelihood (Luetkepohl, New Introduction to Multiple Time Series Analysis, 2005, section 12.2). So the cycles
 * are read once, missing figures leave out their pairs alone, short records need no guess of their beginning, and the bias of
 * step 4 is that of the autocovariances, which is subtracted as from the moments of windows. Unlike a fit to the
 * autocovariances themselves it weighs each lag by what it tells.
 *
 * With dA the derivative of the A_l with respect to a coefficient and R_l = c_l - sum_m A_m T_ml = E e_t x_{t-l}', the score is
 * the sum of tr(dA_l' S^-1 R_l), and the information about two coefficients the sum of tr(dA_l' S^-1 dA_m T_ml)
 * (Gauss and Newton). Steps are damped (Marquardt, J. Soc. Ind. Appl. Math. 11 (1963) 431) until S falls.
 *
 * The shape of the likelihood has several valleys. So d starts from multiples of the unit matrix, for which k is the solution of
 * a linear equation. First d is diagonal: each feature forgets at its own rate. A full d follows if BIC prefers it. */
#include "base/base.h"
#include "base/linear.h"
#include "base/threads.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = SYN_NFEAT, K_AND_D = 2 * N * N, TRIAL_STEPS = 12, STEPS = 60 };
static const double converged = 1e-9; /* of log det S, far below 1 / (number of cycles) */

_Static_assert((SYNP_LONGEST_LAG + 1) * N * N <= SYNP_WINDOW * SYNP_WINDOW,
               "the autocovariances take the place of moments");

/* sum[i][j] = sum over the pairs within devices of x_t[i] x_{t-lag}[j]. */
static void sum_products(const syn_features *f, const double (*x)[N], size_t lag, double sum[N][N])
{
    double s[N][N] = {{0}};
    for (size_t d = 0; d < f->devices; d++)
        for (size_t t = f->first[d] + lag; t < f->first[d + 1]; t++)
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                    s[i][j] += x[t][i] * x[t - lag][j];
    memcpy(sum, s, sizeof s);
}

int synp_lags_of(const syn_features *f)
{
    const size_t quarter = f->rows / (4 * f->devices);
    return (int)(quarter < SYN_MAX_ORDER ? SYN_MAX_ORDER : quarter > SYNP_LONGEST_LAG ? SYNP_LONGEST_LAG : quarter);
}

/* Number of pairs of cycles within devices. */
static double pairs_of(const syn_features *f, int lag)
{
    double n = 0;
    for (size_t d = 0; d < f->devices; d++)
        n += fmax((double)(f->first[d + 1] - f->first[d]) - lag, 0);
    return n;
}

/* 0 in place of a missing figure; in `there` 1 for a figure and 0 for a missing one. Returns whether one is missing, of features
 * that are not absent. */
static bool fill_gaps(const syn_features *f, const double (*x)[N], const bool absent[N], double (*figure)[N],
                      double (*there)[N])
{
    bool gaps = false;
    for (size_t t = 0; t < f->rows; t++)
        for (int i = 0; i < N; i++) {
            const bool missing = isnan(x[t][i]);
            gaps = gaps || (missing && !absent[i]);
            there[t][i] = !missing;
            figure[t][i] = missing ? 0 : x[t][i];
        }
    return gaps;
}

/* Sums of products divided by numbers of pairs, which are sums of products of `there`. */
syn_status synp_autocovariances(const syn_features *f, const double (*x)[N], synp_moments *out, syn_error *err)
{
    double(*figure)[N] = malloc(f->rows * sizeof *figure), (*there)[N] = malloc(f->rows * sizeof *there);
    double(*c)[N][N] = (double(*)[N][N])out->m;
    bool absent[N];
    if (!figure || !there) {
        free(figure);
        free(there);
        return synp_no_memory(err);
    }
    synp_absent(x, f->rows, absent);
    const bool gaps = fill_gaps(f, x, absent, figure, there);
    *out = (synp_moments){.lags = synp_lags_of(f)};
    double fewest = INFINITY;
#pragma omp parallel for num_threads(synp_threads(0)) schedule(dynamic)                                              \
    reduction(min                                                                                                    \
              : fewest) if (f->rows > SYNP_ROWS_FOR_THREADS)
    for (int lag = 0; lag <= out->lags; lag++) {
        double n[N][N];
        sum_products(f, SYNP_ROWS(figure), (size_t)lag, c[lag]);
        if (gaps)
            sum_products(f, SYNP_ROWS(there), (size_t)lag, n);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                if (!gaps)
                    n[i][j] = pairs_of(f, lag);
                c[lag][i][j] /= fmax(n[i][j], 1);
                fewest = lag == 1 && !absent[i] && !absent[j] ? fmin(fewest, n[i][j]) : fewest;
            }
        synp_uncorrelated(absent, lag, c[lag]);
    }
    out->n = (size_t)fewest;
    free(figure);
    free(there);
    return SYN_OK;
}

/* An estimation under way. Rows of 4 L numbers hold the blocks of all lags side by side. */
typedef struct search {
    const double (*c)[N][N];
    int lags, width;               /* L, 4 L */
    double *t;                     /* [width x width] */
    double *a, *r;                 /* [N x width]: A_l and R_l */
    double *da;                    /* [count x N x width] */
    double *w;                     /* [N x width] */
    int free[K_AND_D], count;      /* the coefficients that vary: 16 (k or d) + 4 row + column */
    double inverse[N][N], log_det; /* of S */
    double s[N][N];
} search;

/* out = sign a t, where a row of zeros costs nothing. */
static void times_toeplitz(const search *s, const double *a, double *out)
{
    memset(out, 0, sizeof *out * (size_t)(N * s->width));
    for (int i = 0; i < N; i++)
        for (int q = 0; q < s->width; q++) {
            const double factor = a[i * s->width + q], *row = s->t + q * s->width;
            if (factor == 0)
                continue;
            for (int p = 0; p < s->width; p++)
                out[i * s->width + p] += factor * row[p];
        }
}

/* Block l of out += m times block l - 1 of in. */
static void add_next_block(const search *s, int l, const double m[N][N], const double *in, double *out)
{
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; m[i][k] != 0 && j < N; j++)
                out[i * s->width + N * l + j] += m[i][k] * in[k * s->width + N * (l - 1) + j];
}

/* Whether k + d and d have spectral radii below 1 by a margin: what decays in 20 times the lags that are looked at is not told
 * from what does not decay. */
static bool is_stable(const search *s, const syn_var *v)
{
    syn_var wider = {.order = SYN_LONG}, of_d = {.order = 1};
    for (int k = 0; k < 2 * N * N; k++)
        (&wider.a[0][0][0])[k] = (&v->a[0][0][0])[k] / (1 - 1 / (20.0 * s->lags));
    memcpy(of_d.a[0], wider.a[1], sizeof of_d.a[0]);
    return synp_var_is_contraction(&wider) && synp_var_is_contraction(&of_d);
}

/* A_l, R_l, S and log det S, which is infinite where the form is not allowed. */
static double evaluate(search *s, const syn_var *v)
{
    const int width = s->width;
    s->log_det = INFINITY;
    if (!is_stable(s, v))
        return INFINITY;
    memset(s->a, 0, sizeof *s->a * (size_t)(N * width));
    for (int i = 0; i < N; i++)
        memcpy(s->a + i * width, v->a[0][i], sizeof v->a[0][i]);
    for (int l = 1; l < s->lags; l++)
        add_next_block(s, l, v->a[1], s->a, s->a);
    times_toeplitz(s, s->a, s->r);
    for (int i = 0; i < N; i++)
        for (int q = 0; q < width; q++)
            s->r[i * width + q] = s->c[1 + q / N][i][q % N] - s->r[i * width + q];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            s->s[i][j] = s->c[0][i][j];
            for (int q = 0; q < width; q++)
                s->s[i][j] -=
                    s->a[i * width + q] * s->c[1 + q / N][j][q % N] + s->r[i * width + q] * s->a[j * width + q];
        }
    double factor[N][N], log_det = 0;
    memcpy(factor, s->s, sizeof factor);
    if (!synp_cholesky_factor(N, &factor[0][0]))
        return INFINITY;
    for (int i = 0; i < N; i++) {
        log_det += 2 * log(factor[i][i]);
        for (int j = 0; j < N; j++)
            s->inverse[i][j] = i == j;
        synp_cholesky_solve(N, &factor[0][0], s->inverse[i]);
    }
    return s->log_det = log_det;
}

/* dA_l: with A_(l+1) = d A_l, dA_(l+1) = d dA_l, and for an entry of d its unit matrix times A_l besides. */
static void differentiate(search *s, const syn_var *v)
{
    memset(s->da, 0, sizeof *s->da * (size_t)(s->count * N * s->width));
    for (int p = 0; p < s->count; p++) {
        const int row = s->free[p] / N % N, column = s->free[p] % N;
        double *da = s->da + p * N * s->width, unit[N][N] = {{0}};
        unit[row][column] = s->free[p] >= N * N;
        da[row * s->width + column] = s->free[p] < N * N;
        for (int l = 1; l < s->lags; l++) {
            add_next_block(s, l, v->a[1], da, da);
            add_next_block(s, l, (const double(*)[N])unit, s->a, da);
        }
    }
}

/* out = S^-1 in */
static void times_inverse(const search *s, const double *in, double *out)
{
    for (int i = 0; i < N; i++)
        for (int q = 0; q < s->width; q++) {
            double sum = 0;
            for (int k = 0; k < N; k++)
                sum += s->inverse[i][k] * in[k * s->width + q];
            out[i * s->width + q] = sum;
        }
}

static double dot(const search *s, const double *a, const double *b)
{
    double sum = 0;
    for (int q = 0; q < N * s->width; q++)
        sum += a[q] * b[q];
    return sum;
}

/* Score and information at the point of the last evaluation. */
static void inform(search *s, const syn_var *v, double *score, double *information)
{
    double *weighted = s->w, *product = s->w + N * s->width;
    differentiate(s, v);
    times_inverse(s, s->r, weighted);
    for (int p = 0; p < s->count; p++)
        score[p] = dot(s, weighted, s->da + p * N * s->width);
    for (int p = 0; p < s->count; p++) {
        times_toeplitz(s, s->da + p * N * s->width, product);
        times_inverse(s, product, weighted);
        for (int q = 0; q <= p; q++)
            information[p * s->count + q] = information[q * s->count + p] =
                dot(s, weighted, s->da + q * N * s->width);
    }
}

/* Descends from *v, at most that many steps. *v has been evaluated, and the last evaluation is that of *v at the end. */
static void descend(search *s, syn_var *v, int steps)
{
    double score[K_AND_D], information[K_AND_D * K_AND_D], damping = 1e-3;
    for (int step = 0; step < steps; step++) {
        const double before = s->log_det;
        inform(s, v, score, information);
        for (;; damping *= 10) {
            double matrix[K_AND_D * K_AND_D], move[K_AND_D];
            syn_var next = *v;
            memcpy(matrix, information, sizeof *matrix * (size_t)(s->count * s->count));
            memcpy(move, score, sizeof move);
            for (int p = 0; p < s->count; p++)
                matrix[p * s->count + p] += damping * (matrix[p * s->count + p] + 1e-9);
            if (synp_cholesky_equations(s->count, matrix, move)) {
                for (int p = 0; p < s->count; p++)
                    (&next.a[0][0][0])[s->free[p]] += move[p];
                if (evaluate(s, &next) < before) {
                    *v = next;
                    break;
                }
            }
            if (damping > 1e6) {
                evaluate(s, v);
                return;
            }
        }
        damping *= 0.1;
        if (before - s->log_det < converged)
            return;
    }
}

/* d times the unit matrix, and the k that is best with it: k M = G with G = sum_l d^(l-1) c_l and M = sum_lm d^(l-1) T_lm d^(m-1).
 * k is made smaller until the form is stable. */
static void start_at(search *s, double d, const bool white[N], syn_var *v)
{
    double m[N][N] = {{0}}, g[N][N] = {{0}};
    *v = (syn_var){.order = SYN_LONG};
    for (int l = 0; l < s->lags; l++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                g[i][j] += pow(d, l) * s->c[1 + l][i][j];
                for (int k = 0; k < s->lags; k++)
                    m[i][j] += pow(d, l + k) * s->t[(N * l + i) * s->width + N * k + j];
            }
    if (synp_equations(N, &m[0][0], N, &g[0][0])) /* M is symmetric */
        memcpy(v->a[0], g, sizeof g);
    for (int i = 0; i < N; i++)
        v->a[1][i][i] = white[i] ? 0 : d;
    for (int halvings = 0; halvings < 60 && !isfinite(evaluate(s, v)); halvings++)
        for (int k = 0; k < N * N; k++)
            (&v->a[0][0][0])[k] /= 2;
}

/* The coefficients of features with memory: all of k, and the diagonal of d or all of it. */
static void set_free(search *s, const bool white[N], bool diagonal)
{
    s->count = 0;
    for (int e = 0; e < K_AND_D; e++) {
        const int row = e / N % N, column = e % N;
        if (!white[row] && !white[column] && (e < N * N || row == column || !diagonal))
            s->free[s->count++] = e;
    }
}

static bool is_diagonal(const syn_var *v)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            if (i != j && v->a[1][i][j] != 0)
                return false;
    return true;
}

/* The best of several starts with a diagonal d; then a full d, if BIC prefers it. */
static void find(search *s, const bool white[N], double n, syn_var *v)
{
    static const double starts[] = {0.5, 0.8, 0.94, 0.985};
    double best = INFINITY;
    set_free(s, white, true);
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        syn_var tried;
        start_at(s, starts[k], white, &tried);
        if (!isfinite(s->log_det))
            continue;
        descend(s, &tried, TRIAL_STEPS);
        if (s->log_det < best) {
            best = s->log_det;
            *v = tried;
        }
    }
    if (!isfinite(evaluate(s, v)))
        return;
    descend(s, v, STEPS);
    best = s->log_det;
    const int few = s->count;
    syn_var full = *v;
    set_free(s, white, false);
    descend(s, &full, STEPS);
    if (n * (best - s->log_det) > log(n) * (s->count - few)) {
        *v = full;
        return;
    }
    set_free(s, white, true);
    evaluate(s, v);
}

static syn_status search_create(const synp_moments *m, search *s)
{
    const size_t width = (size_t)(N * m->lags);
    *s = (search){.c = SYNP_LAGS(m->m), .lags = m->lags, .width = (int)width};
    s->t = malloc(width * width * sizeof *s->t);
    s->a = malloc((size_t)N * width * sizeof *s->a);
    s->r = malloc((size_t)N * width * sizeof *s->r);
    s->w = malloc(2 * (size_t)N * width * sizeof *s->w);
    s->da = malloc((size_t)(K_AND_D * N) * width * sizeof *s->da);
    if (!s->t || !s->a || !s->r || !s->w || !s->da)
        return SYN_ENOMEM;
    for (size_t p = 0; p < width; p++)
        for (size_t q = 0; q < width; q++) {
            const size_t k = p / N, l = q / N, i = p % N, j = q % N;
            s->t[p * width + q] = l >= k ? s->c[l - k][i][j] : s->c[k - l][j][i];
        }
    return SYN_OK;
}

static void search_free(search *s)
{
    free(s->t);
    free(s->a);
    free(s->r);
    free(s->w);
    free(s->da);
}

/* Standard errors of k and d from the information of n cycles. A coefficient that the data do not tell has none: NAN. */
static void put_errors(search *s, double n, synp_var_fit *out)
{
    double score[K_AND_D], information[K_AND_D * K_AND_D];
    inform(s, &out->var, score, information);
    const bool good = synp_cholesky_factor(s->count, information);
    for (int p = 0; p < s->count; p++) {
        double inverse[K_AND_D] = {0};
        inverse[p] = 1;
        if (good)
            synp_cholesky_solve(s->count, information, inverse);
        (&out->a_error[0][0][0])[s->free[p]] = good ? sqrt(inverse[p] / n) : NAN;
    }
}

syn_status synp_long_fit(const synp_moments *m, const bool white[SYN_NFEAT], const syn_var *start, synp_var_fit *out)
{
    search s;
    syn_status status = search_create(m, &s);
    *out = (synp_var_fit){.var.order = SYN_LONG};
    if (!status && start) {
        out->var = *start;
        set_free(&s, white, is_diagonal(start));
        if (isfinite(evaluate(&s, start)))
            descend(&s, &out->var, STEPS);
    } else if (!status) {
        find(&s, white, (double)m->n, &out->var);
    }
    if (!status && !isfinite(s.log_det))
        status = SYN_ENUMERIC;
    if (!status)
        status = synp_factor_innovations(SYNP_BLOCK(s.s), out->var.b, &out->log_det);
    if (!status) {
        out->coefficients = s.count;
        put_errors(&s, (double)m->n, out);
        synp_factor_errors(out, (double)m->n);
    }
    search_free(&s);
    return status;
}
