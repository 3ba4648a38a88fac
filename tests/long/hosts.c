/* SPDX-License-Identifier: MIT */
/* A host with threads of its own: each works with arrays and a crossbar of its own, all with one model, and gets what it would
 * get alone. Under ThreadSanitizer (make check-tsan) this shows that the library shares nothing that changes. */
#include "support/support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTS = 4, ROWS = 24, COLS = 16, CELLS = ROWS * COLS };

typedef struct host {
    uint64_t seed;
    int threads;
    float r[CELLS], i[ROWS], g[CELLS];
    double current[COLS];
    syn_status status;
} host;

static void use_array(host *h, syn_array *a)
{
    static const float target = 5e-5f;
    float *targets = malloc(CELLS * sizeof *targets), v[COLS];
    uint32_t *pulses = malloc(CELLS * sizeof *pulses);
    syn_program how;
    syn_program_default(support_model(0), &how);
    how.bandwidth = 1e7;
    for (size_t k = 0; k < CELLS; k++)
        targets[k] = target;
    for (size_t j = 0; j < COLS; j++)
        v[j] = 0.2f;
    h->status |= syn_array_apply(a, NULL, (const float[]){-2}, 1, NULL);
    h->status |= syn_array_program(a, NULL, targets, &how, h->g, pulses, NULL, NULL);
    h->status |= syn_vmm_noisy(a, v, 1e8, 3, h->i, NULL);
    memcpy(h->r, syn_array_states(a), sizeof h->r);
    free(targets);
    free(pulses);
}

static void use_crossbar(host *h, syn_array *a)
{
    double left[ROWS], bottom[COLS], v[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        left[i] = 50;
        v[i] = 0.01 * (double)i;
    }
    for (size_t j = 0; j < COLS; j++)
        bottom[j] = 10;
    const syn_wires w = {
        .rows = ROWS, .cols = COLS, .r_wl = 1, .r_bl = 2, .end = {[SYN_LEFT] = left, [SYN_BOTTOM] = bottom}};
    const double *const voltages[SYN_SIDES] = {v, NULL, NULL, NULL};
    syn_crossbar *x;
    h->status |= syn_crossbar_create(&w, h->threads, &x, NULL);
    h->status |= syn_crossbar_bind(x, a, NULL);
    h->status |= syn_crossbar_solve(x, voltages, NULL, NULL);
    memcpy(h->current, syn_crossbar_current(x, SYN_BOTTOM), sizeof h->current);
    syn_crossbar_free(x);
}

static void *work(void *context)
{
    host *h = context;
    const syn_array_options o = {.rows = ROWS, .threads = h->threads};
    syn_array *a;
    h->status = syn_array_create(support_model(0), h->seed, CELLS, &o, &a, NULL);
    if (h->status)
        return NULL;
    use_array(h, a);
    use_crossbar(h, a);
    syn_array_free(a);
    return NULL;
}

Test(hosts, threads_with_arrays_of_their_own_get_what_each_gets_alone)
{
    for (int threads = 1; threads <= 2; threads++) {
        pthread_t thread[HOSTS];
        host *together = calloc(HOSTS, sizeof *together), *alone = calloc(1, sizeof *alone);
        support_model(0);
        for (int k = 0; k < HOSTS; k++) {
            together[k] = (host){.seed = (uint64_t)k, .threads = threads};
            cr_assert(pthread_create(&thread[k], NULL, work, &together[k]) == 0);
        }
        for (int k = 0; k < HOSTS; k++) {
            pthread_join(thread[k], NULL);
            memset(alone, 0, sizeof *alone);
            alone->seed = (uint64_t)k;
            alone->threads = threads;
            work(alone);
            cr_expect(alone->status == SYN_OK && together[k].status == SYN_OK);
            cr_expect(memcmp(alone->r, together[k].r, sizeof alone->r) == 0);
            cr_expect(memcmp(alone->g, together[k].g, sizeof alone->g) == 0);
            cr_expect(memcmp(alone->i, together[k].i, sizeof alone->i) == 0);
            cr_expect(memcmp(alone->current, together[k].current, sizeof alone->current) == 0);
        }
        free(together);
        free(alone);
    }
}
