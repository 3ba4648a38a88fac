/* SPDX-License-Identifier: MIT */
/* Conductances between the terminals of a crossbar: all of them by elimination (ports/), a few by solutions. */
#include "crossbar/crossbar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t syn_crossbar_ports(const syn_crossbar *x)
{
    size_t count = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(&x->lines, side); i++)
            count += x->lines.end[side][i] > 0;
    return count;
}

/* The terminals as (side, line), in order. */
static void list_ports(const syn_crossbar *x, size_t (*port)[2])
{
    for (size_t side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(&x->lines, (int)side); i++)
            if (x->lines.end[side][i] > 0) {
                (*port)[0] = side;
                (*port++)[1] = i;
            }
}

/* Makes x->g the slopes of the present cells. */
static syn_status find_slopes(syn_crossbar *x, syn_error *err)
{
    syn_solution info;
    if (x->cells.kind == SYNP_NONE)
        return synp_fail(err, SYN_EINVAL, "cells", "the crossbar has none yet");
    if (x->stale)
        synp_crossbar_evaluate(x, &info);
    return SYN_OK;
}

syn_status syn_crossbar_port_matrix(syn_crossbar *x, double *y, syn_error *err)
{
    const synp_lines *l = &x->lines;
    syn_status status = find_slopes(x, err);
    if (!status && !x->ports)
        status = synp_ports_create(l->rows, l->cols, (const double *const *)l->r, (const double *const *)l->end,
                                   x->isa, &x->ports, err);
    if (status)
        return status;
    double *g = malloc(l->rows * l->cols * sizeof *g);
    if (!g)
        return synp_no_memory(err);
    for (size_t j = 0; j < l->cols; j++)
        memcpy(g + l->rows * j, x->g + l->ld * j, l->rows * sizeof *g);
    status = synp_ports_reduce(x->ports, g, y, err);
    free(g);
    return status;
}

static void take_field(const synp_lines *l, synp_arena *memory, synp_field *f)
{
    memory->bytes = 0;
    for (int along = 0; along < 2; along++) {
        f->line[along] = synp_take(memory, (along ? l->cols : l->ld) * sizeof(double));
        f->drop[along] = synp_take(memory, l->ld * l->cols * sizeof(double));
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        f->source[side] = synp_take(memory, (side / 2 ? l->cols : l->ld) * sizeof(double));
        f->current[side] = synp_take(memory, (side / 2 ? l->cols : l->ld) * sizeof(double));
    }
}

/* A field at 0 V in memory of its own. */
static syn_status make_field(const synp_lines *l, synp_arena *memory, synp_field *f)
{
    *memory = (synp_arena){0};
    take_field(l, memory, f);
    if (!synp_arena_allocate(memory))
        return SYN_ENOMEM;
    take_field(l, memory, f);
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(l, side); i++)
            f->current[side][i] = l->end[side][i] > 0 ? 0 : NAN;
    return SYN_OK;
}

syn_status synp_crossbar_linearised(syn_crossbar *x, synp_linear_work *work, void *context, syn_error *err)
{
    syn_status status = find_slopes(x, err);
    if (status)
        return status;
    const synp_field kept = x->field;
    const synp_cell_kind kind = x->cells.kind;
    synp_arena memory;
    synp_field own;
    if (make_field(&x->lines, &memory, &own))
        return synp_no_memory(err);
    x->field = own;
    x->cells.kind = SYNP_TANGENT;
    status = work(x, context, err);
    free(memory.start);
    x->field = kept;
    x->cells.kind = kind;
    return status;
}

/* Some of the ports, and room for their matrix. */
typedef struct chosen_ports {
    const size_t *port;
    size_t count;
    double *y; /* [count x count] */
} chosen_ports;

/* y[k + count m]: current into port k for 1 V at port m. */
static syn_status solve_ports(syn_crossbar *x, void *context, syn_error *err)
{
    const chosen_ports *p = context;
    const size_t *port = p->port, count = p->count;
    double *y = p->y;
    size_t(*all)[2] = malloc((syn_crossbar_ports(x) + 1) * sizeof *all);
    if (!all)
        return synp_no_memory(err);
    list_ports(x, all);
    syn_status status = SYN_OK;
    for (size_t m = 0; m < count && !status; m++) {
        const size_t *driven = all[port[m]];
        double *source = &x->field.source[driven[0]][driven[1]];
        syn_solution info;
        synp_crossbar_clear(x);
        *source = 1;
        synp_crossbar_start(x);
        status = synp_crossbar_converge(x, false, &info, err);
        *source = 0;
        for (size_t k = 0; k < count && !status; k++)
            y[k + count * m] = x->field.current[all[port[k]][0]][all[port[k]][1]];
    }
    free(all);
    return status;
}

syn_status syn_crossbar_port_matrix_of(syn_crossbar *x, const size_t *port, size_t count, double *y, syn_error *err)
{
    for (size_t k = 0; k < count; k++)
        if (port[k] >= syn_crossbar_ports(x))
            return synp_fail(err, SYN_EINVAL, "port", "%zu is not below %zu", port[k], syn_crossbar_ports(x));
    chosen_ports chosen = {port, count, y};
    const syn_status status = synp_crossbar_linearised(x, solve_ports, &chosen, err);
    for (size_t k = 0; k < count && !status; k++)
        for (size_t m = 0; m < k; m++)
            y[k + count * m] = y[m + count * k] = 0.5 * (y[k + count * m] + y[m + count * k]);
    return status;
}
