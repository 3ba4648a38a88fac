/* SPDX-License-Identifier: MIT */
/* The access devices: in series with each cell a resistance and a device with an I-V curve (syn_access). */
#ifndef CROSSBAR_ACCESS_H
#define CROSSBAR_ACCESS_H

#include "crossbar/lines/kernel.h"

typedef struct synp_access {
    syn_access device;         /* its curve is a copy */
    double *curve;             /* the copy */
    synp_cell_currents *cells; /* of the kernel */
    double *inner; /* V across the cells without their access devices: a matrix; NULL: no access devices */
} synp_access;

/* Returns SYN_OK or SYN_EINVAL (err names the point of the curve). */
syn_status synp_access_check(const syn_access *a, syn_error *err);

static inline bool synp_access_present(const syn_access *a)
{
    return a->resistance > 0 || a->points > 0;
}

/* Copies the device; cells and inner are left to the caller. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_access_copy(const syn_access *device, synp_access *a);
void synp_access_free(synp_access *a);

/* Current and slope of cell `at` and its access device in series at u; `access` is a synp_access, whose inner voltage
 * of the cell is where the search starts and then the result. */
void synp_access_series(void *access, const synp_cells *cells, size_t at, double u, double *i, double *g);

#endif
