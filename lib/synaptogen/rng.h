/* SPDX-License-Identifier: MIT */
/* Random numbers as a pure function of (seed, cell, index, purpose): nothing is stored, so a cell is the same
 * device in every program, for every number of threads and every order of evaluation.
 *
 * Philox4x32-10 (Salmon et al., SC'11, doi:10.1145/2063384.2063405) with key = seed (low word first) and counter
 *   word 0: index bits 0-31;  word 1: index bits 32-55 | purpose << 24;  words 2, 3: cell, low word first.
 * A word w gives the uniform (w + 1/2) 2^-32 in (0,1). Four normals come from the four uniforms by Box-Muller:
 * z0, z1 = sqrt(-2 ln u0) (cos, sin)(2 pi u1), z2, z3 from u2, u3; |z| < 6.77. All functions: any thread. */
#ifndef SYNAPTOGEN_RNG_H
#define SYNAPTOGEN_RNG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a draw is for; separates the streams of one cell. */
typedef enum syn_purpose {
    SYN_DRAW_DEVICE = 1,   /* index 0: word 0 picks the mixture component; index 1, 2: the device vector */
    SYN_DRAW_START = 2,    /* index l-1, l = 1 .. order: stationary history of lag l */
    SYN_DRAW_CYCLE = 3,    /* index = cycle: the four innovations of that cycle */
    SYN_DRAW_READ = 4,     /* index = read or time slot; four neighbouring cells share a block, see syn_rng_read */
    SYN_DRAW_PRODUCT = 5,  /* the same for the summed noise of a matrix row; its number replaces the cell's */
    SYN_DRAW_ESTIMATE = 7, /* starts of an estimator, resampling */
    SYN_DRAW_STUCK = 8,    /* index 0: word 0 says whether the cell is stuck, see stuck.h */
    SYN_DRAW_DRIFT = 9     /* index 0: the two normals of a cell, see drift.h */
} syn_purpose;

/* The four words of one block. index < 2^56. */
void syn_rng_block(uint64_t seed, uint64_t cell, uint64_t index, syn_purpose purpose, uint32_t w[4]);

/* (w + 1/2) 2^-32, exact. */
double syn_rng_uniform(uint32_t w);

/* Four independent standard normals from one block. */
void syn_rng_normals(uint64_t seed, uint64_t cell, uint64_t index, syn_purpose purpose, double z[4]);

/* The standard normal of read `index` of a cell: number (cell mod 4) of the block with counter cell (cell / 4),
 * so that reading neighbouring cells costs one block for four. */
double syn_rng_read(uint64_t seed, uint64_t cell, uint64_t index);

/* The cell number of a name: 64-bit FNV-1a of the name with A-Z lowered, then the 64-bit finaliser
 * of MurmurHash3. The same for "A.X1.ACELL" and "a.x1.acell". */
uint64_t syn_cell_of_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
