/* SPDX-License-Identifier: MIT */
/* Timing: warm-up, repeats, median and spread, one CSV row per figure. The memory's bandwidth is measured between the
 * repeats, so that a drift of the machine hits both. */
#ifndef SYNAPTOGEN_BENCH_H
#define SYNAPTOGEN_BENCH_H

#include "clock.h"
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BENCH_WARM_UP = 1, BENCH_FEWEST = 5, BENCH_REPEATS = 11, BENCH_GROUP = 8 };

/* One run of work(data) does `items` things and has to move `bytes` between memory and processor. */
typedef struct bench_case {
    const char *what, *kernel;
    int threads;
    double items, bytes;
    void (*work)(void *data);
    void *data;
} bench_case;

static inline int bench_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double bench_median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, bench_order);
    return x[n / 2];
}

/* Two buffers far larger than what the second-level caches hold. */
enum { BENCH_FLOATS = 1 << 25, BENCH_PIECE = 1 << 12 };
typedef float bench_lanes __attribute__((vector_size(16), may_alias));
typedef struct bench_memory {
    float *from, *to;
    double sum; /* of what was read, so that no read can be optimised away */
} bench_memory;

/* Large pages, as the library takes them: bandwidths would be lower without. */
static inline void *bench_allocate(size_t bytes)
{
    const size_t huge = (size_t)2 << 20;
    bytes = (bytes + huge - 1) / huge * huge;
    void *p = aligned_alloc(huge, bytes);
    if (p)
        madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

static inline int bench_memory_create(bench_memory *m)
{
    m->from = bench_allocate(BENCH_FLOATS * sizeof(float));
    m->to = bench_allocate(BENCH_FLOATS * sizeof(float));
    m->sum = 0;
    if (!m->from || !m->to)
        return 0;
#pragma omp parallel for
    for (size_t k = 0; k < BENCH_FLOATS; k++)
        m->from[k] = m->to[k] = 1;
    return 1;
}

/* Bytes per second that all threads read together. */
static inline double bench_read(bench_memory *m)
{
    const double start = bench_now();
    float sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (size_t k = 0; k < BENCH_FLOATS; k += BENCH_PIECE) {
        bench_lanes part[4] = {{0}}; /* independent: as many loads at once as the processor can have under way */
        const bench_lanes *p = (const bench_lanes *)(const void *)(m->from + k);
        for (size_t j = 0; j < BENCH_PIECE / 4; j += 4)
            for (size_t i = 0; i < 4; i++)
                part[i] += p[j + i];
        part[0] += part[1] + part[2] + part[3];
        sum += part[0][0] + part[0][1] + part[0][2] + part[0][3];
    }
    m->sum += (double)sum;
    return BENCH_FLOATS * sizeof(float) / (bench_now() - start);
}

/* Bytes read and written per second, past the caches where the processor can: without that, a copy reads its target.
 */
static inline double bench_copy(bench_memory *m)
{
    const double start = bench_now();
#pragma omp parallel for
    for (size_t k = 0; k < BENCH_FLOATS; k += BENCH_PIECE) {
#ifdef __SSE2__
        for (size_t j = k; j < k + BENCH_PIECE; j += 4)
            _mm_stream_ps(m->to + j, _mm_load_ps(m->from + j));
#else
        memcpy(m->to + k, m->from + k, BENCH_PIECE * sizeof(float));
#endif
    }
    return 2 * BENCH_FLOATS * sizeof(float) / (bench_now() - start);
}

/* The processor's name as the system tells it, "unknown" if it does not. */
static inline void bench_processor(char *name, size_t size)
{
    snprintf(name, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            snprintf(name, size, "%s", strchr(line, ':') + 2);
            name[strcspn(name, "\n")] = 0;
            break;
        }
    if (f)
        fclose(f);
}

/* What was measured where, and the columns. `relative`: time per item divided by that of the group's first row. */
static inline void bench_header(void)
{
    char processor[128], date[32];
    const time_t now = time(NULL);
    bench_processor(processor, sizeof processor);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    printf("# %s, %d threads; %s\n", processor, omp_get_max_threads(), date);
    printf("# compiler %s, flags %s\n", __VERSION__, BENCH_FLAGS);
    puts("what,kernel,threads,repeats,items_per_second,slowest,fastest,bytes_per_second,of_read_bandwidth,"
         "of_copy_bandwidth,relative");
}

static inline double bench_seconds(const bench_case *c)
{
    const double start = bench_now();
    c->work(c->data);
    return bench_now() - start;
}

/* Times `count` cases in turns and prints a row for each. */
static inline void bench_group(bench_memory *m, const bench_case *cases, int count)
{
    static double seconds[BENCH_GROUP][BENCH_REPEATS], of_read[BENCH_GROUP][BENCH_REPEATS];
    static double of_copy[BENCH_GROUP][BENCH_REPEATS], relative[BENCH_GROUP][BENCH_REPEATS];
    int repeats = 0;
    const double start = bench_now();
    for (int k = -BENCH_WARM_UP; k < BENCH_REPEATS && (k < BENCH_FEWEST || bench_now() < start + 0.7); k++)
        for (int i = 0; i < count; i++) {
            const bench_case *c = &cases[i];
            const double read = bench_read(m), copy = bench_copy(m), s = bench_seconds(c);
            if (k < 0)
                continue;
            seconds[i][k] = s;
            of_read[i][k] = c->bytes / s / read;
            of_copy[i][k] = c->bytes / s / copy;
            relative[i][k] = s / c->items / (seconds[0][k] / cases[0].items);
            repeats = k + 1;
        }
    for (int i = 0; i < count; i++) {
        const bench_case *c = &cases[i];
        const double shares[3] = {bench_median(of_read[i], repeats), bench_median(of_copy[i], repeats),
                                  bench_median(relative[i], repeats)};
        const double s = bench_median(seconds[i], repeats);
        printf("%s,%s,%d,%d,%.4g,%.4g,%.4g,%.4g,%.3f,%.3f,%.3f\n", c->what, c->kernel, c->threads, repeats,
               c->items / s, c->items / seconds[i][repeats - 1], c->items / seconds[i][0], c->bytes / s, shares[0],
               shares[1], shares[2]);
    }
    fflush(stdout);
}

/* The bandwidths as rows of their own; an item is a byte. */
static inline void bench_bandwidth(bench_memory *m)
{
    double s[2][BENCH_REPEATS];
    for (int k = 0; k < BENCH_REPEATS; k++) {
        s[0][k] = bench_read(m);
        s[1][k] = bench_copy(m);
    }
    for (int i = 0; i < 2; i++) {
        const double median = bench_median(s[i], BENCH_REPEATS);
        printf("%s,-,%d,%d,%.4g,%.4g,%.4g,%.4g,,,\n", i ? "copy bandwidth" : "read bandwidth", omp_get_max_threads(),
               BENCH_REPEATS, median, s[i][0], s[i][BENCH_REPEATS - 1], median);
    }
}

#endif
