/* SPDX-License-Identifier: MIT */
/* reference FAMILY ROWS COLUMNS SEED <SCHEDULE: what a contender must end with, without a simulator.
 *
 * The schedule comes from deck.awk: a line "rate rows segment end", then the voltage over a cell as lines "duration
 * voltage", linear ramps from 0 V on, the last of them to the read voltage. Prints for every column the sum of the
 * currents of cell row + ROWS column over the rows, "first" (row 0) or "half" (selected in rows.h). With a segment of
 * more than 0 ohm it is a read of cells in their first state, between wires of that per cell and ends of `end` ohm.
 * Families: resistor              10 kohm memristor             rate equation of ngspice's code model, parameters as
 * in contenders.txt synaptogen[:SIZE]     the library's scalar cell; SIZE: cells numbered by blocks of SIZE x SIZE,
 * as deck.awk does jart[:D2D[:C2C]]      jart_ramp; D2D 0 or 1, C2C the step of the walk
 *
 * reference devices COUNT SEED: the parameters of JART's devices for its behavioural subcircuit, one a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

#include "jart.h"
#include "rows.h"

enum { MAX_RAMPS = 1 << 16 };
typedef struct ramp {
    double duration, v;
} ramp;

typedef struct schedule {
    ramp ramps[MAX_RAMPS];
    int count;
    double beta;         /* of the memristor, ohm / (V s) */
    double segment, end; /* ohm, of wires; 0: ideal */
    int half;            /* whether half of the rows count, or the first */
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
    for (int k = 0; k < s->count; k++) {
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
    for (int k = 0; k < s->count; k++)
        syn_cell_step(model, &c, s->ramps[k].v, &c);
    return syn_current(model, c.state.r, s->ramps[s->count - 1].v, NULL);
}

static double jart(const schedule *s, uint64_t cell)
{
    jart_shape target = jart_d2d != 0 ? jart_device(seed, cell) : jart_nominal();
    jart_state state = jart_start(&target);
    double v = 0;
    for (int k = 0; k < s->count; k++) {
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

/* The currents of a read through wires. The states come from the scalar cell. */
static int print_read_through_wires(const family *f, const schedule *s, size_t rows, size_t columns)
{
    const size_t most = rows > columns ? rows : columns, cells = rows * columns;
    double *end = malloc((3 * most + cells) * sizeof *end), *v = end + most, *i = v + most, *state = i + most;
    syn_crossbar *x = NULL;
    int failed = !end || (f->current != synaptogen && f->current != resistor);
    for (size_t k = 0; !failed && k < most; k++) {
        end[k] = s->end;
        v[k] = selected(k) ? s->ramps[s->count - 1].v : 0;
    }
    for (size_t k = 0; !failed && k < cells; k++) {
        syn_cell c = {0};
        if (f->current == synaptogen)
            failed = syn_cell_init(model, seed, k, NULL, &c, NULL) != SYN_OK;
        state[k] = f->current == synaptogen ? c.state.r : 1 / 10e3;
    }
    const syn_wires w = {
        .rows = rows, .cols = columns, .r_wl = s->segment, .r_bl = s->segment, .end = {end, NULL, NULL, end}};
    failed = failed || syn_crossbar_create(&w, 1, &x, NULL) ||
             (f->current == synaptogen ? syn_crossbar_set_states(x, model, state, NULL)
                                       : syn_crossbar_set_conductances(x, state, NULL)) ||
             syn_crossbar_read(x, v, i, NULL);
    for (size_t j = 0; !failed && j < columns; j++)
        printf("%.9g\n", i[j]);
    syn_crossbar_free(x);
    free(end);
    return failed;
}

static int read_schedule(schedule *s)
{
    char rows[8];
    if (scanf("%lf %7s %lf %lf", &s->beta, rows, &s->segment, &s->end) != 4)
        return 0;
    s->half = strcmp(rows, "half") == 0;
    while (s->count < MAX_RAMPS && scanf("%lf %lf", &s->ramps[s->count].duration, &s->ramps[s->count].v) == 2)
        s->count++;
    return s->count > 0;
}

static int print_devices(uint64_t count)
{
    for (uint64_t cell = 0; cell < count; cell++) {
        const jart_shape d = jart_device(seed, cell);
        printf("nmin=%.9g nmax=%.9g r=%.9g l=%.9g ninit=%.9g\n", d.n_min, d.n_max, d.r, d.l, d.n_min);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "devices") == 0) {
        seed = strtoull(argv[3], NULL, 10);
        return print_devices(strtoull(argv[2], NULL, 10));
    }
    static schedule s;
    static syn_params params;
    syn_model *made;
    const family *f = argc == 5 ? find_family(argv[1]) : NULL;
    if (!f || syn_params_default(&params, NULL) || syn_model_create(&params, NULL, &made, NULL) ||
        !read_schedule(&s)) {
        fprintf(stderr, "usage: reference FAMILY ROWS COLUMNS SEED <SCHEDULE\n");
        return 2;
    }
    model = made;
    const size_t rows = strtoull(argv[2], NULL, 10), columns = strtoull(argv[3], NULL, 10);
    seed = strtoull(argv[4], NULL, 10);
    const int wires = s.segment > 0;
    for (size_t j = 0; !wires && j < columns; j++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++)
            if (s.half ? selected(i) : i == 0)
                sum += f->current(&s, cell_number(i, j, rows));
        printf("%.9g\n", sum);
    }
    const int status = wires ? print_read_through_wires(f, &s, rows, columns) : 0;
    syn_model_free(made);
    return status;
}
