/* SPDX-License-Identifier: MIT */
/* Port matrices of crossbars: the two ways to them agree, and they are derivatives. */
#include "support/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Some of the ports, in any order. */
static size_t choose_ports(uint64_t *state, size_t ports, size_t most, size_t *port)
{
    size_t count = 0;
    for (size_t p = 0; p < ports && count < most; p++)
        if (circuit_chance(state, 2 * (double)most / (double)ports))
            port[count++] = p;
    for (size_t k = count; k-- > 1;) {
        const size_t other = (size_t)support_uniform(state, 0, (double)k + 1), p = port[k];
        port[k] = port[other];
        port[other] = p;
    }
    return count;
}

/* Each entry of a solution's column is a terminal's current at 1 V: good to 1e-9 of the column's largest. */
static void expect_same_ports(const circuit *c, syn_crossbar *x, uint64_t *state, const char *what)
{
    enum { CHOSEN = 5 };
    const size_t ports = syn_crossbar_ports(x);
    size_t port[CHOSEN];
    double *y = malloc((ports * ports + 1) * sizeof *y), few[CHOSEN * CHOSEN];
    const size_t count = choose_ports(state, ports, CHOSEN, port);
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_port_matrix(x, y, &err), SYN_OK), "%s", err.text);
    cr_assert(eq(int, syn_crossbar_port_matrix_of(x, port, count, few, &err), SYN_OK), "%s: %s", what, err.text);
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            const double exact = y[port[a] + ports * port[b]], here = few[a + count * b],
                         scale = fmax(y[port[a] + ports * port[a]], y[port[b] + ports * port[b]]);
            cr_expect(fabs(here - exact) <= fmax(1e-9 * scale, circuit_nothing), "%s, %zu x %zu: %g S, exactly %g S",
                      what, c->wires.rows, c->wires.cols, here, exact);
            cr_expect(eq(dbl, here, few[b + count * a]));
        }
    free(y);
}

Test(matrix, port_matrices_by_solutions_and_by_elimination_agree)
{
    uint64_t state = 9;
    for (int k = 0; k < 20 * CIRCUIT_REGIMES; k++) {
        const circuit_regime *g = &circuit_regimes[k % CIRCUIT_REGIMES];
        const size_t rows = (size_t)support_uniform(&state, 1, 20), cols = (size_t)support_uniform(&state, 1, 20);
        circuit *c = circuit_draw(&state, g, rows, cols, k % 2, 1);
        syn_crossbar *x = circuit_crossbar(c, 1);
        if (k % 3)
            circuit_solve(c, x, g->name);
        expect_same_ports(c, x, &state, g->name);
        syn_crossbar_free(x);
        circuit_free(c);
    }
}

/* Between solutions 20 uV apart: the third derivatives of the curves, some 10 S/V^2, make 1e-10 S, and a terminal
 * where a selector turns at a corner would be a coincidence; the rest are the residuals. */
Test(matrix, the_port_matrix_is_the_derivative_of_the_currents_of_nonlinear_cells)
{
    const double h = 1e-5;
    const int chosen[] = {1, 8, 11, 12, 13};
    uint64_t state = 10;
    for (size_t k = 0; k < sizeof chosen / sizeof *chosen; k++) {
        circuit *c = circuit_draw(&state, &circuit_regimes[chosen[k]], 7, 9, 1, 0.4);
        syn_crossbar *x = circuit_crossbar(c, 1);
        const size_t ports = syn_crossbar_ports(x);
        double *y = malloc(ports * ports * sizeof *y), *low[SYN_SIDES];
        const double noise = 1e-10 * circuit_solve(c, x, "middle").scale / h;
        cr_assert(eq(int, syn_crossbar_port_matrix(x, y, NULL), SYN_OK));
        for (int side = 0; side < SYN_SIDES; side++)
            low[side] = malloc(circuit_lines_at(c, side) * sizeof(double));
        size_t q = 0;
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t i = 0; i < circuit_lines_at(c, side); i++) {
                if (!isfinite(c->end[side][i]))
                    continue;
                c->v[side][i] -= h;
                circuit_solve(c, x, "below");
                for (int s = 0; s < SYN_SIDES; s++)
                    memcpy(low[s], syn_crossbar_current(x, (syn_side)s), circuit_lines_at(c, s) * sizeof(double));
                c->v[side][i] += 2 * h;
                circuit_solve(c, x, "above");
                c->v[side][i] -= h;
                size_t p = 0;
                for (int s = 0; s < SYN_SIDES; s++)
                    for (size_t m = 0; m < circuit_lines_at(c, s); m++) {
                        if (!isfinite(c->end[s][m]))
                            continue;
                        const double slope = (syn_crossbar_current(x, (syn_side)s)[m] - low[s][m]) / (2 * h);
                        cr_expect(fabs(slope - y[p + ports * q]) <= 1e-5 * y[q + ports * q] + noise, "%s: %g S, %g S",
                                  circuit_regimes[chosen[k]].name, slope, y[p + ports * q]);
                        p++;
                    }
                q++;
            }
        for (int side = 0; side < SYN_SIDES; side++)
            free(low[side]);
        free(y);
        syn_crossbar_free(x);
        circuit_free(c);
    }
}
