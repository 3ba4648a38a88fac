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
