/* SPDX-License-Identifier: MIT */
/* OpenMP in one place. Without it every loop runs in the calling thread. */
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* Whether this process may use several threads. A process that another one has forked has none of its threads, and OpenMP would
 * wait for them for ever. To be asked before each use of more than one. Any thread. */
bool synp_threads_are_here(void);

/* The number of threads for an upper limit; limit 0: as many as OpenMP gives, which are the processors or
 * $OMP_NUM_THREADS. At most 64 or four for each processor: some OpenMP libraries crash on many thousands. One in a
 * process that another one has forked after it had used several. */
static inline int synp_threads(int limit)
{
#ifdef _OPENMP
    const int wanted = limit > 0 ? limit : omp_get_max_threads(), processors = omp_get_num_procs(),
              most = processors > 16 ? 4 * processors : 64;
    return wanted == 1 || !synp_threads_are_here() ? 1 : wanted < most ? wanted : most;
#else
    (void)limit;
    return 1;
#endif
}

/* Threads, at most `threads`, for `count` pieces of work of some ns each: one, where waking the others would take longer. */
static inline int synp_threads_for(int threads, size_t count, size_t ns)
{
    const size_t worth = 60000; /* ns */
    return count < worth / ns ? 1 : synp_threads(threads);
}

#endif
