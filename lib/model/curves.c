/* SPDX-License-Identifier: MIT */
/* The two extreme I-V curves of a parameter set. */
#include "base/numeric.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>

/* Range of an exponential curve, ln(S): it holds every device, and in units of the chord at 0 V single precision holds it. */
static const double ln_least = -55.26, ln_most = 13.82; /* ln 1e-24, ln 1e6 */

/* Between so many points no polynomial of degree <= 11 hides two changes of its sign, unless it touches 0. */
enum { POINTS = 4096 };

bool synp_is_exponential(const syn_params *p)
{
    return p->exp_llrs.positive.n > 0;
}

double synp_u_linear(const syn_params *p)
{
    return p->iv_range > 0 ? p->iv_range : 1.1 * p->u_max;
}

static double exponent(const syn_exponential *e, double u)
{
    return synp_poly(u < 0 ? &e->negative : &e->positive, fabs(u));
}

static double current(const syn_poly *p, const syn_exponential *e, double u)
{
    return p->n > 0 ? synp_poly(p, u) : u * exp(exponent(e, u));
}

double synp_llrs(const syn_params *p, double u)
{
    return current(&p->llrs, &p->exp_llrs, u);
}

double synp_hhrs(const syn_params *p, double u)
{
    return current(&p->hhrs, &p->exp_hhrs, u);
}

static syn_status check_polynomial(const syn_poly *curve, const char *field, syn_error *err)
{
    char path[96];
    const syn_status status = synp_check_poly(curve, field, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s[0]", field);
    return curve->c[0] == 0 ? SYN_OK
                            : synp_fail(err, SYN_EFORMAT, path, "expected 0 (no current at 0 V), found %s",
                                        SYNP_TEXT_OF(curve->c[0]));
}

/* The sum for one sign of the voltage. */
static syn_status check_exponent(const syn_poly *e, double u_linear, const char *field, syn_error *err)
{
    const syn_status status = synp_check_poly(e, field, err);
    for (int i = 0; !status && i <= POINTS; i++) {
        const double u = u_linear * i / POINTS, ln_g = synp_poly(e, u);
        if (!(ln_g >= ln_least && ln_g <= ln_most))
            return synp_fail(err, SYN_EFORMAT, field,
                             "expected ln(I/U in S) between %.4g and %.4g up to |U| = %g V, found %g at %g V",
                             ln_least, ln_most, u_linear, ln_g, u);
    }
    return status;
}

static syn_status check_exponential(const syn_exponential *e, double u_linear, const char *field, syn_error *err)
{
    char path[96];
    snprintf(path, sizeof path, "%s.positive", field);
    syn_status status = check_exponent(&e->positive, u_linear, path, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s.negative", field);
    status = check_exponent(&e->negative, u_linear, path, err);
    if (!status && e->negative.c[0] != e->positive.c[0]) {
        snprintf(path, sizeof path, "%s.negative[0]", field);
        return synp_fail(err, SYN_EFORMAT, path, "expected %s as in %s.positive[0], found %s",
                         SYNP_TEXT_OF(e->positive.c[0]), field, SYNP_TEXT_OF(e->negative.c[0]));
    }
    return status;
}

/* LLRS(u) - HHRS(u) divided by u, or the difference of the logarithms: its sign is the one asked for, also in the limit
 * u -> 0. */
static double curve_gap(const syn_params *p, double u)
{
    const bool exponential = synp_is_exponential(p);
    const syn_poly *l = exponential ? &p->exp_llrs.positive : &p->llrs,
                   *h = exponential ? &p->exp_hhrs.positive : &p->hhrs;
    double gap = 0;
    for (int j = SYN_MAX_COEFFICIENTS - 1; j >= (exponential ? 0 : 1); j--)
        gap = gap * u + (j < l->n ? l->c[j] : 0) - (j < h->n ? h->c[j] : 0);
    return gap;
}

static syn_status check_shapes(const syn_params *p, syn_error *err)
{
    const struct {
        const char *field;
        const syn_poly *poly;
        const syn_exponential *exponential;
    } curves[] = {{"iv.hhrs", &p->hhrs, &p->exp_hhrs}, {"iv.llrs", &p->llrs, &p->exp_llrs}};
    const bool exponential = synp_is_exponential(p);
    for (int k = 0; k < 2; k++) {
        if ((curves[k].poly->n > 0 && exponential) || (curves[k].exponential->positive.n > 0) != exponential)
            return synp_fail(err, SYN_EFORMAT, curves[k].field,
                             "expected the form of the other curve: two polynomials, or two exponentials");
        const syn_status status =
            exponential ? check_exponential(curves[k].exponential, synp_u_linear(p), curves[k].field, err)
                        : check_polynomial(curves[k].poly, curves[k].field, err);
        if (status)
            return status;
    }
    return SYN_OK;
}

static syn_status check_order(const syn_params *p, syn_error *err)
{
    if (!(synp_llrs(p, p->u0) > 0))
        return synp_fail(err, SYN_EFORMAT, "iv.llrs", "expected a positive current at u0 = %g V, found %g A", p->u0,
                         synp_llrs(p, p->u0));
    for (int i = 0; i <= POINTS; i++) {
        const double u = p->u_max * i / POINTS;
        if (!(curve_gap(p, u) > 0))
            return synp_fail(err, SYN_EFORMAT, "iv",
                             "expected llrs(u) > hhrs(u) for 0 < u <= u_max = %g V, found "
                             "llrs - hhrs = %g A at u = %g V",
                             p->u_max,
                             synp_is_exponential(p) ? synp_llrs(p, u) - synp_hhrs(p, u) : curve_gap(p, u) * u, u);
    }
    return SYN_OK;
}

syn_status synp_check_curves(const syn_params *p, syn_error *err)
{
    if (!(isfinite(p->u_max) && p->u_max > 0))
        return synp_fail(err, SYN_EFORMAT, "u_max", "expected a positive voltage in V, found %s",
                         SYNP_TEXT_OF(p->u_max));
    if (!(p->u0 > 0 && p->u0 < p->u_max))
        return synp_fail(err, SYN_EFORMAT, "u0", "expected a voltage between 0 and u_max = %s V, found %s",
                         SYNP_TEXT_OF(p->u_max), SYNP_TEXT_OF(p->u0));
    if (!(isfinite(p->eta) && p->eta > 0))
        return synp_fail(err, SYN_EFORMAT, "eta", "expected a positive exponent, found %s", SYNP_TEXT_OF(p->eta));
    if (p->iv_range != 0 && !(isfinite(p->iv_range) && p->iv_range >= p->u_max))
        return synp_fail(err, SYN_EFORMAT, "iv.range", "expected a voltage of at least u_max = %s V, found %s",
                         SYNP_TEXT_OF(p->u_max), SYNP_TEXT_OF(p->iv_range));
    const syn_status status = check_shapes(p, err);
    return status ? status : check_order(p, err);
}
