/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_kernel_avx512
#define WIDTH       16
#define KERNEL_NAME "avx512"
#include "array_lanes.h"

#include <immintrin.h>

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    const __m512i v = (__m512i)a, f = _mm512_set1_epi32((int)factor);
    const __m512i even = _mm512_mul_epu32(v, f), odd = _mm512_mul_epu32(_mm512_srli_epi64(v, 32), f);
    *high = (words)_mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xaaaa, odd);
    *low = (words)_mm512_mask_mov_epi32(even, 0xaaaa, _mm512_slli_epi64(odd, 32));
}

static inline uint32_t collect(ints mask)
{
    return _mm512_movepi32_mask((__m512i)mask);
}
