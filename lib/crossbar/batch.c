/* SPDX-License-Identifier: MIT */
/* Batches of inputs. They are apart from the rest so that the plug-in, which has none, need not load OpenBLAS. */
#include "base/numeric.h"
#include "crossbar/batch_noise.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar_batch.h>

/* Inputs of a piece of a batch, which bounds the memory; fewest inputs that are worth the matrix. */
enum { PIECE = 1024, FEWEST = 12 };

/* The port matrix, and the number of the port at each terminal. */
typedef struct port_matrix {
    size_t ports;
    double *y;               /* [ports x ports] */
    size_t *port[SYN_SIDES]; /* SIZE_MAX at open ends */
} port_matrix;

static void free_ports(port_matrix *p)
{
    free(p->y);
    free(p->port[0]);
}

static syn_status find_ports(syn_crossbar *x, port_matrix *p, syn_error *err)
{
    const synp_lines *l = &x->lines;
    p->ports = syn_crossbar_ports(x);
    p->y = malloc(p->ports * p->ports * sizeof *p->y + 1);
    p->port[0] = malloc(2 * (l->rows + l->cols) * sizeof *p->port[0]);
    if (!p->y || !p->port[0])
        return synp_no_memory(err);
    size_t count = 0;
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = synp_lines_at(l, side);
        if (side > 0)
            p->port[side] = p->port[side - 1] + synp_lines_at(l, side - 1);
        for (size_t k = 0; k < lines; k++)
            p->port[side][k] = l->end[side][k] > 0 ? count++ : SIZE_MAX;
    }
    return syn_crossbar_port_matrix(x, p->y, err);
}

/* t[lines of to x lines of from] */
static void take_block(const syn_crossbar *x, const port_matrix *p, int from, int to, double *t)
{
    const size_t n = synp_lines_at(&x->lines, from), m = synp_lines_at(&x->lines, to);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < m; k++) {
            const size_t a = p->port[from][j], b = p->port[to][k];
            t[k + m * j] = a == SIZE_MAX || b == SIZE_MAX ? 0 : p->y[b + p->ports * a];
        }
}

syn_status syn_crossbar_transfer(syn_crossbar *x, syn_side from, syn_side to, double *t, syn_error *err)
{
    port_matrix p = {0};
    if (!syn_side_name(from) || !syn_side_name(to))
        return synp_fail(err, SYN_EINVAL, "side", "%d or %d is none of the four sides", (int)from, (int)to);
    const syn_status status = find_ports(x, &p, err);
    if (!status)
        take_block(x, &p, (int)from, (int)to, t);
    free_ports(&p);
    return status;
}

/* Currents of one side: the sum over the sides with voltages. */
static syn_status multiply(const syn_crossbar *x, const port_matrix *p, const double *const v[SYN_SIDES],
                           size_t count, int to, double *i, syn_error *err)
{
    const size_t m = synp_lines_at(&x->lines, to);
    memset(i, 0, m * count * sizeof *i);
    for (int from = 0; from < SYN_SIDES; from++) {
        const size_t n = synp_lines_at(&x->lines, from);
        if (!v[from])
            continue;
        double *t = malloc(m * n * sizeof *t);
        if (!t)
            return synp_no_memory(err);
        take_block(x, p, from, to, t);
        for (size_t k = 0; k < count; k += PIECE) {
            const size_t columns = count - k < PIECE ? count - k : PIECE;
            cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)columns, (int)n, 1, t, (int)m,
                        v[from] + n * k, (int)n, 1, i + m * k, (int)m);
        }
        free(t);
    }
    for (size_t line = 0; line < m; line++)
        for (size_t k = 0; p->port[to][line] == SIZE_MAX && k < count; k++)
            i[line + m * k] = NAN;
    return SYN_OK;
}

/* Voltages of open ends may be anything, but 0 times infinity is not a number: such columns are refused like others. */
static syn_status check_inputs(const syn_crossbar *x, const double *const v[SYN_SIDES], size_t count, syn_error *err)
{
    if (x->cells.kind == SYNP_NONE)
        return synp_fail(err, SYN_EINVAL, "cells", "the crossbar has none yet");
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = synp_lines_at(&x->lines, side);
        for (size_t k = 0; v[side] && k < lines * count; k++)
            if (!isfinite(v[side][k]))
                return synp_fail(err, SYN_EINVAL, syn_side_name((syn_side)side),
                                 "%s V at line %zu of input %zu is not finite", SYNP_TEXT_OF(v[side][k]), k % lines,
                                 k / lines);
    }
    return SYN_OK;
}

static syn_status check_options(const syn_batch_options *o, size_t count, syn_error *err)
{
    if (o->tolerance != 0 && !(o->tolerance >= SYNP_ENOUGH && o->tolerance <= 1e-3))
        return synp_fail(err, SYN_EINVAL, "tolerance", "%s is outside [%s, 0.001]", SYNP_TEXT_OF(o->tolerance),
                         SYNP_TEXT_OF(SYNP_ENOUGH));
    if (o->threads < 0)
        return synp_fail(err, SYN_EINVAL, "threads", "%d is negative", o->threads);
    if (!(o->bandwidth >= 0 && isfinite(o->bandwidth)))
        return synp_fail(err, SYN_EINVAL, "bandwidth", "%s Hz is negative or not finite", SYNP_TEXT_OF(o->bandwidth));
    if (o->index >> 56 || count > (UINT64_C(1) << 56) - o->index)
        return synp_fail(err, SYN_EINVAL, "index", "%llu + %zu inputs is above 2^56", (unsigned long long)o->index,
                         count);
    return synp_check_reserved(o->reserved, sizeof o->reserved, "syn_batch_options", err);
}

/* The currents by the port matrix. */
static syn_status multiply_all(syn_crossbar *x, const synp_batch_noise *b, syn_error *err)
{
    port_matrix p = {0};
    syn_status status = find_ports(x, &p, err);
    for (int to = 0; to < SYN_SIDES && !status; to++)
        if (b->i[to])
            status = multiply(x, &p, b->v, b->count, to, b->i[to], err);
    free_ports(&p);
    return status;
}

syn_status syn_crossbar_solve_batch(syn_crossbar *x, const double *const v[SYN_SIDES], size_t count,
                                    double *const i[SYN_SIDES], const syn_batch_options *o, syn_solution *info,
                                    syn_error *err)
{
    const syn_batch_options defaults = {0};
    syn_solution unseen;
    o = o ? o : &defaults;
    info = info ? info : &unseen;
    *info = (syn_solution){0};
    syn_status status = check_options(o, count, err);
    if (!status)
        status = check_inputs(x, v, count, err);
    if (status || count == 0)
        return status;
    const double tolerance = o->tolerance > 0 ? o->tolerance : SYNP_ENOUGH;
    const synp_batch_noise b = {v, i, count, tolerance, o->threads, o->bandwidth, o->seed, o->index, SYNP_BATCH_ROOM};
    const bool linear = synp_crossbar_is_linear(x), on_the_way = !linear && b.bandwidth > 0;
    if (linear && (count >= FEWEST || x->ports))
        status = multiply_all(x, &b, err);
    else if (!on_the_way)
        status = synp_crossbar_many(x, v, count, i, b.tolerance, b.threads, NULL, info, err);
    if (!status && b.bandwidth > 0)
        status = synp_crossbar_batch_noise(x, &b, on_the_way, info, err);
    return status;
}
