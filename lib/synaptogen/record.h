/* SPDX-License-Identifier: MIT */
/* What holds for all sweeps of a record: which voltage SETs, how the current was recorded, offset, noise, compliance. Records
 * differ in this from laboratory to laboratory. The first sweeps are looked at; then every sweep is turned into the form of
 * sweep.h.
 *
 * Definitions:
 *
 *   Polarity      The SET makes a cell more conductive, the RESET less. So on the way back from the voltage that SETs more
 *                 current flows than on the way out. (back - out) / (back + out) of the integrals of |i| over |u| is compared
 *                 for both signs of the voltage. It does not depend on an offset.
 *
 *   Current       A cell is passive: current and voltage have one sign. If both sides of the voltage contradict, the current
 *                 was measured at the other electrode. If one side contradicts, |i| was recorded.
 *
 *   Noise         Standard deviation of a current at small voltages: median of |third differences| / sqrt(20) / 0.6745.
 *
 *   Offset        The current at 0 V: the intercept of parabolas on both sides of 0 in HRS; the median over the sweeps. It is
 *                 taken off if it exceeds four standard errors and 0.5 % of the current in HRS at u0. If it wanders, each sweep gets
 *                 its own. That of a record of |i| cannot be taken off: it is an error of all currents.
 *
 * Units: V, A, S. Threads: any thread; one syn_record_reader is used by one thread at a time. */
#ifndef SYNAPTOGEN_RECORD_H
#define SYNAPTOGEN_RECORD_H

#include <synaptogen/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SYN_LOOK_SWEEPS = 200, SYN_LOOK_POINTS = 1000000 }; /* at most this much of a record is looked at */

typedef enum syn_polarity { SYN_POLARITY_AUTO, SYN_POLARITY_NEGATIVE, SYN_POLARITY_POSITIVE } syn_polarity;

typedef struct syn_record_options {
    double u0;             /* V, > 0: voltage at which resistances are read */
    syn_polarity polarity; /* of the voltage that SETs; SYN_POLARITY_AUTO: found */
    uint64_t reserved[8];  /* 0, room to grow */
} syn_record_options;

typedef struct syn_record {
    size_t sweeps;        /* looked at */
    size_t points;        /* of a sweep, median */
    bool positive_set;    /* the recorded voltage that SETs is positive */
    bool polarity_found;  /* the record shows it; else it is that of the options, or negative */
    bool absolute;        /* |i| was recorded */
    bool opposite;        /* the current was recorded with the opposite sign */
    double offset, noise; /* A; offset: taken off, in the form of sweep.h; 0: none */
    bool offset_moves;    /* it wanders from sweep to sweep: each sweep gets its own */
    double offset_spread; /* A, standard deviation of the offset from sweep to sweep */
    double offset_error;  /* A, standard error; NAN if it could not be estimated */
    bool clamped;         /* the voltage stands still in compliance: it was measured */
    double compliance;    /* A, on the side that SETs; 0: none seen */
    double snap;          /* V by which the measured voltage falls back at a SET; 0: it does not */
    double u_set_end;     /* V, >= 0: largest |voltage| on the side that SETs, median; 0: no points there */
    double u_set_spread;  /* V: its standard deviation from sweep to sweep, from the median distance */
    double u_reset_end;   /* V, >= 0: the same on the other side */
    double step;          /* V, median */
    double g_lrs, g_hrs;  /* S at u0, medians over the sweeps with SET and RESET; NAN if there are none */
    double u0;            /* V, of the options */
} syn_record;

/* Looks at n <= SYN_LOOK_SWEEPS sweeps and turns them into the form of sweep.h; spikes stay. err may be NULL. Returns SYN_OK, SYN_EINVAL (an option), SYN_ENOMEM. */
syn_status syn_record_look(syn_sweep *sweeps, size_t n, const syn_record_options *o, syn_record *out, syn_error *err);

/* Turns a sweep into the form of sweep.h: signs of voltage and current, offset; removes spikes. Returns their number. */
size_t syn_record_prepare(const syn_record *r, syn_sweep *s);

/* syn_sweep_measure with the noise of the record, and the words that need a comparison with other sweeps. is_first: the first
 * sweep of its cell. Returns what syn_sweep_measure returns. */
syn_status syn_record_measure(const syn_record *r, const syn_sweep *s, bool is_first, syn_measured *out,
                              syn_error *err);

/* Reader of sweeps in the form of sweep.h. It keeps the sweeps that it looks at first: up to 16 MB. */
typedef struct syn_record_reader syn_record_reader;

/* Looks at the first sweeps of `source`, which must outlive the reader. err may be NULL. Returns what syn_record_look and
 * syn_sweeps_next return; *out is NULL on failure. */
syn_status syn_record_open(syn_sweeps *source, const syn_record_options *o, syn_record_reader **out, syn_error *err);

/* NULL is allowed. */
void syn_record_close(syn_record_reader *r);

/* The next sweep and its figures. out->n is 0 after the last sweep. Its points last until the next call. */
syn_status syn_record_next(syn_record_reader *r, syn_sweep *out, syn_measured *m, syn_error *err);

const syn_record *syn_record_of(const syn_record_reader *r);

/* Number of spikes that were removed so far. */
uint64_t syn_record_spikes(const syn_record_reader *r);

#ifdef __cplusplus
}
#endif
#endif
