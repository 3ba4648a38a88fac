/* SPDX-License-Identifier: MIT */
/* The I-V curves of a parameter set from measured sweeps: LLRS, HHRS, u_max and eta.
 *
 * In the model (model.h) the current at every voltage is linear in the conductance g = 1/R at u0: i = a(u) + g b(u).
 * LLRS and HHRS are this function at the two ends of g. Method:
 *
 *   Branches     a and b are polynomials of degree 6 without constant. They are fitted by least squares to the points
 *                in LRS and in HRS of all sweeps at once. Each point has the weight 1/g^2, so that errors are relative.
 *
 *   Ends         the 99.9 % quantile of 1/R_LRS is g of LLRS, the 0.1 % quantile of 1/R_HRS is g of HHRS.
 *
 *   Transitions  a RESET follows i = y2 + (y1 - y2) ((u_max - u) / (u_max - U_R))^eta, where y1 is the current in LRS
 *                at U_R and y2 the current in HRS at u_max, both from the fitted a and b. u_max and eta minimise the
 *                squared errors of (i - y2) / (y1 - y2).
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

/* u0 > 0 in V. compliance >= 0 in A: points at negative voltage with 98 % or more of this current are left out, because
 * the voltage across the cell is unknown there; 0: no compliance.
 * err may be NULL. Returns SYN_OK, SYN_EINVAL, SYN_ENOMEM; *out is NULL on failure. */
syn_status syn_curves_create(double u0, double compliance, syn_curves **out, syn_error *err);

/* NULL is allowed. */
void syn_curves_free(syn_curves *c);

/* Adds a sweep and its figures. The sweeps of a cell are added in their order. */
void syn_curves_add(syn_curves *c, const syn_sweep *s, const syn_measured *m);

/* Size of the data and quality of the fit. */
typedef struct syn_curves_report {
    uint64_t points, transitions;
    double rest;                     /* rms of (i - fit) / (g u0) over the branches */
    double local_median, local_most; /* median and 90 % quantile of |fit / i - 1| over points of the branches */
    double rest_transitions;         /* rms of the normalised current over the transitions */
    double u_max_error, eta_error;   /* standard errors; u_max in V */
} syn_curves_report;

/* Fills u0, u_max, eta, hhrs and llrs of *p. The two ends of g are quantiles of f. err may be NULL. Returns SYN_OK;
 * SYN_ENOMEM; SYN_EDATA if the sweeps do not determine the curves, if a curve is negative between 0 and u_max, or if the curves are not valid (err says why). */
syn_status syn_curves_fit(const syn_curves *c, const syn_features *f, syn_params *p, syn_curves_report *report,
                          syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
