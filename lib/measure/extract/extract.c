/* SPDX-License-Identifier: MIT */
/* The features of a sweep; their definitions are in sweep.h. */
#include <synaptogen/sweep.h>

#include "base/base.h"
#include "base/numeric.h"
#include "measure/extract/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double reset_ratio = 1.2; /* of conductances: less is no RESET */

const char *syn_quality_word(syn_quality q)
{
#define SYN_X(name, word, meaning) word,
    static const char *const words[] = {SYN_QUALITY_LIST(SYN_X)};
#undef SYN_X
    return (unsigned)q < SYN_QUALITIES ? words[q] : NULL;
}

const char *syn_quality_meaning(syn_quality q)
{
#define SYN_X(name, word, meaning) meaning,
    static const char *const meanings[] = {SYN_QUALITY_LIST(SYN_X)};
#undef SYN_X
    return (unsigned)q < SYN_QUALITIES ? meanings[q] : NULL;
}

/* The current at u on the line through two points; that of the second if both voltages are alike. */
static double extrapolate(const double u[2], const double i[2], double at)
{
    const double slope = u[1] != u[0] ? (i[1] - i[0]) / (u[1] - u[0]) : 0;
    return i[1] + slope * (at - u[1]);
}

/* Whether the middle of five points lies alone: outside of the two points on either side, and off the line through either two,
 * by more than a quarter of their largest current and by more than noise explains. The last point before a SET or a RESET lies
 * on the line through those before it. */
static bool is_spike(const double u[5], const double i[5], double noise)
{
    double low = INFINITY, high = -INFINITY, most = 0;
    for (int j = 0; j < 5; j++)
        if (j != 2) {
            low = fmin(low, i[j]);
            high = fmax(high, i[j]);
            most = fmax(most, fabs(i[j]));
        }
    const double before = extrapolate(u, i, u[2]),
                 after = extrapolate((const double[2]){u[4], u[3]}, (const double[2]){i[4], i[3]}, u[2]),
                 off = fmin(fmax(i[2] - high, low - i[2]), fmin(fabs(i[2] - before), fabs(i[2] - after)));
    return off > 0.25 * most && off > 6 * noise;
}

size_t syn_sweep_clean(syn_sweep *s, double noise)
{
    enum { FEWEST = 60 };
    double u[5], i[5]; /* points before k may have moved, so these keep them */
    size_t kept = 0;
    if (s->n < FEWEST) /* in coarse sweeps a RESET looks like a spike */
        return 0;
    for (size_t k = 0; k < s->n; k++) {
        bool spike = false;
        if (k == 2) {
            memcpy(u, s->u, sizeof u);
            memcpy(i, s->i, sizeof i);
        } else if (k > 2 && k + 2 < s->n) {
            memmove(u, u + 1, 4 * sizeof *u);
            memmove(i, i + 1, 4 * sizeof *i);
        }
        if (k >= 2 && k + 2 < s->n) {
            u[4] = s->u[k + 2];
            i[4] = s->i[k + 2];
            spike = is_spike(u, i, noise);
        }
        s->u[kept] = s->u[k];
        s->i[kept] = s->i[k];
        kept += spike ? 0 : 1;
    }
    const size_t dropped = s->n - kept;
    s->n = kept;
    return dropped;
}

/* From the first to the last point between first and end with that sign of the voltage; empty if there is none. */
static syn_branch of_sign(const syn_sweep *s, size_t first, size_t end, int sign)
{
    while (first < end && s->u[first] * sign <= 0)
        first++;
    while (end > first && s->u[end - 1] * sign <= 0)
        end--;
    return (syn_branch){first, end};
}

/* A loop begins at 0 or at one of its two ends. */
void synp_find_branches(const syn_sweep *s, syn_measured *m)
{
    static const double near_end = 0.7;
    size_t low = 0, high = 0;
    m->down = m->back = m->up = m->fall = (syn_branch){0, 0};
    m->set_first = true;
    m->hrs_first = false;
    if (s->n == 0)
        return;
    for (size_t k = 0; k < s->n; k++) {
        low = s->u[k] < s->u[low] ? k : low;
        high = s->u[k] > s->u[high] ? k : high;
    }
    const bool from_high = s->u[high] > 0 && s->u[0] > near_end * s->u[high],
               from_low = s->u[low] < 0 && s->u[0] < near_end * s->u[low];
    m->hrs_first = from_high;
    m->set_first = from_high || (!from_low && low <= high);
    if (from_high || from_low) {
        /* One half shows the HRS, the other one the LRS. */
        const size_t turn = from_high ? low : high, hrs = from_high ? 0 : turn, lrs = from_high ? turn : 0,
                     hrs_end = from_high ? turn + 1 : s->n, lrs_end = from_high ? s->n : turn + 1;
        m->fall = of_sign(s, hrs, hrs_end, 1);
        m->down = of_sign(s, hrs, hrs_end, -1);
        m->back = of_sign(s, lrs, lrs_end, -1);
        m->up = of_sign(s, lrs, lrs_end, 1);
    } else if (m->set_first) {
        m->down = of_sign(s, 0, low + 1, -1);
        m->back = of_sign(s, low, high + 1, -1);
        m->up = of_sign(s, low, high + 1, 1);
        m->fall = of_sign(s, high, s->n, 1);
    } else {
        m->up = of_sign(s, 0, high + 1, 1);
        m->fall = of_sign(s, high, low + 1, 1);
        m->down = of_sign(s, high, low + 1, -1);
        m->back = of_sign(s, low, s->n, -1);
    }
}

/* Appends the points of a branch with that sign of the voltage. */
static void copy_branch(const syn_sweep *s, syn_branch b, int sign, synp_path *p)
{
    for (size_t k = b.first; k < b.end; k++)
        if (s->u[k] * sign > 0) {
            p->u[p->n] = s->u[k] * sign;
            p->i[p->n++] = s->i[k] * sign;
        }
}

/* Room for the points of a sweep. */
typedef struct workspace {
    synp_path a, b;
    double *room;
} workspace;

static void measure_negative(const syn_sweep *s, double noise, workspace *w, syn_measured *m, bool *is_volatile)
{
    synp_path *way = &w->a, *back = &w->b;
    way->n = back->n = 0;
    copy_branch(s, m->down, -1, way);
    copy_branch(s, m->back, -1, back);
    const size_t out = way->n;
    if (out > 0 && m->back.first < s->n && m->back.first + 1 >= m->down.end)
        copy_branch(s, (syn_branch){m->down.end, m->back.end}, -1, way);
    const synp_estimate e = synp_find_set(way, out > 0 ? out - 1 : 0, back, noise, w->room);
    m->u_set = -e.value;
    m->q[SYN_U_SET] = e.quality;
    m->error[SYN_U_SET] = e.error;
    if (e.quality == SYN_GOOD) {
        way->n = out;
        while (way->n > 0 && way->u[way->n - 1] >= e.value)
            way->n--;
        *is_volatile = synp_is_volatile(way, back, e.value, noise);
    }
}

static void put_conductance(const synp_estimate *e, double *g, double *error, syn_quality *q)
{
    *q = e->quality;
    *error = e->error;
    *g = e->quality == SYN_GOOD || e->quality == SYN_BELOW_NOISE ? e->value : NAN;
}

static void measure_positive(const syn_sweep *s, double u0, double noise, double offset_error, workspace *w,
                             syn_measured *m)
{
    synp_path *p = &w->a;
    p->n = 0;
    copy_branch(s, m->fall, 1, p);
    synp_estimate e = synp_conductance_at(p, u0, noise, offset_error);
    put_conductance(&e, &m->g_hrs, &m->error[SYN_LOG10_R_HRS], &m->q[SYN_LOG10_R_HRS]);
    p->n = 0;
    copy_branch(s, m->up, 1, p);
    e = synp_find_reset(p, noise);
    m->u_reset = e.value;
    m->q[SYN_U_RESET] = e.quality;
    m->error[SYN_U_RESET] = e.error;
    while (p->n > 0 && e.quality == SYN_GOOD && p->u[p->n - 1] >= m->u_reset)
        p->n--;
    e = synp_conductance_at(p, u0, noise, offset_error);
    put_conductance(&e, &m->g_lrs, &m->error[SYN_R_LRS], &m->q[SYN_R_LRS]);
}

/* The words that follow from several figures. */
static void judge(bool is_volatile, syn_measured *m)
{
    const bool hrs = m->q[SYN_LOG10_R_HRS] == SYN_GOOD, lrs = m->q[SYN_R_LRS] == SYN_GOOD;
    if (is_volatile && !(hrs && lrs && m->g_lrs > 1.5 * m->g_hrs)) {
        m->q[SYN_R_LRS] = m->q[SYN_U_RESET] = SYN_VOLATILE;
        return;
    }
    if (lrs && m->g_hrs > m->g_lrs / reset_ratio) {
        if (hrs)
            m->q[SYN_LOG10_R_HRS] = SYN_NO_RESET;
        if (!m->hrs_first)
            m->q[SYN_U_RESET] = SYN_NO_RESET;
    }
    if (m->q[SYN_U_RESET] == SYN_NO_PEAK && !(hrs && lrs))
        m->q[SYN_U_RESET] = SYN_FEW_POINTS;
    else if (m->q[SYN_U_RESET] == SYN_NO_PEAK && m->hrs_first)
        m->q[SYN_U_RESET] = SYN_NO_RESET;
}

syn_status syn_sweep_measure(const syn_sweep *s, double u0, double noise, double offset_error, syn_measured *out,
                             syn_error *err)
{
    *out = (syn_measured){0};
    if (!(u0 > 0 && isfinite(u0)))
        return synp_fail(err, SYN_EINVAL, "u0", "%s V is not a positive voltage", SYNP_TEXT_OF(u0));
    if (!(noise >= 0 && isfinite(noise)) || !(offset_error >= 0 && isfinite(offset_error)))
        return synp_fail(err, SYN_EINVAL, "noise", "%s A and %s A are not finite currents of at least 0",
                         SYNP_TEXT_OF(noise), SYNP_TEXT_OF(offset_error));
    const size_t n = s->n + 1;
    double *room = malloc(6 * n * sizeof *room);
    if (!room)
        return synp_no_memory(err);
    workspace w = {{room, room + n, 0}, {room + 2 * n, room + 3 * n, 0}, room + 4 * n};
    bool is_volatile = false;
    synp_find_branches(s, out);
    measure_negative(s, noise, &w, out, &is_volatile);
    measure_positive(s, u0, noise, offset_error, &w, out);
    judge(is_volatile, out);
    free(room);
    return SYN_OK;
}

/* Figure k of a cycle. */
static void put(syn_extracted *e, int k, double value, double error, syn_quality q)
{
    e->y[k] = q == SYN_GOOD ? value : NAN;
    e->error[k] = q == SYN_GOOD ? error : NAN;
    e->bound[k] = q == SYN_BELOW_NOISE ? value : NAN;
    e->q[k] = q;
}

/* error: of g, S. */
static void put_hrs(syn_extracted *e, double g, double error, syn_quality q)
{
    put(e, SYN_LOG10_R_HRS, -log10(g), error / (g * log(10)), q);
}

/* R_LRS and U_R belong to a cycle only if it was SET. */
static void put_lrs(syn_extracted *e, const syn_measured *m)
{
    const syn_quality set = e->q[SYN_U_SET];
    const bool missing = set == SYN_NO_SET || set == SYN_STUCK_LRS || set == SYN_STUCK_HRS || set == SYN_FORMING;
    const double g = m->g_lrs;
    put(e, SYN_R_LRS, 1 / g, m->error[SYN_R_LRS] / (g * g), missing ? set : m->q[SYN_R_LRS]);
    put(e, SYN_U_RESET, m->u_reset, m->error[SYN_U_RESET], missing ? set : m->q[SYN_U_RESET]);
}

int syn_cycles_end(syn_cycles *c, syn_extracted out[1])
{
    const bool pending = c->running && !c->last.set_first;
    if (pending) {
        put(&c->pending, SYN_R_LRS, 0, 0, SYN_UNSEEN);
        put(&c->pending, SYN_U_RESET, 0, 0, SYN_UNSEEN);
        out[0] = c->pending;
    }
    c->running = false;
    return pending;
}

/* R_HRS, from the loop that shows it (hrs; NULL if there is none), of the cycle that begins with the SET in m. */
static void put_hrs_before(syn_extracted *e, const syn_measured *hrs, const syn_measured *m)
{
    const syn_quality set = m->q[SYN_U_SET];
    if (set == SYN_STUCK_LRS || set == SYN_FORMING) /* before this SET the cell was not in HRS, or it was pristine */
        put_hrs(e, 1, 0, set);
    else if (!hrs)
        put_hrs(e, 1, 0, SYN_UNSEEN);
    else
        put_hrs(e, hrs->g_hrs, hrs->error[SYN_LOG10_R_HRS], hrs->q[SYN_LOG10_R_HRS]);
}

int syn_cycles_add(syn_cycles *c, const syn_sweep *s, const syn_measured *m, syn_extracted out[2])
{
    const bool follows = c->running && c->cell == s->cell && c->cycle + 1 == s->cycle &&
                         c->last.set_first == m->set_first && c->last.hrs_first == m->hrs_first;
    int n = 0;
    if (!follows)
        n = syn_cycles_end(c, out);
    syn_extracted e = {.cell = s->cell, .cycle = s->cycle};
    put(&e, SYN_U_SET, m->u_set, m->error[SYN_U_SET], m->q[SYN_U_SET]);
    if (m->set_first) {
        put_hrs_before(&e, m->hrs_first ? m : follows ? &c->last : NULL, m);
        put_lrs(&e, m);
        out[n++] = e;
    } else {
        if (follows) {
            put_lrs(&c->pending, m);
            out[n++] = c->pending;
        }
        put_hrs_before(&e, m, m);
    }
    *c = (syn_cycles){s->cell, s->cycle, true, *m, e};
    return n;
}
