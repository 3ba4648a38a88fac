/* SPDX-License-Identifier: MIT */
/* Cycles (cycle.h): their memory and their order. */
#include "crossbar/lines/cycle.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>

static size_t strips_of(const synp_lines *l)
{
    return (l->cols + SYNP_STRIP - 1) / SYNP_STRIP;
}

static float *take(synp_cycle *c, size_t count)
{
    return synp_take(&c->memory, count * sizeof(float));
}

static void take_all(synp_cycle *c)
{
    const synp_lines *l = c->lines;
    const size_t n = l->ld * l->cols, padded = strips_of(l) * SYNP_STRIP;
    c->memory.bytes = 0;
    c->r[0] = take(c, l->ld);
    c->r[1] = take(c, padded);
    c->pivot = take(c, l->ld);
    c->inverse = take(c, l->ld);
    c->flow = take(c, l->ld);
    c->t = take(c, n);
    c->f = take(c, n);
    c->y = take(c, n);
    c->room = take(c, 3 * l->ld * SYNP_STRIP * (size_t)l->threads);
    if (!c->coarse)
        return;
    c->restricted = take(c, padded * synp_coarse_knots(c->coarse, 0)->count);
    for (int along = 0; along < 2; along++)
        c->expanded[along] = take(c, l->ld * synp_coarse_knots(c->coarse, 1)->count);
}

/* Nodes between the knots of the coarse grid; 0: no grid. The length over which a current leaks from a line is
 * 1 / sqrt(g r) nodes, and a grid of 0.4 of it reduces the errors by fifty in each cycle. A finer one costs more than it
 * saves when it has many more than sqrt(n) knots along n nodes: the effort of its equations grows with the fourth power of that
 * number, that of the other parts of a cycle with n^2. The figures are measured. */
static size_t spacing_of(const synp_lines *l)
{
    const double typical = 1e-4; /* S, of a cell */
    const double segment = synp_mean_segment(l), side = sqrt((double)l->rows * (double)l->cols);
    if (segment == 0 || l->rows < 2 || l->cols < 2)
        return 0;
    const double leak = 0.4 / sqrt(typical * segment), coarsest = fmax(8, sqrt(side)), finest = coarsest / 2;
    return (size_t)fmax(fmin(leak, coarsest), finest);
}

syn_status synp_cycle_create(const synp_lines *l, const synp_lines_kernel *kernel, synp_cycle **out)
{
    *out = NULL;
    synp_cycle *c = calloc(1, sizeof *c);
    if (!c)
        return SYN_ENOMEM;
    c->lines = l;
    const size_t spacing = spacing_of(l);
    syn_status status = spacing > 0 ? synp_coarse_create(l, kernel->band, spacing, &c->coarse) : SYN_OK;
    take_all(c);
    if (status || !synp_arena_allocate(&c->memory)) {
        synp_cycle_free(c);
        return SYN_ENOMEM;
    }
    take_all(c);
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? l->cols : l->rows); i++)
            c->r[along][i] = (float)l->r[along][i];
    *out = c;
    return SYN_OK;
}

void synp_cycle_free(synp_cycle *c)
{
    if (!c)
        return;
    synp_coarse_free(c->coarse);
    free(c->memory.start);
    free(c);
}

size_t synp_cycle_bytes(const synp_cycle *c)
{
    return sizeof *c + c->memory.bytes + (c->coarse ? synp_coarse_bytes(c->coarse) : 0);
}

/* The sums over the hats of the columns. */
static void restrict_columns(const synp_cycle *c)
{
    const synp_lines *l = c->lines;
    const synp_knots *rows = synp_coarse_knots(c->coarse, 0), *cols = synp_coarse_knots(c->coarse, 1);
    double *values = synp_coarse_values(c->coarse);
    memset(values, 0, rows->count * cols->count * sizeof *values);
    for (size_t j = 0; j < l->cols; j++) {
        const float *sums = c->restricted + rows->count * (j / SYNP_STRIP) * SYNP_STRIP + j % SYNP_STRIP;
        double *near = values + rows->count * cols->knot[j], *far = near + (cols->share[j] > 0 ? rows->count : 0);
        for (size_t a = 0; a < rows->count; a++) {
            const double sum = (double)sums[a * SYNP_STRIP];
            near[a] += (1 - cols->share[j]) * sum;
            far[a] += cols->share[j] * sum;
        }
    }
}

/* Coarse columns on all rows. The coarse functions leave out word lines whose cells do not conduct: they would only be
 * disturbed. */
static void expand(const synp_cycle *c, const double *on)
{
    const synp_lines *l = c->lines;
    const synp_knots *rows = synp_coarse_knots(c->coarse, 0), *cols = synp_coarse_knots(c->coarse, 1);
    const double *values = synp_coarse_values(c->coarse);
    for (int along = 0; along < 2; along++)
        for (size_t b = 0; b < cols->count; b++, values += rows->count)
            for (size_t i = 0; i < l->rows; i++) {
                const double near = values[rows->knot[i]], share = rows->share[i];
                const double value = share > 0 ? near + share * (values[rows->knot[i] + 1] - near) : near;
                c->expanded[along][l->ld * b + i] = along || on[i] > 0 ? (float)value : 0;
            }
}

void synp_cycle_eliminate(synp_cycle *c, const double *g, size_t row)
{
    const synp_lines *l = c->lines;
    float pivot = (float)(synp_loose_end(l->end[SYN_LEFT], row) + g[row]), was = c->f[row], is = was;
    for (size_t at = row + l->ld; at < l->ld * l->cols; at += l->ld) {
        const float rho = c->f[at] - c->t[at] * was, share = 1 / (1 + c->r[0][row] * pivot);
        pivot = (float)g[at] + share * pivot;
        was = c->f[at];
        is = rho + share * is;
        c->t[at] = share;
        c->f[at] = is;
    }
    c->pivot[row] = pivot;
}

bool synp_cycle_finish(synp_cycle *c, const synp_lines_kernel *kernel, const synp_view *v, bool steady)
{
    const synp_lines *l = c->lines;
    const synp_cycle_method *m = kernel->cycle;
    if (c->coarse && !steady && !synp_coarse_factor(c->coarse, v->g, v->on))
        return false;
    for (size_t i = 0; i < l->rows; i++)
        c->inverse[i] = (float)synp_last_pivot(l, 0, i, (double)c->pivot[i]);
    const size_t strips = strips_of(l);
    if (l->threads == 1)
        for (size_t strip = strips; strip-- > 0;) {
            m->back(c, v, strip, 0, l->rows);
            m->sweep(c, v, strip, 0);
        }
    else {
#pragma omp parallel for num_threads(synp_threads(l->threads))
        for (int part = 0; part < l->threads; part++)
            for (size_t strip = strips; strip-- > 0;)
                m->back(c, v, strip, synp_first_row(l, part), synp_first_row(l, part + 1));
#pragma omp parallel for num_threads(synp_threads(l->threads))
        for (int part = 0; part < l->threads; part++)
            for (size_t strip = (size_t)part; strip < strips; strip += (size_t)l->threads)
                m->sweep(c, v, strip, part);
    }
    if (!c->coarse)
        return true;
    restrict_columns(c);
    synp_coarse_solve(c->coarse);
    expand(c, v->on);
#pragma omp parallel for num_threads(synp_threads(l->threads)) if (l->threads > 1)
    for (int part = 0; part < l->threads; part++)
        m->prolong(c, v, synp_first_row(l, part), synp_first_row(l, part + 1));
    return true;
}
