/* SPDX-License-Identifier: MIT */
/* growth [CELLS [LINES]]: how costs grow from 1e3 to CELLS cells of an array and from 16 to LINES lines of a crossbar with wires of
 * 1 ohm, in all threads. Prints rows of CSV, then the slope of each cost over the larger half of its sizes, on logarithmic
 * scales: 1 where it grows with the number of cells. */
#include "clock.h"
#include "scatter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <synaptogen/synaptogen.h>

enum { MOST_POINTS = 16, MOST_REPEATS = 9, SEED = 1 };

typedef struct point {
    double cells, seconds;
} point;

/* A cost, with a point for each size. */
typedef struct cost {
    const char *what;
    int count;
    point points[MOST_POINTS];
} cost;

typedef struct job {
    const syn_model *model;
    size_t lines, cells;
    syn_array *array;
    syn_crossbar *crossbar;
    double *end, *v;
    double *g;
    float u;
    size_t turn; /* number of the solution */
} job;

static _Noreturn void fail(const char *what, const syn_error *err)
{
    fprintf(stderr, "growth: %s: %s %s\n", what, err->field, err->text);
    exit(1);
}

static void check(syn_status status, const char *what, const syn_error *err)
{
    if (status)
        fail(what, err);
}

static void *allocate(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p)
        fail("memory", &(syn_error){0});
    return p;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Times work, for a second or MOST_REPEATS times, after a turn that does not count. Adds the median to the cost and prints a row. */
static void measure(cost *c, job *j, void (*work)(job *j))
{
    double seconds[MOST_REPEATS];
    int count = 0;
    const double start = bench_now();
    work(j);
    while (count < MOST_REPEATS && (count == 0 || bench_now() < start + 1)) {
        const double from = bench_now();
        work(j);
        seconds[count++] = bench_now() - from;
    }
    qsort(seconds, (size_t)count, sizeof *seconds, by_size);
    const point p = {(double)j->cells, seconds[count / 2]};
    if (c->count < MOST_POINTS)
        c->points[c->count++] = p;
    printf("%s,%zu,%d,%.4g,%.4g,%.4g\n", c->what, j->cells, count, p.seconds, seconds[0], seconds[count - 1]);
    fflush(stdout);
}

static void create_array(job *j)
{
    syn_error err = {0};
    syn_array_free(j->array);
    check(syn_array_create(j->model, SEED, j->cells, NULL, &j->array, &err), "array", &err);
}

static void write_all(job *j)
{
    syn_error err = {0};
    j->u = j->u < 0 ? 1.5f : -2; /* RESET and SET in turns */
    check(syn_array_apply(j->array, NULL, &j->u, 1, &err), "write", &err);
}

/* Noisy currents of all cells. */
static void read_all(job *j)
{
    enum { PIECE = 1 << 20 };
    static float current[PIECE];
    syn_error err = {0};
    j->turn++;
    for (size_t first = 0; first < j->cells; first += PIECE) {
        const syn_cells some = {
            .first = first, .stride = 1, .count = j->cells - first < PIECE ? j->cells - first : PIECE};
        check(syn_array_read_noisy(j->array, &some, 0.2f, 1e8, j->turn, current, &err), "read", &err);
    }
}

static void create_crossbar(job *j)
{
    syn_error err = {0};
    const syn_wires w = {.rows = j->lines,
                         .cols = j->lines,
                         .r_wl = 1,
                         .r_bl = 1,
                         .end = {[SYN_LEFT] = j->end, [SYN_BOTTOM] = j->end}};
    syn_crossbar_free(j->crossbar);
    j->crossbar = NULL;
    check(syn_crossbar_create(&w, 0, &j->crossbar, &err), "crossbar", &err);
}

static void solve(job *j)
{
    syn_error err = {0};
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = j->v};
    for (size_t i = 0; i < j->lines; i++)
        j->v[i] = 0.3 * bench_scatter(i + j->lines * j->turn);
    j->turn++;
    check(syn_crossbar_solve(j->crossbar, v, NULL, &err), "solution", &err);
}

static void solve_linear_cold(job *j)
{
    syn_error err = {0};
    create_crossbar(j);
    check(syn_crossbar_set_conductances(j->crossbar, j->g, &err), "conductances", &err);
    solve(j);
}

static void solve_cells_cold(job *j)
{
    syn_error err = {0};
    create_crossbar(j);
    check(syn_crossbar_bind(j->crossbar, j->array, &err), "array", &err);
    solve(j);
}

static double slope_of(const cost *c)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int k = c->count / 2; k < c->count; k++) {
        const double a = log(c->points[k].cells), b = log(c->points[k].seconds);
        n += 1;
        x += a;
        y += b;
        xx += a * a;
        xy += a * b;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

static void grow_arrays(job *j, cost costs[3], double most)
{
    for (double cells = 1e3; cells <= most * 1.01; cells *= 10) {
        j->cells = (size_t)llround(cells);
        measure(&costs[0], j, create_array);
        measure(&costs[1], j, write_all);
        measure(&costs[2], j, read_all);
    }
    syn_array_free(j->array);
    j->array = NULL;
}

/* Half of the cells are SET. */
static void make_cells(job *j)
{
    syn_error err = {0};
    float *u = allocate(j->cells * sizeof *u);
    create_array(j);
    for (size_t k = 0; k < j->cells; k++)
        u[k] = bench_scatter(k + 7) < 0.5 ? -2 : 0;
    check(syn_array_apply_each(j->array, NULL, u, &err), "write", &err);
    free(u);
}

static void grow_crossbars(job *j, cost costs[3], size_t most)
{
    for (j->lines = 16; j->lines <= most; j->lines *= 2) {
        j->cells = j->lines * j->lines;
        j->end = allocate(j->lines * sizeof *j->end);
        j->v = allocate(j->lines * sizeof *j->v);
        j->g = allocate(j->cells * sizeof *j->g);
        for (size_t i = 0; i < j->lines; i++)
            j->end[i] = 10;
        for (size_t k = 0; k < j->cells; k++)
            j->g[k] = 1e-5 + 3.9e-4 * bench_scatter(k);
        measure(&costs[0], j, solve_linear_cold);
        measure(&costs[1], j, solve);
        make_cells(j);
        measure(&costs[2], j, solve_cells_cold);
        free(j->end);
        free(j->v);
        free(j->g);
    }
    syn_crossbar_free(j->crossbar);
    syn_array_free(j->array);
}

int main(int argc, char **argv)
{
    const double cells = argc > 1 ? strtod(argv[1], NULL) : 1e8;
    const double lines = argc > 2 ? strtod(argv[2], NULL) : 4096;
    if (argc > 3 || !(cells >= 1e4 && cells <= 1e10) || !(lines >= 32 && lines <= 16384)) {
        fprintf(stderr, "usage: growth [CELLS [LINES]], CELLS from 1e4 to 1e10, LINES from 32 to 16384\n");
        return 2;
    }
    static cost costs[6] = {{.what = "array: create"},
                            {.what = "array: write all"},
                            {.what = "array: read all"},
                            {.what = "crossbar: linear cold"},
                            {.what = "crossbar: linear at new voltages"},
                            {.what = "crossbar: cells cold"}};
    syn_model *model;
    syn_error err = {0};
    check(syn_model_open(NULL, NULL, &model, &err), "model", &err);
    job j = {.model = model};
    puts("what,cells,repeats,seconds,fastest,slowest");
    grow_arrays(&j, costs, cells);
    grow_crossbars(&j, costs + 3, (size_t)lines);
    for (int k = 0; k < 6; k++)
        printf("# %s: slope %.2f from %.0e to %.0e cells\n", costs[k].what, slope_of(&costs[k]),
               costs[k].points[costs[k].count / 2].cells, costs[k].points[costs[k].count - 1].cells);
    syn_model_free(model);
    return 0;
}
