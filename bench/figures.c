/* SPDX-License-Identifier: MIT */
/* The figures of a report in files for programs, and those of the library alone. */
#include "report.h"

#include "base/base.h"
#include "table.h"
#include <errno.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of what bench.h prints, the first ones, and of bench_fit. */
enum { WHAT, KERNEL, THREADS, REPEATS, RATE, LIBRARY_FIELDS = 11 };
enum { FIT_WHAT, FIT_THREADS, FIT_DEVICES, FIT_CYCLES, FIT_SECONDS, FIT_FIELDS };

static bool ends_with(const char *text, const char *end)
{
    const size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static library_row *library_of(report *r, const char *what)
{
    for (size_t k = 0; k < r->library_count; k++)
        if (strcmp(r->library[k].what, what) == 0)
            return &r->library[k];
    if (r->library_count == r->library_room && !synp_grow(&r->library, sizeof *r->library, &r->library_room))
        return NULL;
    library_row *a = &r->library[r->library_count];
    *a = (library_row){.what = strdup(what)};
    r->library_count += a->what != NULL;
    return a->what ? a : NULL;
}

/* Of bench_ports.csv the report has the ports of arrays with drivers on two sides alone. */
static bool in_report(const char *path, const char *what)
{
    return strcmp(path, "bench_ports.csv") != 0 ||
           (strncmp(what, "ports of ", 9) == 0 && ends_with(what, "left and bottom"));
}

static bool take_rate(const table *t, report *r)
{
    const char *kernel = t->field[KERNEL];
    size_t threads;
    double rate;
    if (!table_count(t, THREADS, 1, 1 << 16, &threads) || !table_number(t, RATE, 0, DBL_MAX, &rate))
        return false;
    if (!in_report(t->path, t->field[WHAT]))
        return true;
    library_row *a = library_of(r, t->field[WHAT]);
    if (!a)
        return table_refuse(t, 0, "out of memory");
    const library_column column = strcmp(kernel, "reference") == 0    ? LIBRARY_REFERENCE
                                  : strcmp(kernel, "numpy") == 0      ? LIBRARY_NUMPY
                                  : strncmp(kernel, "public", 6) == 0 ? LIBRARY_PUBLIC_NUMPY
                                  : threads > 1                       ? LIBRARY_ALL_THREADS
                                                                      : LIBRARY_ONE_THREAD;
    a->best[column] = fmax(a->best[column], rate);
    return true;
}

static bool take_training(const table *t, report *r)
{
    training_row a;
    if (!table_count(t, FIT_DEVICES, 1, 1 << 30, &a.devices) || !table_count(t, FIT_CYCLES, 1, 1 << 30, &a.cycles) ||
        !table_number(t, FIT_SECONDS, 0, DBL_MAX, &a.seconds))
        return false;
    a.what = strdup(t->field[FIT_WHAT]);
    if (!a.what ||
        (r->training_count == r->training_room && !synp_grow(&r->training, sizeof *r->training, &r->training_room))) {
        free(a.what);
        return table_refuse(t, 0, "out of memory");
    }
    r->training[r->training_count++] = a;
    return true;
}

static bool read_library_file(report *r, const char *path, bool fit)
{
    table t;
    const int fields = fit ? FIT_FIELDS : LIBRARY_FIELDS;
    if (!table_open(&t, path, ','))
        return false;
    table_row row;
    while ((row = table_next(&t, fields, fields)) == TABLE_ROW)
        if (strcmp(t.field[WHAT], "what") != 0 && !(fit ? take_training : take_rate)(&t, r))
            break;
    table_close(&t);
    return row == TABLE_END;
}

bool report_read_library(report *r)
{
    static const char *const files[] = {"bench_cell.csv",     "bench_array.csv", "bench_vmm.csv", "bench_ports.csv",
                                        "bench_crossbar.csv", "bench_fit.csv",   "numpy.csv",     "public.csv"};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        if (access(files[k], F_OK) == 0 && !read_library_file(r, files[k], strcmp(files[k], "bench_fit.csv") == 0))
            return false;
    return true;
}

static json_t *json_figure(double x)
{
    if (isnan(x))
        return json_null();
    return x == floor(x) && fabs(x) < 1e15 ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *json_result(const report *r, size_t k)
{
    const result *s = &r->results.list[k];
    const run *a = s->last;
    return json_pack("{ss ss sI sI ss ss sI so so so so so so so so so}", "workload", workload_names[a->kind],
                     "lines", lines_names[a->lines], "n", (json_int_t)a->n, "ops", (json_int_t)a->ops, "contender",
                     a->contender, "status", status_names[s->status], "runs", (json_int_t)s->timed,
                     "seconds_per_item", json_figure(s->seconds), "least", json_figure(s->least), "most",
                     json_figure(s->most), "wall_s", json_figure(s->wall), "peak_kib", json_figure(s->peak),
                     "accepted", json_figure(a->accepted), "rejected", json_figure(a->rejected), "iterations",
                     json_figure(a->iterations), "deviation", json_figure(a->deviation));
}

static json_t *json_library(const report *r, size_t k)
{
    const library_row *a = &r->library[k];
    static const char *const columns[] = {"reference", "one_thread", "all_threads", "numpy", "public_numpy_package"};
    json_t *row = json_pack("{ss}", "what", a->what);
    for (size_t c = 0; row && c < LIBRARY_COLUMNS; c++)
        if (a->best[c] > 0)
            json_object_set_new(row, columns[c], json_figure(a->best[c]));
    return row;
}

/* A list with a line for each row. Releases the rows. Returns false if one of them is NULL or cannot be written. */
static bool put_rows(FILE *f, const char *name, size_t count, json_t *(*row)(const report *r, size_t k),
                     const report *r)
{
    bool fine = fprintf(f, ",\n\"%s\": [", name) > 0;
    for (size_t k = 0; fine && k < count; k++) {
        json_t *a = row(r, k);
        fine = a && fputs(k ? ",\n" : "\n", f) >= 0 && json_dumpf(a, f, JSON_REAL_PRECISION(12)) == 0;
        json_decref(a);
    }
    return fine && fputs("\n]", f) >= 0;
}

bool report_write_json(const report *r, const char *path)
{
    FILE *f = fopen(path, "w");
    json_t *machine = json_object();
    for (size_t k = 0; k < r->facts_count; k++)
        json_object_set_new(machine, r->facts[k].name, json_string(r->facts[k].value));
    bool fine = f && fputs("{\"machine\": ", f) >= 0 && json_dumpf(machine, f, JSON_INDENT(2)) == 0 &&
                put_rows(f, "results", r->results.count, json_result, r) &&
                put_rows(f, "library", r->library_count, json_library, r) && fputs("}\n", f) >= 0;
    if (f)
        fine = fclose(f) == 0 && fine;
    if (!fine)
        fprintf(stderr, "%s: not written: %s\n", path, strerror(errno));
    json_decref(machine);
    return fine;
}

bool report_write_plot_data(const report *r, workload_kind kind, workload_lines lines, const char *path)
{
    size_t sizes[64];
    const size_t count = report_sizes(r, kind, lines, sizes, sizeof sizes / sizeof *sizes);
    FILE *f = fopen(path, "w");
    for (size_t c = 0; f && c < r->all.count; c++) {
        const char *name = r->all.list[c].name;
        bool any = false;
        for (size_t k = 0; k < count; k++) {
            const result *s = report_timed(r, kind, lines, sizes[k], name);
            if (!s)
                continue;
            if (!any)
                fprintf(f, "\"%s\"\n", name);
            any = true;
            fprintf(f, "%zu %.4g %.4g %.4g %.6g %.6g %.6g %.6g\n", sizes[k], s->seconds, s->least, s->most,
                    s->peak / 1024, result_ratio(report_timed(r, kind, lines, sizes[k], "jart"), s),
                    result_ratio(report_timed(r, kind, lines, sizes[k], "jart_xtrtol"), s),
                    result_ratio(s, report_timed(r, kind, lines, sizes[k], "conductance")));
        }
        if (any)
            fputs("\n\n", f);
    }
    if (f && fclose(f) == 0)
        return true;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}
