/* SPDX-License-Identifier: MIT */
/* Measurements, the set that was fitted to them, and another set: what is different about these devices. */
#ifndef CLI_REPORT_BESIDE_H
#define CLI_REPORT_BESIDE_H

#include "cli/report/report.h"

/* Both sets against the same features. */
typedef struct beside {
    const report *fitted, *other;
    const syn_model *fitted_model, *other_model;
    bool has_curves; /* the I-V curves were fitted, too */
} beside;

/* A table in Markdown, with links to the pictures if there are some. */
void beside_text(const beside *b, bool pictures, FILE *f);

/* beside_plot.c: beside.png, and curves.png if there are curves, in the folder. */
int beside_plot(const beside *b, const char *folder);

#endif
