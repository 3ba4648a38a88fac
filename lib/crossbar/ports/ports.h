/* SPDX-License-Identifier: MIT */
/* The exact conductance matrix between the terminals (ports) of a crossbar with linear cells: its Kron reduction, which
 * eliminates all other nodes of the network.
 *
 * Method: nested dissection (A. George, SIAM J. Numer. Anal. 10 (1973) 345) of the crossbar into rectangles of cells.
 * Each is replaced by the equivalent network of conductances between the nodes on its edge, bottom up from rectangles of
 * 4 x 4 cells. Two neighbours become one by eliminating the nodes that only they share. Terminals are never eliminated,
 * so that the matrix is what is left of the whole. The work grows like (rows cols)^(3/2), the memory like
 * rows cols log(rows cols).
 *
 * Accuracy: a node is eliminated by the star-mesh transform, which does not subtract: a diagonal is the sum of its row
 * and never updated, as in the elimination of Markov chains by W. K. Grassmann, M. I. Taksar and D. P. Heyman (Oper. Res.
 * 33 (1985) 1107). Each entry of the matrix is good to some hundred roundings of its own size, whatever the ratio of
 * wires to cells. */
#ifndef CROSSBAR_PORTS_PORTS_H
#define CROSSBAR_PORTS_PORTS_H

#include <synaptogen/crossbar.h>

typedef struct synp_ports synp_ports;

/* Analyses the wires and copies what it needs. r[0][rows], r[1][cols]: ohm per segment of the word and bit lines, >= 0.
 * end[side][line]: S from the line's first or last cell to its terminal; 0: open, INFINITY: the cell's node is the
 * terminal, at one end of a line at most. isa: number of the instruction set (base/isa.h). Returns SYN_OK or SYN_ENOMEM;
 * *out is NULL on failure. */
syn_status synp_ports_create(size_t rows, size_t cols, const double *const r[2], const double *const end[SYN_SIDES],
                             int isa, synp_ports **out, syn_error *err);
void synp_ports_free(synp_ports *p); /* NULL is allowed */

/* Terminals in the order left, right, top, bottom, each side by line, without the open ends. */
size_t synp_ports_count(const synp_ports *p);

size_t synp_ports_bytes(const synp_ports *p); /* memory in use */

/* y[ports x ports] = d I_p / d V_q [S] for the conductances g[rows x cols] [S] of the crossings, column-major, finite
 * and >= 0. Exactly symmetric; entries off the diagonal are <= 0, those on it minus the sum of the others. Parts without
 * any connection have entries of 0. Only rectangles with a conductance that differs from the call before are computed
 * again. Returns SYN_OK or SYN_EINVAL (err names the cell; nothing has changed). Calls on one p must not overlap. */
syn_status synp_ports_reduce(synp_ports *p, const double *g, double *y, syn_error *err);

#endif
