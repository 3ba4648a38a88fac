/* SPDX-License-Identifier: MIT */
/* The text of a number by whole numbers of 128 bits, exact, in a quarter of the time of printf.
 *
 * x = m 2^e with a whole m < 2^53. For k >= 0, x 10^k = m 5^k 2^(e + k), and m 5^k < 2^116 as long as k <= 27: so the digits of
 * x, rounded to the nearest and ties to even as printf does, are a shift. Whether 15 digits d read back as x is a division:
 * d < 2^53 and 10^k for k <= 22 are doubles, and their quotient is rounded once, as a reader rounds (W. D. Clinger, PLDI 1990,
 * doi:10.1145/93548.93557). Numbers outside, below 1e-8 or above 1e14, take the way by printf. */
#include "base/numeric.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A host may have set a language whose decimal separator is another one, of one or more bytes. */
static void put_point(char *text)
{
    char *at = text + strspn(text, "+-0123456789");
    const size_t length = strcspn(at, "0123456789");
    if (!*at || strchr(".eni", *at)) /* 1e+20, nan and inf have none */
        return;
    *at = '.';
    memmove(at + 1, at + length, strlen(at + length) + 1);
}

const char *synp_short_text(double x, char text[SYNP_NUMBER_TEXT])
{
    snprintf(text, SYNP_NUMBER_TEXT, "%.6g", x);
    if (strtod(text, NULL) != x && !isnan(x))
        return synp_number_text(x, text);
    put_point(text);
    return text;
}

static const char *text_by_printf(double x, char text[SYNP_NUMBER_TEXT])
{
    snprintf(text, SYNP_NUMBER_TEXT, "%.15g", x);
    if (strtod(text, NULL) != x)
        snprintf(text, SYNP_NUMBER_TEXT, "%.17g", x);
    put_point(text);
    return text;
}

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

enum { FEW = 15, MANY = 17 };

/* Powers of 5 that a word holds with room for a sign. */
static const uint64_t five_to[] = {UINT64_C(1),
                                   UINT64_C(5),
                                   UINT64_C(25),
                                   UINT64_C(125),
                                   UINT64_C(625),
                                   UINT64_C(3125),
                                   UINT64_C(15625),
                                   UINT64_C(78125),
                                   UINT64_C(390625),
                                   UINT64_C(1953125),
                                   UINT64_C(9765625),
                                   UINT64_C(48828125),
                                   UINT64_C(244140625),
                                   UINT64_C(1220703125),
                                   UINT64_C(6103515625),
                                   UINT64_C(30517578125),
                                   UINT64_C(152587890625),
                                   UINT64_C(762939453125),
                                   UINT64_C(3814697265625),
                                   UINT64_C(19073486328125),
                                   UINT64_C(95367431640625),
                                   UINT64_C(476837158203125),
                                   UINT64_C(2384185791015625),
                                   UINT64_C(11920928955078125),
                                   UINT64_C(59604644775390625),
                                   UINT64_C(298023223876953125),
                                   UINT64_C(1490116119384765625),
                                   UINT64_C(7450580596923828125)};

/* x 10^k rounded to a whole number, ties to even; 0 <= k <= 27, x > 0, the result is below 2^64. */
static uint64_t scaled(double x, int k)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int e = (int)(bits >> 52) - 1075 + k; /* x is normal and positive: bits 52 to 62 are its exponent + 1023 */
    const wide n = (wide)(bits << 12 >> 12 | UINT64_C(1) << 52) * five_to[k];
    if (e >= 0)
        return (uint64_t)(n << e);
    if (e <= -128)
        return 0;
    const wide whole = n >> -e, rest = n - (whole << -e), half = (wide)1 << (-e - 1);
    return (uint64_t)whole + (rest > half || (rest == half && (whole & 1)));
}

/* The digits of x in one whole number, `count` of them; *power: that of ten of the first one. */
static uint64_t digits_of(double x, int count, int *power)
{
    const uint64_t end = count == FEW ? UINT64_C(1000000000000000) : UINT64_C(100000000000000000);
    uint64_t d = scaled(x, count - 1 - *power);
    if (d >= end) /* the power was too low, or the digits were all 9 before they were rounded */
        d = scaled(x, count - 1 - ++*power);
    else if (d < end / 10)
        d = scaled(x, count - 1 - --*power);
    return d;
}

/* As "%.15g" and "%.17g" do: without zeros at the end; with an exponent below 1e-4. */
static void put_digits(uint64_t d, int count, int power, bool negative, char *text)
{
    char digit[MANY];
    for (int k = count - 1; k >= 0; k--, d /= 10)
        digit[k] = (char)('0' + d % 10);
    while (count > 1 && digit[count - 1] == '0')
        count--;
    if (negative)
        *text++ = '-';
    const int before = power < -4 ? 1 : power + 1; /* digits before the point */
    if (before <= 0)
        *text++ = '0';
    for (int k = 0; k < before; k++)
        *text++ = k < count ? digit[k] : '0';
    if (count > before)
        *text++ = '.';
    for (int k = before; k < 0; k++)
        *text++ = '0';
    for (int k = before > 0 ? before : 0; k < count; k++)
        *text++ = digit[k];
    if (power < -4)
        text += snprintf(text, 5, "e-%02d", -power);
    *text = '\0';
}

const char *synp_number_text(double x, char text[SYNP_NUMBER_TEXT])
{
    const double size = fabs(x);
    if (!(size >= 1e-8 && size <= 1e14))
        return text_by_printf(x, text);
    int power = (int)floor(log10(size)), few_power = power;
    uint64_t d = digits_of(size, FEW, &few_power);
    const int k = FEW - 1 - few_power; /* 10^k = 5^k 2^k, both exact */
    if ((double)d / ((double)five_to[k] * (double)(1 << k)) == size)
        put_digits(d, FEW, few_power, x < 0, text);
    else {
        d = digits_of(size, MANY, &power);
        put_digits(d, MANY, power, x < 0, text);
    }
    return text;
}

#else

const char *synp_number_text(double x, char text[SYNP_NUMBER_TEXT])
{
    return text_by_printf(x, text);
}

#endif
