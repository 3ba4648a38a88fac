/* SPDX-License-Identifier: MIT */
/* I-V curves and RESET transitions from sweeps whose answers are known. */
#include "measure/cell_loops.h"

#include <math.h>
#include <string.h>

/* What is done to the sweeps of 20 cells of a model, 30 each. */
typedef struct trial {
    const syn_model *model; /* NULL: of the built-in set */
    double compliance, noise;
    double steep;        /* 1/V: currents rise by exp(steep (|u| - u0)) more than those of the cells */
    int bad;             /* each point of this number gets ten times its current; 0: none */
    bool positive_alone; /* negative voltages are not used */
    syn_curves_form form;
} trial;

static void change_currents(const trial *t, uint64_t *state, loop *l)
{
    for (int j = 0; j < POINTS; j++) {
        l->i[j] *= 1 + t->noise * support_normal(state);
        if (t->compliance > 0 && l->i[j] < -t->compliance)
            l->i[j] = -t->compliance;
    }
}

static syn_status try_curves(const trial *t, syn_params *p, syn_curves_report *r, syn_error *err)
{
    enum { CELLS = 20, LOOPS = 30 };
    static loop l;
    syn_features f;
    syn_curves *curves;
    uint64_t state = 7;
    const syn_model *model = t->model ? t->model : support_model(10);
    const syn_curves_options o = {.u0 = u0, .compliance = t->compliance, .form = t->form};
    cr_assert(eq(int, syn_features_create(CELLS, CELLS * LOOPS, &f, NULL), SYN_OK));
    cr_assert(eq(int, syn_curves_create(&o, &curves, NULL), SYN_OK));
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        cr_assert(eq(int, syn_cell_init(model, 31, id, &(syn_start){SYN_STATIONARY, SYN_HRS, 0}, &c, NULL), SYN_OK));
        for (uint64_t k = 0; k < LOOPS; k++) {
            memcpy(f.y[id * LOOPS + k], c.now.y, sizeof c.now.y);
            loop_sweep(model, &c, k, 1, &l);
            change_currents(t, &state, &l);
            syn_measured m = loop_measure(&l);
            for (int j = 0; j < POINTS; j++)
                l.i[j] *= exp(t->steep * (fabs(l.s.u[j]) - u0)) * (t->bad && j % t->bad == 0 ? 10 : 1);
            if (t->positive_alone)
                m.q[SYN_U_SET] = SYN_NO_SET;
            syn_curves_add(curves, &l.s, &m);
        }
    }
    *p = *support_params();
    const syn_status status = syn_curves_fit(curves, &f, p, r, err);
    syn_curves_free(curves);
    syn_features_free(&f);
    return status;
}

static void expect_curves(const trial *t, syn_params *p, syn_curves_report *r)
{
    syn_error err;
    cr_assert(eq(int, try_curves(t, p, r, &err), SYN_OK), "%s", err.text);
}

static void fit_curves(double compliance, double noise, syn_params *p, syn_curves_report *r)
{
    expect_curves(&(trial){.compliance = compliance, .noise = noise}, p, r);
}

/* Largest relative error of the current of LRS up to 0.6 V and of HRS from -0.5 V on, where they were measured. */
static double worst_local(const syn_params *p, const syn_model *truth, double r_lrs, double r_hrs, double steep)
{
    syn_model *m = support_model_of(p, 0);
    double worst = 0;
    for (double u = -1.4; u < 1.45; u += 0.05)
        for (int hrs = 0; hrs < 2; hrs++) {
            const double r = hrs ? r_hrs : r_lrs;
            if (hrs ? u < -0.5 : u > 0.6)
                continue;
            const double expected = syn_current(truth, syn_state_of_resistance(truth, r), u, NULL) *
                                    exp(steep * (fabs(u) - u0)),
                         found = syn_current(m, syn_state_of_resistance(m, r), u, NULL);
            support_worst(&worst, fabs(found / expected - 1));
        }
    syn_model_free(m);
    return worst;
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
    cr_expect(eq(int, try_curves(&(trial){.steep = 10, .form = SYN_CURVES_POLYNOMIAL}, &p, &r, &err), SYN_EDATA));
    cr_expect(strstr(err.text, "the fitted curve ") && strstr(err.text, "is negative at"), "%s", err.text);
    cr_expect(eq(int, memcmp(&p.hhrs, &support_params()->hhrs, sizeof p.hhrs), 0));
}

/* The same with exponentials, which are taken by themselves. The chords of the built-in set are polynomials: the exponents follow
 * their logarithms to 1 % of the current. */
Test(curves, exponentials_follow_currents_over_five_decades)
{
    syn_params p;
    syn_curves_report r;
    expect_curves(&(trial){.steep = 10}, &p, &r);
    cr_expect(r.exponential && p.llrs.n == 0 && p.hhrs.n == 0);
    cr_expect(lt(dbl, worst_local(&p, support_model(10), 5000, 50000, 10), 0.02));
    cr_expect(lt(dbl, r.local_median, 0.005));
    cr_expect(epsilon_eq(dbl, p.iv_range, 1.5, 1e-12), "the largest voltage of the loops");
}

/* Cells that have exponential curves: all of them comes back from their loops. u_max and eta as for polynomials. */
Test(curves, the_exponential_curves_of_noiseless_loops_are_those_of_the_cells)
{
    syn_params p;
    syn_curves_report r;
    syn_model *m = support_model_of(support_exponential(), 10);
    expect_curves(&(trial){.model = m}, &p, &r);
    cr_expect(r.exponential);
    cr_expect(lt(dbl, worst_local(&p, m, 4500, 1e7, 0), 0.01));
    cr_expect(epsilon_eq(dbl, p.u_max, 1.46, 5e-3));
    cr_expect(epsilon_eq(dbl, p.eta, 3.0567, 0.05));
    syn_model_free(m);
}

/* One point of 100 has ten times its current, all have 1 % of noise. The errors of 8000 points with 20 unknowns are
 * some 1 % sqrt(20 / 8000), the bad ones weigh 1 %. */
Test(curves, a_few_bad_points_do_not_move_exponential_curves)
{
    syn_params p;
    syn_curves_report r;
    syn_model *m = support_model_of(support_exponential(), 10);
    expect_curves(&(trial){.model = m, .noise = 0.01, .bad = 101}, &p, &r);
    cr_expect(r.exponential);
    cr_expect(lt(dbl, worst_local(&p, m, 4500, 1e7, 0), 0.03));
    syn_model_free(m);
}

Test(curves, a_side_that_was_not_measured_is_that_of_the_other_sign)
{
    syn_params p;
    syn_curves_report r;
    syn_model *m = support_model_of(support_exponential(), 10);
    expect_curves(&(trial){.model = m, .positive_alone = true, .form = SYN_CURVES_EXPONENTIAL}, &p, &r);
    cr_expect(r.mirrored[0][1] && r.mirrored[1][1] && !r.mirrored[0][0] && !r.mirrored[1][0]);
    cr_expect(eq(int, memcmp(&p.exp_llrs.positive, &p.exp_llrs.negative, sizeof p.exp_llrs.positive), 0));
    cr_expect(eq(int, memcmp(&p.exp_hhrs.positive, &p.exp_hhrs.negative, sizeof p.exp_hhrs.positive), 0));
    syn_model_free(m);
}

/* Where polynomials do as well, they are taken: programs for format 1 can read them. */
Test(curves, polynomials_are_taken_where_exponentials_are_not_clearly_better)
{
    static syn_params p, q;
    syn_curves_report r, s;
    for (int noisy = 0; noisy < 2; noisy++) {
        expect_curves(&(trial){.noise = 0.01 * noisy}, &p, &r);
        expect_curves(&(trial){.noise = 0.01 * noisy, .form = SYN_CURVES_POLYNOMIAL}, &q, &s);
        cr_expect(isnan(s.other_median) && !r.exponential && !s.exponential);
        cr_expect(gt(dbl, r.other_median, 0.7 * r.local_median));
        cr_expect(eq(int, memcmp(&p, &q, sizeof p), 0));
        cr_expect(eq(dbl, p.iv_range, 0));
    }
}

/* A sweep of a cell without spread: 0, -1.5, 0, 1.5, 0 V. LRS is a resistance of 5 kohm, HRS i = sinh(8 u) with 5 Mohm at u0.
 * They cross at 1.3 V, where LRS was not measured. The RESET follows the transition from 0.5 V to 1.45 V. */
static void make_crossing(double spread, loop *l)
{
    const double u_max = 1.45, eta = 2, g_lrs = 2e-4 * (1 + spread), g_hrs = 2e-7 * (1 + spread),
                 unit = g_hrs * u0 / sinh(8 * u0), y1 = g_lrs * 0.5, y2 = unit * sinh(8 * u_max);
    l->s = (syn_sweep){0, 0, POINTS, l->u, l->i};
    for (int k = 0; k < POINTS; k++) {
        const double u = l->u[k] = loop_voltage(k, true), left = (u_max - u) / (u_max - 0.5);
        const bool lrs = u < -0.6 || (k > STEPS && k < 2 * STEPS) || (k < 3 * STEPS && u >= 0 && u < 0.5),
                   on_way = k < 3 * STEPS && u >= 0.5 && u < u_max;
        l->i[k] = lrs ? g_lrs * u : on_way ? y2 + (y1 - y2) * pow(left, eta) : unit * sinh(8 * u);
    }
}

/* LLRS is raised where nothing is known of it. Where it was measured, it stays. */
Test(curves, exponential_curves_that_cross_unmeasured_are_kept_apart)
{
    enum { LOOPS = 40 };
    static loop l;
    static syn_params p;
    syn_curves *c;
    syn_curves_report r;
    syn_features f;
    syn_error err;
    cr_assert(eq(int, syn_features_create(1, LOOPS, &f, NULL), SYN_OK));
    cr_assert(eq(int, syn_curves_create(&(syn_curves_options){.u0 = u0}, &c, NULL), SYN_OK));
    for (int k = 0; k < LOOPS; k++) {
        const double spread = 0.02 * (k % 5 - 2);
        make_crossing(spread, &l);
        const syn_measured m = {.set_first = true,
                                .g_lrs = 2e-4 * (1 + spread),
                                .g_hrs = 2e-7 * (1 + spread),
                                .u_set = -0.6,
                                .u_reset = 0.5,
                                .down = {0, STEPS},
                                .back = {STEPS, 2 * STEPS},
                                .up = {2 * STEPS + 1, 3 * STEPS},
                                .fall = {3 * STEPS, POINTS - 1}};
        f.y[k][SYN_R_LRS] = 1 / m.g_lrs;
        f.y[k][SYN_LOG10_R_HRS] = -log10(m.g_hrs);
        syn_curves_add(c, &l.s, &m);
    }
    p = *support_params();
    cr_assert(eq(int, syn_curves_fit(c, &f, &p, &r, &err), SYN_OK), "%s", err.text);
    cr_expect(r.exponential);
    cr_expect(gt(dbl, p.u_max, 1.35), "the curves were kept apart beyond their crossing");
    double worst = 0;
    for (double u = -1.4; u < 0.5; u += 0.05)
        support_worst(&worst, fabs(support_exponential_current(&p.exp_llrs, u) / (2e-4 * 1.04 * u) - 1));
    cr_expect(lt(dbl, worst, 0.15), "%g", worst);
    syn_curves_free(c);
    syn_features_free(&f);
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
    cr_assert(eq(int, syn_curves_create(&(syn_curves_options){.u0 = u0}, &c, NULL), SYN_OK));
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

Test(curves, options_out_of_range_are_refused_by_name)
{
    const syn_curves_options wrong[] = {{.u0 = 0},
                                        {.u0 = 0.2, .compliance = -1},
                                        {.u0 = 0.2, .noise = NAN},
                                        {.u0 = 0.2, .form = (syn_curves_form)3},
                                        {.u0 = 0.2, .reserved = {1}}};
    const char *const fields[] = {"u0", "compliance", "noise", "form", "reserved"};
    for (int k = 0; k < 5; k++) {
        syn_curves *c;
        syn_error err;
        support_refused(syn_curves_create(&wrong[k], &c, &err), SYN_EINVAL, &err, fields[k], "");
        cr_expect(c == NULL);
    }
}
