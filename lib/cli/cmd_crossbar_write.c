/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/gnuplot.h"
#include "cli/matrix.h"
#include "cli/pattern.h"
#include "cli/wired.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

typedef struct write_options {
    model_options model;
    pattern_options pattern;
    wires_options wires;
    verify_options verify;
    stuck_options stuck;
    const char *targets, *state, *plot, *output; /* files, NULL if absent */
    double v_read;                               /* V, for the picture */
    bool both_ends, by_cell;
    uint64_t steps, first;
    int history; /* syn_history */
} write_options;

static const cli_option options[] = {
    {GROUP(options_pattern, write_options, pattern)},
    {"targets", "FILE", TEXT(write_options, targets),
     .help = "matrix of conductances at u0 in S, .csv or .npy, a row for each row of the array"},
    OPTION_STATE(write_options, state, "array to go on with; a new one if absent"),
    {GROUP(options_wires, write_options, wires)},
    OPTION_BOTH_ENDS(write_options, both_ends),
    {"by-cell", NULL, SWITCH(write_options, by_cell),
     .help = "write one cell at a time instead of all ones of a row, then all its zeros"},
    {"steps", "N", INTEGER(write_options, steps, 1, 10000), .fallback = "1",
     .help = "number of steps in which each voltage is approached; with more steps the cells switch in the order of "
             "their thresholds"},
    {GROUP(options_verify, write_options, verify)},
    {GROUP(options_stuck, write_options, stuck)},
    {"v-read", "V", NUMBER(write_options, v_read, -10, 10), .fallback = "0.2",
     .help = "voltage of the word lines in the picture"},
    OPTION_WIRED_PLOT(write_options, plot),
    OPTION_FIRST(write_options, first),
    OPTION_START(write_options, history),
    {GROUP(options_model, write_options, model)},
    {"output", "FILE", WRITES(write_options, output), .letter = 'o', .help = "state file of the array"},
    {0},
};

static bool show_row(void *context, double share)
{
    progress_show(context, "writing", (size_t)(1000 * share), 1000);
    return true;
}

static int write_line(const char *format, ...)
{
    output out;
    va_list args;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    va_start(args, format);
    vfprintf(out.stream, format, args);
    va_end(args);
    return output_close(&out, true);
}

/* The array is saved before its report is printed: it stays if nobody reads the report. */
static int write_bits(const wired *b, const pattern *p, const syn_write *how, const char *path)
{
    syn_write_report r;
    syn_error err;
    if (syn_crossbar_write(b->x, p->bits, how, NULL, &r, &err))
        return cli_fail_library("", &err);
    if (output_save_array(b->array, path))
        return CLI_FAILED;
    return write_line("rows,cols,pulses,switched,disturbs,disturbed,wrong,newton,iterations,residual\n"
                      "%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%.3g\n",
                      b->rows, b->cols, r.pulses, r.switched, r.disturbs, r.disturbed, r.wrong, r.newton,
                      r.iterations, r.residual);
}

static int write_targets(const wired *b, const syn_program *program, const matrix *targets, const syn_write *how,
                         const char *path)
{
    syn_program_report r;
    syn_write_report w;
    syn_error err;
    if (syn_crossbar_program(b->x, targets->v, program, how, NULL, &r, &w, &err))
        return cli_fail_library("", &err);
    if (output_save_array(b->array, path))
        return CLI_FAILED;
    return write_line("cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max,disturbs\n"
                      "%zu,%zu,%.6g,%" PRIu32 ",%.6g,%.6g,%.6g,%zu\n",
                      r.cells, r.reached, r.pulses_mean, r.pulses_max, r.error_mean, r.error_rms, r.error_max,
                      w.disturbs);
}

/* The array of --state, or a new one of the shape of the bits or targets. */
static int open_array(const write_options *o, const syn_model *m, size_t rows, size_t cols, syn_array **a)
{
    syn_error err;
    const syn_array_options how = {
        .first = o->first,
        .start = {.history = (syn_history)o->history, .mode = (syn_mode)o->pattern.mode},
        .rows = rows,
    };
    const syn_status status = o->state ? syn_array_load(m, o->state, NULL, 0, a, &err)
                                       : syn_array_create(m, o->model.seed, rows * cols, &how, a, &err);
    return status ? cli_fail_library("", &err) : CLI_OK;
}

/* Writes the targets, if there are some, else the bits. */
static int write_array(const write_options *o, const syn_model *m, const wired *b, const pattern *p,
                       const matrix *targets)
{
    progress bar = {0};
    const syn_scheme scheme = o->pattern.scheme == OPTION_ABSENT ? SYN_HALF_SELECT : (syn_scheme)o->pattern.scheme;
    syn_write how = {.scheme = scheme, .by_cell = o->by_cell, .steps = (int)o->steps, .progress = {show_row, &bar}};
    pattern_voltages(&o->pattern, scheme, m, &how.u_set, &how.u_reset);
    syn_program program = verify_settings(m, &o->verify);
    program.u_set = how.u_set;
    const int status =
        targets->v ? write_targets(b, &program, targets, &how, o->output) : write_bits(b, p, &how, o->output);
    progress_end(&bar);
    return status;
}

static int write_all(const write_options *o, const syn_model *m, const pattern *p, const matrix *targets)
{
    wired b = {0};
    syn_array *a = NULL;
    int status = open_array(o, m, p->rows, p->cols, &a);
    if (!status)
        status = stuck_draw(&o->stuck, a);
    if (!status)
        status = wired_open(a, &o->wires, o->wires.driver, o->both_ends, &b);
    if (!status && (b.rows != p->rows || b.cols != p->cols))
        status = cli_fail(CLI_FAILED, "%s: expected %zu x %zu cells, found %zu x %zu", o->state, p->rows, p->cols,
                          b.rows, b.cols);
    if (!status)
        status = write_array(o, m, &b, p, targets);
    if (!status && o->plot)
        status = wired_draw(&b, m, o->v_read, o->plot);
    wired_close(&b);
    return status;
}

static int run(const void *values)
{
    const write_options *o = values;
    syn_model *m;
    pattern p = {0};
    matrix targets = {0};
    int status = model_open(&o->model, o->state, &m);
    if (!status && !o->output)
        status = cli_fail(CLI_USAGE, "--output: expected a file name, found none");
    if (!status && o->targets && o->pattern.pattern)
        status = cli_fail(CLI_USAGE, "--targets: expected no --pattern together with it");
    if (!status && o->plot)
        status = gnuplot_check_name(o->plot);
    if (!status && o->targets) {
        status = matrix_read_conductances(o->targets, &targets);
        p = (pattern){targets.rows, targets.cols, NULL};
    } else if (!status) {
        status = pattern_make(&o->pattern, o->state, o->model.seed, &p);
    }
    if (!status)
        status = write_all(o, m, &p, &targets);
    free(targets.v);
    free(p.bits);
    syn_model_free(m);
    return status;
}

static const cli_term columns[] = {
    {"rows, cols", "shape of the array"},
    {"pulses", "number of pulses"},
    {"switched", "number of changes of selected cells"},
    {"disturbs", "number of changes of cells that are not selected"},
    {"disturbed", "number of cells with such changes"},
    {"wrong", "number of bits that are wrong at the end"},
    {"newton, iterations", "effort of the solver"},
    {"residual", "bound of the error of the currents in A"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen crossbar write --pattern ring.txt --scheme third --r-wl 1 --r-bl 1 --driver 10 -o ring.state",
     "Write a pattern with third-select:"},
    {"synaptogen crossbar write --targets targets.csv --scheme full -o weights.state",
     "Program conductances through wires:"},
    {0},
};

const cli_command command_crossbar_write = {
    .name = "crossbar write",
    .usage = "--pattern FILE -o STATE",
    .summary = "write bits or conductances into an array with wires",
    .text =
        "Writes bits, or with --targets conductances by write-verify, into an array with wires. It goes row by row, "
        "and saves the state of the array.",
    .output =
        {"CSV with one row on standard output. With --targets: the columns of `synaptogen program`, and disturbs. "
         "With bits:",
         columns},
    .examples = examples,
    .see_also = "crossbar read,crossbar solve,netlist crossbar,program",
    .options = options,
    .size = sizeof(write_options),
    .run = run,
};
