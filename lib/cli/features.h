/* SPDX-License-Identifier: MIT */
/* The law of one feature y = mu + sigma Gamma(x), pooled over the devices (mu, sigma), a Gaussian mixture, and over
 * their stationary cycles x, normal with the given variance. At a fixed x, y is a Gaussian mixture as well, so one
 * trapezoidal sum over x gives every figure here; its error is far below the digits printed. */
#ifndef SYNAPTOGEN_CLI_FEATURES_H
#define SYNAPTOGEN_CLI_FEATURES_H

#include <synaptogen/model.h>

typedef struct feature_law {
    const syn_params *p;
    int feature; /* SYN_U_SET .. */
    double latent_sd;
} feature_law;

typedef struct feature_spread {
    double mean, all, devices, cycles; /* mean, and standard deviations: pooled and of its two parts */
} feature_spread;

feature_law feature_law_of(const syn_model *m, int feature);
feature_spread feature_spread_of(const feature_law *f);
double feature_probability_below(const feature_law *f, double y);
double feature_quantile(const feature_law *f, double probability);

/* Of the mixture's components, 1 but for the digits of the set. */
double feature_total_weight(const syn_params *p);

#endif
