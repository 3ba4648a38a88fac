/* SPDX-License-Identifier: MIT */
/* A crossbar as one device against the library alone: solutions, sweeps, steps, state files, analyses. */
#include "support/crossbars.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <synaptogen/array_file.h>
#include <synaptogen/crossbar.h>

static void start(void)
{
    crossbar_enter_folder();
    spice_start();
}

TestSuite(codemodel_tile_library, .init = start, .fini = crossbar_leave_folder, .timeout = 300);

/* An array of the library behind a crossbar's terminals. */
typedef struct replay {
    syn_array *a;
    syn_crossbar *x;
    size_t n;
    float first[64]; /* states at the start */
} replay;

static replay replay_begin(const crossbar *c, uint64_t seed)
{
    replay r = {.n = (size_t)(c->rows * c->cols), .x = crossbar_in_library(c, (double[4]){0})};
    const syn_array_options o = {.rows = (size_t)c->rows};
    cr_assert(syn_array_create(support_model(0), seed, r.n, &o, &r.a, NULL) == SYN_OK);
    cr_assert(syn_crossbar_bind(r.x, r.a, NULL) == SYN_OK);
    memcpy(r.first, syn_array_states(r.a), r.n * sizeof *r.first);
    return r;
}

/* Applies a point of the recorded terminal voltages, times a factor. Returns how many cells have left their start state. */
static size_t replay_step(replay *r, double *const v[4][16], size_t point, double factor)
{
    double now[4][16] = {{0}};
    for (int side = 0; side < 4; side++)
        for (int k = 0; k < 16; k++)
            now[side][k] = v[side][k] ? factor * v[side][k][point] : 0;
    cr_assert(syn_crossbar_step(r->x, (const double *const[]){now[0], now[1], now[2], now[3]}, NULL, NULL) == SYN_OK);
    size_t changed = 0;
    for (size_t k = 0; k < r->n; k++)
        changed += syn_array_states(r->a)[k] != r->first[k];
    return changed;
}

static void replay_end(replay *r)
{
    syn_crossbar_free(r->x);
    syn_array_free(r->a);
}

/* Replays the accepted points of a run in the library: at each of them as many cells must have left their start state. The
 * terminals have capacitances C, so that a cell that SETs within a step of length h changes their voltages by h dI / C: with
 * 10 ps, 0.1 mA and 100 pF by 10 uV, or 2e-5 of them. The recorded voltages are those after the change. So where the run has
 * more changed cells than the replay, the voltages may be greater by 1e-4. A rejected step is several times as long as the
 * one that follows it: its voltages are off by percents.
 * Returns how many cells have changed at the end. Adds the points with such a correction to *corrected. */
static size_t expect_accepted_points_alone_count(const crossbar *c, uint64_t seed, size_t *corrected)
{
    size_t points, length, changed = 0;
    double *v[4][16] = {{0}}, *switched = spice_vector("@a1[switched]", &length);
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++) {
            char name[40];
            sprintf(name, "v(%s%d)", crossbar_sides[side], k);
            v[side][k] = spice_vector(name, &points);
            cr_assert(points == length);
        }
    replay r = replay_begin(c, seed);
    for (size_t p = 1; p < points; p++) {
        changed = replay_step(&r, v, p, 1);
        if (switched[p] > (double)changed) {
            changed = replay_step(&r, v, p, 1 + 1e-4);
            ++*corrected;
        }
        cr_assert(switched[p] == (double)changed, "seed %d, point %zu: %g cells have changed, not %zu", (int)seed, p,
                  switched[p], changed);
    }
    for (int side = 0; side < 4; side++)
        for (int k = 0; k < 16; k++)
            free(v[side][k]);
    free(switched);
    replay_end(&r);
    return changed;
}

Test(codemodel_tile_library, rejected_time_steps_leave_no_trace_in_a_tile)
{
    const crossbar c = {.rows = 4, .cols = 4, .ends = {1, 0, 0, 1}, .r_wl = 20, .r_bl = 20};
    double rejected = 0;
    size_t changed = 0, corrected = 0;
    for (uint64_t random = 20; random < 40; random++) {
        spice_add(".options reltol=1e-6 vntol=1e-9\n");
        for (int side = 0; side < 4; side += 3)
            for (int k = 0; k < 4; k++) {
                /* One word line is pulsed against the bit lines, and all of them are slow to charge. */
                const double peak = side == 0 ? k == (int)random % 4 ? -1 : 0 : 0.5;
                spice_add("v%d_%d s%d_%d 0 pwl(0 0 10n %g 1u %g 1.01u %g 2u %g 2.01u 0)\n", side, k, side, k, peak,
                          peak, -peak, -peak);
                spice_add("r%d_%d s%d_%d %s%d 200\nc%d_%d %s%d 0 %dp\n", side, k, side, k, crossbar_sides[side], k,
                          side, k, crossbar_sides[side], k, 100 + 30 * k);
            }
        char parameters[80];
        sprintf(parameters, "seed=%d first=0", (int)random);
        crossbar_add_tile(&c, parameters);
        crossbar_save_terminals(&c);
        spice_add(".save @a1[switched]\n");
        spice_load();
        spice_run("tran 100n 3u 0 500n");
        changed += expect_accepted_points_alone_count(&c, random, &corrected);
        spice_do("rusage all");
        rejected += spice_printed("Rejected timepoints");
        spice_forget();
    }
    cr_expect(rejected > 50 && changed > 50, "%g rejected points, %zu changed cells", rejected, changed);
    cr_expect(corrected < 10, "%zu points are corrected", corrected);
}

/* Each terminal behind its own resistor to a source. */
static void add_drivers(const crossbar *c, const double r[4])
{
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++)
            spice_add("v_%s%d s_%s%d 0 0\nr_%s%d s_%s%d %s%d %.17g\n", crossbar_sides[side], k, crossbar_sides[side],
                      k, crossbar_sides[side], k, crossbar_sides[side], k, crossbar_sides[side], k, r[side]);
}

/* Voltages of all sources, in the circuit and for the library. */
static void set_sources(const crossbar *c, uint64_t random, double amplitude, double v[4][16])
{
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++) {
            v[side][k] = support_uniform(&random, -amplitude, amplitude);
            spice_do("alter v_%s%d dc = %.17g", crossbar_sides[side], k, v[side][k]);
        }
}

static const double drivers[4] = {100, 200, 50, 10};

Test(codemodel_tile_library, operating_points_are_the_solutions_of_the_library_at_the_start_state)
{
    for (int k = 0; k < CROSSBAR_SHAPES; k++) {
        const crossbar *c = &crossbar_shapes[k];
        add_drivers(c, drivers);
        crossbar_add_tile(c, "seed=3 first=1000 init=\"lrs\"");
        spice_load();
        syn_array *a;
        syn_crossbar *x = crossbar_in_library(c, drivers);
        const syn_array_options o = {.first = 1000, .rows = (size_t)c->rows, .start.mode = SYN_LRS, .read_only = 1};
        cr_assert(syn_array_create(support_model(0), 3, (size_t)(c->rows * c->cols), &o, &a, NULL) == SYN_OK);
        cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
        for (uint64_t random = 0; random < 3; random++) {
            double v[4][16];
            syn_solution info;
            syn_error err;
            set_sources(c, random, 0.7, v);
            spice_run("op");
            cr_assert(syn_crossbar_solve(x, (const double *const[]){v[0], v[1], v[2], v[3]}, &info, &err) == SYN_OK,
                      "%d x %d: %s", c->rows, c->cols, err.text);
            for (int side = 0; side < 4; side++)
                for (int line = 0; c->ends[side] && line < crossbar_lines(c, side); line++) {
                    char name[40];
                    sprintf(name, "i(v_%s%d)", crossbar_sides[side], line);
                    /* The simulator stops when nodes move by less than 1e-3 of themselves or 1e-6 V; what is left
                     * after one more step of Newton's method is of second order. */
                    cr_expect(fabs(spice_last(name) + syn_crossbar_current(x, (syn_side)side)[line]) <
                                  1e-6 * info.scale,
                              "%d x %d: %s = %.12g, library %.12g", c->rows, c->cols, name, spice_last(name),
                              -syn_crossbar_current(x, (syn_side)side)[line]);
                }
            cr_expect(spice_last("@a1[lrs]") == c->rows * c->cols && spice_last("@a1[switched]") == 0);
        }
        syn_crossbar_free(x);
        syn_array_free(a);
        spice_forget();
    }
}

/* The path of the sources in the library, as one step per point of the simulator. */
Test(codemodel_tile_library, dc_sweeps_end_in_the_states_and_bytes_of_the_library)
{
    for (int k = 0; k < CROSSBAR_SHAPES; k++) {
        const crossbar *c = &crossbar_shapes[k];
        spice_add(".options reltol=1e-7 vntol=1e-12\nvx x 0 0\n");
        for (int side = 0; side < 4; side++)
            for (int line = 0; c->ends[side] && line < crossbar_lines(c, side); line++)
                spice_add("b%s%d %s%d 0 v=%g*(v(x)<1 ? -v(x) : v(x)<2 ? v(x)-2 : v(x)-2)\n", crossbar_sides[side],
                          line, crossbar_sides[side], line, side < 2 ? 0.6 + 0.1 * line : -0.5 - 0.1 * line);
        crossbar_add_tile(c, "seed=8 first=50 state_out=\"dc.state\"");
        spice_load();
        spice_run("dc vx 0 2.9 0.1");
        cr_expect(spice_last("@a1[switched]") > 0);
        spice_forget(); /* the file is written now */
        syn_array *a, *from_spice = crossbar_load_state("dc.state");
        syn_crossbar *x = crossbar_in_library(c, (double[4]){0});
        const syn_array_options o = {.first = 50, .rows = (size_t)c->rows};
        cr_assert(syn_array_create(support_model(0), 8, (size_t)(c->rows * c->cols), &o, &a, NULL) == SYN_OK);
        cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
        for (int p = 0; p < 30; p++) {
            const double s = 0.1 * p, f = s < 1 ? -s : s - 2;
            double v[4][16];
            for (int side = 0; side < 4; side++)
                for (int line = 0; line < crossbar_lines(c, side); line++)
                    v[side][line] = f * (side < 2 ? 0.6 + 0.1 * line : -0.5 - 0.1 * line);
            syn_error err;
            cr_assert(syn_crossbar_step(x, (const double *const[]){v[0], v[1], v[2], v[3]}, NULL, &err) == SYN_OK,
                      "%d x %d, point %d: %s", c->rows, c->cols, p, err.text);
        }
        for (size_t cell = 0; cell < (size_t)(c->rows * c->cols); cell++) {
            syn_state one, other;
            syn_array_state(a, cell, &one, NULL);
            syn_array_state(from_spice, cell, &other, NULL);
            cr_expect(one.n == other.n && one.mode == other.mode && fabs(one.r - other.r) < 1e-5,
                      "%d x %d, cell %zu: %g (%d), library %g (%d)", c->rows, c->cols, cell, other.r, (int)other.mode,
                      one.r, (int)one.mode);
        }
        syn_crossbar_free(x);
        syn_array_free(a);
        syn_array_free(from_spice);
    }
}

static void expect_same_bytes(const char *a, const char *b)
{
    char command[100];
    snprintf(command, sizeof command, "cmp %s %s", a, b);
    cr_expect(system(command) == 0);
}

Test(codemodel_tile_library, state_files_pass_between_library_and_simulator_in_both_directions)
{
    const crossbar c = {.rows = 5, .cols = 7, .ends = {1, 0, 0, 1}, .r_wl = 1, .r_bl = 2};
    syn_array *a;
    const syn_array_options o = {.first = 9, .rows = 5};
    cr_assert(syn_array_create(support_model(0), 77, 35, &o, &a, NULL) == SYN_OK);
    for (int k = 0; k < 8; k++)
        syn_array_apply(a, &(syn_cells){.first = (size_t)k, .stride = 3, .count = 9},
                        (float[]){-1.4f, 0.9f + 0.05f * (float)k}, 2, NULL);
    cr_assert(syn_array_save(a, "library.state", NULL) == SYN_OK);
    add_drivers(&c, drivers);
    crossbar_add_tile(&c, "state=\"library.state\" state_out=\"spice.state\"");
    spice_load();
    /* Read: the currents are those of the library's array. */
    double v[4][16];
    set_sources(&c, 5, 0.2, v);
    spice_run("op");
    syn_crossbar *x = crossbar_in_library(&c, drivers);
    syn_solution info;
    cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
    cr_assert(syn_crossbar_solve(x, (const double *const[]){v[0], NULL, NULL, v[3]}, &info, NULL) == SYN_OK);
    for (int k = 0; k < 5; k++) {
        char name[20];
        sprintf(name, "i(v_left%d)", k);
        cr_expect(fabs(spice_last(name) + syn_crossbar_current(x, SYN_LEFT)[k]) < 1e-6 * info.scale);
    }
    cr_expect(access("spice.state", F_OK) != 0, "an operating point writes no file");
    /* A run below all thresholds writes what it has read, byte by byte. */
    spice_run("tran 1u 1u");
    expect_same_bytes("library.state", "spice.state");
    /* One that switches is read by the library, and again by the simulator. */
    for (int k = 0; k < 7; k++)
        spice_do("alter v_bottom%d dc = 1.2", k);
    spice_run("tran 1u 1u");
    syn_array *b = crossbar_load_state("spice.state");
    size_t lrs = 0;
    for (size_t k = 0; k < 35; k++) {
        syn_state s;
        syn_array_state(b, k, &s, NULL);
        lrs += s.mode == SYN_LRS;
    }
    cr_expect(lrs > 20 && spice_last("@a1[lrs]") == (double)lrs, "%zu, monitor %g", lrs, spice_last("@a1[lrs]"));
    spice_forget();
    add_drivers(&c, drivers);
    crossbar_add_tile(&c, "state=\"spice.state\" state_out=\"again.state\"");
    spice_load();
    spice_run("op");
    cr_expect(spice_last("@a1[lrs]") == (double)lrs);
    spice_run("tran 1u 1u");
    expect_same_bytes("spice.state", "again.state");
    syn_crossbar_free(x);
    syn_array_free(a);
    syn_array_free(b);
}

Test(codemodel_tile_library, a_run_that_was_stopped_or_failed_leaves_the_last_accepted_states_or_none)
{
    const crossbar c = {.rows = 2, .cols = 2, .ends = {1, 0, 0, 1}};
    spice_add("v0 left0 0 pwl(0 0 1u -1.5 2u 0)\nv1 left1 0 0\nrb0 bottom0 0 1\nrb1 bottom1 0 1\n");
    crossbar_add_tile(&c, "seed=1 first=0 state_out=\"stopped.state\"");
    spice_load();
    spice_do("stop when time = 1.5u");
    spice_do("tran 10n 2u");
    cr_expect(access("stopped.state", F_OK) != 0, "a stopped run may still be resumed");
    spice_forget();
    syn_array *a = crossbar_load_state("stopped.state");
    for (size_t k = 0; k < 4; k++) {
        syn_state s;
        syn_array_state(a, k, &s, NULL);
        cr_expect(s.mode == (k % 2 == 0 ? SYN_LRS : SYN_HRS));
    }
    syn_array_free(a);
    /* In the middle of this run the source becomes a contradiction. */
    spice_do("delete all");
    spice_add(
        "v0 left0 0 pwl(0 0 1u -1.5 2u 0)\nv1 left1 0 0\nb1 bottom0 0 v=time < 1.2u ? 0 : v(bottom0) > 0 ? -1 : 1\n"
        "rb1 bottom1 0 1\n");
    crossbar_add_tile(&c, "seed=1 first=0 state_out=\"failed.state\"");
    spice_load();
    cr_expect(spice_try("tran 10n 2u") == false);
    spice_forget();
    cr_expect(access("failed.state", F_OK) != 0, "the states of a failed run were written");
}

Test(codemodel_tile_library, each_analysis_begins_at_the_start_and_resume_goes_on)
{
    const crossbar c = {.rows = 2, .cols = 2, .ends = {1, 0, 0, 1}};
    spice_add("v0 left0 0 0\nv1 left1 0 0\nvb0 bottom0 0 0\nvb1 bottom1 0 0\n.save @a1[lrs] @a1[switched] i(v0)\n");
    crossbar_add_tile(&c, "seed=1 first=0");
    spice_load();
    for (int again = 0; again < 3; again++) {
        spice_run("dc v0 0 -1.5 -0.05");
        cr_expect(spice_last("@a1[lrs]") == 2);
        spice_run("op");
        cr_expect(spice_last("@a1[lrs]") == 0);
    }
    spice_do("stop when time = 1u");
    spice_do("alter v0 dc = -1.5");
    spice_do("tran 100n 3u");
    cr_expect(spice_last("@a1[lrs]") == 2);
    spice_do("alter v0 dc = 0");
    spice_do("alter v1 dc = -1.5");
    spice_do("delete all");
    spice_do("resume");
    cr_expect(spice_last("@a1[lrs]") == 4);
    spice_do("alter v0 dc = 0.2");
    spice_do("alter v1 dc = 0");
    spice_run("op");
    cr_expect(spice_last("@a1[lrs]") == 0);
}

Test(codemodel_tile_library, the_analyses_of_one_run_each_begin_at_the_start)
{
    const crossbar c = {.rows = 2, .cols = 2, .ends = {1, 0, 0, 1}};
    spice_add(
        "v0 left0 0 0\nv1 left1 0 0\nvb0 bottom0 0 0\nvb1 bottom1 0 0\n.dc v0 0 -1.5 -0.05\n.op\n.tran 10n 20n\n"
        ".save @a1[lrs] @a1[switched]\n");
    crossbar_add_tile(&c, "seed=1 first=0 state_out=\"x.state\"");
    spice_load();
    spice_run("run");
    for (int k = 0; k < 3; k++) {
        static const char *const plots[] = {"dc1", "op1", "tran1"};
        spice_do("setplot %s", plots[k]);
        cr_expect(spice_last("@a1[lrs]") == (k == 0 ? 2 : 0), "%s: %g", plots[k], spice_last("@a1[lrs]"));
        cr_expect(spice_last("@a1[switched]") == (k == 0 ? 2 : 0));
    }
}
