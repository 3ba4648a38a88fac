/* SPDX-License-Identifier: MIT */
/* Crossbars as objects: names, cells. */
#include "support/circuit.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(crossbar, sides_have_names_and_other_numbers_have_none)
{
    cr_expect(eq(str, (char *)syn_side_name(SYN_LEFT), "left"));
    cr_expect(eq(str, (char *)syn_side_name(SYN_RIGHT), "right"));
    cr_expect(eq(str, (char *)syn_side_name(SYN_TOP), "top"));
    cr_expect(eq(str, (char *)syn_side_name(SYN_BOTTOM), "bottom"));
    cr_expect(syn_side_name((syn_side)4) == NULL);
    cr_expect(syn_side_name((syn_side)-1) == NULL);
}

Test(crossbar, freeing_nothing_is_allowed)
{
    syn_crossbar_free(NULL);
}

/* A crossbar of 9 x 6 cells, and its circuit. */
static circuit *usual_circuit(void)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 19;
    return circuit_draw(&state, &usual, 9, 6, 0, 1);
}

Test(crossbar, without_cells_nothing_is_solved)
{
    circuit *c = usual_circuit();
    syn_crossbar *x;
    syn_error err = {0};
    double matrix[30 * 30];
    cr_assert(eq(int, syn_crossbar_create(&c->wires, 1, &x, NULL), SYN_OK));
    support_refused(syn_crossbar_solve(x, CIRCUIT_VOLTAGES(c), NULL, &err), SYN_EINVAL, &err, "cells", "");
    cr_expect(eq(int, syn_crossbar_try(x, CIRCUIT_VOLTAGES(c), NULL, NULL), SYN_EINVAL));
    cr_expect(eq(int, syn_crossbar_port_matrix(x, matrix, NULL), SYN_EINVAL));
    cr_expect(eq(int, syn_crossbar_port_matrix_of(x, (size_t[]){0}, 1, matrix, NULL), SYN_EINVAL));
    syn_crossbar_free(x);
    circuit_free(c);
}

static void expect_conductance_refused(circuit *c, syn_crossbar *x, double bad)
{
    const double kept[] = {c->g[0], c->g[53]};
    syn_error err = {0};
    c->g[0] = 1;
    c->g[53] = bad;
    support_refused(syn_crossbar_set_conductances(x, c->g, &err), SYN_EINVAL, &err, "g", "row 8, column 5");
    c->g[0] = kept[0];
    c->g[53] = kept[1];
}

static void expect_array_refused(syn_crossbar *x, size_t cells)
{
    syn_array *a;
    syn_error err = {0};
    cr_assert(eq(int, syn_array_create(support_model(0), 1, cells, NULL, &a, NULL), SYN_OK));
    support_refused(syn_crossbar_bind(x, a, &err), SYN_EINVAL, &err, "array", "");
    syn_array_free(a);
}

/* Bit for bit as a crossbar that has refused nothing. */
Test(crossbar, cells_and_ports_that_are_none_are_refused_and_change_nothing)
{
    circuit *c = usual_circuit();
    syn_crossbar *x = circuit_crossbar(c, 1), *fresh = circuit_crossbar(c, 1);
    syn_error err = {0};
    double y;
    expect_conductance_refused(c, x, -1e-9);
    expect_conductance_refused(c, x, NAN);
    expect_conductance_refused(c, x, INFINITY);
    expect_array_refused(x, 53);
    support_refused(syn_crossbar_port_matrix_of(x, (size_t[]){30}, 1, &y, &err), SYN_EINVAL, &err, "port", "");
    circuit_solve(c, fresh, "fresh");
    circuit_solve(c, x, "after refusals");
    cr_expect(eq(int,
                 memcmp(syn_crossbar_current(x, SYN_LEFT), syn_crossbar_current(fresh, SYN_LEFT), 9 * sizeof(double)),
                 0));
    syn_crossbar_free(x);
    syn_crossbar_free(fresh);
    circuit_free(c);
}

/* Blocks of the heap, and blocks that have been mapped. */
static double allocated(void)
{
    const struct mallinfo2 m = mallinfo2();
    return (double)m.uordblks + (double)m.hblkhd;
}

/* malloc rounds each block up to 16 bytes, or to a page of 4096; vectors are aligned to 64 bytes. Some hundred blocks of a
 * crossbar of 200 x 100 cells, of some megabytes, make less than a tenth. */
static void expect_bytes(const syn_crossbar *x, double before, const char *when)
{
    const double real = allocated() - before, told = (double)syn_crossbar_bytes(x);
    cr_expect(fabs(told - real) < 0.1 * real, "%s: %.0f bytes are told, %.0f are in use", when, told, real);
}

Test(crossbar, the_memory_in_use_is_told)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("AddressSanitizer has an allocator of its own");
#endif
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 20;
    circuit *c = circuit_draw(&state, &usual, 200, 100, 0, 1);
    circuit_solve(c, circuit_crossbar(c, 1), "what a process allocates once"); /* and keeps */
    const double before = allocated();
    syn_crossbar *x = circuit_crossbar(c, 1);
    expect_bytes(x, before, "new");
    circuit_solve(c, x, "usual");
    expect_bytes(x, before, "solved");
    const size_t n = syn_crossbar_ports(x);
    double *y = calloc(n * n, sizeof *y);
    cr_assert(eq(int, syn_crossbar_port_matrix(x, y, NULL), SYN_OK));
    free(y);
    expect_bytes(x, before, "with ports");
    syn_crossbar_free(x);
    circuit_free(c);
}
