/* SPDX-License-Identifier: MIT */
/* Writing and reading the array of a crossbar: bits or conductances are written row by row.
 *
 * Voltages: a line has its voltage at all ends that are connected. To put u across the selected cells of a row, the row
 * gets u/2 and their columns get -u/2. The scheme says what the other lines get, and so what the other cells see:
 *   half-select (V/2): 0 V. Other cells of the row and of these columns see u/2, all others 0.
 *   third-select (V/3): other rows -u/6, other columns +u/6. No other cell sees more than u/3.
 *   full-select: 0 V at the row, -u at the columns of the selected cells. The access transistors of all other rows are
 *   off, so that only the row sees voltages.
 * The drop along the wires comes off these voltages. Reading: all ends of the columns are at 0 V, and their currents are
 * the result.
 *
 * To write, the crossbar must be bound to an array that is not read-only. Calls return SYN_OK, SYN_EINVAL (err names the
 * parameter), SYN_ENUMERIC (no solution was found), SYN_ENOMEM, or SYN_ESTOPPED (progress returned false). Cells that
 * were written before a failure stay written. err and the reports may be NULL.
 * Threads: as in crossbar.h. Units: SI. Matrices are column-major, as in array.h. */
#ifndef SYNAPTOGEN_CROSSBAR_WRITE_H
#define SYNAPTOGEN_CROSSBAR_WRITE_H

#include <synaptogen/crossbar.h>
#include <synaptogen/program.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum syn_scheme { SYN_HALF_SELECT, SYN_THIRD_SELECT, SYN_FULL_SELECT } syn_scheme;

/* Zero-initialise, or start from syn_write_default. */
typedef struct syn_write {
    syn_scheme scheme;
    double u_set;   /* V across a selected cell, without the drops along the wires: -10 <= u_set < 0 */
    double u_reset; /* V, the same for RESET: 0 < u_reset <= 10 */
    bool by_cell;   /* false: all cells of a row at once, first those that SET; true: one cell at a time */
    int steps;      /* in which each voltage is approached, so that cells switch in the order of their thresholds;
                     * 0: 1 */
    syn_progress progress; /* called after each row */
    uint64_t reserved[8];  /* 0, room to grow */
} syn_write;

/* Sets *how to one step and to voltages that suit the statistics of a model's cells.
 * Half and third select: unselected cells see a part (1/2 or 1/3) of the voltage. u_set is where as many selected cells
 * fail to SET as unselected cells SET by mistake. u_reset is the highest voltage at which at most one in a thousand
 * unselected LRS cells is RESET, and never above u_max. With third select it is never above -u_set either, because a third
 * of u_reset reaches other cells with the sign of a SET.
 * Full select: u_set SETs all but 1e-5 of the cells; u_reset is 10 % above u_max, for the drop across the transistors. */
void syn_write_default(const syn_model *m, syn_scheme scheme, syn_write *how);

typedef struct syn_write_report {
    size_t pulses;             /* voltages applied to the lines */
    size_t switched;           /* changes of selected cells */
    size_t disturbs;           /* changes of cells that were not selected */
    size_t disturbed;          /* cells that changed at least once while they were not selected */
    size_t wrong;              /* of bits: cells that are not in LRS for a 1, or in LRS for a 0, at the end */
    double residual;           /* A, the largest of all solutions */
    size_t newton, iterations; /* of all solutions, as in syn_solution */
} syn_write_report;

/* Writes bits[rows x cols]: nonzero is SET, 0 is RESET. disturbs[rows x cols], unless NULL, counts the changes of each
 * cell while it was not selected. */
syn_status syn_crossbar_write(syn_crossbar *x, const uint8_t *bits, const syn_write *how, uint32_t *disturbs,
                              syn_write_report *report, syn_error *err);

/* Writes and verifies the conductances target[rows x cols] [S] at u0, row by row, as syn_array_program does without
 * wires. The verifying read is syn_crossbar_read_row: the conductance that a read through the wires finds is brought to
 * the target. RESET pulses end at how->u_reset. report: the number of cells whose last read was within the tolerance,
 * and the errors of the cells' own conductances at the end, after all disturbs. g[rows x cols] [S], unless NULL: these
 * conductances. */
syn_status syn_crossbar_program(syn_crossbar *x, const float *target, const syn_program *program,
                                const syn_write *how, float *g, syn_program_report *report, syn_write_report *write,
                                syn_error *err);

/* Reads one row at u [V] with all other rows at 0 V: i[cols] [A] out of the ends of the columns. full: the other rows are
 * disconnected. */
syn_status syn_crossbar_read_row(syn_crossbar *x, size_t row, double u, bool full, double *i, syn_error *err);

/* Reads all rows at once: v[rows] [V] -> i[cols] [A] out of the ends of the columns. */
syn_status syn_crossbar_read(syn_crossbar *x, const double *v, double *i, syn_error *err);

/* Reads one cell at u [V] with all lines open but its own two: *i [A] contains the sneak currents through the other
 * cells. */
syn_status syn_crossbar_read_sneak(syn_crossbar *x, size_t row, size_t col, double u, double *i, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
