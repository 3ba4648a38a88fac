/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include "model/model.h"
#include <math.h>
#include <string.h>

static double curve(const syn_poly *p, double u)
{
    return support_power_sum(p, u);
}

/* I(r,u) of the published law. */
static double published_current(double r, double u)
{
    const syn_params *p = support_params();
    return (1 - r) * curve(&p->llrs, u) + r * curve(&p->hhrs, u);
}

/* The same, but no current that flows against the voltage. */
static double passive_current(double r, double u)
{
    const double i = published_current(r, u);
    return i * u < 0 ? 0 : i;
}

/* The zero of f between low and high. */
static double zero_of(double (*f)(double), double low, double high)
{
    const int rises = f(high) > 0;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        *((f(middle) > 0) == rises ? &high : &low) = middle;
    }
    return low;
}

static double curve_gap(double u)
{
    return curve(&support_params()->hhrs, u) - curve(&support_params()->llrs, u);
}

static double llrs_current(double u)
{
    return curve(&support_params()->llrs, u);
}

static double llrs_slope(double u)
{
    double slope;
    syn_current(support_model(10), 0, u, &slope);
    return slope;
}

/* Tolerance: eight powers and sums of rounding 2^-53 of terms whose sum of magnitudes is below 1 mA. */
Test(model, the_current_mixes_the_two_polynomials_in_the_fitted_range_or_is_0)
{
    const syn_model *m = support_model(10);
    double worst = 0;
    for (double r = -0.5; r <= 1; r += 0.125)
        for (double u = -1.6; u <= 1.6; u += 0.01)
            support_worst(&worst, fabs(syn_current(m, r, u, NULL) - passive_current(r, u)));
    cr_expect(lt(dbl, worst, 1e-17));
}

Test(model, the_chord_is_current_over_voltage_and_continuous_at_0)
{
    const syn_model *m = support_model(10);
    const syn_params *p = support_params();
    double worst = 0;
    for (double r = -0.5; r <= 1; r += 0.125) {
        for (double u = -3.005; u <= 3.005; u += 0.01)
            support_worst(&worst, fabs(syn_chord(m, r, u) * u - syn_current(m, r, u, NULL)));
        const double limit = fmax(0, (1 - r) * p->llrs.c[1] + r * p->hhrs.c[1]); /* dI/du at 0 */
        support_worst(&worst, fabs(syn_chord(m, r, 0) - limit));
        support_worst(&worst, fabs(syn_chord(m, r, 1e-9) - limit) - 1e-9 * 4e-5); /* |I''| / 2 */
        cr_expect(eq(dbl, syn_current(m, r, 0, NULL), 0));
    }
    cr_expect(lt(dbl, worst, 1e-17));
}

Test(model, beyond_1_1_u_max_the_chord_is_held)
{
    const syn_model *m = support_model(10);
    const double limit = 1.1 * support_params()->u_max;
    cr_expect(eq(dbl, syn_model_u_linear(m), limit));
    for (double r = -0.5; r <= 1; r += 0.25)
        for (int sign = -1; sign <= 1; sign += 2) {
            const double held = passive_current(r, sign * limit) / (sign * limit);
            for (double u = limit; u < 40; u *= 1.5) {
                double slope;
                cr_expect(epsilon_eq(dbl, syn_chord(m, r, sign * u), held, 1e-17));
                cr_expect(epsilon_eq(dbl, syn_current(m, r, sign * u, &slope), held * sign * u, 1e-17 * u));
                if (u > limit)
                    cr_expect(epsilon_eq(dbl, slope, held, 1e-17));
            }
            /* Continuity: a step of 1e-9 V at a slope below 3 mS. */
            const double inside = syn_current(m, r, sign * limit * (1 - 1e-9), NULL),
                         outside = syn_current(m, r, sign * limit * (1 + 1e-9), NULL);
            cr_expect(lt(dbl, fabs(inside - outside), 1e-11));
        }
}

/* Central difference with h = 1e-4 V: truncation h^2 |I'''| / 6 < 2e-11 S as |I'''| < 0.011 A/V^3 up to 1.6 V,
 * rounding 2^-53 1 mA / h < 2e-15 S. Points beside a kink are left out: at 1.1 u_max, and where the current becomes 0. */
Test(model, the_slope_is_the_derivative_of_the_current)
{
    const syn_model *m = support_model(10);
    const double h = 1e-4;
    double worst = 0;
    for (double r = -0.5; r <= 1; r += 0.125)
        for (double u = -2.0005; u <= 2; u += 0.0073) {
            const bool ends = (published_current(r, u - 2 * h) * u < 0) != (published_current(r, u + 2 * h) * u < 0);
            if (fabs(fabs(u) - syn_model_u_linear(m)) < 2 * h || ends)
                continue;
            double slope;
            syn_current(m, r, u, &slope);
            const double difference = (syn_current(m, r, u + h, NULL) - syn_current(m, r, u - h, NULL)) / (2 * h);
            support_worst(&worst, fabs(slope - difference));
        }
    cr_expect(lt(dbl, worst, 2e-11));
}

Test(model, current_and_slope_are_linear_in_the_state_up_to_3_84_megaohm)
{
    const syn_model *m = support_model(10);
    double worst = 0;
    for (double u = -3; u <= 3; u += 0.07) {
        double slope[3], current[3];
        const double r[3] = {-0.25, 0.889, 0.3}, part = (r[2] - r[0]) / (r[1] - r[0]);
        for (int i = 0; i < 3; i++)
            current[i] = syn_current(m, r[i], u, &slope[i]);
        support_worst(&worst, fabs(current[0] + part * (current[1] - current[0]) - current[2]));
        support_worst(&worst, fabs(slope[0] + part * (slope[1] - slope[0]) - slope[2]));
    }
    cr_expect(lt(dbl, worst, 1e-17));
}

Test(model, resistance_is_u0_over_the_current_at_u0_and_gives_its_state_back)
{
    const syn_model *m = support_model(10);
    for (double resistance = 1000; resistance < 1e12; resistance *= 3.7) {
        const double r = syn_state_of_resistance(m, resistance), current = syn_current(m, r, 0.2, NULL);
        /* The current is a difference of two of 50 uA: rounding 2^-52 of them, so it grows relative with R. */
        const double tolerance = 1e-14 * (1 + resistance / 3716);
        cr_expect(epsilon_eq(dbl, current * resistance / 0.2, 1, tolerance), "at %g ohm", resistance);
        cr_expect(epsilon_eq(dbl, syn_resistance_of_state(m, r) / resistance, 1, tolerance), "at %g ohm", resistance);
    }
}

Test(model, the_state_of_a_current_carries_that_current)
{
    const syn_model *m = support_model(10);
    double worst = 0;
    for (double r = -0.5; r < 0.889; r += 0.0625)
        for (double u = 0.01; u <= 1.46; u += 0.01)
            support_worst(&worst, fabs(syn_state_of_current(m, syn_current(m, r, u, NULL), u) - r));
    cr_expect(lt(dbl, worst, 1e-14));
}

/* Figures computed apart from this library, to all their digits. */
Test(model, the_published_set_has_the_published_conductances)
{
    const syn_model *m = support_model(10);
    cr_expect(epsilon_eq(dbl, syn_chord(m, 0, 0.2), 2.6904698440144003e-4, 1e-19));
    cr_expect(epsilon_eq(dbl, 1 / syn_resistance_of_state(m, 1), -3.3231859732976e-5, 1e-19));
    cr_expect(epsilon_eq(dbl, syn_resistance_of_state(m, 0), 3716.82, 0.005));
    cr_expect(epsilon_eq(dbl, syn_state_of_resistance(m, INFINITY), 0.8900622376, 5e-11));
    cr_expect(lt(dbl, syn_state_of_resistance(m, 3700), 0), "below R_LLRS");
}

Test(model, the_published_curves_cross_only_outside_the_range_in_use)
{
    cr_expect(epsilon_eq(dbl, zero_of(curve_gap, 1.5, 1.95), 1.868, 5e-4));
    cr_expect(epsilon_eq(dbl, zero_of(curve_gap, -2, -1.9), -1.958, 5e-4));
    cr_expect(epsilon_eq(dbl, zero_of(curve_gap, -2.15, -2.05), -2.102, 5e-4));
    cr_expect(epsilon_eq(dbl, zero_of(llrs_current, 1.6, 2), 1.924, 5e-4));
}

Test(model, llrs_falls_beyond_1_386_v_and_from_minus_1_217_to_minus_1_538_v)
{
    cr_expect(epsilon_eq(dbl, zero_of(llrs_slope, 1.2, 1.5), 1.386, 5e-4));
    cr_expect(epsilon_eq(dbl, zero_of(llrs_slope, -1.4, -1), -1.217, 5e-4));
    cr_expect(epsilon_eq(dbl, zero_of(llrs_slope, -1.6, -1.4), -1.538, 5e-4));
    cr_expect(lt(dbl, llrs_slope(1.5), 0));
    cr_expect(lt(dbl, llrs_slope(-1.4), 0));
}

static double smallest_chord(double r)
{
    double smallest = INFINITY;
    for (int i = -1500; i <= 1500; i++)
        smallest = i == 0 ? smallest : fmin(smallest, published_current(r, 1e-3 * i) / (1e-3 * i));
    return smallest;
}

Test(model, up_to_1_5_v_the_published_cell_is_passive_to_3_8_megaohm)
{
    cr_expect(epsilon_eq(dbl, zero_of(smallest_chord, 0, 1), 0.88920, 5e-6));
    cr_expect(epsilon_eq(dbl, syn_resistance_of_state(support_model(10), 0.88920), 3.8e6, 0.05e6));
}

Test(model, a_cell_is_passive_in_every_state_at_every_voltage)
{
    const syn_model *m = support_model(10);
    for (double r = -1; r <= 1; r += 0.0037)
        for (double u = -3; u <= 3; u += 0.0041) {
            double slope;
            const double chord = syn_chord(m, r, u), i = syn_current(m, r, u, &slope);
            cr_assert(ge(dbl, chord, 0), "r = %g at %g V", r, u);
            cr_assert(ge(dbl, i * u, 0), "r = %g at %g V", r, u);
            if (chord == 0)
                cr_assert(eq(dbl, slope, 0), "r = %g at %g V", r, u);
        }
}

/* The figures of model.h. The states are those of resistances at which a cell can be. */
Test(model, the_deviation_from_the_published_current_stays_in_the_stated_bounds)
{
    const syn_model *m = support_model(10);
    double largest = 0;
    for (double resistance = 1e3; resistance <= 1e12; resistance *= 1.01) {
        const double r = syn_state_of_resistance(m, resistance);
        for (double u = -1.6; u <= 1.6; u += 1e-3) {
            /* as the library computes it: equal to the last bit */
            const double g = (1 - r) * synp_chords(m, u)[0] + r * synp_chords(m, u)[1],
                         i = syn_current(m, r, u, NULL);
            if (i == u * g)
                continue;
            cr_assert(resistance > 3.83e6 && u > -0.095 && u < 0.2 && i == 0, "%g ohm at %g V", resistance, u);
            largest = fmax(largest, fabs(u * g));
        }
    }
    cr_expect(le(dbl, largest, 25e-9));
    cr_expect(gt(dbl, largest, 24e-9), "the bound is not far away");
}

/* Up to 2 V, where the chords stay. Relative: 16 roundings, and those of exponents of up to 40. */
Test(model, exponential_curves_are_the_exponentials_of_powers)
{
    const syn_params *p = support_exponential();
    syn_model *m = support_model_of(p, 0);
    double worst = 0;
    for (double r = 0; r <= 1; r += 0.125)
        for (double u = -3; u <= 3; u += 0.01) {
            const double inside = fmax(fmin(u, 2), -2),
                         i = (1 - r) * support_exponential_current(&p->exp_llrs, inside) +
                             r * support_exponential_current(&p->exp_hhrs, inside);
            support_worst(&worst, fabs(syn_current(m, r, u, NULL) - i * u / inside) / fabs(i * u / inside));
        }
    cr_expect(lt(dbl, worst, 2e-14));
    cr_expect(eq(dbl, syn_model_u_linear(m), 2));
    cr_expect(eq(dbl, syn_current(m, 0.5, 0, NULL), 0));
    cr_expect(epsilon_eq(dbl, syn_chord(m, 1, 0), 1e-8, 1e-20));
    cr_expect(epsilon_eq(dbl, syn_chord(m, 0, -1e-9) / syn_chord(m, 0, 1e-9), 1, 1e-8), "continuous at 0 V");
    syn_model_free(m);
}

/* Central difference: h^2 I''' / 6 with a relative I''' of at most (10 / V)^3, and rounding 2^-53 / h. Left out: the
 * end of the range; 0 V, where the second derivative jumps; and where a mixture below 0 is cut. */
Test(model, the_slope_of_exponential_curves_is_the_derivative_of_the_current)
{
    syn_model *m = support_model_of(support_exponential(), 0);
    const double h = 1e-5;
    double worst = 0;
    for (double r = -0.5; r <= 1; r += 0.125)
        for (double u = -2.5005; u <= 2.5; u += 0.0073) {
            double slope;
            const double i = syn_current(m, r, u, &slope),
                         difference = (syn_current(m, r, u + h, NULL) - syn_current(m, r, u - h, NULL)) / (2 * h);
            if (fabs(fabs(u) - 2) > 2 * h && fabs(u) > 2 * h && i != 0)
                support_worst(&worst, fabs(slope / difference - 1));
        }
    cr_expect(lt(dbl, worst, 1e-7));
    syn_model_free(m);
}

Test(model, the_state_of_a_current_carries_that_current_with_exponential_curves)
{
    const syn_params *p = support_exponential();
    syn_model *m = support_model_of(p, 0);
    double worst = 0;
    for (double r = -0.5; r <= 1; r += 0.0625)
        for (double u = 0.01; u <= 1.46; u += 0.01)
            support_worst(&worst, fabs(syn_state_of_current(m, syn_current(m, r, u, NULL), u) - r));
    cr_expect(lt(dbl, worst, 1e-13));
    for (double resistance = 3000; resistance < 1e8; resistance *= 3.7) {
        const double r = syn_state_of_resistance(m, resistance);
        cr_expect(epsilon_eq(dbl, syn_current(m, r, p->u0, NULL) * resistance / p->u0, 1,
                             1e-15 * resistance / 3000 + 1e-13));
    }
    syn_model_free(m);
}

static void autocovariance(int order, int lag, double c[SYN_NFEAT][SYN_NFEAT])
{
    cr_assert(eq(int, syn_model_autocovariance(support_model(order), lag, c, NULL), SYN_OK));
}

/* The library solves the Lyapunov equation of the companion form; here the responses to all past innovations are
 * summed. Tolerance: rounding of some 100 terms of order 1. */
Test(model, autocovariances_are_the_sum_over_all_past_innovations)
{
    double worst = 0;
    for (int order = 1; order <= SYN_MAX_ORDER; order++)
        for (int lag = 0; lag < order; lag++) {
            double c[SYN_NFEAT][SYN_NFEAT], expected[SYN_NFEAT][SYN_NFEAT];
            autocovariance(order, lag, c);
            support_covariance(&support_params()->var[order - 1], SUPPORT_FOREVER, lag, expected);
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++)
                    support_worst(&worst, fabs(c[i][j] - expected[i][j]));
        }
    cr_expect(lt(dbl, worst, 1e-13));
}

/* E[x_t x_{t-p}'] of order p from the lags below, by the autoregression itself. */
static void lag_of_order(int order, double c[SYN_NFEAT][SYN_NFEAT])
{
    memset(c, 0, sizeof(double[SYN_NFEAT][SYN_NFEAT]));
    for (int l = 1; l <= order; l++) {
        double lower[SYN_NFEAT][SYN_NFEAT];
        autocovariance(order, order - l, lower);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                for (int k = 0; k < SYN_NFEAT; k++)
                    c[i][j] += support_params()->var[order - 1].a[l - 1][i][k] * lower[k][j];
    }
}

/* Figures computed apart from this library, tolerance half a unit of their last digit. */
Test(model, the_published_order_10_has_the_published_autocovariances)
{
    const double variance[] = {0.99866, 1.00035, 0.99418, 0.99732}, acf_1[] = {0.1349, 0.1759, 0.5079, 0.3236},
                 acf_10[] = {0.1010, 0.1351, 0.3844, 0.2821};
    const struct {
        int i, j;
        double correlation;
    } pairs[] = {{0, 1, -0.231}, {0, 2, 0.050}, {0, 3, -0.011}, {1, 2, -0.073}, {1, 3, -0.049}, {2, 3, 0.190}};
    double now[SYN_NFEAT][SYN_NFEAT], next[SYN_NFEAT][SYN_NFEAT], tenth[SYN_NFEAT][SYN_NFEAT];
    autocovariance(10, 0, now);
    autocovariance(10, 1, next);
    lag_of_order(10, tenth);
    for (int i = 0; i < SYN_NFEAT; i++) {
        cr_expect(epsilon_eq(dbl, now[i][i], variance[i], 5e-6));
        cr_expect(epsilon_eq(dbl, next[i][i] / now[i][i], acf_1[i], 5e-5));
        cr_expect(epsilon_eq(dbl, tenth[i][i] / now[i][i], acf_10[i], 5e-5));
    }
    for (int k = 0; k < 6; k++) {
        const int i = pairs[k].i, j = pairs[k].j;
        cr_expect(epsilon_eq(dbl, now[i][j] / sqrt(now[i][i] * now[j][j]), pairs[k].correlation, 5e-4));
    }
}

/* The orders were fitted to the same data by Yule and Walker's equations, so all share the lags they know. This is
 * what tells that the first block is lag 1: with the blocks the other way round they differ by up to 0.25. */
Test(model, all_orders_agree_in_the_lags_that_they_share)
{
    double worst = 0, reversed = 0;
    for (int order = 1; order < SYN_MAX_ORDER; order++)
        for (int lag = 0; lag <= order; lag++) {
            double c[SYN_NFEAT][SYN_NFEAT], c10[SYN_NFEAT][SYN_NFEAT];
            if (lag < order)
                autocovariance(order, lag, c);
            else
                lag_of_order(order, c);
            autocovariance(10, lag, c10);
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++)
                    support_worst(&worst, fabs(c[i][j] - c10[i][j]));
            syn_var v = support_params()->var[9];
            for (int l = 0; l < 10; l++)
                memcpy(v.a[l], support_params()->var[9].a[9 - l], sizeof v.a[l]);
            support_covariance(&v, 400, lag, c10);
            support_worst(&reversed, fabs(c[2][2] - c10[2][2]));
        }
    cr_expect(lt(dbl, worst, 1.6e-5));
    cr_expect(gt(dbl, reversed, 0.2), "the reversed order would have been noticed");
}

Test(model, a_negative_lag_or_one_above_100000_is_refused)
{
    double c[SYN_NFEAT][SYN_NFEAT];
    syn_error err = {0};
    cr_expect(eq(int, syn_model_autocovariance(support_model(5), -1, c, &err), SYN_EINVAL));
    cr_expect(eq(str, err.text, "-1 is outside 0 .. 100000"));
    cr_expect(eq(int, syn_model_autocovariance(support_model(5), 100001, c, NULL), SYN_EINVAL));
    cr_expect(eq(int, syn_model_autocovariance(support_model(5), 100000, c, NULL), SYN_OK));
}

/* As above; the terms fall with 0.968^2. */
Test(model, with_long_memory_autocovariances_are_the_sum_over_all_past_innovations)
{
    syn_model *m = support_model_of(support_long(), SYN_LONG);
    double worst = 0, share = 0;
    for (int lag = 0; lag <= 100; lag++) {
        double c[SYN_NFEAT][SYN_NFEAT], expected[SYN_NFEAT][SYN_NFEAT];
        cr_assert(eq(int, syn_model_autocovariance(m, lag, c, NULL), SYN_OK));
        support_covariance(&support_long()->var[SYN_LONG - 1], SUPPORT_FOREVER, lag, expected);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                support_worst(&worst, fabs(c[i][j] - expected[i][j]));
        support_worst(&share, fabs(c[0][0] - (lag ? SUPPORT_SHARE * pow(SUPPORT_DECAY, lag) : 1)));
    }
    cr_expect(lt(dbl, worst, 1e-13));
    cr_expect(lt(dbl, share, 1e-13), "an AR(1) plus white noise");
    syn_model_free(m);
}

/* The last digits of 1 / e come from sums of some 30 products. */
Test(model, the_memory_of_an_ar_1_plus_white_noise_is_its_share_and_decay_time)
{
    syn_model *m = support_model_of(support_long(), 0);
    const syn_memory first = syn_model_memory(m, 0), none = syn_model_memory(m, 1), unknown = syn_model_memory(m, 4);
    cr_expect(epsilon_eq(dbl, first.share, SUPPORT_SHARE, 1e-12));
    cr_expect(epsilon_eq(dbl, first.cycles, -1 / log(SUPPORT_DECAY), 1e-9));
    cr_expect(all(zero(dbl, none.share), zero(dbl, none.cycles)));
    cr_expect(isnan(unknown.share) && isnan(unknown.cycles));
    syn_model_free(m);
}

/* f of order 1 with independent features is 1 at lag 0, f at lag 1. */
Test(model, the_memory_of_an_autoregression_of_order_1_is_its_decay_time)
{
    static syn_params p;
    p = *support_params();
    p.var[0] = (syn_var){.order = 1, .b = {{1}, {0, 1}, {0, 0, 1}, {0, 0, 0, 1}}};
    for (int i = 0; i < SYN_NFEAT; i++)
        p.var[0].a[0][i][i] = 0.2 + 0.25 * i;
    syn_model *m = support_model_of(&p, 1);
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_memory found = syn_model_memory(m, i);
        cr_expect(epsilon_eq(dbl, found.share, 1, 1e-12));
        cr_expect(epsilon_eq(dbl, found.cycles, -1 / log(0.2 + 0.25 * i), 1e-9));
    }
    syn_model_free(m);
}

static void expect_order(const syn_params *p, int order, syn_status status, int used)
{
    syn_model *m;
    syn_error err = {0};
    cr_expect(eq(int, syn_model_create(p, &(syn_model_options){.order = order}, &m, &err), status), "order %d",
              order);
    if (status == SYN_OK) {
        cr_assert(m != NULL);
        cr_expect(eq(int, syn_model_order(m), used));
        cr_expect(ne(ptr, (void *)syn_model_params(m), (void *)p), "the model keeps a copy");
        cr_expect(eq(int, memcmp(syn_model_params(m), p, sizeof *p), 0));
    } else {
        cr_expect(eq(ptr, m, NULL), "order %d", order);
        cr_expect(eq(int, err.status, status));
        cr_expect(eq(str, err.field, "order"));
        cr_expect(ne(str, err.text, ""));
    }
    syn_model_free(m);
}

Test(model, orders_0_to_10_are_taken_and_all_others_refused)
{
    for (int order = 1; order <= SYN_MAX_ORDER; order++)
        expect_order(support_params(), order, SYN_OK, order);
    expect_order(support_params(), 0, SYN_OK, 10);
    expect_order(support_params(), 11, SYN_EINVAL, 0);
    expect_order(support_params(), -1, SYN_EINVAL, 0);
}

Test(model, an_order_that_the_set_does_not_hold_is_refused_and_0_takes_the_largest_it_holds)
{
    static syn_params p;
    p = *support_params();
    p.var[9].order = p.var[6].order = 0;
    expect_order(&p, 10, SYN_EINVAL, 0);
    expect_order(&p, 7, SYN_EINVAL, 0);
    expect_order(&p, 0, SYN_OK, 9);
}

Test(model, order_0_takes_long_memory_if_the_set_holds_it)
{
    expect_order(support_long(), 0, SYN_OK, SYN_LONG);
    expect_order(support_long(), SYN_LONG, SYN_OK, SYN_LONG);
    expect_order(support_long(), 10, SYN_OK, 10);
    expect_order(support_long(), 3, SYN_OK, 3);
    expect_order(support_long(), SYN_LONG + 1, SYN_EINVAL, 0);
}

Test(model, an_invalid_set_makes_no_model)
{
    static syn_params p;
    p = *support_params();
    p.eta = -1;
    syn_model *m = (syn_model *)&p;
    syn_error err = {0};
    cr_expect(eq(int, syn_model_create(&p, &(syn_model_options){.order = 10}, &m, &err), SYN_EFORMAT));
    cr_expect(eq(ptr, m, NULL));
    cr_expect(eq(str, err.field, "eta"));
    cr_expect(eq(int, syn_model_create(&p, &(syn_model_options){.order = 10}, &m, NULL), SYN_EFORMAT),
              "no error wanted");
}

Test(model, a_model_is_opened_from_the_built_in_set_or_from_a_file)
{
    syn_model *m;
    syn_error err = {0};
    cr_assert(eq(int, syn_model_open(NULL, NULL, &m, &err), SYN_OK));
    cr_expect(eq(int, memcmp(syn_model_params(m), support_params(), sizeof(syn_params)), 0));
    syn_model_free(m);
    cr_assert(eq(int,
                 syn_model_open(support_path("params/hfo2-1t1r.json"), &(syn_model_options){.order = 3}, &m, &err),
                 SYN_OK));
    cr_expect(eq(int, syn_model_order(m), 3));
    cr_expect(eq(int, memcmp(syn_model_params(m), support_params(), sizeof(syn_params)), 0));
    syn_model_free(m);
    cr_expect(eq(int, syn_model_open("no/such/file.json", NULL, &m, &err), SYN_EIO));
    cr_expect(eq(ptr, m, NULL));
    cr_expect(eq(str, err.file, "no/such/file.json"));
}

Test(model, options_that_are_not_zero_initialised_are_refused_by_name)
{
    for (int k = 0; k < 8; k++) {
        syn_model_options o = {0};
        syn_model *m;
        syn_error err = {0};
        o.reserved[k] = 1;
        cr_expect(eq(int, syn_model_create(support_params(), &o, &m, &err), SYN_EINVAL));
        cr_expect(eq(ptr, m, NULL));
        cr_expect(eq(str, err.field, "reserved"));
        cr_expect(strstr(err.text, "syn_model_options") != NULL, "%s", err.text);
    }
}

Test(model, freeing_nothing_is_allowed)
{
    syn_model_free(NULL);
}
