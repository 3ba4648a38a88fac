/* SPDX-License-Identifier: MIT */
/* Every analysis and every way to follow one with another. Where the cell sits on an ideal source its voltage is
 * known exactly and comparisons with the library are exact. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(codemodel_analyses, .init = spice_start);

#define SAVE ".save v(te) i(v1) @a1[r] @a1[mode] @a1[cycle] @a1[i] @a1[resistance]"

/* Cell 1 of seed 5 between te and ground. */
static void load_cell(const char *parameters, const char *rest)
{
    spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 %s)\n" SAVE "\n%s", parameters, rest);
}

static syn_cell library_cell(syn_start start)
{
    syn_cell c;
    cr_assert(syn_cell_init(support_model(0), 5, 1, &start, &c, NULL) == SYN_OK);
    return c;
}

static void expect_state(const syn_cell *c, const char *what)
{
    cr_expect(spice_last("@a1[r]") == c->state.r && spice_last("@a1[mode]") == c->state.mode &&
                  spice_last("@a1[cycle]") == (double)c->state.n,
              "%s: r %.17g mode %g cycle %g, library %.17g %d %" PRIu64, what, spice_last("@a1[r]"),
              spice_last("@a1[mode]"), spice_last("@a1[cycle]"), c->state.r, c->state.mode, c->state.n);
}

/* Steps a library cell through the voltages of the current plot and compares r at each point. `first` is the first
 * point that may switch. Returns the cell at the end. */
static syn_cell expect_replay(syn_cell c, size_t first, const char *what)
{
    size_t n, length;
    double *u = spice_vector("v(te)", &n), *r = spice_vector("@a1[r]", &length);
    cr_assert(n > 0 && length == n, "%s: %zu and %zu points", what, n, length);
    for (size_t t = 0; t < n; t++) {
        if (t >= first)
            syn_cell_step(support_model(0), &c, u[t], &c);
        cr_assert(r[t] == c.state.r, "%s: point %zu at %.17g V: r = %.17g, library %.17g", what, t, u[t], r[t],
                  c.state.r);
    }
    free(u);
    free(r);
    expect_state(&c, what);
    return c;
}

/* Start states as parameters of the model and of the library. */
static const struct {
    const char *parameters;
    syn_start start;
} starts[] = {{"", {.mode = SYN_HRS}},
              {"init=\"hrs\"", {.mode = SYN_HRS}},
              {"init=\"lrs\"", {.mode = SYN_LRS}},
              {"init=\"LRS\"", {.mode = SYN_LRS}},
              {"init={1}", {.mode = SYN_LRS}},
              {"r_init=4000", {.resistance = 4000}},
              {"r_init=20k", {.resistance = 20e3}},
              {"r_init=1meg", {.resistance = 1e6}},
              {"start=\"stationary\"", {.history = SYN_STATIONARY}},
              {"start=\"stationary\" init=\"lrs\"", {.history = SYN_STATIONARY, .mode = SYN_LRS}},
              {"start=\"cold\"", {.history = SYN_COLD}}};
enum { STARTS = sizeof starts / sizeof *starts };

Test(codemodel_analyses, operating_point_keeps_the_start_state_at_any_voltage)
{
    static const double voltages[] = {-2, -0.5, 0.2, 1, 2};
    const syn_model *m = support_model(0);
    for (int k = 0; k < STARTS; k++) {
        const syn_cell c = library_cell(starts[k].start);
        load_cell(starts[k].parameters, "v1 te 0 0");
        for (int v = 0; v < 5; v++) {
            spice_do("alter v1 dc = %g", voltages[v]);
            spice_run("op");
            expect_state(&c, starts[k].parameters);
            const double i = syn_current(m, c.state.r, voltages[v], NULL);
            cr_expect(spice_last("@a1[i]") == i);
            /* The branch current comes out of the linear solution: rounding of the linearised device only. */
            cr_expect(fabs(spice_last("i(v1)") + i) < 1e-12 * fabs(i), "%.17g A, library %.17g A",
                      spice_last("i(v1)"), i);
        }
        if (starts[k].start.resistance > 0)
            cr_expect(fabs(spice_last("@a1[resistance]") / starts[k].start.resistance - 1) < 1e-12);
        spice_forget();
    }
}

Test(codemodel_analyses, dc_sweeps_down_and_up_follow_the_library_point_by_point)
{
    for (int k = 0; k < STARTS; k++) {
        const syn_cell c = library_cell(starts[k].start);
        load_cell(starts[k].parameters, "v1 te 0 0");
        spice_run("dc v1 0 -1.5 -0.01");
        cr_expect(expect_replay(c, 0, "down").state.mode == SYN_LRS);
        spice_run("dc v1 0 1.6 0.01");
        cr_expect(expect_replay(c, 0, "up").state.mode == SYN_HRS);
        /* The first point of a sweep may switch as any other. */
        spice_run("dc v1 -1.5 1.2 0.02");
        cr_expect(expect_replay(c, 0, "from -1.5 V").state.mode == SYN_IRS);
        spice_forget();
    }
}

Test(codemodel_analyses, nested_dc_sweep_goes_on_with_the_state_from_one_inner_sweep_to_the_next)
{
    load_cell("", "v1 te mid 0\nv2 mid 0 0");
    spice_run("dc v1 -1.2 1.2 0.05 v2 -0.2 0.2 0.1");
    cr_expect(expect_replay(library_cell(starts[0].start), 0, "nested").state.n == 5);
}

Test(codemodel_analyses, dc_sweep_of_a_dummy_source_draws_full_hysteresis_loops)
{
    /* Four periods of a sine of 1.6 V. A triangle by asin(sin()) has no derivative at its peaks, and what ngspice
     * makes of that differs between machines: 0 V or millions. */
    load_cell("", "vx x 0 0\nb1 te 0 v=1.6*sin(1.5707963267948966*v(x))");
    spice_run("dc vx 0 16 0.01");
    cr_expect(expect_replay(library_cell(starts[0].start), 0, "loops").state.n == 3);
}

Test(codemodel_analyses, dc_sweeps_end_where_the_library_says_on_every_load_line)
{
    static const double resistances[] = {0.1, 100, 1000, 2500, 5000, 2e4, 1e5, 1e6};
    const syn_model *m = support_model(0);
    for (int k = 0; k < 8; k++) {
        const load_line load = {.resistance = resistances[k]};
        for (uint64_t seed = 0; seed < 6; seed++) {
            syn_cell low = reference_cell(m, seed, 1, SYN_HRS);
            const double set = 1.1 * load_set_voltage(m, &load, &low);
            load_pulse(m, &load, set, &low);
            const double reset = 1.15 * load_reset_voltage(m, &load, &low), error = 2e-5; /* as in a transient */
            syn_cell high = low;
            load_pulse(m, &load, reset * (1 - error), &low);
            load_pulse(m, &load, reset * (1 + error), &high);
            spice_circuit("vx x 0 0\nb1 in 0 v=v(x)<1 ? %.17g*v(x) : v(x)<2 ? %.17g*(2-v(x)) : %.17g*(v(x)-2)\n"
                          "r1 in te %g\na1 %%gd(te 0) m\n.model m synaptogen(seed=%" PRIu64 " index=1)\n" SAVE,
                          set, set, reset, resistances[k], seed);
            static const double steps[] = {0.01, 0.1, 0.5};
            for (int s = 0; s < 3; s++) {
                spice_run("dc vx 0 3 %g", steps[s]);
                const double r = spice_last("@a1[r]");
                cr_expect(spice_last("@a1[mode]") == low.state.mode && spice_last("@a1[cycle]") == 1 &&
                              r >= low.state.r - 1e-9 && r <= high.state.r + 1e-9,
                          "R = %g, seed %" PRIu64 ", step %g: mode %g r %.9g, library %s %.9g .. %.9g",
                          resistances[k], seed, steps[s], spice_last("@a1[mode]"), r, syn_mode_name(low.state.mode),
                          low.state.r, high.state.r);
            }
            spice_forget();
        }
    }
}

static const char triangle[] = "v1 te 0 pwl(0 0 1u -1.6 2u 0 3u 1.2 4u 0 5u -1.6 6u 0 7u 1.6 8u 0)";

Test(codemodel_analyses, transient_analysis_follows_the_library_with_and_without_uic)
{
    static const char *const commands[] = {"tran 10n 8u", "tran 10n 8u uic", "tran 10n 8u 0 1n",
                                           "tran 10n 8u 0 1u uic"};
    for (int k = 0; k < STARTS; k++)
        for (int w = 0; w < 4; w++) {
            load_cell(starts[k].parameters, triangle);
            spice_run("%s", commands[w]);
            /* Without uic the first point is the operating point, which switches nothing; at 0 V nor does the other.
             */
            const syn_cell end = expect_replay(library_cell(starts[k].start), 1, commands[w]);
            cr_expect(end.state.mode == SYN_HRS && end.state.n >= 2);
            spice_forget();
        }
}

Test(codemodel_analyses, transient_analysis_that_starts_beyond_a_threshold_switches_at_its_first_step)
{
    load_cell("", "v1 te 0 -1.5");
    spice_run("tran 1n 10n");
    size_t n;
    double *mode = spice_vector("@a1[mode]", &n);
    cr_expect(mode[0] == SYN_HRS && mode[1] == SYN_LRS && mode[n - 1] == SYN_LRS);
    free(mode);
}

Test(codemodel_analyses, ac_analysis_sees_the_differential_conductance_of_the_start_state)
{
    static const double biases[] = {-1, -0.4, 0, 0.2, 0.7, 1.2};
    const syn_model *m = support_model(0);
    for (int k = 0; k < STARTS; k++) {
        const syn_cell c = library_cell(starts[k].start);
        for (int v = 0; v < 6; v++) {
            load_cell(starts[k].parameters, "v1 te 0 dc 0 ac 1");
            spice_do("alter v1 dc = %g", biases[v]);
            spice_run("ac dec 1 1 1g");
            double slope;
            syn_current(m, c.state.r, biases[v], &slope);
            size_t n;
            double *i = spice_vector("i(v1)", &n);
            cr_assert(n == 10);
            for (size_t f = 0; f < n; f++) /* tolerance: rounding of the linear solution */
                cr_expect(fabs(i[f] + slope) < 1e-12 * fabs(slope), "%s at %g V: %.17g S, library %.17g S",
                          starts[k].parameters, biases[v], -i[f], slope);
            free(i);
            spice_forget();
        }
    }
}

/* Above 3.84 Mohm the published curves would let the cell deliver power at small voltages. */
Test(codemodel_analyses, a_cell_of_a_gigaohm_takes_no_power_from_nothing)
{
    spice_circuit("v1 te 0 0.1\na1 %%gd(te 0) m\ni2 0 b 0\nr2 b 0 10g\nc2 b 0 1p ic=10m\na2 %%gd(b 0) m\n"
                  "a3 [w b3] tile\n.model tile synaptogen_tile(rows=1 cols=1 seed=1 first=0 r_init=1e9)\n"
                  "vw w 0 0.1\nvb b3 0 0\n.model m synaptogen(seed=1 r_init=1e9)\n.options abstol=1e-18 vntol=1e-12 "
                  "reltol=1e-7");
    spice_run("op");
    cr_expect(spice_last("@a1[i]") == 0, "%g A", spice_last("@a1[i]"));
    cr_expect(fabs(spice_last("@a1[resistance]") / 1e9 - 1) < 1e-6, "%g ohm", spice_last("@a1[resistance]"));
    cr_expect(spice_last("i(vb)") == 0, "%g A", spice_last("i(vb)"));
    spice_run("tran 1u 200u uic");
    size_t n;
    double *v = spice_vector("v(b)", &n);
    /* The resistance discharges the capacitance with a time constant of 10 ms; tolerance: that of the integration, 1e-3. */
    cr_expect(fabs(v[n - 1] / (10e-3 * exp(-200e-6 / 10e-3)) - 1) < 1e-3, "%g V", v[n - 1]);
    for (size_t k = 1; k < n; k++)
        cr_assert(v[k] <= v[k - 1], "the capacitance charges itself: %g V, then %g V", v[k - 1], v[k]);
    free(v);
}

Test(codemodel_analyses, small_signal_transfer_function_uses_the_differential_conductance)
{
    spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 init=\"lrs\")\nr1 in te 1k\nv1 in 0 0.5");
    spice_run("op");
    double slope;
    syn_current(support_model(0), library_cell(starts[2].start).state.r, spice_last("v(te)"), &slope);
    spice_run("tf v(te) v1");
    spice_do("let ratio = transfer_function");
    /* Both at the operating point of the same iteration. */
    cr_expect(fabs(spice_last("ratio") * (1 + 1000 * slope) - 1) < 1e-6, "%g", spice_last("ratio"));
}

Test(codemodel_analyses, each_analysis_of_one_run_begins_at_the_start_state)
{
    const syn_cell c = library_cell(starts[0].start);
    const syn_model *m = support_model(0);
    load_cell("", "v1 te 0 dc 0.2 ac 1 pwl(0 0 1u -1.6 2u 0 3u 1.2 4u 0)\n.op\n.dc v1 0 -1.5 -0.02\n.ac dec 1 1 1k\n"
                  ".tran 20n 4u");
    for (int round = 0; round < 3; round++) {
        spice_run("run");
        /* Newest last: the order of analyses is fixed. */
        char plot[32];
        snprintf(plot, sizeof plot, "tran%d", round + 1);
        cr_expect(strcmp(spice_plot(), plot) == 0, "%s", spice_plot());
        cr_expect(expect_replay(c, 1, ".tran").state.mode == SYN_IRS);
        spice_do("setplot op%d", round + 1);
        expect_state(&c, ".op");
        spice_do("setplot dc%d", round + 1);
        cr_expect(expect_replay(c, 0, ".dc").state.mode == SYN_LRS);
        spice_do("setplot ac%d", round + 1);
        double slope;
        syn_current(m, c.state.r, 0.2, &slope);
        cr_expect(fabs(spice_last("i(v1)") + slope) < 1e-12 * slope);
        spice_do("setplot tran%d", round + 1);
    }
}

Test(codemodel_analyses, each_command_of_a_session_begins_at_the_start_state)
{
    const syn_cell c = library_cell(starts[0].start);
    load_cell("", triangle);
    for (int round = 0; round < 3; round++) {
        spice_run("dc v1 0 -1.5 -0.02");
        cr_expect(expect_replay(c, 0, "dc").state.mode == SYN_LRS);
        spice_run("op");
        expect_state(&c, "op");
        spice_run("tran 10n 3u");
        cr_expect(expect_replay(c, 1, "tran").state.mode == SYN_IRS);
        spice_run("ac dec 1 1 1k");
        if (round == 1)
            spice_do("reset");
    }
}

Test(codemodel_analyses, altermod_takes_effect_at_the_next_run)
{
    static const struct {
        const char *command;
        uint64_t seed;
        int order;
        syn_start start;
    } steps[] = {{"seed = 6", 6, 0, {0}},
                 {"order = 3", 6, 3, {0}},
                 {"r_init = 20k", 6, 3, {.resistance = 20e3}},
                 {"order = 10", 6, 10, {.resistance = 20e3}},
                 {"seed = 5", 5, 10, {.resistance = 20e3}}};
    load_cell("", triangle);
    spice_run("tran 10n 8u");
    for (int k = 0; k < 5; k++) {
        spice_do("altermod m %s", steps[k].command);
        spice_run("tran 10n 8u");
        syn_cell c;
        const syn_model *m = support_model(steps[k].order);
        cr_assert(syn_cell_init(m, steps[k].seed, 1, &steps[k].start, &c, NULL) == SYN_OK);
        size_t n;
        double *u = spice_vector("v(te)", &n);
        for (size_t t = 1; t < n; t++)
            syn_cell_step(m, &c, u[t], &c);
        free(u);
        expect_state(&c, steps[k].command);
    }
}

Test(codemodel_analyses, alter_of_a_source_keeps_the_cell_and_restarts_its_state)
{
    load_cell("", "v1 te 0 0");
    const syn_cell c = library_cell(starts[0].start);
    static const double stops[] = {-1.5, -0.1, 1.5, -1.5};
    for (int k = 0; k < 4; k++) {
        spice_do("alter v1 pwl = [ 0 0 1u %g ]", stops[k]);
        spice_run("tran 10n 1u");
        cr_expect(expect_replay(c, 1, "altered").state.mode == (stops[k] < -1 ? SYN_LRS : SYN_HRS));
    }
}

Test(codemodel_analyses, stop_alter_and_resume_keep_the_state)
{
    /* SET, partial RESET, read, in one transient analysis under hand-set voltages. */
    load_cell("", "v1 te 0 0\n.tran 10n 4u");
    static const double phases[] = {0, -1.5, 1.1, 0.2};
    for (int k = 1; k < 4; k++)
        spice_do("stop when time = %du", k);
    spice_run("run");
    for (int k = 1; k < 4; k++) {
        spice_do("alter v1 dc = %g", phases[k]);
        spice_run("resume");
    }
    cr_expect(expect_replay(library_cell(starts[0].start), 1, "phases").state.mode == SYN_IRS);
    cr_expect(fabs(spice_last("time") - 4e-6) < 1e-15);
}

Test(codemodel_analyses, resume_that_would_lose_the_state_is_refused)
{
    /* ngspice runs every analysis of the netlist again when it resumes, the .op in between spoils the .tran. */
    load_cell("", "v1 te 0 -1.5\n.op\n.tran 10n 4u");
    spice_do("stop when time > 2u");
    spice_run("run");
    spice_clear_output();
    spice_do("resume");
    cr_expect(spice_count_output("Instance: a1 ") == 1 && spice_count_output("cannot be resumed") == 1, "%s",
              spice_output());
    spice_forget();
    load_cell("", "v1 te 0 -1.5");
    spice_run("tran 10n 4u");
    expect_replay(library_cell(starts[0].start), 1, "next circuit");
}

Test(codemodel_analyses, two_circuits_in_one_session_do_not_disturb_each_other)
{
    const syn_cell one = library_cell(starts[0].start), two = library_cell(starts[2].start);
    load_cell("", triangle);
    spice_run("tran 10n 8u");
    expect_replay(one, 1, "first circuit");
    load_cell("init=\"lrs\"", triangle);
    spice_run("tran 10n 5u");
    expect_replay(two, 1, "second circuit");
    for (int round = 0; round < 2; round++) { /* both stay loaded */
        spice_do("setcirc 2");
        spice_run("tran 10n 5u");
        expect_replay(one, 1, "back in the first circuit");
        spice_do("setcirc 1");
        spice_run("op");
        expect_state(&two, "back in the second circuit");
    }
    spice_forget();
    spice_run("op");
    expect_state(&one, "the first circuit after removal of the second");
}

Test(codemodel_analyses, runs_in_the_background_are_as_those_in_the_foreground)
{
    load_cell("order=11", "v1 te 0 1\n.tran 10n 8u");
    spice_clear_output();
    spice_run_in_background();
    cr_expect(spice_count_output("Instance: a1 ") == 1 && spice_count_output("order = 11") == 1, "%s",
              spice_output());
    spice_forget();
    char netlist[200];
    snprintf(netlist, sizeof netlist, "%s\n.tran 10n 8u", triangle);
    load_cell("", netlist);
    for (int round = 0; round < 3; round++) {
        spice_run_in_background();
        cr_expect(expect_replay(library_cell(starts[0].start), 1, "background").state.n == 2);
    }
}

Test(codemodel_analyses, polarity_minus_one_mirrors_the_cell)
{
    static const struct {
        const char *line;
        int sign;
    } ways[] = {{"a1 %gd(te 0) m\n.model m synaptogen(seed=5 index=1)", 1},
                {"a1 %gd(0 te) m\n.model m synaptogen(seed=5 index=1 polarity=-1)", 1},
                {"a1 %gd(te 0) m\n.model m synaptogen(seed=5 index=1 polarity=-1)", -1}};
    static const char *const vectors[] = {"@a1[r]", "i(v1)"};
    double *first[2];
    size_t n = 0;
    for (int w = 0; w < 3; w++) {
        const int s = ways[w].sign;
        spice_circuit("%s\nv1 te 0 pwl(0 0 1u %g 2u 0 3u %g 4u 0)\n.save i(v1) @a1[r]", ways[w].line, -1.6 * s,
                      1.2 * s);
        spice_run("tran 10n 4u");
        for (int v = 0; v < 2; v++) {
            size_t length;
            double *x = spice_vector(vectors[v], &length);
            if (w == 0) {
                first[v] = x;
                n = length;
                continue;
            }
            cr_assert(length == n);
            for (size_t t = 0; t < n; t++)
                cr_assert(x[t] == (v == 0 ? 1 : s) * first[v][t], "%s at point %zu", ways[w].line, t);
            free(x);
        }
        cr_expect(spice_last("@a1[r]") != library_cell(starts[0].start).state.r);
    }
    free(first[0]);
    free(first[1]);
}

Test(codemodel_analyses, every_order_is_that_of_the_library)
{
    for (int order = 1; order <= SYN_MAX_ORDER; order++) {
        char parameters[32];
        snprintf(parameters, sizeof parameters, "order=%d", order);
        load_cell(parameters, triangle);
        spice_run("tran 10n 8u");
        const syn_model *m = support_model(order);
        syn_cell c = reference_cell(m, 5, 1, SYN_HRS);
        size_t n;
        double *u = spice_vector("v(te)", &n);
        for (size_t t = 1; t < n; t++)
            syn_cell_step(m, &c, u[t], &c);
        free(u);
        expect_state(&c, parameters);
        spice_forget();
    }
}

Test(codemodel_analyses, monitors_are_there_after_op_without_save_and_in_show)
{
    const syn_model *m = support_model(0);
    const syn_cell c = library_cell(starts[2].start);
    spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 init=\"lrs\")\nv1 te 0 0.3");
    spice_do("show a1"); /* before any analysis */
    spice_run("op");
    const struct {
        const char *name;
        double value;
    } monitors[] = {{"r", c.state.r},
                    {"resistance", syn_resistance_of_state(m, c.state.r)},
                    {"mode", SYN_LRS},
                    {"cycle", 0},
                    {"u_set", c.next.y[SYN_U_SET]},
                    {"u_reset", c.now.y[SYN_U_RESET]},
                    {"i", syn_current(m, c.state.r, 0.3, NULL)}};
    spice_clear_output();
    spice_do("show a1");
    for (int k = 0; k < 7; k++) {
        char name[32], label[32];
        snprintf(name, sizeof name, "@a1[%s]", monitors[k].name);
        snprintf(label, sizeof label, "\n%s ", monitors[k].name);
        cr_expect(spice_last(name) == monitors[k].value, "%s", name);
        /* printed with six digits */
        cr_expect(fabs(spice_printed(label) - monitors[k].value) <= 1e-5 * fabs(monitors[k].value), "%s",
                  spice_output());
    }
    cr_expect(spice_printed("\ncell ") == 1, "%s", spice_output());
    spice_do("reset");
    spice_do("show a1");
}

Test(codemodel_analyses, what_would_crash_ngspice_is_refused_and_the_session_goes_on)
{
    static const struct {
        const char *options, *command, *explanation;
    } cases[] = {{".options maxord=1", "op", "maxord = 1 is below 2"},
                 {".options noopiter", "op", "noopiter"},
                 {".options noopiter", "tran 1n 10n uic", "noopiter"},
                 {"", "sens v(te)", "sensitivity"},
                 {"", "sens v(te) ac dec 1 1 10", "sensitivity"}};
    const syn_cell start = library_cell(starts[0].start);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5)\nv1 in 0 dc 0.2 ac 1\nr1 in te 1k\n%s",
                      cases[k].options);
        spice_clear_output();
        cr_expect(spice_try("%s", cases[k].command) == false, "%s %s", cases[k].options, cases[k].command);
        cr_expect(spice_count_output("Instance: a1 ") == 1 && spice_count_output(cases[k].explanation) == 1, "%s",
                  spice_output());
        spice_forget();
        load_cell("", "v1 te 0 0.2");
        spice_run("op");
        expect_state(&start, "next circuit");
        spice_forget();
    }
}

/* libngspice keeps memory for each variable it is asked for, such as $sim_status: so no spice_run here. */
static void use_and_remove(int number)
{
    enum { CELLS = 16 };
    char cells[CELLS * 32] = "";
    for (int k = 0; k < CELLS; k++)
        sprintf(cells + strlen(cells), "a%d %%gd(te 0) m\n", k);
    (void)number;
    spice_circuit("%sv1 te 0 pwl(0 0 1n -2 2n 0)\n.model m synaptogen(index=1 noise=1)", cells);
    spice_do("tran 1n 2n");
    cr_assert(spice_length("time") > 10, "%s", spice_output());
    spice_forget();
    spice_clear_output();
}

/* libngspice itself keeps 0.6 kB of every circuit. 32 B per cell would come to another 0.5 kB, a leaked instance of a
 * cell to 16 kB, a leaked model to 40 kB. */
Test(codemodel_analyses, a_thousand_circuits_loaded_run_and_removed_leave_no_memory_behind)
{
    const double growth = spice_growth(1000, use_and_remove);
    cr_expect(growth < 1000, "%g B per round", growth);
}

static void run_again(int number)
{
    (void)number;
    spice_do("run");
    cr_assert(spice_length("time") > 10, "%s", spice_output());
    spice_do("destroy all");
    spice_clear_output();
}

Test(codemodel_analyses, a_thousand_runs_of_one_circuit_leave_no_memory_behind)
{
    spice_circuit("a1 %%gd(te 0) m\na2 %%gd(te 0) m\na3 %%gd(te 0) n\nv1 te 0 pwl(0 0 1n -2 2n 0)\n"
                  ".model m synaptogen(index=1)\n.model n synaptogen(order=3)\n.tran 1n 2n\n.op");
    const double growth = spice_growth(1000, run_again);
    cr_expect(growth < 1000, "%g B per round", growth);
}
