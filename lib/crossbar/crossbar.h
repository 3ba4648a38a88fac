/* SPDX-License-Identifier: MIT */
/* A crossbar from the inside. Matrices are column-major with the leading dimension lines.ld; their rows after the last
 * are 0. Calls go in one direction: lines/, ports/, access, wires -> switch -> crossbar -> solve -> step, matrix, many
 * -> batch_noise -> batch, write. */
#ifndef CROSSBAR_CROSSBAR_H
#define CROSSBAR_CROSSBAR_H

#include "base/base.h"
#include "crossbar/access.h"
#include "crossbar/extremes.h"
#include "crossbar/lines/cycle.h"
#include "crossbar/ports/ports.h"
#include "crossbar/switch.h"

/* How corrections are found: each does for cells and wires for which the one before it converges too slowly. */
typedef enum synp_method { SYNP_CYCLES, SYNP_GRADIENTS, SYNP_GRADIENTS_DOUBLE } synp_method;

struct syn_crossbar {
    synp_lines lines;
    int isa; /* number of the instruction set (base/isa.h) */
    const synp_lines_kernel *kernel;
    synp_arena memory;        /* of the arrays below */
    double *lead[SYN_SIDES];  /* S of the ends to their sources, whether connected or not; 0: open for good */
    double *loose[SYN_SIDES]; /* S of the ends to their sources; 0 if open or the source's own node */
    synp_access access;
    double gmin;   /* S */
    double enough; /* residual at which a solution ends, as a part of the scale; ten times as much is bearable */
    double *on;    /* [rows]: 1, or 0 where the access devices are off */
    synp_cells cells;
    syn_array *array;          /* that is bound, or NULL */
    synp_switching *switching; /* of an array that is not read-only; NULL until the first try or write */
    bool hold_resets; /* as synp_crossbar_hold_resets has set it: for `switching`, which may not be there yet */

    synp_field field;
    double *g;        /* S, slopes of the cells with their access devices */
    bool stale;       /* the cells are others than when g was found */
    double *sums;     /* of the threads */
    uint8_t *touched; /* [rows], for synp_switching_slopes */

    synp_method method;
    bool factored; /* what the method has made of g holds */
    synp_cycle *cycle;
    /* Of conjugate gradients; NULL until they are needed. */
    synp_arena more;
    double *rho[2];      /* A, unbalanced currents of the nodes; of an ideal line all at its last one */
    synp_coarse *coarse; /* or NULL */
    synp_lines_work *single_work, *double_work;

    synp_ports *ports; /* for the ends that are connected; NULL until the first port matrix */
};

#define SYNP_ENOUGH 1e-10 /* of a solution by itself */

/* crossbar.c: another crossbar with the wires, the ends and the present cells of x, for solutions of its own. The cells do
 * not switch. Some arrays are those of x: x must not change while the copy is in use. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_crossbar_copy(const syn_crossbar *x, syn_crossbar **out);
void synp_crossbar_copy_free(syn_crossbar *copy); /* NULL is allowed */

/* many.c: solutions for `count` inputs, see syn_crossbar_solve_batch. visit, unless NULL, is called with the crossbar that has the
 * solution for input k, by several threads at once; what it returns besides SYN_OK ends the batch. Inputs are solved in runs
 * of SYNP_RUN: a batch in pieces of a multiple of it gives the same digits. */
enum { SYNP_RUN = 16 };
typedef struct synp_visit {
    syn_status (*call)(void *context, size_t k, const syn_crossbar *own, syn_error *err);
    void *context;
    size_t first; /* number of input 0, for messages */
} synp_visit;
syn_status synp_crossbar_many(const syn_crossbar *x, const double *const v[SYN_SIDES], size_t count,
                              double *const i[SYN_SIDES], double tolerance, int threads, const synp_visit *visit,
                              syn_solution *info, syn_error *err);

/* Adds the account of a solution to that of all. */
void synp_crossbar_join(const syn_solution *one, syn_solution *all);

/* solve.c: */
/* Whether the slopes do not depend on the voltages. */
bool synp_crossbar_is_linear(const syn_crossbar *x);
/* Takes over the sources' voltages and sets the field to where their solution starts. */
syn_status synp_crossbar_sources(syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err);
/* Sets the field to where the solution for its sources starts. */
void synp_crossbar_start(syn_crossbar *x);
/* Sets the field to 0 V, where the next solution starts. */
void synp_crossbar_clear(syn_crossbar *x);
/* Finds currents, slopes and left-over currents at x->field; sets residual and scale of info. */
void synp_crossbar_evaluate(syn_crossbar *x, syn_solution *info);
/* Finds the solution for the sources of x->field. switching: the states follow the voltages. Sets all of info. */
syn_status synp_crossbar_converge(syn_crossbar *x, bool switching, syn_solution *info, syn_error *err);
/* crossbar.c: nothing of what the solver has made of the cells and the ends holds any more. */
void synp_crossbar_forget(syn_crossbar *x);
/* crossbar.c: takes the next method and allocates what it needs. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_crossbar_next_method(syn_crossbar *x);
/* What kernels see of x. */
synp_view synp_crossbar_view(const syn_crossbar *x);

/* matrix.c: calls `work` while x is linear: the cells are the slopes of the last solution, and the field, which starts
 * at 0 V, is another one. Returns what work returns, SYN_EINVAL (there are no cells) or SYN_ENOMEM. */
typedef syn_status synp_linear_work(syn_crossbar *x, void *context, syn_error *err);
syn_status synp_crossbar_linearised(syn_crossbar *x, synp_linear_work *work, void *context, syn_error *err);

/* step.c: whether the cells are those of an array that can be written. */
bool synp_crossbar_can_switch(const syn_crossbar *x);
/* Makes x->switching of such a crossbar, unless it is there. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_crossbar_let_switch(syn_crossbar *x, syn_error *err);
/* A step without its commit, so that all cells are as the voltages have them and the array is as before. On failure nothing is
 * latched. */
syn_status synp_crossbar_settle(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info,
                                syn_error *err);

#endif
