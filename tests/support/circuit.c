/* SPDX-License-Identifier: MIT */
#include "support/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double circuit_rounding = 1e-14, circuit_nothing = 1e-30;

double circuit_log_uniform(uint64_t *state, double low, double high)
{
    return low * pow(high / low, support_uniform(state, 0, 1));
}

bool circuit_chance(uint64_t *state, double p)
{
    return support_uniform(state, 0, 1) < p;
}

circuit *circuit_make(size_t rows, size_t cols)
{
    circuit *c = calloc(1, sizeof *c);
    cr_assert(c != NULL && rows <= CIRCUIT_MOST && cols <= CIRCUIT_MOST);
    c->wires = (syn_wires){.rows = rows, .cols = cols, .r_wl_each = c->r_wl, .r_bl_each = c->r_bl};
    c->g = calloc(rows * cols, sizeof *c->g);
    c->r = calloc(rows * cols, sizeof *c->r);
    cr_assert(c->g != NULL && c->r != NULL);
    for (int side = 0; side < SYN_SIDES; side++)
        c->wires.end[side] = c->end[side];
    memset(c->on, 1, sizeof c->on);
    return c;
}

void circuit_free(circuit *c)
{
    free(c->g);
    free(c->r);
    free(c);
}

static double draw_end(uint64_t *state, const circuit_regime *g)
{
    return circuit_chance(state, g->open)   ? INFINITY
           : circuit_chance(state, g->zero) ? 0
                                            : circuit_log_uniform(state, g->end[0], g->end[1]);
}

static void draw_lines(circuit *c, uint64_t *state, const circuit_regime *g, double volt)
{
    for (size_t i = 0; i < c->wires.rows || i < c->wires.cols; i++) {
        c->r_wl[i] = circuit_chance(state, g->ideal[0]) ? 0 : circuit_log_uniform(state, g->r[0], g->r[1]);
        c->r_bl[i] = circuit_chance(state, g->ideal[1]) ? 0 : circuit_log_uniform(state, g->r[0], g->r[1]);
        for (int side = 0; side < SYN_SIDES; side++) {
            c->end[side][i] = draw_end(state, g);
            c->v[side][i] = circuit_chance(state, 0.2) ? 0 : support_uniform(state, -volt, volt);
        }
        for (int along = 0; along < 2; along++) /* no sources in parallel without resistance */
            if ((along ? c->r_bl : c->r_wl)[i] == 0 && c->end[2 * along][i] == 0 && c->end[2 * along + 1][i] == 0)
                c->end[2 * along + 1][i] = 50;
    }
}

static void draw_cells(circuit *c, uint64_t *state, const circuit_regime *g)
{
    for (size_t k = 0; k < c->wires.rows * c->wires.cols; k++) {
        c->g[k] = circuit_chance(state, g->none)     ? 0
                  : circuit_chance(state, g->shorts) ? 0.1
                                                     : circuit_log_uniform(state, g->g[0], g->g[1]);
        c->r[k] = (double)(float)(circuit_chance(state, 0.5) ? support_uniform(state, 0.05, 0.2)
                                                             : support_uniform(state, 0.7, 0.85));
    }
    for (size_t i = 0; i < c->wires.rows; i++)
        c->on[i] = !g->selects || circuit_chance(state, 0.6);
}

void circuit_add_selector(circuit *c, int kind)
{
    static const double u[] = {-1, -0.3, -0.2, 0, 0.2, 0.3, 1}, i[] = {-7e-4, -2e-5, -2e-8, 0, 2e-8, 2e-5, 7e-4};
    for (size_t k = 0; k < sizeof u / sizeof *u; k++) {
        c->curve_u[k] = u[k];
        c->curve_i[k] = kind == CIRCUIT_OFF ? 1e-13 * u[k] : i[k];
    }
    c->wires.access.points = sizeof u / sizeof *u;
    c->wires.access.u = c->curve_u;
    c->wires.access.i = c->curve_i;
}

circuit *circuit_draw(uint64_t *state, const circuit_regime *g, size_t rows, size_t cols, int nonlinear, double volt)
{
    circuit *c = circuit_make(rows, cols);
    c->nonlinear = nonlinear;
    c->selects = g->selects;
    c->wires.gmin = g->gmin;
    c->wires.half_leads = g->half_leads;
    c->wires.access.resistance = g->access;
    if (g->selector)
        circuit_add_selector(c, g->selector);
    draw_lines(c, state, g, volt);
    draw_cells(c, state, g);
    return c;
}

bool circuit_choose_kernel(int k)
{
    const char *name = syn_array_kernel_name(k);
    if (name)
        setenv("SYNAPTOGEN_KERNEL", name, 1);
    else
        unsetenv("SYNAPTOGEN_KERNEL");
    return name != NULL;
}

size_t circuit_lines_at(const circuit *c, int side)
{
    return side / 2 ? c->wires.cols : c->wires.rows;
}

size_t circuit_cells(const circuit *c)
{
    return c->wires.rows * c->wires.cols;
}

syn_crossbar *circuit_crossbar(const circuit *c, int threads)
{
    syn_crossbar *x;
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_create(&c->wires, threads, &x, &err), SYN_OK), "%s: %s", err.field, err.text);
    cr_assert(eq(uint,
                 c->nonlinear ? syn_crossbar_set_states(x, c->model ? c->model : support_model(0), c->r, NULL)
                              : syn_crossbar_set_conductances(x, c->g, NULL),
                 SYN_OK));
    if (c->selects)
        syn_crossbar_select(x, c->on);
    return x;
}

syn_solution circuit_solve(const circuit *c, syn_crossbar *x, const char *what)
{
    syn_solution s;
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), &s, &err), SYN_OK), "%s, %zu x %zu: %s", what,
              c->wires.rows, c->wires.cols, err.text);
    return s;
}

double circuit_difference(const circuit *c, const syn_crossbar *x, double *const expected[SYN_SIDES])
{
    double worst = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < circuit_lines_at(c, side); i++) {
            const double here = syn_crossbar_current(x, (syn_side)side)[i], there = expected[side][i];
            if (isnan(there))
                cr_expect(isnan(here), "side %d, line %zu is open", side, i);
            else
                support_worst(&worst, fabs(here - there));
        }
    return worst;
}

const circuit_regime circuit_regimes[CIRCUIT_REGIMES] = {
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
     .selector = CIRCUIT_THRESHOLD},
    {.name = "selectors that are off",
     .r = {1, 1},
     .end = {1e8, 1e13},
     .open = 0.1,
     .g = {1e-6, 4e-4},
     .selector = CIRCUIT_OFF},
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
     .selector = CIRCUIT_THRESHOLD},
};
void circuit_checkerboard(circuit *c)
{
    for (size_t j = 0; j < c->wires.cols; j++)
        for (size_t i = 0; i < c->wires.rows; i++)
            c->g[i + c->wires.rows * j] = (i + j) % 2 ? 4e-4 : 1e-6;
}

void circuit_expect_refused(const syn_wires *w, int threads, syn_status status, const char *field, const char *text)
{
    syn_crossbar *x = (syn_crossbar *)(uintptr_t)1;
    syn_error err = {0};
    support_refused(syn_crossbar_create(w, threads, &x, &err), status, &err, field, text);
    cr_expect(x == NULL);
    cr_expect(eq(int, syn_crossbar_create(w, threads, &x, NULL), status));
}
