/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/gnuplot.h"
#include "cli/part.h"
#include "cli/wired.h"
#include "crossbar/batch_noise.h"

#include <math.h>
#include <stdlib.h>

typedef struct read_options {
    model_options model;
    wires_options wires;
    const char *state, *voltages, *plot, *part, *output; /* NULL if absent */
    double sense, v_read;                                /* ohm, V */
    bool both_ends, each_row, sneak;
    noise_options noise;
} read_options;

static const cli_option options[] = {
    {"voltages", "FILE", TEXT(read_options, voltages),
     .help = "a read for each row: a voltage in V for each word line, .csv or .npy; all at --v-read if absent"},
    {"each-row", NULL, SWITCH(read_options, each_row),
     .help = "read one word line after another, the others at 0 V: a row of currents for each"},
    {"sneak", NULL, SWITCH(read_options, sneak),
     .help = "read one cell after another with all lines but its own open: a matrix of currents"},
    {"v-read", "V", NUMBER(read_options, v_read, -10, 10), .fallback = "0.2", .help = "voltage of the word lines"},
    {GROUP(options_wires, read_options, wires)},
    {"sense", "OHM", NUMBER(read_options, sense, 0, 1e9), .fallback = "0",
     .help = "resistance between each bit line and 0 V"},
    {GROUP(options_noise, read_options, noise)},
    OPTION_BOTH_ENDS(read_options, both_ends),
    OPTION_WIRED_PLOT(read_options, plot),
    {GROUP(options_params, read_options, model)},
    OPTION_PART(read_options, part),
    OPTION_OUTPUT(read_options, output),
    {0},
};

/* Voltages of the word lines, a column for each read. */
static int read_voltages(const read_options *o, const wired *b, matrix *v)
{
    if (o->voltages) {
        const int status = matrix_read(o->voltages, v);
        return status || v->cols == b->rows
                   ? status
                   : cli_fail(CLI_FAILED, "%s: expected %zu voltages in each row, one for each word line, found %zu",
                              o->voltages, b->rows, v->cols);
    }
    *v = (matrix){1, b->rows, malloc(b->rows * sizeof *v->v)};
    for (size_t k = 0; v->v && k < b->rows; k++)
        v->v[k] = (float)o->v_read;
    return v->v ? CLI_OK : cli_fail_memory();
}

/* Inputs that OpenBLAS multiplies with at once; it rounds differently for another number of them. Of nonlinear cells, a multiple
 * of the runs of inputs that start anew. So parts give the same digits as the whole. */
enum { PIECE = 1024, PIECE_OF_CURVES = 64 };
_Static_assert(PIECE % SYNP_NOISE_RUN == 0 && PIECE_OF_CURVES % SYNP_NOISE_RUN == 0, "parts would round differently");

/* Reads number k .. k + count - 1, into the rows of i from `to` on. volts, amps: room for count inputs at three sides. */
static syn_status read_some(const read_options *o, const wired *b, const matrix *v, size_t k, size_t count,
                            double *volts, double *amps, matrix *i, size_t to, syn_error *err)
{
    const syn_batch_options how = {.bandwidth = o->noise.bandwidth,
                                   .index = o->noise.index + k,
                                   .seed = b->array ? syn_array_seed(b->array) : 0};
    double *const top = amps, *const bottom = amps + b->cols * count,
                  *const ends[SYN_SIDES] = {NULL, NULL, top, bottom};
    const double *const sources[SYN_SIDES] = {volts, volts, NULL, NULL};
    for (size_t n = 0; n < count; n++)
        for (size_t row = 0; row < b->rows; row++)
            volts[row + b->rows * n] = (double)v->v[k + n + v->rows * row];
    const syn_status status = syn_crossbar_solve_batch(b->x, sources, count, ends, &how, NULL, err);
    for (size_t j = 0; j < b->cols && !status; j++)
        for (size_t n = 0; n < count; n++) {
            const size_t at = j + b->cols * n;
            const double in = (isnan(top[at]) ? 0 : top[at]) + (isnan(bottom[at]) ? 0 : bottom[at]);
            i->v[to + n + i->rows * j] = (float)(0 - in);
        }
    return status;
}

/* Reads of all columns at once. */
static int read_inputs(const read_options *o, const wired *b, const matrix *v, part_range mine, matrix *i)
{
    const size_t fit = ((size_t)1 << 23) / (b->rows + 2 * b->cols) / PIECE,
                 most = (fit > 1 ? fit : 1) * PIECE; /* 64 MiB */
    const size_t piece = mine.count < most ? mine.count : most;
    double *volts = malloc((b->rows + 2 * b->cols) * piece * sizeof *volts);
    progress bar = {0};
    syn_error err;
    int status = volts ? CLI_OK : cli_fail_memory();
    for (size_t k = 0; k < mine.count && !status; k += piece) {
        const size_t count = mine.count - k < piece ? mine.count - k : piece;
        if (read_some(o, b, v, mine.first + k, count, volts, volts + b->rows * piece, i, k, &err))
            status = cli_fail_library("", &err);
        progress_show(&bar, "reading", k + count, mine.count);
    }
    progress_end(&bar);
    free(volts);
    return status;
}

/* Reads of row k, or of its cells, into row k of i. */
static syn_status read_row(const read_options *o, const wired *b, size_t k, double *amps, matrix *i, syn_error *err)
{
    syn_status status = SYN_OK;
    if (o->sneak)
        for (size_t j = 0; j < b->cols && !status; j++)
            status = syn_crossbar_read_sneak(b->x, k, j, o->v_read, &amps[j], err);
    else
        status = syn_crossbar_read_row(b->x, k, o->v_read, false, amps, err);
    for (size_t j = 0; j < b->cols && !status; j++)
        i->v[k + i->rows * j] = (float)amps[j];
    return status;
}

static int read_rows(const read_options *o, const wired *b, matrix *i)
{
    progress bar = {0};
    syn_error err;
    double *amps = malloc(b->cols * sizeof *amps);
    int status = amps ? CLI_OK : cli_fail_memory();
    for (size_t k = 0; k < i->rows && !status; k++) {
        if (read_row(o, b, k, amps, i, &err))
            status = cli_fail_library("", &err);
        progress_show(&bar, "reading", k + 1, i->rows);
    }
    progress_end(&bar);
    free(amps);
    return status;
}

/* The cells of a state file, or a matrix of conductances. */
static int open_cells(const read_options *o, const syn_model *m, bool is_linear, wired *b)
{
    syn_array *a;
    syn_error err;
    matrix g;
    if (!is_linear)
        return syn_array_load(m, o->state, NULL, 0, &a, &err) ? cli_fail_library("", &err)
                                                              : wired_open(a, &o->wires, o->sense, o->both_ends, b);
    int status = matrix_read_conductances(o->state, &g);
    if (status)
        return status;
    status = wired_open_linear(&g, &o->wires, o->sense, o->both_ends, b);
    free(g.v);
    return status;
}

static int read_array(const read_options *o, const syn_model *m, bool is_linear, wired *b)
{
    const bool by_rows = o->sneak || o->each_row;
    const size_t unit = is_linear ? PIECE : PIECE_OF_CURVES;
    matrix v = {0}, i = {0};
    part_range mine;
    int status = open_cells(o, m, is_linear, b);
    if (!status)
        status = read_voltages(o, b, &v);
    if (!status)
        status = part_of(o->part, v.rows, unit, unit, "rows of voltages", &mine);
    if (!status) {
        i = (matrix){by_rows ? b->rows : mine.count, b->cols, NULL};
        i.v = malloc(i.rows * i.cols * sizeof *i.v);
        status = !i.v ? cli_fail_memory() : by_rows ? read_rows(o, b, &i) : read_inputs(o, b, &v, mine, &i);
    }
    if (!status && o->plot)
        status = wired_draw(b, m, o->v_read, o->plot);
    if (!status)
        status = matrix_write(o->output, &i);
    free(v.v);
    free(i.v);
    return status;
}

static int run(const void *values)
{
    const read_options *o = values;
    const bool is_linear = matrix_is_npy(o->state) || cli_ends_with(o->state, ".csv");
    syn_model *m;
    wired b = {0};
    if (is_linear && (o->plot || o->model.params))
        return cli_fail(CLI_USAGE, "--%s: expected a state file with this option, found conductances",
                        o->plot ? "plot" : "params");
    int status = model_open(&o->model, is_linear ? NULL : o->state, &m);
    if (!status && o->sneak + o->each_row + (o->voltages != NULL) > 1)
        status = cli_fail(CLI_USAGE, "--%s: expected one of --voltages, --each-row and --sneak",
                          o->sneak ? "sneak" : "each-row");
    if (!status && o->noise.bandwidth > 0 && (o->sneak || o->each_row))
        status = cli_fail(CLI_USAGE, "--bandwidth: expected neither --each-row nor --sneak together with it");
    if (!status && o->part && (!o->voltages || o->plot))
        status = cli_fail(CLI_USAGE, "--part: expected %s together with it",
                          o->plot ? "no --plot" : "--voltages, whose rows are shared out,");
    if (!status && o->plot)
        status = gnuplot_check_name(o->plot);
    if (!status)
        status = read_array(o, m, is_linear, &b);
    wired_close(&b);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen crossbar read ring.state --r-wl 1 --r-bl 1 --sense 10 -o columns.csv", "Read all columns at once:"},
    {"synaptogen crossbar read weights.npy --voltages inputs.npy --r-wl 1 --r-bl 1 -o currents.npy",
     "Multiply your own conductances with many inputs:"},
    {"synaptogen crossbar read ring.state --r-wl 1 --r-bl 1 --sneak", "Show the sneak currents of a passive array:"},
    {0},
};

const cli_command command_crossbar_read = {
    .name = "crossbar read",
    .usage = "STATE",
    .summary = "read the array of a state file through its wires",
    .text =
        "Reads the array of a state file through its wires, with the word lines at their voltages and the bit lines "
        "at 0 V. In place of a state file, a matrix of conductances in S that ends in .csv or .npy is an array of "
        "linear "
        "cells. Thousands of rows of --voltages are read at once: linear cells by a matrix, others on all "
        "processors. --bandwidth adds the noise of cells and wires, with the seed of the array.",
    .output =
        {"A row of currents in A for each read, one current for each bit line: CSV, or .npy if the file's name ends "
         "so.",
         NULL},
    .examples = examples,
    .see_also = "crossbar solve,crossbar write,join,read",
    .operands = {{"STATE", "state file or matrix", offsetof(read_options, state)}},
    .options = options,
    .uses_blas = true,
    .size = sizeof(read_options),
    .run = run,
};
