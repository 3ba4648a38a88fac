/* SPDX-License-Identifier: MIT */
/* Drift and relaxation of conductances after programming: an overlay on what a read sees. It is not part of the cell. The trained
 * model has neither: its measurements hold no waiting times. States, switching and files do not know of it, and without a call
 * nothing drifts.
 *
 * The law. A cell was programmed to g at t0. At t >= t0 it has
 *   g(t) = g max(0, (t / t0)^-nu + relaxation sqrt(log10(t / t0)) z),   nu = nu_mean + nu_sd y,
 * with two standard normals y and z of its own, for all times the same.
 * - Drift: a power law whose exponent differs from cell to cell. Source: phase-change memory, V. Joshi et al., Nature
 *   Communications 11 (2020) 2473, doi:10.1038/s41467-020-16108-9.
 * - Relaxation: a spread around the programmed value. Source: filaments in HfO2, W. Wan et al., Nature 608 (2022) 504,
 *   doi:10.1038/s41586-022-04992-8: the conductances spread after programming, fast at first. That the variance grows by the
 *   same amount in each decade of time is this project's choice, and so is the spread as a share of g.
 * The parameters are those of your devices: this project has not measured any.
 *
 * Draws: y and z are the first two normals of the block (seed, cell, 0, SYN_DRAW_DRIFT). Give the numbers of an array's cells
 * (syn_array_seed, syn_array_first) and each of its cells has its own. Time t is that since each cell was programmed.
 * Threads: pure; any thread. Units: SI. */
#ifndef SYNAPTOGEN_DRIFT_H
#define SYNAPTOGEN_DRIFT_H

#include <stddef.h>
#include <stdint.h>
#include <synaptogen/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise it: no drift. */
typedef struct syn_drift {
    double nu_mean, nu_sd; /* exponent of the drift: mean, any sign, and standard deviation >= 0 */
    double relaxation;     /* >= 0: standard deviation of g(t) / g after one decade */
    double t0;             /* s, > 0: after programming, when g was verified */
    uint64_t reserved[8];  /* 0, room to grow */
} syn_drift;

/* Replaces g[n] [S], the conductances at t0 of the cells first .. first + n - 1 of a seed, by those at t [s] >= t0. A NaN stays
 * NaN. err may be NULL. Returns SYN_OK, or SYN_EINVAL with g unchanged (a member of d, or t: err names it). */
syn_status syn_drift_apply(const syn_drift *d, uint64_t seed, uint64_t first, double t, float *g, size_t n,
                           syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
