/* SPDX-License-Identifier: MIT */
/* Cells of an array that switch within a solution. The array holds what was accepted; each linearisation computes the
 * states anew from it and the present voltages, by the array's own kernels on copies of its blocks. */
#include "crossbar/crossbar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A cell whose state may differ from that in the array. */
typedef struct spot {
    size_t cell, at; /* number in the array; place in the matrices */
    float u, r;      /* V; state at it */
    int beyond;      /* U_S, but waiting */
} spot;

typedef struct spots {
    spot *spot;
    size_t count, room;
} spots;

struct synp_switching {
    float *low, *high; /* V: matrices; between them a cell certainly stays as it is */
    spots now, before; /* by the present and the last linearisation, ascending */
    spots set;         /* latched, ascending from each latch to the next */
    uint8_t *is_set;   /* a matrix */
    char *block;       /* a copy to try on */
};

static int append(spots *s, spot one)
{
    if (s->count == s->room && !synp_grow(&s->spot, sizeof *s->spot, &s->room))
        return 0;
    s->spot[s->count++] = one;
    return 1;
}

/* Takes over state and thresholds of a cell from the array. */
static void refresh(syn_crossbar *x, size_t cell, size_t at)
{
    struct synp_switching *s = x->switching;
    const synp_block *b = synp_block_at(x->array, cell / SYNP_LANES);
    const size_t lane = cell % SYNP_LANES;
    x->r[at] = (double)x->array->r[cell];
    s->low[at] = b->mode[lane] == SYN_LRS ? -INFINITY : b->u_set[lane] + SYNP_NEAR;
    s->high[at] = b->mode[lane] == SYN_HRS ? INFINITY : b->u_thr[lane] - SYNP_NEAR;
}

syn_status synp_switching_create(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    const size_t n = l->ld * l->cols;
    struct synp_switching *s = calloc(1, sizeof *s);
    x->switching = s;
    if (!s)
        return SYN_ENOMEM;
    s->low = synp_allocate(n * sizeof *s->low);
    s->high = synp_allocate(n * sizeof *s->high);
    s->is_set = calloc(n, 1);
    s->block = synp_allocate(x->array->block_bytes);
    if (!s->low || !s->high || !s->is_set || !s->block) {
        synp_switching_free(x);
        return SYN_ENOMEM;
    }
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++)
            refresh(x, i + l->rows * j, i + l->ld * j);
    return SYN_OK;
}

void synp_switching_free(syn_crossbar *x)
{
    struct synp_switching *s = x->switching;
    if (!s)
        return;
    free(s->low);
    free(s->high);
    free(s->is_set);
    free(s->block);
    free(s->now.spot);
    free(s->before.spot);
    free(s->set.spot);
    free(s);
    x->switching = NULL;
}

size_t synp_switching_bytes(const syn_crossbar *x)
{
    const struct synp_switching *s = x->switching;
    return s ? sizeof *s + x->lines.ld * x->lines.cols * (2 * sizeof *s->low + 1) + x->array->block_bytes +
                   (s->now.room + s->before.room + s->set.room) * sizeof(spot)
             : 0;
}

/* Cells whose voltage is at one of their thresholds or beyond. */
static int find_spots(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    struct synp_switching *s = x->switching;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t first = 0; first < l->rows; first += SYNP_TILE) {
            const size_t last = first + SYNP_TILE < l->rows ? first + SYNP_TILE : l->rows;
            int any = 0;
            double u[SYNP_TILE];
            x->kernel->voltages(x, first, j, last - first, u);
            for (size_t i = first; i < last; i++) {
                const size_t at = i + l->ld * j;
                u[i - first] = x->inner ? x->inner[at] : u[i - first];
                any |= (u[i - first] <= (double)s->low[at]) | (u[i - first] > (double)s->high[at]);
            }
            for (size_t i = first; any && i < last; i++) {
                const size_t at = i + l->ld * j;
                const double v = u[i - first];
                if (x->on[i] && !s->is_set[at] && (v <= (double)s->low[at] || v > (double)s->high[at]) &&
                    !append(&s->now, (spot){.cell = i + l->rows * j, .at = at, .u = (float)v}))
                    return 0;
            }
        }
    return 1;
}

/* Where a voltage moved by no more than a rounding, the state stays as it is: single precision makes it a staircase,
 * on whose edges the iteration would not end. */
static void keep_voltages(struct synp_switching *s)
{
    for (size_t k = 0, m = 0; k < s->now.count; k++) {
        spot *p = &s->now.spot[k];
        while (m < s->before.count && s->before.spot[m].cell < p->cell)
            m++;
        if (m < s->before.count && s->before.spot[m].cell == p->cell) {
            const float u = s->before.spot[m].u;
            p->u = p->u == nextafterf(u, p->u) ? u : p->u;
        }
    }
}

/* A run of spots in one block of the array. */
static size_t gather(const spots *s, size_t from, uint32_t *mask, synp_floats u)
{
    size_t to = from;
    *mask = 0;
    memset(u, 0, sizeof(synp_floats));
    for (; to < s->count && s->spot[to].cell / SYNP_LANES == s->spot[from].cell / SYNP_LANES; to++) {
        const size_t lane = s->spot[to].cell % SYNP_LANES;
        *mask |= 1u << lane;
        u[lane] = s->spot[to].u;
    }
    return to;
}

/* States of the spots from `from` on in one block. */
static size_t follow_block(syn_crossbar *x, size_t from, syn_solution *info)
{
    struct synp_switching *s = x->switching;
    _Alignas(64) synp_floats u, r;
    uint32_t mask, mode[SYNP_LANES];
    const size_t to = gather(&s->now, from, &mask, u), block = s->now.spot[from].cell / SYNP_LANES;
    synp_try_lanes(x->array, block, mask, u, s->block, r, mode);
    const synp_block *b = synp_block_at(x->array, block);
    for (size_t k = from; k < to; k++) {
        spot *p = &s->now.spot[k];
        const size_t lane = p->cell % SYNP_LANES;
        p->beyond = mode[lane] == SYN_LRS && b->mode[lane] != SYN_LRS;
        info->beyond += (size_t)p->beyond;
        p->r = p->beyond ? x->array->r[p->cell] : r[lane];
        info->switched += p->r != x->array->r[p->cell];
        x->r[p->at] = (double)p->r;
    }
    return to;
}

/* The largest change of a state since the linearisation before. */
static double largest_move(const syn_crossbar *x)
{
    const spots *now = &x->switching->now, *before = &x->switching->before;
    double moved = 0;
    for (size_t k = 0, m = 0; k < now->count || m < before->count;) {
        const size_t a = k < now->count ? now->spot[k].cell : SIZE_MAX,
                     b = m < before->count ? before->spot[m].cell : SIZE_MAX, cell = a < b ? a : b;
        const float r = x->array->r[cell];
        const float to = a == cell ? now->spot[k++].r : r, from = b == cell ? before->spot[m++].r : r;
        moved = fmax(moved, fabs((double)to - (double)from));
    }
    return moved;
}

syn_status synp_switching_follow(syn_crossbar *x, double *moved, syn_solution *info)
{
    struct synp_switching *s = x->switching;
    const spots last = s->before;
    s->before = s->now;
    s->now = last;
    s->now.count = 0;
    for (size_t k = 0; k < s->before.count; k++)
        if (!s->is_set[s->before.spot[k].at])
            x->r[s->before.spot[k].at] = (double)x->array->r[s->before.spot[k].cell];
    if (!find_spots(x))
        return SYN_ENOMEM;
    keep_voltages(s);
    info->beyond = 0;
    info->switched = s->set.count;
    for (size_t k = 0; k < s->now.count;)
        k = follow_block(x, k, info);
    *moved = largest_move(x);
    return SYN_OK;
}

void syn_crossbar_restart(syn_crossbar *x)
{
    struct synp_switching *s = x->switching;
    if (!s)
        return;
    for (size_t k = 0; k < s->set.count; k++) {
        s->is_set[s->set.spot[k].at] = 0;
        x->r[s->set.spot[k].at] = (double)x->array->r[s->set.spot[k].cell];
    }
    for (size_t k = 0; k < s->now.count; k++)
        x->r[s->now.spot[k].at] = (double)x->array->r[s->now.spot[k].cell];
    s->set.count = s->now.count = 0;
}

/* SETs the spots from `from` on in one block of the set. */
static size_t latch_block(syn_crossbar *x, size_t from)
{
    struct synp_switching *s = x->switching;
    _Alignas(64) synp_floats u, r;
    uint32_t mask, mode[SYNP_LANES];
    const size_t to = gather(&s->set, from, &mask, u);
    synp_try_lanes(x->array, s->set.spot[from].cell / SYNP_LANES, mask, u, s->block, r, mode);
    for (size_t k = from; k < to; k++)
        x->r[s->set.spot[k].at] = (double)r[s->set.spot[k].cell % SYNP_LANES];
    return to;
}

syn_status syn_crossbar_latch(syn_crossbar *x, size_t *count, syn_error *err)
{
    struct synp_switching *s = x->switching;
    const size_t first = s ? s->set.count : 0;
    *count = 0;
    for (size_t k = 0; s && k < s->now.count; k++) {
        spot p = s->now.spot[k];
        if (!p.beyond)
            continue;
        p.u = -INFINITY;
        if (!append(&s->set, p)) {
            s->set.count = first;
            return synp_fail(err, SYN_ENOMEM, "", "out of memory");
        }
    }
    for (size_t k = first; s && k < s->set.count;)
        k = latch_block(x, k);
    for (size_t k = first; s && k < s->set.count; k++) {
        s->is_set[s->set.spot[k].at] = 1;
        ++*count;
    }
    return SYN_OK;
}

/* Applies the voltages of the spots that are not waiting, block by block. */
static void apply(syn_crossbar *x, const spots *s)
{
    for (size_t k = 0; k < s->count;) {
        synp_floats u;
        uint32_t mask;
        const size_t from = k;
        k = gather(s, from, &mask, u);
        for (size_t m = from; m < k; m++)
            if (s->spot[m].beyond && !isinf(s->spot[m].u))
                mask &= ~(1u << s->spot[m].cell % SYNP_LANES);
        synp_apply_lanes(x->array, s->spot[from].cell / SYNP_LANES, mask, u);
    }
    for (size_t k = 0; k < s->count; k++)
        refresh(x, s->spot[k].cell, s->spot[k].at);
}

void syn_crossbar_commit(syn_crossbar *x)
{
    struct synp_switching *s = x->switching;
    if (!s)
        return;
    apply(x, &s->now);
    apply(x, &s->set);
    for (size_t k = 0; k < s->set.count; k++)
        s->is_set[s->set.spot[k].at] = 0;
    s->set.count = s->now.count = 0;
}

syn_status syn_crossbar_try(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution unseen;
    if (x->cells != SYNP_NONE && !x->switching)
        return synp_fail(err, SYN_EINVAL, "array",
                         x->cells == SYNP_ARRAY ? "a read-only array cannot switch" : "linear cells cannot switch");
    const syn_status status = synp_crossbar_sources(x, v, err);
    return status ? status : synp_crossbar_converge(x, 1, info ? info : &unseen, err);
}

syn_status synp_crossbar_settle(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution all = {0};
    size_t latched = 1;
    syn_crossbar_restart(x);
    while (latched > 0) {
        syn_status status = syn_crossbar_try(x, v, info, err);
        if (!status)
            status = syn_crossbar_latch(x, &latched, err);
        if (status) {
            syn_crossbar_restart(x);
            return status;
        }
        info->newton += all.newton;
        info->iterations += all.iterations;
        all = *info;
    }
    return SYN_OK;
}

syn_status syn_crossbar_step(syn_crossbar *x, const double *const v[SYN_SIDES], syn_solution *info, syn_error *err)
{
    syn_solution unseen;
    const syn_status status = synp_crossbar_settle(x, v, info ? info : &unseen, err);
    if (!status)
        syn_crossbar_commit(x);
    return status;
}

void synp_switching_each(const syn_crossbar *x, void (*f)(void *context, size_t cell), void *context)
{
    const struct synp_switching *s = x->switching;
    for (size_t k = 0; k < s->set.count; k++)
        f(context, s->set.spot[k].cell);
    for (size_t k = 0; k < s->now.count; k++)
        if (s->now.spot[k].r != x->array->r[s->now.spot[k].cell])
            f(context, s->now.spot[k].cell);
}
