/* SPDX-License-Identifier: MIT */
/* The features of a sweep; their definitions are in sweep.h. */
#include <synaptogen/sweep.h>

#include "base/linear.h"
#include "base/numeric.h"
#include "model/model.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double set_ratio = 1.5, reset_ratio = 1.2;   /* of conductances: less is no event */
static const double read_window = 0.1;                    /* V on either side of u0 */
static const double break_left = 0.2, break_right = 0.15; /* V around the break */
enum { READ_POINTS = 6, READ_FEWEST = 3, SIDE = 3, BREAK_POINTS = 6 };

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

/* A copy of the points of one branch. */
typedef struct points {
    double *u, *i;
    size_t n;
} points;

/* Of n <= SIDE numbers. */
static double median(const double *v, size_t n)
{
    double sorted[SIDE];
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, synp_rising);
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

size_t syn_sweep_clean(syn_sweep *s)
{
    enum { AROUND = 5, MIDDLE = AROUND / 2 };
    double window[AROUND], sorted[AROUND];
    size_t kept = 0;
    for (size_t k = 0; k < s->n; k++) {
        bool spike = false;
        if (k >= MIDDLE && k + MIDDLE < s->n) {
            /* Points before k may have moved, so the window keeps their currents. */
            if (k == MIDDLE)
                memcpy(window, s->i, sizeof window);
            else
                memmove(window, window + 1, (AROUND - 1) * sizeof *window);
            window[AROUND - 1] = s->i[k + MIDDLE];
            memcpy(sorted, window, sizeof window);
            qsort(sorted, AROUND, sizeof *sorted, synp_rising);
            double most = 0;
            for (int j = 0; j < AROUND; j++)
                most = j == MIDDLE ? most : fmax(most, fabs(window[j]));
            spike = fabs(window[MIDDLE] - sorted[MIDDLE]) > 0.25 * most;
        }
        s->u[kept] = s->u[k];
        s->i[kept] = s->i[k];
        kept += spike ? 0 : 1;
    }
    const size_t dropped = s->n - kept;
    s->n = kept;
    return dropped;
}

/* Weighted least squares of y on x^0 .. x^(terms-1) about x = 0; returns the constant, NAN if undetermined. */
static double local_constant(const double *x, const double *y, const double *w, size_t n, int terms)
{
    double a[9] = {0}, b[3] = {0};
    for (size_t k = 0; k < n; k++) {
        const double row[3] = {1, x[k], x[k] * x[k]};
        for (int i = 0; i < terms; i++) {
            b[i] += w[k] * row[i] * y[k];
            for (int j = 0; j < terms; j++)
                a[i * terms + j] += w[k] * row[i] * row[j];
        }
    }
    return synp_cholesky_equations(terms, a, b) ? b[0] : NAN;
}

/* Half width of the window about u0: read_window, or the distance of the sixth nearest point if that is more. */
static double window_about(const points *p, double u0)
{
    double nearest[READ_POINTS];
    size_t n = 0;
    for (size_t k = 0; k < p->n; k++) {
        double d = fabs(p->u[k] - u0);
        for (size_t j = 0; j < n; j++)
            if (d < nearest[j]) {
                const double other = nearest[j];
                nearest[j] = d;
                d = other;
            }
        if (n < READ_POINTS)
            nearest[n++] = d;
    }
    return n ? fmax(read_window, 1.001 * nearest[n - 1]) : read_window;
}

/* Conductance at u0, or NAN. There must be points on both sides of u0, within three windows. */
static double conductance_at(const points *p, double u0)
{
    const double h = fmin(window_about(p, u0), 3 * read_window);
    double x[64], y[64], w[64];
    size_t n = 0, inside = 0;
    bool below = false, above = false;
    for (size_t k = 0; k < p->n; k++)
        inside += fabs(p->u[k] - u0) < h;
    const size_t stride = inside / 64 + 1; /* of dense sweeps, this many points are averaged */
    size_t joined = 0;
    for (size_t k = 0; k < p->n; k++) {
        const double d = p->u[k] - u0;
        if (fabs(d) >= h)
            continue;
        below = below || d <= 0;
        above = above || d >= 0;
        if (joined == 0)
            x[n] = y[n] = w[n] = 0;
        x[n] += d;
        y[n] += p->i[k];
        w[n] += pow(1 - pow(fabs(d) / h, 3), 3);
        if (++joined == stride) {
            x[n] /= (double)stride;
            y[n++] /= (double)stride;
            joined = 0;
        }
    }
    if (!below || !above || n < READ_FEWEST)
        return NAN;
    const double i = local_constant(x, y, w, n, n >= 5 ? 3 : 2);
    return i > 0 ? i / u0 : NAN;
}

/* ln(i/u), with a floor where noise makes it negative: a thousandth of the largest. */
static void log_conductances(const points *p, double *g)
{
    double largest = DBL_MIN;
    for (size_t k = 0; k < p->n; k++)
        largest = fmax(largest, p->i[k] / p->u[k]);
    for (size_t k = 0; k < p->n; k++)
        g[k] = log(fmax(p->i[k] / p->u[k], 1e-3 * largest));
}

/* Rise of the median over up to SIDE points from below k to k on; 0 < k < n. */
static double rise_at(const double *g, size_t n, size_t k)
{
    const size_t before = k < SIDE ? k : SIDE, after = n - k < SIDE ? n - k : SIDE;
    return median(g + k, after) - median(g + k - before, before);
}

/* U_S on the branch away from 0, or NAN; *q says why. g: room for ln(i/u). */
static double find_set(const points *p, double *g, syn_quality *q)
{
    double best = 0, step = 0;
    size_t at = 0;
    *q = SYN_FEW_POINTS;
    if (p->n < 2 * SIDE)
        return NAN;
    log_conductances(p, g);
    *q = SYN_NO_SET;
    for (size_t k = 1; k < p->n; k++)
        best = fmax(best, rise_at(g, p->n, k));
    if (best < log(set_ratio))
        return NAN;
    for (size_t k = 1; k < p->n; k++)
        if (rise_at(g, p->n, k) >= 0.9 * best && g[k] - g[k - 1] > step) {
            step = g[k] - g[k - 1];
            at = k;
        }
    if (at == 0)
        return NAN;
    *q = SYN_GOOD;
    return 0.5 * (p->u[at - 1] + p->u[at]);
}

/* The break of a RESET (U_R).
 *
 * Below U_R the current is that of the LRS and nearly straight over a tenth of a volt. Above U_R the conductance falls
 * and the current bends away. So a line that turns into a parabola is fitted, a segmented regression (Hudson, J. Am.
 * Stat. Assoc. 61 (1966) 1097):
 *   i = c0 + c1 d + c2 d+ + c3 d+^2,  d = u - b,  d+ = max(d, 0).
 * For a given break b this is linear in c0 .. c3. The normal equations M c = r, with M = sum row row' and
 * r = sum row i, give the sum of squares at the minimum directly: sum i^2 - r' c. Only b remains. A grid finds the
 * right valley, a golden section (Kiefer, Proc. Am. Math. Soc. 4 (1953) 502) its bottom.
 * The points are those from 0.2 V below to 0.15 V above a guess of b. The first guess is the peak of the current, which
 * lies a little above the break; the second is the first result. */

/* Sum of squared residuals of the fit with its break at b. unit [V] scales d, so that the equations are well
 * conditioned. */
static double broken_rest(const points *p, size_t first, size_t end, double b, double unit)
{
    double a[16] = {0}, c[4] = {0}, squares = 0;
    for (size_t k = first; k < end; k++) {
        const double d = (p->u[k] - b) / unit, y = p->i[k], row[4] = {1, d, d > 0 ? d : 0, d > 0 ? d * d : 0};
        squares += y * y;
        for (int i = 0; i < 4; i++) {
            c[i] += row[i] * y;
            for (int j = 0; j < 4; j++)
                a[4 * i + j] += row[i] * row[j];
        }
    }
    double rest[4];
    memcpy(rest, c, sizeof c);
    if (!synp_cholesky_equations(4, a, c))
        return INFINITY;
    for (int i = 0; i < 4; i++)
        squares -= rest[i] * c[i];
    return squares;
}

/* The break between low and high with the smallest sum of squares, to some microvolts. */
static double best_break(const points *p, size_t first, size_t end, double low, double high)
{
    enum { GRID = 24, SECTIONS = 16 };
    const double unit = break_left, step = (high - low) / GRID, golden = 0.6180339887498949;
    double best = INFINITY, at = low;
    for (int k = 0; k <= GRID; k++) {
        const double rest = broken_rest(p, first, end, low + step * k, unit);
        if (rest < best) {
            best = rest;
            at = low + step * k;
        }
    }
    low = at - step;
    high = at + step;
    double left = high - golden * (high - low), right = low + golden * (high - low),
           rest_left = broken_rest(p, first, end, left, unit), rest_right = broken_rest(p, first, end, right, unit);
    for (int k = 0; k < SECTIONS; k++) {
        if (rest_left < rest_right) {
            high = right;
            right = left;
            rest_right = rest_left;
            left = high - golden * (high - low);
            rest_left = broken_rest(p, first, end, left, unit);
        } else {
            low = left;
            left = right;
            rest_left = rest_right;
            right = low + golden * (high - low);
            rest_right = broken_rest(p, first, end, right, unit);
        }
    }
    return 0.5 * (low + high);
}

/* Number of the point at the peak of the medians over three points, above u0. */
static size_t peak_of(const points *p, double u0)
{
    size_t at = 0;
    double peak = -INFINITY;
    for (size_t k = 1; k + 1 < p->n; k++) {
        const double m = median(p->i + k - 1, 3);
        if (p->u[k] > u0 && m > peak) {
            peak = m;
            at = k;
        }
    }
    return at;
}

/* U_R on the rising positive branch, or NAN; *q says why. */
static double find_reset(const points *p, double u0, syn_quality *q)
{
    *q = SYN_FEW_POINTS;
    const size_t peak = peak_of(p, u0);
    if (peak == 0)
        return NAN;
    double b = p->u[peak];
    for (int pass = 0; pass < 2; pass++) {
        size_t first = peak, end = peak + 1;
        while (first > 0 && (p->u[first - 1] > b - break_left || peak - first < BREAK_POINTS / 2))
            first--;
        while (end < p->n && (p->u[end] < b + break_right || end - peak < BREAK_POINTS / 2))
            end++;
        if (end - peak < 3 || peak - first < 2 || end - first < BREAK_POINTS)
            return NAN;
        const double low = fmax(b - 0.5 * break_left, p->u[first + 1]),
                     high = fmin(b + 0.5 * break_right, p->u[end - 3]);
        if (!(low < high))
            return NAN;
        b = best_break(p, first, end, low, high);
    }
    *q = SYN_GOOD;
    return b;
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

static void find_branches(const syn_sweep *s, syn_measured *m)
{
    size_t low = 0, high = 0;
    for (size_t k = 0; k < s->n; k++) {
        low = s->u[k] < s->u[low] ? k : low;
        high = s->u[k] > s->u[high] ? k : high;
    }
    m->set_first = low <= high;
    if (m->set_first) {
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

/* Copies the points of a branch with that sign of the voltage and |u| >= least. */
static void copy_branch(const syn_sweep *s, syn_branch b, int sign, double least, points *p)
{
    p->n = 0;
    for (size_t k = b.first; k < b.end; k++)
        if (s->u[k] * sign >= least) {
            p->u[p->n] = s->u[k];
            p->i[p->n++] = s->i[k];
        }
}

/* At smaller voltages ln(i/u) is noise. */
static double least_voltage(const syn_sweep *s, syn_branch b)
{
    double most = 0;
    for (size_t k = b.first; k < b.end; k++)
        most = fmax(most, fabs(s->u[k]));
    return 0.05 * most;
}

static void measure_negative(const syn_sweep *s, points *p, double *g, syn_measured *m)
{
    copy_branch(s, m->down, -1, least_voltage(s, m->down), p);
    m->u_set = find_set(p, g, &m->q[SYN_U_SET]);
}

static void measure_positive(const syn_sweep *s, double u0, points *p, syn_measured *m)
{
    copy_branch(s, m->fall, 1, DBL_MIN, p);
    m->g_hrs = conductance_at(p, u0);
    m->q[SYN_LOG10_R_HRS] = isnan(m->g_hrs) ? SYN_FEW_POINTS : SYN_GOOD;
    copy_branch(s, m->up, 1, DBL_MIN, p);
    m->u_reset = find_reset(p, u0, &m->q[SYN_U_RESET]);
    for (size_t k = p->n; k > 0 && !isnan(m->u_reset); k--)
        if (p->u[k - 1] < m->u_reset) {
            p->n = k;
            break;
        }
    m->g_lrs = conductance_at(p, u0);
    m->q[SYN_R_LRS] = isnan(m->g_lrs) ? SYN_FEW_POINTS : SYN_GOOD;
    if (m->g_hrs > m->g_lrs / reset_ratio) {
        m->q[SYN_LOG10_R_HRS] = m->q[SYN_U_RESET] = SYN_NO_RESET;
        m->g_hrs = m->u_reset = NAN;
    }
}

syn_status syn_sweep_measure(const syn_sweep *s, double u0, syn_measured *out, syn_error *err)
{
    *out = (syn_measured){0};
    if (!(u0 > 0 && isfinite(u0)))
        return synp_fail(err, SYN_EINVAL, "u0", "%g V is not a positive voltage", u0);
    points p = {malloc((s->n + 1) * sizeof *p.u), malloc((s->n + 1) * sizeof *p.i), 0};
    double *g = malloc((s->n + 1) * sizeof *g);
    const bool enough = p.u && p.i && g;
    if (enough) {
        find_branches(s, out);
        measure_negative(s, &p, g, out);
        measure_positive(s, u0, &p, out);
    }
    free(p.u);
    free(p.i);
    free(g);
    return enough ? SYN_OK : synp_no_memory(err);
}

/* Figure k of a cycle. */
static void put(syn_extracted *e, int k, double value, syn_quality q)
{
    e->y[k] = q == SYN_GOOD ? value : NAN;
    e->q[k] = q;
}

static void put_hrs(syn_extracted *e, double g, syn_quality q)
{
    put(e, SYN_LOG10_R_HRS, -log10(g), q);
}

/* R_LRS and U_R belong to a cycle only if it was SET. */
static void put_lrs(syn_extracted *e, const syn_measured *m)
{
    const bool set = e->q[SYN_U_SET] != SYN_NO_SET;
    put(e, SYN_R_LRS, 1 / m->g_lrs, set ? m->q[SYN_R_LRS] : SYN_NO_SET);
    put(e, SYN_U_RESET, m->u_reset, set ? m->q[SYN_U_RESET] : SYN_NO_SET);
}

int syn_cycles_end(syn_cycles *c, syn_extracted out[1])
{
    const bool pending = c->running && !c->set_first;
    if (pending) {
        put(&c->pending, SYN_R_LRS, 0, SYN_UNSEEN);
        put(&c->pending, SYN_U_RESET, 0, SYN_UNSEEN);
        out[0] = c->pending;
    }
    c->running = false;
    return pending;
}

int syn_cycles_add(syn_cycles *c, const syn_sweep *s, const syn_measured *m, syn_extracted out[2])
{
    const bool follows = c->running && c->cell == s->cell && c->cycle + 1 == s->cycle && c->set_first == m->set_first;
    int n = 0;
    if (!follows)
        n = syn_cycles_end(c, out);
    syn_extracted e = {.cell = s->cell, .cycle = s->cycle};
    put(&e, SYN_U_SET, m->u_set, m->q[SYN_U_SET]);
    if (m->set_first) {
        put_hrs(&e, c->g_hrs, follows ? c->q_hrs : SYN_UNSEEN);
        put_lrs(&e, m);
        out[n++] = e;
    } else {
        if (follows) {
            put_lrs(&c->pending, m);
            out[n++] = c->pending;
        }
        put_hrs(&e, m->g_hrs, m->q[SYN_LOG10_R_HRS]);
    }
    *c = (syn_cycles){s->cell, s->cycle, true, m->set_first, m->g_hrs, m->q[SYN_LOG10_R_HRS], e};
    return n;
}
