/* SPDX-License-Identifier: MIT */
/* The look at the first sweeps of a record; the definitions are in record.h. */
#include <synaptogen/record.h>

#include "base/base.h"
#include "base/linear.h"
#include "base/numeric.h"
#include "measure/extract/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double clear_hysteresis = 0.05, clear_offset = 4, large_offset = 0.005, forming_ramp = 1.25;

/* Numbers of which the median is taken. */
typedef struct numbers {
    double *v;
    size_t n, room;
} numbers;

static bool add(numbers *s, double x)
{
    if (isnan(x))
        return true;
    if (s->n == s->room && !synp_grow(&s->v, sizeof *s->v, &s->room))
        return false;
    s->v[s->n++] = x;
    return true;
}

/* NAN if there are none. The set is sorted, then emptied. */
static double take_median(numbers *s)
{
    const size_t n = s->n;
    s->n = 0;
    if (n == 0)
        return NAN;
    qsort(s->v, n, sizeof *s->v, synp_rising);
    return 0.5 * (s->v[(n - 1) / 2] + s->v[n / 2]);
}

/* Largest |voltage| of that sign, V. */
static double end_of(const syn_sweep *s, int sign)
{
    double end = 0;
    for (size_t k = 0; k < s->n; k++)
        end = fmax(end, s->u[k] * sign);
    return end;
}

/* Mean current at the smallest |voltage| of a sweep, A. */
static double rest_current(const syn_sweep *s)
{
    double least = INFINITY, sum = 0, n = 0;
    for (size_t k = 0; k < s->n; k++)
        least = fmin(least, fabs(s->u[k]));
    for (size_t k = 0; k < s->n; k++)
        if (fabs(s->u[k]) <= 1.01 * least) {
            sum += s->i[k];
            n++;
        }
    return sum / n;
}

/* How the current was recorded: the signs of the large currents on both sides of the voltage, beside that at rest. Squares, so
 * that noise does not decide. A side that carries less than a twentieth of the other's current shows nothing. */
static syn_status find_signs(const syn_sweep *sweeps, size_t n, numbers *room, syn_record *r, syn_error *err)
{
    double against[2] = {0}, all[2] = {0}, most[2] = {0}, least = INFINITY;
    for (size_t j = 0; j < n; j++)
        if (!add(room, rest_current(&sweeps[j])))
            return synp_no_memory(err);
    const double rest = take_median(room);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < sweeps[j].n; k++) {
            const double u = sweeps[j].u[k], i = sweeps[j].i[k] - rest;
            if (u != 0) {
                all[u > 0] += i * i;
                against[u > 0] += u * i < 0 ? i * i : 0;
                most[u > 0] = fmax(most[u > 0], fabs(i));
                least = fmin(least, sweeps[j].i[k]);
            }
        }
    const bool shows[2] = {most[0] > 0.05 * most[1], most[1] > 0.05 * most[0]},
               low = shows[0] && against[0] > 0.8 * all[0], high = shows[1] && against[1] > 0.8 * all[1];
    /* Both signs of the voltage and not one negative current: |i|, also where one side is too small to show it. */
    const bool is_positive = all[0] > 0 && all[1] > 0 && least >= 0;
    r->opposite = !is_positive && (low || !shows[0]) && (high || !shows[1]) && (low || high);
    r->absolute = !r->opposite && (low || high);
    return SYN_OK;
}

static void put_signs(const syn_record *r, syn_sweep *s)
{
    for (size_t k = 0; k < s->n; k++) {
        if (r->opposite)
            s->i[k] = -s->i[k];
        if (r->absolute)
            s->i[k] = copysign(s->i[k], s->u[k]);
        if (r->positive_set) {
            s->u[k] = -s->u[k];
            s->i[k] = -s->i[k];
        }
    }
}

/* (back - out) / (back + out) of one sign of the voltage; NAN if a direction is missing. */
static double hysteresis_of(const syn_sweep *s, int sign)
{
    double area[2] = {0}, way[2] = {0};
    for (size_t k = 1; k < s->n; k++) {
        const double from = s->u[k - 1] * sign, to = s->u[k] * sign;
        if (from < 0 || to < 0 || from == to)
            continue;
        const int back = to < from;
        way[back] += fabs(to - from);
        area[back] += fabs(to - from) * 0.5 * (s->i[k] + s->i[k - 1]) * sign;
    }
    return fmin(way[0], way[1]) > 0.2 * fmax(way[0], way[1]) ? (area[1] - area[0]) / (fabs(area[1]) + fabs(area[0]))
                                                             : NAN;
}

/* Which sign of the voltage SETs. */
static void find_polarity(const syn_sweep *sweeps, size_t n, const syn_record_options *o, syn_record *r)
{
    double agree[2] = {0};
    for (size_t j = 0; j < n; j++) {
        const double low = hysteresis_of(&sweeps[j], -1), high = hysteresis_of(&sweeps[j], 1);
        const double difference = (isnan(low) ? 0 : low) - (isnan(high) ? 0 : high);
        agree[0] += difference > clear_hysteresis;
        agree[1] += difference < -clear_hysteresis;
    }
    r->polarity_found = fmax(agree[0], agree[1]) >= fmax(1, 3 * fmin(agree[0], agree[1]));
    r->positive_set = o->polarity == SYN_POLARITY_AUTO ? r->polarity_found && agree[1] > agree[0]
                                                       : o->polarity == SYN_POLARITY_POSITIVE;
}

/* Adds |third differences| of the current at small voltages, in units of its standard deviation. Of points at one voltage, the
 * first counts. */
static bool add_differences(const syn_sweep *s, syn_branch b, double most, numbers *out)
{
    double i[4] = {0};
    size_t n = 0;
    for (size_t k = b.first; k < b.end; k++) {
        if (!(fabs(s->u[k]) < most) || (n > 0 && s->u[k] == s->u[k - 1]))
            continue;
        memmove(i, i + 1, 3 * sizeof *i);
        i[3] = s->i[k];
        if (++n >= 4 && !add(out, fabs(i[3] - i[0] - 3 * (i[2] - i[1])) / sqrt(20)))
            return false;
    }
    return true;
}

/* A voltage this small, relative to the end of the ramp, counts as 0: for noise; for the offset, to which the LRS would add. */
static const double nearly_zero = 1e-3, zero = 1e-9;

static double far_end(const syn_sweep *s)
{
    return fmax(end_of(s, -1), end_of(s, 1));
}

/* The smaller of the two ends of the ramp, or the only one. */
static double near_end(const syn_sweep *s)
{
    const double low = end_of(s, -1), high = end_of(s, 1);
    return low > 0 && high > 0 ? fmin(low, high) : fmax(low, high);
}

/* Adds the currents at 0 V, or their distances from `middle`. */
static bool add_zeros(const syn_sweep *s, double middle, bool distances, numbers *out)
{
    for (size_t k = 0; k < s->n; k++)
        if (fabs(s->u[k]) <= nearly_zero * far_end(s) && !add(out, distances ? fabs(s->i[k] - middle) : s->i[k]))
            return false;
    return true;
}

/* Noise from the differences. Of coarse sweeps, which have too few, from the scatter of the currents at 0 V. */
static syn_status find_noise(const syn_sweep *sweeps, size_t n, numbers *room, syn_record *r, syn_error *err)
{
    enum { FEWEST = 20 };
    bool enough = true;
    for (size_t j = 0; enough && j < n; j++) {
        syn_measured m;
        synp_find_branches(&sweeps[j], &m);
        enough = add_differences(&sweeps[j], m.down, 0.3 * end_of(&sweeps[j], -1), room) &&
                 add_differences(&sweeps[j], m.fall, 0.3 * end_of(&sweeps[j], 1), room);
    }
    if (enough && room->n < FEWEST) {
        room->n = 0;
        for (size_t j = 0; enough && j < n; j++)
            enough = add_zeros(&sweeps[j], 0, false, room);
        const double middle = take_median(room);
        for (size_t j = 0; enough && j < n && !isnan(middle); j++)
            enough = add_zeros(&sweeps[j], middle, true, room);
    }
    if (!enough)
        return synp_no_memory(err);
    r->noise = room->n > 0 ? take_median(room) / 0.6745 : 0;
    return SYN_OK;
}

/* Normal equations of a + b u- + c u+ + d u-^2 + e u+^2, where u- and u+ are the two signs of the voltage. */
typedef struct crossing {
    double a[25], c[5];
    size_t n;
    int terms;
} crossing;

static void add_crossing(double u, double i, crossing *x)
{
    const double low = u < 0 ? u : 0, high = u > 0 ? u : 0, row[5] = {1, low, high, low * low, high * high};
    for (int j = 0; j < x->terms; j++) {
        x->c[j] += row[j] * i;
        for (int k = 0; k < x->terms; k++)
            x->a[x->terms * j + k] += row[j] * row[k];
    }
    x->n++;
}

/* Current at 0 V, A: from the branches in HRS near 0 and all points at 0. With few points, lines replace the parabolas; with
 * fewer, the points at 0 alone count. They also count if the parabolas contradict them. NAN if there are none. */
static double current_at_zero(const syn_sweep *s, double noise)
{
    static const struct {
        int terms;
        size_t fewest;
        double most; /* of the nearer end of the ramp */
    } ways[] = {{5, 12, 0.15}, {3, 8, 0.15}, {3, 6, 0.3}, {1, 1, nearly_zero}};
    syn_measured m;
    double sum = 0, zeros = 0;
    const double end = near_end(s);
    synp_find_branches(s, &m);
    for (size_t k = 0; k < s->n; k++)
        if (fabs(s->u[k]) <= zero * end) {
            sum += s->i[k];
            zeros++;
        }
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        crossing x = {.terms = ways[w].terms};
        for (size_t k = 0; k < s->n; k++) {
            const bool hrs = (k >= m.down.first && k < m.down.end) || (k >= m.fall.first && k < m.fall.end);
            if (fabs(s->u[k]) <= (ways[w].terms > 1 ? zero : nearly_zero) * end ||
                (hrs && fabs(s->u[k]) <= ways[w].most * end))
                add_crossing(s->u[k] / end, s->i[k], &x);
        }
        if (x.n >= ways[w].fewest && synp_cholesky_equations(x.terms, x.a, x.c))
            return zeros > 0 && fabs(x.c[0] - sum / zeros) > 5 * noise / sqrt(zeros) ? sum / zeros : x.c[0];
    }
    return NAN;
}

/* Median of the sweeps' currents at 0 V, and its standard error from their scatter. If they wander, the distance from one sweep
 * to the next is much smaller than the scatter. */
static syn_status find_offset(const syn_sweep *sweeps, size_t n, numbers *room, syn_record *r, syn_error *err)
{
    enum { FEWEST = 8 };
    numbers scatter = {0}, steps = {0};
    syn_status status = SYN_OK;
    double last = NAN;
    for (size_t j = 0; !status && j < n; j++) {
        const double i = current_at_zero(&sweeps[j], r->noise);
        if (!add(room, i) || !add(&steps, fabs(i - last)))
            status = synp_no_memory(err);
        last = i;
    }
    const size_t found = room->n;
    r->offset = take_median(room);
    for (size_t j = 0; !status && j < found; j++)
        if (!add(&scatter, fabs(room->v[j] - r->offset)))
            status = synp_no_memory(err);
    const double spread = take_median(&scatter) / 0.6745, single = take_median(&steps) / 0.6745 / sqrt(2);
    r->offset_moves = found >= FEWEST && spread > 3 * fmax(single, 0.3 * r->noise);
    r->offset_spread = spread;
    r->offset_error = !found            ? NAN
                      : r->offset_moves ? fmax(single, 0.5 * r->noise)
                                        : 1.2533 * fmax(spread, 0.5 * r->noise) / sqrt((double)found);
    free(scatter.v);
    free(steps.v);
    return status;
}

/* Whether the offset matters: beside the current in HRS at u0 and beside the rounding of the largest current. */
static bool is_offset(const syn_record *r, double largest)
{
    const double offset = r->offset_moves ? r->offset_spread : fabs(r->offset);
    return (r->offset_moves || offset > clear_offset * r->offset_error) && offset > 1e-7 * largest &&
           !(offset < large_offset * r->g_hrs * r->u0);
}

static void shift(syn_sweep *s, double offset)
{
    for (size_t k = 0; k < s->n; k++)
        s->i[k] -= offset;
}

/* What is taken off a sweep, A. */
static double offset_of(const syn_record *r, const syn_sweep *s)
{
    const double own = r->offset_moves ? current_at_zero(s, r->noise) : NAN;
    return isnan(own) ? r->offset : own;
}

/* Current at which the side that SETs is flat, A; NAN if it is not. *width: the voltages of the flat part, V. */
static double plateau_of(const syn_sweep *s, double noise, double *width)
{
    double most = 0, top = 0, points = 0, low = 0, high = -INFINITY;
    for (size_t k = 0; k < s->n; k++)
        most = s->u[k] < 0 ? fmax(most, -s->i[k]) : most;
    for (size_t k = 0; k < s->n; k++) {
        points += s->u[k] < 0;
        if (s->u[k] < 0 && -s->i[k] > 0.999 * most - 4 * noise) {
            top++;
            low = fmin(low, s->u[k]);
            high = fmax(high, s->u[k]);
        }
    }
    *width = high - low;
    return top >= 5 && top > 0.08 * points ? most : NAN;
}

/* Largest fall of |voltage| between two points while the current rises, on the side that SETs, V. */
static double snap_of(const syn_sweep *s)
{
    double snap = 0;
    for (size_t k = 1; k < s->n; k++)
        if (s->u[k - 1] < 0 && s->u[k] < 0 && s->i[k] < 1.2 * s->i[k - 1])
            snap = fmax(snap, s->u[k] - s->u[k - 1]);
    return snap;
}

/* The figures of the ramp and of the compliance. */
static syn_status find_ramp(const syn_sweep *sweeps, size_t n, numbers room[7], syn_record *r, syn_error *err)
{
    bool enough = true;
    for (size_t j = 0; enough && j < n; j++) {
        const syn_sweep *s = &sweeps[j];
        double width;
        const double plateau = plateau_of(s, r->noise, &width);
        enough = add(&room[0], (double)s->n) && add(&room[1], end_of(s, -1)) && add(&room[2], end_of(s, 1)) &&
                 add(&room[3], plateau) && add(&room[4], snap_of(s)) && add(&room[6], isnan(plateau) ? NAN : width);
        for (size_t k = 1; enough && k < s->n; k++)
            enough = s->u[k] == s->u[k - 1] || add(&room[5], fabs(s->u[k] - s->u[k - 1]));
    }
    if (!enough)
        return synp_no_memory(err);
    const bool limited = room[3].n > n / 2;
    r->points = n > 0 ? (size_t)take_median(&room[0]) : 0;
    r->u_set_end = take_median(&room[1]);
    for (size_t j = 0; j < n; j++)
        room[1].v[j] = fabs(end_of(&sweeps[j], -1) - r->u_set_end);
    room[1].n = n;
    r->u_set_spread = take_median(&room[1]) / 0.6745;
    r->u_reset_end = take_median(&room[2]);
    r->compliance = take_median(&room[3]);
    r->snap = take_median(&room[4]);
    r->step = take_median(&room[5]);
    r->step = isnan(r->step) ? 0 : r->step;
    r->compliance = limited ? r->compliance : 0;
    r->clamped = limited && take_median(&room[6]) < 3 * r->step;
    r->snap = r->snap > 2 * r->step ? r->snap : 0;
    return SYN_OK;
}

/* 0 if it could not be estimated. */
static double known_offset_error(const syn_record *r)
{
    return isnan(r->offset_error) ? 0 : r->offset_error;
}

/* Medians of the conductances over the sweeps with SET and RESET. */
static syn_status find_states(const syn_sweep *sweeps, size_t n, numbers room[2], syn_record *r, syn_error *err)
{
    for (size_t j = 0; j < n; j++) {
        syn_measured m;
        const syn_status status = syn_sweep_measure(&sweeps[j], r->u0, r->noise, known_offset_error(r), &m, err);
        if (status)
            return status;
        if (m.q[SYN_U_SET] == SYN_GOOD && m.q[SYN_U_RESET] == SYN_GOOD &&
            (!add(&room[0], m.g_lrs) || !add(&room[1], m.g_hrs)))
            return synp_no_memory(err);
    }
    r->g_lrs = take_median(&room[0]);
    r->g_hrs = take_median(&room[1]);
    return SYN_OK;
}

/* The steps of the look, in their order. */
static syn_status look(syn_sweep *sweeps, size_t n, const syn_record_options *o, numbers room[7], syn_record *r,
                       syn_error *err)
{
    syn_status status = find_signs(sweeps, n, room, r, err);
    if (status)
        return status;
    for (size_t j = 0; j < n; j++)
        put_signs(r, &sweeps[j]);
    find_polarity(sweeps, n, o, r);
    const syn_record mirror = {.positive_set = r->positive_set};
    for (size_t j = 0; j < n; j++)
        put_signs(&mirror, &sweeps[j]);
    status = find_noise(sweeps, n, room, r, err);
    if (!status)
        status = find_offset(sweeps, n, room, r, err);
    if (status)
        return status;
    double largest = 0, *taken = malloc((n + 1) * sizeof *taken);
    if (!taken)
        return synp_no_memory(err);
    r->offset = isnan(r->offset) ? 0 : r->offset;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < sweeps[j].n; k++)
            largest = fmax(largest, fabs(sweeps[j].i[k]));
    for (size_t j = 0; j < n; j++) {
        taken[j] = offset_of(r, &sweeps[j]);
        shift(&sweeps[j], taken[j]);
    }
    status = find_ramp(sweeps, n, room, r, err);
    if (!status)
        status = find_states(sweeps, n, room, r, err);
    /* An offset of |i| has no sign that could be taken off: it is an error of all currents. */
    const bool matters = is_offset(r, largest);
    if (!status && (r->absolute || !matters)) {
        for (size_t j = 0; j < n; j++)
            shift(&sweeps[j], -taken[j]);
        r->offset_error = matters ? hypot(r->offset, r->offset_error) : r->offset_error;
        r->offset = r->offset_spread = 0;
        r->offset_moves = false;
        status = find_states(sweeps, n, room, r, err);
    }
    free(taken);
    return status;
}

syn_status syn_record_look(syn_sweep *sweeps, size_t n, const syn_record_options *o, syn_record *out, syn_error *err)
{
    *out = (syn_record){.u0 = o->u0};
    if (!(o->u0 > 0 && isfinite(o->u0)))
        return synp_fail(err, SYN_EINVAL, "u0", "%s V is not a positive voltage", SYNP_TEXT_OF(o->u0));
    syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_record_options", err);
    if (status)
        return status;
    numbers room[7] = {0};
    out->sweeps = n < SYN_LOOK_SWEEPS ? n : SYN_LOOK_SWEEPS;
    status = look(sweeps, out->sweeps, o, room, out, err);
    for (int k = 0; k < 7; k++)
        free(room[k].v);
    return status;
}

size_t syn_record_prepare(const syn_record *r, syn_sweep *s)
{
    put_signs(r, s);
    shift(s, offset_of(r, s));
    return syn_sweep_clean(s, r->noise);
}

/* Whether a cell that neither SET nor RESET stayed in LRS or in HRS. */
static syn_quality stuck_word(const syn_record *r, const syn_measured *m)
{
    return m->g_hrs > sqrt(r->g_lrs * r->g_hrs) ? SYN_STUCK_LRS : SYN_STUCK_HRS;
}

syn_status syn_record_measure(const syn_record *r, const syn_sweep *s, bool is_first, syn_measured *m, syn_error *err)
{
    const syn_status status = syn_sweep_measure(s, r->u0, r->noise, known_offset_error(r), m, err);
    if (status)
        return status;
    const double end = end_of(s, -1);
    /* Where a measured voltage stands still in compliance, the end is U_S and not that of the ramp. */
    if (is_first && r->sweeps > 2 && !r->clamped && end > forming_ramp * r->u_set_end &&
        end > r->u_set_end + 6 * r->u_set_spread)
        m->q[SYN_U_SET] = SYN_FORMING;
    if (m->q[SYN_U_SET] == SYN_NO_SET && m->q[SYN_U_RESET] != SYN_GOOD && r->g_lrs > r->g_hrs && !isnan(m->g_hrs))
        m->q[SYN_U_SET] = stuck_word(r, m);
    if (m->q[SYN_U_SET] == SYN_STUCK_HRS && m->q[SYN_LOG10_R_HRS] == SYN_NO_RESET)
        m->q[SYN_LOG10_R_HRS] = SYN_GOOD; /* what is seen is HRS */
    return SYN_OK;
}

struct syn_record_reader {
    syn_sweeps *source;
    syn_record record;
    syn_sweep sweeps[SYN_LOOK_SWEEPS]; /* those that were looked at */
    size_t n, next;
    bool running;
    uint64_t cell, spikes;
};

/* A copy of the points. */
static syn_status keep(const syn_sweep *s, syn_sweep *out, syn_error *err)
{
    *out = *s;
    out->u = malloc((s->n + 1) * sizeof *out->u);
    out->i = malloc((s->n + 1) * sizeof *out->i);
    if (!out->u || !out->i)
        return synp_no_memory(err);
    memcpy(out->u, s->u, s->n * sizeof *out->u);
    memcpy(out->i, s->i, s->n * sizeof *out->i);
    return SYN_OK;
}

static void drop(syn_sweep *s)
{
    free(s->u);
    free(s->i);
    s->u = s->i = NULL;
}

static syn_status fill(syn_record_reader *r, syn_error *err)
{
    size_t points = 0;
    for (syn_sweep s = {.n = 1}; r->n < SYN_LOOK_SWEEPS && points < SYN_LOOK_POINTS; points += s.n) {
        syn_status status = syn_sweeps_next(r->source, &s, err);
        if (status || s.n == 0)
            return status;
        status = keep(&s, &r->sweeps[r->n++], err);
        if (status)
            return status;
    }
    return SYN_OK;
}

syn_status syn_record_open(syn_sweeps *source, const syn_record_options *o, syn_record_reader **out, syn_error *err)
{
    *out = NULL;
    syn_record_reader *r = calloc(1, sizeof *r);
    if (!r)
        return synp_no_memory(err);
    r->source = source;
    syn_status status = fill(r, err);
    if (!status)
        status = syn_record_look(r->sweeps, r->n, o, &r->record, err);
    for (size_t j = 0; !status && j < r->n; j++)
        r->spikes += syn_sweep_clean(&r->sweeps[j], r->record.noise);
    if (status)
        syn_record_close(r);
    else
        *out = r;
    return status;
}

void syn_record_close(syn_record_reader *r)
{
    for (size_t j = 0; r && j < r->n; j++)
        drop(&r->sweeps[j]);
    free(r);
}

syn_status syn_record_next(syn_record_reader *r, syn_sweep *out, syn_measured *m, syn_error *err)
{
    if (r->next > 0 && r->next <= r->n)
        drop(&r->sweeps[r->next - 1]);
    if (r->next < r->n) {
        *out = r->sweeps[r->next];
    } else {
        const syn_status status = syn_sweeps_next(r->source, out, err);
        if (status)
            return status;
        r->spikes += syn_record_prepare(&r->record, out);
    }
    r->next += r->next <= r->n;
    if (out->n == 0)
        return SYN_OK;
    const bool is_first = !r->running || r->cell != out->cell;
    r->running = true;
    r->cell = out->cell;
    return syn_record_measure(&r->record, out, is_first, m, err);
}

const syn_record *syn_record_of(const syn_record_reader *r)
{
    return &r->record;
}

uint64_t syn_record_spikes(const syn_record_reader *r)
{
    return r->spikes;
}
