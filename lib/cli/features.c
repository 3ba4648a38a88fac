/* SPDX-License-Identifier: MIT */
#include "features.h"

#include <math.h>

feature_law feature_law_of(const syn_model *m, int feature)
{
    double covariance[SYN_NFEAT][SYN_NFEAT];
    (void)syn_model_autocovariance(m, 0, covariance); /* lag 0 is always there */
    return (feature_law){syn_model_params(m), feature, sqrt(covariance[feature][feature])};
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

static double standardised(const feature_law *f, int k)
{
    const syn_poly *gamma = &f->p->gamma[f->feature];
    double u = 0;
    for (int j = gamma->n - 1; j >= 0; j--)
        u = u * f->latent_sd * node(k) + gamma->c[j];
    return u;
}

/* Mean and standard deviation over the devices of component k of mu + u sigma. */
static void of_component(const feature_law *f, int k, double u, double *mean, double *sd)
{
    const int location = f->feature, scale = SYN_NFEAT + f->feature;
    double variance = 0;
    for (int j = 0; j < SYN_NDEVICE; j++)
        variance += pow(f->p->chol[k][location][j] + u * f->p->chol[k][scale][j], 2);
    *mean = f->p->mean[k][location] + u * f->p->mean[k][scale];
    *sd = sqrt(variance);
}

double feature_total_weight(const syn_params *p)
{
    double sum = 0;
    for (int k = 0; k < p->n_components; k++)
        sum += p->weight[k];
    return sum;
}

/* Mean and variance over all devices of mu + u sigma. */
static void of_devices(const feature_law *f, double u, double *mean, double *variance)
{
    double first = 0, second = 0;
    for (int k = 0; k < f->p->n_components; k++) {
        double m, sd;
        of_component(f, k, u, &m, &sd);
        first += f->p->weight[k] / feature_total_weight(f->p) * m;
        second += f->p->weight[k] / feature_total_weight(f->p) * (m * m + sd * sd);
    }
    *mean = first;
    *variance = second - first * first;
}

feature_spread feature_spread_of(const feature_law *f)
{
    double mean_u = 0, first = 0, second = 0;
    for (int k = 0; k < NODES; k++) {
        const double u = standardised(f, k);
        double mean, variance;
        of_devices(f, u, &mean, &variance);
        mean_u += node_weight(k) * u;
        first += node_weight(k) * mean;
        second += node_weight(k) * (variance + mean * mean);
    }
    double mean, devices;
    of_devices(f, mean_u, &mean, &devices);
    const double all = second - first * first;
    return (feature_spread){first, sqrt(all), sqrt(devices), sqrt(fmax(all - devices, 0))};
}

double feature_probability_below(const feature_law *f, double y)
{
    double sum = 0;
    for (int k = 0; k < NODES; k++)
        for (int c = 0; c < f->p->n_components; c++) {
            double mean, sd;
            of_component(f, c, standardised(f, k), &mean, &sd);
            sum += node_weight(k) * f->p->weight[c] / feature_total_weight(f->p) *
                   (sd > 0 ? 0.5 * erfc((mean - y) / sd / sqrt(2)) : y >= mean);
        }
    return sum;
}

double feature_quantile(const feature_law *f, double probability)
{
    const feature_spread s = feature_spread_of(f);
    double low = s.mean - 30 * s.all, high = s.mean + 30 * s.all;
    for (int i = 0; i < 50; i++) {
        const double middle = 0.5 * (low + high);
        *(feature_probability_below(f, middle) < probability ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}
