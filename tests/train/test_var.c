/* SPDX-License-Identifier: MIT */
/* The autoregression against one known beforehand. Comparisons are made at 5 standard errors (two-sided chance 6e-7)
 * with fixed seeds. */
#include "support/support.h"
#include "train/estimates.h"

#include <math.h>
#include <string.h>

static const syn_var known = {.order = 2,
                              .b = {{0.9, 0, 0, 0}, {-0.2, 0.8, 0, 0}, {0.1, 0.05, 0.7, 0}, {0, -0.1, 0.2, 0.85}},
                              .a = {{{0.3, 0.1, 0, 0}, {0, 0.2, 0.1, 0}, {0.05, 0, 0.5, -0.1}, {0, 0.1, 0, 0.25}},
                                    {{0.1, 0, 0.05, 0}, {-0.1, 0.15, 0, 0}, {0, 0, 0.2, 0}, {0.1, 0, 0.1, 0.2}}}};

/* Autocovariances of an autoregression determine it, whatever the order of the windows; a larger order adds zeros.
 * The rounding of 3000 terms and of the solution stays below 1e-11. */
Test(var, least_squares_from_exact_moments_gives_the_coefficients)
{
    static synp_moments m;
    synp_var_fit f;
    for (int windows = 2; windows <= 5; windows++)
        for (int order = 2; order <= windows; order++) {
            estimates_moments(&known, windows, 100000, &m);
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
                cr_expect(lt(dbl, estimates_deviation(v->a[l][i][j], known.a[l][i][j], errors->a_error[l][i][j]), 5),
                          "%s A %d %d %d", what, l, i, j);
            if (j <= i)
                cr_expect(lt(dbl, estimates_deviation(v->b[i][j], known.b[i][j], errors->b_error[i][j]), 5),
                          "%s B %d %d", what, i, j);
        }
}

/* Errors from the exact moments: sqrt(S_ii (C^-1)_jj / n), those of the factor as in var.c. Both estimators are
 * asymptotically the same; 5 % of the cycles are missing, at random. */
Test(var, a_series_with_gaps_gives_its_coefficients_within_their_errors)
{
    static synp_moments m, exact;
    synp_var_fit found, errors;
    syn_features f;
    syn_var yw;
    estimates_shape(100, 400, &f);
    draw_series(&known, 5, &f);
    uint64_t state = 1;
    for (size_t t = 0; t < f.rows; t++)
        for (int i = 0; support_uniform(&state, 0, 1) < 0.05 && i < SYN_NFEAT; i++)
            f.y[t][i] = NAN;
    synp_window_moments(&f, CONST_ROWS(f), 2, &m);
    cr_assert(eq(int, synp_var_least_squares(&m, 2, 2, &found), SYN_OK));
    estimates_moments(&known, 2, m.n, &exact);
    cr_assert(eq(int, synp_var_least_squares(&exact, 2, 2, &errors), SYN_OK));
    expect_known(&found.var, &errors, "least squares");
    cr_assert(eq(int, synp_yule_walker(&f, CONST_ROWS(f), 2, &yw), SYN_OK));
    expect_known(&yw, &errors, "Yule-Walker");
    for (int i = 0; i < SYN_NFEAT;
         i++) /* the errors that it reports; n and the moments themselves vary by some per cent */
        cr_expect(epsilon_eq(dbl, found.a_error[0][i][i] / errors.a_error[0][i][i], 1, 0.1));
    syn_features_free(&f);
}

Test(var, windows_are_those_without_a_gap_inside_one_device)
{
    static synp_moments m;
    syn_features f;
    double sum[16][16] = {{0}};
    size_t n = 0;
    estimates_shape(3, 20, &f);
    draw_series(&known, 6, &f);
    f.y[7][2] = f.y[25][0] = f.y[59][3] = NAN;
    synp_window_moments(&f, CONST_ROWS(f), 3, &m);
    for (size_t t = 0; t < 60; t++) { /* by brute force */
        if (t % 20 < 3)
            continue;
        double all = 0;
        for (size_t k = t - 3; k <= t; k++)
            for (int i = 0; i < SYN_NFEAT; i++)
                all += f.y[k][i];
        if (isnan(all))
            continue;
        for (size_t i = 0; i < 16; i++)
            for (size_t j = 0; j < 16; j++)
                sum[i][j] += f.y[t - i / 4][i % 4] * f.y[t - j / 4][j % 4];
        n++;
    }
    cr_expect(eq(sz, m.n, n));
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 16; j++)
            cr_expect(epsilon_eq(dbl, m.m[i * 16 + j], sum[i][j] / (double)n, 1e-13), "entry %zu, %zu", i, j);
    syn_features_free(&f);
}

Test(var, bic_finds_the_order)
{
    static synp_moments m;
    synp_var_fit v;
    syn_features f;
    double least = INFINITY;
    int best = 0;
    estimates_shape(50, 400, &f);
    draw_series(&known, 7, &f);
    synp_window_moments(&f, CONST_ROWS(f), 6, &m);
    for (int order = 1; order <= 6; order++) {
        cr_assert(eq(int, synp_var_least_squares(&m, 6, order, &v), SYN_OK));
        if (synp_var_bic(&m, SYN_NFEAT, order, v.log_det) < least) {
            least = synp_var_bic(&m, SYN_NFEAT, order, v.log_det);
            best = order;
        }
    }
    cr_expect(eq(int, best, 2));
    syn_features_free(&f);
}
