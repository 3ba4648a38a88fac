/* SPDX-License-Identifier: MIT */
/* The I-V curves of a parameter set from measured sweeps: LLRS, HHRS, u_max and eta.
 *
 * In the model (model.h) the current at every voltage is linear in the conductance g = 1/R at u0: i = a(u) + g b(u).
 * LLRS and HHRS are this function at the two ends of g. Method:
 *
 *   Polynomials  a and b are polynomials of degree 6 without constant. They are fitted by least squares to the points
 *                in LRS and in HRS of all sweeps at once. Each point has the weight 1/g^2, so that errors are relative.
 *
 *   Exponentials ln(i/u) of LLRS and HHRS are polynomials of |u|, one for each sign of u. They are fitted to 8000 of the
 *                points, chosen at random, by least squares of errors relative to the local current, or to the noise where
 *                that is larger. A few bad points count little. The degree is the least of 2 .. 8 whose errors no higher one
 *                lowers by 3 %. Where a curve has no points, beyond U_S and U_R, ln(i/u) goes on straight; a side without
 *                any is that of the other sign.
 *
 *   Form         polynomials, unless they carry a current against the voltage or cross between 0 and u_max, or unless the
 *                median or the 90 % quantile of their errors, relative to the local current, is a quarter above that of
 *                exponentials.
 *
 *   Ends         the 99.9 % quantile of 1/R_LRS is g of LLRS, the 0.1 % quantile of 1/R_HRS is g of HHRS.
 *
 *   Transitions  a RESET follows i = y2 + (y1 - y2) ((u_max - u) / (u_max - U_R))^eta, where y1 is the current in LRS
 *                at U_R and y2 the current in HRS at u_max, both from the fitted a and b. u_max and eta minimise the
 *                squared errors of (i - y2) / (y1 - y2). With exponentials, currents grow by decades while a cell RESETs:
 *                then the errors are (i - fit) / (|i| + |fit| + 3 noise).
 *
 * Source of the model: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616.
 * Units: V, A, S, ohm; signs as in model.h. Threads: any thread; one syn_curves is used by one thread at a time. */
#ifndef SYNAPTOGEN_CURVES_H
#define SYNAPTOGEN_CURVES_H

#include <synaptogen/features.h>
#include <synaptogen/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over the sweeps so far. The memory does not grow with their number: 500 transitions are kept, chosen at random
 * with equal chances. */
typedef struct syn_curves syn_curves;

typedef enum syn_curves_form { SYN_CURVES_AUTO, SYN_CURVES_POLYNOMIAL, SYN_CURVES_EXPONENTIAL } syn_curves_form;

/* Zero-initialise it: 0 is the default of every member but u0. */
typedef struct syn_curves_options {
    double u0; /* V, > 0: of the resistances */
    double
        compliance; /* A, >= 0: points at negative voltage with 98 % or more of this current are left out, because the
                             voltage across the cell is unknown there; 0: no compliance */
    double noise;   /* A, >= 0: standard deviation of a current, for the weights of exponentials; 0: unknown */
    syn_curves_form form; /* SYN_CURVES_AUTO: by the errors */
    uint64_t reserved[8]; /* 0, room to grow */
} syn_curves_options;

/* err may be NULL. Returns SYN_OK, SYN_EINVAL (an option), SYN_ENOMEM; *out is NULL on failure. */
syn_status syn_curves_create(const syn_curves_options *o, syn_curves **out, syn_error *err);

/* NULL is allowed. */
void syn_curves_free(syn_curves *c);

/* Adds a sweep and its figures. The sweeps of a cell are added in their order. */
void syn_curves_add(syn_curves *c, const syn_sweep *s, const syn_measured *m);

enum { SYN_CURVES_SIDES = 2 }; /* positive voltages, negative voltages */

/* Size of the data and quality of the fit. */
typedef struct syn_curves_report {
    uint64_t points, transitions;
    bool exponential;                /* form of the curves */
    int degree;                      /* of the polynomials, or of the exponents */
    double rest;                     /* rms of (i - fit) / (g u0) over the branches; NAN for exponentials */
    double local_median, local_most; /* median and 90 % quantile of |fit / i - 1| over points of the branches */
    double local_of
        [2][SYN_CURVES_SIDES]; /* the latter in LRS and in HRS, at positive and at negative voltages; NAN: no point */
    double other_median,
        other_most; /* those of the form that was not chosen; NAN if it was not tried or not possible */
    bool mirrored[2]
                 [SYN_CURVES_SIDES]; /* exponential LLRS and HHRS: a side without points, taken from the other sign */
    double rest_transitions;         /* rms of the errors over the transitions */
    double u_max_error, eta_error;   /* standard errors; u_max in V */
} syn_curves_report;

/* Fills u0, u_max, eta and the I-V curves of *p. The two ends of g are quantiles of f. err may be NULL. Returns SYN_OK;
 * SYN_ENOMEM; SYN_EDATA if the sweeps do not determine the curves, if a curve is negative between 0 and u_max, or if the curves are not valid (err says why). */
syn_status syn_curves_fit(const syn_curves *c, const syn_features *f, syn_params *p, syn_curves_report *report,
                          syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
