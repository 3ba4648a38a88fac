/* SPDX-License-Identifier: MIT */
#include <synaptogen/params_write.h>

#include "base/base.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every function here returns NULL without memory. */

typedef json_t *make_number(double x);

/* A figure for people: three digits. */
static json_t *rounded(double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.3g", x);
    return synp_json_number(strtod(text, NULL));
}

static json_t *row(const double *v, int n, make_number *make)
{
    json_t *array = json_array();
    for (int i = 0; i < n; i++)
        array = synp_json_append(array, make(v[i]));
    return array;
}

static json_t *poly(const syn_poly *p)
{
    return row(p->c, p->n, synp_json_number);
}

/* Rows of n numbers, which follow each other. */
static json_t *table(const double *v, int rows, int n, make_number *make)
{
    json_t *array = json_array();
    for (int i = 0; i < rows; i++)
        array = synp_json_append(array, row(v + i * n, n, make));
    return array;
}

static json_t *square(const double (*v)[SYN_NFEAT], make_number *make)
{
    return table(v[0], SYN_NFEAT, SYN_NFEAT, make);
}

static json_t *lags(const double (*a)[SYN_NFEAT][SYN_NFEAT], int order, make_number *make)
{
    json_t *array = json_array();
    for (int l = 0; l < order; l++)
        array = synp_json_append(array, square(a[l], make));
    return array;
}

static json_t *source(const syn_params *p)
{
    const char *const parts[][2] = {{"project", p->project}, {"licence", p->licence}, {"cite", p->cite}};
    json_t *object = json_object();
    for (int k = 0; k < 3; k++)
        if (parts[k][1][0])
            object = synp_json_with(object, parts[k][0], synp_json_text(parts[k][1]));
    return object;
}

static json_t *feature_names(void)
{
    json_t *array = json_array();
    for (int i = 0; i < SYN_NFEAT; i++)
        array = synp_json_append(array, json_string(syn_feature_name(i)));
    return array;
}

static json_t *spline(const syn_spline *s)
{
    json_t *object = synp_json_with(json_object(), "range", synp_json_number(s->range));
    object = synp_json_with(object, "value", row(s->value, s->n, synp_json_number));
    return synp_json_with(object, "slope", row(s->slope, s->n, synp_json_number));
}

static json_t *curve(const syn_poly *p, const syn_exponential *e)
{
    if (p->n > 0)
        return poly(p);
    json_t *object = synp_json_with(json_object(), "positive", poly(&e->positive));
    return synp_json_with(object, "negative", poly(&e->negative));
}

static json_t *curves(const syn_params *p)
{
    json_t *iv = synp_json_with(json_object(), "hhrs", curve(&p->hhrs, &p->exp_hhrs));
    iv = synp_json_with(iv, "llrs", curve(&p->llrs, &p->exp_llrs));
    return p->iv_range > 0 ? synp_json_with(iv, "range", synp_json_number(p->iv_range)) : iv;
}

static json_t *gammas(const syn_params *p)
{
    json_t *array = json_array();
    for (int i = 0; i < SYN_NFEAT; i++)
        array = synp_json_append(array, p->spline[i].n ? spline(&p->spline[i]) : poly(&p->gamma[i]));
    return array;
}

static json_t *scales(const syn_params *p)
{
    json_t *array = json_array();
    for (int i = 0; i < SYN_NFEAT; i++)
        array = synp_json_append(array, json_string(syn_scale_name(p->scale[i])));
    return array;
}

static json_t *mixture(const syn_params *p)
{
    const int n = p->n_components;
    json_t *factors = json_array(), *object = json_object();
    for (int k = 0; k < n; k++)
        factors = synp_json_append(factors, table(p->chol[k][0], SYN_NDEVICE, SYN_NDEVICE, synp_json_number));
    object = synp_json_with(object, "weight", row(p->weight, n, synp_json_number));
    object = synp_json_with(object, "mean", table(p->mean[0], n, SYN_NDEVICE, synp_json_number));
    object = synp_json_with(object, "chol", factors);
    return p->in_turn ? synp_json_with(object, "in_turn", json_true()) : object;
}

static json_t *orders(const syn_params *p)
{
    json_t *object = json_object();
    for (int k = 0; k < SYN_MAX_ORDER; k++) {
        const syn_var *v = &p->var[k];
        char key[8];
        if (v->order == 0)
            continue;
        snprintf(key, sizeof key, "%d", k + 1);
        json_t *order = synp_json_with(json_object(), "B", square(v->b, synp_json_number));
        object = synp_json_with(object, key, synp_json_with(order, "A", lags(v->a, v->order, synp_json_number)));
    }
    const syn_var *l = &p->var[SYN_LONG - 1];
    if (l->order == 0)
        return object;
    json_t *form = synp_json_with(json_object(), "B", square(l->b, synp_json_number));
    form = synp_json_with(form, "K", square(l->a[0], synp_json_number));
    return synp_json_with(object, "long", synp_json_with(form, "D", square(l->a[1], synp_json_number)));
}

/* A file that was read. */
static json_t *input(const char *name, uint64_t bytes, uint32_t crc)
{
    const char *slash = strrchr(name, '/');
    char sum[16];
    snprintf(sum, sizeof sum, "%08" PRIx32, crc);
    json_t *object = synp_json_with(json_object(), "file", synp_json_text(slash ? slash + 1 : name));
    object = synp_json_with(object, "bytes", json_integer((json_int_t)bytes));
    return synp_json_with(object, "crc32", json_string(sum));
}

/* Adds a table of BIC by order or number of components, relative to the least; null where not tried. */
static json_t *with_bic(json_t *object, const char *name, const double *bic, int chosen, int n)
{
    double relative[SYN_MOST_COMPONENTS + 1];
    if (isnan(bic[chosen]))
        return object;
    for (int k = 1; k <= n; k++)
        relative[k] = bic[k] - bic[chosen];
    return synp_json_with(object, name, row(relative + 1, n, rounded));
}

static json_t *standard_errors(const syn_params *p, const syn_provenance *v)
{
    const syn_fit_report *r = v->fit;
    json_t *gamma = json_array();
    for (int i = 0; i < SYN_NFEAT; i++)
        gamma = synp_json_append(gamma, row(r->gamma_error[i], p->gamma[i].n + p->spline[i].n, rounded));
    json_t *object = synp_json_with(json_object(), "gamma", gamma);
    object = synp_json_with(object, "B", square(r->b_error, rounded));
    if (r->order == SYN_LONG) {
        object = synp_json_with(object, "K", square(r->a_error[0], rounded));
        object = synp_json_with(object, "D", square(r->a_error[1], rounded));
    } else {
        object = synp_json_with(object, "A", lags(r->a_error, r->order, rounded));
    }
    object = synp_json_with(object, "weight", row(r->weight_error, p->n_components, rounded));
    object = synp_json_with(object, "mean", table(r->mean_error[0], p->n_components, SYN_NDEVICE, rounded));
    if (v->curves) {
        object = synp_json_with(object, "u_max", rounded(v->curves->u_max_error));
        object = synp_json_with(object, "eta", rounded(v->curves->eta_error));
        object = synp_json_with(object, "iv_rest", rounded(v->curves->rest));
        object = synp_json_with(object, "iv_local_median", rounded(v->curves->local_median));
        object = synp_json_with(object, "iv_local_most", rounded(v->curves->local_most));
        object = synp_json_with(object, "reset_rest", rounded(v->curves->rest_transitions));
    }
    return object;
}

static json_t *count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* The features that nobody measured, and the set that they come from. */
static json_t *taken_features(const syn_provenance *v)
{
    json_t *object = json_object();
    for (int i = 0; i < SYN_NFEAT; i++)
        if (v->fit->taken[i])
            object = synp_json_with(object, syn_feature_name(i), synp_json_text(v->others_of));
    return object;
}

/* Drift per 1000 cycles, break-in and wear-out of each feature, in spreads. */
static json_t *trends(const syn_fit_report *r)
{
    json_t *object = json_object();
    for (int i = 0; i < SYN_NFEAT; i++) {
        const double figures[3] = {r->trend[i].drift, r->trend[i].begin, r->trend[i].end};
        if (!r->taken[i])
            object = synp_json_with(object, syn_feature_name(i), row(figures, 3, rounded));
    }
    return object;
}

static json_t *provenance_of(const syn_params *p, const syn_provenance *v)
{
    const syn_fit_report *r = v->fit;
    json_t *figures = json_array();
    for (int i = 0; i < SYN_NFEAT; i++)
        figures = synp_json_append(figures, count(r->figures[i]));
    json_t *object = synp_json_with(json_object(), "program", synp_json_text(v->program));
    object = synp_json_with(object, "options", synp_json_text(v->options));
    object = synp_json_with(object, "features", input(v->features, v->features_bytes, v->features_crc));
    object = v->sweeps ? synp_json_with(object, "sweeps", input(v->sweeps, v->sweeps_bytes, v->sweeps_crc))
                       : synp_json_with(object, "curves_of", synp_json_text(v->curves_of));
    if (v->others_of)
        object = synp_json_with(object, "taken_features", taken_features(v));
    object = synp_json_with(object, "devices", count(r->devices));
    object = synp_json_with(object, "devices_left_out", count(r->left_out));
    object = synp_json_with(object, "cycles", count(r->rows));
    object = synp_json_with(object, "windows", count(r->windows));
    if (v->curves) {
        object = synp_json_with(object, "iv_points", count(v->curves->points));
        object = synp_json_with(object, "transitions", count(v->curves->transitions));
    }
    object = synp_json_with(object, "figures", figures);
    object = synp_json_with(object, "scale_bias_taken_off", row(r->scale, SYN_NFEAT, rounded));
    object = synp_json_with(object, "error_share_taken_off", row(r->noise, SYN_NDEVICE, rounded));
    object = synp_json_with(object, "trends", trends(r));
    object = synp_json_with(object, "gamma_rest", row(r->gamma_rest, SYN_NFEAT, rounded));
    object = synp_json_with(object, "device_spread", row(r->spread, SYN_NFEAT, rounded));
    object = synp_json_with(object, "device_spread_low", row(r->spread_low, SYN_NFEAT, rounded));
    object = synp_json_with(object, "device_spread_high", row(r->spread_high, SYN_NFEAT, rounded));
    object = with_bic(object, "bic_of_orders", r->order_bic, r->order, SYN_LONG);
    object = with_bic(object, "bic_of_components", r->components_bic, r->components, SYN_MOST_COMPONENTS_TRIED);
    return synp_json_with(object, "standard_errors", standard_errors(p, v));
}

static bool has_scales(const syn_params *p)
{
    bool scaled = false;
    for (int i = 0; i < SYN_NFEAT; i++)
        scaled = scaled || p->scale[i] != SYN_LINEAR;
    return scaled;
}

/* The oldest format that holds the set, for programs that know no other. */
static const char *format_of(const syn_params *p)
{
    bool second = p->in_turn || p->n_components > 16 || has_scales(p) || p->exp_llrs.positive.n > 0 ||
                  p->iv_range > 0 || p->var[SYN_LONG - 1].order;
    for (int i = 0; i < SYN_NFEAT; i++)
        second = second || p->spline[i].n > 0;
    return second ? "synaptogen-params/2" : "synaptogen-params/1";
}

static json_t *set_of(const syn_params *p, const syn_provenance *provenance)
{
    json_t *set = synp_json_with(json_object(), "format", json_string(format_of(p)));
    set = synp_json_with(set, "name", synp_json_text(p->name));
    set = synp_json_with(set, "description", synp_json_text(p->description));
    set = synp_json_with(set, "source", source(p));
    set = synp_json_with(set, "features", feature_names());
    set = synp_json_with(set, "u0", synp_json_number(p->u0));
    set = synp_json_with(set, "u_max", synp_json_number(p->u_max));
    set = synp_json_with(set, "eta", synp_json_number(p->eta));
    set = synp_json_with(set, "iv", curves(p));
    set = synp_json_with(set, "gamma", gammas(p));
    if (has_scales(p))
        set = synp_json_with(set, "scale", scales(p));
    set = synp_json_with(set, "device_gmm", mixture(p));
    set = synp_json_with(set, "var", orders(p));
    return provenance ? synp_json_with(set, "provenance", provenance_of(p, provenance)) : set;
}

syn_status syn_params_write(const syn_params *p, const syn_provenance *provenance, FILE *f, syn_error *err)
{
    if (provenance && synp_check_reserved(provenance->reserved, sizeof provenance->reserved, "syn_provenance", err))
        return SYN_EINVAL;
    json_t *set = set_of(p, provenance);
    if (!set)
        return synp_no_memory(err);
    synp_json_write(set, f);
    json_decref(set);
    return ferror(f) ? synp_fail(err, SYN_EIO, "", "cannot write the parameter set") : SYN_OK;
}
