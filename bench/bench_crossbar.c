/* SPDX-License-Identifier: MIT */
/* Solutions of square crossbars with wires: linear cells from a cold start and at new voltages, the cells of an
 * array, steps of a write by half-select, and conductances between a few ports. Sources behind 100 ohm at the left,
 * 10 ohm at the bottom. Conductances and states are scattered; "striped" ones repeat themselves every few lines, as weights of
 * networks may: that is harder. Then many inputs at once. */
#include "bench.h"
#include "scatter.h"

#include <math.h>
#include <synaptogen/synaptogen.h>

enum { MOST = 1024, PORTS = 4, CHECKED = 256, THREADED = 512, INPUTS = 1000, FEW_INPUTS = 64 };

static const double segment = 1;                   /* ohm */
static const double lowest = 1e-5, highest = 4e-4; /* S, of the linear cells */

typedef struct job {
    size_t side, row;
    int threads;
    syn_wires wires;
    double end[2][MOST], v[2][MOST];
    double *g, *striped;
    syn_model *model;
    syn_array *array;
    syn_crossbar *x;
    syn_solution solution;
    int sign;
    syn_status status;
} job;

static void keep(job *j, syn_status status)
{
    j->status = j->status ? j->status : status;
}

static void solve(job *j, double volt)
{
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = j->v[0], [SYN_BOTTOM] = j->v[1]};
    for (size_t i = 0; i < j->side; i++) {
        j->v[0][i] = volt * bench_spread(i + j->row);
        j->v[1][i] = 0;
    }
    j->row++;
    keep(j, syn_crossbar_solve(j->x, v, &j->solution, NULL));
}

static void create(void *data)
{
    job *j = data;
    syn_crossbar_free(j->x);
    keep(j, syn_crossbar_create(&j->wires, j->threads, &j->x, NULL));
}

static void solve_cold(job *j, const double *g)
{
    create(j);
    keep(j, syn_crossbar_set_conductances(j->x, g, NULL));
    solve(j, 1);
}

static void cold(void *data)
{
    job *j = data;
    solve_cold(j, j->g);
}

static void striped(void *data)
{
    job *j = data;
    solve_cold(j, j->striped);
}

static void warm(void *data)
{
    solve(data, 1);
}

static void nonlinear(void *data)
{
    job *j = data;
    create(j);
    keep(j, syn_crossbar_bind(j->x, j->array, NULL));
    solve(j, 0.3);
}

/* All cells of a row that are to change at +-1/2, SETs and RESETs in turns. */
static void write_row(void *data)
{
    job *j = data;
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = j->v[0], [SYN_BOTTOM] = j->v[1]};
    const double volt = j->sign ? 1.6 : -1.8;
    for (size_t i = 0; i < j->side; i++) {
        j->v[0][i] = i == j->row % j->side ? volt / 2 : 0;
        j->v[1][i] = bench_spread(i + j->row) < 0.5 ? -volt / 2 : 0;
    }
    j->row += (size_t)j->sign;
    j->sign = !j->sign;
    keep(j, syn_crossbar_step(j->x, v, &j->solution, NULL));
}

static void few_ports(void *data)
{
    job *j = data;
    const size_t port[PORTS] = {0, j->side / 3, j->side, 2 * j->side - 1};
    double y[PORTS * PORTS];
    keep(j, syn_crossbar_port_matrix_of(j->x, port, PORTS, y, NULL));
}

/* A solution's currents against those of the exact port matrix. */
static int agrees(job *j)
{
    const size_t n = 2 * j->side;
    double *y = malloc(n * n * sizeof *y), worst = 0;
    cold(j);
    keep(j, y ? syn_crossbar_port_matrix(j->x, y, NULL) : SYN_ENOMEM);
    for (size_t p = 0; p < n && !j->status; p++) {
        double i = syn_crossbar_current(j->x, p < j->side ? SYN_LEFT : SYN_BOTTOM)[p % j->side];
        for (size_t q = 0; q < n; q++)
            i -= y[p + n * q] * j->v[q / j->side][q % j->side];
        worst = fmax(worst, fabs(i));
    }
    free(y);
    return worst <= j->solution.residual + 1e-10 * j->solution.scale;
}

static void time_side(bench_memory *m, job *j)
{
    static const char *const parts[] = {"creation",
                                        "cold linear solution",
                                        "linear solution at new voltages",
                                        "striped linear solution",
                                        "cold nonlinear solution",
                                        "write step",
                                        "conductances between 4 ports"};
    static void (*const work[])(void *) = {create, cold, warm, striped, nonlinear, write_row, few_ports};
    enum { PARTS = sizeof parts / sizeof *parts };
    j->threads = 1;
    if (j->side <= CHECKED && !agrees(j)) {
        keep(j, SYN_ENUMERIC);
        return;
    }
    for (int k = 0; k < PARTS * (j->side < THREADED ? 1 : 2) && !j->status; k++) {
        char what[64];
        j->threads = k < PARTS ? 1 : synp_threads(0);
        snprintf(what, sizeof what, "%s of %zux%zu", parts[k % PARTS], j->side, j->side);
        work[k % PARTS](j);
        const double cells = (double)(j->side * j->side);
        bench_group(m, &(bench_case){what, syn_array_kernel_name(0), j->threads, 1, 8 * cells, work[k % PARTS], j},
                    1);
        printf("# %s: %d linearisations, %d iterations, %.1f MB\n", what, j->solution.newton, j->solution.iterations,
               1e-6 * (double)syn_crossbar_bytes(j->x));
    }
}

/* `count` inputs of up to 0.3 V at the left, the currents of the bottom. */
static void batch(job *j, size_t count)
{
    static double volt[CHECKED * INPUTS], amp[CHECKED * INPUTS];
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = volt};
    double *const i[SYN_SIDES] = {[SYN_BOTTOM] = amp};
    const syn_batch_options o = {.tolerance = 1e-6, .threads = j->threads};
    for (size_t k = 0; k < j->side * count; k++)
        volt[k] = 0.3 * bench_spread(k + j->row);
    j->row++;
    keep(j, syn_crossbar_solve_batch(j->x, v, count, i, &o, &j->solution, NULL));
}

static void linear_batch(void *data)
{
    batch(data, INPUTS);
}

static void nonlinear_batch(void *data)
{
    batch(data, FEW_INPUTS);
}

/* The matrix of linear cells is there from the first batch on. */
static void time_batches(bench_memory *m, job *j)
{
    for (int k = 0; k < 3 && !j->status; k++) {
        void (*const work)(void *) = k ? nonlinear_batch : linear_batch;
        char what[64];
        j->threads = k < 2 ? 1 : synp_threads(0);
        snprintf(what, sizeof what, "%d inputs of %s cells of %zux%zu", k ? FEW_INPUTS : INPUTS,
                 k ? "nonlinear" : "linear", j->side, j->side);
        keep(j, k ? syn_crossbar_bind(j->x, j->array, NULL) : syn_crossbar_set_conductances(j->x, j->g, NULL));
        work(j);
        const double cells = (double)(j->side * j->side);
        bench_group(m, &(bench_case){what, syn_array_kernel_name(0), j->threads, 1, 8 * cells, work, j}, 1);
    }
}

static void make_cells(job *j)
{
    const syn_array_options o = {.rows = j->side};
    float *u = malloc(j->side * j->side * sizeof *u);
    for (size_t k = 0; k < j->side * j->side; k++) {
        j->g[k] = lowest + (highest - lowest) * bench_scatter(k);
        j->striped[k] = lowest + (highest - lowest) * bench_spread(k);
        if (u)
            u[k] = bench_scatter(k + 7) < 0.5 ? -2 : 0;
    }
    syn_array_free(j->array);
    keep(j, u ? syn_array_create(j->model, 1, j->side * j->side, &o, &j->array, NULL) : SYN_ENOMEM);
    if (!j->status)
        keep(j, syn_array_apply_each(j->array, NULL, u, NULL));
    free(u);
}

int main(void)
{
    static bench_memory memory;
    static job j;
    j.g = bench_allocate(sizeof(double) * MOST * MOST);
    j.striped = bench_allocate(sizeof(double) * MOST * MOST);
    if (!j.g || !j.striped || !bench_memory_create(&memory) || syn_model_open(NULL, NULL, &j.model, NULL))
        return 1;
    for (size_t i = 0; i < MOST; i++) {
        j.end[0][i] = 100;
        j.end[1][i] = 10;
    }
    bench_header();
    for (j.side = 64; j.side <= MOST && !j.status; j.side *= 2) {
        j.wires = (syn_wires){.rows = j.side, .cols = j.side, .r_wl = segment, .r_bl = segment};
        j.wires.end[SYN_LEFT] = j.end[0];
        j.wires.end[SYN_BOTTOM] = j.end[1];
        make_cells(&j);
        if (!j.status)
            time_side(&memory, &j);
        if (!j.status && j.side <= CHECKED)
            time_batches(&memory, &j);
    }
    syn_crossbar_free(j.x);
    syn_array_free(j.array);
    syn_model_free(j.model);
    free(j.g);
    return j.status || isnan(memory.sum);
}
