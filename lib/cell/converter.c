/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "base/numeric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/converter.h>

static syn_status check_bits(int bits, syn_error *err)
{
    return bits >= 1 && bits <= 31 ? SYN_OK : synp_fail(err, SYN_EINVAL, "bits", "%d is outside 1 .. 31", bits);
}

syn_status syn_converter_check(const syn_converter *c, syn_error *err)
{
    if (!isfinite(c->lo))
        return synp_fail(err, SYN_EINVAL, "lo", "%s is not finite", SYNP_TEXT_OF(c->lo));
    if (!(c->hi > c->lo && isfinite(c->hi - c->lo)))
        return synp_fail(err, SYN_EINVAL, "hi", "%s is not above lo = %s by a finite difference", SYNP_TEXT_OF(c->hi),
                         SYNP_TEXT_OF(c->lo));
    if (!isfinite(c->offset))
        return synp_fail(err, SYN_EINVAL, "offset", "%s is not finite", SYNP_TEXT_OF(c->offset));
    if (!(fabs(c->gain_error) < 1))
        return synp_fail(err, SYN_EINVAL, "gain_error", "%s is outside (-1, 1)", SYNP_TEXT_OF(c->gain_error));
    return check_bits(c->bits, err);
}

syn_status syn_converter_check_lines(const syn_converter *c, size_t lines, const char *name, syn_error *err)
{
    for (size_t k = 0; k < lines; k++) {
        syn_error found;
        char field[sizeof found.field];
        const syn_status status = syn_converter_check(&c[k], &found);
        if (!status)
            continue;
        snprintf(field, sizeof field, "%.40s[%zu].%.20s", name, k, found.field);
        return synp_fail(err, status, field, "%s", found.text);
    }
    return SYN_OK;
}

static double top_level(const syn_converter *c)
{
    return (double)((UINT32_C(1) << c->bits) - 1);
}

/* A converter in the form of its work: nearest level of per_step (v - zero), values lo + level step. */
typedef struct scale {
    double zero, per_step, top, lo, step;
} scale;

/* gain and offset: what comes before the levels; value: (1 + gain_error) .. + offset comes after them. */
static scale scale_of(const syn_converter *c, double gain, double offset)
{
    const double top = top_level(c), range = c->hi - c->lo;
    return (scale){(c->lo - offset) / gain, top / range * gain, top, c->lo, range / top};
}

static scale adc_scale(const syn_converter *c)
{
    return scale_of(c, 1 + c->gain_error, c->offset);
}

static scale dac_scale(const syn_converter *c)
{
    scale s = scale_of(c, 1, 0);
    s.lo = (1 + c->gain_error) * c->lo + c->offset;
    s.step *= 1 + c->gain_error;
    return s;
}

/* As a number with a fraction of 0; NaN gives 0. */
static inline double nearest_level(const scale *s, double v)
{
    const double steps = (v - s->zero) * s->per_step, below = floor(steps), nearest = below + (steps - below >= 0.5);
    return nearest > 0 ? fmin(nearest, s->top) : 0;
}

static inline float converted(const scale *s, float v)
{
    return isnan(v) ? v : (float)(s->lo + nearest_level(s, (double)v) * s->step);
}

uint32_t syn_adc_level(const syn_converter *adc, double v)
{
    const scale s = adc_scale(adc);
    return (uint32_t)nearest_level(&s, v);
}

void syn_adc_levels(const syn_converter *adc, const float *v, size_t n, uint32_t *level)
{
    const scale s = adc_scale(adc);
    for (size_t k = 0; k < n; k++)
        level[k] = (uint32_t)nearest_level(&s, (double)v[k]);
}

double syn_adc_value(const syn_converter *adc, uint32_t level)
{
    return adc->lo + level * ((adc->hi - adc->lo) / top_level(adc));
}

uint32_t syn_dac_level(const syn_converter *dac, double v)
{
    const scale s = dac_scale(dac);
    return (uint32_t)nearest_level(&s, v);
}

double syn_dac_value(const syn_converter *dac, uint32_t level)
{
    return (1 + dac->gain_error) * syn_adc_value(dac, level) + dac->offset;
}

static void convert(scale s, float *v, size_t n)
{
    for (size_t k = 0; k < n; k++)
        v[k] = converted(&s, v[k]);
}

static void convert_lines(scale (*scale_at)(const syn_converter *), const syn_converter *c, size_t lines, float *v,
                          size_t count)
{
    for (size_t line = 0; line < lines; line++) {
        const scale s = scale_at(&c[line]);
        for (size_t k = 0; k < count; k++)
            v[line + lines * k] = converted(&s, v[line + lines * k]);
    }
}

void syn_adc_convert(const syn_converter *adc, float *v, size_t n)
{
    convert(adc_scale(adc), v, n);
}

void syn_adc_convert_lines(const syn_converter *adc, size_t lines, float *v, size_t count)
{
    convert_lines(adc_scale, adc, lines, v, count);
}

void syn_dac_convert(const syn_converter *dac, float *v, size_t n)
{
    convert(dac_scale(dac), v, n);
}

void syn_dac_convert_lines(const syn_converter *dac, size_t lines, float *v, size_t count)
{
    convert_lines(dac_scale, dac, lines, v, count);
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static syn_status check_sample(const float *sample, size_t n, int bits, syn_error *err)
{
    if (n == 0)
        return synp_fail(err, SYN_EINVAL, "n", "0 values are no sample");
    for (size_t k = 0; k < n; k++)
        if (!isfinite(sample[k]))
            return synp_fail(err, SYN_EINVAL, "sample", "%g, value %zu, is not finite", (double)sample[k], k);
    return check_bits(bits, err);
}

static double quantile(const float *sorted, size_t n, double p)
{
    const double at = p * (double)(n - 1);
    const size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;
    return (double)sorted[below] + (at - (double)below) * ((double)sorted[above] - (double)sorted[below]);
}

static syn_converter converter_between(double lo, double hi, int bits)
{
    if (lo < hi)
        return (syn_converter){.lo = lo, .hi = hi, .bits = bits};
    return (syn_converter){.lo = fmin(lo, 0), .hi = lo == 0 ? 1 : fmax(lo, 0), .bits = bits};
}

syn_status syn_adc_calibrate(const float *sample, size_t n, int bits, double clip, syn_converter *adc, syn_error *err)
{
    const syn_status status = check_sample(sample, n, bits, err);
    if (status)
        return status;
    if (!(clip >= 0 && clip < 1))
        return synp_fail(err, SYN_EINVAL, "clip", "%s is outside [0, 1)", SYNP_TEXT_OF(clip));
    float *sorted = malloc(n * sizeof *sorted);
    if (!sorted)
        return synp_no_memory(err);
    memcpy(sorted, sample, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, rising);
    *adc = converter_between(quantile(sorted, n, clip / 2), quantile(sorted, n, 1 - clip / 2), bits);
    free(sorted);
    return SYN_OK;
}

/* Sum of squared differences between the sample and what a converter makes of it. */
static double loss(const float *sample, size_t n, const syn_converter *c)
{
    const scale s = adc_scale(c);
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        const double v = (double)sample[k], d = s.lo + nearest_level(&s, v) * s.step - v;
        sum += d * d;
    }
    return sum;
}

/* Moves one end of the range to the best of `count` places from `from` on. */
static void move_end(const float *sample, size_t n, double *end, double from, double step, int count,
                     syn_converter *c, double *least)
{
    double best = *end;
    for (int k = 0; k < count; k++) {
        *end = from + k * step;
        const double found = c->lo < c->hi ? loss(sample, n, c) : INFINITY;
        if (found < *least) {
            *least = found;
            best = *end;
        }
    }
    *end = best;
}

/* c: from the smallest to the largest value. */
static void find_least(const float *sample, size_t n, syn_converter *c)
{
    enum { COARSE = 32, FINE = 16 }; /* parts of the whole range; parts of a part */
    const double lo = c->lo, hi = c->hi, part = (hi - lo) / COARSE, fine = part / FINE;
    double least = loss(sample, n, c);
    for (int round = 0; round < 2; round++) {
        move_end(sample, n, &c->hi, hi, -part, COARSE, c, &least);
        move_end(sample, n, &c->lo, lo, part, COARSE, c, &least);
    }
    move_end(sample, n, &c->hi, fmin(c->hi + (FINE - 1) * fine, hi), -fine, 2 * FINE - 1, c, &least);
    move_end(sample, n, &c->lo, fmax(c->lo - (FINE - 1) * fine, lo), fine, 2 * FINE - 1, c, &least);
}

syn_status syn_adc_calibrate_least(const float *sample, size_t n, int bits, syn_converter *adc, syn_error *err)
{
    const syn_status status = syn_adc_calibrate(sample, n, bits, 0, adc, err);
    bool varied = false;
    for (size_t k = 1; k < n && !status; k++)
        varied |= sample[k] != sample[0];
    if (varied)
        find_least(sample, n, adc);
    return status;
}
