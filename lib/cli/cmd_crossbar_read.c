/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/gnuplot.h"
#include "cli/matrix.h"
#include "cli/wired.h"

#include <stdlib.h>

typedef struct read_options {
    model_options model;
    wires_options wires;
    const char *state, *voltages, *plot, *output; /* files, NULL if absent */
    double sense, v_read;                         /* ohm, V */
    bool both_ends, each_row, sneak;
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
    OPTION_BOTH_ENDS(read_options, both_ends),
    OPTION_WIRED_PLOT(read_options, plot),
    {GROUP(options_params, read_options, model)},
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

/* Read number k, into row k of i. */
static syn_status read_once(const read_options *o, const wired *b, const matrix *v, size_t k, double *volts,
                            double *amps, matrix *i, syn_error *err)
{
    syn_status status = SYN_OK;
    if (o->sneak)
        for (size_t j = 0; j < b->cols && !status; j++)
            status = syn_crossbar_read_sneak(b->x, k, j, o->v_read, &amps[j], err);
    else if (o->each_row)
        status = syn_crossbar_read_row(b->x, k, o->v_read, false, amps, err);
    else {
        for (size_t row = 0; row < b->rows; row++)
            volts[row] = (double)v->v[k + v->rows * row];
        status = syn_crossbar_read(b->x, volts, amps, err);
    }
    for (size_t j = 0; j < b->cols && !status; j++)
        i->v[k + i->rows * j] = (float)amps[j];
    return status;
}

static int read_all(const read_options *o, const wired *b, const matrix *v, matrix *i)
{
    progress bar = {0};
    syn_error err;
    double *volts = malloc((b->rows + b->cols) * sizeof *volts);
    if (!volts)
        return cli_fail_memory();
    int status = CLI_OK;
    for (size_t k = 0; k < i->rows && !status; k++) {
        if (read_once(o, b, v, k, volts, volts + b->rows, i, &err))
            status = cli_fail_library("", &err);
        progress_show(&bar, "reading", k + 1, i->rows);
    }
    progress_end(&bar);
    free(volts);
    return status;
}

static int read_array(const read_options *o, const syn_model *m, wired *b)
{
    syn_array *a;
    syn_error err;
    matrix v = {0}, i = {0};
    if (syn_array_load(m, o->state, NULL, 0, &a, &err))
        return cli_fail_library("", &err);
    int status = wired_open(a, &o->wires, o->sense, o->both_ends, b);
    if (!status)
        status = read_voltages(o, b, &v);
    if (!status) {
        i = (matrix){o->sneak || o->each_row ? b->rows : v.rows, b->cols, NULL};
        i.v = malloc(i.rows * i.cols * sizeof *i.v);
        status = i.v ? read_all(o, b, &v, &i) : cli_fail_memory();
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
    syn_model *m;
    wired b = {0};
    int status = model_open(&o->model, o->state, &m);
    if (!status && o->sneak + o->each_row + (o->voltages != NULL) > 1)
        status = cli_fail(CLI_USAGE, "--%s: expected one of --voltages, --each-row and --sneak",
                          o->sneak ? "sneak" : "each-row");
    if (!status && o->plot)
        status = gnuplot_check_name(o->plot);
    if (!status)
        status = read_array(o, m, &b);
    wired_close(&b);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen crossbar read ring.state --r-wl 1 --r-bl 1 --sense 10 -o columns.csv", "Read all columns at once:"},
    {"synaptogen crossbar read ring.state --r-wl 1 --r-bl 1 --sneak", "Show the sneak currents of a passive array:"},
    {0},
};

const cli_command command_crossbar_read = {
    .name = "crossbar read",
    .usage = "STATE",
    .summary = "read the array of a state file through its wires",
    .text =
        "Reads the array of a state file through its wires, with the word lines at their voltages and the bit lines "
        "at 0 V.",
    .output =
        {"A row of currents in A for each read, one current for each bit line: CSV, or .npy if the file's name ends "
         "so.",
         NULL},
    .examples = examples,
    .see_also = "crossbar solve,crossbar write,read",
    .operands = {{"STATE", "state file", offsetof(read_options, state)}},
    .options = options,
    .size = sizeof(read_options),
    .run = run,
};
