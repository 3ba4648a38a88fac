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
 * in array.h. SI units.
 *
 * Use: create once for the wires, bind the cells, solve for as many voltages as wanted: a solution starts from the
 * one before it. Method: lib/synaptogen/crossbar.c. Threads: calls on one crossbar must not overlap; inside a call
 * OpenMP shares large ones out. The number of threads changes results by no more than the residual allows. */
#ifndef SYNAPTOGEN_CROSSBAR_H
#define SYNAPTOGEN_CROSSBAR_H

#include <stddef.h>
#include <stdint.h>
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
    int half_leads;               /* 1: a lead is half a segment, so that tiles which share terminals are one array */
    double gmin;                  /* S across each cell, >= 0: keeps lines that nothing holds at a potential */
    syn_access access;
} syn_wires;

typedef struct syn_crossbar syn_crossbar;

/* What a solution says about itself. */
typedef struct syn_solution {
    double residual; /* A: bound of the error of each terminal current, but for the rounding of sums of its cells'
                      * currents, from the nodes' unbalanced currents; an estimate where slopes are negative */
    double scale;    /* A: the largest terminal current, or cell current if that is larger */
    double power;    /* W, delivered by the sources */
    int newton;      /* linearisations */
    int iterations;  /* of the inner solver, in all */
    size_t beyond;   /* of syn_crossbar_try: cells beyond U_S that wait for syn_crossbar_latch */
    size_t switched; /* of syn_crossbar_try and _step: cells whose state is another than the array's before */
} syn_solution;

/* Analyses the wires and copies what it needs. threads: at most so many, 0: one, as below 512 x 512; two are a third
 * faster at 1024 x 1024 on an idle machine, and far slower than one where other processes want the processors,
 * because OpenMP's threads wait for each other. err may be NULL. Returns SYN_OK, SYN_EINVAL (err names the field, the
 * line and the range; also an ideal line with a source of 0 ohm at both ends; or SYNAPTOGEN_KERNEL, which chooses the
 * kernels as with arrays) or SYN_ENOMEM; *out is NULL on failure. Memory: about 110 bytes per cell, 20 more for cells
 * that switch. */
syn_status syn_crossbar_create(const syn_wires *w, int threads, syn_crossbar **out, syn_error *err);
void syn_crossbar_free(syn_crossbar *x); /* NULL is allowed */
size_t syn_crossbar_rows(const syn_crossbar *x);
size_t syn_crossbar_cols(const syn_crossbar *x);
size_t syn_crossbar_bytes(const syn_crossbar *x); /* of memory, in all */

/* The cells are linear conductances g[rows x cols] [S], finite and >= 0; copied. Returns SYN_OK, SYN_EINVAL (err
 * names the cell) or SYN_ENOMEM; nothing has changed on failure. */
syn_status syn_crossbar_set_conductances(syn_crossbar *x, const double *g, syn_error *err);

/* The cells are nonlinear with the fixed states r[rows x cols], each in [-1, 1]; above 0.889 the built-in curves are
 * not passive at small voltages. Copied; the model is not needed afterwards. Returns as set_conductances. */
syn_status syn_crossbar_set_states(syn_crossbar *x, const syn_model *m, const double *r, syn_error *err);

/* The cells are those of an array with rows x cols cells, nonlinear and, in _try and _step, switching. The array must
 * outlive the crossbar or the next call of one of these two; what changes it otherwise must be followed by another
 * call of this. Read-only arrays can only be solved for. Returns SYN_OK, SYN_EINVAL (other size) or SYN_ENOMEM. */
syn_status syn_crossbar_bind(syn_crossbar *x, syn_array *a, syn_error *err);

/* Disconnects the cells of rows with on[i] = 0, as access transistors that are off do; NULL: all are on. */
void syn_crossbar_select(syn_crossbar *x, const uint8_t *on);

/* Opens the line ends with on[side][line] = 0, as switches in front of the sources do; NULL for a side that stays
 * connected. Ends that are open for good stay so. */
void syn_crossbar_connect(syn_crossbar *x, const uint8_t *const on[SYN_SIDES]);

/* v[side][line] [V]: the sources' voltages; NULL for a side all of whose voltages are 0; values at open ends are
 * ignored. The states of the cells stay. Stops when the residual is below 1e-10 of the scale or 1e-30 A, or as small
 * as rounding allows; one above 1e-9 of it is SYN_ENUMERIC, and the solution is what was reached. err may be NULL.
 * Returns SYN_OK, SYN_EINVAL (a voltage that is not finite, no cells), SYN_ENUMERIC, SYN_ENOMEM. */
syn_status syn_crossbar_solve(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);

/* One quasi-static step of an array that is bound: a solution in which the cells switch by their own voltages, RESETs
 * along their transition curves; all cells beyond U_S in a solution SET together and the circuit is solved again,
 * until none is. The array takes over the states. RESETs through resistances feed back on themselves, so that a
 * circuit may have several such solutions; this is one of them. Returns as solve, and SYN_EINVAL for a read-only
 * array. */
syn_status syn_crossbar_step(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);

/* The same in pieces, for simulators, which evaluate many times what they accept once: step = restart; try and latch
 * in turns until latch counts 0; commit. */
void syn_crossbar_restart(syn_crossbar *x); /* forgets what is latched */
syn_status syn_crossbar_try(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err);
/* Cells beyond U_S in the last try are SET in those that follow; *count: how many. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_crossbar_latch(syn_crossbar *x, size_t *count);
void syn_crossbar_commit(syn_crossbar *x); /* the states of the last try become the array's */

/* Of the last solution. Currents into the array, NAN at open ends: [rows] or [cols], valid until the next solution.
 */
const double *syn_crossbar_current(const syn_crossbar *x, syn_side side);
/* u[rows x cols], w[rows x cols] [V]: nodes of the word and bit lines; either may be NULL. */
void syn_crossbar_nodes(const syn_crossbar *x, double *u, double *w);
/* u[rows x cols] [V] across the cell itself, without its access device, i[rows x cols] [A] through both; either may
 * be NULL. */
void syn_crossbar_cells(const syn_crossbar *x, double *u, double *i);
/* r[rows x cols]: states of the cells of an array in the last solution (of a try: not the array's yet). */
void syn_crossbar_states(const syn_crossbar *x, float *r);

/* Terminals in the order left, right, top, bottom, each by line, open ends left out. */
size_t syn_crossbar_ports(const syn_crossbar *x);

/* y[ports x ports] = d I_p / d V_q [S] at the states and slopes of the last solution (or of the linear conductances),
 * exactly symmetric; a slope of a cell below 1e-7 S, or negative, counts as that. Only the parts of the array whose
 * cells have changed since the last call are done again. Returns SYN_OK, SYN_EINVAL (no cells) or SYN_ENOMEM. */
syn_status syn_crossbar_port_matrix(syn_crossbar *x, double *y, syn_error *err);

/* The same between `count` of the ports only, by one solution each: y[count x count]. For a few ports of a large
 * array. port[k] < ports, all different. */
syn_status syn_crossbar_port_matrix_of(syn_crossbar *x, const size_t *port, size_t count, double *y, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
