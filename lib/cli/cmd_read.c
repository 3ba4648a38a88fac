/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/matrix.h"
#include "cli/part.h"
#include "cli/shared.h"

#include <stdlib.h>

typedef struct read_options {
    model_options model;
    const char *state, *part, *output;
    double u; /* V */
    bool conductance;
    noise_options noise;
} read_options;

static const cli_option options[] = {
    {"u", "V", NUMBER(read_options, u, -10, 10), .fallback = "0.2", .help = "read voltage"},
    {"conductance", NULL, SWITCH(read_options, conductance), .help = "write I/U in S instead of the current in A"},
    {GROUP(options_noise, read_options, noise)},
    {GROUP(options_params, read_options, model)},
    OPTION_PART(read_options, part),
    OPTION_OUTPUT(read_options, output),
    {0},
};

/* The columns that this run reads. Those of a compact file can be loaded by themselves; its array is then of them alone. */
typedef struct range {
    size_t rows, cells; /* of the whole */
    part_range columns;
    bool alone;
} range;

static int find_range(const read_options *o, range *r)
{
    syn_array_info info;
    syn_error err;
    if (syn_array_peek(o->state, &info, &err))
        return cli_fail_library("", &err);
    r->rows = (size_t)info.rows;
    r->cells = (size_t)info.n;
    r->alone = o->part && info.storage == SYN_COMPACT;
    return part_of(o->part, (size_t)(info.n / info.rows), 1, 1, "columns", &r->columns);
}

static int open_array(const read_options *o, const syn_model *m, const range *r, syn_array **a)
{
    syn_error err;
    const syn_load how = {.first = r->alone ? r->rows * r->columns.first : 0,
                          .count = r->alone ? r->rows * r->columns.count : 0};
    if (syn_array_load_with(m, o->state, &how, a, &err))
        return cli_fail_library("", &err);
    return syn_array_rows(*a) == r->rows && syn_array_size(*a) == (r->alone ? (size_t)how.count : r->cells)
               ? CLI_OK
               : cli_fail(CLI_FAILED, "%s: expected %zu x %zu cells as before, found others: the file has changed",
                          o->state, r->rows, r->cells / r->rows);
}

/* A conductance read with noise is the noisy current over the voltage. */
static int read_cells(const read_options *o, const syn_array *a, const range *r, matrix *m)
{
    syn_error err;
    const float u = (float)o->u;
    const bool noisy = o->noise.bandwidth != 0;
    const syn_cells cells = {.first = r->alone ? 0 : r->rows * r->columns.first, .count = m->rows * m->cols};
    const syn_status status =
        o->conductance && !noisy ? syn_array_conductance(a, &cells, u, m->v, &err)
                                 : syn_array_read_noisy(a, &cells, u, o->noise.bandwidth, o->noise.index, m->v, &err);
    for (size_t k = 0; o->conductance && noisy && k < m->rows * m->cols; k++)
        m->v[k] /= u;
    return status ? cli_fail_option(&err) : CLI_OK;
}

static int write_cells(const read_options *o, const syn_array *a, const range *r)
{
    matrix m = {r->rows, r->columns.count, malloc(r->rows * r->columns.count * sizeof *m.v)};
    int status = m.v ? read_cells(o, a, r, &m) : cli_fail_memory();
    if (!status)
        status = matrix_write(o->output, &m);
    free(m.v);
    return status;
}

static int run(const void *values)
{
    const read_options *o = values;
    range r;
    syn_array *a = NULL;
    syn_model *m;
    int status = model_open(&o->model, o->state, &m);
    if (!status)
        status = find_range(o, &r);
    if (!status)
        status = open_array(o, m, &r, &a);
    if (!status)
        status = write_cells(o, a, &r);
    syn_array_free(a);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen read weights.state --conductance -o weights.npy", "Read an array into a file of NumPy:"},
    {0},
};

const cli_command command_read = {
    .name = "read",
    .usage = "STATE",
    .summary = "read all cells of a state file",
    .text = "Reads all cells of the array in a state file, each by itself. `synaptogen crossbar read` reads through "
            "wires.",
    .output = {"A matrix of currents in A, or of conductances, in the shape of the array, or with --part some of its "
               "columns: "
               "CSV, or .npy if the file's name ends so.",
               NULL},
    .examples = examples,
    .see_also = "crossbar read,join,program,vmm",
    .parts_are_columns = true,
    .operands = {{"STATE", "state file", offsetof(read_options, state)}},
    .options = options,
    .size = sizeof(read_options),
    .run = run,
};
