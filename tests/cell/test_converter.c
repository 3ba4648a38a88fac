/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

/* vmin 1e-6, vmax 5e-5, 4 bits. The published code reads -5e-6 as -5.5e-6, half a step below its lowest level. */
Test(converter, the_published_converter_has_16_levels_from_1_to_50_microampere)
{
    const syn_converter adc = {.lo = 1e-6, .hi = 5e-5, .bits = 4};
    const double step = 49e-6 / 15;
    for (uint32_t level = 0; level < 16; level++) {
        cr_expect(epsilon_eq(dbl, syn_adc_value(&adc, level), 1e-6 + level * step, 1e-19));
        cr_expect(eq(u32, syn_adc_level(&adc, 1e-6 + level * step), level));
        cr_expect(eq(u32, syn_adc_level(&adc, 1e-6 + (level - 0.499) * step), level));
        cr_expect(eq(u32, syn_adc_level(&adc, 1e-6 + (level + 0.499) * step), level));
    }
    cr_expect(eq(u32, syn_adc_level(&adc, -5e-6), 0));
    cr_expect(eq(u32, syn_adc_level(&adc, 1), 15));
    cr_expect(eq(dbl, syn_adc_value(&adc, 0), 1e-6));
}

/* Steps of exactly 1, so that ties are exact. */
Test(converter, ties_go_up_and_both_ends_clamp)
{
    const syn_converter adc = {.lo = -3, .hi = 4, .bits = 3};
    const struct {
        double v;
        uint32_t level;
    } cases[] = {{-3, 0},   {-2.5, 1}, {-2.5000001, 0}, {0.5, 4},       {3.5, 7}, {3.4999999, 6}, {4, 7},
                 {4.5, 7},  {5.5, 7},  {-3.5, 0},       {-3.5001, 0},   {-4, 0},  {-1e300, 0},    {1e300, 7},
                 {-1.5, 2}, {NAN, 0},  {INFINITY, 7},   {-INFINITY, 0}, {0, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(u32, syn_adc_level(&adc, cases[i].v), cases[i].level), "v = %g", cases[i].v);
}

Test(converter, one_bit_and_31_bits_work)
{
    const syn_converter one = {.lo = 0, .hi = 1, .bits = 1}, many = {.lo = 0, .hi = 2147483647, .bits = 31};
    cr_expect(eq(u32, syn_adc_level(&one, 0.49), 0));
    cr_expect(eq(u32, syn_adc_level(&one, 0.5), 1));
    cr_expect(eq(u32, syn_adc_level(&one, 9), 1));
    cr_expect(eq(u32, syn_adc_level(&one, nextafter(0.5, 0)), 0));
    cr_expect(eq(u32, syn_adc_level(&one, 0.5), 1));
    cr_expect(eq(u32, syn_adc_level(&many, 2147483646), 2147483646));
    cr_expect(eq(u32, syn_adc_level(&many, 1e30), 2147483647));
    cr_expect(eq(dbl, syn_adc_value(&many, 2147483647), 2147483647));
}

Test(converter, an_impossible_converter_is_refused_by_name)
{
    const struct {
        syn_converter adc;
        const char *field;
    } cases[] = {{{0, 1, 0}, "bits"},
                 {{0, 1, 32}, "bits"},
                 {{0, 1, -4}, "bits"},
                 {{1, 1, 4}, "hi"},
                 {{2, 1, 4}, "hi"},
                 {{NAN, 1, 4}, "lo"},
                 {{0, INFINITY, 4}, "hi"},
                 {{-INFINITY, 1, 4}, "lo"},
                 {{0, NAN, 4}, "hi"},
                 {{-1.5e308, 1.5e308, 4}, "hi"},
                 {{.hi = 1, .bits = 4, .offset = NAN}, "offset"},
                 {{.hi = 1, .bits = 4, .gain_error = -1}, "gain_error"},
                 {{.hi = 1, .bits = 4, .gain_error = NAN}, "gain_error"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syn_error err = {0};
        support_refused(syn_converter_check(&cases[i].adc, &err), SYN_EINVAL, &err, cases[i].field, "");
        cr_expect(eq(int, syn_converter_check(&cases[i].adc, NULL), SYN_EINVAL), "case %zu", i);
    }
    syn_error err = {.line = 42};
    cr_expect(eq(int, syn_converter_check(&(syn_converter){1e-6, 5e-5, 4, 0, 0}, &err), SYN_OK));
    cr_expect(eq(int, err.line, 42));
}

/* Levels of a 3-bit converter from 0 to 7 A are the rounded currents: below, ties, above, no number. */
Test(converter, a_converter_treats_every_value_of_an_array_alike)
{
    const syn_converter adc = {.lo = 0, .hi = 7, .bits = 3};
    const float v[] = {-INFINITY, -1, 0, 0.49f, 0.5f, 3.2f, 6.6f, 7, 9, INFINITY, NAN};
    const uint32_t expected[] = {0, 0, 0, 0, 1, 3, 7, 7, 7, 7, 0};
    uint32_t level[11];
    syn_adc_levels(&adc, v, 11, level);
    for (int k = 0; k < 11; k++)
        cr_assert(eq(u32, level[k], expected[k]), "value %g: level %u", (double)v[k], level[k]);
}

/* The whole number nearest to x between 0 and 2^bits - 1, ties up, by another route than the library's: lround of a number
 * that no tie can spoil. */
static uint32_t nearest_whole(double x, int bits)
{
    const double top = pow(2, bits) - 1;
    return x <= 0 ? 0 : x >= top ? (uint32_t)top : (uint32_t)lround(x);
}

/* Random converters and values. A value within 1e-9 of the middle between two levels may go either way by rounding: such
 * values are passed over. */
Test(converter, offset_and_gain_error_act_before_an_adc_and_after_a_dac)
{
    uint64_t state = 5;
    for (int k = 0; k < 20000; k++) {
        const syn_converter c = {.lo = support_uniform(&state, -3, 0),
                                 .hi = support_uniform(&state, 0.1, 3),
                                 .bits = 1 + k % 10,
                                 .offset = support_uniform(&state, -1, 1),
                                 .gain_error = support_uniform(&state, -0.9, 0.9)};
        const double v = support_uniform(&state, -5, 5), step = (c.hi - c.lo) / (pow(2, c.bits) - 1);
        const double seen = ((1 + c.gain_error) * v + c.offset - c.lo) / step, wish = (v - c.lo) / step;
        if (fabs(seen - floor(seen) - 0.5) < 1e-9 || fabs(wish - floor(wish) - 0.5) < 1e-9)
            continue;
        const uint32_t a = nearest_whole(seen, c.bits), d = nearest_whole(wish, c.bits);
        cr_assert(eq(u32, syn_adc_level(&c, v), a));
        cr_assert(eq(u32, syn_dac_level(&c, v), d));
        cr_assert(epsilon_eq(dbl, syn_adc_value(&c, a), c.lo + a * step, 1e-14));
        cr_assert(epsilon_eq(dbl, syn_dac_value(&c, d), (1 + c.gain_error) * (c.lo + d * step) + c.offset, 1e-14));
    }
}

/* Against the calls for one value; results are floats, so equal to a rounding. A matrix of 3 lines and 5 inputs. */
Test(converter, batches_convert_each_value_by_the_converter_of_its_line)
{
    const syn_converter c[] = {{-1, 1, 3, 0.1, 0.05}, {0, 2, 8, 0, 0}, {-2, 5, 1, -0.3, -0.2}};
    float adc[15], dac[15], one[15], alike[15], v[15];
    uint64_t state = 1;
    for (int k = 0; k < 15; k++)
        v[k] = adc[k] = dac[k] = one[k] = alike[k] = (float)support_uniform(&state, -3, 3);
    syn_adc_convert_lines(c, 3, adc, 5);
    syn_dac_convert_lines(c, 3, dac, 5);
    syn_adc_convert(&c[1], one, 15);
    syn_dac_convert(&c[2], alike, 15);
    for (int k = 0; k < 15; k++) {
        const syn_converter *own = &c[k % 3];
        const double x = (double)v[k];
        cr_expect(epsilon_eq(flt, adc[k], (float)syn_adc_value(own, syn_adc_level(own, x)), 1e-6f));
        cr_expect(epsilon_eq(flt, dac[k], (float)syn_dac_value(own, syn_dac_level(own, x)), 1e-6f));
        cr_expect(epsilon_eq(flt, one[k], (float)syn_adc_value(&c[1], syn_adc_level(&c[1], x)), 1e-6f));
        cr_expect(epsilon_eq(flt, alike[k], (float)syn_dac_value(&c[2], syn_dac_level(&c[2], x)), 1e-6f));
    }
}

Test(converter, a_value_that_is_missing_stays_missing)
{
    const syn_converter c = {.lo = 1, .hi = 2, .bits = 4};
    float v[] = {NAN, 1, NAN};
    syn_adc_convert(&c, v, 3);
    cr_expect(isnan(v[0]) && isnan(v[2]));
    cr_expect(eq(flt, v[1], 1));
    syn_dac_convert_lines(&c, 1, v, 3);
    cr_expect(isnan(v[0]) && isnan(v[2]));
}

Test(converter, the_first_wrong_one_of_many_converters_is_named)
{
    const syn_converter c[] = {{0, 1, 4, 0, 0}, {0, 1, 4, 0, 0}, {3, 1, 4, 0, 0}};
    syn_error err = {0};
    cr_expect(eq(int, syn_converter_check_lines(c, 2, "adc", &err), SYN_OK));
    support_refused(syn_converter_check_lines(c, 3, "adc", &err), SYN_EINVAL, &err, "adc[2].hi", "1 is not above");
}

/* 1001 values 0, 1 .. 1000 in another order: the quantile p is 1000 p. */
Test(converter, calibration_leaves_the_given_share_out_half_on_each_side)
{
    float sample[1001];
    for (int k = 0; k < 1001; k++)
        sample[k] = (float)(k * 10 % 1001);
    const double clips[] = {0, 0.01, 0.5};
    for (int k = 0; k < 3; k++) {
        syn_converter c = {.offset = 9};
        cr_assert(eq(int, syn_adc_calibrate(sample, 1001, 6, clips[k], &c, NULL), SYN_OK));
        cr_expect(epsilon_eq(dbl, c.lo, 500 * clips[k], 1e-9));
        cr_expect(epsilon_eq(dbl, c.hi, 1000 - 500 * clips[k], 1e-9));
        cr_expect(eq(int, c.bits, 6));
        cr_expect(eq(dbl, c.offset, 0));
    }
}

Test(converter, a_constant_sample_is_converted_to_itself)
{
    const float values[] = {3e-6f, -2.5f, 0, 1e-44f};
    for (int k = 0; k < 4; k++)
        for (int bits = 1; bits <= 31; bits += 6)
            for (int least = 0; least < 2; least++) {
                const float sample[] = {values[k], values[k], values[k]};
                syn_converter c;
                syn_error err;
                cr_assert(eq(int,
                             least ? syn_adc_calibrate_least(sample, 3, bits, &c, &err)
                                   : syn_adc_calibrate(sample, 3, bits, 0.1, &c, &err),
                             SYN_OK));
                cr_expect(eq(int, syn_converter_check(&c, NULL), SYN_OK));
                float v = values[k];
                syn_adc_convert(&c, &v, 1);
                cr_expect(eq(flt, v, values[k]));
            }
}

Test(converter, calibration_refuses_what_is_no_sample)
{
    const float good[] = {1, 2}, missing[] = {1, 2, NAN}, infinite[] = {-INFINITY, 2};
    const struct {
        const float *sample;
        size_t n;
        int bits;
        double clip;
        const char *field, *text;
    } cases[] = {{good, 0, 4, 0, "n", "no sample"},         {missing, 3, 4, 0, "sample", "value 2"},
                 {infinite, 2, 4, 0, "sample", "value 0"},  {good, 2, 0, 0, "bits", "0 is outside"},
                 {good, 2, 32, 0, "bits", "32 is outside"}, {good, 2, 4, 1, "clip", "1 is outside"},
                 {good, 2, 4, -0.1, "clip", "-0.1 is"},     {good, 2, 4, NAN, "clip", "outside"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_converter c = {.lo = 7};
        syn_error err = {0};
        support_refused(syn_adc_calibrate(cases[k].sample, cases[k].n, cases[k].bits, cases[k].clip, &c, &err),
                        SYN_EINVAL, &err, cases[k].field, cases[k].text);
        if (cases[k].clip == 0)
            support_refused(syn_adc_calibrate_least(cases[k].sample, cases[k].n, cases[k].bits, &c, &err), SYN_EINVAL,
                            &err, cases[k].field, cases[k].text);
        cr_expect(eq(dbl, c.lo, 7));
    }
}

static double mean_square(const float *sample, size_t n, const syn_converter *c)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += pow(syn_adc_value(c, syn_adc_level(c, (double)sample[k])) - (double)sample[k], 2);
    return sum / (double)n;
}

/* The optimal uniform quantiser of a normal: J. Max, IRE Trans. Inf. Theory 6 (1960) 7, table II, has for 4, 8, 16 levels the
 * steps 0.9957, 0.5860, 0.3352 and the errors 0.1188, 0.03744, 0.01154. A sample of 50,000 has its mean squared error
 * to 1 %; the grid of the search is 1/512 of some 8.5 standard deviations, at a minimum that is flat. */
Test(converter, the_range_of_least_error_is_that_of_max_for_a_normal)
{
    enum { N = 50000 };
    static float sample[N];
    const double error[] = {0.1188, 0.03744, 0.01154}, step[] = {0.9957, 0.5860, 0.3352};
    uint64_t state = 11;
    for (int k = 0; k < N; k++)
        sample[k] = (float)support_normal(&state);
    for (int bits = 2; bits <= 4; bits++) {
        syn_converter c, whole;
        cr_assert(eq(int, syn_adc_calibrate_least(sample, N, bits, &c, NULL), SYN_OK));
        cr_assert(eq(int, syn_adc_calibrate(sample, N, bits, 0, &whole, NULL), SYN_OK));
        const double found = mean_square(sample, N, &c), steps = (c.hi - c.lo) / (pow(2, bits) - 1);
        cr_expect(lt(dbl, found, 1.02 * error[bits - 2]), "%d bits: %g", bits, found);
        cr_expect(gt(dbl, found, 0.97 * error[bits - 2]), "%d bits: %g", bits, found);
        cr_expect(epsilon_eq(dbl, steps / step[bits - 2], 1, 0.06), "%d bits: %g", bits, steps);
        cr_expect(lt(dbl, found, mean_square(sample, N, &whole)));
    }
}
