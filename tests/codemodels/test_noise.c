/* SPDX-License-Identifier: MIT */
/* Read noise in transient analysis: white up to its bandwidth, a function of seed, cell and time slot alone. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <synaptogen/read.h>
#include <synaptogen/rng.h>

TestSuite(codemodel_noise, .init = spice_start);

/* Number of the time slot at t; slots last 1 / (2 bandwidth). */
static uint64_t slot_at(double t, double bandwidth)
{
    return (uint64_t)floor(t * 2 * bandwidth);
}

static const double charge = 1.602176634e-19, room = 27; /* C, SI 2019; degrees Celsius, ngspice's default */

/* Spectral density [A^2/Hz] by the published law, written out: 4 k T |g| + 2 q |i|. */
static double density(double g, double i, double celsius)
{
    return 4 * 1.380649e-23 * (celsius + 273.15) * fabs(g) + 2 * charge * fabs(i);
}

/* The noisy current of a cell in state r, read number `slot` of cell 7 of seed 3. */
static double noisy_current(double r, double u, double bandwidth, uint64_t slot, double celsius)
{
    const double g = syn_chord(support_model(0), r, u);
    return g * u + sqrt(bandwidth * density(g, g * u, celsius)) * syn_rng_read(3, 7, slot);
}

/* Rounding of the order in which factors are multiplied. */
static bool is_same(double a, double b)
{
    return fabs(a - b) <= 1e-14 * fabs(b);
}

/* Cell 7 of seed 3 at a fixed voltage. */
static void load_cell(const char *parameters, double voltage)
{
    spice_circuit("a7 %%gd(te 0) m\nv1 te 0 %.17g\n.model m synaptogen(seed=3 index=1 %s)\n.save v(te) @a7[i] @a7[r]",
                  voltage, parameters);
}

Test(codemodel_noise, current_at_any_time_is_the_noisy_read_of_its_slot_for_every_step_size)
{
    const syn_model *m = support_model(0);
    static const char *const commands[] = {"tran 1n 2u", "tran 10n 2u", "tran 3n 2u uic", "tran 50n 2u 0 0.7n"};
    static const double voltages[] = {0.2, -0.3, 0.6}, bandwidths[] = {1e8, 3e6, 1.7e7};
    for (int lrs = 0; lrs < 2; lrs++)
        for (int v = 0; v < 3; v++)
            for (int w = 0; w < 4; w++) {
                const double bandwidth = bandwidths[v];
                char parameters[64];
                snprintf(parameters, sizeof parameters, "noise=1 bandwidth=%g init=%d", bandwidth, lrs);
                load_cell(parameters, voltages[v]);
                spice_run("%s", commands[w]);
                const syn_cell c = reference_cell(m, 3, 7, lrs ? SYN_LRS : SYN_HRS);
                const double u = spice_last("v(te)"); /* what ngspice reads in a number may be off by its last bit */
                size_t n;
                double *i = spice_vector("@a7[i]", &n), *t = spice_vector("time", &n);
                for (size_t k = 1; k < n; k++) { /* the operating point has no noise */
                    const double read = noisy_current(c.state.r, u, bandwidth, slot_at(t[k], bandwidth), room);
                    cr_assert(is_same(i[k], read), "%s at %.17g s: %.17g A, library %.17g A", commands[w], t[k], i[k],
                              read);
                }
                free(i);
                free(t);
                spice_forget();
            }
}

/* Noise of one sample per slot, as a multiple of the standard deviation, to be freed. */
static double *sample_slots(const char *parameters, double bandwidth, double voltage, size_t slots)
{
    const syn_model *m = support_model(0);
    load_cell(parameters, voltage);
    /* Steps of half a slot cannot miss one. */
    spice_run("tran %.12g %.12g", 0.25 / bandwidth, (double)(slots + 2) / (2 * bandwidth));
    const double r = spice_last("@a7[r]"), g = syn_chord(m, r, voltage), i0 = g * voltage;
    const double sd = sqrt(bandwidth * density(g, i0, room));
    size_t n;
    double *i = spice_vector("@a7[i]", &n), *t = spice_vector("time", &n), *z = calloc(slots, sizeof *z);
    bool *seen = calloc(slots, sizeof *seen);
    cr_assert(z != NULL && seen != NULL);
    size_t count = 0;
    for (size_t k = 1; k < n; k++) {
        const uint64_t slot = slot_at(t[k], bandwidth);
        if (slot >= slots)
            continue;
        const double now = (i[k] - i0) / sd;
        cr_assert(seen[slot] == false || z[slot] == now, "the noise changes within slot %" PRIu64, slot);
        count += !seen[slot];
        seen[slot] = true;
        z[slot] = now;
    }
    cr_assert(count == slots, "%zu of %zu slots met", count, slots);
    free(i);
    free(t);
    free(seen);
    spice_forget();
    return z;
}

static const struct {
    const char *parameters;
    double bandwidth, voltage;
} laws[] = {{"noise=1", 1e8, 0.2},
            {"noise=1 init=1", 1e8, 0.2},
            {"noise=1 bandwidth=1k", 1e3, -0.4},
            {"noise=1 init=1 bandwidth=1e12", 1e12, 0.5},
            {"noise=1 r_init=50k bandwidth=1meg", 1e6, 0.7}};
enum { LAWS = sizeof laws / sizeof *laws, SLOTS = 20000 };

/* All gates at 5 standard errors: a true law fails one of the 5 x 4 with probability 1e-5. */
Test(codemodel_noise, mean_and_standard_deviation_are_those_of_thermal_and_shot_noise)
{
    for (int k = 0; k < LAWS; k++) {
        double *z = sample_slots(laws[k].parameters, laws[k].bandwidth, laws[k].voltage, SLOTS), sum = 0, squares = 0;
        for (int s = 0; s < SLOTS; s++) {
            sum += z[s];
            squares += z[s] * z[s];
        }
        cr_expect(fabs(sum / SLOTS) < 5 / sqrt(SLOTS), "%s: mean %g", laws[k].parameters, sum / SLOTS);
        /* The variance of z^2 is 2. */
        cr_expect(fabs(squares / SLOTS - 1) < 5 * sqrt(2.0 / SLOTS), "%s: variance %g", laws[k].parameters,
                  squares / SLOTS);
        free(z);
    }
}

Test(codemodel_noise, noise_is_white_and_independent_between_cells_and_seeds)
{
    double *z = sample_slots("noise=1", 1e8, 0.2, SLOTS), *other = NULL;
    for (int lag = 1; lag <= 10; lag++) {
        double sum = 0;
        for (int s = lag; s < SLOTS; s++)
            sum += z[s] * z[s - lag];
        cr_expect(fabs(sum / SLOTS) < 5 / sqrt(SLOTS), "autocorrelation %g at lag %d", sum / SLOTS, lag);
    }
    other = sample_slots("noise=1 init=1", 1e8, 0.2, SLOTS);
    for (int s = 0; s < SLOTS; s++) /* the same draws scaled; rounding of a current of 1e-5 A in noise of 1e-8 A */
        cr_assert(fabs(z[s] - other[s]) < 1e-9);
    free(other);
    for (uint64_t cell = 4; cell < 9; cell++)
        for (uint64_t seed = 3; seed < 5; seed++) {
            double sum = 0;
            if (cell == 7 && seed == 3)
                continue;
            for (int s = 0; s < SLOTS; s++)
                sum += z[s] * syn_rng_read(seed, cell, (uint64_t)s);
            cr_expect(fabs(sum / SLOTS) < 5 / sqrt(SLOTS), "correlation %g with cell %" PRIu64 " of seed %" PRIu64,
                      sum / SLOTS, cell, seed);
        }
    free(z);
}

Test(codemodel_noise, there_is_no_noise_when_it_is_off_nor_in_other_analyses)
{
    const syn_model *m = support_model(0);
    const double i = syn_current(m, reference_cell(m, 3, 7, SYN_HRS).state.r, 0.2, NULL);
    static const struct {
        const char *parameters, *command;
    } quiet[] = {{"", "tran 1n 100n"},
                 {"noise=0", "tran 1n 100n"},
                 {"noise=0 bandwidth=1e9", "tran 1n 100n uic"},
                 {"noise=1", "op"},
                 {"noise=1", "dc v1 0.2 0.2 1"}};
    for (size_t k = 0; k < sizeof quiet / sizeof *quiet; k++) {
        load_cell(quiet[k].parameters, 0.2);
        spice_run("%s", quiet[k].command);
        size_t n;
        double *seen = spice_vector("@a7[i]", &n);
        for (size_t p = 0; p < n; p++)
            cr_expect(seen[p] == i, "%s, %s: point %zu", quiet[k].parameters, quiet[k].command, p);
        free(seen);
        spice_forget();
    }
}

Test(codemodel_noise, altermod_switches_noise_on_and_off_between_runs)
{
    const syn_model *m = support_model(0);
    const syn_cell c = reference_cell(m, 3, 7, SYN_HRS);
    load_cell("", 0.2);
    for (int round = 0; round < 4; round++) {
        spice_do("altermod m noise = %d", round & 1);
        spice_do("altermod m bandwidth = %g", round > 1 ? 1e7 : 1e8);
        spice_run("tran 1n 100n");
        const double bandwidth = round & 1 ? round > 1 ? 1e7 : 1e8 : 0;
        const uint64_t slot = slot_at(spice_last("time"), bandwidth);
        cr_expect(is_same(spice_last("@a7[i]"), noisy_current(c.state.r, 0.2, bandwidth, slot, room)));
    }
}

Test(codemodel_noise, the_temperature_changes_the_noise_and_nothing_else)
{
    static const double celsius[] = {-40, 27, 125, 300};
    const syn_model *m = support_model(0);
    const syn_cell c = reference_cell(m, 3, 7, SYN_HRS);
    for (int way = 0; way < 3; way++) /* the last one holds for the session */
        for (int k = 0; k < 4; k++) {
            char line[40] = "";
            if (way < 2)
                snprintf(line, sizeof line, way ? ".options temp=%g" : ".temp %g", celsius[k]);
            spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(seed=3 index=1 noise=1)\n"
                          ".save v(te) @a7[i] @a7[r] @a7[u_set]\n%s",
                          line);
            if (way == 2)
                spice_do("set temp = %g", celsius[k]);
            spice_run("tran 1n 100n");
            const uint64_t slot = slot_at(spice_last("time"), 1e8);
            cr_expect(is_same(spice_last("@a7[i]"), noisy_current(c.state.r, 0.2, 1e8, slot, celsius[k])),
                      "way %d, %g degrees", way, celsius[k]);
            cr_expect(spice_last("@a7[r]") == c.state.r && spice_last("@a7[u_set]") == c.now.y[SYN_U_SET]);
            spice_forget();
        }
}

Test(codemodel_noise, noisy_cells_converge_on_load_lines_and_rejected_steps_do_not_change_the_noise)
{
    const syn_model *m = support_model(0);
    static const double resistances[] = {1, 1e3, 1e4, 1e5, 1e6};
    double rejected = 0;
    for (int k = 0; k < 5; k++)
        for (int c = 0; c < 3; c++) {
            const double capacitance = c * 1e-12 + 1e-18, bandwidth = 1e8;
            spice_circuit("v1 in 0 pwl(0 0 10n 0.3 1u 0.3 1.01u %g)\nr1 in te %g\nc1 te 0 %g\na7 %%gd(te 0) m\n"
                          ".model m synaptogen(seed=3 index=1 noise=1)\n.save v(te) @a7[i] @a7[r] @a7[mode]",
                          -2 * (1 + resistances[k] / 2e4), resistances[k], capacitance);
            spice_run("tran 2n 3u");
            cr_assert(spice_count_output("too small") == 0, "%s", spice_output());
            size_t n;
            double *u = spice_vector("v(te)", &n), *i = spice_vector("@a7[i]", &n), *t = spice_vector("time", &n),
                   *r = spice_vector("@a7[r]", &n);
            for (size_t p = 1; p < n; p++) {
                const double g = syn_chord(m, r[p], u[p]), sd = sqrt(bandwidth * density(g, g * u[p], room));
                const double z = (i[p] - g * u[p]) / sd, draw = syn_rng_read(3, 7, slot_at(t[p], bandwidth));
                /* Current of the last iterate, voltage of the solution after it: converged to 1e-3 of the current. */
                cr_assert(fabs(z - draw) < 1e-3 * fabs(g * u[p]) / sd + 1e-3, "R = %g, C = %g at %g s: %g, drawn %g",
                          resistances[k], capacitance, t[p], z, draw);
            }
            cr_expect(spice_last("@a7[mode]") == SYN_LRS);
            free(u);
            free(i);
            free(t);
            free(r);
            spice_do("rusage all");
            rejected += spice_printed("Rejected timepoints");
            spice_forget();
        }
    cr_expect(rejected > 20, "only %g rejected points", rejected);
}
