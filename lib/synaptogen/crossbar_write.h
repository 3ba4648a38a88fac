/* SPDX-License-Identifier: MIT */
/* What is done with a crossbar of an array: writing bits or conductances row by row, and reading.
 *
 * Lines get their voltages at all ends that are connected. Row i and the columns of the selected cells get +1/2 and
 * -1/2 of the voltage that a cell is to see; the other lines 0 (half-select, V/2: other cells of these lines see half
 * of it), or -1/6 and +1/6 (V/3: all other cells see a third of it at most); or the cells of all other rows are
 * disconnected (full-select, by their access transistors). The crossbar must be bound to an array that is not
 * read-only. Calls return SYN_OK, SYN_EINVAL (err names the parameter), SYN_ENUMERIC (no solution), SYN_ENOMEM, or
 * SYN_ESTOPPED when the progress function asked for that; what was written by then stays written. err and reports may
 * be NULL. */
#ifndef SYNAPTOGEN_CROSSBAR_WRITE_H
#define SYNAPTOGEN_CROSSBAR_WRITE_H

#include <synaptogen/crossbar.h>
#include <synaptogen/program.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum syn_scheme { SYN_HALF_SELECT, SYN_THIRD_SELECT, SYN_FULL_SELECT } syn_scheme;

typedef struct syn_write {
    syn_scheme scheme;
    double u_set, u_reset; /* V, across a selected cell without the drops along the wires: -10 .. 0, 0 .. 10 */
    bool by_cell;          /* false: all cells of a row at once, the ones, then the zeros; true: one cell at a time */
    int steps; /* in which each voltage is approached, so that cells switch in the order of their thresholds; 0: 1 */
    /* Called after every row; nonzero stops. NULL: none. */
    int (*progress)(void *context, size_t done, size_t total);
    void *context;
} syn_write;

/* One step and voltages that suit the statistics of a model's cells. Half and third: SET at the largest voltage that
 * is missed by as many cells as its part, which other cells see, SETs; RESET at the largest whose part RESETs no more
 * than one in a thousand of the other cells in LRS, and no higher than u_max; V/3, no higher than SET, too, because a
 * third of it reaches other cells as a SET voltage. Full, where transistors spare all other cells: SET for all but
 * 1e-5 of the cells, RESET 10 % above u_max for the drop across them. */
void syn_write_default(const syn_model *m, syn_scheme scheme, syn_write *how);

typedef struct syn_write_report {
    size_t pulses;    /* voltages applied to the lines */
    size_t switched;  /* changes of selected cells */
    size_t disturbs;  /* changes of cells that were not selected */
    size_t disturbed; /* cells that this happened to, once or more */
    size_t wrong;     /* of bits: cells not in LRS where there is a 1, or in LRS where there is a 0 */
    double residual;  /* A, the largest of all solutions */
    size_t newton, iterations;
} syn_write_report;

/* bits[rows x cols], column-major: nonzero is SET, 0 is RESET. disturbs[rows x cols], unless NULL, counts the changes
 * of each cell while it was not selected. */
syn_status syn_crossbar_write(syn_crossbar *x, const uint8_t *bits, const syn_write *how, uint32_t *disturbs,
                              syn_write_report *report, syn_error *err);

/* Write-verify of conductances target[rows x cols] [S] at u0, row by row, as syn_array_program does without wires.
 * The verifying read is that of syn_crossbar_read_row, so it is the conductance that reads through the wires find
 * which comes to the target; RESET pulses end at how->u_reset. report: cells that their last read found within the
 * tolerance, and the errors of these cells' own conductances at the end, after all disturbs; g[rows x cols] [S],
 * unless NULL, likewise. */
syn_status syn_crossbar_program(syn_crossbar *x, const float *target, const syn_program *program,
                                const syn_write *how, float *g, syn_program_report *report, syn_write_report *write,
                                syn_error *err);

/* Row `row` at u [V], all other lines at 0: i[cols] [A] out of the columns' ends. full: other rows are disconnected. */
syn_status syn_crossbar_read_row(syn_crossbar *x, size_t row, double u, bool full, double *i, syn_error *err);

/* All rows at once: v[rows] [V] -> i[cols] [A] out of the columns' ends, which are at 0 V behind their resistances.
 */
syn_status syn_crossbar_read(syn_crossbar *x, const double *v, double *i, syn_error *err);

/* The current [A] of a read of one cell at u [V] with all lines but its own two open: the sneak paths through the
 * others add to it. */
syn_status syn_crossbar_read_sneak(syn_crossbar *x, size_t row, size_t col, double u, double *i, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
