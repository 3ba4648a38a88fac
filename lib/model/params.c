/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *syn_feature_name(int feature)
{
    static const char *const names[] = {"log10_r_hrs", "u_set", "r_lrs", "u_reset"};
    _Static_assert(sizeof names / sizeof *names == SYN_NFEAT, "each feature has a name");
    return feature >= 0 && feature < SYN_NFEAT ? names[feature] : NULL;
}

syn_status syn_params_default(syn_params *out, syn_error *err)
{
    (void)err;
    *out = synp_params_default;
    return SYN_OK;
}

double synp_poly(const syn_poly *p, double x)
{
    return synp_horner(p->c, p->n, x);
}

/* n finite numbers from v; the field's path gets [index] appended. */
static syn_status check_finite(const double *v, int n, const char *field, syn_error *err)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(v[i])) {
            char path[96];
            snprintf(path, sizeof path, "%s[%d]", field, i);
            return synp_fail(err, SYN_EFORMAT, path, "expected a finite number, found %s", SYNP_TEXT_OF(v[i]));
        }
    return SYN_OK;
}

/* A lower triangular n x n factor, row-major; its diagonal is >= 0, or > 0 if strict. */
static syn_status check_lower(const double *m, int n, bool strict, const char *field, syn_error *err)
{
    for (int i = 0; i < n; i++) {
        char path[80];
        snprintf(path, sizeof path, "%s[%d]", field, i);
        syn_status status = check_finite(m + i * n, n, path, err);
        if (status)
            return status;
        for (int j = i + 1; j < n; j++)
            if (m[i * n + j] != 0) {
                snprintf(path, sizeof path, "%s[%d][%d]", field, i, j);
                return synp_fail(err, SYN_EFORMAT, path,
                                 "expected 0 above the diagonal of a lower triangular factor, "
                                 "found %s",
                                 SYNP_TEXT_OF(m[i * n + j]));
            }
        if (m[i * n + i] < 0 || (strict && m[i * n + i] == 0)) {
            snprintf(path, sizeof path, "%s[%d][%d]", field, i, i);
            return synp_fail(err, SYN_EFORMAT, path, "expected a %s number on the diagonal, found %s",
                             strict ? "positive" : "non-negative", SYNP_TEXT_OF(m[i * n + i]));
        }
    }
    return SYN_OK;
}

syn_status synp_check_poly(const syn_poly *p, const char *field, syn_error *err)
{
    if (p->n < 1 || p->n > SYN_MAX_COEFFICIENTS)
        return synp_fail(err, SYN_EFORMAT, field, "expected 1 to %d coefficients, found %d", SYN_MAX_COEFFICIENTS,
                         p->n);
    return check_finite(p->c, p->n, field, err);
}

static syn_status check_mixture(const syn_params *p, syn_error *err)
{
    if (p->n_components < 1 || p->n_components > SYN_MAX_COMPONENTS)
        return synp_fail(err, SYN_EFORMAT, "device_gmm.weight", "expected 1 to %d components, found %d",
                         SYN_MAX_COMPONENTS, p->n_components);
    double sum = 0;
    for (int k = 0; k < p->n_components; k++) {
        char path[64];
        snprintf(path, sizeof path, "device_gmm.weight[%d]", k);
        if (!(p->weight[k] > 0 && p->weight[k] <= 1.001))
            return synp_fail(err, SYN_EFORMAT, path, "expected a weight in (0, 1], found %s",
                             SYNP_TEXT_OF(p->weight[k]));
        if (p->in_turn && fabs(p->weight[k] - p->weight[0]) > 1e-6)
            return synp_fail(err, SYN_EFORMAT, path, "expected equal weights of devices in turn, found %s and %s",
                             SYNP_TEXT_OF(p->weight[0]), SYNP_TEXT_OF(p->weight[k]));
        sum += p->weight[k];
        snprintf(path, sizeof path, "device_gmm.mean[%d]", k);
        syn_status status = check_finite(p->mean[k], SYN_NDEVICE, path, err);
        if (status)
            return status;
        snprintf(path, sizeof path, "device_gmm.chol[%d]", k);
        status = check_lower(&p->chol[k][0][0], SYN_NDEVICE, false, path, err);
        if (status)
            return status;
    }
    if (fabs(sum - 1) > 1e-3)
        return synp_fail(err, SYN_EFORMAT, "device_gmm.weight",
                         "expected weights with sum 1 within 0.001, found %.9g", sum);
    return SYN_OK;
}

/* Whether the spectral radius is below 1; *radius: it, or 0 if it is clear without it. */
static bool is_stable(const syn_var *v, double *radius)
{
    *radius = synp_var_is_contraction(v) ? 0 : syn_var_spectral_radius(v);
    return *radius < 1;
}

static syn_status check_long(const syn_var *v, syn_error *err)
{
    syn_var of_d = {.order = 1};
    double radius;
    if (v->order != SYN_LONG)
        return synp_fail(err, SYN_EFORMAT, "var.long", "expected order %d, found %d", SYN_LONG, v->order);
    syn_status status = check_lower(&v->b[0][0], SYN_NFEAT, true, "var.long.B", err);
    for (int i = 0; !status && i < 2 * SYN_NFEAT; i++) {
        char path[64];
        snprintf(path, sizeof path, "var.long.%c[%d]", i < SYN_NFEAT ? 'K' : 'D', i % SYN_NFEAT);
        status = check_finite(v->a[i / SYN_NFEAT][i % SYN_NFEAT], SYN_NFEAT, path, err);
    }
    if (status)
        return status;
    if (!is_stable(v, &radius))
        return synp_fail(err, SYN_EFORMAT, "var.long.K",
                         "expected a stable autoregression (spectral radius of K + D < 1), found %.6g", radius);
    memcpy(of_d.a[0], v->a[1], sizeof of_d.a[0]);
    if (!is_stable(&of_d, &radius))
        return synp_fail(err, SYN_EFORMAT, "var.long.D", "expected a spectral radius below 1, found %.6g", radius);
    return SYN_OK;
}

static syn_status check_var(const syn_var *v, int order, syn_error *err)
{
    char path[64];
    double radius;
    if (order == SYN_LONG)
        return check_long(v, err);
    if (v->order != order) {
        snprintf(path, sizeof path, "var.%d", order);
        return synp_fail(err, SYN_EFORMAT, path, "expected order %d, found %d", order, v->order);
    }
    snprintf(path, sizeof path, "var.%d.B", order);
    syn_status status = check_lower(&v->b[0][0], SYN_NFEAT, true, path, err);
    for (int l = 0; !status && l < order; l++)
        for (int i = 0; !status && i < SYN_NFEAT; i++) {
            snprintf(path, sizeof path, "var.%d.A[%d][%d]", order, l, i);
            status = check_finite(v->a[l][i], SYN_NFEAT, path, err);
        }
    if (status)
        return status;
    snprintf(path, sizeof path, "var.%d.A", order);
    if (!is_stable(v, &radius))
        return synp_fail(err, SYN_EFORMAT, path, "expected a stable autoregression (spectral radius < 1), found %.6g",
                         radius);
    return SYN_OK;
}

syn_status syn_params_validate(const syn_params *p, syn_error *err)
{
    syn_status status = synp_check_curves(p, err);
    for (int i = 0; !status && i < SYN_NFEAT; i++) {
        char path[96];
        snprintf(path, sizeof path, "scale[%d]", i);
        if (!syn_scale_name(p->scale[i]) || !synp_scale_fits(p->scale[i], i))
            return synp_fail(err, SYN_EFORMAT, path, "expected a scale that %s may have, found %s",
                             syn_feature_name(i), syn_scale_name(p->scale[i]) ? syn_scale_name(p->scale[i]) : "none");
        snprintf(path, sizeof path, "gamma[%d]", i);
        status =
            p->spline[i].n ? synp_check_spline(&p->spline[i], path, err) : synp_check_poly(&p->gamma[i], path, err);
    }
    if (!status)
        status = check_mixture(p, err);
    int orders = 0;
    for (int k = 0; !status && k < SYN_LONG; k++)
        if (p->var[k].order) {
            orders++;
            status = check_var(&p->var[k], k + 1, err);
        }
    if (!status && orders == 0)
        return synp_fail(err, SYN_EFORMAT, "var", "expected at least one autoregression order, found none");
    return status;
}
