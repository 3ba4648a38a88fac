/* SPDX-License-Identifier: MIT */
/* Timing: warm-up, repeats, median and spread, one CSV row per figure. */
#ifndef SYNAPTOGEN_BENCH_H
#define SYNAPTOGEN_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_WARM_UP = 2, BENCH_REPEATS = 11 };

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int bench_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Runs work(data) and prints: name, items per second at the median, the slowest and the fastest run. */
static inline void bench(const char *name, double items, void (*work)(void *), void *data)
{
    double seconds[BENCH_REPEATS];
    for (int k = -BENCH_WARM_UP; k < BENCH_REPEATS; k++) {
        const double start = bench_now();
        work(data);
        if (k >= 0)
            seconds[k] = bench_now() - start;
    }
    qsort(seconds, BENCH_REPEATS, sizeof *seconds, bench_order);
    printf("%s,%.4g,%.4g,%.4g\n", name, items / seconds[BENCH_REPEATS / 2], items / seconds[BENCH_REPEATS - 1],
           items / seconds[0]);
}

#endif
