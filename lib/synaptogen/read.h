/* SPDX-License-Identifier: MIT */
/* Reading a cell: current noise of a given bandwidth. Reads do not change the cell.
 * Signs and units as in cell.h. Threads: all functions are pure; any thread.
 * Source: Hennen et al. 2024, doi:10.1109/TED.2024.3427616. */
#ifndef SYNAPTOGEN_READ_H
#define SYNAPTOGEN_READ_H

#include <stdint.h>
#include <synaptogen/cell.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Spectral densities [A^2/Hz] of the noise current of a conductor: thermal of a chord conductance g [S] at T [K] >= 0,
 * 4 k T |g|, and shot of a current i [A], 2 q |i|                 (k, q: SI 2019, exact). */
double syn_noise_thermal(double g, double temperature);
double syn_noise_shot(double i);

/* Standard deviation [A] of the thermal and shot noise of a conductor with current i [A] and chord conductance
 * g [S] in the bandwidth [Hz] >= 0, at 300 K:
 *   sigma^2 = bandwidth (4 k T |g| + 2 q |i|)                 (Hennen et al. 2024) */
double syn_noise_sigma(double g, double i, double bandwidth);

/* The current [A] of a cell in state r at u [V] with noise of the bandwidth [Hz]: I(r,u) + sigma z, where z is
 * the normal of read `index` of the cell (seed, id). bandwidth 0 gives I(r,u). */
double syn_read(const syn_model *m, const syn_cell *c, double u, double bandwidth, uint64_t index);

#ifdef __cplusplus
}
#endif
#endif
