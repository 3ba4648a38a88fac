/* SPDX-License-Identifier: MIT */
/* Cells that feel each other switch in the order of infinitely fine steps, whatever the step of the simulator is. */
#include "support/quasistatic.h"
#include "support/race.h"
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(codemodel_races, .init = spice_start);

/* Duration [s] of a wave and of each part of it. */
static const double whole = 80e-9, edge = 80e-9 / (RACE_CORNERS - 1);

/* Two events that are nearer together than this part of their voltages are a tie. It is less than the simulator's
 * reltol of 1e-3. */
static const double tie = 3e-4;

/* The simulator stops when a voltage moves by less than 1e-5 V per pass, so it may be twice that away from the solution.
 * dr/du is at most 5 per V on a RESET transition. */
static const double tolerance_r = 5 * 2e-5;

enum { LONE = 9 };

static double monitor(int cell, const char *name)
{
    char text[32];
    snprintf(text, sizeof text, "@a%d[%s]", cell, name);
    return spice_last(text);
}

static void expect_end(const race *c, const quasistatic_end *end, const char *what, double step)
{
    for (int k = 0; k < c->cells; k++) {
        const syn_state *s = &end->state[k];
        const double mode = monitor(k, "mode"), cycle = monitor(k, "cycle"), r = monitor(k, "r");
        cr_expect(mode == s->mode && cycle == (double)s->n && fabs(r - s->r) <= tolerance_r,
                  "%s, seed %" PRIu64 ", %s, step %g: cell %d has mode %g, cycle %g, r %.9g, not %d, %" PRIu64
                  ", %.9g",
                  race_families[c->family], c->seed, what, step, k, mode, cycle, r, s->mode, s->n, s->r);
    }
}

/* Runs a race with a number of steps, if the simulator has its way, and compares its end. */
static void expect_transient_end(const race *c, const race_style *style, int steps, const quasistatic_end *end,
                                 const char *what)
{
    race_add(c, style, edge);
    spice_load();
    spice_run("tran %.9g %.9g 0 %.9g", whole / steps, whole, whole / steps);
    expect_end(c, end, what, whole / steps);
    spice_forget();
}

/* All families in turn. */
static race numbered_race(int number)
{
    return race_draw(number % RACE_FAMILIES, (uint64_t)(1 + number / RACE_FAMILIES));
}

Test(codemodel_races, cells_end_as_with_one_event_at_a_time_at_every_step, .timeout = 600)
{
    static const int steps[] = {20, 50, 200, 1000, 5000};
    const syn_model *m = support_model(0);
    const int races = support_cases(24, 320);
    int compared = 0;
    for (int number = 0; number < races; number++) {
        const race c = numbered_race(number);
        const quasistatic_end end = quasistatic_solve(m, &c, 1, NULL);
        if (!quasistatic_is_stable(m, &c, tie, &end))
            continue;
        compared++;
        for (int s = 0; s < 5; s++)
            expect_transient_end(&c, &(race_style){0}, steps[s], &end, "plain");
    }
    /* Some ten voltages of 1 V meet some ten thresholds in each circuit; 2 of 320 circuits have a tie. */
    cr_expect(compared > 0.95 * races, "%d of %d races compared", compared, races);
}

Test(codemodel_races, end_depends_neither_on_the_order_of_lines_nor_on_the_way_that_polarity_is_written,
     .timeout = 300)
{
    const syn_model *m = support_model(0);
    for (int number = 0; number < 24; number++) {
        const race c = numbered_race(number);
        const quasistatic_end end = quasistatic_solve(m, &c, 1, NULL);
        if (!quasistatic_is_stable(m, &c, tie, &end))
            continue;
        for (int steps = 20; steps <= 200; steps *= 10) {
            expect_transient_end(&c, &(race_style){.mirrored = true}, steps, &end, "mirrored");
            expect_transient_end(&c, &(race_style){.backwards = true}, steps, &end, "backwards");
        }
    }
}

Test(codemodel_races, cascades_follow_the_documented_rule_in_both_orders_of_lines, .timeout = 300)
{
    const syn_model *m = support_model(0);
    const int most = support_cases(8, 40);
    int found = 0;
    for (int number = 0; found < most && number < 1000; number++) {
        const race c = numbered_race(number);
        const quasistatic_end end = quasistatic_solve(m, &c, 1, NULL);
        if (!end.cascade || !quasistatic_is_stable(m, &c, tie, &end))
            continue;
        found++;
        for (int backwards = 0; backwards < 2; backwards++) {
            expect_transient_end(&c, &(race_style){.backwards = backwards}, 30, &end, "cascade");
            expect_transient_end(&c, &(race_style){.backwards = backwards}, 700, &end, "cascade");
        }
    }
    cr_expect(found == most);
}

Test(codemodel_races, sweeps_end_as_with_one_event_at_a_time_for_fine_and_coarse_points, .timeout = 300)
{
    const syn_model *m = support_model(0);
    const int races = support_cases(16, 64);
    for (int number = 0; number < races; number++) {
        const race c = numbered_race(number);
        const quasistatic_end end = quasistatic_solve(m, &c, 1, NULL);
        if (!quasistatic_is_stable(m, &c, tie, &end))
            continue;
        for (double step = 0.1; step > 1e-3; step /= 10) {
            race_add(&c, &(race_style){0}, 0);
            spice_load();
            spice_run("dc vt 0 %d %g", RACE_CORNERS - 1, step);
            expect_end(&c, &end, "sweep", step);
            spice_forget();
        }
    }
}

/* Cells 0 .. cells - 1 that do not feel each other, on sources that are there for all of them. */
static void add_cells_on_a_source_each(int cells)
{
    for (int k = 0; k < LONE; k++)
        spice_add("v%d n%d 0 pwl(0 0 20n %g 60n %g)\n", k, k, -1 - 0.05 * k, 1 + 0.05 * k);
    for (int k = 0; k < cells; k++)
        spice_add("a%d %%gd(n%d 0) m\n", k, k);
}

static void add_cells_on_a_chain_of_sources(int cells)
{
    for (int k = 0; k < LONE; k++)
        spice_add("v%d n%d n%d pwl(0 0 20n -0.4 60n 0.4)\n", k, k, k + 1);
    spice_add("v_end n%d 0 0\n", LONE);
    for (int k = 0; k < cells; k++)
        spice_add("a%d %%gd(n%d n%d) m\n", k, k % (LONE - 2), k % (LONE - 2) + 3);
}

static void add_cells_behind_a_resistance_each(int cells)
{
    spice_add("v1 n 0 pwl(0 0 20n -1.6 60n 1.6)\nv2 g 0 0\n");
    for (int k = 0; k < cells; k++)
        spice_add("r%d n n%d %d\na%d %%gd(n%d g) m\n", k, k, 100 * (k + 1), k, k);
}

static void add_cells_of_a_crossbar_with_ideal_lines(int cells)
{
    for (int k = 0; k < 3; k++)
        spice_add("vw%d w%d 0 pwl(0 0 20n %g 60n %g)\nvb%d b%d 0 pwl(0 0 20n %g 60n %g)\n", k, k, -0.6 - 0.05 * k,
                  0.6 + 0.05 * k, k, k, 0.6 + 0.05 * k, -0.6 - 0.05 * k);
    for (int k = 0; k < cells; k++)
        spice_add("a%d %%gd(w%d b%d) m\n", k, k / 3, k % 3);
}

static void add_cells_that_sources_control(int cells)
{
    spice_add("v1 n 0 pwl(0 0 20n -1 60n 1)\n");
    for (int k = 0; k < LONE; k++)
        spice_add("e%d n%d 0 n 0 %g\n", k, k, 1 + 0.05 * k);
    for (int k = 0; k < cells; k++)
        spice_add("a%d %%gd(n%d 0) m\n", k, k);
}

/* Returns the time points, and adds up the events. */
static size_t points_of(void (*add)(int), int cells, double *switched)
{
    add(cells);
    spice_add(".model m synaptogen(seed=1 index=1)\n.save all");
    for (int k = 0; k < LONE && k < cells; k++)
        spice_add(" @a%d[mode] @a%d[cycle]", k, k);
    spice_load();
    spice_run("tran 4n 80n 0 4n");
    const size_t points = spice_length("time");
    for (int k = 0; k < cells; k++)
        *switched += monitor(k, "cycle") + (monitor(k, "mode") == SYN_LRS);
    spice_forget();
    return points;
}

Test(codemodel_races, cells_that_do_not_feel_each_other_cost_no_time_point)
{
    static void (*const kinds[])(int) = {add_cells_on_a_source_each, add_cells_on_a_chain_of_sources,
                                         add_cells_behind_a_resistance_each, add_cells_of_a_crossbar_with_ideal_lines,
                                         add_cells_that_sources_control};
    for (int kind = 0; kind < 5; kind++) {
        double switched = 0, ignored = 0;
        const size_t many = points_of(kinds[kind], LONE, &switched), one = points_of(kinds[kind], 1, &ignored);
        cr_expect(many == one, "kind %d: %zu points, one cell %zu", kind, many, one);
        cr_expect(switched >= LONE, "kind %d: only %g events", kind, switched);
    }
}

/* The second cell stands at the node x, and SET of the first one takes voltage from it: by what a source senses of the
 * current, or because the voltage behind a resistance falls. */
typedef struct control {
    const char *text; /* with the gain as the only number */
    double sensed;    /* what the current of the first cell subtracts: V/A, or A/A at the resistance of x */
    double series;    /* ohm, between the first cell and the voltage that the gain multiplies */
    bool current;     /* a current drives x, which has a resistance */
} control;

static const double load = 4000; /* ohm */

static const control controls[] = {
    {"vs n q 0\nrs q a 1k\na0 %%gd(a 0) m\ng1 0 x n 0 %.17g\nf1 x 0 vs 1\nrx x 0 4k\n", 1, 1000, true},
    {"vs n q 0\nrs q a 1k\na0 %%gd(a 0) m\ne1 y 0 n 0 %.17g\nh1 x y vs -2000\n", 2000, 1000, false},
    {"vs n q 0\nrs q a 1k\na0 %%gd(a 0) m\nb1 x 0 v=%.17g*v(n)-2000*i(vs)\n", 2000, 1000, false},
    {"rs n a 3k\na0 %%gd(a 0) m\ne1 x 0 a 0 %.17g\n", 0, 0, false},
    {"rs n a 3k\na0 %%gd(a 0) m\ng1 0 x a 0 %.17g\nrx x 0 4k\n", 0, 0, true},
    {"rs n a 3k\na0 %%gd(a 0) m\nb1 x 0 v=%.17g*v(a)\n", 0, 0, false},
};
enum { CONTROLS = sizeof controls / sizeof *controls };

/* The second cell would meet its threshold if the first one went 2 % beyond its own without switching. */
static double gain_of(const syn_model *m, const control *k, const syn_cell *first, const syn_cell *second)
{
    const double u0 = 1.02 * first->now.y[SYN_U_SET], u1 = second->now.y[SYN_U_SET];
    const double i0 = syn_current(m, first->state.r, u0, NULL), i1 = syn_current(m, second->state.r, u1, NULL);
    return ((k->current ? u1 / load + i1 : u1) + k->sensed * i0) / (u0 + k->series * i0);
}

Test(codemodel_races, cells_feel_each_other_through_controlled_sources)
{
    const syn_model *m = support_model(0);
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int k = 0; k < CONTROLS; k++)
            for (int steps = 10; steps <= 1000; steps *= 10) {
                const syn_cell first = reference_cell(m, seed, 0, SYN_HRS),
                               second = reference_cell(m, seed, 1, SYN_HRS);
                spice_add("v1 n 0 pwl(0 0 10n %g 20n 0)\n", 1.2 * first.now.y[SYN_U_SET]);
                spice_add(controls[k].text, gain_of(m, &controls[k], &first, &second));
                spice_add("a1 %%gd(x 0) m\n.model m synaptogen(seed=%" PRIu64 " index=1)\n.save @a0[mode] @a1[mode]",
                          seed);
                spice_load();
                spice_run("tran %g 20n 0 %g", 20e-9 / steps, 20e-9 / steps);
                cr_expect(monitor(0, "mode") == SYN_LRS && monitor(1, "mode") == SYN_HRS,
                          "seed %" PRIu64 ", %d steps: the modes are %g and %g in\n%s", seed, steps,
                          monitor(0, "mode"), monitor(1, "mode"), controls[k].text);
                spice_forget();
            }
}

/* Ways to make cells race in circuits with memory, transistors and other elements; all run for 1 us. Models: l and h are
 * cells in LRS and in HRS, nm a transistor. */
static const struct {
    const char *name, *text;
    int cells;
} designs[] = {
    {"three in series with capacitances",
     "v1 s 0 pulse(0 2.6 100n 20n 20n 500n 2u)\nr1 s a 100\na0 %gd(a b) l\na1 %gd(b c) l\na2 %gd(c 0) l\n"
     "cb b 0 1p\ncc c 0 5f\n",
     3},
    {"complementary switch behind a transistor",
     "v1 s 0 pwl(0 0 100n 2.4 300n 2.4 400n 0 500n -2.4 700n -2.4 800n 0)\nvg g 0 2\nm1 s g a 0 nm w=5u l=1u\n"
     "a0 %gd(a b) l\na1 %gd(0 b) h\n",
     2},
    {"parallel on a current source",
     "i1 0 a pulse(0 -0.2m 100n 20n 20n 500n 2u)\nra a 0 20k\na0 %gd(a 0) h\na1 %gd(a 0) h\na2 %gd(a 0) h\n", 3},
    {"series in a ringing line",
     "v1 s 0 pulse(0 1.5 100n 1n 1n 300n 2u)\nr1 s x 50\nl1 x a 20n\nca a 0 0.5p\na0 %gd(a b) l\na1 %gd(b 0) l\n", 2},
    {"series on a transmission line",
     "v1 s 0 pulse(0 2.4 100n 1n 1n 300n 2u)\nr1 s x 50\nt1 x 0 a 0 z0=50 td=10n\na0 %gd(a b) l\na1 %gd(b 0) l\n", 2},
    {"bridge",
     "v1 s 0 pwl(0 0 200n 2.2 300n 2.2 500n 0 700n -2.4 800n -2.4 1u 0)\nr1 s a 200\na0 %gd(a b) l\na1 %gd(a c) h\n"
     "a2 %gd(b 0) h\na3 %gd(c 0) l\nr5 b c 1k\n",
     4},
    {"bridge with a fifth cell and a capacitance",
     "v1 s 0 pwl(0 0 200n 2.2 300n 2.2 500n 0 700n -2.4 800n -2.4 1u 0)\nr1 s a 200\na0 %gd(a b) l\na1 %gd(a c) h\n"
     "a2 %gd(b 0) h\na3 %gd(c 0) l\na4 %gd(b c) l\ncb b 0 10f\n",
     5},
    {"column of cells with transistors",
     "v1 s 0 pwl(0 0 100n 2 300n 2 400n 0 500n -2 700n -2 800n 0)\nr1 s b 300\nvg g 0 2\n"
     "a0 %gd(b d0) l\nm0 d0 g 0 0 nm w=2u l=1u\na1 %gd(b d1) h\nm1 d1 g 0 0 nm w=2u l=1u\n"
     "a2 %gd(b d2) l\nm2 d2 g 0 0 nm w=2u l=1u\n",
     3},
    {"inverting amplifier with a cell in its path",
     "v1 s 0 pulse(0 1.4 100n 20n 20n 500n 2u)\na0 %gd(s n) l\neo o 0 0 n 1e4\nrf n o 3k\na1 %gd(0 o) l\n", 2},
    {"selector diode before two in series",
     "v1 s 0 pulse(0 2.6 100n 20n 20n 500n 2u)\nd1 s a dd\na0 %gd(a b) l\na1 %gd(b 0) l\n.model dd d(is=1e-14 "
     "rs=50)\n",
     2},
};
enum { DESIGNS = sizeof designs / sizeof *designs, MOST_CELLS = 5 };

typedef struct design_end {
    double mode[MOST_CELLS], cycle[MOST_CELLS], r[MOST_CELLS];
} design_end;

static design_end run_design(int number, uint64_t seed, int steps)
{
    spice_add("%s.model nm nmos(level=1 vto=0.4 kp=1.5e-3 lambda=0.05)\n.model l synaptogen(seed=%" PRIu64
              " index=1 init=1)\n.model h synaptogen(seed=%" PRIu64 " index=1)\n.save time",
              designs[number].text, seed, seed);
    for (int k = 0; k < designs[number].cells; k++)
        spice_add(" @a%d[mode] @a%d[cycle] @a%d[r]", k, k, k);
    spice_load();
    spice_run("tran %g 1u 0 %g", 1e-6 / steps, 1e-6 / steps);
    design_end end;
    for (int k = 0; k < designs[number].cells; k++) {
        end.mode[k] = monitor(k, "mode");
        end.cycle[k] = monitor(k, "cycle");
        end.r[k] = monitor(k, "r");
    }
    spice_forget();
    return end;
}

Test(codemodel_races, circuits_with_other_elements_end_the_same_for_coarse_and_fine_steps, .timeout = 300)
{
    /* reltol = 1e-3 lets capacitors and inductors be wrong by some mV of 1 V; dr/du is at most 5 per V. */
    const double dynamic = 5 * 2e-3;
    const uint64_t seeds = (uint64_t)support_cases(2, 8);
    for (int number = 0; number < DESIGNS; number++)
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            const design_end fine = run_design(number, seed, 4000);
            for (int steps = 10; steps <= 160; steps *= 4) {
                const design_end end = run_design(number, seed, steps);
                for (int k = 0; k < designs[number].cells; k++)
                    cr_expect(end.mode[k] == fine.mode[k] && end.cycle[k] == fine.cycle[k] &&
                                  fabs(end.r[k] - fine.r[k]) < dynamic,
                              "%s, seed %" PRIu64 ", %d steps: cell %d has mode %g, cycle %g, r %g, not %g, %g, %g",
                              designs[number].name, seed, steps, k, end.mode[k], end.cycle[k], end.r[k], fine.mode[k],
                              fine.cycle[k], fine.r[k]);
            }
        }
}
