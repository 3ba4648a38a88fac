/* SPDX-License-Identifier: MIT */
/* Linear equations of a crossbar with wires, for the corrections of a solution. Private to the library.
 *
 *   [ A  -G ] [du]   [rho_u]      A, B: the word and bit lines, each with its own cells to ground: tridiagonal
 *   [-G   B ] [dw] = [rho_w]      G: diagonal, the cells
 *
 * Method: the bit lines are eliminated; conjugate gradients solve for the word lines with S = A - G B^-1 G. The
 * preconditioner is A^-1, or, where wires weigh much, a symmetric two-level cycle of it with a coarse grid.
 *
 * A line is eliminated in terms of its resistance r per segment instead of its conductance: with the pivot e of what
 * is behind a segment, t = 1 / (1 + r e) is what arrives of a current, and r = 0 is no special case. Nothing is
 * subtracted. */
#ifndef CROSSBAR_LINES_KERNEL_H
#define CROSSBAR_LINES_KERNEL_H

#include "array/array.h"

#include <synaptogen/crossbar.h>

enum { SYNP_TILE = 16 }; /* bit lines that are swept at once; columns of matrices start at multiples of it */

typedef struct synp_lines {
    size_t rows, cols, ld;  /* column j of a matrix starts at ld j; rows behind the last are 0 */
    double *r[2];           /* ohm per segment: [rows] of the word lines, [cols] of the bit lines */
    double *end[SYN_SIDES]; /* S to the source; 0: open, INFINITY: the line is the source's node */
    int threads;
} synp_lines;

/* How many lines end at a side. */
static inline size_t synp_lines_at(const synp_lines *l, int side)
{
    return side / 2 ? l->cols : l->rows;
}

/* The wires of two-level cycles must all have a resistance. */
typedef struct synp_coarse synp_coarse;
syn_status synp_coarse_create(const synp_lines *lines, synp_coarse **out);
void synp_coarse_free(synp_coarse *c);
size_t synp_coarse_bytes(const synp_coarse *c);
/* Returns 0 if the coarse equations have no solution. */
int synp_coarse_factor(synp_coarse *c, const double *g);

/* Knots of the coarse grid along one direction: node i lies between the knots knot[i] and knot[i] + 1 and takes
 * share[i] of its value from the latter. */
typedef struct synp_knots {
    size_t count; /* >= 2: the first node, the last node and those between */
    size_t *at;   /* [count]: nodes */
    size_t *knot;
    double *share;
} synp_knots;
const synp_knots *synp_coarse_knots(const synp_coarse *c, int along);
/* [knots of rows x knots of columns]: residual of the word lines in, correction out. */
double *synp_coarse_values(synp_coarse *c);
void synp_coarse_solve(synp_coarse *c);

/* One precision on one instruction set. */
typedef struct synp_lines_work synp_lines_work;
typedef struct synp_lines_precision {
    double accuracy; /* smallest sensible tolerance */
    /* coarse: NULL for one level; factored by the caller whenever g changes. */
    syn_status (*create)(const synp_lines *lines, synp_coarse *coarse, synp_lines_work **out);
    void (*release)(synp_lines_work *w);
    size_t (*bytes)(const synp_lines_work *w);
    void (*factor)(synp_lines_work *w, const double *g); /* S of the cells */
    /* Adds `step` times the solution for the residuals rho_u, rho_w [A], which are of the order of `unit` [A], to du,
     * dw [V], to the relative tolerance in the energy norm or until `most` iterations are done. *iterations counts
     * on. Returns 0 if the equations are not positive definite in this precision; what was reached by then is added.
     */
    int (*solve)(synp_lines_work *w, const double *rho_u, const double *rho_w, double unit, double step,
                 double tolerance, int most, double *du, double *dw, int *iterations);
} synp_lines_precision;

/* The I-V law of cells in double precision: I = u P(min(|u|, u_linear) sign u), P = sum_k (low[k] + r gap[k]) u^k. */
typedef struct synp_law {
    int n;
    double low[SYN_MAX_COEFFICIENTS], gap[SYN_MAX_COEFFICIENTS];
    double u_linear;
    double slope_min; /* S, smallest slope that is reported */
} synp_law;

struct synp_sums;

typedef struct synp_lines_kernel {
    const char *name;
    const synp_lines_precision *single_precision, *double_precision;
    /* i[k], g[k] = current and slope of n cells of states r at voltages u. */
    void (*cells)(const synp_law *law, const double *r, const double *u, size_t n, double *i, double *g);
    /* The same of the cells from `at` on in one column, whose first row is `row`, with all that belongs to them. */
    void (*currents)(const syn_crossbar *x, size_t at, size_t row, const double *u, size_t n, double *i, double *g);
    /* u[k] = voltages of n cells of column j from a row on, with their access devices. */
    void (*voltages)(const syn_crossbar *x, size_t row, size_t j, size_t n, double *u);
    /* Currents, slopes and left-over currents of the rows from .. to - 1. */
    void (*evaluate_rows)(syn_crossbar *x, size_t from, size_t to, struct synp_sums *s);
} synp_lines_kernel;

extern const synp_lines_kernel synp_lines_generic;
#ifdef SYN_HAVE_AVX2
extern const synp_lines_kernel synp_lines_avx2;
#endif
#ifdef SYN_HAVE_AVX512
extern const synp_lines_kernel synp_lines_avx512;
#endif

#endif
