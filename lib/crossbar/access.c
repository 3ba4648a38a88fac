/* SPDX-License-Identifier: MIT */
#include "crossbar/access.h"
#include "base/numeric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

syn_status synp_access_check(const syn_access *a, syn_error *err)
{
    if (!(a->resistance >= 0 && isfinite(a->resistance)))
        return synp_fail(err, SYN_EINVAL, "access", "%s ohm is not finite and >= 0", SYNP_TEXT_OF(a->resistance));
    if (a->points == 1)
        return synp_fail(err, SYN_EINVAL, "access", "a selector's curve has at least 2 points");
    for (size_t k = 0; k < a->points; k++)
        if (!isfinite(a->u[k]) || !isfinite(a->i[k]) || (k > 0 && !(a->u[k] > a->u[k - 1] && a->i[k] > a->i[k - 1])))
            return synp_fail(err, SYN_EINVAL, "access",
                             "point %zu of the selector's curve, %s V and %s A, is not above the one before", k,
                             SYNP_TEXT_OF(a->u[k]), SYNP_TEXT_OF(a->i[k]));
    for (size_t k = 0; k < a->points; k++)
        if (a->u[k] == 0 && a->i[k] == 0)
            return SYN_OK;
    return a->points == 0 ? SYN_OK
                          : synp_fail(err, SYN_EINVAL, "access", "(0, 0) is no point of the selector's curve");
}

syn_status synp_access_copy(const syn_access *device, synp_access *a)
{
    a->device = *device;
    if (device->points == 0)
        return SYN_OK;
    a->curve = malloc(2 * device->points * sizeof *a->curve);
    if (!a->curve)
        return SYN_ENOMEM;
    a->device.u = memcpy(a->curve, device->u, device->points * sizeof *a->curve);
    a->device.i = memcpy(a->curve + device->points, device->i, device->points * sizeof *a->curve);
    return SYN_OK;
}

void synp_access_free(synp_access *a)
{
    free(a->curve);
}

/* Voltage [V] across the device of the curve when it carries i [A], and its differential resistance [ohm] there. */
static double curve_voltage(const syn_access *a, double i, double *ohm)
{
    size_t low = 0, high = a->points - 1;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        *(a->i[middle] <= i ? &low : &high) = middle;
    }
    *ohm = (a->u[high] - a->u[low]) / (a->i[high] - a->i[low]);
    return a->u[low] + *ohm * (i - a->i[low]);
}

/* The voltage v of the cell solves v + resistance I(v) + curve(I(v)) = u. It lies between 0 and u, because all of these
 * rise with v. Newton's method, or halving of the interval where that would leave it. */
void synp_access_series(void *access, const synp_cells *cells, size_t at, double u, double *i, double *g)
{
    const synp_access *s = access;
    const syn_access *a = &s->device;
    double low = fmin(0, u), high = fmax(0, u), v = fmin(fmax(s->inner[at], low), high), device = 0;
    for (int n = 0; n < 100; n++) {
        double drop = 0, ohm = 0;
        s->cells(cells, at, &v, 1, i, g);
        if (a->points > 0)
            drop = curve_voltage(a, *i, &ohm);
        device = a->resistance + ohm;
        const double excess = v + a->resistance * *i + drop - u;
        *(excess > 0 ? &high : &low) = v;
        double next = v - excess / (1 + device * *g);
        if (!(next >= low && next <= high))
            next = 0.5 * (low + high);
        if (fabs(next - v) <= 1e-15 * fabs(u) || high - low <= 1e-16 * fabs(u)) {
            *i += *g * (next - v);
            v = next;
            break;
        }
        v = next;
    }
    s->inner[at] = v;
    *g /= 1 + device * *g;
}
