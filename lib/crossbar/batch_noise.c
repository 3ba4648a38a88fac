/* SPDX-License-Identifier: MIT */
/* Noise of a batch.
 *
 * The network is reciprocal: a noise current of 1 A across cell c changes the current of terminal p by the voltage h_pc
 * across this cell when p is at 1 V and all other terminals at 0 V. By Nyquist's theorem all conductors of the linear network
 * together have the spectral density 4 k T Y_ab between the terminals a and b. To that comes what a cell has beyond its
 * conductance: 2 q |I| of shot noise and, if it is not linear, 4 k T (chord - slope). So
 *   S_ab = 4 k T Y_ab + sum_c h_ac h_bc s_c,    s_c = 2 q |I_c| + 4 k T (chord_c - slope_c).
 * h and Y are found once, at 0 V, by a solution for each terminal. s follows from each input, and the sums of all inputs are
 * a matrix product. Needed are a = b, and the two ends of a line, whose currents often are added.
 *
 * Memory: h of some terminals at a time, s of some inputs at a time. */
#include "crossbar/batch_noise.h"
#include "base/threads.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

static const double temperature = 300; /* K, as in syn_noise_sigma */

typedef struct terminal {
    int side;
    size_t line;
} terminal;

/* Voltages across the cells for 1 V at each of some terminals. */
typedef struct transfer {
    terminal *at; /* [count] */
    size_t count;
    float *h;              /* [cells x count], and `pairs` more columns: products h_a h_b of the two ends of a line */
    size_t pairs, *second; /* [pairs]: b; a is b - 1 */
    double *self, *across; /* [count] S: current into the terminal itself, into the one before it */
} transfer;

/* What a cell adds, but for its current: at 0 V. */
typedef struct cells {
    double *chord, *slope; /* S, of the cell by itself */
    float *share; /* of h^2 that is across the cell itself and not its access device; 0: no current can flow */
} cells;

typedef struct noise {
    const syn_crossbar *x;
    syn_crossbar *tangent; /* x with linear cells: the slopes at 0 V */
    const synp_batch_noise *b;
    cells cells;
    transfer out, in; /* of the outputs; of the inputs, if they are used: in.count > 0 */
    float *s;         /* A^2 of each cell and input of a piece */
    size_t n, from;   /* cells; the first input of the piece */
} noise;

static void free_transfer(transfer *t)
{
    free(t->at);
    free(t->h);
    free(t->second);
    free(t->self);
    free(t->across);
}

/* All ends that are connected, of the sides that are given, line by line, so that the two ends of a line are neighbours. */
static bool list_terminals(const syn_crossbar *x, const bool given[SYN_SIDES], transfer *t)
{
    const synp_lines *l = &x->lines;
    t->at = malloc((2 * (l->rows + l->cols) + 1) * sizeof *t->at);
    for (int along = 0; t->at && along < 2; along++)
        for (size_t line = 0; line < (along ? l->cols : l->rows); line++)
            for (int side = 2 * along; side < 2 * along + 2; side++)
                if (given[side] && l->end[side][line] > 0)
                    t->at[t->count++] = (terminal){side, line};
    return t->at != NULL;
}

static bool is_second(const transfer *t, size_t k)
{
    return k > 0 && t->at[k].side / 2 == t->at[k - 1].side / 2 && t->at[k].line == t->at[k - 1].line;
}

/* Takes over what the solution for 1 V at terminal k gives. */
static syn_status take_transfer(void *context, size_t k, const syn_crossbar *own, syn_error *err)
{
    transfer *t = context;
    const synp_lines *l = &own->lines;
    const synp_view view = synp_crossbar_view(own);
    float *h = t->h + l->rows * l->cols * k;
    double *u = malloc(l->rows * sizeof *u);
    if (!u)
        return synp_no_memory(err);
    for (size_t j = 0; j < l->cols; j++) {
        own->kernel->voltages(&view, 0, j, l->rows, u);
        for (size_t i = 0; i < l->rows; i++)
            h[i + l->rows * j] = own->on[i] > 0 ? (float)u[i] : 0;
    }
    free(u);
    t->self[k] = own->field.current[t->at[k].side][t->at[k].line];
    t->across[k] = is_second(t, k) ? own->field.current[t->at[k - 1].side][t->at[k - 1].line] : NAN;
    return SYN_OK;
}

/* Solves for 1 V at each of the terminals t->at. */
static syn_status solve_transfer(const noise *z, transfer *t, syn_error *err)
{
    static double *const nowhere[SYN_SIDES] = {NULL};
    double *v[SYN_SIDES] = {NULL};
    syn_solution info;
    syn_status status = SYN_OK;
    for (size_t k = 0; k < t->count && !status; k++) {
        const size_t lines = synp_lines_at(&z->x->lines, t->at[k].side);
        double **side = &v[t->at[k].side];
        if (!*side)
            *side = calloc(lines * t->count, sizeof **side);
        if (*side)
            (*side)[t->at[k].line + lines * k] = 1;
        else
            status = synp_no_memory(err);
    }
    const synp_visit visit = {take_transfer, t, 0};
    if (!status)
        status = synp_crossbar_many(z->tangent, (const double *const *)v, t->count, nowhere, 1e-7, z->b->threads,
                                    &visit, &info, err);
    for (int side = 0; side < SYN_SIDES; side++)
        free(v[side]);
    return status;
}

/* Room for t->count terminals and the pairs among them. */
static bool allocate_transfer(const noise *z, transfer *t)
{
    for (size_t k = 0; k < t->count; k++)
        t->pairs += is_second(t, k);
    t->h = malloc(z->n * (t->count + t->pairs) * sizeof *t->h + 1);
    t->second = malloc((t->pairs + 1) * sizeof *t->second);
    t->self = malloc((t->count + 1) * sizeof *t->self);
    t->across = malloc((t->count + 1) * sizeof *t->across);
    for (size_t k = 0, pair = 0; t->second && k < t->count; k++)
        if (is_second(t, k))
            t->second[pair++] = k;
    return t->h && t->second && t->self && t->across;
}

/* h of the outputs becomes the products that the sums need. */
static void square(const noise *z, transfer *t)
{
    const size_t n = z->n;
    for (size_t pair = 0; pair < t->pairs; pair++) {
        const float *b = t->h + n * t->second[pair], *a = b - n;
        float *product = t->h + n * (t->count + pair);
        for (size_t c = 0; c < n; c++)
            product[c] = a[c] * b[c] * z->cells.share[c];
    }
    for (size_t k = 0; k < t->count; k++)
        for (size_t c = 0; c < n; c++)
            t->h[c + n * k] *= t->h[c + n * k] * z->cells.share[c];
}

/* Slopes and chords at 0 V, by a voltage at which the curve is straight to the last digit. */
static syn_status find_cells(noise *z, syn_error *err)
{
    const double near = 1e-9; /* V */
    const synp_lines *l = &z->x->lines;
    syn_solution info;
    if (synp_crossbar_copy(z->x, &z->tangent))
        return synp_no_memory(err);
    z->cells = (cells){malloc(z->n * sizeof(double)), malloc(z->n * sizeof(double)), malloc(z->n * sizeof(float))};
    if (!z->cells.chord || !z->cells.slope || !z->cells.share)
        return synp_no_memory(err);
    synp_crossbar_evaluate(z->tangent, &info);
    for (size_t c = 0; c < z->n; c++) {
        const size_t at = c % l->rows + l->ld * (c / l->rows);
        double i, slope;
        z->x->kernel->cells(&z->x->cells, at, &near, 1, &i, &slope);
        const double all = z->tangent->g[at] - z->x->gmin, part = slope > 0 ? all / slope : 0;
        z->cells.chord[c] = i / near;
        z->cells.slope[c] = slope;
        z->cells.share[c] = !z->x->access.inner ? 1 : (float)(part * part);
    }
    z->tangent->cells.kind = SYNP_TANGENT;
    return SYN_OK;
}

static float cell_noise(const noise *z, size_t c, double u, double i)
{
    const double chord = fabs(u) > 1e-9 ? i / u : z->cells.chord[c];
    return (float)(syn_noise_shot(i) + syn_noise_thermal(1, temperature) * (chord - z->cells.slope[c]));
}

/* s of the solution for input k of the piece. */
static syn_status take_cells(void *context, size_t k, const syn_crossbar *own, syn_error *err)
{
    const noise *z = context;
    const synp_lines *l = &own->lines;
    const synp_view view = synp_crossbar_view(own);
    double *u = malloc(3 * l->rows * sizeof *u);
    if (!u)
        return synp_no_memory(err);
    double *i = u + l->rows, *slope = i + l->rows;
    for (size_t j = 0; j < l->cols; j++) {
        const size_t at = l->ld * j, c = l->rows * j;
        if (own->access.inner)
            memcpy(u, own->access.inner + at, l->rows * sizeof *u);
        else
            own->kernel->voltages(&view, 0, j, l->rows, u);
        own->kernel->cells(&own->cells, at, u, l->rows, i, slope);
        for (size_t row = 0; row < l->rows; row++)
            z->s[z->n * k + c + row] = cell_noise(z, c + row, u[row], i[row]);
    }
    free(u);
    return SYN_OK;
}

/* Inputs of one matrix product, because OpenBLAS rounds by their number. It divides SYNP_NOISE_RUN, so that a batch that begins at
 * a multiple of that has the same products. */
static size_t run_of(const noise *z)
{
    size_t run = SYNP_NOISE_RUN;
    while (run > SYNP_RUN && run * z->n > z->b->most_s)
        run /= 2;
    return run;
}

/* c[rows x count] = a b, or a^T b, in runs of columns; a column of b has `inner` numbers. */
static void multiply(const noise *z, CBLAS_TRANSPOSE form, size_t rows, size_t count, size_t inner, const float *a,
                     const float *b, float *c)
{
    const size_t run = run_of(z);
    for (size_t k = 0; k < count; k += run)
        cblas_sgemm(CblasColMajor, form, CblasNoTrans, (int)rows, (int)(count - k < run ? count - k : run),
                    (int)inner, 1, a, (int)z->n, b + inner * k, (int)inner, 0, c + rows * k, (int)rows);
}

/* The same for linear cells and `count` inputs, whose voltages across the cells are h of the inputs times theirs. */
static syn_status multiply_cells(const noise *z, size_t count, syn_error *err)
{
    const transfer *t = &z->in;
    float *v = malloc((t->count * count + 1) * sizeof *v);
    if (!v)
        return synp_no_memory(err);
    for (size_t k = 0; k < count; k++)
        for (size_t m = 0; m < t->count; m++) {
            const size_t lines = synp_lines_at(&z->x->lines, t->at[m].side);
            v[m + t->count * k] = (float)z->b->v[t->at[m].side][t->at[m].line + lines * (z->from + k)];
        }
    multiply(z, CblasNoTrans, z->n, count, t->count, t->h, v, z->s);
    free(v);
    for (size_t k = 0; k < count; k++)
        for (size_t c = 0; c < z->n; c++)
            z->s[c + z->n * k] = (float)syn_noise_shot(z->cells.slope[c] * (double)z->s[c + z->n * k]);
    return SYN_OK;
}

/* s of `count` inputs from z->from on. currents: these solutions are those of the batch, too. */
static syn_status find_s(noise *z, size_t count, bool currents, syn_solution *all, syn_error *err)
{
    const synp_batch_noise *b = z->b;
    const double *v[SYN_SIDES];
    double *i[SYN_SIDES] = {NULL};
    syn_solution info = {0};
    if (z->in.count > 0)
        return multiply_cells(z, count, err);
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t start = synp_lines_at(&z->x->lines, side) * z->from;
        v[side] = b->v[side] ? b->v[side] + start : NULL;
        i[side] = currents && b->i[side] ? b->i[side] + start : NULL;
    }
    const synp_visit visit = {take_cells, z, z->from};
    const syn_status status = synp_crossbar_many(z->x, v, count, i, b->tolerance, b->threads, &visit, &info, err);
    if (currents)
        synp_crossbar_join(&info, all);
    return status;
}

/* The number of a terminal among all ends of all sides. */
static uint64_t number_of(const syn_crossbar *x, const terminal *t)
{
    uint64_t before = 0;
    for (int side = 0; side < t->side; side++)
        before += synp_lines_at(&x->lines, side);
    return before + t->line;
}

static double draw(const noise *z, const terminal *t, size_t k)
{
    const uint64_t number = number_of(z->x, t);
    double four[4];
    syn_rng_normals(z->b->seed, number / 4, z->b->index + z->from + k, SYN_DRAW_PRODUCT, four);
    return four[number % 4];
}

/* Adds noise to the currents of input k of the piece. sum: of s, [count + pairs]. The two ends of a line: by the Cholesky
 * factor of their covariance. */
static void add_to_input(const noise *z, const float *sum, size_t k)
{
    const transfer *t = &z->out;
    double first = 0, z_first = 0; /* standard deviation and normal of the terminal before */
    for (size_t m = 0, pair = 0; m < t->count; m++) {
        const size_t lines = synp_lines_at(&z->x->lines, t->at[m].side);
        double *i = &z->b->i[t->at[m].side][t->at[m].line + lines * (z->from + k)];
        const double thermal = syn_noise_thermal(1, temperature), z_own = draw(z, &t->at[m], k);
        const double variance = fmax(thermal * t->self[m] + (double)sum[m], 0) * z->b->bandwidth;
        double shared = 0;
        if (is_second(t, m)) {
            const double covariance = (thermal * t->across[m] + (double)sum[t->count + pair++]) * z->b->bandwidth;
            shared = first > 0 ? covariance / first : 0;
            *i += shared * z_first;
        }
        *i += sqrt(fmax(variance - shared * shared, 0)) * z_own;
        first = sqrt(variance);
        z_first = z_own;
    }
}

/* Adds the noise of the outputs z->out to `count` inputs from z->from on. */
static syn_status add_noise(const noise *z, size_t count, syn_error *err)
{
    const transfer *t = &z->out;
    const size_t sums = t->count + t->pairs;
    float *sum = malloc(sums * count * sizeof *sum + 1);
    if (!sum)
        return synp_no_memory(err);
    multiply(z, CblasTrans, sums, count, z->n, t->h, z->s, sum);
#pragma omp parallel for num_threads(synp_threads(z->b->threads)) if (sums * count > 4096)
    for (size_t k = 0; k < count; k++)
        add_to_input(z, sum + sums * k, k);
    free(sum);
    return SYN_OK;
}

/* All inputs for the outputs z->out. currents: the currents are found on the way. */
static syn_status add_to_all(noise *z, bool currents, syn_solution *all, syn_error *err)
{
    const size_t run = run_of(z), piece = run * (1 + z->b->most_s / z->n / run);
    z->s = malloc(z->n * (piece < z->b->count ? piece : z->b->count) * sizeof *z->s + 1);
    syn_status status = z->s ? solve_transfer(z, &z->out, err) : synp_no_memory(err);
    if (!status)
        square(z, &z->out);
    for (z->from = 0; z->from < z->b->count && !status; z->from += piece) {
        const size_t count = z->b->count - z->from < piece ? z->b->count - z->from : piece;
        status = find_s(z, count, currents, all, err);
        if (!status)
            status = add_noise(z, count, err);
    }
    free(z->s);
    return status;
}

/* Voltages across the cells for 1 V at each input, unless they are too many: then z->in stays empty. */
static syn_status find_inputs(noise *z, syn_error *err)
{
    transfer *t = &z->in;
    const bool given[SYN_SIDES] = {z->b->v[0] != NULL, z->b->v[1] != NULL, z->b->v[2] != NULL, z->b->v[3] != NULL};
    if (!list_terminals(z->x, given, t))
        return synp_no_memory(err);
    if (!synp_crossbar_is_linear(z->x) || z->n * t->count > z->b->most_h) {
        t->count = 0;
        return SYN_OK;
    }
    return allocate_transfer(z, t) ? solve_transfer(z, t, err) : synp_no_memory(err);
}

/* The outputs in blocks that fit into memory; the two ends of a line stay together. */
static syn_status add_in_blocks(noise *z, bool currents, syn_solution *all, syn_error *err)
{
    const bool asked[SYN_SIDES] = {z->b->i[0] != NULL, z->b->i[1] != NULL, z->b->i[2] != NULL, z->b->i[3] != NULL};
    const size_t most = z->b->most_h / z->n > 4 ? z->b->most_h / z->n : 4;
    transfer list = {0};
    syn_status status = list_terminals(z->x, asked, &list) ? SYN_OK : synp_no_memory(err);
    for (size_t done = 0; done < list.count && !status;) {
        size_t count = list.count - done < most ? list.count - done : most;
        count -= done + count < list.count && is_second(&list, done + count);
        z->out = (transfer){.at = malloc(count * sizeof *list.at), .count = count};
        if (z->out.at)
            memcpy(z->out.at, list.at + done, count * sizeof *list.at);
        status = z->out.at && allocate_transfer(z, &z->out) ? add_to_all(z, currents && done == 0, all, err)
                                                            : synp_no_memory(err);
        free_transfer(&z->out);
        done += count;
    }
    free_transfer(&list);
    return status;
}

syn_status synp_crossbar_batch_noise(const syn_crossbar *x, const synp_batch_noise *b, bool currents,
                                     syn_solution *info, syn_error *err)
{
    noise z = {.x = x, .b = b, .n = x->lines.rows * x->lines.cols};
    if (x->access.device.points > 0)
        return synp_fail(err, SYN_EINVAL, "bandwidth",
                         "the access devices have a curve: only syn_crossbar_noise knows their noise");
    syn_status status = find_cells(&z, err);
    if (!status)
        status = find_inputs(&z, err);
    if (!status)
        status = add_in_blocks(&z, currents, info, err);
    free_transfer(&z.in);
    free(z.cells.chord);
    free(z.cells.slope);
    free(z.cells.share);
    synp_crossbar_copy_free(z.tangent);
    return status;
}
