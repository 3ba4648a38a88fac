/* SPDX-License-Identifier: MIT */
/* The subcommand crossbar solve: a crossbar with its voltages from JSON, its currents as JSON. */
#include "cli/cli.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A case as it is read. */
typedef struct job {
    const cli *c;
    const char *file; /* for messages */
    json_t *root;
    size_t rows, cols;
    syn_wires wires;
    double *each[2], *end[SYN_SIDES], *v[SYN_SIDES], *selector[2];
    double *cells; /* [rows x cols] */
    syn_array *array;
    syn_crossbar *x;
} job;

static size_t lines_at(const job *b, int side)
{
    return side / 2 ? b->cols : b->rows;
}

__attribute__((format(printf, 3, 4))) static int refuse(const job *b, const char *field, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cli_fail(CLI_FAILED, "%s: %s: %s", b->file, field, text);
}

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "a number",
                                        "a number",  "true",     "false",    "null"};
    return value ? names[json_typeof(value)] : "none";
}

static int get_number(const job *b, const char *field, const json_t *value, double *out)
{
    if (!json_is_number(value))
        return refuse(b, field, "expected a number, found %s", kind_of(value));
    *out = json_number_value(value);
    return CLI_OK;
}

/* list[n] of numbers; null is `absent` where that is not NAN. A single number stands for n of them. */
static int get_list(const job *b, const char *field, const json_t *value, size_t n, double absent, double **list)
{
    *list = calloc(n + 1, sizeof **list);
    if (!*list)
        return cli_fail(CLI_FAILED, "out of memory");
    if (!json_is_number(value) && !json_is_array(value))
        return refuse(b, field, "expected a number or an array of %zu numbers, found %s", n, kind_of(value));
    if (json_is_array(value) && json_array_size(value) != n)
        return refuse(b, field, "expected %zu numbers, found %zu", n, json_array_size(value));
    for (size_t k = 0; k < n; k++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, k) : value;
        char name[128];
        snprintf(name, sizeof name, "%s[%zu]", field, k);
        if (json_is_null(one) && !isnan(absent))
            (*list)[k] = absent;
        else if (get_number(b, name, one, &(*list)[k]))
            return CLI_FAILED;
    }
    return CLI_OK;
}

/* list[rows x cols], column-major, from an array of rows. */
static int get_matrix(const job *b, const char *field, const json_t *value, double **list)
{
    *list = calloc(b->rows * b->cols, sizeof **list);
    if (!*list)
        return cli_fail(CLI_FAILED, "out of memory");
    if (!json_is_array(value) || json_array_size(value) != b->rows)
        return refuse(b, field, "expected an array of %zu rows, found %s%s", b->rows, kind_of(value),
                      json_is_array(value) ? " of another length" : "");
    for (size_t i = 0; i < b->rows; i++) {
        char name[128];
        double *row;
        snprintf(name, sizeof name, "%s[%zu]", field, i);
        const int status = get_list(b, name, json_array_get(value, i), b->cols, NAN, &row);
        for (size_t j = 0; j < b->cols && !status; j++)
            (*list)[i + b->rows * j] = row[j];
        free(row);
        if (status)
            return status;
    }
    return CLI_OK;
}

static int get_count(const job *b, const char *field, size_t *out)
{
    const json_t *value = json_object_get(b->root, field);
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > 1 << 20)
        return refuse(b, field, "expected an integer in [1, 1048576], found %s%s", kind_of(value),
                      json_is_number(value) ? " outside" : "");
    *out = (size_t)json_integer_value(value);
    return CLI_OK;
}

/* Names that are none of those known are mistakes. */
static int check_names(const job *b, const char *field, json_t *object, const char *known)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        const size_t length = strlen(key);
        const char *at = known;
        while ((at = strstr(at, key)) && !(at[length] == ' ' && (at == known || at[-1] == ' ')))
            at++;
        if (!at || length == 0)
            return refuse(b, field, "expected fields out of %sfound \"%s\"", known, key);
    }
    return CLI_OK;
}

static int get_wire(job *b, int along)
{
    const char *field = along ? "r_bl" : "r_wl";
    const json_t *value = json_object_get(b->root, field);
    if (!value)
        return CLI_OK; /* ideal */
    const int status = get_list(b, field, value, along ? b->cols : b->rows, NAN, &b->each[along]);
    *(along ? &b->wires.r_bl_each : &b->wires.r_wl_each) = b->each[along];
    return status;
}

static int get_side(job *b, int side)
{
    json_t *value = json_object_get(b->root, syn_side_name((syn_side)side));
    char field[16];
    if (!value || json_is_null(value))
        return CLI_OK;
    if (!json_is_object(value))
        return refuse(b, syn_side_name((syn_side)side), "expected an object, found %s", kind_of(value));
    int status = check_names(b, syn_side_name((syn_side)side), value, "r v ");
    snprintf(field, sizeof field, "%s.r", syn_side_name((syn_side)side));
    if (!status)
        status = get_list(b, field, json_object_get(value, "r"), lines_at(b, side), INFINITY, &b->end[side]);
    b->wires.end[side] = b->end[side];
    snprintf(field, sizeof field, "%s.v", syn_side_name((syn_side)side));
    if (!status && json_object_get(value, "v"))
        status = get_list(b, field, json_object_get(value, "v"), lines_at(b, side), 0, &b->v[side]);
    return status;
}

/* A resistance "r" in series with each cell, and a selector's curve "u", "i". */
static int get_access(job *b)
{
    json_t *value = json_object_get(b->root, "access");
    if (!value)
        return CLI_OK;
    if (!json_is_object(value))
        return refuse(b, "access", "expected an object, found %s", kind_of(value));
    syn_access *a = &b->wires.access;
    int status = check_names(b, "access", value, "r u i ");
    if (!status && json_object_get(value, "r"))
        status = get_number(b, "access.r", json_object_get(value, "r"), &a->resistance);
    const json_t *u = json_object_get(value, "u"), *i = json_object_get(value, "i");
    if (status || (!u && !i))
        return status;
    a->points = json_array_size(u);
    status = get_list(b, "access.u", u, a->points, NAN, &b->selector[0]);
    if (!status)
        status = get_list(b, "access.i", i, a->points, NAN, &b->selector[1]);
    a->u = b->selector[0];
    a->i = b->selector[1];
    return status;
}

static int get_circuit(job *b)
{
    int status =
        json_is_object(b->root) ? CLI_OK : refuse(b, "root", "expected an object, found %s", kind_of(b->root));
    if (!status)
        status = check_names(b, "root", b->root,
                             "rows cols r_wl r_bl left right top bottom cells gmin half_leads access ");
    if (!status)
        status = get_count(b, "rows", &b->rows);
    if (!status)
        status = get_count(b, "cols", &b->cols);
    b->wires.rows = b->rows;
    b->wires.cols = b->cols;
    for (int along = 0; along < 2 && !status; along++)
        status = get_wire(b, along);
    for (int side = 0; side < SYN_SIDES && !status; side++)
        status = get_side(b, side);
    if (!status && json_object_get(b->root, "gmin"))
        status = get_number(b, "gmin", json_object_get(b->root, "gmin"), &b->wires.gmin);
    b->wires.half_leads = json_is_true(json_object_get(b->root, "half_leads"));
    return status ? status : get_access(b);
}

static int fail_library(const job *b, const syn_error *err)
{
    char text[1024];
    return cli_fail(CLI_FAILED, "%s: %s", b->file, syn_error_format(err, text, sizeof text));
}

static int set_cells(job *b)
{
    json_t *cells = json_object_get(b->root, "cells");
    syn_error err;
    if (!json_is_object(cells))
        return refuse(b, "cells", "expected an object, found %s", kind_of(cells));
    const json_t *r = json_object_get(cells, "r"), *g = json_object_get(cells, "g"),
                 *state = json_object_get(cells, "state");
    if (check_names(b, "cells", cells, "r g state "))
        return CLI_FAILED;
    if (!!r + !!g + !!state != 1)
        return refuse(b, "cells", "expected one of r, g and state, found %d of them", !!r + !!g + !!state);
    if (state) {
        if (!json_is_string(state))
            return refuse(b, "cells.state", "expected a string, found %s", kind_of(state));
        if (syn_array_load(b->c->model, json_string_value(state), NULL, 0, &b->array, &err) ||
            syn_crossbar_bind(b->x, b->array, &err))
            return fail_library(b, &err);
        return CLI_OK;
    }
    if (get_matrix(b, r ? "cells.r" : "cells.g", r ? r : g, &b->cells))
        return CLI_FAILED;
    return (r ? syn_crossbar_set_states(b->x, b->c->model, b->cells, &err)
              : syn_crossbar_set_conductances(b->x, b->cells, &err))
               ? fail_library(b, &err)
               : CLI_OK;
}

static int load(job *b, const char *path)
{
    const int standard = strcmp(path, "-") == 0;
    json_error_t e;
    b->file = standard ? "standard input" : path;
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (!f)
        return cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
    b->root = json_loadf(f, JSON_REJECT_DUPLICATES, &e);
    if (!standard)
        fclose(f);
    return b->root ? CLI_OK : cli_fail(CLI_FAILED, "%s:%d: %s", b->file, e.line, e.text);
}

static void put_number(FILE *f, double x)
{
    if (isfinite(x))
        fprintf(f, "%.15g", x);
    else
        fputs("null", f);
}

static void put_list(FILE *f, const double *v, size_t n, size_t step)
{
    fputc('[', f);
    for (size_t k = 0; k < n; k++) {
        fputs(k ? "," : "", f);
        put_number(f, v[k * step]);
    }
    fputc(']', f);
}

/* v[rows x cols], column-major, as an array of rows. */
static void put_rows(FILE *f, const double *v, size_t rows, size_t cols)
{
    fputc('[', f);
    for (size_t i = 0; i < rows; i++) {
        fputs(i ? ",\n" : "", f);
        put_list(f, v + i, cols, rows);
    }
    fputc(']', f);
}

static int put_nodes(const job *b, FILE *f)
{
    double *u = malloc(2 * b->rows * b->cols * sizeof *u), *w = u + b->rows * b->cols;
    if (!u)
        return cli_fail(CLI_FAILED, "out of memory");
    syn_crossbar_nodes(b->x, u, w);
    fputs(",\n\"nodes\":{\"u\":", f);
    put_rows(f, u, b->rows, b->cols);
    fputs(",\n\"w\":", f);
    put_rows(f, w, b->rows, b->cols);
    fputc('}', f);
    free(u);
    return CLI_OK;
}

static int put_ports(const job *b, FILE *f)
{
    const size_t n = syn_crossbar_ports(b->x);
    double *y = malloc((n * n + 1) * sizeof *y);
    syn_error err;
    if (!y || syn_crossbar_port_matrix(b->x, y, &err)) {
        const int status = y ? fail_library(b, &err) : cli_fail(CLI_FAILED, "out of memory");
        free(y);
        return status;
    }
    const char *comma = "";
    fputs(",\n\"ports\":{\"order\":[", f);
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(b, side); i++)
            if (!isnan(syn_crossbar_current(b->x, (syn_side)side)[i])) {
                fprintf(f, "%s[\"%s\",%zu]", comma, syn_side_name((syn_side)side), i);
                comma = ",";
            }
    fputs("],\n\"y\":", f);
    put_rows(f, y, n, n);
    fputc('}', f);
    free(y);
    return CLI_OK;
}

static int put_solution(const job *b, const syn_solution *s, FILE *f)
{
    int status = CLI_OK;
    for (int side = 0; side < SYN_SIDES; side++) {
        fprintf(f, "%s\"%s\":{\"i\":", side ? ",\n" : "{", syn_side_name((syn_side)side));
        put_list(f, syn_crossbar_current(b->x, (syn_side)side), lines_at(b, side), 1);
        fputc('}', f);
    }
    fprintf(f, ",\n\"power\":%.15g,\"residual\":%.15g,\"iterations\":%d,\"newton\":%d", s->power, s->residual,
            s->iterations, s->newton);
    if (b->c->nodes)
        status = put_nodes(b, f);
    if (!status && b->c->ports)
        status = put_ports(b, f);
    fputs("}\n", f);
    return status;
}

static int solve(job *b)
{
    output out;
    syn_solution info;
    syn_error err;
    const double *const v[SYN_SIDES] = {b->v[0], b->v[1], b->v[2], b->v[3]};
    if (syn_crossbar_solve(b->x, v, &info, &err))
        return fail_library(b, &err);
    if (output_open(&out, b->c->output))
        return CLI_FAILED;
    const int status = put_solution(b, &info, out.stream), closed = output_close(&out, !status);
    return status ? status : closed;
}

int cmd_crossbar_solve(const cli *c)
{
    job b = {.c = c};
    syn_error err;
    int status = load(&b, c->file);
    if (!status)
        status = get_circuit(&b);
    if (!status && syn_crossbar_create(&b.wires, 1, &b.x, &err))
        status = fail_library(&b, &err);
    if (!status)
        status = set_cells(&b);
    if (!status)
        status = solve(&b);
    syn_crossbar_free(b.x);
    syn_array_free(b.array);
    free(b.cells);
    for (int side = 0; side < SYN_SIDES; side++) {
        free(b.end[side]);
        free(b.v[side]);
    }
    for (int k = 0; k < 2; k++) {
        free(b.each[k]);
        free(b.selector[k]);
    }
    json_decref(b.root);
    return status;
}
