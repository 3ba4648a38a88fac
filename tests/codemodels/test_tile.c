/* SPDX-License-Identifier: MIT */
/* A crossbar as one device against the same crossbar of single cells and resistors, in the same circuits. */
#include "support/crossbars.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>

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
    crossbar_save_terminals(c);
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

/* Runs a crossbar of each shape in this many random circuits, as a tile and as single cells. Returns how many cells
 * have switched. The shapes together have 219. */
static int expect_agreement(int circuits, double step, const char *options)
{
    int switched = 0;
    for (int k = 0; k < CROSSBAR_SHAPES; k++)
        for (int random = 0; random < circuits; random++) {
            const crossbar *c = &crossbar_shapes[k];
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
            double before[40] = {0};
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
                    cr_expect(cells == 0 || lrs == before[t],
                              "seed %d, gate %d: at %d ns the tile is at %g, the cell at %g", seed, gate, 50 * t,
                              before[t], lrs);
                    before[t] = lrs;
                }
                cr_expect(before[39] == 1);
                spice_forget();
            }
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
