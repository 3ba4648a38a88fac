/* SPDX-License-Identifier: MIT */
/* The matrix-vector product of a crossbar with ideal wires: cells (i, j) of an array with rows x cols cells, voltage
 * v[j] [V] on column j, I[i] = sum_j I(r(i,j), v[j]) [A] out of row i (Hennen et al. 2024).
 *
 * I is linear in r for a given voltage, so a product is one pass of a matrix over r plus a constant. The cells do not
 * change. Sums are in single precision, relative error about sqrt(cols) 1e-7.
 *
 * Threads: products of one array may run at the same time. In syn_vmm and syn_vmm_noisy OpenMP divides the rows among the
 * array's threads. syn_vmm_batch leaves that to OpenBLAS. Signs and units as in cell.h: I[i] is positive out of the row
 * where v[j] is positive. */
#ifndef SYNAPTOGEN_VMM_H
#define SYNAPTOGEN_VMM_H

#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* i[rows] from v[cols]. err may be NULL here and below. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_vmm(const syn_array *a, const float *v, float *i, syn_error *err);

/* i[rows x count] from v[cols x count], both column-major: count products. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_vmm_batch(const syn_array *a, const float *v, size_t count, float *i, syn_error *err);

/* With the noise of all cells in the bandwidth [Hz]. The sum of independent normal noises of the cells of a row is
 * one normal with the summed variance bandwidth (4 k T |g| + 2 q |v| |g|), g = I/U, drawn for (seed, first + row,
 * index). The variance is summed cell by cell in the same pass over r, so it holds for either sign of g. Returns
 * SYN_OK, SYN_EINVAL (bandwidth negative or not finite, index >= 2^56) or SYN_ENOMEM. */
syn_status syn_vmm_noisy(const syn_array *a, const float *v, double bandwidth, uint64_t index, float *i,
                         syn_error *err);

/* syn_vmm_batch with noise: input k has the noise of syn_vmm_noisy at index + k. Returns as syn_vmm_noisy; every index + k
 * is below 2^56. */
syn_status syn_vmm_batch_noisy(const syn_array *a, const float *v, size_t count, double bandwidth, uint64_t index,
                               float *i, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
