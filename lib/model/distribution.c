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
    if (d->p->spline[d->feature].n)
        return synp_spline(&d->p->spline[d->feature], d->latent_sd * node(k));
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

/* Of v = mu + sigma Gamma(x), in the scale of the feature. */
static syn_spread spread_in_scale(const syn_distribution *d)
{
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

/* Mean and mean square over the cycles of the feature of one device. Those of the reciprocal of a normal do not exist; there
 * the nodes beyond 4.5 standard deviations, 7e-6 of the cycles, are left out. */
static void of_cycles(const syn_distribution *d, const double u[NODES], double mu, double sigma, double *mean,
                      double *square)
{
    *mean = *square = 0;
    for (int k = 0; k < NODES; k++) {
        if (d->p->scale[d->feature] == SYN_INVERSE && fabs(node(k)) > 4.55)
            continue;
        const double y = synp_from_scale(d->p->scale[d->feature], d->feature, mu + fabs(sigma) * u[k]);
        *mean += node_weight(k) * y;
        *square += node_weight(k) * y * y;
    }
}

/* Adds the devices of component c with weight w: sums of their mean, its square, and their mean square. mu and sigma are
 * mu = mean + a z1, sigma = mean + b z1 + c z2 with standard normal z; both at nodes at distances of 0.5 up to 5 (3 for reciprocals). */
static void add_component(const syn_distribution *d, const double u[NODES], int c, double w, double sums[3])
{
    const int side = d->p->scale[d->feature] == SYN_INVERSE ? 6 : 10; /* as in of_cycles */
    const double *loc = d->p->chol[c][d->feature], *scale = d->p->chol[c][SYN_NFEAT + d->feature];
    double aa = 0, ab = 0, bb = 0, total = 0, part[3] = {0};
    for (int j = 0; j < SYN_NDEVICE; j++) {
        aa += loc[j] * loc[j];
        ab += loc[j] * scale[j];
        bb += scale[j] * scale[j];
    }
    const double a = sqrt(aa), b = a > 0 ? ab / a : 0, rest = sqrt(fmax(bb - b * b, 0));
    const int first = a > 0 || b != 0 ? side : 0, second = rest > 0 ? side : 0;
    for (int i = -first; i <= first; i++)
        for (int j = -second; j <= second; j++) {
            const double z1 = 0.5 * i, z2 = 0.5 * j, weight = exp(-0.5 * (z1 * z1 + z2 * z2));
            double mean, square;
            of_cycles(d, u, d->p->mean[c][d->feature] + a * z1,
                      d->p->mean[c][SYN_NFEAT + d->feature] + b * z1 + rest * z2, &mean, &square);
            total += weight;
            part[0] += weight * mean;
            part[1] += weight * mean * mean;
            part[2] += weight * square;
        }
    for (int k = 0; k < 3; k++)
        sums[k] += w * part[k] / total;
}

syn_spread syn_distribution_spread(const syn_distribution *d)
{
    if (!is_defined(d))
        return (syn_spread){NAN, NAN, NAN, NAN};
    if (d->p->scale[d->feature] == SYN_LINEAR)
        return spread_in_scale(d);
    double u[NODES], sums[3] = {0};
    for (int k = 0; k < NODES; k++)
        u[k] = standardised(d, k);
    for (int c = 0; c < d->p->n_components; c++)
        add_component(d, u, c, d->p->weight[c] / total_weight(d->p), sums);
    const double devices = sums[1] - sums[0] * sums[0], all = sums[2] - sums[0] * sums[0];
    return (syn_spread){sums[0], sqrt(fmax(all, 0)), sqrt(fmax(devices, 0)), sqrt(fmax(all - devices, 0))};
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
    return synp_gamma_at(v->d->p, v->d->feature, v->d->latent_sd * x) < v->u;
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

/* The probability of a value below v in the scale of the feature. */
static double below_in_scale(const syn_distribution *d, double y)
{
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

double syn_distribution_below(const syn_distribution *d, double y)
{
    if (!is_defined(d))
        return NAN;
    const syn_scale scale = d->p->scale[d->feature];
    if (scale != SYN_LINEAR && !(y * (d->feature == SYN_U_SET ? -1 : 1) > 0)) /* the other sign: none are there */
        return d->feature == SYN_U_SET;
    const double below = below_in_scale(d, synp_to_scale(scale, d->feature, y));
    return synp_scale_falls(scale, d->feature) ? 1 - below : below;
}

typedef struct quantile {
    const syn_distribution *d;
    double probability;
} quantile;

static bool is_below_quantile(const void *context, double y)
{
    const quantile *q = context;
    return below_in_scale(q->d, y) < q->probability;
}

double syn_distribution_quantile(const syn_distribution *d, double probability)
{
    if (!is_defined(d) || !(probability > 0 && probability < 1))
        return NAN;
    const syn_scale scale = d->p->scale[d->feature];
    const quantile q = {d, synp_scale_falls(scale, d->feature) ? 1 - probability : probability};
    const syn_spread s = spread_in_scale(d);
    const synp_interval v =
        synp_bisect(is_below_quantile, &q, (synp_interval){s.mean - 30 * s.all, s.mean + 30 * s.all}, 50);
    return synp_from_scale(scale, d->feature, 0.5 * (v.low + v.high));
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
