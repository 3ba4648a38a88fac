/* SPDX-License-Identifier: MIT */
/* The numerical helpers against sums, searches and functions written out. */
#include "base/linear.h"
#include "base/numeric.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(numeric, the_normal_quantile_inverts_the_distribution_function)
{
    for (double p = 1e-9; p < 1; p = p < 0.4 ? p * 1.7 : p + 0.0703) {
        const double x = synp_normal_quantile(p);
        /* erfc itself is good to 2e-16; the error of p grows with |x| phi(x) / p <= 40 times that of x. */
        cr_expect(lt(dbl, fabs(0.5 * erfc(-x / sqrt(2)) / p - 1), 1e-12), "at %g", p);
        cr_expect(lt(dbl, fabs(x + synp_normal_quantile(1 - p)), 1e-7 * (1 + fabs(x))), "at %g", p);
    }
}

/* Numbers with 10 binary digits: all sums are exact, whatever their order. */
Test(numeric, mean_and_deviation_are_those_of_the_numbers_that_are_there)
{
    const double v[12] = {1, -9, NAN, -9, 2.5, -9, NAN, -9, 4, -9, 0.5, -9};
    const synp_scatter s = synp_scatter_of(v, 6, 2);
    cr_expect(eq(sz, s.n, 4));
    cr_expect(eq(dbl, s.mean, 2));
    cr_expect(eq(dbl, s.squares, 1 + 0.25 + 4 + 2.25));
    cr_expect(eq(dbl, synp_scatter_sd(&s), sqrt(7.5 / 3)));
    const synp_scatter one = synp_scatter_of(v, 1, 1);
    cr_expect(isnan(synp_scatter_sd(&one)));
}

static bool is_below_root(const void *square, double x)
{
    return x * x < *(const double *)square;
}

Test(numeric, bisection_keeps_the_root_in_an_interval_of_half_the_width_per_step)
{
    const double square = 2;
    for (int steps = 0; steps <= 50; steps += 10) {
        const synp_interval x = synp_bisect(is_below_root, &square, (synp_interval){1, 2}, steps);
        cr_expect(x.low <= sqrt(2) && sqrt(2) <= x.high);
        cr_expect(eq(dbl, x.high - x.low, ldexp(1, -steps)));
    }
}

/* All places in sorted arrays with repeated numbers, by counting. */
Test(numeric, the_lower_bound_is_the_number_of_smaller_elements)
{
    uint64_t state = 1;
    for (size_t n = 0; n < 40; n++) {
        double v[40];
        for (size_t k = 0; k < n; k++)
            v[k] = floor(support_uniform(&state, 0, 10));
        qsort(v, n, sizeof *v, synp_rising);
        for (double key = -0.5; key < 11; key += 0.5) {
            size_t expected = 0;
            for (size_t k = 0; k < n; k++)
                expected += v[k] < key;
            cr_expect(eq(sz, synp_lower_bound(&key, v, n, sizeof *v, synp_rising), expected), "%g of %zu", key, n);
        }
    }
}

Test(numeric, the_text_of_a_number_is_short_and_reads_back_the_same)
{
    char text[SYNP_NUMBER_TEXT];
    cr_expect(eq(str, (char *)synp_number_text(0.1, text), "0.1"));
    cr_expect(eq(str, (char *)synp_number_text(-20, text), "-20"));
    uint64_t state = 3;
    for (int k = 0; k < 10000; k++) {
        const double x = ldexp(support_uniform(&state, -1, 1) / 3, k % 600 - 300);
        cr_expect(eq(dbl, strtod(synp_number_text(x, text), NULL), x));
    }
}

/* What printf writes: 15 digits if they read back, else 17. Ranges around the ends of the fast way; few digits; floats; powers of ten
 * and their neighbours, where digits are all 9 or the power of ten is in doubt; numbers of 53 bits, among which are ties. */
Test(numeric, the_text_of_a_number_is_that_of_printf)
{
    uint64_t state = 9;
    for (int k = 0; k < support_cases(300000, 5000000); k++) {
        char text[SYNP_NUMBER_TEXT], expected[SYNP_NUMBER_TEXT];
        double x = pow(10, support_uniform(&state, -9, 16));
        if (k % 5 == 1)
            x = floor(support_uniform(&state, 0, 1e6)) * pow(10, -floor(support_uniform(&state, 0, 12)));
        else if (k % 5 == 2)
            x = (double)(float)x;
        else if (k % 5 == 3) {
            x = pow(10, floor(support_uniform(&state, -9, 16)));
            for (int n = (int)support_uniform(&state, 0, 5); n > 0; n--)
                x = nextafter(x, support_uniform(&state, -1, 1) < 0 ? 0 : INFINITY);
        } else if (k % 5 == 4)
            x = ldexp(floor(support_uniform(&state, 0, 0x1p53)), -(int)support_uniform(&state, 0, 90));
        x = support_uniform(&state, -1, 1) < 0 ? -x : x;
        snprintf(expected, sizeof expected, "%.15g", x);
        if (strtod(expected, NULL) != x)
            snprintf(expected, sizeof expected, "%.17g", x);
        cr_assert(eq(str, (char *)synp_number_text(x, text), expected));
    }
    const double special[] = {0, -0.0, INFINITY, -INFINITY, NAN, 1e-8, 1e14, 5e-324, 1.7976931348623157e308};
    const char *const texts[] = {"0",
                                 "-0",
                                 "inf",
                                 "-inf",
                                 "nan",
                                 "1e-08",
                                 "100000000000000",
                                 "4.94065645841247e-324",
                                 "1.7976931348623157e+308"};
    for (size_t k = 0; k < sizeof special / sizeof *special; k++) {
        char text[SYNP_NUMBER_TEXT];
        cr_expect(eq(str, (char *)synp_number_text(special[k], text), (char *)texts[k]));
    }
}

/* A number as ngspice hands it from an expression to a model: it writes 16 digits and reads them as digits times a
 * power of ten. */
static double through_an_expression(double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.15e", x);
    double digits = 0;
    int exponent = 0;
    for (const char *c = text; *c != 'e'; c++)
        if (*c != '.')
            digits = 10 * digits + (*c - '0');
    sscanf(strchr(text, 'e') + 1, "%d", &exponent);
    return digits * pow(10, exponent - 15);
}

static bool is_read_as(double x, double expected)
{
    double whole;
    return synp_whole(x, &whole) && whole == expected;
}

static bool is_left_alone(double x)
{
    double whole;
    return !synp_whole(x, &whole) && (whole == x || isnan(x));
}

Test(numeric, whole_numbers_survive_the_expressions_of_a_simulator)
{
    cr_assert(through_an_expression(3) == 3.0000000000000004 && through_an_expression(6) != 6);
    cr_assert(through_an_expression(7) != 7 && through_an_expression(15033) != 15033);
    for (double k = 0; k <= 100000; k++)
        cr_expect(is_read_as(through_an_expression(k), k), "%g", k);
    uint64_t state = 1;
    for (int n = 0; n < 1000000; n++) {
        const double k = floor(exp2(support_uniform(&state, 0, 53)));
        cr_expect(is_read_as(through_an_expression(k), k), "%.17g", k);
    }
    for (double less = 0; less <= 1000; less++)
        cr_expect(is_read_as(through_an_expression(0x1p53 - less), 0x1p53 - less), "%g", less);
    cr_expect(is_read_as(3 * 0.1 - 0.3, 0) && is_read_as(-1 - 1e-15, -1));
}

Test(numeric, numbers_within_1e_9_and_a_quarter_are_whole_and_no_others)
{
    for (double k = 1; k < 1e15; k *= 7) {
        const double room = fmin(1e-9 * k, 0.25);
        cr_expect(is_read_as(k + 0.9 * room, k) && is_read_as(k - 0.9 * room, k), "%g", k);
    }
    for (double k = 1; k < 0x1p50; k *= 7) { /* above, neighbours differ by 1/4 or more */
        const double room = fmin(1e-9 * k, 0.25);
        cr_expect(is_left_alone(k + 1.1 * room) && is_left_alone(k + 0.5), "%g", k);
    }
    cr_expect(is_left_alone(INFINITY) && is_left_alone(-INFINITY) && is_left_alone(NAN));
}

/* L L' of a known L with entries of few binary digits: all sums are exact, so is each square root. What stands above the
 * diagonal is not read. */
Test(numeric, cholesky_s_method_gives_back_the_factor_and_refuses_indefinite_matrices)
{
    const double l[3][3] = {{2, 0, 0}, {-1.5, 0.5, 0}, {3, 0.25, 4}};
    double a[3][3];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            a[i][j] = j > i ? NAN : 0;
            for (int k = 0; k < 3; k++)
                a[i][j] += l[i][k] * l[j][k];
        }
    cr_assert(synp_cholesky_factor(3, &a[0][0]));
    cr_expect(eq(int, memcmp(a, l, sizeof l), 0));
    double indefinite[2][2] = {{1, 2}, {2, 1}}, singular[2][2] = {{1, 1}, {1, 1}};
    cr_expect(eq(int, synp_cholesky_factor(2, &indefinite[0][0]), 0));
    cr_expect(eq(int, synp_cholesky_factor(2, &singular[0][0]), 0));
}

enum { ORDER = 8 };

static void draw_matrix(uint64_t *state, double a[ORDER][ORDER])
{
    for (int i = 0; i < ORDER; i++)
        for (int j = 0; j < ORDER; j++)
            a[i][j] = support_uniform(state, -1, 1);
}

/* The residual of Gauss's elimination with pivots is some roundings of the sum of the products, 8 here. A permutation has
 * zeros where the first pivots would be. */
Test(numeric, linear_equations_hold_to_rounding_and_singular_ones_are_refused)
{
    double a[ORDER][ORDER], kept[ORDER][ORDER], b[2][ORDER], x[2][ORDER];
    uint64_t state = 3;
    for (int round = 0; round < 20; round++) {
        draw_matrix(&state, a);
        for (int i = 0; i < ORDER && round == 0; i++)
            for (int j = 0; j < ORDER; j++)
                a[i][j] = j == (i + 3) % ORDER;
        memcpy(kept, a, sizeof a);
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < ORDER; i++)
                x[c][i] = b[c][i] = support_uniform(&state, -1, 1);
        cr_assert(synp_equations(ORDER, &a[0][0], 2, &x[0][0]));
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < ORDER; i++) {
                double rest = -b[c][i], size = 1;
                for (int j = 0; j < ORDER; j++) {
                    rest += kept[i][j] * x[c][j];
                    size += fabs(x[c][j]);
                }
                cr_expect(lt(dbl, fabs(rest), 2e-15 * size), "matrix %d, row %d", round, i);
            }
    }
    double singular[2][2] = {{1, 2}, {2, 4}}, right[2] = {1, 1};
    cr_expect(eq(int, synp_equations(2, &singular[0][0], 1, right), 0));
}

/* a = sum_k w[k] v[k] v[k]' with orthonormal v[k]: together these determine the eigenvalues and eigenvectors. */
Test(numeric, eigenvectors_are_orthonormal_and_give_back_the_matrix)
{
    double a[ORDER][ORDER], kept[ORDER][ORDER], w[ORDER], v[ORDER][ORDER];
    uint64_t state = 4;
    for (int round = 0; round < 20; round++) {
        draw_matrix(&state, a);
        for (int i = 0; i < ORDER; i++)
            for (int j = 0; j < i; j++)
                a[i][j] = a[j][i];
        memcpy(kept, a, sizeof a);
        cr_assert(synp_eigenvectors(ORDER, &a[0][0], w, &v[0][0]));
        for (int i = 0; i < ORDER; i++)
            for (int j = 0; j < ORDER; j++) {
                double sum = -kept[i][j], product = -(i == j);
                for (int k = 0; k < ORDER; k++) {
                    sum += w[k] * v[k][i] * v[k][j];
                    product += v[i][k] * v[j][k];
                }
                cr_expect(fabs(sum) < 1e-14 && fabs(product) < 1e-14, "matrix %d, entry %d, %d", round, i, j);
            }
    }
    a[2][1] = NAN;
    cr_expect(eq(int, synp_eigenvectors(ORDER, &a[0][0], w, &v[0][0]), 0));
}
