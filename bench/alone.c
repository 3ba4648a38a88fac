/* SPDX-License-Identifier: MIT */
/* alone FILE CURRENTS: a contender's run without a simulator. FILE is what deck.awk writes for it, one line:
 * workload, n, ops, lines, seed, voltages of SET, RESET and read [V], edge / plateau of a pulse, ohm per segment and
 * at the ends of wires. Arrays are crossbars whose terminal currents are solved for at every level of the pulses,
 * loops and single cells are scalar cells. Writes the currents at the end to CURRENTS and prints the lines that
 * bench.sh looks for in the log of a simulation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>
#include <time.h>

#include "rows.h"

typedef struct task {
    char workload[16], lines[16];
    size_t n, ops;
    uint64_t seed;
    double v_set, v_reset, v_read, edge, segment, end;
} task;

typedef struct crossbar {
    syn_array *array;
    syn_crossbar *x;
    double *rows, *cols, *ends; /* V, V, ohm */
    size_t solutions, linearisations;
} crossbar;

static int is(const task *t, const char *workload)
{
    return strcmp(t->workload, workload) == 0;
}

static int create(const task *t, const syn_model *model, crossbar *c)
{
    const syn_array_options o = {.rows = t->n, .read_only = is(t, "read")};
    c->rows = calloc(3 * t->n, sizeof *c->rows);
    if (!c->rows)
        return 0;
    c->cols = c->rows + t->n;
    c->ends = c->cols + t->n;
    for (size_t k = 0; k < t->n; k++)
        c->ends[k] = t->end;
    const syn_wires w = {.rows = t->n,
                         .cols = t->n,
                         .r_wl = t->segment,
                         .r_bl = t->segment,
                         .end = {[SYN_LEFT] = c->ends, [SYN_BOTTOM] = c->ends}};
    return !syn_array_create(model, t->seed, t->n * t->n, &o, &c->array, NULL) &&
           !syn_crossbar_create(&w, 1, &c->x, NULL) && !syn_crossbar_bind(c->x, c->array, NULL);
}

static int settle(crossbar *c, int read)
{
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = c->rows, [SYN_BOTTOM] = c->cols};
    syn_solution s;
    const syn_status status = read ? syn_crossbar_solve(c->x, v, &s, NULL) : syn_crossbar_step(c->x, v, &s, NULL);
    c->solutions++;
    c->linearisations += (size_t)s.newton;
    return !status;
}

static int levels(const task *t, crossbar *c, size_t row, double v)
{
    const int all = is(t, "full"); /* rows at once, with all of the voltage */
    for (size_t k = 0; k < t->n; k++) {
        c->rows[k] = all ? v : k == row ? v / 2 : 0;
        c->cols[k] = all ? 0 : -v / 2;
    }
    return settle(c, 0);
}

/* Solutions at the plateaus, at 0 between them, and of the read. */
static int run_array(const task *t, crossbar *c)
{
    const int read = is(t, "read");
    int fine = 1;
    for (size_t k = 0; k < t->ops && fine; k++)
        if (read) {
            for (size_t i = 0; i < t->n; i++)
                c->rows[i] = selected(i) ? t->v_read : 0;
            fine = settle(c, 1);
            if (k + 1 < t->ops) {
                memset(c->rows, 0, t->n * sizeof *c->rows);
                fine = fine && settle(c, 1);
            }
        } else {
            fine = levels(t, c, k % t->n, t->v_set) && levels(t, c, k % t->n, 0) &&
                   levels(t, c, k % t->n, t->v_reset) && levels(t, c, k % t->n, 0);
        }
    if (!read && fine) {
        c->rows[0] = t->v_read;
        fine = settle(c, 1);
    }
    return fine;
}

/* Along a pulse's edges in steps as long as its plateau, as the simulator's longest are; returns the sum of currents,
 * without which a compiler could leave them out. */
static double sweep(const task *t, const syn_model *m, syn_cell *cell, double v, size_t *points)
{
    const int steps = (int)fmax(1, round(t->edge));
    double sum = 0;
    for (int k = 1; k <= 2 * steps; k++) {
        const double u = v * (k <= steps ? k : 2 * steps - k) / steps;
        syn_cell_step(m, cell, u, cell);
        sum += syn_current(m, cell->state.r, u, NULL);
        ++*points;
    }
    return sum;
}

static int run_loops(const task *t, const syn_model *m, FILE *out, size_t *points)
{
    const int each = is(t, "each");
    const size_t cells = each ? t->ops : 1, loops = each ? 1 : t->ops;
    double sum = 0;
    for (size_t k = 0; k < cells; k++) {
        syn_cell c;
        if (syn_cell_init(m, each ? k : t->seed, 0, NULL, &c, NULL))
            return 0;
        for (size_t l = 0; l < loops; l++)
            sum += sweep(t, m, &c, t->v_set, points) + sweep(t, m, &c, t->v_reset, points);
        const double i = syn_current(m, c.state.r, t->v_read, NULL);
        if (each)
            fprintf(out, "%.9g\n", i);
        else
            fprintf(out, "0 %.9g\n", i);
    }
    return isfinite(sum);
}

static int print_currents(const task *t, const crossbar *c, FILE *out)
{
    const double *i = syn_crossbar_current(c->x, SYN_BOTTOM);
    const int shared = strcmp(t->lines, "shared") == 0;
    double sum = 0;
    fprintf(out, "0");
    for (size_t j = 0; j < t->n; j++) {
        sum -= i[j];
        if (!shared)
            fprintf(out, " %.9g", -i[j]);
    }
    if (shared)
        fprintf(out, " %.9g", sum);
    return fprintf(out, "\n") > 0;
}

static void print_cpu(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    printf("cpu %.9f 1\n", (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

int main(int argc, char **argv)
{
    task t;
    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL, *out = argc == 3 ? fopen(argv[2], "w") : NULL;
    unsigned long long seed;
    if (!in || !out ||
        fscanf(in, "%15s %zu %zu %15s %llu %lf %lf %lf %lf %lf %lf", t.workload, &t.n, &t.ops, t.lines, &seed,
               &t.v_set, &t.v_reset, &t.v_read, &t.edge, &t.segment, &t.end) != 11 ||
        t.n < 1) {
        fprintf(stderr, "usage: alone FILE CURRENTS\n");
        return 2;
    }
    t.seed = seed;
    syn_params params;
    syn_model *model = NULL;
    crossbar c = {0};
    if (syn_params_default(&params, NULL) || syn_model_create(&params, NULL, &model, NULL))
        return 1;
    print_cpu();
    int fine;
    if (is(&t, "loops") || is(&t, "each")) {
        fine = run_loops(&t, model, out, &c.linearisations);
        c.solutions = c.linearisations;
    } else {
        fine = create(&t, model, &c) && run_array(&t, &c);
    }
    print_cpu();
    fine = fine && (!c.x || print_currents(&t, &c, out));
    printf("Accepted timepoints = %zu\nRejected timepoints = 0\nTransient iterations = %zu\n", c.solutions,
           c.linearisations);
    syn_crossbar_free(c.x);
    syn_array_free(c.array);
    syn_model_free(model);
    free(c.rows);
    fclose(in);
    return fclose(out) || !fine;
}
