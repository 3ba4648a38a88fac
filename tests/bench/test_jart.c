/* SPDX-License-Identifier: MIT */
/* The opponent of the benchmarks: its currents, switching times and sweeps are the published ones, and the code model
 * ends where the equations alone do. Reference figures: an independent implementation of the equations with nominal
 * parameters, checked against the published fit of Spectre runs (mean deviation 1.7 %). */
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "jart.h"

enum { POINTS = 11 };
static const struct reference_point {
    double v, n, i, vs, t, rate; /* V, 1e26 m^-3, A, V, K, 1e26 m^-3 / s */
} reference[POINTS] = {{-1.2, 0.01, -1.874203e-5, -0.251955, 638.989, 3.874925e7},
                       {-1.2, 1, -4.233651e-4, -0.331209, 4328.695, 2.481397e12},
                       {-0.6, 0.1, -7.899652e-5, -0.091631, 903.660, 7.426178e7},
                       {-0.6, 10, -3.670485e-4, -0.011825, 802.773, 2.048690e5},
                       {-0.2, 0.01, -2.551810e-6, -0.070920, 300.883, 6.007567e-8},
                       {-0.2, 10, -1.235075e-4, -0.004793, 352.299, 2.282496e-6},
                       {0.2, 0.01, 3.787844e-6, 0.008396, 296.132, -1.604783e-9},
                       {0.2, 1, 9.597982e-5, 0.006033, 320.872, -3.408952e-8},
                       {0.6, 10, 3.649329e-4, 0.015319, 434.574, -1.695223e-2},
                       {1.2, 1, 5.722736e-4, 0.010067, 1220.944, -2.155098e8},
                       {1.8, 10, 1.010393e-3, 0.016631, 1267.703, -2.805639e8}};

/* The figures have seven digits (vs six decimals, t three): half a unit of the last one, and the solver's 1e-9. */
Test(jart, currents_temperatures_and_drift_are_the_published_ones)
{
    const jart_shape nominal = jart_nominal();
    for (int k = 0; k < POINTS; k++) {
        const struct reference_point *f = &reference[k];
        jart_point p;
        jart_solve(&nominal, f->n, f->v, 0, &p);
        cr_expect(fabs(p.i / f->i - 1) < 6e-7, "i at %g V, n = %g: %.7g", f->v, f->n, p.i);
        cr_expect(fabs(p.rate / f->rate - 1) < 6e-7, "dn/dt at %g V, n = %g: %.7g", f->v, f->n, p.rate);
        cr_expect(fabs(p.vs - f->vs) < 6e-7, "vs at %g V, n = %g: %.6f", f->v, f->n, p.vs);
        cr_expect(fabs(p.t - f->t) < 6e-4, "t at %g V, n = %g: %.3f", f->v, f->n, p.t);
    }
}

/* Central differences over 1e-6 of the range: truncation 1e-12 of the curvature, rounding 1e-9 / 1e-6. */
Test(jart, slopes_are_the_derivatives)
{
    const jart_shape nominal = jart_nominal();
    for (int k = 0; k < POINTS; k++) {
        const double v = reference[k].v, n = reference[k].n, dv = 1e-5, dn = 1e-5 * n;
        jart_point p, low, high;
        jart_solve(&nominal, n, v, 0, &p);
        jart_solve(&nominal, n, v - dv, p.i, &low);
        jart_solve(&nominal, n, v + dv, p.i, &high);
        cr_expect(fabs((high.i - low.i) / (2 * dv) / p.i_v - 1) < 1e-4, "di/dv at %g V, n = %g", v, n);
        cr_expect(fabs((high.rate - low.rate) / (2 * dv) / p.rate_v - 1) < 1e-4, "rate by v at %g V, n = %g", v, n);
        jart_solve(&nominal, n - dn, v, p.i, &low);
        jart_solve(&nominal, n + dn, v, p.i, &high);
        cr_expect(fabs((high.i - low.i) / (2 * dn) / p.i_n - 1) < 1e-4, "di/dn at %g V, n = %g", v, n);
        cr_expect(fabs((high.rate - low.rate) / (2 * dn) / p.rate_n - 1) < 1e-4, "rate by n at %g V, n = %g", v, n);
    }
}

/* Currents rise with the voltage (but beyond -1.5 V, where heat shrinks them) whatever the guess; from v = 0 up, the
 * contact's voltage must never leave the low branch where that exists, which it does below 1.8 V for n above 0.1. */
Test(jart, the_low_branch_is_kept_from_any_guess)
{
    const jart_shape nominal = jart_nominal();
    for (double n = 0.004; n < 22; n *= 1.1)
        for (int k = -200; k <= 180; k++) {
            const double v = 0.01 * k;
            jart_point p, q;
            jart_solve(&nominal, n, v, 0, &p);
            cr_expect(isfinite(p.i) && p.i * v >= 0 && (p.i_v > 0 || v < -1.5), "%g V, n = %g: %g A", v, n, p.i);
            cr_expect(n < 0.1 || p.vs < 0.08, "%g V, n = %g: %g V at the contact", v, n, p.vs);
            for (double guess = 0.25; guess < 1.5; guess += 0.5) {
                jart_solve(&nominal, n, v, guess * p.i, &q);
                cr_expect(fabs(q.i - p.i) <= 1e-8 * fabs(p.i), "%g V, n = %g: %g A from %g", v, n, q.i, guess);
            }
        }
}

/* Time until n passes a limit at a constant voltage, by bisection over the duration. */
static double switching_time(double v, double from, double to, double longest)
{
    const jart_shape nominal = jart_nominal();
    double low = 0, high = longest;
    for (int k = 0; k < 30; k++) {
        const double middle = 0.5 * (low + high);
        jart_state s = {
            .n = from, .n_old = from, .r_old = nominal.r, .l_old = nominal.l, .direction = v < 0 ? -1 : 1};
        jart_ramp(&s, &nominal, v, v, middle, 1e-5);
        if ((s.n - to) * (to - from) > 0)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The figures have two digits, some one. */
Test(jart, switching_times_at_constant_voltage_are_the_published_ones)
{
    const double set[][2] = {{-0.6, 2.9e-3}, {-0.8, 1.4e-6}, {-1.0, 3.5e-9}, {-1.2, 42e-12}, {-1.5, 0.7e-12}};
    const double reset[][2] = {{0.9, 62e-3}, {1.0, 5.1e-3}, {1.2, 85e-6}, {1.5, 1.05e-6}, {1.8, 54e-9}, {2.0, 12e-9}};
    for (size_t k = 0; k < 5; k++) {
        const double t = switching_time(set[k][0], 0.01, 1, 10 * set[k][1]);
        cr_expect(fabs(t / set[k][1] - 1) < 0.05, "SET at %g V: %g s", set[k][0], t);
    }
    for (size_t k = 0; k < 6; k++) {
        const double t = switching_time(reset[k][0], 18, 0.1, 10 * reset[k][1]);
        cr_expect(fabs(t / reset[k][1] - 1) < 0.05, "RESET at %g V: %g s", reset[k][0], t);
    }
}

/* Standard errors of 4000 draws: that of a mean is deviation / 63; truncation at the limits, symmetric but for n_min,
 * moves the mean of n_min by less than 0.06 deviations. */
Test(jart, devices_are_truncated_gaussians)
{
    const double low[] = {0.004, 18, 40.5e-9, 0.36e-9}, high[] = {0.025, 22, 49.5e-9, 0.44e-9};
    const double mean[] = {0.008, 20, 45e-9, 0.4e-9}, deviation[] = {0.002, 1, 5e-9, 0.04e-9};
    double sum[4] = {0};
    for (uint64_t cell = 0; cell < 4000; cell++) {
        const jart_shape s = jart_device(1, cell);
        const double x[] = {s.n_min, s.n_max, s.r, s.l};
        for (int j = 0; j < 4; j++) {
            cr_assert(x[j] >= low[j] && x[j] <= high[j]);
            sum[j] += x[j];
        }
    }
    for (int j = 0; j < 4; j++)
        cr_expect(fabs(sum[j] / 4000 - mean[j]) < 0.15 * deviation[j], "mean of figure %d: %g", j, sum[j] / 4000);
}

Test(jart, the_walk_is_bounded_and_moves_by_the_step)
{
    jart_shape s = jart_device(1, 7);
    for (uint64_t event = 1; event < 2000; event++) {
        const jart_shape before = s;
        jart_walk(1, 7, event, 0.02, &s);
        cr_assert(s.n_min >= 0.004 && s.n_min <= 0.025 && s.r >= 40.5e-9 && s.r <= 49.5e-9);
        cr_assert(fabs(s.l / before.l - 1) <= 0.02 && (s.l != before.l || s.l == 0.36e-9 || s.l == 0.44e-9));
    }
}

static void start(void)
{
    spice_start();
    const char *peers = getenv("PEERS");
    cr_assert(peers != NULL, "PEERS must name peers.cm");
    spice_do("codemodel %s", peers);
}

TestSuite(jart_in_ngspice, .init = start);

/* Voltage at which n passes 0.4 in the rising or falling direction between two times, 0 if it does not. */
static double passes(double from, double to, bool rising)
{
    size_t length, again;
    double *t = spice_vector("time", &length), *n = spice_vector("@a1[n]", &again),
           *v = spice_vector("v(te)", &again);
    double found = 0;
    for (size_t k = 1; k < length && found == 0; k++)
        if (t[k - 1] >= from && t[k] <= to && (n[k - 1] < 0.4) == rising && (n[k] >= 0.4) == rising)
            found = v[k - 1] + (v[k] - v[k - 1]) * log(0.4 / n[k - 1]) / log(n[k] / n[k - 1]);
    free(t);
    free(n);
    free(v);
    return found;
}

/* A triangle 0, -1.5, 0, 1.5, 0 V in `total` seconds on the nominal device. */
static void sweep(double total, int substeps)
{
    spice_circuit("v1 te 0 pwl(0 0 %g -1.5 %g 0 %g 1.5 %g 0)\n"
                  "a1 %%gd(te 0) m\n.model m jart_vcm(d2d=0 c2c=0 substeps=%d)",
                  total / 4, total / 2, 3 * total / 4, total, substeps);
    spice_do("save v(te) i(v1) @a1[n]");
    spice_run("tran %g %g 0 %g", total / 1000, total, total / 400);
}

/* Thresholds by pure time stepping of the same equations, two to three digits; the simulator's step control at its
 * default tolerances shifts them by up to 15 mV. */
Test(jart_in_ngspice, sweeps_switch_at_the_published_voltages)
{
    const double table[][3] = {{6, -0.590, 0.928}, {10e-3, -0.756, 1.21}, {1e-3, -0.821, 1.343}, {1e-6, -1.047, 0}};
    for (int substeps = 0; substeps < 2; substeps++)
        for (size_t k = 0; k < 4; k++) {
            const double total = table[k][0];
            sweep(total, substeps);
            const double set = passes(0, total / 2, true), reset = passes(total / 2, total, false);
            cr_expect(fabs(set - table[k][1]) < 0.015, "SET of the sweep of %g s: %g V", total, set);
            cr_expect(fabs(reset - table[k][2]) < 0.015, "RESET of the sweep of %g s: %g V", total, reset);
            spice_forget();
        }
}

/* 1590 ohm (-0.2 V) and 1619 ohm (+0.2 V) in LRS, 65.6 kohm in HRS, of the slow sweep; three digits. */
Test(jart_in_ngspice, resistances_of_the_slow_sweep_are_the_published_ones)
{
    sweep(6, 0);
    const double lrs = -0.2 / spice_at("i(v1)", "time", 3 - 0.2), lrs_up = -0.2 / spice_at("i(v1)", "time", 3 + 0.2);
    const double hrs = -0.2 / spice_at("i(v1)", "time", 6 - 0.2);
    cr_expect(fabs(-lrs / 1590 - 1) < 0.01, "LRS at -0.2 V: %g ohm", -lrs);
    cr_expect(fabs(lrs_up / 1619 - 1) < 0.01, "LRS at 0.2 V: %g ohm", lrs_up);
    cr_expect(fabs(hrs / 65.6e3 - 1) < 0.01, "HRS at 0.2 V: %g ohm", hrs);
}

enum { CELLS = 8, CYCLES = 5 };

/* The second route: the same pulses by jart_ramp, without a simulator. */
static double end_without_simulator(uint64_t cell, double step)
{
    const double corners[][2] = {{50e-9, -1.2}, {1.2e-6, -1.2}, {50e-9, 0}, {50e-9, 1.8}, {1.2e-6, 1.8}, {50e-9, 0}};
    jart_shape target = jart_device(3, cell);
    jart_state s = jart_start(&target);
    double v = 0;
    for (int k = 0; k < 6 * CYCLES; k++) {
        const double next = corners[k % 6][1];
        const jart_state turned = jart_turn(&s, &target, 0.5 * (v + next));
        if (turned.event > s.event)
            jart_walk(3, cell, (uint64_t)turned.event, step, &target);
        s = turned;
        jart_ramp(&s, &target, v, next, corners[k % 6][0], 1e-5);
        v = next;
    }
    return s.n;
}

/* All cells in one circuit share its time steps, some of which are rejected. Time stepping at the default tolerances
 * is exact to some 1 % of n per step; a cell caught in the middle of its RESET, as cell 2 is, shows the sum of it: 10
 * %. */
Test(jart_in_ngspice, varied_cells_end_where_the_equations_alone_do)
{
    for (int substeps = 0; substeps < 2; substeps++) {
        char lines[1000] = "", *end = lines;
        for (int k = 0; k < CELLS; k++)
            end += sprintf(end, "a%d %%gd(te 0) m\n", k);
        spice_circuit("v1 te middle pulse(0 -1.2 0 50n 50n 1.2u 2.6u)\n"
                      "v2 middle 0 pulse(0 1.8 1.3u 50n 50n 1.2u 2.6u)\n"
                      "%s.model m jart_vcm(seed=3 index=1 c2c=0.05 substeps=%d)",
                      lines, substeps);
        spice_do("save @a0[n] @a1[n] @a2[n] @a3[n] @a4[n] @a5[n] @a6[n] @a7[n]");
        spice_run("tran 50n %gu 0 100n", 2.6 * CYCLES);
        for (int k = 0; k < CELLS; k++) {
            char name[16];
            sprintf(name, "@a%d[n]", k);
            const double n = spice_last(name), expected = end_without_simulator((uint64_t)k, 0.05);
            cr_expect(fabs(n / expected - 1) < 0.1, "cell %d, substeps = %d: n = %g, not %g", k, substeps, n,
                      expected);
        }
        spice_forget();
    }
}

/* The behavioural subcircuit under one SET and one RESET pulse, and the published sweep of 1 ms. Its temperature lags
 * by tau and its time steps are the simulator's: 5 % of n, 5 mV. */
Test(jart_in_ngspice, the_subcircuit_switches_as_the_equations_do)
{
    const jart_shape nominal = jart_nominal();
    jart_state s = jart_start(&nominal);
    const double corners[][2] = {{50e-9, -1.2}, {1.2e-6, -1.2}, {50e-9, 0}, {50e-9, 1.8}, {1.2e-6, 1.8}, {50e-9, 0}};
    double v = 0, end[2] = {0};
    for (int k = 0; k < 6; k++) {
        s = jart_turn(&s, &nominal, 0.5 * (v + corners[k][1]));
        jart_ramp(&s, &nominal, v, corners[k][1], corners[k][0], 1e-5);
        v = corners[k][1];
        end[k / 3] = s.n;
    }
    spice_circuit(".include %s\nx1 te 0 jart_vcm\n"
                  "v1 te 0 pwl(0 0 50n -1.2 1.25u -1.2 1.3u 0 1.35u 1.8 2.55u 1.8 2.6u 0 2.8u 0)",
                  support_path("bench/peers/jart/jart_vcm.sub"));
    spice_do("save v(x1.x)");
    spice_run("tran 50n 2.8u 0 100n");
    cr_expect(fabs(spice_at("v(x1.x)", "time", 1.3e-6) - log(end[0])) < 0.05, "LRS");
    const double hrs = exp(spice_last("v(x1.x)"));
    cr_expect(fabs(hrs / end[1] - 1) < 0.05, "HRS: n = %g, not %g", hrs, end[1]);
    spice_forget();
    spice_circuit(".include %s\nx1 te 0 jart_vcm\nv1 te 0 pwl(0 0 250u -1.5 500u 0 750u 1.5 1m 0)",
                  support_path("bench/peers/jart/jart_vcm.sub"));
    spice_do("save v(te) v(x1.x)");
    spice_run("tran 1u 1m 0 2.5u");
    spice_do("meas tran v_set find v(te) when v(x1.x)=-0.9163 rise=1");
    spice_do("meas tran v_reset find v(te) when v(x1.x)=-0.9163 fall=1");
    cr_expect(fabs(spice_last("v_set") + 0.821) < 0.005, "SET at %g V", spice_last("v_set"));
    cr_expect(fabs(spice_last("v_reset") - 1.343) < 0.005, "RESET at %g V", spice_last("v_reset"));
}
