/* SPDX-License-Identifier: MIT */
/* The law of one feature of a model's cells, y = mu + sigma Gamma(x), pooled over the devices (mu, sigma), a Gaussian
 * mixture, and over their stationary cycles x, normal with the model's variance (Hennen et al., IEEE Trans. Electron
 * Devices 2024, doi:10.1109/TED.2024.3427616). At a fixed x, y is a Gaussian mixture as well, so one trapezoidal sum
 * over x gives every figure here, to about ten digits. Units of y: those of the feature (log10 of ohm, V, ohm, V).
 * Pure functions of a model, which must outlive the law; no errors. */
#ifndef SYNAPTOGEN_LAW_H
#define SYNAPTOGEN_LAW_H

#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syn_law {
    const syn_params *p;
    int feature; /* SYN_LOG10_R_HRS .. SYN_U_RESET */
    double latent_sd;
} syn_law;

typedef struct syn_spread {
    double mean, all, devices, cycles; /* mean, and standard deviations: pooled and of its two parts */
} syn_spread;

syn_law syn_law_of(const syn_model *m, int feature);
syn_spread syn_law_spread(const syn_law *law);
double syn_law_below(const syn_law *law, double y);              /* probability of a figure below y */
double syn_law_quantile(const syn_law *law, double probability); /* in (0, 1) */

/* The resistance [ohm] that is exceeded by as many cells in LRS as fall below it in HRS. */
double syn_law_limit(const syn_model *m);

#ifdef __cplusplus
}
#endif
#endif
