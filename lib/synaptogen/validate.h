/* SPDX-License-Identifier: MIT */
/* Generated against measured: does a parameter set describe the devices that it was fitted to, or others?
 *
 * The set generates the measured number of devices and cycles, with the same gaps, several times over (replicas);
 * every figure is computed from the measurements and from each replica in the same way, so that biases of few cycles
 * are the same on both sides, and the scatter of the replicas is its standard error. */
#ifndef SYNAPTOGEN_VALIDATE_H
#define SYNAPTOGEN_VALIDATE_H

#include <synaptogen/features.h>
#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SYN_LAGS = 20, SYN_QUANTILES = 201 };

/* One figure. It agrees if |measured - generated| is within the tolerance, which says what still counts as the same
 * device, or within 5 standard errors, which is what chance explains. */
typedef struct syn_comparison {
    double measured, generated, error, tolerance;
    int agrees;
} syn_comparison;

/* Kolmogorov-Smirnov distance between all measured and all generated figures of one feature (at 1000 of its
 * quantiles). low, high: 95 % interval of `distance` over resampled devices; chance: mean + 5 standard deviations of
 * the distance of single replicas. It agrees up to the larger of tolerance and chance. */
typedef struct syn_ks {
    double distance, low, high, chance, tolerance;
    int agrees;
} syn_ks;

typedef struct syn_validation {
    size_t devices, left_out, rows; /* compared; with fewer than 2 figures of a feature */
    int replicas;
    syn_ks ks[SYN_NFEAT];
    /* Quantiles at the normal quantiles -4 .. 4 in steps of 0.04, NAN where the data do not reach: measured, the
     * replicas' mean, least and most. */
    double quantile[SYN_NFEAT][SYN_QUANTILES][4];
    /* Of the standardised features of a cycle, i < j. Tolerance 0.05. */
    syn_comparison correlation[SYN_NFEAT][SYN_NFEAT];
    /* Of the standardised features; lag 0 is 1. Tolerance 0.05. */
    syn_comparison autocorrelation[SYN_NFEAT][SYN_LAGS + 1];
    /* Over the devices: mean of their means (tolerance: a tenth of the standard deviation of all figures), standard
     * deviation of their means and mean of their standard deviations (a tenth), standard deviation of these (a
     * fifth). */
    syn_comparison device[SYN_NFEAT][4];
    int figures, disagreeing; /* compared in all; how many do not agree */
} syn_validation;

/* What syn_validate draws into for pictures: mean and standard deviation of every feature of every device. */
typedef struct syn_device_scatter {
    double mean[SYN_NFEAT], sd[SYN_NFEAT];
} syn_device_scatter;

/* measured, generated: NULL, or room for the scatter of f->devices devices, the latter of the first replica; filled
 * for those compared. progress as in fit.h. Needs 2 devices with 2 cycles each. Deterministic. Returns SYN_OK,
 * SYN_ENOMEM, SYN_EDATA. */
syn_status syn_validate(const syn_model *m, const syn_features *f, uint64_t seed,
                        void (*progress)(void *data, double share), void *data, syn_validation *out,
                        syn_device_scatter *measured, syn_device_scatter *generated, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
