/* SPDX-License-Identifier: MIT */
/* The form with long memory against processes that were made without it. */
#include "support/support.h"
#include "train/estimates.h"

#include <math.h>
#include <string.h>

static const bool all_fitted[SYN_NFEAT] = {false};

/* The autocovariances of support_long by brute force. */
static void exact_moments(synp_moments *m)
{
    *m = (synp_moments){.n = 1000000, .lags = SYNP_LONGEST_LAG};
    for (int lag = 0; lag <= m->lags; lag++) {
        double c[SYN_NFEAT][SYN_NFEAT];
        support_covariance(&support_long()->var[SYN_LONG - 1], SUPPORT_FOREVER, lag, c);
        memcpy(m->m + 16 * lag, c, sizeof c);
    }
}

/* d of a feature without memory is free. So the forms are compared by d^(l-1) k, what they remember of x_{t-l}. */
static void remembered(const syn_var *v, int l, double out[SYN_NFEAT][SYN_NFEAT])
{
    memcpy(out, v->a[0], sizeof v->a[0]);
    for (; l > 1; l--) {
        double next[SYN_NFEAT][SYN_NFEAT] = {{0}};
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                for (int k = 0; k < SYN_NFEAT; k++)
                    next[i][j] += v->a[1][i][k] * out[k][j];
        memcpy(out, next, sizeof next);
    }
}

/* The search ends where log det S falls by less than 1e-9. That leaves errors of about the root of it, 3e-5. Cutting off after 120
 * lags leaves 0.87^120 = 6e-8. */
Test(long_memory, exact_autocovariances_give_the_form)
{
    static synp_moments m;
    const syn_var *known = &support_long()->var[SYN_LONG - 1];
    synp_var_fit f;
    exact_moments(&m);
    cr_assert(eq(int, synp_long_fit(&m, all_fitted, NULL, &f), SYN_OK));
    double worst = 0;
    for (int l = 1; l <= 60; l++) {
        double expected[SYN_NFEAT][SYN_NFEAT], found[SYN_NFEAT][SYN_NFEAT];
        remembered(known, l, expected);
        remembered(&f.var, l, found);
        for (int k = 0; k < SYN_NFEAT * SYN_NFEAT; k++)
            support_worst(&worst, fabs((&expected[0][0])[k] - (&found[0][0])[k]));
    }
    cr_expect(lt(dbl, worst, 2e-4));
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            cr_expect(epsilon_eq(dbl, f.var.b[i][j], known->b[i][j], 2e-4));
}

/* Features that nobody measured stay white noise of variance 1, without correlation. */
Test(long_memory, absent_features_are_white_noise)
{
    static synp_moments m;
    const bool white[SYN_NFEAT] = {false, false, true, true};
    synp_var_fit f;
    exact_moments(&m);
    for (int lag = 0; lag <= m.lags; lag++)
        synp_uncorrelated(white, lag, (double(*)[SYN_NFEAT])(m.m + 16 * lag));
    cr_assert(eq(int, synp_long_fit(&m, white, NULL, &f), SYN_OK));
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 2; j < SYN_NFEAT; j++)
            for (int k = 0; k < 2; k++)
                cr_expect(all(zero(dbl, f.var.a[k][i][j]), zero(dbl, f.var.a[k][j][i])));
    cr_expect(all(eq(dbl, f.var.b[2][2], 1), eq(dbl, f.var.b[3][3], 1), zero(dbl, f.var.b[3][2])));
    cr_expect(epsilon_eq(dbl, f.var.a[0][0][0] + f.var.a[1][0][0], SUPPORT_DECAY, 1e-3));
}

/* AR(1) plus white noise in each feature, from an independent generator, from its stationary law on. */
static void draw_slow(uint64_t seed, syn_features *f)
{
    uint64_t state = seed;
    for (size_t d = 0; d < f->devices; d++) {
        double slow[SYN_NFEAT];
        for (int i = 0; i < SYN_NFEAT; i++)
            slow[i] = support_normal(&state);
        for (size_t t = f->first[d]; t < f->first[d + 1]; t++)
            for (int i = 0; i < SYN_NFEAT; i++) {
                slow[i] = SUPPORT_DECAY * slow[i] + sqrt(1 - SUPPORT_DECAY * SUPPORT_DECAY) * support_normal(&state);
                f->y[t][i] = sqrt(SUPPORT_SHARE) * slow[i] + sqrt(1 - SUPPORT_SHARE) * support_normal(&state);
            }
    }
}

/* The estimate of one group of devices, and the errors that it reports. */
static void fit_group(uint64_t seed, syn_var *v, double error[2])
{
    static synp_moments m;
    synp_var_fit found;
    syn_features f;
    estimates_shape(10, 600, &f);
    draw_slow(seed, &f);
    uint64_t state = seed;
    for (size_t t = 0; t < f.rows; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (support_uniform(&state, 0, 1) < 0.05)
                f.y[t][i] = NAN;
    cr_assert(eq(int, synp_autocovariances(&f, SYNP_ROWS(f.y), &m, NULL), SYN_OK));
    cr_assert(eq(int, synp_long_fit(&m, all_fitted, NULL, &found), SYN_OK));
    *v = found.var;
    error[0] = found.a_error[0][0][0];
    error[1] = found.a_error[1][0][0];
    syn_features_free(&f);
}

/* k and d of Kalman's filter, see support_long. Standard errors are the scatter over 16 groups with 5 % of the figures missing; so
 * 5 of them, and a bias of some 1 / (cycles of a group). With 60 degrees of freedom their scatter is known to 9 %, and the
 * errors that a fit reports are compared with it within a third. */
Test(long_memory, a_slow_process_plus_noise_gives_its_figures_within_their_errors)
{
    enum { GROUPS = 16 };
    const syn_var *known = &support_long()->var[SYN_LONG - 1];
    double sum[2] = {0}, squares[2] = {0}, reported[2] = {0};
    for (int g = 0; g < GROUPS; g++) {
        syn_var v;
        double error[2];
        fit_group(100 + (uint64_t)g, &v, error);
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < SYN_NFEAT; i++) {
                sum[k] += v.a[k][i][i];
                squares[k] += pow(v.a[k][i][i] - known->a[k][0][0], 2);
            }
            reported[k] += error[k] / GROUPS;
        }
    }
    const double n = GROUPS * SYN_NFEAT;
    for (int k = 0; k < 2; k++) {
        const double mean = sum[k] / n, scatter = sqrt(squares[k] / n);
        cr_expect(lt(dbl, fabs(mean - known->a[k][0][0]), 5 * scatter / sqrt(n) + 3.0 / 6000), "%d: %g, not %g", k,
                  mean, known->a[k][0][0]);
        cr_expect(all(gt(dbl, reported[k] / scatter, 0.67), lt(dbl, reported[k] / scatter, 1.5)), "%d: %g, not %g", k,
                  reported[k], scatter);
    }
}

/* Means over all pairs of figures that are there, by brute force. */
Test(long_memory, autocovariances_are_the_means_over_the_pairs_that_are_there)
{
    static synp_moments m;
    syn_features f;
    estimates_shape(3, 60, &f);
    draw_slow(5, &f);
    f.y[7][2] = f.y[25][0] = f.y[59][3] = f.y[130][1] = NAN;
    cr_assert(eq(int, synp_autocovariances(&f, SYNP_ROWS(f.y), &m, NULL), SYN_OK));
    cr_expect(eq(int, m.lags, 15));
    for (int lag = 0; lag <= 15; lag++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++) {
                double sum = 0, n = 0;
                for (size_t t = (size_t)lag; t < f.rows; t++) {
                    const double product = f.y[t][i] * f.y[t - (size_t)lag][j];
                    if (t % 60 >= (size_t)lag && !isnan(product)) {
                        sum += product;
                        n++;
                    }
                }
                cr_expect(epsilon_eq(dbl, m.m[16 * lag + 4 * i + j], sum / n, 1e-13), "lag %d", lag);
            }
    syn_features_free(&f);
}
