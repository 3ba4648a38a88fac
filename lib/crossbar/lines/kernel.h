/* SPDX-License-Identifier: MIT */
/* Linear equations of a crossbar with wires, for the corrections of a solution. Private to the library.
 *
 *   [ A  -G ] [du]   [rho_u]      A, B: the word and bit lines, each with its own cells to ground: tridiagonal
 *   [-G   B ] [dw] = [rho_w]      G: diagonal, the cells
 *
 * Method: the bit lines are eliminated; conjugate gradients solve for the word lines with S = A - G B^-1 G. The
 * preconditioner is A^-1, or, where wires weigh much, a symmetric two-level cycle of it with a coarse grid.
 *
 * Elimination along a line works with its resistance r per segment, not with the conductance 1 / r. Let e be the
 * pivot of the node before a segment: the conductance of all that is eliminated, seen from there. Through the segment
 * it is t e with t = 1 / (1 + r e), and of a current into that node the share t passes the segment. Then r = 0 is no
 * special case, and nothing is ever subtracted. */
#ifndef CROSSBAR_LINES_KERNEL_H
#define CROSSBAR_LINES_KERNEL_H

#include "array/array.h"
#include "base/isa.h"

#include <math.h>
#include <stdbool.h>
#include <synaptogen/crossbar.h>

/* A strip: neighbouring bit lines that are swept at once. The leading dimension of matrices is a multiple of it, too. */
enum { SYNP_STRIP = 16 };

typedef struct synp_lines {
    size_t rows, cols, ld;  /* column j of a matrix starts at ld j; its rows after the last are 0 */
    double *r[2];           /* ohm per segment: [rows] of the word lines, [cols] of the bit lines */
    double *segment[2];     /* 1 / r, S; 0 of an ideal line */
    double *end[SYN_SIDES]; /* S to the source; 0: open, INFINITY: the line is the source's node */
    int threads;
} synp_lines;

/* Number of lines that end at a side. */
static inline size_t synp_lines_at(const synp_lines *l, int side)
{
    return side / 2 ? l->cols : l->rows;
}

/* First row of thread number `part`. Rows are shared out in multiples of a strip, which all kernels' vectors divide. */
static inline size_t synp_first_row(const synp_lines *l, int part)
{
    const size_t row = l->ld / SYNP_STRIP * (size_t)part / (size_t)l->threads * SYNP_STRIP;
    return row < l->rows ? row : l->rows;
}

/* Conductance [S] of a line to its source at one end, as far as it is no node of the source. */
static inline double synp_loose_end(const double *end, size_t i)
{
    return isinf(end[i]) ? 0 : end[i];
}

/* 1/S, of the last pivot of line i, e with the end after it; of a line that less than 1e-30 S holds, what voltage it has
 * makes no difference: 0. */
static inline double synp_last_pivot(const synp_lines *l, int along, size_t i, double e)
{
    const double *first = l->end[2 * along], *last = l->end[2 * along + 1];
    e += synp_loose_end(last, i);
    return e > 1e-30 && !isinf(first[i]) && !isinf(last[i]) ? 1 / e : 0;
}

/* A symmetric positive definite band matrix: its lower triangle by columns, element (i, j) at a[i - j + stride j] for
 * 0 <= i - j <= band. All other numbers of a are 0. Kernels write some rows at a time, below the band too. */
enum { SYNP_BAND_COLUMNS = 4, SYNP_BAND_ROWS = 16 };
typedef struct synp_band {
    size_t n;      /* a multiple of SYNP_BAND_COLUMNS */
    size_t band;   /* >= SYNP_BAND_COLUMNS */
    size_t stride; /* >= band + SYNP_BAND_COLUMNS + SYNP_BAND_ROWS */
    double *a;     /* [stride n] */
} synp_band;

typedef struct synp_band_method {
    /* Replaces the matrix by its Cholesky factor, with the inverse of the diagonal. Returns false if the matrix is not
     * positive definite. */
    bool (*factor)(const synp_band *m);
    /* x: [n + band] with zeros at the end; right-hand side in, solution out. */
    void (*solve)(const synp_band *m, double *x);
} synp_band_method;

/* Geometric mean of the resistances per segment [ohm], word and bit lines in equal parts; 0 if one of them is 0. */
double synp_mean_segment(const synp_lines *l);

/* The coarse grid of two-level cycles. All wires must have a resistance. Does not copy the lines. */
typedef struct synp_coarse synp_coarse;
/* spacing: nodes between knots, about. */
syn_status synp_coarse_create(const synp_lines *lines, const synp_band_method *method, size_t spacing,
                              synp_coarse **out);
void synp_coarse_free(synp_coarse *c);
size_t synp_coarse_bytes(const synp_coarse *c);
/* on: [rows], 0 for word lines that the coarse functions leave out; NULL: they leave out none. Returns false if the coarse
 * equations have no solution. */
bool synp_coarse_factor(synp_coarse *c, const double *g, const double *on);

/* Knots of the coarse grid along one direction: node i lies between the knots knot[i] and knot[i] + 1 and takes
 * share[i] of its value from the latter. */
typedef struct synp_knots {
    size_t count; /* >= 2: the first node, the last node and those between */
    size_t *at;   /* [count]: nodes */
    size_t *knot;
    double *share;
} synp_knots;
const synp_knots *synp_coarse_knots(const synp_coarse *c, int along);
/* [knots of rows x knots of columns] of the word lines, then the same of the bit lines: residual of the word lines in, that of
 * the bit lines counts as 0; correction of both out. */
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
     * on. Returns false if the equations are not positive definite in this precision; what was reached by then is added.
     */
    bool (*solve)(synp_lines_work *w, const double *rho_u, const double *rho_w, double unit, double step,
                  double tolerance, int most, double *du, double *dw, int *iterations);
} synp_lines_precision;

/* The I-V curve of cells in double precision: I = u max(0, P(min(|u|, u_linear) sign u)) with P = sum_k (low[k] + r
 * gap[k]) u^k. If it is exponential: P = (1 - r) L + r H. L is at_0[0] 2^(sum_k exponent[0][0][k] |u|^(k + 1)) for u >= 0,
 * and with exponent[1] for u < 0; H has the index 1 in place of the second 0. */
typedef struct synp_chord {
    int n;
    bool exponential;
    double low[SYN_MAX_COEFFICIENTS], gap[SYN_MAX_COEFFICIENTS];
    double at_0[2], exponent[2][2][SYN_MAX_COEFFICIENTS];
    double u_linear;
    double slope_min; /* S, smallest slope that is reported */
} synp_chord;

/* SYNP_TANGENT: the slopes of the last evaluation as linear cells, with access devices and all. */
typedef enum synp_cell_kind { SYNP_NONE, SYNP_LINEAR, SYNP_CURVE, SYNP_TANGENT } synp_cell_kind;

/* The cells by themselves, without access devices. */
typedef struct synp_cells {
    synp_cell_kind kind;
    double *given;    /* S, of SYNP_LINEAR: a matrix, or NULL */
    synp_chord chord; /* of SYNP_CURVE */
    double *r;        /* their states: a matrix */
} synp_cells;

/* i[k], g[k] = current and slope of the n cells from `at` on, which are in one column, at the voltages u. */
typedef void synp_cell_currents(const synp_cells *cells, size_t at, const double *u, size_t n, double *i, double *g);

/* A solution. The voltage of a node is that of its line plus a drop along the line, so that the small differences
 * between the nodes of a good wire keep all their digits. */
typedef struct synp_field {
    double *line[2];            /* V: [rows], [cols] */
    double *drop[2];            /* V: matrices, with a number before and after them that may be read */
    double *source[SYN_SIDES];  /* V: [rows] or [cols] */
    double *current[SYN_SIDES]; /* A, of the terminals, likewise */
} synp_field;

typedef struct synp_cycle synp_cycle;

/* What the kernels see of a crossbar. */
typedef struct synp_view {
    const synp_lines *lines;
    const synp_cells *cells;
    /* Current and slope of cell `at` with its access device at u; NULL: there are no access devices. */
    void (*series)(void *access, const synp_cells *cells, size_t at, double u, double *i, double *g);
    void *access;
    const double *on; /* [rows]: 1, or 0 where the access devices are off */
    double gmin;      /* S */
    synp_field field;
    const double *loose[SYN_SIDES]; /* S of the ends to their sources; 0 if open or the source's own node */
    double *rho[2];    /* A, left-over currents of the nodes; of an ideal line all at its last one; or NULL */
    synp_cycle *cycle; /* that eliminates the word lines on the way, or NULL */
    bool keep_slopes;  /* g holds, and what the cycle has made of it */
    double *g;         /* S, slopes of the cells with their access devices */
} synp_view;

/* What a thread adds up of the left-over currents of its rows: for each word line the sum up to the present column
 * and the squares of all such sums; for each bit line the sum over these rows, the sum of the sums up to each row,
 * and of their squares. */
typedef struct synp_sums {
    double *row, *row_square;                     /* [ld], shared: each thread has its own rows */
    double *column, *column_sums, *column_square; /* [cols], the thread's own */
    double largest_current, largest_slope;        /* A, S, of the cells */
} synp_sums;

typedef struct synp_lines_kernel {
    const synp_lines_precision *single_precision, *double_precision;
    const synp_band_method *band;
    const struct synp_cycle_method *cycle;
    synp_cell_currents *cells;
    /* i[k], g[k] = current and slope of n cells with all that is in series or parallel to them. They are in one column,
     * from `at` in the matrix and from `row` on. */
    void (*currents)(const synp_view *v, size_t at, size_t row, const double *u, size_t n, double *i, double *g);
    /* u[k] = voltages of n cells of column j from a row on, with their access devices. */
    void (*voltages)(const synp_view *v, size_t row, size_t j, size_t n, double *u);
    /* Returns whether the voltage of one of n cells of column j from a row on, with their access devices, is at most low or
     * above high [V]. */
    bool (*any_beyond)(const synp_view *v, size_t row, size_t j, size_t n, const float *low, const float *high);
    /* Currents, slopes and left-over currents of the rows from .. to - 1. */
    void (*evaluate_rows)(const synp_view *v, size_t from, size_t to, synp_sums *s);
} synp_lines_kernel;

#define SYNP_DECLARE(isa, runs) extern const synp_lines_kernel synp_lines_##isa;
SYNP_ISAS(SYNP_DECLARE)
#undef SYNP_DECLARE

#endif
