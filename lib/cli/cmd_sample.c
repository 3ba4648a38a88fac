/* SPDX-License-Identifier: MIT */
#include "cli/part.h"
#include "cli/records.h"
#include "cli/shared.h"

typedef struct sample_options {
    model_options model;
    cells_options cells;
    uint64_t cycles;
    const char *part, *output;
} sample_options;

static const cli_option options[] = {
    {"cycles", "N", INTEGER(sample_options, cycles, 1, OPTION_MANY), .fallback = "1", .help = "number of cycles"},
    {GROUP(options_cells, sample_options, cells)},
    {GROUP(options_model, sample_options, model)},
    OPTION_PART(sample_options, part),
    OPTION_OUTPUT(sample_options, output),
    {0},
};

static const record_field fields[] = {
    {"cell", RECORD_WHOLE},   {"cycle", RECORD_WHOLE},  {"component", RECORD_WHOLE}, {"log10_r_hrs", RECORD_NUMBER},
    {"u_set", RECORD_NUMBER}, {"r_lrs", RECORD_NUMBER}, {"u_reset", RECORD_NUMBER},  {0},
};

static void put_row(records *r, const syn_cell *cell)
{
    const double *y = cell->now.y;
    const record_value values[] = {{.whole = cell->id},
                                   {.whole = cell->state.n},
                                   {.whole = (uint64_t)cell->component},
                                   {.number = y[SYN_LOG10_R_HRS]},
                                   {.number = y[SYN_U_SET]},
                                   {.number = y[SYN_R_LRS]},
                                   {.number = y[SYN_U_RESET]}};
    records_put(r, values);
}

static int print_cells(const sample_options *o, const cell_range *c)
{
    records r;
    part_range mine;
    const int status = part_of(o->part, (size_t)c->count, 1, 1, "cells", &mine);
    if (status)
        return status;
    if (records_open(&r, o->output, fields, mine.count * o->cycles))
        return CLI_FAILED;
    for (uint64_t k = mine.first; k < mine.first + mine.count && !records_failed(&r); k++) {
        syn_cell cell;
        cells_get(c, k, &cell);
        put_row(&r, &cell);
        while (cell.state.n + 1 < o->cycles && !records_failed(&r)) {
            syn_cell_next_cycle(c->model, &cell);
            put_row(&r, &cell);
        }
    }
    return records_close(&r);
}

static int run(const void *values)
{
    const sample_options *o = values;
    cell_range c;
    int status = cells_open(&o->model, &o->cells, SYN_HRS, 0, &c);
    if (!status)
        status = print_cells(o, &c);
    cells_close(&c);
    return status;
}

static const cli_term columns[] = {
    {"cell", "number of the cell"},
    {"cycle", "number of the cycle, from 0"},
    {"component", "component of the device-to-device mixture that the cell comes from, from 0"},
    {"log10_r_hrs", "logarithm of the resistance in HRS, of ohm"},
    {"u_set", "SET voltage in V, negative"},
    {"r_lrs", "resistance in LRS in ohm"},
    {"u_reset", "voltage in V at which the RESET begins, positive"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen sample --cells 1000 --cycles 100 --start stationary -o features.csv",
     "Draw a hundred cycles of a thousand cells:"},
    {"synaptogen sample --cells 100000 --cycles 100 -o features.npy",
     "The same for NumPy, in an eighth of the time:"},
    {"synaptogen sample --name a.x1.acell --seed 7",
     "Show the device that instance a.x1.acell of a netlist with seed 7 is:"},
    {0},
};

const cli_command command_sample = {
    .name = "sample",
    .usage = "--cells M --cycles N",
    .summary = "draw the features of every cycle of cells",
    .text = "Draws the features of every cycle of M cells. A cell is the same device in all commands and in ngspice: "
            "its seed and its number decide.",
    .output =
        {"CSV with the header cell,cycle,component,log10_r_hrs,u_set,r_lrs,u_reset and one row for each cell and "
         "cycle. Resistances are those at the read voltage u0 of the parameter set. If the file's name ends in .npy, "
         "a "
         "structured array of NumPy with these fields.",
         columns},
    .examples = examples,
    .see_also = "join,iv,pulse,info",
    .options = options,
    .size = sizeof(sample_options),
    .run = run,
};
