/* SPDX-License-Identifier: MIT */
#include "array/array.h"
#include "base/numeric.h"

#include <math.h>
#include <synaptogen/rng.h>
#include <synaptogen/stuck.h>

/* What a cell shall be. */
typedef struct fault {
    syn_stick how;
    double g; /* S, of SYN_STICK_AT */
} fault;

static syn_status check_conductance(const syn_array *a, double g, syn_error *err)
{
    const double most = syn_chord(a->model, -1, a->model->params.u0);
    return g >= 0 && g <= most
               ? SYN_OK
               : synp_fail(err, SYN_EINVAL, "g", "%s S is outside [0, %s]", SYNP_TEXT_OF(g), SYNP_TEXT_OF(most));
}

/* Whether g is nearer to LRS than to HRS of the cell's cycle: above their geometric mean. */
static bool counts_as_lrs(const syn_array *a, const synp_block *b, size_t lane, double g)
{
    const double u0 = a->model->params.u0, lrs = syn_chord(a->model, (double)b->r_lrs[lane], u0),
                 hrs = syn_chord(a->model, (double)b->r_hrs[lane], u0);
    return g * g >= lrs * hrs;
}

static syn_status stick(syn_array *a, size_t k, fault f, syn_error *err)
{
    const size_t lane = k % SYNP_LANES;
    if (f.how == SYN_STICK_NOT)
        return synp_stuck_at(a, k) ? synp_release(a, k, err) : SYN_OK;
    const synp_held v = synp_hold(a, k / SYNP_LANES);
    synp_block *b = v.block;
    const bool lrs = f.how == SYN_STICK_LRS || (f.how == SYN_STICK_AT && counts_as_lrs(a, b, lane, f.g));
    const double r = f.how == SYN_STICK_AT ? syn_state_of_resistance(a->model, 1 / f.g)
                                           : (double)(lrs ? b->r_lrs[lane] : b->r_hrs[lane]);
    a->r[k] = (float)r;
    b->mode[lane] = lrs ? SYN_LRS : SYN_HRS;
    b->u_set[lane] = b->u_thr[lane] = NAN;
    synp_let_go(a, &v);
    synp_note_states(a, k / SYNP_LANES);
    return SYN_OK;
}

typedef struct sticking {
    syn_array *a;
    fault fault;
    const syn_faults *faults; /* NULL: all cells get the fault */
    size_t count;
} sticking;

/* From below: HRS, then the given conductance; from above: LRS. */
static syn_status stick_drawn(void *context, size_t k, size_t position, syn_error *err)
{
    sticking *s = context;
    const syn_faults *f = s->faults;
    uint32_t w[4];
    (void)position;
    syn_rng_block(s->a->single.seed, s->a->single.first + k, 0, SYN_DRAW_STUCK, w);
    const double u = syn_rng_uniform(w[0]);
    const fault drawn = {u < f->hrs           ? SYN_STICK_HRS
                         : u < f->hrs + f->at ? SYN_STICK_AT
                         : u > 1 - f->lrs     ? SYN_STICK_LRS
                                              : SYN_STICK_NOT,
                         f->g};
    if (drawn.how == SYN_STICK_NOT)
        return SYN_OK;
    s->count++;
    return stick(s->a, k, drawn, err);
}

static syn_status stick_given(void *context, size_t k, size_t position, syn_error *err)
{
    const sticking *s = context;
    (void)position;
    return stick(s->a, k, s->fault, err);
}

syn_status syn_array_stick(syn_array *a, const syn_cells *cells, syn_stick how, double g, syn_error *err)
{
    if (how != SYN_STICK_NOT && how != SYN_STICK_HRS && how != SYN_STICK_LRS && how != SYN_STICK_AT)
        return synp_fail(err, SYN_EINVAL, "how", "%d is none of 0 .. 3", (int)how);
    const syn_status status = how == SYN_STICK_AT ? check_conductance(a, g, err) : SYN_OK;
    return status ? status : synp_for_each_cell(a, cells, stick_given, &(sticking){.a = a, .fault = {how, g}}, err);
}

static syn_status check_faults(const syn_array *a, const syn_faults *f, syn_error *err)
{
    const struct {
        const char *name;
        double share;
    } shares[] = {{"hrs", f->hrs}, {"lrs", f->lrs}, {"at", f->at}};
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++)
        if (!(shares[k].share >= 0 && shares[k].share <= 1))
            return synp_fail(err, SYN_EINVAL, shares[k].name, "%s is outside [0, 1]", SYNP_TEXT_OF(shares[k].share));
    if (f->hrs + f->at + f->lrs > 1 + 1e-12) /* room for the rounding of decimal shares */
        return synp_fail(err, SYN_EINVAL, "lrs", "the shares are %s in all, more than 1",
                         SYNP_TEXT_OF(f->hrs + f->at + f->lrs));
    const syn_status status = f->at > 0 ? check_conductance(a, f->g, err) : SYN_OK;
    return status ? status : synp_check_reserved(f->reserved, sizeof f->reserved, "syn_faults", err);
}

syn_status syn_array_stick_random(syn_array *a, const syn_cells *cells, const syn_faults *faults, size_t *count,
                                  syn_error *err)
{
    sticking s = {.a = a, .faults = faults};
    syn_status status = check_faults(a, faults, err);
    if (!status)
        status = synp_for_each_cell(a, cells, stick_drawn, &s, err);
    if (!status && count)
        *count = s.count;
    return status;
}

typedef struct asking {
    const syn_array *a;
    uint8_t *stuck;
    size_t count;
} asking;

static syn_status ask(void *context, size_t k, size_t position, syn_error *err)
{
    asking *q = context;
    const bool is_stuck = synp_stuck_at(q->a, k);
    (void)err;
    q->count += is_stuck;
    if (q->stuck)
        q->stuck[position] = is_stuck;
    return SYN_OK;
}

syn_status syn_array_stuck(const syn_array *a, const syn_cells *cells, uint8_t *stuck, size_t *count, syn_error *err)
{
    asking q = {.a = a, .stuck = stuck};
    const syn_status status = synp_for_each_cell(a, cells, ask, &q, err);
    if (!status && count)
        *count = q.count;
    return status;
}
