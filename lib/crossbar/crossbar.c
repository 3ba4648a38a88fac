/* SPDX-License-Identifier: MIT */
/* A crossbar: its wires and its cells. */
#include "crossbar/crossbar.h"
#include "base/threads.h"
#include "cell/circuit.h"
#include "crossbar/wires.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_FROM = 512 * 512 }; /* cells; smaller crossbars lose more by sharing than they gain */

#define ENTRY(isa, runs) &synp_lines_##isa,
static const synp_lines_kernel *const kernels[] = {SYNP_ISAS(ENTRY)};

static size_t matrix_size(const syn_crossbar *x)
{
    return x->lines.ld * x->lines.cols;
}

static double *take(syn_crossbar *x, size_t count)
{
    return synp_take(&x->memory, count * sizeof(double));
}

static void take_all(syn_crossbar *x)
{
    synp_lines *l = &x->lines;
    const size_t n = matrix_size(x);
    x->memory.bytes = 0;
    for (int along = 0; along < 2; along++) {
        const size_t lines = along ? l->cols : l->ld;
        l->r[along] = take(x, lines);
        l->segment[along] = take(x, lines);
        x->field.line[along] = take(x, lines);
        x->field.drop[along] = take(x, n);
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = side / 2 ? l->cols : l->ld;
        l->end[side] = take(x, lines);
        x->loose[side] = take(x, lines);
        x->lead[side] = take(x, lines);
        x->field.source[side] = take(x, lines);
        x->field.current[side] = take(x, lines);
    }
    x->g = take(x, n);
    x->cells.r = take(x, n);
    x->on = take(x, l->ld);
    x->touched = synp_take(&x->memory, l->ld);
    x->sums = take(x, 2 * l->ld + 3 * (size_t)l->threads * l->cols);
    if (synp_access_present(&x->access.device))
        x->access.inner = take(x, n);
}

static syn_status set_lines(syn_crossbar *x, const syn_wires *w, syn_error *err)
{
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? w->cols : w->rows); i++) {
            double lead[2];
            const syn_status status = synp_wires_line(w, along, i, &x->lines.r[along][i], lead, err);
            if (status)
                return status;
            x->lines.segment[along][i] = x->lines.r[along][i] > 0 ? 1 / x->lines.r[along][i] : 0;
            for (int far = 0; far < 2; far++)
                x->lead[2 * along + far][i] = lead[far];
        }
    return SYN_OK;
}

/* Whether conjugate gradients are faster with two levels, which they are where one level would take more than about twelve
 * iterations. Its number of iterations grows with the ratio of the length of the lines to the length over which a current
 * leaks away. The coefficients are empirical. */
static bool wants_coarse(const syn_crossbar *x)
{
    const double typical = 1e-4; /* S, of a cell */
    const synp_lines *l = &x->lines;
    const double segment = synp_mean_segment(l); /* 0: 4 is not above 12 */
    return l->rows >= 64 && l->cols >= 64 && 4 + 1.8 * sqrt(typical * segment * (double)(l->rows * l->cols)) > 12;
}

static syn_status prepare(syn_crossbar *x, const syn_wires *w, int threads, syn_error *err)
{
    synp_lines *l = &x->lines;
    l->rows = w->rows;
    l->cols = w->cols;
    const size_t strips = (w->rows + SYNP_STRIP - 1) / SYNP_STRIP;
    /* An odd number of strips: columns do not share their position in the caches. */
    l->ld = (w->cols > SYNP_STRIP ? strips | 1 : strips) * SYNP_STRIP;
    l->threads = w->rows * w->cols < THREADS_FROM ? 1 : synp_threads(0);
    l->threads = threads > 0 && threads < l->threads ? threads : l->threads;
    x->gmin = w->gmin;
    x->enough = SYNP_ENOUGH;
    x->kernel = kernels[x->isa];
    x->access.cells = x->kernel->cells;
    if (synp_access_copy(&w->access, &x->access))
        return SYN_ENOMEM;
    take_all(x);
    if (!synp_arena_allocate(&x->memory))
        return SYN_ENOMEM;
    take_all(x);
    syn_status status = set_lines(x, w, err);
    if (!status)
        status = synp_cycle_create(l, x->kernel, &x->cycle);
    if (!status) {
        syn_crossbar_select(x, NULL);
        syn_crossbar_connect(x, (const uint8_t *[SYN_SIDES]){0});
    }
    return status;
}

static void take_more(syn_crossbar *x)
{
    x->more.bytes = 0;
    for (int along = 0; along < 2; along++)
        x->rho[along] = synp_take(&x->more, matrix_size(x) * sizeof(double));
}

/* What both methods of conjugate gradients need. */
static syn_status prepare_gradients(syn_crossbar *x)
{
    const synp_lines *l = &x->lines;
    take_more(x);
    if (!synp_arena_allocate(&x->more))
        return SYN_ENOMEM;
    take_more(x);
    return wants_coarse(x)
               ? synp_coarse_create(l, x->kernel->band, l->rows * l->cols >= 512 * 512 ? 16 : 8, &x->coarse)
               : SYN_OK;
}

syn_status synp_crossbar_next_method(syn_crossbar *x)
{
    syn_status status = x->rho[0] ? SYN_OK : prepare_gradients(x);
    if (!status && x->method == SYNP_CYCLES && !x->single_work)
        status = x->kernel->single_precision->create(&x->lines, x->coarse, &x->single_work);
    if (!status && x->method == SYNP_GRADIENTS && !x->double_work)
        status = x->kernel->double_precision->create(&x->lines, x->coarse, &x->double_work);
    if (!status) {
        x->method = x->method == SYNP_CYCLES ? SYNP_GRADIENTS : SYNP_GRADIENTS_DOUBLE;
        x->factored = false;
    }
    return status;
}

syn_status syn_crossbar_create(const syn_wires *w, int threads, syn_crossbar **out, syn_error *err)
{
    *out = NULL;
    syn_status status = synp_wires_check(w, err);
    if (!status && threads < 0)
        status = synp_fail(err, SYN_EINVAL, "threads", "%d is negative", threads);
    if (status)
        return status;
    int isa;
    status = synp_isa_find(NULL, &isa, err);
    if (status)
        return status;
    syn_crossbar *x = calloc(1, sizeof *x);
    if (x)
        x->isa = isa;
    status = x ? prepare(x, w, threads, err) : SYN_ENOMEM;
    if (status) {
        syn_crossbar_free(x);
        return status == SYN_ENOMEM ? synp_no_memory(err) : status;
    }
    *out = x;
    return SYN_OK;
}

/* Copies what take_all has taken and the solver reads. */
static void copy_lines(const syn_crossbar *x, syn_crossbar *copy)
{
    const synp_lines *l = &x->lines;
    for (int along = 0; along < 2; along++) {
        const size_t size = (along ? l->cols : l->ld) * sizeof(double);
        memcpy(copy->lines.r[along], l->r[along], size);
        memcpy(copy->lines.segment[along], l->segment[along], size);
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t size = (side / 2 ? l->cols : l->ld) * sizeof(double);
        memcpy(copy->lines.end[side], l->end[side], size);
        memcpy(copy->loose[side], x->loose[side], size);
        memcpy(copy->lead[side], x->lead[side], size);
        memcpy(copy->field.current[side], x->field.current[side], size);
    }
    memcpy(copy->on, x->on, l->rows * sizeof *x->on);
    memcpy(copy->g, x->g, matrix_size(x) * sizeof *x->g);
}

syn_status synp_crossbar_copy(const syn_crossbar *x, syn_crossbar **out)
{
    syn_crossbar *copy = *out = calloc(1, sizeof *copy);
    if (!copy)
        return SYN_ENOMEM;
    copy->lines = (synp_lines){.rows = x->lines.rows, .cols = x->lines.cols, .ld = x->lines.ld, .threads = 1};
    copy->isa = x->isa;
    copy->kernel = x->kernel;
    copy->gmin = x->gmin;
    copy->enough = x->enough;
    copy->access = x->access;
    copy->access.inner = NULL;
    take_all(copy);
    if (!synp_arena_allocate(&copy->memory))
        return SYN_ENOMEM;
    take_all(copy);
    copy_lines(x, copy);
    copy->cells = x->cells;
    copy->stale = true;
    return synp_cycle_create(&copy->lines, x->kernel, &copy->cycle);
}

void synp_crossbar_copy_free(syn_crossbar *copy)
{
    if (!copy)
        return;
    copy->cells.given = NULL; /* of the original, like the curve */
    copy->access.curve = NULL;
    syn_crossbar_free(copy);
}

void syn_crossbar_free(syn_crossbar *x)
{
    if (!x)
        return;
    synp_switching_free(x->switching);
    synp_cycle_free(x->cycle);
    synp_coarse_free(x->coarse);
    free(x->more.start);
    if (x->kernel) {
        x->kernel->single_precision->release(x->single_work);
        x->kernel->double_precision->release(x->double_work);
    }
    synp_ports_free(x->ports);
    synp_access_free(&x->access);
    free(x->cells.given);
    free(x->memory.start);
    free(x);
}

const char *syn_side_name(syn_side side)
{
    static const char *const names[SYN_SIDES] = {"left", "right", "top", "bottom"};
    return (unsigned)side < SYN_SIDES ? names[side] : NULL;
}

size_t syn_crossbar_rows(const syn_crossbar *x)
{
    return x->lines.rows;
}

size_t syn_crossbar_cols(const syn_crossbar *x)
{
    return x->lines.cols;
}

size_t syn_crossbar_bytes(const syn_crossbar *x)
{
    return sizeof *x + x->memory.bytes + 2 * x->access.device.points * sizeof(double) +
           (x->cells.given ? matrix_size(x) * sizeof(double) : 0) + synp_cycle_bytes(x->cycle) + x->more.bytes +
           (x->coarse ? synp_coarse_bytes(x->coarse) : 0) + (x->ports ? synp_ports_bytes(x->ports) : 0) +
           (x->single_work ? x->kernel->single_precision->bytes(x->single_work) : 0) +
           (x->double_work ? x->kernel->double_precision->bytes(x->double_work) : 0) +
           (x->switching ? synp_switching_bytes(x->switching) : 0);
}

void synp_crossbar_forget(syn_crossbar *x)
{
    x->factored = x->cycle->holds = false;
}

/* The crossbar gets other cells: nothing that was derived from the present ones holds. */
static void change_cells(syn_crossbar *x, synp_cell_kind kind, syn_array *array)
{
    synp_switching_free(x->switching);
    x->switching = NULL;
    x->hold_resets = false;
    x->array = array;
    x->cells.kind = kind;
    x->stale = true;
    synp_crossbar_forget(x);
    x->method = SYNP_CYCLES;
}

syn_status syn_crossbar_set_conductances(syn_crossbar *x, const double *g, syn_error *err)
{
    const synp_lines *l = &x->lines;
    for (size_t k = 0; k < l->rows * l->cols; k++)
        if (!(g[k] >= 0 && isfinite(g[k])))
            return synp_fail(err, SYN_EINVAL, "g", "%.9g S at row %zu, column %zu is not finite and >= 0", g[k],
                             k % l->rows, k / l->rows);
    double *given = x->cells.given ? x->cells.given : synp_allocate(matrix_size(x) * sizeof *given);
    if (!given)
        return synp_no_memory(err);
    for (size_t j = 0; j < l->cols; j++) {
        memcpy(given + l->ld * j, g + l->rows * j, l->rows * sizeof *g);
        memset(given + l->ld * j + l->rows, 0, (l->ld - l->rows) * sizeof *g);
    }
    x->cells.given = given;
    change_cells(x, SYNP_LINEAR, NULL);
    return SYN_OK;
}

static void set_exponents(const syn_model *m, synp_chord *chord)
{
    chord->exponential = true;
    chord->n = m->terms - 1;
    for (int curve = 0; curve < 2; curve++) {
        chord->at_0[curve] = exp(m->exponent[0][0][curve]);
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < chord->n; k++)
                chord->exponent[side][curve][k] = m->exponent[side][k + 1][curve] / log(2);
    }
}

static void set_chord(const syn_model *m, synp_chord *chord)
{
    *chord = (synp_chord){.n = m->terms, .u_linear = m->u_linear, .slope_min = SYNP_SLOPE_MIN};
    for (int k = 0; !m->exponential && k < chord->n; k++) {
        chord->low[k] = m->chord[k][0];
        chord->gap[k] = m->chord[k][1] - m->chord[k][0];
    }
    if (m->exponential)
        set_exponents(m, chord);
}

syn_status syn_crossbar_bind(syn_crossbar *x, syn_array *a, syn_error *err)
{
    const synp_lines *l = &x->lines;
    if (syn_array_size(a) != l->rows * l->cols)
        return synp_fail(err, SYN_EINVAL, "array", "%zu cells are not the %zu x %zu of the crossbar",
                         syn_array_size(a), l->rows, l->cols);
    change_cells(x, SYNP_CURVE, a);
    set_chord(syn_array_model(a), &x->cells.chord);
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++)
            x->cells.r[i + l->ld * j] = (double)a->r[i + l->rows * j];
    return SYN_OK;
}

syn_status syn_crossbar_set_states(syn_crossbar *x, const syn_model *m, const double *r, syn_error *err)
{
    const synp_lines *l = &x->lines;
    for (size_t k = 0; k < l->rows * l->cols; k++)
        if (!(fabs(r[k]) <= 1))
            return synp_fail(err, SYN_EINVAL, "r", "%.9g at row %zu, column %zu is outside [-1, 1]", r[k],
                             k % l->rows, k / l->rows);
    for (size_t j = 0; j < l->cols; j++)
        memcpy(x->cells.r + l->ld * j, r + l->rows * j, l->rows * sizeof *r);
    set_chord(m, &x->cells.chord);
    change_cells(x, SYNP_CURVE, NULL);
    return SYN_OK;
}

void syn_crossbar_select(syn_crossbar *x, const uint8_t *on)
{
    for (size_t i = 0; i < x->lines.rows; i++)
        x->on[i] = !on || on[i];
    x->stale = true;
    synp_crossbar_forget(x);
}

/* A line that becomes its source's node loses the voltages that it had floated to. */
static void clear_drops(syn_crossbar *x, int along, size_t i)
{
    const size_t step = along ? 1 : x->lines.ld, count = along ? x->lines.rows : x->lines.cols;
    for (size_t k = 0; k < count; k++)
        x->field.drop[along][(along ? x->lines.ld * i : i) + step * k] = 0;
}

void syn_crossbar_connect(syn_crossbar *x, const uint8_t *const on[SYN_SIDES])
{
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < synp_lines_at(&x->lines, side); i++) {
            const double lead = !on[side] || on[side][i] ? x->lead[side][i] : 0;
            if (isinf(lead))
                clear_drops(x, side / 2, i);
            x->lines.end[side][i] = lead;
            x->loose[side][i] = isinf(lead) ? 0 : lead;
            x->field.current[side][i] = lead > 0 ? 0 : NAN;
        }
    synp_crossbar_forget(x);
    synp_ports_free(x->ports);
    x->ports = NULL;
}
