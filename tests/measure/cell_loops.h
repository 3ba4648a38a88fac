/* SPDX-License-Identifier: MIT */
/* Current-voltage loops of cells, for the tests of what is read from them. */
#ifndef TESTS_MEASURE_CELL_LOOPS_H
#define TESTS_MEASURE_CELL_LOOPS_H

#include "support/support.h"

enum { STEPS = 100, POINTS = 4 * STEPS + 1 };     /* of one ramp from 0 to 1.5 V; of a loop */
static const double step = 1.5 / STEPS, u0 = 0.2; /* V */

typedef struct loop {
    double u[POINTS], i[POINTS];
    syn_sweep s;
} loop;

/* Voltage of point k of the loop 0, -1.5, 0, 1.5, 0 V (set_first), or with both signs exchanged. */
double loop_voltage(int k, bool set_first);

/* One loop of a cell, whose state changes. */
void loop_sweep(const syn_model *m, syn_cell *c, uint64_t cycle, bool set_first, loop *l);

/* A cell of the default set in a state of its cycle 0. */
void loop_start(uint64_t id, syn_mode mode, syn_cell *c);

/* The figures of a loop. */
syn_measured loop_measure(loop *l);

#endif
