/* SPDX-License-Identifier: MIT */
/* Wires that make no circuit. Those that do are in the other tests of this folder. */
#include "support/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A circuit that is fine, for tests that spoil one thing at a time. */
static circuit *usual_circuit(void)
{
    const circuit_regime usual = {.r = {1, 1}, .end = {100, 100}, .g = {1e-5, 1e-4}};
    uint64_t state = 15;
    return circuit_draw(&state, &usual, 6, 5, 0, 1);
}

static const double bad[] = {-1, NAN, INFINITY};
static const char *const said[] = {"-1", "nan", "inf"};
enum { BAD = sizeof bad / sizeof *bad };

Test(wires, figures_for_all_lines_or_cells_that_are_no_resistances_are_refused_by_name)
{
    circuit *c = usual_circuit();
    for (int k = 0; k < BAD; k++) {
        syn_wires w = c->wires;
        w.r_wl_each = w.r_bl_each = NULL;
        w.r_wl = bad[k];
        circuit_expect_refused(&w, 0, SYN_EINVAL, "r_wl", said[k]);
        w.r_wl = 1;
        w.r_bl = bad[k];
        circuit_expect_refused(&w, 0, SYN_EINVAL, "r_bl", said[k]);
        w = c->wires;
        w.gmin = bad[k];
        circuit_expect_refused(&w, 0, SYN_EINVAL, "gmin", said[k]);
        w.gmin = 0;
        w.access.resistance = bad[k];
        circuit_expect_refused(&w, 0, SYN_EINVAL, "access", said[k]);
    }
    circuit_free(c);
}

/* An end of infinite resistance is open. */
Test(wires, a_line_whose_figures_are_no_resistances_is_refused_by_number)
{
    circuit *c = usual_circuit();
    for (int k = 0; k < BAD; k++) {
        c->r_wl[4] = bad[k];
        circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "r_wl", "line 4");
        c->r_wl[4] = 1;
        c->r_bl[2] = bad[k];
        circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "r_bl", "line 2");
        c->r_bl[2] = 1;
        for (int side = 0; side < SYN_SIDES; side++) {
            c->end[side][3] = bad[k];
            if (!isinf(bad[k]))
                circuit_expect_refused(&c->wires, 0, SYN_EINVAL, syn_side_name((syn_side)side), "line 3");
            c->end[side][3] = 100;
        }
    }
    circuit_free(c);
}

Test(wires, a_line_without_any_resistance_between_two_sources_is_refused)
{
    circuit *c = usual_circuit();
    c->r_wl[1] = c->end[SYN_LEFT][1] = c->end[SYN_RIGHT][1] = 0;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "left", "word line 1");
    c->r_wl[1] = 1;
    c->r_bl[0] = c->end[SYN_TOP][0] = c->end[SYN_BOTTOM][0] = 0;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "top", "bit line 0");
    circuit_free(c);
}

Test(wires, sizes_that_are_none_or_beyond_all_memory_are_refused)
{
    circuit *c = usual_circuit();
    c->wires.rows = 0;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "rows", "0");
    c->wires.rows = 6;
    c->wires.cols = 0;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "cols", "0");
    c->wires = (syn_wires){.rows = (size_t)1 << 62, .cols = 5};
    circuit_expect_refused(&c->wires, 0, SYN_ENOMEM, "", "memory");
    c->wires.rows = c->wires.cols = (size_t)1 << 28; /* 5.8e18 bytes */
    circuit_expect_refused(&c->wires, 0, SYN_ENOMEM, "", "memory");
    circuit_free(c);
}

Test(wires, threads_kernels_and_reserved_words_that_do_not_exist_are_refused)
{
    circuit *c = usual_circuit();
    circuit_expect_refused(&c->wires, -1, SYN_EINVAL, "threads", "-1");
    setenv("SYNAPTOGEN_KERNEL", "abacus", 1);
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "kernel", "SYNAPTOGEN_KERNEL");
    unsetenv("SYNAPTOGEN_KERNEL");
    c->wires.reserved[7] = 1;
    circuit_expect_refused(&c->wires, 0, SYN_EINVAL, "reserved", "syn_wires");
    circuit_free(c);
}
