/* SPDX-License-Identifier: MIT */
/* Numerical helpers that several rooms need. Pure functions; any thread. */
#ifndef BASE_NUMERIC_H
#define BASE_NUMERIC_H

#include <stdbool.h>
#include <stddef.h>

/* sum_j c[j] x^j for j = 0 .. n-1, by Horner's rule. */
static inline double synp_horner(const double *c, int n, double x)
{
    double y = 0;
    for (int j = n - 1; j >= 0; j--)
        y = y * x + c[j];
    return y;
}

/* The standard normal distribution: the probability of a value below x, and the x for a probability 0 < p < 1. */
double synp_normal_below(double x);
double synp_normal_quantile(double p);

/* Mean and sum of squared deviations from it of n numbers; those that are missing (NAN) are not counted. */
typedef struct synp_scatter {
    size_t n;
    double mean, squares;
} synp_scatter;

/* Of v[0], v[stride], .., `count` numbers in all, added in this order. */
synp_scatter synp_scatter_of(const double *v, size_t count, size_t stride);

/* Standard deviation with n - 1 in the denominator; NAN if there are fewer than two numbers. */
double synp_scatter_sd(const synp_scatter *s);

/* Halves an interval `steps` times. is_left says whether x lies left of what is searched; context is passed on to it.
 * Returns the interval that remains. */
typedef struct synp_interval {
    double low, high;
} synp_interval;
synp_interval synp_bisect(bool (*is_left)(const void *context, double x), const void *context, synp_interval start,
                          int steps);

/* Text of a number with the fewest digits, 15 or 17, that read back as the same double. Returns text. */
enum { SYNP_NUMBER_TEXT = 32 };
const char *synp_number_text(double x, char text[SYNP_NUMBER_TEXT]);

/* The same for messages, where 1e+12 is easier to read than its 13 digits: 6 digits if they are enough, else as above. So a
 * number never looks as if it were in the range that it is not in. The text of SYNP_TEXT_OF lives as long as the block around. */
const char *synp_short_text(double x, char text[SYNP_NUMBER_TEXT]);
#define SYNP_TEXT_OF(x) synp_short_text((x), (char[SYNP_NUMBER_TEXT]){0})

/* Whether x stands for a whole number: it differs from the nearest one by at most 1e-9 |x| (1e-9 near 0) and at most 1/4.
 * *whole gets that number; x itself if there is none.
 *
 * Numbers that pass through expressions of a simulator are not exact. ngspice writes 16 digits and reads them as
 * digits * 10^-k, which is wrong by up to 2 units in the last place: 3 becomes 3.0000000000000004. These two units are
 * at most 1/4 below 2^50, so that the nearest whole number is the one that was written. From 10^15 on there are 16 digits
 * before the point, and the number is exact. */
bool synp_whole(double x, double *whole);

/* For qsort: doubles in rising order. */
int synp_rising(const void *a, const void *b);

/* Number of elements below *key in v, n elements of `size` bytes in the rising order of compare. Inline, so that the
 * comparison is inlined too. */
static inline size_t synp_lower_bound(const void *key, const void *v, size_t n, size_t size,
                                      int (*compare)(const void *, const void *))
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compare((const char *)v + middle * size, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
