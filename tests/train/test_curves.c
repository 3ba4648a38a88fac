/* SPDX-License-Identifier: MIT */
/* I-V curves and RESET transitions from sweeps whose answers are known. */
#include "measure/cell_loops.h"

#include <math.h>
#include <string.h>

/* The sweeps of 20 cells, 30 each. steep: currents rise by exp(steep (|u| - u0)) more than those of the cells. */
static syn_status try_curves(double compliance, double noise, double steep, syn_params *p, syn_curves_report *r,
                             syn_error *err)
{
    enum { CELLS = 20, LOOPS = 30 };
    static loop l;
    syn_features f;
    syn_curves *curves;
    uint64_t state = 7;
    cr_assert(eq(int, syn_features_create(CELLS, CELLS * LOOPS, &f, NULL), SYN_OK));
    cr_assert(eq(int, syn_curves_create(u0, compliance, &curves, NULL), SYN_OK));
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        loop_start(id, SYN_HRS, &c);
        for (uint64_t k = 0; k < LOOPS; k++) {
            memcpy(f.y[id * LOOPS + k], c.now.y, sizeof c.now.y);
            loop_sweep(support_model(10), &c, k, 1, &l);
            for (int j = 0; j < POINTS; j++) {
                l.i[j] *= 1 + noise * support_normal(&state);
                if (compliance > 0 && l.i[j] < -compliance)
                    l.i[j] = -compliance;
            }
            const syn_measured m = loop_measure(&l);
            for (int j = 0; j < POINTS; j++)
                l.i[j] *= exp(steep * (fabs(l.s.u[j]) - u0));
            syn_curves_add(curves, &l.s, &m);
        }
    }
    *p = *support_params();
    const syn_status status = syn_curves_fit(curves, &f, p, r, err);
    syn_curves_free(curves);
    syn_features_free(&f);
    return status;
}

static void fit_curves(double compliance, double noise, syn_params *p, syn_curves_report *r)
{
    syn_error err;
    cr_assert(eq(int, try_curves(compliance, noise, 0, p, r, &err), SYN_OK), "%s", err.text);
}

/* Largest error of the current of a resistance in [4000, 100000] ohm relative to u / R, where it was measured: LRS up
 * to 0.6 V and HRS from -0.5 V on. */
static double worst_current(const syn_params *p)
{
    syn_model *m;
    double worst = 0;
    cr_assert(eq(int, syn_model_create(p, NULL, &m, NULL), SYN_OK));
    const syn_model *truth = support_model(10);
    for (double u = -1.4; u < 1.45; u += 0.05)
        for (double r = 4000; r < 2e5; r *= 1.3) {
            if ((r < 6000 && u > 0.6) || (r > 15000 && u < -0.5) || (r >= 6000 && r <= 15000) || fabs(u) < 0.01)
                continue;
            const double expected = syn_current(truth, syn_state_of_resistance(truth, r), u, NULL),
                         found = syn_current(m, syn_state_of_resistance(m, r), u, NULL);
            support_worst(&worst, fabs((found - expected) * r / u));
        }
    syn_model_free(m);
    return worst;
}

/* The current is linear in 1/R at every voltage, so without noise the fit finds it up to the errors of R: 3e-4. */
Test(curves, the_curves_of_noiseless_loops_are_those_of_the_cells)
{
    syn_params p;
    syn_curves_report r;
    fit_curves(0, 0, &p, &r);
    cr_expect(lt(dbl, worst_current(&p), 1e-3));
    cr_expect(epsilon_eq(dbl, p.u_max, 1.46, 5e-3));
    cr_expect(epsilon_eq(dbl, p.eta, 3.0567, 0.02));
    cr_expect(epsilon_eq(dbl, p.u0, u0, 1e-15));
    cr_expect(gt(dbl, support_power_sum(&p.llrs, u0), u0 / 4600), "the low end of R");
    cr_expect(lt(dbl, support_power_sum(&p.hhrs, u0), u0 / 1e5), "the high end of R");
}

/* Above the compliance the voltage at the cell is not that of the sweep. Told of it, the fit is as good as without;
 * not told, it takes the plateau for a branch. */
Test(curves, points_at_the_compliance_do_not_count_for_the_curves)
{
    syn_params p;
    syn_curves_report r;
    fit_curves(1e-4, 0, &p, &r);
    syn_model *m;
    cr_assert(eq(int, syn_model_create(&p, NULL, &m, NULL), SYN_OK));
    const syn_model *truth = support_model(10);
    double worst = 0;
    for (double u = -0.4; u < 0.6; u += 0.04)
        support_worst(&worst, fabs(syn_chord(m, syn_state_of_resistance(m, 4500), u) /
                                       syn_chord(truth, syn_state_of_resistance(truth, 4500), u) -
                                   1));
    cr_expect(lt(dbl, worst, 1e-3));
    cr_expect(epsilon_eq(dbl, p.u_max, 1.46, 5e-3));
    syn_model_free(m);
}

/* 1 % of noise on 100 000 points: the curves to 1 % where it was measured; u_max and eta, whose transition ends with
 * zero slope, to some per cent. */
Test(curves, the_curves_of_noisy_loops_are_near)
{
    syn_params p;
    syn_curves_report r;
    fit_curves(0, 0.01, &p, &r);
    cr_expect(lt(dbl, worst_current(&p), 0.02));
    cr_expect(epsilon_eq(dbl, p.u_max, 1.46, 0.03));
    cr_expect(epsilon_eq(dbl, p.eta, 3.0567, 0.2));
    cr_expect(gt(dbl, r.rest, 0.01));
    cr_expect(lt(dbl, r.rest, 0.1));
    /* The local error is that of the noise, whose median is 0.674 standard deviations and 90 % quantile 1.645. */
    cr_expect(epsilon_eq(dbl, r.local_median, 0.00674, 0.001));
    cr_expect(epsilon_eq(dbl, r.local_most, 0.01645, 0.003));
}

/* exp(10 |u|) beside the curves of the cells spans five decades, which no polynomial of degree 6 follows. */
Test(curves, a_fit_with_a_negative_current_is_refused_by_name)
{
    syn_params p;
    syn_curves_report r;
    syn_error err;
    cr_expect(eq(int, try_curves(0, 0, 10, &p, &r, &err), SYN_EDATA));
    cr_expect(strstr(err.text, "the fitted curve ") && strstr(err.text, "is negative at"), "%s", err.text);
    cr_expect(eq(int, memcmp(&p.hhrs, &support_params()->hhrs, sizeof p.hhrs), 0));
}

Test(curves, sweeps_that_do_not_determine_the_curves_are_refused)
{
    syn_curves *c;
    syn_curves_report r;
    syn_features f;
    syn_error err;
    syn_params p = *support_params();
    static loop l;
    syn_cell cell;
    cr_assert(eq(int, syn_features_create(1, 1, &f, NULL), SYN_OK));
    cr_assert(eq(int, syn_curves_create(u0, 0, &c, NULL), SYN_OK));
    cr_expect(eq(int, syn_curves_fit(c, &f, &p, &r, &err), SYN_EDATA));
    loop_start(1, SYN_HRS, &cell);
    for (uint64_t k = 0; k < 3; k++) {
        loop_sweep(support_model(10), &cell, k, 1, &l);
        const syn_measured m = loop_measure(&l);
        syn_curves_add(c, &l.s, &m);
    }
    cr_expect(eq(int, syn_curves_fit(c, &f, &p, &r, &err), SYN_EDATA));
    cr_expect(strstr(err.text, "RESETs") != NULL, "%s", err.text);
    syn_curves_free(c);
    syn_features_free(&f);
}
