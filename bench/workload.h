/* SPDX-License-Identifier: MIT */
/* What a run does, the same for every contender: voltages and times of the pulses, and how the lines are connected. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* write  ops row operations on an n x n array by half-select: each is a SET and a RESET pulse for all n cells of a row.
 *        For n = 1: a train of ops pulse pairs.
 * full   ops such pulse pairs for all cells at once (full-select).
 * loops  ops slow I-V loops of one cell.
 * read   ops reads of all columns at once, with about half of the rows at the read voltage.
 * each   ops single cells, one simulation each, every one another device.
 * All but read end with a read of row 0. */
typedef enum workload_kind { WORK_WRITE, WORK_FULL, WORK_LOOPS, WORK_READ, WORK_EACH } workload_kind;

/* crossbar  each row and each column has its own source.
 * shared    all columns are one node.
 * wires     as crossbar, with wires: `segment` ohm per cell and `end` ohm between source and line. */
typedef enum workload_lines { LINES_CROSSBAR, LINES_SHARED, LINES_WIRES } workload_lines;

extern const char *const workload_names[], *const lines_names[]; /* NULL ends each */

typedef struct workload {
    workload_kind kind;
    workload_lines lines;
    size_t n, ops; /* n: rows and columns */
    uint64_t seed;
    double v_set, v_reset, v_read; /* V over a selected cell; 0: no such pulse */
    double edge, plateau, gap;     /* s: a ramp, the flat part of a pulse, the pause after it */
    double half, period;           /* s: from a SET to its RESET pulse, from one operation to the next */
    double stop;                   /* s, end of the simulation */
    size_t operations;             /* in one simulation */
    bool split;                    /* half of the voltage on the row, half on the column */
    bool all_rows;                 /* every operation selects all rows */
    double segment, end;           /* ohm, of wires; 0: ideal */
    double beta;                   /* ohm / (V s), rate of the memristor */
} workload;

/* Fills *w from the words WORKLOAD LINES N OPS. Returns false, with a line on standard error, if one is refused. */
bool workload_parse(char *const words[4], workload *w);

/* About half of the rows, scattered: those that a read selects. */
bool workload_selects(size_t row);

/* How many things a run does that a time per item counts: cells written, cells read, loops, or single cells. */
double workload_items(workload_kind kind, size_t n, size_t ops);

/* The voltage over cell (0, 0) as linear ramps from 0 V on; the last ends at the read voltage. */
typedef struct ramp {
    double duration, v; /* s, V at its end */
} ramp;

/* Sets *ramps to an array of malloc and returns their number; 0 if there is no memory. */
size_t workload_ramps(const workload *w, ramp **ramps);

#endif
