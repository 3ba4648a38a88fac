/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_kernel_avx2
#define WIDTH       8
#define KERNEL_NAME "avx2"
#include "array_lanes.h"

#include <immintrin.h>

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    const __m256i v = (__m256i)a, f = _mm256_set1_epi32((int)factor);
    const __m256i even = _mm256_mul_epu32(v, f), odd = _mm256_mul_epu32(_mm256_srli_epi64(v, 32), f);
    *high = (words)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    *low = (words)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
}

static inline uint32_t collect(ints mask)
{
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
}
