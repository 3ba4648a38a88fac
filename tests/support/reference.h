/* SPDX-License-Identifier: MIT */
/* Second routes: what the library alone says about cells that a circuit simulator handles. */
#ifndef TESTS_SUPPORT_REFERENCE_H
#define TESTS_SUPPORT_REFERENCE_H

#include <stdint.h>
#include <synaptogen/cell.h>

/* Cell `id` of `seed`, cold start in HRS or LRS. */
syn_cell reference_cell(const syn_model *m, uint64_t seed, uint64_t id, syn_mode start);

/* The quasi-static path of one cell in series with a resistor and, if wanted, an access transistor. The source
 * voltage moves monotonically from 0 to a peak and back; the cell voltage is continued from 0 along the branch it is
 * on, and at the end of a branch jumps to the next solution of larger magnitude. Between source and cell: a resistor.
 * Between cell and ground: nothing, or a level-1 n-channel transistor with body at its source, no junction current,
 * threshold vto and I = kp ((vg - vto) v - v^2 / 2) (1 + lambda v) below saturation. */
typedef struct load_line {
    double resistance;          /* ohm */
    double vg, kp, vto, lambda; /* V, A/V^2, V, 1/V; kp 0: no transistor */
} load_line;

/* Current [A] of the transistor with v [V] from drain to source. */
double load_transistor_current(const load_line *l, double v);

/* Source voltage [V] at which the current i [A] flows while the cell has u [V]. */
double load_source_voltage(const load_line *l, double u, double i);

/* Source voltages at which a cell SETs, and at which it begins to leave LRS or moves further in IRS. */
double load_set_voltage(const syn_model *m, const load_line *l, const syn_cell *c);
double load_reset_voltage(const syn_model *m, const load_line *l, const syn_cell *c);

/* The source goes from 0 to peak [V] and back. */
void load_pulse(const syn_model *m, const load_line *l, double peak, syn_cell *c);

#endif
