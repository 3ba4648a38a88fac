/* SPDX-License-Identifier: MIT */
#include <synaptogen/law.h>

#include "base/numeric.h"

#include <math.h>

syn_law syn_law_of(const syn_model *m, int feature)
{
    double covariance[SYN_NFEAT][SYN_NFEAT];
    (void)syn_model_autocovariance(m, 0, covariance, NULL); /* lag 0 is always there */
    return (syn_law){syn_model_params(m), feature, sqrt(covariance[feature][feature])};
}

enum { NODES = 161 };

static double node(int k)
{
    return 0.1 * (k - NODES / 2); /* -8 .. 8 standard deviations */
}

static double node_weight(int k)
{
    return 0.1 * exp(-0.5 * node(k) * node(k)) / sqrt(2 * acos(-1));
}

static double standardised(const syn_law *law, int k)
{
    const syn_poly *gamma = &law->p->gamma[law->feature];
    double u = 0;
    for (int j = gamma->n - 1; j >= 0; j--)
        u = u * law->latent_sd * node(k) + gamma->c[j];
    return u;
}

/* Mean and standard deviation over the devices of component k of mu + u sigma. */
static void of_component(const syn_law *law, int k, double u, double *mean, double *sd)
{
    const int location = law->feature, scale = SYN_NFEAT + law->feature;
    double variance = 0;
    for (int j = 0; j < SYN_NDEVICE; j++)
        variance += pow(law->p->chol[k][location][j] + u * law->p->chol[k][scale][j], 2);
    *mean = law->p->mean[k][location] + u * law->p->mean[k][scale];
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
static void of_devices(const syn_law *law, double u, double *mean, double *variance)
{
    double first = 0, second = 0;
    for (int k = 0; k < law->p->n_components; k++) {
        double m, sd;
        of_component(law, k, u, &m, &sd);
        first += law->p->weight[k] / total_weight(law->p) * m;
        second += law->p->weight[k] / total_weight(law->p) * (m * m + sd * sd);
    }
    *mean = first;
    *variance = second - first * first;
}

syn_spread syn_law_spread(const syn_law *law)
{
    double mean_u = 0, first = 0, second = 0;
    for (int k = 0; k < NODES; k++) {
        const double u = standardised(law, k);
        double mean, variance;
        of_devices(law, u, &mean, &variance);
        mean_u += node_weight(k) * u;
        first += node_weight(k) * mean;
        second += node_weight(k) * (variance + mean * mean);
    }
    double mean, devices;
    of_devices(law, mean_u, &mean, &devices);
    const double all = second - first * first;
    return (syn_spread){first, sqrt(all), sqrt(devices), sqrt(fmax(all - devices, 0))};
}

double syn_law_below(const syn_law *law, double y)
{
    double sum = 0;
    for (int k = 0; k < NODES; k++)
        for (int c = 0; c < law->p->n_components; c++) {
            double mean, sd;
            of_component(law, c, standardised(law, k), &mean, &sd);
            sum += node_weight(k) * law->p->weight[c] / total_weight(law->p) *
                   (sd > 0 ? synp_normal_below((y - mean) / sd) : y >= mean);
        }
    return sum;
}

typedef struct quantile {
    const syn_law *law;
    double probability;
} quantile;

static bool is_below_quantile(const void *context, double y)
{
    const quantile *q = context;
    return syn_law_below(q->law, y) < q->probability;
}

double syn_law_quantile(const syn_law *law, double probability)
{
    const syn_spread s = syn_law_spread(law);
    const synp_interval y = synp_bisect(is_below_quantile, &(quantile){law, probability},
                                        (synp_interval){s.mean - 30 * s.all, s.mean + 30 * s.all}, 50);
    return 0.5 * (y.low + y.high);
}

typedef struct resistances {
    syn_law hrs, lrs;
} resistances;

/* More cells in LRS exceed the resistance than cells in HRS fall below it. */
static bool is_below_limit(const void *context, double log10_r)
{
    const resistances *r = context;
    return 1 - syn_law_below(&r->lrs, pow(10, log10_r)) > syn_law_below(&r->hrs, log10_r);
}

double syn_law_limit(const syn_model *m)
{
    const resistances r = {syn_law_of(m, SYN_LOG10_R_HRS), syn_law_of(m, SYN_R_LRS)};
    const synp_interval range = {2, 12}; /* log10(ohm), the range of R_HRS */
    return pow(10, synp_bisect(is_below_limit, &r, range, 50).low);
}
