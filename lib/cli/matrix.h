/* SPDX-License-Identifier: MIT */
/* Matrices in files: CSV, or NumPy's .npy (float32 or float64, either order, one or two dimensions). */
#ifndef CLI_MATRIX_H
#define CLI_MATRIX_H

#include <stddef.h>

typedef struct matrix {
    size_t rows, cols;
    float *v; /* column-major: element (i, j) is v[i + rows * j] */
} matrix;

/* By the ending of path: .npy, else CSV with commas or blanks between the numbers and # before comments; a
 * one-dimensional .npy is one row. "-" is CSV from standard input. Returns an exit status and has printed the reason;
 * on success m->v is to be freed. */
int matrix_read(const char *path, matrix *m);

/* path NULL is CSV on standard output; .npy gets float32. */
int matrix_write(const char *path, const matrix *m);

#endif
