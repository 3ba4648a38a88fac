/* SPDX-License-Identifier: MIT */
#include "cli/matrix.h"
#include "cli/part.h"
#include "cli/shared.h"

#include <stdlib.h>

typedef struct vmm_options {
    model_options model;
    const char *state, *voltages, *part, *output;
    noise_options noise;
} vmm_options;

static const cli_option options[] = {
    {"voltages", "FILE", TEXT(vmm_options, voltages),
     .help = "a product for each row: a voltage in V for each column of the array, .csv or .npy"},
    {GROUP(options_noise, vmm_options, noise)},
    {GROUP(options_params, vmm_options, model)},
    OPTION_PART(vmm_options, part),
    OPTION_OUTPUT(vmm_options, output),
    {0},
};

/* The rows of m as columns and the other way round. */
static int transpose(matrix *m)
{
    matrix t = {m->cols, m->rows, malloc(m->rows * m->cols * sizeof *t.v)};
    if (!t.v)
        return cli_fail_memory();
    for (size_t i = 0; i < t.rows; i++)
        for (size_t j = 0; j < t.cols; j++)
            t.v[i + t.rows * j] = m->v[j + m->rows * i];
    free(m->v);
    *m = t;
    return CLI_OK;
}

/* Products in one call of the library. OpenBLAS rounds differently for another number of them, so parts consist of whole calls. */
enum { PIECE = 256 };

/* One product for each column of v, into i. first: number of the first of them. */
static int multiply(const vmm_options *o, const syn_array *a, const matrix *v, size_t first, matrix *i)
{
    progress bar = {0};
    syn_error err;
    for (size_t k = 0; k < v->cols; k += PIECE) {
        const size_t count = v->cols - k < PIECE ? v->cols - k : PIECE;
        const float *from = v->v + v->rows * k;
        float *to = i->v + i->rows * k;
        const syn_status status =
            syn_vmm_batch_noisy(a, from, count, o->noise.bandwidth, o->noise.index + first + k, to, &err);
        if (status)
            return cli_fail_option(&err);
        progress_show(&bar, "multiplying", k + count, v->cols);
    }
    progress_end(&bar);
    return CLI_OK;
}

static int write_products(const vmm_options *o, const syn_array *a, matrix *v)
{
    const size_t rows = syn_array_rows(a), cols = syn_array_cols(a);
    if (v->cols != cols)
        return cli_fail(CLI_FAILED,
                        "%s: expected %zu voltages in each row, one for each column of the array, found %zu",
                        o->voltages, cols, v->cols);
    part_range mine;
    int status = part_of(o->part, v->rows, PIECE, PIECE, "rows of voltages", &mine);
    if (!status)
        status = transpose(v);
    if (status)
        return status;
    const matrix inputs = {v->rows, mine.count, v->v + v->rows * mine.first};
    matrix i = {rows, mine.count, malloc(rows * mine.count * sizeof *i.v)};
    status = i.v ? multiply(o, a, &inputs, mine.first, &i) : cli_fail_memory();
    if (!status)
        status = transpose(&i);
    if (!status)
        status = matrix_write(o->output, &i);
    free(i.v);
    return status;
}

static int run(const void *values)
{
    const vmm_options *o = values;
    matrix v = {0};
    syn_error err;
    syn_array *a = NULL;
    syn_model *m;
    int status = model_open(&o->model, o->state, &m);
    if (!status && !o->voltages)
        status = cli_fail(CLI_USAGE, "--voltages: expected a file name, found none");
    if (!status)
        status = matrix_read(o->voltages, &v);
    if (!status && syn_array_load(m, o->state, NULL, 0, &a, &err))
        status = cli_fail_library("", &err);
    if (!status)
        status = write_products(o, a, &v);
    syn_array_free(a);
    free(v.v);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen vmm weights.state --voltages volts.csv --bandwidth 1e8 -o currents.csv",
     "Multiply with the noise of a read of 100 MHz bandwidth:"},
    {0},
};

const cli_command command_vmm = {
    .name = "vmm",
    .usage = "STATE --voltages FILE",
    .summary = "multiply vectors with the array of a state file",
    .text =
        "Multiplies vectors of voltages with the array in a state file: each current is the sum over a row of cells, "
        "with ideal wires.",
    .output =
        {"A row of currents in A for each row of voltages, one current for each row of the array: CSV, or .npy if "
         "the file's name ends so.",
         NULL},
    .examples = examples,
    .see_also = "join,crossbar read,program,read",
    .operands = {{"STATE", "state file", offsetof(vmm_options, state)}},
    .options = options,
    .uses_blas = true,
    .size = sizeof(vmm_options),
    .run = run,
};
