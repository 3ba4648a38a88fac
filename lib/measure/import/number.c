/* SPDX-License-Identifier: MIT */
#include "measure/import/number.h"

#include "base/language.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

synp_field synp_trim(const char *at, size_t n)
{
    while (n > 0 && is_blank(*at)) {
        at++;
        n--;
    }
    while (n > 0 && is_blank(at[n - 1]))
        n--;
    return (synp_field){at, n};
}

/* A number in parts: the value is (negative ? -1 : 1) * digits * 10^power, but if `many`, digits were left out. */
typedef struct parts {
    bool negative, many;
    uint64_t digits;
    int power;
} parts;

static const char minus[] = "\xe2\x88\x92"; /* U+2212 */
enum { MINUS = sizeof minus - 1 };

/* Length of the sign at `at`, 0 if there is none. */
static size_t read_sign(const char *at, const char *end, bool *negative)
{
    const bool is_minus = end - at >= MINUS && memcmp(at, minus, MINUS) == 0;
    *negative = is_minus || (at < end && *at == '-');
    return is_minus ? MINUS : at < end && (*at == '-' || *at == '+');
}

/* Reads the exponent, which fills the rest of the field. */
static bool read_exponent(const char *at, const char *end, int *power)
{
    int e = 0;
    bool negative;
    at += read_sign(at, end, &negative);
    if (at == end)
        return false;
    for (; at < end && is_digit(*at); at++)
        e = e < 10000 ? 10 * e + (*at - '0') : e;
    *power += negative ? -e : e;
    return at == end;
}

static bool read_parts(synp_field f, char decimal, parts *p)
{
    const char *at = f.at, *end = f.at + f.n;
    int seen = 0;
    bool fraction = false;
    *p = (parts){0};
    at += read_sign(at, end, &p->negative);
    for (; at < end; at++) {
        if (is_digit(*at)) {
            seen++;
            if (p->digits > (UINT64_MAX - 9) / 10) {
                p->many = true;
                p->power += !fraction;
            } else {
                p->digits = 10 * p->digits + (uint64_t)(*at - '0');
                p->power -= fraction;
            }
        } else if (*at == decimal && !fraction) {
            fraction = true;
        } else {
            break;
        }
    }
    if (seen == 0)
        return false;
    return at == end || (strchr("eEdD", *at) && read_exponent(at + 1, end, &p->power));
}

/* strtod with a decimal point, whatever language the host has set. */
static double number_of(const char *text)
{
    const synp_language l = synp_language_begin();
    const double x = strtod(text, NULL);
    synp_language_end(l);
    return x;
}

/* Any number, by strtod. */
static bool read_slowly(synp_field f, char decimal, double *out)
{
    char text[512];
    size_t n = 0;
    if (f.n >= sizeof text)
        return false;
    for (size_t k = 0; k < f.n; k++) {
        const char c = f.at[k];
        if (c == minus[0]) {
            text[n++] = '-';
            k += MINUS - 1;
        } else {
            text[n++] = (char)(c == decimal ? '.' : c == 'd' || c == 'D' ? 'e' : c);
        }
    }
    text[n] = '\0';
    *out = number_of(text);
    return isfinite(*out);
}

/* Integers below 2^53 and powers of ten up to 22 are doubles without an error, so one product or quotient of them is the
 * nearest double (Clinger, Proc. PLDI 1990, 92). */
bool synp_read_number(synp_field f, char decimal, double *out)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    parts p;
    if (f.n == 0 || !read_parts(f, decimal, &p))
        return false;
    if (p.many || p.digits > UINT64_C(1) << 53 || p.power > 22 || p.power < -22)
        return read_slowly(f, decimal, out);
    const double x = (double)p.digits;
    *out = p.power < 0 ? x / ten[-p.power] : x * ten[p.power];
    *out = p.negative ? -*out : *out;
    return true;
}

bool synp_read_whole(synp_field f, char decimal, uint64_t *out)
{
    size_t k = 0;
    *out = 0;
    for (; k < f.n && is_digit(f.at[k]); k++) {
        const uint64_t digit = (uint64_t)(f.at[k] - '0');
        if (*out > (UINT64_MAX - digit) / 10)
            return false;
        *out = 10 * *out + digit;
    }
    if (k == 0)
        return false;
    if (k < f.n && f.at[k] == decimal)
        k++;
    while (k < f.n && f.at[k] == '0')
        k++;
    return k == f.n;
}

bool synp_is_missing(synp_field f)
{
    static const char *const words[] = {"nan", "na",  "n/a",   "#n/a", "null",     "none", "-",
                                        "--",  "---", "#num!", "ovld", "overflow", "ovf",  "#div/0!"};
    if (f.n == 0)
        return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k]) == f.n && strncasecmp(words[k], f.at, f.n) == 0)
            return true;
    return false;
}
