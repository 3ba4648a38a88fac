/* SPDX-License-Identifier: MIT */
#include <synaptogen/fit.h>

#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3, GROUPS = 16 };
/* Cycles simulated in a round, at least: the bias must be known better than the figures themselves. */
static const size_t simulated_cycles = 100000;
static const double widest_range = 3.719; /* +- of a normal: 99.98 % */

void syn_fit_default(syn_fit_options *o)
{
    *o = (syn_fit_options){.starts = 20};
}

/* All that the steps share. */
typedef struct fit {
    const syn_fit_options *o;
    int degree; /* of the largest polynomial */
    syn_error *err;
    syn_fit_report *report;
    syn_features f; /* the devices used, consecutive */
    double (*mu)[SYN_NFEAT], (*sigma)[SYN_NFEAT], (*u)[SYN_NFEAT], (*x)[SYN_NFEAT], (*drawn)[SYN_NFEAT];
    synp_marginal marginal[SYN_NFEAT];
    synp_moments moments; /* of windows of the chosen order */
    synp_var_fit var;
    synp_device error[SYN_NDEVICE]; /* covariance of (mean / sigma, sigma / its expectation) over simulated devices */
    syn_params p;
} fit;

static syn_status no_memory(fit *w)
{
    return synp_fail(w->err, SYN_ENOMEM, "", "out of memory");
}

static void tell(const fit *w, double share)
{
    if (w->o->progress)
        w->o->progress(w->o->data, share);
}

static syn_status choose_devices(fit *w, const syn_features *f)
{
    syn_fit_report *r = w->report;
    if (synp_choose_devices(f, SYN_FEWEST_CYCLES, &w->f))
        return no_memory(w);
    r->rows = w->f.rows;
    r->devices = w->f.devices;
    r->left_out = f->devices - w->f.devices;
    for (size_t d = 0; d < w->f.devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++)
            r->figures[i] += synp_figures(&w->f, d, i);
    if (r->devices < SYN_FEWEST_DEVICES)
        return synp_fail(w->err, SYN_EDATA, "",
                         "expected at least %d devices with at least %d cycles each, found %zu (of %zu devices)",
                         SYN_FEWEST_DEVICES, SYN_FEWEST_CYCLES, r->devices, f->devices);
    if ((size_t)(w->o->components * SYN_NDEVICE) > r->devices)
        return synp_fail(w->err, SYN_EDATA, "components",
                         "expected at least %d devices for each of %d components, found %zu in all", SYN_NDEVICE,
                         w->o->components, r->devices);
    return SYN_OK;
}

static syn_status allocate(fit *w)
{
    const size_t devices = w->f.devices, rows = w->f.rows;
    w->mu = malloc(devices * sizeof *w->mu);
    w->sigma = malloc(devices * sizeof *w->sigma);
    w->u = malloc(rows * sizeof *w->u);
    w->x = malloc(rows * sizeof *w->x);
    w->drawn = malloc(rows * sizeof *w->drawn);
    return w->mu && w->sigma && w->u && w->x && w->drawn ? SYN_OK : no_memory(w);
}

static void release(fit *w)
{
    syn_features_free(&w->f);
    free(w->mu);
    free(w->sigma);
    free(w->u);
    free(w->x);
    free(w->drawn);
    free(w);
}

/* Gamma and the moments of the scores from standardised figures u. */
static syn_status estimate(fit *w, double (*u)[SYN_NFEAT], int order, synp_marginal marginal[SYN_NFEAT],
                           synp_moments *moments)
{
    syn_status s = synp_marginals(SYNP_ROWS(u), w->f.rows, w->degree, w->x, marginal);
    if (!s)
        s = synp_window_moments(&w->f, SYNP_ROWS(w->x), order, moments);
    if (s)
        return synp_fail(w->err, s, "gamma", "%s", syn_strstatus(s));
    return SYN_OK;
}

/* Windows that an autoregression of that order should have: twice the number of its coefficients in a row. */
static size_t fewest_windows(int order)
{
    return 2 * (size_t)(SYN_NFEAT * order + 1) + 50;
}

static syn_status too_few_windows(fit *w, int order, size_t n)
{
    return synp_fail(
        w->err, SYN_EDATA, "order",
        "expected at least %zu runs of %d cycles without a missing figure, found %zu; choose a smaller order",
        fewest_windows(order), order + 1, n);
}

/* Moments of the longest windows, up to the largest order, of which there are enough. */
static syn_status longest_windows(fit *w, synp_marginal marginal[SYN_NFEAT], synp_moments *m, int *longest)
{
    for (*longest = SYN_MAX_ORDER; *longest > 0; --*longest) {
        const syn_status s = estimate(w, w->u, *longest, marginal, m);
        if (s || m->n >= fewest_windows(*longest))
            return s;
    }
    return too_few_windows(w, 1, m->n);
}

static syn_status choose_order(fit *w)
{
    syn_fit_report *r = w->report;
    for (int p = 0; p <= SYN_MAX_ORDER; p++)
        r->order_bic[p] = NAN;
    r->order = w->o->order;
    if (r->order > 0)
        return SYN_OK;
    int longest;
    synp_var_fit v;
    syn_status s = longest_windows(w, w->marginal, &w->moments, &longest);
    for (int p = 1; !s && p <= longest; p++) {
        s = synp_var_least_squares(&w->moments, longest, p, &v);
        if (s)
            return synp_fail(w->err, s, "var", "the features of a cycle are linearly dependent");
        if (!(syn_var_spectral_radius(&v.var) < 1))
            continue;
        r->order_bic[p] = synp_var_bic(&w->moments, p, v.log_det);
        if (r->order == 0 || r->order_bic[p] < r->order_bic[r->order])
            r->order = p;
    }
    if (!s && r->order == 0)
        return synp_fail(w->err, SYN_EDATA, "var",
                         "no order gives a stable autoregression: are there trends over the cycles?");
    return s;
}

static double range_of(const fit *w, int i)
{
    return fmin(widest_range, -synp_normal_quantile(0.5 / (double)w->marginal[i].n));
}

/* Gamma of feature i. With the degree auto it loses its highest terms until it rises over the range; as the Hermite
 * polynomials are orthogonal, the others stay what they are. */
static syn_status put_gamma(fit *w, int i, const synp_marginal *m)
{
    int *degree = &w->report->degree[i];
    for (;; --*degree) {
        synp_gamma(m, *degree, &w->p.gamma[i]);
        const double x = synp_not_rising(&w->p.gamma[i], range_of(w, i));
        if (isnan(x))
            return SYN_OK;
        if (w->o->degree > 0 || *degree == 1)
            return synp_fail(w->err, SYN_EDATA, syn_feature_name(i),
                             "a Gamma of degree %d is not monotone: it falls at x = %.2f, inside the data; choose a "
                             "smaller degree, or look for outliers",
                             *degree, x);
    }
}

/* The parameters from Hermite coefficients and moments. */
static syn_status put_parameters(fit *w, const synp_marginal marginal[SYN_NFEAT], const synp_moments *moments)
{
    const int order = w->report->order;
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_status s = put_gamma(w, i, &marginal[i]);
        if (s)
            return s;
    }
    if (synp_var_least_squares(moments, order, order, &w->var))
        return synp_fail(w->err, SYN_ENUMERIC, "var", "the features of a cycle are linearly dependent");
    const double radius = syn_var_spectral_radius(&w->var.var);
    if (!(radius < 1))
        return synp_fail(
            w->err, SYN_EDATA, "var",
            "the autoregression of order %d is not stable (spectral radius %.4f): choose a smaller order, "
            "or remove trends over the cycles",
            order, radius);
    w->report->spectral_radius = radius;
    memset(w->p.var, 0, sizeof w->p.var);
    w->p.var[order - 1] = w->var.var;
    return SYN_OK;
}

/* Sums over simulated devices: what estimated means and scales do to the figures. */
typedef struct bias {
    double n; /* panels */
    synp_marginal marginal[SYN_NFEAT];
    synp_moments moments;
    double devices, mean[SYN_NDEVICE];
    double square[SYN_NFEAT]; /* sigma^2 minus the mean square about the true mean, whose expectation is 1 */
    synp_device products[SYN_NDEVICE];
} bias;

static void add_errors(const fit *w, bias *b)
{
    for (size_t d = 0; d < w->f.devices; d++) {
        synp_device e;
        for (int i = 0; i < SYN_NFEAT; i++) {
            e[i] = w->mu[d][i];
            e[SYN_NFEAT + i] = w->sigma[d][i];
            b->square[i] +=
                w->sigma[d][i] * w->sigma[d][i] / (double)synp_figures(&w->f, d, i) - w->mu[d][i] * w->mu[d][i];
        }
        for (int i = 0; i < SYN_NDEVICE; i++) {
            b->mean[i] += e[i];
            for (int j = 0; j < SYN_NDEVICE; j++)
                b->products[i][j] += e[i] * e[j];
        }
        b->devices++;
    }
}

/* Adds sign times the figures from u. */
static syn_status add_figures(fit *w, double (*u)[SYN_NFEAT], double sign, bias *b)
{
    synp_marginal marginal[SYN_NFEAT];
    synp_moments *m = malloc(sizeof *m);
    syn_status s = m ? estimate(w, u, w->report->order, marginal, m) : no_memory(w);
    for (int i = 0; !s && i < SYN_NFEAT; i++)
        for (int k = 0; k <= w->degree; k++)
            b->marginal[i].hermite[k] += sign * marginal[i].hermite[k];
    for (int k = 0; !s && k < SYNP_WINDOW * SYNP_WINDOW; k++)
        b->moments.m[k] += sign * m->m[k];
    free(m);
    return s;
}

/* A simulated panel: its figures with estimated minus those with true mean and scale. Leaves mu, sigma and x changed.
 */
static syn_status add_panel(fit *w, uint64_t seed, bias *b)
{
    syn_features drawn = w->f;
    drawn.y = w->drawn;
    syn_status s = synp_simulate(&w->f, &w->p, w->report->order, seed, w->drawn, w->err);
    if (!s)
        s = add_figures(w, w->drawn, -1, b);
    if (!s)
        s = synp_standardise(&drawn, w->mu, w->sigma, w->drawn, w->err);
    if (!s)
        s = add_figures(w, w->drawn, 1, b);
    if (!s)
        add_errors(w, b);
    b->n++;
    return s;
}

/* The errors of a device's mean and scale, as the mixture wants them. The mean scale comes from the mean of its
 * square, of which only the difference to an expected 1 is simulated: so it is surer than the simulated mean. */
static void put_errors(fit *w, const bias *b)
{
    synp_device mean;
    for (int i = 0; i < SYN_NDEVICE; i++)
        mean[i] = b->mean[i] / b->devices;
    for (int i = 0; i < SYN_NFEAT; i++) {
        const int k = SYN_NFEAT + i;
        const double variance = b->products[k][k] / b->devices - mean[k] * mean[k];
        w->report->scale[i] = sqrt(1 + b->square[i] / b->devices - variance);
    }
    for (int i = 0; i < SYN_NDEVICE; i++)
        for (int j = 0; j < SYN_NDEVICE; j++) {
            const double unit = (i < SYN_NFEAT ? 1 : mean[i]) * (j < SYN_NFEAT ? 1 : mean[j]);
            w->error[i][j] = (b->products[i][j] / b->devices - mean[i] * mean[j]) / unit;
        }
}

/* One round of step 4, from the figures of the data and the parameters of the round before. */
static syn_status correct(fit *w, uint64_t round)
{
    bias *b = calloc(1, sizeof *b);
    synp_marginal marginal[SYN_NFEAT];
    synp_moments *m = malloc(sizeof *m);
    syn_status s = b && m ? SYN_OK : no_memory(w);
    const size_t panels = 1 + (simulated_cycles - 1) / w->f.rows;
    for (size_t k = 0; !s && k < panels; k++)
        s = add_panel(w, w->o->seed + 1000 * round + k, b);
    if (!s) {
        put_errors(w, b);
        *m = w->moments;
        memcpy(marginal, w->marginal, sizeof marginal);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int k = 0; k <= w->degree; k++)
                marginal[i].hermite[k] -= b->marginal[i].hermite[k] / b->n;
        for (int k = 0; k < SYNP_WINDOW * SYNP_WINDOW; k++)
            m->m[k] -= b->moments.m[k] / b->n;
        s = put_parameters(w, marginal, m);
    }
    free(b);
    free(m);
    return s;
}

/* Scatter of Gamma's coefficients over groups of devices with alike many rows. */
static syn_status gamma_errors(fit *w)
{
    const size_t groups = w->f.devices < 2 * GROUPS ? w->f.devices / 2 : GROUPS;
    double sum[SYN_NFEAT][SYN_MAX_COEFFICIENTS] = {{0}}, squares[SYN_NFEAT][SYN_MAX_COEFFICIENTS] = {{0}};
    for (size_t g = 0; g < groups; g++) {
        const size_t first = w->f.first[w->f.devices * g / groups], end = w->f.first[w->f.devices * (g + 1) / groups];
        synp_marginal m[SYN_NFEAT];
        const syn_status s = synp_marginals(SYNP_ROWS(w->u + first), end - first, w->degree, NULL, m);
        if (s)
            return synp_fail(w->err, s, "gamma", "%s", syn_strstatus(s));
        for (int i = 0; i < SYN_NFEAT; i++) {
            syn_poly p;
            synp_gamma(&m[i], w->report->degree[i], &p);
            for (int k = 0; k < p.n; k++) {
                sum[i][k] += p.c[k];
                squares[i][k] += p.c[k] * p.c[k];
            }
        }
    }
    const double n = (double)groups;
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int k = 0; k <= w->report->degree[i]; k++)
            w->report->gamma_error[i][k] = sqrt(fmax(squares[i][k] - sum[i][k] * sum[i][k] / n, 0) / (n * (n - 1)));
    return SYN_OK;
}

/* Largest difference between the coefficients of least squares and Yule-Walker, from the same scores. */
static syn_status cross_check(fit *w)
{
    const int order = w->report->order;
    syn_var yw;
    if (synp_var_least_squares(&w->moments, order, order, &w->var) ||
        synp_yule_walker(&w->f, SYNP_ROWS(w->x), order, &yw))
        return synp_fail(w->err, SYN_ENUMERIC, "var", "the features of a cycle are linearly dependent");
    for (int l = 0; l < order; l++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                w->report->yule_walker = fmax(w->report->yule_walker, fabs(yw.a[l][i][j] - w->var.var.a[l][i][j]));
    return SYN_OK;
}

/* The terms that were cut off belong to what Gamma leaves; E He_k^2 = k!. */
static void put_gamma_rests(fit *w)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        double squares = w->marginal[i].rest * w->marginal[i].rest;
        for (int k = w->report->degree[i] + 1; k <= w->degree; k++)
            squares += tgamma(k + 1) * w->marginal[i].hermite[k] * w->marginal[i].hermite[k];
        w->report->gamma_rest[i] = sqrt(squares);
    }
}

/* Steps 1 to 3, and 4. */
static syn_status fit_cycles(fit *w)
{
    syn_fit_report *r = w->report;
    syn_status s = synp_standardise(&w->f, w->mu, w->sigma, w->u, w->err);
    tell(w, 0.05);
    if (!s)
        s = choose_order(w);
    tell(w, 0.15);
    if (!s)
        s = estimate(w, w->u, r->order, w->marginal, &w->moments);
    if (!s && w->moments.n < fewest_windows(r->order))
        s = too_few_windows(w, r->order, w->moments.n);
    if (!s)
        s = cross_check(w);
    if (!s)
        s = put_parameters(w, w->marginal, &w->moments);
    for (uint64_t round = 0; !s && round < ROUNDS; round++) {
        tell(w, 0.25 + 0.15 * (double)round);
        s = correct(w, round);
    }
    if (!s)
        s = gamma_errors(w);
    if (s)
        return s;
    r->windows = w->moments.n;
    memcpy(r->a_error, w->var.a_error, sizeof r->a_error);
    memcpy(r->b_error, w->var.b_error, sizeof r->b_error);
    put_gamma_rests(w);
    /* The rounds left the simulated devices' figures there. */
    return synp_standardise(&w->f, w->mu, w->sigma, w->u, w->err);
}

/* The smallest component should hold more devices than a vector has figures, or its covariance is made up. */
static int is_eligible(const synp_mixture *m, size_t devices)
{
    return m->k == 1 || m->weight[m->k - 1] * (double)devices > SYN_NDEVICE;
}

static syn_status choose_mixture(fit *w, const synp_device *v, synp_mixture *best)
{
    syn_fit_report *r = w->report;
    const int asked = w->o->components;
    for (int k = 0; k <= SYN_MAX_COMPONENTS; k++)
        r->components_bic[k] = NAN;
    for (int k = asked ? asked : 1; k <= (asked ? asked : SYN_MOST_COMPONENTS_TRIED); k++) {
        synp_mixture m;
        syn_status s = synp_mixture_fit(v, w->f.devices, k, w->o->starts, w->o->seed, &m);
        if (s)
            return synp_fail(w->err, s, "device_gmm", "a mixture of %d components: %s", k, syn_strstatus(s));
        tell(w, 0.7 + 0.05 * k);
        if (!asked && !is_eligible(&m, w->f.devices))
            continue;
        r->components_bic[k] = synp_mixture_bic(&m, w->f.devices);
        if (r->components == 0 || r->components_bic[k] < r->components_bic[r->components]) {
            r->components = k;
            *best = m;
        }
    }
    return SYN_OK;
}

static syn_status put_mixture(fit *w, const synp_mixture *m)
{
    w->p.n_components = m->k;
    memset(w->p.chol, 0, sizeof w->p.chol);
    for (int c = 0; c < m->k; c++) {
        w->p.weight[c] = m->weight[c];
        memcpy(w->p.mean[c], m->mean[c], sizeof w->p.mean[c]);
        if (synp_cholesky(m->covariance[c], w->p.chol[c]))
            return synp_fail(w->err, SYN_ENUMERIC, "device_gmm.chol", "the covariance is not positive definite");
    }
    return SYN_OK;
}

/* Step 5. */
static syn_status fit_devices(fit *w)
{
    synp_device *v = malloc(w->f.devices * sizeof *v);
    synp_mixture m;
    syn_fit_report *r = w->report;
    if (!v)
        return no_memory(w);
    for (size_t d = 0; d < w->f.devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++) {
            v[d][i] = w->mu[d][i];
            v[d][SYN_NFEAT + i] = w->sigma[d][i] / r->scale[i];
        }
    syn_status s = choose_mixture(w, (const synp_device *)v, &m);
    for (int c = 0; !s && c < m.k; c++) {
        r->weight_error[c] = sqrt(m.weight[c] * (1 - m.weight[c]) / (double)w->f.devices);
        for (int i = 0; i < SYN_NDEVICE; i++)
            r->mean_error[c][i] = sqrt(m.covariance[c][i][i] / (m.weight[c] * (double)w->f.devices));
    }
    if (!s && synp_mixture_sharpen(&m, (const synp_device *)w->error, r->noise))
        s = synp_fail(w->err, SYN_ENUMERIC, "device_gmm.chol", "the covariance is not positive definite");
    if (!s)
        s = put_mixture(w, &m);
    free(v);
    return s;
}

static syn_status check_options(const syn_fit_options *o, syn_error *err)
{
    if (o->order < 0 || o->order > SYN_MAX_ORDER)
        return synp_fail(err, SYN_EINVAL, "order", "%d is outside 0 .. %d", o->order, SYN_MAX_ORDER);
    if (o->components < 0 || o->components > SYN_MAX_COMPONENTS)
        return synp_fail(err, SYN_EINVAL, "components", "%d is outside 0 .. %d", o->components, SYN_MAX_COMPONENTS);
    if (o->degree < 0 || o->degree > SYN_MAX_DEGREE)
        return synp_fail(err, SYN_EINVAL, "degree", "%d is outside 0 .. %d", o->degree, SYN_MAX_DEGREE);
    if (o->starts < 1)
        return synp_fail(err, SYN_EINVAL, "starts", "%d is less than 1", o->starts);
    return SYN_OK;
}

syn_status syn_fit(const syn_features *f, const syn_fit_options *o, syn_params *p, syn_fit_report *report,
                   syn_error *err)
{
    syn_status s = check_options(o, err);
    if (s)
        return s;
    fit *w = calloc(1, sizeof *w);
    if (!w)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    *report = (syn_fit_report){0};
    w->o = o;
    w->err = err;
    w->report = report;
    w->p = *p;
    w->degree = o->degree ? o->degree : SYN_AUTO_DEGREE;
    for (int i = 0; i < SYN_NFEAT; i++)
        report->degree[i] = w->degree;
    s = choose_devices(w, f);
    if (!s)
        s = allocate(w);
    if (!s)
        s = fit_cycles(w);
    if (!s)
        s = fit_devices(w);
    if (!s)
        s = syn_params_validate(&w->p, err);
    if (!s) {
        *p = w->p;
        tell(w, 1);
    }
    release(w);
    return s;
}
