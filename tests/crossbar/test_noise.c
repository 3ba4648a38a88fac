/* SPDX-License-Identifier: MIT */
/* Noise at the terminals against the brute-force network: the transfer from each cell is the voltage across it in a
 * network of resistors at the slopes, and what all elements together take is Nyquist's theorem. */
#include "support/circuit.h"
#include "support/network.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_CELLS = 9 * 9 };
static const double k_times_t = 1.380649e-23 * 350, charge = 1.602176634e-19; /* J at 350 K, C: SI 2019 */

/* Slopes as Newton's method has them, chords and currents of the cells at the operating point. */
static void operating_point(const circuit *c, double *slope, double *chord, double *current)
{
    const network_cells cells = {c->nonlinear ? NULL : c->g, c->nonlinear ? c->r : NULL, c->selects ? c->on : NULL};
    network_solution s;
    network_solve(&c->wires, &cells, CIRCUIT_VOLTAGES(c), &s);
    for (size_t k = 0; k < circuit_cells(c); k++) {
        const double u = s.cell_u[k];
        slope[k] = chord[k] = c->g[k];
        if (c->nonlinear) {
            syn_current(support_model(0), c->r[k], u, &slope[k]);
            slope[k] = fmax(slope[k], 1e-7);
            chord[k] = syn_chord(support_model(0), c->r[k], u);
        }
        current[k] = chord[k] * u;
    }
    network_free(&s);
}

static syn_noise expected_noise(const circuit *c, const double *const weight[SYN_SIDES])
{
    static double slope[MOST_CELLS], chord[MOST_CELLS], current[MOST_CELLS];
    operating_point(c, slope, chord, current);
    const network_cells linear = {.g = slope, .on = c->selects ? c->on : NULL};
    network_solution s;
    network_solve(&c->wires, &linear, weight, &s);
    syn_noise n = {0};
    double cells = 0;
    for (size_t k = 0; k < circuit_cells(c); k++) {
        if (c->selects && !c->on[k % c->wires.rows])
            continue;
        const double h = s.cell_u[k];
        n.thermal += h * h * 4 * k_times_t * fabs(chord[k]);
        n.shot += h * h * 2 * charge * fabs(current[k]);
        cells += h * h * slope[k];
    }
    n.wires = 4 * k_times_t * (s.dissipated - cells);
    network_free(&s);
    return n;
}

/* The solutions are good to 1e-10 of the largest current, the squares of their voltages to some 1e-9 where a voltage
 * is not much smaller than the largest; `wires` is a difference. */
static void expect_noise(const circuit *c, uint64_t *state, const char *what)
{
    double w[SYN_SIDES][CIRCUIT_MOST];
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < circuit_lines_at(c, side); i++)
            w[side][i] = support_uniform(state, -1, 1);
    const double *const weight[SYN_SIDES] = {w[0], w[1], w[2], w[3]};
    const syn_noise n = expected_noise(c, weight);
    syn_crossbar *x = circuit_crossbar(c, 1);
    circuit_solve(c, x, what);
    syn_noise found;
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_noise(x, weight, 350, &found, &err), SYN_OK), "%s", err.text);
    const double all = n.thermal + n.shot + n.wires;
    cr_expect(fabs(found.thermal - n.thermal) <= 1e-7 * all && fabs(found.shot - n.shot) <= 1e-7 * all &&
                  fabs(found.wires - n.wires) <= 1e-7 * all,
              "%s, %zu x %zu: %g %g %g, expected %g %g %g A^2/Hz", what, c->wires.rows, c->wires.cols, found.thermal,
              found.shot, found.wires, n.thermal, n.shot, n.wires);
    syn_crossbar_free(x);
}

Test(noise, noise_at_the_terminals_is_that_of_all_cells_and_wires_through_the_network)
{
    uint64_t state = 17;
    for (int k = 0; k < 4 * CIRCUIT_REGIMES; k++) {
        const circuit_regime *g = &circuit_regimes[k % CIRCUIT_REGIMES];
        const size_t rows = (size_t)support_uniform(&state, 1, 9), cols = (size_t)support_uniform(&state, 1, 9);
        circuit *c = circuit_draw(&state, g, rows, cols, k % 2, 0.5);
        if (!g->selector) /* a curve is no resistance */
            expect_noise(c, &state, g->name);
        circuit_free(c);
    }
}

/* Without wires there is nothing between a cell and its terminals: by hand. */
Test(noise, noise_of_one_cell_is_its_own)
{
    circuit *c = circuit_make(1, 1);
    c->nonlinear = 1;
    c->r[0] = 0.1;
    c->v[SYN_LEFT][0] = 0.3;
    double open = INFINITY;
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = &open;
    syn_crossbar *x = circuit_crossbar(c, 1);
    circuit_solve(c, x, "one cell");
    const double one = 1, g = syn_chord(support_model(0), 0.1, 0.3);
    syn_noise n;
    cr_assert(eq(int, syn_crossbar_noise(x, (const double *const[]){&one, NULL, NULL, NULL}, 350, &n, NULL), SYN_OK));
    cr_expect(epsilon_eq(dbl, n.thermal / (4 * k_times_t * g), 1, 1e-12));
    cr_expect(epsilon_eq(dbl, n.shot / (2 * charge * 0.3 * g), 1, 1e-12));
    cr_expect(eq(dbl, n.wires, 0));
    /* The solution is still there. */
    cr_expect(epsilon_eq(dbl, syn_crossbar_current(x, SYN_LEFT)[0] / (0.3 * g), 1, 1e-12));
    syn_crossbar_free(x);
    circuit_free(c);
}

Test(noise, a_crossbar_without_cells_and_factors_that_are_not_finite_are_refused)
{
    circuit *c = circuit_make(2, 2);
    c->wires.r_wl_each = c->wires.r_bl_each = NULL;
    c->wires.r_wl = c->wires.r_bl = 1;
    syn_crossbar *x;
    syn_noise n;
    syn_error err;
    const double bad[] = {0, NAN};
    cr_assert(eq(int, syn_crossbar_create(&c->wires, 1, &x, NULL), SYN_OK));
    const double *const none[SYN_SIDES] = {NULL};
    cr_expect(eq(int, syn_crossbar_noise(x, none, 300, &n, &err), SYN_EINVAL));
    cr_expect(eq(str, err.field, "cells"));
    syn_crossbar_free(x);
    x = circuit_crossbar(c, 1);
    cr_expect(
        eq(int, syn_crossbar_noise(x, (const double *const[]){bad, NULL, NULL, NULL}, 300, &n, &err), SYN_EINVAL));
    cr_expect(eq(str, err.field, "left"));
    syn_crossbar_free(x);
    circuit_free(c);
}
