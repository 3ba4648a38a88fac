/* SPDX-License-Identifier: MIT */
/* Many inputs at once against brute force in quadruple precision, single solutions, and what linear networks obey. */
#include "support/circuit.h"
#include "support/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar_batch.h>

enum { COUNT = 70 }; /* inputs: more than one run of a thread */

/* Voltages and currents of all sides, [lines x COUNT]. */
typedef struct inputs {
    double *v[SYN_SIDES], *i[SYN_SIDES];
} inputs;

/* Input 0 is that of the circuit. */
static inputs draw_inputs(const circuit *c, uint64_t *state)
{
    inputs in;
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = circuit_lines_at(c, side);
        in.v[side] = malloc(lines * COUNT * sizeof(double));
        in.i[side] = malloc(lines * COUNT * sizeof(double));
        for (size_t k = 0; k < lines * COUNT; k++)
            in.v[side][k] = k < lines ? c->v[side][k] : support_uniform(state, -1, 1);
    }
    return in;
}

static void free_inputs(inputs *in)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        free(in->v[side]);
        free(in->i[side]);
    }
}

static syn_solution solve(syn_crossbar *x, const inputs *in, const syn_batch_options *o, const char *what)
{
    syn_solution s;
    syn_error err = {0};
    const double *const v[SYN_SIDES] = {in->v[0], in->v[1], in->v[2], in->v[3]};
    cr_assert(eq(int, syn_crossbar_solve_batch(x, v, COUNT, in->i, o, &s, &err), SYN_OK), "%s: %s", what, err.text);
    return s;
}

/* Input k against the reference. The bound is that of a single solution: `relative` of the largest current. */
static void expect_reference(circuit *c, const inputs *in, size_t k, double relative, const char *what)
{
    network_solution n;
    const network_cells cells = {.g = c->nonlinear ? NULL : c->g, .r = c->r, .on = c->on};
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = circuit_lines_at(c, side);
        memcpy(c->v[side], in->v[side] + lines * k, lines * sizeof(double));
    }
    network_solve(&c->wires, &cells, CIRCUIT_VOLTAGES(c), &n);
    double scale = n.largest;
    for (size_t cell = 0; cell < circuit_cells(c); cell++)
        scale = fmax(scale, fabs(n.cell_i[cell]));
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = circuit_lines_at(c, side);
        for (size_t line = 0; line < lines; line++) {
            const double found = in->i[side][line + lines * k], expected = n.current[side][line];
            cr_expect(isnan(found) == isnan(expected), "%s: input %zu", what, k);
            cr_expect(isnan(expected) || fabs(found - expected) <= fmax(relative * scale, circuit_nothing),
                      "%s: input %zu, side %d, line %zu: %g A, not %g A, largest %g A", what, k, side, line, found,
                      expected, scale);
        }
    }
    network_free(&n);
}

static void try_regimes(int nonlinear, double tolerance)
{
    uint64_t state = 5 + (uint64_t)nonlinear;
    for (int g = 0; g < CIRCUIT_REGIMES; g++) {
        circuit *c = circuit_draw(&state, &circuit_regimes[g], (size_t)support_uniform(&state, 1, 9),
                                  (size_t)support_uniform(&state, 1, 9), nonlinear, 1);
        inputs in = draw_inputs(c, &state);
        syn_crossbar *x = circuit_crossbar(c, 1);
        const syn_batch_options o = {.tolerance = tolerance};
        solve(x, &in, &o, circuit_regimes[g].name);
        /* The bound of 1e-10 is exceeded up to ten times where rounding allows no more. */
        for (size_t k = 0; k < COUNT; k += k == 0 ? 15 : k == 15 ? 1 : 18)
            expect_reference(c, &in, k, 10 * fmax(tolerance, 1e-10), circuit_regimes[g].name);
        syn_crossbar_free(x);
        free_inputs(&in);
        circuit_free(c);
    }
}

Test(batch, each_input_of_linear_cells_has_the_currents_of_kirchhoffs_laws, .timeout = 300)
{
    try_regimes(0, 0);
}

Test(batch, each_input_of_nonlinear_cells_has_the_currents_of_kirchhoffs_laws, .timeout = 300)
{
    try_regimes(1, 0);
}

Test(batch, a_loose_tolerance_holds, .timeout = 300)
{
    try_regimes(1, 1e-5);
}

Test(batch, the_number_of_threads_does_not_change_a_current)
{
    uint64_t state = 11;
    circuit *c = circuit_draw(&state, &circuit_regimes[0], 20, 30, 1, 0.5);
    syn_crossbar *x = circuit_crossbar(c, 1);
    inputs one = draw_inputs(c, &state), three = draw_inputs(c, &state);
    for (int side = 0; side < SYN_SIDES; side++)
        memcpy(three.v[side], one.v[side], circuit_lines_at(c, side) * COUNT * sizeof(double));
    solve(x, &one, &(syn_batch_options){.threads = 1}, "one");
    solve(x, &three, &(syn_batch_options){.threads = 3}, "three");
    for (int side = 0; side < SYN_SIDES; side++)
        cr_expect(memcmp(one.i[side], three.i[side], circuit_lines_at(c, side) * COUNT * sizeof(double)) == 0);
    syn_crossbar_free(x);
    free_inputs(&one);
    free_inputs(&three);
    circuit_free(c);
}

Test(batch, the_last_solution_of_the_crossbar_stays)
{
    uint64_t state = 12;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = circuit_draw(&state, &circuit_regimes[0], 6, 5, nonlinear, 1);
        syn_crossbar *x = circuit_crossbar(c, 1);
        inputs in = draw_inputs(c, &state);
        double before[30], after[30], left[6];
        circuit_solve(c, x, "before");
        syn_crossbar_cells(x, before, NULL);
        memcpy(left, syn_crossbar_current(x, SYN_LEFT), sizeof left);
        solve(x, &in, NULL, "batch");
        syn_crossbar_cells(x, after, NULL);
        cr_expect(memcmp(before, after, sizeof before) == 0);
        cr_expect(memcmp(left, syn_crossbar_current(x, SYN_LEFT), sizeof left) == 0);
        syn_crossbar_free(x);
        free_inputs(&in);
        circuit_free(c);
    }
}

/* Reciprocity (Onsager): t(from, to) is the transpose of t(to, from). Charge: all sides together take up what goes in. */
Test(batch, the_transfer_matrix_is_reciprocal_and_keeps_charge)
{
    enum { ROWS = 7, COLS = 4 };
    uint64_t state = 13;
    circuit *c = circuit_draw(&state, &circuit_regimes[0], ROWS, COLS, 0, 1);
    syn_crossbar *x = circuit_crossbar(c, 1);
    double t[SYN_SIDES][SYN_SIDES][ROWS * ROWS], largest = 0;
    for (int from = 0; from < SYN_SIDES; from++)
        for (int to = 0; to < SYN_SIDES; to++)
            cr_assert(eq(int, syn_crossbar_transfer(x, (syn_side)from, (syn_side)to, t[from][to], NULL), SYN_OK));
    for (int from = 0; from < SYN_SIDES; from++)
        for (size_t j = 0; j < circuit_lines_at(c, from); j++) {
            double sum = 0;
            for (int to = 0; to < SYN_SIDES; to++)
                for (size_t k = 0; k < circuit_lines_at(c, to); k++) {
                    const double here = t[from][to][k + circuit_lines_at(c, to) * j];
                    cr_expect(eq(dbl, here, t[to][from][j + circuit_lines_at(c, from) * k]));
                    sum += here;
                    largest = fmax(largest, fabs(here));
                }
            cr_expect(fabs(sum) <= 1e-12 * largest + 1e-25, "%g S of %g S are lost", sum,
                      largest); /* gmin joins no ground */
        }
    cr_expect(gt(dbl, largest, 0));
    syn_crossbar_free(x);
    circuit_free(c);
}

Test(batch, what_is_wrong_is_refused_with_its_place)
{
    uint64_t state = 14;
    circuit *c = circuit_draw(&state, &circuit_regimes[0], 3, 4, 1, 1);
    inputs in = draw_inputs(c, &state);
    syn_crossbar *x = circuit_crossbar(c, 1), *bare;
    syn_error err;
    const double *const v[SYN_SIDES] = {in.v[0], in.v[1], in.v[2], in.v[3]};
    double t[16];
    const struct {
        syn_batch_options o;
        const char *field;
    } bad[] = {{{.tolerance = 1e-11}, "tolerance"},
               {{.tolerance = 0.1}, "tolerance"},
               {{.tolerance = NAN}, "tolerance"},
               {{.threads = -1}, "threads"},
               {{.reserved = {0, 1}}, "reserved"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        cr_expect(eq(int, syn_crossbar_solve_batch(x, v, COUNT, in.i, &bad[k].o, NULL, &err), SYN_EINVAL));
        cr_expect(eq(str, err.field, (char *)bad[k].field));
    }
    in.v[SYN_TOP][2 + 4 * 65] = INFINITY;
    cr_expect(eq(int, syn_crossbar_solve_batch(x, v, COUNT, in.i, NULL, NULL, &err), SYN_EINVAL));
    cr_expect(eq(str, err.field, "top"));
    cr_expect(strstr(err.text, "line 2 of input 65") != NULL, "%s", err.text);
    cr_expect(eq(int, syn_crossbar_solve_batch(x, v, 65, in.i, NULL, NULL, &err), SYN_OK));
    cr_expect(eq(int, syn_crossbar_transfer(x, (syn_side)4, SYN_LEFT, t, &err), SYN_EINVAL));
    cr_assert(eq(int, syn_crossbar_create(&c->wires, 1, &bare, &err), SYN_OK));
    cr_expect(eq(int, syn_crossbar_solve_batch(bare, v, 1, in.i, NULL, NULL, &err), SYN_EINVAL));
    cr_expect(eq(str, err.field, "cells"));
    syn_crossbar_free(bare);
    syn_crossbar_free(x);
    free_inputs(&in);
    circuit_free(c);
}
