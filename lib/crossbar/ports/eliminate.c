/* SPDX-License-Identifier: MIT */
/* The elimination. Compiled once for each instruction set (base/isa.h).
 *
 * Not BLAS: its calls cost more than these small networks, it starts threads for some, and an OpenBLAS that is older
 * than the processor falls back to instructions of 2004. */
#include "crossbar/ports/kernel.h"
#include SYNP_ISA_FILE

#include <math.h>
#include <string.h>

/* Sums that the registers hold: ROWS x COLUMNS. Both divide SYNP_FRONT_ROWS, and COLUMNS divides ROWS. */
enum { WIDTH = SYNP_DOUBLES, VECTORS = 3, ROWS = VECTORS * WIDTH, COLUMNS = WIDTH };

/* Networks of at most SMALL nodes are eliminated node by node, larger ones PANEL nodes at a time. CACHED rows at the
 * most common depths fit into a second-level cache. */
enum { SMALL = 40, PANEL = 16, CACHED = 8 * SYNP_FRONT_ROWS };

/* f += x c, of n conductances. */
static inline void add_scaled(double *restrict f, double x, const double *restrict c, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        f[i] += x * c[i];
}

static inline double sum_of(const double *c, size_t n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += c[i];
    return sum;
}

/* Eliminates the nodes nodes - 1, .., ports: one whose conductances to the nodes before it are c is the same as
 * conductances c_i c_j / sum(c) between these. A node without any is dropped. */
static void eliminate_each(double *front, size_t stride, size_t nodes, size_t ports)
{
    for (size_t n = nodes; n-- > ports;) {
        const double *c = front + n * stride, sum = sum_of(c, n);
        for (size_t j = 1; j < n && sum > 0; j++)
            if (c[j] > 0)
                add_scaled(front + j * stride, c[j] / sum, c, j);
    }
}

/* The same for last - 1, .., first, but brings only the nodes from `first` on up to date; leaves in column n the
 * factors x = c / sqrt(sum(c)) whose products x_i x_j are still to be added between the nodes before `first`. */
static void eliminate_panel(double *front, size_t stride, size_t first, size_t last)
{
    for (size_t n = last; n-- > first;) {
        double *c = front + n * stride;
        const double sum = sum_of(c, n), scale = sum > 0 ? 1 / sqrt(sum) : 0;
        for (size_t i = 0; i < n; i++)
            c[i] *= scale;
        for (size_t j = first; j < n; j++)
            add_scaled(front + j * stride, c[j], c, j);
    }
}

/* c[i, j] += sum over k < depth of x[i, k] w[j, k], for ROWS i, and the COLUMNS j in from .. to - 1. Unrolled, so
 * that the sums stay in registers. */
static inline void add_patch(double *c, size_t stride, const double *x, const double *w, size_t depth, size_t from,
                             size_t to)
{
    doubles sum[COLUMNS][VECTORS] = {0};
    for (size_t k = 0; k < depth; k++) {
        const doubles row[VECTORS] = {load_doubles(x + k * ROWS), load_doubles(x + k * ROWS + WIDTH),
                                      load_doubles(x + k * ROWS + 2 * WIDTH)};
#pragma GCC unroll 8
        for (int j = 0; j < COLUMNS; j++) {
            const doubles factor =
                w[k * ROWS + (size_t)j] - (doubles){0}; /* + would be an addition: of -0, 0 makes 0 */
            sum[j][0] += row[0] * factor;
            sum[j][1] += row[1] * factor;
            sum[j][2] += row[2] * factor;
        }
    }
#pragma GCC unroll 8
    for (size_t j = 0; j < COLUMNS; j++)
        if (j >= from && j < to)
#pragma GCC unroll 3
            for (size_t v = 0; v < VECTORS; v++)
                store_doubles(c + j * stride + v * WIDTH, load_doubles(c + j * stride + v * WIDTH) + sum[j][v]);
}

/* front[i, j] += sum over k < depth of x[i, k] x[j, k] for first <= j < last and i < j. */
static void add_products(double *front, size_t stride, size_t first, size_t last, const double *x, size_t depth,
                         double *pack)
{
    double *p = pack;
    for (size_t i = 0; i < last; i += ROWS)
        for (size_t k = 0; k < depth; k++, p += ROWS)
            memcpy(p, x + i + k * stride, ROWS * sizeof *p);
    for (size_t top = 0; top < last; top += CACHED)
        for (size_t j = (top > first ? top : first) / COLUMNS * COLUMNS; j < last; j += COLUMNS)
            for (size_t i = top; i < top + CACHED && i < j + COLUMNS; i += ROWS)
                add_patch(front + i + j * stride, stride, pack + i * depth, pack + j / ROWS * ROWS * depth + j % ROWS,
                          depth, first > j ? first - j : 0, last - j);
}

/* As eliminate_panel, for any number of nodes. */
static void eliminate_range(double *front, size_t stride, size_t first, size_t last, double *pack)
{
    if (last - first <= PANEL) {
        eliminate_panel(front, stride, first, last);
        return;
    }
    const size_t middle = (first + last) / 2;
    eliminate_range(front, stride, middle, last, pack);
    add_products(front, stride, first, middle, front + middle * stride, last - middle, pack);
    eliminate_range(front, stride, first, middle, pack);
}

static void SYNP_FOR_ISA(eliminate)(double *front, size_t stride, size_t nodes, size_t ports, double *pack)
{
    if (nodes <= SMALL) {
        eliminate_each(front, stride, nodes, ports);
    } else {
        eliminate_range(front, stride, ports, nodes, pack);
        add_products(front, stride, 0, ports, front + ports * stride, nodes - ports, pack);
    }
}

const synp_ports_kernel SYNP_FOR_ISA(synp_ports) = {SYNP_FOR_ISA(eliminate)};
