/* SPDX-License-Identifier: MIT */
/* Monitors of single cells of tiles and arrays, against discrete cells at the same voltages. */
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(codemodel_cells, .init = spice_start);

enum { ROWS = 3, COLS = 2, CELLS = ROWS * COLS, VALUES = 6 };
static const char *const values[VALUES] = {"r", "resistance", "mode", "cycle", "u", "i"};

/* The cells 0 .. 5 of seed 4 on ideal lines, as a tile or as a driven array, which is a1. Word line 0 sweeps through SET,
 * partial RESET and RESET. */
static void load(bool tile, const char *parameters)
{
    spice_add("v0 w0 0 pwl(0 0 1u -1.5 2u 0 3u 0.9 4u 0 5u -1.5 6u 1.5 7u 0.2)\nv1 w1 0 pwl(0 0 1u 0.2 7u -0.9)\n"
              "v2 w2 0 pwl(0 0.1 7u 0.3)\nv3 b0 0 0\nv4 b1 0 pwl(0 0 1u 0.05 7u -0.1)\n");
    if (tile)
        spice_add("a1 [w0 w1 w2 b0 b1] tile\n.model tile synaptogen_tile(rows=3 cols=2 seed=4 first=0 %s)\n",
                  parameters);
    else
        spice_add("a1 [w0 w1 w2] null null left\na2 [b0 b1] null null bottom\n"
                  ".model left synaptogen_array(array=\"x\" side=\"left\" rows=3 cols=2 seed=4 first=0 %s)\n"
                  ".model bottom synaptogen_array(array=\"x\" side=\"bottom\")\n",
                  parameters);
    spice_add(".save v(w0) v(w1) v(w2) v(b0) v(b1)");
    for (int k = 0; k < CELLS; k++)
        for (int v = 0; v < VALUES; v++)
            spice_add(" @a1[%s_%d_%d]", values[v], k % ROWS, k / ROWS);
    spice_add("\n");
    spice_load();
}

/* Compares all monitors of cell k with the cell of the library, stepped through the voltages of the points from `first` on.
 * r of an array is good to 1e-5 (array.h); 1/R, and I/U up to 1.5 V, change by less than 4e-4 S per unit of r. */
static syn_cell expect_replay(int k, const syn_start *start, size_t first)
{
    const syn_model *m = support_model(0);
    static const double tolerance[VALUES] = {1e-5, 1e-5 * 4e-4, 0, 0, 1e-15, 1e-5 * 4e-4 * 1.6};
    char name[64];
    double *found[VALUES], *line[2];
    size_t n, length;
    syn_cell c;
    cr_assert(syn_cell_init(m, 4, (uint64_t)k, start, &c, NULL) == SYN_OK);
    snprintf(name, sizeof name, "v(w%d)", k % ROWS);
    line[0] = spice_vector(name, &n);
    snprintf(name, sizeof name, "v(b%d)", k / ROWS);
    line[1] = spice_vector(name, &n);
    for (int v = 0; v < VALUES; v++) {
        snprintf(name, sizeof name, "@a1[%s_%d_%d]", values[v], k % ROWS, k / ROWS);
        found[v] = spice_vector(name, &length);
        cr_assert(n > 0 && length == n, "%s: %zu points, not %zu", name, length, n);
    }
    for (size_t t = 0; t < n; t++) {
        const double u = line[0][t] - line[1][t];
        if (t >= first)
            syn_cell_step(m, &c, u, &c);
        const double expected[VALUES] = {
            c.state.r, 1 / syn_resistance_of_state(m, c.state.r), c.state.mode, (double)c.state.n,
            u,         syn_current(m, c.state.r, u, NULL)};
        for (int v = 0; v < VALUES; v++) {
            const double value = v == 1 ? 1 / found[v][t] : found[v][t];
            cr_assert(fabs(value - expected[v]) <= tolerance[v], "cell %d, %s at point %zu: %.9g, not %.9g", k,
                      values[v], t, value, expected[v]);
        }
    }
    for (int v = 0; v < VALUES; v++)
        free(found[v]);
    free(line[0]);
    free(line[1]);
    return c;
}

static const syn_start fresh = {0};

Test(codemodel_cells, each_cell_of_a_tile_and_an_array_has_the_monitors_of_the_cell_of_the_library)
{
    for (int tile = 0; tile < 2; tile++) {
        load(tile, "");
        for (int round = 0; round < 2; round++) {
            spice_run("op");
            for (int k = 0; k < CELLS; k++)
                expect_replay(k, &fresh, SIZE_MAX);
            spice_run("tran 20n 7u");
            for (int k = 0; k < CELLS; k++) {
                const syn_cell c = expect_replay(k, &fresh, 1);
                cr_expect(c.state.n == (k % ROWS == 0 ? 2 : 0), "the script switches the cells of word line 0");
            }
            spice_run("dc v0 0 -1.5 -0.05");
            for (int k = 0; k < CELLS; k++)
                expect_replay(k, &fresh, 0);
        }
        spice_forget();
    }
}

Test(codemodel_cells, before_anything_switches_they_are_those_of_the_start)
{
    static const struct {
        const char *parameters;
        syn_start start;
    } starts[] = {{"init=\"lrs\"", {.mode = SYN_LRS}},
                  {"r_init=20k", {.resistance = 20e3}},
                  {"r_init=20k start=\"stationary\"", {.resistance = 20e3, .history = SYN_STATIONARY}},
                  {"r_init=1e9", {.resistance = 1e9}}};
    for (int s = 0; s < 4; s++)
        for (int tile = 0; tile < 2; tile++) {
            load(tile, starts[s].parameters);
            spice_run("op");
            for (int k = 0; k < CELLS; k++)
                expect_replay(k, &starts[s].start, SIZE_MAX);
            spice_forget();
        }
}

Test(codemodel_cells, without_numbers_a_monitor_is_the_vector_of_all_cells_of_any_size)
{
    spice_circuit("v0 w 0 0.2\naw [ w w ] null null w\nab null [ i0 ] null b\n"
                  ".model w synaptogen_array(array=\"x\" side=\"left\" rows=200 cols=100 seed=1 first=0 "
                  "rest_ground=\"left+bottom\")\n"
                  ".model b synaptogen_array(array=\"x\" side=\"bottom\")\n.save v(w)");
    spice_run("op");
    spice_do("let whole = @ab[resistance]");
    spice_do("let across = @ab[u]");
    spice_do("let named = @ab[resistance_7_80]");
    size_t n;
    double *r = spice_vector("whole", &n);
    cr_assert(n == 20000);
    for (size_t k = 0; k < n; k += 777) {
        syn_cell c;
        cr_assert(syn_cell_init(support_model(0), 1, k, NULL, &c, NULL) == SYN_OK);
        cr_expect(fabs(1 / r[k] - 1 / syn_resistance_of_state(support_model(0), c.state.r)) < 1e-5 * 3e-4);
    }
    cr_expect(spice_last("named") == r[7 + 200 * 80]);
    free(r);
    double *u = spice_vector("across", &n);
    for (size_t k = 0; k < n; k++)
        cr_assert(u[k] == (k % 200 < 2 ? 0.2 : 0), "cell %zu: %g V", k, u[k]);
    free(u);
}

Test(codemodel_cells, names_of_cells_that_do_not_exist_are_refused_also_if_another_crossbar_has_them)
{
    spice_circuit("v0 w 0 0.2\na1 [w 0] small\na2 [w 0 0 0 0] large\n"
                  ".model small synaptogen_tile(rows=1 cols=1 seed=1 first=0)\n"
                  ".model large synaptogen_tile(rows=3 cols=2 seed=2 first=0)\n.save v(w)");
    spice_run("op");
    spice_do("print @a2[r_2_1] @a1[r_0_0]");
    cr_expect(spice_count_output("@a2[r_2_1] = 8.") == 1 && spice_count_output("@a1[r_0_0] = 8.") == 1);
    spice_clear_output();
    spice_do("let x = @a1[r_2_1]");
    spice_do("let y = @a2[r_3_0]");
    cr_expect(spice_length("x") == 0 && spice_length("y") == 0);
}
