/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"
#include "model/limits.h"
#include "model/model.h"

#include <math.h>
#include <synaptogen/distribution.h>

syn_distribution syn_distribution_of(const syn_model *m, int feature)
{
    if (feature < 0 || feature >= SYN_NFEAT)
        return (syn_distribution){syn_model_params(m), feature, NAN};
    double covariance[SYN_NFEAT][SYN_NFEAT];
    (void)syn_model_autocovariance(m, 0, covariance, NULL); /* lag 0 is always there */
    return (syn_distribution){syn_model_params(m), feature, sqrt(covariance[feature][feature])};
}

/* Whether the distribution is that of a feature. */
static bool is_defined(const syn_distribution *d)
{
    return !isnan(d->latent_sd);
}

/* The sums over the latent x take nodes at equal distances. For a smooth function times a normal density this converges
 * faster than any power of the distance, so 0.1 standard deviations give about ten digits; beyond 8 the density is below
 * 1e-14. */
enum { NODES = 161 };

static double node(int k)
{
    return 0.1 * (k - NODES / 2); /* -8 .. 8 standard deviations */
}

static double node_weight(int k)
{
    return 0.1 * exp(-0.5 * node(k) * node(k)) / sqrt(2 * acos(-1));
}

static double standardised(const syn_distribution *d, int k)
{
    const syn_poly *gamma = &d->p->gamma[d->feature];
    double u = 0;
    for (int j = gamma->n - 1; j >= 0; j--)
        u = u * d->latent_sd * node(k) + gamma->c[j];
    return u;
}

/* Mean and standard deviation over the devices of component k of mu + u sigma. */
static void of_component(const syn_distribution *d, int k, double u, double *mean, double *sd)
{
    const int location = d->feature, scale = SYN_NFEAT + d->feature;
    double variance = 0;
    for (int j = 0; j < SYN_NDEVICE; j++)
        variance += pow(d->p->chol[k][location][j] + u * d->p->chol[k][scale][j], 2);
    *mean = d->p->mean[k][location] + u * d->p->mean[k][scale];
    *sd = sqrt(variance);
}

static double total_weight(const syn_params *p)
{
    double sum = 0;
    for (int k = 0; k < p->n_components; k++)
        sum += p->weight[k];
    return sum;
}

/* Mean and variance over all devices of mu + u sigma. */
static void of_devices(const syn_distribution *d, double u, double *mean, double *variance)
{
    double first = 0, second = 0;
    for (int k = 0; k < d->p->n_components; k++) {
        double m, sd;
        of_component(d, k, u, &m, &sd);
        first += d->p->weight[k] / total_weight(d->p) * m;
        second += d->p->weight[k] / total_weight(d->p) * (m * m + sd * sd);
    }
    *mean = first;
    *variance = second - first * first;
}

syn_spread syn_distribution_spread(const syn_distribution *d)
{
    if (!is_defined(d))
        return (syn_spread){NAN, NAN, NAN, NAN};
    double mean_u = 0, first = 0, second = 0;
    for (int k = 0; k < NODES; k++) {
        const double u = standardised(d, k);
        double mean, variance;
        of_devices(d, u, &mean, &variance);
        mean_u += node_weight(k) * u;
        first += node_weight(k) * mean;
        second += node_weight(k) * (variance + mean * mean);
    }
    double mean, devices;
    of_devices(d, mean_u, &mean, &devices);
    const double all = second - first * first;
    return (syn_spread){first, sqrt(all), sqrt(devices), sqrt(fmax(all - devices, 0))};
}

/* Whether all devices of a component have one mu and one sigma of the feature, as in a list of devices. */
static bool is_one_device(const syn_distribution *d, int c)
{
    for (int j = 0; j < SYN_NDEVICE; j++)
        if (d->p->chol[c][d->feature][j] != 0 || d->p->chol[c][SYN_NFEAT + d->feature][j] != 0)
            return false;
    return true;
}

typedef struct feature_value {
    const syn_distribution *d;
    double u;
} feature_value;

static bool is_left_of_value(const void *context, double x)
{
    const feature_value *v = context;
    return synp_poly(&v->d->p->gamma[v->d->feature], v->d->latent_sd * x) < v->u;
}

/* The probability of a value below y in a component of one device. The sum over nodes would be a staircase. Instead y is
 * mu + |sigma| Gamma(x) at one x, since Gamma rises: the probability is that of a smaller x. */
static double below_in_device(const syn_distribution *d, int c, double y)
{
    const double scale = fabs(d->p->mean[c][SYN_NFEAT + d->feature]);
    const feature_value v = {d, (y - d->p->mean[c][d->feature]) / scale};
    if (scale == 0)
        return y >= d->p->mean[c][d->feature];
    const synp_interval x = synp_bisect(is_left_of_value, &v, (synp_interval){-8, 8}, 50);
    return synp_normal_below(0.5 * (x.low + x.high));
}

double syn_distribution_below(const syn_distribution *d, double y)
{
    if (!is_defined(d))
        return NAN;
    double sum = 0, weight[SYN_MAX_COMPONENTS];
    bool one[SYN_MAX_COMPONENTS];
    for (int c = 0; c < d->p->n_components; c++) {
        one[c] = is_one_device(d, c);
        weight[c] = d->p->weight[c] / total_weight(d->p);
    }
    for (int k = 0; k < NODES; k++)
        for (int c = 0; c < d->p->n_components; c++) {
            double mean, sd;
            if (one[c])
                continue;
            of_component(d, c, standardised(d, k), &mean, &sd);
            sum += node_weight(k) * weight[c] * (sd > 0 ? synp_normal_below((y - mean) / sd) : y >= mean);
        }
    for (int c = 0; c < d->p->n_components; c++)
        if (one[c])
            sum += weight[c] * below_in_device(d, c, y);
    return sum;
}

typedef struct quantile {
    const syn_distribution *d;
    double probability;
} quantile;

static bool is_below_quantile(const void *context, double y)
{
    const quantile *q = context;
    return syn_distribution_below(q->d, y) < q->probability;
}

double syn_distribution_quantile(const syn_distribution *d, double probability)
{
    if (!is_defined(d) || !(probability > 0 && probability < 1))
        return NAN;
    const syn_spread s = syn_distribution_spread(d);
    const synp_interval y = synp_bisect(is_below_quantile, &(quantile){d, probability},
                                        (synp_interval){s.mean - 30 * s.all, s.mean + 30 * s.all}, 50);
    return 0.5 * (y.low + y.high);
}

typedef struct resistances {
    syn_distribution hrs, lrs;
} resistances;

/* More cells in LRS exceed the resistance than cells in HRS fall below it. */
static bool is_below_limit(const void *context, double log10_r)
{
    const resistances *r = context;
    return 1 - syn_distribution_below(&r->lrs, pow(10, log10_r)) > syn_distribution_below(&r->hrs, log10_r);
}

double syn_distribution_limit(const syn_model *m)
{
    const resistances r = {syn_distribution_of(m, SYN_LOG10_R_HRS), syn_distribution_of(m, SYN_R_LRS)};
    const synp_interval range = {SYNP_LOG10_R_HRS_MIN, SYNP_LOG10_R_HRS_MAX};
    return pow(10, synp_bisect(is_below_limit, &r, range, 50).low);
}
