/* SPDX-License-Identifier: MIT */
/* Chosen cells of an array, and what is done to them: apply and read.
 *
 * A choice is split into parts, one for each block that holds chosen cells, in the order of the blocks. Threads take whole
 * parts, so no two of them work on one block, and the result does not depend on their number. A regular choice (first,
 * count, stride) needs no memory: its parts follow by arithmetic. A list or a mask is sorted by cell once; a part is then
 * a run of the sorted cells that share a block, and each cell remembers its position in the caller's arrays. */
#include "array/array.h"
#include "base/numeric.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

static int by_cell(const void *a, const void *b)
{
    const size_t *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static syn_status check_list(const syn_array *a, const syn_cells *c, syn_error *err)
{
    for (size_t j = 0; j < c->count; j++)
        if (c->list[j] >= a->n)
            return synp_fail(err, SYN_EINVAL, "list", "cell %zu is outside 0 .. %zu", c->list[j], a->n - 1);
    return SYN_OK;
}

/* Fills in the defaults of a regular choice and checks it. */
static syn_status check_range(const syn_array *a, syn_cells *c, syn_error *err)
{
    if (c->stride == 0)
        c->stride = 1;
    if (c->first >= a->n)
        return synp_fail(err, SYN_EINVAL, "first", "cell %zu is outside 0 .. %zu", c->first, a->n - 1);
    const size_t most = (a->n - 1 - c->first) / c->stride + 1;
    if (c->count == 0)
        c->count = most;
    if (c->count > most)
        return synp_fail(err, SYN_EINVAL, "count", "%zu is outside 1 .. %zu from cell %zu with stride %zu", c->count,
                         most, c->first, c->stride);
    return SYN_OK;
}

syn_status syn_array_chosen(const syn_array *a, const syn_cells *cells, size_t *count, syn_error *err)
{
    syn_cells c = cells ? *cells : (syn_cells){0};
    syn_status status = SYN_OK;
    if (c.mask) {
        c.count = 0;
        for (size_t k = 0; k < a->n; k++)
            c.count += c.mask[k] != 0;
    } else {
        status = c.list ? check_list(a, &c, err) : check_range(a, &c, err);
    }
    if (status == SYN_OK)
        *count = c.count;
    return status;
}

/* Sorts a list or mask into blocks. */
static syn_status sort_choice(synp_choice *choice, syn_error *err)
{
    const syn_cells *c = &choice->cells;
    choice->sorted = malloc((choice->count + 1) * sizeof *choice->sorted);
    choice->starts = malloc((choice->count + 1) * sizeof *choice->starts);
    if (!choice->sorted || !choice->starts) {
        synp_choice_free(choice);
        return synp_no_memory(err);
    }
    size_t n = 0;
    bool rising = true;
    for (size_t j = 0; j < (c->mask ? choice->array->n : choice->count); j++) {
        if (c->mask && !c->mask[j])
            continue;
        choice->sorted[n][0] = c->mask ? j : c->list[j];
        choice->sorted[n][1] = n;
        rising = rising && (n == 0 || choice->sorted[n][0] > choice->sorted[n - 1][0]);
        n++;
    }
    if (!rising)
        qsort(choice->sorted, n, sizeof *choice->sorted, by_cell);
    for (size_t j = 0; j < n; j++) {
        if (j > 0 && choice->sorted[j][0] == choice->sorted[j - 1][0]) {
            const size_t twice = choice->sorted[j][0];
            synp_choice_free(choice);
            return synp_fail(err, SYN_EINVAL, "list", "cell %zu is chosen twice", twice);
        }
        if (j == 0 || choice->sorted[j][0] / SYNP_LANES != choice->sorted[j - 1][0] / SYNP_LANES)
            choice->starts[choice->parts++] = j;
    }
    choice->starts[choice->parts] = n;
    return SYN_OK;
}

syn_status synp_choose(const syn_array *a, const syn_cells *cells, synp_choice *choice, syn_error *err)
{
    *choice = (synp_choice){.array = a, .cells = cells ? *cells : (syn_cells){0}};
    syn_cells *c = &choice->cells;
    const syn_status status = syn_array_chosen(a, cells, &choice->count, err);
    if (status)
        return status;
    if (c->mask || c->list)
        return sort_choice(choice, err);
    check_range(a, c, NULL);
    const size_t last = c->first + (c->count - 1) * c->stride;
    choice->parts = c->stride >= SYNP_LANES ? c->count : last / SYNP_LANES - c->first / SYNP_LANES + 1;
    return SYN_OK;
}

void synp_choice_free(synp_choice *choice)
{
    free(choice->sorted);
    free(choice->starts);
    choice->sorted = NULL;
    choice->starts = NULL;
}

/* The block of part p. */
static size_t block_of_part(const synp_choice *choice, size_t p)
{
    const syn_cells *c = &choice->cells;
    if (choice->sorted)
        return choice->sorted[choice->starts[p]][0] / SYNP_LANES;
    return c->stride < SYNP_LANES ? c->first / SYNP_LANES + p : (c->first + p * c->stride) / SYNP_LANES;
}

/* Prefetches a block while another is being processed. */
static void fetch(const syn_array *a, size_t block)
{
    const char *start = (const char *)synp_block_at(a, block);
    for (size_t k = 0; k < a->block_bytes; k += 64)
        __builtin_prefetch(start + k, 1, 2);
}

size_t synp_choice_part(const synp_choice *choice, size_t p, uint32_t *mask, size_t position[SYNP_LANES])
{
    const syn_cells *c = &choice->cells;
    const size_t block = block_of_part(choice, p);
    *mask = 0;
    if (choice->sorted) {
        for (size_t j = choice->starts[p]; j < choice->starts[p + 1]; j++) {
            const size_t lane = choice->sorted[j][0] % SYNP_LANES;
            *mask |= UINT32_C(1) << lane;
            position[lane] = choice->sorted[j][1];
        }
        return block;
    }
    size_t j = p;
    if (c->stride < SYNP_LANES) { /* the first chosen cell in this block */
        const size_t start = block * SYNP_LANES;
        j = start <= c->first ? 0 : (start - c->first + c->stride - 1) / c->stride;
    }
    for (; j < c->count && (c->first + j * c->stride) / SYNP_LANES == block; j++) {
        const size_t lane = (c->first + j * c->stride) % SYNP_LANES;
        *mask |= UINT32_C(1) << lane;
        position[lane] = j;
    }
    return block;
}

syn_status synp_check_writable(const syn_array *a, syn_error *err)
{
    return synp_is_writable(a) ? SYN_OK : synp_fail(err, SYN_EINVAL, "array", "the array is read-only");
}

static syn_status choose_writable(const syn_array *a, const syn_cells *cells, synp_choice *choice, syn_error *err)
{
    const syn_status status = synp_check_writable(a, err);
    return status ? status : synp_choose(a, cells, choice, err);
}

syn_status synp_for_each_cell(const syn_array *a, const syn_cells *cells, synp_each_cell *work, void *context,
                              syn_error *err)
{
    synp_choice choice;
    syn_status status = choose_writable(a, cells, &choice, err);
    if (status)
        return status;
    for (size_t p = 0; p < choice.parts && !status; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const size_t block = synp_choice_part(&choice, p, &mask, position);
        for (; mask && !status; mask &= mask - 1) {
            const size_t lane = (size_t)__builtin_ctz(mask);
            status = work(context, block * SYNP_LANES + lane, position[lane], err);
        }
    }
    synp_choice_free(&choice);
    return status;
}

enum { APPLY_NS = 200, READ_NS = 1, NOISY_NS = 4, SINGLE_NS = 40 }; /* per block and pulse; per cell */

syn_status syn_array_apply(syn_array *a, const syn_cells *cells, const float *u, size_t count, syn_error *err)
{
    synp_choice choice;
    const syn_status status = choose_writable(a, cells, &choice, err);
    if (status)
        return status;
    bool resets = false; /* only a RESET needs the whole block */
    for (size_t j = 0; j < count; j++)
        resets = resets || u[j] > 0;
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice.parts, APPLY_NS *(count + 1)))
    for (size_t p = 0; p < choice.parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const size_t block = synp_choice_part(&choice, p, &mask, position);
        if (resets && a->blocks && p + 1 < choice.parts)
            fetch(a, block_of_part(&choice, p + 1));
        synp_apply_block(a, block, mask, u, count);
    }
    synp_choice_free(&choice);
    return SYN_OK;
}

syn_status syn_array_apply_each(syn_array *a, const syn_cells *cells, const float *u, syn_error *err)
{
    synp_choice choice;
    const syn_status status = choose_writable(a, cells, &choice, err);
    if (status)
        return status;
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice.parts, APPLY_NS))
    for (size_t p = 0; p < choice.parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        synp_floats voltage = {0};
        const size_t block = synp_choice_part(&choice, p, &mask, position);
        for (uint32_t rest = mask; rest; rest &= rest - 1)
            voltage[__builtin_ctz(rest)] = u[position[__builtin_ctz(rest)]];
        synp_apply_lanes(a, block, mask, voltage);
    }
    synp_choice_free(&choice);
    return SYN_OK;
}

/* LLRS(u)/u and (HHRS(u) - LLRS(u))/u in S: I = u max(0, chord[0] + chord[1] r). */
static void chords(const syn_array *a, float u, float chord[2])
{
    const synp_pair curves = synp_chords(a->model, u);
    chord[0] = (float)curves[0];
    chord[1] = (float)(curves[1] - curves[0]);
}

static bool is_regular(const synp_choice *choice)
{
    return !choice->sorted && choice->cells.stride == 1;
}

enum { AT_A_TIME = 4096 };      /* cells that a thread reads in one go: a multiple of 64 */
enum { PAST_CACHES = 1 << 20 }; /* cells from which on the currents would only wash out the second-level caches */

/* out = scale max(0, chord[0] + chord[1] r) of the chosen cells. */
static void read_scaled(const syn_array *a, const synp_choice *choice, const float chord[2], float scale, float *out)
{
    if (is_regular(choice)) {
        const float *r = a->r + choice->cells.first;
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice->count, READ_NS))
        for (size_t k = 0; k < choice->count; k += AT_A_TIME)
            a->kernel->read(chord, scale, r + k, choice->count - k < AT_A_TIME ? choice->count - k : AT_A_TIME,
                            choice->count >= PAST_CACHES, out + k);
        return;
    }
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice->count, SINGLE_NS))
    for (size_t p = 0; p < choice->parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const size_t block = synp_choice_part(choice, p, &mask, position);
        for (; mask; mask &= mask - 1) {
            const size_t lane = (size_t)__builtin_ctz(mask);
            const float g = chord[0] + chord[1] * a->r[block * SYNP_LANES + lane];
            out[position[lane]] = scale * (g < 0 ? 0 : g);
        }
    }
}

/* out = scale I(r,u)/u of the chosen cells. */
static syn_status read_chosen(const syn_array *a, const syn_cells *cells, float u, float scale, float *out,
                              syn_error *err)
{
    synp_choice choice;
    const syn_status status = synp_choose(a, cells, &choice, err);
    if (status)
        return status;
    float chord[2];
    chords(a, u, chord);
    read_scaled(a, &choice, chord, scale, out);
    synp_choice_free(&choice);
    return SYN_OK;
}

syn_status syn_array_read(const syn_array *a, const syn_cells *cells, float u, float *i, syn_error *err)
{
    return read_chosen(a, cells, u, u, i, err);
}

syn_status syn_array_conductance(const syn_array *a, const syn_cells *cells, float u, float *g, syn_error *err)
{
    return read_chosen(a, cells, u, 1, g, err);
}

syn_status syn_array_read_each(const syn_array *a, const syn_cells *cells, const float *u, float *i, syn_error *err)
{
    return syn_array_read_each_noisy(a, cells, u, 0, 0, i, err);
}

static syn_status check_bandwidth(double bandwidth, syn_error *err)
{
    if (bandwidth >= 0 && isfinite(bandwidth))
        return SYN_OK;
    return synp_fail(err, SYN_EINVAL, "bandwidth", "%s Hz is negative or not finite", SYNP_TEXT_OF(bandwidth));
}

/* The current of cell k at u with the noise of read `index`. */
static float read_one(const syn_array *a, size_t k, float u, double bandwidth, uint64_t index)
{
    const double r = a->r[k], i = syn_current(a->model, r, u, NULL);
    if (bandwidth == 0)
        return (float)i;
    const double z = syn_rng_read(a->single.seed, a->single.first + k, index);
    return (float)(i + syn_noise_sigma(syn_chord(a->model, r, u), i, bandwidth) * z);
}

syn_status syn_array_read_each_noisy(const syn_array *a, const syn_cells *cells, const float *u, double bandwidth,
                                     uint64_t index, float *i, syn_error *err)
{
    synp_choice choice;
    syn_status status = check_bandwidth(bandwidth, err);
    if (status == SYN_OK)
        status = synp_choose(a, cells, &choice, err);
    if (status)
        return status;
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice.count, SINGLE_NS))
    for (size_t p = 0; p < choice.parts; p++) {
        uint32_t mask;
        size_t position[SYNP_LANES];
        const size_t block = synp_choice_part(&choice, p, &mask, position);
        for (; mask; mask &= mask - 1) {
            const size_t lane = (size_t)__builtin_ctz(mask), j = position[lane];
            i[j] = read_one(a, block * SYNP_LANES + lane, u[j], bandwidth, index);
        }
    }
    synp_choice_free(&choice);
    return SYN_OK;
}

/* Cells first .. first + n - 1 of the array, n <= AT_A_TIME, into i. */
static void read_noisy_cells(const syn_array *a, const float chord[2], float u, float scale, uint64_t index,
                             size_t first, size_t n, float *i)
{
    const uint64_t cell = a->single.first + first;
    const size_t skip = (size_t)(cell % 4);
    float z[AT_A_TIME + 8 * SYNP_LANES];
    for (size_t k = 0; k < skip + n; k += 4 * SYNP_LANES)
        a->kernel->normals(a->single.seed, SYN_DRAW_READ, cell - skip + k, index, z + k);
    a->kernel->read(chord, u, a->r + first, n, 0, i);
    a->kernel->add_noise(chord, scale, z + skip, a->r + first, n, i);
}

syn_status syn_array_read_noisy(const syn_array *a, const syn_cells *cells, float u, double bandwidth, uint64_t index,
                                float *i, syn_error *err)
{
    synp_choice choice;
    syn_status status = check_bandwidth(bandwidth, err);
    if (status == SYN_OK)
        status = synp_choose(a, cells, &choice, err);
    if (status)
        return status;
    float chord[2];
    chords(a, u, chord);
    /* Both parts of the variance go with the conductance: 4 k T g and 2 q |u| g. */
    const float scale = (float)syn_noise_sigma(1, u, bandwidth);
    if (is_regular(&choice)) {
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice.count, NOISY_NS))
        for (size_t k = 0; k < choice.count; k += AT_A_TIME)
            read_noisy_cells(a, chord, u, scale, index, choice.cells.first + k,
                             choice.count - k < AT_A_TIME ? choice.count - k : AT_A_TIME, i + k);
    } else {
        read_scaled(a, &choice, chord, u, i);
#pragma omp parallel for num_threads(synp_threads_for(a->threads, choice.count, SINGLE_NS))
        for (size_t p = 0; p < choice.parts; p++) {
            uint32_t mask;
            size_t position[SYNP_LANES];
            const size_t block = synp_choice_part(&choice, p, &mask, position);
            for (; mask; mask &= mask - 1) {
                const size_t lane = (size_t)__builtin_ctz(mask), k = block * SYNP_LANES + lane;
                const float z = (float)syn_rng_read(a->single.seed, a->single.first + k, index);
                a->kernel->add_noise(chord, scale, &z, &a->r[k], 1, &i[position[lane]]);
            }
        }
    }
    synp_choice_free(&choice);
    return SYN_OK;
}
