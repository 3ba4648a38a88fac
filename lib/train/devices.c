/* SPDX-License-Identifier: MIT */
/* Step 5 of fit.h: from the figures (mu, sigma) of each device to a mixture, or to a list of the devices. */
#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int synp_fitted_features(const syn_fit_report *r)
{
    int n = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        n += !r->taken[i];
    return n;
}

bool synp_devices_are_list(const syn_fit_options *o, size_t devices)
{
    if (o->devices == SYN_DEVICES_AUTO)
        return devices < SYN_FEWEST_DEVICES && o->components == 0;
    return o->devices >= SYN_DEVICES_GIVEN;
}

/* The smallest component must hold more devices than a vector has figures, or its covariance is made up. */
static bool is_eligible(const synp_mixture *m, int figures, size_t devices)
{
    return m->k == 1 || m->weight[m->k - 1] * (double)devices > figures;
}

static syn_status choose_mixture(const synp_device *v, size_t n, const syn_fit_options *o, synp_mixture *best,
                                 syn_fit_report *r, syn_error *err)
{
    const int asked = o->components, starts = o->starts ? o->starts : SYN_FIT_STARTS,
              figures = 2 * synp_fitted_features(r);
    for (int k = asked ? asked : 1; k <= (asked ? asked : SYN_MOST_COMPONENTS_TRIED); k++) {
        synp_mixture m;
        syn_status status = synp_mixture_fit(v, n, k, starts, o->seed, &m);
        if (status)
            return synp_fail(err, status, "device_gmm", "a mixture of %d components: %s", k, syn_strstatus(status));
        status = synp_tell(&o->progress, 0.7 + 0.05 * (asked ? 1 : k), err);
        if (status)
            return status;
        if (!asked && !is_eligible(&m, figures, n))
            continue;
        r->components_bic[k] = synp_mixture_bic(&m, figures, n);
        if (r->components == 0 || r->components_bic[k] < r->components_bic[r->components]) {
            r->components = k;
            *best = m;
        }
    }
    return SYN_OK;
}

static syn_status put_mixture(const synp_mixture *m, syn_params *p, syn_error *err)
{
    p->in_turn = false;
    p->n_components = m->k;
    memset(p->chol, 0, sizeof p->chol);
    for (int c = 0; c < m->k; c++) {
        p->weight[c] = m->weight[c];
        memcpy(p->mean[c], m->mean[c], sizeof p->mean[c]);
        if (synp_cholesky(m->covariance[c], p->chol[c]))
            return synp_fail(err, SYN_ENUMERIC, "device_gmm.chol", "the covariance is not positive definite");
    }
    return SYN_OK;
}

static syn_status fit_mixture(const synp_device *v, size_t devices, const synp_bias *bias, const syn_fit_options *o,
                              syn_params *p, syn_fit_report *r, syn_error *err)
{
    synp_mixture m;
    const syn_status status = choose_mixture(v, devices, o, &m, r, err);
    if (status)
        return status;
    for (int c = 0; c < m.k; c++) {
        r->weight_error[c] = sqrt(m.weight[c] * (1 - m.weight[c]) / (double)devices);
        for (int i = 0; i < SYN_NDEVICE; i++)
            r->mean_error[c][i] =
                r->taken[i % SYN_NFEAT] ? NAN : sqrt(m.covariance[c][i][i] / (m.weight[c] * (double)devices));
    }
    if (synp_mixture_sharpen(&m, bias->error, r->noise))
        return synp_fail(err, SYN_ENUMERIC, "device_gmm.chol", "the covariance is not positive definite");
    return put_mixture(&m, p, err);
}

/* Each device is a component without spread. Its figures are those that were estimated, with their errors. */
static void put_list(const synp_device *v, size_t devices, const synp_bias *bias, bool in_turn, syn_params *p,
                     syn_fit_report *r)
{
    p->in_turn = in_turn;
    p->n_components = (int)devices;
    memset(p->chol, 0, sizeof p->chol);
    for (size_t d = 0; d < devices; d++) {
        p->weight[d] = 1 / (double)devices;
        memcpy(p->mean[d], v[d], sizeof p->mean[d]);
        for (int i = 0; i < SYN_NDEVICE; i++)
            r->mean_error[d][i] =
                r->taken[i % SYN_NFEAT] ? NAN : sqrt(bias->error[i][i]) * v[d][SYN_NFEAT + i % SYN_NFEAT];
    }
}

typedef struct chi_squared {
    int n;
    double probability;
} chi_squared;

/* Probability of a value below x: F_n(x) = F_{n-2}(x) - (x/2)^{n/2-1} e^{-x/2} / Gamma(n/2), from F_1(x) = 2 Phi(sqrt x) - 1
 * and F_0 = 1. */
static bool is_below_chi_squared(const void *context, double x)
{
    const chi_squared *c = context;
    double sum = c->n % 2 ? 2 * synp_normal_below(sqrt(x)) - 1 : 1;
    for (int n = c->n % 2 ? 3 : 2; n <= c->n; n += 2)
        sum -= exp((0.5 * n - 1) * log(0.5 * x) - 0.5 * x - lgamma(0.5 * n));
    return sum < c->probability;
}

static double chi_squared_quantile(int n, double probability)
{
    return synp_bisect(is_below_chi_squared, &(chi_squared){n, probability}, (synp_interval){0, 10.0 * n + 50}, 60)
        .low;
}

/* The variance of the estimated mu over the devices is that of the true ones plus that of the errors. Its sampling error is
 * that of a chi-squared variable with n - 1 degrees of freedom. */
static void put_spread(const synp_device *v, size_t devices, const synp_bias *bias, syn_fit_report *r)
{
    const int freedom = (int)fmin((double)devices - 1, 10000);
    for (int i = 0; i < SYN_NFEAT; i++) {
        r->spread[i] = r->spread_low[i] = r->spread_high[i] = NAN;
        if (devices < 2 || r->taken[i])
            continue;
        const synp_scatter mu = synp_scatter_of(v[0] + i, devices, SYN_NDEVICE);
        const double all = mu.squares / (double)(devices - 1);
        double error = 0;
        for (size_t d = 0; d < devices; d++)
            error += bias->error[i][i] * v[d][SYN_NFEAT + i] * v[d][SYN_NFEAT + i] / (double)devices;
        r->spread[i] = sqrt(fmax(all - error, 0));
        r->spread_low[i] = sqrt(fmax(all * freedom / chi_squared_quantile(freedom, 0.975) - error, 0));
        r->spread_high[i] = sqrt(fmax(all * freedom / chi_squared_quantile(freedom, 0.025) - error, 0));
    }
}

syn_status synp_fit_devices(double (*mu)[SYN_NFEAT], double (*sigma)[SYN_NFEAT], size_t devices,
                            const synp_bias *bias, const syn_fit_options *o, syn_params *p, syn_fit_report *r,
                            syn_error *err)
{
    synp_device *v = malloc(devices * sizeof *v);
    if (!v)
        return synp_no_memory(err);
    for (size_t d = 0; d < devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++) {
            v[d][i] = r->taken[i] ? 0 : mu[d][i];
            v[d][SYN_NFEAT + i] = r->taken[i] ? 0 : sigma[d][i] / bias->scale[i];
        }
    for (int k = 0; k <= SYN_MOST_COMPONENTS; k++)
        r->components_bic[k] = NAN;
    put_spread((const synp_device *)v, devices, bias, r);
    syn_status status = SYN_OK;
    if (synp_devices_are_list(o, devices))
        put_list((const synp_device *)v, devices, bias, o->devices != SYN_DEVICES_DRAWN, p, r);
    else
        status = fit_mixture((const synp_device *)v, devices, bias, o, p, r, err);
    free(v);
    return status;
}
