/* SPDX-License-Identifier: MIT */
/* The steps of fit.h, in their order. The estimators are in scale.c and marginal.c (steps 0 to 2), var.c (3), bias.c (4),
 * devices.c and mixture.c (5), and taken.c (what is left). */
#include <synaptogen/fit.h>

#include "base/linear.h"
#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3, GROUPS = 16 };

/* Devices with enough cycles of a feature. */
static size_t devices_with(const syn_features *f, int i)
{
    size_t n = 0;
    for (size_t d = 0; d < f->devices; d++)
        n += synp_figures(f, d, i) >= SYN_FEWEST_CYCLES;
    return n;
}

/* Names the feature that too few devices have, if it is one of several. */
static syn_status too_few_devices(const syn_features *f, const syn_fit_report *r, syn_error *err)
{
    int least = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        if (!r->taken[i] && (r->taken[least] || devices_with(f, i) < devices_with(f, least)))
            least = i;
    size_t most = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        most = devices_with(f, i) > most ? devices_with(f, i) : most;
    char advice[160] = "";
    if (most > r->devices)
        snprintf(advice, sizeof advice,
                 "; only %zu have so many figures of %s: leave out this column to take it from another set",
                 devices_with(f, least), syn_feature_name(least));
    if (r->devices > 0)
        return synp_fail(err, SYN_EDATA, "devices",
                         "expected at least %d devices with at least %d cycles each for a mixture, found %zu (of %zu "
                         "devices)%s%s",
                         SYN_FEWEST_DEVICES, SYN_FEWEST_CYCLES, r->devices, f->devices, advice,
                         most > r->devices ? "" : "; keep the devices as a list instead");
    return synp_fail(err, SYN_EDATA, "",
                     "expected at least 1 device with at least %d cycles, found %zu device%s with fewer%s",
                     SYN_FEWEST_CYCLES, f->devices, f->devices == 1 ? "" : "s",
                     *advice ? advice : ": from so few, distribution and memory cannot be told from chance");
}

static syn_status choose_devices(const syn_features *f, const syn_fit_options *o, syn_features *used,
                                 syn_fit_report *r, syn_error *err)
{
    synp_absent(SYNP_ROWS(f->y), f->rows, r->taken);
    if (synp_fitted_features(r) == 0)
        return synp_fail(err, SYN_EDATA, "", "expected figures of at least one feature, found none");
    const syn_status status = synp_choose_devices(f, SYN_FEWEST_CYCLES, used, err);
    if (status)
        return status;
    r->rows = used->rows;
    r->devices = used->devices;
    r->left_out = f->devices - used->devices;
    for (size_t d = 0; d < used->devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++)
            r->figures[i] += synp_figures(used, d, i);
    if (r->devices < (synp_devices_are_list(o, r->devices) ? 1 : SYN_FEWEST_DEVICES))
        return too_few_devices(f, r, err);
    if (synp_devices_are_list(o, r->devices) && r->devices > SYN_MAX_COMPONENTS)
        return synp_fail(err, SYN_EDATA, "devices",
                         "expected at most %d devices for a list, found %zu: fit a mixture instead",
                         SYN_MAX_COMPONENTS, r->devices);
    const int figures = 2 * synp_fitted_features(r);
    if ((size_t)(o->components * figures) > r->devices)
        return synp_fail(err, SYN_EDATA, "components",
                         "expected at least %d devices for each of %d components, found %zu in all", figures,
                         o->components, r->devices);
    return SYN_OK;
}

/* Step 1: location mu and scale sigma of each device, and the standardised figures u of each row. */
typedef struct standardised {
    double (*mu)[SYN_NFEAT], (*sigma)[SYN_NFEAT]; /* [devices] */
    double (*u)[SYN_NFEAT];                       /* [rows] */
} standardised;

static syn_status standardise(const syn_features *f, const synp_shape *shape, standardised *s, syn_error *err)
{
    s->mu = malloc(f->devices * sizeof *s->mu);
    s->sigma = malloc(f->devices * sizeof *s->sigma);
    s->u = malloc(f->rows * sizeof *s->u);
    if (!s->mu || !s->sigma || !s->u)
        return synp_no_memory(err);
    return synp_standardise(f, shape, s->mu, s->sigma, s->u, err);
}

static void standardised_free(standardised *s)
{
    free(s->mu);
    free(s->sigma);
    free(s->u);
}

/* Standard errors of Gamma's coefficients: their scatter over groups of devices with similar numbers of rows. With few
 * devices the groups are runs of cycles. */
static syn_status gamma_errors(const syn_features *f, double (*u)[SYN_NFEAT], const synp_shape *shape,
                               syn_fit_report *r, syn_error *err)
{
    const bool whole = f->devices >= SYN_FEWEST_DEVICES; /* devices; otherwise runs of cycles */
    const size_t groups = whole && f->devices < 2 * GROUPS ? f->devices / 2
                          : whole || f->rows > 20 * GROUPS ? GROUPS
                                                           : 3;
    double sum[SYN_NFEAT][SYN_MAX_KNOTS] = {{0}}, squares[SYN_NFEAT][SYN_MAX_KNOTS] = {{0}};
    for (size_t g = 0; g < groups; g++) {
        const size_t first = whole ? f->first[f->devices * g / groups] : f->rows * g / groups,
                     end = whole ? f->first[f->devices * (g + 1) / groups] : f->rows * (g + 1) / groups;
        synp_marginal m[SYN_NFEAT];
        const syn_status status = synp_marginals(SYNP_ROWS(u + first), end - first, shape, NULL, m, err);
        if (status)
            return status;
        for (int i = 0; i < SYN_NFEAT; i++) {
            syn_poly p = {0};
            syn_spline s = {0};
            if (shape[i].knots)
                synp_gamma_spline(&m[i], &shape[i], &s);
            else if (!r->taken[i])
                synp_gamma(&m[i], r->degree[i], &p);
            for (int k = 0; k < p.n + s.n; k++) {
                const double figure = s.n ? s.value[k] : p.c[k];
                sum[i][k] += figure;
                squares[i][k] += figure * figure;
            }
        }
    }
    const double n = (double)groups;
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int k = 0; k < (shape[i].knots ? shape[i].knots : r->degree[i] + 1); k++)
            r->gamma_error[i][k] = sqrt(fmax(squares[i][k] - sum[i][k] * sum[i][k] / n, 0) / (n * (n - 1)));
    return SYN_OK;
}

/* rms of what a polynomial leaves. The terms that were cut off are a part of it; E He_k^2 = k!. */
static void put_gamma_rests(const synp_marginal m[SYN_NFEAT], const synp_shape *shape, syn_fit_report *r)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        double squares = m[i].rest * m[i].rest;
        for (int k = r->degree[i] + 1; k <= shape[i].degree; k++)
            squares += tgamma(k + 1) * m[i].hermite[k] * m[i].hermite[k];
        r->gamma_rest[i] = shape[i].knots ? NAN : sqrt(squares);
    }
}

/* The end of step 2: Gamma of feature i. With the degree auto it loses its highest terms until it rises over the range. The
 * Hermite polynomials are orthogonal, so the other coefficients do not change. */
static syn_status put_gamma(const synp_marginal *m, int i, const syn_fit_options *o, const synp_shape *shape,
                            int *degree, syn_params *p, syn_error *err)
{
    double x;
    p->gamma[i] = (syn_poly){0};
    p->spline[i] = (syn_spline){0};
    if (shape->knots) {
        synp_gamma_spline(m, shape, &p->spline[i]);
        return SYN_OK;
    }
    const int tried = *degree, found = synp_rising_gamma(m, tried, &p->gamma[i], &x);
    *degree = found;
    if (found == 0 || (o->degree > 0 && found < tried))
        return synp_fail(err, SYN_EDATA, syn_feature_name(i),
                         "a Gamma of degree %d is not monotone inside the data; choose a smaller degree, or look for "
                         "outliers",
                         o->degree > 0 ? o->degree : 1);
    return SYN_OK;
}

/* Number of windows that an autoregression of that order needs: twice its coefficients in a row, and 30. So 50 cycles of
 * one device are enough for order 1. */
static size_t fewest_windows(const syn_fit_report *r, int order)
{
    if (order == SYN_LONG)
        order = 2; /* k and d have as many coefficients */
    return 2 * (size_t)(synp_fitted_features(r) * order + 1) + 30;
}

static syn_status check_windows(const syn_fit_report *r, int order, size_t n, syn_error *err)
{
    if (n >= fewest_windows(r, order))
        return SYN_OK;
    return synp_fail(
        err, SYN_EDATA, "order",
        "expected at least %zu runs of %d cycles without a missing figure, found %zu; choose a smaller order",
        fewest_windows(r, order), (order == SYN_LONG ? 2 : order) + 1, n);
}

static syn_status memory_like_a_trend(syn_error *err)
{
    return synp_fail(
        err, SYN_EDATA, "var",
        "the cycles of a device hang together over its whole record, so that their memory cannot be told "
        "from a trend: leave out the first cycles, remove the trend, or choose a smaller order");
}

/* Why the moments of windows of that order give no autoregression. Either a feature follows from the others, and the
 * covariance of one cycle is not positive definite, or so nearly that its factor has a diagonal below 1e-4. Or the cycles of a
 * device hang together over its whole record. */
static syn_status no_autoregression(const synp_moments *m, int order, syn_error *err)
{
    const int lead = SYN_NFEAT * (order + 1);
    double c[SYN_NFEAT * SYN_NFEAT];
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++)
            c[i * SYN_NFEAT + j] = m->m[i * lead + j];
    bool dependent = !synp_cholesky_factor(SYN_NFEAT, c);
    for (int i = 0; !dependent && i < SYN_NFEAT; i++)
        dependent = c[i * SYN_NFEAT + i] < 1e-4;
    if (dependent)
        return synp_fail(err, SYN_ENUMERIC, "var", "the features of a cycle are linearly dependent");
    return memory_like_a_trend(err);
}

/* The order with the least BIC among those whose autoregression is stable. All orders are compared on the same windows:
 * those of the largest order for which there are enough. */
static syn_status choose_order(const syn_features *f, double (*x)[SYN_NFEAT], synp_moments *m, syn_fit_report *r,
                               syn_error *err)
{
    int longest = SYN_MAX_ORDER;
    for (; longest > 0; longest--) {
        synp_window_moments(f, SYNP_ROWS(x), longest, m);
        if (m->n >= fewest_windows(r, longest))
            break;
    }
    if (longest == 0)
        return check_windows(r, 1, m->n, err);
    for (int p = 1; p <= longest; p++) {
        synp_var_fit v;
        const syn_status status = synp_var_least_squares(m, longest, p, &v);
        if (status)
            return no_autoregression(m, longest, err);
        if (!(syn_var_spectral_radius(&v.var) < 1))
            continue;
        r->order_bic[p] = synp_var_bic(m, synp_fitted_features(r), p, v.log_det);
        if (r->order == 0 || r->order_bic[p] < r->order_bic[r->order])
            r->order = p;
    }
    if (r->order == 0)
        return memory_like_a_trend(err);
    return SYN_OK;
}

/* A form with one time constant more than the data ask for wins by chance a little: it has to win by this much, which counts as
 * very strong evidence (Kass, Raftery, J. Am. Stat. Assoc. 90 (1995) 773). */
static const double clear_margin = 10;

/* Whether what decays most slowly decays within the mean record of a device. What does not looks like a trend. */
static bool decays_within_record(const syn_features *f, const syn_var *v)
{
    const double cycles = -1 / log(syn_var_spectral_radius(v));
    return cycles <= (double)f->rows / (double)f->devices;
}

/* BIC of the form with long memory: that of the best autoregression, plus the difference of the two when both come from the
 * same autocovariances. Likelihoods of windows and of autocovariances differ by more than what is to be told. */
static syn_status try_long_memory(const syn_features *f, double (*x)[SYN_NFEAT], size_t windows, syn_fit_report *r,
                                  syn_error *err)
{
    const int best = r->order, k = synp_fitted_features(r);
    synp_moments *m = malloc(sizeof *m);
    synp_var_fit v;
    syn_var yw;
    double log_det = 0;
    syn_status status = m ? synp_autocovariances(f, SYNP_ROWS(x), m, err) : synp_no_memory(err);
    if (!status) {
        const syn_status fitted = synp_long_fit(m, r->taken, NULL, &v);
        if (fitted == SYN_ENOMEM)
            status = synp_no_memory(err);
        else if (!fitted && !synp_var_of_covariances(SYNP_LAGS(m->m), best, &yw)) {
            for (int i = 0; i < SYN_NFEAT; i++)
                log_det += 2 * log(yw.b[i][i]);
            const double n = (double)windows;
            r->order_bic[SYN_LONG] =
                r->order_bic[best] + n * (v.log_det - log_det) + (v.coefficients - k * k * best) * log(n);
            if (r->order_bic[SYN_LONG] < r->order_bic[best] - clear_margin && decays_within_record(f, &v.var))
                r->order = SYN_LONG;
        }
    }
    free(m);
    return status;
}

/* Largest difference between the coefficients of least squares and of Yule-Walker, from the same scores x. */
static syn_status cross_check(const syn_features *f, double (*x)[SYN_NFEAT], const synp_moments *m, syn_fit_report *r,
                              syn_error *err)
{
    synp_var_fit v;
    syn_var yw;
    r->yule_walker = r->order == SYN_LONG ? NAN : 0;
    if (r->order == SYN_LONG)
        return SYN_OK;
    if (synp_var_least_squares(m, r->order, r->order, &v) || synp_yule_walker(f, SYNP_ROWS(x), r->order, &yw))
        return no_autoregression(m, r->order, err);
    for (int l = 0; l < r->order; l++)
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++)
                r->yule_walker = fmax(r->yule_walker, fabs(yw.a[l][i][j] - v.var.a[l][i][j]));
    return SYN_OK;
}

/* Step 3: the order, and the moments of its windows or the autocovariances, from the scores x. */
static syn_status fit_autoregression(const syn_features *f, double (*x)[SYN_NFEAT], const syn_fit_options *o,
                                     synp_moments *m, syn_fit_report *r, syn_error *err)
{
    syn_status status = SYN_OK;
    if (r->order == 0) { /* not chosen before */
        for (int p = 0; p <= SYN_LONG; p++)
            r->order_bic[p] = NAN;
        r->order = o->order;
        if (r->order == 0)
            status = choose_order(f, x, m, r, err);
        if (!status && o->order == 0)
            status = try_long_memory(f, x, m->n, r, err);
    }
    if (status)
        return status;
    synp_window_moments(f, SYNP_ROWS(x), r->order == SYN_LONG ? 2 : r->order, m);
    r->windows = m->n;
    status = check_windows(r, r->order, m->n, err);
    if (!status && r->order == SYN_LONG)
        status = synp_autocovariances(f, SYNP_ROWS(x), m, err);
    return status ? status : cross_check(f, x, m, r, err);
}

/* The autoregression of *p from the moments. With long memory the search starts from that of the round before. */
static syn_status put_autoregression(const synp_moments *m, syn_params *p, syn_fit_report *r, syn_error *err)
{
    synp_var_fit v;
    const syn_var *before = &p->var[SYN_LONG - 1];
    const syn_status status = r->order == SYN_LONG ? synp_long_fit(m, r->taken, before->order ? before : NULL, &v)
                                                   : synp_var_least_squares(m, r->order, r->order, &v);
    if (status == SYN_ENOMEM)
        return synp_no_memory(err);
    if (status)
        return r->order == SYN_LONG ? memory_like_a_trend(err) : no_autoregression(m, r->order, err);
    r->spectral_radius = syn_var_spectral_radius(&v.var);
    if (!(r->spectral_radius < 1))
        return synp_fail(
            err, SYN_EDATA, "var",
            "the autoregression of order %d is not stable (spectral radius %.4f): choose a smaller order, "
            "or remove trends over the cycles",
            r->order, r->spectral_radius);
    memset(p->var, 0, sizeof p->var);
    p->var[r->order - 1] = v.var;
    memcpy(r->a_error, v.a_error, sizeof r->a_error);
    memcpy(r->b_error, v.b_error, sizeof r->b_error);
    return SYN_OK;
}

/* Gamma and the autoregression of *p from the sums of steps 2 and 3. */
static syn_status put_cycles(const synp_cycles *c, const syn_fit_options *o, const synp_shape *shape, syn_params *p,
                             syn_fit_report *r, syn_error *err)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (r->taken[i])
            continue;
        const syn_status status = put_gamma(&c->marginal[i], i, o, &shape[i], &r->degree[i], p, err);
        if (status)
            return status;
    }
    return put_autoregression(&c->moments, p, r, err);
}

/* Step 4: the sums `measured` minus their bias, which is simulated with the parameters of the round before. *bias keeps
 * the errors of mu and sigma of the last round. */
static syn_status correct_bias(const syn_features *f, const synp_cycles *measured, const syn_fit_options *o,
                               const synp_shape *shape, syn_params *p, synp_bias *bias, syn_fit_report *r,
                               syn_error *err)
{
    synp_cycles *corrected = malloc(sizeof *corrected);
    syn_status status = corrected ? SYN_OK : synp_no_memory(err);
    for (uint64_t round = 0; !status && round < ROUNDS; round++) {
        status = synp_tell(&o->progress, 0.25 + 0.15 * (double)round, err);
        if (!status)
            status = synp_simulate_bias(f, p, r->order, shape, o->seed + 1000 * round, bias, err);
        if (status)
            break;
        *corrected = *measured;
        for (int i = 0; i < SYN_NFEAT; i++) {
            for (int k = 0; k <= shape[i].degree; k++)
                corrected->marginal[i].hermite[k] -= bias->cycles.marginal[i].hermite[k];
            for (int k = 0; k < shape[i].knots; k++)
                corrected->marginal[i].knot[k] -= bias->cycles.marginal[i].knot[k];
        }
        for (int k = 0; k < SYNP_WINDOW * SYNP_WINDOW; k++)
            corrected->moments.m[k] -= bias->cycles.moments.m[k];
        status = put_cycles(corrected, o, shape, p, r, err);
    }
    memcpy(r->scale, bias->scale, sizeof r->scale);
    free(corrected);
    return status;
}

/* Steps 3 and 4, from the scores x. */
static syn_status fit_memory(const syn_features *f, double (*x)[SYN_NFEAT], synp_cycles *measured,
                             const syn_fit_options *o, const synp_shape *shape, syn_params *p, synp_bias *bias,
                             syn_fit_report *r, syn_error *err)
{
    syn_status status = fit_autoregression(f, x, o, &measured->moments, r, err);
    p->var[SYN_LONG - 1].order = 0; /* that of the set that *p is a copy of is no start */
    if (!status)
        status = put_cycles(measured, o, shape, p, r, err);
    return status ? status : correct_bias(f, measured, o, shape, p, bias, r, err);
}

static int best_of_finite_order(const syn_fit_report *r)
{
    int best = 0;
    for (int p = 1; p <= SYN_MAX_ORDER; p++)
        if (!isnan(r->order_bic[p]) && (best == 0 || r->order_bic[p] < r->order_bic[best]))
            best = p;
    return best;
}

/* What the report says about the memory of the set. */
static syn_status put_memory(const syn_features *f, double (*x)[SYN_NFEAT], const syn_var *v, syn_fit_report *r,
                             syn_error *err)
{
    double covariance[SYNP_MAX_LATENT * SYNP_MAX_LATENT];
    synp_long_memory(f, SYNP_ROWS(x), v, r->long_memory);
    if (synp_var_covariance(v, covariance))
        return memory_like_a_trend(err);
    for (int i = 0; i < SYN_NFEAT; i++)
        r->memory[i] = r->taken[i] ? (syn_memory){0, 0} : synp_var_memory(v, covariance, i);
    return SYN_OK;
}

/* Steps 2 to 4, from the standardised figures u: Gamma and the autoregression of *p. *bias: as correct_bias. */
static syn_status fit_cycles(const syn_features *f, double (*u)[SYN_NFEAT], const syn_fit_options *o,
                             const synp_shape *shape, syn_params *p, synp_bias *bias, syn_fit_report *r,
                             syn_error *err)
{
    synp_cycles *measured = malloc(sizeof *measured);
    double(*x)[SYN_NFEAT] = malloc(f->rows * sizeof *x);
    syn_status status = measured && x ? synp_marginals(SYNP_ROWS(u), f->rows, shape, x, measured->marginal, err)
                                      : synp_no_memory(err);
    if (!status)
        status = synp_tell(&o->progress, 0.1, err);
    if (!status)
        status = fit_memory(f, x, measured, o, shape, p, bias, r, err);
    /* The bias correction may have shown that the memory is a trend. */
    const bool like_trend = status == SYN_EDATA || status == SYN_ENUMERIC ||
                            (!status && r->order == SYN_LONG && !decays_within_record(f, &p->var[SYN_LONG - 1]));
    if (o->order == 0 && r->order == SYN_LONG && like_trend) {
        r->order = best_of_finite_order(r);
        status = fit_memory(f, x, measured, o, shape, p, bias, r, err);
    }
    if (!status)
        status = put_memory(f, x, &p->var[r->order - 1], r, err);
    if (!status)
        status = gamma_errors(f, u, shape, r, err);
    if (!status)
        put_gamma_rests(measured->marginal, shape, r);
    free(measured);
    free(x);
    return status;
}

static syn_status check_options(const syn_fit_options *o, syn_error *err)
{
    if (o->order < 0 || o->order > SYN_LONG)
        return synp_fail(err, SYN_EINVAL, "order", "%d is outside 0 .. %d", o->order, SYN_LONG);
    if (o->components < 0 || o->components > SYN_MOST_COMPONENTS)
        return synp_fail(err, SYN_EINVAL, "components", "%d is outside 0 .. %d", o->components, SYN_MOST_COMPONENTS);
    if ((unsigned)o->devices > SYN_DEVICES_DRAWN)
        return synp_fail(err, SYN_EINVAL, "devices", "%d is outside 0 .. %d", (int)o->devices, SYN_DEVICES_DRAWN);
    if (o->components > 0 && o->devices >= SYN_DEVICES_GIVEN)
        return synp_fail(err, SYN_EINVAL, "components", "%d does not fit a list of devices, which has none",
                         o->components);
    if (o->degree < 0 || o->degree > SYN_MAX_DEGREE)
        return synp_fail(err, SYN_EINVAL, "degree", "%d is outside 0 .. %d", o->degree, SYN_MAX_DEGREE);
    if ((unsigned)o->marginals > SYN_MARGINALS_POLYNOMIAL)
        return synp_fail(err, SYN_EINVAL, "marginals", "%d is outside 0 .. %d", (int)o->marginals,
                         SYN_MARGINALS_POLYNOMIAL);
    if (o->starts < 0)
        return synp_fail(err, SYN_EINVAL, "starts", "%d is less than 1 (0: %d)", o->starts, SYN_FIT_STARTS);
    return synp_check_reserved(o->reserved, sizeof o->reserved, "syn_fit_options", err);
}

/* The steps, from the devices that are used to a parameter set *p that may be left half filled. others: the set that
 * features without a figure come from; *p is a copy of it. */
static syn_status fit(syn_features *f, const syn_fit_options *o, const syn_params *others, syn_params *p,
                      syn_fit_report *r, syn_error *err)
{
    standardised s = {0};
    synp_shape shape[SYN_NFEAT];
    synp_bias *bias = calloc(1, sizeof *bias);
    if (o->detrend)
        synp_remove_trends(f);
    syn_status status = bias ? synp_choose_scales(f, o, shape, p, r, err) : synp_no_memory(err);
    if (!status)
        status = standardise(f, shape, &s, err);
    if (!status)
        synp_put_trends(f, SYNP_ROWS(s.u), r);
    if (!status)
        status = synp_tell(&o->progress, 0.05, err);
    if (!status)
        status = fit_cycles(f, s.u, o, shape, p, bias, r, err);
    if (!status)
        status = synp_fit_devices(s.mu, s.sigma, f->devices, bias, o, p, r, err);
    if (!status && synp_fitted_features(r) < SYN_NFEAT)
        status = synp_take_features(others, r->taken, r->order, p, err);
    if (!status)
        status = syn_params_validate(p, err);
    standardised_free(&s);
    free(bias);
    return status;
}

syn_status syn_fit(const syn_features *f, const syn_fit_options *o, syn_params *p, syn_fit_report *report,
                   syn_error *err)
{
    const syn_fit_options defaults = {0};
    syn_features used = {0};
    syn_params *result = NULL;
    if (!o)
        o = &defaults;
    syn_status status = check_options(o, err);
    if (status)
        return status;
    *report = (syn_fit_report){0};
    status = choose_devices(f, o, &used, report, err);
    if (!status) {
        result = malloc(sizeof *result);
        if (result)
            *result = *p;
        status = result ? fit(&used, o, p, result, report, err) : synp_no_memory(err);
    }
    if (!status)
        status = synp_tell(&o->progress, 1, err);
    if (!status)
        *p = *result;
    syn_features_free(&used);
    free(result);
    return status;
}
