/* SPDX-License-Identifier: MIT */
#include "array/vmm.h"
#include "base/numeric.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>
#include <synaptogen/vmm.h>

/* The excess of the rows of a product. */
typedef struct excess {
    double *current, *variance; /* A, A^2: [rows] each; NULL: there is none */
} excess;

/* thermal, shot: A^2 of 1 S and of 1 A. Returns SYN_OK or SYN_ENOMEM. e->current is to be freed. */
static syn_status find_excess(const syn_array *a, const float *v, double thermal, double shot, excess *e)
{
    const size_t n = a->n;
    *e = (excess){0};
    for (size_t k = synp_next_active(a, 0); k < n; k = synp_next_active(a, k + 1)) {
        const double u = v[k / a->rows], g = excess_of(a, k, u);
        if (g == 0)
            continue;
        if (!e->current) {
            e->current = calloc(2 * a->rows, sizeof *e->current);
            if (!e->current)
                return SYN_ENOMEM;
            e->variance = e->current + a->rows;
        }
        e->current[k % a->rows] += u * g;
        e->variance[k % a->rows] -= (thermal + shot * fabs(u)) * g; /* the sum has the magnitude */
    }
    return SYN_OK;
}

enum { STRIPE = 256 }; /* rows of a thread's share at a time: a multiple of 64, sums stay in the first-level cache */

/* One pass over a stripe of rows. */
static void stripe(const syn_array *a, const synp_column *columns, double constant, const excess *e, uint64_t index,
                   size_t row, size_t rows, float *i)
{
    const uint64_t first = a->single.first + row, aligned = first - first % 4;
    float variance[STRIPE], z[STRIPE + 4 * SYNP_LANES];
    a->kernel->product(a->r + row, a->rows, rows, syn_array_cols(a), columns, i, variance);
    for (size_t k = 0; k < first - aligned + rows; k += 4 * SYNP_LANES)
        a->kernel->normals(a->single.seed, SYN_DRAW_PRODUCT, aligned + k, index, z + k);
    for (size_t k = 0; e->current && k < rows; k++) {
        i[k] -= (float)e->current[row + k];
        const float rest = variance[k] - (float)e->variance[row + k];
        variance[k] = rest < 0 ? 0 : rest;
    }
    for (size_t k = 0; k < rows; k++)
        i[k] = (float)(constant + i[k] + sqrt(variance[k]) * z[first - aligned + k]);
}

syn_status syn_vmm_noisy(const syn_array *a, const float *v, double bandwidth, uint64_t index, float *i,
                         syn_error *err)
{
    if (!(bandwidth >= 0 && isfinite(bandwidth)))
        return synp_fail(err, SYN_EINVAL, "bandwidth", "%s Hz is negative or not finite", SYNP_TEXT_OF(bandwidth));
    if (index >> 56)
        return synp_fail(err, SYN_EINVAL, "index", "%llu is not below 2^56", (unsigned long long)index);
    const size_t cols = syn_array_cols(a);
    const double thermal = syn_noise_sigma(1, 0, bandwidth),
                 shot = syn_noise_sigma(0, 1, bandwidth); /* at 1 S, 1 A */
    synp_column *columns = malloc(cols * sizeof *columns);
    double *base = malloc(cols * sizeof *base); /* A, at r = 0 */
    excess e = {0};
    if (!columns || !base || find_excess(a, v, thermal * thermal, shot * shot, &e)) {
        free(columns);
        free(base);
        return synp_no_memory(err);
    }
#pragma omp parallel num_threads(synp_threads(a->threads))
    {
#pragma omp for
        for (size_t j = 0; j < cols; j++) {
            const chord c = chord_of(a->model, v[j]);
            const double scale = thermal * thermal + shot * shot * fabs(v[j]);
            columns[j] = (synp_column){(float)(v[j] * c.gap), (float)(scale * c.at_0), (float)(scale * c.gap)};
            base[j] = v[j] * c.at_0;
        }
        double constant = 0; /* each thread for itself: cheaper than to wait for one */
        for (size_t j = 0; j < cols; j++)
            constant += base[j];
#pragma omp for
        for (size_t row = 0; row < a->rows; row += STRIPE)
            stripe(a, columns, constant, &e, index, row, a->rows - row < STRIPE ? a->rows - row : STRIPE, i + row);
    }
    free(e.current);
    free(columns);
    free(base);
    return SYN_OK;
}

syn_status syn_vmm(const syn_array *a, const float *v, float *i, syn_error *err)
{
    return syn_vmm_noisy(a, v, 0, 0, i, err);
}
