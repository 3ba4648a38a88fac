/* SPDX-License-Identifier: MIT */
/* Many inputs of one crossbar at once: currents of the terminals for many sets of voltages.
 *
 * Linear cells: currents are a constant matrix times voltages. The matrix is found once, exactly (nested dissection, as
 * syn_crossbar_port_matrix), and every batch is a matrix product. For many vectors through linear cells there is nothing
 * faster. Nonlinear cells and access devices: solutions one after another, shared out among threads.
 *
 * Noise: the currents of each input get one normal for each terminal that is asked for. Its variance has the thermal and the shot
 * noise of all cells and the thermal noise of all wires, ends and access resistances, as syn_crossbar_noise gives it, at 300 K.
 * The sources are noiseless.
 *   Exact: the variance of each current of linear cells; the covariance of the two ends of a line, which are often added.
 *   Nearly: nonlinear cells. Their noise currents are those of each input. The way from a cell to a terminal is that at 0 V
 *   and not at each solution: that would take a solution for each terminal and input. 64 x 64 built-in cells with 5 ohm of
 *   wire per cell: the standard deviations are right to 0.2 % for inputs up to 0.2 V, to 0.9 % up to 0.5 V.
 *   Not: other covariances. The noise of a cell flows in all lines, so that the currents of two bit lines are correlated; here
 *   they are independent. In that array the correlation is -0.01 at most, but the sum of all 64 bit lines has 0.68 of the
 *   variance that it has here.
 * A draw is number (t mod 4) of the block (seed, t / 4, index + k, SYN_DRAW_PRODUCT); t is the number of the terminal among all
 * ends, open or not, in the order left, right, top, bottom. Time: a solution for each terminal of the inputs and outputs, then for
 * linear cells two matrix products of cells x terminals x inputs. Memory: 4 bytes for each cell and terminal up to 1 GiB in
 * all; larger work is done in pieces.
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
    double bandwidth; /* Hz, >= 0, of the noise of cells and wires at 300 K; 0: none */
    uint64_t seed, index; /* of the noise: input k has the number index + k < 2^56 */
    uint64_t reserved[8]; /* 0, room to grow */
} syn_batch_options;

/* Solves the circuit for `count` inputs. v[side] [V]: NULL for a side whose voltages are all 0. i[side] [A]: receives the
 * currents into the array, NAN at open ends; NULL for a side that does not matter. The states of the cells do not change,
 * and the last solution of the crossbar stays. The result does not depend on the number of threads; noise may differ in its
 * last digits of single precision if OpenBLAS uses another number of them.
 * Memory: that of a crossbar for each thread; for linear cells that of the port matrix.
 * info: largest residual and scale, sums of power, newton and iterations; for linear cells that were not solved one by one all
 * are 0. Returns SYN_OK; SYN_EINVAL (an option, noise of access devices with a curve, there are no cells, or a voltage is not
 * finite: err names the side, the line and the input); SYN_ENUMERIC as syn_crossbar_solve, err names the first such input; SYN_ENOMEM. The currents are undefined
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
