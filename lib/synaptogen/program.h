/* SPDX-License-Identifier: MIT */
/* Write-verify: sets cells to target conductances with pulses, for example to the weights of a network.
 *
 * A cell that does not read within the tolerance is SET, then RESET by pulses that climb until the read has come down
 * to the target. The height of the next pulse follows from the last read: it climbs by ln(g / target) / steepness,
 * not less than step_min and not more than step_max. A cell that has gone past the target, or that is fully RESET and
 * still above it, is SET again: the next cycle draws new thresholds and resistances. A cell whose LRS is too resistive
 * for its target is fully RESET before the next attempt; after the last one it stays in this LRS, which is the nearest that it
 * got. A target of 0 means as small as it gets: one full RESET.
 *
 * Threads: calls on one array must not overlap; inside a call OpenMP divides the cells among threads. Signs and units as
 * in cell.h. The procedure is the usual write-verify with climbing pulses; the choice of the step is this project's. */
#ifndef SYNAPTOGEN_PROGRAM_H
#define SYNAPTOGEN_PROGRAM_H

#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How to program. Fill it with syn_program_default, then change what you need. */
typedef struct syn_program {
    double tolerance;          /* relative, > 0 */
    double u_set;              /* V, < 0 */
    double u_start;            /* V, > 0: first RESET pulse */
    double step_min, step_max; /* V, 0 < step_min <= step_max */
    double steepness;          /* 1/V, > 0: bound of |d ln g / dU| along the RESET transition */
    int attempts;              /* SET pulses per cell at most, 1 .. 1000000 */
    double bandwidth;          /* Hz, of the noise of the verifying reads at u0, >= 0 */
    uint64_t read_index;       /* number of the first verifying read */
    uint64_t reserved[8];      /* 0, room to grow */
} syn_program;

/* Good for the built-in set and devices like it: tolerance 0.02, -2 V, 0.35 u_max, 2 to 50 mV, 6 /V, 20 attempts,
 * noiseless reads. */
void syn_program_default(const syn_model *m, syn_program *how);

/* What programming has achieved. */
typedef struct syn_program_report {
    size_t cells, reached; /* cells asked for; cells whose last verifying read was within the tolerance */
    double pulses_mean;    /* SET and RESET pulses per cell */
    uint32_t pulses_max;
    double error_mean, error_rms,
        error_max; /* of |g / target - 1| without noise, over the cells that reached it; targets
                                              * of 0 do not count */
} syn_program_report;

/* Programs the chosen cells to target[j] [S] at u0, each >= 0 and finite. Sets g[j] [S], unless NULL, to the conductance
 * reached, without noise, and pulses[j], unless NULL, to the number of pulses. err and report may be NULL. The result
 * does not depend on the number of threads. Returns SYN_OK (also when some cells did not reach their targets),
 * SYN_EINVAL (err names parameter, value and range; a cell that does not exist; read-only array; nothing has changed),
 * SYN_ENOMEM. */
syn_status syn_array_program(syn_array *a, const syn_cells *cells, const float *target, const syn_program *how,
                             float *g, uint32_t *pulses, syn_program_report *report, syn_error *err);

/* reports[n]: how well the cells of `a` can be programmed to each conductance g[n] [S], all of them to the same. Each is tried
 * on a copy of a, which does not change. Stuck cells count as cells. err may be NULL. Returns as syn_array_program. */
syn_status syn_array_window(const syn_array *a, const syn_program *how, const double *g, size_t n,
                            syn_program_report *reports, syn_error *err);

/* share[n]: of `cells` fresh cells of this seed, the share that reaches each conductance g[n] [S]. Each is programmed into
 * cells 0 .. cells - 1 anew. The standard error of a share p is sqrt(p (1 - p) / cells). cells >= 1. err may be NULL.
 * Returns SYN_OK, SYN_EINVAL as syn_array_program, SYN_ENOMEM. Any thread. */
syn_status syn_program_window(const syn_model *m, uint64_t seed, size_t cells, const syn_program *how,
                              const double *g, size_t n, double *share, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
