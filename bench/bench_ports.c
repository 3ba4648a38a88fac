/* SPDX-License-Identifier: MIT */
/* Port conductance matrices of square crossbars: in full, and after one row or column has changed. */
#include "bench.h"

#include "base/isa.h"
#include "crossbar/ports/ports.h"
#include <math.h>

enum { MOST = 1024 };

static const double segment = 1, driver = 100;     /* ohm */
static const double lowest = 1e-5, highest = 4e-4; /* S, of the cells */

typedef struct job {
    size_t side;
    double *r[2], *end[SYN_SIDES]; /* ohm per segment, S */
    int isa;
    synp_ports *ports;
    double *g, *y;
    syn_status status;
} job;

static void reduce(job *j)
{
    if (synp_ports_reduce(j->ports, j->g, j->y, NULL))
        j->status = SYN_EINVAL;
}

/* Any change will do; it is not to drive them away from where they are. */
static void change(double *g)
{
    *g = lowest + highest - *g;
}

static void analyse(void *data)
{
    job *j = data;
    synp_ports_free(j->ports);
    j->status = synp_ports_create(j->side, j->side, (const double *const *)j->r, (const double *const *)j->end,
                                  j->isa, &j->ports, NULL);
}

static void all_new(void *data)
{
    job *j = data;
    for (size_t k = 0; k < j->side * j->side; k++)
        change(&j->g[k]);
    reduce(j);
}

static void row_new(void *data)
{
    job *j = data;
    for (size_t k = 0; k < j->side; k++)
        change(&j->g[j->side / 3 + j->side * k]);
    reduce(j);
}

static void column_new(void *data)
{
    job *j = data;
    for (size_t k = 0; k < j->side; k++)
        change(&j->g[j->side * (j->side / 3) + k]);
    reduce(j);
}

static void time_side(bench_memory *m, job *j, const char *ends)
{
    char what[4][64];
    static const char *const parts[] = {"analysis", "ports", "ports after a row", "ports after a column"};
    for (int k = 0; k < 4; k++)
        snprintf(what[k], sizeof what[k], "%s of %zux%zu %s", parts[k], j->side, j->side, ends);
    analyse(j);
    if (j->status)
        return;
    const double ports = (double)synp_ports_count(j->ports), bytes = 8 * ports * ports;
    const char *kernel = syn_array_kernel_name(0);
    const bench_case cases[] = {{what[1], kernel, 1, 1, bytes, all_new, j},
                                {what[2], kernel, 1, 1, bytes, row_new, j},
                                {what[3], kernel, 1, 1, bytes, column_new, j}};
    printf("# %s: %.0f ports, %.1f MB\n", what[1], ports, 1e-6 * (double)synp_ports_bytes(j->ports));
    bench_group(m, cases, 3);
    bench_group(m, &(bench_case){what[0], kernel, 1, 1, (double)synp_ports_bytes(j->ports), analyse, j}, 1);
    synp_ports_free(j->ports);
    j->ports = NULL;
}

int main(void)
{
    static bench_memory memory;
    static double r[MOST], ideal[MOST], driven[MOST], ideal_driven[MOST], open[MOST];
    job j = {.g = bench_allocate(sizeof(double) * MOST * MOST),
             .y = bench_allocate(sizeof(double) * 4 * MOST * MOST)};
    if (!j.g || !j.y || !bench_memory_create(&memory) || synp_isa_find(NULL, &j.isa, NULL))
        return 1;
    for (size_t k = 0; k < MOST; k++) {
        r[k] = segment;
        driven[k] = 1 / (driver + segment);
        ideal_driven[k] = 1 / driver;
    }
    for (size_t k = 0; k < MOST * MOST; k++)
        j.g[k] = lowest + (highest - lowest) * bench_spread(k);
    bench_header();
    for (j.side = 16; j.side <= MOST && !j.status; j.side *= 2) {
        j.r[0] = j.r[1] = r;
        j.end[SYN_LEFT] = j.end[SYN_BOTTOM] = driven;
        j.end[SYN_RIGHT] = j.end[SYN_TOP] = open;
        time_side(&memory, &j, "with ends at left and bottom");
        if (j.side == MOST)
            break;
        j.end[SYN_RIGHT] = j.end[SYN_TOP] = driven;
        time_side(&memory, &j, "with all ends");
        j.r[0] = j.r[1] = ideal;
        for (int side = 0; side < SYN_SIDES; side++)
            j.end[side] = ideal_driven;
        time_side(&memory, &j, "with all ends and ideal wires");
    }
    free(j.g);
    free(j.y);
    return j.status || isnan(memory.sum);
}
