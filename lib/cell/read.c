/* SPDX-License-Identifier: MIT */
#include "model/model.h"

#include <math.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

static const double elementary_charge = 1.602176634e-19; /* C, SI 2019 */
static const double boltzmann = 1.380649e-23;            /* J/K, SI 2019 */

double syn_noise_thermal(double g, double temperature)
{
    return 4 * (boltzmann * temperature) * fabs(g);
}

double syn_noise_shot(double i)
{
    return 2 * elementary_charge * fabs(i);
}

double syn_noise_sigma(double g, double i, double bandwidth)
{
    return sqrt(bandwidth * (syn_noise_thermal(g, 300) + syn_noise_shot(i)));
}

double syn_read(const syn_model *m, const syn_cell *c, double u, double bandwidth, uint64_t index)
{
    const double g = syn_chord(m, c->state.r, u), i = u * g;
    if (bandwidth == 0)
        return i;
    return i + syn_noise_sigma(g, i, bandwidth) * syn_rng_read(c->seed, c->id, index);
}

syn_status syn_adc_check(const syn_adc *adc, syn_error *err)
{
    if (!isfinite(adc->lo))
        return synp_fail(err, SYN_EINVAL, "lo", "%g is not finite", adc->lo);
    if (!(adc->hi > adc->lo && isfinite(adc->hi - adc->lo)))
        return synp_fail(err, SYN_EINVAL, "hi", "%g is not above lo = %g by a finite difference", adc->hi, adc->lo);
    if (adc->bits < 1 || adc->bits > 31)
        return synp_fail(err, SYN_EINVAL, "bits", "%d is outside 1 .. 31", adc->bits);
    return SYN_OK;
}

static double top_level(const syn_adc *adc)
{
    return (double)((UINT32_C(1) << adc->bits) - 1);
}

uint32_t syn_adc_level(const syn_adc *adc, double v)
{
    const double top = top_level(adc), steps = (v - adc->lo) / (adc->hi - adc->lo) * top, below = floor(steps);
    const double nearest = below + (steps - below >= 0.5);
    return nearest > 0 ? (uint32_t)fmin(nearest, top) : 0;
}

void syn_adc_levels(const syn_adc *adc, const float *v, size_t n, uint32_t *level)
{
    for (size_t k = 0; k < n; k++)
        level[k] = syn_adc_level(adc, (double)v[k]);
}

double syn_adc_value(const syn_adc *adc, uint32_t level)
{
    return adc->lo + level * (adc->hi - adc->lo) / top_level(adc);
}
