/* SPDX-License-Identifier: MIT */
/* From a file of features, and sweeps, to a parameter set. */
#ifndef CLI_FIT_H
#define CLI_FIT_H

#include "cli/extract/extract.h"

typedef struct fit_settings {
    const char *params, *name;          /* NULL if absent */
    uint64_t order, components, degree; /* 0 is auto */
    uint64_t starts, skip, seed;
    int devices, marginals, trend, curves;
    double compliance; /* A; 0 if absent */
} fit_settings;
extern const cli_option options_fit[];

typedef struct fit_request {
    const char *features, *output; /* files; output NULL is standard output */
    const extract_request *sweeps; /* for the curves; NULL: they are those of settings.params */
    double u0;                     /* V, at which the resistances were read */
    fit_settings settings;
} fit_request;

/* Fits the set and writes it. told gets a summary. */
int fit_features(const fit_request *o, FILE *told);

#endif
