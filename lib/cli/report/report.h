/* SPDX-License-Identifier: MIT */
/* The report of `synaptogen validate`: a text and four pictures. */
#ifndef CLI_REPORT_REPORT_H
#define CLI_REPORT_REPORT_H

#include "cli/gnuplot.h"

typedef struct report {
    const char *set, *features; /* names */
    const syn_validation *v;
    const syn_device_scatter *measured, *generated; /* of v->devices devices */
} report;

/* "log10(R_HRS/Ω)", "U_S (V)", "R_LRS (Ω)", "U_R (V)". */
extern const char *const report_labels[SYN_NFEAT];

/* Tables in Markdown, with links to the pictures if there are some. */
void report_text(const report *r, bool pictures, FILE *f);

/* Makes the folder if need be and fills it. */
int report_write(const report *r, const char *folder);

/* plot.c: qq.png, autocorrelation.png, correlation.png, devices.png in the folder. */
int report_plot(const report *r, const char *folder);

#endif
