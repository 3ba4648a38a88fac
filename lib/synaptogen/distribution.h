/* SPDX-License-Identifier: MIT */
/* The distribution of one feature over the cells of a model.
 *
 * A feature is y = mu + sigma Gamma(x), or the value with that logarithm or reciprocal (syn_scale). The devices (mu, sigma)
 * are a Gaussian mixture; the latent x of the cycles is normal with the model's stationary variance. At a fixed x,
 * mu + sigma Gamma(x) is a Gaussian mixture too, so one trapezoidal sum over x gives every figure here to about ten digits.
 * In the scales log and inverse the moments of y take sums over mu and sigma, too.
 *
 * Units of y: those of the feature (log10 of ohm, V, ohm, V). Limits of physical draws (cell.h) are left out.
 * Threads: pure functions of a model, which must outlive the distribution; any thread.
 * Source: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616. */
#ifndef SYNAPTOGEN_DISTRIBUTION_H
#define SYNAPTOGEN_DISTRIBUTION_H

#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Made by syn_distribution_of; plain data, to be copied freely. */
typedef struct syn_distribution {
    const syn_params *p;
    int feature;
    double latent_sd; /* standard deviation of x; NAN if there is no such feature */
} syn_distribution;

/* Mean and standard deviations, in the unit of the feature: of all cycles of all devices; of the devices' means; of the
 * cycles of one device, as the root of all^2 - devices^2. */
typedef struct syn_spread {
    double mean, all, devices, cycles;
} syn_spread;

/* feature: SYN_LOG10_R_HRS .. SYN_U_RESET. For another number the functions below return NAN. */
syn_distribution syn_distribution_of(const syn_model *m, int feature);

syn_spread syn_distribution_spread(const syn_distribution *d);

/* The probability of a value below y. */
double syn_distribution_below(const syn_distribution *d, double y);

/* The y that a value is below with this probability; NAN unless 0 < probability < 1. */
double syn_distribution_quantile(const syn_distribution *d, double probability);

/* The resistance [ohm] between LRS and HRS: as many cells in LRS are above it as cells in HRS are below it. */
double syn_distribution_limit(const syn_model *m);

#ifdef __cplusplus
}
#endif
#endif
