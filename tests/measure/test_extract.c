/* SPDX-License-Identifier: MIT */
/* Features from sweeps whose answers are known. */
#include "measure/cell_loops.h"

#include <math.h>
#include <string.h>

/* Worst errors of the features over loops of several cells; every figure is good but the first R_HRS of a cell.
 * noise: relative, of the current; seen[i]: rms error. */
static void extract(int set_first, double noise, double worst[SYN_NFEAT], double rms[SYN_NFEAT])
{
    enum { CELLS = 20, LOOPS = 40 };
    static loop l;
    uint64_t state = 5;
    double n[SYN_NFEAT] = {0};
    memset(worst, 0, SYN_NFEAT * sizeof *worst);
    memset(rms, 0, SYN_NFEAT * sizeof *rms);
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        syn_cycles cycles = {0};
        syn_extracted found[2];
        double truth[LOOPS + 2][SYN_NFEAT];
        /* A loop that begins with the RESET finds the cell in the LRS of cycle 0; what follows is cycle 1. */
        loop_start(id, set_first ? SYN_HRS : SYN_LRS, &c);
        for (uint64_t k = 0; k < LOOPS; k++) {
            syn_measured m;
            if (set_first)
                memcpy(truth[k], c.now.y, sizeof truth[k]);
            else
                memcpy(truth[k], c.next.y, sizeof truth[k]);
            loop_sweep(support_model(10), &c, k, set_first, &l);
            for (int j = 0; j < POINTS; j++)
                l.i[j] *= 1 + noise * support_normal(&state);
            cr_assert(eq(int, syn_sweep_measure(&l.s, u0, 0, 0, &m, NULL), SYN_OK));
            const int count = syn_cycles_add(&cycles, &l.s, &m, found);
            cr_assert(eq(int, count, set_first || k > 0));
            for (int i = 0; count && i < SYN_NFEAT; i++) {
                if (found->q[i] == SYN_UNSEEN && i == 0 && set_first && k == 0)
                    continue;
                cr_assert(eq(int, found->q[i], SYN_GOOD), "cell %d, loop %d, feature %d", (int)id, (int)k, i);
                const double error = fabs(found->y[i] - truth[found->cycle][i]);
                support_worst(&worst[i], error);
                rms[i] += error * error;
                n[i]++;
            }
        }
        cr_expect(eq(int, syn_cycles_end(&cycles, found), !set_first));
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        rms[i] = sqrt(rms[i] / n[i]);
}

/* Without noise: U_S to half a voltage step; the parabola of the local regression leaves the curves' third
 * derivative, some 1e-4 A/V^3 times (0.1 V)^3 / 10, of 4e-5 A: 3e-4 at most; U_R where the line and the parabola
 * leave the curvature of the branches, 2 mV at most. Both orders of the ramps give each cycle its own four features.
 */
Test(extract, features_of_noiseless_loops_are_those_of_the_cell_in_both_orders_of_the_ramps)
{
    for (int set_first = 0; set_first < 2; set_first++) {
        double worst[SYN_NFEAT], rms[SYN_NFEAT];
        extract(set_first, 0, worst, rms);
        cr_expect(lt(dbl, worst[SYN_LOG10_R_HRS], 3e-4));
        cr_expect(lt(dbl, worst[SYN_U_SET], 0.5 * step + 1e-9));
        cr_expect(lt(dbl, worst[SYN_R_LRS], 1));
        cr_expect(lt(dbl, worst[SYN_U_RESET], 2e-3));
    }
}

/* 1 % of noise on each current. R: local regression over 13 points with a parabola, whose value in the middle has a
 * standard error of 0.45 of one point for tricube weights: 0.45 % of 4500 ohm, 0.002 in log10. U_S: uniform in a
 * step, sd step / sqrt(12). U_R: a break of slopes of 1e-3 A/V in a noise of 2e-6 A over about 10 points: some mV; a
 * fifth of the cycles' own 36 mV is asked for. */
Test(extract, noise_of_one_per_cent_costs_what_the_regressions_promise)
{
    double worst[SYN_NFEAT], rms[SYN_NFEAT];
    extract(1, 0.01, worst, rms);
    cr_expect(lt(dbl, rms[SYN_LOG10_R_HRS], 0.0026));
    cr_expect(lt(dbl, rms[SYN_U_SET], 1.05 * step / sqrt(12)));
    cr_expect(lt(dbl, rms[SYN_R_LRS], 0.006 * 4545));
    cr_expect(lt(dbl, rms[SYN_U_RESET], 0.0075));
}

Test(extract, single_spikes_are_taken_out_and_nothing_else)
{
    static loop l, clean;
    syn_cell c;
    for (uint64_t id = 0; id < 20; id++) {
        loop_start(id, SYN_HRS, &c);
        loop_sweep(support_model(10), &c, 0, 1, &l);
        clean = l;
        clean.s.u = clean.u;
        clean.s.i = clean.i;
        cr_expect(eq(sz, syn_sweep_clean(&clean.s, 0), 0), "SET, RESET and corners are no spikes");
        const int at[4] = {30, 150, 213, 380};
        for (int k = 0; k < 4; k++)
            l.i[at[k]] *= k % 2 ? 3 : -2;
        cr_expect(eq(sz, syn_sweep_clean(&l.s, 0), 4));
        cr_expect(eq(sz, l.s.n, POINTS - 4));
        cr_expect(eq(dbl, l.u[29], loop_voltage(29, 1)));
        cr_expect(eq(dbl, l.u[30], loop_voltage(31, 1)));
    }
}

Test(extract, loops_without_set_or_reset_are_kept_and_say_so)
{
    static loop l;
    syn_cell c;
    syn_cycles cycles = {0};
    syn_extracted found[2];
    syn_measured m;
    loop_start(1, SYN_HRS, &c);
    for (uint64_t k = 0; k < 6; k++) {
        l.s = (syn_sweep){1, k, POINTS, l.u, l.i};
        for (int j = 0; j < POINTS; j++) {
            /* Loop 2 does not get down to U_S, loop 4 not up to U_R. */
            l.u[j] = loop_voltage(j, 1) *
                     ((k == 2 && loop_voltage(j, 1) < 0) || (k == 4 && loop_voltage(j, 1) > 0) ? 0.25 : 1);
            syn_cell_step(support_model(10), &c, l.u[j], &c);
            l.i[j] = syn_current(support_model(10), c.state.r, l.u[j], NULL);
        }
        m = loop_measure(&l);
        cr_assert(eq(int, syn_cycles_add(&cycles, &l.s, &m, found), 1));
        cr_expect(eq(ulong, found->cycle, k));
        const syn_quality expected[6][SYN_NFEAT] = {
            {SYN_UNSEEN, SYN_GOOD, SYN_GOOD, SYN_GOOD},     {SYN_GOOD, SYN_GOOD, SYN_GOOD, SYN_GOOD},
            {SYN_GOOD, SYN_NO_SET, SYN_NO_SET, SYN_NO_SET}, {SYN_NO_RESET, SYN_GOOD, SYN_GOOD, SYN_GOOD},
            {SYN_GOOD, SYN_GOOD, SYN_GOOD, SYN_NO_RESET},   {SYN_NO_RESET, SYN_NO_SET, SYN_NO_SET, SYN_NO_SET}};
        for (int i = 0; i < SYN_NFEAT; i++) {
            cr_expect(eq(int, found->q[i], expected[k][i]), "loop %d, feature %d", (int)k, i);
            cr_expect(eq(int, isnan(found->y[i]) != 0, expected[k][i] != SYN_GOOD), "loop %d, feature %d", (int)k, i);
        }
    }
}

Test(extract, sweeps_with_few_points_say_so_and_do_no_harm)
{
    static loop l;
    syn_cell c;
    loop_start(1, SYN_HRS, &c);
    loop_sweep(support_model(10), &c, 0, 1, &l);
    for (size_t n = 1; n < POINTS; n++) { /* the beginning of a loop, of any length */
        l.s.n = n;
        const syn_measured m = loop_measure(&l);
        if (n < 3 * STEPS)
            cr_expect(eq(int, m.q[SYN_LOG10_R_HRS], SYN_FEW_POINTS), "%zu points", n);
        if (n < 2 * STEPS)
            cr_expect(eq(int, m.q[SYN_R_LRS], SYN_FEW_POINTS), "%zu points", n);
    }
    for (int k = 0; k < POINTS; k++)
        l.u[k] = 0.5; /* a voltage that never changes */
    l.s.n = POINTS;
    const syn_measured m = loop_measure(&l);
    for (int i = 0; i < SYN_NFEAT; i++)
        cr_expect(ne(int, m.q[i], SYN_GOOD));
}

/* A device whose cycles have a gap, and another one after it: neither takes an R_HRS from elsewhere. */
Test(extract, r_hrs_comes_from_the_loop_just_before_of_the_same_cell_only)
{
    static loop l;
    syn_cell c;
    syn_cycles cycles = {0};
    syn_extracted found[2];
    const uint64_t cell[4] = {1, 1, 1, 2}, cycle[4] = {0, 1, 5, 6};
    const syn_quality expected[4] = {SYN_UNSEEN, SYN_GOOD, SYN_UNSEEN, SYN_UNSEEN};
    loop_start(1, SYN_HRS, &c);
    for (int k = 0; k < 4; k++) {
        loop_sweep(support_model(10), &c, cycle[k], 1, &l);
        l.s.cell = cell[k];
        const syn_measured m = loop_measure(&l);
        cr_assert(eq(int, syn_cycles_add(&cycles, &l.s, &m, found), 1));
        cr_expect(eq(int, found->q[0], expected[k]), "%d", k);
    }
}

/* Every word says that nothing was measured. */
Test(extract, a_sweep_without_points_has_no_figures)
{
    syn_measured m;
    syn_record record;
    syn_sweep empty = {.cell = 1};
    const syn_record_options o = {.u0 = u0};
    cr_assert(eq(int, syn_sweep_measure(&empty, u0, 0, 0, &m, NULL), SYN_OK));
    for (int i = 0; i < SYN_NFEAT; i++)
        cr_expect(ne(int, m.q[i], SYN_GOOD));
    for (size_t n = 0; n < 2; n++) {
        cr_assert(eq(int, syn_record_look(&empty, n, &o, &record, NULL), SYN_OK));
        record.offset_moves = true;
        cr_expect(eq(sz, syn_record_prepare(&record, &empty), 0));
    }
}

Test(extract, numbers_that_are_no_quality_have_no_word_and_a_read_voltage_is_positive)
{
    syn_measured m;
    cr_expect(eq(str, (char *)syn_quality_word(SYN_UNSEEN), "unseen"));
    for (int q = -1; q <= SYN_QUALITIES; q += SYN_QUALITIES + 1) {
        cr_expect(syn_quality_word((syn_quality)q) == NULL);
        cr_expect(syn_quality_meaning((syn_quality)q) == NULL);
    }
    for (int k = 0; k < 3; k++)
        cr_expect(eq(int, syn_sweep_measure(&(syn_sweep){0}, (const double[3]){0, -0.2, NAN}[k], 0, 0, &m, NULL),
                     SYN_EINVAL));
}
