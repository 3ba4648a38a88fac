/* SPDX-License-Identifier: MIT */
/* Step 0 of fit.h: the scale and the shape of each feature, by cross-validation. */
#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCALES = SYN_INVERSE + 1, ENOUGH_ROWS = 100000 };
static const double widest_range = 3.719; /* +- of a normal: 99.98 % */

/* One half of the figures of a feature, in a scale. */
typedef struct half {
    double *v, *u, *z,
        *room; /* sorted figures; sorted standardised ones, their normal scores; room for some figures */
    size_t n;
    double *mu, *sigma, *share; /* of each run, and its share of the figures */
    size_t runs;
} half;

static bool half_create(size_t rows, size_t devices, half *h)
{
    double **const parts[] = {&h->v, &h->u, &h->z, &h->room, &h->mu, &h->sigma, &h->share};
    bool good = true;
    for (int k = 0; k < 7; k++) {
        *parts[k] = malloc((k < 4 ? rows + 1 : devices + 1) * sizeof(double));
        good = good && *parts[k];
    }
    return good;
}

static void half_free(half *h)
{
    double *const parts[] = {h->v, h->u, h->z, h->room, h->mu, h->sigma, h->share};
    for (int k = 0; k < 7; k++)
        free(parts[k]);
}

/* What is compared: a feature in a scale, standardised as for a polynomial or a spline. */
typedef struct candidate {
    int feature;
    syn_scale scale;
    bool spline;
} candidate;

/* Adds the figures of some rows to a half. Returns false if a figure has no place in the scale, or if they do not vary. */
static bool add_run(const syn_features *f, size_t first, size_t end, const candidate *c, half *h)
{
    double *v = h->v + h->n, *mu = &h->mu[h->runs], *sigma = &h->sigma[h->runs];
    size_t n = 0;
    for (size_t t = first; t < end; t++)
        if (!isnan(f->y[t][c->feature])) {
            v[n] = synp_to_scale(c->scale, c->feature, f->y[t][c->feature]);
            if (!isfinite(v[n++]))
                return false;
        }
    if (n == 0)
        return true;
    if (!synp_location_scale(v, n, c->spline, h->room, mu, sigma))
        return false;
    for (size_t k = 0; k < n; k++)
        h->u[h->n + k] = (v[k] - *mu) / *sigma;
    h->share[h->runs++] = (double)n;
    h->n += n;
    return true;
}

/* Of many rows, only every stride-th device is looked at: 100,000 rows tell distances of 0.003 apart. */
static size_t stride_of(const syn_features *f)
{
    const size_t enough = f->rows / ENOUGH_ROWS + 1, most = f->devices / (2 * SYN_FEWEST_DEVICES);
    return enough <= most ? enough : most > 1 ? most : 1;
}

/* Every second device to a half, or with few devices half of the cycles of each. */
static bool divide(const syn_features *f, const candidate *c, half h[2])
{
    const size_t stride = stride_of(f);
    for (int k = 0; k < 2; k++)
        h[k].n = h[k].runs = 0;
    for (size_t d = 0; d < f->devices; d += stride) {
        const size_t first = f->first[d], end = f->first[d + 1], middle = (first + end) / 2;
        if (f->devices >= SYN_FEWEST_DEVICES
                ? !add_run(f, first, end, c, &h[d / stride % 2])
                : !add_run(f, first, middle, c, &h[0]) || !add_run(f, middle, end, c, &h[1]))
            return false;
    }
    for (int k = 0; k < 2; k++) {
        qsort(h[k].v, h[k].n, sizeof(double), synp_rising);
        qsort(h[k].u, h[k].n, sizeof(double), synp_rising);
        synp_normal_scores(h[k].n, h[k].z);
        for (size_t d = 0; d < h[k].runs; d++)
            h[k].share[d] /= (double)h[k].n;
    }
    return h[0].n > 0 && h[1].n > 0;
}

/* Gamma at z = -5 .. 5, in rising order. */
enum { TABLE = 1001 };
typedef double gamma_table[TABLE];

static double table_z(double place)
{
    return 10 * place / (TABLE - 1) - 5;
}

/* Normal probability of the z at which Gamma is u. */
static double below(const gamma_table table, double u)
{
    const size_t k = synp_lower_bound(&u, table, TABLE, sizeof u, synp_rising);
    if (k == 0 || k == TABLE)
        return k > 0;
    const double rise = table[k] - table[k - 1];
    return synp_normal_below(table_z((double)k - (rise > 0 ? (table[k] - u) / rise : 0)));
}

/* Largest difference between the distribution of a half and the one that Gamma has with mu and sigma of its runs, at 200
 * figures of the half. NAN if a reciprocal comes near to 0. */
static double distance(const half *h, const candidate *c, const gamma_table table)
{
    enum { POINTS = 200 };
    double most = 0;
    for (size_t d = 0; c->scale == SYN_INVERSE && d < h->runs; d++)
        if (!(h->mu[d] + 1.5 * h->sigma[d] * table[0] > 0))
            return NAN;
    for (int k = 0; k < POINTS; k++) {
        const size_t at = (size_t)((k + 0.5) / POINTS * (double)h->n);
        double share = 0;
        for (size_t d = 0; d < h->runs; d++)
            share += h->share[d] * below(table, (h->v[at] - h->mu[d]) / h->sigma[d]);
        most = fmax(most, fabs(share - ((double)at + 0.5) / (double)h->n));
    }
    return most;
}

static synp_shape spline_of(size_t figures)
{
    const int knots = figures < 500 ? 9 : figures < 2000 ? 17 : SYN_MAX_KNOTS;
    return (synp_shape){SYN_AUTO_DEGREE, knots, fmin(widest_range, -synp_normal_quantile(0.5 / (double)figures))};
}

/* Gamma of a half. Returns false if no polynomial rises, or if there are too few figures. room: for a set, of which feature 0
 * is used. */
static bool tabulate(const half *h, const candidate *c, size_t figures, syn_params *room, gamma_table table)
{
    const synp_shape shape = spline_of(figures);
    synp_marginal m;
    double x;
    if (synp_marginal_of(h->u, h->z, h->n, &shape, &m))
        return false;
    room->spline[0].n = 0;
    if (c->spline)
        synp_gamma_spline(&m, &shape, &room->spline[0]);
    else if (!synp_rising_gamma(&m, SYN_AUTO_DEGREE, &room->gamma[0], &x))
        return false;
    for (int k = 0; k < TABLE; k++)
        table[k] = synp_gamma_at(room, 0, table_z(k));
    for (int k = TABLE / 2 + 1; k < TABLE; k++) { /* a polynomial may fall beyond the range of the data */
        table[k] = fmax(table[k], table[k - 1]);
        table[TABLE - 1 - k] = fmin(table[TABLE - 1 - k], table[TABLE - k]);
    }
    return true;
}

/* Mean of the distances of each half from Gamma of the other. */
static double compare(const syn_features *f, const candidate *c, size_t figures, half h[2], syn_params *room)
{
    gamma_table table;
    double sum = 0;
    if (!divide(f, c, h))
        return NAN;
    for (int k = 0; k < 2; k++)
        sum += tabulate(&h[k], c, figures, room, table) ? 0.5 * distance(&h[1 - k], c, table) : NAN;
    return sum;
}

static void choose(double distance[SCALES][2], size_t figures, syn_scale *scale, bool *spline)
{
    const double margin = 0.5 / sqrt(0.5 * (double)figures);
    double least = INFINITY;
    for (int k = 0; k < 2 * SCALES; k++)
        least = fmin(least, distance[k % SCALES][k / SCALES]); /* NAN does not count */
    for (int k = 0; k < 2 * SCALES; k++)
        if (distance[k % SCALES][k / SCALES] <= least + margin) {
            *scale = (syn_scale)(k % SCALES);
            *spline = k / SCALES;
            return;
        }
}

static void transform(syn_features *f, int i, syn_scale scale)
{
    for (size_t t = 0; t < f->rows; t++)
        f->y[t][i] = synp_to_scale(scale, i, f->y[t][i]);
}

syn_status synp_choose_scales(syn_features *f, const syn_fit_options *o, synp_shape shape[SYN_NFEAT], syn_params *p,
                              syn_fit_report *r, syn_error *err)
{
    half h[2] = {{0}};
    syn_params *room = calloc(1, sizeof *room);
    const bool tried = o->marginals == SYN_MARGINALS_AUTO && !o->degree,
               good = room && half_create(f->rows, f->devices, &h[0]) && half_create(f->rows, f->devices, &h[1]);
    const syn_status status = good ? SYN_OK : synp_no_memory(err);
    for (int i = 0; !status && i < SYN_NFEAT; i++) {
        syn_scale scale = SYN_LINEAR;
        bool spline = false;
        for (int k = 0; k < 2 * SCALES; k++) {
            const candidate c = {i, (syn_scale)(k % SCALES), k / SCALES};
            r->distance[i][c.scale][c.spline] =
                tried && !r->taken[i] && synp_scale_fits(c.scale, i) ? compare(f, &c, r->figures[i], h, room) : NAN;
        }
        choose(r->distance[i], r->figures[i] / stride_of(f), &scale, &spline);
        shape[i] =
            spline ? spline_of(r->figures[i]) : (synp_shape){.degree = o->degree ? o->degree : SYN_AUTO_DEGREE};
        r->degree[i] = spline || r->taken[i] ? 0 : shape[i].degree;
        r->knots[i] = shape[i].knots;
        r->scales[i] = scale;
        if (r->taken[i])
            continue;
        p->scale[i] = scale;
        transform(f, i, scale);
    }
    half_free(&h[0]);
    half_free(&h[1]);
    free(room);
    return status;
}
