/* SPDX-License-Identifier: MIT */
/* A crossbar: its wires and its cells. */
#include "crossbar/crossbar.h"
#include "cell/circuit.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_FROM = 512 * 512 }; /* cells; smaller crossbars lose more by sharing than they gain */

static const synp_lines_kernel *const kernels[] = {
#ifdef SYN_HAVE_AVX512
    &synp_lines_avx512,
#endif
#ifdef SYN_HAVE_AVX2
    &synp_lines_avx2,
#endif
    &synp_lines_generic,
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static const synp_lines_kernel *find_kernel(void)
{
    const char *name = synp_kernel_name();
    for (int k = 0; name && k < KERNELS; k++)
        if (strcmp(kernels[k]->name, name) == 0)
            return kernels[k];
    return NULL;
}

static size_t matrix_size(const syn_crossbar *x)
{
    return x->lines.ld * x->lines.cols;
}

/* Places `count` numbers of 8 bytes in the memory, or only counts them while there is none. */
static double *place(syn_crossbar *x, size_t count)
{
    const size_t at = x->bytes / sizeof(double);
    x->bytes += (count + SYNP_TILE - 1) / SYNP_TILE * SYNP_TILE * sizeof(double);
    return x->memory ? (double *)x->memory + at : NULL;
}

static void place_all(syn_crossbar *x)
{
    synp_lines *l = &x->lines;
    const size_t n = matrix_size(x);
    x->bytes = 0;
    for (int along = 0; along < 2; along++) {
        const size_t lines = along ? l->cols : l->ld;
        l->r[along] = place(x, lines);
        x->field.line[along] = place(x, lines);
        x->field.drop[along] = place(x, n);
        x->rho[along] = place(x, n);
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = side / 2 ? l->cols : l->ld;
        l->end[side] = place(x, lines);
        x->loose[side] = place(x, lines);
        x->lead[side] = place(x, lines);
        x->field.source[side] = place(x, lines);
        x->field.current[side] = place(x, lines);
    }
    x->g = place(x, n);
    x->r = place(x, n);
    x->on = (uint8_t *)place(x, l->ld / sizeof(double));
    x->sums = place(x, 2 * l->ld + 3 * (size_t)l->threads * l->cols);
    if (x->wires.access.resistance > 0 || x->wires.access.points > 0)
        x->inner = place(x, n);
}

static syn_status check_access(const syn_access *a, syn_error *err)
{
    if (!(a->resistance >= 0 && isfinite(a->resistance)))
        return synp_fail(err, SYN_EINVAL, "access", "%g ohm is not finite and >= 0", a->resistance);
    if (a->points == 1)
        return synp_fail(err, SYN_EINVAL, "access", "a selector's curve has at least 2 points");
    for (size_t k = 0; k < a->points; k++)
        if (!isfinite(a->u[k]) || !isfinite(a->i[k]) || (k > 0 && !(a->u[k] > a->u[k - 1] && a->i[k] > a->i[k - 1])))
            return synp_fail(err, SYN_EINVAL, "access",
                             "point %zu of the selector's curve, %g V and %g A, is not above the one before", k,
                             a->u[k], a->i[k]);
    for (size_t k = 0; k < a->points; k++)
        if (a->u[k] == 0 && a->i[k] == 0)
            return SYN_OK;
    return a->points == 0 ? SYN_OK
                          : synp_fail(err, SYN_EINVAL, "access", "(0, 0) is no point of the selector's curve");
}

static syn_status set_lines(syn_crossbar *x, const syn_wires *w, syn_error *err)
{
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < (along ? w->cols : w->rows); i++) {
            double lead[2];
            const syn_status status = synp_line_ohms(w, along, i, &x->lines.r[along][i], lead, err);
            if (status)
                return status;
            for (int far = 0; far < 2; far++)
                x->lead[2 * along + far][i] = 1 / lead[far];
        }
    return SYN_OK;
}

/* n numbers of *list moved to *room; nothing if there are none. */
static void take_over(const double **list, size_t n, double **room)
{
    if (!*list || n == 0)
        return;
    memcpy(*room, *list, n * sizeof **room);
    *list = *room;
    *room += n;
}

static syn_status copy_wires(syn_crossbar *x, const syn_wires *w)
{
    x->wires = *w;
    x->copies = malloc((3 * (w->rows + w->cols) + 2 * w->access.points) * sizeof *x->copies);
    if (!x->copies)
        return SYN_ENOMEM;
    double *room = x->copies;
    take_over(&x->wires.r_wl_each, w->rows, &room);
    take_over(&x->wires.r_bl_each, w->cols, &room);
    for (int side = 0; side < SYN_SIDES; side++)
        take_over(&x->wires.end[side], side / 2 ? w->cols : w->rows, &room);
    take_over(&x->wires.access.u, w->access.points, &room);
    take_over(&x->wires.access.i, w->access.points, &room);
    return SYN_OK;
}

/* Two levels pay where one would take more than some twelve iterations: their number grows like the lengths of the
 * lines over that on which a current leaks away. */
static int wants_coarse(const syn_crossbar *x)
{
    const double typical = 1e-4; /* S, of a cell */
    const synp_lines *l = &x->lines;
    double mean = 0;
    for (int along = 0; along < 2; along++) {
        const size_t count = along ? l->cols : l->rows;
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            if (l->r[along][i] == 0)
                return 0;
            sum += log(l->r[along][i]);
        }
        mean += sum / (double)count / 2;
    }
    return l->rows >= 64 && l->cols >= 64 && 4 + 1.8 * sqrt(typical * exp(mean) * (double)(l->rows * l->cols)) > 12;
}

static syn_status prepare(syn_crossbar *x, const syn_wires *w, int threads, syn_error *err)
{
    synp_lines *l = &x->lines;
    l->rows = w->rows;
    l->cols = w->cols;
    const size_t tiles = (w->rows + SYNP_TILE - 1) / SYNP_TILE;
    l->ld = (w->cols > 16 ? tiles | 1 : tiles) * SYNP_TILE; /* odd: columns do not share their place in the caches */
    l->threads = w->rows * w->cols < THREADS_FROM ? 1 : omp_get_max_threads();
    l->threads = threads > 0 && threads < l->threads ? threads : l->threads;
    x->kernel = find_kernel();
    if (!x->kernel)
        return synp_fail(err, SYN_EINVAL, "kernel", "SYNAPTOGEN_KERNEL is none that this processor can run");
    syn_status status = check_access(&w->access, err);
    if (!status && !(w->gmin >= 0 && isfinite(w->gmin)))
        status = synp_fail(err, SYN_EINVAL, "gmin", "%g S is not finite and >= 0", w->gmin);
    if (status)
        return status;
    if (copy_wires(x, w))
        return SYN_ENOMEM;
    place_all(x);
    x->memory = synp_allocate(x->bytes);
    if (!x->memory)
        return SYN_ENOMEM;
    memset(x->memory, 0, x->bytes);
    place_all(x);
    memset(x->on, 1, w->rows);
    status = set_lines(x, w, err);
    if (!status)
        syn_crossbar_connect(x, (const uint8_t *[SYN_SIDES]){0});
    if (!status && wants_coarse(x))
        status = synp_coarse_create(l, &x->coarse);
    return status ? status : x->kernel->single_precision->create(l, x->coarse, &x->single_work);
}

syn_status syn_crossbar_create(const syn_wires *w, int threads, syn_crossbar **out, syn_error *err)
{
    *out = NULL;
    if (w->rows == 0 || w->cols == 0)
        return synp_fail(err, SYN_EINVAL, w->rows ? "cols" : "rows", "0 is not >= 1");
    if (w->rows > SIZE_MAX / 1024 / (w->cols + SYNP_TILE))
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    if (threads < 0)
        return synp_fail(err, SYN_EINVAL, "threads", "%d is negative", threads);
    syn_crossbar *x = calloc(1, sizeof *x);
    const syn_status status = x ? prepare(x, w, threads, err) : SYN_ENOMEM;
    if (status) {
        syn_crossbar_free(x);
        return status == SYN_ENOMEM ? synp_fail(err, status, "", "out of memory") : status;
    }
    *out = x;
    return SYN_OK;
}

void syn_crossbar_free(syn_crossbar *x)
{
    if (!x)
        return;
    synp_switching_free(x);
    synp_coarse_free(x->coarse);
    if (x->kernel) {
        x->kernel->single_precision->release(x->single_work);
        x->kernel->double_precision->release(x->double_work);
    }
    synp_kron_free(x->kron);
    free(x->given);
    free(x->copies);
    free(x->memory);
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
    return sizeof *x + x->bytes + (x->given ? matrix_size(x) * sizeof(double) : 0) +
           (x->coarse ? synp_coarse_bytes(x->coarse) : 0) + (x->kron ? synp_kron_bytes(x->kron) : 0) +
           x->kernel->single_precision->bytes(x->single_work) +
           (x->double_work ? x->kernel->double_precision->bytes(x->double_work) : 0) + synp_switching_bytes(x);
}

/* The cells are others: nothing that was derived from them holds. */
static void forget_cells(syn_crossbar *x, synp_cells cells)
{
    x->cells = cells;
    x->stale = 1;
    x->factored = x->use_double = 0;
}

syn_status syn_crossbar_set_conductances(syn_crossbar *x, const double *g, syn_error *err)
{
    const synp_lines *l = &x->lines;
    for (size_t k = 0; k < l->rows * l->cols; k++)
        if (!(g[k] >= 0 && isfinite(g[k])))
            return synp_fail(err, SYN_EINVAL, "g", "%g S at row %zu, column %zu is not finite and >= 0", g[k],
                             k % l->rows, k / l->rows);
    if (!x->given)
        x->given = synp_allocate(matrix_size(x) * sizeof *x->given);
    if (!x->given)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    for (size_t j = 0; j < l->cols; j++) {
        memcpy(x->given + l->ld * j, g + l->rows * j, l->rows * sizeof *g);
        memset(x->given + l->ld * j + l->rows, 0, (l->ld - l->rows) * sizeof *g);
    }
    synp_switching_free(x);
    x->array = NULL;
    forget_cells(x, SYNP_LINEAR);
    return SYN_OK;
}

static void set_law(const syn_model *m, synp_law *law)
{
    *law = (synp_law){.n = m->terms, .u_linear = m->u_linear, .slope_min = SYNP_SLOPE_MIN};
    for (int k = 0; k < law->n; k++) {
        law->low[k] = m->chord[k][0];
        law->gap[k] = m->chord[k][1] - m->chord[k][0];
    }
}

syn_status syn_crossbar_bind(syn_crossbar *x, syn_array *a, syn_error *err)
{
    const synp_lines *l = &x->lines;
    if (syn_array_size(a) != l->rows * l->cols)
        return synp_fail(err, SYN_EINVAL, "array", "%zu cells are not the %zu x %zu of the crossbar",
                         syn_array_size(a), l->rows, l->cols);
    synp_switching_free(x);
    x->array = a;
    set_law(syn_array_model(a), &x->law);
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++)
            x->r[i + l->ld * j] = (double)a->r[i + l->rows * j];
    forget_cells(x, SYNP_ARRAY);
    if (a->blocks && synp_switching_create(x)) {
        forget_cells(x, SYNP_NONE);
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    }
    return SYN_OK;
}

syn_status syn_crossbar_set_states(syn_crossbar *x, const syn_model *m, const double *r, syn_error *err)
{
    const synp_lines *l = &x->lines;
    for (size_t k = 0; k < l->rows * l->cols; k++)
        if (!(fabs(r[k]) <= 1))
            return synp_fail(err, SYN_EINVAL, "r", "%g at row %zu, column %zu is outside [-1, 1]", r[k], k % l->rows,
                             k / l->rows);
    for (size_t j = 0; j < l->cols; j++)
        memcpy(x->r + l->ld * j, r + l->rows * j, l->rows * sizeof *r);
    synp_switching_free(x);
    x->array = NULL;
    set_law(m, &x->law);
    forget_cells(x, SYNP_ARRAY);
    return SYN_OK;
}

void syn_crossbar_select(syn_crossbar *x, const uint8_t *on)
{
    for (size_t i = 0; i < x->lines.rows; i++)
        x->on[i] = !on || on[i];
    x->stale = 1;
    x->factored = 0;
}

/* A line that becomes its source's node keeps nothing of the voltage it had floated to. */
static void drop_nothing(syn_crossbar *x, int along, size_t i)
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
                drop_nothing(x, side / 2, i);
            x->lines.end[side][i] = lead;
            x->loose[side][i] = isinf(lead) ? 0 : lead;
            x->field.current[side][i] = lead > 0 ? 0 : NAN;
        }
    x->factored = 0;
    synp_kron_free(x->kron);
    x->kron = NULL;
}
