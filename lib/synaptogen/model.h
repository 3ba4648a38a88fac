/* SPDX-License-Identifier: MIT */
/* A parameter set made ready for use at one order of the autoregression, and the I-V curve of a cell.
 *
 * Signs: u [V] and i [A] from top electrode (te) to bottom electrode (be); positive u RESETs, negative u SETs.
 * State r: dimensionless, 0 = the LLRS curve, 1 = the HHRS curve; larger r is more resistive.
 *   I(r,U) = (1-r) LLRS(U) + r HHRS(U)                       (Hennen et al. 2024, doi:10.1109/TED.2024.3427616)
 * LLRS and HHRS are two polynomials, or two exponentials: U exp(sum_j c[j] |U|^j), see params.h.
 * The polynomials were fitted for |U| up to about u_max. Beyond |U| = 1.1 u_max they would turn downwards and
 * change sign, so there the chord conductance I/U is held at its value at 1.1 u_max: I(r,U) = U g(r, +-1.1 u_max),
 * still linear in r. A set may give another voltage in place of 1.1 u_max: iv_range.
 *
 * A cell is passive: where this mixture would carry a current against its voltage, the current is 0 instead. This
 * departs from the publication. In the built-in set it concerns resistances above 3.84 Mohm between -0.095 V and 0.2 V.
 * There the published current is 25 nA at most. Two RESETs of 100,000 end at such a resistance. The current at u0 is as
 * published. */
#ifndef SYNAPTOGEN_MODEL_H
#define SYNAPTOGEN_MODEL_H

#include <stdint.h>
#include <synaptogen/params.h>
#include <synaptogen/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable after creation and then safe from any thread. */
typedef struct syn_model syn_model;

/* How to make a model. Zero-initialise it: 0 is the default of every member. */
typedef struct syn_model_options {
    int order; /* of the autoregression: 1 .. SYN_LONG and present in the set; 0: SYN_LONG if present, else the largest */
    uint64_t reserved[8]; /* 0, room to grow */
} syn_model_options;

/* Copies the set p, validates it and derives what the cells need. o NULL: defaults. err may be NULL. Returns SYN_OK,
 * SYN_EINVAL (an option), SYN_EFORMAT or SYN_ENUMERIC (the set), SYN_ENOMEM. *out is NULL on failure. */
syn_status syn_model_create(const syn_params *p, const syn_model_options *o, syn_model **out, syn_error *err);

/* The same from a parameter file; path NULL: the built-in set. Returns also what syn_params_load returns. */
syn_status syn_model_open(const char *path, const syn_model_options *o, syn_model **out, syn_error *err);

/* NULL is allowed. */
void syn_model_free(syn_model *m);

const syn_params *syn_model_params(const syn_model *m);

/* Returns the order in use, 1 .. SYN_MAX_ORDER, or SYN_LONG. */
int syn_model_order(const syn_model *m);

/* Covariance E[x_t[i] x_{t-lag}[j]] of the stationary latent process, 0 <= lag <= SYN_MAX_LAG, into c[i][j]. Takes a time
 * in proportion to the lag. err may be NULL. Returns SYN_OK or SYN_EINVAL (lag). */
enum { SYN_MAX_LAG = 100000 };
syn_status syn_model_autocovariance(const syn_model *m, int lag, double c[SYN_NFEAT][SYN_NFEAT], syn_error *err);

/* The memory of a feature's latent in two figures. From lag 1 on its autocorrelation falls to 1/e in `cycles` cycles; share is
 * what it would be at lag 0 if it fell as fast before. Of a slow process with autocorrelation exp(-lag / cycles) plus white
 * noise, share is the part of the variance that the slow process has. Both are 0 if the autocorrelation at lag 1 is below
 * 0.001; cycles is infinite if it takes more than SYN_MAX_LAG. */
typedef struct syn_memory {
    double share, cycles;
} syn_memory;

/* feature: SYN_LOG10_R_HRS .. SYN_U_RESET, else both figures are NAN. */
syn_memory syn_model_memory(const syn_model *m, int feature);

/* Voltage [V] beyond which the chord conductance is held: iv_range, or 1.1 u_max. */
double syn_model_u_linear(const syn_model *m);

/* Chord conductance I(r,u)/u in S, continuous through u = 0, >= 0. Linear in r where it is positive. Any finite r, u. */
double syn_chord(const syn_model *m, double r, double u);

/* Returns I(r,u) [A] without noise. Sets *slope, unless slope is NULL, to dI/du [S] at fixed r. The slope can be
 * negative: LLRS falls beyond about 1.4 V and -1.2 V. It is 0 where the mixture is negative. Pure, any thread. */
double syn_current(const syn_model *m, double r, double u, double *slope);

/* The state with a given resistance [ohm] at u0, r(R) = (G_LLRS - 1/R) / (G_LLRS - G_HHRS), and the inverse,
 * R = u0 / I(r,u0). resistance > 0. A resistance below that of LLRS gives r < 0, which is allowed. Beyond the state of
 * an infinite resistance, where no cell is, R is negative: that of the mixture. */
double syn_state_of_resistance(const syn_model *m, double resistance);
double syn_resistance_of_state(const syn_model *m, double r);

/* The state whose current at u, 0 < u <= u_max, is i: r = (i - LLRS(u)) / (HHRS(u) - LLRS(u)). */
double syn_state_of_current(const syn_model *m, double i, double u);

#ifdef __cplusplus
}
#endif
#endif
