/* SPDX-License-Identifier: MIT */
/* AVX2 with fused multiply-add. */
#ifndef BASE_ISA_AVX2_H
#define BASE_ISA_AVX2_H

#define SYNP_ISA          avx2
#define SYNP_VECTOR_BYTES 32

#include "base/isa_vector.h"

#include <immintrin.h>

static inline void multiply_wide(uint32_t factor, words a, words *high, words *low)
{
    const __m256i v = (__m256i)a, f = _mm256_set1_epi32((int)factor);
    const __m256i even = _mm256_mul_epu32(v, f), odd = _mm256_mul_epu32(_mm256_srli_epi64(v, 32), f);
    *high = (words)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    *low = (words)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
}

static inline floats smallest(floats a, floats b)
{
    return (floats)_mm256_min_ps((__m256)a, (__m256)b);
}

static inline floats largest(floats a, floats b)
{
    return (floats)_mm256_max_ps((__m256)a, (__m256)b);
}

static inline uint32_t collect(ints mask)
{
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
}

static inline void stream(float *p, floats v)
{
    _mm256_stream_ps(p, (__m256)v);
}

static inline void streamed(void)
{
    _mm_sfence();
}

static inline void interleave(const floats v[4], float *z)
{
    const __m256 a = _mm256_unpacklo_ps((__m256)v[0], (__m256)v[2]),
                 b = _mm256_unpackhi_ps((__m256)v[0], (__m256)v[2]);
    const __m256 c = _mm256_unpacklo_ps((__m256)v[1], (__m256)v[3]),
                 d = _mm256_unpackhi_ps((__m256)v[1], (__m256)v[3]);
    /* k: cells k and k + 4 */
    const __m256 t[4] = {_mm256_unpacklo_ps(a, c), _mm256_unpackhi_ps(a, c), _mm256_unpacklo_ps(b, d),
                         _mm256_unpackhi_ps(b, d)};
    for (int k = 0; k < 4; k++) {
        _mm_storeu_ps(z + 4 * k, _mm256_castps256_ps128(t[k]));
        _mm_storeu_ps(z + 4 * (k + 4), _mm256_extractf128_ps(t[k], 1));
    }
}

#endif
