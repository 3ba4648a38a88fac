/* SPDX-License-Identifier: MIT */
/* A crossbar with wires: `rows` word lines and `cols` bit lines, a cell at each crossing.
 *
 *                  top 0      top 1
 *                    |          |
 *   left 0 --r_wl-- u --r_wl-- u --r_wl-- right 0      word line 0, node u(0,j) at each cell
 *                   |cell      |cell
 *                   w          w                       bit line j, node w(i,j) at each cell, r_bl between neighbours
 *
 * Each end of a line may be a terminal: a source of some voltage behind a resistance, in series with one more segment
 * of the line's wire. Signs: a cell's voltage is u - w, from the word line (te) to the bit line (be), SET at negative
 * values; currents of terminals are positive into the array. Matrices are column-major: cell (i, j) at i + rows j, as
 * in array.h. SI units. */
#ifndef SYNAPTOGEN_CROSSBAR_H
#define SYNAPTOGEN_CROSSBAR_H

#include <stddef.h>
#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum syn_side { SYN_LEFT, SYN_RIGHT, SYN_TOP, SYN_BOTTOM } syn_side;
enum { SYN_SIDES = 4 };

/* In series with each cell: a resistance and a selector, whose curve is given by points, linear between them and
 * continued with the slope of its ends. */
typedef struct syn_access {
    double resistance;   /* ohm, >= 0; of a transistor that is on */
    size_t points;       /* 0: no selector; else >= 2 */
    const double *u, *i; /* V, A: both strictly increasing, the curve passes through (0, 0) */
} syn_access;

typedef struct syn_wires {
    size_t rows, cols;            /* each >= 1 */
    double r_wl, r_bl;            /* ohm per segment, >= 0; 0: ideal wire, its line is one node */
    const double *r_wl_each;      /* [rows]: each line's own instead; NULL: all the same */
    const double *r_bl_each;      /* [cols] */
    const double *end[SYN_SIDES]; /* ohm between source and lead, >= 0, INFINITY: open; [rows] at left and right,
                                   * [cols] at top and bottom; NULL: all open */
    double gmin;                  /* S across each cell, >= 0: keeps lines that nothing holds at a potential */
    syn_access access;
} syn_wires;

#ifdef __cplusplus
}
#endif
#endif
