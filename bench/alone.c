/* SPDX-License-Identifier: MIT */
/* alone WORKLOAD LINES N OPS CURRENTS: a contender's run without a simulator. Arrays are crossbars whose terminal currents
 * are solved for at every level of the pulses. Loops and single cells are scalar cells. Writes the currents at the end to
 * the file CURRENTS as a simulation does, and prints the lines that judge.c looks for in the log of a simulation. */
#include "clock.h"
#include "workload.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

typedef struct crossbar {
    syn_array *array;
    syn_crossbar *x;
    double *rows, *cols, *ends; /* V, V, ohm */
    size_t solutions, linearisations;
} crossbar;

static bool create(const workload *w, const syn_model *model, crossbar *c)
{
    const syn_array_options o = {.rows = w->n, .read_only = w->kind == WORK_READ};
    c->rows = calloc(3 * w->n, sizeof *c->rows);
    if (!c->rows)
        return false;
    c->cols = c->rows + w->n;
    c->ends = c->cols + w->n;
    for (size_t k = 0; k < w->n; k++)
        c->ends[k] = w->end;
    const syn_wires wires = {.rows = w->n,
                             .cols = w->n,
                             .r_wl = w->segment,
                             .r_bl = w->segment,
                             .end = {[SYN_LEFT] = c->ends, [SYN_BOTTOM] = c->ends}};
    return !syn_array_create(model, w->seed, w->n * w->n, &o, &c->array, NULL) &&
           !syn_crossbar_create(&wires, 1, &c->x, NULL) && !syn_crossbar_bind(c->x, c->array, NULL);
}

/* Solves for the currents at the voltages of c. Cells may switch, unless it is a read. */
static bool settle(crossbar *c, bool read)
{
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = c->rows, [SYN_BOTTOM] = c->cols};
    syn_solution s;
    const syn_status status = read ? syn_crossbar_solve(c->x, v, &s, NULL) : syn_crossbar_step(c->x, v, &s, NULL);
    c->solutions++;
    c->linearisations += (size_t)s.newton;
    return status == SYN_OK;
}

/* One level of a pulse: v over the cells of a row, or of all rows. */
static bool apply(const workload *w, crossbar *c, size_t row, double v)
{
    for (size_t k = 0; k < w->n; k++) {
        c->rows[k] = !w->split ? v : k == row ? v / 2 : 0;
        c->cols[k] = w->split ? -v / 2 : 0;
    }
    return settle(c, false);
}

static bool run_reads(const workload *w, crossbar *c)
{
    bool fine = true;
    for (size_t k = 0; k < w->ops && fine; k++) {
        if (k > 0) { /* between two reads all voltages are 0 */
            memset(c->rows, 0, w->n * sizeof *c->rows);
            fine = settle(c, true);
        }
        for (size_t i = 0; i < w->n; i++)
            c->rows[i] = workload_selects(i) ? w->v_read : 0;
        fine = fine && settle(c, true);
    }
    return fine;
}

static bool run_writes(const workload *w, crossbar *c)
{
    bool fine = true;
    for (size_t k = 0; k < w->ops && fine; k++) {
        const size_t row = k % w->n;
        fine =
            apply(w, c, row, w->v_set) && apply(w, c, row, 0) && apply(w, c, row, w->v_reset) && apply(w, c, row, 0);
    }
    c->rows[0] = w->v_read;
    return fine && settle(c, true);
}

/* Follows the edges of a pulse in steps as long as its plateau: those are the simulator's longest. Returns the sum of the
 * currents, without which a compiler could leave them out. */
static double sweep(const workload *w, const syn_model *m, syn_cell *cell, double v, size_t *points)
{
    const int steps = (int)ceil(w->edge / w->plateau);
    double sum = 0;
    for (int k = 1; k <= 2 * steps; k++) {
        const double u = v * (k <= steps ? k : 2 * steps - k) / steps;
        syn_cell_step(m, cell, u, cell);
        sum += syn_current(m, cell->state.r, u, NULL);
        ++*points;
    }
    return sum;
}

static bool run_cells(const workload *w, const syn_model *m, FILE *out, size_t *points)
{
    const bool each = w->kind == WORK_EACH;
    const size_t cells = each ? w->ops : 1;
    double sum = 0;
    for (size_t k = 0; k < cells; k++) {
        syn_cell c;
        if (syn_cell_init(m, each ? k : w->seed, 0, NULL, &c, NULL))
            return false;
        for (size_t l = 0; l < w->operations; l++)
            sum += sweep(w, m, &c, w->v_set, points) + sweep(w, m, &c, w->v_reset, points);
        fprintf(out, "%s%.9g\n", each ? "" : "0 ", syn_current(m, c.state.r, w->v_read, NULL));
    }
    return isfinite(sum);
}

/* One line as the simulator writes it: the time, then the currents that flow out of the columns. */
static bool print_currents(const workload *w, const crossbar *c, FILE *out)
{
    const double *i = syn_crossbar_current(c->x, SYN_BOTTOM);
    double sum = 0;
    fprintf(out, "0");
    for (size_t j = 0; j < w->n; j++) {
        sum -= i[j];
        if (w->lines != LINES_SHARED)
            fprintf(out, " %.9g", -i[j]);
    }
    if (w->lines == LINES_SHARED)
        fprintf(out, " %.9g", sum);
    return fprintf(out, "\n") > 0;
}

static void print_cpu(void)
{
    printf("cpu %.9f 1\n", bench_cpu());
}

int main(int argc, char **argv)
{
    workload w;
    if (argc != 6) {
        fprintf(stderr, "usage: alone WORKLOAD LINES N OPS CURRENTS\n");
        return 2;
    }
    if (!workload_parse(argv + 1, &w))
        return 2;
    syn_model *model = NULL;
    crossbar c = {0};
    FILE *out = fopen(argv[5], "w");
    if (!out || syn_model_open(NULL, NULL, &model, NULL))
        return 1;
    print_cpu();
    bool fine;
    if (w.kind == WORK_LOOPS || w.kind == WORK_EACH) {
        fine = run_cells(&w, model, out, &c.linearisations);
        c.solutions = c.linearisations;
    } else {
        fine = create(&w, model, &c) && (w.kind == WORK_READ ? run_reads(&w, &c) : run_writes(&w, &c));
    }
    print_cpu();
    fine = fine && (!c.x || print_currents(&w, &c, out));
    printf("Accepted timepoints = %zu\nRejected timepoints = 0\nTransient iterations = %zu\n", c.solutions,
           c.linearisations);
    syn_crossbar_free(c.x);
    syn_array_free(c.array);
    syn_model_free(model);
    free(c.rows);
    return fclose(out) || !fine;
}
