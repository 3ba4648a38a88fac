/* SPDX-License-Identifier: MIT */
/* SET and RESET in circuits: converge everywhere, end where the library says, and depend on accepted solutions alone.
 */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(codemodel_switching, .init = spice_start);

/* A RESET counts as settled when the cell voltage creeps by less than this per iteration [V]; see cfunc.mod. */
static const double settled = 1e-5;

enum { MAX_PULSES = 8 };

/* One cell on a load line under a source that makes pulses: rise, plateau and fall of `segment` each. */
typedef struct circuit {
    load_line load;
    double capacitance; /* F, across the cell */
    uint64_t seed;
    syn_mode start;
    int pulses;
    double peak[MAX_PULSES], segment; /* V, s */
    double edge;                      /* of the pulses, in segments; 0: 1 */
} circuit;

/* Where a cell ends, for all peaks scaled by a factor. */
static syn_cell library_end(const syn_model *m, const circuit *c, double factor)
{
    syn_cell cell = reference_cell(m, c->seed, 1, c->start);
    for (int k = 0; k < c->pulses; k++)
        load_pulse(m, &c->load, factor * c->peak[k], &cell);
    return cell;
}

static void describe(const circuit *c, char *text, size_t size)
{
    snprintf(text, size,
             "R = %g ohm, C = %g F, kp = %g, vg = %g V, seed %" PRIu64 ", %d pulses, segment %g s, last peak %g V",
             c->load.resistance, c->capacitance, c->load.kp, c->load.vg, c->seed, c->pulses, c->segment,
             c->peak[c->pulses - 1]);
}

/* Element lines in one order or the other; `options` is an .options line or empty. */
static void load_circuit(const circuit *c, const char *options, bool reversed)
{
    char *deck, cell[64], series[64], shunt[96] = "*", transistor[256] = "*", pulses[1024] = "0 0";
    const char *bottom = c->load.kp > 0 ? "be" : "0";
    snprintf(cell, sizeof cell, "a1 %%gd(te %s) m", bottom);
    if (c->load.resistance > 0)
        snprintf(series, sizeof series, "r1 in te %.17g", c->load.resistance);
    else
        snprintf(series, sizeof series, "v2 in te 0");
    if (c->capacitance > 0)
        snprintf(shunt, sizeof shunt, "c1 te %s %.17g", bottom, c->capacitance);
    if (c->load.kp > 0)
        snprintf(transistor, sizeof transistor,
                 "m1 be g 0 0 nm w=1u l=1u\n.model nm nmos(level=1 vto=%g kp=%g lambda=%g is=1e-30)\nvg g 0 %.17g",
                 c->load.vto, c->load.kp, c->load.lambda, c->load.vg);
    size_t used = strlen(pulses);
    const double edge = c->edge > 0 ? c->edge : 1;
    for (int k = 0; k < c->pulses; k++) {
        if (edge < 1)
            used +=
                (size_t)snprintf(pulses + used, sizeof pulses - used, " %.15g 0", (3 * k + 1 - edge) * c->segment);
        used += (size_t)snprintf(pulses + used, sizeof pulses - used, " %.15g %.17g %.15g %.17g %.15g 0",
                                 (3 * k + 1) * c->segment, c->peak[k], (3 * k + 2) * c->segment, c->peak[k],
                                 (3 * k + 2 + edge) * c->segment);
    }
    const char *const lines[] = {cell, series, shunt, transistor};
    cr_assert(asprintf(&deck, "%s\n%s\n%s\n%s\n", lines[reversed ? 3 : 0], lines[reversed ? 2 : 1],
                       lines[reversed ? 1 : 2], lines[reversed ? 0 : 3]) > 0);
    spice_circuit("%sv1 in 0 pwl(%s)\n.model m synaptogen(seed=%" PRIu64 " index=1 init=%d)\n%s\n"
                  ".save v(te) v(in) @a1[r] @a1[mode] @a1[cycle]",
                  deck, pulses, c->seed, c->start == SYN_LRS, options);
    free(deck);
}

static void run_transient(const circuit *c, double step_max)
{
    /* ngspice 44 finds no step if the last corner of a source lies next to the end. */
    spice_run("tran %.15g %.15g 0 %.15g", c->segment / 10, 3 * c->segment * c->pulses, step_max);
    cr_assert(spice_count_output("too small") == 0, "%s", spice_output());
}

/* Error of the source voltage, relative, that explains a difference of the final state. Cell voltages stop within
 * `settled` of the solution, at 0.5 V and more where a cell switches; and current scales with them, so that the
 * source voltage has this relative error too. A capacitor adds its integration error: a small multiple of reltol. */
static double source_error(const circuit *c, double reltol)
{
    return settled / 0.5 + (c->capacitance > 0 ? 3 * reltol : 0);
}

/* Compares the end of a run with the library. False if the source error leaves open in which mode or cycle the cell
 * ends. */
static bool expect_end(const syn_model *m, const circuit *c, double reltol, const char *what)
{
    const double error = source_error(c, reltol), rounding = 1e-9;
    const syn_cell low = library_end(m, c, 1 - error), high = library_end(m, c, 1 + error);
    if (low.state.mode != high.state.mode || low.state.n != high.state.n)
        return false;
    char text[256];
    describe(c, text, sizeof text);
    const double r = spice_last("@a1[r]");
    cr_expect(spice_last("@a1[mode]") == low.state.mode && spice_last("@a1[cycle]") == (double)low.state.n,
              "%s, %s: mode %g cycle %g, library %s %" PRIu64, text, what, spice_last("@a1[mode]"),
              spice_last("@a1[cycle]"), syn_mode_name(low.state.mode), low.state.n);
    cr_expect(r >= fmin(low.state.r, high.state.r) - rounding && r <= fmax(low.state.r, high.state.r) + rounding,
              "%s, %s: r = %.9g, library %.9g .. %.9g", text, what, r, low.state.r, high.state.r);
    return true;
}

/* Peaks around the voltages at which the cell switches, some enough, some not. */
static void choose_pulses(const syn_model *m, circuit *c, uint64_t *random)
{
    syn_cell cell = reference_cell(m, c->seed, 1, c->start);
    for (int k = 0; k < c->pulses; k++) {
        const bool set =
            cell.state.mode == SYN_HRS || (cell.state.mode == SYN_IRS && support_uniform(random, 0, 1) < 0.3);
        c->peak[k] = set ? load_set_voltage(m, &c->load, &cell) * support_uniform(random, 0.8, 1.4)
                         : load_reset_voltage(m, &c->load, &cell) * support_uniform(random, 0.8, 1.6);
        load_pulse(m, &c->load, c->peak[k], &cell);
    }
}

static circuit random_circuit(const syn_model *m, uint64_t number)
{
    uint64_t random = number * 1000003;
    circuit c = {.seed = number, .pulses = (int)support_uniform(&random, 3, MAX_PULSES)};
    if (support_uniform(&random, 0, 1) < 0.9)
        c.load.resistance = exp(support_uniform(&random, log(10), log(1e6)));
    if (support_uniform(&random, 0, 1) < 0.3) {
        c.load.resistance = fmin(c.load.resistance, 1e4);
        c.load.vg = support_uniform(&random, 1, 3);
        c.load.kp = 1.5e-3;
        c.load.vto = 0.4;
        c.load.lambda = 0.05;
    }
    if (support_uniform(&random, 0, 1) < 0.5)
        c.capacitance = support_uniform(&random, 0, 10e-12);
    c.start = support_uniform(&random, 0, 1) < 0.3 ? SYN_LRS : SYN_HRS;
    /* Quasi-static: exp(-100) of a charging process is left at the end of a plateau. */
    c.segment = fmax(100e-9, 100 * c.capacitance * (c.load.resistance + 3000));
    choose_pulses(m, &c, &random);
    return c;
}

Test(codemodel_switching, random_circuits_end_where_the_library_says_for_all_steps_and_options, .timeout = 300)
{
    static const struct {
        const char *options;
        double reltol, step_max; /* in segments */
        bool reversed, coarse;
    } ways[] = {{"", 1e-3, 3, false, false},
                {".options reltol=1e-6", 1e-6, 0.01, true, false},
                {".options reltol=1e-4 method=gear maxord=3 gmin=1e-11", 1e-4, 0.1, false, false},
                {".options reltol=1e-5 convstep=10 convabsstep=10", 1e-5, 1, true, false},
                {".options reltol=1e-3 method=gear maxord=6 gmin=1e-13 trtol=7", 1e-3, 0.5, true, true}};
    enum { WAYS = sizeof ways / sizeof *ways };
    const int circuits = support_cases(50, 140);
    const syn_model *m = support_model(0);
    int compared = 0, partial = 0;
    for (int number = 0; number < circuits; number++) {
        const circuit c = random_circuit(m, (uint64_t)number);
        for (int w = 0; w < WAYS; w++) {
            if (ways[w].coarse) /* without it ngspice ignores trtol in circuits with code models */
                spice_do("set xtrtol=7");
            load_circuit(&c, ways[w].options, ways[w].reversed);
            run_transient(&c, ways[w].step_max * c.segment);
            /* trtol lets each step make seven times the error. */
            compared += expect_end(m, &c, ways[w].coarse ? 7 * ways[w].reltol : ways[w].reltol, ways[w].options);
            partial += spice_last("@a1[mode]") == SYN_IRS;
            spice_forget();
            spice_do("unset xtrtol");
        }
    }
    /* The peaks are drawn from ranges of width 0.6 and more: 2 of 100 fall within 1 % of a switching voltage. */
    cr_expect(compared > 0.95 * circuits * WAYS, "%d runs compared", compared);
    cr_expect(partial > 0.2 * circuits * WAYS, "only %d runs end in an intermediate state", partial);
}

static const double resistances[] = {0, 1, 100, 1000, 1800, 2200, 3000, 5000, 1e4, 3e4, 1e5, 3e5, 1e6};
enum { RESISTANCES = sizeof resistances / sizeof *resistances };

/* SET, a partial RESET, a further one, SET again, full RESET. */
static circuit load_line_circuit(const syn_model *m, load_line load, uint64_t seed)
{
    static const double overdrive[] = {1.05, 1.02, 1.1, 1.3, 4};
    circuit c = {.load = load, .seed = seed, .pulses = 5, .segment = 1e-6};
    syn_cell cell = reference_cell(m, seed, 1, SYN_HRS);
    for (int k = 0; k < c.pulses; k++) {
        const bool set = cell.state.mode == SYN_HRS || k == 3;
        c.peak[k] = overdrive[k] * (set ? load_set_voltage(m, &load, &cell) : load_reset_voltage(m, &load, &cell));
        load_pulse(m, &load, c.peak[k], &cell);
    }
    cr_assert(cell.state.mode == SYN_HRS && cell.state.n == 2);
    return c;
}

Test(codemodel_switching, set_and_reset_converge_on_every_resistive_load_line_and_end_states_do_not_depend_on_steps)
{
    const syn_model *m = support_model(0);
    for (int k = 0; k < RESISTANCES; k++) {
        const circuit whole = load_line_circuit(m, (load_line){.resistance = resistances[k]}, (uint64_t)k);
        for (int pulses = 1; pulses <= whole.pulses; pulses++) {
            circuit c = whole;
            c.pulses = pulses;
            double first = 0;
            static const double steps[] = {3, 0.5, 0.1, 0.01};
            for (int s = 0; s < 4; s++) {
                load_circuit(&c, "", false);
                run_transient(&c, steps[s] * c.segment);
                cr_expect(expect_end(m, &c, 1e-3, "load line"));
                const double r = spice_last("@a1[r]");
                if (s == 0)
                    first = r;
                /* Both within source_error of the quasi-static end; dr/dlnV is at most 3 on a RESET transition. */
                cr_expect(fabs(r - first) < 3 * 2 * source_error(&c, 0), "R = %g: r differs by %g", resistances[k],
                          r - first);
                spice_forget();
            }
        }
    }
}

Test(codemodel_switching, access_transistor_limits_set_and_reset_at_every_gate_voltage)
{
    const syn_model *m = support_model(0);
    static const double gates[] = {1.2, 1.5, 2, 2.5, 3};
    for (int k = 0; k < 5; k++) {
        const load_line load = {.resistance = 100, .vg = gates[k], .kp = 1.5e-3, .vto = 0.4, .lambda = 0.05};
        const circuit c = load_line_circuit(m, load, (uint64_t)(100 + k));
        for (int s = 0; s < 3; s++) {
            load_circuit(&c, "", s == 1);
            run_transient(&c, c.segment * (s == 0 ? 3 : s == 1 ? 0.2 : 0.01));
            cr_expect(expect_end(m, &c, 1e-3, "transistor"));
            spice_forget();
        }
    }
}

Test(codemodel_switching, set_happens_just_beyond_its_source_voltage_and_not_just_below_it)
{
    const syn_model *m = support_model(0);
    static const double gates[] = {0, 0.6, 0.8, 1, 1.5, 3};
    static const char *const options[] = {"", ".options convstep=10 convabsstep=10", ".options reltol=1e-2"};
    for (int k = 0; k < 6; k++)
        for (uint64_t seed = 0; seed < 10; seed++)
            for (int beyond = 0; beyond < 2; beyond++)
                for (int o = 0; o < 3; o++) {
                    circuit c = {
                        .load = {.resistance = seed & 1 ? 1000 : 0}, .seed = seed, .pulses = 1, .segment = 1e-6};
                    if (gates[k] > 0) {
                        c.load.vg = gates[k];
                        c.load.kp = 1.5e-3;
                        c.load.vto = 0.4;
                    }
                    const syn_cell cell = reference_cell(m, seed, 1, SYN_HRS);
                    c.peak[0] = load_set_voltage(m, &c.load, &cell) * (beyond ? 1.002 : 0.998);
                    c.edge = o == 0 ? 1 : 1e-3;
                    load_circuit(&c, options[o], false);
                    run_transient(&c, 3 * c.segment);
                    cr_expect(spice_last("@a1[mode]") == (beyond ? SYN_LRS : SYN_HRS),
                              "gate %g V, seed %" PRIu64 ", %s: %s", gates[k], seed, options[o],
                              beyond ? "no SET" : "false SET");
                    spice_forget();
                }
}

Test(codemodel_switching, lrs_cell_passes_the_falling_branch_of_its_curve_at_negative_voltages)
{
    const syn_model *m = support_model(0);
    for (int k = 0; k < RESISTANCES; k++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            const load_line load = {.resistance = resistances[k]};
            const syn_cell c = reference_cell(m, seed, 1, SYN_LRS);
            /* The current has its extreme near -1.2 V; beyond it the cell jumps to where the current is as large
             * again. */
            const double edge = load_source_voltage(&load, -1.2, syn_current(m, c.state.r, -1.2, NULL));
            for (int way = 0; way < 6; way++) {
                const double peak = edge * (way % 3 == 0 ? 0.9 : way % 3 == 1 ? 1.02 : 1.5);
                double u = 0;
                while (load_source_voltage(&load, u, syn_current(m, c.state.r, u, NULL)) > peak)
                    u -= 1e-4;
                circuit pulse = {
                    .load = load, .seed = seed, .start = SYN_LRS, .pulses = 1, .peak = {peak}, .segment = 1e-6};
                pulse.edge = way < 3 ? 1 : 1e-3;
                load_circuit(&pulse, way < 3 ? "" : ".options convstep=10 convabsstep=10", false);
                run_transient(&pulse, 3e-6);
                /* The step of the search; and reltol times the source voltage, where the cell takes most of it. */
                const double seen = spice_at("v(te)", "time", 1.5e-6);
                cr_expect(fabs(seen - u) < 1e-4 + 2e-3 * fabs(u), "R = %g, source %g V: %g V, library %g V",
                          resistances[k], peak, seen, u);
                cr_expect(spice_last("@a1[r]") == c.state.r);
                spice_forget();
            }
        }
}

Test(codemodel_switching, current_limited_set_ends_in_lrs_with_the_limited_current)
{
    const syn_model *m = support_model(0);
    /* The cell between ground and the drain of a transistor that carries 50 uA at most: te is the more negative end.
     */
    spice_circuit("vd d 0 pwl(0 0 1u 2)\na1 %%gd(s d) m\nm1 s g 0 0 nm w=1u l=1u\nvg g 0 0.7\n"
                  ".model nm nmos(level=1 vto=0.4 kp=1.111111e-3 is=1e-30)\n.model m synaptogen(seed=3 index=1)\n"
                  ".save @a1[r] @a1[mode] @a1[i] v(d) v(s)");
    spice_run("tran 10n 1u");
    const syn_cell c = reference_cell(m, 3, 1, SYN_LRS);
    cr_expect(spice_last("@a1[mode]") == SYN_LRS && spice_last("@a1[r]") == c.state.r);
    /* kp / 2 (0.3 V)^2 = 50.000 uA; node tolerance reltol 1e-3. */
    cr_expect(fabs(spice_last("@a1[i]") + 50e-6) < 0.1e-6, "%g A", spice_last("@a1[i]"));
    cr_expect(fabs(spice_last("v(s)") - spice_last("v(d)")) < -c.now.y[SYN_U_SET]);
}

Test(codemodel_switching, reset_stops_at_the_smallest_of_several_stable_solutions)
{
    const syn_model *m = support_model(0);
    int found = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        const load_line load = {.resistance = 2500};
        syn_cell c = reference_cell(m, seed, 1, SYN_LRS);
        const double u_max = syn_model_params(m)->u_max;
        /* Source voltage along the transition: its first maximum and the minimum after it. */
        double top = 0, bottom = 0, u_top = 0;
        for (double u = c.state.u_thr; u < u_max; u += 1e-4) {
            syn_state s;
            syn_state_step(m, &c.state, &c.now, &c.next, u, &s);
            const double v = load_source_voltage(&load, u, syn_current(m, s.r, u, NULL));
            if (bottom == 0 && v >= top) {
                top = v;
                u_top = u;
            } else {
                bottom = bottom == 0 ? v : fmin(bottom, v);
            }
        }
        if (top - bottom < 2e-3 || u_top - c.state.u_thr < 1e-2)
            continue;
        found++;
        const circuit k = {
            .load = load, .seed = seed, .start = SYN_LRS, .pulses = 1, .peak = {top - 1e-3}, .segment = 1e-6};
        for (int s = 0; s < 3; s++) {
            load_circuit(&k, "", false);
            run_transient(&k, k.segment * (s == 0 ? 3 : s == 1 ? 0.1 : 0.01));
            double *u, largest = 0;
            size_t n;
            u = spice_vector("v(te)", &n);
            for (size_t i = 0; i < n; i++)
                largest = fmax(largest, u[i]);
            free(u);
            cr_expect(largest < u_top, "seed %" PRIu64 ": %g V, the first branch ends at %g V", seed, largest, u_top);
            cr_expect(expect_end(m, &k, 1e-3, "below the jump"));
            spice_forget();
        }
    }
    cr_expect(found >= 10, "%d cells with several solutions", found);
}

Test(codemodel_switching, edges_of_one_time_step_end_as_slow_ramps_do)
{
    const syn_model *m = support_model(0);
    for (int k = 0; k < RESISTANCES; k++) {
        const circuit whole = load_line_circuit(m, (load_line){.resistance = resistances[k]}, 7);
        for (int pulses = 1; pulses <= whole.pulses; pulses++) {
            circuit c = whole;
            c.pulses = pulses;
            c.edge = 1e-6;
            load_circuit(&c, "", false);
            run_transient(&c, c.segment);
            cr_expect(expect_end(m, &c, 1e-3, "edges of 1 ps"));
            spice_forget();
        }
    }
}

Test(codemodel_switching, lrs_cell_on_a_negative_current_source_jumps_over_its_falling_branch)
{
    const syn_model *m = support_model(0);
    for (uint64_t seed = 0; seed < 20; seed++) {
        const syn_cell c = reference_cell(m, seed, 1, SYN_LRS);
        double extreme = 0, u = 0;
        for (double v = 0; v > -1.6; v -= 1e-3)
            extreme = fmin(extreme, syn_current(m, c.state.r, v, NULL));
        while (syn_current(m, c.state.r, u, NULL) > 1.05 * extreme)
            u -= 1e-4;
        for (int edge = 0; edge < 2; edge++) {
            spice_circuit("i1 0 te pwl(0 0 %g %.17g)\na1 %%gd(te 0) m\n.model m synaptogen(seed=%" PRIu64
                          " index=1 init=1)\n.save v(te) @a1[r] @a1[mode]\n%s",
                          edge ? 1e-12 : 1e-6, 1.05 * extreme, seed,
                          edge ? ".options convstep=10 convabsstep=10" : "");
            spice_run("tran 20n 1u");
            cr_assert(spice_count_output("too small") == 0);
            cr_expect(fabs(spice_last("v(te)") - u) < 2e-3 * fabs(u), "seed %" PRIu64 ": %g V, library %g V", seed,
                      spice_last("v(te)"), u);
            spice_forget();
        }
    }
}

Test(codemodel_switching, cell_driven_by_a_current_source_runs_through_its_falling_branch)
{
    const syn_model *m = support_model(0);
    for (uint64_t seed = 0; seed < 20; seed++) {
        const syn_cell c = reference_cell(m, seed, 1, SYN_HRS);
        const double set = syn_current(m, c.now.r_hrs, c.now.y[SYN_U_SET], NULL);
        const double reset = syn_current(m, c.now.r_lrs, c.now.y[SYN_U_RESET], NULL);
        spice_circuit("i1 0 te pwl(0 0 1u %.17g 2u 0 3u %.17g)\na1 %%gd(te 0) m\n.model m synaptogen(seed=%" PRIu64
                      " index=1)\n.save v(te) @a1[mode] @a1[r] @a1[cycle]",
                      1.05 * set, 1.05 * reset, seed);
        spice_run("tran 20n 3u");
        cr_assert(spice_count_output("too small") == 0);
        cr_expect(spice_at("@a1[mode]", "time", 1.5e-6) == SYN_LRS);
        /* Beyond the current at U_R no state on the transition carries it: RESET goes to the end. */
        cr_expect(spice_last("@a1[mode]") == SYN_HRS && spice_last("@a1[r]") == c.next.r_hrs, "seed %" PRIu64, seed);
        spice_forget();
    }
}

/* Replays an instance through the library from one accepted point to the next, with the cell voltages that were
 * accepted. A SET shows in the mode only: the voltage that led to it is gone at the accepted point. */
static void expect_accepted_points_alone_count(const syn_model *m, syn_cell c, const char *instance, const double *u,
                                               size_t points, const char *what)
{
    char name[64];
    double *r, *mode, *cycle;
    size_t n[3];
    snprintf(name, sizeof name, "@%s[r]", instance);
    r = spice_vector(name, &n[0]);
    snprintf(name, sizeof name, "@%s[mode]", instance);
    mode = spice_vector(name, &n[1]);
    snprintf(name, sizeof name, "@%s[cycle]", instance);
    cycle = spice_vector(name, &n[2]);
    cr_assert(n[0] == points && n[1] == points && n[2] == points);
    for (size_t t = 1; t < points; t++) {
        const bool set = mode[t] == SYN_LRS && c.state.mode != SYN_LRS;
        syn_cell low, high;
        /* The state belongs to the last iterate, the voltage is the solution after it: both stopped within `settled`,
         * up to four times that on steep parts of the load line. */
        syn_cell_step(m, &c, set ? c.now.y[SYN_U_SET] : u[t] - 4 * settled, &low);
        syn_cell_step(m, &c, set ? c.now.y[SYN_U_SET] : u[t] + 4 * settled, &high);
        const syn_cell *match = high.state.mode == mode[t] ? &high : &low;
        cr_assert(match->state.mode == mode[t] && (double)match->state.n == cycle[t],
                  "%s, %s at point %zu, u = %.9g: mode %g cycle %g, library %s %" PRIu64, what, instance, t, u[t],
                  mode[t], cycle[t], syn_mode_name(match->state.mode), match->state.n);
        const double rounding = 1e-12;
        cr_assert(r[t] >= fmin(low.state.r, high.state.r) - rounding &&
                      r[t] <= fmax(low.state.r, high.state.r) + rounding,
                  "%s, %s at point %zu: r = %.9g, library %.9g .. %.9g", what, instance, t, r[t], low.state.r,
                  high.state.r);
        c = *match;
        /* Goes on from what the simulator has, so that differences do not add up. */
        c.state.r = r[t];
        if (c.state.mode == SYN_IRS && u[t] > c.state.u_thr)
            c.state.u_thr = u[t];
    }
    free(r);
    free(mode);
    free(cycle);
}

Test(codemodel_switching, rejected_time_steps_leave_no_trace)
{
    const syn_model *m = support_model(0);
    double rejected = 0;
    for (uint64_t number = 0; number < 60; number++) {
        circuit c = random_circuit(m, 1000 + number);
        c.load.kp = 0;
        c.capacitance = fmax(c.capacitance, 1e-12);
        c.segment = c.capacitance * (c.load.resistance + 3000); /* dynamic: charging takes part */
        c.edge = 0.01;
        load_circuit(&c, "", number & 1);
        run_transient(&c, 3 * c.segment);
        size_t points;
        double *u = spice_vector("v(te)", &points);
        char text[256];
        describe(&c, text, sizeof text);
        expect_accepted_points_alone_count(m, reference_cell(m, c.seed, 1, c.start), "a1", u, points, text);
        free(u);
        spice_do("rusage all");
        rejected += spice_printed("Rejected timepoints");
        spice_forget();
    }
    cr_expect(rejected > 300, "only %g rejected points, the test shows nothing", rejected);
}

enum { ROWS = 3, COLUMNS = 3, CELLS = ROWS * COLUMNS, WRITES = 14, SOURCES = ROWS + 2 * COLUMNS };

/* Each write is a pulse on one bit line while one word line is up. */
static void random_writes(uint64_t *random, double segment, char sources[SOURCES][1200])
{
    for (int j = 0; j < COLUMNS; j++) {
        sprintf(sources[j], "vb%d b%d_0 0 pwl(0 0", j, j);
        sprintf(sources[ROWS + COLUMNS + j], "vs%d s%d_0 0 0", j, j);
    }
    for (int i = 0; i < ROWS; i++)
        sprintf(sources[COLUMNS + i], "vw%d w%d 0 pwl(0 0", i, i);
    for (int w = 0; w < WRITES; w++) {
        const int row = (int)support_uniform(random, 0, ROWS), column = (int)support_uniform(random, 0, COLUMNS);
        const double gate = support_uniform(random, 1.5, 3), t = 3 * w * segment;
        const double peak = support_uniform(random, 0, 1) < 0.5 ? support_uniform(random, -1.6, -0.6)
                                                                : support_uniform(random, 0.8, 2.4);
        char *line = sources[column], *gates = sources[COLUMNS + row];
        sprintf(line + strlen(line), " %.12g 0 %.12g %.9g %.12g %.9g %.12g 0", t + 0.1 * segment, t + segment, peak,
                t + 2 * segment, peak, t + 2.8 * segment);
        sprintf(gates + strlen(gates), " %.12g 0 %.12g %.9g %.12g %.9g %.12g 0", t + 0.01 * segment,
                t + 0.1 * segment, gate, t + 2.9 * segment, gate, t + 2.95 * segment);
    }
    for (int k = 0; k < ROWS + COLUMNS; k++)
        strcat(sources[k], ")");
}

/* An array of cells with access transistors. Bit lines b and source lines s run along the columns, with 3 ohm from
 * cell to cell, word lines w along the rows. */
static void load_array(uint64_t number, const char *options, bool reversed)
{
    const int step = reversed ? -1 : 1;
    char sources[SOURCES][1200], *deck;
    uint64_t random = number * 7919 + 1;
    size_t size;
    random_writes(&random, 1e-7, sources);
    FILE *f = open_memstream(&deck, &size);
    for (int n = 0, k = reversed ? SOURCES - 1 : 0; n < SOURCES; n++, k += step)
        fprintf(f, "%s\n", sources[k]);
    for (int n = 0, k = reversed ? CELLS - 1 : 0; n < CELLS; n++, k += step) {
        const int i = k / COLUMNS, j = k % COLUMNS;
        fprintf(f, "rb%d b%d_%d b%d_%d 3\nrs%d s%d_%d s%d_%d 3\n", k, j, i, j, i + 1, k, j, i, j, i + 1);
        fprintf(f, "a%d %%gd(b%d_%d e%d) m\nm%d e%d w%d s%d_%d s%d_%d nm w=1u l=1u\n", k, j, i + 1, k, k, k, i, j,
                i + 1, j, i + 1);
    }
    fprintf(f,
            ".model m synaptogen(seed=%" PRIu64 " index=1)\n.model nm nmos(level=1 vto=0.4 kp=1.5e-3 lambda=0.05)\n",
            number);
    fprintf(f, "%s\n.save all", options);
    for (int k = 0; k < CELLS; k++)
        fprintf(f, " @a%d[r] @a%d[mode] @a%d[cycle] @a%d[u_set]", k, k, k, k);
    fclose(f);
    spice_circuit("%s", deck);
    free(deck);
}

/* Voltages of a cell at all accepted points, to be freed. */
static double *array_cell_voltage(int cell, size_t *points)
{
    char name[64];
    snprintf(name, sizeof name, "v(b%d_%d)", cell % COLUMNS, cell / COLUMNS + 1);
    double *u = spice_vector(name, points);
    snprintf(name, sizeof name, "v(e%d)", cell);
    double *bottom = spice_vector(name, points);
    for (size_t t = 0; t < *points; t++)
        u[t] -= bottom[t];
    free(bottom);
    return u;
}

typedef struct array_end {
    double r, mode, cycle;
    double margin; /* V, the closest that the cell came to its SET voltage without a SET */
} array_end;

static array_end examine_array_cell(const syn_model *m, uint64_t number, int cell, const char *what)
{
    char name[64];
    size_t points;
    double *u = array_cell_voltage(cell, &points), *mode, *u_set;
    snprintf(name, sizeof name, "a%d", cell);
    expect_accepted_points_alone_count(m, reference_cell(m, number, (uint64_t)cell, SYN_HRS), name, u, points, what);
    snprintf(name, sizeof name, "@a%d[mode]", cell);
    mode = spice_vector(name, &points);
    snprintf(name, sizeof name, "@a%d[u_set]", cell);
    u_set = spice_vector(name, &points);
    array_end end = {.mode = mode[points - 1], .margin = 1};
    for (size_t t = 0; t + 10 < points; t++)
        if (mode[t] != SYN_LRS && mode[t + 10] != SYN_LRS) /* not the points that lead up to a SET */
            end.margin = fmin(end.margin, u[t] - u_set[t]);
    snprintf(name, sizeof name, "@a%d[r]", cell);
    end.r = spice_last(name);
    snprintf(name, sizeof name, "@a%d[cycle]", cell);
    end.cycle = spice_last(name);
    free(u);
    free(mode);
    free(u_set);
    return end;
}

Test(codemodel_switching, arrays_with_wires_end_the_same_for_all_steps_options_and_line_orders, .timeout = 300)
{
    static const struct {
        const char *options, *step_max;
        bool reversed;
    } ways[] = {{".options reltol=1e-6", "1n", true}, /* the first one is what the others are compared with */
                {"", "1u", false},
                {".options reltol=1e-4 method=gear", "10n", false},
                {".options reltol=1e-5 convstep=10 convabsstep=10", "1u", true}};
    /* Cells that pass their SET voltages within one time step SET together, in smaller steps one after the other, and
     * the first one's current lowers the voltage of the others in its column: 0.3 mA over 2 x 3 x 3 ohm. */
    const double tie = 5e-3;
    const syn_model *m = support_model(0);
    const int arrays = support_cases(6, 16);
    double switched = 0;
    int ties = 0;
    for (int number = 0; number < arrays; number++) {
        array_end fine[CELLS];
        for (int w = 0; w < 4; w++) {
            load_array((uint64_t)number, ways[w].options, ways[w].reversed);
            spice_run("tran 10n %g 0 %s", 3 * WRITES * 1e-7, ways[w].step_max);
            cr_assert(spice_count_output("too small") == 0, "%s", spice_output());
            for (int k = 0; k < CELLS; k++) {
                const array_end end = examine_array_cell(m, (uint64_t)number, k, ways[w].options);
                if (w == 0) {
                    fine[k] = end;
                    switched += end.cycle + (end.mode == SYN_LRS);
                    ties += end.margin < tie;
                }
                /* Cell voltages within `settled` in each run, dr/du at most 5 per V on a RESET transition. */
                cr_expect(fine[k].margin < tie || (end.mode == fine[k].mode && end.cycle == fine[k].cycle &&
                                                   fabs(end.r - fine[k].r) < 2 * 5 * settled),
                          "array %d %s cell %d: r %.9g mode %g cycle %g, not %.9g %g %g", number, ways[w].options, k,
                          end.r, end.mode, end.cycle, fine[k].r, fine[k].mode, fine[k].cycle);
            }
            spice_forget();
        }
    }
    cr_expect(switched > 6 * arrays, "only %g cells switched", switched);
    cr_expect(ties < arrays, "%d cells are left out", ties);
}
