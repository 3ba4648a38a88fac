/* SPDX-License-Identifier: MIT */
/* Solutions of a crossbar with wires against brute force in quadruple precision, closed forms, conservation laws,
 * limits and the exact port matrix. */
#include "support/network.h"
#include "support/support.h"

#include "crossbar/crossbar.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 544 };

/* What a crossbar and its solution are made of. */
typedef struct circuit {
    syn_wires wires;
    double r_wl[MOST], r_bl[MOST], end[SYN_SIDES][MOST], v[SYN_SIDES][MOST];
    double curve_u[8], curve_i[8];
    double *g, *r; /* cells: conductances, states */
    uint8_t on[MOST];
    int nonlinear, selects;
} circuit;

typedef const double *const voltages[SYN_SIDES];
#define VOLTAGES(c) ((voltages){(c)->v[0], (c)->v[1], (c)->v[2], (c)->v[3]})

static double log_uniform(uint64_t *state, double low, double high)
{
    return low * pow(high / low, support_uniform(state, 0, 1));
}

static int chance(uint64_t *state, double p)
{
    return support_uniform(state, 0, 1) < p;
}

static circuit *make_circuit(size_t rows, size_t cols)
{
    circuit *c = calloc(1, sizeof *c);
    cr_assert(c != NULL && rows <= MOST && cols <= MOST);
    c->wires = (syn_wires){.rows = rows, .cols = cols, .r_wl_each = c->r_wl, .r_bl_each = c->r_bl};
    c->g = calloc(rows * cols, sizeof *c->g);
    c->r = calloc(rows * cols, sizeof *c->r);
    cr_assert(c->g != NULL && c->r != NULL);
    for (int side = 0; side < SYN_SIDES; side++)
        c->wires.end[side] = c->end[side];
    memset(c->on, 1, sizeof c->on);
    return c;
}

static void free_circuit(circuit *c)
{
    free(c->g);
    free(c->r);
    free(c);
}

/* Regimes of random circuits, as ranges and shares that numbers are drawn from. */
typedef struct regime {
    const char *name;
    double r[2], ideal[2];     /* ohm per segment; share of ideal word and bit lines */
    double end[2], open, zero; /* ohm of the ends; shares of open ends and of those of 0 ohm */
    double g[2], none, shorts; /* S of the cells; shares of 0 S and of 0.1 S */
    double gmin, access;       /* S, ohm */
    int half_leads, selects, selector;
} regime;

static double draw_end(uint64_t *state, const regime *g)
{
    return chance(state, g->open) ? INFINITY : chance(state, g->zero) ? 0 : log_uniform(state, g->end[0], g->end[1]);
}

static void draw_lines(circuit *c, uint64_t *state, const regime *g, double volt)
{
    for (size_t i = 0; i < c->wires.rows || i < c->wires.cols; i++) {
        c->r_wl[i] = chance(state, g->ideal[0]) ? 0 : log_uniform(state, g->r[0], g->r[1]);
        c->r_bl[i] = chance(state, g->ideal[1]) ? 0 : log_uniform(state, g->r[0], g->r[1]);
        for (int side = 0; side < SYN_SIDES; side++) {
            c->end[side][i] = draw_end(state, g);
            c->v[side][i] = chance(state, 0.2) ? 0 : support_uniform(state, -volt, volt);
        }
        for (int along = 0; along < 2; along++) /* no sources in parallel without resistance */
            if ((along ? c->r_bl : c->r_wl)[i] == 0 && c->end[2 * along][i] == 0 && c->end[2 * along + 1][i] == 0)
                c->end[2 * along + 1][i] = 50;
    }
}

static void draw_cells(circuit *c, uint64_t *state, const regime *g)
{
    for (size_t k = 0; k < c->wires.rows * c->wires.cols; k++) {
        c->g[k] = chance(state, g->none) ? 0 : chance(state, g->shorts) ? 0.1 : log_uniform(state, g->g[0], g->g[1]);
        c->r[k] = (double)(float)(chance(state, 0.5) ? support_uniform(state, 0.05, 0.2)
                                                     : support_uniform(state, 0.7, 0.85));
    }
    for (size_t i = 0; i < c->wires.rows; i++)
        c->on[i] = !g->selects || chance(state, 0.6);
}

/* Selectors: one with a threshold, three decades steeper from 0.2 V on; one that is off. */
enum { THRESHOLD = 1, OFF };

static void add_selector(circuit *c, int kind)
{
    static const double u[] = {-1, -0.3, -0.2, 0, 0.2, 0.3, 1}, i[] = {-7e-4, -2e-5, -2e-8, 0, 2e-8, 2e-5, 7e-4};
    for (size_t k = 0; k < sizeof u / sizeof *u; k++) {
        c->curve_u[k] = u[k];
        c->curve_i[k] = kind == OFF ? 1e-13 * u[k] : i[k];
    }
    c->wires.access.points = sizeof u / sizeof *u;
    c->wires.access.u = c->curve_u;
    c->wires.access.i = c->curve_i;
}

static circuit *draw_circuit(uint64_t *state, const regime *g, size_t rows, size_t cols, int nonlinear, double volt)
{
    circuit *c = make_circuit(rows, cols);
    c->nonlinear = nonlinear;
    c->selects = g->selects;
    c->wires.gmin = g->gmin;
    c->wires.half_leads = g->half_leads;
    c->wires.access.resistance = g->access;
    if (g->selector)
        add_selector(c, g->selector);
    draw_lines(c, state, g, volt);
    draw_cells(c, state, g);
    return c;
}

/* Has everything from here on use this processor's kernel number k. Returns 0 if there are not so many. */
static int choose_kernel(int k)
{
    const char *name = syn_array_kernel_name(k);
    if (name)
        setenv("SYNAPTOGEN_KERNEL", name, 1);
    else
        unsetenv("SYNAPTOGEN_KERNEL");
    return name != NULL;
}

static size_t lines_at(const circuit *c, int side)
{
    return side / 2 ? c->wires.cols : c->wires.rows;
}

static size_t cells_of(const circuit *c)
{
    return c->wires.rows * c->wires.cols;
}

static syn_crossbar *create(const circuit *c, int threads)
{
    syn_crossbar *x;
    syn_error err = {0};
    cr_assert_eq(syn_crossbar_create(&c->wires, threads, &x, &err), SYN_OK, "%s: %s", err.field, err.text);
    cr_assert_eq(c->nonlinear ? syn_crossbar_set_states(x, support_model(0), c->r, NULL)
                              : syn_crossbar_set_conductances(x, c->g, NULL),
                 SYN_OK);
    if (c->selects)
        syn_crossbar_select(x, c->on);
    return x;
}

static syn_solution solve(const circuit *c, syn_crossbar *x, const char *what)
{
    syn_solution s;
    syn_error err = {0};
    cr_assert_eq(syn_crossbar_solve(x, VOLTAGES(c), &s, &err), SYN_OK, "%s, %zu x %zu: %s", what, c->wires.rows,
                 c->wires.cols, err.text);
    return s;
}

/* The largest difference between the terminals' currents and others, which are open in the same places. */
static double difference(const circuit *c, const syn_crossbar *x, double *const expected[SYN_SIDES])
{
    double worst = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(c, side); i++) {
            const double here = syn_crossbar_current(x, (syn_side)side)[i], there = expected[side][i];
            if (isnan(there))
                cr_expect(isnan(here), "side %d, line %zu is open", side, i);
            else
                support_worst(&worst, fabs(here - there));
        }
    return worst;
}

/* What rounding alone may do to a sum of some hundred currents, relative to the largest; and the current [A] below
 * which a solution takes all for none. */
static const double rounding = 1e-14, nothing = 1e-30;

/* Terminal currents within 1e-9 of the largest one, and within the residual; so are the cells' currents, which are
 * parts of them, up to twice: of a word line's and of a bit line's. */
static void expect_solution(const circuit *c, const syn_crossbar *x, const syn_solution *s, const network_solution *n,
                            const char *what)
{
    const double error = difference(c, x, n->current);
    cr_expect(error <= fmax(1e-9 * n->largest, nothing), "%s: %g A of %g A", what, error, n->largest);
    cr_expect(error <= s->residual + rounding * s->scale + nothing, "%s: error %g A, residual %g A", what, error,
              s->residual);
    cr_expect(s->scale >= n->largest * (1 - 1e-9) - nothing, "%s", what);
    double *i = malloc(cells_of(c) * sizeof *i), worst = 0;
    syn_crossbar_cells(x, NULL, i);
    for (size_t k = 0; n->largest > 0 && k < cells_of(c); k++)
        support_worst(&worst, fabs(i[k] - n->cell_i[k]));
    cr_expect(worst <= fmax(2e-9 * n->largest, nothing), "%s: cells %g A of %g A", what, worst, n->largest);
    free(i);
}

/* The charge that flows in flows out, and the sources' power is what all elements take up: sums of all terminals. */
static void expect_conservation(const circuit *c, const syn_crossbar *x, const syn_solution *s,
                                const network_solution *n, const char *what)
{
    double sum = 0, bound = 0, volt = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(c, side); i++) {
            const double here = syn_crossbar_current(x, (syn_side)side)[i];
            sum += isnan(here) ? 0 : here;
            bound += isnan(here) ? 0 : s->residual + rounding * s->scale + nothing;
            volt = fmax(volt, fabs(c->v[side][i]));
        }
    cr_expect(fabs(sum) <= bound, "%s: %g A are lost, bound %g A", what, sum, bound);
    cr_expect(fabs(s->power - n->dissipated) <= bound * volt, "%s: %g W of %g W", what, s->power, n->dissipated);
}

static void expect_oracle(const circuit *c, const char *what)
{
    network_solution n;
    const network_cells cells = {.g = c->nonlinear ? NULL : c->g, .r = c->r, .on = c->on};
    network_solve(&c->wires, &cells, VOLTAGES(c), &n);
    cr_assert(n.unbalanced <= fmax(1e-13 * n.largest, nothing), "%s: the reference left %g A of %g A", what,
              n.unbalanced, n.largest);
    for (int kernel = 0; choose_kernel(kernel); kernel++) {
        syn_crossbar *x = create(c, 1);
        const syn_solution s = solve(c, x, what);
        expect_solution(c, x, &s, &n, what);
        expect_conservation(c, x, &s, &n, what);
        syn_crossbar_free(x);
    }
    network_free(&n);
}

static const regime regimes[] = {
    {.name = "all decades",
     .r = {1e-3, 1e3},
     .end = {1e-3, 1e6},
     .open = 0.2,
     .zero = 0.1,
     .g = {1e-12, 0.1},
     .none = 0.1},
    {.name = "usual", .r = {1, 1}, .end = {100, 100}, .g = {1e-5, 4e-4}},
    {.name = "ideal wires",
     .r = {1, 1},
     .ideal = {1, 1},
     .end = {1e-3, 1e6},
     .open = 0.2,
     .zero = 0.2,
     .g = {1e-12, 0.1},
     .none = 0.1},
    {.name = "ideal lines among others",
     .r = {1e-3, 1e3},
     .ideal = {0.4, 0.4},
     .end = {1e-3, 1e6},
     .open = 0.3,
     .zero = 0.2,
     .g = {1e-12, 0.1},
     .none = 0.1},
    {.name = "ideal word lines",
     .r = {1e-3, 1e3},
     .ideal = {1, 0},
     .end = {1e-3, 1e6},
     .open = 0.3,
     .zero = 0.2,
     .g = {1e-9, 0.1},
     .none = 0.1},
    {.name = "ideal bit lines",
     .r = {1e-3, 1e3},
     .ideal = {0, 1},
     .end = {1e-3, 1e6},
     .open = 0.3,
     .zero = 0.2,
     .g = {1e-9, 0.1},
     .none = 0.1},
    {.name = "sources of 0 ohm",
     .r = {1e-3, 1e3},
     .end = {1, 1},
     .open = 0.4,
     .zero = 1,
     .g = {1e-9, 0.1},
     .none = 0.1},
    {.name = "floating groups",
     .r = {1e-3, 1e3},
     .ideal = {0.1, 0.1},
     .end = {1, 1e3},
     .open = 0.8,
     .zero = 0.1,
     .g = {1e-9, 1e-2},
     .none = 0.6},
    {.name = "floating, gmin",
     .r = {1e-3, 1e3},
     .ideal = {0.1, 0.1},
     .end = {1, 1e3},
     .open = 0.8,
     .zero = 0.1,
     .g = {1e-9, 1e-2},
     .none = 0.6,
     .gmin = 1e-12},
    {.name = "shorts",
     .r = {0.1, 20},
     .end = {1, 1e3},
     .open = 0.5,
     .zero = 0.1,
     .g = {1e-6, 1e-6},
     .none = 0.2,
     .shorts = 0.2},
    {.name = "weak sources", .r = {1e-3, 1e-3}, .end = {1e6, 1e6}, .open = 0.5, .zero = 0.1, .g = {1e-6, 1e-3}},
    {.name = "half leads, selected rows",
     .r = {1, 20},
     .end = {1, 100},
     .open = 0.2,
     .zero = 0.1,
     .g = {1e-6, 4e-4},
     .gmin = 1e-12,
     .half_leads = 1,
     .selects = 1},
    {.name = "access resistance",
     .r = {1, 20},
     .ideal = {0.1, 0.1},
     .end = {1, 100},
     .open = 0.2,
     .zero = 0.1,
     .g = {1e-6, 4e-4},
     .none = 0.1,
     .access = 3e3},
    {.name = "selectors",
     .r = {1, 20},
     .ideal = {0.1, 0.1},
     .end = {1, 100},
     .open = 0.2,
     .zero = 0.1,
     .g = {1e-6, 4e-4},
     .none = 0.1,
     .selector = THRESHOLD},
    {.name = "selectors that are off",
     .r = {1, 1},
     .end = {1e8, 1e13},
     .open = 0.1,
     .g = {1e-6, 4e-4},
     .selector = OFF},
    {.name = "both, selected rows",
     .r = {1, 20},
     .ideal = {0.1, 0.1},
     .end = {1, 100},
     .open = 0.2,
     .zero = 0.1,
     .g = {1e-6, 4e-4},
     .none = 0.1,
     .gmin = 1e-12,
     .access = 1e3,
     .selects = 1,
     .selector = THRESHOLD},
};
enum { REGIMES = sizeof regimes / sizeof *regimes };

static void try_regimes(int nonlinear, int circuits, double most)
{
    uint64_t state = 1 + (uint64_t)nonlinear;
    for (int g = 0; g < REGIMES; g++)
        for (int k = 0; k < circuits; k++) {
            const size_t rows = (size_t)support_uniform(&state, 1, most),
                         cols = (size_t)support_uniform(&state, 1, most);
            circuit *c = draw_circuit(&state, &regimes[g], rows, cols, nonlinear, 1);
            expect_oracle(c, regimes[g].name);
            free_circuit(c);
        }
}

Test(crossbar, random_circuits_of_conductances_agree_with_brute_force_in_every_regime)
{
    try_regimes(0, 30, 9);
}

/* Sources of at most 1 V: up to 2 V across a cell, beyond which its curve falls on both sides. */
Test(crossbar, random_circuits_of_nonlinear_cells_agree_with_brute_force_in_every_regime)
{
    try_regimes(1, 20, 6);
}

Test(crossbar, long_and_short_shapes_agree_with_brute_force)
{
    static const size_t shapes[][2] = {{1, 1}, {1, 2}, {2, 1}, {1, 40}, {40, 1}, {2, 33}, {33, 2}, {17, 3}, {3, 16}};
    uint64_t state = 3;
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        for (int g = 0; g < REGIMES; g++) {
            circuit *c = draw_circuit(&state, &regimes[g], shapes[k][0], shapes[k][1], 0, 1);
            expect_oracle(c, regimes[g].name);
            free_circuit(c);
        }
}

/* Each cell alone between two sources: sums of g (V_left - V_bottom), some 20 roundings. */
Test(crossbar, ideal_lines_held_by_sources_carry_the_sums_of_their_cells)
{
    const regime held = {.r = {1, 1}, .ideal = {1, 1}, .end = {1, 1}, .zero = 1, .g = {1e-12, 0.1}};
    uint64_t state = 4;
    circuit *c = draw_circuit(&state, &held, 13, 21, 0, 1);
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    memset(c->end[SYN_BOTTOM], 0, sizeof c->end[SYN_BOTTOM]);
    syn_crossbar *x = create(c, 1);
    const syn_solution s = solve(c, x, held.name);
    cr_expect_eq(s.newton, 0);
    for (size_t i = 0; i < 13; i++) {
        double sum = 0;
        for (size_t j = 0; j < 21; j++)
            sum += c->g[i + 13 * j] * (c->v[SYN_LEFT][i] - c->v[SYN_BOTTOM][j]);
        cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[i] - sum) <= rounding * s.scale);
    }
    syn_crossbar_free(x);
    free_circuit(c);
}

/* A word line whose cells end at sources is a uniform ladder: V_j = sinh((n + 1 - j) t) / sinh((n + 1) t) for 1 V at
 * the left, 2 cosh t = 2 + r g. The closed form is good to 1e-11, the error of acosh near 1. */
Test(crossbar, a_ladder_has_the_closed_form)
{
    enum { N = 200 };
    const double r = 2, bit_line = 30, cell = 1e-4, g = 1 / (1 / cell + bit_line), t = acosh(1 + r * g / 2);
    circuit *c = make_circuit(1, N);
    c->wires.end[SYN_TOP] = NULL;
    c->r_wl[0] = r;
    c->v[SYN_LEFT][0] = 1;
    for (size_t j = 0; j < N; j++) {
        c->g[j] = cell;
        c->r_bl[j] = bit_line;
    }
    syn_crossbar *x = create(c, 1);
    const syn_solution s = solve(c, x, "ladder");
    const double all = sinh((N + 1) * t), accuracy = s.residual + 1e-11 * s.scale;
    cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[0] - (1 - sinh(N * t) / all) / r) <= accuracy);
    cr_expect(fabs(syn_crossbar_current(x, SYN_RIGHT)[0] + sinh(t) / all / r) <= accuracy);
    for (int j = 1; j <= N; j++)
        cr_expect(fabs(syn_crossbar_current(x, SYN_BOTTOM)[j - 1] + g * sinh((N + 1 - j) * t) / all) <= accuracy);
    syn_crossbar_free(x);
    free_circuit(c);
}

/* Resistances of 1e4 and 1e13 ohm in series: the cell's voltage is but 1e-9 of the whole. */
Test(crossbar, a_cell_behind_a_selector_that_is_off_follows_small_changes)
{
    circuit *c = make_circuit(1, 1);
    c->g[0] = 1e-4;
    c->v[SYN_LEFT][0] = 0.5;
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    add_selector(c, OFF);
    syn_crossbar *x = create(c, 1);
    for (int k = 0; k < 10; k++) {
        const syn_solution s = solve(c, x, "off");
        const double expected = c->v[SYN_LEFT][0] / (1e13 + 1e4);
        cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[0] - expected) <= s.residual + 1e-13 * expected);
        c->v[SYN_LEFT][0] *= 1 + 5e-7;
    }
    syn_crossbar_free(x);
    free_circuit(c);
}

/* The voltage lost along a line of n segments is at most r n times the line's current of at most n g V: relative
 * changes of about r g n^2 = 1e-9 for 1e-10 ohm, 1e-2 S and 30 cells. */
Test(crossbar, wires_of_vanishing_resistance_become_ideal)
{
    const regime usual = {.name = "vanishing", .r = {1e-10, 1e-10}, .end = {100, 1000}, .g = {1e-6, 1e-2}};
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        uint64_t state = 5;
        circuit *c = draw_circuit(&state, &usual, 20, 30, nonlinear, 1);
        syn_crossbar *x = create(c, 1), *ideal;
        memset(c->r_wl, 0, sizeof c->r_wl);
        memset(c->r_bl, 0, sizeof c->r_bl);
        ideal = create(c, 1);
        const syn_solution s = solve(c, x, usual.name), t = solve(c, ideal, usual.name);
        double *expected[SYN_SIDES];
        for (int side = 0; side < SYN_SIDES; side++)
            expected[side] = (double *)(uintptr_t)syn_crossbar_current(ideal, (syn_side)side);
        cr_expect(difference(c, x, expected) <= s.residual + t.residual + 1e-8 * t.scale);
        cr_expect(difference(c, x, expected) > 0);
        syn_crossbar_free(x);
        syn_crossbar_free(ideal);
        free_circuit(c);
    }
}

Test(crossbar, equal_sources_drive_no_current_whatever_came_before)
{
    uint64_t state = 6;
    for (int g = 0; g < REGIMES; g++)
        for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
            circuit *c = draw_circuit(&state, &regimes[g], 12, 9, nonlinear, 1);
            syn_crossbar *x = create(c, 1);
            solve(c, x, regimes[g].name);
            const double volt = nonlinear ? 0 : 0.7;
            for (int side = 0; side < SYN_SIDES; side++)
                for (size_t i = 0; i < MOST; i++)
                    c->v[side][i] = volt;
            const syn_solution s = solve(c, x, regimes[g].name);
            for (int side = 0; side < SYN_SIDES; side++)
                for (size_t i = 0; i < lines_at(c, side); i++)
                    cr_expect(isinf(c->end[side][i]) || syn_crossbar_current(x, (syn_side)side)[i] == 0);
            cr_expect(s.scale == 0 && s.residual == 0 && s.power == 0, "%s", regimes[g].name);
            syn_crossbar_free(x);
            free_circuit(c);
        }
}

/* From whichever solution it starts: the same within both residuals. */
static void expect_forgotten(const circuit *c, const circuit *before, const char *what)
{
    syn_crossbar *fresh = create(c, 1), *x = create(c, 1);
    double *expected[SYN_SIDES];
    const syn_solution s = solve(c, fresh, what);
    solve(before, x, what);
    const syn_solution t = solve(c, x, what);
    for (int side = 0; side < SYN_SIDES; side++)
        expected[side] = (double *)(uintptr_t)syn_crossbar_current(fresh, (syn_side)side);
    cr_expect(difference(c, x, expected) <= s.residual + t.residual + rounding * s.scale, "%s", what);
    syn_crossbar_free(fresh);
    syn_crossbar_free(x);
}

/* Quite another one, and one that is hardly different. */
Test(crossbar, a_solution_does_not_depend_on_the_one_before)
{
    uint64_t state = 7;
    for (int k = 0; k < 2 * REGIMES; k++) {
        const regime *g = &regimes[k / 2];
        circuit *c = draw_circuit(&state, g, 12, 9, k % 2, 0.8), *before;
        before = draw_circuit(&state, g, 12, 9, k % 2, 0.8);
        expect_forgotten(c, before, g->name);
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t i = 0; i < lines_at(c, side); i++)
                before->v[side][i] = c->v[side][i] * (1 + 5e-7);
        expect_forgotten(c, before, g->name);
        free_circuit(c);
        free_circuit(before);
    }
}

/* Currents from the port matrix, whose entries are good to 1e-12 of themselves, without cancellation. */
static void currents_of_ports(const circuit *c, syn_crossbar *x, network_solution *n)
{
    const size_t ports = syn_crossbar_ports(x);
    double *y = malloc((ports * ports + 1) * sizeof *y), *v = malloc((ports + 1) * sizeof *v);
    size_t p = 0;
    cr_assert_eq(syn_crossbar_port_matrix(x, y, NULL), SYN_OK);
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(c, side); i++)
            if (isfinite(c->end[side][i]))
                v[p++] = c->v[side][i];
    p = 0;
    *n = (network_solution){0};
    for (int side = 0; side < SYN_SIDES; side++) {
        n->current[side] = malloc(lines_at(c, side) * sizeof(double));
        for (size_t i = 0; i < lines_at(c, side); i++) {
            n->current[side][i] = NAN;
            if (!isfinite(c->end[side][i]))
                continue;
            n->current[side][i] = 0;
            for (size_t q = 0; q < ports; q++)
                n->current[side][i] -= q == p ? 0 : y[p + ports * q] * (v[p] - v[q]);
            n->largest = fmax(n->largest, fabs(n->current[side][i]));
            p++;
        }
    }
    free(y);
    free(v);
}

static void free_currents(network_solution *n)
{
    for (int side = 0; side < SYN_SIDES; side++)
        free(n->current[side]);
}

/* All corrections in double precision, as if single had not got on. */
static void force_double(syn_crossbar *x)
{
    x->use_double = 1;
    x->factored = 0;
    cr_assert_eq(x->kernel->double_precision->create(&x->lines, x->coarse, &x->double_work), SYN_OK);
}

/* rounding: of the port matrix. */
static void expect_ports(const circuit *c, const char *what, int coarse)
{
    network_solution n;
    syn_crossbar *x = create(c, 1);
    cr_assert_eq(x->coarse != NULL, coarse, "%s", what);
    currents_of_ports(c, x, &n);
    for (int in_double = 0; in_double < 2; in_double++) {
        if (in_double)
            force_double(x);
        const syn_solution s = solve(c, x, what);
        cr_expect_eq(x->use_double, in_double, "%s", what);
        const double error = difference(c, x, n.current);
        cr_expect(error <= 1e-9 * n.largest && error <= s.residual + 1e-12 * s.scale,
                  "%s: %g A of %g A, residual %g A", what, error, n.largest, s.residual);
        cr_expect(lt(int, s.iterations, 500), "%s", what);
        syn_crossbar_solve(x, (voltages){0}, NULL, NULL); /* not from the solution that was just found */
    }
    free_currents(&n);
    syn_crossbar_free(x);
}

static void make_checkerboard(circuit *c)
{
    for (size_t j = 0; j < c->wires.cols; j++)
        for (size_t i = 0; i < c->wires.rows; i++)
            c->g[i + c->wires.rows * j] = (i + j) % 2 ? 4e-4 : 1e-6;
}

/* One level and two levels, each in both precisions, driven at one end, at both, or at one line in ten. */
Test(crossbar, large_circuits_agree_with_the_exact_port_matrix_at_one_and_two_levels_in_both_precisions)
{
    static const regime kinds[] = {
        {.name = "short wires", .r = {0.1, 0.1}, .end = {10, 100}, .g = {1e-5, 4e-4}},
        {.name = "short wires, mostly open", .r = {0.1, 0.1}, .end = {10, 100}, .open = 0.9, .g = {1e-5, 4e-4}},
        {.name = "long wires", .r = {40, 40}, .end = {10, 100}, .g = {1e-5, 4e-4}},
        {.name = "long wires, mostly open", .r = {40, 40}, .end = {10, 100}, .open = 0.9, .g = {1e-5, 4e-4}},
        {.name = "different wires",
         .r = {10, 1e3},
         .end = {1, 1e3},
         .open = 0.5,
         .zero = 0.2,
         .g = {1e-9, 1e-3},
         .none = 0.2},
        {.name = "shorts", .r = {40, 40}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}, .shorts = 0.05},
        {.name = "checkerboard", .r = {40, 40}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}}};
    uint64_t state = 8;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int shape = 0; shape < 3; shape++) {
            static const size_t shapes[][2] = {{80, 80}, {130, 71}, {67, 150}};
            circuit *c = draw_circuit(&state, &kinds[k], shapes[shape][0], shapes[shape][1], 0, 1);
            if (k + 1 == sizeof kinds / sizeof *kinds)
                make_checkerboard(c);
            expect_ports(c, kinds[k].name, kinds[k].r[1] > 1);
            free_circuit(c);
        }
}

/* Some of the ports, in any order. */
static size_t choose_ports(uint64_t *state, size_t ports, size_t most, size_t *port)
{
    size_t count = 0;
    for (size_t p = 0; p < ports && count < most; p++)
        if (chance(state, 2 * (double)most / (double)ports))
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
    cr_assert_eq(syn_crossbar_port_matrix(x, y, &err), SYN_OK, "%s", err.text);
    cr_assert_eq(syn_crossbar_port_matrix_of(x, port, count, few, &err), SYN_OK, "%s: %s", what, err.text);
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            const double exact = y[port[a] + ports * port[b]], here = few[a + count * b],
                         scale = fmax(y[port[a] + ports * port[a]], y[port[b] + ports * port[b]]);
            cr_expect(fabs(here - exact) <= fmax(1e-9 * scale, nothing), "%s, %zu x %zu: %g S, exactly %g S", what,
                      c->wires.rows, c->wires.cols, here, exact);
            cr_expect_eq(here, few[b + count * a]);
        }
    free(y);
}

Test(crossbar, port_matrices_by_solutions_and_by_elimination_agree)
{
    uint64_t state = 9;
    for (int k = 0; k < 20 * REGIMES; k++) {
        const regime *g = &regimes[k % REGIMES];
        const size_t rows = (size_t)support_uniform(&state, 1, 20), cols = (size_t)support_uniform(&state, 1, 20);
        circuit *c = draw_circuit(&state, g, rows, cols, k % 2, 1);
        syn_crossbar *x = create(c, 1);
        if (k % 3)
            solve(c, x, g->name);
        expect_same_ports(c, x, &state, g->name);
        syn_crossbar_free(x);
        free_circuit(c);
    }
}

/* Between solutions 20 uV apart: the third derivatives of the curves, some 10 S/V^2, make 1e-10 S, and a terminal
 * where a selector turns at a corner would be a coincidence; the rest are the residuals. */
Test(crossbar, the_port_matrix_is_the_derivative_of_the_currents_of_nonlinear_cells)
{
    const double h = 1e-5;
    const int chosen[] = {1, 8, 11, 12, 13};
    uint64_t state = 10;
    for (size_t k = 0; k < sizeof chosen / sizeof *chosen; k++) {
        circuit *c = draw_circuit(&state, &regimes[chosen[k]], 7, 9, 1, 0.4);
        syn_crossbar *x = create(c, 1);
        const size_t ports = syn_crossbar_ports(x);
        double *y = malloc(ports * ports * sizeof *y), *low[SYN_SIDES];
        const double noise = 1e-10 * solve(c, x, "middle").scale / h;
        cr_assert_eq(syn_crossbar_port_matrix(x, y, NULL), SYN_OK);
        for (int side = 0; side < SYN_SIDES; side++)
            low[side] = malloc(lines_at(c, side) * sizeof(double));
        size_t q = 0;
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t i = 0; i < lines_at(c, side); i++) {
                if (!isfinite(c->end[side][i]))
                    continue;
                c->v[side][i] -= h;
                solve(c, x, "below");
                for (int s = 0; s < SYN_SIDES; s++)
                    memcpy(low[s], syn_crossbar_current(x, (syn_side)s), lines_at(c, s) * sizeof(double));
                c->v[side][i] += 2 * h;
                solve(c, x, "above");
                c->v[side][i] -= h;
                size_t p = 0;
                for (int s = 0; s < SYN_SIDES; s++)
                    for (size_t m = 0; m < lines_at(c, s); m++) {
                        if (!isfinite(c->end[s][m]))
                            continue;
                        const double slope = (syn_crossbar_current(x, (syn_side)s)[m] - low[s][m]) / (2 * h);
                        cr_expect(fabs(slope - y[p + ports * q]) <= 1e-5 * y[q + ports * q] + noise, "%s: %g S, %g S",
                                  regimes[chosen[k]].name, slope, y[p + ports * q]);
                        p++;
                    }
                q++;
            }
        for (int side = 0; side < SYN_SIDES; side++)
            free(low[side]);
        free(y);
        syn_crossbar_free(x);
        free_circuit(c);
    }
}

/* Threads and kernels add up in other orders: the same within both residuals. */
Test(crossbar, kernels_and_numbers_of_threads_agree)
{
    static const regime large[] = {
        {.name = "one level", .r = {0.1, 0.1}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}},
        {.name = "two levels", .r = {2, 2}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}}};
    static const size_t shapes[][2] = {{512, 512}, {520, 530}};
    uint64_t state = 11;
    for (int k = 0; k < 4; k++) {
        circuit *c = draw_circuit(&state, &large[k % 2], shapes[k / 2][0], shapes[k / 2][1], k == 1 || k == 2, 0.5);
        double *expected[SYN_SIDES] = {0}, residual = 0;
        for (int kernel = 0; choose_kernel(kernel); kernel++)
            for (int threads = 1; threads <= 3; threads++) {
                if (kernel > 0 && threads == 1)
                    continue;
                omp_set_num_threads(threads);
                syn_crossbar *x = create(c, threads);
                cr_assert_eq(x->lines.threads, threads);
                const syn_solution s = solve(c, x, large[k % 2].name);
                if (expected[0])
                    cr_expect(difference(c, x, expected) <= residual + s.residual + rounding * s.scale,
                              "%s, %s, %d threads", large[k % 2].name, syn_array_kernel_name(kernel), threads);
                for (int side = 0; side < SYN_SIDES && residual == 0; side++) {
                    expected[side] = malloc(lines_at(c, side) * sizeof(double));
                    memcpy(expected[side], syn_crossbar_current(x, (syn_side)side),
                           lines_at(c, side) * sizeof(double));
                }
                residual = fmax(residual, s.residual);
                syn_crossbar_free(x);
            }
        for (int side = 0; side < SYN_SIDES; side++)
            free(expected[side]);
        free_circuit(c);
    }
}

/* Before anything is solved: large sums, whose order makes no difference but of rounding. */
Test(crossbar, the_residual_does_not_depend_on_the_number_of_threads)
{
    const regime mixed = {.r = {1, 10}, .ideal = {0.2, 0.2}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}};
    uint64_t state = 20;
    circuit *c = draw_circuit(&state, &mixed, 520, 530, 0, 1);
    syn_solution s[3];
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        syn_crossbar *x = create(c, threads);
        cr_assert_eq(synp_crossbar_sources(x, VOLTAGES(c), NULL), SYN_OK);
        synp_crossbar_evaluate(x, &s[threads - 1]);
        syn_crossbar_free(x);
        cr_expect(fabs(s[threads - 1].residual / s[0].residual - 1) < 1e-12, "%g A, %g A", s[threads - 1].residual,
                  s[0].residual);
        cr_expect(s[0].scale > 0 && fabs(s[threads - 1].scale / s[0].scale - 1) < 1e-12);
    }
    free_circuit(c);
}

static void expect_found(const circuit *c, const char *what)
{
    syn_crossbar *x = create(c, 1);
    const syn_solution s = solve(c, x, what);
    cr_expect(s.residual <= 1e-9 * s.scale && s.newton < 100 && s.iterations < 1000, "%s: %d, %d", what, s.newton,
              s.iterations);
    syn_crossbar_free(x);
}

Test(crossbar, a_checkerboard_with_long_wires_is_solved)
{
    const regime long_wires = {.name = "checkerboard", .r = {20, 20}, .end = {10, 100}, .g = {1, 1}};
    uint64_t state = 12;
    circuit *c = draw_circuit(&state, &long_wires, 256, 256, 0, 1);
    make_checkerboard(c);
    expect_found(c, long_wires.name);
    free_circuit(c);
}

/* 3 V at the lines of any resistance: cells are far beyond the ends of their curves, many on a falling branch. */
Test(crossbar, voltages_far_beyond_the_cells_are_solved_or_refused_with_a_reason)
{
    uint64_t state = 13;
    int found = 0, all = 0;
    for (int k = 0; k < 60; k++) {
        const double r = (const double[]){0, 1, 20}[k % 3];
        const regime strong = {.name = "3 V",
                               .r = {r, r},
                               .ideal = {r == 0, r == 0},
                               .end = {10, 1e3},
                               .open = k % 2 ? 0.5 : 0,
                               .g = {1, 1},
                               .gmin = 1e-12};
        circuit *c = draw_circuit(&state, &strong, 4 + (size_t)k, 64 - (size_t)k, 1, 3);
        syn_crossbar *x = create(c, 1);
        syn_solution s;
        syn_error err = {0};
        const syn_status status = syn_crossbar_solve(x, VOLTAGES(c), &s, &err);
        cr_expect(status == SYN_OK ? s.residual <= 1e-9 * s.scale : status == SYN_ENUMERIC && strlen(err.text) > 0);
        cr_expect(s.newton <= 500);
        found += status == SYN_OK;
        all++;
        syn_crossbar_free(x);
        free_circuit(c);
    }
    cr_expect(found >= all - 1, "%d of %d", found, all);
}

Test(crossbar, what_nothing_holds_is_held_by_gmin)
{
    const regime floating = {
        .name = "gmin", .r = {1, 1}, .end = {100, 100}, .open = 1, .g = {1e-5, 4e-4}, .gmin = 1e-12};
    uint64_t state = 14;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = draw_circuit(&state, &floating, 100, 80, nonlinear, 1);
        expect_found(c, "all floating");
        c->end[SYN_LEFT][3] = 100;
        c->end[SYN_TOP][70] = 0;
        expect_found(c, "two terminals");
        free_circuit(c);
    }
}

static void expect_refused(const syn_wires *w, int threads, syn_status status, const char *field, const char *text)
{
    syn_crossbar *x = (syn_crossbar *)(uintptr_t)1;
    syn_error err = {0};
    cr_expect_eq(syn_crossbar_create(w, threads, &x, &err), status);
    cr_expect_null(x);
    cr_expect_str_eq(err.field, field);
    cr_expect(strstr(err.text, text) != NULL, "%s: %s", field, err.text);
    cr_expect_eq(syn_crossbar_create(w, threads, &x, NULL), status);
}

Test(crossbar, wires_that_make_no_circuit_are_refused_by_name)
{
    static const double bad[] = {-1, NAN, INFINITY};
    static const char *const said[] = {"-1", "nan", "inf"};
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 15;
    circuit *c = draw_circuit(&state, &usual, 6, 5, 0, 1);
    for (int k = 0; k < 3; k++) {
        syn_wires w = c->wires;
        w.r_wl_each = w.r_bl_each = NULL;
        w.r_wl = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "r_wl", said[k]);
        w.r_wl = 1;
        w.r_bl = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "r_bl", said[k]);
        w = c->wires;
        w.gmin = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "gmin", said[k]);
        w.gmin = 0;
        w.access.resistance = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "access", said[k]);
        w.access.resistance = 0;
        c->r_wl[4] = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "r_wl", "line 4");
        c->r_wl[4] = 1;
        c->r_bl[2] = bad[k];
        expect_refused(&w, 0, SYN_EINVAL, "r_bl", "line 2");
        c->r_bl[2] = 1;
        for (int side = 0; side < SYN_SIDES; side++) {
            c->end[side][3] = bad[k];
            if (k < 2)
                expect_refused(&w, 0, SYN_EINVAL, syn_side_name((syn_side)side), "line 3");
            c->end[side][3] = 100;
        }
    }
    c->r_wl[1] = c->end[SYN_LEFT][1] = c->end[SYN_RIGHT][1] = 0;
    expect_refused(&c->wires, 0, SYN_EINVAL, "left", "line 1");
    c->r_wl[1] = 1;
    c->r_bl[0] = c->end[SYN_TOP][0] = c->end[SYN_BOTTOM][0] = 0;
    expect_refused(&c->wires, 0, SYN_EINVAL, "top", "line 0");
    c->r_bl[0] = 1;
    expect_refused(&c->wires, -1, SYN_EINVAL, "threads", "-1");
    setenv("SYNAPTOGEN_KERNEL", "abacus", 1);
    expect_refused(&c->wires, 0, SYN_EINVAL, "kernel", "SYNAPTOGEN_KERNEL");
    unsetenv("SYNAPTOGEN_KERNEL");
    c->wires.rows = 0;
    expect_refused(&c->wires, 0, SYN_EINVAL, "rows", "0");
    c->wires.rows = 6;
    c->wires.cols = 0;
    expect_refused(&c->wires, 0, SYN_EINVAL, "cols", "0");
    c->wires = (syn_wires){.rows = (size_t)1 << 62, .cols = 5};
    expect_refused(&c->wires, 0, SYN_ENOMEM, "", "memory");
    c->wires.rows = c->wires.cols = (size_t)1 << 28; /* 5.8e18 bytes */
    expect_refused(&c->wires, 0, SYN_ENOMEM, "", "memory");
    free_circuit(c);
    syn_crossbar_free(NULL);
}

Test(crossbar, selector_curves_that_are_none_are_refused)
{
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}, .selector = THRESHOLD};
    uint64_t state = 16;
    circuit *c = draw_circuit(&state, &usual, 6, 5, 0, 1);
    c->wires.access.points = 1;
    expect_refused(&c->wires, 0, SYN_EINVAL, "access", "2 points");
    c->wires.access.points = 3;
    expect_refused(&c->wires, 0, SYN_EINVAL, "access", "(0, 0)");
    c->wires.access.points = 7;
    c->curve_u[5] = c->curve_u[4];
    expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 5");
    c->curve_u[5] = 0.3;
    c->curve_i[1] = -8e-4;
    expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 1");
    c->curve_i[1] = NAN;
    expect_refused(&c->wires, 0, SYN_EINVAL, "access", "point 1");
    free_circuit(c);
}

static void expect_voltage_refused(circuit *c, syn_crossbar *x, const double bad)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        const double kept = c->v[side][2];
        syn_error err = {0};
        c->v[side][2] = bad;
        cr_expect_eq(syn_crossbar_solve(x, VOLTAGES(c), NULL, &err), SYN_EINVAL);
        cr_expect_str_eq(err.field, syn_side_name((syn_side)side));
        cr_expect(strstr(err.text, "line 2") != NULL, "%s", err.text);
        cr_expect_eq(syn_crossbar_solve(x, VOLTAGES(c), NULL, NULL), SYN_EINVAL);
        c->v[side][2] = kept;
    }
}

/* A refused call leaves the last solution; what cannot be computed with leaves a crossbar that works on. */
Test(crossbar, voltages_that_are_none_are_refused_and_change_nothing)
{
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 17;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = draw_circuit(&state, &usual, 6, 5, nonlinear, 1);
        syn_crossbar *x = create(c, 1);
        const syn_solution s = solve(c, x, "before");
        double before[6], kept = c->v[SYN_LEFT][0];
        memcpy(before, syn_crossbar_current(x, SYN_LEFT), sizeof before);
        expect_voltage_refused(c, x, NAN);
        expect_voltage_refused(c, x, INFINITY);
        cr_expect_eq(memcmp(before, syn_crossbar_current(x, SYN_LEFT), sizeof before), 0);
        c->v[SYN_LEFT][0] = 1e308;
        syn_error err = {0};
        cr_expect_eq(syn_crossbar_solve(x, VOLTAGES(c), NULL, &err), SYN_ENUMERIC);
        cr_expect_str_eq(err.field, "crossbar");
        cr_expect(strlen(err.text) > 0);
        c->v[SYN_LEFT][0] = kept;
        solve(c, x, "after");
        for (int i = 0; i < 6; i++)
            cr_expect(fabs(syn_crossbar_current(x, SYN_LEFT)[i] - before[i]) <= 3 * s.residual + 1e-10 * s.scale);
        syn_crossbar_free(x);
        free_circuit(c);
    }
}

/* Were a correction ever to overflow, the next solution starts anew. */
Test(crossbar, a_field_that_is_lost_is_found_again)
{
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .open = 0.5, .g = {1e-5, 1e-4}};
    uint64_t state = 21;
    circuit *c = draw_circuit(&state, &usual, 20, 20, 0, 1);
    syn_crossbar *x = create(c, 1);
    solve(c, x, "before");
    x->field.drop[1][0] = x->field.line[0][1] = NAN;
    syn_error err = {0};
    cr_expect_eq(syn_crossbar_solve(x, VOLTAGES(c), NULL, &err), SYN_ENUMERIC);
    cr_expect(strstr(err.text, "diverges") != NULL);
    solve(c, x, "after");
    syn_crossbar_free(x);
    free_circuit(c);
}

/* Conductances that single precision does not know. */
Test(crossbar, conductances_of_next_to_nothing_do_no_harm)
{
    const regime tiny = {.name = "tiny", .r = {1, 1}, .end = {100, 100}, .open = 0.7, .g = {1e-300, 1e-20}};
    uint64_t state = 22;
    for (int k = 0; k < 50; k++) {
        circuit *c = draw_circuit(&state, &tiny, 5, 4, 0, 1);
        c->wires.gmin = k % 2 ? 1e-45 : 0;
        expect_oracle(c, tiny.name);
        free_circuit(c);
    }
}

/* Open ends, and sides without voltages: ignored, and 0 V. */
Test(crossbar, voltages_at_open_ends_do_not_matter_and_missing_ones_are_zero)
{
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .open = 0.4, .g = {1e-5, 1e-4}};
    uint64_t state = 18;
    circuit *c = draw_circuit(&state, &usual, 16, 15, 0, 1);
    memset(c->v[SYN_TOP], 0, sizeof c->v[SYN_TOP]);
    syn_crossbar *x = create(c, 1), *y = create(c, 1);
    solve(c, x, "all");
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(c, side); i++)
            c->v[side][i] = isinf(c->end[side][i]) ? (double)NAN : c->v[side][i];
    cr_assert_eq(syn_crossbar_solve(y, (voltages){c->v[0], c->v[1], NULL, c->v[3]}, NULL, NULL), SYN_OK);
    for (int side = 0; side < SYN_SIDES; side++)
        cr_expect_eq(memcmp(syn_crossbar_current(x, (syn_side)side), syn_crossbar_current(y, (syn_side)side),
                            lines_at(c, side) * sizeof(double)),
                     0);
    syn_crossbar_free(x);
    syn_crossbar_free(y);
    free_circuit(c);
}

Test(crossbar, cells_that_are_none_are_refused_and_change_nothing)
{
    static const double bad[] = {-1e-9, NAN, INFINITY};
    const regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 19;
    circuit *c = draw_circuit(&state, &usual, 9, 6, 0, 1);
    syn_crossbar *x, *y = create(c, 1);
    syn_error err = {0};
    double matrix[30 * 30];
    cr_assert_eq(syn_crossbar_create(&c->wires, 1, &x, NULL), SYN_OK);
    cr_expect_eq(syn_crossbar_solve(x, VOLTAGES(c), NULL, &err), SYN_EINVAL);
    cr_expect_str_eq(err.field, "cells");
    cr_expect_eq(syn_crossbar_try(x, VOLTAGES(c), NULL, NULL), SYN_EINVAL);
    cr_expect_eq(syn_crossbar_port_matrix(x, matrix, NULL), SYN_EINVAL);
    cr_expect_eq(syn_crossbar_port_matrix_of(x, (size_t[]){0}, 1, matrix, NULL), SYN_EINVAL);
    for (int k = 0; k < 3; k++) {
        const double kept[] = {c->g[0], c->g[53]};
        c->g[0] = 1;
        c->g[53] = bad[k];
        cr_expect_eq(syn_crossbar_set_conductances(y, c->g, &err), SYN_EINVAL);
        cr_expect_str_eq(err.field, "g");
        cr_expect(strstr(err.text, "row 8, column 5") != NULL, "%s", err.text);
        c->g[0] = kept[0];
        c->g[53] = kept[1];
    }
    cr_expect_eq(syn_crossbar_port_matrix_of(y, (size_t[]){30}, 1, matrix, &err), SYN_EINVAL);
    cr_expect_str_eq(err.field, "port");
    syn_array *a;
    cr_assert_eq(syn_array_create(support_model(0), 1, 53, NULL, &a, NULL), SYN_OK);
    cr_expect_eq(syn_crossbar_bind(y, a, &err), SYN_EINVAL);
    cr_expect_str_eq(err.field, "array");
    syn_array_free(a);
    syn_crossbar_free(x);
    cr_assert_eq(syn_crossbar_create(&c->wires, 1, &x, NULL), SYN_OK);
    syn_crossbar_free(x);
    x = create(c, 1);
    solve(c, x, "fresh");
    solve(c, y, "after refusals");
    cr_expect_eq(memcmp(syn_crossbar_current(x, SYN_LEFT), syn_crossbar_current(y, SYN_LEFT), 9 * sizeof(double)), 0);
    syn_crossbar_free(x);
    syn_crossbar_free(y);
    free_circuit(c);
}
