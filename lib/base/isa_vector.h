/* SPDX-License-Identifier: MIT */
/* What each isa_*.h includes: the vectors of its SYNP_VECTOR_BYTES, and the seven functions that it has to define because
 * the vector types of C cannot express them well. */
#ifndef BASE_ISA_VECTOR_H
#define BASE_ISA_VECTOR_H

#include "base/isa.h"
#include "base/vector.h"

enum { SYNP_FLOATS = SYNP_VECTOR_BYTES / sizeof(float), SYNP_DOUBLES = SYNP_VECTOR_BYTES / sizeof(double) };

SYNP_VECTOR(floats, float, SYNP_VECTOR_BYTES)
SYNP_VECTOR(doubles, double, SYNP_VECTOR_BYTES)
SYNP_VECTOR(ints, int32_t, SYNP_VECTOR_BYTES)
SYNP_VECTOR(longs, int64_t, SYNP_VECTOR_BYTES)
SYNP_VECTOR(words, uint32_t, SYNP_VECTOR_BYTES)

/* The 64-bit products factor * a[k]. */
static inline void multiply_wide(uint32_t factor, words a, words *high, words *low);

/* a < b ? a : b and a > b ? a : b: with a NAN the result is b. */
static inline floats smallest(floats a, floats b);
static inline floats largest(floats a, floats b);

/* Bit k: element k of mask, whose elements are 0 or -1. */
static inline uint32_t collect(ints mask);

/* Writes v past the caches to an aligned address; streamed() lets the other threads see all such writes. */
static inline void stream(float *p, floats v);
static inline void streamed(void);

/* z[4 k + i] = element k of v[i]. */
static inline void interleave(const floats v[4], float *z);

#endif
