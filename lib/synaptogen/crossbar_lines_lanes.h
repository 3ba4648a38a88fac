/* SPDX-License-Identifier: MIT */
/* The table of one instruction set, and the law of the cells. A file that includes it defines KERNEL, KERNEL_NAME,
 * SINGLE and DOUBLE. */
#include "crossbar_lines_kernel.h"

#include <math.h>

static void cells(const synp_law *law, const float *r, const double *u, size_t n, double *i, double *g)
{
    const double limit = law->u_linear, slope_min = law->slope_min;
    const int degree = law->n - 1;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const double state = (double)r[k], v = u[k] > limit ? limit : u[k] < -limit ? -limit : u[k];
        double chord = law->low[degree] + state * law->gap[degree], rise = 0;
        for (int c = degree - 1; c >= 0; c--) {
            rise = rise * v + chord;
            chord = chord * v + (law->low[c] + state * law->gap[c]);
        }
        const double slope = v == u[k] ? chord + v * rise : chord;
        i[k] = u[k] * chord;
        g[k] = slope > slope_min ? slope : slope_min;
    }
}

extern const synp_lines_precision SINGLE, DOUBLE;
const synp_lines_kernel KERNEL = {KERNEL_NAME, &SINGLE, &DOUBLE, cells};
