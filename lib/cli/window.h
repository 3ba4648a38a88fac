/* SPDX-License-Identifier: MIT */
/* The conductances that cells reach, and what can be told apart in them. */
#ifndef CLI_WINDOW_H
#define CLI_WINDOW_H

#include "cli/shared.h"

typedef struct window_options {
    double tolerance; /* relative */
    uint64_t attempts;
    double bandwidth, error_rate; /* Hz and share, of the reads that tell levels apart */
} window_options;
extern const cli_option options_window[]; /* --tolerance, --attempts, --bandwidth, --error-rate */

/* Prints the window of an array, or of fresh cells of the seed if a is NULL. */
int window_print(FILE *f, const window_options *o, const syn_model *m, uint64_t seed, const syn_array *a);

#endif
