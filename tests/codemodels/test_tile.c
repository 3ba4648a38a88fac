/* SPDX-License-Identifier: MIT */
/* A crossbar as one device against the same crossbar of single cells and resistors, in the same circuits; and against
 * the library alone. */
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

TestSuite(codemodel_tile, .init = start, .fini = crossbar_leave_folder, .timeout = 300);

/* What stands at the terminals: drivers with resistance, with an RC load, a transistor between driver and line, a
 * resistor to ground, or nothing. */
static void add_terminal(uint64_t *random, const char *name, double amplitude, int pulses)
{
    const int what = (int)support_uniform(random, 0, 6);
    if (what == 5) { /* not connected: a floating line has to exist in the circuit of single cells, too */
        spice_add("rf_%s %s 0 1e9\n", name, name);
        return;
    }
    spice_add("v_%s s_%s 0 pwl(0 0", name, name);
    for (int p = 0; p < pulses; p++)
        spice_add(" %du %.6f %du 0", 2 * p + 1, what == 4 ? 0 : support_uniform(random, -amplitude, amplitude),
                  2 * p + 2);
    spice_add(")\n");
    if (what == 3)
        spice_add("m_%s s_%s g %s 0 nm w=10u l=1u\n", name, name, name);
    else
        spice_add("r_%s s_%s %s %.6g\n", name, name, name, pow(10, support_uniform(random, 0, 3.5)));
    if (what == 2)
        spice_add("c_%s %s 0 %.3gp\n", name, name, support_uniform(random, 0.01, 1));
}

static void add_surroundings(const crossbar *c, uint64_t random, double amplitude, int pulses)
{
    char name[40];
    spice_add("vg g 0 3\n.options reltol=1e-6 vntol=1e-9\n.model nm nmos level=1 vto=0.4 kp=1e-4 lambda=0.02\n");
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++) {
            sprintf(name, "%s%d", crossbar_sides[side], k);
            add_terminal(&random, name, amplitude, pulses);
        }
}

/* Differences of the cells of a state file from the single cells of the present plot. Returns how many switched. */
static int expect_cells_of(const char *path, const crossbar *c, double tolerance, const char *what)
{
    syn_array *a = crossbar_load_state(path);
    int switched = 0;
    for (int k = 0; k < c->rows * c->cols; k++) {
        syn_state s;
        char r[40], mode[40], cycle[40];
        cr_assert(syn_array_state(a, (size_t)k, &s, NULL) == SYN_OK);
        sprintf(r, "@a%d[r]", k);
        sprintf(mode, "@a%d[mode]", k);
        sprintf(cycle, "@a%d[cycle]", k);
        cr_expect(spice_last(mode) == s.mode && spice_last(cycle) == (double)s.n,
                  "%s, cell %d: mode %g cycle %g, not %d %d", what, k, spice_last(mode), spice_last(cycle),
                  (int)s.mode, (int)s.n);
        cr_expect(fabs(spice_last(r) - s.r) < tolerance, "%s, cell %d: r = %.9g, not %.9g", what, k, spice_last(r),
                  s.r);
        switched += s.mode != SYN_HRS || s.n > 0;
    }
    syn_array_free(a);
    return switched;
}

static void add_saves(const crossbar *c, int cells)
{
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++)
            spice_add(".save v(%s%d)\n", crossbar_sides[side], k);
    for (int k = 0; cells && k < c->rows * c->cols; k++)
        spice_add(".save @a%d[r] @a%d[mode] @a%d[cycle]\n", k, k, k);
}

/* Voltages of the terminals along a run, at times in between the corners. */
enum { TIMES = 12 };
static double seen[240][TIMES];

static int look(const crossbar *c, double end, int compare, double tolerance, const char *what)
{
    int n = 0;
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++, n++)
            for (int t = 0; t < TIMES; t++) {
                char name[40];
                sprintf(name, "v(%s%d)", crossbar_sides[side], k);
                const double v = spice_at(name, "time", end * (t + 0.55) / TIMES);
                if (compare)
                    cr_expect(fabs(v - seen[n][t]) < tolerance, "%s: %s at %g s is %.9g V, not %.9g V", what, name,
                              end * (t + 0.55) / TIMES, v, seen[n][t]);
                seen[n][t] = v;
            }
    return n;
}

static const crossbar shapes[] = {
    {.rows = 1, .cols = 1, .ends = {1, 0, 0, 1}},
    {.rows = 1, .cols = 5, .ends = {1, 0, 0, 1}},
    {.rows = 5, .cols = 1, .ends = {0, 1, 1, 0}, .r_wl = 10, .r_bl = 20},
    {.rows = 3, .cols = 4, .ends = {1, 0, 0, 1}, .r_wl = 50, .half = 1},
    {.rows = 4, .cols = 3, .ends = {1, 0, 1, 0}, .r_bl = 100},
    {.rows = 5, .cols = 4, .ends = {1, 1, 1, 1}, .r_wl = 30, .r_bl = 5},
    {.rows = 6, .cols = 6, .ends = {1, 0, 0, 1}, .r_access = 1000},
    {.rows = 8, .cols = 8, .ends = {1, 0, 0, 1}},
    {.rows = 8, .cols = 8, .ends = {1, 1, 1, 1}, .r_wl = 2, .r_bl = 2, .half = 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Runs a crossbar of each shape in this many random circuits, as a tile and as single cells. Returns how many cells
 * have switched. The shapes together have 219. */
static int expect_agreement(int circuits, double step, const char *options)
{
    int switched = 0;
    for (int k = 0; k < SHAPES; k++)
        for (int random = 0; random < circuits; random++) {
            const crossbar *c = &shapes[k];
            char what[80], seed[40], parameters[80];
            sprintf(what, "%d x %d, circuit %d", c->rows, c->cols, random);
            sprintf(seed, "seed=%d", random + 10 * k);
            sprintf(parameters, "%s first=0 state_out=\"tile.state\"", seed);
            for (int cells = 0; cells < 2; cells++) {
                add_surroundings(c, (uint64_t)random, 1.2, 3);
                spice_add("%s", options);
                if (cells)
                    crossbar_add_cells(c, seed);
                else
                    crossbar_add_tile(c, parameters);
                add_saves(c, cells);
                spice_load();
                spice_run("tran %g 6u 0 %g", step, step);
                cr_assert(look(c, 6e-6, cells, 2e-3, what) > 0);
                if (cells)
                    switched += expect_cells_of("tile.state", c, 2e-5, what);
                spice_forget();
            }
        }
    return switched;
}

/* Tolerances: the states of a tile are single precision (1e-5), and a cell's RESET ends where the simulator's voltage
 * is, which is good to 1e-6; voltages are compared between points of the two runs that lie up to 5 ns apart on edges
 * of up to 1.2 V/us, interpolated. Nodes are solved to 1e-6 V, well below the spacing of events. */
Test(codemodel_tile, tile_in_random_circuits_is_the_same_as_single_cells_and_resistors)
{
    const int circuits = support_cases(2, 6), switched = expect_agreement(circuits, 5e-9, "");
    cr_expect(switched > 66 * circuits, "only %d of %d cells have switched", switched, 219 * circuits);
}

/* Coarse steps behind a transistor: on the way to a solution iterates go far beyond U_S. A single cell, which is
 * checked against load lines elsewhere, SETs at the same point and not earlier. */
Test(codemodel_tile, iterates_on_the_way_to_a_solution_set_no_cell_of_a_tile)
{
    const crossbar c = {.rows = 1, .cols = 1, .ends = {1, 0, 0, 1}};
    for (int seed = 0; seed < 20; seed++)
        for (int gate = 0; gate < 3; gate++) {
            double seen[40] = {0};
            for (int cells = 0; cells < 2; cells++) {
                char parameters[40], monitor[20];
                sprintf(parameters, cells ? "seed=%d" : "seed=%d first=0", seed);
                sprintf(monitor, cells ? "@a0[mode]" : "@a1[lrs]");
                spice_add("vg g 0 %g\nvs left0 0 pwl(0 0 1u -1.5 2u 0)\nm1 bottom0 g 0 0 nm w=10u l=1u\n"
                          ".model nm nmos level=1 vto=0.4 kp=1e-4 is=0\n.save %s\n",
                          1.0 + 0.5 * gate, monitor);
                (cells ? crossbar_add_cells : crossbar_add_tile)(&c, parameters);
                spice_load();
                spice_run("tran 50n 2u 0 80n");
                for (int t = 0; t < 40; t++) {
                    const double lrs = spice_at(monitor, "time", 50e-9 * t);
                    cr_expect(cells == 0 || lrs == seen[t],
                              "seed %d, gate %d: at %d ns the tile is at %g, the cell at %g", seed, gate, 50 * t,
                              seen[t], lrs);
                    seen[t] = lrs;
                }
                cr_expect(seen[39] == 1);
                spice_forget();
            }
        }
}

/* Replays the accepted points of a run in the library: at each of them as many cells must have left their start
 * state. Returns how many have at the end. */
static size_t expect_accepted_points_alone_count(const crossbar *c, uint64_t seed)
{
    size_t points, length;
    double *v[4][16] = {{0}}, *switched = spice_vector("@a1[switched]", &length);
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++) {
            char name[40];
            sprintf(name, "v(%s%d)", crossbar_sides[side], k);
            v[side][k] = spice_vector(name, &points);
            cr_assert(points == length);
        }
    syn_array *a;
    const syn_array_options o = {.rows = (size_t)c->rows};
    const size_t n = (size_t)(c->rows * c->cols);
    cr_assert(syn_array_create(support_model(0), seed, n, &o, &a, NULL) == SYN_OK);
    syn_crossbar *x = crossbar_in_library(c, (double[4]){0});
    cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
    float first[64];
    memcpy(first, syn_array_states(a), n * sizeof *first);
    size_t changed = 0;
    for (size_t p = 1; p < points; p++) {
        double now[4][16] = {{0}};
        for (int side = 0; side < 4; side++)
            for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++)
                now[side][k] = v[side][k][p];
        cr_assert(syn_crossbar_step(x, (const double *const[]){now[0], now[1], now[2], now[3]}, NULL, NULL) ==
                  SYN_OK);
        changed = 0;
        for (size_t k = 0; k < n; k++)
            changed += syn_array_states(a)[k] != first[k];
        cr_assert(switched[p] == (double)changed, "seed %d, point %zu: %g cells have changed, not %zu", (int)seed, p,
                  switched[p], changed);
    }
    for (int side = 0; side < 4; side++)
        for (int k = 0; k < 16; k++)
            free(v[side][k]);
    free(switched);
    syn_crossbar_free(x);
    syn_array_free(a);
    return changed;
}

Test(codemodel_tile, rejected_time_steps_leave_no_trace_in_a_tile)
{
    const crossbar c = {.rows = 4, .cols = 4, .ends = {1, 0, 0, 1}, .r_wl = 20, .r_bl = 20};
    double rejected = 0;
    size_t changed = 0;
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
        add_saves(&c, 0);
        spice_add(".save @a1[switched]\n");
        spice_load();
        spice_run("tran 100n 3u 0 500n");
        changed += expect_accepted_points_alone_count(&c, random);
        spice_do("rusage all");
        rejected += spice_printed("Rejected timepoints");
        spice_forget();
    }
    cr_expect(rejected > 50 && changed > 50, "%g rejected points, %zu changed cells", rejected, changed);
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

Test(codemodel_tile, operating_points_are_the_solutions_of_the_library_at_the_start_state)
{
    for (int k = 0; k < SHAPES; k++) {
        const crossbar *c = &shapes[k];
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
Test(codemodel_tile, dc_sweeps_end_in_the_states_and_bytes_of_the_library)
{
    for (int k = 0; k < SHAPES; k++) {
        const crossbar *c = &shapes[k];
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

Test(codemodel_tile, ac_analysis_sees_the_port_matrix_at_the_fixed_state)
{
    const crossbar c = {.rows = 3, .cols = 3, .ends = {1, 0, 0, 1}, .r_wl = 100, .r_bl = 100};
    double seen_ac[6] = {0};
    for (int cells = 0; cells < 2; cells++) {
        for (int k = 0; k < 3; k++)
            spice_add("v%d s%d 0 dc %g ac %d\nr%d s%d left%d 1k\nrb%d bottom%d 0 %g\ncb%d bottom%d 0 1p\n", k, k,
                      0.3 - 0.2 * k, k + 1, k, k, k, k, k, 1e3 * (k + 1), k, k);
        if (cells)
            crossbar_add_cells(&c, "seed=4 init=\"lrs\"");
        else
            crossbar_add_tile(&c, "seed=4 first=0 init=\"lrs\"");
        spice_load();
        spice_run("ac lin 1 1e9 1e9");
        for (int k = 0; k < 3; k++) {
            char name[20];
            sprintf(name, "v(bottom%d)", k);
            const double v = spice_last(name);
            /* The states of the tile are single precision; the operating points are good to 1e-3 of 0.3 V. */
            cr_expect(cells == 0 || fabs(v - seen_ac[k]) < 1e-4 * fabs(v), "%s: %.9g, not %.9g", name, seen_ac[k], v);
            seen_ac[k] = v;
        }
        spice_forget();
    }
    cr_expect(fabs(seen_ac[0]) > 1e-3);
}

/* Cells of equal resistance, so that it does not matter which is where. */
Test(codemodel_tile, a_grid_of_tiles_that_share_nodes_is_one_tile)
{
    static const char sources[] = "vl l0 0 0.3\nv2 l1 0 -0.2\nv3 l2 0 0.1\nv4 l3 0 0.4\nvt t0 0 0.1\nv5 b2 0 -0.3\n"
                                  "rb0 b0 0 50\nrb1 b1 0 500\nrr r1 0 1k\nrr2 r2 0 100\n";
    static const char names[][8] = {"b0", "b1", "r0", "r1", "r2", "r3", "t1", "t2", "b3", "t3"};
    double v[10] = {0};
    for (int grid = 0; grid < 2; grid++) {
        spice_add("%s.options reltol=1e-9 vntol=1e-12\n", sources);
        for (int k = 0; k < 10; k++) /* nothing may float in a circuit */
            spice_add("rx%d %s 0 1e8\n", k, names[k]);
        if (grid)
            spice_add("a00 [ l0 l1 m0 m1 t0 t1 c0 c1 ] m\na01 [ m0 m1 r0 r1 t2 t3 c2 c3 ] m\n"
                      "a10 [ l2 l3 m2 m3 c0 c1 b0 b1 ] m\na11 [ m2 m3 r2 r3 c2 c3 b2 b3 ] m\n");
        else
            spice_add("a [ l0 l1 l2 l3 r0 r1 r2 r3 t0 t1 t2 t3 b0 b1 b2 b3 ] m\n");
        spice_add(
            ".model m synaptogen_tile(rows=%d cols=%d ends=\"left+right+top+bottom\" lead=\"half\" r_wl=30 r_bl=70 "
            "r_init=5k)\n",
            grid ? 2 : 4, grid ? 2 : 4);
        spice_load();
        spice_run("op");
        for (int k = 0; k < 10; k++) {
            char name[12];
            sprintf(name, "v(%s)", names[k]);
            /* r is single precision: 1e-7 of a conductance. */
            cr_expect(grid == 0 || fabs(spice_last(name) - v[k]) < 1e-7, "%s: %.12g, not %.12g", name,
                      spice_last(name), v[k]);
            v[k] = spice_last(name);
        }
        spice_forget();
    }
    cr_expect(fabs(v[0]) > 1e-3);
}

static void expect_same_bytes(const char *a, const char *b)
{
    char command[100];
    snprintf(command, sizeof command, "cmp %s %s", a, b);
    cr_expect(system(command) == 0);
}

Test(codemodel_tile, state_files_pass_between_library_and_simulator_in_both_directions)
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

Test(codemodel_tile, a_run_that_was_stopped_or_failed_leaves_the_last_accepted_states_or_none)
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
    spice_add("v0 left0 0 pwl(0 0 1u -1.5 2u 0)\nv1 left1 0 0\nb1 bottom0 0 v=time > 1.2u ? 1/(time-time) : 0\nrb1 "
              "bottom1 0 1\n");
    crossbar_add_tile(&c, "seed=1 first=0 state_out=\"failed.state\"");
    spice_load();
    cr_expect(spice_try("tran 10n 2u") == false);
    spice_forget();
    cr_expect(access("failed.state", F_OK) != 0, "the states of a failed run were written");
}

Test(codemodel_tile, each_analysis_begins_at_the_start_and_resume_goes_on)
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

Test(codemodel_tile, the_analyses_of_one_run_each_begin_at_the_start)
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

/* name of the instance, parameters, what the one line must say. */
static void expect_refusal(const char *line, const char *parameters, const char *analysis, const char *text)
{
    spice_clear_output();
    spice_circuit("%s m\n.model m synaptogen_tile(%s)\nv1 a 0 0.1\nr1 b 0 1k\nr2 c 0 1k\nr3 d 0 1k", line,
                  parameters);
    cr_expect(spice_try("%s", analysis) == false, "%s", parameters);
    cr_expect(spice_count_output("Instance: ") == 1 && spice_count_output("Instance: ax ") == 1 &&
                  spice_count_output(text) == 1,
              "%s: \"%s\" is not in %s", parameters, text, spice_output());
    spice_forget();
}

Test(codemodel_tile, what_is_wrong_is_told_in_one_line)
{
    syn_array *a;
    cr_assert(syn_array_create(support_model(0), 1, 4, &(syn_array_options){.rows = 4}, &a, NULL) == SYN_OK);
    cr_assert(syn_array_save(a, "column.state", NULL) == SYN_OK);
    syn_array_free(a);
    cr_assert(syn_array_create(support_model(0), 1, 4, &(syn_array_options){.rows = 2, .read_only = 1}, &a, NULL) ==
              SYN_OK);
    cr_assert(syn_array_save(a, "frozen.state", NULL) == SYN_OK);
    syn_array_free(a);
    cr_assert(system("head -c 100 frozen.state >short.state; mkdir shut; chmod 500 shut") == 0);
    static const struct {
        const char *parameters, *text;
    } cases[] = {
        {"cols=2", "rows is not given"},
        {"rows=2", "cols is not given"},
        {"rows=2.5 cols=2", "rows = 2.5 is not a whole number in [1, 1048576]"},
        {"rows=2 cols=0", "cols = 0 is not a whole number in [1,"},
        {"rows=2 cols=3", "the ends \"left+bottom\" of 2 rows and 3 cols are 5 nodes, not 4"},
        {"rows=2 cols=2 ends=\"left+top+bottom\"", "are 6 nodes, not 4"},
        {"rows=2 cols=2 ends=\"left+below\"",
         "ends = \"left+below\" names other sides than left, right, top and bottom"},
        {"rows=2 cols=2 r_wl=-1", "r_wl"},
        {"rows=2 cols=2 r_bl=-1", "r_bl"},
        {"rows=2 cols=2 r_access=-1", "access"},
        {"rows=2 cols=2 gmin=-1", "gmin"},
        {"rows=2 cols=2 lead=\"quarter\"", "lead = \"quarter\" is neither \"full\" (0) nor \"half\" (1)"},
        {"rows=2 cols=2 seed=-1", "seed = -1 is not a whole number in [0,"},
        {"rows=2 cols=2 first=0.5", "first = 0.5 is not a whole number in [0,"},
        {"rows=2 cols=2 order=11", "order = 11 is not a whole number in [1, 10]"},
        {"rows=2 cols=2 init=\"foo\"", "init = \"foo\" is neither \"hrs\" (0) nor \"lrs\" (1)"},
        {"rows=2 cols=2 start=\"warm\"", "start = \"warm\" is neither"},
        {"rows=2 cols=2 r_init=10", "10 ohm is outside [1000,"},
        {"rows=2 cols=2 r_init=20k init=\"lrs\"", "init and r_init are both given"},
        {"rows=2 cols=2 params=\"missing.json\"", "missing.json"},
        {"rows=2 cols=2 ends=\"left+right\"", "line"},
        {"rows=2 cols=2 state=\"missing.state\"", "missing.state"},
        {"rows=2 cols=2 state=\"column.state\"", "state = \"column.state\" holds 4 x 1 cells, not 2 x 2"},
        {"rows=2 cols=2 state=\"short.state\"", "short.state"},
        {"rows=2 cols=2 state=\"frozen.state\" seed=1", "seed and state are both given"},
        {"rows=2 cols=2 state=\"frozen.state\" init=\"hrs\"", "init and state are both given"},
        {"rows=2 cols=2 state_out=\"nowhere/x.state\"", "state_out = \"nowhere/x.state\": there is no folder"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        expect_refusal("ax [ a b c d ]", cases[k].parameters, "op", cases[k].text);
        expect_refusal("ax [ a b c d ]", cases[k].parameters, "tran 1n 10n", cases[k].text);
    }
    expect_refusal("ax [ a b c d ]", "rows=2 cols=2 state=\"frozen.state\"", "tran 1n 10n", "read-only");
    spice_circuit(
        "ax [ a b c d ] m\n.model m synaptogen_tile(rows=2 cols=2 state=\"frozen.state\")\nv1 a 0 0.1\nr1 b 0 1\n"
        "r2 c 0 1\nr3 d 0 1");
    spice_run("op");
}

Test(codemodel_tile, cells_in_two_tiles_at_once_are_refused_and_names_tell_tiles_apart)
{
    spice_circuit(
        "ax [ a b ] m\nay [ a b ] m\n.model m synaptogen_tile(rows=1 cols=1 first=3)\nv1 a 0 0.1\nr1 b 0 1k");
    cr_expect(spice_try("op") == false);
    cr_expect(spice_count_output("cell number 3 is used twice with seed 0") == 1, "%s", spice_output());
    spice_forget();
    spice_circuit(
        "ax [ a b ] m\nay [ a c ] m\n.model m synaptogen_tile(rows=1 cols=1)\nv1 a 0 0.1\nvb b 0 0\nvc c 0 0");
    spice_run("op");
    cr_expect(spice_last("i(vb)") != spice_last("i(vc)"));
}

Test(codemodel_tile, more_nodes_than_the_simulator_can_read_are_refused_before_anything_runs)
{
    static const int sizes[] = {240, 241, 245};
    for (int k = 0; k < 3; k++) {
        const int rows = sizes[k] - 10;
        for (int i = 0; i < rows; i++)
            spice_add("v%d l%d 0 0.1\n", i, i);
        for (int j = 0; j < 10; j++)
            spice_add("r%d b%d 0 10\n", j, j);
        spice_add("a1 [");
        for (int i = 0; i < rows; i++)
            spice_add(" l%d", i);
        for (int j = 0; j < 10; j++)
            spice_add(" b%d", j);
        spice_add(" ] m\n.model m synaptogen_tile(rows=%d cols=10 seed=2)\n", rows);
        if (sizes[k] == 240) {
            spice_load();
            spice_run("op");
            cr_expect(spice_last("v(b0)") > 0);
            spice_forget();
        } else {
            spice_clear_output();
            spice_try_load();
            cr_expect(spice_count_output("Too many ports in connection") == 1, "%s", spice_output());
        }
    }
}

static void use_and_remove(int number)
{
    const crossbar c = {.rows = 12, .cols = 10, .ends = {1, 1, 1, 1}, .r_wl = 1, .r_bl = 1};
    add_surroundings(&c, 3, 1.2, 1);
    crossbar_add_tile(&c, "seed=1 first=0 state_out=\"x.state\"");
    spice_load();
    spice_run(number % 2 ? "tran 100n 2u" : "op");
    spice_forget();
}

/* The simulator itself keeps about 1 kB of each circuit; a tile that stays would be 50 kB. */
Test(codemodel_tile, circuits_loaded_run_and_removed_leave_no_memory_behind)
{
    const double growth = spice_growth(support_cases(40, 180), use_and_remove);
    cr_expect(growth < 10000, "%g bytes per circuit", growth);
}
