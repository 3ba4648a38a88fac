/* SPDX-License-Identifier: MIT */
#include "array/array.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/array.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>
#include <sys/mman.h>

#define ENTRY(isa, runs) &synp_array_##isa,
static const synp_array_kernel *const kernels[] = {SYNP_ISAS(ENTRY)};

const char *syn_array_kernel_name(int k)
{
    for (int isa = 0; k >= 0 && synp_isa_name(isa); isa++)
        if (synp_isa_runs(isa) && k-- == 0)
            return synp_isa_name(isa);
    return NULL;
}

static void single_poly(const syn_poly *p, float *out, int *n)
{
    for (int j = 0; j < p->n; j++)
        out[j] = (float)p->c[j];
    if (p->n > *n)
        *n = p->n;
}

static void single_spline(const syn_spline *s, synp_pieces *out)
{
    const double step = 2 * s->range / (s->n - 1);
    *out = (synp_pieces){.pieces = s->n - 1,
                         .low = (float)-s->range,
                         .per_step = (float)(1 / step),
                         .first = (float)(step * s->slope[0]),
                         .last = (float)(step * s->slope[s->n - 1])};
    for (int k = 0; k + 1 < s->n; k++) {
        double c[4];
        synp_spline_piece(s, k, c);
        for (int j = 0; j < 4; j++)
            out->c[k][j] = (float)c[j];
    }
}

/* In units of the chord at 0 V the exponent is small, and its error in single precision, too. */
static void single_exponential(const syn_poly *p, float *out, int *n)
{
    out[0] = (float)exp(p->c[0]);
    for (int j = 1; j < p->n; j++)
        out[j] = (float)(p->c[j] / log(2));
    *n = p->n > 1 ? p->n : 2;
}

static void single_curves(const syn_model *m, synp_single *s)
{
    const syn_params *p = &m->params;
    s->exponential = m->exponential;
    if (m->exponential) {
        single_exponential(&p->exp_llrs.positive, s->llrs, &s->n_llrs);
        single_exponential(&p->exp_hhrs.positive, s->hhrs, &s->n_hhrs);
    } else {
        single_poly(&p->llrs, s->llrs, &s->n_llrs);
        single_poly(&p->hhrs, s->hhrs, &s->n_hhrs);
    }
    s->i_llrs_max = (float)synp_llrs(p, p->u_max);
    s->i_gap_max = (float)(synp_hhrs(p, p->u_max) - synp_llrs(p, p->u_max));
    s->u_linear = (float)m->u_linear;
}

/* The smallest float >= x. */
static float round_up(double x)
{
    const float f = (float)x;
    return f >= x ? f : nextafterf(f, INFINITY);
}

static void make_single(const syn_model *m, uint64_t seed, uint64_t first, synp_single *s)
{
    const syn_params *p = &m->params;
    *s = (synp_single){.seed = seed,
                       .first = first,
                       .slots = synp_slots(m->var),
                       .is_long = m->var->order == SYN_LONG,
                       .n_components = p->n_components,
                       .in_turn = p->in_turn,
                       .plain = true};
    for (int k = 0; k < p->n_components; k++) {
        /* w + 1/2 < 2^32 cumulative, for integers w */
        s->threshold[k] = (uint32_t)fmin(ceil(m->cumulative[k] * 0x1p32 - 0.5), 0x1p32 - 1);
        for (int i = 0; i < SYN_NDEVICE; i++) {
            s->mean[k][i] = (float)p->mean[k][i];
            for (int j = 0; j < SYN_NDEVICE; j++)
                s->chol[k][i][j] = (float)p->chol[k][i][j];
        }
    }
    for (int i = 0; i < SYN_NFEAT; i++) {
        single_poly(&p->gamma[i], s->gamma[i], &s->n_gamma);
        if (p->spline[i].n)
            single_spline(&p->spline[i], &s->spline[i]);
        s->scale[i] = p->scale[i];
        s->plain &= p->spline[i].n == 0 && p->scale[i] == SYN_LINEAR;
        for (int j = 0; j < SYN_NFEAT; j++) {
            s->b[i][j] = (float)m->var->b[i][j];
            for (int l = 0; l < s->slots; l++)
                s->a[l][i][j] = (float)m->var->a[l][i][j];
        }
    }
    single_curves(m, s);
    s->u_max = round_up(p->u_max);
    s->u_max_high = (float)p->u_max;
    s->u_max_low = (float)(p->u_max - s->u_max_high);
    s->x1_max = (float)(p->u_max - 0.05);
    s->eta = (float)p->eta;
    s->g_llrs = (float)m->g_llrs;
    s->g_gap = (float)(1 / (m->g_llrs - m->g_hhrs));
    s->r_lrs_min = (float)m->r_lrs_min;
}

static bool is_active(const syn_array *a, float r)
{
    return (r < a->r_passive[0]) | (r > a->r_passive[1]);
}

void synp_note_states(syn_array *a, size_t block)
{
    bool active = false;
    for (size_t k = 0; k < SYNP_LANES; k++)
        active |= is_active(a, a->r[block * SYNP_LANES + k]);
    a->active[block] = active;
}

size_t synp_next_active(const syn_array *a, size_t k)
{
    while (k < a->n) {
        const size_t block = k / SYNP_LANES;
        const uint8_t *found = memchr(a->active + block, 1, a->n_blocks - block);
        if (!found)
            return a->n;
        const size_t first = (size_t)(found - a->active) * SYNP_LANES;
        for (k = first > k ? first : k; k < first + SYNP_LANES && k < a->n; k++)
            if (is_active(a, a->r[k]))
                return k;
    }
    return a->n;
}

void *synp_allocate(size_t bytes)
{
    const size_t huge = (size_t)2 << 20, size = (bytes + huge - 1) / huge * huge;
    if (bytes < huge)
        return aligned_alloc(64, (bytes + 63) / 64 * 64);
    void *p = size < bytes ? NULL : aligned_alloc(huge, size);
#ifdef MADV_HUGEPAGE
    if (p)
        madvise(p, size, MADV_HUGEPAGE); /* a hint: most of the time of a large array's creation goes into pages */
#endif
    return p;
}

/* The cells of an array that has no blocks of its own: every thread makes them in a block of its own. */
static syn_status init_states(syn_array *a)
{
    syn_status status = SYN_OK;
#pragma omp parallel num_threads(synp_threads(a->threads))
    {
        synp_block *scratch = synp_allocate(a->block_bytes);
        if (!scratch) {
#pragma omp critical
            status = SYN_ENOMEM;
        }
#pragma omp for
        for (size_t block = 0; block < a->n_blocks; block++)
            if (scratch) {
                synp_init_cells(a, &(synp_held){block, scratch, a->r + block * SYNP_LANES});
                if (a->expanded)
                    synp_keep(a, block, scratch);
                synp_note_states(a, block);
            }
        free(scratch);
    }
    return status;
}

syn_status synp_array_check(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_error *err)
{
    syn_cell c;
    const syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_array_options", err);
    if (status)
        return status;
    if (n < 1 || n > SIZE_MAX / 4096 || (n - 1) > UINT64_MAX - o->first)
        return synp_fail(err, SYN_EINVAL, "n", "%zu cells from number %llu on is outside 1 .. %zu cells below 2^64",
                         n, (unsigned long long)o->first, SIZE_MAX / 4096);
    if (o->storage != SYN_AUTOMATIC && o->storage != SYN_FULL && o->storage != SYN_COMPACT)
        return synp_fail(err, SYN_EINVAL, "storage", "%d is none of 0 .. 2", (int)o->storage);
    if (o->rows && n % o->rows)
        return synp_fail(err, SYN_EINVAL, "rows", "%zu does not divide %zu cells", o->rows, n);
    return syn_cell_init(m, seed, o->first, &o->start, &c, err);
}

/* An array with more than FULL_GIB of blocks is compact by itself. MiB of expanded blocks if the options say 0. */
enum { FULL_GIB = 4, EXPANDED_MIB = 64 };

syn_storage syn_storage_for(const syn_model *m, size_t n)
{
    const size_t blocks = n / SYNP_LANES + (n % SYNP_LANES > 0);
    return blocks > ((uint64_t)FULL_GIB << 30) / synp_block_bytes(m->var->order) ? SYN_COMPACT : SYN_FULL;
}

static bool allocate_kept(syn_array *a)
{
    const size_t bytes = a->expanded_bytes ? a->expanded_bytes : (size_t)EXPANDED_MIB << 20,
                 slots = bytes / a->block_bytes;
    a->kept.u_thr = synp_allocate(a->n_blocks * sizeof(synp_floats));
    a->kept.n = synp_allocate(a->n_blocks * sizeof(uint32_t[SYNP_LANES]));
    a->kept.mode = synp_allocate(a->n_blocks * SYNP_LANES);
    a->expanded = synp_expanded_create(slots < 1 ? 1 : slots < a->n_blocks ? slots : a->n_blocks, a->block_bytes);
    return a->kept.u_thr && a->kept.n && a->kept.mode && a->expanded;
}

static bool allocate(syn_array *a, const syn_array_options *o)
{
    a->r = synp_allocate(a->n_blocks * sizeof(synp_floats));
    a->active = calloc(a->n_blocks, 1);
    if (!a->r || !a->active)
        return false;
    if (o->read_only)
        return true;
    if ((o->storage == SYN_AUTOMATIC ? syn_storage_for(a->model, a->n) : o->storage) == SYN_COMPACT)
        return allocate_kept(a);
    a->blocks = synp_allocate(a->n_blocks * a->block_bytes);
    return a->blocks != NULL;
}

syn_status synp_array_make(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *o, syn_array **out,
                           syn_error *err)
{
    if (o->threads < 0)
        return synp_fail(err, SYN_EINVAL, "threads", "%d is negative", o->threads);
    int isa;
    const syn_status status = synp_isa_find(o->kernel, &isa, err);
    if (status)
        return status;
    syn_array *a = calloc(1, sizeof *a);
    if (!a)
        return synp_no_memory(err);
    a->model = m;
    a->kernel = kernels[isa];
    a->isa = isa;
    make_single(m, seed, o->first, &a->single);
    a->start = o->start;
    a->n = n;
    a->rows = o->rows ? o->rows : n;
    a->n_blocks = (n + SYNP_LANES - 1) / SYNP_LANES;
    a->block_bytes = synp_block_bytes(m->var->order);
    a->threads = synp_threads(o->threads);
    a->expanded_bytes = o->expanded_bytes;
    for (int k = 0; k < 2; k++)
        a->r_passive[k] = (float)m->r_passive[k];
    if (!allocate(a, o)) {
        syn_array_free(a);
        return synp_no_memory(err);
    }
    *out = a;
    return SYN_OK;
}

syn_status syn_array_create(const syn_model *m, uint64_t seed, size_t n, const syn_array_options *options,
                            syn_array **out, syn_error *err)
{
    const syn_array_options plain = {0};
    if (!options)
        options = &plain;
    *out = NULL;
    syn_array *a;
    syn_status status = synp_array_check(m, seed, n, options, err);
    if (!status)
        status = synp_array_make(m, seed, n, options, &a, err);
    if (status)
        return status;
    if (!a->blocks) {
        status = init_states(a);
        if (status) {
            syn_array_free(a);
            return synp_no_memory(err);
        }
    } else {
#pragma omp parallel for num_threads(synp_threads(a->threads))
        for (size_t block = 0; block < a->n_blocks; block++) {
            synp_init_cells(a, &(synp_held){block, synp_block_at(a, block), a->r + block * SYNP_LANES});
            synp_note_states(a, block);
        }
    }
    *out = a;
    return SYN_OK;
}

/* What a writable array has besides r, into one of the same cells that may be stored otherwise. */
static void copy_cells(const syn_array *a, syn_array *to)
{
    if (a->blocks && to->blocks) {
        memcpy(to->blocks, a->blocks, a->n_blocks * a->block_bytes);
    } else if (!a->blocks && !to->blocks) {
        memcpy(to->kept.u_thr, a->kept.u_thr, a->n_blocks * sizeof(synp_floats));
        memcpy(to->kept.n, a->kept.n, a->n_blocks * sizeof(uint32_t[SYNP_LANES]));
        memcpy(to->kept.mode, a->kept.mode, a->n_blocks * SYNP_LANES);
    } else {
#pragma omp parallel for num_threads(synp_threads(a->threads))
        for (size_t block = 0; block < a->n_blocks; block++)
            if (a->blocks)
                synp_keep(to, block, synp_block_at(a, block));
            else
                synp_expand(a, block, synp_block_at(to, block));
    }
}

static syn_status copy(const syn_array *a, syn_storage storage, bool read_only, syn_array **out, syn_error *err)
{
    const syn_array_options o = {.first = a->single.first,
                                 .start = a->start,
                                 .rows = a->rows,
                                 .kernel = synp_isa_name(a->isa),
                                 .threads = a->threads,
                                 .read_only = read_only,
                                 .storage = storage,
                                 .expanded_bytes = a->expanded_bytes};
    *out = NULL;
    const syn_status status = synp_array_make(a->model, a->single.seed, a->n, &o, out, err);
    if (status)
        return status;
    memcpy((*out)->r, a->r, a->n_blocks * sizeof(synp_floats));
    memcpy((*out)->active, a->active, a->n_blocks);
    if (!read_only)
        copy_cells(a, *out);
    return SYN_OK;
}

syn_status syn_array_copy(const syn_array *a, syn_array **out, syn_error *err)
{
    return copy(a, syn_array_storage(a), !synp_is_writable(a), out, err);
}

syn_status syn_array_copy_as(const syn_array *a, syn_storage storage, syn_array **out, syn_error *err)
{
    *out = NULL;
    const syn_status status = synp_check_writable(a, err);
    if (status)
        return status;
    if (storage != SYN_FULL && storage != SYN_COMPACT)
        return synp_fail(err, SYN_EINVAL, "storage", "%d is neither full (1) nor compact (2)", (int)storage);
    return copy(a, storage, false, out, err);
}

syn_status syn_array_freeze(const syn_array *a, syn_array **out, syn_error *err)
{
    return copy(a, SYN_AUTOMATIC, true, out, err);
}

syn_storage syn_array_storage(const syn_array *a)
{
    return a->blocks ? SYN_FULL : a->expanded ? SYN_COMPACT : SYN_AUTOMATIC;
}

void syn_array_free(syn_array *a)
{
    if (!a)
        return;
    free(a->blocks);
    free(a->kept.u_thr);
    free(a->kept.n);
    free(a->kept.mode);
    synp_expanded_free(a->expanded);
    free(a->active);
    free(a->r);
    free(a);
}

const syn_model *syn_array_model(const syn_array *a)
{
    return a->model;
}

size_t syn_array_size(const syn_array *a)
{
    return a->n;
}

size_t syn_array_rows(const syn_array *a)
{
    return a->rows;
}

size_t syn_array_cols(const syn_array *a)
{
    return a->n / a->rows;
}

uint64_t syn_array_seed(const syn_array *a)
{
    return a->single.seed;
}

uint64_t syn_array_first(const syn_array *a)
{
    return a->single.first;
}

const char *syn_array_kernel(const syn_array *a)
{
    return synp_isa_name(a->isa);
}

size_t syn_array_bytes(const syn_array *a)
{
    const size_t kept = a->expanded ? 2 * sizeof(synp_floats) + SYNP_LANES : 0;
    return sizeof *a + a->n_blocks * (sizeof(synp_floats) + 1 + (a->blocks ? a->block_bytes : kept)) +
           (a->expanded ? synp_expanded_bytes(a->expanded, a->block_bytes) : 0);
}

const float *syn_array_states(const syn_array *a)
{
    return a->r;
}

/* Refuses a cell that has no state besides r. */
static syn_status check_cell(const syn_array *a, size_t k, syn_error *err)
{
    if (k >= a->n)
        return synp_fail(err, SYN_EINVAL, "k", "%zu is not below the %zu cells of the array", k, a->n);
    return synp_check_writable(a, err);
}

syn_status syn_array_state(const syn_array *a, size_t k, syn_state *out, syn_error *err)
{
    const syn_status status = check_cell(a, k, err);
    if (status)
        return status;
    *out = synp_state_of(a, k);
    return SYN_OK;
}

/* Cell k as it is in cycle s->n, mode s->mode and, in IRS, after s->u_thr: all of it follows from its draws. */
static syn_status cell_in_state(const syn_array *a, size_t k, const syn_state *s, syn_cell *c, syn_error *err)
{
    if (s->mode != SYN_HRS && s->mode != SYN_LRS && s->mode != SYN_IRS)
        return synp_fail(err, SYN_EINVAL, "mode", "%d is none of HRS (0), LRS (1) and IRS (2)", (int)s->mode);
    const uint64_t from = s->n - (s->mode == SYN_IRS);
    if (from >= UINT32_MAX)
        return synp_fail(err, SYN_EINVAL, "n", "%llu is outside %d .. 2^32 - 2 of this mode",
                         (unsigned long long)s->n, s->mode == SYN_IRS);
    synp_replay(a, k, from, c);
    if (c->state.n != from)
        return synp_fail(err, SYN_EINVAL, "n", "%llu is before the start of the cell", (unsigned long long)s->n);
    if (s->mode == SYN_HRS)
        c->state = (syn_state){.r = c->now.r_hrs, .n = from, .mode = SYN_HRS};
    else
        c->state = (syn_state){.r = c->now.r_lrs, .u_thr = c->now.y[SYN_U_RESET], .n = from, .mode = SYN_LRS};
    if (s->mode == SYN_IRS)
        syn_cell_step(a->model, c, s->u_thr, c);
    if (c->state.mode != s->mode)
        return synp_fail(err, SYN_EINVAL, "u_thr", "%.9g V does not bring cycle %llu of the cell to IRS", s->u_thr,
                         (unsigned long long)s->n);
    return SYN_OK;
}

/* Copies a lane of a block: all that it is made of are arrays of words, one for each lane. */
static void copy_lane(const syn_array *a, size_t lane, const synp_block *from, synp_block *to)
{
    for (size_t at = lane * sizeof(float); at < a->block_bytes; at += sizeof(synp_floats))
        memcpy((char *)to + at, (const char *)from + at, sizeof(float));
}

/* Puts cell k into the state s of its cycle n as the kernel draws it. s->r is taken in IRS only. */
static syn_status put_in_place(syn_array *a, size_t k, const syn_state *s, syn_error *err)
{
    const size_t block = k / SYNP_LANES, lane = k % SYNP_LANES;
    synp_block *made = synp_allocate(a->block_bytes);
    if (!made)
        return synp_no_memory(err);
    uint32_t n[SYNP_LANES] = {0};
    n[lane] = (uint32_t)s->n;
    synp_make_cells(a, block, made, n);
    made->mode[lane] = (uint32_t)s->mode;
    made->u_thr[lane] = s->mode == SYN_LRS ? made->u_reset[lane] : s->mode == SYN_IRS ? (float)s->u_thr : 0;
    a->r[k] = s->mode == SYN_LRS ? made->r_lrs[lane] : s->mode == SYN_HRS ? made->r_hrs[lane] : (float)s->r;
    const synp_held v = synp_hold(a, block);
    copy_lane(a, lane, made, v.block);
    synp_let_go(a, &v);
    synp_note_states(a, block);
    free(made);
    return SYN_OK;
}

syn_status synp_release(syn_array *a, size_t k, syn_error *err)
{
    const syn_state s = synp_state_of(a, k);
    return put_in_place(a, k, &s, err);
}

syn_status syn_array_set_state(syn_array *a, size_t k, const syn_state *s, syn_error *err)
{
    const double tolerance = 2e-5; /* twice what the kernels may differ from the reference */
    syn_cell c;
    syn_status status = check_cell(a, k, err);
    if (!status && synp_stuck_at(a, k))
        status = synp_fail(err, SYN_EINVAL, "k", "cell %zu is stuck; release it first by syn_array_stick", k);
    if (!status)
        status = cell_in_state(a, k, s, &c, err);
    if (status)
        return status;
    if (!(fabs(s->r - c.state.r) <= tolerance))
        return synp_fail(err, SYN_EINVAL, "r", "%.9g is not %.9g, the state of this cell in %s of cycle %llu", s->r,
                         c.state.r, syn_mode_name(s->mode), (unsigned long long)s->n);
    return put_in_place(a, k, &c.state, err);
}
