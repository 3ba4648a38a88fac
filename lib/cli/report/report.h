/* SPDX-License-Identifier: MIT */
/* A parameter set against measured features: a text and four pictures. */
#ifndef CLI_REPORT_REPORT_H
#define CLI_REPORT_REPORT_H

#include "cli/gnuplot.h"

typedef struct report {
    const char *set, *features; /* names */
    syn_validation *v;
    syn_device_scatter *measured, *generated; /* of v->devices devices */
} report;

/* compare.c: fills v, measured and generated, with a bar of its own. report_free frees them, also after a failure. */
int report_compare(report *r, const syn_model *m, const syn_features *f, const syn_validate_options *how);
void report_free(report *r);

/* "log10(R_HRS/Ω)", "U_S (V)", "R_LRS (Ω)", "U_R (V)". */
extern const char *const report_labels[SYN_NFEAT];

/* Verdict and tables in Markdown below a title of the caller's, with links to the pictures if there are some. */
void report_title(const report *r, FILE *f);
void report_text(const report *r, bool pictures, FILE *f);

/* "51 of 53 figures agree, and 1 more but for a hair" */
void report_verdict(const syn_validation *v, FILE *f);

/* Makes the folder if need be and fills it. */
int report_write(const report *r, const char *folder);

/* plot.c: qq.png, autocorrelation.png, correlation.png, devices.png in the folder. */
int report_plot(const report *r, const char *folder);

/* A picture as gnuplot's commands, written to f. subject: what it shows. */
typedef void plot_picture(const void *subject, FILE *f);
/* Draws a picture into the file NAME of the folder. */
int plot_draw(const char *folder, const char *name, plot_picture *picture, const void *subject);
/* Terminal, lines and title. */
void plot_style(FILE *f, const char *title, int width, int height);
/* The margins of panel k of 2 x 2. */
void plot_panel(FILE *f, int k);

#endif
