/* SPDX-License-Identifier: MIT */
/* Reader of "synaptogen-params/1" and "synaptogen-params/2". jansson keeps no line numbers of values, so the line of a field is looked up
 * in the text afterwards, in failure only. */
#include "base/json.h"
#include "base/language.h"
#include "base/lines.h"
#include "base/numeric.h"
#include "model/model.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* End of the JSON value (or key) that begins at text; text is known to be valid JSON. */
static const char *skip_value(const char *text, const char *end)
{
    json_error_t where;
    json_t *value = json_loadb(text, (size_t)(end - text), JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &where);
    json_decref(value);
    return value ? text + where.position : end;
}

static const char *skip_space(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n,:", *text))
        text++;
    return text;
}

/* Length of the first step of a path such as "device_gmm.chol[1][3]". */
static size_t step_length(const char *path)
{
    return path[0] == '[' ? strcspn(path, "]") + 1 : strcspn(path, ".[");
}

/* The member or element that the first step of path names inside the container at text; NULL if absent. */
static const char *find_child(const char *text, const char *end, const char *path)
{
    const size_t length = step_length(path);
    long wanted = path[0] == '[' ? strtol(path + 1, NULL, 10) : -1;
    if (text == end || *text != (path[0] == '[' ? '[' : '{'))
        return NULL;
    for (text = skip_space(text + 1, end); text < end && *text != ']' && *text != '}';) {
        if (wanted < 0) {
            const bool match = strncmp(text + 1, path, length) == 0 && text[1 + length] == '"';
            text = skip_space(skip_value(text, end), end);
            if (match)
                return text;
        } else if (wanted-- == 0) {
            return text;
        }
        text = skip_space(skip_value(text, end), end);
    }
    return NULL;
}

/* 1-based line of a path in valid JSON text, or of its nearest ancestor that exists. */
static int line_of_path(const char *text, size_t size, const char *path)
{
    const char *end = text + size, *place = skip_space(text, end);
    while (*path) {
        const char *child = find_child(place, end, path);
        if (!child)
            break;
        place = child;
        path += step_length(path);
        path += *path == '.';
    }
    int line = 1;
    for (; text < place; text++)
        line += *text == '\n';
    return line;
}

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "a number",
                                        "a number",  "true",     "false",    "null"};
    return value ? names[json_typeof(value)] : "nothing";
}

/* Where the reader is; fails once with the path of the field at fault. */
typedef struct reader {
    syn_error *err;
    syn_status status;
    int format; /* 1 or 2 */
} reader;

/* Components of a file in format 1. */
enum { MOST_COMPONENTS_OF_1 = 16 };

static bool refuse(reader *rd, const char *path, const char *expected, const json_t *found)
{
    rd->status = synp_fail(rd->err, SYN_EFORMAT, path, "expected %s, found %s", expected, kind_of(found));
    return false;
}

static bool refuse_count(reader *rd, const char *path, const char *expected, size_t found, const char *unit)
{
    rd->status = synp_fail(rd->err, SYN_EFORMAT, path, "expected %s %s, found %zu", expected, unit, found);
    return false;
}

static bool read_number(reader *rd, const json_t *value, const char *path, double *out)
{
    if (!json_is_number(value))
        return refuse(rd, path, "a number", value);
    *out = json_number_value(value);
    return true;
}

/* min .. max numbers; the count goes to *n, or must be min if n is NULL. */
static bool read_numbers(reader *rd, const json_t *value, const char *path, size_t min, size_t max, double *out,
                         int *n)
{
    char expected[32];
    snprintf(expected, sizeof expected, min == max ? "%zu" : "%zu to %zu", min, max);
    if (!json_is_array(value))
        return refuse(rd, path, "an array of numbers", value);
    const size_t size = json_array_size(value);
    if (size < min || size > max)
        return refuse_count(rd, path, expected, size, "numbers");
    for (size_t i = 0; i < size; i++) {
        char element[96];
        snprintf(element, sizeof element, "%s[%zu]", path, i);
        if (!read_number(rd, json_array_get(value, i), element, &out[i]))
            return false;
    }
    if (n)
        *n = (int)size;
    return true;
}

/* An array of exactly `rows` things; NULL after a complaint. */
static const json_t *read_rows(reader *rd, const json_t *value, const char *path, size_t rows, const char *unit)
{
    char expected[32];
    if (!json_is_array(value)) {
        refuse(rd, path, "an array", value);
        return NULL;
    }
    if (json_array_size(value) != rows) {
        snprintf(expected, sizeof expected, "%zu", rows);
        refuse_count(rd, path, expected, json_array_size(value), unit);
        return NULL;
    }
    return value;
}

static bool read_matrix(reader *rd, const json_t *value, const char *path, size_t n, double *out)
{
    if (!read_rows(rd, value, path, n, "rows"))
        return false;
    for (size_t i = 0; i < n; i++) {
        char row[96];
        snprintf(row, sizeof row, "%s[%zu]", path, i);
        if (!read_numbers(rd, json_array_get(value, i), row, n, n, out + i * n, NULL))
            return false;
    }
    return true;
}

/* Refuses a member of the object that is none of the known ones: a misspelt one would be overlooked. */
static bool check_members(reader *rd, const json_t *object, const char *path, const char *known)
{
    const char *unknown = synp_json_unknown(object, known);
    char member[96];
    if (!unknown)
        return true;
    snprintf(member, sizeof member, "%s%s%.40s", path, *path ? "." : "", unknown);
    rd->status =
        synp_fail(rd->err, SYN_EFORMAT, member, "expected one of the members %s, found \"%.40s\"", known, unknown);
    return false;
}

static bool read_poly(reader *rd, const json_t *value, const char *path, syn_poly *out)
{
    return read_numbers(rd, value, path, 1, SYN_MAX_COEFFICIENTS, out->c, &out->n);
}

static bool read_format(reader *rd, const json_t *root)
{
    const json_t *format = json_object_get(root, "format");
    const char *expected = "\"synaptogen-params/1\" or \"synaptogen-params/2\"";
    if (!json_is_string(format))
        return refuse(rd, "format", expected, format);
    rd->format = strcmp(json_string_value(format), "synaptogen-params/1") == 0   ? 1
                 : strcmp(json_string_value(format), "synaptogen-params/2") == 0 ? 2
                                                                                 : 0;
    if (rd->format == 0)
        rd->status = synp_fail(rd->err, SYN_EFORMAT, "format", "expected %s, found \"%.64s\"", expected,
                               json_string_value(format));
    return rd->format > 0;
}

/* A field that format 1 does not know: a program that knows no other would overlook it. NULL if it is absent. */
static bool read_of_format_2(reader *rd, const json_t *object, const char *key, const char *path, const json_t **out)
{
    *out = json_object_get(object, key);
    if (*out && rd->format < 2)
        return refuse(rd, path, "this field in format \"synaptogen-params/2\" alone", *out);
    return true;
}

/* The order of the features is fixed; the file repeats it so that a reader of the file sees it. */
static bool read_features(reader *rd, const json_t *root)
{
    const json_t *names = read_rows(rd, json_object_get(root, "features"), "features", SYN_NFEAT, "names");
    if (!names)
        return false;
    for (size_t i = 0; i < SYN_NFEAT; i++) {
        const json_t *name = json_array_get(names, i);
        if (json_is_string(name) && strcmp(json_string_value(name), syn_feature_name((int)i)) == 0)
            continue;
        char path[32];
        snprintf(path, sizeof path, "features[%zu]", i);
        rd->status = synp_fail(rd->err, SYN_EFORMAT, path, "expected \"%s\", found %s%.64s%s",
                               syn_feature_name((int)i), json_is_string(name) ? "\"" : "",
                               json_is_string(name) ? json_string_value(name) : kind_of(name),
                               json_is_string(name) ? "\"" : "");
        return false;
    }
    return true;
}

/* Optional text for people, as one line; refused only when it is not a string. Cut to the space there is. */
static bool read_text(reader *rd, const json_t *object, const char *key, const char *path, size_t size, char *out)
{
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_string(value))
        return refuse(rd, path, "a string", value);
    snprintf(out, size, "%s", value ? json_string_value(value) : "");
    synp_one_line(out);
    return true;
}

static bool read_source(reader *rd, const json_t *root, syn_params *p)
{
    const json_t *source = json_object_get(root, "source");
    if (source && !json_is_object(source))
        return refuse(rd, "source", "an object", source);
    return read_text(rd, root, "name", "name", sizeof p->name, p->name) &&
           read_text(rd, root, "description", "description", sizeof p->description, p->description) &&
           read_text(rd, source, "project", "source.project", sizeof p->project, p->project) &&
           read_text(rd, source, "licence", "source.licence", sizeof p->licence, p->licence) &&
           read_text(rd, source, "cite", "source.cite", sizeof p->cite, p->cite);
}

/* A polynomial, or in format 2 a spline: an object with range, value and slope. */
static bool read_gamma(reader *rd, const json_t *value, const char *path, syn_poly *poly, syn_spline *spline)
{
    if (rd->format < 2 || !json_is_object(value))
        return read_poly(rd, value, path, poly);
    char member[96];
    if (!check_members(rd, value, path, "range value slope"))
        return false;
    snprintf(member, sizeof member, "%s.range", path);
    if (!read_number(rd, json_object_get(value, "range"), member, &spline->range))
        return false;
    snprintf(member, sizeof member, "%s.value", path);
    if (!read_numbers(rd, json_object_get(value, "value"), member, 2, SYN_MAX_KNOTS, spline->value, &spline->n))
        return false;
    snprintf(member, sizeof member, "%s.slope", path);
    const size_t n = (size_t)spline->n;
    return read_numbers(rd, json_object_get(value, "slope"), member, n, n, spline->slope, NULL);
}

/* The scales of the features; linear if the field is absent. */
static bool read_scales(reader *rd, const json_t *root, syn_params *p)
{
    const json_t *scales;
    if (!read_of_format_2(rd, root, "scale", "scale", &scales))
        return false;
    if (scales && !read_rows(rd, scales, "scale", SYN_NFEAT, "names"))
        return false;
    for (size_t i = 0; scales && i < SYN_NFEAT; i++) {
        const char *name = json_string_value(json_array_get(scales, i));
        char path[32];
        int k = 0;
        while (name && syn_scale_name((syn_scale)k) && strcmp(name, syn_scale_name((syn_scale)k)) != 0)
            k++;
        snprintf(path, sizeof path, "scale[%zu]", i);
        if (!name || !syn_scale_name((syn_scale)k))
            return refuse(rd, path, "\"linear\", \"log\" or \"inverse\"", json_array_get(scales, i));
        p->scale[i] = (syn_scale)k;
    }
    return true;
}

/* A polynomial, or in format 2 an exponential: an object with positive and negative. */
static bool read_curve(reader *rd, const json_t *value, const char *path, syn_poly *poly,
                       syn_exponential *exponential)
{
    if (rd->format < 2 || !json_is_object(value))
        return read_poly(rd, value, path, poly);
    char member[96];
    if (!check_members(rd, value, path, "positive negative"))
        return false;
    snprintf(member, sizeof member, "%s.positive", path);
    if (!read_poly(rd, json_object_get(value, "positive"), member, &exponential->positive))
        return false;
    snprintf(member, sizeof member, "%s.negative", path);
    return read_poly(rd, json_object_get(value, "negative"), member, &exponential->negative);
}

/* The range of the I-V curves; 0, that is 1.1 u_max, if the field is absent. */
static bool read_range(reader *rd, const json_t *iv, syn_params *p)
{
    const json_t *range;
    if (!read_of_format_2(rd, iv, "range", "iv.range", &range) ||
        (range && !read_number(rd, range, "iv.range", &p->iv_range)))
        return false;
    if (range && !(p->iv_range > 0))
        rd->status = synp_fail(rd->err, SYN_EFORMAT, "iv.range", "expected a positive voltage, found %s",
                               SYNP_TEXT_OF(p->iv_range));
    return rd->status == SYN_OK;
}

static bool read_curves(reader *rd, const json_t *root, syn_params *p)
{
    const json_t *iv = json_object_get(root, "iv");
    if (!json_is_object(iv))
        return refuse(rd, "iv", "an object", iv);
    if (!check_members(rd, iv, "iv", "hhrs llrs range"))
        return false;
    const json_t *gamma;
    if (!read_number(rd, json_object_get(root, "u0"), "u0", &p->u0) ||
        !read_number(rd, json_object_get(root, "u_max"), "u_max", &p->u_max) ||
        !read_number(rd, json_object_get(root, "eta"), "eta", &p->eta) ||
        !read_curve(rd, json_object_get(iv, "hhrs"), "iv.hhrs", &p->hhrs, &p->exp_hhrs) ||
        !read_curve(rd, json_object_get(iv, "llrs"), "iv.llrs", &p->llrs, &p->exp_llrs) || !read_range(rd, iv, p) ||
        !(gamma = read_rows(rd, json_object_get(root, "gamma"), "gamma", SYN_NFEAT, "polynomials")))
        return false;
    for (size_t i = 0; i < SYN_NFEAT; i++) {
        char path[32];
        snprintf(path, sizeof path, "gamma[%zu]", i);
        if (!read_gamma(rd, json_array_get(gamma, i), path, &p->gamma[i], &p->spline[i]))
            return false;
    }
    return read_scales(rd, root, p);
}

static bool read_mixture(reader *rd, const json_t *root, syn_params *p)
{
    const json_t *gmm = json_object_get(root, "device_gmm"), *mean, *chol, *in_turn;
    if (!json_is_object(gmm))
        return refuse(rd, "device_gmm", "an object", gmm);
    if (!check_members(rd, gmm, "device_gmm", "weight mean chol in_turn"))
        return false;
    const size_t most = rd->format == 1 ? MOST_COMPONENTS_OF_1 : SYN_MAX_COMPONENTS;
    if (!read_numbers(rd, json_object_get(gmm, "weight"), "device_gmm.weight", 1, most, p->weight,
                      &p->n_components) ||
        !read_of_format_2(rd, gmm, "in_turn", "device_gmm.in_turn", &in_turn))
        return false;
    if (in_turn && !json_is_boolean(in_turn))
        return refuse(rd, "device_gmm.in_turn", "true or false", in_turn);
    p->in_turn = json_is_true(in_turn);
    const size_t n = (size_t)p->n_components;
    mean = read_rows(rd, json_object_get(gmm, "mean"), "device_gmm.mean", n, "rows, one for each weight");
    if (!mean)
        return false;
    chol = read_rows(rd, json_object_get(gmm, "chol"), "device_gmm.chol", n, "matrices, one for each weight");
    if (!chol)
        return false;
    for (size_t k = 0; k < n; k++) {
        char path[64];
        snprintf(path, sizeof path, "device_gmm.mean[%zu]", k);
        if (!read_numbers(rd, json_array_get(mean, k), path, SYN_NDEVICE, SYN_NDEVICE, p->mean[k], NULL))
            return false;
        snprintf(path, sizeof path, "device_gmm.chol[%zu]", k);
        if (!read_matrix(rd, json_array_get(chol, k), path, SYN_NDEVICE, &p->chol[k][0][0]))
            return false;
    }
    return true;
}

/* The form with long memory: B, K and D. */
static bool read_long(reader *rd, const json_t *value, syn_var *v)
{
    const char *const keys[] = {"B", "K", "D"}, *const paths[] = {"var.long.B", "var.long.K", "var.long.D"};
    double *const matrices[] = {&v->b[0][0], &v->a[0][0][0], &v->a[1][0][0]};
    if (rd->format < 2)
        return refuse(rd, "var.long", "this field in format \"synaptogen-params/2\" alone", value);
    if (!json_is_object(value))
        return refuse(rd, "var.long", "an object with B, K and D", value);
    if (!check_members(rd, value, "var.long", "B K D"))
        return false;
    v->order = SYN_LONG;
    for (int k = 0; k < 3; k++)
        if (!read_matrix(rd, json_object_get(value, keys[k]), paths[k], SYN_NFEAT, matrices[k]))
            return false;
    return true;
}

static bool read_order(reader *rd, const char *key, const json_t *value, syn_params *p)
{
    char path[64];
    if (strcmp(key, "long") == 0)
        return read_long(rd, value, &p->var[SYN_LONG - 1]);
    snprintf(path, sizeof path, "var.%.40s", key);
    char *rest;
    const long order = strtol(key, &rest, 10);
    char canonical[24];
    snprintf(canonical, sizeof canonical, "%ld", order);
    if (*rest || strcmp(canonical, key) != 0 || order < 1 || order > SYN_MAX_ORDER) {
        rd->status = synp_fail(rd->err, SYN_EFORMAT, path,
                               "expected an order from 1 to %d as the key, found \"%.40s\"", SYN_MAX_ORDER, key);
        return false;
    }
    if (!json_is_object(value))
        return refuse(rd, path, "an object with A and B", value);
    syn_var *v = &p->var[order - 1];
    v->order = (int)order;
    snprintf(path, sizeof path, "var.%ld.B", order);
    if (!read_matrix(rd, json_object_get(value, "B"), path, SYN_NFEAT, &v->b[0][0]))
        return false;
    snprintf(path, sizeof path, "var.%ld.A", order);
    const json_t *lags =
        read_rows(rd, json_object_get(value, "A"), path, (size_t)order, "matrices, one for each lag");
    if (!lags)
        return false;
    for (size_t l = 0; l < (size_t)order; l++) {
        snprintf(path, sizeof path, "var.%ld.A[%zu]", order, l);
        if (!read_matrix(rd, json_array_get(lags, l), path, SYN_NFEAT, &v->a[l][0][0]))
            return false;
    }
    snprintf(path, sizeof path, "var.%ld", order);
    return check_members(rd, value, path, "A B");
}

static bool read_orders(reader *rd, json_t *root, syn_params *p)
{
    json_t *orders = json_object_get(root, "var"), *value;
    const char *key;
    if (!json_is_object(orders))
        return refuse(rd, "var", "an object", orders);
    json_object_foreach (orders, key, value)
        if (!read_order(rd, key, value, p))
            return false;
    return true;
}

/* "provenance" is that of syn_params_write. What it holds is for people, and so is what else "source" holds. */
#define ROOT_MEMBERS "format name description source provenance features u0 u_max eta iv scale gamma device_gmm var"

static syn_status read_root(json_t *root, syn_params *p, syn_error *err)
{
    reader rd = {.err = err, .status = SYN_OK};
    if (!json_is_object(root)) {
        refuse(&rd, "", "an object", root);
        return rd.status;
    }
    if (read_format(&rd, root) && read_source(&rd, root, p) && read_features(&rd, root) &&
        read_curves(&rd, root, p) && read_mixture(&rd, root, p) && read_orders(&rd, root, p) &&
        check_members(&rd, root, "", ROOT_MEMBERS))
        return syn_params_validate(p, err);
    return rd.status;
}

static syn_status syntax_error(const json_error_t *where, syn_error *err)
{
    if (json_error_code(where) == json_error_out_of_memory || !where->text[0])
        return synp_no_memory(err);
    synp_fail(err, SYN_ESYNTAX, "", "expected valid JSON, found: %.160s", where->text);
    if (err)
        err->line = where->line > 0 ? where->line : 1;
    return SYN_ESYNTAX;
}

syn_status syn_params_parse(const char *text, size_t size, const char *name, syn_params *out, syn_error *err)
{
    json_error_t where;
    const size_t mark = strlen(SYNP_BYTE_ORDER_MARK);
    if (size >= mark && memcmp(text, SYNP_BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        size -= mark;
    }
    const synp_language language = synp_language_begin(); /* jansson aborts where a separator has several bytes */
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    syn_status status;
    if (!root) {
        status = syntax_error(&where, err);
    } else {
        syn_params *p = calloc(1, sizeof *p);
        status = p ? read_root(root, p, err) : synp_no_memory(err);
        if (status == SYN_OK)
            *out = *p;
        else if (err && status != SYN_ENOMEM)
            err->line = line_of_path(text, size, err->field);
        free(p);
        json_decref(root);
    }
    synp_language_end(language);
    return status ? synp_in_file(err, name, status) : status;
}

/* The whole file in *text, to be freed. A parameter set is some 10 kB; 16 MiB is not one. */
static syn_status read_file(const char *path, char **text, size_t *size, syn_error *err)
{
    const size_t limit = (size_t)16 << 20;
    FILE *f = fopen(path, "rb");
    if (!f)
        return synp_fail(err, SYN_EIO, "", "cannot open: %s", strerror(errno));
    syn_status status = SYN_OK;
    size_t room = 0;
    *text = NULL;
    *size = 0;
    while (status == SYN_OK && !feof(f)) {
        if (*size == room) {
            room = room ? 2 * room : 65536;
            char *more = room > limit ? NULL : realloc(*text, room);
            if (!more) {
                status = room > limit
                             ? synp_fail(err, SYN_EIO, "", "larger than %zu bytes, not a parameter file", limit)
                             : synp_no_memory(err);
                break;
            }
            *text = more;
        }
        *size += fread(*text + *size, 1, room - *size, f);
        if (ferror(f))
            status = synp_fail(err, SYN_EIO, "", "cannot read: %s", strerror(errno));
    }
    fclose(f);
    return status;
}

syn_status syn_params_load(const char *path, syn_params *out, syn_error *err)
{
    char *text = NULL;
    size_t size = 0;
    syn_status status = read_file(path, &text, &size, err);
    if (status == SYN_OK)
        status = syn_params_parse(text, size, path, out, err);
    else
        synp_in_file(err, path, status);
    free(text);
    return status;
}
