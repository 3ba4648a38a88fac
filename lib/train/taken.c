/* SPDX-License-Identifier: MIT */
/* The features that nobody measured, from another set.
 *
 * Measurements of two features say nothing about the other two, nor about correlations between the two pairs. So the taken
 * features are independent of the fitted ones, in the cycles and over the devices. This adds no claim that was not
 * measured, and it is always possible: correlations of one set beside variances and memory of another may have no valid
 * covariance.
 *
 *   Autoregression   the taken features have their autocovariances in the other set up to the fitted order (Yule-Walker
 *                    from its exact covariances), or the form with long memory that predicts them best. So the set has one
 *                    order, and cells cost what the fitted order costs.
 *
 *   Devices          the taken entries of the device vector have their mean and covariance over all devices of the other
 *                    set, in each component alike. */
#include "base/linear.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <string.h>

static const syn_var *largest_order(const syn_params *p)
{
    int k = SYN_LONG - 1;
    while (k > 0 && p->var[k].order == 0)
        k--;
    return &p->var[k];
}

/* An autoregression of that order with these autocovariances, where the features that are not white do what the set does. */
static syn_status autoregression_like(const syn_params *from, const bool white[SYN_NFEAT], int order, syn_var *out)
{
    const int lags = order == SYN_LONG ? SYNP_LONGEST_LAG : order;
    synp_moments m = {.n = 1000000, .lags = lags}; /* n: so that BIC chooses a full d where it helps */
    double(*c)[SYN_NFEAT][SYN_NFEAT] = (double(*)[SYN_NFEAT][SYN_NFEAT])m.m;
    synp_var_fit fit;
    syn_status status = synp_var_covariances(largest_order(from), lags, c);
    for (int lag = 0; !status && lag <= lags; lag++)
        synp_uncorrelated(white, lag, c[lag]);
    if (status || order != SYN_LONG)
        return status ? status : synp_var_of_covariances(SYNP_LAGS(c), order, out);
    status = synp_long_fit(&m, white, NULL, &fit);
    *out = fit.var;
    return status;
}

static syn_status take_autoregression(const syn_params *from, const bool absent[SYN_NFEAT], int order, syn_var *v)
{
    bool fitted[SYN_NFEAT];
    syn_var taken;
    for (int i = 0; i < SYN_NFEAT; i++)
        fitted[i] = !absent[i];
    const syn_status status = autoregression_like(from, fitted, order, &taken);
    if (status)
        return status;
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < SYN_NFEAT; j++) {
            if (!absent[i] && !absent[j])
                continue;
            v->b[i][j] = absent[i] && absent[j] ? taken.b[i][j] : 0;
            for (int l = 0; l < synp_slots(v); l++)
                v->a[l][i][j] = absent[i] && absent[j] ? taken.a[l][i][j] : 0;
        }
    return SYN_OK;
}

/* Mean and covariance of the device vector over all components. */
static void device_moments(const syn_params *p, synp_device mean, synp_device covariance[SYN_NDEVICE])
{
    double total = 0;
    memset(mean, 0, sizeof(synp_device));
    memset(covariance, 0, SYN_NDEVICE * sizeof(synp_device));
    for (int k = 0; k < p->n_components; k++)
        total += p->weight[k];
    for (int k = 0; k < p->n_components; k++)
        for (int i = 0; i < SYN_NDEVICE; i++)
            mean[i] += p->weight[k] / total * p->mean[k][i];
    for (int k = 0; k < p->n_components; k++)
        for (int i = 0; i < SYN_NDEVICE; i++)
            for (int j = 0; j < SYN_NDEVICE; j++) {
                double sum = (p->mean[k][i] - mean[i]) * (p->mean[k][j] - mean[j]);
                for (int q = 0; q < SYN_NDEVICE; q++)
                    sum += p->chol[k][i][q] * p->chol[k][j][q];
                covariance[i][j] += p->weight[k] / total * sum;
            }
}

static void take_devices(const syn_params *from, const bool absent[SYN_NFEAT], syn_params *p)
{
    synp_device mean, covariance[SYN_NDEVICE];
    device_moments(from, mean, covariance);
    for (int i = 0; i < SYN_NDEVICE; i++)
        for (int j = 0; j < SYN_NDEVICE; j++)
            if (!absent[i % SYN_NFEAT] || !absent[j % SYN_NFEAT])
                covariance[i][j] = 0;
    synp_cholesky_of_semidefinite(SYN_NDEVICE, &covariance[0][0]);
    for (int k = 0; k < p->n_components; k++)
        for (int i = 0; i < SYN_NDEVICE; i++) {
            if (absent[i % SYN_NFEAT])
                p->mean[k][i] = mean[i];
            for (int j = 0; j <= i; j++)
                if (absent[i % SYN_NFEAT] || absent[j % SYN_NFEAT])
                    p->chol[k][i][j] = covariance[i][j];
        }
}

syn_status synp_take_features(const syn_params *from, const bool absent[SYN_NFEAT], int order, syn_params *p,
                              syn_error *err)
{
    const syn_status status = take_autoregression(from, absent, order, &p->var[order - 1]);
    if (status == SYN_ENOMEM)
        return synp_no_memory(err);
    if (status)
        return synp_fail(err, SYN_ENUMERIC, "var", "the other set has no covariances up to the lags that are fitted");
    take_devices(from, absent, p);
    return SYN_OK;
}
