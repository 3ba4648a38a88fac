/* SPDX-License-Identifier: MIT */
/* The figures of one trained device: formats "synaptogen-params/1" and "/2", a JSON file with the fields named below.
 *
 * Units: V, A, ohm, S; the first feature is log10(R/ohm).
 * Threads: all functions may be called from any thread; a set that nobody changes may be read from all threads.
 * Source of the model: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616. */
#ifndef SYNAPTOGEN_PARAMS_H
#define SYNAPTOGEN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <synaptogen/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Order of every feature vector: log10(R_HRS/ohm), U_S [V] < 0, R_LRS [ohm], U_R [V] > 0. */
enum { SYN_LOG10_R_HRS, SYN_U_SET, SYN_R_LRS, SYN_U_RESET, SYN_NFEAT };

/* "log10_r_hrs", "u_set", "r_lrs", "u_reset"; static text, NULL for a number that is no feature. Any thread. */
const char *syn_feature_name(int feature);

enum {
    SYN_MAX_COEFFICIENTS = 12,  /* of one polynomial */
    SYN_MAX_KNOTS = 33,         /* of one spline */
    SYN_MAX_COMPONENTS = 64,    /* of the device-to-device mixture, or devices of a list */
    SYN_MAX_ORDER = 10,         /* of the cycle-to-cycle autoregression */
    SYN_LONG = 11,              /* stands for the form with long memory wherever an order is named */
    SYN_NDEVICE = 2 * SYN_NFEAT /* device vector: location mu[4], scale sigma[4] */
};

/* sum_j c[j] x^j, j = 0 .. n-1. */
typedef struct syn_poly {
    int n;
    double c[SYN_MAX_COEFFICIENTS];
} syn_poly;

/* An I-V curve by its chord conductance: ln(I/U in S) = sum_j c[j] |U|^j, U in V, with one sum for U >= 0 and one for U < 0. So
 * I has the sign of U. Both sums have the same c[0]: the chord is continuous at 0 V. positive.n 0: the curve is a polynomial. */
typedef struct syn_exponential {
    syn_poly positive, negative;
} syn_exponential;

/* Cubic pieces between n knots at equal distances, x = -range .. range, from the values and slopes at the knots (Hermite's
 * form). Beyond the ends it goes on as a straight line. Values and slopes are such that it never falls: 0 <= slope <= 3 times
 * the secant on either side (Fritsch, Carlson, SIAM J. Numer. Anal. 17 (1980) 238). n 0: there is no spline. */
typedef struct syn_spline {
    int n; /* 2 .. SYN_MAX_KNOTS */
    double range, value[SYN_MAX_KNOTS], slope[SYN_MAX_KNOTS];
} syn_spline;

/* The scale in which a feature is mu + sigma Gamma(x) = v. Clamps: the magnitude of a feature in the scales log and inverse
 * is 1e12 at most. */
typedef enum syn_scale {
    SYN_LINEAR, /* the feature is v */
    SYN_LOG,    /* exp(v); -exp(v) for u_set. Not for log10_r_hrs */
    SYN_INVERSE /* 1/v: v is the conductance [S]. For r_lrs alone */
} syn_scale;

/* "linear", "log", "inverse"; static text, NULL for a number that is no scale. */
const char *syn_scale_name(syn_scale scale);

/* order 1 .. SYN_MAX_ORDER: x_t = b e_t + sum_l a[l-1] x_{t-l}, e_t ~ N(0,1)^4; b lower triangular; a[0] multiplies the
 * most recent cycle.
 *
 * order SYN_LONG: x_t = h_t + b e_t, h_t = k x_{t-1} + d h_{t-1}, with k in a[0] and d in a[1]. h_t is what the past tells
 * about x_t: the sum of d^(l-1) k x_{t-l} over all l >= 1. This is a VARMA(1,1) in its innovation form. Its autocovariances
 * fall as powers of k + d, E x_t x_{t-l}' = (k + d)^(l-1) E x_t x_{t-1}', from any value at lag 1. A slow process plus white
 * noise, of which an autoregression of finite order keeps only the first lags, is of this form.
 *
 * order 0 marks a set that does not hold this order. */
typedef struct syn_var {
    int order;
    double b[SYN_NFEAT][SYN_NFEAT];
    double a[SYN_MAX_ORDER][SYN_NFEAT][SYN_NFEAT];
} syn_var;

/* One parameter set; plain data, 50 kB. Read-only after loading and then safe from any thread. */
typedef struct syn_params {
    char name[64];
    char description[256];
    char project[256], licence[256], cite[256]; /* source.project, .licence, .cite; may be empty */
    double u0;                                  /* V, read voltage at which resistances are defined */
    double u_max;                               /* V, RESET is complete from here on */
    double eta;                                 /* exponent of the RESET transition */
    syn_poly hhrs, llrs;                /* A from V: the two extreme I-V curves, c[0] = 0; n 0 if exponential */
    syn_exponential exp_hhrs, exp_llrs; /* in place of both polynomials, unless positive.n is 0 */
    double iv_range;                    /* V, >= u_max: I/U is constant beyond; 0: 1.1 u_max */
    syn_scale scale[SYN_NFEAT];
    syn_poly gamma[SYN_NFEAT];    /* standard normal latent -> standardised feature; n 0 if there is a spline */
    syn_spline spline[SYN_NFEAT]; /* in place of the polynomial, unless n is 0 */
    bool in_turn; /* cell id is of component id mod n_components; otherwise each cell draws one by its weight */
    int n_components;
    double weight[SYN_MAX_COMPONENTS]; /* positive, sum 1 within 1e-3 */
    double mean[SYN_MAX_COMPONENTS][SYN_NDEVICE];
    double chol[SYN_MAX_COMPONENTS][SYN_NDEVICE][SYN_NDEVICE]; /* lower triangular */
    syn_var var[SYN_LONG];                                     /* var[p-1] has order p, or 0 if absent */
} syn_params;

/* The set compiled into the library: params/hfo2-1t1r.json. Needs neither a file nor memory and cannot fail.
 * Returns SYN_OK. err is not used. Any thread. */
syn_status syn_params_default(syn_params *out, syn_error *err);

/* Reads and validates a parameter file. err may be NULL; on failure *out is untouched and err names file,
 * line, field, what was expected and what was found.
 * Returns SYN_OK, SYN_EIO, SYN_ESYNTAX, SYN_EFORMAT, SYN_ENOMEM. Any thread. */
syn_status syn_params_load(const char *path, syn_params *out, syn_error *err);

/* The same from size bytes of text; name stands for the file in messages. */
syn_status syn_params_parse(const char *text, size_t size, const char *name, syn_params *out, syn_error *err);

/* Checks the figures themselves: counts within the limits above, all numbers finite, factors lower
 * triangular, weights positive with sum 1 within 1e-3 (equal if in_turn), every autoregression stable (spectral radius < 1;
 * of d, too, so that what h keeps of a start fades),
 * 0 < u0 < u_max, eta > 0, scales as they are defined, splines that do not fall, I-V curves of one form, exponential ones
 * between 1e-24 S and 1e6 S where they are evaluated, LLRS(u0) > 0, and LLRS - HHRS of one sign on (0, u_max], so that r(I,U)
 * is defined. err->field names the first figure that fails. Returns SYN_OK, SYN_EFORMAT. */
syn_status syn_params_validate(const syn_params *p, syn_error *err);

/* Largest absolute eigenvalue of the autoregression's companion matrix, or of k + d (below 1 = stationary), or NaN when
 * v->order is not 1 .. SYN_LONG or a coefficient is not finite. Any thread. */
double syn_var_spectral_radius(const syn_var *v);

#ifdef __cplusplus
}
#endif
#endif
