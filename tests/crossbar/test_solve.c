/* SPDX-License-Identifier: MIT */
/* Solutions of a crossbar against brute force in quadruple precision, closed forms, conservation laws and limits. */
#include "support/circuit.h"
#include "support/network.h"

#include "crossbar/crossbar.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Terminal currents within 1e-9 of the largest one, and within the residual; so are the cells' currents, which are
 * parts of them, up to twice: of a word line's and of a bit line's. */
static void expect_solution(const circuit *c, const syn_crossbar *x, const syn_solution *s, const network_solution *n,
                            const char *what)
{
    const double error = circuit_difference(c, x, n->current);
    cr_expect(error <= fmax(1e-9 * n->largest, circuit_nothing), "%s: %g A of %g A", what, error, n->largest);
    cr_expect(error <= s->residual + circuit_rounding * s->scale + circuit_nothing, "%s: error %g A, residual %g A",
              what, error, s->residual);
    cr_expect(s->scale >= n->largest * (1 - 1e-9) - circuit_nothing, "%s", what);
    double *i = malloc(circuit_cells(c) * sizeof *i), worst = 0;
    syn_crossbar_cells(x, NULL, i);
    for (size_t k = 0; n->largest > 0 && k < circuit_cells(c); k++)
        support_worst(&worst, fabs(i[k] - n->cell_i[k]));
    cr_expect(worst <= fmax(2e-9 * n->largest, circuit_nothing), "%s: cells %g A of %g A", what, worst, n->largest);
    free(i);
}

/* The charge that flows in flows out, and the sources' power is what all elements take up: sums of all terminals. */
static void expect_conservation(const circuit *c, const syn_crossbar *x, const syn_solution *s,
                                const network_solution *n, const char *what)
{
    double sum = 0, bound = 0, volt = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < circuit_lines_at(c, side); i++) {
            const double here = syn_crossbar_current(x, (syn_side)side)[i];
            sum += isnan(here) ? 0 : here;
            bound += isnan(here) ? 0 : s->residual + circuit_rounding * s->scale + circuit_nothing;
            volt = fmax(volt, fabs(c->v[side][i]));
        }
    cr_expect(fabs(sum) <= bound, "%s: %g A are lost, bound %g A", what, sum, bound);
    cr_expect(fabs(s->power - n->dissipated) <= bound * volt, "%s: %g W of %g W", what, s->power, n->dissipated);
}

static void expect_oracle(const circuit *c, const char *what)
{
    network_solution n;
    const network_cells cells = {.g = c->nonlinear ? NULL : c->g, .r = c->r, .model = c->model, .on = c->on};
    network_solve(&c->wires, &cells, CIRCUIT_VOLTAGES(c), &n);
    cr_assert(n.unbalanced <= fmax(1e-13 * n.largest, circuit_nothing), "%s: the reference left %g A of %g A", what,
              n.unbalanced, n.largest);
    for (int kernel = 0; circuit_choose_kernel(kernel); kernel++) {
        syn_crossbar *x = circuit_crossbar(c, 1);
        const syn_solution s = circuit_solve(c, x, what);
        expect_solution(c, x, &s, &n, what);
        expect_conservation(c, x, &s, &n, what);
        syn_crossbar_free(x);
    }
    network_free(&n);
}

static void try_regimes(int nonlinear, const syn_model *model, int circuits, double most)
{
    uint64_t state = 1 + (uint64_t)nonlinear;
    for (int g = 0; g < CIRCUIT_REGIMES; g++)
        for (int k = 0; k < circuits; k++) {
            const size_t rows = (size_t)support_uniform(&state, 1, most),
                         cols = (size_t)support_uniform(&state, 1, most);
            circuit *c = circuit_draw(&state, &circuit_regimes[g], rows, cols, nonlinear, 1);
            c->model = model;
            expect_oracle(c, circuit_regimes[g].name);
            circuit_free(c);
        }
}

Test(solve, random_circuits_of_conductances_agree_with_brute_force_in_every_regime)
{
    try_regimes(0, NULL, 30, 9);
}

/* Sources of at most 1 V: up to 2 V across a cell, beyond which its curve falls on both sides. */
Test(solve, random_circuits_of_nonlinear_cells_agree_with_brute_force_in_every_regime)
{
    try_regimes(1, NULL, 20, 6);
}

/* Up to 2 V across a cell: the chord of a cell in HRS rises up to 10^5 times. */
Test(solve, random_circuits_of_exponential_cells_agree_with_brute_force_in_every_regime)
{
    syn_model *m = support_model_of(support_exponential(), 0);
    try_regimes(1, m, 20, 6);
    syn_model_free(m);
}

/* Voltages of both signs, at 0, at the end of the range and beyond; every number of cells that a vector leaves over. Relative:
 * the exponent of up to 20 has a relative error of some 2^-53. */
Test(solve, kernels_of_exponential_cells_follow_the_reference)
{
    enum { N = 41 };
    syn_model *m = support_model_of(support_exponential(), 0);
    double u[N], state[N];
    for (int kernel = 0; circuit_choose_kernel(kernel); kernel++) {
        circuit *c = circuit_make(N, 1);
        for (size_t k = 0; k < N; k++) {
            c->r[k] = state[k] = (double)(k * 7 % N) / (N - 1);
            u[k] = 2.25 * ((double)k - 20) / 20;
        }
        u[0] = -2;
        u[N - 1] = 2;
        c->nonlinear = true;
        c->model = m;
        c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
        syn_crossbar *x = circuit_crossbar(c, 1);
        double worst = 0, i[N], g[N];
        for (size_t n = 1; n <= N; n++) {
            x->kernel->cells(&x->cells, N - n, u + N - n, n, i, g);
            for (size_t k = 0; k < n; k++) {
                double slope;
                const double expected = syn_current(m, state[N - n + k], u[N - n + k], &slope);
                support_worst(&worst, fabs(i[k] - expected) / fmax(fabs(expected), 1e-300));
                support_worst(&worst, fabs(g[k] / slope - 1));
            }
        }
        cr_expect(lt(dbl, worst, 2e-14), "kernel %d", kernel);
        syn_crossbar_free(x);
        circuit_free(c);
    }
    syn_model_free(m);
}

Test(solve, long_and_short_shapes_agree_with_brute_force)
{
    static const size_t shapes[][2] = {{1, 1}, {1, 2}, {2, 1}, {1, 40}, {40, 1}, {2, 33}, {33, 2}, {17, 3}, {3, 16}};
    uint64_t state = 3;
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        for (int g = 0; g < CIRCUIT_REGIMES; g++) {
            circuit *c = circuit_draw(&state, &circuit_regimes[g], shapes[k][0], shapes[k][1], 0, 1);
            expect_oracle(c, circuit_regimes[g].name);
            circuit_free(c);
        }
}

/* Conductances that single precision does not know. */
Test(solve, conductances_of_next_to_nothing_do_no_harm)
{
    const circuit_regime tiny = {.name = "tiny", .r = {1, 1}, .end = {100, 100}, .open = 0.7, .g = {1e-300, 1e-20}};
    uint64_t state = 22;
    for (int k = 0; k < 50; k++) {
        circuit *c = circuit_draw(&state, &tiny, 5, 4, 0, 1);
        c->wires.gmin = k % 2 ? 1e-45 : 0;
        expect_oracle(c, tiny.name);
        circuit_free(c);
    }
}

/* Each cell alone between two sources: sums of g (V_left - V_bottom), some 20 roundings. */
Test(solve, ideal_lines_held_by_sources_carry_the_sums_of_their_cells)
{
    const circuit_regime held = {.r = {1, 1}, .ideal = {1, 1}, .end = {1, 1}, .zero = 1, .g = {1e-12, 0.1}};
    uint64_t state = 4;
    circuit *c = circuit_draw(&state, &held, 13, 21, 0, 1);
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    memset(c->end[SYN_BOTTOM], 0, sizeof c->end[SYN_BOTTOM]);
    syn_crossbar *x = circuit_crossbar(c, 1);
    const syn_solution s = circuit_solve(c, x, held.name);
    cr_expect(eq(int, s.newton, 0));
    for (size_t i = 0; i < 13; i++) {
        double sum = 0;
        for (size_t j = 0; j < 21; j++)
            sum += c->g[i + 13 * j] * (c->v[SYN_LEFT][i] - c->v[SYN_BOTTOM][j]);
        cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[i] - sum) <= circuit_rounding * s.scale);
    }
    syn_crossbar_free(x);
    circuit_free(c);
}

/* A word line whose cells end at sources is a uniform ladder: V_j = sinh((n + 1 - j) t) / sinh((n + 1) t) for 1 V at
 * the left, 2 cosh t = 2 + r g. The closed form is good to 1e-11, the error of acosh near 1. */
Test(solve, a_ladder_has_the_closed_form)
{
    enum { N = 200 };
    const double r = 2, bit_line = 30, cell = 1e-4, g = 1 / (1 / cell + bit_line), t = acosh(1 + r * g / 2);
    circuit *c = circuit_make(1, N);
    c->wires.end[SYN_TOP] = NULL;
    c->r_wl[0] = r;
    c->v[SYN_LEFT][0] = 1;
    for (size_t j = 0; j < N; j++) {
        c->g[j] = cell;
        c->r_bl[j] = bit_line;
    }
    syn_crossbar *x = circuit_crossbar(c, 1);
    const syn_solution s = circuit_solve(c, x, "ladder");
    const double all = sinh((N + 1) * t), accuracy = s.residual + 1e-11 * s.scale;
    cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[0] - (1 - sinh(N * t) / all) / r) <= accuracy);
    cr_expect(fabs(syn_crossbar_current(x, SYN_RIGHT)[0] + sinh(t) / all / r) <= accuracy);
    for (int j = 1; j <= N; j++)
        cr_expect(fabs(syn_crossbar_current(x, SYN_BOTTOM)[j - 1] + g * sinh((N + 1 - j) * t) / all) <= accuracy);
    syn_crossbar_free(x);
    circuit_free(c);
}

/* The voltage lost along a line of n segments is at most r n times the line's current of at most n g V: relative
 * changes of about r g n^2 = 1e-9 for 1e-10 ohm, 1e-2 S and 30 cells. */
/* Above 3.84 Mohm (r > 0.8892) the mixture of the curves is negative at small voltages. One cell between ideal lines
 * carries the current of the reference, also at the kinks where this becomes 0. With a resistance in series, which drops
 * no voltage at 0 A, it is as passive. */
Test(solve, a_cell_that_the_curves_would_make_active_carries_no_current)
{
    for (int kernel = 0; circuit_choose_kernel(kernel); kernel++)
        for (int access = 0; access < 2; access++) {
            circuit *c = circuit_make(1, 1);
            c->nonlinear = true;
            c->r = realloc(c->r, sizeof *c->r);
            c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
            c->wires.access.resistance = access * 1e5;
            for (double r = 0.888; r <= 1; r += 0.0007) {
                c->r[0] = r;
                syn_crossbar *x = circuit_crossbar(c, 1);
                for (double u = -0.4; u <= 0.4; u += 0.013) {
                    c->v[SYN_LEFT][0] = u;
                    circuit_solve(c, x, "one cell");
                    const double i = syn_crossbar_current(x, SYN_LEFT)[0],
                                 free_current = syn_current(support_model(0), r, u, NULL);
                    cr_assert(i * u >= 0, "r = %g at %g V: %g A", r, u, i);
                    /* rounding of 1e-4 S */
                    if (access == 0 || free_current == 0)
                        cr_assert(fabs(i - free_current) <= 1e-19, "r = %g at %g V: %g A", r, u, i);
                }
                syn_crossbar_free(x);
            }
            circuit_free(c);
        }
}

Test(solve, wires_of_vanishing_resistance_become_ideal)
{
    const circuit_regime usual = {.name = "vanishing", .r = {1e-10, 1e-10}, .end = {100, 1000}, .g = {1e-6, 1e-2}};
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        uint64_t state = 5;
        circuit *c = circuit_draw(&state, &usual, 20, 30, nonlinear, 1);
        syn_crossbar *x = circuit_crossbar(c, 1), *ideal;
        memset(c->r_wl, 0, sizeof c->r_wl);
        memset(c->r_bl, 0, sizeof c->r_bl);
        ideal = circuit_crossbar(c, 1);
        const syn_solution s = circuit_solve(c, x, usual.name), t = circuit_solve(c, ideal, usual.name);
        double *expected[SYN_SIDES];
        for (int side = 0; side < SYN_SIDES; side++)
            expected[side] = (double *)(uintptr_t)syn_crossbar_current(ideal, (syn_side)side);
        cr_expect(circuit_difference(c, x, expected) <= s.residual + t.residual + 1e-8 * t.scale);
        cr_expect(circuit_difference(c, x, expected) > 0);
        syn_crossbar_free(x);
        syn_crossbar_free(ideal);
        circuit_free(c);
    }
}

Test(solve, equal_sources_drive_no_current_whatever_came_before)
{
    uint64_t state = 6;
    for (int g = 0; g < CIRCUIT_REGIMES; g++)
        for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
            circuit *c = circuit_draw(&state, &circuit_regimes[g], 12, 9, nonlinear, 1);
            syn_crossbar *x = circuit_crossbar(c, 1);
            circuit_solve(c, x, circuit_regimes[g].name);
            const double volt = nonlinear ? 0 : 0.7;
            for (int side = 0; side < SYN_SIDES; side++)
                for (size_t i = 0; i < CIRCUIT_MOST; i++)
                    c->v[side][i] = volt;
            const syn_solution s = circuit_solve(c, x, circuit_regimes[g].name);
            for (int side = 0; side < SYN_SIDES; side++)
                for (size_t i = 0; i < circuit_lines_at(c, side); i++)
                    cr_expect(isinf(c->end[side][i]) || syn_crossbar_current(x, (syn_side)side)[i] == 0);
            cr_expect(s.scale == 0 && s.residual == 0 && s.power == 0, "%s", circuit_regimes[g].name);
            syn_crossbar_free(x);
            circuit_free(c);
        }
}

/* From whichever solution it starts: the same within both residuals. */
static void expect_forgotten(const circuit *c, const circuit *before, const char *what)
{
    syn_crossbar *fresh = circuit_crossbar(c, 1), *x = circuit_crossbar(c, 1);
    double *expected[SYN_SIDES];
    const syn_solution s = circuit_solve(c, fresh, what);
    circuit_solve(before, x, what);
    const syn_solution t = circuit_solve(c, x, what);
    for (int side = 0; side < SYN_SIDES; side++)
        expected[side] = (double *)(uintptr_t)syn_crossbar_current(fresh, (syn_side)side);
    cr_expect(circuit_difference(c, x, expected) <= s.residual + t.residual + circuit_rounding * s.scale, "%s", what);
    syn_crossbar_free(fresh);
    syn_crossbar_free(x);
}

/* In a simulator the sources of a crossbar in equilibrium differ by the rounding of its voltages. What flows then, 1e-20 A, means
 * nothing, but the analysis has to go on. */
Test(solve, sources_that_differ_by_rounding_alone_are_solved)
{
    uint64_t random = 25;
    for (int k = 0; k < support_cases(300, 5000); k++) {
        const double volt = support_uniform(&random, -1.5, 1.5);
        const size_t rows = (size_t)support_uniform(&random, 1, 9), cols = (size_t)support_uniform(&random, 1, 9);
        circuit *c = circuit_draw(&random, &circuit_regimes[k % CIRCUIT_REGIMES], rows, cols, 1, 1);
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t i = 0; i < CIRCUIT_MOST; i++)
                c->v[side][i] = volt * (1 + DBL_EPSILON * floor(support_uniform(&random, -2, 3)));
        syn_crossbar *x = circuit_crossbar(c, 1);
        circuit_solve(c, x, circuit_regimes[k % CIRCUIT_REGIMES].name);
        syn_crossbar_free(x);
        circuit_free(c);
    }
}

/* Quite another one, and one that is hardly different. */
Test(solve, a_solution_does_not_depend_on_the_one_before)
{
    uint64_t state = 7;
    for (int k = 0; k < 2 * CIRCUIT_REGIMES; k++) {
        const circuit_regime *g = &circuit_regimes[k / 2];
        circuit *c = circuit_draw(&state, g, 12, 9, k % 2, 0.8), *before;
        before = circuit_draw(&state, g, 12, 9, k % 2, 0.8);
        expect_forgotten(c, before, g->name);
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t i = 0; i < circuit_lines_at(c, side); i++)
                before->v[side][i] = c->v[side][i] * (1 + 5e-7);
        expect_forgotten(c, before, g->name);
        circuit_free(c);
        circuit_free(before);
    }
}

static void expect_found(const circuit *c, const char *what)
{
    syn_crossbar *x = circuit_crossbar(c, 1);
    const syn_solution s = circuit_solve(c, x, what);
    cr_expect(s.residual <= 1e-9 * s.scale && s.newton < 100 && s.iterations < 1000, "%s: %d, %d", what, s.newton,
              s.iterations);
    syn_crossbar_free(x);
}

Test(solve, a_checkerboard_with_long_wires_is_solved)
{
    const circuit_regime long_wires = {.name = "checkerboard", .r = {20, 20}, .end = {10, 100}, .g = {1, 1}};
    uint64_t state = 12;
    circuit *c = circuit_draw(&state, &long_wires, 256, 256, 0, 1);
    circuit_checkerboard(c);
    expect_found(c, long_wires.name);
    circuit_free(c);
}

/* 3 V at the lines of any resistance: cells are far beyond the ends of their curves, many on a falling branch. */
Test(solve, voltages_far_beyond_the_cells_are_solved_or_refused_with_a_reason)
{
    uint64_t state = 13;
    int found = 0, all = 0;
    for (int k = 0; k < 60; k++) {
        const double r = (const double[]){0, 1, 20}[k % 3];
        const circuit_regime strong = {.name = "3 V",
                                       .r = {r, r},
                                       .ideal = {r == 0, r == 0},
                                       .end = {10, 1e3},
                                       .open = k % 2 ? 0.5 : 0,
                                       .g = {1, 1},
                                       .gmin = 1e-12};
        circuit *c = circuit_draw(&state, &strong, 4 + (size_t)k, 64 - (size_t)k, 1, 3);
        syn_crossbar *x = circuit_crossbar(c, 1);
        syn_solution s;
        syn_error err = {0};
        const syn_status status = syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), &s, &err);
        cr_expect(status == SYN_OK ? s.residual <= 1e-9 * s.scale : status == SYN_ENUMERIC && strlen(err.text) > 0);
        cr_expect(s.newton <= 500);
        found += status == SYN_OK;
        all++;
        syn_crossbar_free(x);
        circuit_free(c);
    }
    cr_expect(found >= all - 1, "%d of %d", found, all);
}

Test(solve, what_nothing_holds_is_held_by_gmin)
{
    const circuit_regime floating = {
        .name = "gmin", .r = {1, 1}, .end = {100, 100}, .open = 1, .g = {1e-5, 4e-4}, .gmin = 1e-12};
    uint64_t state = 14;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = circuit_draw(&state, &floating, 100, 80, nonlinear, 1);
        expect_found(c, "all floating");
        c->end[SYN_LEFT][3] = 100;
        c->end[SYN_TOP][70] = 0;
        expect_found(c, "two terminals");
        circuit_free(c);
    }
}

static void expect_voltage_refused(circuit *c, syn_crossbar *x, const double bad)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        const double kept = c->v[side][2];
        syn_error err = {0};
        c->v[side][2] = bad;
        support_refused(syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), NULL, &err), SYN_EINVAL, &err,
                        syn_side_name((syn_side)side), "line 2");
        cr_expect(eq(int, syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), NULL, NULL), SYN_EINVAL));
        c->v[side][2] = kept;
    }
}

/* A refused call leaves the last solution; what cannot be computed with leaves a crossbar that works on. */
Test(solve, voltages_that_are_none_are_refused_and_change_nothing)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 17;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = circuit_draw(&state, &usual, 6, 5, nonlinear, 1);
        syn_crossbar *x = circuit_crossbar(c, 1);
        const syn_solution s = circuit_solve(c, x, "before");
        double before[6], kept = c->v[SYN_LEFT][0];
        memcpy(before, syn_crossbar_current(x, SYN_LEFT), sizeof before);
        expect_voltage_refused(c, x, NAN);
        expect_voltage_refused(c, x, INFINITY);
        cr_expect(eq(int, memcmp(before, syn_crossbar_current(x, SYN_LEFT), sizeof before), 0));
        c->v[SYN_LEFT][0] = 1e308;
        syn_error err = {0};
        support_refused(syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), NULL, &err), SYN_ENUMERIC, &err, "crossbar", "");
        cr_expect(strlen(err.text) > 0);
        c->v[SYN_LEFT][0] = kept;
        circuit_solve(c, x, "after");
        for (int i = 0; i < 6; i++)
            cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[i] - before[i]) <= 3 * s.residual + 1e-10 * s.scale);
        syn_crossbar_free(x);
        circuit_free(c);
    }
}

/* Were a correction ever to overflow, the next solution starts anew. */
Test(solve, a_field_that_is_lost_is_found_again)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .open = 0.5, .g = {1e-5, 1e-4}};
    uint64_t state = 21;
    circuit *c = circuit_draw(&state, &usual, 20, 20, 0, 1);
    syn_crossbar *x = circuit_crossbar(c, 1);
    circuit_solve(c, x, "before");
    x->field.drop[1][0] = x->field.line[0][1] = NAN;
    syn_error err = {0};
    cr_expect(eq(int, syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), NULL, &err), SYN_ENUMERIC));
    cr_expect(strstr(err.text, "diverges") != NULL);
    circuit_solve(c, x, "after");
    syn_crossbar_free(x);
    circuit_free(c);
}

/* Open ends, and sides without voltages: ignored, and 0 V. */
Test(solve, voltages_at_open_ends_do_not_matter_and_missing_ones_are_zero)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .open = 0.4, .g = {1e-5, 1e-4}};
    uint64_t state = 18;
    circuit *c = circuit_draw(&state, &usual, 16, 15, 0, 1);
    memset(c->v[SYN_TOP], 0, sizeof c->v[SYN_TOP]);
    syn_crossbar *x = circuit_crossbar(c, 1), *y = circuit_crossbar(c, 1);
    circuit_solve(c, x, "all");
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < circuit_lines_at(c, side); i++)
            c->v[side][i] = isinf(c->end[side][i]) ? (double)NAN : c->v[side][i];
    cr_assert(
        eq(int, syn_crossbar_solve(y, (circuit_voltages){c->v[0], c->v[1], NULL, c->v[3]}, NULL, NULL), SYN_OK));
    for (int side = 0; side < SYN_SIDES; side++)
        cr_expect(eq(int,
                     memcmp(syn_crossbar_current(x, (syn_side)side), syn_crossbar_current(y, (syn_side)side),
                            circuit_lines_at(c, side) * sizeof(double)),
                     0));
    syn_crossbar_free(x);
    syn_crossbar_free(y);
    circuit_free(c);
}
