/* SPDX-License-Identifier: MIT */
#include "array_internal.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>
#include <synaptogen/vmm.h>

/* For each of n voltages: base = LLRS(v), gap = HHRS(v) - LLRS(v) in A, so that I = base + gap r. */
static void linear_law(const syn_array *a, const float *v, size_t n, float *base, float *gap)
{
    for (size_t j = 0; j < n; j++) {
        const double l = syn_chord(a->model, 0, v[j]);
        base[j] = (float)(v[j] * l);
        gap[j] = (float)(v[j] * (syn_chord(a->model, 1, v[j]) - l));
    }
}

static float sum(const float *x, size_t n)
{
    double s = 0;
    for (size_t j = 0; j < n; j++)
        s += x[j];
    return (float)s;
}

syn_status syn_vmm_batch(const syn_array *a, const float *v, size_t count, float *i)
{
    const size_t rows = a->rows, cols = a->n / a->rows;
    float *work = malloc(2 * cols * count * sizeof *work);
    if (!work)
        return SYN_ENOMEM;
    float *base = work, *gap = work + cols * count;
    linear_law(a, v, cols * count, base, gap);
    for (size_t k = 0; k < count; k++) {
        const float constant = sum(base + k * cols, cols);
        for (size_t row = 0; row < rows; row++)
            i[k * rows + row] = constant;
    }
    if (count == 1)
        cblas_sgemv(CblasColMajor, CblasNoTrans, (int)rows, (int)cols, 1, a->r, (int)rows, gap, 1, 1, i, 1);
    else
        cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)count, (int)cols, 1, a->r, (int)rows,
                    gap, (int)cols, 1, i, (int)rows);
    free(work);
    return SYN_OK;
}

syn_status syn_vmm(const syn_array *a, const float *v, float *i)
{
    return syn_vmm_batch(a, v, 1, i);
}

/* What a noisy product needs of each column: current = constant + gap r, variance = noise_base + noise_gap r, where
 * the latter holds as long as no cell has a negative conductance. */
typedef struct columns {
    float *gap, *noise_gap;
    double *chord, *chord_gap, *scale; /* g = chord + chord_gap r in S; variance = scale |g| */
    double constant, noise_base;
    void *memory;
} columns;

static int make_columns(const syn_array *a, const float *v, double bandwidth, columns *c)
{
    const size_t cols = a->n / a->rows;
    *c = (columns){.memory = malloc(cols * (3 * sizeof(double) + 2 * sizeof(float)))};
    if (!c->memory)
        return 0;
    c->chord = c->memory;
    c->chord_gap = c->chord + cols;
    c->scale = c->chord_gap + cols;
    c->gap = (float *)(c->scale + cols);
    c->noise_gap = c->gap + cols;
    for (size_t j = 0; j < cols; j++) {
        const double unit = syn_noise_sigma(1, v[j], bandwidth); /* of 1 S */
        c->chord[j] = syn_chord(a->model, 0, v[j]);
        c->chord_gap[j] = syn_chord(a->model, 1, v[j]) - c->chord[j];
        c->scale[j] = unit * unit;
        c->gap[j] = (float)(v[j] * c->chord_gap[j]);
        c->noise_gap[j] = (float)(c->scale[j] * c->chord_gap[j]);
        c->constant += v[j] * c->chord[j];
        c->noise_base += c->scale[j] * c->chord[j];
    }
    return 1;
}

/* Whether g >= 0 for all states between the two, in every column. */
static int is_passive(const columns *c, size_t cols, const float range[2])
{
    for (size_t j = 0; j < cols; j++)
        if (c->chord[j] + c->chord_gap[j] * range[0] < 0 || c->chord[j] + c->chord_gap[j] * range[1] < 0)
            return 0;
    return 1;
}

static double variance_by_cell(const syn_array *a, const columns *c, size_t row)
{
    double variance = 0;
    for (size_t j = 0; j < a->n / a->rows; j++)
        variance += c->scale[j] * fabs(c->chord[j] + c->chord_gap[j] * a->r[row + a->rows * j]);
    return variance;
}

enum { STRIPE = 4 * SYNP_LANES }; /* rows of a thread's share at a time */

/* One pass over a stripe of rows. */
static void stripe(const syn_array *a, const columns *c, uint64_t index, size_t row, size_t rows, float *i)
{
    const uint64_t first = a->single.first + row, aligned = first - first % 4;
    float variance[STRIPE], z[2 * STRIPE], range[2];
    const size_t cols = a->n / a->rows;
    a->kernel->product(a->r + row, a->rows, rows, cols, c->gap, c->noise_gap, i, variance, range);
    a->kernel->normals(a->single.seed, SYN_DRAW_PRODUCT, aligned, index, z);
    a->kernel->normals(a->single.seed, SYN_DRAW_PRODUCT, aligned + STRIPE, index, z + STRIPE);
    const int passive = is_passive(c, cols, range);
    for (size_t k = 0; k < rows; k++) {
        const double sum = passive ? c->noise_base + variance[k] : variance_by_cell(a, c, row + k);
        i[k] = (float)(c->constant + i[k] + sqrt(fmax(sum, 0)) * z[first - aligned + k]);
    }
}

syn_status syn_vmm_noisy(const syn_array *a, const float *v, double bandwidth, uint64_t index, float *i)
{
    columns c;
    if (!(bandwidth >= 0 && isfinite(bandwidth)) || index >> 56)
        return SYN_EINVAL;
    if (!make_columns(a, v, bandwidth, &c))
        return SYN_ENOMEM;
#pragma omp parallel for num_threads(a->threads)
    for (size_t row = 0; row < a->rows; row += STRIPE)
        stripe(a, &c, index, row, a->rows - row < STRIPE ? a->rows - row : STRIPE, i + row);
    free(c.memory);
    return SYN_OK;
}
