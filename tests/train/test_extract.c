/* SPDX-License-Identifier: MIT */
/* Features and curves from sweeps whose answers are known, and files of sweeps and features as they should not be. */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

enum { STEPS = 100, POINTS = 4 * STEPS + 1 }; /* of one ramp from 0 to 1.5 V; of a loop */
static const double step = 1.5 / STEPS, u0 = 0.2;

typedef struct loop {
    double u[POINTS], i[POINTS];
    syn_sweep s;
} loop;

/* Voltage of point k of the loop 0, -1.5, 0, 1.5, 0 V (set_first), or with both signs exchanged. */
static double voltage(int k, int set_first)
{
    const int triangle = k <= STEPS ? k : k <= 3 * STEPS ? 2 * STEPS - k : k - 4 * STEPS;
    return (set_first ? -1 : 1) * step * triangle;
}

/* One loop of a cell, which moves on. */
static void sweep(const syn_model *m, syn_cell *c, uint64_t cycle, int set_first, loop *l)
{
    l->s = (syn_sweep){c->id, cycle, POINTS, l->u, l->i};
    for (int k = 0; k < POINTS; k++) {
        l->u[k] = voltage(k, set_first);
        syn_cell_step(m, c, l->u[k], c);
        l->i[k] = syn_current(m, c->state.r, l->u[k], NULL);
    }
}

static void start(uint64_t id, syn_mode mode, syn_cell *c)
{
    cr_assert(
        eq(int, syn_cell_init(support_model(10), 31, id, &(syn_start){SYN_STATIONARY, mode, 0}, c, NULL), SYN_OK));
}

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
        start(id, set_first ? SYN_HRS : SYN_LRS, &c);
        for (uint64_t k = 0; k < LOOPS; k++) {
            syn_measured m;
            if (set_first)
                memcpy(truth[k], c.now.y, sizeof truth[k]);
            else
                memcpy(truth[k], c.next.y, sizeof truth[k]);
            sweep(support_model(10), &c, k, set_first, &l);
            for (int j = 0; j < POINTS; j++)
                l.i[j] *= 1 + noise * support_normal(&state);
            cr_assert(eq(int, syn_sweep_measure(&l.s, u0, &m, NULL), SYN_OK));
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
        start(id, SYN_HRS, &c);
        sweep(support_model(10), &c, 0, 1, &l);
        clean = l;
        clean.s.u = clean.u;
        clean.s.i = clean.i;
        cr_expect(eq(sz, syn_sweep_clean(&clean.s), 0), "SET, RESET and corners are no spikes");
        const int at[4] = {30, 150, 213, 380};
        for (int k = 0; k < 4; k++)
            l.i[at[k]] *= k % 2 ? 3 : -2;
        cr_expect(eq(sz, syn_sweep_clean(&l.s), 4));
        cr_expect(eq(sz, l.s.n, POINTS - 4));
        cr_expect(eq(dbl, l.u[29], voltage(29, 1)));
        cr_expect(eq(dbl, l.u[30], voltage(31, 1)));
    }
}

/* What a measurement of one altered loop says of it. */
static syn_measured measure(loop *l)
{
    syn_measured m;
    cr_assert(eq(int, syn_sweep_measure(&l->s, u0, &m, NULL), SYN_OK));
    return m;
}

Test(extract, loops_without_set_or_reset_are_kept_and_say_so)
{
    static loop l;
    syn_cell c;
    syn_cycles cycles = {0};
    syn_extracted found[2];
    syn_measured m;
    start(1, SYN_HRS, &c);
    for (uint64_t k = 0; k < 6; k++) {
        l.s = (syn_sweep){1, k, POINTS, l.u, l.i};
        for (int j = 0; j < POINTS; j++) {
            /* Loop 2 does not get down to U_S, loop 4 not up to U_R. */
            l.u[j] = voltage(j, 1) * ((k == 2 && voltage(j, 1) < 0) || (k == 4 && voltage(j, 1) > 0) ? 0.25 : 1);
            syn_cell_step(support_model(10), &c, l.u[j], &c);
            l.i[j] = syn_current(support_model(10), c.state.r, l.u[j], NULL);
        }
        m = measure(&l);
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
    start(1, SYN_HRS, &c);
    sweep(support_model(10), &c, 0, 1, &l);
    for (size_t n = 1; n < POINTS; n++) { /* the beginning of a loop, of any length */
        l.s.n = n;
        const syn_measured m = measure(&l);
        if (n < 3 * STEPS)
            cr_expect(eq(int, m.q[SYN_LOG10_R_HRS], SYN_FEW_POINTS), "%zu points", n);
        if (n < 2 * STEPS)
            cr_expect(eq(int, m.q[SYN_R_LRS], SYN_FEW_POINTS), "%zu points", n);
    }
    for (int k = 0; k < POINTS; k++)
        l.u[k] = 0.5; /* a voltage that never changes */
    l.s.n = POINTS;
    const syn_measured m = measure(&l);
    for (int i = 0; i < SYN_NFEAT; i++)
        cr_expect(ne(int, m.q[i], SYN_GOOD));
}

/* A device whose cycles have a gap, and another one behind it: neither takes an R_HRS from elsewhere. */
Test(extract, r_hrs_comes_from_the_loop_just_before_of_the_same_cell_only)
{
    static loop l;
    syn_cell c;
    syn_cycles cycles = {0};
    syn_extracted found[2];
    const uint64_t cell[4] = {1, 1, 1, 2}, cycle[4] = {0, 1, 5, 6};
    const syn_quality expected[4] = {SYN_UNSEEN, SYN_GOOD, SYN_UNSEEN, SYN_UNSEEN};
    start(1, SYN_HRS, &c);
    for (int k = 0; k < 4; k++) {
        sweep(support_model(10), &c, cycle[k], 1, &l);
        l.s.cell = cell[k];
        const syn_measured m = measure(&l);
        cr_assert(eq(int, syn_cycles_add(&cycles, &l.s, &m, found), 1));
        cr_expect(eq(int, found->q[0], expected[k]), "%d", k);
    }
}

/* ---- curves ---- */

static void fit_curves(double compliance, double noise, syn_params *p, syn_curves_report *r)
{
    enum { CELLS = 20, LOOPS = 30 };
    static loop l;
    syn_features f;
    syn_curves *curves;
    syn_error err;
    uint64_t state = 7;
    cr_assert(eq(int, syn_features_create(CELLS, CELLS * LOOPS, &f, NULL), SYN_OK));
    cr_assert(eq(int, syn_curves_create(u0, compliance, &curves, NULL), SYN_OK));
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        start(id, SYN_HRS, &c);
        for (uint64_t k = 0; k < LOOPS; k++) {
            memcpy(f.y[id * LOOPS + k], c.now.y, sizeof c.now.y);
            sweep(support_model(10), &c, k, 1, &l);
            for (int j = 0; j < POINTS; j++) {
                l.i[j] *= 1 + noise * support_normal(&state);
                if (compliance > 0 && l.i[j] < -compliance)
                    l.i[j] = -compliance;
            }
            const syn_measured m = measure(&l);
            syn_curves_add(curves, &l.s, &m);
        }
    }
    *p = *support_params();
    cr_assert(eq(int, syn_curves_fit(curves, &f, p, r, &err), SYN_OK), "%s", err.text);
    syn_curves_free(curves);
    syn_features_free(&f);
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

/* The law is linear in 1/R at every voltage, so without noise the fit finds it up to the errors of R: 3e-4. */
Test(extract, the_curves_of_noiseless_loops_are_those_of_the_cells)
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
Test(extract, points_at_the_compliance_do_not_count_for_the_curves)
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

/* 1 % of noise on 100 000 points: the law to 1 % where it was measured; u_max and eta, whose transition ends with
 * zero slope, to some per cent. */
Test(extract, the_curves_of_noisy_loops_are_near)
{
    syn_params p;
    syn_curves_report r;
    fit_curves(0, 0.01, &p, &r);
    cr_expect(lt(dbl, worst_current(&p), 0.02));
    cr_expect(epsilon_eq(dbl, p.u_max, 1.46, 0.03));
    cr_expect(epsilon_eq(dbl, p.eta, 3.0567, 0.2));
    cr_expect(gt(dbl, r.rest, 0.01));
    cr_expect(lt(dbl, r.rest, 0.1));
}

Test(extract, sweeps_that_do_not_determine_the_curves_are_refused)
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
    start(1, SYN_HRS, &cell);
    for (uint64_t k = 0; k < 3; k++) {
        sweep(support_model(10), &cell, k, 1, &l);
        const syn_measured m = measure(&l);
        syn_curves_add(c, &l.s, &m);
    }
    cr_expect(eq(int, syn_curves_fit(c, &f, &p, &r, &err), SYN_EDATA));
    cr_expect(strstr(err.text, "RESETs") != NULL, "%s", err.text);
    syn_curves_free(c);
    syn_features_free(&f);
}

/* ---- files ---- */

static char *path;

static void make_file(void)
{
    path = support_temporary();
}

TestSuite(csv, .init = make_file, .fini = support_remove_temporary);

static void put(const char *text, size_t size)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(text, 1, size, f) == size && fclose(f) == 0);
}

typedef struct bad {
    const char *text;
    syn_status status;
    const char *message; /* behind the path */
} bad;

static void expect_message(const bad *b, syn_status status, const syn_error *err)
{
    char line[700], expected[700];
    snprintf(expected, sizeof expected, "%s%s", path, b->message);
    cr_expect(eq(int, status, b->status), "%s", b->text);
    cr_expect(eq(str, (char *)syn_error_format(err, line, sizeof line), expected));
}

#define HEAD "cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset\n"

Test(csv, malformed_features_are_refused_with_file_line_and_column)
{
    const bad cases[] = {
        {"", SYN_EFORMAT, ": expected a header, found an empty file"},
        {"\n\n# only this\n", SYN_EFORMAT, ":3: expected a header, found an empty file"},
        {HEAD, SYN_EFORMAT, ":1: expected rows after the header, found none"},
        {"cell;cycle;log10_r_hrs\n1;2;3\n", SYN_EFORMAT,
         ":1: log10_r_hrs: expected a column of this name in the header, found none"},
        {"cell,cycle,log10_r_hrs,u_set,u_reset\n", SYN_EFORMAT,
         ":1: r_lrs: expected a column of this name in the header, found none"},
        {"cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset,u_set\n", SYN_EFORMAT,
         ":1: u_set: expected one column of this name, found two"},
        {HEAD "1,0,5,-0.7,4500,0.7\n1,1,5,-0.7,4500\n", SYN_EFORMAT,
         ":3: expected 6 fields as in the header, found 5"},
        {HEAD "1,0,5,-0.7,4500,0.7\n1,1,5,x0.7,4500,0.7\n", SYN_EFORMAT,
         ":3: u_set: expected a finite number, found \"x0.7\""},
        {HEAD "1,0,5,-0.7,inf,0.7\n", SYN_EFORMAT, ":2: r_lrs: expected a finite number, found \"inf\""},
        {HEAD "1,0,5,-0.7,4500,0.7 V\n", SYN_EFORMAT, ":2: u_reset: expected a finite number, found \"0.7 V\""},
        {HEAD "-1,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cell: expected a whole number from 0 to 2^64 - 1, found \"-1\""},
        {HEAD "1,0.5,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cycle: expected a whole number from 0 to 2^64 - 1, found \"0.5\""},
        {HEAD "99999999999999999999,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cell: expected a whole number from 0 to 2^64 - 1, found \"99999999999999999999\""},
        {HEAD "1,0,5,-0.7,4500,0.7\n2,0,5,-0.7,4500,0.7\n1,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":4: cycle: expected one row for each cycle, found cycle 0 of cell 1 also in line 2"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_features f;
        syn_error err = {0};
        put(cases[k].text, strlen(cases[k].text));
        const syn_status s = syn_features_load(path, 0, &f, &err);
        expect_message(&cases[k], s, &err);
        cr_expect(eq(sz, f.rows, 0));
    }
}

Test(csv, lines_that_are_no_text_are_refused_in_bounded_memory)
{
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    syn_features f;
    syn_error err = {0};
    cr_assert(text != NULL);
    memset(text, 'x', SIZE);
    put(text, SIZE);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EFORMAT));
    cr_expect(eq(str, err.text, "expected a line of text of fewer than 4096 characters"));
    memcpy(text, HEAD "1,0,5\0,", sizeof HEAD + 7);
    put(text, SIZE);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EFORMAT));
    cr_expect(eq(int, err.line, 2));
    free(text);
    unlink(path);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EIO));
    cr_expect(eq(int, syn_features_load("/", 0, &f, &err), SYN_EIO));
}

/* Rows and columns in any order, columns among others, blanks, CR, comments, a byte order mark, missing figures, a
 * gap. */
Test(csv, features_are_read_in_any_order_with_gaps_as_missing_cycles)
{
    const char text[] = "\xef\xbb\xbfu_reset, u_set,q,cycle,cell,log10_r_hrs,r_lrs\r\n"
                        "0.71,-0.61,ok,1,7,5.1,4100\r\n# a comment\r\n\r\n"
                        "0.70,-0.60,ok,0,7,5.0,4000\r\n"
                        "0.75,,\"x\",5,7,nan,4500\r\n"
                        "0.9,-0.9,ok,3,2,NA,4900\r\n0.9,-0.9,ok,3000000000,2,4,4901";
    syn_features f;
    syn_error err;
    put(text, sizeof text - 1);
    cr_assert(eq(int, syn_features_load(path, 0, &f, &err), SYN_OK), "%s", err.text);
    cr_expect(eq(sz, f.devices, 2));
    cr_expect(eq(ulong, f.cell[0], 2));
    cr_expect(eq(ulong, f.cell[1], 7));
    cr_expect(eq(sz, f.first[1], 2 + SYN_LONGEST_GAP));
    cr_expect(eq(sz, f.first[2] - f.first[1], 6));
    cr_expect(eq(sz, f.rows, f.first[2]));
    const double(*y)[SYN_NFEAT] = (const double(*)[SYN_NFEAT])f.y + f.first[1];
    cr_expect(eq(dbl, y[0][SYN_R_LRS], 4000));
    cr_expect(eq(dbl, y[1][SYN_U_SET], -0.61));
    cr_expect(isnan(y[2][SYN_R_LRS]) && isnan(y[4][SYN_U_RESET]));
    cr_expect(isnan(y[5][SYN_U_SET]) && isnan(y[5][SYN_LOG10_R_HRS]));
    cr_expect(eq(dbl, y[5][SYN_U_RESET], 0.75));
    cr_expect(isnan(f.y[1][SYN_R_LRS]));
    cr_expect(eq(ulong, f.bytes, sizeof text - 1));
    cr_expect(eq(ulong, f.crc, crc32(0, (const unsigned char *)text, sizeof text - 1)));
    syn_features_free(&f);
    cr_assert(eq(int, syn_features_load(path, 3, &f, &err), SYN_OK));
    cr_expect(eq(sz, f.first[2] - f.first[1], 1), "cycles before 3 are left out");
    syn_features_free(&f);
}

Test(csv, malformed_sweeps_are_refused_with_file_line_and_column)
{
    const bad cases[] = {
        {"cell,cycle,u\n", SYN_EFORMAT, ":1: i: expected a column of this name in the header, found none"},
        {"cell,cycle,u,i\n0,0,0,0\n0,0,volt,0\n", SYN_EFORMAT, ":3: u: expected a finite number, found \"volt\""},
        {"cell,cycle,u,i\n0,1,0,0\n0,0,0,0\n", SYN_EFORMAT,
         ":3: cycle: expected the cycles of cell 0 in rising order, found 0 after 1"},
        {"cell,cycle,u,i\n0,0,0,0\n5,0,0,0\n0,1,0,0\n", SYN_EFORMAT,
         ":4: cell: expected the rows of a cell together, found cell 0 again"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_sweeps *r = NULL;
        syn_sweep s;
        syn_error err = {0};
        put(cases[k].text, strlen(cases[k].text));
        syn_status status = syn_sweeps_open(path, &r, &err);
        for (s.n = 1; !status && s.n > 0;)
            status = syn_sweeps_next(r, &s, &err);
        expect_message(&cases[k], status, &err);
        syn_sweeps_close(r);
    }
}

Test(csv, points_without_a_number_are_counted_and_passed_over)
{
    const char text[] = "cell,cycle,u,i\n0,0,1,2\n0,0,nan,3\n0,0,4,5\n0,1,,\n3,0,6,7\n";
    syn_sweeps *r;
    syn_sweep s;
    put(text, sizeof text - 1);
    cr_assert(eq(int, syn_sweeps_open(path, &r, NULL), SYN_OK));
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(s.n == 2 && s.u[1] == 4 && s.i[1] == 5 && s.cycle == 0);
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(s.n == 1 && s.cell == 3 && s.u[0] == 6);
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(eq(sz, s.n, 0));
    cr_expect(eq(ulong, syn_sweeps_missing(r), 2));
    syn_sweeps_close(r);
}

/* 150 MB of text, compressed to some 100 kB: the memory of the process grows by that of a sweep and the buffers. */
Test(csv, a_long_file_is_read_in_the_memory_of_one_sweep, .timeout = 300)
{
    gzFile z = gzopen(path, "wb1");
    struct rusage before, after;
    syn_sweeps *r;
    syn_sweep s;
    char line[64];
    uint64_t sweeps = 0, points = 0;
    gzputs(z, "cell,cycle,u,i\n");
    for (int k = 0; k < 30000; k++) {
        const int n = snprintf(line, sizeof line, "%d,%d,0.25000000,1.25e-5\n", k / 100, k % 100);
        for (int j = 0; j < 200; j++)
            gzwrite(z, line, (unsigned)n);
    }
    cr_assert(eq(int, gzclose(z), Z_OK));
    getrusage(RUSAGE_SELF, &before);
    cr_assert(eq(int, syn_sweeps_open(path, &r, NULL), SYN_OK));
    do {
        cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
        sweeps += s.n > 0;
        points += s.n;
    } while (s.n > 0);
    getrusage(RUSAGE_SELF, &after);
    uint64_t bytes;
    uint32_t crc;
    syn_sweeps_checksum(r, &bytes, &crc);
    cr_expect(gt(ulong, bytes, 150000000));
    cr_expect(eq(ulong, sweeps, 30000));
    cr_expect(eq(ulong, points, 6000000));
    cr_expect(lt(long, after.ru_maxrss - before.ru_maxrss, 4096), "kB");
    syn_sweeps_close(r);
}

Test(csv, a_truncated_gzip_file_is_no_shorter_file)
{
    gzFile z = gzopen(path, "wb");
    syn_features f;
    syn_error err = {0};
    gzputs(z, HEAD);
    for (int k = 0; k < 5000; k++)
        gzprintf(z, "1,%d,%d,-0.7,4500,0.7\n", k, k * 7919 % 1000);
    cr_assert(eq(int, gzclose(z), Z_OK));
    cr_assert(eq(int, syn_features_load(path, 0, &f, &err), SYN_OK));
    cr_expect(eq(sz, f.rows, 5000));
    syn_features_free(&f);
    cr_assert(eq(int, truncate(path, 9000), 0));
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EIO));
}
