/* SPDX-License-Identifier: MIT */
#include <synaptogen/params_write.h>

#include "model/model.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fewest digits, 15 or 17, that read back as the same double; JSON has no word for NAN. */
static void put_number(FILE *f, double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", x);
    if (strtod(text, NULL) != x)
        snprintf(text, sizeof text, "%.17g", x);
    fputs(isfinite(x) ? text : "null", f);
}

/* A figure for people. */
static void put_rounded(FILE *f, double x)
{
    if (isfinite(x))
        fprintf(f, "%.3g", x);
    else
        fputs("null", f);
}

static void put_text(FILE *f, const char *text)
{
    json_t *checked = json_string(text); /* NULL if text is not UTF-8 */
    fputc('"', f);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < ' ')
            fprintf(f, "\\u%04x", c);
        else
            fputc(c < 128 || checked ? c : '?', f);
    }
    fputc('"', f);
    json_decref(checked);
}

static void put_row(FILE *f, const double *v, int n, void (*put)(FILE *, double))
{
    fputc('[', f);
    for (int i = 0; i < n; i++) {
        fputs(i ? ", " : "", f);
        put(f, v[i]);
    }
    fputc(']', f);
}

/* rows x n numbers that lie `stride` apart, a row in a line. */
static void put_rows(FILE *f, const double *v, int rows, int n, int stride, const char *indent,
                     void (*put)(FILE *, double))
{
    fputc('[', f);
    for (int i = 0; i < rows; i++) {
        fprintf(f, "%s\n%s  ", i ? "," : "", indent);
        put_row(f, v + i * stride, n, put);
    }
    fprintf(f, "\n%s]", indent);
}

static void put_curves(const syn_params *p, FILE *f)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {{"u0", p->u0}, {"u_max", p->u_max}, {"eta", p->eta}};
    for (int k = 0; k < 3; k++) {
        fprintf(f, "  \"%s\": ", figures[k].name);
        put_number(f, figures[k].value);
        fputs(",\n", f);
    }
    fputs("  \"iv\": {\n    \"hhrs\": ", f);
    put_row(f, p->hhrs.c, p->hhrs.n, put_number);
    fputs(",\n    \"llrs\": ", f);
    put_row(f, p->llrs.c, p->llrs.n, put_number);
    fputs("\n  },\n  \"gamma\": [", f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        fprintf(f, "%s\n    ", i ? "," : "");
        put_row(f, p->gamma[i].c, p->gamma[i].n, put_number);
    }
    fputs("\n  ],\n", f);
}

static void put_mixture(const syn_params *p, FILE *f)
{
    fputs("  \"device_gmm\": {\n    \"weight\": ", f);
    put_row(f, p->weight, p->n_components, put_number);
    fputs(",\n    \"mean\": ", f);
    put_rows(f, p->mean[0], p->n_components, SYN_NDEVICE, SYN_NDEVICE, "    ", put_number);
    fputs(",\n    \"chol\": [", f);
    for (int k = 0; k < p->n_components; k++) {
        fprintf(f, "%s\n      ", k ? "," : "");
        put_rows(f, p->chol[k][0], SYN_NDEVICE, SYN_NDEVICE, SYN_NDEVICE, "      ", put_number);
    }
    fputs("\n    ]\n  },\n", f);
}

static void put_lags(FILE *f, const double (*a)[SYN_NFEAT][SYN_NFEAT], int order, void (*put)(FILE *, double))
{
    for (int l = 0; l < order; l++) {
        fprintf(f, "%s\n        ", l ? "," : "[");
        put_rows(f, a[l][0], SYN_NFEAT, SYN_NFEAT, SYN_NFEAT, "        ", put);
    }
    fputs("\n      ]", f);
}

static void put_orders(const syn_params *p, FILE *f)
{
    int written = 0;
    fputs("  \"var\": {", f);
    for (int k = 0; k < SYN_MAX_ORDER; k++) {
        const syn_var *v = &p->var[k];
        if (v->order == 0)
            continue;
        fprintf(f, "%s\n    \"%d\": {\n      \"B\": ", written++ ? "," : "", v->order);
        put_rows(f, v->b[0], SYN_NFEAT, SYN_NFEAT, SYN_NFEAT, "      ", put_number);
        fputs(",\n      \"A\": ", f);
        put_lags(f, v->a, v->order, put_number);
        fputs("\n    }", f);
    }
    fputs("\n  }", f);
}

static void put_input(FILE *f, const char *key, const char *name, uint64_t bytes, uint32_t crc)
{
    const char *slash = strrchr(name, '/');
    fprintf(f, ",\n    \"%s\": {\"file\": ", key);
    put_text(f, slash ? slash + 1 : name);
    fprintf(f, ", \"bytes\": %" PRIu64 ", \"crc32\": \"%08" PRIx32 "\"}", bytes, crc);
}

static void put_named_row(FILE *f, const char *name, const double *v, int n)
{
    fprintf(f, ",\n    \"%s\": ", name);
    put_row(f, v, n, put_rounded);
}

/* Tables of BIC by order or number of components, relative to the least; null where not tried. */
static void put_bic(FILE *f, const char *name, const double *bic, int chosen, int n)
{
    double relative[SYN_MAX_COMPONENTS + 1];
    if (isnan(bic[chosen]))
        return;
    for (int k = 1; k <= n; k++)
        relative[k] = bic[k] - bic[chosen];
    put_named_row(f, name, relative + 1, n);
}

static void put_errors(const syn_params *p, const syn_provenance *v, FILE *f)
{
    const syn_fit_report *r = v->fit;
    fputs(",\n    \"standard_errors\": {\n      \"gamma\": ", f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        fprintf(f, "%s\n        ", i ? "," : "[");
        put_row(f, r->gamma_error[i], p->gamma[i].n, put_rounded);
    }
    fputs("\n      ]", f);
    fputs(",\n      \"B\": ", f);
    put_rows(f, r->b_error[0], SYN_NFEAT, SYN_NFEAT, SYN_NFEAT, "      ", put_rounded);
    fputs(",\n      \"A\": ", f);
    put_lags(f, r->a_error, r->order, put_rounded);
    fputs(",\n      \"weight\": ", f);
    put_row(f, r->weight_error, p->n_components, put_rounded);
    fputs(",\n      \"mean\": ", f);
    put_rows(f, r->mean_error[0], p->n_components, SYN_NDEVICE, SYN_NDEVICE, "      ", put_rounded);
    if (v->curves) {
        fputs(",\n      \"u_max\": ", f);
        put_rounded(f, v->curves->u_max_error);
        fputs(",\n      \"eta\": ", f);
        put_rounded(f, v->curves->eta_error);
        fputs(",\n      \"iv_rest\": ", f);
        put_rounded(f, v->curves->rest);
        fputs(",\n      \"reset_rest\": ", f);
        put_rounded(f, v->curves->rest_transitions);
    }
    fputs("\n    }", f);
}

static void put_provenance(const syn_params *p, const syn_provenance *v, FILE *f)
{
    const syn_fit_report *r = v->fit;
    fputs(",\n  \"provenance\": {\n    \"program\": ", f);
    put_text(f, v->program);
    fputs(",\n    \"options\": ", f);
    put_text(f, v->options);
    put_input(f, "features", v->features, v->features_bytes, v->features_crc);
    if (v->sweeps) {
        put_input(f, "sweeps", v->sweeps, v->sweeps_bytes, v->sweeps_crc);
    } else {
        fputs(",\n    \"curves_of\": ", f);
        put_text(f, v->curves_of);
    }
    fprintf(f, ",\n    \"devices\": %zu,\n    \"devices_left_out\": %zu,\n    \"cycles\": %zu,\n    \"windows\": %zu",
            r->devices, r->left_out, r->rows, r->windows);
    if (v->curves)
        fprintf(f, ",\n    \"iv_points\": %" PRIu64 ",\n    \"transitions\": %" PRIu64, v->curves->points,
                v->curves->transitions);
    fprintf(f, ",\n    \"figures\": [%zu, %zu, %zu, %zu]", r->figures[0], r->figures[1], r->figures[2],
            r->figures[3]);
    put_named_row(f, "scale_bias_taken_off", r->scale, SYN_NFEAT);
    put_named_row(f, "error_share_taken_off", r->noise, SYN_NDEVICE);
    put_named_row(f, "gamma_rest", r->gamma_rest, SYN_NFEAT);
    put_bic(f, "bic_of_orders", r->order_bic, r->order, SYN_MAX_ORDER);
    put_bic(f, "bic_of_components", r->components_bic, r->components, SYN_MOST_COMPONENTS_TRIED);
    put_errors(p, v, f);
    fputs("\n  }", f);
}

void syn_params_write(const syn_params *p, const syn_provenance *provenance, FILE *f)
{
    const char *const source[][2] = {{"project", p->project}, {"licence", p->licence}, {"cite", p->cite}};
    int written = 0;
    fputs("{\n  \"format\": \"synaptogen-params/1\",\n  \"name\": ", f);
    put_text(f, p->name);
    fputs(",\n  \"description\": ", f);
    put_text(f, p->description);
    fputs(",\n  \"source\": {", f);
    for (int k = 0; k < 3; k++)
        if (source[k][1][0]) {
            fprintf(f, "%s\n    \"%s\": ", written++ ? "," : "", source[k][0]);
            put_text(f, source[k][1]);
        }
    fputs("\n  },\n  \"features\": [", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, "%s\"%s\"", i ? ", " : "", syn_feature_name(i));
    fputs("],\n", f);
    put_curves(p, f);
    put_mixture(p, f);
    put_orders(p, f);
    if (provenance)
        put_provenance(p, provenance, f);
    fputs("\n}\n", f);
}
