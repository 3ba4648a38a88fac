/* SPDX-License-Identifier: MIT */
/* The conductance of a branch at one voltage. */
#include "base/linear.h"
#include "measure/extract/estimate.h"

#include <math.h>

enum { NEAREST = 6, FEWEST = 3, MOST = 64 };
static const double narrow = 0.5, wide = 1.5; /* of u0: least and largest half width of the window */
static const double clear = 5;                /* standard errors: a smaller current is not told from 0 */

/* Half width of the window about u0: `narrow`, or the distance of the sixth nearest point if that is more; at most `wide`. */
static double window_about(const synp_path *p, double u0)
{
    double nearest[NEAREST];
    size_t n = 0;
    for (size_t k = 0; k < p->n; k++) {
        double d = fabs(p->u[k] - u0);
        for (size_t j = 0; j < n; j++)
            if (d < nearest[j]) {
                const double other = nearest[j];
                nearest[j] = d;
                d = other;
            }
        if (n < NEAREST)
            nearest[n++] = d;
    }
    return n ? fmin(fmax(narrow * u0, 1.001 * nearest[n - 1]), wide * u0) : 0;
}

/* The points of the window, relative to u0, with their tricube weights. Of dense sweeps, several points are averaged to one. */
typedef struct window {
    double x[MOST], y[MOST], weight[MOST];
    size_t n, joined; /* points; measured points in each */
    bool below, above;
} window;

static void fill_window(const synp_path *p, double u0, window *w)
{
    const double h = window_about(p, u0);
    size_t inside = 0, joined = 0;
    for (size_t k = 0; k < p->n; k++)
        inside += fabs(p->u[k] - u0) < h;
    *w = (window){.joined = inside / MOST + 1};
    for (size_t k = 0; k < p->n; k++) {
        const double d = p->u[k] - u0;
        if (fabs(d) >= h)
            continue;
        w->below = w->below || d <= 0;
        w->above = w->above || d >= 0;
        w->x[w->n] += d / (double)w->joined;
        w->y[w->n] += p->i[k] / (double)w->joined;
        w->weight[w->n] += pow(1 - pow(fabs(d) / h, 3), 3);
        if (++joined == w->joined) {
            w->n++;
            joined = 0;
        }
    }
}

/* Weighted least squares of y on x^0 .. x^(terms-1), terms <= 3: the value at x = 0 is sum_k s_k y_k with
 * s_k = w_k row_k' A^-1 e_0. Its variance is sum s_k^2 times that of a point: from the residuals, or the noise if that is
 * more. *error gets the square root. Returns NAN if the points do not determine the fit. */
static double value_at_centre(const window *w, int terms, double noise, double *error)
{
    double a[9] = {0}, first[3] = {1, 0, 0}, c[3] = {0}, value = 0, shares = 0, squares = 0;
    for (size_t k = 0; k < w->n; k++) {
        const double row[3] = {1, w->x[k], w->x[k] * w->x[k]};
        for (int i = 0; i < terms; i++) {
            c[i] += w->weight[k] * row[i] * w->y[k];
            for (int j = 0; j < terms; j++)
                a[i * terms + j] += w->weight[k] * row[i] * row[j];
        }
    }
    if (!synp_cholesky_factor(terms, a))
        return NAN;
    synp_cholesky_solve(terms, a, first);
    synp_cholesky_solve(terms, a, c);
    for (size_t k = 0; k < w->n; k++) {
        const double row[3] = {1, w->x[k], w->x[k] * w->x[k]};
        double share = 0, rest = w->y[k];
        for (int i = 0; i < terms; i++) {
            share += w->weight[k] * row[i] * first[i];
            rest -= row[i] * c[i];
        }
        value += share * w->y[k];
        shares += share * share;
        squares += rest * rest;
    }
    const double freedom = (double)w->n - terms;
    const double scatter = freedom > 0 ? squares / freedom : 0;
    *error = sqrt(shares * fmax(scatter, noise * noise / (double)w->joined));
    return value;
}

synp_estimate synp_conductance_at(const synp_path *p, double u0, double noise, double offset_error)
{
    window w;
    double error = 0;
    fill_window(p, u0, &w);
    if (!w.below || !w.above || w.n < FEWEST)
        return (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    const double i = value_at_centre(&w, w.n >= 5 ? 3 : 2, noise, &error);
    if (isnan(i))
        return (synp_estimate){NAN, NAN, SYN_FEW_POINTS};
    error = hypot(error, offset_error);
    if (!(i > clear * error))
        return (synp_estimate){(fmax(i, 0) + 2 * error) / u0, error / u0, SYN_BELOW_NOISE};
    return (synp_estimate){i / u0, error / u0, SYN_GOOD};
}
