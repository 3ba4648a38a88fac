/* SPDX-License-Identifier: MIT */
#include "result.h"

#include "base/base.h"
#include "table.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const status_names[] = {"ok", "timeout", "crashed", "failed", "no convergence", "wrong", NULL};

static const char runs_head[] = "workload,lines,n,ops,contender,repeat,status,simulation_s,wall_s,user_s,system_s,"
                                "peak_kib,accepted,rejected,iterations,deviation";
static const char results_head[] = "workload,lines,n,ops,contender,status,runs,seconds_per_item,least,most,wall_s,"
                                   "peak_kib,accepted,rejected,iterations,deviation";

enum {
    WORKLOAD,
    LINES,
    N,
    OPS,
    CONTENDER,
    REPEAT,
    STATUS,
    SIMULATION,
    WALL,
    USER,
    SYSTEM,
    PEAK,
    ACCEPTED,
    REJECTED,
    ITERATIONS,
    DEVIATION,
    FIELDS
};

/* A figure of 0 or more, NAN for a field without one. */
static bool read_figure(const table *t, int k, const char *without, double *value)
{
    if (strcmp(t->field[k], without) != 0)
        return table_number(t, k, 0, DBL_MAX, value);
    *value = NAN;
    return true;
}

static bool read_run(const table *t, run *r)
{
    int kind, lines, status;
    if (!table_word(t, WORKLOAD, workload_names, &kind) || !table_word(t, LINES, lines_names, &lines) ||
        !table_count(t, N, 1, 1 << 20, &r->n) || !table_count(t, OPS, 1, 1 << 30, &r->ops) ||
        !table_count(t, REPEAT, 0, 1000, &r->repeat) || !table_word(t, STATUS, status_names, &status))
        return false;
    r->kind = (workload_kind)kind;
    r->lines = (workload_lines)lines;
    r->status = (run_status)status;
    if (*t->field[CONTENDER] == '\0')
        return table_refuse(t, CONTENDER, "expected a contender's name");
    r->contender = strdup(t->field[CONTENDER]);
    return r->contender && read_figure(t, SIMULATION, "", &r->simulation) && read_figure(t, WALL, "", &r->wall) &&
           read_figure(t, USER, "", &r->user) && read_figure(t, SYSTEM, "", &r->system) &&
           read_figure(t, PEAK, "", &r->peak) && read_figure(t, ACCEPTED, "", &r->accepted) &&
           read_figure(t, REJECTED, "", &r->rejected) && read_figure(t, ITERATIONS, "", &r->iterations) &&
           read_figure(t, DEVIATION, "none", &r->deviation);
}

static bool add_run(const table *t, runs *r)
{
    if (r->count == r->room && !synp_grow(&r->list, sizeof *r->list, &r->room))
        return table_refuse(t, 0, "out of memory");
    r->list[r->count] = (run){0};
    return read_run(t, &r->list[r->count++]);
}

bool runs_read(const char *path, runs *r)
{
    table t;
    table_row row = TABLE_REFUSED;
    *r = (runs){0};
    if (table_open(&t, path, ',') && table_head(&t, runs_head))
        while ((row = table_next(&t, FIELDS, FIELDS)) == TABLE_ROW && add_run(&t, r))
            continue;
    table_close(&t);
    return row == TABLE_END;
}

void runs_free(runs *r)
{
    for (size_t k = 0; k < r->count; k++)
        free(r->list[k].contender);
    free(r->list);
    *r = (runs){0};
}

/* A separator, and the figure unless it is missing. */
static void print_figure(FILE *f, int digits, double x)
{
    fputc(',', f);
    if (!isnan(x))
        fprintf(f, "%.*f", digits, x);
}

static void print_counts(FILE *f, const run *r)
{
    print_figure(f, 0, r->peak);
    print_figure(f, 0, r->accepted);
    print_figure(f, 0, r->rejected);
    print_figure(f, 0, r->iterations);
    if (isnan(r->deviation))
        fputs(",none\n", f);
    else
        fprintf(f, ",%.3g\n", r->deviation);
}

static void print_names(FILE *f, const run *r)
{
    fprintf(f, "%s,%s,%zu,%zu,%s", workload_names[r->kind], lines_names[r->lines], r->n, r->ops, r->contender);
}

void runs_print_head(FILE *f)
{
    fprintf(f, "%s\n", runs_head);
}

void run_print(const run *r, FILE *f)
{
    print_names(f, r);
    fprintf(f, ",%zu,%s", r->repeat, status_names[r->status]);
    print_figure(f, 6, r->simulation);
    print_figure(f, 3, r->wall);
    print_figure(f, 3, r->user);
    print_figure(f, 3, r->system);
    print_counts(f, r);
}

static bool same(const run *a, const run *b)
{
    return a->kind == b->kind && a->lines == b->lines && a->n == b->n && a->ops == b->ops &&
           strcmp(a->contender, b->contender) == 0;
}

/* Four digits, as summary.csv has them: what the report says can be checked with that file. */
static double rounded(double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.4g", x);
    return strtod(text, NULL);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sums up the runs first .. that are the same as the first one. x, y: scratch, [count]. */
static void sum_up(const runs *r, size_t first, double *x, double *y, result *s)
{
    *s = (result){.status = STATUS_OK, .seconds = NAN, .least = NAN, .most = NAN, .wall = NAN};
    for (size_t k = first; k < r->count; k++) {
        const run *a = &r->list[k];
        if (!same(a, &r->list[first]))
            continue;
        s->last = a;
        s->status = s->status == STATUS_OK ? a->status : s->status;
        if (a->repeat == 1) /* there is more than the warm-up */
            s->timed = 0, s->peak = 0;
        s->peak = fmax(s->peak, a->peak);
        if (isnan(a->simulation))
            continue;
        x[s->timed] = a->simulation / workload_items(a->kind, a->n, a->ops);
        y[s->timed++] = a->wall;
    }
    if (!s->timed)
        return;
    const size_t middle = (s->timed - 1) / 2;
    qsort(x, s->timed, sizeof *x, rising);
    qsort(y, s->timed, sizeof *y, rising);
    s->wall = y[middle];
    if (s->status != STATUS_OK)
        return;
    s->seconds = rounded(x[middle]);
    s->least = rounded(x[0]);
    s->most = rounded(x[s->timed - 1]);
}

double result_ratio(const result *a, const result *b)
{
    return a && b ? a->seconds / b->seconds : NAN;
}

bool results_make(const runs *r, results *s)
{
    double *x = malloc((2 * r->count + 1) * sizeof *x);
    bool fine = x;
    *s = (results){0};
    for (size_t k = 0; fine && k < r->count; k++) {
        size_t first = 0;
        while (!same(&r->list[first], &r->list[k]))
            first++;
        if (first < k)
            continue;
        fine = s->count < s->room || synp_grow(&s->list, sizeof *s->list, &s->room);
        if (fine)
            sum_up(r, k, x, x + r->count, &s->list[s->count++]);
    }
    free(x);
    return fine;
}

static void print_time(FILE *f, double x)
{
    fputc(',', f);
    if (!isnan(x))
        fprintf(f, "%.4g", x);
}

void results_print(const results *s, FILE *f)
{
    fprintf(f, "%s\n", results_head);
    for (size_t k = 0; k < s->count; k++) {
        const result *a = &s->list[k];
        run counts = *a->last;
        counts.peak = a->peak;
        print_names(f, a->last);
        fprintf(f, ",%s,%zu", status_names[a->status], a->timed);
        print_time(f, a->seconds);
        print_time(f, a->least);
        print_time(f, a->most);
        print_figure(f, 3, a->wall);
        print_counts(f, &counts);
    }
}
