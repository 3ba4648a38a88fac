/* SPDX-License-Identifier: MIT */
/* The linear solver on large crossbars against the exact port matrix: levels, precisions, kernels, threads. */
#include "support/circuit.h"

#include "crossbar/crossbar.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
enum { TWO = 2 };
#else
#define omp_set_num_threads(n) (void)(n)
enum { TWO = 1 }; /* every loop runs in the calling thread */
#endif

/* Currents of all terminals. */
typedef struct port_currents {
    double *current[SYN_SIDES], largest;
} port_currents;

/* Currents from the port matrix, whose entries are good to 1e-12 of themselves, without cancellation. */
static void currents_of_ports(const circuit *c, syn_crossbar *x, port_currents *n)
{
    const size_t ports = syn_crossbar_ports(x);
    double *y = malloc((ports * ports + 1) * sizeof *y), *v = malloc((ports + 1) * sizeof *v);
    size_t p = 0;
    cr_assert(eq(int, syn_crossbar_port_matrix(x, y, NULL), SYN_OK));
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < circuit_lines_at(c, side); i++)
            if (isfinite(c->end[side][i]))
                v[p++] = c->v[side][i];
    p = 0;
    *n = (port_currents){0};
    for (int side = 0; side < SYN_SIDES; side++) {
        n->current[side] = malloc(circuit_lines_at(c, side) * sizeof(double));
        for (size_t i = 0; i < circuit_lines_at(c, side); i++) {
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

static void free_currents(port_currents *n)
{
    for (int side = 0; side < SYN_SIDES; side++)
        free(n->current[side]);
}

/* rounding: of the port matrix. cycles: whether they do without another method. */
static void expect_ports(const circuit *c, const char *what, int coarse, int cycles)
{
    port_currents n;
    syn_crossbar *x = circuit_crossbar(c, 1);
    currents_of_ports(c, x, &n);
    for (synp_method first = SYNP_CYCLES; first <= SYNP_GRADIENTS_DOUBLE; first++) {
        while (x->method < first) /* as if the one before had not got on */
            cr_assert(eq(int, synp_crossbar_next_method(x), SYN_OK));
        const syn_solution s = circuit_solve(c, x, what);
        cr_expect(first == SYNP_CYCLES ? x->method == SYNP_CYCLES || !cycles : x->method == first, "%s: %d", what,
                  (int)x->method);
        const double error = circuit_difference(c, x, n.current);
        cr_expect(error <= 1e-9 * n.largest && error <= s.residual + 1e-12 * s.scale,
                  "%s: %g A of %g A, residual %g A", what, error, n.largest, s.residual);
        cr_expect(lt(int, s.iterations, 500), "%s", what);
        syn_crossbar_solve(x, (circuit_voltages){0}, NULL, NULL); /* not from the solution that was just found */
    }
    cr_assert(eq(int, x->coarse != NULL, coarse), "%s", what);
    free_currents(&n);
    syn_crossbar_free(x);
}

/* Cycles, then one level and two levels of conjugate gradients in both precisions, driven at one end, at both, or at one line in ten. */
Test(lines, large_circuits_agree_with_the_exact_port_matrix_by_each_method)
{
    static const circuit_regime kinds[] = {
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
            circuit *c = circuit_draw(&state, &kinds[k], shapes[shape][0], shapes[shape][1], 0, 1);
            if (k + 1 == sizeof kinds / sizeof *kinds)
                circuit_checkerboard(c);
            expect_ports(c, kinds[k].name, kinds[k].r[1] > 1, k == 0 || k == 2);
            circuit_free(c);
        }
}

/* Threads and kernels add up in other orders: the same within both residuals. */
Test(lines, kernels_and_numbers_of_threads_agree)
{
    static const circuit_regime large[] = {
        {.name = "one level", .r = {0.1, 0.1}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}},
        {.name = "two levels", .r = {2, 2}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}}};
    static const size_t shapes[][2] = {{512, 512}, {520, 530}};
    uint64_t state = 11;
    for (int k = 0; k < 4; k++) {
        circuit *c = circuit_draw(&state, &large[k % 2], shapes[k / 2][0], shapes[k / 2][1], k == 1 || k == 2, 0.5);
        double *expected[SYN_SIDES] = {0}, residual = 0;
        for (int kernel = 0; circuit_choose_kernel(kernel); kernel++)
            for (int threads = 1; threads <= 3; threads++) {
                if (kernel > 0 && threads == 1)
                    continue;
                omp_set_num_threads(threads);
                syn_crossbar *x = circuit_crossbar(c, threads);
                cr_assert(eq(int, x->lines.threads, threads));
                const syn_solution s = circuit_solve(c, x, large[k % 2].name);
                if (expected[0])
                    cr_expect(circuit_difference(c, x, expected) <=
                                  residual + s.residual + circuit_rounding * s.scale,
                              "%s, %s, %d threads", large[k % 2].name, syn_array_kernel_name(kernel), threads);
                for (int side = 0; side < SYN_SIDES && residual == 0; side++) {
                    expected[side] = malloc(circuit_lines_at(c, side) * sizeof(double));
                    memcpy(expected[side], syn_crossbar_current(x, (syn_side)side),
                           circuit_lines_at(c, side) * sizeof(double));
                }
                residual = fmax(residual, s.residual);
                syn_crossbar_free(x);
            }
        for (int side = 0; side < SYN_SIDES; side++)
            free(expected[side]);
        circuit_free(c);
    }
}

/* The sum of what the parts need, with the drops of both layers: 16, slopes: 8, states or conductances: 8 each, three
 * matrices of a cycle: 12, is 52; the rest is the coarse grid. */
Test(lines, a_large_linear_crossbar_takes_less_than_60_bytes_per_cell)
{
    enum { SIDE = 512 };
    circuit *c = circuit_make(SIDE, SIDE);
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_TOP] = NULL;
    for (size_t i = 0; i < SIDE; i++)
        c->r_wl[i] = c->r_bl[i] = 1;
    syn_crossbar *x = circuit_crossbar(c, 1);
    cr_expect(x->cycle->coarse != NULL && x->cells.given != NULL);
    cr_expect(syn_crossbar_bytes(x) < 60 * SIDE * SIDE, "%zu bytes", syn_crossbar_bytes(x));
    syn_crossbar_free(x);
    circuit_free(c);
}

static int threads_of(size_t rows, size_t cols, int limit)
{
    circuit *c = circuit_make(rows, cols);
    c->wires.end[SYN_RIGHT] = c->wires.end[SYN_BOTTOM] = NULL;
    syn_crossbar *x = circuit_crossbar(c, limit);
    const int threads = x->lines.threads;
    syn_crossbar_free(x);
    circuit_free(c);
    return threads;
}

Test(lines, no_limit_is_all_threads_and_small_crossbars_have_one)
{
    omp_set_num_threads(2);
    cr_expect(eq(int, threads_of(512, 512, 0), TWO));
    cr_expect(eq(int, threads_of(512, 512, 1), 1));
    cr_expect(eq(int, threads_of(512, 512, 3), TWO));
    cr_expect(eq(int, threads_of(512, 511, 0), 1));
    cr_expect(eq(int, threads_of(512, 511, 2), 1));
}

/* Before anything is solved: large sums, whose order makes no difference but of rounding. */
Test(lines, the_residual_does_not_depend_on_the_number_of_threads)
{
    const circuit_regime mixed = {
        .r = {1, 10}, .ideal = {0.2, 0.2}, .end = {10, 100}, .open = 0.3, .g = {1e-5, 4e-4}};
    uint64_t state = 20;
    circuit *c = circuit_draw(&state, &mixed, 520, 530, 0, 1);
    syn_solution s[3];
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        syn_crossbar *x = circuit_crossbar(c, threads);
        cr_assert(eq(int, synp_crossbar_sources(x, CIRCUIT_VOLTAGES(c), NULL), SYN_OK));
        synp_crossbar_evaluate(x, &s[threads - 1]);
        syn_crossbar_free(x);
        cr_expect(fabs(s[threads - 1].residual / s[0].residual - 1) < 1e-12, "%g A, %g A", s[threads - 1].residual,
                  s[0].residual);
        cr_expect(s[0].scale > 0 && fabs(s[threads - 1].scale / s[0].scale - 1) < 1e-12);
    }
    circuit_free(c);
}

/* A band matrix with entries of 1 left and right of a diagonal that outweighs them: its condition is below 4, so that the
 * solution has all digits but a few. */
static void solve_band(uint64_t *state, const synp_band_method *method, size_t n, size_t band)
{
    const size_t stride = band + SYNP_BAND_COLUMNS + SYNP_BAND_ROWS;
    double *a = calloc(stride * n, sizeof *a), *x = calloc(n, sizeof *x), *b = calloc(n + band, sizeof *b), worst = 0;
    for (size_t j = 0; j < n; j++) {
        x[j] = support_uniform(state, -1, 1);
        for (size_t i = j; i <= j + band && i < n; i++)
            a[stride * j + i - j] = i == j ? 4.0 * (double)band : support_uniform(state, -1, 1);
    }
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i <= j + band && i < n; i++) {
            b[i] += a[stride * j + i - j] * x[j];
            b[j] += i > j ? a[stride * j + i - j] * x[i] : 0;
        }
    const synp_band m = {.n = n, .band = band, .stride = stride, .a = a};
    cr_assert(method->factor(&m));
    method->solve(&m, b);
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs(b[i] - x[i]));
    cr_expect(lt(dbl, worst, 1e-14), "%zu unknowns, half bandwidth %zu", n, band);
    free(a);
    free(x);
    free(b);
}

Test(lines, each_kernel_solves_band_matrices_to_rounding_and_refuses_indefinite_ones)
{
#define BAND(isa, runs) synp_lines_##isa.band,
    const synp_band_method *const methods[] = {SYNP_ISAS(BAND)};
    static const size_t sizes[][2] = {{4, 4}, {8, 5}, {12, 40}, {64, 21}, {100, 37}, {204, 69}};
    enum { STRIDE = 4 + SYNP_BAND_COLUMNS + SYNP_BAND_ROWS };
    uint64_t state = 21;
    for (int kernel = 0; synp_isa_name(kernel); kernel++) {
        if (!synp_isa_runs(kernel))
            continue;
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            solve_band(&state, methods[kernel], sizes[k][0], sizes[k][1]);
        double a[8 * STRIDE] = {0};
        for (size_t j = 0; j < 8; j++)
            a[STRIDE * j] = 1;
        a[STRIDE * 3 + 4] = 2; /* rows 3 and 7 alone: (1, 2) and (2, 1), with the eigenvalues 3 and -1 */
        const synp_band indefinite = {.n = 8, .band = 4, .stride = STRIDE, .a = a};
        cr_expect(eq(int, methods[kernel]->factor(&indefinite), 0), "%s", synp_isa_name(kernel));
    }
}
