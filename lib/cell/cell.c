/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"
#include "cell/latent.h"
#include "model/limits.h"
#include "model/model.h"

#include <math.h>
#include <stddef.h>
#include <synaptogen/cell.h>
#include <synaptogen/rng.h>

const char *syn_mode_name(syn_mode mode)
{
    static const char *const names[] = {[SYN_HRS] = "HRS", [SYN_LRS] = "LRS", [SYN_IRS] = "IRS"};
    return (unsigned)mode < sizeof names / sizeof *names ? names[mode] : NULL;
}

/* I(r,u) as published, also where it is negative, because the state on a transition is linear in the current. */
static double mixture_current(const syn_model *m, double r, double u)
{
    const synp_pair chords = synp_chords(m, u);
    return u * ((1 - r) * chords[0] + r * chords[1]);
}

/* The transition from the LRS of `previous` into the HRS of c. */
static void set_transition(const syn_model *m, const syn_cycle *previous, syn_cycle *c)
{
    c->x1 = previous->y[SYN_U_RESET];
    c->y1 = mixture_current(m, previous->r_lrs, c->x1);
    c->y2 = mixture_current(m, c->r_hrs, m->params.u_max);
}

static double clamped_log10_r_hrs(double y)
{
    return fmin(fmax(y, SYNP_LOG10_R_HRS_MIN), SYNP_LOG10_R_HRS_MAX);
}

static double state_of_log10(const syn_model *m, double log10_r)
{
    return syn_state_of_resistance(m, pow(10, log10_r));
}

void syn_cycle_of_features(const syn_model *m, const syn_cycle *previous, const double y[SYN_NFEAT], syn_cycle *out)
{
    syn_cycle c = {0};
    c.y[SYN_LOG10_R_HRS] = clamped_log10_r_hrs(y[SYN_LOG10_R_HRS]);
    c.y[SYN_U_SET] = fmin(y[SYN_U_SET], -SYNP_THRESHOLD_MIN);
    c.y[SYN_R_LRS] = fmax(y[SYN_R_LRS], m->r_lrs_min);
    c.y[SYN_U_RESET] = fmax(y[SYN_U_RESET], SYNP_THRESHOLD_MIN);
    c.r_hrs = state_of_log10(m, c.y[SYN_LOG10_R_HRS]);
    c.r_lrs = syn_state_of_resistance(m, c.y[SYN_R_LRS]);
    if (previous)
        set_transition(m, previous, &c);
    *out = c;
}

/* State on the RESET transition into c at x1 < u < u_max. */
static double transition_state(const syn_model *m, const syn_cycle *c, double u)
{
    const double left = (m->params.u_max - u) / (m->params.u_max - c->x1);
    return syn_state_of_current(m, c->y2 + (c->y1 - c->y2) * pow(left, m->params.eta), u);
}

void syn_state_step(const syn_model *m, const syn_state *prev, const syn_cycle *now, const syn_cycle *next, double u,
                    syn_state *out)
{
    const double u_max = m->params.u_max;
    syn_state s = *prev;
    if (s.mode != SYN_LRS && u <= now->y[SYN_U_SET]) {
        s = (syn_state){.r = now->r_lrs, .u_thr = now->y[SYN_U_RESET], .n = s.n, .mode = SYN_LRS};
    } else if (s.mode != SYN_HRS && u > s.u_thr) {
        const syn_cycle *target = s.mode == SYN_LRS ? next : now;
        s.n += s.mode == SYN_LRS;
        s.mode = u >= u_max ? SYN_HRS : SYN_IRS;
        s.r = s.mode == SYN_HRS ? target->r_hrs : transition_state(m, target, u);
        s.u_thr = fmin(u, u_max);
    }
    *out = s;
}

_Static_assert(SYN_NFEAT == 4 && SYN_NDEVICE == 8,
               "one Philox block gives the four normals of a cycle, two blocks those of a device");

/* Component of the mixture that the device belongs to. */
static int draw_component(const syn_model *m, uint64_t seed, uint64_t id)
{
    if (m->params.in_turn)
        return (int)(id % (uint64_t)m->params.n_components);
    uint32_t w[4];
    syn_rng_block(seed, id, 0, SYN_DRAW_DEVICE, w);
    const double u = syn_rng_uniform(w[0]);
    int k = 0;
    while (u >= m->cumulative[k])
        k++;
    return k;
}

/* Entry i of the device vector of component k. */
static double device_entry(const syn_model *m, int k, const double z[SYN_NDEVICE], int i)
{
    double v = m->params.mean[k][i];
    for (int j = 0; j <= i; j++)
        v += m->params.chol[k][i][j] * z[j];
    return v;
}

static void draw_device_normals(uint64_t seed, uint64_t id, double z[SYN_NDEVICE])
{
    syn_rng_normals(seed, id, 1, SYN_DRAW_DEVICE, z);
    syn_rng_normals(seed, id, 2, SYN_DRAW_DEVICE, z + SYN_NFEAT);
}

static void draw_device(const syn_model *m, syn_cell *c)
{
    double z[SYN_NDEVICE];
    c->component = draw_component(m, c->seed, c->id);
    draw_device_normals(c->seed, c->id, z);
    for (int i = 0; i < SYN_NFEAT; i++) {
        c->mu[i] = device_entry(m, c->component, z, i);
        /* a negative draw (2e-4 of devices) has the same law mirrored */
        c->sigma[i] = fabs(device_entry(m, c->component, z, SYN_NFEAT + i));
    }
}

/* (x_-1, .., x_-p), or (x_-1, h_-1), from their joint stationary law. Cycle -l of order p is that of number p + 1 - l modulo
 * p + 1; with long memory cycle -1 is that of number 1 modulo 2. */
static void draw_history(const syn_model *m, syn_cell *c)
{
    const int slots = synp_slots(m->var), dim = SYN_NFEAT * slots;
    double z[SYNP_MAX_LATENT];
    for (int l = 0; l < slots; l++)
        syn_rng_normals(c->seed, c->id, (uint64_t)l, SYN_DRAW_START, z + SYN_NFEAT * l);
    for (int i = 0; i < dim; i++) {
        const int l = i / SYN_NFEAT;
        double x = 0;
        for (int j = 0; j <= i; j++)
            x += m->start[i * dim + j] * z[j];
        c->x[m->var->order != SYN_LONG ? (size_t)(slots - l)
             : l == 0                  ? synp_slot_of_x(m->var, 1)
                                       : synp_slot_of_h(1)][i % SYN_NFEAT] = x;
    }
}

/* Feature i of a device, at a latent value. */
static double feature_at(const syn_model *m, double mu, double sigma, int i, double x)
{
    return synp_from_scale(m->params.scale[i], i, mu + sigma * synp_gamma_at(&m->params, i, x));
}

/* y += a x */
static void add_product(const double a[SYN_NFEAT][SYN_NFEAT], const double x[SYN_NFEAT], double y[SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            y[i] += a[i][j] * x[j];
}

/* Adds the part of the cycles before n to x, which is b e_n. */
static void add_past(const syn_var *v, syn_cell *c, uint64_t n, double x[SYN_NFEAT])
{
    if (v->order == SYN_LONG) {
        double *h = c->x[synp_slot_of_h(n)];
        for (int i = 0; i < SYN_NFEAT; i++)
            h[i] = 0;
        add_product(v->a[0], c->x[synp_slot_of_x(v, n + 1)], h); /* n - 1 modulo 2 */
        add_product(v->a[1], c->x[synp_slot_of_h(n + 1)], h);
        for (int i = 0; i < SYN_NFEAT; i++)
            x[i] += h[i];
        return;
    }
    const uint64_t order = (uint64_t)v->order;
    for (uint64_t l = 0; l < order; l++)
        add_product(v->a[l], c->x[synp_slot_of_x(v, n % (order + 1) + order - l)], x);
}

/* Latent vector of cycle n from those before it, and the features it stands for. */
static void draw_cycle(const syn_model *m, syn_cell *c, uint64_t n, const syn_cycle *previous, syn_cycle *out)
{
    const syn_var *v = m->var;
    double e[SYN_NFEAT], x[SYN_NFEAT] = {0}, y[SYN_NFEAT];
    syn_rng_normals(c->seed, c->id, n, SYN_DRAW_CYCLE, e);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j <= i; j++)
            x[i] += v->b[i][j] * e[j];
    add_past(v, c, n, x);
    for (int i = 0; i < SYN_NFEAT; i++) {
        c->x[synp_slot_of_x(v, n)][i] = x[i];
        y[i] = feature_at(m, c->mu[i], c->sigma[i], i, x[i]);
    }
    syn_cycle_of_features(m, previous, y, out);
}

/* A state to be found on a RESET transition. */
typedef struct on_transition {
    const syn_model *m;
    const syn_cycle *c;
    double r;
} on_transition;

static bool is_before(const void *context, double u)
{
    const on_transition *t = context;
    return transition_state(t->m, t->c, u) < t->r;
}

/* The voltage between x1 and u_max at which the transition into c passes state r; the state rises along it. */
static double transition_voltage(const syn_model *m, const syn_cycle *c, double r)
{
    return synp_bisect(is_before, &(on_transition){m, c, r}, (synp_interval){c->x1, m->params.u_max}, 60).low;
}

/* Puts a fresh cell (cycle 0 in now, 1 in next) at a given resistance; see syn_start. */
static void start_at_resistance(const syn_model *m, syn_cell *c, double resistance)
{
    const double r = syn_state_of_resistance(m, resistance);
    if (r <= c->now.r_lrs) {
        c->now.r_lrs = r;
        set_transition(m, &c->now, &c->next);
        c->state = (syn_state){.r = r, .u_thr = c->now.y[SYN_U_RESET], .mode = SYN_LRS};
    } else if (r < c->next.r_hrs && c->next.x1 < m->params.u_max) {
        const double u = transition_voltage(m, &c->next, r);
        syn_cell_commit(m, c, &(syn_state){.r = r, .u_thr = u, .n = 1, .mode = SYN_IRS});
    } else {
        c->state.r = c->now.r_hrs = r;
    }
}

static syn_status check_start(const syn_model *m, const syn_start *s, syn_error *err)
{
    if (s->history != SYN_COLD && s->history != SYN_STATIONARY)
        return synp_fail(err, SYN_EINVAL, "history", "%d is neither cold (0) nor stationary (1)", (int)s->history);
    if (s->mode != SYN_HRS && s->mode != SYN_LRS)
        return synp_fail(err, SYN_EINVAL, "mode", "%d is neither HRS (0) nor LRS (1)", (int)s->mode);
    if (s->resistance != 0 && !(s->resistance >= m->r_lrs_min && s->resistance <= SYNP_RESISTANCE_MAX))
        return synp_fail(err, SYN_EINVAL, "resistance", "%s ohm is outside [%s, %s]", SYNP_TEXT_OF(s->resistance),
                         SYNP_TEXT_OF(m->r_lrs_min), SYNP_TEXT_OF(SYNP_RESISTANCE_MAX));
    return SYN_OK;
}

syn_status syn_cell_init(const syn_model *m, uint64_t seed, uint64_t id, const syn_start *start, syn_cell *out,
                         syn_error *err)
{
    const syn_start published = {0};
    if (!start)
        start = &published;
    const syn_status status = check_start(m, start, err);
    if (status)
        return status;
    syn_cell c = {.seed = seed, .id = id};
    draw_device(m, &c);
    if (start->history == SYN_STATIONARY)
        draw_history(m, &c);
    draw_cycle(m, &c, 0, NULL, &c.now);
    draw_cycle(m, &c, 1, &c.now, &c.next);
    if (start->resistance > 0)
        start_at_resistance(m, &c, start->resistance);
    else if (start->mode == SYN_LRS)
        c.state = (syn_state){.r = c.now.r_lrs, .u_thr = c.now.y[SYN_U_RESET], .mode = SYN_LRS};
    else
        c.state.r = c.now.r_hrs;
    *out = c;
    return SYN_OK;
}

/* Feature f of cycle 0 after a cold start, before clamping: as draw_device and draw_cycle make it. */
static double cold_feature(const syn_model *m, uint64_t seed, uint64_t id, int f)
{
    const int k = draw_component(m, seed, id);
    double z[SYN_NDEVICE], e[SYN_NFEAT], x = 0;
    draw_device_normals(seed, id, z);
    syn_rng_normals(seed, id, 0, SYN_DRAW_CYCLE, e);
    for (int j = 0; j <= f; j++)
        x += m->var->b[f][j] * e[j];
    return feature_at(m, device_entry(m, k, z, f), fabs(device_entry(m, k, z, SYN_NFEAT + f)), f, x);
}

syn_status syn_cell_start_state(const syn_model *m, uint64_t seed, uint64_t id, const syn_start *start, double *r,
                                syn_error *err)
{
    const syn_start published = {0};
    if (!start)
        start = &published;
    if (start->history == SYN_COLD && start->mode == SYN_HRS && start->resistance == 0) {
        const double y = cold_feature(m, seed, id, SYN_LOG10_R_HRS);
        *r = state_of_log10(m, clamped_log10_r_hrs(y));
        return SYN_OK;
    }
    syn_cell c;
    const syn_status status = syn_cell_init(m, seed, id, start, &c, err);
    if (status == SYN_OK)
        *r = c.state.r;
    return status;
}

void syn_cell_commit(const syn_model *m, syn_cell *c, const syn_state *s)
{
    if (s->n != c->state.n) {
        c->now = c->next;
        draw_cycle(m, c, s->n + 1, &c->now, &c->next);
    }
    c->state = *s;
}

void syn_cell_next_cycle(const syn_model *m, syn_cell *c)
{
    syn_state s = c->state;
    s.n++;
    syn_cell_commit(m, c, &s);
}

void syn_cell_step(const syn_model *m, const syn_cell *prev, double u, syn_cell *next)
{
    syn_state s;
    syn_state_step(m, &prev->state, &prev->now, &prev->next, u, &s);
    if (next != prev)
        *next = *prev;
    syn_cell_commit(m, next, &s);
}
