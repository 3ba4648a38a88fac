/* SPDX-License-Identifier: MIT */
#include <synaptogen/rng.h>

#include <Random123/philox.h>
#include <math.h>

static const double two_pi = 6.283185307179586476925;

void syn_rng_block(uint64_t seed, uint64_t cell, uint64_t index, syn_purpose purpose, uint32_t w[4])
{
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const philox4x32_ctr_t counter = {
        {(uint32_t)index, (uint32_t)(index >> 32) | (uint32_t)purpose << 24, (uint32_t)cell, (uint32_t)(cell >> 32)}};
    const philox4x32_ctr_t block = philox4x32(counter, key);
    for (int i = 0; i < 4; i++)
        w[i] = block.v[i];
}

double syn_rng_uniform(uint32_t w)
{
    return (w + 0.5) * 0x1p-32;
}

static double radius(uint32_t w)
{
    return sqrt(-2 * log(syn_rng_uniform(w)));
}

void syn_rng_normals(uint64_t seed, uint64_t cell, uint64_t index, syn_purpose purpose, double z[4])
{
    uint32_t w[4];
    syn_rng_block(seed, cell, index, purpose, w);
    for (int i = 0; i < 4; i += 2) {
        const double length = radius(w[i]), angle = two_pi * syn_rng_uniform(w[i + 1]);
        z[i] = length * cos(angle);
        z[i + 1] = length * sin(angle);
    }
}

double syn_rng_read(uint64_t seed, uint64_t cell, uint64_t index)
{
    double z[4];
    syn_rng_normals(seed, cell >> 2, index, SYN_DRAW_READ, z);
    return z[cell & 3];
}

uint64_t syn_cell_of_name(const char *name)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, offset basis and prime of the 64-bit variant */
    for (; *name; name++) {
        const char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
        h = (h ^ (unsigned char)c) * 0x100000001b3u;
    }
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu; /* MurmurHash3 fmix64: neighbouring names get unrelated numbers */
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}
