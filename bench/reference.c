/* SPDX-License-Identifier: MIT */
/* reference FAMILY WORKLOAD LINES N OPS: what a contender must end with, computed without a simulator.
 *
 * Prints the currents of the columns at the end [A], one a line: the sum over the rows that the last read selects. Shared
 * columns give their sum. The workload "each" gives one current for each of its cells.
 * Families:
 *   resistor             10 kohm
 *   memristor            rate equation of ngspice's code model, with the parameters of contenders.txt
 *   synaptogen[:SIZE]    the library's scalar cell; SIZE: cells are numbered by blocks of SIZE x SIZE, as deck.c does
 *   jart[:D2D[:C2C]]     jart_ramp; D2D: 0 or 1, C2C: step of the walk */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

#include "jart.h"
#include "steps.h"

typedef struct schedule {
    ramp *ramps;
    size_t count;
    double beta; /* of the memristor, ohm / (V s) */
} schedule;

typedef struct family {
    const char *name;
    double (*current)(const schedule *s, uint64_t cell);
} family;

static uint64_t seed;
static size_t block_size = SIZE_MAX;
static double jart_d2d = 1, jart_c2c = 0.02;
static const syn_model *model;

static double resistor(const schedule *s, uint64_t cell)
{
    (void)cell;
    return s->ramps[s->count - 1].v / 10e3;
}

/* dR/dt = beta (v - vt) beyond a threshold vt = 0.95 V, from 10 kohm on; Simpson's rule is exact on each side of it.
 */
static double memristor(const schedule *s, uint64_t cell)
{
    (void)cell;
    const double vt = 0.95;
    double r = 10e3, v = 0;
    for (size_t k = 0; k < s->count; k++) {
        enum { STEPS = 2000 };
        for (int j = 0; j < STEPS; j++) {
            const double u = v + (s->ramps[k].v - v) * (j + 0.5) / STEPS;
            r += s->beta * (fabs(u) > vt ? u - copysign(vt, u) : 0) * s->ramps[k].duration / STEPS;
        }
        v = s->ramps[k].v;
    }
    return v / r;
}

static double synaptogen(const schedule *s, uint64_t cell)
{
    syn_cell c;
    if (syn_cell_init(model, seed, cell, NULL, &c, NULL))
        return NAN;
    for (size_t k = 0; k < s->count; k++)
        syn_cell_step(model, &c, s->ramps[k].v, &c);
    return syn_current(model, c.state.r, s->ramps[s->count - 1].v, NULL);
}

static double jart(const schedule *s, uint64_t cell)
{
    jart_shape target = jart_d2d != 0 ? jart_device(seed, cell) : jart_nominal();
    jart_state state = jart_start(&target);
    double v = 0;
    for (size_t k = 0; k < s->count; k++) {
        const ramp *r = &s->ramps[k];
        const jart_state turned = jart_turn(&state, &target, 0.5 * (v + r->v));
        if (turned.event > state.event)
            jart_walk(seed, cell, (uint64_t)turned.event, jart_c2c, &target);
        state = turned;
        if (r->duration > 0)
            jart_ramp(&state, &target, v, r->v, r->duration, 1e-4);
        v = r->v;
    }
    jart_point p;
    const jart_shape now = jart_shape_at(&state, &target);
    jart_solve(&now, state.n, v, 0, &p);
    return p.i;
}

static const family families[] = {
    {"resistor", resistor}, {"memristor", memristor}, {"synaptogen", synaptogen}, {"jart", jart}};

static const family *find_family(const char *name)
{
    const size_t length = strcspn(name, ":");
    if (name[length] == ':' && strncmp(name, "synaptogen", length) == 0)
        block_size = strtoull(name + length + 1, NULL, 10);
    else if (name[length] == ':')
        sscanf(name + length, ":%lf:%lf", &jart_d2d, &jart_c2c);
    for (size_t k = 0; k < sizeof families / sizeof *families; k++)
        if (strncmp(name, families[k].name, length) == 0 && families[k].name[length] == '\0')
            return &families[k];
    return NULL;
}

static uint64_t cell_number(size_t row, size_t column, size_t rows)
{
    const size_t first = row / block_size * block_size,
                 height = rows - first < block_size ? rows - first : block_size;
    return first * rows + row - first + height * column;
}

static bool selected(const workload *w, size_t row)
{
    return w->kind == WORK_READ ? workload_selects(row) : row == 0;
}

/* The currents of a read through wires. The states come from the scalar cell in its first cycle. */
static bool print_read_through_wires(const family *f, const schedule *s, const workload *w)
{
    const size_t n = w->n;
    const bool cells = f->current == synaptogen;
    double *end = malloc((3 * n + n * n) * sizeof *end), *v = end + n, *i = v + n, *state = i + n;
    syn_crossbar *x = NULL;
    bool fine = end && (cells || f->current == resistor);
    for (size_t k = 0; fine && k < n; k++) {
        end[k] = w->end;
        v[k] = selected(w, k) ? s->ramps[s->count - 1].v : 0;
    }
    for (size_t k = 0; fine && k < n * n; k++) {
        syn_cell c = {0};
        if (cells)
            fine = syn_cell_init(model, seed, k, NULL, &c, NULL) == SYN_OK;
        state[k] = cells ? c.state.r : 1 / 10e3;
    }
    const syn_wires wires = {
        .rows = n, .cols = n, .r_wl = w->segment, .r_bl = w->segment, .end = {[SYN_LEFT] = end, [SYN_BOTTOM] = end}};
    fine =
        fine && !syn_crossbar_create(&wires, 1, &x, NULL) &&
        !(cells ? syn_crossbar_set_states(x, model, state, NULL) : syn_crossbar_set_conductances(x, state, NULL)) &&
        !syn_crossbar_read(x, v, i, NULL);
    for (size_t j = 0; fine && j < n; j++)
        printf("%.9g\n", i[j]);
    syn_crossbar_free(x);
    free(end);
    return fine;
}

/* The currents after a write through wires, by the library, along the edges of the pulses as a simulator goes: cells that share
 * a line switch one after the other, as each reaches its threshold. */
static bool print_write_through_wires(const family *f, const workload *w)
{
    steps s = {.levels = 0};
    const bool fine = f->current == synaptogen && steps_create(w, model, &s) && steps_run(w, &s);
    for (size_t j = 0; fine && j < w->n; j++)
        printf("%.9g\n", steps_current(&s, j));
    steps_free(&s);
    return fine;
}

static void print_columns(const family *f, const schedule *s, const workload *w)
{
    double total = 0;
    for (size_t j = 0; j < w->n; j++) {
        double sum = 0;
        for (size_t i = 0; i < w->n; i++)
            if (selected(w, i))
                sum += f->current(s, cell_number(i, j, w->n));
        if (w->lines != LINES_SHARED)
            printf("%.9g\n", sum);
        total += sum;
    }
    if (w->lines == LINES_SHARED)
        printf("%.9g\n", total);
}

/* Each cell is cell 0 of another seed. */
static void print_each(const family *f, const schedule *s, const workload *w)
{
    for (seed = 0; seed < w->ops; seed++)
        printf("%.9g\n", f->current(s, 0));
}

int main(int argc, char **argv)
{
    const family *f = argc == 6 ? find_family(argv[1]) : NULL;
    workload w;
    if (!f) {
        fprintf(stderr, "usage: reference FAMILY WORKLOAD LINES N OPS\n");
        return 2;
    }
    if (!workload_parse(argv + 2, &w))
        return 2;
    syn_model *made = NULL;
    schedule s = {.beta = w.beta};
    s.count = workload_ramps(&w, &s.ramps);
    bool fine = s.count && !syn_model_open(NULL, NULL, &made, NULL);
    model = made;
    seed = w.seed;
    if (fine && w.lines == LINES_WIRES)
        fine = w.kind == WORK_READ ? print_read_through_wires(f, &s, &w) : print_write_through_wires(f, &w);
    else if (fine && w.kind == WORK_EACH)
        print_each(f, &s, &w);
    else if (fine)
        print_columns(f, &s, &w);
    if (!fine)
        fprintf(stderr, "reference: no result for the family \"%s\"\n", argv[1]);
    syn_model_free(made);
    free(s.ramps);
    return fine && fflush(stdout) == 0 ? 0 : 1;
}
