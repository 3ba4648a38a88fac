/* SPDX-License-Identifier: MIT */
/* Measured sweeps: the options that say how they were recorded, and what a look at them shows. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/cli.h"
#include "cli/options.h"

#include <synaptogen/synaptogen.h>

typedef struct look_options {
    double u0;    /* V */
    int polarity; /* syn_polarity */
} look_options;
extern const cli_option options_look[]; /* --u0, --polarity */

/* The options as the library takes them. */
syn_record_options look_settings(const look_options *o);

/* What is unusual in a record, a line for each: nothing for a record in the form of sweep.h without offset. */
void look_warn(FILE *f, const syn_record *r, bool polarity_given);

/* Everything that was seen, a line for each figure. */
void look_print(FILE *f, const syn_record *r);

#endif
