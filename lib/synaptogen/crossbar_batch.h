/* SPDX-License-Identifier: MIT */
/* Many inputs of one crossbar at once: currents of the terminals for many sets of voltages.
 *
 * Linear cells: currents are a constant matrix times voltages. The matrix is found once, exactly (nested dissection, as
 * syn_crossbar_port_matrix), and every batch is a matrix product. For many vectors through linear cells there is nothing
 * faster. Nonlinear cells and access devices: solutions one after another, shared out among threads.
 *
 * Shapes, signs and units as in crossbar.h. Voltages and currents of a side are matrices [lines x count], column-major: input
 * k is column k.
 * Threads: as in crossbar.h, calls on one crossbar must not overlap. */
#ifndef SYNAPTOGEN_CROSSBAR_BATCH_H
#define SYNAPTOGEN_CROSSBAR_BATCH_H

#include <synaptogen/crossbar.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise it: 0 is the default of every member. */
typedef struct syn_batch_options {
    double tolerance; /* bound of the error of each current as a part of the largest current of a terminal or a cell,
                           * 1e-10 .. 1e-3; 0: 1e-10. Linear cells without access devices always reach 1e-10 */
    int threads;      /* upper limit; 0: as many as there are processors */
    uint64_t reserved[8]; /* 0, room to grow */
} syn_batch_options;

/* Solves the circuit for `count` inputs. v[side] [V]: NULL for a side whose voltages are all 0. i[side] [A]: receives the
 * currents into the array, NAN at open ends; NULL for a side that does not matter. The states of the cells do not change,
 * and the last solution of the crossbar stays. The result does not depend on the number of threads.
 * Memory: that of a crossbar for each thread; for linear cells that of the port matrix.
 * info: largest residual and scale, sums of power, newton and iterations; for linear cells that were not solved one by one all
 * are 0. Returns SYN_OK; SYN_EINVAL (an option, there are no cells, or a voltage is not finite: err names the side, the line and
 * the input); SYN_ENUMERIC as syn_crossbar_solve, err names the first such input; SYN_ENOMEM. The currents are undefined
 * on failure. o, info and err may be NULL. */
syn_status syn_crossbar_solve_batch(syn_crossbar *x, const double *const v[SYN_SIDES], size_t count,
                                    double *const i[SYN_SIDES], const syn_batch_options *o, syn_solution *info,
                                    syn_error *err);

/* t[lines of `to` x lines of `from`] [S]: the current into each terminal of one side per volt at each of another, at the
 * slopes of the last solution or for the linear conductances; all other sources at 0 V. 0 where one of both is open. Exact
 * up to rounding, see syn_crossbar_port_matrix. For linear cells the currents of `to` are t times the voltages of `from`.
 * Returns as syn_crossbar_port_matrix, SYN_EINVAL also for a side that does not exist. */
syn_status syn_crossbar_transfer(syn_crossbar *x, syn_side from, syn_side to, double *t, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
