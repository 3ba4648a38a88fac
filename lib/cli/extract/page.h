/* SPDX-License-Identifier: MIT */
/* The picture of an extraction: four loops with their figures, the share of measured figures and of each word over the cycles,
 * and the features over the cycles. It needs the memory of 66 loops. */
#ifndef CLI_EXTRACT_PAGE_H
#define CLI_EXTRACT_PAGE_H

#include "cli/gnuplot.h"

#include <synaptogen/synaptogen.h>

enum { PAGE_SAMPLE = 64, PAGE_BINS = 50, PAGE_VALUES = 100 };

/* A copy of a loop and its figures. n = 0: none. */
typedef struct page_loop {
    syn_sweep s;
    syn_measured m;
    double score; /* the number of its figures, less their mean relative error */
} page_loop;

/* Cycles of one range of numbers. Of each feature it keeps PAGE_VALUES figures at random. */
typedef struct page_bin {
    uint64_t cycles, words[SYN_NFEAT][SYN_QUALITIES];
    float value[SYN_NFEAT][PAGE_VALUES];
    int n[SYN_NFEAT];
} page_bin;

typedef struct extract_page {
    uint64_t loops; /* seen */
    page_loop best, worst, sample[PAGE_SAMPLE];
    uint64_t width; /* cycles of a bin */
    page_bin bin[PAGE_BINS];
    double u0; /* V */
} extract_page;

/* NULL if there is no memory. */
extract_page *page_create(double u0);
/* NULL is allowed. */
void page_free(extract_page *p);

/* p NULL: these do nothing. Return false if there is no memory. */
bool page_add_loop(extract_page *p, const syn_sweep *s, const syn_measured *m);
void page_add_cycle(extract_page *p, const syn_extracted *e);

/* page_plot.c: draws the picture at path. */
int page_draw(extract_page *p, const char *path);

#endif
