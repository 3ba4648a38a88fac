/* SPDX-License-Identifier: MIT */
/* Files of measured sweeps: the options that say what is in them. */
#ifndef CLI_SWEEPS_H
#define CLI_SWEEPS_H

#include "cli/cli.h"
#include "cli/options.h"

typedef struct sweeps_options {
    const char *columns, *scale;
    double shunt; /* ohm, 0: none */
    bool cycle_per_file, pairs;
} sweeps_options;
extern const cli_option options_sweeps[]; /* --columns, --scale, --shunt, --cycle-per-file, --pairs */

/* What the help says of files of sweeps. */
extern const char sweeps_input[];

/* The options as the library takes them. */
syn_import sweeps_import(const char *const *files, size_t n, const sweeps_options *o);

int sweeps_open(const cli_line *files, const sweeps_options *o, syn_sweeps **out);

/* What the file is and which columns were taken, a line for each. */
void sweeps_form(FILE *f, const syn_sweeps *r);

/* Prints the library's remarks on the sweeps that were read, a line for each. */
void sweeps_notes(FILE *f, const syn_sweeps *r);

/* The failure of files without sweeps. */
int sweeps_fail_empty(const cli_line *files);

#endif
