/* SPDX-License-Identifier: MIT */
/* Cells of a solution, for the code models, too. */
#ifndef CROSSBAR_EXTREMES_H
#define CROSSBAR_EXTREMES_H

#include <synaptogen/crossbar.h>

/* Of the voltages [V] across the cells without their access devices: the lowest, the highest, and the cell with the
 * largest magnitude. */
typedef struct synp_extremes {
    double low, high;
    size_t largest;
} synp_extremes;

synp_extremes synp_crossbar_extremes(const syn_crossbar *x);

/* As syn_crossbar_cells, of the cell at (row, col) alone. */
void synp_crossbar_cell(const syn_crossbar *x, size_t row, size_t col, double *u, double *i);

#endif
