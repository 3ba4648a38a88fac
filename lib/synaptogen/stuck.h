/* SPDX-License-Identifier: MIT */
/* Stuck cells of an array: cells that no voltage switches any more. They are read, multiplied and solved like all others. A
 * state file and a copy keep them; a read-only array keeps their states.
 *
 * Write-verify gives a stuck cell its pulses in vain and reports that it has not reached its target. Writes of bits report
 * it as wrong if it holds the other bit.
 * How it works: the thresholds U_S and U_R of a stuck cell are NAN, so that no voltage is beyond them.
 *
 * The calls below take cells NULL for all cells. err (may be NULL) says why a call refused; nothing has changed then. They
 * return SYN_OK, SYN_EINVAL (a chosen cell does not exist or is chosen twice, the array is read-only, or a parameter is out of
 * its range) or SYN_ENOMEM. A crossbar that the array is bound to must bind it again after a change.
 * Threads: calls on one array must not overlap. Units: SI. */
#ifndef SYNAPTOGEN_STUCK_H
#define SYNAPTOGEN_STUCK_H

#include <synaptogen/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum syn_stick {
    SYN_STICK_NOT, /* releases a cell: it is in HRS or LRS of its cycle, and goes on from there */
    SYN_STICK_HRS, /* at the resistance of HRS of its present cycle */
    SYN_STICK_LRS, /* at the resistance of LRS of its present cycle */
    SYN_STICK_AT   /* at a conductance */
} syn_stick;

/* Sticks the chosen cells. g [S] at u0 is for SYN_STICK_AT alone: from 0 to the conductance of the state r = -1, about
 * twice that of LLRS. Such a cell counts as LRS if its conductance is nearer to LRS than to HRS, as a ratio; else as HRS.
 * To release a cell takes a time proportional to its cycles, because its draws are repeated. */
syn_status syn_array_stick(syn_array *a, const syn_cells *cells, syn_stick how, double g, syn_error *err);

/* Shares of stuck cells. Zero-initialise it. */
typedef struct syn_faults {
    double hrs, lrs, at;  /* shares, each >= 0, in all <= 1: stuck at HRS, at LRS, at the conductance g */
    double g;             /* S, as in syn_array_stick */
    uint64_t reserved[8]; /* 0, room to grow */
} syn_faults;

/* Draws for each chosen cell whether it is stuck. Cells that are not drawn stay as they are. The draw is a pure function of
 * seed and cell (SYN_DRAW_STUCK): with a larger share the same cells are stuck, and more. Sets *count, unless NULL, to the
 * number of cells drawn. */
syn_status syn_array_stick_random(syn_array *a, const syn_cells *cells, const syn_faults *faults, size_t *count,
                                  syn_error *err);

/* Sets stuck[j], unless stuck is NULL, to 1 if the j-th chosen cell is stuck, else to 0, and *count, unless NULL, to the number
 * of stuck cells. The mode of syn_array_state says whether a stuck cell counts as HRS or LRS. */
syn_status syn_array_stuck(const syn_array *a, const syn_cells *cells, uint8_t *stuck, size_t *count, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
