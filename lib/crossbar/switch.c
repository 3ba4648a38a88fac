/* SPDX-License-Identifier: MIT */
/* How a solution and the states of its cells are found together.
 *
 * The array holds the states that were accepted. Each linearisation of Newton's method calls synp_switching_follow,
 * which computes all states anew from the array and the present voltages, so that nothing depends on the way of the
 * iteration. Most cells cannot change: a cell stays as it is between its thresholds low and high. Only the others, the
 * spots, are looked at, by the kernels of the array on a copy of their block.
 *
 * A RESET is continuous in the voltage and takes part in the iteration. A SET is a jump: where the iteration could take
 * it and undo it again, it would not end, or would SET cells that see U_S on the way only. A spot beyond U_S therefore
 * waits with the state that it has. When the iteration has ended, synp_switching_latch SETs all waiting cells together;
 * they are latched: they stay SET while the circuit is solved again. That is repeated until no cell waits.
 *
 * Where cells can take each other's voltage, the order of RESETs matters, too. Then a cell in LRS waits at U_R with the
 * state that it has, until it is let go: from then on it follows the voltage.
 *
 * Invariants: the spots of `now`, of `before` and of each latch within `latched` are in the order of the cells.
 * leave holds what each cell may do. A cell in neither `now` nor `latched` has the array's state in r. After
 * synp_switching_follow no latched cell is in both; after synp_switching_latch those that waited are, until the next one. */
#include "crossbar/switch.h"
#include "base/base.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum spot_state {
    FOLLOWS, /* its voltage */
    WAITS,   /* beyond U_S or U_R, in the state of the array */
    LATCHED, /* SET */
    FREED    /* from waiting at U_R */
} spot_state;

/* What a cell may do in this step; the first: wait where it has to. */
enum leave { NO_LEAVE, IS_SET, MAY_RESET };

/* A cell whose state may differ from that in the array. */
typedef struct spot {
    size_t cell, at; /* number in the array; position in the matrices */
    float u, r;      /* V; state at it */
    spot_state state;
} spot;

typedef struct spots {
    spot *spot;
    size_t count, room;
} spots;

struct synp_switching {
    const synp_lines *lines;
    const synp_lines_kernel *kernel;
    syn_array *array;
    const double *inner;
    double *r;
    float *low, *high; /* V: matrices; between them a cell certainly stays as it is */
    spots now, before; /* found by the present and the last linearisation */
    spots latched;     /* and freed */
    size_t last, sets; /* where the last latch begins in them; those that are SET */
    uint8_t *leave;    /* a matrix of enum leave */
    bool hold_resets;  /* cells in LRS wait at U_R */
    char *block;       /* a copy to try on */
};

static bool append(spots *s, spot one)
{
    if (s->count == s->room && !synp_grow(&s->spot, sizeof *s->spot, &s->room))
        return false;
    s->spot[s->count++] = one;
    return true;
}

/* Takes over state and thresholds of a cell, which is in block b, from the array. */
static void refresh(synp_switching *s, const synp_block *b, size_t cell, size_t at)
{
    const size_t lane = cell % SYNP_LANES;
    s->r[at] = (double)s->array->r[cell];
    s->low[at] = b->mode[lane] == SYN_LRS ? -INFINITY : b->u_set[lane] + SYNP_NEAR;
    s->high[at] = b->mode[lane] == SYN_HRS ? INFINITY : b->u_thr[lane] - SYNP_NEAR;
}

syn_status synp_switching_create(const synp_lines *lines, const synp_lines_kernel *kernel, syn_array *array,
                                 double *r, const double *inner, synp_switching **out)
{
    const size_t n = lines->ld * lines->cols;
    synp_switching *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return SYN_ENOMEM;
    *s = (synp_switching){.lines = lines, .kernel = kernel, .array = array, .r = r, .inner = inner};
    s->low = synp_allocate(n * sizeof *s->low);
    s->high = synp_allocate(n * sizeof *s->high);
    s->leave = calloc(n, 1);
    s->block = synp_allocate(array->block_bytes);
    if (!s->low || !s->high || !s->leave || !s->block) {
        synp_switching_free(s);
        return SYN_ENOMEM;
    }
    const synp_block *b = NULL;
    for (size_t j = 0, cell = 0; j < lines->cols; j++)
        for (size_t i = 0; i < lines->rows; i++, cell++) {
            b = cell % SYNP_LANES == 0 ? synp_look(array, cell / SYNP_LANES) : b;
            refresh(s, b, cell, i + lines->ld * j);
        }
    *out = s;
    return SYN_OK;
}

void synp_switching_free(synp_switching *s)
{
    if (!s)
        return;
    free(s->low);
    free(s->high);
    free(s->leave);
    free(s->block);
    free(s->now.spot);
    free(s->before.spot);
    free(s->latched.spot);
    free(s);
}

size_t synp_switching_bytes(const synp_switching *s)
{
    return sizeof *s + s->lines->ld * s->lines->cols * (2 * sizeof *s->low + 1) + s->array->block_bytes +
           (s->now.room + s->before.room + s->latched.room) * sizeof(spot);
}

static bool is_beyond(const synp_switching *s, size_t at, double u)
{
    return (u <= (double)s->low[at]) | (u > (double)s->high[at]);
}

/* Finds the cells of a strip whose voltage is at one of their thresholds or beyond. Returns false without memory. */
static bool find_in_strip(synp_switching *s, const synp_view *v, size_t j, size_t first, size_t n)
{
    const synp_lines *l = s->lines;
    double u[SYNP_STRIP];
    s->kernel->voltages(v, first, j, n, u);
    for (size_t k = 0; k < n; k++) {
        const size_t i = first + k, at = i + l->ld * j;
        const double own = s->inner ? s->inner[at] : u[k];
        const spot one = {.cell = i + l->rows * j, .at = at, .u = (float)own};
        if (v->on[i] > 0 && s->leave[at] != IS_SET && is_beyond(s, at, own) && !append(&s->now, one))
            return false;
    }
    return true;
}

/* The same in all strips: most of them have no such cell. */
static bool find_spots(synp_switching *s, const synp_view *v)
{
    const synp_lines *l = s->lines;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t first = 0; first < l->rows; first += SYNP_STRIP) {
            const size_t n = l->rows - first < SYNP_STRIP ? l->rows - first : SYNP_STRIP, at = first + l->ld * j;
            if (!s->inner && !s->kernel->any_beyond(v, first, j, n, s->low + at, s->high + at))
                continue;
            if (!find_in_strip(s, v, j, first, n))
                return false;
        }
    return true;
}

/* A voltage that has moved by no more than one rounding counts as unmoved. In single precision the state is a staircase
 * over the voltage, and at the edge of a step the iteration would not end. */
static void keep_voltages(synp_switching *s)
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

/* The spots from `from` on that are in one block of the array, as the mask of their lanes and their voltages. A latched
 * cell gets one beyond any U_S. Returns where the next block starts. */
static size_t gather(const spots *s, size_t from, uint32_t *mask, synp_floats u)
{
    size_t to = from;
    *mask = 0;
    memset(u, 0, sizeof(synp_floats));
    for (; to < s->count && s->spot[to].cell / SYNP_LANES == s->spot[from].cell / SYNP_LANES; to++) {
        const size_t lane = s->spot[to].cell % SYNP_LANES;
        *mask |= 1u << lane;
        u[lane] = s->spot[to].state == LATCHED ? -INFINITY : s->spot[to].u;
    }
    return to;
}

/* Sets the states of the spots from `from` on that are in one block. Returns where the next block starts. */
static size_t follow_block(synp_switching *s, size_t from, syn_solution *info)
{
    _Alignas(64) synp_floats u, r;
    uint32_t mask, mode[SYNP_LANES];
    const size_t to = gather(&s->now, from, &mask, u), block = s->now.spot[from].cell / SYNP_LANES;
    synp_try_lanes(s->array, block, mask, u, s->block, r, mode);
    const synp_block *b = synp_look(s->array, block);
    for (size_t k = from; k < to; k++) {
        spot *p = &s->now.spot[k];
        const size_t lane = p->cell % SYNP_LANES;
        const bool set = mode[lane] == SYN_LRS && b->mode[lane] != SYN_LRS;
        const bool reset = mode[lane] != SYN_LRS && b->mode[lane] == SYN_LRS;
        const bool beyond = set || (reset && s->hold_resets && s->leave[p->at] != MAY_RESET);
        p->state = beyond ? WAITS : FOLLOWS;
        info->beyond += beyond;
        p->r = beyond ? s->array->r[p->cell] : r[lane];
        info->switched += p->r != s->array->r[p->cell];
        s->r[p->at] = (double)p->r;
    }
    return to;
}

/* The largest change of a state since the linearisation before. */
static double largest_move(const synp_switching *s)
{
    const spots *now = &s->now, *before = &s->before;
    double moved = 0;
    for (size_t k = 0, m = 0; k < now->count || m < before->count;) {
        const size_t a = k < now->count ? now->spot[k].cell : SIZE_MAX,
                     b = m < before->count ? before->spot[m].cell : SIZE_MAX, cell = a < b ? a : b;
        const float r = s->array->r[cell];
        const float to = a == cell ? now->spot[k++].r : r, from = b == cell ? before->spot[m++].r : r;
        moved = fmax(moved, fabs((double)to - (double)from));
    }
    return moved;
}

/* Back to the array's states for those of the spots that are not SET. */
static void forget(synp_switching *s, const spots *of)
{
    for (size_t k = 0; k < of->count; k++)
        if (s->leave[of->spot[k].at] != IS_SET)
            s->r[of->spot[k].at] = (double)s->array->r[of->spot[k].cell];
}

syn_status synp_switching_follow(synp_switching *s, const synp_view *v, double *moved, syn_solution *info)
{
    const spots last = s->before;
    s->before = s->now;
    s->now = last;
    s->now.count = 0;
    forget(s, &s->before);
    if (!find_spots(s, v))
        return SYN_ENOMEM;
    keep_voltages(s);
    info->beyond = 0;
    info->switched = s->sets;
    for (size_t k = 0; k < s->now.count;)
        k = follow_block(s, k, info);
    *moved = largest_move(s);
    return SYN_OK;
}

static void clear_latched(synp_switching *s)
{
    for (size_t k = 0; k < s->latched.count; k++)
        s->leave[s->latched.spot[k].at] = NO_LEAVE;
    s->latched.count = s->now.count = s->last = s->sets = 0;
}

void synp_switching_restart(synp_switching *s)
{
    for (size_t k = 0; k < s->latched.count; k++)
        s->r[s->latched.spot[k].at] = (double)s->array->r[s->latched.spot[k].cell];
    forget(s, &s->now);
    clear_latched(s);
}

/* SETs the latched cells from `from` on that are in one block, and frees the others. Returns where the next block
 * starts. */
static size_t latch_block(synp_switching *s, size_t from)
{
    _Alignas(64) synp_floats u, r;
    uint32_t mask, mode[SYNP_LANES];
    const size_t to = gather(&s->latched, from, &mask, u);
    synp_try_lanes(s->array, s->latched.spot[from].cell / SYNP_LANES, mask, u, s->block, r, mode);
    for (size_t k = from; k < to; k++) {
        const spot *p = &s->latched.spot[k];
        if (p->state == LATCHED)
            s->r[p->at] = (double)r[p->cell % SYNP_LANES];
        s->leave[p->at] = p->state == LATCHED ? IS_SET : MAY_RESET;
        s->sets += p->state == LATCHED;
    }
    return to;
}

static bool in_lrs(const synp_switching *s, size_t cell)
{
    return synp_state_of(s->array, cell).mode == SYN_LRS;
}

syn_status synp_switching_latch(synp_switching *s, size_t only, size_t *count)
{
    const size_t first = s->latched.count;
    *count = 0;
    for (size_t k = 0; k < s->now.count; k++) {
        spot p = s->now.spot[k];
        if (p.state != WAITS || (only != SYNP_ALL_CELLS && p.cell != only))
            continue;
        p.state = in_lrs(s, p.cell) ? FREED : LATCHED;
        if (!append(&s->latched, p)) {
            s->latched.count = first;
            return SYN_ENOMEM;
        }
    }
    for (size_t k = first; k < s->latched.count;)
        k = latch_block(s, k);
    s->last = first;
    *count = s->latched.count - first;
    return SYN_OK;
}

static const double lowest_slope = -3; /* of the slope with the state, as a multiple of that without it */

/* The slope that the change of state since the linearisation before adds at the present voltage: 0 once that stays in its
 * single precision, and the state with it. */
static double secant(const synp_switching *s, const synp_cells *cells, const spot *now, const spot *before)
{
    const double step = (double)now->u - (double)before->u, u[2] = {(double)now->u, (double)now->u};
    double r[2] = {(double)now->r, (double)before->r}, i[2], g[2];
    if (step == 0)
        return 0;
    synp_cells pair = *cells;
    pair.r = r;
    s->kernel->cells(&pair, 0, u, 2, i, g);
    return (i[0] - i[1]) / step;
}

void synp_switching_slopes(synp_switching *s, const synp_view *v, uint8_t *rows)
{
    memset(rows, 0, s->lines->rows);
    if (v->series)
        return;
    for (size_t k = 0, m = 0; k < s->now.count; k++) {
        spot *now = &s->now.spot[k];
        while (m < s->before.count && s->before.spot[m].cell < now->cell)
            m++;
        const spot *before = m < s->before.count && s->before.spot[m].cell == now->cell ? &s->before.spot[m] : NULL;
        if (!before || now->state != FOLLOWS || before->state != FOLLOWS)
            continue;
        const double slope = secant(s, v->cells, now, before); /* S */
        v->g[now->at] = fmax(v->g[now->at] + slope, lowest_slope * v->g[now->at]);
        rows[now->cell % s->lines->rows] = 1;
    }
}

void synp_switching_hold_resets(synp_switching *s, bool hold)
{
    s->hold_resets = hold;
}

size_t synp_switching_sets(const synp_switching *s)
{
    return s->sets;
}

/* The threshold [V] at which a cell waits. */
static double threshold(const synp_switching *s, size_t cell)
{
    const synp_block *b = synp_look(s->array, cell / SYNP_LANES);
    const size_t lane = cell % SYNP_LANES;
    return (double)(b->mode[lane] == SYN_LRS ? b->u_thr[lane] : b->u_set[lane]);
}

void synp_switching_waiting(const synp_switching *s, void (*f)(void *, size_t, double, double), void *context)
{
    for (size_t k = 0; k < s->now.count; k++)
        if (s->now.spot[k].state == WAITS)
            f(context, s->now.spot[k].cell, (double)s->now.spot[k].u, threshold(s, s->now.spot[k].cell));
}

size_t synp_switching_contested(const synp_switching *s, const synp_view *v)
{
    size_t contested = 0;
    for (size_t k = s->last; k < s->latched.count; k++) {
        const spot *p = &s->latched.spot[k];
        double u;
        s->kernel->voltages(v, p->cell % s->lines->rows, p->cell / s->lines->rows, 1, &u);
        u = s->inner ? s->inner[p->at] : u;
        contested += p->state == LATCHED ? u > threshold(s, p->cell) : (float)u < p->u;
    }
    return contested;
}

/* Applies the voltages of the spots to the array, block by block. Those that wait or are freed are left out: a freed cell
 * is applied as one that follows. */
static void apply(synp_switching *s, const spots *of)
{
    for (size_t k = 0; k < of->count;) {
        synp_floats u;
        uint32_t mask;
        const size_t from = k;
        k = gather(of, from, &mask, u);
        for (size_t m = from; m < k; m++)
            if (of->spot[m].state == WAITS || of->spot[m].state == FREED)
                mask &= ~(1u << of->spot[m].cell % SYNP_LANES);
        synp_apply_lanes(s->array, of->spot[from].cell / SYNP_LANES, mask, u);
    }
    for (size_t k = 0; k < of->count; k++)
        refresh(s, synp_look(s->array, of->spot[k].cell / SYNP_LANES), of->spot[k].cell, of->spot[k].at);
}

void synp_switching_commit(synp_switching *s)
{
    apply(s, &s->now);
    apply(s, &s->latched);
    clear_latched(s);
}

void synp_switching_each(const synp_switching *s, void (*f)(void *context, size_t cell), void *context)
{
    for (size_t k = 0; k < s->latched.count; k++)
        if (s->latched.spot[k].state == LATCHED)
            f(context, s->latched.spot[k].cell);
    for (size_t k = 0; k < s->now.count; k++)
        if (s->now.spot[k].r != s->array->r[s->now.spot[k].cell])
            f(context, s->now.spot[k].cell);
}
