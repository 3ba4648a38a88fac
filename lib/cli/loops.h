/* SPDX-License-Identifier: MIT */
/* A picture of current-voltage loops: a panel for each cell, drawn by gnuplot while the data come. */
#ifndef CLI_LOOPS_H
#define CLI_LOOPS_H

#include "cli/gnuplot.h"

typedef struct loops_page {
    const char *path; /* of the picture, NULL: none */
    const char *name; /* of the instance, NULL: cells have numbers */
    const syn_model *model;
    uint64_t cells, first, cycles, seed;
    double u_min, u_max; /* V */
} loops_page;

typedef struct loops {
    const loops_page *page;
    gnuplot gnuplot;
    int panels, columns, rows; /* the first `panels` cells are drawn */
    bool drawing;              /* the present cell is one of them */
} loops;

/* The other functions do nothing if page->path is NULL or if this one fails. *page must stay. */
int loops_open(loops *p, const loops_page *page);
void loops_begin_cell(loops *p, uint64_t index);
void loops_point(loops *p, double u, double i, uint64_t cycle);
void loops_end_loop(loops *p);
void loops_end_cell(loops *p);
int loops_close(loops *p, bool keep);

#endif
