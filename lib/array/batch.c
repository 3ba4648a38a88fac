/* SPDX-License-Identifier: MIT */
/* Products in batches, by OpenBLAS. They are apart from the rest so that the plug-in, which has none, need not load it. */
#include "array/vmm.h"
#include "base/numeric.h"
#include "base/threads.h"

#include <cblas.h>
#include <stdlib.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>
#include <synaptogen/vmm.h>

/* The weight of a cell's chord conductance in a sum: linear v + constant + magnitude |v|. */
typedef struct weight {
    double linear, constant, magnitude;
} weight;

static double weight_at(const weight *w, double v)
{
    return w->linear * v + w->constant + w->magnitude * fabs(v);
}

/* sum[rows x count] over the cells of a row: weight times chord conductance at the inputs v[cols x count]. gap: room for
 * [cols x count]. */
static void weighted_sums(const syn_array *a, const weight *w, const float *v, size_t count, float *gap, float *sum)
{
    const size_t rows = a->rows, cols = syn_array_cols(a);
    for (size_t k = 0; k < count; k++) {
        double constant = 0;
        for (size_t j = k * cols; j < (k + 1) * cols; j++) {
            const chord c = chord_of(a->model, v[j]);
            const double share = weight_at(w, v[j]);
            constant += share * c.at_0;
            gap[j] = (float)(share * c.gap);
        }
        for (size_t row = 0; row < rows; row++)
            sum[k * rows + row] = (float)constant;
    }
    cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)count, (int)cols, 1, a->r, (int)rows, gap,
                (int)cols, 1, sum, (int)rows);
    for (size_t c = synp_next_active(a, 0); c < a->n; c = synp_next_active(a, c + 1))
        for (size_t k = 0; k < count; k++) {
            const double u = v[c / rows + k * cols];
            sum[c % rows + k * rows] -= (float)(weight_at(w, u) * excess_of(a, c, u));
        }
}

syn_status syn_vmm_batch(const syn_array *a, const float *v, size_t count, float *i, syn_error *err)
{
    float *gap = malloc(syn_array_cols(a) * count * sizeof *gap);
    if (!gap)
        return synp_no_memory(err);
    weighted_sums(a, &(weight){.linear = 1}, v, count, gap, i);
    free(gap);
    return SYN_OK;
}

/* Products in pieces of this many inputs, for the memory of the variances. */
enum { PIECE = 256 };

/* Adds to i what the noise of the cells gives: variance [rows x count], number k of these inputs has the index first + k. */
static void add_noise(const syn_array *a, const float *variance, size_t count, uint64_t index, float *i)
{
    const size_t rows = a->rows;
    const uint64_t aligned = a->single.first - a->single.first % 4, lead = a->single.first - aligned;
#pragma omp parallel for num_threads(synp_threads(a->threads)) if (rows * count > 4096)
    for (size_t k = 0; k < count; k++)
        for (uint64_t cell = 0; cell < lead + rows; cell += 4 * SYNP_LANES) {
            float z[4 * SYNP_LANES];
            a->kernel->normals(a->single.seed, SYN_DRAW_PRODUCT, aligned + cell, index + k, z);
            for (size_t n = 0; n < 4 * SYNP_LANES; n++) {
                if (cell + n < lead || cell + n >= lead + rows)
                    continue;
                const size_t at = (size_t)(cell + n - lead) + rows * k;
                i[at] += sqrtf(variance[at] > 0 ? variance[at] : 0) * z[n];
            }
        }
}

syn_status syn_vmm_batch_noisy(const syn_array *a, const float *v, size_t count, double bandwidth, uint64_t index,
                               float *i, syn_error *err)
{
    const size_t rows = a->rows, cols = syn_array_cols(a), piece = count < PIECE ? count : PIECE;
    if (!(bandwidth >= 0 && isfinite(bandwidth)))
        return synp_fail(err, SYN_EINVAL, "bandwidth", "%s Hz is negative or not finite", SYNP_TEXT_OF(bandwidth));
    if (index >> 56 || count > (UINT64_C(1) << 56) - index)
        return synp_fail(err, SYN_EINVAL, "index", "%llu + %zu inputs is above 2^56", (unsigned long long)index,
                         count);
    const syn_status status = syn_vmm_batch(a, v, count, i, err);
    if (status || bandwidth == 0)
        return status;
    const weight noise = {.constant = pow(syn_noise_sigma(1, 0, bandwidth), 2),
                          .magnitude = pow(syn_noise_sigma(0, 1, bandwidth), 2)};
    float *gap = malloc((cols + rows) * piece * sizeof *gap);
    if (!gap)
        return synp_no_memory(err);
    float *variance = gap + cols * piece;
    for (size_t k = 0; k < count; k += piece) {
        const size_t n = count - k < piece ? count - k : piece;
        weighted_sums(a, &noise, v + cols * k, n, gap, variance);
        add_noise(a, variance, n, index + k, i + rows * k);
    }
    free(gap);
    return SYN_OK;
}
