/* SPDX-License-Identifier: MIT */
/* The scalar reference on one core: initialising cells, SET + RESET cycles, reads with and without noise. */
#include "bench.h"

#include <math.h>
#include <synaptogen/synaptogen.h>

enum { CELLS = 1 << 14, SEED = 1 };

typedef struct state {
    syn_model *model;
    syn_cell *cells;
    double sum; /* of what was read, so that no read can be optimised away */
    uint64_t reads;
} state;

static void initialise(void *data)
{
    state *s = data;
    for (uint64_t k = 0; k < CELLS; k++)
        syn_cell_init(s->model, SEED, k, NULL, &s->cells[k], NULL);
}

static void cycle(void *data)
{
    state *s = data;
    for (int k = 0; k < CELLS; k++) {
        syn_cell_step(s->model, &s->cells[k], -1.5, &s->cells[k]);
        syn_cell_step(s->model, &s->cells[k], 1.5, &s->cells[k]);
    }
}

static void read_all(state *s, double bandwidth)
{
    for (int k = 0; k < CELLS; k++)
        s->sum += syn_read(s->model, &s->cells[k], 0.2, bandwidth, s->reads);
    s->reads++;
}

static void read_quiet(void *data)
{
    read_all(data, 0);
}

static void read_noisy(void *data)
{
    read_all(data, 1e8);
}

/* The cells before timing: all in HRS after whole cycles, their read current U0 / R. */
static int agrees(const state *s)
{
    for (int k = 0; k < CELLS; k++) {
        const syn_cell *c = &s->cells[k];
        const double expected = 0.2 / pow(10, c->now.y[SYN_LOG10_R_HRS]);
        if (c->state.mode == SYN_HRS && fabs(syn_current(s->model, c->state.r, 0.2, NULL) / expected - 1) > 1e-9)
            return 0;
    }
    return 1;
}

int main(void)
{
    static bench_memory memory;
    state s = {.cells = calloc(CELLS, sizeof *s.cells)};
    if (!s.cells || !bench_memory_create(&memory) || syn_model_open(NULL, NULL, &s.model, NULL))
        return 1;
    initialise(&s);
    cycle(&s);
    if (!agrees(&s)) {
        fputs("bench_cell: read currents disagree with the features\n", stderr);
        return 1;
    }
    bench_header();
    bench_bandwidth(&memory);
    const bench_case cases[] = {{"cell initialisations", "reference", 1, CELLS, 0, initialise, &s},
                                {"SET + RESET cycles", "reference", 1, CELLS, 0, cycle, &s},
                                {"noiseless reads", "reference", 1, CELLS, 0, read_quiet, &s},
                                {"reads with noise", "reference", 1, CELLS, 0, read_noisy, &s}};
    for (int k = 0; k < 4; k++)
        bench_group(&memory, &cases[k], 1);
    syn_model_free(s.model);
    free(s.cells);
    return isnan(s.sum + memory.sum);
}
