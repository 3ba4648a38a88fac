/* SPDX-License-Identifier: MIT */
/* A source that is altered between stop and resume jumps. One resistance and one capacitance cannot overshoot, so the cell
 * behind them ends where the quasi-static load line says. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(codemodel_resume, .init = spice_start, .timeout = 300);

enum { LEVELS = 5 };

typedef struct loop {
    uint64_t seed;
    double r, c, level[LEVELS]; /* ohm, F, V */
} loop;

static loop draw_loop(uint64_t *random)
{
    loop l = {.seed = (uint64_t)support_uniform(random, 0, 1e6),
              .r = pow(10, support_uniform(random, 2, 4)),
              .c = pow(10, support_uniform(random, -15, -11.5))};
    for (int k = 0; k < LEVELS; k++)
        l.level[k] = support_uniform(random, -1.2, 1.9) * (1 + l.r / 1e4);
    return l;
}

/* Where the levels, each a little larger, take the cell. */
static syn_cell expected_cell(const loop *l, double factor)
{
    const load_line load = {.resistance = l->r};
    syn_cell c = reference_cell(support_model(0), l->seed, 0, SYN_HRS);
    for (int k = 0; k < LEVELS; k++)
        load_pulse(support_model(0), &load, factor * l->level[k], &c);
    return c;
}

static bool same_history(const syn_cell *a, const syn_cell *b)
{
    return a->state.mode == b->state.mode && a->state.n == b->state.n && fabs(a->state.r - b->state.r) < 0.02;
}

/* Runs the loop, and checks that the node goes from level to level without an overshoot of more than 1 % of the jump. Gear's
 * formula of order 2, which follows when the jump is over, overshoots by some per cent of what is left by itself. */
static void run_loop(const loop *l, const char *options)
{
    spice_circuit("vx s 0 0\nr1 s te %.17g\nc1 te 0 %.17g\na0 %%gd(te 0) m\n.options %s\n"
                  ".model m synaptogen(seed=%.0f index=1)",
                  l->r, l->c, options, (double)l->seed);
    spice_do("save v(te) @a0[mode] @a0[cycle] @a0[r]");
    for (int k = 1; k <= LEVELS; k++)
        spice_do("stop when time = %dn", 200 * k);
    spice_run("tran 10n %dn 0 10n", 200 * (LEVELS + 1));
    for (int k = 0; k < LEVELS; k++) {
        const size_t before = spice_length("v(te)");
        const double from = spice_last("v(te)"), mode = spice_last("@a0[mode]");
        spice_do("alter vx dc = %.17g", l->level[k]);
        spice_run("resume");
        if (spice_last("@a0[mode]") != mode)
            continue;
        size_t n;
        double *u = spice_vector("v(te)", &n), low = fmin(from, u[n - 1]), high = fmax(from, u[n - 1]);
        const double margin = (strstr(options, "gear") ? 0.05 : 0.01) * (high - low) + 1e-4;
        for (size_t t = before; t < n; t++)
            cr_expect(u[t] > low - margin && u[t] < high + margin, "%s, R = %g, C = %g: %g V between %g and %g",
                      options, l->r, l->c, u[t], low, high);
        free(u);
    }
}

Test(codemodel_resume, cells_end_where_the_load_line_says_although_sources_jump)
{
    static const char *const options[] = {"reltol=1e-3", "method=gear", "reltol=1e-5"};
    uint64_t random = 8;
    int done = 0;
    for (int k = 0; k < support_cases(40, 400); k++) {
        const loop l = draw_loop(&random);
        const syn_cell c = expected_cell(&l, 1), low = expected_cell(&l, 0.98), high = expected_cell(&l, 1.02);
        if (!same_history(&c, &low) || !same_history(&c, &high))
            continue; /* too near to a threshold */
        done++;
        run_loop(&l, options[k % 3]);
        cr_expect(spice_last("@a0[mode]") == c.state.mode && spice_last("@a0[cycle]") == (double)c.state.n,
                  "%s, circuit %d: mode %g cycle %g, load line %s %g", options[k % 3], k, spice_last("@a0[mode]"),
                  spice_last("@a0[cycle]"), syn_mode_name(c.state.mode), (double)c.state.n);
        spice_forget();
    }
    cr_expect(done > 20, "%d circuits", done);
}

/* A pause without an alteration costs a few points, and changes nothing. */
Test(codemodel_resume, a_pause_alone_changes_no_state)
{
    double r[2], cycle[2];
    size_t points[2];
    for (int pauses = 0; pauses < 2; pauses++) {
        spice_circuit("v1 in 0 pwl(0 0 1u -1.6 2u 0 3u 1.3 4u 0 5u -1.6 6u 0 7u 1.6 8u 0)\nr1 in te 1k\nc1 te 0 1p\n"
                      "a0 %%gd(te 0) m\n.model m synaptogen(seed=3 index=1)");
        spice_do("save v(te) @a0[cycle] @a0[r]");
        for (int k = 1; pauses && k < 16; k++)
            spice_do("stop when time = %dn", 500 * k + 13);
        spice_run("tran 20n 8u");
        for (int k = 1; pauses && k < 16; k++)
            spice_run("resume");
        r[pauses] = spice_last("@a0[r]");
        cycle[pauses] = spice_last("@a0[cycle]");
        points[pauses] = spice_length("v(te)");
        cr_expect(spice_last("time") > 7.999e-6);
        spice_do("delete all");
        spice_forget();
    }
    cr_expect(cycle[0] == 2 && cycle[1] == 2 && r[0] == r[1]);
    cr_expect(points[1] < points[0] + 15 * 40, "%zu and %zu points", points[0], points[1]);
}
