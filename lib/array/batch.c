/* SPDX-License-Identifier: MIT */
/* Products in batches, by OpenBLAS. They are apart from the rest so that the plug-in, which has none, need not load it. */
#include "array/vmm.h"

#include <cblas.h>
#include <stdlib.h>
#include <synaptogen/vmm.h>

syn_status syn_vmm_batch(const syn_array *a, const float *v, size_t count, float *i, syn_error *err)
{
    const size_t rows = a->rows, cols = syn_array_cols(a);
    float *gap = malloc(cols * count * sizeof *gap);
    if (!gap)
        return synp_no_memory(err);
    for (size_t k = 0; k < count; k++) {
        double constant = 0;
        for (size_t j = k * cols; j < (k + 1) * cols; j++) {
            const chord c = chord_of(a->model, v[j]);
            constant += v[j] * c.at_0;
            gap[j] = (float)(v[j] * c.gap);
        }
        for (size_t row = 0; row < rows; row++)
            i[k * rows + row] = (float)constant;
    }
    cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)count, (int)cols, 1, a->r, (int)rows, gap,
                (int)cols, 1, i, (int)rows);
    for (size_t c = synp_next_active(a, 0); c < a->n; c = synp_next_active(a, c + 1))
        for (size_t k = 0; k < count; k++) {
            const double u = v[c / rows + k * cols];
            i[c % rows + k * rows] -= (float)(u * excess_of(a, c, u));
        }
    free(gap);
    return SYN_OK;
}
