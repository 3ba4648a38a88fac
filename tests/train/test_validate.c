/* SPDX-License-Identifier: MIT */
/* Generated against measured: what agrees and what does not. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 80, CYCLES = 200 };

/* Features of the default set at its largest order. */
static void sample(uint64_t seed, size_t devices, syn_features *f)
{
    cr_assert(eq(int, syn_features_create(devices, devices * CYCLES, f, NULL), SYN_OK));
    for (size_t d = 0; d < devices; d++) {
        syn_cell c;
        syn_cell_init(support_model(10), seed, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
        f->first[d + 1] = (d + 1) * CYCLES;
        for (size_t t = 0; t < CYCLES; t++) {
            memcpy(f->y[d * CYCLES + t], c.now.y, sizeof c.now.y);
            syn_cell_next_cycle(support_model(10), &c);
        }
    }
}

static const syn_validation *validate(const syn_features *f)
{
    static syn_validation v;
    syn_error err;
    const syn_validate_options o = {.seed = 77};
    cr_assert(eq(int, syn_validate(support_model(10), f, &o, &v, NULL, NULL, &err), SYN_OK), "%s", err.text);
    return &v;
}

static int agreeing_lags(const syn_validation *v, int feature)
{
    int n = 0;
    for (int lag = 1; lag <= SYN_LAGS; lag++)
        n += v->autocorrelation[feature][lag].agrees;
    return n;
}

/* 106 figures, most of them with a tolerance of several standard errors, else at 5 of them: 1e-4 by chance. The seeds
 * are fixed. */
Test(validate, features_of_the_set_itself_agree)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        syn_features f;
        sample(seed, DEVICES, &f);
        const syn_validation *v = validate(&f);
        cr_expect(eq(int, v->figures, 4 + 6 + 4 * SYN_LAGS + 16));
        cr_expect(eq(int, v->disagreeing, 0), "seed %d", (int)seed);
        for (int i = 0; i < SYN_NFEAT; i++) {
            cr_expect(v->ks[i].low <= v->ks[i].high && v->ks[i].high < 0.5);
            cr_expect(v->quantile[i][100][2] <= v->quantile[i][100][1] &&
                      v->quantile[i][100][1] <= v->quantile[i][100][3]);
        }
        syn_features_free(&f);
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Largest difference between the distribution of v and that of v + shift, by brute force. */
static double distance_of_shift(const double *v, size_t n, double shift)
{
    double most = 0;
    for (size_t k = 0, j = 0; k < n; k++) { /* j: figures with v + shift <= v[k] */
        while (j < n && v[j] + shift <= v[k])
            j++;
        most = fmax(most, fabs((double)(k + 1) - (double)j) / (double)n);
    }
    return most;
}

/* The distance between the set's distribution and a sample shifted by 150 ohm is that between sample and shifted
 * sample within the distance that chance gives the unshifted sample. */
Test(validate, a_shift_has_the_distance_that_brute_force_finds_and_does_not_agree)
{
    syn_features f;
    static double sorted[DEVICES * CYCLES];
    sample(5, DEVICES, &f);
    const double before = validate(&f)->ks[SYN_R_LRS].distance;
    for (size_t t = 0; t < f.rows; t++) {
        sorted[t] = f.y[t][SYN_R_LRS];
        f.y[t][SYN_R_LRS] += 150;
    }
    qsort(sorted, f.rows, sizeof *sorted, by_value);
    const double expected = distance_of_shift(sorted, f.rows, 150);
    const syn_validation *v = validate(&f);
    cr_expect(gt(dbl, expected, 0.15));
    cr_expect(epsilon_eq(dbl, v->ks[SYN_R_LRS].distance, expected, before + 0.002));
    cr_expect(not(v->ks[SYN_R_LRS].agrees));
    cr_expect(not(v->device[SYN_R_LRS][0].agrees));
    cr_expect(v->ks[SYN_U_SET].agrees);
    cr_expect(v->ks[SYN_R_LRS].low < expected && expected < v->ks[SYN_R_LRS].high);
    syn_features_free(&f);
}

/* The smallest share of wrong bits by trying every figure as the threshold, and the mean conductances by their sums. In the
 * set fewer than 1e-3 of the bits are wrong; with R_LRS ten times as high they are not. The shift of R_LRS by a factor of 1.1
 * shows in the product by the ratio of the sums. */
Test(validate, misread_bits_and_the_error_of_a_product_are_those_of_brute_force)
{
    syn_features f;
    sample(5, 20, &f);
    for (size_t t = 0; t < f.rows; t++)
        f.y[t][SYN_R_LRS] *= 10;
    const syn_effect e = validate(&f)->effect;
    double least = 1, g[2] = {0};
    for (size_t k = 0; k < f.rows; k += 3) {
        size_t wrong = 0;
        for (size_t t = 0; t < f.rows; t++)
            wrong += (f.y[t][SYN_R_LRS] > f.y[k][SYN_R_LRS]) + (pow(10, f.y[t][SYN_LOG10_R_HRS]) < f.y[k][SYN_R_LRS]);
        least = fmin(least, 0.5 * (double)wrong / (double)f.rows);
    }
    cr_expect(epsilon_eq(dbl, e.misread[0], least, 1e-3)); /* a third of the thresholds: up to 3 / 4000 more */
    cr_expect(lt(dbl, e.misread[1], 1e-3));
    for (size_t t = 0; t < f.rows; t++) {
        g[0] += 1 / f.y[t][SYN_R_LRS] + pow(10, -f.y[t][SYN_LOG10_R_HRS]);
        g[1] += 10 / f.y[t][SYN_R_LRS] + pow(10, -f.y[t][SYN_LOG10_R_HRS]);
    }
    /* 20 devices and others: their mean conductances differ by some per cent. */
    cr_expect(epsilon_eq(dbl, e.product / (g[1] / g[0]), 1, 0.05));
    syn_features_free(&f);
}

/* A difference that grows passes from agreement through a hair to disagreement. */
Test(validate, between_agreement_and_disagreement_lies_a_hair)
{
    syn_features f;
    int hairs = 0;
    double before = 0;
    sample(5, DEVICES, &f);
    for (int step = 0; step < 12; step++) {
        const syn_validation *v = validate(&f);
        const double excess = v->ks[SYN_U_SET].excess;
        cr_expect(ge(dbl, excess, before - 0.2));
        cr_expect(eq(int, v->ks[SYN_U_SET].agrees, excess <= 1));
        hairs += excess > 1 && excess <= SYN_HAIR && v->by_a_hair > 0;
        cr_expect(le(int, v->by_a_hair, v->disagreeing));
        before = excess;
        for (size_t t = 0; t < f.rows; t++)
            f.y[t][SYN_U_SET] -= 0.004;
    }
    cr_expect(all(gt(int, hairs, 0), gt(dbl, before, SYN_HAIR)));
    syn_features_free(&f);
}

/* Cycles in another order: the distributions are the same, the memory is gone. */
Test(validate, shuffled_cycles_differ_in_their_autocorrelations_alone)
{
    syn_features f;
    uint64_t state = 9;
    sample(6, DEVICES, &f);
    for (size_t d = 0; d < DEVICES; d++)
        for (size_t k = CYCLES - 1; k > 0; k--) {
            const size_t a = d * CYCLES + k, b = d * CYCLES + (size_t)support_uniform(&state, 0, (double)(k + 1));
            double row[SYN_NFEAT];
            memcpy(row, f.y[a], sizeof row);
            memcpy(f.y[a], f.y[b], sizeof row);
            memcpy(f.y[b], row, sizeof row);
        }
    const syn_validation *v = validate(&f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        cr_expect(v->ks[i].agrees);
        cr_expect(lt(int, agreeing_lags(v, i), SYN_LAGS), "feature %d", i);
        for (int j = i + 1; j < SYN_NFEAT; j++)
            cr_expect(v->correlation[i][j].agrees);
    }
    cr_expect(lt(int, agreeing_lags(v, SYN_R_LRS), SYN_LAGS / 2));
    syn_features_free(&f);
}

/* One feature of other cycles: its correlation with the others is gone, all else stays. */
Test(validate, a_feature_out_of_step_differs_in_its_correlations)
{
    syn_features f, g;
    sample(7, DEVICES, &f);
    sample(8, DEVICES, &g);
    for (size_t t = 0; t < f.rows; t++)
        f.y[t][SYN_U_SET] = g.y[t][SYN_U_SET];
    const syn_validation *v = validate(&f);
    cr_expect(not(v->correlation[SYN_LOG10_R_HRS][SYN_U_SET].agrees));
    cr_expect(v->correlation[SYN_LOG10_R_HRS][SYN_R_LRS].agrees);
    cr_expect(v->ks[SYN_U_SET].agrees);
    cr_expect(eq(int, agreeing_lags(v, SYN_U_SET), SYN_LAGS));
    syn_features_free(&f);
    syn_features_free(&g);
}

/* Gaps are made in the generated features too: with half of the cycles missing everything still agrees. */
Test(validate, missing_cycles_do_not_disturb)
{
    syn_features f;
    uint64_t state = 4;
    sample(10, DEVICES, &f);
    for (size_t t = 0; t < f.rows; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (support_uniform(&state, 0, 1) < 0.5)
                f.y[t][i] = NAN;
    cr_expect(eq(int, validate(&f)->disagreeing, 0));
    syn_features_free(&f);
}

Test(validate, the_same_features_give_the_same_figures_and_none_are_refused)
{
    syn_features f;
    syn_error err;
    sample(11, DEVICES, &f);
    const syn_validation first = *validate(&f);
    cr_expect(eq(int, memcmp(&first, validate(&f), sizeof first), 0));
    f.devices = 0;
    static syn_validation v;
    cr_expect(eq(int, syn_validate(support_model(10), &f, NULL, &v, NULL, NULL, &err), SYN_EDATA));
    syn_features_free(&f);
}

/* Allows `left` calls. */
static bool stop_after(void *left, double share)
{
    cr_expect(0 <= share && share <= 1);
    return --*(int *)left >= 0;
}

Test(validate, a_caller_can_stop_it)
{
    static syn_validation v;
    syn_features f;
    int left = 2;
    sample(12, 4, &f);
    const syn_validate_options o = {.progress = {stop_after, &left}};
    cr_expect(eq(int, syn_validate(support_model(10), &f, &o, &v, NULL, NULL, NULL), SYN_ESTOPPED));
    cr_expect(eq(int, left, -1), "no call after the one that stopped it");
    syn_features_free(&f);
}
