/* SPDX-License-Identifier: MIT */
#include "steps.h"

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

/* One level of a pulse: v over the cells of a row, or of all rows. */
static bool apply(const workload *w, steps *s, size_t row, double v)
{
    for (size_t k = 0; k < w->n; k++) {
        s->rows[k] = !w->split ? v : k == row ? v / 2 : 0;
        s->cols[k] = w->split ? -v / 2 : 0;
    }
    return settle(s, false);
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
            for (int level = 1; level <= s->levels && fine; level++)
                fine = apply(w, s, k % w->n, (pulse ? w->v_reset : w->v_set) * level / s->levels);
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
