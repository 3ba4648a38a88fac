/* SPDX-License-Identifier: MIT */
/* Any processor: vectors as large as those of SSE2, what they lack in plain C. */
#ifndef BASE_ISA_GENERIC_H
#define BASE_ISA_GENERIC_H

#define SYNP_ISA          generic
#define SYNP_VECTOR_BYTES 16

#include "base/isa_vector.h"

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    for (int k = 0; k < SYNP_FLOATS; k++) {
        const uint64_t product = (uint64_t)factor * a[k];
        (*high)[k] = (uint32_t)(product >> 32);
        (*low)[k] = (uint32_t)product;
    }
}

static inline floats smallest(floats a, floats b)
{
    floats v;
    for (int k = 0; k < SYNP_FLOATS; k++)
        v[k] = a[k] < b[k] ? a[k] : b[k];
    return v;
}

static inline floats largest(floats a, floats b)
{
    floats v;
    for (int k = 0; k < SYNP_FLOATS; k++)
        v[k] = a[k] > b[k] ? a[k] : b[k];
    return v;
}

static inline uint32_t collect(ints mask)
{
    uint32_t bits = 0;
    for (int k = 0; k < SYNP_FLOATS; k++)
        bits |= (uint32_t)(mask[k] & 1) << k;
    return bits;
}

static inline void stream(float *p, floats v)
{
    store_floats(p, v); /* the language has no other */
}

static inline void streamed(void)
{
}

static inline void interleave(const floats v[4], float *z)
{
    for (int k = 0; k < SYNP_FLOATS; k++)
        for (int i = 0; i < 4; i++)
            z[4 * k + i] = v[i][k];
}

#endif
