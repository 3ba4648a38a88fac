/* SPDX-License-Identifier: MIT */
/* The stochastic part of a parameter set from measured features: Gamma, the autoregression and the mixture.
 *
 * Device d, cycle t, feature i: y = mu_di + sigma_di u, u = Gamma_i(x), x the autoregression. The convention that
 * makes this unique: x has mean 0 and variance 1, u as well, so mu and sigma are a device's mean and standard
 * deviation. Steps
 *   1. mu, sigma: mean and standard deviation of every device.
 *   2. Gamma: least-squares polynomial from the normal quantiles to the sorted (y - mu) / sigma of all devices, in
 *      Hermite polynomials, scaled to variance 1; x: the normal scores of the same ranks.
 *   3. Autoregression: multivariate least squares over the windows of order + 1 cycles without a missing figure.
 *      Order `auto`: least BIC over the windows of the largest order.
 *   4. What 1 spoils is made good: mean and standard deviation of few correlated cycles are in error, which shortens
 * the memory, bends Gamma and makes sigma small by shares of the order of (correlation time) / (cycles). The fitted
 *      autoregression is simulated with the measured numbers of cycles and gaps; the figures of steps 2 and 3 with
 *      estimated mu and sigma minus those with the true ones are the bias, which is taken off. Three rounds.
 *   5. Mixture of the vectors (mu, sigma): expectation-maximisation from several k-means++ starts. Number of
 * components `auto`: least BIC. The covariance of the errors of mu and sigma, known from step 4, is taken off each
 *      component's covariance, of which at least 1 % is kept in every direction. */
#ifndef SYNAPTOGEN_FIT_H
#define SYNAPTOGEN_FIT_H

#include <synaptogen/features.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SYN_FEWEST_DEVICES = 8,
    SYN_FEWEST_CYCLES = 50, /* with a figure, of every feature; devices with fewer are left out and counted */
    SYN_MOST_COMPONENTS_TRIED = 6,
    SYN_MAX_DEGREE = 5,
    SYN_AUTO_DEGREE = 4
};

typedef struct syn_fit_options {
    int order;      /* 1 .. SYN_MAX_ORDER, 0 = auto */
    int components; /* 1 .. SYN_MAX_COMPONENTS, 0 = auto, up to SYN_MOST_COMPONENTS_TRIED */
    int degree;     /* of Gamma, 1 .. SYN_MAX_DEGREE, 0 = auto: for each feature the largest up to SYN_AUTO_DEGREE
                     * that rises over the range named at syn_fit */
    int starts;     /* of the mixture, >= 1 */
    uint64_t seed;
    void (*progress)(void *data, double share); /* NULL, or called now and then with 0 .. 1 */
    void *data;
} syn_fit_options;

/* order, components and degree auto, starts 20, seed 0. */
void syn_fit_default(syn_fit_options *o);

/* What was done, and how sure its results are. Standard errors: of Gamma from the scatter over groups of devices, of
 * the autoregression from least squares, of the mixture as if it were known which device belongs to which component.
 */
typedef struct syn_fit_report {
    size_t devices, left_out; /* used; with too few cycles */
    size_t rows, figures[SYN_NFEAT];
    size_t windows; /* without a gap, at the chosen order */
    int order, components, degree[SYN_NFEAT];
    double order_bic[SYN_MAX_ORDER + 1], components_bic[SYN_MAX_COMPONENTS + 1]; /* NAN where not tried */
    double spectral_radius;
    double yule_walker;        /* largest difference of a coefficient to the Yule-Walker estimate */
    double scale[SYN_NFEAT];   /* standard deviation of so many cycles over the true one, on average */
    double noise[SYN_NDEVICE]; /* share of the estimation errors in the variance of mu and sigma over the devices */
    double gamma_error[SYN_NFEAT][SYN_MAX_COEFFICIENTS];
    double gamma_rest[SYN_NFEAT]; /* rms of quantiles minus Gamma */
    double a_error[SYN_MAX_ORDER][SYN_NFEAT][SYN_NFEAT], b_error[SYN_NFEAT][SYN_NFEAT];
    double weight_error[SYN_MAX_COMPONENTS], mean_error[SYN_MAX_COMPONENTS][SYN_NDEVICE];
} syn_fit_report;

/* Fills gamma, the mixture and var (the chosen order alone) of *p, whose law (u0, u_max, eta, hhrs, llrs) is given.
 * Deterministic: the same for every number of threads.
 * Returns SYN_OK; SYN_EINVAL (options); SYN_ENOMEM; SYN_ENUMERIC; SYN_EDATA with advice in err: too few devices,
 * cycles, or devices for so many components (8 for each), a feature that does not vary, a Gamma that is not monotone
 * over the middle 99.98 % of all draws (or the data's range, if that is less), an unstable autoregression. On failure
 * *p is untouched. */
syn_status syn_fit(const syn_features *f, const syn_fit_options *o, syn_params *p, syn_fit_report *report,
                   syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
