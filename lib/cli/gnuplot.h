/* SPDX-License-Identifier: MIT */
/* gnuplot as a process: it reads commands from a pipe and draws a picture. */
#ifndef CLI_GNUPLOT_H
#define CLI_GNUPLOT_H

#include "cli/cli.h"

/* Data are datablocks: gnuplot 6 warns of each line that it reads from '-' in a multiplot. */
typedef struct gnuplot {
    output picture;
    FILE *commands; /* gnuplot's standard input; NULL if it does not run */
    int process;
} gnuplot;

/* The features with their units, with gnuplot's markup for subscripts. */
extern const char *const gnuplot_features[SYN_NFEAT];

/* Refuses a --plot that ends neither with .png nor with .svg. */
int gnuplot_check_name(const char *path);

/* Starts gnuplot for a picture at path. */
int gnuplot_start(gnuplot *g, const char *path);
/* Waits for the end and puts the picture in its place (keep) or removes it. Does nothing if gnuplot does not run. */
int gnuplot_close(gnuplot *g, bool keep);

/* "svg" or "pngcairo". */
const char *gnuplot_terminal(const char *path);
/* 'text' as a string of gnuplot: quotes are doubled, control characters become blanks. */
void gnuplot_string(FILE *f, const char *text);
/* Distance between labels: the largest of 1, 2, 5 times a power of ten that divides span into at least n parts. */
double gnuplot_tick(double span, int n);

#endif
