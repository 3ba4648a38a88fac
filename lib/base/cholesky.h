/* SPDX-License-Identifier: MIT */
/* Cholesky's method for small matrices, row-major. Sums have one order, so that all processors get the same digits. Pure
 * functions; any thread. */
#ifndef BASE_CHOLESKY_H
#define BASE_CHOLESKY_H

#include <stdbool.h>

/* Replaces the symmetric n x n matrix a by its factor L, lower triangular with zeros above the diagonal, a = L L'. Reads the
 * lower triangle alone. Returns false if a is not positive definite; then a is partly replaced. */
bool synp_cholesky_factor(int n, double *a);

#endif
