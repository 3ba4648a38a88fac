/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>

static const double bandwidth = 1e8; /* Hz */

/* A cell of a given resistance at 0.2 V; its draws are those of (seed, id). */
static syn_cell cell_of_resistance(uint64_t seed, uint64_t id, double resistance)
{
    syn_cell c;
    cr_assert(eq(int, syn_cell_init(support_model(10), seed, id, NULL, &c, NULL), SYN_OK));
    c.state.r = syn_state_of_resistance(support_model(10), resistance);
    return c;
}

/* Thermal and shot noise in separate formulas, constants of SI 2019. */
Test(read, sigma_adds_thermal_and_shot_noise_power)
{
    const double g = 2e-5, i = -3e-6, thermal = sqrt(4 * 1.380649e-23 * 300 * g * bandwidth),
                 shot = sqrt(2 * 1.602176634e-19 * 3e-6 * bandwidth);
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(g, i, bandwidth) / hypot(thermal, shot), 1, 1e-14));
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(g, 0, bandwidth) / thermal, 1, 1e-14));
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(0, i, bandwidth) / shot, 1, 1e-14));
    cr_expect(eq(dbl, syn_noise_sigma(-g, -i, bandwidth), syn_noise_sigma(g, i, bandwidth)));
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(g, i, 4 * bandwidth) / syn_noise_sigma(g, i, bandwidth), 2, 1e-14));
    cr_expect(eq(dbl, syn_noise_sigma(g, i, 0), 0));
}

/* At 300 K, 1e8 Hz and 0.2 V: variance 1e8 (1.65678e-20 I / 0.2 + 3.20435e-19 I), so 10.34 nA at the median HRS
 * current of 2.65 uA and 42.22 nA at the median LRS current of 44.2 uA. */
Test(read, a_median_hrs_read_has_10_na_of_noise_and_a_median_lrs_read_42_na)
{
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(2.65e-6 / 0.2, 2.65e-6, bandwidth), 10.34e-9, 0.005e-9));
    cr_expect(epsilon_eq(dbl, syn_noise_sigma(44.2e-6 / 0.2, 44.2e-6, bandwidth), 42.22e-9, 0.005e-9));
}

/* 1e5 reads: the mean's standard error is sigma / sqrt(n), that of the standard deviation sigma / sqrt(2n). Five of
 * them, 18 tests: significance 1e-5 in all. At 0 V the noise is thermal alone. */
Test(read, reads_scatter_with_sigma_around_the_noiseless_current)
{
    const syn_model *m = support_model(10);
    const double resistances[] = {4500, 20000, 1e6}, voltages[] = {0.2, -0.3, 0}, n = 1e5;
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < 3; j++) {
            const syn_cell c = cell_of_resistance(3, (uint64_t)(10 * k + j), resistances[k]);
            const double u = voltages[j], current = syn_current(m, c.state.r, u, NULL),
                         g = syn_chord(m, c.state.r, u), sigma = syn_noise_sigma(g, current, bandwidth);
            double sum = 0, squares = 0;
            for (uint64_t index = 0; index < 100000; index++) {
                const double z = (syn_read(m, &c, u, bandwidth, index) - current) / sigma;
                sum += z;
                squares += z * z;
            }
            cr_expect(lt(dbl, fabs(sum / n), 5 / sqrt(n)), "mean at %g ohm, %g V", resistances[k], u);
            cr_expect(lt(dbl, fabs(sqrt(squares / n) - 1), 5 / sqrt(2 * n)), "sd at %g ohm, %g V", resistances[k], u);
        }
}

Test(read, a_read_is_current_plus_sigma_times_the_normal_of_its_index)
{
    const syn_model *m = support_model(10);
    const uint64_t indices[] = {0, 1, ((uint64_t)1 << 56) - 1};
    for (uint64_t id = 0; id < 5; id++)
        for (int k = 0; k < 3; k++) {
            const syn_cell c = cell_of_resistance(9, id, 30000);
            const double current = 0.2 / 30000, thermal = 4 * 1.380649e-23 * 300 / 30000,
                         shot = 2 * 1.602176634e-19 * current, z = syn_rng_read(9, id, indices[k]);
            const double expected = current + sqrt(bandwidth * (thermal + shot)) * z;
            /* The current at 30 kohm is a difference of two of 50 uA: relative rounding 1e-14. */
            cr_expect(epsilon_eq(dbl, syn_read(m, &c, 0.2, bandwidth, indices[k]) / expected, 1, 1e-13));
        }
}

Test(read, reads_depend_on_seed_cell_and_index_and_repeat)
{
    const syn_model *m = support_model(10);
    const syn_cell a = cell_of_resistance(1, 1, 5000), cell = cell_of_resistance(1, 2, 5000),
                   seed = cell_of_resistance(2, 1, 5000);
    const double first = syn_read(m, &a, 0.2, bandwidth, 5);
    cr_expect(ne(dbl, first, syn_read(m, &a, 0.2, bandwidth, 6)));
    cr_expect(ne(dbl, first, syn_read(m, &cell, 0.2, bandwidth, 5)));
    cr_expect(ne(dbl, first, syn_read(m, &seed, 0.2, bandwidth, 5)));
    cr_expect(eq(dbl, first, syn_read(m, &a, 0.2, bandwidth, 5)));
}

Test(read, without_bandwidth_a_read_is_the_current)
{
    const syn_model *m = support_model(10);
    const syn_cell c = cell_of_resistance(4, 4, 12345);
    for (double u = -2; u <= 2; u += 0.125)
        cr_expect(eq(dbl, syn_read(m, &c, u, 0, 7), syn_current(m, c.state.r, u, NULL)));
}
