/* SPDX-License-Identifier: MIT */
/* Timing: warm-up, repeats, median and spread, one CSV row per figure. The bandwidth of the memory is measured between the
 * repeats, so that both see the same drift of the machine. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/threads.h"
#include "clock.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BENCH_WARM_UP = 1, BENCH_FEWEST = 5, BENCH_REPEATS = 11, BENCH_GROUP = 8 };

/* One call of work(data) does `items` things. It has to move at least `bytes` between memory and processor. */
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

/* Number k of a sequence that fills 0 .. 1 evenly: the fractions of the multiples of the golden ratio. */
static inline double bench_spread(size_t k)
{
    return fmod((double)k * 0.6180339887498949, 1);
}

/* Two buffers, far larger than second-level caches. */
enum { BENCH_FLOATS = 1 << 25, BENCH_PIECE = 1 << 12 };
typedef float bench_lanes __attribute__((vector_size(16), may_alias));
typedef struct bench_memory {
    float *from, *to;
    double sum; /* of what was read, so that no read can be optimised away */
} bench_memory;

/* Memory in large pages, as the library uses them: with small ones the bandwidth is lower. */
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

/* Returns the bytes per second that all threads read together. */
static inline double bench_read(bench_memory *m)
{
    const double start = bench_now();
    float sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (size_t k = 0; k < BENCH_FLOATS; k += BENCH_PIECE) {
        bench_lanes part[4] = {{0}}; /* independent sums: the processor can have many loads under way */
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

/* Returns the bytes per second that are read and written. Writes past the caches if the processor can: otherwise a copy also
 * reads its target. */
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

/* Sets name to that of the processor, "unknown" if the system does not tell it. */
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

/* Prints the machine, the compiler and the head of the columns. `relative`: time per item over that of the first row of the
 * group. */
static inline void bench_header(void)
{
    char processor[128], date[32];
    const time_t now = time(NULL);
    bench_processor(processor, sizeof processor);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    printf("# %s, %d threads; %s\n", processor, synp_threads(0), date);
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

/* Times `count` cases, which take turns, and prints a row for each. */
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

/* Prints a row for each bandwidth. An item is a byte. */
static inline void bench_bandwidth(bench_memory *m)
{
    double s[2][BENCH_REPEATS];
    for (int k = 0; k < BENCH_REPEATS; k++) {
        s[0][k] = bench_read(m);
        s[1][k] = bench_copy(m);
    }
    for (int i = 0; i < 2; i++) {
        const double median = bench_median(s[i], BENCH_REPEATS);
        printf("%s,-,%d,%d,%.4g,%.4g,%.4g,%.4g,,,\n", i ? "copy bandwidth" : "read bandwidth", synp_threads(0),
               BENCH_REPEATS, median, s[i][0], s[i][BENCH_REPEATS - 1], median);
    }
}

#endif
