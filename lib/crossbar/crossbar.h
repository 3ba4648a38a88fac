/* SPDX-License-Identifier: MIT */
/* A crossbar from the inside, for the files that work on it. Matrices here are column-major with the leading
 * dimension lines.ld, whose rows behind the last are 0. */
#ifndef CROSSBAR_CROSSBAR_H
#define CROSSBAR_CROSSBAR_H

#include "crossbar/lines/kernel.h"
#include "crossbar/ports/ports.h"

/* What the cells are. TANGENT: the conductances g as they are. */
typedef enum synp_cells { SYNP_NONE, SYNP_LINEAR, SYNP_ARRAY, SYNP_TANGENT } synp_cells;

/* A solution. The voltage of a node is that of its line plus a drop along it, so that the small differences between
 * the nodes of a good wire keep all their digits. */
typedef struct synp_field {
    double *line[2]; /* V: [rows], [cols] */
    double *drop[2]; /* V: matrices */
    double *source[SYN_SIDES];
    double *current[SYN_SIDES];
} synp_field;

struct syn_crossbar {
    synp_lines lines;
    syn_wires wires; /* its arrays are in copies */
    double *copies;
    double *lead[SYN_SIDES];  /* S of the ends to their sources, whether connected or not; 0: open for good */
    double *loose[SYN_SIDES]; /* S of the ends to their sources; 0 if open or the source's own node */
    const synp_lines_kernel *kernel;
    synp_coarse *coarse; /* or NULL */
    synp_lines_work *single_work, *double_work;
    synp_kron *kron;
    synp_cells cells;
    syn_array *array;
    synp_law law;
    double *given; /* S, of linear cells: a matrix */
    double *inner; /* V across the cells without their access devices, or NULL */
    uint8_t *on;   /* [rows] */
    synp_field field;
    double *rho[2]; /* A, unbalanced currents of the nodes; of an ideal line all at its last one */
    double *g;      /* S, slopes of the cells with their access devices */
    int stale;      /* the cells are others than when g was found */
    int factored;   /* the work holds for g */
    int use_double; /* single precision did not do for these cells */
    double *sums;   /* what the threads add up */
    size_t bytes;
    void *memory;
    double *r;                        /* states, a matrix */
    struct synp_switching *switching; /* of an array that is not read-only */
};

/* What a thread adds up of the left-over currents of its rows: for each word line the sum up to the present column
 * and the squares of all such sums; for each bit line the sum over these rows, the sum of the sums up to each row,
 * and of their squares. */
typedef struct synp_sums {
    double *row, *row_square;                     /* [ld], shared: each thread has its own rows */
    double *column, *column_sums, *column_square; /* [cols], the thread's own */
    double largest_current, largest_slope;        /* A, S, of the cells */
} synp_sums;

/* Cells in series with their access devices, solve.c. */
void synp_bare_cells(const syn_crossbar *x, size_t at, const double *u, size_t n, double *i, double *g);
void synp_series_cell(const syn_crossbar *x, size_t at, double u, double *i, double *g);

/* Switching, switch.c. */
syn_status synp_switching_create(syn_crossbar *x);
void synp_switching_free(syn_crossbar *x);
size_t synp_switching_bytes(const syn_crossbar *x);
/* Brings the states to the voltages of the field; *moved is the largest change of one. Returns SYN_OK or SYN_ENOMEM.
 */
syn_status synp_switching_follow(syn_crossbar *x, double *moved, syn_solution *info);

/* A solution that the cells switch to, nothing of it committed. */
syn_status synp_crossbar_settle(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info,
                                syn_error *err);

/* Calls f for each cell whose state is another than that in the array. */
void synp_switching_each(const syn_crossbar *x, void (*f)(void *context, size_t cell), void *context);

/* A solution for the sources of x->field; switching: the states follow. info is filled in. */
syn_status synp_crossbar_converge(syn_crossbar *x, int switching, syn_solution *info, syn_error *err);

syn_status synp_crossbar_sources(syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err);
/* Currents, slopes and residuals of x->field, and their residual and scale. */
void synp_crossbar_evaluate(syn_crossbar *x, syn_solution *info);
/* The field where a solution for its sources starts. */
void synp_crossbar_start(syn_crossbar *x);

#endif
