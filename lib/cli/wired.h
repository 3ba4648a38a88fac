/* SPDX-License-Identifier: MIT */
/* An array between wires and drivers: shared by `crossbar write` and `crossbar read`. */
#ifndef CLI_WIRED_H
#define CLI_WIRED_H

#include "cli/matrix.h"
#include "cli/shared.h"

typedef struct wired {
    syn_array *array; /* NULL: linear cells */
    size_t rows, cols;
    double *ends; /* ohm */
    syn_crossbar *x;
} wired;

/* Takes the array. Word lines end at the left through o->driver, bit lines at the bottom through bit_line_end [ohm];
 * both_ends: also at the right and at the top. Free with wired_close, also after a failure. */
int wired_open(syn_array *array, const wires_options *o, double bit_line_end, bool both_ends, wired *out);
/* The same for linear cells of conductances g [S]. */
int wired_open_linear(const matrix *g, const wires_options *o, double bit_line_end, bool both_ends, wired *out);
void wired_close(wired *w);

/* Draws resistances, the cells' voltages while all word lines are at v_read [V] and all bit lines at 0 V, and a
 * histogram of the resistances. */
int wired_draw(const wired *b, const syn_model *m, double v_read, const char *path);

#define OPTION_BOTH_ENDS(type, field)                                                                                \
    {                                                                                                                \
        "both-ends", NULL, SWITCH(type, field),                                                                      \
            .help = "drivers at both ends of each line, not only left and bottom"                                    \
    }
#define OPTION_WIRED_PLOT(type, field)                                                                               \
    OPTION_PLOT(                                                                                                     \
        type, field,                                                                                                 \
        "picture of the resistances, the cells' voltages during a read, and a histogram, .png or .svg (needs "       \
        "gnuplot)")

#endif
