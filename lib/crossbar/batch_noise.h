/* SPDX-License-Identifier: MIT */
/* The noise of a batch of inputs. */
#ifndef CROSSBAR_BATCH_NOISE_H
#define CROSSBAR_BATCH_NOISE_H

#include "crossbar/crossbar.h"

typedef struct synp_batch_noise {
    const double *const *v; /* V, [lines x count] of each side, or NULL */
    double *const *i;       /* A, of the same shape */
    size_t count;
    double tolerance;
    int threads;
    double bandwidth; /* Hz, > 0 */
    uint64_t seed, index;
    size_t most_h, most_s; /* numbers of single precision in a matrix of cells and terminals, of cells and inputs */
} synp_batch_noise;

/* A batch with noise gives the same digits in pieces of a multiple of it. A power of 2 times SYNP_RUN. */
enum { SYNP_NOISE_RUN = 4 * SYNP_RUN };

/* 512 MiB and 64 MiB. */
#define SYNP_BATCH_ROOM ((size_t)1 << 27), ((size_t)1 << 24)

/* Adds noise to the currents b->i. currents: they are not known yet; then they are found on the way, and *info is set as by
 * synp_crossbar_many. Returns SYN_OK, SYN_EINVAL (the access devices have a curve), SYN_ENUMERIC or SYN_ENOMEM. */
syn_status synp_crossbar_batch_noise(const syn_crossbar *x, const synp_batch_noise *b, bool currents,
                                     syn_solution *info, syn_error *err);

#endif
