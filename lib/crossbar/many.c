/* SPDX-License-Identifier: MIT */
/* Solutions for many inputs: each thread has a copy of the crossbar and takes runs of inputs. The first input of a run
 * starts at 0 V and with nothing left of earlier runs, the others at the solution before. So the result does not depend on the
 * number of threads. */
#include "base/threads.h"
#include "crossbar/crossbar.h"

#include <math.h>

typedef struct batch {
    const syn_crossbar *x;
    const double *const *v; /* [lines of the side x count] each, or NULL */
    double *const *i;
    size_t count;
    int threads;
    const synp_visit *visit; /* or NULL */
} batch;

static void put_currents(const batch *b, const syn_crossbar *own, size_t k)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = synp_lines_at(&own->lines, side);
        for (size_t line = 0; b->i[side] && line < lines; line++)
            b->i[side][line + lines * k] = own->field.current[side][line];
    }
}

void synp_crossbar_join(const syn_solution *one, syn_solution *all)
{
    all->residual = fmax(all->residual, one->residual);
    all->scale = fmax(all->scale, one->scale);
    all->power += one->power;
    all->newton += one->newton;
    all->iterations += one->iterations;
}

static syn_status solve_run(const batch *b, syn_crossbar *own, size_t first, syn_solution *all, syn_error *err)
{
    synp_crossbar_clear(own);
    own->method = SYNP_CYCLES;
    synp_crossbar_forget(own);
    for (size_t k = first; k < first + SYNP_RUN && k < b->count; k++) {
        const double *v[SYN_SIDES];
        syn_solution info;
        syn_error found = {0};
        for (int side = 0; side < SYN_SIDES; side++)
            v[side] = b->v[side] ? b->v[side] + synp_lines_at(&own->lines, side) * k : NULL;
        syn_status status = synp_crossbar_sources(own, v, &found);
        if (!status)
            status = synp_crossbar_converge(own, false, &info, &found);
        if (status)
            return synp_fail(err, status, found.field, "input %zu: %.400s", k + (b->visit ? b->visit->first : 0),
                             found.text);
        put_currents(b, own, k);
        synp_crossbar_join(&info, all);
        if (b->visit)
            status = b->visit->call(b->visit->context, k, own, err);
        if (status)
            return status;
    }
    return SYN_OK;
}

/* The outcome of all runs. */
typedef struct outcome {
    syn_solution info;
    syn_status status;
    size_t run; /* of the error: the first one that failed */
    syn_error err;
} outcome;

/* What a thread does. */
static void work(const batch *b, double enough, outcome *all)
{
    const size_t runs = (b->count + SYNP_RUN - 1) / SYNP_RUN;
    syn_crossbar *own;
    const syn_status made = synp_crossbar_copy(b->x, &own);
    if (!made)
        own->enough = enough;
#pragma omp for schedule(dynamic)
    for (size_t run = 0; run < runs; run++) {
        syn_solution info = {0};
        syn_error err = {0};
        const syn_status status = made ? synp_no_memory(&err) : solve_run(b, own, run * SYNP_RUN, &info, &err);
#pragma omp critical(synp_crossbar_many)
        {
            if (status && (!all->status || run < all->run)) {
                all->status = status;
                all->run = run;
                all->err = err;
            }
            synp_crossbar_join(&info, &all->info);
        }
    }
    synp_crossbar_copy_free(own);
}

syn_status synp_crossbar_many(const syn_crossbar *x, const double *const v[SYN_SIDES], size_t count,
                              double *const i[SYN_SIDES], double tolerance, int threads, const synp_visit *visit,
                              syn_solution *info, syn_error *err)
{
    const size_t runs = (count + SYNP_RUN - 1) / SYNP_RUN;
    const int most = synp_threads(threads);
    const batch b = {x, v, i, count, runs < (size_t)most ? (int)runs : most, visit};
    outcome all = {0};
#pragma omp parallel num_threads(b.threads > 1 ? b.threads : 1)
    work(&b, tolerance, &all);
    if (all.status && err)
        *err = all.err;
    *info = all.info;
    return all.status;
}
