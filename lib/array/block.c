/* SPDX-License-Identifier: MIT */
/* One block of cells: how it is made, written, and, in a compact array, made again.
 *
 * All of a cell but its r, u_thr, n and mode follows from its draws. A compact array keeps only these four. The kernel
 * makes the rest again when a block is written: the cells of the start, then cycle after cycle, by the same functions
 * that drew them first, so that each bit is the same. Blocks that were used last stay expanded, each in the slot
 * block mod slots. What a write changes goes to the four numbers at once: an expanded block can be dropped at any time. */
#include "array/array.h"
#include "cell/latent.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct synp_expanded {
    size_t slots;
    size_t *holds;         /* block + 1, 0: none */
    atomic_uchar *is_busy; /* a thread works on the slot */
    char *cells;           /* slots times block_bytes */
};

static synp_block *slot_at(const syn_array *a, size_t slot)
{
    return (synp_block *)(void *)(a->expanded->cells + slot * a->block_bytes);
}

synp_expanded *synp_expanded_create(size_t slots, size_t block_bytes)
{
    synp_expanded *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->slots = slots;
    e->holds = calloc(slots, sizeof *e->holds);
    e->is_busy = calloc(slots, sizeof *e->is_busy);
    e->cells = synp_allocate(slots * block_bytes);
    if (e->holds && e->is_busy && e->cells)
        return e;
    synp_expanded_free(e);
    return NULL;
}

void synp_expanded_free(synp_expanded *e)
{
    if (!e)
        return;
    free(e->holds);
    free(e->is_busy);
    free(e->cells);
    free(e);
}

size_t synp_expanded_bytes(const synp_expanded *e, size_t block_bytes)
{
    return sizeof *e + e->slots * (sizeof *e->holds + sizeof *e->is_busy + block_bytes);
}

void synp_replay(const syn_array *a, size_t k, uint64_t n, syn_cell *c)
{
    syn_cell_init(a->model, a->single.seed, a->single.first + k, &a->start, c, NULL);
    while (c->state.n < n)
        syn_cell_next_cycle(a->model, c);
}

/* One number for each feature. */
static void put_four(const double x[SYN_NFEAT], size_t lane, synp_floats out[SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        out[i][lane] = (float)x[i];
}

/* The history of a reference cell up to its cycle n. */
static void put_history(const syn_array *a, synp_block *b, size_t lane, const syn_cell *c)
{
    const syn_var *v = a->model->var;
    const uint64_t n = c->state.n, slots = (uint64_t)a->single.slots;
    if (a->single.is_long) {
        put_four(c->x[synp_slot_of_x(v, n)], lane, b->x[0]);
        put_four(c->x[synp_slot_of_h(n)], lane, b->x[1]);
        return;
    }
    for (uint64_t l = 0; l < slots; l++) /* cycle n - l, modulo for those before 0 */
        put_four(c->x[synp_slot_of_x(v, n % (slots + 1) + slots + 1 - l)], lane,
                 b->x[(n % slots + slots - l) % slots]);
}

/* Puts a reference cell into a lane. */
static void put_cell(const syn_array *a, const synp_held *v, size_t lane, const syn_cell *c)
{
    synp_block *b = v->block;
    put_four(c->mu, lane, b->mu);
    put_four(c->sigma, lane, b->sigma);
    put_history(a, b, lane, c);
    b->u_set[lane] = (float)c->now.y[SYN_U_SET];
    b->u_reset[lane] = (float)c->now.y[SYN_U_RESET];
    b->r_lrs[lane] = (float)c->now.r_lrs;
    b->r_hrs[lane] = (float)c->now.r_hrs;
    b->x1[lane] = (float)c->now.x1;
    b->y1[lane] = (float)c->now.y1;
    b->u_thr[lane] = (float)c->state.u_thr;
    b->n[lane] = (uint32_t)c->state.n;
    b->mode[lane] = (uint32_t)c->state.mode;
    v->r[lane] = (float)c->state.r;
}

/* Cells of a block through the reference, for starts that the kernels do not know. */
static void init_by_reference(const syn_array *a, const synp_held *v)
{
    for (size_t lane = 0; lane < SYNP_LANES; lane++) {
        syn_cell c;
        syn_cell_init(a->model, a->single.seed, a->single.first + v->number * SYNP_LANES + lane, &a->start, &c, NULL);
        put_cell(a, v, lane, &c);
    }
}

void synp_init_cells(const syn_array *a, const synp_held *v)
{
    synp_block *b = v->block;
    memset(b, 0, a->block_bytes);
    if (a->start.history != SYN_COLD || a->start.resistance != 0) {
        init_by_reference(a, v);
        return;
    }
    a->kernel->init(&a->single, v->number, b, v->r);
    if (a->start.mode == SYN_LRS)
        for (int k = 0; k < SYNP_LANES; k++) {
            v->r[k] = b->r_lrs[k];
            b->u_thr[k] = b->u_reset[k];
            b->mode[k] = SYN_LRS;
        }
}

void synp_make_cells(const syn_array *a, size_t number, synp_block *b, const uint32_t n[SYNP_LANES])
{
    _Alignas(64) synp_floats r;
    synp_init_cells(a, &(synp_held){number, b, r});
    a->kernel->advance(&a->single, number, b, n);
}

void synp_expand(const syn_array *a, size_t number, synp_block *b)
{
    const size_t k = number * SYNP_LANES;
    synp_make_cells(a, number, b, a->kept.n + k);
    memcpy(b->u_thr, a->kept.u_thr + k, sizeof b->u_thr);
    memcpy(b->n, a->kept.n + k, sizeof b->n);
    for (size_t lane = 0; lane < SYNP_LANES; lane++) {
        b->mode[lane] = a->kept.mode[k + lane];
        if (isnan(b->u_thr[lane])) /* stuck */
            b->u_set[lane] = NAN;
    }
}

void synp_keep(const syn_array *a, size_t number, const synp_block *b)
{
    const size_t k = number * SYNP_LANES;
    memcpy(a->kept.u_thr + k, b->u_thr, sizeof b->u_thr);
    memcpy(a->kept.n + k, b->n, sizeof b->n);
    for (size_t lane = 0; lane < SYNP_LANES; lane++) {
        a->kept.mode[k + lane] = (uint8_t)b->mode[lane];
        if (synp_is_stuck(b, lane))
            a->kept.u_thr[k + lane] = NAN;
    }
}

synp_held synp_hold(const syn_array *a, size_t number)
{
    float *r = a->r + number * SYNP_LANES;
    if (a->blocks)
        return (synp_held){number, synp_block_at(a, number), r};
    synp_expanded *e = a->expanded;
    const size_t slot = number % e->slots;
    while (atomic_exchange_explicit(&e->is_busy[slot], 1, memory_order_acquire))
        ; /* another thread works on another block of this slot, for some microseconds */
    synp_block *b = slot_at(a, slot);
    if (e->holds[slot] != number + 1)
        synp_expand(a, number, b);
    e->holds[slot] = number + 1;
    return (synp_held){number, b, r};
}

void synp_let_go(const syn_array *a, const synp_held *v)
{
    if (a->blocks)
        return;
    synp_keep(a, v->number, v->block);
    atomic_store_explicit(&a->expanded->is_busy[v->number % a->expanded->slots], 0, memory_order_release);
}

const synp_block *synp_look(const syn_array *a, size_t number)
{
    const synp_held v = synp_hold(a, number);
    synp_let_go(a, &v);
    return v.block;
}

syn_state synp_state_of(const syn_array *a, size_t k)
{
    syn_state s = {.r = a->r[k]};
    if (a->blocks) {
        const synp_block *b = synp_block_at(a, k / SYNP_LANES);
        const size_t lane = k % SYNP_LANES;
        s.u_thr = b->u_thr[lane];
        s.n = b->n[lane];
        s.mode = (syn_mode)b->mode[lane];
    } else {
        s.u_thr = a->kept.u_thr[k];
        s.n = a->kept.n[k];
        s.mode = (syn_mode)a->kept.mode[k];
    }
    return s;
}

bool synp_stuck_at(const syn_array *a, size_t k)
{
    return a->blocks ? synp_is_stuck(synp_block_at(a, k / SYNP_LANES), k % SYNP_LANES) : isnan(a->kept.u_thr[k]);
}

/* A lane in double precision: cycle and thresholds from the draws of the cell, the rest from the block. */
static void get_cell(const syn_array *a, const synp_held *v, size_t lane, syn_cell *c)
{
    const synp_block *b = v->block;
    synp_replay(a, v->number * SYNP_LANES + lane, b->n[lane], c);
    c->state =
        (syn_state){.r = v->r[lane], .u_thr = b->u_thr[lane], .n = b->n[lane], .mode = (syn_mode)b->mode[lane]};
    if (c->state.mode == SYN_LRS)
        c->state.u_thr = c->now.y[SYN_U_RESET];
}

/* For where single precision cannot decide. The reference says what happens, and where on its transition the cell is.
 * Cycles and their states stay those of the kernel, so that they can be made again. */
static void apply_reference(const syn_array *a, const synp_held *v, size_t lane, float u)
{
    synp_block *b = v->block;
    syn_cell c;
    get_cell(a, v, lane, &c);
    const syn_state before = c.state;
    syn_cell_step(a->model, &c, u, &c);
    const syn_state *s = &c.state;
    if (s->mode == before.mode && s->n == before.n && s->u_thr == before.u_thr)
        return;
    if (s->n != before.n)
        a->kernel->begin(&a->single, v->number, b, v->r, UINT32_C(1) << lane);
    b->mode[lane] = (uint32_t)s->mode;
    b->u_thr[lane] = s->mode == SYN_LRS ? b->u_reset[lane] : (float)s->u_thr;
    v->r[lane] = s->mode == SYN_LRS ? b->r_lrs[lane] : s->mode == SYN_HRS ? b->r_hrs[lane] : (float)s->r;
}

/* Cells that are older take the voltage for one that is higher by twice SYNP_NEAR: to repeat their draws would take seconds. */
enum { MOST_REPEATED = 1 << 20 };

static void apply_cells(const syn_array *a, const synp_held *v, uint32_t mask, const synp_floats u)
{
    synp_floats higher;
    uint32_t unsure = a->kernel->apply(&a->single, v->number, v->block, v->r, mask, u), old = 0;
    memcpy(higher, u, sizeof higher);
    for (; unsure; unsure &= unsure - 1) {
        const int k = __builtin_ctz(unsure);
        if (v->block->n[k] > MOST_REPEATED) {
            old |= UINT32_C(1) << k;
            higher[k] += 2 * SYNP_NEAR;
        } else {
            apply_reference(a, v, (size_t)k, u[k]);
        }
    }
    if (old)
        a->kernel->apply(&a->single, v->number, v->block, v->r, old, higher);
}

void synp_apply_lanes(syn_array *a, size_t number, uint32_t mask, const synp_floats u)
{
    const synp_held v = synp_hold(a, number);
    apply_cells(a, &v, mask, u);
    synp_let_go(a, &v);
    synp_note_states(a, number);
}

void synp_apply_block(syn_array *a, size_t number, uint32_t mask, const float *u, size_t count)
{
    const synp_held v = synp_hold(a, number);
    synp_floats voltage;
    for (size_t j = 0; j < count; j++) {
        for (int k = 0; k < SYNP_LANES; k++)
            voltage[k] = u[j];
        apply_cells(a, &v, mask, voltage);
    }
    synp_let_go(a, &v);
    synp_note_states(a, number);
}

void synp_try_lanes(const syn_array *a, size_t number, uint32_t mask, const synp_floats u, char *room, synp_floats r,
                    uint32_t mode[SYNP_LANES])
{
    const synp_held copy = {number, (synp_block *)(void *)room, r};
    memcpy(copy.block, synp_look(a, number), a->block_bytes);
    memcpy(copy.r, a->r + number * SYNP_LANES, sizeof(synp_floats));
    apply_cells(a, &copy, mask, u);
    memcpy(mode, copy.block->mode, sizeof(uint32_t[SYNP_LANES]));
}
