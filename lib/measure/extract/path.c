/* SPDX-License-Identifier: MIT */
/* Lines through points of a path, and the break of its curve. */
#include "base/linear.h"
#include "base/numeric.h"
#include "measure/extract/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

synp_path synp_path_part(const synp_path *p, size_t first, size_t n)
{
    first = first < p->n ? first : p->n;
    return (synp_path){p->u + first, p->i + first, n < p->n - first ? n : p->n - first};
}

double synp_path_step(const synp_path *p, size_t at)
{
    enum { STEPS = 5 };
    double step[STEPS];
    size_t n = 0;
    for (size_t k = at < p->n ? at : p->n - 1; k > 0 && n < STEPS; k--)
        if (p->u[k] != p->u[k - 1])
            step[n++] = fabs(p->u[k] - p->u[k - 1]);
    qsort(step, n, sizeof *step, synp_rising);
    return n ? step[n / 2] : 0;
}

size_t synp_path_side(size_t n)
{
    const size_t side = n / 25;
    return side < 2 ? 2 : side > 24 ? 24 : side;
}

double synp_path_conductance(const synp_path *p, size_t first, size_t end)
{
    double u = 0, i = 0;
    for (size_t k = first; k < end; k++) {
        u += p->u[k];
        i += p->i[k];
    }
    return i / u;
}

synp_line synp_line_of(const double *u, const double *i, size_t n)
{
    synp_line l = {.n = n};
    double products = 0;
    for (size_t k = 0; k < n; k++) {
        l.centre += u[k] / (double)n;
        l.level += i[k] / (double)n;
    }
    for (size_t k = 0; k < n; k++) {
        l.squares += (u[k] - l.centre) * (u[k] - l.centre);
        products += (u[k] - l.centre) * (i[k] - l.level);
    }
    l.slope = l.squares > 1e-12 * l.centre * l.centre ? products / l.squares : 0;
    return l;
}

double synp_line_at(const synp_line *l, double u)
{
    return l->level + l->slope * (u - l->centre);
}

double synp_line_variance(const synp_line *l, double u)
{
    const double d = l->slope != 0 ? u - l->centre : 0;
    return 1 / (double)l->n + (d != 0 ? d * d / l->squares : 0);
}

/* A break: below b a curve is steady; above b it bends away. The current is divided by the steady curve, which is fitted to
 * the points below. So a line that turns into a parabola is fitted, a segmented regression (Hudson, J. Am. Stat.
 * Assoc. 61 (1966) 1097):
 *   y = c0 + c1 d + c2 d+ + c3 d+^2,  d = u - b,  d+ = max(d, 0).
 * For a given break b this is linear in c0 .. c3. The normal equations M c = r, with M = sum row row' and r = sum row y, give
 * the sum of squares at the minimum directly: sum y^2 - r' c. Only b remains. A grid finds the right valley, a golden section
 * (Kiefer, Proc. Am. Math. Soc. 4 (1953) 502) its bottom. */

enum { MOST = 256 }; /* points of a fit; of dense sweeps, several points are averaged to one */
typedef struct broken {
    double u[MOST], y[MOST];
    size_t n;
    double unit;     /* V, scale of the voltage, so that the equations are well conditioned */
    double variance; /* of y by noise, mean */
} broken;

/* Sum of squared residuals of the fit with its break at b. */
static double broken_rest(const broken *f, double b)
{
    double a[16] = {0}, c[4] = {0}, squares = 0;
    for (size_t k = 0; k < f->n; k++) {
        const double d = (f->u[k] - b) / f->unit, y = f->y[k], row[4] = {1, d, d > 0 ? d : 0, d > 0 ? d * d : 0};
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
    return fmax(squares, 0);
}

/* The place between low and high with the smallest sum of squares, to some microvolts. *error: its standard error. The sum of
 * squares exceeds the smallest one by nine times the variance of a point three standard errors away. */
static double best_break(const broken *f, double low, double high, double *error)
{
    enum { GRID = 48, SECTIONS = 16 };
    const double step = (high - low) / GRID, golden = 0.6180339887498949;
    double rest[GRID + 1];
    int at = 0;
    for (int k = 0; k <= GRID; k++) {
        rest[k] = broken_rest(f, low + step * k);
        at = rest[k] < rest[at] ? k : at;
    }
    double left_end = low + step * (at - 1), right_end = left_end + 2 * step,
           left = right_end - golden * (right_end - left_end), right = left_end + golden * (right_end - left_end),
           rest_left = broken_rest(f, left), rest_right = broken_rest(f, right);
    for (int k = 0; k < SECTIONS; k++) {
        if (rest_left < rest_right) {
            right_end = right;
            right = left;
            rest_right = rest_left;
            left = right_end - golden * (right_end - left_end);
            rest_left = broken_rest(f, left);
        } else {
            left_end = left;
            left = right;
            rest_left = rest_right;
            right = left_end + golden * (right_end - left_end);
            rest_right = broken_rest(f, right);
        }
    }
    const double best = 0.5 * (left_end + right_end), least = broken_rest(f, best),
                 variance = fmax(f->n > 5 ? least / (double)(f->n - 5) : 0, f->variance),
                 limit = least + 9 * variance;
    double below = best, above = best;
    for (int k = 0; k <= GRID; k++)
        if (rest[k] <= limit) {
            below = fmin(below, low + step * k);
            above = fmax(above, low + step * k);
        }
    *error = (fmax(above - best, best - below) + step) / 3;
    return best;
}

/* ln(i/u) of a steady curve: a polynomial of x = u / unit. */
typedef struct steady {
    double c[3];
    int terms; /* 0: too few points */
    double unit;
} steady;

/* By least squares with the weights i^2 to the points from 0.4 end to 0.9 end. With may_curve, points above the noise get a
 * parabola: ln sinh is one at small voltages and straight at large ones. */
static steady steady_curve(const synp_path *p, double end, double noise, bool may_curve)
{
    enum { FEWEST = 4, MANY = 6 };
    double a[9] = {0}, c[3] = {0}, least = INFINITY;
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        const int terms = may_curve && n >= MANY && least > 30 * noise ? 3 : 2;
        for (size_t k = 0; k < p->n; k++) {
            if (!(p->u[k] > 0.4 * end && p->u[k] < 0.9 * end && p->i[k] > 5 * noise))
                continue;
            if (pass == 0) {
                least = fmin(least, p->i[k]);
                n++;
                continue;
            }
            const double x = p->u[k] / end, w = p->i[k] * p->i[k], row[3] = {1, x, x * x};
            for (int i = 0; i < terms; i++) {
                c[i] += w * row[i] * log(p->i[k] / p->u[k]);
                for (int j = 0; j < terms; j++)
                    a[terms * i + j] += w * row[i] * row[j];
            }
        }
        if (n < FEWEST)
            return (steady){.terms = 0};
        if (pass == 1 && synp_cholesky_equations(terms, a, c))
            return (steady){{c[0], c[1], c[2]}, terms, end};
    }
    return (steady){.terms = 0};
}

/* The points first .. end - 1 beside the steady curve. If its conductance changes little, a straight line through them does as
 * well: exp(gentle) from 0 to the break. */
static const double gentle = 0.3;
static void fill_broken(const synp_path *p, size_t first, size_t end, double guess, double noise, bool may_curve,
                        broken *f)
{
    const size_t joined = (end - first) / MOST + 1;
    const steady curve = steady_curve(p, guess, noise, may_curve);
    const double scale = synp_path_conductance(p, first, end);
    const bool is_steep = curve.terms > 0 && (may_curve || fabs(curve.c[1]) > gentle);
    size_t n = 0;
    *f = (broken){.unit = 0.3 * guess};
    for (size_t k = first; k < end; k++) {
        const double u = p->u[k],
                     i = is_steep ? u * exp(synp_horner(curve.c, curve.terms, u / curve.unit)) : scale * guess;
        f->u[f->n] += u / (double)joined;
        f->y[f->n] += p->i[k] / i / (double)joined;
        f->variance += noise * noise / (i * i) / (double)(end - first) / (double)joined;
        if (++n == joined) {
            f->n++;
            n = 0;
        }
    }
}

/* Mean of y at the upper end of the window, in units of that below the break, minus 1: how far the curve has bent away; 0 if
 * noise explains it. Returns false if what is below the break is not told from noise. */
static bool bend_of(const broken *f, double b, double *bend)
{
    static const double clear = 5;
    double sum[2] = {0}, n[2] = {0};
    for (size_t k = 0; k < f->n; k++) {
        const int place = f->u[k] < b ? 0 : f->u[k] > 0.5 * (b + f->u[f->n - 1]) ? 1 : -1;
        if (place >= 0) {
            sum[place] += f->y[k];
            n[place]++;
        }
    }
    const double below = sum[0] / n[0], error = sqrt(f->variance / n[0]);
    *bend = sum[1] / n[1] / below - 1;
    if (!(fabs(*bend) > clear * sqrt(f->variance * (1 / n[0] + 1 / n[1])) / below))
        *bend = 0;
    return below > clear * error;
}

synp_estimate synp_break_about(const synp_path *p, double guess, double noise, bool may_curve, double *bend)
{
    enum { FEWEST = 6, MANY = 8, SIDE = 3 }; /* fewer than MANY points leave a larger error */
    /* Of the break: windows on either side of it, and how far they reach for six points. */
    static const double left = 0.3, right = 0.2, widest = 0.5;
    const synp_estimate none = {NAN, NAN, SYN_FEW_POINTS};
    synp_estimate e = {guess, NAN, SYN_GOOD};
    size_t at = 0, count = 0;
    while (at + 1 < p->n && p->u[at] < guess)
        at++;
    for (int pass = 0; pass < 2; pass++) {
        broken f;
        size_t first = at, end = at + 1;
        while (first > 0 && p->u[first - 1] > e.value * (1 - (at - first < FEWEST / 2 ? widest : left)))
            first--;
        while (end < p->n && p->u[end] < e.value * (1 + (end - at <= FEWEST / 2 ? widest : right)))
            end++;
        if (end < at + SIDE || at < first + SIDE || end - first < FEWEST)
            return none;
        const double low = fmax(e.value * (1 - 0.5 * left), p->u[first + 1]),
                     high = fmin(e.value * (1 + 0.5 * right), p->u[end - 3]);
        if (!(low < high))
            return none;
        count = end - first;
        fill_broken(p, first, end, e.value, noise, may_curve, &f);
        if (f.n < FEWEST)
            return none;
        e.value = best_break(&f, low, high, &e.error);
        if (!bend_of(&f, e.value, bend))
            return (synp_estimate){NAN, NAN, SYN_BELOW_NOISE};
    }
    e.error = fmax(e.error, synp_path_step(p, at) * (count < MANY ? 0.6 : 1 / sqrt(12)));
    return e.error < 0.1 * e.value ? e : (synp_estimate){NAN, NAN, SYN_BELOW_NOISE};
}
