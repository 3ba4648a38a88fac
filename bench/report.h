/* SPDX-License-Identifier: MIT */
/* Everything that the report is made from, and the tables that a mark in report.md.in stands for. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "contender.h"
#include "result.h"

/* A line "name=value" of machine.txt. */
typedef struct fact {
    char *name, *value;
} fact;

/* The library alone: items per second of one thing, by how it is computed; 0 where it is not. */
typedef enum library_column {
    LIBRARY_REFERENCE,
    LIBRARY_ONE_THREAD,
    LIBRARY_ALL_THREADS,
    LIBRARY_NUMPY,
    LIBRARY_PUBLIC_NUMPY,
    LIBRARY_COLUMNS
} library_column;

typedef struct library_row {
    char *what;
    double best[LIBRARY_COLUMNS];
} library_row;

typedef struct training_row {
    char *what;
    size_t devices, cycles;
    double seconds;
} training_row;

typedef struct report {
    contenders all;
    runs runs;
    results results;
    fact *facts;
    size_t facts_count, facts_room;
    library_row *library;
    size_t library_count, library_room;
    training_row *training;
    size_t training_count, training_room;
} report;

/* The value of a fact, "" if there is none. */
const char *report_fact(const report *r, const char *name);

/* NULL where a contender was not tried. */
const result *report_find(const report *r, workload_kind kind, workload_lines lines, size_t n, const char *who);

/* The same, but NULL, too, where it has no time. */
const result *report_timed(const report *r, workload_kind kind, workload_lines lines, size_t n, const char *who);

/* The sizes of a workload, rising. Returns their number, at most `room`. */
size_t report_sizes(const report *r, workload_kind kind, workload_lines lines, size_t *sizes, size_t room);

/* A mark of the template: the name of a table, then words that the table's line in tables.c explains. Prints the table, and
 * nothing if there are no figures for it. Returns false if there is no such mark. Changes the mark. */
bool report_put(const report *r, char *mark, FILE *f);

/* Reads the figures of the library alone from bench_*.csv, numpy.csv and public.csv in the current folder, as far as they
 * exist. */
bool report_read_library(report *r);

bool report_write_json(const report *r, const char *path);

/* Data of plots.gp. A block for each contender; columns: n; s per item: median, least, most; MiB; times of jart and of
 * jart_xtrtol as multiples of this one, and this one as a multiple of conductance. */
bool report_write_plot_data(const report *r, workload_kind kind, workload_lines lines, const char *path);

#endif
