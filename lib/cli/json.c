/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include "base/json.h"
#include "cli/input.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Without the whole mark its first byte stays, which no JSON begins with. */
static void skip_byte_order_mark(FILE *f)
{
    const char *mark = SYNP_BYTE_ORDER_MARK;
    int c = getc(f);
    if (c == (unsigned char)mark[0] && getc(f) == (unsigned char)mark[1] && getc(f) == (unsigned char)mark[2])
        return;
    ungetc(c, f);
}

int json_open(const char *path, json_file *out)
{
    input in;
    json_error_t e;
    *out = (json_file){0};
    if (input_open(&in, path))
        return CLI_FAILED;
    skip_byte_order_mark(in.stream);
    *out = (json_file){in.name, json_loadf(in.stream, JSON_REJECT_DUPLICATES, &e)};
    input_close(&in);
    if (out->root)
        return CLI_OK;
    return e.text[0] ? cli_fail(CLI_FAILED, "%s:%d: %s", out->name, e.line, e.text) : cli_fail_memory();
}

int json_refuse(const json_file *f, const char *field, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cli_fail(CLI_FAILED, "%s: %s: %s", f->name, field, text);
}

const char *json_kind(const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "a number",
                                        "a number",  "true",     "false",    "null"};
    return value ? names[json_typeof(value)] : "none";
}

int json_get_number(const json_file *f, const char *field, const json_t *value, double *out)
{
    if (!json_is_number(value))
        return json_refuse(f, field, "expected a number, found %s", json_kind(value));
    *out = json_number_value(value);
    return CLI_OK;
}

int json_get_list(const json_file *f, const char *field, const json_t *value, size_t n, double absent, double **out)
{
    *out = NULL;
    if (!json_is_number(value) && !json_is_array(value))
        return json_refuse(f, field, "expected a number or an array of %zu numbers, found %s", n, json_kind(value));
    if (json_is_array(value) && json_array_size(value) != n)
        return json_refuse(f, field, "expected %zu numbers, found %zu", n, json_array_size(value));
    *out = calloc(n + 1, sizeof **out);
    if (!*out)
        return cli_fail_memory();
    for (size_t k = 0; k < n; k++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, k) : value;
        char name[128];
        snprintf(name, sizeof name, "%s[%zu]", field, k);
        if (json_is_null(one) && !isnan(absent))
            (*out)[k] = absent;
        else if (json_get_number(f, name, one, &(*out)[k]))
            return CLI_FAILED;
    }
    return CLI_OK;
}

int json_get_matrix(const json_file *f, const char *field, const json_t *value, size_t rows, size_t cols,
                    double **out)
{
    *out = NULL;
    if (!json_is_array(value) || json_array_size(value) != rows)
        return json_refuse(f, field, "expected an array of %zu rows, found %s%s", rows, json_kind(value),
                           json_is_array(value) ? " of another length" : "");
    for (size_t i = 0; i < rows; i++) {
        const json_t *row = json_array_get(value, i);
        char name[128];
        snprintf(name, sizeof name, "%s[%zu]", field, i);
        if (!json_is_array(row))
            return json_refuse(f, name, "expected an array of %zu numbers, found %s", cols, json_kind(row));
        if (json_array_size(row) != cols)
            return json_refuse(f, name, "expected %zu numbers, found %zu", cols, json_array_size(row));
    }
    *out = calloc(rows * cols, sizeof **out);
    if (!*out)
        return cli_fail_memory();
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            char name[128];
            snprintf(name, sizeof name, "%s[%zu][%zu]", field, i, j);
            if (json_get_number(f, name, json_array_get(json_array_get(value, i), j), &(*out)[i + rows * j]))
                return CLI_FAILED;
        }
    return CLI_OK;
}

int json_get_count(const json_file *f, const char *field, const json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > 1 << 20)
        return json_refuse(f, field, "expected an integer in [1, 1048576], found %s%s", json_kind(value),
                           json_is_number(value) ? " outside" : "");
    *out = (size_t)json_integer_value(value);
    return CLI_OK;
}

int json_check_object(const json_file *f, const char *field, json_t *object, const char *known)
{
    if (!json_is_object(object))
        return json_refuse(f, field, "expected an object, found %s", json_kind(object));
    const char *unknown = synp_json_unknown(object, known);
    return unknown ? json_refuse(f, field, "expected fields out of %s, found \"%.40s\"", known, unknown) : CLI_OK;
}

json_t *json_of_list(const double *v, size_t n, size_t step)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n && list; k++)
        list = synp_json_append(list, synp_json_number(v[k * step]));
    return list;
}

json_t *json_of_matrix(const double *v, size_t rows, size_t cols)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rows && list; i++)
        list = synp_json_append(list, json_of_list(v + i, cols, rows));
    return list;
}

void json_put(FILE *f, const json_t *object)
{
    const char *key, *before = "{";
    json_t *value;
    json_object_foreach ((json_t *)object, key, value) {
        fprintf(f, "%s\"%s\":", before, key);
        json_dumpf(value, f, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        before = ",\n";
    }
    fputs("}\n", f);
}
