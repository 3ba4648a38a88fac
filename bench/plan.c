/* SPDX-License-Identifier: MIT */
/* plan FOLDER MODE WORKLOAD|all: prints the runs that plan.txt and contenders.txt of the folder ask for, one a line and in
 * their order:
 *
 *   ROW REPEAT LIMIT CONTENDER FAMILY PROGRAM WORKLOAD LINES N OPS
 *
 * ROW numbers the rows of the plan, REPEAT 0 is the warm-up, LIMIT is in s, PROGRAM is ngspice or alone. */
#include "contender.h"
#include "table.h"
#include "workload.h"
#include <stdlib.h>
#include <string.h>

enum { MODE, WORKLOAD, LINES, SIZES, REPEATS, LIMIT, WHO, FIELDS };

typedef struct row {
    int kind, lines;
    size_t number, repeats;
    double limit;
    const contender *list[64]; /* who runs */
    size_t count;
} row;

/* The operations of a run: the limit of a contender holds for writes, tenfold for the train of a single cell. */
static size_t limited(const contender *c, const row *r, size_t n, size_t ops)
{
    const size_t most = n > 1 ? c->most_ops : 10 * c->most_ops;
    return r->kind == WORK_WRITE && most > 0 && ops > most ? most : ops;
}

/* All contenders of a row at one size, in turns. */
static void print_size(const row *r, size_t n, size_t ops)
{
    for (size_t repeat = 0; repeat <= r->repeats; repeat++)
        for (size_t k = 0; k < r->count; k++) {
            const contender *c = r->list[k];
            printf("%zu %zu %g %s %s %s %s %s %zu %zu\n", r->number, repeat, r->limit, c->name, c->family,
                   c->form == FORM_LIBRARY ? "alone" : "ngspice", workload_names[r->kind], lines_names[r->lines], n,
                   limited(c, r, n, ops));
        }
}

static bool read_who(const table *t, const contenders *all, row *r)
{
    const size_t room = sizeof r->list / sizeof *r->list;
    const bool everybody = strcmp(t->field[WHO], "all") == 0;
    r->count = 0;
    for (size_t k = 0; everybody && k < all->count && k < room; k++)
        r->list[r->count++] = &all->list[k];
    if (everybody)
        return true;
    char *rest;
    for (char *name = strtok_r(t->field[WHO], " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        const contender *c = contenders_find(all, name);
        if (!c || r->count == room)
            return table_refuse(t, WHO, "expected at most %zu names of contenders.txt, found \"%s\"", room, name);
        r->list[r->count++] = c;
    }
    return true;
}

/* Sizes are words N:OPS. */
static bool print_sizes(const table *t, const row *r)
{
    char *rest;
    for (char *word = strtok_r(t->field[SIZES], " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        size_t n, ops;
        int length = 0;
        if (sscanf(word, "%zu:%zu%n", &n, &ops, &length) != 2 || word[length] || n < 1 || ops < 1)
            return table_refuse(t, SIZES, "expected sizes as N:OPS, found \"%s\"", word);
        print_size(r, n, ops);
    }
    return true;
}

static bool read_row(const table *t, const contenders *all, row *r)
{
    r->number++;
    return table_word(t, WORKLOAD, workload_names, &r->kind) && table_word(t, LINES, lines_names, &r->lines) &&
           table_count(t, REPEATS, 0, 1000, &r->repeats) && table_number(t, LIMIT, 1e-3, 1e6, &r->limit) &&
           read_who(t, all, r);
}

static bool print_plan(table *t, const contenders *all, const char *mode, const char *wanted)
{
    static const char *const modes[] = {"full", "quick", "klu", NULL};
    table_row next;
    row r = {0};
    while ((next = table_next(t, FIELDS, FIELDS)) == TABLE_ROW) {
        int m;
        if (!table_word(t, MODE, modes, &m) || !read_row(t, all, &r))
            return false;
        const bool asked = strcmp(wanted, "all") == 0 || strcmp(wanted, workload_names[r.kind]) == 0;
        if (asked && strcmp(modes[m], mode) == 0 && !print_sizes(t, &r))
            return false;
    }
    return next == TABLE_END;
}

int main(int argc, char **argv)
{
    contenders all = {0};
    table t = {0};
    char *path = argc == 4 ? text_of("%s/plan.txt", argv[1]) : NULL;
    if (!path) {
        fprintf(stderr, "usage: plan FOLDER MODE WORKLOAD|all\n");
        return 2;
    }
    const bool fine =
        contenders_read(argv[1], &all) && table_open(&t, path, '|') && print_plan(&t, &all, argv[2], argv[3]);
    table_close(&t);
    contenders_free(&all);
    free(path);
    return fine && fflush(stdout) == 0 ? 0 : 1;
}
