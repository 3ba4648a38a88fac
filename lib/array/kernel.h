/* SPDX-License-Identifier: MIT */
/* What array.c and the kernels share: layout of the cells and the table of functions of a kernel. */
#ifndef ARRAY_KERNEL_H
#define ARRAY_KERNEL_H

#include "base/isa.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>
#include <synaptogen/cell.h>
#include <synaptogen/rng.h>

enum { SYNP_LANES = 16 }; /* cells of a block, in all kernels: one layout for all */

typedef float synp_floats[SYNP_LANES];

/* SYNP_LANES cells. State files hold this structure as it is (file.c): whoever changes it makes a new FULL_VERSION. Their r lies apart, contiguous over all cells, because that is all a read needs. */
typedef struct synp_block {
    synp_floats mu[SYN_NFEAT], sigma[SYN_NFEAT];
    synp_floats u_set, u_reset; /* V, thresholds of the present cycle */
    synp_floats r_lrs, r_hrs;   /* states of the present cycle */
    synp_floats u_thr;          /* V, as in syn_state */
    synp_floats x1, y1;         /* V, A: start of the transition into the present cycle */
    uint32_t n[SYNP_LANES];     /* cycles begun */
    uint32_t mode[SYNP_LANES];  /* syn_mode */
    synp_floats x[][SYN_NFEAT]; /* latent of cycle c in slot c mod order; with long memory x in slot 0, h in slot 1 */
} synp_block;

/* Bytes of a block at an order, in memory and in a state file. */
static inline size_t synp_block_bytes(int order)
{
    return sizeof(synp_block) + (order == SYN_LONG ? 2 : (size_t)order) * sizeof(synp_floats[SYN_NFEAT]);
}

/* A spline in single precision: t = (x - low) per_step; piece k is sum_j c[k][j] (t - k)^j. pieces 0: none. */
typedef struct synp_pieces {
    int pieces;
    float low, per_step, first, last; /* slopes at the ends, per unit of t */
    float c[SYN_MAX_KNOTS - 1][4];
} synp_pieces;

/* The model in single precision and in the order of use. */
typedef struct synp_single {
    uint64_t seed, first;
    int slots, n_components;                /* slots of a block's x: the order, or 2 */
    bool is_long;                           /* a[0] is k and a[1] is d of the form with long memory */
    bool in_turn;                           /* cell k is of component k mod n_components */
    uint32_t threshold[SYN_MAX_COMPONENTS]; /* a word below it draws this component or one before */
    float mean[SYN_MAX_COMPONENTS][SYN_NDEVICE], chol[SYN_MAX_COMPONENTS][SYN_NDEVICE][SYN_NDEVICE];
    float b[SYN_NFEAT][SYN_NFEAT], a[SYN_MAX_ORDER][SYN_NFEAT][SYN_NFEAT];
    float gamma[SYN_NFEAT][SYN_MAX_COEFFICIENTS], llrs[SYN_MAX_COEFFICIENTS], hhrs[SYN_MAX_COEFFICIENTS];
    int n_gamma, n_llrs, n_hhrs; /* coefficients, the largest of the four gammas */
    bool exponential; /* llrs[0] and hhrs[0] are I/u at 0 V in S, the others those of log2 of I/u over it, u > 0 */
    bool plain;       /* all scales are linear and all gammas polynomials */
    syn_scale scale[SYN_NFEAT];
    synp_pieces spline[SYN_NFEAT];
    float u_max;                 /* V: the smallest float that is a full RESET */
    float u_max_high, u_max_low; /* V: their sum is u_max in double precision */
    float x1_max;                /* V: a transition that starts beyond is too short for single precision */
    float eta, g_llrs, g_gap;    /* 1, S, 1 / (G_LLRS - G_HHRS) in ohm */
    float r_lrs_min;             /* ohm */
    float i_llrs_max, i_gap_max; /* A: LLRS(u_max) and HHRS(u_max) - LLRS(u_max) */
    float u_linear;              /* V */
} synp_single;

/* Nearer than this to a threshold [V], single precision may decide otherwise than double: the error of a threshold is
 * some 1e-7 V (1e-6 in the latent times a spread of 0.12 V at most). */
#define SYNP_NEAR 2e-6f

/* A column of a product: a cell adds gap r [A] to the current and |noise + noise_gap r| [A^2] to the variance. */
typedef struct synp_column {
    float gap, noise, noise_gap;
} synp_column;

typedef struct synp_array_kernel {
    /* Fresh cells: device, cold history (x is zeroed already) and cycle 0, in HRS. */
    void (*init)(const synp_single *s, uint64_t block, synp_block *b, float *r);
    /* Applies u[lane] to the lanes whose bit is set in mask. Returns those that it left untouched because single
     * precision does not decide. */
    uint32_t (*apply)(const synp_single *s, uint64_t block, synp_block *b, float *r, uint32_t mask, const float *u);
    /* Begins the next cycle of the lanes of mask, which are in LRS with the states r. State and mode stay. */
    void (*begin)(const synp_single *s, uint64_t block, synp_block *b, const float *r, uint32_t mask);
    /* Draws the cycles up to number to[lane] of each lane, as apply would have begun them; lanes that are there already
     * stay. Mode, u_thr and r stay. */
    void (*advance)(const synp_single *s, uint64_t block, synp_block *b, const uint32_t *to);
    /* i = u max(0, chord[0] + chord[1] r). past_caches: a hint that i need not stay in them. */
    void (*read)(const float chord[2], float u, const float *r, size_t n, bool past_caches, float *i);
    /* Numbers for 64 cells from `cell`, a multiple of 4: number (cell mod 4) of block cell / 4, as in syn_rng_read.
     */
    void (*normals)(uint64_t seed, syn_purpose purpose, uint64_t cell, uint64_t index, float z[4 * SYNP_LANES]);
    /* i += scale sqrt(max(0, chord[0] + chord[1] r)) z. */
    void (*add_noise)(const float chord[2], float scale, const float *z, const float *r, size_t n, float *i);
    /* i[k] = sum_j gap[j] r[k + stride j], noise[k] = sum_j |noise[j] + noise_gap[j] r[k + stride j]|, k < rows. */
    void (*product)(const float *r, size_t stride, size_t rows, size_t cols, const synp_column *columns, float *i,
                    float *noise);
} synp_array_kernel;

#define SYNP_DECLARE(isa, runs) extern const synp_array_kernel synp_array_##isa;
SYNP_ISAS(SYNP_DECLARE)
#undef SYNP_DECLARE

#endif
