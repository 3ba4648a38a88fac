/* SPDX-License-Identifier: MIT */
/* Every estimator of the fit against answers known beforehand, and the fit as a whole against the set that generated
 * its data. Comparisons are made at 5 standard errors (two-sided chance 6e-7) with fixed seeds. */
#include "base/numeric.h"
#include "support/support.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef double matrix[SYN_NFEAT][SYN_NFEAT];

static double deviation(double value, double expected, double standard_error)
{
    return fabs(value - expected) / standard_error;
}

static void shape(size_t devices, size_t cycles, syn_features *f)
{
    cr_assert(eq(int, syn_features_create(devices, devices * cycles, f, NULL), SYN_OK));
    for (size_t d = 0; d <= devices; d++) {
        f->first[d] = d * cycles;
        f->cell[d] = d;
    }
}

/* Features of `devices` cells of a model, in stationary cycles. */
static void sample(const syn_model *m, uint64_t seed, size_t devices, size_t cycles, syn_features *f)
{
    shape(devices, cycles, f);
    for (size_t d = 0; d < devices; d++) {
        syn_cell c;
        syn_cell_init(m, seed, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
        for (size_t t = 0; t < cycles; t++) {
            memcpy(f->y[d * cycles + t], c.now.y, sizeof c.now.y);
            syn_cell_next_cycle(m, &c);
        }
    }
}

static syn_status fit(const syn_features *f, const syn_fit_options *o, syn_params *p, syn_fit_report *r,
                      syn_error *err)
{
    *p = *support_params();
    return syn_fit(f, o, p, r, err);
}

/* ---- normal quantiles, Gamma ---- */

Test(fit, the_normal_quantile_inverts_the_distribution_function)
{
    for (double p = 1e-9; p < 1; p = p < 0.4 ? p * 1.7 : p + 0.0703) {
        const double x = synp_normal_quantile(p);
        /* erfc itself is good to 2e-16; the error of p grows with |x| phi(x) / p <= 40 times that of x. */
        cr_expect(lt(dbl, fabs(0.5 * erfc(-x / sqrt(2)) / p - 1), 1e-12), "at %g", p);
        cr_expect(lt(dbl, fabs(x + synp_normal_quantile(1 - p)), 1e-7 * (1 + fabs(x))), "at %g", p);
    }
}

/* At the very quantiles the least-squares polynomial is the polynomial, and the scores are the quantiles. */
Test(fit, a_polynomial_of_normal_quantiles_in_any_order_is_found_exactly)
{
    enum { N = 1001 };
    static double u[N][SYN_NFEAT], x[N][SYN_NFEAT];
    const double h[5] = {0.1, 0.9, -0.05, 0.04, 0.003};
    synp_marginal m[SYN_NFEAT];
    for (int k = 0; k < N; k++) {
        const int at = 376 * k % N; /* 376 and 1001 have no common divisor */
        const double z = synp_normal_quantile((k + 0.5) / N);
        for (int i = 0; i < SYN_NFEAT; i++)
            u[at][i] = h[0] + h[1] * z + h[2] * (z * z - 1) + h[3] * (z * z * z - 3 * z) +
                       h[4] * (z * z * z * z - 6 * z * z + 3);
    }
    u[500][1] = NAN; /* a missing figure changes the quantiles of the others in that feature only */
    cr_assert(eq(int, synp_marginals((const double(*)[SYN_NFEAT])u, N, 4, x, m, NULL), SYN_OK));
    for (int j = 0; j < 5; j++)
        cr_expect(epsilon_eq(dbl, m[0].hermite[j], h[j], 1e-11));
    cr_expect(lt(dbl, m[0].rest, 1e-11));
    cr_expect(eq(sz, m[1].n, (size_t)N - 1));
    cr_expect(isnan(x[500][1]));
    for (int k = 0; k < N; k++)
        cr_expect(epsilon_eq(dbl, x[376 * k % N][0], synp_normal_quantile((k + 0.5) / N), 1e-12));
}

/* Trapezoid rule, exact to 1e-13 for such integrands. */
static double expectation(const syn_poly *p, int power)
{
    double sum = 0;
    for (double x = -9; x <= 9; x += 0.125)
        sum += 0.125 * exp(-0.5 * x * x) / sqrt(2 * acos(-1)) * pow(support_power_sum(p, x), power);
    return sum;
}

Test(fit, gamma_has_mean_0_and_variance_1_and_keeps_its_shape)
{
    const synp_marginal m = {.hermite = {0.3, 1.4, -0.2, 0.1, 0.02, 0.004}};
    for (int degree = 1; degree <= SYN_MAX_DEGREE; degree++) {
        syn_poly p;
        synp_gamma(&m, degree, &p);
        cr_expect(eq(int, p.n, degree + 1));
        cr_expect(epsilon_eq(dbl, expectation(&p, 1), 0, 1e-12));
        cr_expect(epsilon_eq(dbl, expectation(&p, 2), 1, 1e-12));
        if (degree >= 2) /* ratio of the coefficients of He_2 and He_1: E p (x^2 - 1) / 2 over E p x */
            cr_expect(lt(dbl, p.c[2] / p.c[1], 0));
    }
}

Test(fit, a_polynomial_that_turns_inside_the_range_is_noticed)
{
    const syn_poly cubic = {4, {0, 3, 0, -1}}; /* turns at +-1 */
    cr_expect(isnan(synp_not_rising(&cubic, 0.99)));
    cr_expect(epsilon_eq(dbl, synp_not_rising(&cubic, 2), -2, 1e-12));
    const syn_poly parabola = {3, {0, 4, -1}}; /* turns at 2 */
    cr_expect(epsilon_eq(dbl, synp_not_rising(&parabola, 3), 2, 0.007));
}

/* ---- autoregression ---- */

static const syn_var known = {.order = 2,
                              .b = {{0.9, 0, 0, 0}, {-0.2, 0.8, 0, 0}, {0.1, 0.05, 0.7, 0}, {0, -0.1, 0.2, 0.85}},
                              .a = {{{0.3, 0.1, 0, 0}, {0, 0.2, 0.1, 0}, {0.05, 0, 0.5, -0.1}, {0, 0.1, 0, 0.25}},
                                    {{0.1, 0, 0.05, 0}, {-0.1, 0.15, 0, 0}, {0, 0, 0.2, 0}, {0.1, 0, 0.1, 0.2}}}};

/* The expectation of the windows' mean products. */
static void exact_moments(const syn_var *v, int order, size_t n, synp_moments *m)
{
    const int dim = SYN_NFEAT * (order + 1);
    matrix c[SYN_MAX_ORDER + 1];
    for (int lag = 0; lag <= order; lag++)
        support_covariance(v, SUPPORT_FOREVER, lag, c[lag]);
    m->n = n;
    for (int k = 0; k <= order; k++)
        for (int l = 0; l <= order; l++)
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++)
                    m->m[(SYN_NFEAT * k + i) * dim + SYN_NFEAT * l + j] = l >= k ? c[l - k][i][j] : c[k - l][j][i];
}

/* Autocovariances of an autoregression determine it, whatever the order of the windows; a larger order adds zeros.
 * The rounding of 3000 terms and of the solution stays below 1e-11. */
Test(fit, least_squares_from_exact_moments_gives_the_coefficients)
{
    static synp_moments m;
    synp_var_fit f;
    for (int windows = 2; windows <= 5; windows++)
        for (int order = 2; order <= windows; order++) {
            exact_moments(&known, windows, 100000, &m);
            cr_assert(eq(int, synp_var_least_squares(&m, windows, order, &f), SYN_OK));
            double worst = 0;
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    support_worst(&worst, fabs(f.var.b[i][j] - known.b[i][j]));
                    for (int l = 0; l < order; l++)
                        support_worst(&worst, fabs(f.var.a[l][i][j] - (l < 2 ? known.a[l][i][j] : 0)));
                }
            cr_expect(lt(dbl, worst, 1e-11), "windows of %d, order %d", windows, order);
        }
}

/* A series of the autoregression from an independent generator, 300 cycles let pass. */
static void draw_series(const syn_var *v, uint64_t seed, syn_features *f)
{
    for (size_t d = 0; d < f->devices; d++) {
        double past[SYN_MAX_ORDER][SYN_NFEAT] = {{0}};
        uint64_t state = seed + 7919 * d;
        for (size_t t = 0; t < 300 + f->first[d + 1] - f->first[d]; t++) {
            double e[SYN_NFEAT], x[SYN_NFEAT] = {0};
            for (int i = 0; i < SYN_NFEAT; i++)
                e[i] = support_normal(&state);
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    x[i] += v->b[i][j] * e[j];
                    for (int l = 0; l < v->order; l++)
                        x[i] += v->a[l][i][j] * past[l][j];
                }
            memmove(past[1], past[0], sizeof past - sizeof past[0]);
            memcpy(past[0], x, sizeof x);
            if (t >= 300)
                memcpy(f->y[f->first[d] + t - 300], x, sizeof x);
        }
    }
}

#define CONST_ROWS(f) ((const double(*)[SYN_NFEAT])(f).y)

static void expect_known(const syn_var *v, const synp_var_fit *errors, const char *what)
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++) {
            for (int l = 0; l < 2; l++)
                cr_expect(lt(dbl, deviation(v->a[l][i][j], known.a[l][i][j], errors->a_error[l][i][j]), 5),
                          "%s A %d %d %d", what, l, i, j);
            if (j <= i)
                cr_expect(lt(dbl, deviation(v->b[i][j], known.b[i][j], errors->b_error[i][j]), 5), "%s B %d %d", what,
                          i, j);
        }
}

/* Errors from the exact moments: sqrt(S_ii (C^-1)_jj / n), those of the factor as in fit_var.c. Both estimators are
 * asymptotically the same; 5 % of the cycles are missing, at random. */
Test(fit, a_series_with_gaps_gives_its_coefficients_within_their_errors)
{
    static synp_moments m, exact;
    synp_var_fit found, errors;
    syn_features f;
    syn_var yw;
    shape(100, 400, &f);
    draw_series(&known, 5, &f);
    uint64_t state = 1;
    for (size_t t = 0; t < f.rows; t++)
        for (int i = 0; support_uniform(&state, 0, 1) < 0.05 && i < SYN_NFEAT; i++)
            f.y[t][i] = NAN;
    cr_assert(eq(int, synp_window_moments(&f, CONST_ROWS(f), 2, &m, NULL), SYN_OK));
    cr_assert(eq(int, synp_var_least_squares(&m, 2, 2, &found), SYN_OK));
    exact_moments(&known, 2, m.n, &exact);
    cr_assert(eq(int, synp_var_least_squares(&exact, 2, 2, &errors), SYN_OK));
    expect_known(&found.var, &errors, "least squares");
    cr_assert(eq(int, synp_yule_walker(&f, CONST_ROWS(f), 2, &yw), SYN_OK));
    expect_known(&yw, &errors, "Yule-Walker");
    for (int i = 0; i < SYN_NFEAT;
         i++) /* the errors that it reports; n and the moments themselves vary by some per cent */
        cr_expect(epsilon_eq(dbl, found.a_error[0][i][i] / errors.a_error[0][i][i], 1, 0.1));
    syn_features_free(&f);
}

Test(fit, windows_are_those_without_a_gap_inside_one_device)
{
    static synp_moments m;
    syn_features f;
    double sum = 0;
    size_t n = 0;
    shape(3, 20, &f);
    draw_series(&known, 6, &f);
    f.y[7][2] = f.y[25][0] = f.y[59][3] = NAN;
    cr_assert(eq(int, synp_window_moments(&f, CONST_ROWS(f), 3, &m, NULL), SYN_OK));
    for (size_t t = 0; t < 60; t++) { /* by brute force: entry (x_t[1], x_{t-3}[2]) */
        if (t % 20 < 3)
            continue;
        double all = 0;
        for (size_t k = t - 3; k <= t; k++)
            for (int i = 0; i < SYN_NFEAT; i++)
                all += f.y[k][i];
        if (isnan(all))
            continue;
        sum += f.y[t][1] * f.y[t - 3][2];
        n++;
    }
    cr_expect(eq(sz, m.n, n));
    cr_expect(epsilon_eq(dbl, m.m[1 * 16 + 4 * 3 + 2], sum / (double)n, 1e-13));
    cr_expect(epsilon_eq(dbl, m.m[(4 * 3 + 2) * 16 + 1], sum / (double)n, 1e-13));
    syn_features_free(&f);
}

Test(fit, bic_finds_the_order)
{
    static synp_moments m;
    synp_var_fit v;
    syn_features f;
    double least = INFINITY;
    int best = 0;
    shape(50, 400, &f);
    draw_series(&known, 7, &f);
    cr_assert(eq(int, synp_window_moments(&f, CONST_ROWS(f), 6, &m, NULL), SYN_OK));
    for (int order = 1; order <= 6; order++) {
        cr_assert(eq(int, synp_var_least_squares(&m, 6, order, &v), SYN_OK));
        if (synp_var_bic(&m, order, v.log_det) < least) {
            least = synp_var_bic(&m, order, v.log_det);
            best = order;
        }
    }
    cr_expect(eq(int, best, 2));
    syn_features_free(&f);
}

/* ---- mixture ---- */

static void factor(int n, double *a)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double s = a[i * n + j];
            for (int k = 0; k < j; k++)
                s -= a[i * n + k] * a[j * n + k];
            cr_assert(i != j || s > 0, "not positive definite");
            a[i * n + j] = i == j ? sqrt(s) : s / a[j * n + j];
        }
}

/* Lower factor in place -> inverse of the matrix it is a factor of. */
static void invert(int n, const double *l, double *inverse)
{
    double *y = calloc((size_t)n, sizeof *y);
    cr_assert(y != NULL);
    for (int c = 0; c < n; c++) {
        for (int i = 0; i < n; i++) {
            y[i] = i == c;
            for (int k = 0; k < i; k++)
                y[i] -= l[i * n + k] * y[k];
            y[i] /= l[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                y[i] -= l[k * n + i] * y[k];
            y[i] /= l[i * n + i];
            inverse[i * n + c] = y[i];
        }
    }
    free(y);
}

enum { D = SYN_NDEVICE, PER_COMPONENT = 1 + D + D * (D + 1) / 2 };

typedef struct sharp {
    double chol[D][D], inverse[D][D], log_norm;
} sharp;

static void sharpen(const synp_mixture *m, sharp *s)
{
    for (int c = 0; c < m->k; c++) {
        memcpy(s[c].chol, m->covariance[c], sizeof s[c].chol);
        factor(D, &s[c].chol[0][0]);
        invert(D, &s[c].chol[0][0], &s[c].inverse[0][0]);
        s[c].log_norm = log(m->weight[c]);
        for (int i = 0; i < D; i++)
            s[c].log_norm -= log(s[c].chol[i][i]) + 0.5 * log(2 * acos(-1));
    }
}

/* Shares of the components in the density at v, and its logarithm. q[c] = C^-1 (v - mean). */
static double log_density(const synp_mixture *m, const sharp *s, const double v[D], double *share, double q[][D])
{
    double sum = 0, most = -INFINITY;
    for (int c = 0; c < m->k; c++) {
        share[c] = s[c].log_norm;
        for (int i = 0; i < D; i++) {
            q[c][i] = 0;
            for (int j = 0; j < D; j++)
                q[c][i] += s[c].inverse[i][j] * (v[j] - m->mean[c][j]);
            share[c] -= 0.5 * q[c][i] * (v[i] - m->mean[c][i]);
        }
        most = fmax(most, share[c]);
    }
    for (int c = 0; c < m->k; c++)
        sum += exp(share[c] - most);
    for (int c = 0; c < m->k; c++)
        share[c] = exp(share[c] - most) / sum;
    return most + log(sum);
}

static int draw_device(const synp_mixture *m, const sharp *s, uint64_t *state, double v[D])
{
    double z[D], u = support_uniform(state, 0, 1);
    int c = 0;
    while (c + 1 < m->k && u >= m->weight[c])
        u -= m->weight[c++];
    for (int i = 0; i < D; i++) {
        z[i] = support_normal(state);
        v[i] = m->mean[c][i];
        for (int j = 0; j <= i; j++)
            v[i] += s[c].chol[i][j] * z[j];
    }
    return c;
}

/* Cramer-Rao standard errors of a mixture's figures from n vectors: the inverse of the Fisher information, the mean
 * product of scores over 20000 vectors that it draws. In the units of each figure; order: for each component weight,
 * mean, covariance row by row; the first weight is 1 minus the others. */
static double *cramer_rao(const synp_mixture *m, double n)
{
    enum { DRAWS = 20000 };
    const int figures = m->k * PER_COMPONENT;
    sharp *s = calloc((size_t)m->k, sizeof *s);
    double *info = calloc((size_t)(figures * figures), sizeof *info),
           *inverse = calloc((size_t)(figures * figures), sizeof *info),
           *score = calloc((size_t)figures, sizeof *score), *error = calloc((size_t)figures, sizeof *error);
    uint64_t state = 99;
    cr_assert(s && info && inverse && score && error);
    sharpen(m, s);
    for (int k = 0; k < DRAWS; k++) {
        double v[D], share[SYN_MAX_COMPONENTS], q[SYN_MAX_COMPONENTS][D];
        draw_device(m, s, &state, v);
        log_density(m, s, v, share, q);
        for (int c = 0; c < m->k; c++) {
            double *x = score + c * PER_COMPONENT;
            *x++ = share[c] / m->weight[c] - share[0] / m->weight[0];
            for (int i = 0; i < D; i++)
                *x++ = share[c] * q[c][i] * sqrt(m->covariance[c][i][i]);
            for (int i = 0; i < D; i++)
                for (int j = 0; j <= i; j++)
                    *x++ = share[c] * (i == j ? 0.5 : 1) * (q[c][i] * q[c][j] - s[c].inverse[i][j]) *
                           sqrt(m->covariance[c][i][i] * m->covariance[c][j][j]);
        }
        for (int i = 0; i < figures; i++)
            for (int j = 0; j <= i; j++)
                info[i * figures + j] += score[i] * score[j] * n / DRAWS;
    }
    info[0] = 1; /* the first weight is no figure of its own: its score is 0 */
    factor(figures, info);
    invert(figures, info, inverse);
    for (int c = 0; c < m->k; c++) {
        double *x = error + c * PER_COMPONENT;
        const double *i0 = inverse + c * PER_COMPONENT * (figures + 1);
        for (int i = 0; i < PER_COMPONENT; i++)
            x[i] = sqrt(i0[i * (figures + 1)]);
        for (int i = 0; i < D; i++)
            x[1 + i] *= sqrt(m->covariance[c][i][i]);
        for (int i = 0, at = 1 + D; i < D; i++)
            for (int j = 0; j <= i; j++)
                x[at++] *= sqrt(m->covariance[c][i][i] * m->covariance[c][j][j]);
    }
    double sum = 0; /* variance of minus the sum of the other weights */
    for (int c = 1; c < m->k; c++)
        for (int d = 1; d < m->k; d++)
            sum += inverse[c * PER_COMPONENT * figures + d * PER_COMPONENT];
    error[0] = sqrt(sum);
    free(s);
    free(info);
    free(inverse);
    free(score);
    return error;
}

/* The component of `found` that is nearest to component c of m, in standard deviations. */
static int partner(const synp_mixture *m, int c, const synp_mixture *found)
{
    double least = INFINITY;
    int best = 0;
    for (int k = 0; k < found->k; k++) {
        double square = 0;
        for (int i = 0; i < D; i++)
            square += pow(found->mean[k][i] - m->mean[c][i], 2) / m->covariance[c][i][i];
        if (square < least) {
            least = square;
            best = k;
        }
    }
    return best;
}

/* Largest deviations of weights, means and covariances in standard errors. */
static void compare_mixtures(const synp_mixture *m, const synp_mixture *found, const double *error, double worst[3])
{
    memset(worst, 0, 3 * sizeof *worst);
    for (int c = 0; c < m->k; c++) {
        const int k = partner(m, c, found);
        const double *e = error + c * PER_COMPONENT;
        support_worst(&worst[0], deviation(found->weight[k], m->weight[c], *e++));
        for (int i = 0; i < D; i++)
            support_worst(&worst[1], deviation(found->mean[k][i], m->mean[c][i], *e++));
        for (int i = 0; i < D; i++)
            for (int j = 0; j <= i; j++)
                support_worst(&worst[2], deviation(found->covariance[k][i][j], m->covariance[c][i][j], *e++));
    }
}

/* Two components `apart` standard deviations apart in two directions, with correlations. */
static void two_components(double apart, synp_mixture *m)
{
    *m = (synp_mixture){.k = 2, .weight = {0.65, 0.35}};
    for (int i = 0; i < D; i++) {
        m->mean[0][i] = 10 * i;
        m->mean[1][i] = 10 * i + (i == 2 || i == 5 ? apart : 0);
        for (int j = 0; j < D; j++) {
            m->covariance[0][i][j] = i == j ? 1 : 0.2;
            m->covariance[1][i][j] = i == j ? 1.5 : abs(i - j) == 1 ? -0.4 : 0;
        }
    }
}

static synp_device *draw_devices(const synp_mixture *m, size_t n, uint64_t seed)
{
    sharp s[SYN_MAX_COMPONENTS];
    synp_device *v = malloc(n * sizeof *v);
    cr_assert(v != NULL);
    sharpen(m, s);
    for (size_t k = 0; k < n; k++)
        draw_device(m, s, &seed, v[k]);
    return v;
}

Test(fit, em_finds_separated_and_overlapping_components_within_the_cramer_rao_errors)
{
    const double apart[2] = {8, 1.5};
    for (int k = 0; k < 2; k++) {
        enum { N = 3000 };
        synp_mixture m, found;
        double worst[3];
        two_components(apart[k], &m);
        synp_device *v = draw_devices(&m, N, 17);
        double *error = cramer_rao(&m, N);
        cr_assert(eq(int, synp_mixture_fit((const synp_device *)v, N, 2, 5, 1, &found), SYN_OK));
        compare_mixtures(&m, &found, error, worst);
        for (int i = 0; i < 3; i++)
            cr_expect(lt(dbl, worst[i], 5), "%g apart: %s", apart[k],
                      i == 0   ? "weights"
                      : i == 1 ? "means"
                               : "covariances");
        cr_expect(gt(dbl, found.weight[0], found.weight[1]), "by decreasing weight");
        free(v);
        free(error);
    }
}

Test(fit, the_likelihood_of_a_mixture_is_that_of_its_density_and_bic_finds_two_components)
{
    enum { N = 600 };
    synp_mixture m, found;
    sharp s[SYN_MAX_COMPONENTS];
    double sum = 0, share[SYN_MAX_COMPONENTS], q[SYN_MAX_COMPONENTS][D], bic[4];
    two_components(4, &m);
    synp_device *v = draw_devices(&m, N, 23);
    for (int k = 1; k <= 3; k++) {
        cr_assert(eq(int, synp_mixture_fit((const synp_device *)v, N, k, 5, 1, &found), SYN_OK));
        bic[k] = synp_mixture_bic(&found, N);
        if (k != 2)
            continue;
        sharpen(&found, s);
        for (int d = 0; d < N; d++)
            sum += log_density(&found, s, v[d], share, q);
        /* The density belongs to the last estimate, which gains less than 1e-9 per vector on the one before. */
        cr_expect(epsilon_eq(dbl, found.log_likelihood, sum, 1e-6 * N));
    }
    cr_expect(bic[2] < bic[1] && bic[2] < bic[3]);
    free(v);
}

/* One component is the sample's mean and covariance (divisor n). */
Test(fit, a_mixture_of_one_is_the_mean_and_covariance)
{
    enum { N = 50 };
    synp_mixture m, found;
    two_components(4, &m);
    synp_device *v = draw_devices(&m, N, 29);
    cr_assert(eq(int, synp_mixture_fit((const synp_device *)v, N, 1, 3, 1, &found), SYN_OK));
    double mean[2] = {0, 0}, product = 0;
    for (int d = 0; d < N; d++) {
        mean[0] += v[d][3] / N;
        mean[1] += v[d][6] / N;
    }
    for (int d = 0; d < N; d++)
        product += (v[d][3] - mean[0]) * (v[d][6] - mean[1]) / N;
    cr_expect(epsilon_eq(dbl, found.mean[0][3], mean[0], 1e-12));
    cr_expect(epsilon_eq(dbl, found.covariance[0][3][6], product, 1e-10));
    free(v);
}

Test(fit, the_errors_of_means_and_scales_are_taken_off_a_covariance_down_to_a_floor)
{
    synp_mixture m = {.k = 1, .weight = {1}};
    double e[D][D] = {{0}}, share[D];
    for (int i = 0; i < D; i++) {
        m.mean[0][i] = 2 + i;
        e[i][i] = 0.001 * (i + 1);
        for (int j = 0; j < D; j++)
            m.covariance[0][i][j] = i == j ? 0.5 : 0.05;
    }
    e[0][5] = e[5][0] = 0.0007;
    m.covariance[0][7][7] = 0.9; /* its error, 0.008 (9 * 9 + 0.9) = 0.655, leaves 0.245 */
    const synp_mixture before = m;
    cr_assert(eq(int, synp_mixture_sharpen(&m, (const synp_device *)e, share), SYN_OK));
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            const int a = 4 + i % 4, b = 4 + j % 4;
            const double taken = e[i][j] * (before.mean[0][a] * before.mean[0][b] + before.covariance[0][a][b]);
            cr_expect(epsilon_eq(dbl, m.covariance[0][i][j], before.covariance[0][i][j] - taken, 1e-12), "%d %d", i,
                      j);
        }
    cr_expect(epsilon_eq(dbl, share[7], 0.008 * 81.9 / 0.9, 1e-12));
    /* More error than there is variance: 1 % of it stays. */
    m = (synp_mixture){.k = 1, .weight = {1}};
    for (int i = 0; i < D; i++) {
        m.mean[0][i] = 1;
        m.covariance[0][i][i] = 0.5;
    }
    memset(e, 0, sizeof e);
    e[2][2] = 1;
    cr_assert(eq(int, synp_mixture_sharpen(&m, (const synp_device *)e, share), SYN_OK));
    cr_expect(epsilon_eq(dbl, m.covariance[0][2][2], 0.005, 1e-12));
    cr_expect(epsilon_eq(dbl, m.covariance[0][3][3], 0.5, 1e-12));
}

/* ---- the whole ---- */

/* The default set in the convention of fit.h: x of variance 1, E Gamma = 0, var Gamma = 1. */
typedef struct canonical {
    double hermite[SYN_NFEAT][5]; /* of Gamma */
    syn_var var;
    synp_mixture device;
} canonical;

static double he(int m, double x)
{
    return m == 0 ? 1 : m == 1 ? x : x * he(m - 1, x) - (m - 1) * he(m - 2, x);
}

/* E p(s x) He_m(x) / m!, x standard normal. */
static double hermite_of(const syn_poly *p, double s, int m)
{
    double sum = 0;
    for (double x = -9; x <= 9; x += 0.125)
        sum +=
            0.125 * exp(-0.5 * x * x) / sqrt(2 * acos(-1)) * support_power_sum(p, s * x) * he(m, x) / tgamma(m + 1);
    return sum;
}

static void put_devices(const syn_params *p, const double shift[4], const double scale[4], synp_mixture *out)
{
    out->k = p->n_components;
    double total = 0;
    for (int c = 0; c < out->k; c++)
        total += p->weight[c];
    for (int c = 0; c < out->k; c++) {
        double map[D][D] = {{0}}, factor_of[D][D] = {{0}}; /* mu' = mu + shift sigma, sigma' = scale sigma */
        for (int i = 0; i < 4; i++) {
            map[i][i] = 1;
            map[i][4 + i] = shift[i];
            map[4 + i][4 + i] = scale[i];
        }
        out->weight[c] = p->weight[c] / total;
        for (int i = 0; i < D; i++)
            for (int k = 0; k < D; k++) {
                out->mean[c][i] += map[i][k] * p->mean[c][k];
                for (int j = 0; j < D; j++)
                    factor_of[i][j] += map[i][k] * p->chol[c][k][j];
            }
        for (int i = 0; i < D; i++)
            for (int j = 0; j < D; j++)
                for (int k = 0; k < D; k++)
                    out->covariance[c][i][j] += factor_of[i][k] * factor_of[j][k];
    }
}

static void canonicalise(const syn_params *p, int order, canonical *out)
{
    matrix c;
    double sd[4], shift[4], scale[4];
    *out = (canonical){.var = p->var[order - 1]};
    support_covariance(&p->var[order - 1], SUPPORT_FOREVER, 0, c);
    for (int i = 0; i < 4; i++) {
        sd[i] = sqrt(c[i][i]);
        double variance = 0;
        for (int m = 0; m < 5; m++) {
            out->hermite[i][m] = hermite_of(&p->gamma[i], sd[i], m);
            variance += m ? tgamma(m + 1) * out->hermite[i][m] * out->hermite[i][m] : 0;
        }
        shift[i] = out->hermite[i][0];
        scale[i] = sqrt(variance);
        out->hermite[i][0] = 0;
        for (int m = 1; m < 5; m++)
            out->hermite[i][m] /= scale[i];
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            out->var.b[i][j] /= sd[i];
            for (int l = 0; l < order; l++)
                out->var.a[l][i][j] *= sd[j] / sd[i];
        }
    put_devices(p, shift, scale, &out->device);
}

enum { DEVICES = 512, CYCLES = 1000, ORDER = 10, LAGS = 400, TERMS = 10 };

/* Autocovariances of the canonical process, lag -LAGS .. LAGS folded: c[lag][i][j] = E x_t[i] x_{t-lag}[j]. */
static const matrix *lags_of(const canonical *k)
{
    static matrix c[LAGS + 1];
    for (int lag = 0; lag <= LAGS; lag++)
        support_covariance(&k->var, 600, lag, c[lag]); /* 0.968^600 = 3e-9 */
    return (const matrix *)c;
}

/* Sum over all lags of cov(f(x_t[i]), g(x_{t-lag}[j])), f and g by Hermite coefficients 1 .. TERMS - 1. */
static double long_run(const matrix *c, int i, int j, const double f[TERMS], const double g[TERMS])
{
    double sum = 0, factorial = 1;
    for (int m = 1; m < TERMS; m++) {
        factorial *= m;
        for (int lag = -LAGS; lag <= LAGS; lag++)
            sum += factorial * f[m] * g[m] * pow(lag >= 0 ? c[lag][i][j] : c[-lag][j][i], m);
    }
    return sum;
}

static double canonical_gamma(const double h[5], double x)
{
    double sum = 0;
    for (int m = 1; m < 5; m++)
        sum += h[m] * he(m, x);
    return sum;
}

/* Hermite coefficients of (Gamma(x)^2 - 1) / 2: the influence of a cycle on its device's standard deviation. */
static void scale_influence(const double h[5], double out[TERMS])
{
    for (int m = 0; m < TERMS; m++) {
        out[m] = 0;
        for (double x = -10; x <= 10; x += 0.125)
            out[m] += 0.125 * exp(-0.5 * x * x) / sqrt(2 * acos(-1)) * 0.5 * (pow(canonical_gamma(h, x), 2) - 1) *
                      he(m, x) / tgamma(m + 1);
    }
}

/* Hermite coefficients of the influence of a cycle on Gamma's own coefficient k: minus the integral over z of
 * (1{x <= z} - Phi(z)) Gamma'(z) He_k(z) / k!, whose derivative in x is Gamma'(x) He_k(x) / k!; and the m-th
 * coefficient of a function is the (m-1)-th of its derivative, over m. Then minus h_k times the influence on the
 * scale, by which figures are divided. */
static void gamma_influence(const double h[5], int k, double out[TERMS])
{
    double scale[TERMS];
    scale_influence(h, scale);
    for (int m = 1; m < TERMS; m++) {
        out[m] = 0;
        for (double x = -10; x <= 10; x += 0.125) {
            double slope = 0;
            for (int j = 1; j < 5; j++)
                slope += h[j] * j * he(j - 1, x);
            out[m] += 0.125 * exp(-0.5 * x * x) / sqrt(2 * acos(-1)) * slope * he(k, x) / tgamma(k + 1) *
                      he(m - 1, x) / tgamma(m + 1);
        }
        out[m] -= h[k] * scale[m];
    }
}

/* Covariance of the errors of a device's (mean, scale) over the true scale, from CYCLES correlated cycles. */
static void estimation_errors(const canonical *k, const matrix *c, double e[D][D])
{
    double influence[D][TERMS] = {{0}};
    for (int i = 0; i < 4; i++) {
        for (int m = 1; m < 5; m++)
            influence[i][m] = k->hermite[i][m];
        scale_influence(k->hermite[i], influence[4 + i]);
    }
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++)
            e[i][j] = long_run(c, i % 4, j % 4, influence[i], influence[j]) / CYCLES;
}

static const syn_features *generated(void)
{
    static syn_features f;
    if (f.rows == 0)
        sample(support_model(ORDER), 2024, DEVICES, CYCLES, &f);
    return &f;
}

static const syn_params *fitted(syn_fit_report *report)
{
    static syn_params p;
    static syn_fit_report r;
    syn_error err;
    const syn_fit_options o = {.order = ORDER, .components = 3, .starts = 10};
    if (r.devices == 0)
        cr_assert(eq(int, fit(generated(), &o, &p, &r, &err), SYN_OK), "%s: %s", err.field, err.text);
    *report = r;
    return &p;
}

static void expect_gamma(const canonical *k, const matrix *c, const syn_params *p, double *worst)
{
    for (int i = 0; i < 4; i++)
        for (int m = 1; m < 5; m++) {
            double influence[TERMS];
            gamma_influence(k->hermite[i], m, influence);
            const double error = sqrt(long_run(c, i, i, influence, influence) / (DEVICES * CYCLES));
            support_worst(worst, deviation(hermite_of(&p->gamma[i], 1, m), k->hermite[i][m], error));
        }
}

static void expect_var(const canonical *k, const syn_var *v, double *worst_a, double *worst_b)
{
    static synp_moments exact;
    static synp_var_fit e;
    exact_moments(&k->var, ORDER, DEVICES * (CYCLES - ORDER), &exact);
    cr_assert(eq(int, synp_var_least_squares(&exact, ORDER, ORDER, &e), SYN_OK));
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            for (int l = 0; l < ORDER; l++)
                support_worst(worst_a, deviation(v->a[l][i][j], k->var.a[l][i][j], e.a_error[l][i][j]));
            if (j <= i)
                support_worst(worst_b, deviation(v->b[i][j], k->var.b[i][j], e.b_error[i][j]));
        }
}

/* The expected errors: of Gamma's Hermite coefficients from their influence functions and the long-run covariances of
 * the cycles; of the autoregression from its exact moments; of the mixture by Cramer and Rao, for vectors that carry
 * the estimation errors of means and scales. */
Test(fit, features_of_512_devices_and_1000_cycles_give_their_parameters_back, .timeout = 600)
{
    canonical k;
    syn_fit_report r;
    double gamma = 0, a = 0, b = 0, mixture[3], e[D][D];
    const syn_params *p = fitted(&r);
    canonicalise(support_params(), ORDER, &k);
    const matrix *c = lags_of(&k);
    expect_gamma(&k, c, p, &gamma);
    expect_var(&k, &p->var[ORDER - 1], &a, &b);
    estimation_errors(&k, c, e);

    synp_mixture found = {0}, blurred = k.device;
    put_devices(p, (const double[4]){0}, (const double[4]){1, 1, 1, 1}, &found);
    for (int q = 0; q < 3; q++)
        for (int i = 0; i < D; i++)
            for (int j = 0; j < D; j++)
                blurred.covariance[q][i][j] += e[i][j] * (k.device.mean[q][4 + i % 4] * k.device.mean[q][4 + j % 4] +
                                                          k.device.covariance[q][4 + i % 4][4 + j % 4]);
    double *error = cramer_rao(&blurred, DEVICES);
    compare_mixtures(&k.device, &found, error, mixture);
    free(error);
    cr_log_info(
        "worst deviations in standard errors: Gamma %.2f, A %.2f, B %.2f, weights %.2f, means %.2f, covariances %.2f",
        gamma, a, b, mixture[0], mixture[1], mixture[2]);
    cr_expect(lt(dbl, gamma, 5));
    cr_expect(lt(dbl, a, 5));
    cr_expect(lt(dbl, b, 5));
    cr_expect(lt(dbl, mixture[0], 5));
    cr_expect(lt(dbl, mixture[1], 5));
    cr_expect(lt(dbl, mixture[2], 5));

    /* What it took off: by theory a scale of 1 - (e_mean + e_scale) / 2. The fit simulates 512 devices, and a
     * variance from so many has a relative error of sqrt(2 / 512) = 6 %, of 7 % for these kurtoses: 5 of them. */
    for (int i = 0; i < 4; i++) {
        const double expected = 0.5 * (e[i][i] + e[4 + i][4 + i]);
        cr_expect(epsilon_eq(dbl, (1 - r.scale[i]) / expected, 1, 0.35), "scale of feature %d: %g, expected %g", i,
                  1 - r.scale[i], expected);
    }
}

Test(fit, orders_and_components_left_to_bic_give_the_statistics_back, .timeout = 600)
{
    support_long_only();
    static syn_params p;
    syn_fit_report r;
    const syn_fit_options o = {.starts = 5};
    syn_model *m;
    syn_validation *v = malloc(sizeof *v);
    cr_assert(v != NULL);
    cr_assert(eq(int, fit(generated(), &o, &p, &r, NULL), SYN_OK));
    cr_log_info("order %d, %d components", r.order, r.components);
    cr_expect(eq(int, r.order, ORDER));
    cr_expect(ge(int, r.components, 2));
    cr_assert(eq(int, syn_model_create(&p, NULL, &m, NULL), SYN_OK));
    cr_assert(eq(int, syn_validate(m, generated(), &(syn_validate_options){.seed = 1}, v, NULL, NULL, NULL), SYN_OK));
    double worst = 0;
    for (int i = 0; i < 4; i++) {
        cr_expect(v->ks[i].distance <= v->ks[i].chance, "KS %d", i);
        for (int j = i + 1; j < 4; j++)
            support_worst(&worst, deviation(v->correlation[i][j].measured, v->correlation[i][j].generated,
                                            v->correlation[i][j].error));
        for (int lag = 1; lag <= SYN_LAGS; lag++)
            support_worst(&worst, deviation(v->autocorrelation[i][lag].measured, v->autocorrelation[i][lag].generated,
                                            v->autocorrelation[i][lag].error));
        for (int q = 0; q < 4; q++)
            support_worst(&worst,
                          deviation(v->device[i][q].measured, v->device[i][q].generated, v->device[i][q].error));
    }
    cr_log_info("worst statistic: %.2f standard errors", worst);
    cr_expect(lt(dbl, worst, 5));
    syn_model_free(m);
    free(v);
}

/* ---- data as they come ---- */

static void small_sample(syn_features *f)
{
    sample(support_model(2), 3, 40, 120, f);
}

static const syn_fit_options small = {.order = 2, .components = 1, .degree = 3, .starts = 2};

Test(fit, location_and_scale_of_one_outlier_device_change_only_the_mixture)
{
    static syn_params p, q;
    syn_fit_report r;
    syn_features f;
    small_sample(&f);
    cr_assert(eq(int, fit(&f, &small, &p, &r, NULL), SYN_OK));
    for (size_t t = f.first[7]; t < f.first[8]; t++)
        for (int i = 0; i < 4; i++)
            f.y[t][i] = 16 * f.y[t][i] + 3; /* rounds alike: to a few units of the last place */
    cr_assert(eq(int, fit(&f, &small, &q, &r, NULL), SYN_OK));
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 4; k++)
            cr_expect(epsilon_eq(dbl, p.gamma[i].c[k], q.gamma[i].c[k], 1e-9));
        for (int j = 0; j < 4; j++)
            cr_expect(epsilon_eq(dbl, p.var[1].a[0][i][j], q.var[1].a[0][i][j], 1e-9));
    }
    cr_expect(gt(dbl, q.mean[0][2], p.mean[0][2] + 1000));
    syn_features_free(&f);
}

/* 5 % of the cycles missing, and devices of unequal lengths: the figures that are left carry the same parameters.
 * Their standard errors are those of the whole data within a tenth, and two fits of mostly the same data differ by
 * less than one of them. */
Test(fit, missing_cycles_and_unequal_lengths_leave_the_parameters_where_they_were)
{
    static syn_params p, q;
    syn_fit_report r, s;
    syn_features f;
    sample(support_model(2), 4, 100, 300, &f);
    cr_assert(eq(int, fit(&f, &small, &p, &r, NULL), SYN_OK));
    uint64_t state = 3;
    for (size_t t = 0; t < f.rows; t++)
        if (support_uniform(&state, 0, 1) < 0.05)
            for (int i = 0; i < 4; i++)
                f.y[t][i] = NAN;
    for (size_t d = 0; d < 20; d++) /* the last third of some */
        for (size_t t = f.first[d] + 200; t < f.first[d + 1]; t++)
            f.y[t][d % 4] = NAN;
    cr_assert(eq(int, fit(&f, &small, &q, &s, NULL), SYN_OK));
    cr_expect(lt(sz, s.windows, r.windows));
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 4; k++)
            cr_expect(lt(dbl, deviation(p.gamma[i].c[k], q.gamma[i].c[k], r.gamma_error[i][k]), 2), "Gamma %d %d", i,
                      k);
        for (int j = 0; j < 4; j++)
            cr_expect(lt(dbl, deviation(p.var[1].a[0][i][j], q.var[1].a[0][i][j], r.a_error[0][i][j]), 2), "A %d %d",
                      i, j);
    }
    syn_features_free(&f);
}

Test(fit, the_same_data_give_the_same_set)
{
    static syn_params p, q;
    syn_fit_report r;
    syn_features f;
    small_sample(&f);
    memset(&q, 0, sizeof q);
    cr_assert(eq(int, fit(&f, &small, &p, &r, NULL), SYN_OK));
    cr_assert(eq(int, fit(&f, &small, &q, &r, NULL), SYN_OK));
    cr_expect(eq(int, memcmp(&p, &q, sizeof p), 0));
    syn_features_free(&f);
}

static void expect_refusal(const syn_features *f, const syn_fit_options *o, syn_status status, const char *text)
{
    static syn_params p, before;
    syn_fit_report r;
    syn_error err = {0};
    char line[700];
    before = p = *support_params();
    cr_expect(eq(int, syn_fit(f, o, &p, &r, &err), status));
    syn_error_format(&err, line, sizeof line);
    cr_expect(strstr(line, text) != NULL, "\"%s\" does not say \"%s\"", line, text);
    cr_expect(eq(int, memcmp(&p, &before, sizeof p), 0), "the set is touched");
}

Test(fit, data_that_do_not_suffice_are_refused_with_advice)
{
    syn_features f;
    small_sample(&f);
    const size_t devices = f.devices;
    f.devices = 7;
    expect_refusal(&f, &small, SYN_EDATA, "expected at least 8 devices with at least 50 cycles each, found 7");
    f.devices = devices;
    syn_fit_options six = small;
    six.components = 6;
    expect_refusal(&f, &six, SYN_EDATA,
                   "components: expected at least 8 devices for each of 6 components, found 40 in all");
    for (size_t d = 0; d < 33; d++)
        for (size_t t = f.first[d] + 49; t < f.first[d + 1]; t++)
            f.y[t][3] = NAN;
    expect_refusal(&f, &small, SYN_EDATA, "found 7 (of 40 devices)");
    syn_features_free(&f);

    small_sample(&f);
    for (size_t t = f.first[12]; t < f.first[13]; t++)
        f.y[t][2] = 4700;
    expect_refusal(&f, &small, SYN_EDATA,
                   "r_lrs: expected a figure that varies from cycle to cycle, found only 4700 in cell 12");
    syn_features_free(&f);

    small_sample(&f);
    for (size_t t = 0; t < f.rows; t++)
        f.y[t][3] = 0.1 + f.y[t][1]; /* two features are one */
    expect_refusal(&f, &small, SYN_ENUMERIC, "linearly dependent");
    syn_features_free(&f);

    small_sample(&f);
    for (size_t t = 0; t < f.rows; t++) /* every third cycle: no three in a row */
        for (int i = 0; t % 3 == 0 && i < 4; i++)
            f.y[t][i] = NAN;
    expect_refusal(&f, &small, SYN_EDATA, "choose a smaller order");
    syn_features_free(&f);

    small_sample(&f);
    for (size_t t = 0; t < f.rows; t++) /* two values: the cubic nearest to a step turns at its ends */
        f.y[t][1] = (f.y[t][1] > -0.68 ? 1 : 0) + 1e-3 * f.y[t][1];
    expect_refusal(&f, &small, SYN_EDATA, "u_set: a Gamma of degree 3 is not monotone");
    syn_features_free(&f);
}

Test(fit, the_degree_auto_is_the_largest_that_rises)
{
    static syn_params p;
    syn_fit_report r;
    syn_features f;
    syn_fit_options o = small;
    o.degree = 0;
    small_sample(&f);
    for (size_t t = 0; t < f.rows; t++)
        f.y[t][1] = (f.y[t][1] > -0.68 ? 1 : 0) + 1e-3 * f.y[t][1];
    cr_assert(eq(int, fit(&f, &o, &p, &r, NULL), SYN_OK));
    cr_expect(lt(int, r.degree[1], 3));
    cr_expect(eq(int, p.gamma[1].n, r.degree[1] + 1));
    cr_expect(isnan(synp_not_rising(&p.gamma[1], 3.5)));
    syn_features_free(&f);
}

Test(fit, options_outside_their_ranges_are_refused)
{
    syn_features f;
    small_sample(&f);
    const struct {
        syn_fit_options o;
        const char *text;
    } cases[] = {{{.order = 11, .starts = 1}, "order: 11"},
                 {{.order = -1, .starts = 1}, "order: -1"},
                 {{.components = 17, .starts = 1}, "components: 17"},
                 {{.degree = 6, .starts = 1}, "degree: 6"},
                 {{.starts = -1}, "starts: -1"},
                 {{.reserved = {[7] = 1}}, "reserved: word 7 of syn_fit_options"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        expect_refusal(&f, &cases[k].o, SYN_EINVAL, cases[k].text);
    syn_features_free(&f);
}
