/* SPDX-License-Identifier: MIT */
/* AVX-512 with its F, DQ, BW and VL parts. */
#ifndef BASE_ISA_AVX512_H
#define BASE_ISA_AVX512_H

#define SYNP_ISA          avx512
#define SYNP_VECTOR_BYTES 64

#include "base/isa_vector.h"

#include <immintrin.h>

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    const __m512i v = (__m512i)a, f = _mm512_set1_epi32((int)factor);
    const __m512i even = _mm512_mul_epu32(v, f), odd = _mm512_mul_epu32(_mm512_srli_epi64(v, 32), f);
    *high = (words)_mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xaaaa, odd);
    *low = (words)_mm512_mask_mov_epi32(even, 0xaaaa, _mm512_slli_epi64(odd, 32));
}

static inline floats smallest(floats a, floats b)
{
    return (floats)_mm512_min_ps((__m512)a, (__m512)b);
}

static inline floats largest(floats a, floats b)
{
    return (floats)_mm512_max_ps((__m512)a, (__m512)b);
}

static inline uint32_t collect(ints mask)
{
    return _mm512_movepi32_mask((__m512i)mask);
}

static inline void stream(float *p, floats v)
{
    _mm512_stream_ps(p, (__m512)v);
}

static inline void streamed(void)
{
    _mm_sfence();
}

static inline void interleave(const floats v[4], float *z)
{
    const __m512 a = _mm512_unpacklo_ps((__m512)v[0], (__m512)v[2]),
                 b = _mm512_unpackhi_ps((__m512)v[0], (__m512)v[2]);
    const __m512 c = _mm512_unpacklo_ps((__m512)v[1], (__m512)v[3]),
                 d = _mm512_unpackhi_ps((__m512)v[1], (__m512)v[3]);
    /* k: cells k, k + 4, k + 8, k + 12 */
    const __m512 t[4] = {_mm512_unpacklo_ps(a, c), _mm512_unpackhi_ps(a, c), _mm512_unpacklo_ps(b, d),
                         _mm512_unpackhi_ps(b, d)};
    for (int k = 0; k < 4; k++) {
        _mm_storeu_ps(z + 4 * k, _mm512_castps512_ps128(t[k]));
        _mm_storeu_ps(z + 4 * (k + 4), _mm512_extractf32x4_ps(t[k], 1));
        _mm_storeu_ps(z + 4 * (k + 8), _mm512_extractf32x4_ps(t[k], 2));
        _mm_storeu_ps(z + 4 * (k + 12), _mm512_extractf32x4_ps(t[k], 3));
    }
}

#endif
