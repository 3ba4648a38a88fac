/* SPDX-License-Identifier: MIT */
#include "cli/shared.h"

#include <inttypes.h>

#define PARAMS                                                                                                       \
    {                                                                                                                \
        "params", "FILE", TEXT(model_options, params), .help = "parameter set; the built-in one if absent"           \
    }

const cli_option options_model[] = {
    {"seed", "S", INTEGER(model_options, seed, 0, UINT64_MAX), .fallback = "0", .of_new_cells = true,
     .help = "seed of all draws"},
    PARAMS,
    {"order", "P", INTEGER(model_options, order, 1, SYN_MAX_ORDER), .of_new_cells = true,
     .help = "order of the cycle-to-cycle autoregression; if absent, long memory if the set has it, else the largest "
             "order"},
    {0},
};

const cli_option options_params[] = {PARAMS, {0}};

int model_open(const model_options *o, const char *state, syn_model **out)
{
    syn_model_options how = {.order = (int)o->order};
    syn_array_info info;
    syn_error err;
    *out = NULL;
    if (state && syn_array_peek(state, &info, &err))
        return cli_fail_library("", &err);
    if (state)
        how.order = info.order;
    const syn_status status = syn_model_open(o->params, &how, out, &err);
    if (status == SYN_EINVAL)
        return cli_fail(CLI_USAGE, "--%s: %s", err.field, err.text);
    return status ? cli_fail_library("", &err) : CLI_OK;
}

const cli_option options_cells[] = {
    {"cells", "M", INTEGER(cells_options, cells, 1, OPTION_MANY), .fallback = "1", .help = "number of cells"},
    OPTION_FIRST(cells_options, first),
    {"name", "INSTANCE", TEXT(cells_options, name),
     .help = "the one cell that has this full instance name in a netlist, such as a.x1.acell"},
    OPTION_START(cells_options, history),
    {0},
};

static int check_cells(const cells_options *o)
{
    if (o->name && o->cells != 1)
        return cli_fail(CLI_USAGE, "--cells: expected 1 together with --name, found %" PRIu64, o->cells);
    if (o->name && o->first != 0)
        return cli_fail(CLI_USAGE, "--first: expected 0 together with --name, found %" PRIu64, o->first);
    if (o->first > UINT64_MAX - (o->cells - 1))
        return cli_fail(CLI_USAGE,
                        "--first: expected at most 2^64 - %" PRIu64 " with that many --cells, found %" PRIu64,
                        o->cells, o->first);
    return CLI_OK;
}

int cells_open(const model_options *model, const cells_options *o, syn_mode mode, double r_init, cell_range *out)
{
    syn_cell cell;
    syn_error err;
    *out = (cell_range){.count = o->cells,
                        .first = o->name ? syn_cell_of_name(o->name) : o->first,
                        .seed = model->seed,
                        .start = {(syn_history)o->history, mode, r_init}};
    int status = check_cells(o);
    if (!status)
        status = model_open(model, NULL, &out->model);
    if (!status && syn_cell_init(out->model, out->seed, out->first, &out->start, &cell, &err))
        status = cli_fail(CLI_USAGE, "--r-init: %s", err.text);
    return status;
}

void cells_close(cell_range *c)
{
    syn_model_free(c->model);
}

void cells_get(const cell_range *c, uint64_t index, syn_cell *out)
{
    (void)syn_cell_init(c->model, c->seed, c->first + index, &c->start, out,
                        NULL); /* only the start can be refused */
}

const cli_option options_noise[] = {
    {"bandwidth", "HZ", NUMBER(noise_options, bandwidth, 0, 1e15), .fallback = "0",
     .help = "bandwidth of the read noise"},
    {"index", "N", INTEGER(noise_options, index, 0, OPTION_MANY), .fallback = "0",
     .help = "number of the first read; a read with the same number draws the same noise"},
    {0},
};

const cli_option options_verify[] = {
    {"tolerance", "X", NUMBER(verify_options, tolerance, 1e-9, 1e9), .fallback = "0.02",
     .help = "relative tolerance of the verifying read"},
    {"attempts", "N", INTEGER(verify_options, attempts, 1, 1000000), .fallback = "20",
     .help = "largest number of SET pulses for each cell"},
    {GROUP(options_noise, verify_options, noise)},
    {0},
};

syn_program verify_settings(const syn_model *m, const verify_options *o)
{
    syn_program how;
    syn_program_default(m, &how);
    how.tolerance = o->tolerance;
    how.attempts = (int)o->attempts;
    how.bandwidth = o->noise.bandwidth;
    how.read_index = o->noise.index;
    return how;
}

const cli_option options_stuck[] = {
    {"stuck-hrs", "SHARE", NUMBER(stuck_options, hrs, 0, 1), .fallback = "0",
     .help = "share of the cells that stick at their HRS from the beginning, drawn from seed and cell"},
    {"stuck-lrs", "SHARE", NUMBER(stuck_options, lrs, 0, 1), .fallback = "0", .help = "the same for LRS"},
    {0},
};

int stuck_draw(const stuck_options *o, syn_array *a)
{
    const syn_faults faults = {.hrs = o->hrs, .lrs = o->lrs};
    syn_error err;
    if (o->hrs + o->lrs == 0)
        return CLI_OK;
    return syn_array_stick_random(a, NULL, &faults, NULL, &err)
               ? cli_fail(CLI_USAGE, "--stuck-%s: %s", err.field, err.text)
               : CLI_OK;
}

const cli_option options_wires[] = {
    {"r-wl", "OHM", NUMBER(wires_options, r_wl, 0, 1e6), .fallback = "0",
     .help = "resistance of a word line for each cell"},
    {"r-bl", "OHM", NUMBER(wires_options, r_bl, 0, 1e6), .fallback = "0",
     .help = "resistance of a bit line for each cell"},
    {"driver", "OHM", NUMBER(wires_options, driver, 0, 1e9), .fallback = "0",
     .help = "resistance between each line and its source"},
    {0},
};
