/* SPDX-License-Identifier: MIT */
/* The distributions of the features against a sample of cells: one cycle each of many devices, independent of each other.
 * Comparisons at 5 standard errors (two-sided chance 6e-7 each), fixed seed. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 200000, SEED = 20261126 };

static const double (*sample(void))[SYN_NFEAT]
{
    static double y[CELLS][SYN_NFEAT];
    static int ready;
    const syn_start start = {.history = SYN_STATIONARY};
    for (size_t k = 0; !ready && k < CELLS; k++) {
        syn_cell c;
        cr_assert(eq(int, syn_cell_init(support_model(10), SEED, k, &start, &c, NULL), SYN_OK));
        for (int i = 0; i < SYN_NFEAT; i++)
            y[k][i] = c.now.y[i];
    }
    ready = 1;
    return (const double(*)[SYN_NFEAT])y;
}

/* Share of the sample below y. */
static double share_below(int feature, double y)
{
    size_t count = 0;
    for (size_t k = 0; k < CELLS; k++)
        count += sample()[k][feature] < y;
    return (double)count / CELLS;
}

static double share_error(double share)
{
    return 5 * sqrt(share * (1 - share) / CELLS);
}

Test(distribution, means_and_standard_deviations_are_those_of_a_sample)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_distribution distribution = syn_distribution_of(support_model(10), i);
        const syn_spread s = syn_distribution_spread(&distribution);
        double mean = 0, second = 0, fourth = 0;
        for (size_t k = 0; k < CELLS; k++)
            mean += sample()[k][i] / CELLS;
        for (size_t k = 0; k < CELLS; k++) {
            const double d = sample()[k][i] - mean;
            second += d * d / CELLS;
            fourth += d * d * d * d / CELLS;
        }
        cr_expect(le(dbl, fabs(s.mean - mean), 5 * s.all / sqrt(CELLS)), "feature %d", i);
        /* The variance of a sample variance is (m4 - m2^2) / n. */
        cr_expect(le(dbl, fabs(s.all * s.all - second), 5 * sqrt((fourth - second * second) / CELLS)), "feature %d",
                  i);
        cr_expect(le(dbl, fabs(s.all * s.all - s.devices * s.devices - s.cycles * s.cycles), 1e-12 * s.all * s.all),
                  "feature %d", i);
    }
}

Test(distribution, quantiles_leave_their_share_of_a_sample_below_them)
{
    static const double probability[] = {1e-3, 0.05, 0.5, 0.9, 0.999};
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_distribution distribution = syn_distribution_of(support_model(10), i);
        for (size_t k = 0; k < sizeof probability / sizeof *probability; k++) {
            const double p = probability[k], y = syn_distribution_quantile(&distribution, p);
            cr_expect(le(dbl, fabs(syn_distribution_below(&distribution, y) - p), 1e-9));
            cr_expect(le(dbl, fabs(share_below(i, y) - p), share_error(p)), "feature %d, probability %g", i, p);
        }
    }
}

Test(distribution, the_limit_is_crossed_by_as_many_cells_in_lrs_as_in_hrs)
{
    const double limit = syn_distribution_limit(support_model(10)), above = 1 - share_below(SYN_R_LRS, limit),
                 below = share_below(SYN_LOG10_R_HRS, log10(limit));
    cr_expect(all(gt(dbl, limit, 5e3), lt(dbl, limit, 1e5)));
    /* Both shares are below 1 %, so 5 standard errors of a share of 1 % are enough for each of the two. */
    cr_expect(all(lt(dbl, above, 0.01), lt(dbl, below, 0.01)));
    cr_expect(le(dbl, fabs(above - below), 2 * share_error(0.01)));
}

Test(distribution, default_voltages_of_a_write_miss_as_many_cells_as_they_disturb)
{
    for (int scheme = SYN_HALF_SELECT; scheme <= SYN_THIRD_SELECT; scheme++) {
        const double parts = scheme == SYN_HALF_SELECT ? 2 : 3;
        syn_write how;
        syn_write_default(support_model(10), (syn_scheme)scheme, &how);
        /* A cell SETs at u <= U_SET. */
        const double missed = share_below(SYN_U_SET, how.u_set),
                     disturbed = 1 - share_below(SYN_U_SET, how.u_set / parts);
        cr_expect(le(dbl, fabs(missed - disturbed), share_error(missed) + share_error(disturbed)), "scheme %d",
                  scheme);
        cr_expect(le(dbl, share_below(SYN_U_RESET, how.u_reset / parts), 1e-3 + share_error(1e-3)), "scheme %d",
                  scheme);
        cr_expect(le(dbl, how.u_reset, support_params()->u_max));
    }
}

Test(distribution, default_voltages_behind_transistors_reach_all_cells)
{
    syn_write how;
    syn_write_default(support_model(10), SYN_FULL_SELECT, &how);
    cr_expect(le(dbl, share_below(SYN_U_SET, how.u_set), 1e-5 + share_error(1e-5)));
    cr_expect(ge(dbl, how.u_reset, support_params()->u_max));
}

/* One device and a Gamma of degree 1: the feature is normal, with mean mu + c0 sigma and standard deviation c1 sigma times
 * that of the latent. A sum over nodes at distances of 0.1 would be off by up to 0.02. */
Test(distribution, of_one_device_it_is_exact)
{
    static syn_params p;
    p = *support_params();
    p.n_components = 1;
    p.weight[0] = 1;
    memset(p.chol, 0, sizeof p.chol);
    p.gamma[SYN_R_LRS].n = 2;
    syn_model *m = support_model_of(&p, 10);
    double c[SYN_NFEAT][SYN_NFEAT];
    support_covariance(&p.var[9], SUPPORT_FOREVER, 0, c);
    const double mean = p.mean[0][2] + p.gamma[2].c[0] * p.mean[0][6],
                 sd = p.gamma[2].c[1] * p.mean[0][6] * sqrt(c[2][2]);
    const syn_distribution d = syn_distribution_of(m, SYN_R_LRS);
    for (double z = -3; z <= 3; z += 0.37)
        cr_expect(epsilon_eq(dbl, syn_distribution_below(&d, mean + z * sd), 0.5 * erfc(-z / sqrt(2)), 1e-9));
    syn_model_free(m);
}

/* mu normal over the devices, one sigma, a Gamma of degree 1: the logarithm is normal with standard deviation s. The mean is
 * exp(m + s^2 / 2) and the variance (exp(s^2) - 1) times its square; over the devices alone with s of mu. */
Test(distribution, in_the_scale_log_it_is_lognormal)
{
    static syn_params p;
    p = *support_params();
    p.n_components = 1;
    p.weight[0] = 1;
    memset(p.chol, 0, sizeof p.chol);
    p.scale[SYN_U_SET] = SYN_LOG;
    p.mean[0][SYN_U_SET] = -0.4;
    p.mean[0][SYN_NFEAT + SYN_U_SET] = 0.2;
    p.chol[0][SYN_U_SET][SYN_U_SET] = 0.1;
    p.gamma[SYN_U_SET] = (syn_poly){2, {0, 1}};
    syn_model *m = support_model_of(&p, 10);
    double c[SYN_NFEAT][SYN_NFEAT];
    support_covariance(&p.var[9], SUPPORT_FOREVER, 0, c);
    const double cycles = 0.04 * c[1][1], all = 0.01 + cycles, mean = -exp(-0.4 + all / 2);
    const syn_distribution d = syn_distribution_of(m, SYN_U_SET);
    const syn_spread s = syn_distribution_spread(&d);
    cr_expect(epsilon_eq(dbl, s.mean, mean, 1e-6));
    cr_expect(epsilon_eq(dbl, s.all / (-mean * sqrt(exp(all) - 1)), 1, 1e-5));
    cr_expect(epsilon_eq(dbl, s.devices / (-mean * sqrt(exp(0.01) - 1)), 1, 1e-5));
    for (double z = -3; z <= 3; z += 0.37) {
        const double y = -exp(-0.4 + z * sqrt(all)), above = 0.5 * erfc(-z / sqrt(2));
        cr_expect(epsilon_eq(dbl, syn_distribution_below(&d, y), 1 - above, 1e-9));
        cr_expect(epsilon_eq(dbl, syn_distribution_quantile(&d, 1 - above), y, 1e-6));
    }
    cr_expect(eq(dbl, syn_distribution_below(&d, 0.1), 1));
    syn_model_free(m);
}

/* All features of a list with splines and scales against a sample; 5 standard errors of a share. */
Test(distribution, of_format_2_it_is_that_of_a_sample)
{
    enum { N = 20000 };
    syn_model *m = support_model_of(support_second_format(), 2);
    static double y[SYN_NFEAT][N];
    for (uint64_t k = 0; k < N; k++) {
        syn_cell c;
        syn_cell_init(m, 4, k, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
        for (int i = 0; i < SYN_NFEAT; i++)
            y[i][k] = c.now.y[i];
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        for (double p = 0.02; p < 1; p += 0.24) {
            const syn_distribution d = syn_distribution_of(m, i);
            const double q = syn_distribution_quantile(&d, p);
            int below = 0;
            for (int k = 0; k < N; k++)
                below += y[i][k] < q;
            cr_expect(lt(dbl, fabs(below / (double)N - p), 5 * sqrt(p * (1 - p) / N)), "feature %d at %g", i, p);
            cr_expect(epsilon_eq(dbl, syn_distribution_below(&d, q), p, 1e-9));
        }
    syn_model_free(m);
}

Test(distribution, what_is_not_defined_gives_no_number)
{
    const int features[] = {-1, SYN_NFEAT, 1000};
    for (int k = 0; k < 3; k++) {
        const syn_distribution distribution = syn_distribution_of(support_model(10), features[k]);
        const syn_spread s = syn_distribution_spread(&distribution);
        cr_expect(isnan(s.mean) && isnan(s.all) && isnan(s.devices) && isnan(s.cycles));
        cr_expect(isnan(syn_distribution_below(&distribution, 1)));
        cr_expect(isnan(syn_distribution_quantile(&distribution, 0.5)));
    }
    const double probabilities[] = {0, 1, -0.1, 1.1, NAN};
    const syn_distribution u_set = syn_distribution_of(support_model(10), SYN_U_SET);
    for (int k = 0; k < 5; k++)
        cr_expect(isnan(syn_distribution_quantile(&u_set, probabilities[k])), "%g", probabilities[k]);
}
