/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/records.h"
#include "cli/shared.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct pulse_options {
    model_options model;
    cells_options cells;
    const char *voltages, *output;
    int mode;      /* syn_mode */
    double r_init; /* ohm, 0 if absent */
} pulse_options;

static const cli_option options[] = {
    {"voltages", "FILE", TEXT(pulse_options, voltages),
     .help = "one voltage in V per line; # starts a comment; - is standard input"},
    OPTION_INIT(pulse_options, mode),
    {"r-init", "OHM", NUMBER(pulse_options, r_init, 1, 1e12),
     .help = "resistance before the first pulse, at the read voltage u0; overrides --init"},
    {GROUP(options_cells, pulse_options, cells)},
    {GROUP(options_model, pulse_options, model)},
    OPTION_OUTPUT(pulse_options, output),
    {0},
};

typedef struct voltages {
    double *u; /* V */
    size_t n, room;
} voltages;

/* Appends the voltage of a line. */
static int read_line(void *context, const synp_text_lines *l)
{
    voltages *v = context;
    char *line = l->line, *end;
    line[strcspn(line, "#")] = '\0';
    for (size_t length = strlen(line); length > 0 && isspace((unsigned char)line[length - 1]);)
        line[--length] = '\0';
    line += strspn(line, " \t");
    if (*line == '\0')
        return CLI_OK;
    const double u = strtod(line, &end);
    if (end == line || *end != '\0' || !isfinite(u))
        return cli_fail(CLI_FAILED, "%s:%zu: expected one finite voltage in V, found \"%.60s\"", l->name, l->number,
                        line);
    if (v->n == v->room && !synp_grow(&v->u, sizeof *v->u, &v->room))
        return cli_fail(CLI_FAILED, "%s: out of memory after %zu voltages", l->name, v->n);
    v->u[v->n++] = u;
    return CLI_OK;
}

static int read_voltages(voltages *v, const char *path)
{
    input in;
    if (input_open(&in, path))
        return CLI_FAILED;
    int status = input_lines(&in, read_line, v);
    if (!status && v->n == 0)
        status = cli_fail(CLI_FAILED, "%s: expected at least one voltage, found none", in.name);
    input_close(&in);
    return status;
}

static const record_field fields[] = {
    {"cell", RECORD_WHOLE}, {"pulse", RECORD_WHOLE}, {"u", RECORD_NUMBER},
    {"mode", RECORD_WORD},  {"n", RECORD_WHOLE},     {"r", RECORD_NUMBER},
    {"ur", RECORD_NUMBER},  {"i", RECORD_NUMBER},    {0},
};

static void put_row(records *r, const syn_model *m, const syn_cell *cell, size_t pulse, double u)
{
    const syn_state *s = &cell->state;
    const record_value values[] = {{.whole = cell->id},
                                   {.whole = pulse},
                                   {.number = u},
                                   {.word = syn_mode_name(s->mode)},
                                   {.whole = s->n},
                                   {.number = s->r},
                                   {.number = s->mode == SYN_HRS ? NAN : s->u_thr},
                                   {.number = syn_current(m, s->r, u, NULL)}};
    records_put(r, values);
}

static int print_pulses(const pulse_options *o, const cell_range *c, const voltages *v)
{
    records r;
    if (records_open(&r, o->output, fields, c->count * v->n))
        return CLI_FAILED;
    for (uint64_t k = 0; k < c->count && !records_failed(&r); k++) {
        syn_cell cell;
        cells_get(c, k, &cell);
        for (size_t pulse = 0; pulse < v->n && !records_failed(&r); pulse++) {
            syn_cell_step(c->model, &cell, v->u[pulse], &cell);
            put_row(&r, c->model, &cell, pulse, v->u[pulse]);
        }
    }
    return records_close(&r);
}

static int run(const void *values)
{
    const pulse_options *o = values;
    voltages v = {0};
    cell_range c;
    int status = cells_open(&o->model, &o->cells, (syn_mode)o->mode, o->r_init, &c);
    if (!status && !o->voltages)
        status = cli_fail(CLI_USAGE, "--voltages: expected a file name, found none");
    if (!status)
        status = read_voltages(&v, o->voltages);
    if (!status)
        status = print_pulses(o, &c, &v);
    free(v.u);
    cells_close(&c);
    return status;
}

static const cli_term columns[] = {
    {"cell", "number of the cell"},
    {"pulse", "number of the pulse, from 0"},
    {"u", "voltage of the pulse in V; negative SETs, positive RESETs"},
    {"mode", "HRS, LRS or IRS, an intermediate state after a partial RESET"},
    {"n", "number of cycles that have begun"},
    {"r", "state: 0 is the low-resistance curve (LLRS), 1 the high-resistance curve (HHRS)"},
    {"ur", "voltage in V beyond which the cell RESETs further; empty in HRS"},
    {"i", "current in A at u, without noise"},
    {0},
};

static const cli_term examples[] = {
    {"printf '%s\\n' -1.5 0.9 1.0 1.1 | synaptogen pulse --cells 3 --voltages -",
     "SET three cells, then RESET them step by step:"},
    {0},
};

const cli_command command_pulse = {
    .name = "pulse",
    .usage = "--cells M --voltages FILE",
    .summary = "apply voltage pulses to cells",
    .text = "Applies the same voltage pulses to M cells, one after the other.",
    .output =
        {"CSV with the header cell,pulse,u,mode,n,r,ur,i and one row for each cell and pulse. It shows the cell "
         "after the pulse. If the file's name ends in .npy, a structured array of NumPy with these fields; ur is nan "
         "in HRS.",
         columns},
    .examples = examples,
    .see_also = "iv,sample",
    .options = options,
    .size = sizeof(pulse_options),
    .run = run,
};
