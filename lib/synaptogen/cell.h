/* SPDX-License-Identifier: MIT */
/* One ReRAM cell: the scalar reference of the physics.
 *
 * Signs: u [V] from te to be; SET at u <= U_S < 0, RESET at u > U_R > 0. Resistances in ohm at u0.
 * Randomness: cell `id` of `seed` draws its device vector once and four latent innovations per cycle, keyed as in
 * rng.h, so a cell's history never depends on how often or in which order it is evaluated.
 * Everything here is plain data: assignment is a snapshot, and every function is pure (any thread). Functions that
 * take prev and next allow next == prev.
 * Source: Hennen et al. 2024, doi:10.1109/TED.2024.3427616, and 2022, doi:10.3389/fnins.2022.941753. */
#ifndef SYNAPTOGEN_CELL_H
#define SYNAPTOGEN_CELL_H

#include <stdint.h>
#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* HRS: after a full RESET (or at the start); LRS: after SET; IRS: partially RESET, in between. */
typedef enum syn_mode { SYN_HRS, SYN_LRS, SYN_IRS } syn_mode;

/* "HRS", "LRS" or "IRS"; NULL for a number that is no mode. Static text. */
const char *syn_mode_name(syn_mode mode);

/* Everything that cycle n fixes: its features y (order of params.h, clamped to the physical range, see
 * syn_cycle_of_features), the states r of its two resistances, and the RESET transition from the LRS of cycle n-1 to
 * the HRS of cycle n. In this transition the current falls from y1 at u = x1 to y2 at u_max as
 *   I_t(u) = y2 + (y1 - y2) ((u_max - u) / (u_max - x1))^eta. */
typedef struct syn_cycle {
    double y[SYN_NFEAT];
    double r_hrs, r_lrs;
    double x1, y1, y2; /* V, A, A; unused in cycle 0 */
} syn_cycle;

/* Features -> cycle. previous is cycle n-1, NULL for cycle 0. Unphysical draws (fewer than 1e-9 of all) are
 * clamped: log10 R_HRS to [2, 12], U_S <= -0.01 V, R_LRS >= min(1000 ohm, R_LLRS / 2), U_R >= +0.01 V. */
void syn_cycle_of_features(const syn_model *m, const syn_cycle *previous, const double y[SYN_NFEAT], syn_cycle *out);

/* The switching state: all that a simulator must keep for each cell and accepted solution. */
typedef struct syn_state {
    double r;     /* 0 = LLRS curve .. 1 = HHRS curve, see model.h */
    double u_thr; /* V: in LRS the U_R of the cycle, in IRS the largest u so far; in HRS it has no meaning */
    uint64_t n;   /* cycles begun: each RESET out of LRS begins one */
    syn_mode mode;
} syn_state;

/* One quasi-static voltage u. now and next are the cycles prev->n and prev->n + 1. out->n - prev->n is 0 or 1.
 *   mode != LRS and u <= U_S(now)   SET: LRS with R_LRS(now), threshold U_R(now)
 *   mode != HRS and u >  u_thr      RESET, out of LRS into cycle `next`, out of IRS further along the same curve:
 *                                   full (HRS) from u_max on, else partial (IRS)
 * A NaN changes nothing. -inf SETs, +inf RESETs fully. */
void syn_state_step(const syn_model *m, const syn_state *prev, const syn_cycle *now, const syn_cycle *next, double u,
                    syn_state *out);

/* What a cell starts from. Zeroed = as published: HRS, cold. */
typedef enum syn_history {
    SYN_COLD,      /* latent history zero: the spread of the first cycles is smaller (72 % of R_LRS at cycle 5) */
    SYN_STATIONARY /* latent history drawn from the stationary distribution: cycle 0 is like any other */
} syn_history;
typedef struct syn_start {
    syn_history history;
    syn_mode mode;     /* SYN_HRS or SYN_LRS; ignored if resistance is given */
    double resistance; /* ohm at u0, 0 = as drawn; [min(1000, R_LLRS / 2), 1e12]. At or below R_LRS of cycle 0 the
                        * cell starts in LRS, between that and R_HRS of cycle 1 in IRS on its RESET transition (as
                        * if programmed by a partial RESET, so n = 1), above it in HRS. */
} syn_start;

/* A cell: 0.6 kB. Read-only for callers except by assignment. */
typedef struct syn_cell {
    uint64_t seed, id;
    int component;                          /* of the mixture, 0-based */
    double mu[SYN_NFEAT], sigma[SYN_NFEAT]; /* location and scale of the features; sigma >= 0 */
    double x[SYN_MAX_ORDER + 1]
            [SYN_NFEAT]; /* latent of the cycles up to c = state.n + 1, in slot c mod (order + 1); with
                                             * long memory x in slot c mod 2, h in slot 2 + c mod 2 */
    syn_cycle now, next; /* cycles state.n and state.n + 1 */
    syn_state state;
} syn_cell;

/* Device k of a seed at its start. start NULL = zeroed. err may be NULL.
 * Returns SYN_OK or SYN_EINVAL with *c untouched. */
syn_status syn_cell_init(const syn_model *m, uint64_t seed, uint64_t id, const syn_start *start, syn_cell *c,
                         syn_error *err);

/* Computes the state r of syn_cell_init alone. For a cold start in HRS it takes a third of the time. This suits
 * simulators, where most cells are only read. Returns SYN_OK or SYN_EINVAL with *r untouched. */
syn_status syn_cell_start_state(const syn_model *m, uint64_t seed, uint64_t id, const syn_start *start, double *r,
                                syn_error *err);

/* Applies u as syn_state_step does, drawing the next cycle when one begins. */
void syn_cell_step(const syn_model *m, const syn_cell *prev, double u, syn_cell *next);

/* Moves the cell to a state that syn_state_step computed from c->state, c->now and c->next. For simulators, which
 * keep the state themselves and commit it later. s->n must be c->state.n or one more. */
void syn_cell_commit(const syn_model *m, syn_cell *c, const syn_state *s);

/* Begins the next cycle, as a RESET out of LRS does: state.n grows by one, c->now is the former c->next, and a new
 * c->next is drawn. r, u_thr and mode of the state stay. For walks through the cycles of a cell without voltages. */
void syn_cell_next_cycle(const syn_model *m, syn_cell *c);

#ifdef __cplusplus
}
#endif
#endif
