/* SPDX-License-Identifier: MIT */
/* What the test programs share: fixtures, and the model's statistics by routes of their own, written from the
 * equations and not from the library's sources. */
#ifndef TESTS_SUPPORT_SUPPORT_H
#define TESTS_SUPPORT_SUPPORT_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdint.h>
#include <synaptogen/synaptogen.h>

/* The default set, and a model of it at an order; kept until the program ends. */
const syn_params *support_params(void);
const syn_model *support_model(int order);

/* The default set with everything that format 2 adds: five devices in turn, splines of u_set and r_lrs, and the scales
 * linear, log, inverse, log. */
const syn_params *support_second_format(void);

/* The default set with exponential I-V curves up to 2 V. They differ for the signs of the voltage. Up to 1.5 V the chord of HHRS
 * rises 10^4 times, that of LLRS 11 times. The devices have an R_HRS of 10 Mohm. */
const syn_params *support_exponential(void);

/* exp(c[0]) exp(c[1] |u|) exp(c[2] u^2) .. u: the current of such a curve, factor by factor. */
double support_exponential_current(const syn_exponential *e, double u);
/* The built-in set with a form of long memory besides its orders. log10 R_HRS: autocorrelation SUPPORT_SHARE SUPPORT_DECAY^lag,
 * from an AR(1) plus white noise, variance 1. U_S: no memory. R_LRS and U_R depend on each other's past and innovations. */
#define SUPPORT_SHARE 0.242
#define SUPPORT_DECAY 0.968
const syn_params *support_long(void);

/* Gamma of feature i, written from the definition: powers, or Hermite's basis functions between the knots. */
double support_gamma(const syn_params *p, int i, double x);

/* A feature from its value in its scale. */
double support_feature(const syn_params *p, int i, double v);

/* A model of a set, to be freed. */
syn_model *support_model_of(const syn_params *p, int order);

/* Expects that a call returned `status` and that its error names this field and says this text, or part of it. */
void support_refused(syn_status found, syn_status status, const syn_error *err, const char *field, const char *text);

/* The path of a file of the running test, which is empty at first. support_remove_temporary removes it; as .fini of a
 * suite it does so after each test. */
char *support_temporary(void);
void support_remove_temporary(void);

/* A path below the source folder, kept until the fourth call from here. */
const char *support_path(const char *name);

/* params/hfo2-1t1r.json as it leaves sed with these arguments, to be freed. "-n p" is the file itself. */
char *support_edited_params(const char *sed_arguments, size_t *size);

/* A generator that is not the library's (Knuth's MMIX congruence, high bits): uniform in [low, high). */
double support_uniform(uint64_t *state, double low, double high);

/* A standard normal from two numbers of that generator (Box and Muller). */
double support_normal(uint64_t *state);

/* sum_j c[j] x^j by powers. */
double support_power_sum(const syn_poly *p, double x);

/* Sum over j < terms of Psi_{j+lag} B B' Psi_j', Psi_j being the response of x_{t+j} to the innovation of t:
 * E[x_t x_{t-lag}'] of the stationary process for many terms (SUPPORT_FOREVER), the covariance of cycle
 * terms - 1 after a cold start for lag 0. */
enum { SUPPORT_FOREVER = 3000 };
void support_covariance(const syn_var *v, int terms, int lag, double c[SYN_NFEAT][SYN_NFEAT]);

/* Numbers of random cases, samples or rounds: `usual` for make check, `many` for make check-long, which sets
 * $SYNAPTOGEN_TEST_LEVEL to "long". */
int support_cases(int usual, int many);

/* Skips the test that calls it, except in make check-long. For tests of more than 15 s that have no shorter form. */
void support_long_only(void);

/* Keeps the larger: for worst cases over a loop. A NaN is the worst of all. */
void support_worst(double *worst, double value);

#endif
