/* SPDX-License-Identifier: MIT */
/* What was measured: a row of runs.csv for each run, a row of summary.csv for the repeats of one contender at one size. */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include "workload.h"
#include <stdio.h>

/* STATUS_CRASHED: ended by a signal. STATUS_FAILED: ended with an exit status other than 0. STATUS_STUCK: the simulator
 * gave up or wrote no currents. STATUS_WRONG: the currents deviate too much from the reference. */
typedef enum run_status {
    STATUS_OK,
    STATUS_TIMEOUT,
    STATUS_CRASHED,
    STATUS_FAILED,
    STATUS_STUCK,
    STATUS_WRONG
} run_status;

extern const char *const status_names[]; /* NULL ends it */

/* In the order of the columns. A figure that is missing is NAN, an empty field. */
typedef struct run {
    workload_kind kind;
    workload_lines lines;
    size_t n, ops;
    char *contender;
    size_t repeat; /* 0: the warm-up */
    run_status status;
    double simulation;         /* s, processor time of the simulation alone */
    double wall, user, system; /* s, of the whole process */
    double peak;               /* KiB, resident memory */
    double accepted, rejected; /* time points */
    double iterations;
    double deviation; /* of the currents, relative; "none" if there are no currents */
} run;

typedef struct runs {
    run *list;
    size_t count, room;
} runs;

/* Reads runs.csv. Returns false, with "file:line:column: .." on standard error, if a row is refused. */
bool runs_read(const char *path, runs *r);
void runs_free(runs *r);
void runs_print_head(FILE *f);
void run_print(const run *r, FILE *f);

/* One contender at one size. Times are those of the repeats; the warm-up counts where there is no other run. */
typedef struct result {
    const run *last;             /* of its runs: names, size and counts */
    run_status status;           /* of the first run that was not ok */
    size_t timed;                /* runs that have a time */
    double seconds, least, most; /* per item (see workload_items): median, least, most; NAN if the status is not ok */
    double wall, peak;           /* s, median; KiB, most */
} result;

/* Time of a as a multiple of that of b; NAN if one of them is NULL. */
double result_ratio(const result *a, const result *b);

typedef struct results {
    result *list; /* in the order of the first runs */
    size_t count, room;
} results;

/* Sums the runs up; they must outlive the results. Returns false if there is no memory. */
bool results_make(const runs *r, results *s);
void results_print(const results *s, FILE *f);

#endif
