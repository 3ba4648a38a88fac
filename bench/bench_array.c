/* SPDX-License-Identifier: MIT */
/* Arrays of cells: initialisation, cycles, partial RESETs, rows of a matrix and reads, by kernel and thread count. */
#include "bench.h"

#include <math.h>
#include <synaptogen/synaptogen.h>

enum { SIDE = 1 << 10, CELLS = SIDE * SIDE, MANY = 1 << 24, CHECKED = 1 << 11, CYCLES = 10, SEED = 1 };

static const float set_voltage = -1.5f, reset_voltage = 1.5f;                                   /* V */
static const float staircase[] = {-1.5f, 0.7f, 0.8f, 0.9f, 1.0f, 1.1f, 1.2f, 1.3f, 1.4f, 1.5f}; /* V */
enum { STAIRS = sizeof staircase / sizeof *staircase };
static const double bandwidth = 1e8; /* Hz, of noisy reads */
static const float read_voltage = 0.2f;

/* Bytes per cell and order 10 that a cycle has to move: 232 are read (device, history, the present cycle, state) and
 * 56 of them (one slot of the history, the present cycle, state) written back. */
static const double cycle_bytes = 232 + 56;
/* A SET reads its threshold, mode, r_lrs and u_reset and writes state, mode and threshold. */
static const double set_bytes = 5 * 4 + 3 * 4;

typedef struct job {
    const syn_model *model;
    syn_array_options options;
    syn_array *array;
    size_t count; /* of cells read */
    float *i;
    uint64_t index; /* of the next noisy read */
    size_t line;    /* the next row or column */
    syn_status status;
} job;

static void note(job *j, syn_status s)
{
    if (s)
        j->status = s;
}

static void initialise(void *data)
{
    job *j = data;
    syn_array_free(j->array);
    note(j, syn_array_create(j->model, SEED, CELLS, &j->options, &j->array, NULL));
}

static void train(void *data)
{
    job *j = data;
    float u[2 * CYCLES];
    for (int k = 0; k < CYCLES; k++) {
        u[2 * k] = set_voltage;
        u[2 * k + 1] = reset_voltage;
    }
    note(j, syn_array_apply(j->array, NULL, u, 2 * CYCLES, NULL));
}

static void single_pass(void *data)
{
    job *j = data;
    const float u[] = {set_voltage, reset_voltage};
    note(j, syn_array_apply(j->array, NULL, u, 2, NULL));
}

static void set_then_reset(void *data)
{
    job *j = data;
    note(j, syn_array_apply(j->array, NULL, &set_voltage, 1, NULL));
    note(j, syn_array_apply(j->array, NULL, &reset_voltage, 1, NULL));
}

static void climb(void *data)
{
    job *j = data;
    note(j, syn_array_apply(j->array, NULL, staircase, STAIRS, NULL));
}

enum { LINES = 64 }; /* rows or columns per run */

static void write_lines(job *j, syn_cells cells, size_t step)
{
    const float u[] = {set_voltage, reset_voltage};
    for (int k = 0; k < LINES; k++) {
        cells.first = j->line++ % SIDE * step;
        note(j, syn_array_apply(j->array, &cells, u, 2, NULL));
    }
}

static void write_columns(void *data)
{
    write_lines(data, (syn_cells){.count = SIDE}, SIDE);
}

static void write_rows(void *data)
{
    write_lines(data, (syn_cells){.count = SIDE, .stride = SIDE}, 1);
}

static void read_quiet(void *data)
{
    job *j = data;
    note(j, syn_array_read(j->array, &(syn_cells){.count = j->count}, read_voltage, j->i, NULL));
}

static void read_noisy(void *data)
{
    job *j = data;
    note(j, syn_array_read_noisy(j->array, &(syn_cells){.count = j->count}, read_voltage, bandwidth, j->index++, j->i,
                                 NULL));
}

/* Cells of the reference after the same script: same modes and cycle counts, r within 1e-5, reads within that too. */
static int agrees(job *j)
{
    static float quiet[CHECKED], noisy[CHECKED];
    const float slope = (float)(2e-5 * read_voltage * 3e-4); /* A: |dI/dr| < 3e-4 S u, twice the error of r */
    initialise(j);
    train(j);
    climb(j);
    note(j, syn_array_apply(j->array, NULL, staircase, STAIRS / 2, NULL));
    note(j, syn_array_read(j->array, &(syn_cells){.count = CHECKED}, read_voltage, quiet, NULL));
    note(j, syn_array_read_noisy(j->array, &(syn_cells){.count = CHECKED}, read_voltage, bandwidth, 7, noisy, NULL));
    for (size_t k = 0; k < CHECKED && !j->status; k++) {
        syn_cell c;
        syn_state s;
        syn_cell_init(j->model, SEED, k, NULL, &c, NULL);
        for (int n = 0; n < 2 * CYCLES; n++)
            syn_cell_step(j->model, &c, n % 2 ? reset_voltage : set_voltage, &c);
        for (int n = 0; n < STAIRS + STAIRS / 2; n++)
            syn_cell_step(j->model, &c, staircase[n % STAIRS], &c);
        note(j, syn_array_state(j->array, k, &s, NULL));
        if (s.mode != c.state.mode || s.n != c.state.n || fabs(s.r - c.state.r) > 1e-5 ||
            fabs(quiet[k] - syn_read(j->model, &c, read_voltage, 0, 0)) > slope ||
            fabs(noisy[k] - syn_read(j->model, &c, read_voltage, bandwidth, 7)) > slope)
            return 0;
    }
    return j->status == SYN_OK;
}

static void time_writes(bench_memory *m, job *j)
{
    const char *kernel = j->options.kernel;
    const int t = j->options.threads;
    const double size = (double)syn_array_bytes(j->array);
    bench_group(m, &(bench_case){"initialise 2^20 cells", kernel, t, CELLS, size, initialise, j}, 1);
    const bench_case cases[] = {
        {"cycles in trains of 10", kernel, t, (double)CYCLES * CELLS, cycle_bytes * CELLS, train, j},
        {"cycles in one pass each", kernel, t, CELLS, cycle_bytes * CELLS, single_pass, j},
        {"cycles as SET and RESET calls", kernel, t, CELLS, (set_bytes + cycle_bytes) * CELLS, set_then_reset, j},
        {"pulses of a partial RESET staircase", kernel, t, (double)STAIRS * CELLS, cycle_bytes * CELLS, climb, j}};
    bench_group(m, cases, 4);
    const bench_case lines[] = {
        {"cycles of 1024 consecutive cells", kernel, t, LINES * SIDE, cycle_bytes * LINES * SIDE, write_columns, j},
        {"cycles of one row of 1024x1024", kernel, t, LINES * SIDE, cycle_bytes * LINES * SIDE, write_rows, j}};
    bench_group(m, lines, 2);
}

/* Reads move the state in and the current out. */
static void time_reads(bench_memory *m, job *j)
{
    const char *kernel = j->options.kernel;
    const int t = j->options.threads;
    const double n = (double)j->count;
    const int many = j->count == MANY;
    const bench_case reads[] = {
        {many ? "noiseless reads of 2^24" : "noiseless reads of 2^20", kernel, t, n, 8 * n, read_quiet, j},
        {many ? "noisy reads of 2^24" : "noisy reads of 2^20", kernel, t, n, 8 * n, read_noisy, j}};
    bench_group(m, reads, 2);
}

static int time_all(bench_memory *m, job *j)
{
    if (!agrees(j)) {
        fprintf(stderr, "bench_array: kernel %s disagrees with the reference\n", j->options.kernel);
        return 0;
    }
    time_writes(m, j);
    j->count = CELLS;
    time_reads(m, j);
    syn_array_free(j->array);
    const syn_array_options many = {.kernel = j->options.kernel, .threads = j->options.threads, .read_only = 1};
    j->count = MANY;
    note(j, syn_array_create(j->model, SEED, MANY, &many, &j->array, NULL));
    if (!j->status)
        time_reads(m, j);
    syn_array_free(j->array);
    j->array = NULL;
    return j->status == SYN_OK;
}

int main(void)
{
    static bench_memory memory;
    syn_model *model;
    float *i = bench_allocate(MANY * sizeof *i);
    if (!i || !bench_memory_create(&memory) || syn_model_open(NULL, NULL, &model, NULL))
        return 1;
    bench_header();
    bench_bandwidth(&memory);
    int fine = 1;
    for (int k = 0; fine && syn_array_kernel_name(k); k++)
        for (int threads = 1; fine && threads <= 2; threads++) {
            job j = {.model = model,
                     .options = {.kernel = syn_array_kernel_name(k), .threads = threads, .rows = SIDE},
                     .i = i};
            fine = time_all(&memory, &j);
        }
    syn_model_free(model);
    free(i);
    return !fine || isnan(memory.sum);
}
