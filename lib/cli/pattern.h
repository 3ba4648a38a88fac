/* SPDX-License-Identifier: MIT */
/* Bits for a crossbar and the voltages that write them: shared by `netlist crossbar` and `crossbar write`. */
#ifndef CLI_PATTERN_H
#define CLI_PATTERN_H

#include "cli/cli.h"
#include "cli/options.h"

typedef struct pattern_options {
    uint64_t rows, cols;   /* 0 if absent */
    const char *pattern;   /* a file or a word, NULL if absent */
    int scheme;            /* syn_scheme, OPTION_ABSENT if absent */
    double v_set, v_reset; /* V, 0 if absent */
    int mode;              /* syn_mode before the first pulse */
} pattern_options;
extern const cli_option options_pattern[]; /* --rows, --cols, --pattern, --scheme, --v-set, --v-reset, --init */

typedef struct pattern {
    size_t rows, cols;
    unsigned char *bits; /* [rows x cols], cell (i, j) at i + rows j; 1 is LRS */
} pattern;

/* The bits that *o asks for. state: file of an array that the bits must fit, NULL if there is none. The bits are to be
 * freed, also after a failure. */
int pattern_make(const pattern_options *o, const char *state, uint64_t seed, pattern *out);

/* Voltages [V] across a selected cell: those of *o, else the library's in steps of 10 mV. */
void pattern_voltages(const pattern_options *o, syn_scheme scheme, const syn_model *m, double *v_set,
                      double *v_reset);

#endif
