/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SCATTER_H
#define BENCH_SCATTER_H

#include <stddef.h>
#include <stdint.h>

/* 0 .. 1, the bits of k well mixed (the finaliser of MurmurHash3, A. Appleby 2011), so that no pattern is in the cells. */
static inline double bench_scatter(size_t k)
{
    uint64_t x = ((uint64_t)k + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (double)((x ^ x >> 33) >> 11) * 0x1p-53;
}

#endif
