/* SPDX-License-Identifier: MIT */
/* The exact port conductance matrix of a crossbar with wires. Private to the library; not installed.
 *
 * Method: nested dissection of the crossbar into rectangles of cells. Each is replaced by the equivalent network of
 * conductances between the nodes on its edge, bottom up from rectangles of 4 x 4; two neighbours become one by
 * eliminating the nodes that only they share. Terminals are never eliminated, so what is left of the whole is the
 * matrix wanted. The work grows like (rows cols)^(3/2), the memory like rows cols log(rows cols).
 *
 * Accuracy: a node is eliminated by the star-mesh transform, which knows no subtraction (as in Grassmann, Taksar and
 * Heyman's elimination of Markov chains: a diagonal is the sum of its row, never updated), so that each entry of the
 * matrix is good to some hundred roundings of its own size, whatever the ratio of wires to cells. */
#ifndef CROSSBAR_PORTS_PORTS_H
#define CROSSBAR_PORTS_PORTS_H

#include <synaptogen/crossbar.h>

/* Ohm of line i, a word line (along = 0) or bit line (1), per segment, and of its leads with the resistances in front
 * of them; INFINITY: open. Returns SYN_OK or SYN_EINVAL (err names the field and the line). */
syn_status synp_line_ohms(const syn_wires *w, int along, size_t i, double *segment, double lead[2], syn_error *err);

typedef struct synp_kron synp_kron;

/* Analyses the wires: rows, cols, r_wl*, r_bl* and end; access devices and gmin are the caller's, part of g. Copies
 * what it needs. Returns SYN_OK, SYN_EINVAL (err names the field; also an ideal line with a source of 0 ohm at both
 * ends; or SYNAPTOGEN_KERNEL, which chooses the kernel as with arrays) or SYN_ENOMEM; *out is NULL on failure. */
syn_status synp_kron_create(const syn_wires *w, synp_kron **out, syn_error *err);
void synp_kron_free(synp_kron *k); /* NULL is allowed */

/* Terminals in the order left, right, top, bottom, each by line, open ends left out. */
size_t synp_kron_ports(const synp_kron *k);

/* What it holds, in bytes. */
size_t synp_kron_bytes(const synp_kron *k);

/* y[ports x ports] = d I_p / d V_q [S] for the conductances g[rows x cols] [S], column-major, finite and >= 0, of the
 * crossings. Exactly symmetric, off-diagonals <= 0, diagonals minus their sum. Parts without any connection are well
 * defined. Only rectangles with a conductance that differs from the previous call's are done again. Returns SYN_OK or
 * SYN_EINVAL (err names the cell), nothing changed. Calls on one k must not overlap. */
syn_status synp_kron_reduce(synp_kron *k, const double *g, double *y, syn_error *err);

#endif
