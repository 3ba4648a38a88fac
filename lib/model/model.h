/* SPDX-License-Identifier: MIT */
/* A model from the inside; not installed. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/base.h"

#include <synaptogen/model.h>

/* params/hfo2-1t1r.json as syn_params_load reads it. */
extern const syn_params synp_params_default;

double synp_poly(const syn_poly *p, double x);
double synp_spline(const syn_spline *s, double x);

/* The piece between knots k and k + 1: sum_j c[j] t^j with t = 0 .. 1. */
void synp_spline_piece(const syn_spline *s, int k, double c[4]);

/* Gamma of feature i, polynomial or spline. */
double synp_gamma_at(const syn_params *p, int i, double x);

/* A feature from its value v in a scale, and v from a feature y; NAN or infinite for a y that the scale does not have. */
double synp_from_scale(syn_scale scale, int feature, double v);
double synp_to_scale(syn_scale scale, int feature, double y);

/* Whether the feature falls while v rises; whether the feature may have this scale. */
bool synp_scale_falls(syn_scale scale, int feature);
bool synp_scale_fits(syn_scale scale, int feature);

/* As syn_params_validate. */
syn_status synp_check_spline(const syn_spline *s, const char *field, syn_error *err);

/* The extreme curves [A] at u [V] as they are given, without the limit at synp_u_linear. */
double synp_llrs(const syn_params *p, double u);
double synp_hhrs(const syn_params *p, double u);

/* Whether the curves are exponentials; the voltage [V] beyond which I/u is held. */
bool synp_is_exponential(const syn_params *p);
double synp_u_linear(const syn_params *p);

/* 1 .. SYN_MAX_COEFFICIENTS finite numbers. */
syn_status synp_check_poly(const syn_poly *p, const char *field, syn_error *err);

/* Checks u0, u_max, eta and the curves, as syn_params_validate does. */
syn_status synp_check_curves(const syn_params *p, syn_error *err);

enum { SYNP_MAX_LATENT = SYN_NFEAT * SYN_MAX_ORDER };

/* Cycles before the present one, in number of latent vectors, that fix the next: the order, or two for x and h of the form with
 * long memory. */
static inline int synp_slots(const syn_var *v)
{
    return v->order == SYN_LONG ? 2 : v->order;
}

/* Whether a power of the companion matrix up to the 2^40-th has a norm below 1: then the spectral radius is below 1. A radius
 * between 1 - 1e-9 and 1 may be missed. Takes a tenth of the time of syn_var_spectral_radius. */
bool synp_var_is_contraction(const syn_var *v);

/* Sets p to the stationary covariance of (x_t, .., x_{t-p+1}), row-major 4p x 4p with p = v->order, or 8 x 8 of (x_t, h_t). v
 * is stable. Returns SYN_OK, or SYN_ENUMERIC if the sum overflows. */
syn_status synp_var_covariance(const syn_var *v, double *p);

/* The autocovariances lag by lag. c[k] is E x_t x_{t-lag+k}' of the stationary process, k <= SYN_MAX_ORDER and k <= lag. */
typedef struct synp_lags {
    const syn_var *v;
    const double *covariance; /* synp_var_covariance of v */
    int lag;
    double c[SYN_MAX_ORDER + 1][SYN_NFEAT][SYN_NFEAT];
} synp_lags;

/* At lag 0; a lag further. */
void synp_lags_begin(const syn_var *v, const double *covariance, synp_lags *l);
void synp_lags_next(synp_lags *l);

/* c[lag] = E x_t x_{t-lag}' of the autoregression, lag = 0 .. most. Returns SYN_OK or SYN_ENUMERIC. */
syn_status synp_var_covariances(const syn_var *v, int most, double (*c)[SYN_NFEAT][SYN_NFEAT]);

/* As syn_model_memory. */
syn_memory synp_var_memory(const syn_var *v, const double *covariance, int feature);

typedef double synp_pair __attribute__((vector_size(16)));

struct syn_model {
    syn_params params;
    const syn_var *var;                    /* of the order in use, inside params */
    double g_llrs, g_hhrs;                 /* S at u0 */
    double u_linear;                       /* V */
    bool exponential;                      /* the curves */
    int terms;                             /* of chord, or of exponent */
    synp_pair chord[SYN_MAX_COEFFICIENTS]; /* I/u of LLRS and HHRS side by side, ascending: one pass serves both */
    synp_pair exponent[2][SYN_MAX_COEFFICIENTS]; /* ln(I/u) of both, in powers of |u|: for u >= 0, for u < 0 */
    double r_passive[2];                         /* states between which the mixture is >= 0 at all voltages */
    double r_lrs_min;                            /* ohm, smallest R_LRS a draw may have */
    double cumulative[SYN_MAX_COMPONENTS];       /* of weight / sum(weight), the last one exactly 1 */
    double covariance[SYNP_MAX_LATENT * SYNP_MAX_LATENT]; /* synp_var_covariance */
    double start[SYNP_MAX_LATENT * SYNP_MAX_LATENT];      /* its lower Cholesky factor */
};

/* I/u [S] of the LLRS and the HHRS curve, held beyond the fitted range: I(r,u)/u is the former plus r times the gap,
 * or 0 where that is negative. */
synp_pair synp_chords(const syn_model *m, double u);

#endif
