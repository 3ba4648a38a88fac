/* SPDX-License-Identifier: MIT */
/* judge FOLDER CONTENDER WORKLOAD LINES N OPS REPEAT RUN LOG CURRENTS EXPECTED: prints the row of runs.csv of one run.
 * judge head: prints the head of runs.csv.
 *
 * RUN is what run.c printed of it. LOG, CURRENTS and EXPECTED are files: what the simulator printed, the currents that it
 * wrote (see deck.c), and those of reference.c. A run that ended well is wrong if its currents deviate by more than the
 * tolerance that contenders.txt of the folder gives, and stuck if it gave none. */
#include "base/base.h"
#include "contender.h"
#include "result.h"
#include "table.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDER = 1, CONTENDER, WORKLOAD, LINES, N, OPS, REPEAT, RUN, LOG, CURRENTS, EXPECTED, ARGUMENTS };

static const double no_match = 1e99; /* the deviation of currents whose number is wrong */

typedef struct numbers {
    double *x;
    size_t count, room;
} numbers;

/* Adds the numbers of a line but the first `skipped`. Stops at a word that is none. */
static bool add_numbers(const char *line, int skipped, numbers *v)
{
    char *end;
    for (double x = strtod(line, &end); end != line; line = end, x = strtod(line, &end)) {
        if (skipped-- > 0)
            continue;
        if (v->count == v->room && !synp_grow(&v->x, sizeof *v->x, &v->room))
            return false;
        v->x[v->count++] = x;
    }
    return true;
}

/* Adds the numbers of all lines of a file, or of its last one without the time in front. *opened: whether there is such a
 * file. Returns false if there is no memory. */
static bool read_numbers(const char *path, bool last, numbers *v, bool *opened)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    const size_t start = v->count;
    bool fine = true;
    *opened = f;
    while (f && fine && getline(&line, &room, f) > 0) {
        if (last)
            v->count = start;
        fine = add_numbers(line, last, v);
    }
    free(line);
    if (f)
        fclose(f);
    return fine;
}

/* The currents of a run: one file of many lines for "each", the last lines of CURRENTS, CURRENTS.1, .. else. */
static bool read_currents(const char *path, workload_kind kind, numbers *v)
{
    bool opened, fine = read_numbers(path, kind != WORK_EACH, v, &opened);
    for (int k = 1; fine && opened && kind != WORK_EACH; k++) {
        char *next = text_of("%s.%d", path, k);
        fine = next && read_numbers(next, true, v, &opened);
        free(next);
    }
    return fine;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Root of the mean square of the differences over that of what is expected. The hundredth of the currents that is farthest
 * off is left out: those are cells at the edge of switching, where the smallest error of integration decides. NAN without
 * any currents. Overwrites found. */
static double deviation(const numbers *found, const numbers *expected)
{
    double square = 0, sum = 0;
    if (!found->count)
        return NAN;
    if (found->count != expected->count)
        return no_match;
    for (size_t k = 0; k < found->count; k++) {
        const double off = found->x[k] - expected->x[k];
        square += expected->x[k] * expected->x[k];
        found->x[k] = off * off;
        if (!isfinite(off))
            return no_match;
    }
    qsort(found->x, found->count, sizeof *found->x, rising);
    for (size_t k = 0; k < found->count - found->count / 100; k++)
        sum += found->x[k];
    const double d = sqrt(sum / square);
    return isfinite(d) ? d : no_match;
}

/* Takes what the log says: the counts of `rusage`, the processor time between the two marks around the simulation, and
 * whether the simulator gave up. */
static bool read_log(const char *path, run *r, bool *aborted)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    double cpu[2] = {0}, ticks, at;
    int marks = 0;
    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    while (getline(&line, &room, f) > 0) {
        *aborted = *aborted || strcasestr(line, "simulation(s) aborted");
        sscanf(line, "Accepted timepoints = %lf", &r->accepted);
        sscanf(line, "Rejected timepoints = %lf", &r->rejected);
        sscanf(line, "Transient iterations = %lf", &r->iterations);
        if (sscanf(line, " cpu %lf %lf", &at, &ticks) == 2) {
            if (marks < 2)
                cpu[marks] = at / ticks;
            marks++;
        }
    }
    if (marks == 2)
        r->simulation = cpu[1] - cpu[0];
    free(line);
    fclose(f);
    return true;
}

static bool read_run(const char *text, run *r)
{
    char status[16];
    if (sscanf(text, "%15[^,],%lf,%lf,%lf,%lf", status, &r->wall, &r->user, &r->system, &r->peak) == 5) {
        const int number = word_number(status, status_names);
        r->status = (run_status)number;
        if (number >= 0)
            return true;
    }
    fprintf(stderr, "judge: expected what run prints, found \"%s\"\n", text);
    return false;
}

static bool judge(char **argv, const contender *c, run *r)
{
    numbers found = {0}, expected = {0};
    bool aborted = false, opened;
    bool fine = read_log(argv[LOG], r, &aborted) && read_numbers(argv[EXPECTED], false, &expected, &opened) &&
                opened && read_currents(argv[CURRENTS], r->kind, &found);
    if (fine && r->status == STATUS_OK) {
        r->deviation = deviation(&found, &expected);
        if (isnan(r->deviation) || aborted)
            r->status = STATUS_STUCK;
        else if (!(r->deviation <= c->tolerance))
            r->status = STATUS_WRONG;
    }
    free(found.x);
    free(expected.x);
    return fine;
}

int main(int argc, char **argv)
{
    contenders list = {0};
    workload w;
    if (argc == 2 && strcmp(argv[1], "head") == 0) {
        runs_print_head(stdout);
        return 0;
    }
    if (argc != ARGUMENTS) {
        fprintf(stderr,
                "usage: judge head | FOLDER CONTENDER WORKLOAD LINES N OPS REPEAT RUN LOG CURRENTS EXPECTED\n");
        return 2;
    }
    if (!workload_parse(argv + WORKLOAD, &w) || !contenders_read(argv[FOLDER], &list))
        return 2;
    const contender *c = contenders_find(&list, argv[CONTENDER]);
    run r = {.kind = w.kind,
             .lines = w.lines,
             .n = w.n,
             .ops = w.ops,
             .contender = argv[CONTENDER],
             .repeat = strtoull(argv[REPEAT], NULL, 10),
             .simulation = NAN,
             .accepted = NAN,
             .rejected = NAN,
             .iterations = NAN,
             .deviation = NAN};
    const bool fine = c && read_run(argv[RUN], &r) && judge(argv, c, &r);
    if (fine)
        run_print(&r, stdout);
    else
        fprintf(stderr, "judge: the run of \"%s\" cannot be judged\n", argv[CONTENDER]);
    contenders_free(&list);
    return fine ? 0 : 1;
}
