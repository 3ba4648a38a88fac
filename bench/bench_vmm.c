/* SPDX-License-Identifier: MIT */
/* Matrix-vector products of a crossbar of 1024 x 1024 cells, against a bare SGEMV and SGEMM of that size. */
#include "bench.h"

#include <cblas.h>
#include <math.h>
#include <synaptogen/synaptogen.h>

enum { SIDE = 1 << 10, BATCH = 64, CALLS = 64, SEED = 1 };

static const double bandwidth = 1e8; /* Hz */

typedef struct job {
    const syn_model *model;
    syn_array *array;
    float *v, *i;   /* SIDE x BATCH: V, A */
    uint64_t index; /* of the next noisy product */
    syn_status status;
} job;

static void note(job *j, syn_status s)
{
    if (s)
        j->status = s;
}

static void bare_sgemv(void *data)
{
    job *j = data;
    for (int k = 0; k < CALLS; k++)
        cblas_sgemv(CblasColMajor, CblasNoTrans, SIDE, SIDE, 1, syn_array_states(j->array), SIDE, j->v, 1, 0, j->i,
                    1);
}

static void quiet(void *data)
{
    job *j = data;
    for (int k = 0; k < CALLS; k++)
        note(j, syn_vmm(j->array, j->v, j->i, NULL));
}

static void noisy(void *data)
{
    job *j = data;
    for (int k = 0; k < CALLS; k++)
        note(j, syn_vmm_noisy(j->array, j->v, bandwidth, j->index++, j->i, NULL));
}

static void bare_sgemm(void *data)
{
    job *j = data;
    cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, SIDE, BATCH, SIDE, 1, syn_array_states(j->array), SIDE,
                j->v, SIDE, 0, j->i, SIDE);
}

static void batch(void *data)
{
    job *j = data;
    note(j, syn_vmm_batch(j->array, j->v, BATCH, j->i, NULL));
}

/* Exact sum, and its noise's standard deviation, of a row. */
static double exact(const job *j, size_t row, double *sigma)
{
    double sum = 0, variance = 0;
    for (size_t k = 0; k < SIDE; k++) {
        const double g = syn_chord(j->model, syn_array_states(j->array)[row + SIDE * k], j->v[k]), i = j->v[k] * g;
        const double s = syn_noise_sigma(g, i, bandwidth);
        sum += i;
        variance += s * s;
    }
    *sigma = sqrt(variance);
    return sum;
}

/* Products within 1e-5 of the largest current. */
static int agrees(job *j)
{
    static float noiseless[SIDE], with_noise[SIDE];
    const double tolerance = 1e-5 * SIDE * 0.2 * 2.7e-4; /* A: cells in LLRS at the largest voltage */
    note(j, syn_vmm(j->array, j->v, noiseless, NULL));
    note(j, syn_vmm_noisy(j->array, j->v, bandwidth, 7, with_noise, NULL));
    batch(j);
    for (size_t row = 0; row < SIDE && !j->status; row++) {
        double sigma, z[4];
        const double sum = exact(j, row, &sigma);
        syn_rng_normals(SEED, row / 4, 7, SYN_DRAW_PRODUCT, z);
        if (fabs(noiseless[row] - sum) > tolerance || fabs(j->i[row] - sum) > tolerance ||
            fabs(with_noise[row] - sum - sigma * z[row % 4]) > tolerance)
            return 0;
    }
    return j->status == SYN_OK;
}

static int time_kernel(bench_memory *m, job *j, const char *kernel, int threads)
{
    const syn_array_options options = {.rows = SIDE, .kernel = kernel, .threads = threads};
    const float pulses[] = {-1.5f, 1.5f, -1.5f, 0.9f};
    const double bytes = 4.0 * SIDE * SIDE;
    note(j, syn_array_create(j->model, SEED, SIDE * SIDE, &options, &j->array, NULL));
    if (j->status)
        return 0;
    note(j, syn_array_apply(j->array, NULL, pulses, 4, NULL));
    if (!agrees(j)) {
        fprintf(stderr, "bench_vmm: kernel %s disagrees with the exact sum\n", kernel);
        return 0;
    }
    const bench_case vectors[] = {{"bare SGEMV 1024x1024", "openblas", threads, CALLS, CALLS * bytes, bare_sgemv, j},
                                  {"noiseless products 1024x1024", kernel, threads, CALLS, CALLS * bytes, quiet, j},
                                  {"noisy products 1024x1024", kernel, threads, CALLS, CALLS * bytes, noisy, j}};
    const bench_case matrices[] = {
        {"bare SGEMM 1024x1024 times 64", "openblas", threads, BATCH, bytes + 8.0 * SIDE * BATCH, bare_sgemm, j},
        {"products in batches of 64", kernel, threads, BATCH, bytes + 8.0 * SIDE * BATCH, batch, j}};
    bench_group(m, vectors, 3);
    bench_group(m, matrices, 2);
    syn_array_free(j->array);
    return j->status == SYN_OK;
}

int main(void)
{
    static bench_memory memory;
    static float v[SIDE * BATCH], i[SIDE * BATCH];
    syn_model *model;
    if (!bench_memory_create(&memory) || syn_model_open(NULL, NULL, &model, NULL))
        return 1;
    for (int k = 0; k < SIDE * BATCH; k++)
        v[k] = 0.2f * (float)(k * 37 % 101 - 50) / 50;
    bench_header();
    printf("# %s, kernels: %s\n", openblas_get_config(), openblas_get_corename());
    bench_bandwidth(&memory);
    job j = {.model = model, .v = v, .i = i};
    int fine = 1;
    for (int k = 0; fine && syn_array_kernel_name(k); k++)
        for (int threads = 1; fine && threads <= 2; threads++) {
            openblas_set_num_threads(threads);
            fine = time_kernel(&memory, &j, syn_array_kernel_name(k), threads);
        }
    syn_model_free(model);
    return !fine || isnan(memory.sum);
}
