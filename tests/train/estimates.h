/* SPDX-License-Identifier: MIT */
/* What the tests of estimators share: standard errors by second routes. */
#ifndef TESTS_TRAIN_ESTIMATES_H
#define TESTS_TRAIN_ESTIMATES_H

#include "train/fit.h"

/* |value - expected| in standard errors. */
double estimates_deviation(double value, double expected, double standard_error);

/* Allocates devices with equal numbers of cycles; the figures are not filled in. */
void estimates_shape(size_t devices, size_t cycles, syn_features *f);

/* The expectation of synp_window_moments of the autoregression v. */
void estimates_moments(const syn_var *v, int order, size_t n, synp_moments *m);

enum { D = SYN_NDEVICE, PER_COMPONENT = 1 + D + D * (D + 1) / 2 };

/* A component, prepared for densities and draws. */
typedef struct estimates_density {
    double chol[D][D], inverse[D][D], log_norm;
} estimates_density;

void estimates_prepare(const synp_mixture *m, estimates_density *s);

/* Returns the logarithm of the density at v. share[c]: share of component c; q[c] = C^-1 (v - mean). */
double estimates_log_density(const synp_mixture *m, const estimates_density *s, const double v[D], double *share,
                             double q[][D]);

/* Draws a vector. Returns its component. */
int estimates_draw(const synp_mixture *m, const estimates_density *s, uint64_t *state, double v[D]);

/* Cramer-Rao standard errors of the figures of a mixture from n vectors: the inverse of the Fisher information, which is
 * the mean product of scores over 20000 drawn vectors. In the units of each figure; for each component weight, mean,
 * covariance row by row. The first weight is 1 minus the others. To be freed. */
double *estimates_cramer_rao(const synp_mixture *m, double n);

/* Largest deviations of weights, means and covariances in standard errors. */
void estimates_compare(const synp_mixture *m, const synp_mixture *found, const double *error, double worst[3]);

#endif
