/* SPDX-License-Identifier: MIT */
/* Allowed values of the parameters of a .model. */
#ifndef CODEMODELS_PARAMETERS_H
#define CODEMODELS_PARAMETERS_H

#include "host.h"

#include <synaptogen/cell.h>

/* Reads a parameter that must be a whole number in [low, high], apart from the rounding of expressions (synp_whole).
 * Returns false after host_fail. */
bool host_whole_number(const char *name, double value, double low, double high, double *out);

/* Reads a number that must be in [low, high]. unit: " ohm", or "". Returns false after host_fail. */
bool host_in_range(const char *name, double value, double low, double high, const char *unit);

/* Reads a parameter that must be one of two words. *out says whether it is the second. The numbers 0 and 1 stand
 * for the words, because an expression in braces becomes a number. Returns false after host_fail. */
bool host_choice(const char *name, const char *value, const char *first, const char *second, bool *out);

/* Checks the multiplier of schematic editors, which must be 1: two instances in parallel would be different devices. what:
 * "cells", "tiles" or "arrays". Returns false after host_fail. */
bool host_multiplier(double m, const char *what);

/* Reads the start of a cell from the parameters init, start and r_init; NULL: not given. Returns false after
 * host_fail. */
bool host_start(const char *init, const char *start, const double *r_init, syn_start *out);

#endif
