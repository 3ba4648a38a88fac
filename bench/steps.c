/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool steps_create(const workload *w, const syn_model *model, steps *s)
{
    const syn_array_options o = {.rows = w->n, .read_only = w->kind == WORK_READ};
    s->rows = calloc(3 * w->n, sizeof *s->rows);
    if (!s->rows)
        return false;
    s->cols = s->rows + w->n;
    s->ends = s->cols + w->n;
    for (size_t k = 0; k < w->n; k++)
        s->ends[k] = w->end;
    const syn_wires wires = {.rows = w->n,
                             .cols = w->n,
                             .r_wl = w->segment,
                             .r_bl = w->segment,
                             .end = {[SYN_LEFT] = s->ends, [SYN_BOTTOM] = s->ends}};
    return !syn_array_create(model, w->seed, w->n * w->n, &o, &s->array, NULL) &&
           !syn_crossbar_create(&wires, 1, &s->x, NULL) && !syn_crossbar_bind(s->x, s->array, NULL);
}

/* Solves for the currents at the voltages of s. Cells may switch, unless it is a read. */
static bool settle(steps *s, bool read)
{
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = s->rows, [SYN_BOTTOM] = s->cols};
    syn_solution info;
    const syn_status status =
        read ? syn_crossbar_solve(s->x, v, &info, NULL) : syn_crossbar_step(s->x, v, &info, NULL);
    s->solutions++;
    s->linearisations += (size_t)info.newton;
    return status == SYN_OK;
}

/* v over the cells of a row, or of all rows. */
static void select_row(const workload *w, steps *s, size_t row, double v)
{
    for (size_t k = 0; k < w->n; k++) {
        s->rows[k] = !w->split ? v : k == row ? v / 2 : 0;
        s->cols[k] = w->split ? -v / 2 : 0;
    }
}

/* One level of a pulse. */
static bool apply(const workload *w, steps *s, size_t row, double v)
{
    select_row(w, s, row, v);
    return settle(s, false);
}

/* The edge of a pulse up to v. A level at which several cells are beyond U_S is halved: once one of them has SET, another one
 * on its lines may never get there. */
static bool rise(const workload *w, steps *s, size_t row, double v)
{
    const double *const sources[SYN_SIDES] = {[SYN_LEFT] = s->rows, [SYN_BOTTOM] = s->cols};
    const double longest = v / 400, shortest = 1e-9; /* V */
    bool fine = true;
    for (double u = 0, step = longest; u != v && fine;) {
        const double next = fabs(u + step) < fabs(v) ? u + step : v;
        syn_solution info;
        select_row(w, s, row, next);
        syn_crossbar_restart(s->x);
        fine = syn_crossbar_try(s->x, sources, &info, NULL) == SYN_OK;
        if (fine && info.beyond > 1 && fabs(next - u) > shortest) {
            step = 0.5 * (next - u);
            continue;
        }
        fine = fine && apply(w, s, row, next);
        u = next;
        step = fabs(2 * step) < fabs(longest) ? 2 * step : longest;
    }
    return fine;
}

static bool run_reads(const workload *w, steps *s)
{
    bool fine = true;
    for (size_t k = 0; k < w->ops && fine; k++) {
        if (k > 0) { /* between two reads all voltages are 0 */
            memset(s->rows, 0, w->n * sizeof *s->rows);
            fine = settle(s, true);
        }
        for (size_t i = 0; i < w->n; i++)
            s->rows[i] = workload_selects(i) ? w->v_read : 0;
        fine = fine && settle(s, true);
    }
    return fine;
}

static bool run_writes(const workload *w, steps *s)
{
    bool fine = true;
    for (size_t k = 0; k < w->ops && fine; k++)
        for (int pulse = 0; pulse < 2 && fine; pulse++) {
            const double v = pulse ? w->v_reset : w->v_set;
            for (int level = 1; level <= s->levels && fine; level++)
                fine = apply(w, s, k % w->n, v * level / s->levels);
            if (s->levels == 0)
                fine = rise(w, s, k % w->n, v);
            fine = fine && apply(w, s, k % w->n, 0);
        }
    s->rows[0] = w->v_read;
    return fine && settle(s, true);
}

bool steps_run(const workload *w, steps *s)
{
    return w->kind == WORK_READ ? run_reads(w, s) : run_writes(w, s);
}

double steps_current(const steps *s, size_t j)
{
    return -syn_crossbar_current(s->x, SYN_BOTTOM)[j];
}

void steps_free(steps *s)
{
    syn_crossbar_free(s->x);
    syn_array_free(s->array);
    free(s->rows);
}
