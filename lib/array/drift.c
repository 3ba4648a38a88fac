/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "base/numeric.h"
#include "base/threads.h"

#include <math.h>
#include <synaptogen/drift.h>
#include <synaptogen/rng.h>

static syn_status check(const syn_drift *d, double t, syn_error *err)
{
    const struct {
        const char *name;
        double value, least;
    } limits[] = {{"nu_mean", d->nu_mean, -INFINITY}, {"nu_sd", d->nu_sd, 0}, {"relaxation", d->relaxation, 0}};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
        if (!(limits[k].value >= limits[k].least && isfinite(limits[k].value)))
            return synp_fail(err, SYN_EINVAL, limits[k].name, "%s is %s", SYNP_TEXT_OF(limits[k].value),
                             isfinite(limits[k].value) ? "negative" : "not finite");
    if (!(d->t0 > 0 && isfinite(d->t0)))
        return synp_fail(err, SYN_EINVAL, "t0", "%s s is not a time above 0", SYNP_TEXT_OF(d->t0));
    if (!(t >= d->t0 && isfinite(t)))
        return synp_fail(err, SYN_EINVAL, "t", "%s s is not a time from t0 = %s s on", SYNP_TEXT_OF(t),
                         SYNP_TEXT_OF(d->t0));
    return synp_check_reserved(d->reserved, sizeof d->reserved, "syn_drift", err);
}

enum { CELL_NS = 100 };

syn_status syn_drift_apply(const syn_drift *d, uint64_t seed, uint64_t first, double t, float *g, size_t n,
                           syn_error *err)
{
    const syn_status status = check(d, t, err);
    if (status)
        return status;
    const double decades = log10(t / d->t0), spread = d->relaxation * sqrt(decades);
#pragma omp parallel for num_threads(synp_threads_for(synp_threads(0), n, CELL_NS))
    for (size_t k = 0; k < n; k++) {
        double z[4];
        syn_rng_normals(seed, first + k, 0, SYN_DRAW_DRIFT, z);
        const double factor = pow(10, -(d->nu_mean + d->nu_sd * z[0]) * decades) + spread * z[1];
        g[k] *= (float)(factor < 0 ? 0 : factor);
    }
    return SYN_OK;
}
