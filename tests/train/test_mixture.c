/* SPDX-License-Identifier: MIT */
/* The mixture against known components, within the errors of Cramer and Rao. Comparisons are made at 5 standard errors
 * (two-sided chance 6e-7) with fixed seeds. */
#include "support/support.h"
#include "train/estimates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    estimates_density s[SYN_MOST_COMPONENTS];
    synp_device *v = malloc(n * sizeof *v);
    cr_assert(v != NULL);
    estimates_prepare(m, s);
    for (size_t k = 0; k < n; k++)
        estimates_draw(m, s, &seed, v[k]);
    return v;
}

Test(mixture, em_finds_separated_and_overlapping_components_within_the_cramer_rao_errors)
{
    const double apart[2] = {8, 1.5};
    for (int k = 0; k < 2; k++) {
        enum { N = 3000 };
        synp_mixture m, found;
        double worst[3];
        two_components(apart[k], &m);
        synp_device *v = draw_devices(&m, N, 17);
        double *error = estimates_cramer_rao(&m, N);
        cr_assert(eq(int, synp_mixture_fit((const synp_device *)v, N, 2, 5, 1, &found), SYN_OK));
        estimates_compare(&m, &found, error, worst);
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

Test(mixture, the_likelihood_of_a_mixture_is_that_of_its_density_and_bic_finds_two_components)
{
    enum { N = 600 };
    synp_mixture m, found;
    estimates_density s[SYN_MOST_COMPONENTS];
    double sum = 0, share[SYN_MOST_COMPONENTS], q[SYN_MOST_COMPONENTS][D], bic[4];
    two_components(4, &m);
    synp_device *v = draw_devices(&m, N, 23);
    for (int k = 1; k <= 3; k++) {
        cr_assert(eq(int, synp_mixture_fit((const synp_device *)v, N, k, 5, 1, &found), SYN_OK));
        bic[k] = synp_mixture_bic(&found, SYN_NDEVICE, N);
        if (k != 2)
            continue;
        estimates_prepare(&found, s);
        for (int d = 0; d < N; d++)
            sum += estimates_log_density(&found, s, v[d], share, q);
        /* The density belongs to the last estimate, which gains less than 1e-9 per vector on the one before. */
        cr_expect(epsilon_eq(dbl, found.log_likelihood, sum, 1e-6 * N));
    }
    cr_expect(bic[2] < bic[1] && bic[2] < bic[3]);
    free(v);
}

/* One component is the sample's mean and covariance (divisor n). */
Test(mixture, a_mixture_of_one_is_the_mean_and_covariance)
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

Test(mixture, the_errors_of_means_and_scales_are_taken_off_a_covariance_down_to_a_floor)
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
