/* SPDX-License-Identifier: MIT */
/* Measured current-voltage sweeps and the features in them.
 *
 * A sweep is one loop over both signs: 0, u_min, 0, u_max, 0 or 0, u_max, 0, u_min, 0, or from one end to the other and back.
 * It may have any sampling. The voltage may be programmed or measured. Signs are those of model.h: a negative voltage SETs, a
 * positive one RESETs; record.h turns other records into this form. Units: V, A, S, ohm.
 *
 * Definitions:
 *
 *   R_LRS, R_HRS  u0 / i(u0) at a positive voltage: R_LRS on the rising branch before the RESET, R_HRS on the falling
 *                 branch after it. i(u0) is a local regression (Cleveland, J. Am. Stat. Assoc. 74 (1979) 829): a
 *                 parabola with tricube weights over u0 / 2 .. 3 u0 / 2, or over the six nearest points if they reach
 *                 further, at most 3 u0 / 2 away. Fewer than five points get a line. A current of less than five standard
 *                 errors is below the noise.
 *
 *   U_S           the voltage at which the SET begins. A SET lasts: from U_S / 2 to U_S the conductance on the way back is at
 *                 least half above that on the way out. The first voltage step is sought over which the current rises by
 *                 half or more above the steady curve of the points before: a line, an exponential or their conductance,
 *                 whichever gives most. U_S is the largest |voltage| before it, plus half a step: also where the measured
 *                 voltage snaps back. If no step is that large, the SET is gradual. Then U_S is the break of the curve.
 *
 *   U_R           the voltage at which the current leaves the LRS branch. It is sought from low voltages upwards: at the
 *                 first maximum of the current that a fall by 10 % follows, or where the conductance has left its largest
 *                 value for a fall by 15 %, whichever comes first. If most of the fall lies in three voltage steps, U_R is
 *                 the centre of the first of them. If not, it is the break of the curve. Below it the conductance must be
 *                 steady.
 *
 *   Break         where a steady curve bends away: a line that turns into a parabola is fitted to the current, in units of the
 *                 steady curve below if that is steep (Hudson, J. Am. Stat. Assoc. 61 (1966) 1097).
 *
 *   Errors        U: that of a place in a voltage step, or of the break. R: from the residuals of the regression, or the
 *                 noise if that is more, and from the offset.
 *
 *   Cycle         (R_HRS, U_S, R_LRS, U_R) in the order of time. In a loop that begins with the negative ramp, the SET
 *                 comes first. R_HRS of its cycle is then read in the loop before; that of the first loop of a device
 *                 was not measured. A loop that begins at its positive end shows R_HRS first, then the others. In a loop
 *                 that begins with the positive ramp, R_LRS and U_R of its cycle are read in the next loop.
 *
 * Threads: any thread. One syn_sweeps or syn_cycles is used by one thread at a time. */
#ifndef SYNAPTOGEN_SWEEP_H
#define SYNAPTOGEN_SWEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <synaptogen/params.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The points of one cycle of one cell, in the order of time. */
typedef struct syn_sweep {
    uint64_t cell, cycle;
    size_t n;      /* 0 after the last sweep */
    double *u, *i; /* [n]: V, A */
} syn_sweep;

/* Reader of a file of sweeps: a CSV file with the columns cell, cycle, u, i, or another form that import.h describes. It needs
 * memory for one sweep, or for a part of a record without cycles. The rows of a cell follow each other, its cycles in rising
 * order. A point with a missing number (empty, nan, na, 9.9e37 and more) is left out and counted. */
typedef struct syn_sweeps syn_sweeps;

/* One file, as syn_sweeps_import reads it without options. path as for syn_features_load. err may be NULL. Returns SYN_OK, SYN_EIO, SYN_EFORMAT, SYN_ENOMEM; *out is NULL on
 * failure. */
syn_status syn_sweeps_open(const char *path, syn_sweeps **out, syn_error *err);

/* NULL is allowed. */
void syn_sweeps_close(syn_sweeps *r);

/* Reads the next sweep. Its points belong to r and last until the next call. out->n is 0 after the last sweep.
 * Returns what syn_sweeps_open returns. */
syn_status syn_sweeps_next(syn_sweeps *r, syn_sweep *out, syn_error *err);

/* Share of the file that was read, 0 .. 1; 0 if the size of the file is unknown. */
double syn_sweeps_fraction(const syn_sweeps *r);

/* Number of points that were left out so far. */
uint64_t syn_sweeps_missing(const syn_sweeps *r);

/* Length of the text that was read so far, uncompressed, and its CRC-32. */
void syn_sweeps_checksum(const syn_sweeps *r, uint64_t *bytes, uint32_t *crc);

/* Removes spikes: single points whose current lies outside of the two points on either side, and off the lines through either
 * two, by more than a quarter of their largest |i| and by more than six times the noise [A]. Sweeps of fewer than 60 points
 * keep all. Returns their number. */
size_t syn_sweep_clean(syn_sweep *s, double noise);

/* Whether a figure was measured. There is a number for SYN_GOOD only. */
#define SYN_QUALITY_LIST(X)                                                                                          \
    X(SYN_GOOD, "ok", "measured")                                                                                    \
    X(SYN_UNSEEN, "unseen", "lies before the first or after the last sweep of the device")                           \
    X(SYN_FEW_POINTS, "few_points", "too few points where it is read")                                               \
    X(SYN_BELOW_NOISE, "below_noise", "not told from noise; a resistance has a lower bound")                         \
    X(SYN_NO_SET, "no_set", "the conductance did not rise by half: the cell did not SET")                            \
    X(SYN_NO_RESET, "no_reset", "the conductance at u0 did not fall by a sixth: the cell did not RESET")             \
    X(SYN_NO_PEAK, "no_peak", "the cell did RESET, but nothing shows where it began")                                \
    X(SYN_STUCK_LRS, "stuck_lrs", "the cell stayed in LRS: neither SET nor RESET")                                   \
    X(SYN_STUCK_HRS, "stuck_hrs", "the cell stayed in HRS: neither SET nor RESET")                                   \
    X(SYN_VOLATILE, "volatile", "the cell lost its LRS before the voltage came back to 0")                           \
    X(SYN_FORMING, "forming", "the first loop of the device goes much further than the others")
#define SYN_X(name, word, meaning) name,
typedef enum syn_quality { SYN_QUALITY_LIST(SYN_X) SYN_QUALITIES } syn_quality;
#undef SYN_X

/* The word and the meaning in the list above; static text, NULL for a number that is no quality. */
const char *syn_quality_word(syn_quality q);
const char *syn_quality_meaning(syn_quality q);

/* A part of a sweep: the points first .. end - 1. */
typedef struct syn_branch {
    size_t first, end;
} syn_branch;

/* The figures of one sweep. */
typedef struct syn_measured {
    bool set_first;           /* the SET comes before R_LRS and U_R */
    bool hrs_first;           /* R_HRS comes before the SET: the loop begins at its positive end */
    double g_lrs, g_hrs;      /* S at u0, before and after the RESET; an upper bound if below noise, else NAN */
    double u_set, u_reset;    /* V; NAN if not measured */
    double error[SYN_NFEAT];  /* standard errors of g_hrs, u_set, g_lrs, u_reset */
    syn_quality q[SYN_NFEAT]; /* of g_hrs, u_set, g_lrs, u_reset */
    syn_branch down, back;    /* negative voltage: away from 0, and back to it */
    syn_branch up, fall;      /* positive voltage: away from 0, and back to it */
} syn_measured;

/* Measures a sweep at the read voltage u0 > 0 [V]. noise >= 0: standard deviation of a current, A; offset_error >= 0: standard
 * error of the offset that was taken off, A; both are 0 if unknown. err may be NULL. Returns SYN_OK, SYN_EINVAL (u0, noise,
 * offset_error), SYN_ENOMEM. */
syn_status syn_sweep_measure(const syn_sweep *s, double u0, double noise, double offset_error, syn_measured *out,
                             syn_error *err);

/* A cycle. y and error as in features.h, NAN unless SYN_GOOD. */
typedef struct syn_extracted {
    uint64_t cell, cycle;
    double y[SYN_NFEAT], error[SYN_NFEAT]; /* error: standard error */
    double bound[SYN_NFEAT];               /* of R_HRS and R_LRS below noise: a lower bound; else NAN */
    syn_quality q[SYN_NFEAT];
} syn_extracted;

/* Joins the figures of a cycle from its two sweeps. Plain data; zero-initialise it. */
typedef struct syn_cycles {
    uint64_t cell, cycle;  /* of the last sweep */
    bool running;          /* there was a sweep */
    syn_measured last;     /* the figures of the last sweep */
    syn_extracted pending; /* the cycle whose LRS the next sweep shows */
} syn_cycles;

/* Adds a sweep. Returns the number of cycles that are now complete, 0 .. 2; they are in out[]. */
int syn_cycles_add(syn_cycles *c, const syn_sweep *s, const syn_measured *m, syn_extracted out[2]);

/* Ends after the last sweep. Returns the number of cycles that were still pending, 0 or 1; it is in out[0]. */
int syn_cycles_end(syn_cycles *c, syn_extracted out[1]);

#ifdef __cplusplus
}
#endif
#endif
