/* SPDX-License-Identifier: MIT */
/* Converters between analogue values and levels: the periphery of an array. Values have any unit: A at the outputs of an
 * array, V at its inputs.
 *
 * Level k = 0 .. 2^bits - 1 stands for the value lo + k step, step = (hi - lo) / (2^bits - 1). A real converter has two
 * errors, which are 0 in an ideal one:
 *   ADC: it sees (1 + gain_error) v + offset in place of v, and gives the nearest level.
 *   DAC: at level k it puts out (1 + gain_error) (lo + k step) + offset.
 * Quantities beyond lo and hi are clamped to the levels 0 and 2^bits - 1. Ties go up.
 *
 * Threads: all functions are pure; any thread. Except for the two checks and the two calibrations, converters must be ones
 * that syn_converter_check accepts. */
#ifndef SYNAPTOGEN_CONVERTER_H
#define SYNAPTOGEN_CONVERTER_H

#include <stddef.h>
#include <stdint.h>
#include <synaptogen/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syn_converter {
    double lo, hi;     /* finite, lo < hi */
    int bits;          /* 1 .. 31 */
    double offset;     /* in units of the value, finite */
    double gain_error; /* relative, -1 < gain_error < 1 */
} syn_converter;

/* Checks the ranges above. Returns SYN_OK or SYN_EINVAL; err (may be NULL) names the field. */
syn_status syn_converter_check(const syn_converter *c, syn_error *err);

/* The same for `lines` converters; err->field names the first wrong one: "adc[3].hi" if `name` is "adc". */
syn_status syn_converter_check_lines(const syn_converter *c, size_t lines, const char *name, syn_error *err);

/* The level that the ADC gives for v. A NaN gives 0. */
uint32_t syn_adc_level(const syn_converter *adc, double v);

/* level[k] of v[k] for n values. */
void syn_adc_levels(const syn_converter *adc, const float *v, size_t n, uint32_t *level);

/* The value that a level stands for: lo + level step, without the errors of the converter. */
double syn_adc_value(const syn_converter *adc, uint32_t level);

/* Replaces n values by those that the ADC's levels stand for. A NaN stays NaN. */
void syn_adc_convert(const syn_converter *adc, float *v, size_t n);

/* The same for a matrix v[lines x count], column-major, with a converter of its own for each line: adc[lines]. */
void syn_adc_convert_lines(const syn_converter *adc, size_t lines, float *v, size_t count);

/* The level whose value is nearest to the wish v, as a DAC without errors is driven. A NaN gives 0. */
uint32_t syn_dac_level(const syn_converter *dac, double v);

/* What the DAC puts out at a level, with its errors. */
double syn_dac_value(const syn_converter *dac, uint32_t level);

/* Replaces n wishes by what the DAC puts out for them. A NaN stays NaN. */
void syn_dac_convert(const syn_converter *dac, float *v, size_t n);

/* The same for a matrix v[lines x count], column-major, with a converter of its own for each line: dac[lines]. */
void syn_dac_convert_lines(const syn_converter *dac, size_t lines, float *v, size_t count);

/* Finds the range of an ideal converter of these bits from n values that it will see. clip, 0 <= clip < 1, is the share of
 * the sample that may lie outside: lo and hi are its quantiles clip / 2 and 1 - clip / 2, with linear interpolation between
 * neighbours. clip 0: from the smallest value to the largest. If all values (or both quantiles) are one x, the range is from
 * 0 to x or from x to 0, so that x is a level; for x = 0 it is 0 to 1. Sets all of *adc. Takes a copy of the sample.
 * Returns SYN_OK, SYN_EINVAL (n = 0, bits, clip, or a value that is not finite: err names its number) or SYN_ENOMEM;
 * *adc is untouched on failure. */
syn_status syn_adc_calibrate(const float *sample, size_t n, int bits, double clip, syn_converter *adc,
                             syn_error *err);

/* The same, with the range of the least mean squared difference between the sample and what the converter makes of it. A
 * narrow range has fine steps and clips more. The search starts with the whole range, moves one end at a time to the best
 * place on a grid of 1/32 of the whole range, then on a grid of 1/512 around it. It finds a minimum that may be a local one,
 * and never a worse range than the whole one. Takes some 200 n steps. Returns as syn_adc_calibrate. */
syn_status syn_adc_calibrate_least(const float *sample, size_t n, int bits, syn_converter *adc, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
