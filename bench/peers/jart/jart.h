/* SPDX-License-Identifier: MIT */
/* JART VCM v1b var, a physics-based compact model of filamentary ReRAM cells, as the opponent of the benchmarks.
 *
 * Written from the published equations: C. Bengel et al., IEEE TCAS-I 67(12), 2020, doi:10.1109/TCSI.2020.3018502
 * (variability), and F. Cueppers et al., APL Mater. 7, 091105, 2019, doi:10.1063/1.5108654 (deterministic core), with
 * the defaults of the public Verilog-A (doi:10.26165/JUELICH-DATA/LUA8QY).
 *
 * Signs: v (V) and i (A) from the active to the ohmic electrode; SET at v < 0, RESET at v > 0.
 * The state is the concentration n of oxygen vacancies in the disc, in units of 1e26 m^-3; large n is LRS. A Schottky
 * contact, the disc, a plug and a resistor are in series; the temperature follows without delay. All functions are
 * pure, any thread. */
#ifndef BENCH_PEERS_JART_JART_H
#define BENCH_PEERS_JART_JART_H

#include <stdint.h>

/* What differs between devices and cycles: limits of n, radius [m] and length [m] of the disc. */
typedef struct jart_shape {
    double n_min, n_max, r, l;
} jart_shape;

/* The shape of the nominal device. */
jart_shape jart_nominal(void);

/* The shape of device `cell` of a seed: Gaussians truncated at hard limits. */
jart_shape jart_device(uint64_t seed, uint64_t cell);

/* One step of the bounded random walk from cycle to cycle: every figure of *s is multiplied by 1 + step times a
 * uniform of (-1, 1) and clipped to the hard limits. event > 0 numbers the steps of a cell. */
void jart_walk(uint64_t seed, uint64_t cell, uint64_t event, double step, jart_shape *s);

/* The operating point at n and v, with derivatives at fixed shape. */
typedef struct jart_point {
    double i, i_v, i_n;          /* A, S, A per 1e26 m^-3 */
    double vs;                   /* V, at the Schottky contact */
    double t;                    /* K, of the disc */
    double rate, rate_v, rate_n; /* dn/dt, 1e26 m^-3 per s, and its derivatives by v and n */
    int evaluations;             /* of the equations */
} jart_point;

/* Solves the equations at n in (0, inf) and finite v. For v > 0 up to three solutions exist: this is the one with the
 * smallest voltage at the contact, on which a device stays that comes from v = 0, as long as there is one below the
 * fold. guess: a current near the solution, 0 if there is none; it changes the work, not the result. */
void jart_solve(const jart_shape *s, double n, double v, double guess, jart_point *p);

/* A cell in the middle of its life. Events are changes of the voltage's sign; each sets new targets for the shape,
 * which radius and length approach only as far as n moves. */
typedef struct jart_state {
    double n;                   /* 1e26 m^-3 */
    double n_old, r_old, l_old; /* at the last event */
    double event;               /* how many there were */
    double direction;           /* -1 SET, 1 RESET, 0 before the first event */
} jart_state;

/* The state of a fresh device: HRS. */
jart_state jart_start(const jart_shape *device);

/* The state behind an accepted one at a voltage: the same, or that of a new event. */
jart_state jart_turn(const jart_state *s, const jart_shape *target, double v);

/* The shape in effect on the way to the present target. */
jart_shape jart_shape_at(const jart_state *s, const jart_shape *target);

/* Moves n through a linear ramp from v0 to v1 in `duration` s at the given target, with error control: `tolerance` is
 * that of ln n per step. Returns the number of evaluations. */
long jart_ramp(jart_state *s, const jart_shape *target, double v0, double v1, double duration, double tolerance);

#endif
