/* SPDX-License-Identifier: MIT */
/* The port conductance matrix of a crossbar against Gaussian elimination in quadruple precision, closed forms, and
 * what every network of conductances obeys. */
#include "support/circuit.h"

#include "base/isa.h"
#include "crossbar/ports/ports.h"
#include "crossbar/wires.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SIZEOF_FLOAT128__
typedef __float128 wide;
#else
typedef long double wide; /* of 113 bits where there is no other type of that width */
#endif

/* Rounding: each entry comes from a sum of at most some 1000 products of numbers of one sign, a handful of levels
 * deep, each with a relative error of 1.1e-16; errors of one direction would add up to a few 1e-13. */
static const double tolerance = 1e-12;

enum { LINES = 300 }; /* that are drawn for each crossbar */

/* Sides are present where `sides` has their bit, all with ends of `end` ohm. */
static circuit *uniform_circuit(size_t rows, size_t cols, double r_wl, double r_bl, unsigned sides, double end)
{
    circuit *c = circuit_make(rows, cols);
    c->wires.r_wl_each = c->wires.r_bl_each = NULL;
    c->wires.r_wl = r_wl;
    c->wires.r_bl = r_bl;
    for (int side = 0; side < SYN_SIDES; side++) {
        c->wires.end[side] = sides & 1u << side ? c->end[side] : NULL;
        for (size_t i = 0; i < LINES; i++)
            c->end[side][i] = end;
    }
    return c;
}

/* Cells from 1e-9 to 0.1 S, `none` of them without any conductance. */
static void draw_cells(circuit *c, uint64_t *state, double none)
{
    for (size_t k = 0; k < c->wires.rows * c->wires.cols; k++)
        c->g[k] = support_uniform(state, 0, 1) < none ? 0 : circuit_log_uniform(state, 1e-9, 0.1);
}

/* Each line's own segments, from 1e-3 to 1e3 ohm, `ideal` of them 0; ends from 1e-3 to 1e6 ohm, 0, or open. */
static void draw_wires(circuit *c, uint64_t *state, double ideal, double open)
{
    c->wires.r_wl_each = c->r_wl;
    c->wires.r_bl_each = c->r_bl;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < LINES; i++) {
            const double kind = support_uniform(state, 0, 1);
            c->end[side][i] = kind < open ? INFINITY : kind < open + 0.1 ? 0 : circuit_log_uniform(state, 1e-3, 1e6);
        }
    for (size_t i = 0; i < LINES; i++) {
        c->r_wl[i] = support_uniform(state, 0, 1) < ideal ? 0 : circuit_log_uniform(state, 1e-3, 1e3);
        c->r_bl[i] = support_uniform(state, 0, 1) < ideal ? 0 : circuit_log_uniform(state, 1e-3, 1e3);
        for (int along = 0; along < 2; along++) /* no terminals in parallel without resistance */
            if ((along ? c->r_bl : c->r_wl)[i] == 0 && c->end[2 * along][i] == 0)
                c->end[2 * along + 1][i] = 50;
    }
}

static double *reduce(synp_ports *k, const double *g)
{
    const size_t n = synp_ports_count(k);
    double *y = malloc((n * n + 1) * sizeof *y);
    cr_assert(y != NULL);
    cr_assert(eq(int, synp_ports_reduce(k, g, y, NULL), SYN_OK));
    return y;
}

static synp_ports *create(const circuit *c)
{
    double r[2][CIRCUIT_MOST], end[SYN_SIDES][CIRCUIT_MOST];
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? c->wires.cols : c->wires.rows); i++) {
            double lead[2];
            cr_assert(eq(int, synp_wires_line(&c->wires, along, i, &r[along][i], lead, NULL), SYN_OK));
            end[2 * along][i] = lead[0];
            end[2 * along + 1][i] = lead[1];
        }
    const double *const ohm[2] = {r[0], r[1]}, *const siemens[SYN_SIDES] = {end[0], end[1], end[2], end[3]};
    int isa;
    synp_ports *p;
    cr_assert(eq(int, synp_isa_find(NULL, &isa, NULL), SYN_OK));
    cr_assert(eq(int, synp_ports_create(c->wires.rows, c->wires.cols, ohm, siemens, isa, &p, NULL), SYN_OK));
    return p;
}

static double *ports_of(const circuit *c, size_t *n)
{
    synp_ports *k = create(c);
    double *y = reduce(k, c->g);
    *n = synp_ports_count(k);
    synp_ports_free(k);
    return y;
}

static double segment(const circuit *c, int along, size_t i)
{
    const double *each = along ? c->wires.r_bl_each : c->wires.r_wl_each;
    return each ? each[i] : along ? c->wires.r_bl : c->wires.r_wl;
}

/* The oracle's network: the crossings' nodes cell by cell, then the terminals. Its matrix is dense and has a diagonal
 * of its own; nodes that are one point into the other with join(). */
typedef struct network {
    size_t nodes, inner;
    size_t *same;
    wide *y;
} network;

static size_t root_of(const network *n, size_t a)
{
    while (n->same[a] != a)
        a = n->same[a];
    return a;
}

/* A terminal, whose number is higher, stands for what is joined to it. */
static void join(network *n, size_t a, size_t b)
{
    a = root_of(n, a);
    b = root_of(n, b);
    n->same[a < b ? a : b] = a < b ? b : a;
}

static void stamp(network *n, size_t a, size_t b, wide g)
{
    a = root_of(n, a);
    b = root_of(n, b);
    n->y[a + n->nodes * a] += g;
    n->y[b + n->nodes * b] += g;
    n->y[a + n->nodes * b] -= g;
    n->y[b + n->nodes * a] -= g;
}

/* Resistances of 0 in a first pass, conductances in a second. */
static void place_resistance(network *n, int pass, size_t a, size_t b, wide r)
{
    if (pass == 0 && r == 0)
        join(n, a, b);
    if (pass == 1 && r > 0)
        stamp(n, a, b, 1 / r);
}

static size_t node_of(const circuit *c, int along, size_t line, size_t position)
{
    const size_t i = along ? position : line, j = along ? line : position;
    return 2 * (i * c->wires.cols + j) + (size_t)along;
}

static void place_lines(const circuit *c, network *n, int pass)
{
    size_t terminal = n->inner;
    for (int side = 0; side < SYN_SIDES; side++) {
        const int along = side / 2;
        const size_t lines = along ? c->wires.cols : c->wires.rows, length = along ? c->wires.rows : c->wires.cols;
        for (size_t i = 0; i < lines; i++) {
            for (size_t p = 0; side % 2 == 0 && p + 1 < length; p++)
                place_resistance(n, pass, node_of(c, along, i, p), node_of(c, along, i, p + 1),
                                 (wide)segment(c, along, i));
            if (c->wires.end[side] && isfinite(c->wires.end[side][i]))
                place_resistance(n, pass, terminal++, node_of(c, along, i, side % 2 ? length - 1 : 0),
                                 (wide)segment(c, along, i) + (wide)c->wires.end[side][i]);
        }
    }
    n->nodes = terminal;
}

/* Gaussian elimination of the inner nodes, in their order, with a diagonal that is updated like all else. */
static void eliminate_inner(network *n)
{
    for (size_t k = 0; k < n->inner; k++) {
        const wide *row = n->y + n->nodes * k, pivot = row[k];
        for (size_t j = k + 1; j < n->nodes && pivot > 0; j++)
            for (size_t i = k + 1; row[j] < 0 && i < n->nodes; i++)
                if (row[i] < 0)
                    n->y[i + n->nodes * j] -= row[i] * row[j] / pivot;
    }
}

/* The oracle: the port matrix and its size. */
static double *dense(const circuit *c, size_t *ports)
{
    const size_t cells = c->wires.rows * c->wires.cols, most = 2 * (cells + c->wires.rows + c->wires.cols);
    network n = {.inner = 2 * cells, .same = malloc(most * sizeof *n.same)};
    cr_assert(n.same != NULL);
    for (size_t i = 0; i < most; i++)
        n.same[i] = i;
    place_lines(c, &n, 0);
    n.y = calloc(n.nodes * n.nodes, sizeof *n.y);
    cr_assert(n.y != NULL);
    place_lines(c, &n, 1);
    for (size_t i = 0; i < c->wires.rows; i++)
        for (size_t j = 0; j < c->wires.cols; j++)
            stamp(&n, node_of(c, 0, i, j), node_of(c, 1, j, i), (wide)c->g[i + c->wires.rows * j]);
    eliminate_inner(&n);
    *ports = n.nodes - n.inner;
    double *y = malloc((*ports * *ports + 1) * sizeof *y);
    cr_assert(y != NULL);
    for (size_t j = 0; j < *ports; j++)
        for (size_t i = 0; i < *ports; i++)
            y[i + *ports * j] = (double)n.y[n.inner + i + n.nodes * (n.inner + j)];
    free(n.same);
    free(n.y);
    return y;
}

/* Entries relative to their own size, which is more than relative to the largest of their row. The oracle's diagonals
 * cancel, from wires of 1e3 S and more down to what floats: relative to 1e-16 S if they are smaller. */
static double worst_error(const double *y, const double *expected, size_t n)
{
    double worst = 0;
    for (size_t k = 0; k < n * n; k++)
        support_worst(&worst, fabs(y[k] - expected[k]) / fmax(fabs(expected[k]), 1e-16));
    return worst;
}

static void expect_oracle(const circuit *c, const char *what)
{
    size_t n, expected_n;
    double *expected = dense(c, &expected_n);
    for (int kernel = 0; circuit_choose_kernel(kernel); kernel++) {
        double *y = ports_of(c, &n);
        cr_assert(eq(sz, n, expected_n));
        const double worst = worst_error(y, expected, n);
        cr_expect(worst < tolerance, "%zu x %zu, %s, %s: relative error %g", c->wires.rows, c->wires.cols, what,
                  syn_array_kernel_name(kernel), worst);
        free(y);
    }
    free(expected);
}

Test(ports, random_crossbars_agree_with_dense_elimination_in_quadruple_precision)
{
    uint64_t state = 1;
    for (int k = 0; k < 300; k++) {
        const size_t rows = (size_t)support_uniform(&state, 1, 11), cols = (size_t)support_uniform(&state, 1, 11);
        circuit *c = uniform_circuit(rows, cols, 0, 0, (unsigned)support_uniform(&state, 0, 16), 0);
        draw_wires(c, &state, k % 3 == 0 ? 0 : 0.3, k % 2 ? 0.3 : 0);
        draw_cells(c, &state, k % 5 ? 0.1 : 0.7);
        expect_oracle(c, "random");
        circuit_free(c);
    }
}

Test(ports, every_combination_of_floating_sides_agrees_with_dense_elimination)
{
    uint64_t state = 2;
    for (unsigned sides = 0; sides < 16; sides++)
        for (int kind = 0; kind < 4; kind++) {
            const double r_wl = kind & 1 ? 0 : 1, r_bl = kind & 2 ? 0 : 5;
            circuit *c = uniform_circuit(7, 9, r_wl, r_bl, sides, 100);
            draw_cells(c, &state, 0.2);
            expect_oracle(c, "uniform wires");
            circuit_free(c);
        }
}

Test(ports, long_and_short_shapes_agree_with_dense_elimination)
{
    static const size_t shapes[][2] = {{1, 1}, {1, 40}, {40, 1}, {2, 33}, {33, 2}, {5, 24}, {24, 20}, {22, 25}};
    uint64_t state = 3;
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        for (int ideal = 0; ideal < 3; ideal++) {
            circuit *c = uniform_circuit(shapes[k][0], shapes[k][1], ideal ? 0 : 20, ideal ? 0 : 0.1, 15, 1000);
            if (ideal == 2)
                draw_wires(c, &state, 0.5, 0.2);
            draw_cells(c, &state, 0.2);
            expect_oracle(c, ideal == 2 ? "mixed" : ideal ? "ideal" : "resistive");
            circuit_free(c);
        }
}

static void expect_passive(const double *y, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            cr_expect(y[i + n * j] == y[j + n * i]);
            cr_expect(i == j ? y[i + n * j] >= 0 : y[i + n * j] <= 0);
            sum += y[i + n * j];
        }
        /* the rounding of n terms whose sizes add up to twice the diagonal */
        cr_expect(fabs(sum) <= tolerance * y[j + n * j], "row %zu: %g of %g", j, sum, y[j + n * j]);
    }
}

Test(ports, matrices_are_symmetric_passive_and_without_a_path_to_ground)
{
    uint64_t state = 4;
    for (int k = 0; k < 4; k++) {
        circuit *c = uniform_circuit(70, 45, 0, 0, 15, 0);
        draw_wires(c, &state, k % 2 ? 0.2 : 0, k / 2 ? 0.2 : 0);
        draw_cells(c, &state, 0.2);
        for (int kernel = 0; circuit_choose_kernel(kernel); kernel++) {
            size_t n;
            double *y = ports_of(c, &n);
            expect_passive(y, n);
            free(y);
        }
        circuit_free(c);
    }
}

static void change_cells(circuit *c, int what, uint64_t *state)
{
    const size_t rows = c->wires.rows, cols = c->wires.cols, row = rows / 3, col = 2 * cols / 3;
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++) {
            const int chosen[] = {0, i == row, j == col, i == row && j == col, 1, i == row || j == col};
            if (chosen[what])
                c->g[i + rows * j] = support_uniform(state, 0, 1) < 0.1 ? 0 : circuit_log_uniform(state, 1e-9, 0.1);
        }
}

/* Bit for bit: the same operations in the same order. */
static void expect_updates(circuit *c, uint64_t *state)
{
    static const char *const changes[] = {"nothing", "a row", "a column", "a cell", "all", "a row and a column"};
    synp_ports *k = create(c);
    free(reduce(k, c->g));
    for (int what = 0; what < 6; what++) {
        change_cells(c, what, state);
        size_t n;
        double *updated = reduce(k, c->g), *fresh = ports_of(c, &n);
        cr_expect(memcmp(updated, fresh, n * n * sizeof *fresh) == 0, "after a change of %s", changes[what]);
        free(updated);
        free(fresh);
    }
    synp_ports_free(k);
}

/* Bit for bit: the same operations in the same order. */
Test(ports, an_update_is_what_a_reduction_from_scratch_gives)
{
    uint64_t state = 5;
    for (int kernel = 0; circuit_choose_kernel(kernel); kernel++)
        for (int mixed = 0; mixed < 2; mixed++) {
            circuit *c = uniform_circuit(50, 83, 1, 2, 15, 100);
            if (mixed)
                draw_wires(c, &state, 0.2, 0.2);
            draw_cells(c, &state, 0.1);
            expect_updates(c, &state);
            circuit_free(c);
        }
}

/* Word line at u = (g_l V_l + ..) / d; the cell in series with the bit line's two leads hangs on it. */
Test(ports, one_cell_has_the_closed_form)
{
    const double r_wl = 3, r_bl = 7, end[SYN_SIDES] = {10, 20, 30, 40}, g = 1e-2;
    circuit *c = uniform_circuit(1, 1, r_wl, r_bl, 15, 0);
    for (int side = 0; side < SYN_SIDES; side++)
        c->end[side][0] = end[side];
    c->g[0] = g;
    size_t n;
    double *y = ports_of(c, &n);
    cr_assert(eq(sz, n, 4));
    const double left = 1 / (end[0] + r_wl), right = 1 / (end[1] + r_wl), top = 1 / (end[2] + r_bl),
                 bottom = 1 / (end[3] + r_bl), below = 1 / (1 / g + 1 / (top + bottom)), d = left + right + below;
    cr_expect(epsilon_eq(dbl, y[1] / (-left * right / d), 1, 1e-14));
    cr_expect(epsilon_eq(dbl, y[2] / (-left / d * below * top / (top + bottom)), 1, 1e-14));
    cr_expect(epsilon_eq(dbl, y[7] / (-right / d * below * bottom / (top + bottom)), 1, 1e-14));
    cr_expect(epsilon_eq(dbl, y[0] / (left - left * left / d), 1, 1e-14));
    free(y);
    circuit_free(c);
}

/* A word line whose cells end at sources is a uniform ladder: V_j = sinh((n + 1 - j) t) / sinh((n + 1) t) for 1 V at
 * the left, 2 cosh t = 2 + r g. The error of the hyperbolic functions is that of their argument, 1e-16 (n + 1) t. */
Test(ports, a_ladder_has_the_closed_form)
{
    enum { N = 200 };
    const double r = 2, bit_line = 30, cell = 1e-4, g = 1 / (1 / cell + bit_line), t = acosh(1 + r * g / 2);
    circuit *c = uniform_circuit(1, N, r, bit_line, 1u << SYN_LEFT | 1u << SYN_RIGHT | 1u << SYN_BOTTOM, 0);
    for (size_t j = 0; j < N; j++)
        c->g[j] = cell;
    size_t n;
    double *y = ports_of(c, &n);
    cr_assert(eq(sz, n, N + 2));
    const double all = sinh((N + 1) * t), accuracy = 1e-11; /* of acosh near 1: 1e-16 / (r g) */
    cr_expect(epsilon_eq(dbl, y[1] / (-sinh(t) / all / r), 1, accuracy));
    cr_expect(epsilon_eq(dbl, y[0] / ((1 - sinh(N * t) / all) / r), 1, accuracy));
    for (int j = 1; j <= N; j++)
        cr_expect(epsilon_eq(dbl, y[1 + j] / (-g * sinh((N + 1 - j) * t) / all), 1, accuracy), "cell %d", j);
    free(y);
    circuit_free(c);
}

static circuit *transposed(const circuit *c)
{
    circuit *t = uniform_circuit(c->wires.cols, c->wires.rows, 0, 0, 15, 0);
    t->wires.r_wl_each = t->r_wl;
    t->wires.r_bl_each = t->r_bl;
    memcpy(t->r_wl, c->r_bl, sizeof t->r_wl);
    memcpy(t->r_bl, c->r_wl, sizeof t->r_bl);
    for (int side = 0; side < SYN_SIDES; side++)
        memcpy(t->end[(side + 2) % SYN_SIDES], c->end[side], sizeof c->end[side]);
    for (size_t i = 0; i < c->wires.rows; i++)
        for (size_t j = 0; j < c->wires.cols; j++)
            t->g[j + c->wires.cols * i] = c->g[i + c->wires.rows * j];
    return t;
}

Test(ports, a_transposed_crossbar_has_the_same_matrix_in_another_order)
{
    uint64_t state = 6;
    circuit *c = uniform_circuit(37, 58, 0, 0, 15, 0);
    draw_wires(c, &state, 0.2, 0);
    draw_cells(c, &state, 0.1);
    circuit *t = transposed(c);
    size_t n, n_transposed;
    double *y = ports_of(c, &n), *other = ports_of(t, &n_transposed);
    cr_assert(eq(sz, n, n_transposed));
    const size_t shift = 2 * c->wires.cols; /* its bit lines come first there */
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            const double here = y[i + n * j], there = other[(i + shift) % n + n * ((j + shift) % n)];
            cr_expect(fabs(here - there) <= tolerance * fabs(here), "%g and %g at %zu, %zu", here, there, i, j);
        }
    free(y);
    free(other);
    circuit_free(c);
    circuit_free(t);
}

/* The voltage lost along a line of n segments is at most r n times the line's current of at most n g V: relative
 * changes of about r g n^2 = 1e-8 for 1e-10 ohm, 1e-2 S and 100 cells. */
Test(ports, wires_of_vanishing_resistance_become_ideal)
{
    enum { ROWS = 20, COLS = 30 };
    uint64_t state = 7;
    circuit *c = uniform_circuit(ROWS, COLS, 0, 0, 15, 100);
    for (size_t k = 0; k < ROWS * COLS; k++)
        c->g[k] = circuit_log_uniform(&state, 1e-6, 1e-2);
    size_t n;
    double *ideal = ports_of(c, &n);
    c->wires.r_wl = c->wires.r_bl = 1e-10;
    double *y = ports_of(c, &n);
    cr_expect(lt(dbl, worst_error(y, ideal, n), 1e-8));
    cr_expect(gt(dbl, worst_error(y, ideal, n), 0));
    free(ideal);
    free(y);
    circuit_free(c);
}

Test(ports, ideal_lines_held_by_sources_have_the_cells_themselves_as_matrix)
{
    enum { ROWS = 13, COLS = 21 };
    uint64_t state = 8;
    circuit *c = uniform_circuit(ROWS, COLS, 0, 0, 1u << SYN_RIGHT | 1u << SYN_TOP, 0);
    draw_cells(c, &state, 0.1);
    size_t n;
    double *y = ports_of(c, &n);
    cr_assert(eq(sz, n, ROWS + COLS));
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++)
            cr_expect(eq(dbl, y[i + n * (ROWS + j)], -c->g[i + ROWS * j]));
        for (size_t j = 0; j < ROWS; j++)
            cr_expect(i == j || y[i + n * j] == 0);
    }
    free(y);
    circuit_free(c);
}

Test(ports, without_cells_only_the_two_ends_of_a_line_are_connected)
{
    enum { ROWS = 17, COLS = 12 };
    const double r_wl = 3, r_bl = 5, end = 11;
    circuit *c = uniform_circuit(ROWS, COLS, r_wl, r_bl, 15, end);
    c->end[SYN_RIGHT][4] = INFINITY;
    size_t n;
    double *y = ports_of(c, &n);
    cr_assert(eq(sz, n, 2 * (ROWS + COLS) - 1));
    double *expected = calloc(n * n, sizeof *expected);
    for (size_t i = 0; i < ROWS + COLS - 1; i++) {
        const int word = i < ROWS - 1;
        const size_t row = i + (i >= 4), a = word ? row : i + ROWS, b = word ? ROWS + i : a + COLS;
        const double g = 1 / (2 * end + (word ? (COLS + 1) * r_wl : (ROWS + 1) * r_bl));
        expected[a + n * b] = expected[b + n * a] = -g;
        expected[a + n * a] = expected[b + n * b] = g;
    }
    cr_expect(lt(dbl, worst_error(y, expected, n), 1e-14)); /* some 20 roundings */
    free(y);
    free(expected);
    circuit_free(c);
}

Test(ports, conductances_that_are_none_are_refused_and_change_nothing)
{
    static const double bad[] = {-1e-9, NAN, INFINITY};
    uint64_t state = 9;
    circuit *c = uniform_circuit(9, 6, 1, 1, 15, 100);
    draw_cells(c, &state, 0);
    synp_ports *k = create(c);
    double *before = reduce(k, c->g), *y = reduce(k, c->g);
    const size_t n = synp_ports_count(k);
    for (int i = 0; i < 3; i++) {
        syn_error err = {0};
        const double first = c->g[0], last = c->g[53];
        c->g[0] = 1;
        c->g[53] = bad[i];
        support_refused(synp_ports_reduce(k, c->g, y, &err), SYN_EINVAL, &err, "g", "row 8, column 5");
        c->g[0] = first;
        c->g[53] = last;
    }
    double *after = reduce(k, c->g);
    cr_expect(memcmp(before, y, n * n * sizeof *y) == 0 && memcmp(before, after, n * n * sizeof *y) == 0);
    free(before);
    free(after);
    free(y);
    synp_ports_free(k);
    circuit_free(c);
}

Test(ports, a_crossbar_without_terminals_has_no_matrix)
{
    circuit *c = uniform_circuit(20, 20, 1, 0, 0, 0);
    c->g[7] = 1e-3;
    size_t n;
    free(ports_of(c, &n));
    cr_expect(eq(sz, n, 0));
    circuit_free(c);
    synp_ports_free(NULL);
}
