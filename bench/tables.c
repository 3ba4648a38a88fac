/* SPDX-License-Identifier: MIT */
/* The tables of the report. Each ends with a blank line, and has no lines at all if there are no figures for it. */
#include "report.h"

#include "table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES = 64 };

/* This project's forms, in the order of their columns. */
static const char *const forms[] = {"synaptogen", "synaptogen_tile", "synaptogen_array", "synaptogen_alone"};
enum { FORMS = sizeof forms / sizeof *forms };

/* The words behind a table's name. */
typedef struct words {
    workload_kind kind;
    workload_lines lines;
    const char *contender;
    double limit;
} words;

/* "1.23 us". A time of some minutes or more in the unit that suits it. */
static void put_seconds(FILE *f, double t)
{
    static const struct {
        double from, factor, divisor;
        const char *name;
    } units[] = {{172800, 1, 86400, "days"}, {3600, 1, 3600, "h"}, {180, 1, 60, "min"}, {1, 1, 1, "s"},
                 {1e-3, 1e3, 1, "ms"},       {1e-6, 1e6, 1, "us"}, {0, 1e9, 1, "ns"}};
    size_t k = 0;
    while (t < units[k].from)
        k++;
    fprintf(f, "%.3g %s", t * units[k].factor / units[k].divisor, units[k].name);
}

/* " 1.23 |", or " - |" for NAN. */
static void put_ratio(FILE *f, double x)
{
    if (isnan(x))
        fputs(" - |", f);
    else
        fprintf(f, " %.3g |", x);
}

static void put_count(FILE *f, double x)
{
    if (isnan(x))
        fputs("  |", f);
    else
        fprintf(f, " %.0f |", x);
}

static double cells(size_t n)
{
    return (double)n * (double)n;
}

/* NAN where a simulator did not count its iterations. */
static double per_cell_and_iteration(const result *s)
{
    const run *a = s->last;
    return a->iterations > 0 ? s->seconds * workload_items(a->kind, a->n, a->ops) / a->iterations / cells(a->n) : NAN;
}

static bool was_tried(const report *r, const words *w, const char *who)
{
    for (size_t k = 0; k < r->results.count; k++) {
        const run *a = r->results.list[k].last;
        if (a->kind == w->kind && a->lines == w->lines && strcmp(a->contender, who) == 0)
            return true;
    }
    return false;
}

static void put_time_or_status(const result *s, FILE *f)
{
    if (!s)
        fputs("-", f);
    else if (s->status == STATUS_OK && s->seconds > 0)
        put_seconds(f, s->seconds);
    else if (s->status == STATUS_WRONG)
        fprintf(f, "**wrong** (%.3g %%)", 100 * s->last->deviation);
    else
        fprintf(f, "**%s**", status_names[s->status]);
}

/* Time per item of every contender that was tried, by size. */
static void put_times(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES], columns = 1;
    const size_t count = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    if (!count)
        return;
    fputs("| n |", f);
    for (size_t c = 0; c < r->all.count; c++)
        if (was_tried(r, w, r->all.list[c].name)) {
            fprintf(f, " %s |", r->all.list[c].name);
            columns++;
        }
    fputs("\n|", f);
    while (columns--)
        fputs("---|", f);
    for (size_t k = 0; k < count; k++) {
        fprintf(f, "\n| %zu |", sizes[k]);
        for (size_t c = 0; c < r->all.count; c++)
            if (was_tried(r, w, r->all.list[c].name)) {
                fputc(' ', f);
                put_time_or_status(report_find(r, w->kind, w->lines, sizes[k], r->all.list[c].name), f);
                fputs(" |", f);
            }
    }
    fputs("\n\n", f);
}

static void put_details_of(const result *s, FILE *f)
{
    const run *a = s->last;
    const double each = per_cell_and_iteration(s);
    fprintf(f, "| %zu | %s | %zu | ", a->n, a->contender, a->ops);
    put_seconds(f, s->least);
    fputs(" ... ", f);
    put_seconds(f, s->most);
    fputs(" |", f);
    put_count(f, a->accepted);
    put_count(f, a->rejected);
    put_count(f, a->iterations);
    fputc(' ', f);
    if (isnan(each))
        fputc('-', f);
    else
        put_seconds(f, each);
    fprintf(f, " | %.0f MiB | %.3g s | %.3g |\n", s->peak / 1024, s->wall, a->deviation);
}

/* What else was measured in the runs that have a time. */
static void put_details(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | contender | ops | spread | time points | rejected | iterations | per cell and iteration | peak "
          "memory | "
          "whole run | deviation |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
          f);
    for (size_t k = 0; k < count; k++)
        for (size_t c = 0; c < r->all.count; c++) {
            const result *s = report_timed(r, w->kind, w->lines, sizes[k], r->all.list[c].name);
            if (s)
                put_details_of(s, f);
        }
    fputs("\n", f);
}

/* A ratio of each of this project's forms, and of the bare conductance, to another contender, by size from 16 on. Bold:
 * beyond the limit. more: the other's time / this one's, at least the limit; else the inverse, at most the limit. */
static void put_marks(const report *r, const words *w, bool more, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    if (!was_tried(r, w, w->contender))
        return;
    fputs("| n | discrete cells | tile | array | library alone | bare conductance |\n|---|---|---|---|---|---|\n", f);
    for (size_t k = 0; k < count; k++) {
        const result *other = report_timed(r, w->kind, w->lines, sizes[k], w->contender);
        if (sizes[k] < 16)
            continue;
        fprintf(f, "| %zu |", sizes[k]);
        for (size_t c = 0; c <= FORMS; c++) {
            const result *s = report_timed(r, w->kind, w->lines, sizes[k], c < FORMS ? forms[c] : "conductance");
            const double value = more ? result_ratio(other, s) : result_ratio(s, other);
            if (c < FORMS && (more ? value < w->limit : value > w->limit))
                fprintf(f, " **%.3g** |", value);
            else
                put_ratio(f, value);
        }
        fputs("\n", f);
    }
    fputs("\n", f);
}

static void put_speedups(const report *r, const words *w, FILE *f)
{
    put_marks(r, w, true, f);
}

static void put_multiples(const report *r, const words *w, FILE *f)
{
    put_marks(r, w, false, f);
}

/* Time of a write = time points x iterations per point x cells x time per cell and iteration, at the largest size at which
 * both jart and synaptogen have a time, else at the largest of all. */
static void put_factors(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES], k = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    size_t n = k ? sizes[k - 1] : 0;
    while (k-- > 0)
        if (report_timed(r, w->kind, w->lines, sizes[k], "jart") &&
            report_timed(r, w->kind, w->lines, sizes[k], "synaptogen")) {
            n = sizes[k];
            break;
        }
    if (n < 2)
        return;
    fprintf(f,
            "| n = %zu | time points tried per row operation | iterations per time point | cells | "
            "time per cell and iteration |\n|---|---|---|---|---|\n",
            n);
    for (size_t c = 0; c < r->all.count; c++) {
        const result *s = report_timed(r, w->kind, w->lines, n, r->all.list[c].name);
        if (!s || !(s->last->iterations > 0))
            continue;
        const double points = s->last->accepted + s->last->rejected;
        fprintf(f, "| %s | %.0f | %.2f | %.0f | ", r->all.list[c].name, points / (double)s->last->ops,
                s->last->iterations / points, cells(n));
        put_seconds(f, per_cell_and_iteration(s));
        fputs(" |\n", f);
    }
    fputs("\n", f);
}

/* Where discrete cells take more than `limit` times as long as a contender: the ratio of the times as a product. */
static void put_excess(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    bool any = false;
    for (size_t k = 0; k < count; k++) {
        const result *this = report_timed(r, w->kind, w->lines, sizes[k], "synaptogen");
        const result *other = report_timed(r, w->kind, w->lines, sizes[k], w->contender);
        const double ratio = result_ratio(this, other);
        if (sizes[k] < 16 || !(ratio > w->limit) || !(other->last->iterations > 0))
            continue;
        const double more = this->last->iterations / other->last->iterations;
        if (!any)
            fputs("| n | iterations | time of an iteration |\n|---|---|---|\n", f);
        any = true;
        fprintf(f, "| %zu | %.2f | %.2f |\n", sizes[k], more, ratio / more);
    }
    if (any)
        fputs("\n", f);
}

/* One row of put_half_select and put_connectivity: two times and their ratio. False if one of them is missing. */
static bool put_pair(FILE *f, size_t n, const result *a, const result *b)
{
    if (n < 2 || !a || !b)
        return false;
    fprintf(f, "| %zu | ", n);
    put_seconds(f, a->seconds);
    fputs(" | ", f);
    put_seconds(f, b->seconds);
    fputs(" |", f);
    put_ratio(f, result_ratio(a, b));
    return true;
}

static void put_half_select(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, WORK_FULL, w->lines, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | half-select, per cell | full-select, per cell | ratio |\n|---|---|---|---|\n", f);
    for (size_t k = 0; k < count; k++)
        if (put_pair(f, sizes[k], report_timed(r, WORK_WRITE, w->lines, sizes[k], "synaptogen"),
                     report_timed(r, WORK_FULL, w->lines, sizes[k], "synaptogen")))
            fputs("\n", f);
    fputs("\n", f);
}

static void put_connectivity(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, LINES_SHARED, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | crossbar, per cell | shared, per cell | ratio | bare conductance: ratio |\n|---|---|---|---|---|\n",
          f);
    for (size_t k = 0; k < count; k++)
        if (put_pair(f, sizes[k], report_timed(r, w->kind, LINES_CROSSBAR, sizes[k], "synaptogen"),
                     report_timed(r, w->kind, LINES_SHARED, sizes[k], "synaptogen"))) {
            put_ratio(f, result_ratio(report_timed(r, w->kind, LINES_CROSSBAR, sizes[k], "conductance"),
                                      report_timed(r, w->kind, LINES_SHARED, sizes[k], "conductance")));
            fputs("\n", f);
        }
    fputs("\n", f);
}

/* Times with wires as multiples of those without. */
static void put_wires(const report *r, const words *w, FILE *f)
{
    static const char *const names[] = {"synaptogen", "synaptogen_array", "synaptogen_alone"};
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, LINES_WIRES, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | discrete cells, wires as resistors | array | library alone |\n|---|---|---|---|\n", f);
    for (size_t k = 0; k < count; k++) {
        fprintf(f, "| %zu |", sizes[k]);
        for (size_t c = 0; c < 3; c++)
            put_ratio(f, result_ratio(report_timed(r, w->kind, LINES_WIRES, sizes[k], names[c]),
                                      report_timed(r, w->kind, LINES_CROSSBAR, sizes[k], names[c])));
        fputs("\n", f);
    }
    fputs("\n", f);
}

/* Time points that a cell that is written or read shares in, times cells that each of them evaluates. */
static void put_shares(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, WORK_WRITE, w->lines, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | write: time points x cells / cells written | read: time points x cells / cells read | "
          "write / read, per cell |\n|---|---|---|---|\n",
          f);
    for (size_t k = 0; k < count; k++) {
        const size_t n = sizes[k];
        const result *write = report_timed(r, WORK_WRITE, w->lines, n, "synaptogen");
        const result *read = report_timed(r, WORK_READ, w->lines, n, "synaptogen");
        if (n < 2 || !write || !read)
            continue;
        fprintf(f, "| %zu |", n);
        put_ratio(f, write->last->accepted * (double)n / (double)write->last->ops);
        put_ratio(f, read->last->accepted / (double)read->last->ops);
        put_ratio(f, result_ratio(write, read));
        fputs("\n", f);
    }
    fputs("\n", f);
}

static void put_memory(const report *r, const words *w, FILE *f)
{
    size_t sizes[SIZES];
    const size_t count = report_sizes(r, w->kind, w->lines, sizes, SIZES);
    if (!count)
        return;
    fputs("| n | | memory per cell | whole run | of it simulation |\n|---|---|---|---|---|\n", f);
    for (size_t k = 0; k < count; k++)
        for (size_t c = 0; c < FORMS; c++) {
            const size_t n = sizes[k];
            const result *s = report_timed(r, w->kind, w->lines, n, forms[c]);
            if (n < 64 || !s)
                continue;
            fprintf(f, "| %zu | %s | %.0f B | %.3g s | %.0f %% |\n", n, forms[c], s->peak * 1024 / cells(n), s->wall,
                    100 * s->seconds * workload_items(w->kind, n, s->last->ops) / s->wall);
        }
    fputs("\n", f);
}

/* The time at the largest size that has one, NULL if none has. */
static const result *largest(const report *r, workload_kind kind, workload_lines lines, const char *who)
{
    size_t sizes[SIZES];
    for (size_t k = report_sizes(r, kind, lines, sizes, SIZES); k-- > 0;) {
        const result *s = report_timed(r, kind, lines, sizes[k], who);
        if (s)
            return s;
    }
    return NULL;
}

/* Memory and times of millions of cells, each as much as a cell at the largest size that was measured. */
static void put_networks(const report *r, const words *w, FILE *f)
{
    fputs("| cells | | memory | one read of all | one write, half-select | one write, full-select |\n"
          "|---|---|---|---|---|---|\n",
          f);
    for (int millions = 1; millions <= 100; millions *= 10)
        for (size_t c = 0; c < FORMS; c++) {
            const result *read = largest(r, WORK_READ, w->lines, forms[c]);
            const result *write = largest(r, WORK_WRITE, w->lines, forms[c]);
            const result *full = largest(r, WORK_FULL, w->lines, forms[c]);
            const double count = millions * 1e6;
            if (!read || !write)
                continue;
            fprintf(f, "| %dM | %s | %.3g GiB | ", millions, forms[c],
                    count * (read->peak * 1024 / cells(read->last->n)) / (1 << 30));
            put_seconds(f, count * read->seconds);
            fputs(" | ", f);
            put_seconds(f, count * write->seconds);
            fputs(" | ", f);
            if (full)
                put_seconds(f, count * full->seconds);
            else
                fputs("-", f);
            fputs(" |\n", f);
        }
    fputs("\n", f);
}

static void put_library(const report *r, const words *w, FILE *f)
{
    (void)w;
    if (!r->library_count)
        return;
    fprintf(f,
            "| what | scalar reference | one thread | %s threads | NumPy | public NumPy package |\n"
            "|---|---|---|---|---|---|\n",
            report_fact(r, "threads"));
    for (size_t k = 0; k < r->library_count; k++) {
        fprintf(f, "| %s |", r->library[k].what);
        for (size_t c = 0; c < LIBRARY_COLUMNS; c++)
            put_ratio(f, r->library[k].best[c] > 0 ? r->library[k].best[c] : NAN);
        fputs("\n", f);
    }
    fputs("\n", f);
}

static void put_training(const report *r, const words *w, FILE *f)
{
    (void)w;
    if (!r->training_count)
        return;
    fputs("| training, order and components by BIC | |\n|---|---|\n", f);
    for (size_t k = 0; k < r->training_count; k++) {
        const training_row *a = &r->training[k];
        fprintf(f, "| %s of %zu devices with %zu cycles each, s | %.3g |\n", a->what, a->devices, a->cycles,
                a->seconds);
    }
    fputs("\n", f);
}

/* The words of a mark: w a workload, l how the lines are connected, c a contender, x a limit. */
static const struct {
    const char *name, *words;
    void (*put)(const report *r, const words *w, FILE *f);
} tables[] = {{"times", "wl", put_times},
              {"details", "wl", put_details},
              {"speedups", "wlcx", put_speedups},
              {"multiples", "wlcx", put_multiples},
              {"factors", "wl", put_factors},
              {"excess", "wlcx", put_excess},
              {"half_select", "l", put_half_select},
              {"connectivity", "w", put_connectivity},
              {"wires", "w", put_wires},
              {"shares", "l", put_shares},
              {"memory", "wl", put_memory},
              {"networks", "l", put_networks},
              {"library", "", put_library},
              {"training", "", put_training}};

static bool take_word(char expected, const char *word, words *w)
{
    char *end;
    const int kind = word_number(word, workload_names), lines = word_number(word, lines_names);
    switch (expected) {
        case 'w':
            w->kind = (workload_kind)kind;
            return kind >= 0;
        case 'l':
            w->lines = (workload_lines)lines;
            return lines >= 0;
        case 'c':
            w->contender = word;
            return true;
        default:
            w->limit = strtod(word, &end);
            return end != word && *end == '\0';
    }
}

bool report_put(const report *r, char *mark, FILE *f)
{
    char *rest;
    const char *name = strtok_r(mark, " ", &rest);
    for (size_t k = 0; name && k < sizeof tables / sizeof *tables; k++) {
        words w = {0};
        if (strcmp(name, tables[k].name) != 0)
            continue;
        for (const char *kind = tables[k].words; *kind; kind++) {
            const char *word = strtok_r(NULL, " ", &rest);
            if (!word || !take_word(*kind, word, &w))
                return false;
        }
        if (strtok_r(NULL, " ", &rest))
            return false;
        tables[k].put(r, &w, f);
        return true;
    }
    return false;
}
