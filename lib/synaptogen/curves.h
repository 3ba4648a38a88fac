/* SPDX-License-Identifier: MIT */
/* The current-voltage law of a parameter set from measured sweeps: LLRS, HHRS, u_max and eta.
 *
 * The law says that at every voltage the current is linear in the conductance g = 1/R at u0: i = a(u) + g b(u), and
 * LLRS and HHRS are its values at the two ends of g. So a and b, polynomials of degree 6 through the origin, are
 * fitted by least squares to the branches in LRS and in HRS of all sweeps at once, each point weighted by 1/g^2,
 * which makes errors relative. The two ends are the 99.9 % quantile of 1/R_LRS and the 0.1 % quantile of 1/R_HRS. The
 * RESET transitions, i = y2 + (y1 - y2) ((u_max - u) / (u_max - U_R))^eta, give u_max and eta by least squares on (i
 * - y2) / (y1 - y2), y1 and y2 being the fitted law at U_R and u_max. */
#ifndef SYNAPTOGEN_CURVES_H
#define SYNAPTOGEN_CURVES_H

#include <synaptogen/features.h>
#include <synaptogen/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over the sweeps so far; its memory does not grow with them (at most 500 transitions are kept). */
typedef struct syn_curves syn_curves;

/* u0 in V. Points with a current of 98 % or more of compliance [A] on the negative side, where the voltage at the
 * cell is unknown, are left out; 0 = there is none. Returns SYN_OK or SYN_ENOMEM. */
syn_status syn_curves_create(double u0, double compliance, syn_curves **out);
/* NULL is allowed. */
void syn_curves_free(syn_curves *c);

/* Adds a sweep and what was measured of it. Sweeps of a cell come in their order. */
void syn_curves_add(syn_curves *c, const syn_sweep *s, const syn_measured *m);

/* What the fit was made from, and how good it is. */
typedef struct syn_curves_report {
    uint64_t points, transitions;
    double rest;                   /* rms of (i - fit) / (g u0) over the branches */
    double rest_transitions;       /* rms of the normalised current over the transitions */
    double u_max_error, eta_error; /* standard errors */
} syn_curves_report;

/* Fills u0, u_max, eta, hhrs and llrs of *p; f gives the two ends of g. Returns SYN_OK, SYN_ENOMEM, SYN_EDATA (the
 * sweeps do not determine the curves, or these do not make a valid law: err says why). */
syn_status syn_curves_fit(const syn_curves *c, const syn_features *f, syn_params *p, syn_curves_report *report,
                          syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
