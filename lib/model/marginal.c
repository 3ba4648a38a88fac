/* SPDX-License-Identifier: MIT */
/* From a standard normal number to a feature: Gamma, as a polynomial or a spline, and the scale. */
#include "base/numeric.h"
#include "model/limits.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>

const char *syn_scale_name(syn_scale scale)
{
    static const char *const names[] = {"linear", "log", "inverse"};
    return (unsigned)scale < sizeof names / sizeof *names ? names[scale] : NULL;
}

double synp_spline(const syn_spline *s, double x)
{
    const int last = s->n - 1;
    const double step = 2 * s->range / last, t = (x + s->range) / step;
    if (!(t > 0))
        return s->value[0] + s->slope[0] * (x + s->range);
    if (t >= last)
        return s->value[last] + s->slope[last] * (x - s->range);
    const int k = (int)t;
    double c[4];
    synp_spline_piece(s, k, c);
    return synp_horner(c, 4, t - k);
}

void synp_spline_piece(const syn_spline *s, int k, double c[4])
{
    const double step = 2 * s->range / (s->n - 1), rise = s->value[k + 1] - s->value[k], first = step * s->slope[k],
                 last = step * s->slope[k + 1];
    c[0] = s->value[k];
    c[1] = first;
    c[2] = 3 * rise - 2 * first - last;
    c[3] = first + last - 2 * rise;
}

double synp_gamma_at(const syn_params *p, int i, double x)
{
    return p->spline[i].n ? synp_spline(&p->spline[i], x) : synp_poly(&p->gamma[i], x);
}

double synp_from_scale(syn_scale scale, int feature, double v)
{
    if (scale == SYN_LINEAR)
        return v;
    const double y = scale == SYN_LOG ? exp(v) : 1 / fmax(v, 1 / SYNP_FEATURE_MAX);
    return (feature == SYN_U_SET ? -1 : 1) * fmin(y, SYNP_FEATURE_MAX);
}

double synp_to_scale(syn_scale scale, int feature, double y)
{
    const double size = feature == SYN_U_SET ? -y : y;
    return scale == SYN_LINEAR ? y : scale == SYN_LOG ? log(size) : 1 / size;
}

bool synp_scale_falls(syn_scale scale, int feature)
{
    return scale == SYN_INVERSE || (scale == SYN_LOG && feature == SYN_U_SET);
}

bool synp_scale_fits(syn_scale scale, int feature)
{
    return scale == SYN_LINEAR || (scale == SYN_LOG && feature != SYN_LOG10_R_HRS) ||
           (scale == SYN_INVERSE && feature == SYN_R_LRS);
}

/* A slope that exceeds 3 secants by rounding is still one that does not turn. */
static bool rises(const syn_spline *s, int k)
{
    const double secant = (s->value[k + 1] - s->value[k]) / (2 * s->range / (s->n - 1)),
                 most = 3 * secant + 1e-9 * fabs(s->value[s->n - 1] - s->value[0]);
    return secant >= 0 && s->slope[k] >= 0 && s->slope[k + 1] >= 0 && s->slope[k] <= most && s->slope[k + 1] <= most;
}

syn_status synp_check_spline(const syn_spline *s, const char *field, syn_error *err)
{
    char path[96];
    if (s->n < 2 || s->n > SYN_MAX_KNOTS)
        return synp_fail(err, SYN_EFORMAT, field, "expected 2 to %d knots, found %d", SYN_MAX_KNOTS, s->n);
    snprintf(path, sizeof path, "%s.range", field);
    if (!(isfinite(s->range) && s->range > 0))
        return synp_fail(err, SYN_EFORMAT, path, "expected a positive number, found %s", SYNP_TEXT_OF(s->range));
    for (int k = 0; k < s->n; k++)
        if (!isfinite(s->value[k]) || !isfinite(s->slope[k])) {
            snprintf(path, sizeof path, "%s.%s[%d]", field, isfinite(s->value[k]) ? "slope" : "value", k);
            return synp_fail(err, SYN_EFORMAT, path, "expected a finite number, found %s",
                             SYNP_TEXT_OF(isfinite(s->value[k]) ? s->slope[k] : s->value[k]));
        }
    for (int k = 0; k + 1 < s->n; k++)
        if (!rises(s, k))
            return synp_fail(
                err, SYN_EFORMAT, field,
                "expected values that rise, and slopes between 0 and 3 times the secants, found values %s and "
                "%s with slopes %s and %s at knots %d and %d",
                SYNP_TEXT_OF(s->value[k]), SYNP_TEXT_OF(s->value[k + 1]), SYNP_TEXT_OF(s->slope[k]),
                SYNP_TEXT_OF(s->slope[k + 1]), k, k + 1);
    return SYN_OK;
}
