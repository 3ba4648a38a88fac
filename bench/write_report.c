/* SPDX-License-Identifier: MIT */
/* write_report FOLDER: makes summary.csv, results.json, report.md and the data of the plots from runs.csv and the other files of
 * the current folder. FOLDER holds contenders.txt and report.md.in.
 *
 * report.md.in is the report but for its figures. @NAME ..@ is replaced by a fact of machine.txt or by a table of tables.c.
 * Lines from "@if NAME ..@" to "@end@" are left out if that fact or table is empty. */
#include "report.h"

#include "base/base.h"
#include "table.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *report_fact(const report *r, const char *name)
{
    for (size_t k = 0; k < r->facts_count; k++)
        if (strcmp(r->facts[k].name, name) == 0)
            return r->facts[k].value;
    return "";
}

const result *report_find(const report *r, workload_kind kind, workload_lines lines, size_t n, const char *who)
{
    for (size_t k = r->results.count; k-- > 0;) {
        const run *a = r->results.list[k].last;
        if (a->kind == kind && a->lines == lines && a->n == n && strcmp(a->contender, who) == 0)
            return &r->results.list[k];
    }
    return NULL;
}

const result *report_timed(const report *r, workload_kind kind, workload_lines lines, size_t n, const char *who)
{
    const result *s = report_find(r, kind, lines, n, who);
    return s && s->seconds > 0 ? s : NULL; /* NAN: none */
}

static int rising(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

size_t report_sizes(const report *r, workload_kind kind, workload_lines lines, size_t *sizes, size_t room)
{
    size_t count = 0;
    for (size_t k = 0; k < r->results.count; k++) {
        const run *a = r->results.list[k].last;
        size_t known = 0;
        if (a->kind != kind || a->lines != lines)
            continue;
        while (known < count && sizes[known] != a->n)
            known++;
        if (known == count && count < room)
            sizes[count++] = a->n;
    }
    qsort(sizes, count, sizeof *sizes, rising);
    return count;
}

static bool read_facts(report *r)
{
    table t;
    table_row row = TABLE_REFUSED;
    if (table_open(&t, "machine.txt", '\n')) /* one field a line */
        while ((row = table_next(&t, 1, 2)) == TABLE_ROW) {
            char *equals = strchr(t.field[0], '=');
            if (!equals || (r->facts_count == r->facts_room && !synp_grow(&r->facts, sizeof(fact), &r->facts_room))) {
                table_refuse(&t, 0, "expected NAME=VALUE, found \"%s\"", t.field[0]);
                break;
            }
            *equals = '\0';
            fact *a = &r->facts[r->facts_count++];
            *a = (fact){strdup(t.field[0]), strdup(equals + 1)};
            if (!a->name || !a->value)
                break;
        }
    table_close(&t);
    return row == TABLE_END;
}

/* What machine.txt may say. */
static const char *const fact_names[] = {"date",   "mode",       "processor", "cores",    "threads",
                                         "system", "memory_gib", "ngspice",   "flags",    "load_before",
                                         "note",   "synaptogen", "compiler",  "pictures", NULL};

static bool is_fact(const char *name)
{
    return word_number(name, fact_names) >= 0;
}

/* Prints what a mark stands for: a fact, or else a table. Changes the mark. */
static bool put_mark(const report *r, char *mark, FILE *f)
{
    return is_fact(mark) ? fputs(report_fact(r, mark), f) >= 0 : report_put(r, mark, f);
}

/* Prints a line with its marks filled in. A table has its own ends of lines: of a line that ends with one, nothing is left.
 * Changes the line. */
static bool put_line(const report *r, char *line, FILE *f)
{
    for (char *at; (at = strchr(line, '@'));) {
        char *end = strchr(at + 1, '@');
        if (!end)
            return false;
        *at = *end = '\0';
        fputs(line, f);
        line = end + 1;
        if (!is_fact(at + 1) && *line == '\n')
            line++;
        if (!put_mark(r, at + 1, f))
            return false;
    }
    return fputs(line, f) >= 0;
}

/* Whether what "@if MARK@" names is empty. */
static bool is_empty(const report *r, char *mark, bool *empty)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    mark[strcspn(mark, "@")] = '\0';
    const bool fine = f && put_mark(r, mark, f);
    if (f)
        fclose(f);
    *empty = size == 0;
    free(text);
    return fine;
}

static bool fill(const report *r, const char *path, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t room = 0;
    bool skipping = false, fine = true;
    for (int number = 1; fine && getline(&line, &room, in) > 0; number++) {
        if (strcmp(line, "@end@\n") == 0)
            skipping = false;
        else if (strncmp(line, "@if ", 4) == 0)
            fine = is_empty(r, line + 4, &skipping);
        else if (!skipping)
            fine = put_line(r, line, out);
        if (!fine)
            fprintf(stderr, "%s:%d: a mark is not one of write_report.c and tables.c, or has no end\n", path, number);
    }
    free(line);
    return fine && !ferror(in);
}

/* A file of the current folder, written to its end. */
static bool closed(FILE *f, const char *path, bool fine)
{
    if (f && fclose(f) == 0 && fine)
        return true;
    fprintf(stderr, "%s: %s\n", path, fine ? strerror(errno) : "not written");
    return false;
}

static bool write_report(const report *r, const char *folder)
{
    char *path = text_of("%s/report.md.in", folder);
    FILE *in = path ? fopen(path, "r") : NULL, *out = in ? fopen("report.md", "w") : NULL;
    if (!in)
        fprintf(stderr, "%s: %s\n", path ? path : "report.md.in", strerror(errno));
    const bool fine = in && closed(out, "report.md", out && fill(r, path, in, out));
    if (in)
        fclose(in);
    free(path);
    return fine;
}

static bool write_summary(const report *r)
{
    FILE *f = fopen("summary.csv", "w");
    if (f)
        results_print(&r->results, f);
    return closed(f, "summary.csv", true);
}

static void release(report *r)
{
    for (size_t k = 0; k < r->facts_count; k++) {
        free(r->facts[k].name);
        free(r->facts[k].value);
    }
    for (size_t k = 0; k < r->library_count; k++)
        free(r->library[k].what);
    for (size_t k = 0; k < r->training_count; k++)
        free(r->training[k].what);
    free(r->facts);
    free(r->library);
    free(r->training);
    free(r->results.list);
    runs_free(&r->runs);
    contenders_free(&r->all);
}

int main(int argc, char **argv)
{
    report r = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: write_report FOLDER\n");
        return 2;
    }
    const bool fine = contenders_read(argv[1], &r.all) && read_facts(&r) && runs_read("runs.csv", &r.runs) &&
                      results_make(&r.runs, &r.results) && report_read_library(&r) && write_summary(&r) &&
                      write_report(&r, argv[1]) && report_write_json(&r, "results.json") &&
                      report_write_plot_data(&r, WORK_WRITE, LINES_CROSSBAR, "write.dat") &&
                      report_write_plot_data(&r, WORK_READ, LINES_CROSSBAR, "read.dat") &&
                      report_write_plot_data(&r, WORK_READ, LINES_WIRES, "wires.dat");
    release(&r);
    return fine ? 0 : 1;
}
