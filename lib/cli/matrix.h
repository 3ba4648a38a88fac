/* SPDX-License-Identifier: MIT */
/* Matrices in files: CSV, or NumPy's .npy (float32 or float64, either order, one or two dimensions). */
#ifndef CLI_MATRIX_H
#define CLI_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct matrix {
    size_t rows, cols;
    float *v; /* column-major: element (i, j) is v[i + rows * j] */
} matrix;

/* By the ending of path: .npy, else CSV with commas or blanks between the numbers and # before comments; a
 * one-dimensional .npy is one row. "-" is CSV from standard input. Returns an exit status and has printed the reason;
 * on success m->v is to be freed. */
int matrix_read(const char *path, matrix *m);

/* The same for conductances [S], which are at least 0. */
int matrix_read_conductances(const char *path, matrix *m);

/* Whether the name ends in .npy. NULL: false. */
bool matrix_is_npy(const char *path);

/* The header of a .npy file with this dictionary, up to where the data begin. */
void matrix_put_npy_header(FILE *f, const char *dictionary);

/* path NULL is CSV on standard output; .npy gets float32. */
int matrix_write(const char *path, const matrix *m);

#endif
