/* SPDX-License-Identifier: MIT */
/* Access devices in series with the cells. Random ones are in the regimes of test_solve. */
#include "support/circuit.h"

#include <math.h>

/* Resistances of 1e4 and 1e13 ohm in series: the cell's voltage is but 1e-9 of the whole. */
Test(access, a_cell_behind_a_selector_that_is_off_follows_small_changes)
{
    circuit *c = circuit_make(1, 1);
    c->g[0] = 1e-4;
    c->v[SYN_LEFT][0] = 0.5;
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    circuit_add_selector(c, CIRCUIT_OFF);
    syn_crossbar *x = circuit_crossbar(c, 1);
    for (int k = 0; k < 10; k++) {
        const syn_solution s = circuit_solve(c, x, "off");
        const double expected = c->v[SYN_LEFT][0] / (1e13 + 1e4);
        cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[0] - expected) <= s.residual + 1e-13 * expected);
        c->v[SYN_LEFT][0] *= 1 + 5e-7;
    }
    syn_crossbar_free(x);
    circuit_free(c);
}

/* A diode-like curve of two slopes, 1e-3 S below 0.2 V and 1e-1 S above, so that each part of it has a closed form: the
 * cell's share of 0.1 V below the corner, and of what is above it. Some ten roundings. */
Test(access, a_cell_in_series_with_both_devices_has_the_closed_form_on_either_side_of_a_corner)
{
    const double g = 1e-4, ohm = 500;
    circuit *c = circuit_make(1, 1);
    c->g[0] = g;
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    c->wires.access = (syn_access){.resistance = ohm,
                                   .points = 3,
                                   .u = (const double[]){0, 0.2, 1},
                                   .i = (const double[]){0, 2e-4, 2e-4 + 0.8 * 0.1}};
    syn_crossbar *x = circuit_crossbar(c, 1);
    const double corner = 2e-4 / g + ohm * 2e-4 + 0.2; /* V across all three when 2e-4 A flow */
    for (int above = 0; above < 2; above++) {
        c->v[SYN_LEFT][0] = above ? corner + 0.3 : corner - 0.3;
        circuit_solve(c, x, "corner");
        const double expected = 2e-4 + (c->v[SYN_LEFT][0] - corner) / (1 / g + ohm + 1 / (above ? 1e-1 : 1e-3));
        double u, i;
        syn_crossbar_cells(x, &u, &i);
        cr_expect(epsilon_eq(dbl, i / expected, 1, 1e-13), "%g A, %g A", i, expected);
        cr_expect(epsilon_eq(dbl, u / (expected / g), 1, 1e-13), "%g V", u);
    }
    syn_crossbar_free(x);
    circuit_free(c);
}

Test(access, selector_curves_that_are_none_are_refused)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}, .selector = CIRCUIT_THRESHOLD};
    uint64_t state = 16;
    circuit *c = circuit_draw(&state, &usual, 6, 5, 0, 1);
    c->wires.access.points = 1;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "access", "2 points");
    c->wires.access.points = 3;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "access", "(0, 0)");
    c->wires.access.points = 7;
    c->curve_u[5] = c->curve_u[4];
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 5");
    c->curve_u[5] = 0.3;
    c->curve_i[1] = -8e-4;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 1");
    c->curve_i[1] = NAN;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 1");
    circuit_free(c);
}
