/* SPDX-License-Identifier: MIT */
/* alone WORKLOAD LINES N OPS CURRENTS: a contender's run without a simulator. Arrays are crossbars whose terminal currents
 * are solved for at every level of the pulses. Loops and single cells are scalar cells. Writes the currents at the end to
 * the file CURRENTS as a simulation does, and prints the lines that judge.c looks for in the log of a simulation. */
#include "clock.h"
#include "steps.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <synaptogen/synaptogen.h>

/* Follows the edges of a pulse in steps as long as its plateau: those are the simulator's longest. Returns the sum of the
 * currents, without which a compiler could leave them out. */
static double sweep(const workload *w, const syn_model *m, syn_cell *cell, double v, size_t *points)
{
    const int levels = (int)ceil(w->edge / w->plateau);
    double sum = 0;
    for (int k = 1; k <= 2 * levels; k++) {
        const double u = v * (k <= levels ? k : 2 * levels - k) / levels;
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
static bool print_currents(const workload *w, const steps *c, FILE *out)
{
    double sum = 0;
    fprintf(out, "0");
    for (size_t j = 0; j < w->n; j++) {
        sum += steps_current(c, j);
        if (w->lines != LINES_SHARED)
            fprintf(out, " %.9g", steps_current(c, j));
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
    steps c = {.levels = 1};
    FILE *out = fopen(argv[5], "w");
    if (!out || syn_model_open(NULL, NULL, &model, NULL))
        return 1;
    print_cpu();
    bool fine;
    if (w.kind == WORK_LOOPS || w.kind == WORK_EACH) {
        fine = run_cells(&w, model, out, &c.linearisations);
        c.solutions = c.linearisations;
    } else {
        fine = steps_create(&w, model, &c) && steps_run(&w, &c);
    }
    print_cpu();
    fine = fine && (!c.x || print_currents(&w, &c, out));
    printf("Accepted timepoints = %zu\nRejected timepoints = 0\nTransient iterations = %zu\n", c.solutions,
           c.linearisations);
    steps_free(&c);
    syn_model_free(model);
    return fclose(out) || !fine;
}
