/* SPDX-License-Identifier: MIT */
/* The cells of tiles and arrays switch in the order of infinitely fine steps, whatever the step of the simulator is. */
#include "support/crossbars.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>

static void begin(void)
{
    crossbar_enter_folder();
    spice_start();
}

TestSuite(codemodel_tile_races, .init = begin, .fini = crossbar_leave_folder);

enum { MOST = 9, FAMILIES = 4 };
static const double edge = 20e-9, whole = 80e-9;

/* A crossbar of 2 to 6 cells behind resistances, and one wave. */
typedef struct trial {
    crossbar c;
    int family, seed;
    const char *init;
    double wave[3], ohm[4][3]; /* V; of the line ends */
    bool driven[4][3];         /* by the wave; else by 0 V */
    bool as_array;
} trial;

static double log_uniform(uint64_t *random, double low, double high)
{
    return low * pow(high / low, support_uniform(random, 0, 1));
}

/* Word lines behind one resistance; drivers at all lines; floating lines; wires. */
static trial draw(int family, int number)
{
    uint64_t random = (uint64_t)(1000 * family + number);
    trial t = {.family = family, .seed = number, .c = {.ends = {1, 0, 0, 1}}};
    t.c.rows = family == 0 ? 1 : 1 + (int)support_uniform(&random, 0, 2);
    t.c.cols = family == 0 ? 2 + (int)support_uniform(&random, 0, 4) : 2 + (int)support_uniform(&random, 0, 2);
    t.c.r_wl = t.c.r_bl = family == 3 ? log_uniform(&random, 5, 200) : 0;
    t.init = support_uniform(&random, 0, 1) < 0.5 ? "lrs" : "hrs";
    const double sign = support_uniform(&random, 0, 1) < 0.5 ? -1 : 1, scale = family == 2 ? 1.6 : 1;
    for (int k = 0; k < 3; k++)
        t.wave[k] = (k % 2 ? -1 : 1) * sign * scale * support_uniform(&random, 1.2, 2.2);
    for (int side = 0; side < 4; side += 3)
        for (int k = 0; k < 3; k++) {
            const bool floats = family == 2 && support_uniform(&random, 0, 1) < (side == 0 ? 0.6 : 0.2);
            t.ohm[side][k] = floats        ? 1e9
                             : family == 0 ? log_uniform(&random, 300, 5000)
                                           : log_uniform(&random, 20, 2000);
            t.driven[side][k] = !floats && support_uniform(&random, 0, 1) < (side == 0 ? 0.7 : 0.2);
        }
    t.driven[0][0] = t.driven[0][0] || t.ohm[0][0] < 1e9;
    if (family == 0)
        t.driven[3][0] = t.driven[3][1] = t.driven[3][2] = false;
    return t;
}

/* The ends of the bit lines of the first family are ground. An array has the resistances of a side in common. */
static double ohm(const trial *t, int side, int k)
{
    return t->c.cols > 3 && side == 3 ? 1e-3 : t->ohm[side][t->as_array ? 0 : k % 3];
}

static void add_sources(const trial *t, bool resistors)
{
    spice_add("vw wave 0 pwl(0 0 %g %.9g %g %.9g %g %.9g %g 0)\n", edge, t->wave[0], 2 * edge, t->wave[1], 3 * edge,
              t->wave[2], 4 * edge);
    for (int side = 0; side < 4; side += 3)
        for (int k = 0; k < crossbar_lines(&t->c, side); k++) {
            const char *name = crossbar_sides[side], *from = t->driven[side][k % 3] ? "wave" : "0";
            if (resistors)
                spice_add("r%s%d %s %s%d %.9g\n", name, k, from, name, k, ohm(t, side, k));
            else
                spice_add("v%s%d in_%s%d %s 0\n", name, k, name, k, from);
        }
}

static void run(const trial *t, int steps)
{
    spice_load();
    cr_assert(spice_try("tran %.9g %.9g 0 %.9g", whole / steps, whole, whole / steps),
              "family %d, circuit %d, %d steps: %s", t->family, t->seed, steps, spice_output());
}

/* Mode and cycle of each cell, as single cells with fine steps. The races of single cells are tested against a solver of
 * their own. Returns how many cells have switched. */
static int run_cells(const trial *t, double mode[MOST], double cycle[MOST])
{
    char parameters[60];
    int switched = 0;
    snprintf(parameters, sizeof parameters, "seed=%d init=\"%s\"", t->seed, t->init);
    add_sources(t, true);
    crossbar_add_cells(&t->c, parameters);
    for (int k = 0; k < t->c.rows * t->c.cols; k++)
        spice_add(".save @a%d[mode] @a%d[cycle]\n", k, k);
    run(t, 1000);
    for (int k = 0; k < t->c.rows * t->c.cols; k++) {
        char name[20];
        snprintf(name, sizeof name, "@a%d[mode]", k);
        mode[k] = spice_last(name);
        snprintf(name, sizeof name, "@a%d[cycle]", k);
        cycle[k] = spice_last(name);
        switched += cycle[k] > 0 || mode[k] != (*t->init == 'l' ? SYN_LRS : SYN_HRS);
    }
    spice_forget();
    return switched;
}

static void expect_same_end(const trial *t, int steps, const double *mode, const double *cycle)
{
    const double r[4] = {ohm(t, 0, 0), 0, 0, ohm(t, 3, 0)};
    char parameters[100];
    snprintf(parameters, sizeof parameters, "seed=%d first=0 init=\"%s\" state_out=\"end.state\"", t->seed, t->init);
    add_sources(t, !t->as_array);
    if (t->as_array)
        crossbar_add_array(&t->c, r, 100, 1, parameters);
    else
        crossbar_add_tile(&t->c, parameters);
    run(t, steps);
    spice_forget();
    syn_array *a = crossbar_load_state("end.state");
    for (int k = 0; k < t->c.rows * t->c.cols; k++) {
        syn_state s;
        syn_array_state(a, (size_t)k, &s, NULL);
        cr_expect(s.mode == mode[k] && (double)s.n == cycle[k],
                  "family %d, circuit %d, %s, %d steps: cell %d ends in mode %d and cycle %d, not %g and %g",
                  t->family, t->seed, t->as_array ? "array" : "tile", steps, k, (int)s.mode, (int)s.n, mode[k],
                  cycle[k]);
    }
    syn_array_free(a);
}

/* Returns how many cells have switched. */
static int expect_steps_do_not_matter_in(int family, int number, bool as_array)
{
    double mode[MOST], cycle[MOST];
    trial t = draw(family, number);
    t.as_array = as_array;
    const int switched = run_cells(&t, mode, cycle);
    expect_same_end(&t, 20, mode, cycle);
    expect_same_end(&t, 200, mode, cycle);
    return switched;
}

static void expect_steps_do_not_matter(bool as_array)
{
    const int circuits = support_cases(3, 30);
    int switched = 0;
    for (int family = 0; family < FAMILIES; family++)
        for (int number = 0; number < circuits; number++)
            switched += expect_steps_do_not_matter_in(family, number, as_array);
    cr_expect(switched > 2 * FAMILIES * circuits, "only %d cells have switched", switched);
    /* In these circuits the end is another one if all cells that are beyond a threshold go at once. */
    expect_steps_do_not_matter_in(0, 14, as_array);
    expect_steps_do_not_matter_in(2, 25, as_array);
}

Test(codemodel_tile_races, cells_of_a_tile_end_as_single_cells_with_fine_steps, .timeout = 300)
{
    expect_steps_do_not_matter(false);
}

Test(codemodel_tile_races, cells_of_an_array_end_as_single_cells_with_fine_steps, .timeout = 300)
{
    expect_steps_do_not_matter(true);
}

/* Two HRS cells, one of them alone and one in a tile, share a resistance: only the one with the lower threshold is SET. */
Test(codemodel_tile_races, tiles_and_single_cells_take_turns)
{
    for (int seed = 0; seed < 8; seed++) {
        int lrs[2] = {-1, -1};
        for (int fine = 0; fine < 2; fine++) {
            spice_add("v1 s 0 pwl(0 0 20n -2 40n -2)\nr1 s x 12k\na0 %%gd(x 0) m\na1 [x b] t\nvb b 0 0\n"
                      ".model m synaptogen(seed=%d index=1)\n"
                      ".model t synaptogen_tile(rows=1 cols=1 seed=%d first=1)\n.save @a0[mode] @a1[lrs]\n",
                      seed, seed);
            spice_load();
            spice_run(fine ? "tran 5p 40n 0 5p" : "tran 10n 40n 0 10n");
            const int both = (int)(spice_last("@a0[mode]") + 2 * spice_last("@a1[lrs]"));
            cr_expect(fine == 0 || both == lrs[0], "seed %d: %d with coarse steps, %d with fine ones", seed, lrs[0],
                      both);
            lrs[fine] = both;
            spice_forget();
        }
        cr_expect(lrs[0] == 1 || lrs[0] == 2, "seed %d: both or none are SET (%d)", seed, lrs[0]);
    }
}
