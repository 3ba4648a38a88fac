/* SPDX-License-Identifier: MIT */
/* Measured current-voltage sweeps, and the features in them.
 *
 * A sweep is one loop over both signs, in either order: 0, u_min, 0, u_max, 0 or 0, u_max, 0, u_min, 0, at any
 * sampling. Signs as in model.h: negative voltage SETs, positive RESETs; the resistances are those at +u0.
 * Definitions
 *   R_LRS, R_HRS  u0 / i(u0), i(u0) by local regression (a parabola with tricube weights over u0 +- 0.1 V, or as far
 * as six points reach) on the rising positive branch before the RESET, and on the falling one behind it U_S the
 * centre of the voltage step in which ln|i/u| rises most, among the places where its medians over up to three points
 * on either side differ most (single outliers do not move it) U_R           where the current leaves the LRS branch:
 * the break of the least-squares fit of a line that turns into a parabola, around the peak of the current on the
 * rising positive branch Cycles: one is (R_HRS, U_S, R_LRS, U_R) in the order of time. So R_HRS of the cycle in which
 * a loop 0, u_min, .. SETs stands on the loop before, and that of a device's first such loop was not measured. */
#ifndef SYNAPTOGEN_SWEEP_H
#define SYNAPTOGEN_SWEEP_H

#include <stdint.h>
#include <synaptogen/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The points of one cycle of one cell, in the order of time. */
typedef struct syn_sweep {
    uint64_t cell, cycle;
    size_t n;      /* 0 behind the last sweep */
    double *u, *i; /* V, A */
} syn_sweep;

/* A CSV file with the columns cell, cycle, u, i, in the memory of one sweep. The rows of a cell stand together, its
 * cycles in rising order; a point with a missing number (empty, nan) is passed over. */
typedef struct syn_sweeps syn_sweeps;

/* path as for syn_features_load. Returns SYN_OK, SYN_EIO, SYN_EFORMAT, SYN_ENOMEM; *out is NULL on failure. */
syn_status syn_sweeps_open(const char *path, syn_sweeps **out, syn_error *err);
/* NULL is allowed. */
void syn_sweeps_close(syn_sweeps *r);
/* The next sweep; its points belong to r and last until the next call. Same returns. */
syn_status syn_sweeps_next(syn_sweeps *r, syn_sweep *out, syn_error *err);
/* Share of the file that was read, 0 if unknown; points passed over; bytes of text read and their CRC-32. */
double syn_sweeps_fraction(const syn_sweeps *r);
uint64_t syn_sweeps_missing(const syn_sweeps *r);
void syn_sweeps_checksum(const syn_sweeps *r, uint64_t *bytes, uint32_t *crc);

/* Takes single spikes out of a sweep: points whose current is off the median of the five points around it by more
 * than a quarter of the largest of the other four. Returns their number. */
size_t syn_sweep_clean(syn_sweep *s);

/* What a figure is worth. Only of SYN_GOOD there is a number. */
#define SYN_QUALITY_LIST(X)                                                                                          \
    X(SYN_GOOD, "ok", "measured")                                                                                    \
    X(SYN_UNSEEN, "unseen", "lies before the first or behind the last sweep of the device")                          \
    X(SYN_FEW_POINTS, "few_points", "too few points where it is to be read")                                         \
    X(SYN_NO_SET, "no_set", "no rise of the conductance by half: the cell did not SET")                              \
    X(SYN_NO_RESET, "no_reset", "conductance at u0 not a sixth lower behind the positive ramp: it did not RESET")
#define SYN_X(name, word, meaning) name,
typedef enum syn_quality { SYN_QUALITY_LIST(SYN_X) SYN_QUALITIES } syn_quality;
#undef SYN_X
const char *syn_quality_word(syn_quality q);
const char *syn_quality_meaning(syn_quality q);

/* A part of a sweep: points first .. end - 1. */
typedef struct syn_branch {
    size_t first, end;
} syn_branch;

/* What one sweep shows. */
typedef struct syn_measured {
    int set_first;            /* the negative ramp comes first */
    double g_lrs, g_hrs;      /* S at u0: before and behind the RESET; NAN if not to be had */
    double u_set, u_reset;    /* V; NAN */
    syn_quality q[SYN_NFEAT]; /* of g_hrs, u_set, g_lrs, u_reset */
    syn_branch down, back;    /* negative voltage: away from 0, and back to it */
    syn_branch up, fall;      /* positive voltage: away from 0, and back to it */
} syn_measured;

/* u0 > 0 in V. Returns SYN_OK or SYN_ENOMEM. Any thread. */
syn_status syn_sweep_measure(const syn_sweep *s, double u0, syn_measured *out);

/* A cycle with its figures (NAN unless SYN_GOOD) as in features.h. */
typedef struct syn_extracted {
    uint64_t cell, cycle;
    double y[SYN_NFEAT];
    syn_quality q[SYN_NFEAT];
} syn_extracted;

/* Puts the cycles together, whose figures stand on two sweeps. Zeroed at the start; plain data. */
typedef struct syn_cycles {
    uint64_t cell, cycle; /* of the last sweep */
    int running, set_first;
    double g_hrs; /* behind it, with its quality */
    syn_quality q_hrs;
    syn_extracted pending; /* a cycle whose LRS the next sweep shows */
} syn_cycles;

/* Adds a sweep. Returns the cycles now complete: 0, 1 or 2 in out[]. */
int syn_cycles_add(syn_cycles *c, const syn_sweep *s, const syn_measured *m, syn_extracted out[2]);
/* What is left behind the last sweep: 0 or 1 in out[0]. */
int syn_cycles_end(syn_cycles *c, syn_extracted out[1]);

#ifdef __cplusplus
}
#endif
#endif
