/* SPDX-License-Identifier: MIT */
/* keep=1: an analysis starts from the state that the one before has left. On an ideal source the voltages of all analyses
 * one after the other, through the cell of the library, say what the state must be. */
#include "support/crossbars.h"
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(void)
{
    crossbar_enter_folder();
    spice_start();
}

TestSuite(codemodel_keep, .init = start, .fini = crossbar_leave_folder, .timeout = 300);

#define SAVE "save v(te) @a1[r] @a1[mode] @a1[cycle] @a1[u_set] @a1[u_reset]"

static void load_cell(const char *parameters, const char *rest)
{
    spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 keep=1 %s)\n%s", parameters, rest);
    spice_do(SAVE);
}

static syn_cell fresh_cell(void)
{
    return reference_cell(support_model(0), 5, 1, SYN_HRS);
}

/* Steps a cell through the voltages of the present plot from point `first` on, and compares all points. */
static void expect_points(syn_cell *c, size_t first, const char *what)
{
    size_t n;
    double *u = spice_vector("v(te)", &n), *r = spice_vector("@a1[r]", &n), *mode = spice_vector("@a1[mode]", &n),
           *cycle = spice_vector("@a1[cycle]", &n), *u_set = spice_vector("@a1[u_set]", &n);
    for (size_t t = 0; t < n; t++) {
        if (t >= first)
            syn_cell_step(support_model(0), c, u[t], c);
        cr_assert(r[t] == c->state.r && mode[t] == c->state.mode && cycle[t] == (double)c->state.n,
                  "%s, point %zu: r %.17g mode %g cycle %g, library %.17g %d %g", what, t, r[t], mode[t], cycle[t],
                  c->state.r, c->state.mode, (double)c->state.n);
        cr_expect(u_set[t] == (c->state.mode == SYN_LRS ? c->next : c->now).y[SYN_U_SET]);
    }
    cr_assert(n > 0);
    free(u), free(r), free(mode), free(cycle), free(u_set);
}

/* An analysis, and from which of its points on cells switch; most: from none. */
enum { NEVER = 1000000 };
static const struct analysis {
    const char *command;
    size_t first;
} analyses[] = {{"op", NEVER},
                {"tran 10n 8u", 1},
                {"tran 10n 2.8u", 1},
                {"tran 10n 1.3u uic", 1},
                {"dc v1 0 -1.5 -0.02", 0},
                {"dc v1 0 1.1 0.02", 0},
                {"dc v1 -1.2 1.2 0.05 v2 -0.2 0.2 0.1", 0}};
enum { ANALYSES = sizeof analyses / sizeof *analyses };

static const char train[] =
    "v1 te mid dc 0.2 ac 1 pwl(0 0 1u -1.6 2u 0 3u 1.2 4u 0 5u -1.6 6u 0 7u 1.6 8u 0)\nv2 mid 0 0";

Test(codemodel_keep, any_order_of_analyses_is_one_history)
{
    const syn_model *m = support_model(0);
    uint64_t random = 3;
    for (int circuit = 0; circuit < 6; circuit++) {
        syn_cell c = fresh_cell();
        load_cell(circuit % 2 ? "noise=1" : "", train);
        for (int k = 0; k < 12; k++) {
            const struct analysis *a = &analyses[(size_t)support_uniform(&random, 0, ANALYSES)];
            spice_run("%s", a->command);
            expect_points(&c, a->first, a->command);
            double slope;
            syn_current(m, c.state.r, 0.2, &slope);
            spice_do("save all");
            spice_run("ac dec 1 1 10");
            cr_expect(fabs(spice_last("i(v1)") + slope) < 1e-9 * fabs(slope), "after %s: %g S, library %g S",
                      a->command, -spice_last("i(v1)"), slope);
        }
        cr_expect(c.state.n > 3, "%g cycles", (double)c.state.n);
        spice_forget();
    }
}

Test(codemodel_keep, the_analyses_of_one_run_follow_each_other_in_the_order_of_ngspice)
{
    syn_cell c = fresh_cell();
    load_cell("", train);
    spice_forget();
    spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 keep=1)\n%s\n.tran 10n 2.8u\n.op\n"
                  ".dc v1 0 -1.5 -0.02\n.ac dec 1 1 10\n.save v(te) @a1[r] @a1[mode] @a1[cycle] @a1[u_set]",
                  train);
    for (int round = 0; round < 3; round++) {
        spice_run("run");
        spice_do("setplot dc%d", round + 1);
        expect_points(&c, 0, ".dc");
        spice_do("setplot op%d", round + 1);
        expect_points(&c, NEVER, ".op");
        spice_do("setplot tran%d", round + 1);
        expect_points(&c, 1, ".tran");
    }
    cr_expect(c.state.n >= 3);
}

Test(codemodel_keep, a_stopped_analysis_leaves_the_state_of_its_last_point)
{
    syn_cell c = fresh_cell();
    load_cell("", train);
    spice_do("stop when time > 2.9u");
    spice_run("tran 10n 8u");
    expect_points(&c, 1, "stopped");
    cr_expect(c.state.mode == SYN_IRS);
    spice_run("op");
    expect_points(&c, NEVER, "after it");
    spice_do("delete all"); /* the save line, too */
    spice_do(SAVE);
    spice_run("tran 10n 8u");
    expect_points(&c, 1, "again");
}

/* From 4.5 us on the equation of node x has no solution. */
static const char failing[] = "b1 x 0 v = time > 4.5u && v(x) <= 0.5 ? 1 : 0\nrx x 0 1";

Test(codemodel_keep, a_failed_analysis_leaves_no_trace)
{
    static const char *const models[] = {
        "a1 %gd(te 0) m\n.model m synaptogen(seed=5 index=1 keep=1)",
        "a1 [ te 0 ] m\n.model m synaptogen_tile(rows=1 cols=1 seed=5 first=1 keep=1)",
        "a1 null null [ te 0 ] m\n"
        ".model m synaptogen_array(array=\"x\" at=\"left:0+bottom:0\" rows=1 cols=1 seed=5 first=1 keep=1)"};
    for (int k = 0; k < 3; k++)
        for (int before = 0; before < 2; before++) {
            spice_circuit("%s\n%s\n%s", models[k], train, failing);
            if (before)
                spice_run("tran 10n 2.8u");
            spice_run("op");
            const double i = spice_last("i(v1)");
            spice_clear_output();
            cr_assert(spice_try("tran 10n 8u") == false);
            cr_expect(spice_count_output("imestep too small") > 0, "%s", spice_output());
            spice_run("op");
            cr_expect(spice_last("i(v1)") == i, "model %d: %g A, before %g A", k, spice_last("i(v1)"), i);
            spice_do("destroy all");
            spice_run("tran 10n 4.4u");
            spice_run("op");
            cr_expect(spice_last("i(v1)") != i);
            spice_forget();
        }
}

/* A sweep in which the equation of node x has no solution below -1.45 V, alone and followed by .op in one run. */
Test(codemodel_keep, a_failed_sweep_leaves_no_trace)
{
    for (int cards = 0; cards < 2; cards++) {
        syn_cell c = fresh_cell();
        spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 keep=1)\nv1 te 0 0\nrx x 0 1\n"
                      "b1 x 0 v = v(te) < -1.45 && v(x) <= 0.5 ? 1 : 0\n%s\n.save %s",
                      cards ? ".op\n.dc v1 0 -1.6 -0.02" : "", strchr(SAVE, ' '));
        spice_run("dc v1 0 0.6 0.1");
        expect_points(&c, 0, "before");
        spice_clear_output();
        spice_try(cards ? "run" : "dc v1 0 -1.6 -0.02");
        cr_assert(spice_count_output("Transient op failed") > 0, "%s", spice_output());
        spice_do("alter v1 dc = 0"); /* ngspice leaves the source as it was when the sweep failed */
        spice_run("op");
        expect_points(&c, NEVER, "after");
        spice_run("dc v1 0 -1.4 -0.02");
        expect_points(&c, 0, "then");
        cr_expect(c.state.mode == SYN_LRS);
        spice_forget();
    }
}

/* A failure in our own words, too: the cell is there again when the parameter is right again. */
Test(codemodel_keep, a_refused_parameter_leaves_the_state_as_it_was)
{
    syn_cell c = fresh_cell();
    load_cell("noise=1", train);
    spice_run("tran 10n 2.8u");
    expect_points(&c, 1, "before");
    spice_do("altermod m bandwidth = -1");
    cr_expect(spice_try("tran 10n 8u") == false);
    spice_do("altermod m bandwidth = 1e8");
    spice_run("op");
    expect_points(&c, NEVER, "after");
}

Test(codemodel_keep, reset_and_another_start_begin_anew_and_other_parameters_do_not)
{
    static const struct {
        const char *command;
        bool anew;
    } steps[] = {{"reset", true},
                 {"altermod m noise = 1", false},
                 {"altermod m bandwidth = 1e7", false},
                 {"altermod m keep = 0", true},
                 {"alter v1 dc = 0.3", false},
                 {"altermod m r_init = 20k", true},
                 {"altermod m order = 3", true},
                 {"altermod m seed = 6", true}};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        load_cell("", train);
        spice_run("op");
        const double start = spice_last("@a1[r]");
        spice_run("tran 10n 2.8u");
        const double end = spice_last("@a1[r]");
        cr_assert(start != end);
        spice_do("%s", steps[k].command);
        spice_do(SAVE);
        spice_run("op");
        const bool kept = spice_last("@a1[r]") == end;
        cr_expect(kept == !steps[k].anew, "%s", steps[k].command);
        if (strcmp(steps[k].command, "reset") == 0 || strstr(steps[k].command, "keep"))
            cr_expect(spice_last("@a1[r]") == start, "%s", steps[k].command);
        spice_forget();
    }
}

Test(codemodel_keep, two_circuits_have_a_state_each)
{
    syn_cell first = fresh_cell(), second = first;
    load_cell("", train);
    spice_run("tran 10n 2.8u");
    expect_points(&first, 1, "first circuit");
    load_cell("", train);
    spice_run("op");
    expect_points(&second, NEVER, "second circuit, at its start");
    spice_run("tran 10n 1.3u");
    expect_points(&second, 1, "second circuit");
    spice_do("setcirc 2");
    spice_do(SAVE);
    spice_run("op");
    expect_points(&first, NEVER, "first circuit again");
    spice_do("remcirc");
    spice_do(SAVE);
    spice_run("op");
    expect_points(&second, NEVER, "second circuit again");
}

/* Behind an RC the last step of an analysis may have been rejected several times. */
Test(codemodel_keep, the_state_at_the_last_point_is_kept_whatever_steps_were_rejected)
{
    uint64_t random = 11;
    double rejected = 0;
    for (int k = 0; k < 30; k++) {
        const double r = pow(10, support_uniform(&random, 2, 4.5)), c = pow(10, support_uniform(&random, -2, 0.5)),
                     end = support_uniform(&random, 0.3, 8);
        spice_circuit("a1 %%gd(te 0) m\n.model m synaptogen(seed=5 index=1 keep=1)\nr1 in te %g\nc1 te 0 %gp\n"
                      "v1 in 0 pwl(0 0 1u -2.5 1.01u 2 3u -3 3.01u 3 4u 0 5u -2.5 6u 0 7u 3 8u 0)",
                      r, c);
        spice_do(SAVE);
        for (int round = 0; round < 3; round++) {
            spice_run("tran 50n %gu", end);
            const double state = spice_last("@a1[r]"), cycle = spice_last("@a1[cycle]"),
                         u_set = spice_last("@a1[u_set]"), u_reset = spice_last("@a1[u_reset]");
            spice_do("rusage all");
            rejected += spice_printed("Rejected timepoints");
            spice_run("op");
            cr_expect(spice_last("@a1[r]") == state && spice_last("@a1[cycle]") == cycle &&
                          spice_last("@a1[u_set]") == u_set && spice_last("@a1[u_reset]") == u_reset,
                      "R = %g, C = %g p, end %g us", r, c, end);
        }
        spice_forget();
    }
    cr_expect(rejected > 20, "only %g rejected points", rejected);
}

/* Two ways to hand an array on: in memory, and through a state file. */
Test(codemodel_keep, arrays_in_memory_and_through_a_state_file_are_the_same)
{
    static const char *const devices[] = {
        "a1 [ w0 w1 b0 b1 ] m\n.model m synaptogen_tile(",
        "a1 null null [ w0 w1 b0 b1 ] m\n.model m synaptogen_array(array=\"x\" "
        "at=\"left:0+left:1+bottom:0+bottom:1\" ",
        "a1 [ w0 w1 ] null null n\na2 [ b0 b1 ] null null m\n.model n synaptogen_array(array=\"x\" side=\"left\")\n"
        ".model m synaptogen_array(array=\"x\" side=\"bottom\" "};
    static const char wires[] = "rows=2 cols=2 r_wl=20 r_bl=20 ";
    static const char sources[] =
        "v0 w0 0 pwl(0 0 1u -0.8 2u 0 3u 0.7 4u 0)\nv1 w1 0 pwl(0 0 1u 0.3 2u -0.9 3u 0 4u 0)\n"
        "v2 b0 0 dc 0.1\nv3 b1 0 pwl(0 0 1u 0.6 2u -0.2 4u 0)\n";
    static const char *const runs[] = {"tran 20n 1.5u", "op", "tran 20n 4u", "dc v2 0 1 0.05", "tran 20n 2.2u"};
    for (int d = 0; d < 3; d++) {
        spice_circuit("%s%sseed=3 first=0 keep=1 state_out=\"kept.state\")\n%s", devices[d], wires, sources);
        for (int k = 0; k < 5; k++)
            spice_run("%s", runs[k]);
        spice_forget();
        spice_circuit("%s%sseed=3 first=0 state_out=\"chain.state\")\n%s", devices[d], wires, sources);
        spice_run("%s", runs[0]);
        spice_forget();
        spice_circuit("%s%sstate=\"chain.state\" state_out=\"chain.state\")\n%s", devices[d], wires, sources);
        for (int k = 1; k < 5; k++)
            spice_run("%s", runs[k]);
        spice_forget();
        cr_expect(system("cmp kept.state chain.state") == 0, "device %d", d);
        syn_array *a = crossbar_load_state("kept.state");
        uint64_t cycles = 0;
        for (size_t k = 0; k < 4; k++) {
            syn_state s;
            cr_assert(syn_array_state(a, k, &s, NULL) == SYN_OK);
            cycles += s.n;
        }
        cr_expect(cycles > 0);
        syn_array_free(a);
    }
}

/* Without the file the .model says how the first run starts; afterwards the file does. */
Test(codemodel_keep, a_missing_state_file_that_is_also_written_means_a_fresh_start)
{
    static const char form[] = "a1 [ te 0 ] m\n.model m synaptogen_tile(rows=1 cols=1 %s)\n%s";
    static const char *const starts[] = {"seed=3 first=5", "seed=3 first=5 init=\"lrs\"",
                                         "seed=3 first=5 r_init=20k"};
    for (int k = 0; k < 3; k++) {
        double fresh, written;
        char parameters[200];
        remove("fresh.state");
        spice_circuit(form, starts[k], train);
        spice_run("op");
        fresh = spice_last("i(v1)");
        spice_forget();
        snprintf(parameters, sizeof parameters, "%s state=\"fresh.state\" state_out=\"fresh.state\"", starts[k]);
        spice_circuit(form, parameters, train);
        spice_run("op");
        cr_expect(spice_last("i(v1)") == fresh, "%s", starts[k]);
        spice_run("tran 20n 2.8u");
        spice_run("op");
        written = spice_last("i(v1)");
        cr_expect(written != fresh);
        spice_do("reset");
        spice_run("op");
        cr_expect(spice_last("i(v1)") == written, "the file outlives reset");
        spice_forget();
        spice_circuit(form, "state=\"fresh.state\" state_out=\"fresh.state\"", train);
        spice_run("op");
        cr_expect(spice_last("i(v1)") == written);
        spice_forget();
    }
    /* Also for the analyses of one run. */
    remove("fresh.state");
    spice_circuit("a1 [ te 0 ] m\n.model m synaptogen_tile(rows=1 cols=1 state=\"fresh.state\" "
                  "state_out=\"fresh.state\")\n%s\n.tran 20n 2.8u\n.tf i(v1) v1",
                  train);
    spice_run("run");
    const double slope = spice_last("transfer_function");
    spice_run("tf i(v1) v1");
    cr_expect(spice_last("transfer_function") == slope);
}

static void write_and_read(int round)
{
    (void)round;
    spice_do("tran 200n 2.8u");
    spice_do("op");
    spice_do("destroy all");
}

/* libngspice itself loses about a kilobyte with each analysis, more or less by 2 kB; the same without keep tells how
 * much. What is kept of these circuits is 10 kB and more. */
Test(codemodel_keep, many_analyses_need_no_more_memory_than_without)
{
    for (int model = 0; model < 3; model++) {
        double growth[2];
        for (int keep = 0; keep < 2; keep++) {
            spice_add("%s\n", train);
            for (int k = 0; model == 0 && k < 16; k++)
                spice_add("a%d %%gd(te 0) m\n", k);
            if (model > 0)
                spice_add("a1 %s[ te te te te te te te te 0 0 0 0 0 0 0 0 ] m\n", model == 2 ? "null null " : "");
            static const char *const names[] = {
                "synaptogen(", "synaptogen_tile(rows=8 cols=8 ",
                "synaptogen_array(array=\"x\" rows=8 cols=8 at=\"left:0+left:1+left:2+"
                "left:3+left:4+left:5+left:6+left:7+bottom:0+bottom:1+bottom:2+bottom:3+"
                "bottom:4+bottom:5+bottom:6+bottom:7\" "};
            spice_add(".model m %s keep=%d)", names[model], keep);
            spice_load();
            growth[keep] = spice_growth(20, write_and_read);
            spice_forget();
        }
        cr_expect(growth[1] < growth[0] + 5000, "model %d: %g bytes a round, without %g", model, growth[1],
                  growth[0]);
    }
}
