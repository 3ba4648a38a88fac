/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* The vectors' counter words are taken apart as rng.h lays them out: the purpose is the top byte of word 1. */
Test(rng, blocks_are_the_published_philox_answers_in_the_documented_layout)
{
    FILE *f = fopen(support_path("tests/base/vectors/philox.txt"), "r");
    cr_assert(f != NULL);
    char line[256];
    int vectors = 0;
    while (fgets(line, sizeof line, f)) {
        uint32_t c[4], k[2], expected[4], w[4];
        if (line[0] == '#')
            continue;
        cr_assert(eq(int,
                     sscanf(line, "%x %x %x %x %x %x %x %x %x %x", &c[0], &c[1], &c[2], &c[3], &k[0], &k[1],
                            &expected[0], &expected[1], &expected[2], &expected[3]),
                     10));
        const uint64_t seed = (uint64_t)k[1] << 32 | k[0], cell = (uint64_t)c[3] << 32 | c[2];
        const uint64_t index = (uint64_t)(c[1] & 0xffffff) << 32 | c[0];
        syn_rng_block(seed, cell, index, (syn_purpose)(c[1] >> 24), w);
        for (int i = 0; i < 4; i++)
            cr_expect(eq(u32, w[i], expected[i]), "vector %d, word %d", vectors, i);
        vectors++;
    }
    fclose(f);
    cr_expect(eq(int, vectors, 3));
}

/* The numbers are part of every device's identity: changing them would change all circuits made so far. */
Test(rng, purposes_keep_their_numbers)
{
    cr_expect(eq(int, SYN_DRAW_DEVICE, 1));
    cr_expect(eq(int, SYN_DRAW_START, 2));
    cr_expect(eq(int, SYN_DRAW_CYCLE, 3));
    cr_expect(eq(int, SYN_DRAW_READ, 4));
}

static int compare_blocks(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* 5 x 4 x 6 x 6 blocks; two that are equal by chance have P = 720^2 / 2^129. */
Test(rng, seed_purpose_cell_and_index_each_make_another_block)
{
    const uint64_t seeds[] = {0, 1, (uint64_t)1 << 31, (uint64_t)1 << 32, UINT64_MAX};
    const uint64_t cells[] = {0, 1, 2, (uint64_t)1 << 32, (uint64_t)1 << 63, UINT64_MAX};
    const uint64_t indices[] = {0, 1, 2, (uint64_t)1 << 32, (uint64_t)1 << 55, ((uint64_t)1 << 56) - 1};
    static uint32_t blocks[720][4];
    int n = 0;
    for (int s = 0; s < 5; s++)
        for (int purpose = SYN_DRAW_DEVICE; purpose <= SYN_DRAW_READ; purpose++)
            for (int c = 0; c < 6; c++)
                for (int i = 0; i < 6; i++)
                    syn_rng_block(seeds[s], cells[c], indices[i], (syn_purpose)purpose, blocks[n++]);
    cr_assert(eq(int, n, 720));
    qsort(blocks, 720, sizeof blocks[0], compare_blocks);
    for (int i = 1; i < n; i++)
        cr_expect(ne(int, compare_blocks(blocks[i - 1], blocks[i]), 0));
}

Test(rng, uniforms_lie_half_a_step_inside_0_and_1)
{
    cr_expect(eq(dbl, syn_rng_uniform(0), ldexp(1, -33)));
    cr_expect(eq(dbl, syn_rng_uniform(UINT32_MAX), 1 - ldexp(1, -33)));
    cr_expect(eq(dbl, syn_rng_uniform(1) - syn_rng_uniform(0), ldexp(1, -32)));
    cr_expect(eq(dbl, syn_rng_uniform(UINT32_C(1) << 31), 0.5 + ldexp(1, -33)));
}

/* Inverse of Box-Muller: radius and angle of (z0, z1) give back the uniforms u0 and u1, and so do (z2, z3) for u2,
 * u3. Rounding of z by 2^-53 relative and of the angle's 2 pi: below 1e-14 for |z| < 6.77. */
Test(rng, normals_are_box_muller_of_the_four_words)
{
    double worst = 0;
    for (uint64_t index = 0; index < 10000; index++) {
        uint32_t w[4];
        double z[4];
        syn_rng_block(7, 11, index, SYN_DRAW_CYCLE, w);
        syn_rng_normals(7, 11, index, SYN_DRAW_CYCLE, z);
        for (int i = 0; i < 4; i += 2) {
            const double angle = atan2(z[i + 1], z[i]) / (2 * pi);
            support_worst(&worst,
                          fabs(exp(-0.5 * (z[i] * z[i] + z[i + 1] * z[i + 1])) - (w[i] + 0.5) / 4294967296.0));
            support_worst(&worst, fabs(angle + (angle < 0) - (w[i + 1] + 0.5) / 4294967296.0));
        }
    }
    cr_expect(lt(dbl, worst, 1e-14));
    cr_expect(lt(dbl, sqrt(-2 * log(syn_rng_uniform(0))), 6.77), "the largest |z| is the one that rng.h states");
}

Test(rng, a_read_is_the_cells_own_normal_of_the_block_of_its_four_neighbours)
{
    const uint64_t cells[] = {0, 1, 2, 3, 4, 1001, 1002, 1003, UINT64_MAX};
    for (int i = 0; i < 9; i++) {
        double z[4];
        syn_rng_normals(5, cells[i] / 4, 99, SYN_DRAW_READ, z);
        cr_expect(eq(dbl, syn_rng_read(5, cells[i], 99), z[cells[i] % 4]));
    }
}

/* Expects |mean of n values - expected| < 5 standard errors, each value having the standard deviation sd. */
static void expect_mean(double sum, double n, double expected, double sd, const char *what)
{
    cr_expect(lt(dbl, fabs(sum / n - expected), 5 * sd / sqrt(n)), "%s: %g instead of %g", what, sum / n, expected);
}

/* 1e6 normals of 250 cells. Standard deviation of z^k: E z^2k - (E z^k)^2 with E z^2, 4, 6, 8 = 1, 3, 15, 105; that
 * of a product of two independent normals is 1, and of (z0^2 - 1)(z1^2 - 1), which Box-Muller would show first, 2.
 * Significance: 14 two-sided tests at 5 sigma, 8e-6 in all. */
Test(rng, a_million_normals_have_the_moments_of_independent_standard_normals)
{
    const double n = 1e6, blocks = n / 4;
    double power[4] = {0}, product[4][4] = {{0}}, squares = 0, next_cell = 0, next_index = 0;
    for (uint64_t cell = 0; cell < 250; cell++)
        for (uint64_t index = 0; index < 1000; index++) {
            double z[4], neighbour[4], later[4];
            syn_rng_normals(1, cell, index, SYN_DRAW_CYCLE, z);
            syn_rng_normals(1, cell + 1, index, SYN_DRAW_CYCLE, neighbour);
            syn_rng_normals(1, cell, index + 1, SYN_DRAW_CYCLE, later);
            for (int i = 0; i < 4; i++) {
                for (int k = 0; k < 4; k++)
                    power[k] += pow(z[i], k + 1);
                for (int j = 0; j < i; j++)
                    product[i][j] += z[i] * z[j];
                next_cell += z[i] * neighbour[i];
                next_index += z[i] * later[i];
            }
            squares += (z[0] * z[0] - 1) * (z[1] * z[1] - 1) + (z[2] * z[2] - 1) * (z[3] * z[3] - 1);
        }
    expect_mean(power[0], n, 0, 1, "mean");
    expect_mean(power[1], n, 1, sqrt(2), "second moment");
    expect_mean(power[2], n, 0, sqrt(15), "third moment");
    expect_mean(power[3], n, 3, sqrt(105 - 9), "fourth moment");
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            expect_mean(product[i][j], blocks, 0, 1, "product within a block");
    expect_mean(squares, 2 * blocks, 0, 2, "product of squares within a pair");
    expect_mean(next_cell, n, 0, 1, "product with the next cell");
    expect_mean(next_index, n, 0, 1, "product with the next index");
}

/* Fractions of 1e6 normals below t against erfc: binomial, 5 standard errors. */
Test(rng, a_million_normals_have_the_distribution_function_of_a_normal)
{
    const double limits[] = {-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4};
    double below[11] = {0};
    const double n = 1e6;
    for (uint64_t index = 0; index < 250000; index++) {
        double z[4];
        syn_rng_normals(2, 3, index, SYN_DRAW_CYCLE, z);
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 11; k++)
                below[k] += z[i] < limits[k];
    }
    for (int k = 0; k < 11; k++) {
        const double p = 0.5 * erfc(-limits[k] / sqrt(2));
        expect_mean(below[k], n, p, sqrt(p * (1 - p)), "fraction below a limit");
    }
}

/* Undoes the finaliser: a shift by 33 of 64 bits is its own inverse, an odd factor's inverse modulo 2^64 comes from
 * Newton's iteration (3 right bits at the start, doubled by each step). */
static uint64_t undo_finaliser(uint64_t h)
{
    const uint64_t factors[] = {0xc4ceb9fe1a85ec53u, 0xff51afd7ed558ccdu};
    h ^= h >> 33;
    for (int i = 0; i < 2; i++) {
        uint64_t inverse = factors[i];
        for (int step = 0; step < 5; step++)
            inverse *= 2 - factors[i] * inverse;
        h *= inverse;
        h ^= h >> 33;
    }
    return h;
}

/* FNV-1a test suite of its authors (draft-eastlake-fnv, appendix C). */
Test(rng, a_name_is_its_published_fnv_1a_hash_behind_the_finaliser)
{
    const struct {
        const char *name;
        uint64_t fnv;
    } known[] = {{"", 0xcbf29ce484222325u},
                 {"a", 0xaf63dc4c8601ec8cu},
                 {"foobar", 0x85944171f73967e8u},
                 {"FooBar", 0x85944171f73967e8u}};
    for (int i = 0; i < 4; i++)
        cr_expect(eq(u64, undo_finaliser(syn_cell_of_name(known[i].name)), known[i].fnv), "\"%s\"", known[i].name);
}

Test(rng, only_the_letters_a_to_z_of_a_name_lose_their_case)
{
    cr_expect(eq(u64, syn_cell_of_name("A.X1.ACELL"), syn_cell_of_name("a.x1.acell")));
    cr_expect(
        eq(u64, syn_cell_of_name("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), syn_cell_of_name("abcdefghijklmnopqrstuvwxyz")));
    cr_expect(ne(u64, syn_cell_of_name("a@["), syn_cell_of_name("a`{")), "the neighbours of A and Z are kept");
    cr_expect(ne(u64, syn_cell_of_name("\xc3\x84"), syn_cell_of_name("\xc3\xa4")), "bytes above 127 are kept");
}

/* A name's bytes are unsigned, whatever char is. */
Test(rng, names_beyond_ascii_hash_by_bytes)
{
    const unsigned char name[] = {0xc3, 0xbc, 0xff, 0x80, 0};
    uint64_t h = 14695981039346656037u;
    for (int i = 0; name[i]; i++)
        h = (h ^ name[i]) * 1099511628211u;
    cr_expect(eq(u64, undo_finaliser(syn_cell_of_name((const char *)name)), h));
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Names as netlists number them: any two equal has P = 1e5^2 / 2^65 = 3e-10. */
Test(rng, a_hundred_thousand_numbered_names_are_a_hundred_thousand_cells)
{
    enum { N = 100000 };
    static uint64_t cells[N];
    for (int i = 0; i < N; i++) {
        char name[32];
        snprintf(name, sizeof name, "a.xrow%d.xcol%d.acell", i / 316, i % 316);
        cells[i] = syn_cell_of_name(name);
    }
    qsort(cells, N, sizeof cells[0], compare_numbers);
    int equal = 0;
    for (int i = 1; i < N; i++)
        equal += cells[i] == cells[i - 1];
    cr_expect(eq(int, equal, 0));
}
