/* SPDX-License-Identifier: MIT */
/* The numerical helpers against sums, searches and functions written out. */
#include "base/numeric.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

Test(numeric, the_normal_quantile_inverts_the_distribution_function)
{
    for (double p = 1e-9; p < 1; p = p < 0.4 ? p * 1.7 : p + 0.0703) {
        const double x = synp_normal_quantile(p);
        /* erfc itself is good to 2e-16; the error of p grows with |x| phi(x) / p <= 40 times that of x. */
        cr_expect(lt(dbl, fabs(0.5 * erfc(-x / sqrt(2)) / p - 1), 1e-12), "at %g", p);
        cr_expect(lt(dbl, fabs(x + synp_normal_quantile(1 - p)), 1e-7 * (1 + fabs(x))), "at %g", p);
    }
}

/* Numbers with 10 binary digits: all sums are exact, whatever their order. */
Test(numeric, mean_and_deviation_are_those_of_the_numbers_that_are_there)
{
    const double v[12] = {1, -9, NAN, -9, 2.5, -9, NAN, -9, 4, -9, 0.5, -9};
    const synp_scatter s = synp_scatter_of(v, 6, 2);
    cr_expect(eq(sz, s.n, 4));
    cr_expect(eq(dbl, s.mean, 2));
    cr_expect(eq(dbl, s.squares, 1 + 0.25 + 4 + 2.25));
    cr_expect(eq(dbl, synp_scatter_sd(&s), sqrt(7.5 / 3)));
    const synp_scatter one = synp_scatter_of(v, 1, 1);
    cr_expect(isnan(synp_scatter_sd(&one)));
}

static bool is_below_root(const void *square, double x)
{
    return x * x < *(const double *)square;
}

Test(numeric, bisection_keeps_the_root_in_an_interval_of_half_the_width_per_step)
{
    const double square = 2;
    for (int steps = 0; steps <= 50; steps += 10) {
        const synp_interval x = synp_bisect(is_below_root, &square, (synp_interval){1, 2}, steps);
        cr_expect(x.low <= sqrt(2) && sqrt(2) <= x.high);
        cr_expect(eq(dbl, x.high - x.low, ldexp(1, -steps)));
    }
}

/* All places in sorted arrays with repeated numbers, by counting. */
Test(numeric, the_lower_bound_is_the_number_of_smaller_elements)
{
    uint64_t state = 1;
    for (size_t n = 0; n < 40; n++) {
        double v[40];
        for (size_t k = 0; k < n; k++)
            v[k] = floor(support_uniform(&state, 0, 10));
        qsort(v, n, sizeof *v, synp_rising);
        for (double key = -0.5; key < 11; key += 0.5) {
            size_t expected = 0;
            for (size_t k = 0; k < n; k++)
                expected += v[k] < key;
            cr_expect(eq(sz, synp_lower_bound(&key, v, n, sizeof *v, synp_rising), expected), "%g of %zu", key, n);
        }
    }
}

Test(numeric, the_text_of_a_number_is_short_and_reads_back_the_same)
{
    char text[SYNP_NUMBER_TEXT];
    cr_expect(eq(str, (char *)synp_number_text(0.1, text), "0.1"));
    cr_expect(eq(str, (char *)synp_number_text(-20, text), "-20"));
    uint64_t state = 3;
    for (int k = 0; k < 10000; k++) {
        const double x = ldexp(support_uniform(&state, -1, 1) / 3, k % 600 - 300);
        cr_expect(eq(dbl, strtod(synp_number_text(x, text), NULL), x));
    }
}
