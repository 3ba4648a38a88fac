/* SPDX-License-Identifier: MIT */
/* A model from the inside; not installed. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/base.h"

#include <synaptogen/model.h>

/* The text of params/hfo2-1t1r.json. */
extern const char synp_params_default_json[];
extern const size_t synp_params_default_size;

double synp_poly(const syn_poly *p, double x);

/* Checks u0, u_max, eta, llrs and hhrs, as syn_params_validate does. */
syn_status synp_check_curves(const syn_params *p, syn_error *err);

enum { SYNP_MAX_LATENT = SYN_NFEAT * SYN_MAX_ORDER };

/* Row-major companion matrix of v, 4p x 4p with p = v->order, leading dimension 4p. */
void synp_var_companion(const syn_var *v, double *f);

typedef double synp_pair __attribute__((vector_size(16)));

struct syn_model {
    syn_params params;
    const syn_var *var;                    /* of the order in use, inside params */
    double g_llrs, g_hhrs;                 /* S at u0 */
    double u_linear;                       /* V */
    int terms;                             /* of chord */
    synp_pair chord[SYN_MAX_COEFFICIENTS]; /* I/u of LLRS and HHRS side by side, ascending: one pass serves both */
    double r_passive[2];                   /* states between which the mixture is >= 0 at all voltages */
    double r_lrs_min;                      /* ohm, smallest R_LRS a draw may have */
    double cumulative[SYN_MAX_COMPONENTS]; /* of weight / sum(weight), the last one exactly 1 */
    double covariance[SYNP_MAX_LATENT * SYNP_MAX_LATENT]; /* stationary, of (x_t, .., x_{t-p+1}), row-major 4p */
    double start[SYNP_MAX_LATENT * SYNP_MAX_LATENT];      /* its lower Cholesky factor, row-major 4p */
};

/* I/u [S] of the LLRS and the HHRS curve, held beyond the fitted range: I(r,u)/u is the former plus r times the gap,
 * or 0 where that is negative. */
synp_pair synp_chords(const syn_model *m, double u);

#endif
