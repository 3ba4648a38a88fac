/* SPDX-License-Identifier: MIT */
#include "base/linear.h"
#include "base/numeric.h"
#include "measure/estimate.h"

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

/* A break: below b the curve is nearly straight over a tenth of a volt; above b it bends away. So a line that turns into a
 * parabola is fitted, a segmented regression (Hudson, J. Am. Stat. Assoc. 61 (1966) 1097):
 *   i = c0 + c1 d + c2 d+ + c3 d+^2,  d = u - b,  d+ = max(d, 0).
 * For a given break b this is linear in c0 .. c3. The normal equations M c = r, with M = sum row row' and r = sum row i, give
 * the sum of squares at the minimum directly: sum i^2 - r' c. Only b remains. A grid finds the right valley, a golden section
 * (Kiefer, Proc. Am. Math. Soc. 4 (1953) 502) its bottom. */

typedef struct broken {
    const double *u, *i;
    size_t n;
    double unit; /* V, scale of the voltage, so that the equations are well conditioned */
} broken;

/* Sum of squared residuals of the fit with its break at b. */
static double broken_rest(const broken *f, double b)
{
    double a[16] = {0}, c[4] = {0}, squares = 0;
    for (size_t k = 0; k < f->n; k++) {
        const double d = (f->u[k] - b) / f->unit, y = f->i[k], row[4] = {1, d, d > 0 ? d : 0, d > 0 ? d * d : 0};
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

/* The place between low and high with the smallest sum of squares, to some microvolts. */
static double best_break(const broken *f, double low, double high)
{
    enum { GRID = 24, SECTIONS = 16 };
    const double step = (high - low) / GRID, golden = 0.6180339887498949;
    double best = INFINITY, at = low;
    for (int k = 0; k <= GRID; k++) {
        const double rest = broken_rest(f, low + step * k);
        if (rest < best) {
            best = rest;
            at = low + step * k;
        }
    }
    low = at - step;
    high = at + step;
    double left = high - golden * (high - low), right = low + golden * (high - low), rest_left = broken_rest(f, left),
           rest_right = broken_rest(f, right);
    for (int k = 0; k < SECTIONS; k++) {
        if (rest_left < rest_right) {
            high = right;
            right = left;
            rest_right = rest_left;
            left = high - golden * (high - low);
            rest_left = broken_rest(f, left);
        } else {
            low = left;
            left = right;
            rest_left = rest_right;
            right = low + golden * (high - low);
            rest_right = broken_rest(f, right);
        }
    }
    return 0.5 * (low + high);
}

/* Standard error of a break: the sum of squares rises by the variance of a point within it. */
static double break_error(const broken *f, double b, double noise)
{
    const double h = 0.02 * f->unit, least = broken_rest(f, b),
                 bend = (broken_rest(f, b - h) + broken_rest(f, b + h) - 2 * least) / (h * h),
                 variance = fmax(least / (double)(f->n - 5), noise * noise);
    return bend > 0 ? sqrt(2 * variance / bend) : INFINITY;
}

synp_estimate synp_break_about(const synp_path *p, double guess, double noise)
{
    enum { FEWEST = 6 };
    static const double left = 0.3, right = 0.2; /* of the break: windows on either side of it */
    synp_estimate e = {guess, NAN, SYN_FEW_POINTS};
    broken f = {0};
    size_t at = 0;
    while (at + 1 < p->n && p->u[at] < guess)
        at++;
    for (int pass = 0; pass < 2; pass++) {
        size_t first = at, end = at + 1;
        while (first > 0 && (p->u[first - 1] > e.value * (1 - left) || at - first < FEWEST / 2))
            first--;
        while (end < p->n && (p->u[end] < e.value * (1 + right) || end - at < FEWEST / 2))
            end++;
        if (end - at < 3 || at - first < 2 || end - first < FEWEST)
            return e;
        const double low = fmax(e.value * (1 - 0.5 * left), p->u[first + 1]),
                     high = fmin(e.value * (1 + 0.5 * right), p->u[end - 3]);
        if (!(low < high))
            return e;
        f = (broken){p->u + first, p->i + first, end - first, left * e.value};
        e.value = best_break(&f, low, high);
    }
    e.error = break_error(&f, e.value, noise);
    e.quality = SYN_GOOD;
    return e;
}
