/* SPDX-License-Identifier: MIT */
/* Small matrices of REAL are transposed in registers. A file that includes it defines REAL and SINGLE_PRECISION. */
#ifndef CROSSBAR_LINES_TRANSPOSE_H
#define CROSSBAR_LINES_TRANSPOSE_H

#include "base/vector.h"

/* Numbers of a vector; WIDTH x WIDTH are transposed at a time. 32 bytes on every instruction set, so that one
 * transposition by shuffles does for all; the compiler vectorises the sweeps themselves. */
enum { WIDTH = 32 / sizeof(REAL) };
SYNP_VECTOR(vector, REAL, 32)

/* Each of these three exchanges the parts of neighbours: numbers, pairs, quadruples. */
#if SINGLE_PRECISION
#define SHUFFLE_NUMBERS(a, b, up)                                                                                    \
    __builtin_shufflevector(a, b, 0 + up, 8 + up, 1 + up, 9 + up, 4 + up, 12 + up, 5 + up, 13 + up)
#define SHUFFLE_PAIRS(a, b, up)                                                                                      \
    __builtin_shufflevector(a, b, 0 + up, 1 + up, 8 + up, 9 + up, 4 + up, 5 + up, 12 + up, 13 + up)
#define SHUFFLE_HALVES(a, b, up)                                                                                     \
    __builtin_shufflevector(a, b, 0 + up, 1 + up, 2 + up, 3 + up, 8 + up, 9 + up, 10 + up, 11 + up)

static inline void transpose(vector v[WIDTH])
{
    vector t[WIDTH], s[WIDTH];
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        t[2 * k] = SHUFFLE_NUMBERS(v[2 * k], v[2 * k + 1], 0);
        t[2 * k + 1] = SHUFFLE_NUMBERS(v[2 * k], v[2 * k + 1], 2);
    }
#pragma GCC unroll 2
    for (int k = 0; k < 8; k += 4) {
        s[k] = SHUFFLE_PAIRS(t[k], t[k + 2], 0);
        s[k + 1] = SHUFFLE_PAIRS(t[k], t[k + 2], 2);
        s[k + 2] = SHUFFLE_PAIRS(t[k + 1], t[k + 3], 0);
        s[k + 3] = SHUFFLE_PAIRS(t[k + 1], t[k + 3], 2);
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        v[k] = SHUFFLE_HALVES(s[k], s[k + 4], 0);
        v[k + 4] = SHUFFLE_HALVES(s[k], s[k + 4], 4);
    }
}
#else
static inline void transpose(vector v[WIDTH])
{
    const vector a = __builtin_shufflevector(v[0], v[1], 0, 4, 2, 6),
                 b = __builtin_shufflevector(v[0], v[1], 1, 5, 3, 7),
                 c = __builtin_shufflevector(v[2], v[3], 0, 4, 2, 6),
                 d = __builtin_shufflevector(v[2], v[3], 1, 5, 3, 7);
    v[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    v[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    v[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}
#endif

#endif
