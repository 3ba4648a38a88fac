/* SPDX-License-Identifier: MIT */
/* Limits of physical draws, shared by the reference, the kernels and the distributions. All of them together touch fewer
 * than 1e-9 of the draws of the published set. */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#define SYNP_LOG10_R_HRS_MIN 2    /* log10(ohm) */
#define SYNP_LOG10_R_HRS_MAX 12   /* log10(ohm) */
#define SYNP_THRESHOLD_MIN   0.01 /* V, of U_R and -U_S */
#define SYNP_FEATURE_MAX     1e12 /* magnitude of a feature in the scales log and inverse */
#define SYNP_RESISTANCE_MAX  1e12 /* ohm, at which a cell may start */

#endif
