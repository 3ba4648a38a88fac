/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_kernel_generic
#define WIDTH       4
#define KERNEL_NAME "generic"
#include "array/lanes.h"

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    for (int k = 0; k < WIDTH; k++) {
        const uint64_t product = (uint64_t)factor * a[k];
        (*high)[k] = (uint32_t)(product >> 32);
        (*low)[k] = (uint32_t)product;
    }
}

static inline uint32_t collect(ints mask)
{
    uint32_t bits = 0;
    for (int k = 0; k < WIDTH; k++)
        bits |= (uint32_t)(mask[k] & 1) << k;
    return bits;
}

static inline void stream(float *p, lanes v)
{
    store(p, v); /* the language has no other */
}

static inline void streamed(void)
{
}

static inline void interleave(const lanes v[4], float *z)
{
    for (int k = 0; k < WIDTH; k++)
        for (int i = 0; i < 4; i++)
            z[4 * k + i] = v[i][k];
}
