/* SPDX-License-Identifier: MIT */
/* .ac, .tf, .noise and .pz of cells, tiles and arrays: against formulas by hand, and against the same crossbar of single
 * cells and resistors. */
#include "support/crossbars.h"
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(codemodel_small_signal, .init = spice_start, .timeout = 300);

static const double boltzmann = 1.380649e-23, charge = 1.602176634e-19, zero_celsius = 273.15;

static int noise_plots; /* of the process */

/* Runs a noise analysis with all parts; the spectra are the present plot. */
static void run_noise(const char *arguments)
{
    spice_run("noise %s", arguments);
    spice_do("setplot noise%d", noise_plots += 1);
    noise_plots++;
}

static void show_totals(void)
{
    spice_do("setplot noise%d", noise_plots);
}

/* Cell 1 of seed 5 behind 1 kohm, with 1 pF at its node. */
static const char read_path[] = "v1 in 0 dc 0.3 ac 1\nr1 in te 1k\nc1 te 0 1p\na1 %gd(te 0) m\n"
                                ".model m synaptogen(seed=5 index=1 init=\"lrs\")\n";

/* What stands in formulas: the cell of read_path at its operating point. */
typedef struct point {
    double u, i, slope, gain; /* V, A, S; dU / dV of the source at low frequencies */
} point;

static point find_point(double source, double polarity)
{
    const syn_model *m = support_model(0);
    const double r = reference_cell(m, 5, 1, SYN_LRS).state.r;
    double low = fmin(0, source), high = fmax(0, source), slope;
    for (int k = 0; k < 200; k++) { /* halving: V - R I(u) - u falls with u */
        const double u = 0.5 * (low + high);
        *(source - 1e3 * polarity * syn_current(m, r, polarity * u, NULL) - u > 0 ? &low : &high) = u;
    }
    const double u = 0.5 * (low + high), i = polarity * syn_current(m, r, polarity * u, &slope);
    return (point){u, i, slope, 1 / (1 + 1e3 * slope)};
}

static void expect_ratio(double found, double expected, double tolerance, const char *what)
{
    cr_expect(fabs(found / expected - 1) <= tolerance, "%s: %.10g, expected %.10g", what, found, expected);
}

/* The operating point is good to reltol = 1e-3 of the voltage; with 1e-9 it counts no more. */
Test(codemodel_small_signal, noise_of_a_cell_is_its_thermal_and_shot_noise_through_the_circuit)
{
    static const double sources[] = {0, 0.3, -0.3, 0.9}, celsius[] = {27, -40, 125};
    for (int polarity = -1; polarity <= 1; polarity += 2)
        for (int k = 0; k < 4; k++)
            for (int t = 0; t < 3; t++) {
                spice_circuit("%s.options reltol=1e-9 temp=%g", read_path, celsius[t]);
                spice_do("altermod m polarity = %d", polarity);
                spice_do("alter v1 dc = %g", sources[k]);
                run_noise("v(te) v1 dec 10 1meg 10g 1");
                const point p = find_point(sources[k], polarity);
                const double kt = boltzmann * (celsius[t] + zero_celsius), g = p.slope + 1e-3;
                const double chord = p.u == 0 ? p.slope : p.i / p.u;
                size_t n;
                double *f = spice_vector("frequency", &n), *thermal = spice_vector("onoise_a1_thermal", &n),
                       *shot = spice_vector("onoise_a1_shot", &n), *sum = spice_vector("onoise_a1", &n),
                       *all = spice_vector("onoise_spectrum", &n), *in = spice_vector("inoise_spectrum", &n);
                cr_assert(n == 41);
                for (size_t q = 0; q < n; q++) {
                    const double z = 1 / hypot(g, 2 * M_PI * f[q] * 1e-12), out = z * sqrt(4 * kt * chord);
                    const double shots = z * sqrt(2 * charge * fabs(p.i)), r1 = z * sqrt(4 * kt * 1e-3);
                    expect_ratio(thermal[q], out, 1e-6, "thermal");
                    cr_expect(fabs(shot[q] - shots) <= 1e-6 * out, "shot: %g, expected %g", shot[q], shots);
                    expect_ratio(sum[q], hypot(out, shots), 1e-6, "cell");
                    expect_ratio(all[q], hypot(hypot(out, shots), r1), 1e-6, "all"); /* ngspice has k to 1e-6 */
                    expect_ratio(in[q], all[q] / (z * 1e-3), 1e-6, "input");
                }
                /* A single pole at g / 2 pi C lets pass as much as a band of g / 4 C. 10 GHz is 1.7 decades above it. */
                show_totals();
                const double fc = g / (2 * M_PI * 1e-12), band = fc * (atan(1e10 / fc) - atan(1e6 / fc));
                const double total = sqrt(band * (4 * kt * chord + 2 * charge * fabs(p.i))) / g;
                expect_ratio(spice_last("onoise_total_a1"), total, 2e-3, "total"); /* 10 points a decade */
                expect_ratio(hypot(spice_last("onoise_total_a1"), spice_last("onoise_total_r1")),
                             spice_last("onoise_total"), 1e-9, "sum of the totals");
                expect_ratio(hypot(spice_last("inoise_total_a1_thermal"), spice_last("inoise_total_a1_shot")) + 1,
                             spice_last("inoise_total_a1") + 1, 1e-9, "sum of a cell's totals");
                free(f), free(thermal), free(shot), free(sum), free(all), free(in);
                spice_forget();
                noise_plots = 0;
            }
}

Test(codemodel_small_signal, noise_without_a_list_of_parts_has_the_same_sum)
{
    spice_circuit("%s", read_path);
    run_noise("v(te) v1 dec 1 1 100");
    const double all = spice_last("onoise_spectrum");
    cr_expect(spice_length("onoise_a1") == 0);
    show_totals();
    const double total = spice_last("onoise_total");
    run_noise("v(te) v1 dec 1 1 100 1");
    cr_expect(spice_last("onoise_spectrum") == all);
    show_totals();
    cr_expect(spice_last("onoise_total") == total);
}

/* In a transient analysis each time slot of 1 / (2 bandwidth) has a new value, so a node without a capacitance shows the
 * variance bandwidth times density. 20000 slots: standard error 0.5 %, gate at 5 of them. */
Test(codemodel_small_signal, noise_analysis_and_transient_noise_agree)
{
    enum { SLOTS = 20000 };
    for (int celsius = -40; celsius <= 125; celsius += 165) {
        spice_circuit("v1 in 0 dc 0.3 ac 1\nr1 in te 1k\na1 %%gd(te 0) m\n.options reltol=1e-7 vntol=1e-12 temp=%d\n"
                      ".model m synaptogen(seed=5 index=1 init=\"lrs\" noise=1)",
                      celsius);
        spice_run("noise v(te) v1 dec 1 1 10 1");
        spice_do("setplot previous");
        const double density = spice_last("onoise_a1");
        spice_run("tran 2.5n %g", (SLOTS + 2) / 2e8);
        size_t n;
        double *t = spice_vector("time", &n), *u = spice_vector("v(te)", &n), sum = 0, squares = 0, slot = 0,
               count = 0;
        for (size_t k = 1; k < n; k++)
            if (floor(t[k] * 2e8) != slot) {
                slot = floor(t[k] * 2e8);
                const double off = u[k] - u[0];
                count++;
                sum += off;
                squares += off * off;
            }
        cr_assert(count >= SLOTS);
        const double variance = squares / count - (sum / count) * (sum / count);
        expect_ratio(variance, 1e8 * density * density, 5 * sqrt(2.0 / SLOTS), "variance");
        free(t), free(u);
        spice_forget();
    }
}

/* States of a crossbar are in single precision: 1e-6 of a conductance. */
static const double single = 1e-5;

/* A source with 300 ohm at every terminal of the first side, and 1 kohm and 1 pF at all others. */
static void add_surroundings(const crossbar *c)
{
    int terminal = 0;
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++, terminal++)
            spice_add(terminal == 0 ? "v1 s 0 dc 0.4 ac 1\nr_%d s %s%d 300\nc_%d %s%d 0 1p\n"
                                    : "r_%d 0 %s%d 1k\nc_%d %s%d 0 1p\n",
                      terminal, crossbar_sides[side], k, terminal, crossbar_sides[side], k);
    spice_add(".options reltol=1e-9 temp=80\n");
}

/* Node 0 of the last side that has terminals. */
static const char *output_of(const crossbar *c)
{
    static char name[20];
    for (int side = 0; side < 4; side++)
        if (c->ends[side])
            snprintf(name, sizeof name, "%s0", crossbar_sides[side]);
    return name;
}

typedef struct figures {
    double noise[8], input[8], total, transfer;
} figures;

static figures measure(const crossbar *c)
{
    figures f = {{0}, {0}, 0, 0};
    spice_load();
    spice_run("tf v(%s) v1", output_of(c));
    f.transfer = spice_last("transfer_function");
    spice_run("noise v(%s) v1 dec 1 1k 1g 1", output_of(c));
    f.total = spice_last("onoise_total");
    spice_do("setplot previous");
    size_t n;
    double *out = spice_vector("onoise_spectrum", &n), *in = spice_vector("inoise_spectrum", &n);
    cr_assert(n == 7);
    for (size_t k = 0; k < n; k++) {
        f.noise[k] = out[k];
        f.input[k] = in[k];
    }
    free(out), free(in);
    return f;
}

Test(codemodel_small_signal, noise_of_a_tile_is_that_of_its_cells_and_wires_one_by_one)
{
    for (int shape = 0; shape < CROSSBAR_SHAPES; shape++)
        for (int lrs = 0; lrs < 2; lrs++) {
            const crossbar *c = &crossbar_shapes[shape];
            crossbar_add_tile(c, lrs ? "first=0 seed=3 init=\"lrs\"" : "first=0 seed=3");
            add_surroundings(c);
            const figures tile = measure(c);
            spice_do("setplot noise1");
            expect_ratio(hypot(hypot(spice_last("onoise_a1_thermal"), spice_last("onoise_a1_shot")),
                               spice_last("onoise_a1_wires")),
                         spice_last("onoise_a1"), 1e-9, "parts");
            if (c->r_wl == 0 && c->r_bl == 0 && c->r_access == 0)
                cr_expect(spice_last("onoise_a1_wires") < 1e-4 * spice_last("onoise_a1"));
            spice_forget();
            crossbar_add_cells(c, lrs ? "seed=3 init=\"lrs\"" : "seed=3");
            add_surroundings(c);
            const figures cells = measure(c);
            spice_forget();
            for (int k = 0; k < 7; k++) {
                expect_ratio(tile.noise[k], cells.noise[k], single, "output noise");
                expect_ratio(tile.input[k], cells.input[k], single, "input noise");
            }
            /* ngspice takes each part for a power of the frequency between the points of a decade: not so their sum. */
            expect_ratio(tile.total, cells.total, 2e-3, "total");
            expect_ratio(tile.transfer, cells.transfer, single, "transfer function");
        }
}

/* Drivers inside the array, at the ends without exact ports. */
Test(codemodel_small_signal, noise_of_exact_ports_is_that_of_the_circuit_with_the_drivers)
{
    static const char rest[] = "v1 s 0 dc 0.4 ac 1\nr1 s b0 300\nr2 b1 0 1k\nc2 b1 0 1p\n.options reltol=1e-9\n";
    double out[2];
    for (int way = 0; way < 2; way++) {
        if (way == 0)
            spice_add(
                "vw w 0 0.2\nai [ w 0 ] null null i\nap null null [ b0 b1 ] p\n"
                ".model i synaptogen_array(array=\"x\" side=\"left\" rows=2 cols=2 r_wl=3 r_bl=4 r_left=50 seed=3 "
                "first=0 init=\"lrs\")\n.model p synaptogen_array(array=\"x\" side=\"bottom\")\n%s",
                rest);
        else
            spice_add(
                "vw w 0 0.2\nra w l0 50\nrb 0 l1 50\na1 [ l0 l1 b0 b1 ] m\n.model m synaptogen_tile(rows=2 cols=2 "
                "r_wl=3 r_bl=4 seed=3 first=0 init=\"lrs\")\n%s",
                rest);
        spice_load();
        spice_run("noise v(b1) v1 dec 1 1k 1g 1");
        spice_do("setplot previous");
        out[way] = spice_last("onoise_spectrum");
        spice_forget();
    }
    expect_ratio(out[0], out[1], 1e-6, "noise");
}

/* In these analyses ngspice tells code models that the analysis is the one before. */
Test(codemodel_small_signal, the_analysis_before_does_not_matter)
{
    static const char *const before[] = {"op",
                                         "ac dec 1 1k 1meg",
                                         "tran 1n 50n",
                                         "dc v1 0 0.3 0.1",
                                         "noise v(te) v1 dec 1 1 10",
                                         "pz in 0 te 0 vol pol"};
    static const char *const netlists[] = {
        "a1 %gd(te 0) m\n.model m synaptogen(seed=5 index=1 init=\"lrs\" noise=1)\n",
        "a1 [ te 0 ] m\n.model m synaptogen_tile(rows=1 cols=1 seed=5 first=1 init=\"lrs\")\n",
        "a1 null null [ te 0 ] m\n"
        ".model m synaptogen_array(array=\"x\" at=\"left:0+bottom:0\" rows=1 cols=1 seed=5 first=1 init=\"lrs\")\n"};
    for (int k = 0; k < 3; k++) {
        double transfer = 0, noise = 0, pole = 0;
        for (int b = 0; b < 6; b++) {
            spice_circuit("v1 in 0 dc 0.3 ac 1\nr1 in te 1k\nc1 te 0 1p\n.options reltol=1e-9\n%s", netlists[k]);
            spice_run("%s", before[b]);
            spice_do("alter v1 dc = 1.2");
            spice_run("tf v(te) v1");
            const double t = spice_last("transfer_function");
            spice_run("%s", before[b]);
            spice_run("noise v(te) v1 dec 1 1 10 1");
            const double n = spice_last("inoise_total");
            spice_run("%s", before[b]);
            spice_run("pz in 0 te 0 vol pol");
            const double p = spice_last("pole(1)");
            spice_forget();
            if (b == 0) {
                transfer = t;
                noise = n;
                pole = p;
                const point by_hand = find_point(1.2, 1);
                expect_ratio(t, by_hand.gain, single, "transfer function");
                expect_ratio(p, -(1e-3 + by_hand.slope) / 1e-12, single, "pole");
            }
            expect_ratio(t, transfer, 1e-9, before[b]);
            expect_ratio(n, noise, 1e-9, before[b]);
            expect_ratio(p, pole, 1e-9, before[b]);
        }
    }
}

/* .ac, .tran, .pz, .tf and .noise: ngspice makes the matrix anew for .pz, and .tf and .noise follow in the new one. */
Test(codemodel_small_signal, all_analyses_in_one_run)
{
    for (int way = 0; way < 2; way++) {
        spice_circuit("v1 in 0 dc 0.3 ac 1\nr1 in te 1k\nc1 te 0 1p\na1 %s m\n.options reltol=1e-9\n"
                      ".model m synaptogen%s init=\"lrs\")\n"
                      ".ac dec 1 1k 1meg\n.tran 1n 50n\n.pz in 0 te 0 vol pz\n.tf v(te) v1\n"
                      ".noise v(te) v1 dec 1 1 10\n.op",
                      way ? "[ te 0 ]" : "%gd(te 0)", way ? "_tile(rows=1 cols=1 seed=5 first=1" : "(seed=5 index=1");
        const point p = find_point(0.3, 1);
        for (int round = 0; round < 3; round++) {
            spice_run("run");
            spice_do("setplot tf1");
            expect_ratio(spice_last("transfer_function"), p.gain, single, "transfer function");
            spice_do("setplot pz1");
            expect_ratio(spice_last("pole(1)"), -(1e-3 + p.slope) / 1e-12, single, "pole");
            spice_do("setplot noise1");
            const double kt = boltzmann * (27 + zero_celsius), g = p.slope + 1e-3;
            expect_ratio(spice_last("onoise_spectrum"), sqrt(4 * kt * (1e-3 + p.i / p.u) + 2 * charge * p.i) / g,
                         single, "noise");
        }
        spice_forget();
    }
}

static const char distortion[] = "v1 te 0 dc 0.2 distof1 0.1\na1 %gd(te 0) m\n.model m synaptogen\n";

Test(codemodel_small_signal, distortion_is_refused_in_words)
{
    spice_circuit("%s", distortion);
    spice_clear_output();
    cr_expect(spice_try("disto dec 1 1k 1meg") == false);
    cr_expect(spice_count_output("a distortion analysis would leave the cells out; use .tran and .four") == 1);
    spice_run("op");
    spice_forget();
    /* As the second analysis of a run, too. */
    spice_circuit("%s.op\n.disto dec 1 1k 1meg", distortion);
    spice_clear_output();
    cr_expect(spice_try("run") == false);
    cr_expect(spice_count_output("a distortion analysis would leave the cells out") == 1);
}

Test(codemodel_small_signal, s_parameters_are_those_of_a_resistor_and_their_noise_is_refused_in_words)
{
    /* At 0 V a chord is a slope. */
    const double slope = find_point(0, 1).slope;
    spice_circuit("v1 in 0 dc 0 ac 1 portnum 1 z0 50\nv2 out 0 dc 0 ac 0 portnum 2 z0 50\nr1 in out 4k");
    if (!spice_try("sp lin 1 1meg 1meg"))
        cr_skip_test("this ngspice has no S-parameters of a resistor"); /* 42 with KLU */
    spice_circuit("v1 in 0 dc 0 ac 1 portnum 1 z0 50\nv2 out 0 dc 0 ac 0 portnum 2 z0 50\na1 %%gd(in out) m\n"
                  ".model m synaptogen(seed=5 index=1 init=\"lrs\")");
    spice_run("sp lin 1 1meg 1meg");
    expect_ratio(spice_last("s_2_1"), 100 / (100 + 1 / slope), 1e-9, "S21"); /* by hand: 2 z0 / (2 z0 + R) */
    spice_clear_output();
    cr_expect(spice_try("sp lin 1 1meg 1meg 1") == false);
    cr_expect(spice_count_output("the noise of an S-parameter analysis would leave the cells out; use .noise") == 1);
    spice_run("op");
}

static void noise_and_poles(int round)
{
    (void)round;
    spice_run("noise v(te) v1 dec 1 1 10 1");
    spice_run("pz in 0 te 0 vol pz");
    spice_do("destroy all");
}

/* ngspice itself loses memory for the names of results and for roots; the same circuit with a resistor tells how much. */
Test(codemodel_small_signal, noise_and_pole_zero_analyses_lose_no_memory)
{
    spice_circuit("v1 in 0 dc 0.3 ac 1\nr1 in te 1k\nc1 te 0 1p\nra te 0 4k");
    const double resistor = spice_growth(100, noise_and_poles);
    spice_forget();
    spice_circuit("%s", read_path);
    const double cell = spice_growth(100, noise_and_poles);
    cr_expect(cell < resistor + 100, "%g bytes a round, with a resistor %g", cell, resistor);
}
