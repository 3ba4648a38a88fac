/* SPDX-License-Identifier: MIT */
/* Cells that feel each other switch in the order of infinitely fine steps, whatever the step of the simulator is. */
#include "support/quasistatic.h"
#include "support/race.h"
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
