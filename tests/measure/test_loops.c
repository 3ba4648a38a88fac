/* SPDX-License-Identifier: MIT */
/* Where loops begin in records of many kinds. */
#include "measure/import/loops.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { QUARTER = 40, LOOPS = 6, ROOM = 1 << 16 };

static double u[ROOM];
static size_t n;

/* A triangle of `points` points from a to b, without b. */
static void ramp(double a, double b, int points)
{
    for (int k = 0; k < points; k++)
        u[n++] = a + (b - a) * k / points;
}

static void loop(double first, double second)
{
    ramp(0, first, QUARTER);
    ramp(first, 0, QUARTER);
    ramp(0, second, QUARTER);
    ramp(second, 0, QUARTER);
    u[n++] = 0;
}

/* Expects that the record falls into the loops that begin at starts[]. */
static void expect_loops(const char *what, const size_t *starts, size_t count)
{
    synp_loop_finder f = {0};
    cr_assert(synp_find_loops(&f, u, n, true));
    cr_expect(eq(sz, f.n, count), "%s", what);
    for (size_t k = 0; k < f.n && k < count; k++) {
        cr_expect(eq(sz, f.loops[k].first, starts[k]), "%s: loop %zu", what, k);
        cr_expect(eq(sz, f.loops[k].end, k + 1 < count ? starts[k + 1] : n), "%s: loop %zu", what, k);
    }
    synp_loop_finder_free(&f);
}

/* Loops back to back, each from 0 V to 0 V, of either order and of unequal sides. */
Test(loops, loops_back_to_back_are_found_where_they_were_put)
{
    static const double sides[][2] = {{-1.2, 1.5}, {1.5, -1.2}, {-0.3, 2}, {0.2, -0.2}, {-3, 0.3}};
    for (size_t j = 0; j < sizeof sides / sizeof *sides; j++) {
        size_t starts[LOOPS];
        n = 0;
        for (int k = 0; k < LOOPS; k++) {
            starts[k] = n;
            loop(sides[j][0], sides[j][1]);
        }
        expect_loops("back to back", starts, LOOPS);
        synp_loop one;
        cr_expect(synp_is_one_loop(u, n, &one) == false);
        cr_expect(synp_is_one_loop(u, starts[1], &one) && one.has_negative && one.has_positive);
    }
}

/* Noise of 2 % of the larger side, and every voltage held for three points: each loop begins near 0 V, within the points that
 * noise cannot tell from 0 (3 sigma of 24 mV on a ramp of 30 mV a point). */
Test(loops, noise_and_dwells_cut_no_loop)
{
    uint64_t state = 3;
    for (int hold = 1; hold <= 3; hold += 2) {
        size_t starts[LOOPS];
        n = 0;
        for (int k = 0; k < LOOPS; k++) {
            starts[k] = n;
            loop(-1.2, 1.2);
        }
        const size_t bare = n;
        for (size_t k = bare; k-- > 0;)
            for (int h = 0; h < hold; h++)
                u[hold * (int)k + h] = u[k] + 0.024 * support_normal(&state);
        n = bare * (size_t)hold;
        synp_loop_finder f = {0};
        cr_assert(synp_find_loops(&f, u, n, true));
        cr_assert(eq(sz, f.n, LOOPS));
        for (int k = 0; k < LOOPS; k++)
            cr_expect(llabs((long long)f.loops[k].first - (long long)starts[k] * hold) <= 4 * hold, "loop %d", k);
        synp_loop_finder_free(&f);
    }
}

/* The measured voltage falls from -0.7 V to -0.3 V at the SET, as behind a compliance. */
Test(loops, a_voltage_that_snaps_back_ends_no_excursion)
{
    size_t starts[LOOPS];
    n = 0;
    for (int k = 0; k < LOOPS; k++) {
        starts[k] = n;
        loop(-1.2, 1.5);
        for (size_t j = starts[k]; j < starts[k] + 2 * QUARTER; j++)
            if (j > starts[k] + 24 || u[j] < -0.7)
                u[j] = fmax(u[j], -0.3);
    }
    expect_loops("snap-back", starts, LOOPS);
}

/* From the positive vertex: the first half excursion is alone, and the loops are cut at 0 V. */
Test(loops, a_record_from_the_positive_vertex_is_cut_at_0_V)
{
    n = 0;
    for (int k = 0; k < LOOPS; k++) {
        ramp(1.5, 0, QUARTER);
        ramp(0, -1.2, QUARTER);
        ramp(-1.2, 0, QUARTER);
        ramp(0, 1.5, QUARTER);
    }
    synp_loop_finder f = {0};
    cr_assert(synp_find_loops(&f, u, n, true));
    cr_assert(eq(sz, f.n, LOOPS + 1));
    cr_expect(f.loops[0].is_open && !f.loops[0].has_negative);
    for (int k = 1; k <= LOOPS; k++) {
        cr_expect(f.loops[k].has_negative && f.loops[k].has_positive);
        cr_expect(eq(sz, f.loops[k].first, (size_t)(4 * (k - 1) + 1) * QUARTER + 1));
    }
    synp_loop_finder_free(&f);
    n = 4 * QUARTER; /* one loop of this kind stays whole */
    f = (synp_loop_finder){0};
    cr_assert(synp_find_loops(&f, u, n, true));
    cr_expect(f.n == 1 && f.loops[0].first == 0 && f.loops[0].end == n);
    synp_loop_finder_free(&f);
}

/* Sweeps of one sign are excursions, also sweeps out and no way back. */
Test(loops, sweeps_of_one_sign_are_cut_where_they_return)
{
    size_t starts[LOOPS];
    n = 0;
    for (int k = 0; k < LOOPS; k++) {
        starts[k] = n;
        ramp(0, 2, QUARTER);
        ramp(2, 0, QUARTER);
        u[n++] = 0;
    }
    expect_loops("unipolar", starts, LOOPS);
    n = 0;
    for (int k = 0; k < LOOPS; k++) {
        starts[k] = n;
        ramp(0, -1, QUARTER);
        ramp(0, 1, QUARTER);
    }
    expect_loops("one way", starts, LOOPS);
}

/* A record that ends in the middle, and one whose SET was tried twice. */
Test(loops, incomplete_loops_stand_alone)
{
    size_t starts[4];
    n = 0;
    for (int k = 0; k < 3; k++) {
        starts[k] = n;
        loop(-1.2, 1.5);
    }
    n -= QUARTER + 10;
    synp_loop_finder f = {0};
    cr_assert(synp_find_loops(&f, u, n, true));
    cr_assert(eq(sz, f.n, 3));
    cr_expect(f.loops[0].is_open + 2 * f.loops[1].is_open + 4 * f.loops[2].is_open == 4);
    synp_loop_finder_free(&f);
    n = 0;
    starts[0] = 0;
    loop(-1.2, 1.5);
    starts[1] = n;
    ramp(0, -1.2, QUARTER);
    ramp(-1.2, 0, QUARTER);
    u[n++] = 0;
    starts[2] = n;
    loop(-1.2, 1.5);
    starts[3] = n;
    loop(-1.2, 1.5);
    expect_loops("tried twice", starts, 4);
}

/* Parts of a record give the loops of the whole. */
Test(loops, a_record_in_parts_has_the_loops_of_the_whole)
{
    size_t starts[20], found = 0, offset = 0;
    n = 0;
    for (int k = 0; k < 20; k++) {
        starts[k] = n;
        loop(-1.2, 1.5);
    }
    synp_loop_finder f = {0};
    for (size_t end = 500; found < 20; end = end + 333 < n ? end + 333 : n) {
        const bool is_whole = end == n;
        cr_assert(synp_find_loops(&f, u + offset, end - offset, is_whole));
        const size_t ready = is_whole ? f.n : f.n - 1;
        for (size_t k = 0; k < ready; k++)
            cr_expect(eq(sz, offset + f.loops[k].first, starts[found++]));
        offset += f.loops[f.n - 1].first;
        f.has_started = f.has_started || offset > 0;
    }
    cr_expect(eq(sz, found, 20));
    synp_loop_finder_free(&f);
}
