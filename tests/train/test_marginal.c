/* SPDX-License-Identifier: MIT */
/* Standardised figures, their scores and Gamma against polynomials known beforehand. */
#include "base/numeric.h"
#include "model/model.h"
#include "support/support.h"
#include "train/fit.h"

#include <math.h>

/* At the very quantiles the least-squares polynomial is the polynomial, and the scores are the quantiles. */
Test(marginal, a_polynomial_of_normal_quantiles_in_any_order_is_found_exactly)
{
    enum { N = 1001 };
    static double u[N][SYN_NFEAT], x[N][SYN_NFEAT];
    const double h[5] = {0.1, 0.9, -0.05, 0.04, 0.003};
    const synp_shape shape[SYN_NFEAT] = {{4, 0, 0}, {4, 0, 0}, {4, 0, 0}, {4, 0, 0}};
    synp_marginal m[SYN_NFEAT];
    for (int k = 0; k < N; k++) {
        const int at = 376 * k % N; /* 376 and 1001 have no common divisor */
        const double z = synp_normal_quantile((k + 0.5) / N);
        for (int i = 0; i < SYN_NFEAT; i++)
            u[at][i] = h[0] + h[1] * z + h[2] * (z * z - 1) + h[3] * (z * z * z - 3 * z) +
                       h[4] * (z * z * z * z - 6 * z * z + 3);
    }
    u[500][1] = NAN; /* a missing figure changes the quantiles of the others in that feature only */
    cr_assert(eq(int, synp_marginals((const double(*)[SYN_NFEAT])u, N, shape, x, m, NULL), SYN_OK));
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

Test(marginal, gamma_has_mean_0_and_variance_1_and_keeps_its_shape)
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

/* Figures at the very quantiles of a distribution with a long tail: 95 % within 1 %, 5 % up to three times as large. The
 * spline is that distribution up to a location and a scale, and between the knots within a hundredth of its rise there. */
static double long_tail(double x)
{
    const double p = synp_normal_below(x);
    return p < 0.95 ? 0.01 * synp_normal_quantile(fmax(p / 0.95, 1e-9)) : 0.03 + 2 * (p - 0.95) / 0.05;
}

Test(marginal, a_spline_follows_a_distribution_with_a_long_tail)
{
    enum { N = 20001 };
    static double u[N], z[N];
    const synp_shape shape = {4, SYN_MAX_KNOTS, 3.719};
    synp_marginal m;
    syn_spline s;
    synp_normal_scores(N, z);
    for (int k = 0; k < N; k++)
        u[k] = long_tail(z[k]);
    cr_assert(eq(int, synp_marginal_of(u, z, N, &shape, &m), SYN_OK));
    synp_gamma_spline(&m, &shape, &s);
    cr_expect(eq(int, synp_check_spline(&s, "", NULL), SYN_OK));
    double room[N], location, scale, worst = 0;
    cr_assert(synp_location_scale(u, N, true, room, &location, &scale));
    for (double x = -3; x <= 3; x += 0.01) {
        /* the share of the figures below the spline, against the normal probability of x */
        const double y = location + scale * synp_spline(&s, x);
        int below = 0;
        for (int k = 0; k < N; k++)
            below += u[k] < y;
        support_worst(&worst, fabs(below / (double)N - synp_normal_below(x)));
    }
    cr_expect(lt(dbl, worst, 0.005), "%g", worst);
}

/* Of a normal the trimmed figures are mean and standard deviation, and outliers up to 10 % on a side change nothing. */
Test(marginal, trimmed_location_and_scale_ignore_outliers)
{
    enum { N = 10000 };
    static double y[N], room[N];
    double location, scale, other[2];
    synp_normal_scores(N, y);
    for (int k = 0; k < N; k++)
        y[k] = 3 + 2 * y[k];
    cr_assert(synp_location_scale(y, N, true, room, &location, &scale));
    cr_expect(epsilon_eq(dbl, location, 3, 1e-9));
    cr_expect(epsilon_eq(dbl, scale, 2, 1e-3));
    for (int k = 9100; k < N; k++)
        y[k] += 1e6;
    cr_assert(synp_location_scale(y, N, true, room, &other[0], &other[1]));
    cr_expect(eq(dbl, other[0], location));
    cr_expect(eq(dbl, other[1], scale));
    y[0] = 5;
    cr_expect(eq(int, synp_location_scale(y, 1, false, room, &location, &scale), 0), "one figure does not vary");
}

Test(marginal, a_polynomial_that_turns_inside_the_range_is_noticed)
{
    const syn_poly cubic = {4, {0, 3, 0, -1}}; /* turns at +-1 */
    cr_expect(isnan(synp_not_rising(&cubic, 0.99)));
    cr_expect(epsilon_eq(dbl, synp_not_rising(&cubic, 2), -2, 1e-12));
    const syn_poly parabola = {3, {0, 4, -1}}; /* turns at 2 */
    cr_expect(epsilon_eq(dbl, synp_not_rising(&parabola, 3), 2, 0.007));
}
