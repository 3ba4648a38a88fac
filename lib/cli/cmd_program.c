/* SPDX-License-Identifier: MIT */
#include "cli/matrix.h"
#include "cli/part.h"
#include "cli/shared.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct program_options {
    model_options model;
    const char *targets, *state, *report, *part, *output; /* files, NULL if absent */
    verify_options verify;
    stuck_options stuck;
    uint64_t first;
    int history; /* syn_history */
    int storage; /* syn_storage */
} program_options;

static const cli_option options[] = {
    {"targets", "FILE", TEXT(program_options, targets),
     .help =
         "matrix of conductances at u0 in S, .csv or .npy, a row for each row of the array; 0: as small as it gets"},
    OPTION_STATE(program_options, state, "array to go on with; a new one if absent"),
    {GROUP(options_verify, program_options, verify)},
    {GROUP(options_stuck, program_options, stuck)},
    {"report", "FILE", WRITES(program_options, report),
     .help = "CSV with target, conductance, number of pulses and place of each cell, and whether it is within the "
             "tolerance"},
    OPTION_FIRST(program_options, first),
    OPTION_START(program_options, history),
    {"storage", "auto|full|compact", CHOICE(program_options, storage), .fallback = "auto",
     .help = "of the array and its file: full: 232 bytes per cell; compact: 13, with the same results; auto: that of "
             "--state, or "
             "compact above 4 GiB"},
    {GROUP(options_model, program_options, model)},
    OPTION_PART(program_options, part),
    {"output", "FILE", WRITES(program_options, output), .letter = 'o', .help = "state file of the array"},
    {0},
};

/* The columns of the targets that this run programs, all of the cells before them, the shape of all targets, and how the
 * array is kept. */
typedef struct place {
    size_t column, row, cells; /* column > 0 or row > 0 only in a part */
    size_t rows, cols;
    syn_storage storage;
} place;

static size_t common_divisor(size_t a, size_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

/* Keeps the targets of the part: whole columns, or cells of a single column. The blocks of a state file have 16 cells. */
static int take_part(const program_options *o, const syn_model *m, matrix *t, place *p)
{
    const size_t block = 16, columns = block / common_divisor(t->rows, block);
    part_range mine;
    *p = (place){.rows = t->rows,
                 .cols = t->cols,
                 .storage = o->storage ? (syn_storage)o->storage : syn_storage_for(m, t->rows * t->cols)};
    const int status = t->cols > 1 ? part_of(o->part, t->cols, columns, 2, "columns", &mine)
                                   : part_of(o->part, t->rows, block, block, "cells", &mine);
    if (status)
        return status;
    const size_t first = t->cols > 1 ? mine.first * t->rows : mine.first;
    p->column = t->cols > 1 ? mine.first : 0;
    p->row = t->cols > 1 ? 0 : mine.first;
    p->cells = first;
    *(t->cols > 1 ? &t->cols : &t->rows) = mine.count;
    memmove(t->v, t->v + first, t->rows * t->cols * sizeof *t->v);
    return CLI_OK;
}

/* The array of --state has the shape of all targets, and can be loaded in part if it has to be. */
static int check_state(const program_options *o, const matrix *part, const place *p)
{
    syn_array_info info;
    syn_error err;
    if (syn_array_peek(o->state, &info, &err))
        return cli_fail_library("", &err);
    if (info.read_only)
        return cli_fail(CLI_FAILED, "%s: expected an array that can be written, found a read-only one", o->state);
    if (info.rows != p->rows || info.n != p->rows * p->cols)
        return cli_fail(CLI_FAILED, "%s: expected %" PRIu64 " x %" PRIu64 " targets for %s, found %zu x %zu",
                        o->targets, info.rows, info.n / info.rows, o->state, p->rows, p->cols);
    return info.storage == SYN_COMPACT || part->rows * part->cols == info.n
               ? CLI_OK
               : cli_fail(CLI_USAGE,
                          "--part: expected a compact array in %s, found a full one, which is programmed as a whole "
                          "alone",
                          o->state);
}

/* A new array of the shape of the targets, or the one of --state. */
static int open_array(const program_options *o, const syn_model *m, const matrix *targets, const place *p,
                      syn_array **a)
{
    syn_error err;
    if (!o->state) {
        const syn_array_options how = {.first = o->first + p->cells,
                                       .start = {.history = (syn_history)o->history},
                                       .rows = targets->rows,
                                       .storage = p->storage};
        return syn_array_create(m, o->model.seed, targets->rows * targets->cols, &how, a, &err)
                   ? cli_fail_library("", &err)
                   : CLI_OK;
    }
    const syn_load how = {
        .first = p->cells, .count = o->part ? targets->rows * targets->cols : 0, .storage = (syn_storage)o->storage};
    const int status = check_state(o, targets, p);
    if (status)
        return status;
    return syn_array_load_with(m, o->state, &how, a, &err) ? cli_fail_library("", &err) : CLI_OK;
}

/* Joins the report of a part to that of the parts before. */
static void join(syn_program_report *sum, const syn_program_report *part)
{
    const double cells = (double)(sum->cells + part->cells), reached = (double)(sum->reached + part->reached);
    const double old = (double)sum->reached, new = (double)part->reached;
    sum->pulses_mean = ((double)sum->cells * sum->pulses_mean + (double)part->cells * part->pulses_mean) / cells;
    if (reached > 0) {
        sum->error_mean = (old * sum->error_mean + new * part->error_mean) / reached;
        sum->error_rms =
            sqrt((old * sum->error_rms * sum->error_rms + new * part->error_rms * part->error_rms) / reached);
    }
    sum->error_max = fmax(sum->error_max, part->error_max);
    sum->pulses_max = part->pulses_max > sum->pulses_max ? part->pulses_max : sum->pulses_max;
    sum->cells += part->cells;
    sum->reached += part->reached;
}

static int program_all(const program_options *o, const syn_model *m, syn_array *a, const matrix *targets, float *g,
                       uint32_t *pulses, syn_program_report *sum)
{
    const size_t n = syn_array_size(a), piece = 1 << 16;
    const syn_program how = verify_settings(m, &o->verify);
    syn_error err;
    progress bar = {0};
    *sum = (syn_program_report){0};
    for (size_t k = 0; k < n; k += piece) {
        const syn_cells cells = {.first = k, .count = n - k < piece ? n - k : piece};
        syn_program_report part;
        if (syn_array_program(a, &cells, targets->v + k, &how, g + k, pulses + k, &part, &err))
            return cli_fail_option(&err);
        join(sum, &part);
        progress_show(&bar, "programming", k + cells.count, n);
    }
    progress_end(&bar);
    return CLI_OK;
}

/* Without the noise of the verifying reads. A target of 0 has no tolerance: a cell is there if it is not stuck in LRS. */
static bool is_within(const program_options *o, const syn_array *a, size_t k, float target, float g)
{
    syn_state s;
    if (target == 0)
        return !syn_array_state(a, k, &s, NULL) && s.mode != SYN_LRS;
    return fabs((double)g / (double)target - 1) <= o->verify.tolerance * (1 + 1e-5);
}

static int write_cells(const program_options *o, const syn_array *a, const matrix *targets, const place *p,
                       const float *g, const uint32_t *pulses)
{
    output out;
    if (!o->report)
        return CLI_OK;
    if (output_open(&out, o->report))
        return CLI_FAILED;
    fputs("cell,target,g,pulses,row,column,within\n", out.stream);
    for (size_t k = 0; k < syn_array_size(a) && !ferror(out.stream); k++)
        fprintf(out.stream, "%" PRIu64 ",%.9g,%.9g,%" PRIu32 ",%zu,%zu,%d\n", syn_array_first(a) + k,
                (double)targets->v[k], (double)g[k], pulses[k], p->row + k % targets->rows,
                p->column + k / targets->rows, is_within(o, a, k, targets->v[k], g[k]));
    return output_close(&out, true);
}

/* Names the cells that stayed outside of the tolerance: the first few, each where it is the nearest that it got. */
static void warn_of_cells(const program_options *o, const syn_array *a, const matrix *targets, const place *p,
                          const float *g)
{
    enum { NAMED = 3 };
    size_t outside = 0;
    for (size_t k = 0; k < targets->rows * targets->cols; k++)
        if (!is_within(o, a, k, targets->v[k], g[k]) && outside++ < NAMED)
            fprintf(stderr, "row %zu, column %zu: %.4g S in place of %.4g S\n", p->row + k % targets->rows,
                    p->column + k / targets->rows, (double)g[k], (double)targets->v[k]);
    if (outside > 0)
        fprintf(stderr,
                "%zu of %zu cells are not within the tolerance%s; \"synaptogen info --window\" shows what cells can "
                "reach\n",
                outside, targets->rows * targets->cols, o->report ? "" : "; --report lists all cells");
}

static int write_report(const syn_program_report *r)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    fprintf(out.stream,
            "cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max\n%zu,%zu,%.6g,%" PRIu32
            ",%.6g,%.6g,%.6g\n",
            r->cells, r->reached, r->pulses_mean, r->pulses_max, r->error_mean, r->error_rms, r->error_max);
    return output_close(&out, true);
}

static int program(const program_options *o, const syn_model *m, const matrix *targets, const place *p, syn_array *a)
{
    const size_t n = syn_array_size(a);
    float *g = malloc(n * sizeof *g);
    uint32_t *pulses = malloc(n * sizeof *pulses);
    syn_program_report report = {0};
    int status = g && pulses ? program_all(o, m, a, targets, g, pulses, &report) : cli_fail_memory();
    if (!status)
        status = write_cells(o, a, targets, p, g, pulses);
    if (!status)
        status = output_save_array(a, o->output);
    if (!status)
        status = write_report(&report);
    if (!status)
        warn_of_cells(o, a, targets, p, g);
    free(g);
    free(pulses);
    return status;
}

static int run(const void *values)
{
    const program_options *o = values;
    matrix targets = {0};
    place p;
    syn_array *a = NULL;
    syn_model *m;
    int status = model_open(&o->model, o->state, &m);
    if (!status && (!o->targets || !o->output))
        status = cli_fail(CLI_USAGE, "--%s: expected a file name, found none", o->targets ? "output" : "targets");
    if (!status)
        status = matrix_read_conductances(o->targets, &targets);
    if (!status)
        status = take_part(o, m, &targets, &p);
    if (!status)
        status = open_array(o, m, &targets, &p, &a);
    if (!status)
        status = stuck_draw(&o->stuck, a);
    if (!status)
        status = program(o, m, &targets, &p, a);
    syn_array_free(a);
    free(targets.v);
    syn_model_free(m);
    return status;
}

static const cli_term columns[] = {
    {"cells", "number of cells"},
    {"reached", "number of cells within the tolerance"},
    {"pulses_mean, pulses_max", "pulses for each cell"},
    {"error_mean, error_rms, error_max", "|conductance / target - 1| of the cells that are within the tolerance"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen program --targets targets.csv --seed 1 -o weights.state --report cells.csv",
     "Program a matrix of conductances into a new array:"},
    {0},
};

const cli_command command_program = {
    .name = "program",
    .usage = "--targets FILE -o STATE",
    .summary = "program an array to target conductances",
    .text =
        "Programs an array of cells to target conductances by write-verify, and saves its state. It works cell by "
        "cell, as with ideal selectors and wires; `synaptogen crossbar write` has both.",
    .output = {"CSV with one row on standard output.", columns},
    .examples = examples,
    .see_also = "join,crossbar write,read,vmm",
    .options = options,
    .size = sizeof(program_options),
    .run = run,
};
