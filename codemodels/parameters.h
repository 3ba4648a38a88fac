/* SPDX-License-Identifier: MIT */
/* Parameters of a .model and their allowed values. */
#ifndef CODEMODELS_PARAMETERS_H
#define CODEMODELS_PARAMETERS_H

#include "host.h"

#include <synaptogen/cell.h>

/* A parameter that must be a whole number in [low, high]. 0 after host_fail. */
int host_whole_number(const char *name, double value, double low, double high, double *out);

/* A parameter that must be one of two words, or their number 0 or 1, which is what an expression in braces becomes. 0
 * after host_fail. */
int host_choice(const char *name, const char *value, const char *first, const char *second, int *out);

/* The start of a cell from the parameters init, start and r_init, NULL if not given. 0 after host_fail. */
int host_start(const char *init, const char *start, const double *r_init, syn_start *out);

#endif
