/* SPDX-License-Identifier: MIT */
/* Conductances between the terminals of a crossbar: of all of them by elimination, of a few by solutions. */
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

/* For the ends that are connected now. */
static syn_status make_kron(syn_crossbar *x, syn_error *err)
{
    const synp_lines *l = &x->lines;
    syn_wires w = x->wires;
    double *ends = malloc(2 * (l->rows + l->cols) * sizeof *ends), *end = ends;
    if (!ends)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    for (int side = 0; side < SYN_SIDES; side++) {
        for (size_t i = 0; i < synp_lines_at(&x->lines, side); i++)
            end[i] = l->end[side][i] > 0 ? x->wires.end[side][i] : INFINITY;
        w.end[side] = end;
        end += synp_lines_at(&x->lines, side);
    }
    const syn_status status = synp_kron_create(&w, &x->kron, err);
    free(ends);
    return status;
}

/* Has x->g belong to the present cells. */
static syn_status find_slopes(syn_crossbar *x, syn_error *err)
{
    syn_solution info;
    if (x->cells == SYNP_NONE)
        return synp_fail(err, SYN_EINVAL, "cells", "the crossbar has none yet");
    if (x->stale)
        synp_crossbar_evaluate(x, &info);
    return SYN_OK;
}

syn_status syn_crossbar_port_matrix(syn_crossbar *x, double *y, syn_error *err)
{
    const synp_lines *l = &x->lines;
    syn_status status = find_slopes(x, err);
    if (!status && !x->kron)
        status = make_kron(x, err);
    if (status)
        return status;
    double *g = malloc(l->rows * l->cols * sizeof *g);
    if (!g)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    for (size_t j = 0; j < l->cols; j++)
        memcpy(g + l->rows * j, x->g + l->ld * j, l->rows * sizeof *g);
    status = synp_kron_reduce(x->kron, g, y, err);
    free(g);
    return status;
}

/* A field at 0 V in memory of its own, which `f.line[0]` starts. */
static syn_status make_field(const syn_crossbar *x, synp_field *f)
{
    const synp_lines *l = &x->lines;
    const size_t lines = 3 * (l->ld + l->cols), n = l->ld * l->cols;
    double *room = synp_allocate((2 * lines + 2 * n) * sizeof *room);
    if (!room)
        return SYN_ENOMEM;
    memset(room, 0, (2 * lines + 2 * n) * sizeof *room);
    for (int along = 0; along < 2; along++) {
        f->line[along] = room;
        room += along ? l->cols : l->ld;
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        f->source[side] = room;
        f->current[side] = room + lines;
        for (size_t i = 0; i < synp_lines_at(&x->lines, side); i++)
            f->current[side][i] = l->end[side][i] > 0 ? 0 : NAN;
        room += side / 2 ? l->cols : l->ld;
    }
    room += lines;
    f->drop[0] = room;
    f->drop[1] = room + n;
    return SYN_OK;
}

/* y[k + count m]: current into port k for 1 V at port m. */
static syn_status solve_ports(syn_crossbar *x, const size_t *port, size_t count, double *y, syn_error *err)
{
    const synp_lines *l = &x->lines;
    size_t(*all)[2] = malloc((syn_crossbar_ports(x) + 1) * sizeof *all);
    if (!all)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    list_ports(x, all);
    syn_status status = SYN_OK;
    for (size_t m = 0; m < count && !status; m++) {
        const size_t *driven = all[port[m]];
        double *source = &x->field.source[driven[0]][driven[1]];
        syn_solution info;
        memset(x->field.line[0], 0, l->rows * sizeof(double));
        memset(x->field.line[1], 0, l->cols * sizeof(double));
        memset(x->field.drop[0], 0, l->ld * l->cols * sizeof(double));
        memset(x->field.drop[1], 0, l->ld * l->cols * sizeof(double));
        *source = 1;
        synp_crossbar_start(x);
        status = synp_crossbar_converge(x, 0, &info, err);
        *source = 0;
        for (size_t k = 0; k < count && !status; k++)
            y[k + count * m] = x->field.current[all[port[k]][0]][all[port[k]][1]];
    }
    free(all);
    return status;
}

syn_status syn_crossbar_port_matrix_of(syn_crossbar *x, const size_t *port, size_t count, double *y, syn_error *err)
{
    syn_status status = find_slopes(x, err);
    if (status)
        return status;
    for (size_t k = 0; k < count; k++)
        if (port[k] >= syn_crossbar_ports(x))
            return synp_fail(err, SYN_EINVAL, "port", "%zu is not below %zu", port[k], syn_crossbar_ports(x));
    const synp_field kept = x->field;
    const synp_cells cells = x->cells;
    if (make_field(x, &x->field)) {
        x->field = kept;
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    }
    x->cells = SYNP_TANGENT;
    double *const room = x->field.line[0];
    status = solve_ports(x, port, count, y, err);
    free(room);
    x->field = kept;
    x->cells = cells;
    for (size_t k = 0; k < count && !status; k++)
        for (size_t m = 0; m < k; m++)
            y[k + count * m] = y[m + count * k] = 0.5 * (y[k + count * m] + y[m + count * k]);
    return status;
}
