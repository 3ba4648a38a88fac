/* SPDX-License-Identifier: MIT */
/* Generated against measured: does a parameter set describe the devices that it was fitted to, or others?
 *
 * The set generates the measured numbers of devices and cycles with the same gaps, several times (replicas). Every
 * figure is computed in the same way from the measurements and from each replica. Biases of few cycles are therefore
 * the same on both sides, and the scatter of the replicas gives the standard error.
 *
 * Units as in features.h. Threads: any thread; syn_validate itself uses several threads for large data. */
#ifndef SYNAPTOGEN_VALIDATE_H
#define SYNAPTOGEN_VALIDATE_H

#include <stdbool.h>
#include <synaptogen/features.h>
#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SYN_LAGS = 20, SYN_QUANTILES = 201 };
#define SYN_HAIR 1.5 /* excess up to which a figure fails by a hair; it is then less than twice the tolerance off */

/* What the resistances are for. Both from measured and generated figures; NAN without both resistances. */
typedef struct syn_effect {
    double misread[2]; /* measured, generated: share of wrong bits at the threshold with the fewest */
    /* The current at u0 of a column of 128 cells, half in LRS and half in HRS: its mean, generated over measured, and its
     * relative standard deviation, measured and generated. */
    double product, product_sd[2];
} syn_effect;

/* One figure. It agrees if |measured - generated| is at most the tolerance (the same device for all purposes) or at
 * most 5 standard errors (explained by chance). */
typedef struct syn_comparison {
    double measured, generated, error, tolerance;
    bool agrees;
    double excess; /* the difference in units of what would agree: up to 1 it agrees; up to 1.5 it fails by a hair */
} syn_comparison;

/* Kolmogorov-Smirnov distance between all measured and all generated figures of one feature, at 1000 quantiles of the
 * generated ones. low, high: 95 % interval of the distance over resampled devices (bootstrap; Efron, Ann. Stat. 7
 * (1979) 1). chance: mean + 5 standard deviations of the distance of one replica from the others. It agrees if the
 * distance is at most the larger of tolerance and chance. */
typedef struct syn_ks {
    double distance, low, high, chance, tolerance;
    bool agrees;
    double excess; /* as in syn_comparison */
} syn_ks;

typedef struct syn_validation {
    size_t devices, left_out, rows; /* compared; with fewer than 2 figures of a feature */
    bool absent[SYN_NFEAT];         /* without a measured figure: not compared, and everything about it is 0 or NAN */
    int replicas;
    syn_ks ks[SYN_NFEAT];
    /* Quantiles at the normal quantiles -4 .. 4 in steps of 0.04; NAN where the data do not reach. In the last index:
     * measured, mean of the replicas, least, most. */
    double quantile[SYN_NFEAT][SYN_QUANTILES][4];
    /* Correlations of the standardised features within a cycle, i < j. Tolerance 0.05. */
    syn_comparison correlation[SYN_NFEAT][SYN_NFEAT];
    /* Autocorrelations of the standardised features; lag 0 is 1. Tolerance 0.05. */
    syn_comparison autocorrelation[SYN_NFEAT][SYN_LAGS + 1];
    /* Over the devices: mean of their means (tolerance: a tenth of the standard deviation of all figures), standard
     * deviation of their means (a tenth), mean of their standard deviations (a tenth), standard deviation of their
     * standard deviations (a fifth). */
    syn_comparison device[SYN_NFEAT][4];
    int figures, disagreeing; /* compared in all; number of those that do not agree */
    int by_a_hair;            /* of those that do not agree */
    syn_effect effect;
} syn_validation;

/* For plots: mean and standard deviation of every feature of one device. */
typedef struct syn_device_scatter {
    double mean[SYN_NFEAT], sd[SYN_NFEAT];
} syn_device_scatter;

/* Zero-initialise it: 0 is the default of every member. */
typedef struct syn_validate_options {
    uint64_t seed; /* of the generated devices */
    bool detrend;  /* to take a straight line over the cycles off each feature of each device, on both sides */
    syn_progress progress; /* see status.h */
    uint64_t reserved[8];  /* 0, room to grow */
} syn_validate_options;

/* Needs a device with 2 cycles; the spread between devices is compared if there are two. o NULL: the defaults. measured, generated: NULL, or room for
 * f->devices devices; they receive the scatter of the devices that were compared, generated from the first replica.
 * Deterministic: the same for every number of threads. err may be NULL.
 * Returns SYN_OK, SYN_EINVAL (an option), SYN_ENOMEM, SYN_ESTOPPED, SYN_EDATA. */
syn_status syn_validate(const syn_model *m, const syn_features *f, const syn_validate_options *o, syn_validation *out,
                        syn_device_scatter *measured, syn_device_scatter *generated, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
