/* SPDX-License-Identifier: MIT */
/* Where the loops of a record begin: 0, u_min, 0, u_max, 0 or the other way round. Not installed.
 *
 * An excursion is a stretch on one side of 0 V, out and back. It begins where |u| exceeds 3 % of the largest |u| and
 * ends where |u| falls below it for good. So it bears dwells, noise in u, and the measured voltage that snaps back under
 * compliance. Two excursions of opposite sign, in the order of the first two, are a loop. */
#ifndef MEASURE_IMPORT_LOOPS_H
#define MEASURE_IMPORT_LOOPS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct synp_loop {
    size_t first, end; /* points first .. end - 1 */
    bool has_negative, has_positive;
    bool is_open;  /* begins or ends far from 0 V, where the other loops of the record do not */
    bool ends_far; /* from 0 V; of synp_is_one_loop */
} synp_loop;

/* Goes on from one part of a record to the next. Zero-initialise it. */
typedef struct synp_loop_finder {
    double largest;   /* V: the largest |u| so far */
    int order;        /* sign of the first excursion of a loop; 0: not yet known */
    bool has_started; /* parts of the record went before */
    synp_loop *loops; /* of this part */
    size_t n, room;
} synp_loop_finder;

/* Finds the loops among n points. is_whole: the part is the rest of the record; else its last loop may go on. Returns false
 * if there is no memory. Points before the first and after the last excursion belong to the first and the last loop. */
bool synp_find_loops(synp_loop_finder *f, const double *u, size_t n, bool is_whole);

/* Which signs the sweep has, and whether it is at most one loop: one excursion or two, or three of a loop that begins and
 * ends at a vertex. Quick. */
bool synp_is_one_loop(const double *u, size_t n, synp_loop *out);

void synp_loop_finder_free(synp_loop_finder *f);

#endif
