/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

enum { N = 40000 };
static const syn_drift both = {.nu_mean = 0.05, .nu_sd = 0.02, .relaxation = 0.03, .t0 = 20};

/* By powers of t / t0 where the library takes those of ten; a float has 6e-8. */
Test(drift, each_cell_follows_the_law_with_draws_of_its_own)
{
    const double times[] = {20, 21, 3600, 1e8};
    for (int j = 0; j < 4; j++) {
        float g[50];
        for (int k = 0; k < 50; k++)
            g[k] = (float)((k + 1) * 1e-6);
        cr_assert(eq(int, syn_drift_apply(&both, 7, UINT64_C(1) << 40, times[j], g, 50, NULL), SYN_OK));
        for (int k = 0; k < 50; k++) {
            double z[4];
            syn_rng_normals(7, (UINT64_C(1) << 40) + (uint64_t)k, 0, (syn_purpose)9, z);
            const double x = times[j] / 20,
                         factor = pow(x, -0.05 - 0.02 * z[0]) + 0.03 * sqrt(log(x) / log(10)) * z[1];
            cr_assert(epsilon_eq(dbl, (double)g[k], (k + 1) * 1e-6 * factor, 3e-7 * (k + 1) * 1e-6));
        }
    }
}

/* Five standard errors of mean and standard deviation of 40,000 cells. */
Test(drift, the_spread_of_relaxation_grows_by_its_variance_in_each_decade)
{
    static float g[N];
    const syn_drift d = {.relaxation = 0.04, .t0 = 1};
    for (int decade = 1; decade <= 4; decade++) {
        double sum = 0, squares = 0;
        for (int k = 0; k < N; k++)
            g[k] = 1;
        cr_assert(eq(int, syn_drift_apply(&d, 3, 0, pow(10, decade), g, N, NULL), SYN_OK));
        for (int k = 0; k < N; k++) {
            sum += (double)g[k] - 1;
            squares += ((double)g[k] - 1) * ((double)g[k] - 1);
        }
        const double sd = sqrt(squares / N), expected = 0.04 * sqrt(decade);
        cr_expect(lt(dbl, fabs(sum / N), 5 * expected / sqrt(N)));
        cr_expect(lt(dbl, fabs(sd / expected - 1), 5 / sqrt(2.0 * N)));
    }
}

Test(drift, without_parameters_or_time_nothing_changes_and_no_conductance_is_negative)
{
    float g[1000];
    for (int k = 0; k < 1000; k++)
        g[k] = 3e-5f;
    cr_assert(eq(int, syn_drift_apply(&(syn_drift){.t0 = 1}, 3, 0, 1e9, g, 1000, NULL), SYN_OK));
    cr_assert(eq(int, syn_drift_apply(&both, 3, 0, both.t0, g, 1000, NULL), SYN_OK));
    for (int k = 0; k < 1000; k++)
        cr_assert(eq(flt, g[k], 3e-5f));
    g[5] = NAN;
    cr_assert(eq(int, syn_drift_apply(&(syn_drift){.relaxation = 2, .t0 = 1}, 3, 0, 1e9, g, 1000, NULL), SYN_OK));
    size_t zero = 0;
    for (int k = 0; k < 1000; k++) {
        cr_assert(k == 5 ? isnan(g[k]) : g[k] >= 0);
        zero += g[k] == 0;
    }
    cr_expect(gt(sz, zero, 300)); /* nearly half */
}

/* In one call and in two. */
Test(drift, a_cell_is_the_same_in_every_call)
{
    float g[3000], parts[3000];
    for (int k = 0; k < 3000; k++)
        g[k] = parts[k] = 1e-5f;
    syn_drift_apply(&both, 1, 100, 1e4, g, 3000, NULL);
    syn_drift_apply(&both, 1, 100, 1e4, parts, 1234, NULL);
    syn_drift_apply(&both, 1, 1334, 1e4, parts + 1234, 3000 - 1234, NULL);
    for (int k = 0; k < 3000; k++)
        cr_assert(eq(flt, g[k], parts[k]));
}

Test(drift, what_is_no_law_or_time_is_refused_by_name)
{
    float g = 1;
    syn_error err = {0};
    const struct {
        syn_drift d;
        double t;
        const char *field;
    } cases[] = {{{.t0 = 0}, 1, "t0"},
                 {{.t0 = NAN}, 1, "t0"},
                 {{.t0 = 2}, 1, "t"},
                 {{.t0 = 2}, INFINITY, "t"},
                 {{.nu_mean = NAN, .t0 = 1}, 1, "nu_mean"},
                 {{.nu_sd = -1, .t0 = 1}, 1, "nu_sd"},
                 {{.relaxation = -1, .t0 = 1}, 1, "relaxation"},
                 {{.t0 = 1, .reserved = {0, 2}}, 1, "reserved"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        support_refused(syn_drift_apply(&cases[k].d, 0, 0, cases[k].t, &g, 1, &err), SYN_EINVAL, &err, cases[k].field,
                        "");
    cr_expect(eq(flt, g, 1));
}
