/* SPDX-License-Identifier: MIT */
/* Linear algebra with small dense matrices, row-major. Sums have one order, so that all processors get the same digits. Pure
 * functions; any thread. */
#ifndef BASE_LINEAR_H
#define BASE_LINEAR_H

#include <stdbool.h>

/* Replaces the symmetric n x n matrix a by its Cholesky factor L, lower triangular with zeros above the diagonal, a = L L'.
 * Reads the lower triangle alone. Returns false if a is not positive definite; then a is partly replaced. */
bool synp_cholesky_factor(int n, double *a);

/* The same of a matrix that may be singular: where it has no variance left, below 1e-12 of its diagonal, the column of L is
 * 0. */
void synp_cholesky_of_semidefinite(int n, double *a);

/* Solves L L' x = b; b becomes x. l: from synp_cholesky_factor. */
void synp_cholesky_solve(int n, const double *l, double *b);

/* Solves a x = b for a symmetric positive definite a, which becomes its factor; b becomes x. Returns false as
 * synp_cholesky_factor; then b is unchanged. */
bool synp_cholesky_equations(int n, double *a, double *b);

/* Solves a x = b for `count` right-hand sides b, [count x n]; b becomes the solutions. a: n x n, is destroyed. Returns false
 * if a is singular. */
bool synp_equations(int n, double *a, int count, double *b);

/* Eigenvalues of the symmetric n x n matrix a, which becomes diagonal, go to w; row k of v is the eigenvector of w[k]. The
 * order is arbitrary. Returns false if a is not finite. */
bool synp_eigenvectors(int n, double *a, double *w, double *v);

#endif
