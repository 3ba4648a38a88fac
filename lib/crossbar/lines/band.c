/* SPDX-License-Identifier: MIT */
/* Cholesky's method for the coarse equations (kernel.h). Compiled once for each instruction set (base/isa.h).
 *
 * Four columns j .. j + 3 of the factor L follow from the columns before them, some rows at a time: these rows of the matrix
 * minus the sums over k < j of L[i, k] L[c, k], c = j .. j + 3, are L times the corner, the rows j .. j + 3 of L. What the
 * band does not hold is stored as 0 and so needs no exception. */
#include "crossbar/lines/kernel.h"
#include SYNP_ISA_FILE

#include <math.h>

enum { WIDTH = SYNP_DOUBLES, VECTORS = 2, ROWS = VECTORS * WIDTH, COLUMNS = SYNP_BAND_COLUMNS };
_Static_assert((int)ROWS <= (int)SYNP_BAND_ROWS, "the columns have room for the last rows");

/* The rows j .. j + 3 of L; the inverse of its diagonal. */
typedef struct corner {
    double l[COLUMNS][COLUMNS], inverse[COLUMNS];
} corner;

typedef doubles tile[COLUMNS][VECTORS]; /* rows i .. i + ROWS - 1 of the columns j .. j + 3 */

static inline double *entry(const synp_band *m, size_t i, size_t j)
{
    return m->a + m->stride * j + i - j;
}

/* t = the rows from i on of the matrix minus the sums. */
static inline void reduce(const synp_band *m, size_t i, size_t j, tile t)
{
#pragma GCC unroll 8
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t v = 0; v < VECTORS; v++)
            t[c][v] = load_doubles(entry(m, i, j + c) + v * WIDTH);
    for (size_t k = i > m->band ? i - m->band : 0; k < j; k++) {
        const double *rows = entry(m, i, k), *columns = entry(m, j, k);
        const doubles row[VECTORS] = {load_doubles(rows), load_doubles(rows + WIDTH)};
#pragma GCC unroll 8
        for (size_t c = 0; c < COLUMNS; c++) {
            const doubles factor = columns[c] - (doubles){0}; /* + would be an addition: of -0, 0 makes 0 */
            t[c][0] -= row[0] * factor;
            t[c][1] -= row[1] * factor;
        }
    }
}

static inline void write_tile(const synp_band *m, size_t i, size_t j, tile t)
{
#pragma GCC unroll 8
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t v = 0; v < VECTORS; v++)
            store_doubles(entry(m, i, j + c) + v * WIDTH, t[c][v]);
}

/* Divides rows of L times the corner by the corner. */
static inline void divide(const corner *by, tile t)
{
#pragma GCC unroll 8
    for (int c = 0; c < COLUMNS; c++)
        for (int v = 0; v < VECTORS; v++) {
            t[c][v] *= by->inverse[c];
#pragma GCC unroll 8
            for (int e = c + 1; e < COLUMNS; e++)
                t[e][v] -= t[c][v] * by->l[e][c];
        }
}

/* Finds the corner, the Cholesky factor of the rows j .. j + 3 of t, and writes it. Returns false if there is none. */
static bool factor_corner(const synp_band *m, size_t j, tile t, corner *out)
{
    double a[COLUMNS][ROWS];
    for (int c = 0; c < COLUMNS; c++)
        for (int v = 0; v < VECTORS; v++)
            store_doubles(a[c] + v * WIDTH, t[c][v]);
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t i = c; i < COLUMNS; i++) {
            double rest = a[c][i];
            for (size_t k = 0; k < c; k++)
                rest -= out->l[i][k] * out->l[c][k];
            if (i == c && !(rest > 0))
                return false;
            out->inverse[c] = i == c ? 1 / sqrt(rest) : out->inverse[c];
            out->l[i][c] = rest * out->inverse[c];
            *entry(m, j + i, j + c) = i == c ? out->inverse[c] : out->l[i][c];
        }
    return true;
}

static bool SYNP_FOR_ISA(factor)(const synp_band *m)
{
    for (size_t j = 0; j < m->n; j += COLUMNS) {
        corner at;
        tile t;
        reduce(m, j, j, t);
        if (!factor_corner(m, j, t, &at))
            return false;
        for (size_t i = j + COLUMNS; i < j + COLUMNS + m->band && i < m->n; i += ROWS) {
            reduce(m, i, j, t);
            divide(&at, t);
            write_tile(m, i, j, t);
        }
    }
    return true;
}

static void SYNP_FOR_ISA(solve)(const synp_band *m, double *restrict x)
{
    for (size_t j = 0; j < m->n; j++) {
        const double *restrict column = m->a + m->stride * j;
        x[j] *= column[0];
        const double known = x[j];
#pragma omp simd
        for (size_t k = 1; k <= m->band; k++)
            x[j + k] -= known * column[k];
    }
    for (size_t j = m->n; j-- > 0;) {
        const double *restrict column = m->a + m->stride * j;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 1; k <= m->band; k++)
            sum += column[k] * x[j + k];
        x[j] = (x[j] - sum) * column[0];
    }
}

extern const synp_band_method SYNP_FOR_ISA(synp_band);
const synp_band_method SYNP_FOR_ISA(synp_band) = {SYNP_FOR_ISA(factor), SYNP_FOR_ISA(solve)};
