/* SPDX-License-Identifier: MIT */
/* Random crossbars for the tests: what they are made of, the regimes that they are drawn from, and their solutions. */
#ifndef TESTS_SUPPORT_CIRCUIT_H
#define TESTS_SUPPORT_CIRCUIT_H

#include "support/support.h"

#include <stdbool.h>
#include <synaptogen/crossbar.h>

enum { CIRCUIT_MOST = 544 }; /* lines */

/* A crossbar with its cells and voltages. The members of `wires` point to the arrays. */
typedef struct circuit {
    syn_wires wires;
    double r_wl[CIRCUIT_MOST], r_bl[CIRCUIT_MOST], end[SYN_SIDES][CIRCUIT_MOST], v[SYN_SIDES][CIRCUIT_MOST];
    double curve_u[8], curve_i[8];
    double *g, *r; /* cells: conductances, states */
    uint8_t on[CIRCUIT_MOST];
    bool nonlinear, selects;
    const syn_model *model; /* of the states; NULL: support_model(0) */
} circuit;

typedef const double *const circuit_voltages[SYN_SIDES];
#define CIRCUIT_VOLTAGES(c) ((circuit_voltages){(c)->v[0], (c)->v[1], (c)->v[2], (c)->v[3]})

double circuit_log_uniform(uint64_t *state, double low, double high);
bool circuit_chance(uint64_t *state, double p);

/* Wires of 0 ohm, sources of 0 V and 0 ohm at all ends, cells of 0 S. */
circuit *circuit_make(size_t rows, size_t cols);
void circuit_free(circuit *c);

/* Selectors: one with a threshold, three decades steeper from 0.2 V on; one that is off. */
enum { CIRCUIT_THRESHOLD = 1, CIRCUIT_OFF };
void circuit_add_selector(circuit *c, int kind);

/* A regime of random circuits, as ranges and shares that numbers are drawn from. */
typedef struct circuit_regime {
    const char *name;
    double r[2], ideal[2];     /* ohm per segment; share of ideal word and bit lines */
    double end[2], open, zero; /* ohm of the ends; shares of open ends and of those of 0 ohm */
    double g[2], none, shorts; /* S of the cells; shares of 0 S and of 0.1 S */
    double gmin, access;       /* S, ohm */
    int half_leads, selects, selector;
} circuit_regime;

enum { CIRCUIT_REGIMES = 16 };
extern const circuit_regime circuit_regimes[CIRCUIT_REGIMES];

/* Voltages of the sources up to `volt`. */
circuit *circuit_draw(uint64_t *state, const circuit_regime *g, size_t rows, size_t cols, int nonlinear, double volt);

/* Cells of 400 and 1 uS by turns. */
void circuit_checkerboard(circuit *c);

size_t circuit_lines_at(const circuit *c, int side);
size_t circuit_cells(const circuit *c);

/* Makes everything from here on use this processor's kernel number k. Returns false if there is no such number. */
bool circuit_choose_kernel(int k);

/* A crossbar of the circuit, and its solution, which must succeed. */
syn_crossbar *circuit_crossbar(const circuit *c, int threads);
syn_solution circuit_solve(const circuit *c, syn_crossbar *x, const char *what);

/* syn_crossbar_create refuses the wires with this status, and names the field; `text` is part of its message. */
void circuit_expect_refused(const syn_wires *w, int threads, syn_status status, const char *field, const char *text);

/* The largest difference between the terminals' currents and others, which must be open in the same places. */
double circuit_difference(const circuit *c, const syn_crossbar *x, double *const expected[SYN_SIDES]);

/* What rounding alone may do to a sum of some hundred currents, relative to the largest; and the current [A] below
 * which a solution takes all for none. */
extern const double circuit_rounding, circuit_nothing;

#endif
