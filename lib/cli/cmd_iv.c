/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/loops.h"
#include "cli/records.h"
#include "cli/shared.h"

#include <inttypes.h>
#include <math.h>

typedef struct iv_options {
    model_options model;
    cells_options cells;
    uint64_t cycles, points;
    double u_min, u_max; /* V */
    const char *plot, *output;
} iv_options;

static const cli_option options[] = {
    {"cycles", "N", INTEGER(iv_options, cycles, 1, OPTION_MANY), .fallback = "1", .help = "number of cycles"},
    {"u-min", "V", NUMBER(iv_options, u_min, -10, -0.001), .fallback = "-1.5", .help = "end of the SET ramp"},
    {"u-max", "V", NUMBER(iv_options, u_max, 0.001, 10), .fallback = "1.5", .help = "end of the RESET ramp"},
    {"points", "P", INTEGER(iv_options, points, 4, 1000000), .fallback = "200",
     .help = "number of voltage steps in a loop, even"},
    OPTION_PLOT(iv_options, plot, "picture of the loops, .png or .svg (needs gnuplot)"),
    {GROUP(options_cells, iv_options, cells)},
    {GROUP(options_model, iv_options, model)},
    OPTION_OUTPUT(iv_options, output),
    {0},
};

/* A ramp from 0 to a corner and back has 2 * steps voltage steps; both signs together have `points`. */
typedef struct loop {
    uint64_t negative, positive; /* steps of one ramp */
} loop;

static loop loop_of(const iv_options *o)
{
    const uint64_t half = o->points / 2;
    const double share = (double)half * o->u_min / (o->u_min - o->u_max);
    const uint64_t negative = (uint64_t)fmin(fmax(round(share), 1), (double)(half - 1));
    return (loop){negative, half - negative};
}

/* Voltage after step k = 1 .. 2 * steps of a ramp to the corner and back. */
static double ramp(double corner, uint64_t steps, uint64_t k)
{
    const uint64_t away = k <= steps ? k : 2 * steps - k;
    return away ? corner * (double)away / (double)steps : 0;
}

static double loop_voltage(const iv_options *o, const loop *l, uint64_t k)
{
    return k <= 2 * l->negative ? ramp(o->u_min, l->negative, k) : ramp(o->u_max, l->positive, k - 2 * l->negative);
}

static const record_field fields[] = {
    {"cell", RECORD_WHOLE}, {"cycle", RECORD_WHOLE}, {"u", RECORD_NUMBER}, {"i", RECORD_NUMBER}, {0},
};

static void run_loop(const iv_options *o, const syn_model *m, uint64_t cycle, syn_cell *cell, records *r, loops *p)
{
    const loop l = loop_of(o);
    for (uint64_t k = 1; k <= o->points && !records_failed(r); k++) {
        const double u = loop_voltage(o, &l, k);
        syn_cell_step(m, cell, u, cell);
        const double i = syn_current(m, cell->state.r, u, NULL);
        const record_value values[] = {{.whole = cell->id}, {.whole = cycle}, {.number = u}, {.number = i}};
        records_put(r, values);
        loops_point(p, u, i, cycle);
    }
    loops_end_loop(p);
}

static void run_loops(const iv_options *o, const cell_range *c, records *r, loops *p)
{
    for (uint64_t k = 0; k < c->count && !records_failed(r); k++) {
        syn_cell cell;
        cells_get(c, k, &cell);
        loops_begin_cell(p, k);
        for (uint64_t cycle = 0; cycle < o->cycles && !records_failed(r); cycle++)
            run_loop(o, c->model, cycle, &cell, r, p);
        loops_end_cell(p);
    }
}

/* A picture that fails costs neither the data nor their file. */
static int write_loops(const iv_options *o, const cell_range *c)
{
    const loops_page page = {.path = o->plot,
                             .name = o->cells.name,
                             .model = c->model,
                             .cells = c->count,
                             .first = c->first,
                             .cycles = o->cycles,
                             .seed = c->seed,
                             .u_min = o->u_min,
                             .u_max = o->u_max};
    records r;
    loops p;
    if (records_open(&r, o->output, fields, c->count * o->cycles * o->points))
        return CLI_FAILED;
    const int begun = loops_open(&p, &page);
    run_loops(o, c, &r, &p);
    const int written = records_close(&r), drawn = loops_close(&p, !written);
    return written ? written : begun ? begun : drawn;
}

static int run(const void *values)
{
    const iv_options *o = values;
    cell_range c;
    int status = cells_open(&o->model, &o->cells, SYN_HRS, 0, &c);
    if (!status && o->points % 2)
        status = cli_fail(CLI_USAGE, "--points: expected an even integer in [4, 1000000], found %" PRIu64, o->points);
    if (!status && o->plot)
        status = gnuplot_check_name(o->plot);
    if (!status)
        status = write_loops(o, &c);
    cells_close(&c);
    return status;
}

static const cli_term columns[] = {
    {"cell", "number of the cell"},
    {"cycle", "number of the loop, from 0"},
    {"u", "voltage in V"},
    {"i", "current in A, without noise"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen iv --cells 16 --cycles 10 --plot loops.png -o loops.csv",
     "Draw ten loops of sixteen cells, and a picture of them:"},
    {0},
};

const cli_command command_iv = {
    .name = "iv",
    .usage = "--cells M --cycles N",
    .summary = "sweep cells through quasi-static current-voltage loops",
    .text =
        "Sweeps M cells through N loops. Each goes from 0 to --u-min, where the cell SETs, back to 0, to --u-max, "
        "where it RESETs, and back to 0.",
    .output =
        {"CSV with the header cell,cycle,u,i and one row for each voltage step. If the file's name ends in .npy, a "
         "structured array of NumPy with these fields.",
         columns},
    .examples = examples,
    .see_also = "extract,pulse,sample",
    .options = options,
    .size = sizeof(iv_options),
    .run = run,
};
