/* SPDX-License-Identifier: MIT */
/* What the two forms of I-V curves share in their fit. Private to the library. */
#ifndef TRAIN_CURVES_H
#define TRAIN_CURVES_H

#include <synaptogen/curves.h>

/* A point of a branch: V, A, and the conductance of the cell at u0 in S. */
typedef struct synp_curve_point {
    double u, i, g;
} synp_curve_point;

/* What exponential curves are fitted to. */
typedef struct synp_exponential_data {
    const synp_curve_point *points;
    size_t n;
    double u0, range; /* V: of the resistances; largest |u| */
    double noise;     /* A: standard deviation of a current, 0 if unknown */
    double g[2];      /* S at u0 of LLRS and HHRS */
    double gap_to;    /* V: LLRS stays above HHRS up to here; 0: no care is taken */
} synp_exponential_data;

typedef struct synp_exponential_fit {
    syn_exponential curve[2];           /* LLRS, HHRS */
    int degree;                         /* of the exponents in |u| */
    bool mirrored[2][SYN_CURVES_SIDES]; /* this side of LLRS, HHRS has no points: it is that of the other sign */
} synp_exponential_fit;

/* Returns SYN_OK, SYN_ENOMEM, or SYN_EDATA if the points do not determine the curves. */
syn_status synp_fit_exponential(const synp_exponential_data *d, synp_exponential_fit *out, syn_error *err);

#endif
