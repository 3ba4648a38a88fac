/* SPDX-License-Identifier: MIT */
/* A crossbar as a circuit of two-terminal elements, solved by brute force: Newton's method on all nodes at once, with
 * dense elimination in quadruple precision. It shares no code with the library but the cells' I-V law. */
#ifndef TESTS_SUPPORT_NETWORK_H
#define TESTS_SUPPORT_NETWORK_H

#include <synaptogen/crossbar.h>

/* Matrices are [rows x cols], column-major. */
typedef struct network_cells {
    const double *g;        /* S: linear cells; else */
    const double *r;        /* states */
    const uint8_t *on;      /* [rows], NULL: all */
    const syn_model *model; /* of the states; NULL: support_model(0) */
} network_cells;

typedef struct network_solution {
    double *current[SYN_SIDES]; /* A into the array, NAN at open ends */
    double *u, *w;              /* V at the nodes */
    double *cell_u, *cell_i;    /* V across the cells alone, A */
    double largest;             /* A, of the terminals' currents */
    double unbalanced;          /* A, the largest that is left over at a node */
    double dissipated;          /* W, in all elements */
    double *memory;
} network_solution;

void network_solve(const syn_wires *w, const network_cells *cells, const double *const v[SYN_SIDES],
                   network_solution *s);
void network_free(network_solution *s);

#endif
