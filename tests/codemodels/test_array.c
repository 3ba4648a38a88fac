/* SPDX-License-Identifier: MIT */
/* The driven array in banks: against the tile in the same circuit, against the library, and in whatever pieces. */
#include "support/crossbars.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <synaptogen/array_file.h>

static void start(void)
{
    crossbar_enter_folder();
    spice_start();
}

TestSuite(codemodel_array, .init = start, .fini = crossbar_leave_folder, .timeout = 300);

static const crossbar shapes[] = {
    {.rows = 1, .cols = 1, .ends = {1, 0, 0, 1}},
    {.rows = 1, .cols = 6, .ends = {1, 0, 0, 1}, .r_wl = 30},
    {.rows = 6, .cols = 1, .ends = {0, 1, 1, 0}, .r_bl = 20},
    {.rows = 4, .cols = 3, .ends = {1, 1, 0, 1}, .r_wl = 50, .r_bl = 10, .half = 1},
    {.rows = 5, .cols = 5, .ends = {1, 0, 0, 1}, .r_access = 1000},
    {.rows = 9, .cols = 7, .ends = {1, 1, 1, 1}, .r_wl = 5, .r_bl = 5},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };
static const double drivers[4] = {300, 200, 100, 50};

/* Random pulses on every line, at the nodes in_left0, ..; and drivers for a tile behind them. */
static void add_sources(const crossbar *c, uint64_t random, int for_tile)
{
    spice_add(".options reltol=1e-6 vntol=1e-9\n");
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++) {
            const char *name = crossbar_sides[side];
            spice_add("v_%s%d in_%s%d 0 pwl(0 0", name, k, name, k);
            for (int p = 0; p < 3; p++)
                spice_add(" %du %.6f %du 0", 2 * p + 1, support_uniform(&random, -1.1, 1.1), 2 * p + 2);
            spice_add(")\n");
            if (for_tile)
                spice_add("r_%s%d in_%s%d %s%d %.17g\n", name, k, name, k, name, k, drivers[side]);
        }
}

static void expect_same_states(const char *one, const char *other, double tolerance, const char *what)
{
    syn_array *a = crossbar_load_state(one), *b = crossbar_load_state(other);
    cr_assert(syn_array_size(a) == syn_array_size(b) && syn_array_first(a) == syn_array_first(b));
    for (size_t k = 0; k < syn_array_size(a); k++) {
        syn_state s, t;
        syn_array_state(a, k, &s, NULL);
        syn_array_state(b, k, &t, NULL);
        cr_expect(s.n == t.n && s.mode == t.mode && fabs(s.r - t.r) <= tolerance,
                  "%s, cell %zu: %g (%d), not %g (%d)", what, k, t.r, (int)t.mode, s.r, (int)s.mode);
    }
    syn_array_free(a);
    syn_array_free(b);
}

/* The currents that leave at the ends, at the end of each quarter of a ramp. */
static void expect_same_currents(const crossbar *c, double seen[64][24], int compare, const char *what)
{
    int n = 0;
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++, n++)
            for (int t = 0; t < 24; t++) {
                char name[40];
                sprintf(name, compare ? "v(out_%s%d)" : "i(v_%s%d)", crossbar_sides[side], k);
                const double i = spice_at(name, "time", 6e-6 * (t + 0.65) / 24);
                /* Interpolated between points 10 ns apart, and around a SET between two of them by as much as it
                 * moves the current, in one of the runs a point later: those times are left out by chance. */
                cr_expect(compare == 0 || fabs(i - seen[n][t]) < 2e-6, "%s: %s at %g s is %g A, not %g A", what, name,
                          6e-6 * (t + 0.65) / 24, i, seen[n][t]);
                seen[n][t] = i;
            }
}

Test(codemodel_array, array_in_banks_of_any_size_and_order_is_the_tile_behind_resistors)
{
    size_t lrs = 0;
    for (int k = 0; k < SHAPES; k++)
        for (uint64_t random = 0; random < 4; random++) {
            const crossbar *c = &shapes[k];
            char what[80], parameters[100];
            double seen[64][24];
            sprintf(what, "%d x %d, circuit %d", c->rows, c->cols, (int)random);
            sprintf(parameters, "seed=%d first=0 state_out=\"tile.state\"", 5 * k + (int)random);
            add_sources(c, random, 1);
            crossbar_add_tile(c, parameters);
            spice_load();
            spice_run("tran 10n 6u 0 10n");
            expect_same_currents(c, seen, 0, what);
            spice_forget();
            sprintf(parameters, "seed=%d first=0 state_out=\"array.state\"", 5 * k + (int)random);
            add_sources(c, random, 0);
            crossbar_add_array(c, drivers, 1 + (int)random, random, parameters);
            spice_load();
            spice_run("tran 10n 6u 0 10n");
            expect_same_currents(c, seen, 1, what);
            lrs += (size_t)spice_last("@ax0[switched]");
            spice_forget();
            /* Voltages of the circuit around the tile are good to 1e-6. */
            expect_same_states("tile.state", "array.state", 2e-5, what);
        }
    cr_expect(lrs > 100, "only %zu cells have switched", lrs);
}

/* Voltages of a half-select write: word line i is pulsed against the bit lines of the ones, then of the zeros. */
static double write_voltage(const crossbar *c, int is_bit_line, int k, double t)
{
    const int row = (int)t / 2, reset = (int)t % 2;
    const double height = 1 - fabs(2 * (t - floor(t)) - 1), peak = reset ? 1.3 : -1.3;
    const int wanted = (row + k) % 2 == 0;
    if (row >= c->rows)
        return 0;
    if (is_bit_line)
        return wanted == !reset ? -peak / 2 * height : 0;
    return k == row ? peak / 2 * height : 0;
}

/* The library takes one step for each accepted point of the simulator, at the same voltages: the same bits and the
 * same disturbs, in the bytes of the state file. */
Test(codemodel_array, a_half_select_write_is_that_of_the_library_byte_by_byte)
{
    static const crossbar arrays[] = {{.rows = 6, .cols = 9, .ends = {1, 0, 0, 1}},
                                      {.rows = 16, .cols = 16, .ends = {1, 0, 0, 1}, .r_wl = 2, .r_bl = 2}};
    for (int k = 0; k < 2; k++) {
        const crossbar *c = &arrays[k];
        static const double r[4] = {10, 0, 0, 10};
        for (int bit = 0; bit < 2; bit++)
            for (int line = 0; line < (bit ? c->cols : c->rows); line++) {
                spice_add("v%d_%d in_%s%d 0 pwl(0 0", bit, line, bit ? "bottom" : "left", line);
                for (int p = 0; p < 2 * c->rows; p++)
                    spice_add("\n+ %d.5u %.9g %du 0", p, write_voltage(c, bit, line, p + 0.5), p + 1);
                spice_add(")\n");
            }
        crossbar_add_array(c, r, 100, 1, "seed=11 first=0 state_out=\"spice.state\"");
        spice_load();
        spice_run("tran 500n %du", 2 * c->rows);
        size_t points;
        double *lines[2][16];
        for (int bit = 0; bit < 2; bit++)
            for (int line = 0; line < (bit ? c->cols : c->rows); line++) {
                char name[40];
                sprintf(name, "v(in_%s%d)", bit ? "bottom" : "left", line);
                lines[bit][line] = spice_vector(name, &points);
            }
        cr_assert(points < (size_t)(30 * c->rows), "%zu points", points);
        syn_array *a;
        syn_crossbar *x = crossbar_in_library(c, r);
        const syn_array_options o = {.rows = (size_t)c->rows};
        cr_assert(syn_array_create(support_model(0), 11, (size_t)(c->rows * c->cols), &o, &a, NULL) == SYN_OK);
        cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
        for (size_t p = 1; p < points; p++) {
            double v[2][16];
            for (int bit = 0; bit < 2; bit++)
                for (int line = 0; line < (bit ? c->cols : c->rows); line++)
                    v[bit][line] = lines[bit][line][p];
            cr_assert(syn_crossbar_step(x, (const double *const[]){v[0], NULL, NULL, v[1]}, NULL, NULL) == SYN_OK);
        }
        cr_assert(syn_array_save(a, "library.state", NULL) == SYN_OK);
        size_t wrong = 0;
        for (int i = 0; i < c->rows; i++)
            for (int j = 0; j < c->cols; j++) {
                syn_state s;
                syn_array_state(a, (size_t)(i + c->rows * j), &s, NULL);
                wrong += (s.mode == SYN_LRS) != ((i + j) % 2 == 0);
            }
        cr_expect(wrong < (size_t)(c->rows * c->cols / 4) && spice_last("@ax0[switched]") > 0, "%zu wrong bits",
                  wrong);
        /* The solutions agree to 1e-10 of the currents, a state of a RESET to 1e-7. */
        expect_same_states("library.state", "spice.state", 1e-6, "write");
        for (int bit = 0; bit < 2; bit++)
            for (int line = 0; line < (bit ? c->cols : c->rows); line++)
                free(lines[bit][line]);
        syn_crossbar_free(x);
        syn_array_free(a);
        spice_forget();
    }
}

/* Two word lines and a bit line belong to a circuit of transistors and capacitors, the others are driven. */
Test(codemodel_array, exact_ports_in_an_array_are_those_of_a_tile)
{
    static const char circuit[] =
        "vp p 0 pwl(0 0 1u -1.4 2u 0 3u 1.4 4u 0)\nvg g 0 3\n.model nm nmos level=1 vto=0.4 kp=1e-4\n"
        "m1 p g x0 0 nm w=20u l=1u\nr1 p x1 2k\nc1 x1 0 0.1p\nr2 y0 0 500\nc2 y0 0 0.2p\n"
        ".options reltol=1e-6 vntol=1e-9\nv2 d2 0 pwl(0 0 1u 0.4 2u 0 3u -0.4 4u 0)\nv3 d3 0 0\n";
    double seen[3][20];
    static const char *const nodes[] = {"v(x0)", "v(x1)", "v(y0)"};
    for (int exact = 0; exact < 2; exact++) {
        spice_add("%s", circuit);
        if (exact)
            spice_add("ap null null [ x0 y0 x1 ] mp\nad [ d2 d3 ] null null md\nab null [ o0 o1 o2 ] null mb\n"
                      ".model mp synaptogen_array(array=\"x\" at=\"left:0+bottom:0+left:1\")\n"
                      ".model md synaptogen_array(array=\"x\" side=\"left\" line=2 rows=4 cols=4 r_wl=20 r_bl=20 "
                      "seed=6 first=0 "
                      "r_left=100 r_bottom=10 state_out=\"exact.state\")\n"
                      ".model mb synaptogen_array(array=\"x\" side=\"bottom\" line=1)\n");
        else
            spice_add(
                "r3 d2 x2 100\nr4 d3 x3 100\nr5 y1 0 10\nr6 y2 0 10\nr7 y3 0 10\na1 [ x0 x1 x2 x3 y0 y1 y2 y3 ] m\n"
                ".model m synaptogen_tile(rows=4 cols=4 r_wl=20 r_bl=20 seed=6 first=0 state_out=\"tile.state\")\n");
        spice_load();
        spice_run("tran 5n 4u 0 5n");
        for (int k = 0; k < 3; k++)
            for (int t = 0; t < 20; t++) {
                const double v = spice_at(nodes[k], "time", 4e-6 * (t + 0.55) / 20);
                cr_expect(exact == 0 || fabs(v - seen[k][t]) < 2e-3, "%s: %g V, not %g V", nodes[k], v, seen[k][t]);
                seen[k][t] = v;
            }
        cr_expect(spice_last(exact ? "@ap[switched]" : "@a1[switched]") > 0);
        if (exact) /* 10 ohm and the voltage across them */
            cr_expect(isfinite(spice_last("v(o2)")));
        spice_forget();
    }
    expect_same_states("tile.state", "exact.state", 2e-5, "exact ports");
}

Test(codemodel_array, outputs_are_currents_that_leave_as_voltages_or_as_currents)
{
    spice_circuit(
        "v0 r0 p 0.2\nvp p 0 0.1\nv1 r1 0 -0.1\n"
        "aw %%vd [ r0 p r1 0 ] null null mw\nav null [ s0 ] null mv\nai null %%i [ c1 ] null mi\nrc c1 0 2k\n"
        ".model mw synaptogen_array(array=\"x\" side=\"left\" rows=2 cols=2 seed=1 first=0)\n"
        ".model mv synaptogen_array(array=\"x\" side=\"bottom\" line=0 gain=5k)\n"
        ".model mi synaptogen_array(array=\"x\" side=\"bottom\" line=1 gain=3)");
    spice_run("op");
    const syn_model *m = support_model(0);
    double i[2];
    for (uint64_t j = 0; j < 2; j++) {
        i[j] = 0;
        for (uint64_t k = 0; k < 2; k++) {
            syn_cell cell;
            cr_assert(syn_cell_init(m, 1, k + 2 * j, NULL, &cell, NULL) == SYN_OK);
            i[j] += syn_current(m, cell.state.r, k == 0 ? 0.2 : -0.1, NULL);
        }
    }
    /* single precision states */
    cr_expect(fabs(spice_last("v(s0)") - 5e3 * i[0]) < 5e3 * 1e-11, "%g V, not %g V", spice_last("v(s0)"),
              5e3 * i[0]);
    cr_expect(fabs(spice_last("v(c1)") - 2e3 * 3 * i[1]) < 6e3 * 1e-11, "%g V, not %g V", spice_last("v(c1)"),
              6e3 * i[1]);
}

Test(codemodel_array, lines_without_a_bank_are_open_or_at_ground_as_the_netlist_says)
{
    double i[2];
    static const char *const rest[] = {"rest_open=\"left\"", "rest_ground=\"left\""};
    for (int ground = 0; ground < 2; ground++) {
        spice_circuit(
            "v0 r1 0 0.3\naw [ r1 ] null null mw\nab null [ s0 s1 ] null mb\n"
            ".model mw synaptogen_array(array=\"x\" side=\"left\" line=1 rows=3 cols=2 seed=1 first=0 r_left=10 %s)\n"
            ".model mb synaptogen_array(array=\"x\" side=\"bottom\" r_bottom=10k)",
            rest[ground]);
        spice_run("op");
        i[ground] = spice_last("v(s0)");
        double v[3] = {0, 0.3, 0};
        double left[3] = {ground ? 10 : INFINITY, 10, ground ? 10 : INFINITY}, bottom[2] = {10e3, 10e3};
        syn_wires w = {.rows = 3, .cols = 2, .end = {[SYN_LEFT] = left, [SYN_BOTTOM] = bottom}};
        syn_crossbar *x;
        syn_array *a;
        cr_assert(syn_crossbar_create(&w, 1, &x, NULL) == SYN_OK);
        cr_assert(syn_array_create(support_model(0), 1, 6, &(syn_array_options){.rows = 3}, &a, NULL) == SYN_OK);
        cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
        cr_assert(syn_crossbar_solve(x, (const double *const[]){v, NULL, NULL, NULL}, NULL, NULL) == SYN_OK);
        cr_expect(fabs(i[ground] + syn_crossbar_current(x, SYN_BOTTOM)[0]) < 1e-9 * fabs(i[ground]));
        syn_crossbar_free(x);
        syn_array_free(a);
        spice_forget();
    }
    cr_expect(i[0] > 1.01 * i[1], "%g A and %g A", i[0], i[1]);
}

Test(codemodel_array, arrays_in_two_subcircuits_are_two_arrays)
{
    spice_circuit(
        "v0 r 0 0.2\nx1 r s1 sub\nx2 r s2 sub\n.subckt sub in out\naw [ in ] null null mw\nab null [ out ] null mb\n"
        ".model mw synaptogen_array(array=\"x\" side=\"left\" rows=1 cols=1)\n"
        ".model mb synaptogen_array(array=\"x\" side=\"bottom\")\n.ends");
    spice_run("op");
    const uint64_t cells[] = {syn_cell_of_name("x1.x"), syn_cell_of_name("x2.x")};
    for (int k = 0; k < 2; k++) {
        syn_cell c;
        cr_assert(syn_cell_init(support_model(0), 0, cells[k], NULL, &c, NULL) == SYN_OK);
        const double i = syn_current(support_model(0), c.state.r, 0.2, NULL),
                     seen = spice_last(k ? "v(s2)" : "v(s1)");
        /* A state in single precision, 1e-5: that much of the LRS current, which is 20 times this one. */
        cr_expect(fabs(seen - i) < 2e-4 * i, "%g A, not %g A", seen, i);
    }
}

Test(codemodel_array, ac_analysis_is_refused_with_outputs_and_exact_at_ports)
{
    spice_circuit("v0 r 0 dc 0.2 ac 1\naw [ r ] null null mw\nab null [ s ] null mb\n"
                  ".model mw synaptogen_array(array=\"x\" side=\"left\" rows=1 cols=1)\n"
                  ".model mb synaptogen_array(array=\"x\" side=\"bottom\")");
    cr_expect(spice_try("ac lin 1 1 1") == false);
    cr_expect(spice_count_output("in small-signal analyses; use ports") == 1, "%s", spice_output());
    spice_forget();
    spice_circuit("v0 r 0 dc 0.2 ac 1\nrs s 0 1k\naw null null [ r s ] mw\n"
                  ".model mw synaptogen_array(array=\"x\" at=\"left:0+bottom:0\" rows=1 cols=1 seed=3 first=4)");
    spice_run("ac lin 1 1 1");
    const double v_ac = spice_last("v(s)");
    spice_run("op");
    double g;
    syn_cell c;
    cr_assert(syn_cell_init(support_model(0), 3, 4, NULL, &c, NULL) == SYN_OK);
    syn_current(support_model(0), c.state.r, 0.2 - spice_last("v(s)"), &g);
    cr_expect(fabs(v_ac - 1e3 * g / (1 + 1e3 * g)) < 1e-5 * v_ac, "%g, not %g", v_ac, 1e3 * g / (1 + 1e3 * g));
}

Test(codemodel_array, large_arrays_of_many_banks_read_what_the_library_reads)
{
    const crossbar c = {.rows = 700, .cols = 500, .ends = {1, 0, 0, 1}};
    for (int i = 0; i < 700; i++)
        spice_add("v%d in%d 0 %g\n", i, i, 0.1 + 1e-4 * i);
    for (int k = 0; k < 700; k += 200) {
        spice_add("aw%d [", k);
        for (int i = k; i < k + 200 && i < 700; i++)
            spice_add(" in%d", i);
        spice_add(" ] null null w%d\n.model w%d synaptogen_array(array=\"big\" side=\"left\" line=%d)\n", k, k, k);
    }
    for (int k = 0; k < 500; k += 240) {
        spice_add("ab%d null [", k);
        for (int j = k; j < k + 240 && j < 500; j++)
            spice_add(" s%d", j);
        spice_add(" ] null b%d\n.model b%d synaptogen_array(array=\"big\" side=\"bottom\" line=%d %s)\n", k, k, k,
                  k == 240 ? "rows=700 cols=500 r_wl=1 r_bl=1 r_left=100 r_bottom=10 seed=5 first=0" : "");
    }
    spice_load();
    spice_run("op");
    const double left = 100, bottom = 10;
    double *v = calloc(700, sizeof *v), *ends = calloc(1200, sizeof *ends);
    for (int k = 0; k < 700; k++) {
        v[k] = 0.1 + 1e-4 * k;
        ends[k] = left;
        ends[k < 500 ? 700 + k : 700] = bottom;
    }
    syn_wires w = {
        .rows = 700, .cols = 500, .r_wl = 1, .r_bl = 1, .end = {[SYN_LEFT] = ends, [SYN_BOTTOM] = ends + 700}};
    syn_crossbar *x;
    syn_array *a;
    const syn_array_options o = {.rows = 700, .read_only = 1};
    cr_assert(c.rows == 700 && syn_crossbar_create(&w, 1, &x, NULL) == SYN_OK);
    cr_assert(syn_array_create(support_model(0), 5, 350000, &o, &a, NULL) == SYN_OK);
    cr_assert(syn_crossbar_bind(x, a, NULL) == SYN_OK);
    cr_assert(syn_crossbar_solve(x, (const double *const[]){v, NULL, NULL, NULL}, NULL, NULL) == SYN_OK);
    for (int j = 0; j < 500; j += 33) {
        char name[20];
        sprintf(name, "v(s%d)", j);
        const double i = -syn_crossbar_current(x, SYN_BOTTOM)[j];
        cr_expect(fabs(spice_last(name) - i) < 1e-8 * i, "%s: %g, not %g", name, spice_last(name), i);
    }
    free(v);
    free(ends);
    syn_crossbar_free(x);
    syn_array_free(a);
}

static void expect_refusal(const char *banks, const char *text)
{
    spice_clear_output();
    spice_circuit("v1 a 0 0.1\nv2 b 0 0.1\n%s", banks);
    cr_expect(spice_try("op") == false, "%s", banks);
    cr_expect(spice_count_output("Instance: ") == 1 && spice_count_output(text) == 1, "%s: \"%s\" is not in %s",
              banks, text, spice_output());
    spice_forget();
}

#define MODEL(name, rest) ".model " name " synaptogen_array(" rest ")\n"
#define LEFT              "al [ a b ] null null ml\n"
#define BOTTOM            "ab null [ s0 s1 ] null mb\n"
#define GOOD_LEFT         MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2")
#define GOOD_BOTTOM       MODEL("mb", "array=\"x\" side=\"bottom\"")

Test(codemodel_array, what_is_wrong_is_told_in_one_line)
{
    static const char *const cases[][2] = {
        {LEFT MODEL("ml", "side=\"left\" rows=2 cols=2"), "array is not given"},
        {LEFT MODEL("ml", "array=\"x\" rows=2 cols=2"), "side is not given"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left+top\" rows=2 cols=2"), "side = \"left+top\" is not one side"},
        {LEFT MODEL("ml", "array=\"x\" side=\"west\" rows=2 cols=2"),
         "side = \"west\" is not one side: left, right, top or bottom"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" cols=2"), "rows is not given"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 line=1"),
         "line 2 is beyond the last line of side left, 1"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 line=0.5"), "line = 0.5 is not a whole number"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=3 cols=2"), "line 2 of side left is in no bank"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=3 cols=2 rest_open=\"left\" rest_ground=\"left\""),
         "rest_open or rest_ground, and not both"},
        {LEFT BOTTOM GOOD_LEFT MODEL("mb", "array=\"x\" side=\"bottom\" rows=3"), "rows = "},
        {LEFT BOTTOM GOOD_LEFT MODEL("mb", "array=\"x\" side=\"bottom\" rows=3"),
         " at ab and "}, /* both banks are named, in the order of the simulator */
        {LEFT BOTTOM GOOD_LEFT MODEL("mb", "array=\"x\" side=\"bottom\" rows=3"), " at al"},
        {LEFT BOTTOM GOOD_LEFT MODEL("mb", "array=\"x\""), "side is not given"},
        {LEFT BOTTOM GOOD_LEFT MODEL("mb", "array=\"x\" side=\"bottom\" gain=1e400"),
         "gain = inf is not a finite number"},
        {LEFT BOTTOM MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 gain=2") GOOD_BOTTOM,
         "gain is given, but the bank has no outputs"},
        {LEFT BOTTOM MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 init=\"lrs\"")
             MODEL("mb", "array=\"x\" side=\"bottom\" init=\"hrs\""),
         "init = \""},
        {LEFT "am [ b a ] null null ml\n" GOOD_LEFT, "of side left is in another bank, too"},
        {LEFT "ap null null [ a ] mp\n" GOOD_LEFT MODEL("mp", "array=\"x\" side=\"left\""),
         "of side left is in another bank, too"},
        {"al [ a b ] null [ c d ] ml\n" GOOD_LEFT, "ports and in or out in one bank"},
        {"al [ a b ] [ c ] null ml\n" GOOD_LEFT, "in has 2 lines and out has 1"},
        {"al null null null ml\n" GOOD_LEFT, "a bank without in, out and ports"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 at=\"left:0+left:1\""),
         "at names line ends for ports"},
        {"ap null null [ a b ] mp\n" MODEL("mp", "array=\"x\" at=\"left:0\" rows=2 cols=2"),
         "names 1 line ends for 2 nodes"},
        {"ap null null [ a b ] mp\n" MODEL("mp", "array=\"x\" at=\"left:0+left\" rows=2 cols=2"),
         "\"left\" is not a line end such as left:0"},
        {"ap null null [ a ] mp\naq null null [ b ] mq\n" MODEL("mp", "array=\"x\" side=\"left\" rows=2 cols=2")
             MODEL("mq", "array=\"x\" side=\"left\" line=1"),
         "a second bank with ports"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 r_left=-1"),
         "r_left = -1 ohm is not a finite number from 0 on"},
        {LEFT MODEL("ml", "array=\"x\" side=\"left\" rows=2 cols=2 seed=1.5"), "seed = 1.5 is not a whole number"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        expect_refusal(cases[k][0], cases[k][1]);
}

#define PORTS(parameters)                                                                                            \
    "ap null null [ a b ] mp\n" MODEL("mp", "array=\"x\" rows=2 cols=2 rest_ground=\"bottom\" " parameters)

Test(codemodel_array, sides_and_line_ends_that_are_none_are_told_in_one_line)
{
    static const char *const cases[][2] = {
        {PORTS("at=\":0+left:1\""), "\":0\" is not a line end such as left:0"},
        {PORTS("at=\"left:0+...+left:1\""), "\"...\" is not a line end such as left:0"},
        {PORTS("at=\"left:0+left:1+\""), "\"\" is not a line end such as left:0"},
        {PORTS("at=\"+left:0+left:1\""), "\"\" is not a line end such as left:0"},
        {PORTS("at=\"left:0++left:1\""), "\"\" is not a line end such as left:0"},
        {PORTS("at=\"left:0+left:-1\""), "\"left:-1\" is not a line end such as left:0"},
        {PORTS("at=\"left:0+left:1x\""), "\"left:1x\" is not a line end such as left:0"},
        {PORTS("at=\"left:0+left:18446744073709551617\""), "is not a line end such as left:0"},
        {PORTS("at=\"l:0+left:1\""), "\"l:0\" is not a line end such as left:0"},
        {PORTS("at=\"left:1+left:1\""), "names left:1 twice"},
        {PORTS("at=\"left:0+left:1\" side=\"left\""), "at and side are both given, use one of them"},
        {PORTS("at=\"left:0+left:1\" line=0"), "at and line are both given, use one of them"},
        {PORTS("side=\"left\" r_left=1e400"), "r_left = inf is not a finite number"},
        {PORTS("side=\"left+\""), "side = \"left+\" is not one side"},
        {PORTS("side=\"left\" rest_open=\"top++right\""), "rest_open = \"top++right\" names other sides than"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        expect_refusal(cases[k][0], cases[k][1]);
}

/* Two nodes more than the limit. From about 250 nodes on the simulator writes beyond an array of its own when it reads the line,
 * and may crash before the plug-in sees it. */
Test(codemodel_array, more_nodes_than_the_simulator_can_read_are_refused)
{
    spice_add("al [");
    for (int k = 0; k < 121; k++)
        spice_add(" a%d", k);
    spice_add(" ] [");
    for (int k = 0; k < 121; k++)
        spice_add(" b%d", k);
    spice_add(" ] null m\n.model m synaptogen_array(array=\"x\" side=\"left\" rows=121 cols=2)\n");
    for (int k = 0; k < 121; k++)
        spice_add("v%d a%d 0 0\n", k, k);
    spice_load();
    spice_clear_output();
    cr_expect(spice_try("op") == false);
    cr_expect(spice_count_output("242 nodes in one line are more than the 240 that ngspice can read") == 1, "%s",
              spice_output());
}

static void use_and_remove(int number)
{
    const crossbar c = {.rows = 12, .cols = 10, .ends = {1, 0, 1, 1}, .r_wl = 1, .r_bl = 1};
    add_sources(&c, 3, 0);
    crossbar_add_array(&c, drivers, 5, 2, "seed=1 first=0 state_out=\"x.state\"");
    spice_load();
    spice_run(number % 2 ? "tran 100n 2u" : "op");
    spice_forget();
}

/* The simulator itself keeps about 1 kB of each circuit; an array that stays would be 50 kB. */
Test(codemodel_array, circuits_loaded_run_and_removed_leave_no_memory_behind)
{
    const double growth = spice_growth(180, use_and_remove);
    cr_expect(growth < 10000, "%g bytes per circuit", growth);
}
