/* SPDX-License-Identifier: MIT */
/* scale FOLDER CELLS..: what compact arrays of these sizes cost, one after the other, in all threads; then what the age of cells
 * costs. The state file is written to FOLDER and removed. Prints two tables as Markdown. */
#include "clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>
#include <sys/resource.h>

enum { PIECE = 1 << 24, SEED = 1 }; /* cells of a read */

typedef struct stopwatch {
    double wall, cpu;
} stopwatch;

static stopwatch start(void)
{
    return (stopwatch){bench_now(), bench_cpu()};
}

static _Noreturn void fail(const char *what, const syn_error *err)
{
    fprintf(stderr, "scale: %s: %s %s\n", what, err->field, err->text);
    exit(1);
}

/* n: the cells that the work was for. */
static void print(size_t cells, const char *what, double n, stopwatch from, const char *note)
{
    const stopwatch now = start();
    const double wall = now.wall - from.wall, cpu = now.cpu - from.cpu;
    printf("| %.0e | %s | %.3g | %.3g | %.3g | %.3g | %s |\n", (double)cells, what, wall, cpu, n / wall,
           cpu / n * 1e9, note);
    fflush(stdout);
}

static void apply(syn_array *a, size_t cells, float u, const char *what)
{
    syn_error err = {0};
    const stopwatch from = start();
    if (syn_array_apply(a, NULL, &u, 1, &err))
        fail(what, &err);
    print(cells, what, (double)cells, from, "");
}

static void verify_write(syn_array *a, size_t cells)
{
    syn_error err = {0};
    const syn_cells some = {.stride = 100, .count = (cells + 99) / 100};
    float *target = malloc(some.count * sizeof *target);
    syn_program how;
    syn_program_report report;
    syn_program_default(syn_array_model(a), &how);
    for (size_t k = 0; target && k < some.count; k++)
        target[k] = 5e-5f + 5e-6f * (float)(k % 16);
    const stopwatch from = start();
    if (!target || syn_array_program(a, &some, target, &how, NULL, NULL, &report, &err))
        fail("write-verify", &err);
    char note[80];
    snprintf(note, sizeof note, "%.1f pulses, %.2f %% reached", report.pulses_mean,
             100 * (double)report.reached / (double)report.cells);
    print(cells, "write-verify of one in a hundred", (double)some.count, from, note);
    free(target);
}

static void read_all(const syn_array *a, size_t cells)
{
    syn_error err = {0};
    float *i = malloc((cells < PIECE ? cells : PIECE) * sizeof *i);
    double sum = 0;
    const stopwatch from = start();
    for (size_t k = 0; i && k < cells; k += PIECE) {
        const syn_cells piece = {.first = k, .count = cells - k < PIECE ? cells - k : PIECE};
        if (syn_array_read_noisy(a, &piece, 0.2f, 1e6, 0, i, &err))
            fail("read", &err);
        sum += (double)i[0];
    }
    if (!i || !(sum > 0))
        fail("read", &err);
    print(cells, "noisy read of all", (double)cells, from, "");
    free(i);
}

static syn_array *through_a_file(syn_array *a, size_t cells, const char *folder)
{
    syn_error err = {0};
    char path[4096], note[80];
    snprintf(path, sizeof path, "%s/scale-%zu.state", folder, cells);
    stopwatch from = start();
    if (syn_array_save(a, path, &err))
        fail("save", &err);
    snprintf(note, sizeof note, "%.3g bytes per cell", 13 + 148 / (double)cells);
    print(cells, "save", (double)cells, from, note);
    const float last = syn_array_states(a)[cells - 1];
    const syn_model *m = syn_array_model(a);
    syn_array_free(a);
    from = start();
    if (syn_array_load(m, path, NULL, 0, &a, &err))
        fail("load", &err);
    print(cells, "load", (double)cells, from, syn_array_states(a)[cells - 1] == last ? "" : "ANOTHER STATE");
    remove(path);
    return a;
}

static void run(const syn_model *m, size_t cells, const char *folder)
{
    const syn_array_options o = {.storage = SYN_COMPACT};
    syn_error err = {0};
    syn_array *a;
    char note[80];
    const stopwatch from = start();
    if (syn_array_create(m, SEED, cells, &o, &a, &err))
        fail("create", &err);
    snprintf(note, sizeof note, "%.3g bytes per cell", (double)syn_array_bytes(a) / (double)cells);
    print(cells, "create", (double)cells, from, note);
    apply(a, cells, -2, "SET all");
    apply(a, cells, 1.6f, "RESET all");
    apply(a, cells, -2, "SET all again");
    verify_write(a, cells);
    read_all(a, cells);
    a = through_a_file(a, cells, folder);
    apply(a, cells, 1.6f, "RESET all after load");
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    snprintf(note, sizeof note, "%.3g GB at most", (double)used.ru_maxrss * 1024e-9);
    print(cells, "all", (double)cells, from, note);
    syn_array_free(a);
}

/* One thread. The array has room for one expanded block: each pulse draws all cells again. */
static void age(const syn_model *m)
{
    enum { CELLS = 16000 };
    static const float cycle[] = {-2, 1.6f};
    static const int ages[] = {0, 10, 100, 1000, 10000};
    const syn_array_options o = {.storage = SYN_COMPACT, .expanded_bytes = 1, .threads = 1};
    syn_error err = {0};
    syn_array *a;
    float *train = malloc(2 * 10000 * sizeof *train);
    if (!train || syn_array_create(m, SEED, CELLS, &o, &a, &err))
        fail("create", &err);
    for (size_t k = 0; k < 2 * 10000; k++)
        train[k] = cycle[k % 2];
    printf("\n| age in cycles | us per cell to draw it again | ns per cell and cycle |\n|---|---|---|\n");
    for (size_t k = 0; k < sizeof ages / sizeof *ages; k++) {
        const int more = ages[k] - (k ? ages[k - 1] : 0);
        syn_array_apply(a, NULL, train, 2 * (size_t)more, NULL);
        const float nothing = 0;
        double best = INFINITY;
        for (int round = 0; round < 5; round++) {
            const double from = bench_cpu();
            syn_array_apply(a, NULL, &nothing, 1, NULL);
            best = fmin(best, bench_cpu() - from);
        }
        printf("| %d | %.3g | %.3g |\n", ages[k], best / CELLS * 1e6, ages[k] ? best / CELLS / ages[k] * 1e9 : 0);
    }
    free(train);
    syn_array_free(a);
}

int main(int count, char **arguments)
{
    syn_error err = {0};
    syn_model *m;
    if (count < 3) {
        fprintf(stderr, "usage: scale FOLDER CELLS..\n");
        return 2;
    }
    if (syn_model_open(NULL, NULL, &m, &err))
        fail("model", &err);
    printf("| cells | what | s | processor s | cells per s | processor ns per cell | "
           "|\n|---|---|---|---|---|---|---|\n");
    for (int k = 2; k < count; k++)
        run(m, (size_t)strtod(arguments[k], NULL), arguments[1]);
    age(m);
    syn_model_free(m);
    return 0;
}
