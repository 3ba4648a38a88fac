/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

static const cli_command commands[] = {
    {"info", CLI_INFO, cmd_info, "", "Describes the parameter set in words.", 0},
    {"sample", CLI_SAMPLE, cmd_sample, " --cells M --cycles N",
     "Draws the features of every cycle of M cells, one row per cell and cycle:\n"
     "  cell,cycle,component,log10_r_hrs,u_set,r_lrs,u_reset\n"
     "component: of the device-to-device mixture, from 0; log10_r_hrs: of ohm; u_set, u_reset: V; r_lrs: ohm.",
     0},
    {"pulse", CLI_PULSE, cmd_pulse, " --cells M --voltages FILE",
     "Applies the same voltage pulses to M cells, one row per cell and pulse, after the pulse:\n"
     "  cell,pulse,u,mode,n,r,ur,i\n"
     "u: V; mode: HRS, LRS or IRS; n: cycles begun; r: state, 0 = LLRS .. 1 = HHRS; ur: V, beyond which the cell\n"
     "RESETs (empty in HRS); i: A at u, without noise.",
     0},
    {"iv", CLI_IV, cmd_iv, " --cells M --cycles N",
     "Sweeps M cells through N quasi-static loops 0, u-min, 0, u-max, 0 each, one row per voltage step:\n"
     "  cell,cycle,u,i\n"
     "cycle: number of the loop from 0; u: V; i: A, without noise.",
     0},
    {"program", CLI_PROGRAM, cmd_program, " --targets FILE -o STATE",
     "Brings an array of cells to target conductances by write-verify, saves its state and reports:\n"
     "  cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max\n"
     "reached: cells within the tolerance; errors: |g / target - 1| of these.",
     0},
    {"read", CLI_READ, cmd_read, " STATE", "Reads all cells of a state file: a matrix of currents in A.", 1},
    {"vmm", CLI_VMM, cmd_vmm, " STATE --voltages FILE",
     "Matrix-vector products of the array in a state file: a row of currents in A, one for each row of the array, "
     "for\n"
     "each row of voltages.",
     1},
    {"extract", CLI_EXTRACT, cmd_extract, " SWEEPS.csv",
     "Finds the features of every cycle in measured current-voltage sweeps, and tells what is missing and why.\n"
     "SWEEPS.csv (or .csv.gz, or - for standard input): a header and the columns cell,cycle,u,i with one loop over "
     "both\n"
     "signs for each cycle; u: V, negative SETs; i: A. The rows of a cell stand together, its cycles in rising "
     "order.\n"
     "One row per cycle, empty where there is no figure, with a word on each figure's quality:\n"
     "  cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset,q_log10_r_hrs,q_u_set,q_r_lrs,q_u_reset\n"
     "log10_r_hrs: of ohm, before the SET; u_set, u_reset: V; r_lrs: ohm; resistances at u0.",
     1},
    {"fit", CLI_FIT, cmd_fit, " FEATURES.csv -o PARAMS.json",
     "Fits a parameter set to measured features: the columns cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset of "
     "`extract`\n"
     "or `sample`, empty where a figure is missing. With --sweeps the current-voltage law is fitted as well.",
     1},
    {"validate", CLI_VALIDATE, cmd_validate, " PARAMS.json FEATURES.csv",
     "Compares what a parameter set generates with measured features: distributions, correlations within a cycle "
     "and\n"
     "over cycles, spread of the devices. Exit status 0 if every figure agrees: if the difference is within its\n"
     "tolerance (Kolmogorov-Smirnov distances and correlations 0.05, location of the devices a tenth of the whole\n"
     "spread, spread between them and over cycles a tenth, spread of the latter a fifth) or explained by chance\n"
     "(5 standard errors); else 1.",
     2},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

int cli_fail(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("synaptogen: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return status;
}

int cli_fail_library(const char *prefix, const syn_error *err)
{
    char text[1024];
    return cli_fail(CLI_FAILED, "%s%s", prefix, syn_error_format(err, text, sizeof text));
}

static int print_help(const cli_command *command)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    if (command) {
        fprintf(out.stream, "Usage: synaptogen %s%s [OPTION]...\n%s\n\n", command->name, command->usage,
                command->description);
        options_help(command, out.stream);
    } else {
        fputs(
            "Usage: synaptogen SUBCOMMAND [OPTION]...\nStochastic ReRAM cells: draws, pulses, current-voltage loops "
            "and arrays, as CSV on standard output;\nparameter sets from measurements.\n\n",
            out.stream);
        for (int k = 0; k < N_COMMANDS; k++)
            fprintf(out.stream, "  synaptogen %s%s\n", commands[k].name, commands[k].usage);
        fputs("\n`synaptogen SUBCOMMAND --help` describes columns and options, `synaptogen --version` prints the "
              "version.\n",
              out.stream);
    }
    return output_close(&out, 1);
}

static int print_version(void)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    fputs("synaptogen " PACKAGE_VERSION "\n", out.stream);
    return output_close(&out, 1);
}

static int check_cells(cli *c)
{
    if (c->name && c->cells != 1)
        return cli_fail(CLI_USAGE, "--cells: expected 1 together with --name, found %" PRIu64, c->cells);
    if (c->name && c->first != 0)
        return cli_fail(CLI_USAGE, "--first: expected 0 together with --name, found %" PRIu64, c->first);
    if (c->cells > 0 && c->first > UINT64_MAX - (c->cells - 1))
        return cli_fail(CLI_USAGE,
                        "--first: expected at most 2^64 - %" PRIu64 " with that many --cells, found %" PRIu64,
                        c->cells, c->first);
    if (c->name)
        c->first = syn_cell_of_name(c->name);
    return CLI_OK;
}

static int load_model(cli *c)
{
    syn_params params;
    syn_error err;
    char text[1024];
    syn_array_info info;
    if (c->state) {
        if (syn_array_peek(c->state, &info, &err))
            return cli_fail(CLI_FAILED, "%s", syn_error_format(&err, text, sizeof text));
        c->order = (uint64_t)info.order;
    }
    if (c->params ? syn_params_load(c->params, &params, &err) : syn_params_default(&params, &err))
        return cli_fail(CLI_FAILED, "%s", syn_error_format(&err, text, sizeof text));
    const syn_status s = syn_model_create(&params, (int)c->order, &c->model, &err);
    if (s == SYN_EINVAL)
        return cli_fail(CLI_USAGE, "--%s: %s", err.field, err.text);
    if (s)
        return cli_fail(CLI_FAILED, "%s", syn_error_format(&err, text, sizeof text));
    return CLI_OK;
}

static int check_start(cli *c)
{
    syn_cell cell;
    syn_error err;
    c->start = (syn_start){(syn_history)c->history, (syn_mode)c->mode, c->r_init};
    if (syn_cell_init(c->model, c->seed, c->first, &c->start, &cell, &err))
        return cli_fail(CLI_USAGE, "--r-init: %s", err.text);
    return CLI_OK;
}

void cli_cell(const cli *c, uint64_t index, syn_cell *out)
{
    (void)syn_cell_init(c->model, c->seed, c->first + index, &c->start, out,
                        NULL); /* only the start can be refused */
}

static int run(const cli_command *command, int argc, char **argv)
{
    cli c = {0};
    int status = options_parse(command, argc, argv, &c);
    if (c.help)
        return print_help(command);
    if (!status)
        status = check_cells(&c);
    if (command->bit & (CLI_READ | CLI_VMM))
        c.state = c.files[0];
    if (command->bit == CLI_VALIDATE)
        c.params = c.files[0];
    if (!status)
        status = load_model(&c);
    if (!status)
        status = check_start(&c);
    if (!status)
        status = command->run(&c);
    syn_model_free(c.model);
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves shows up as a write error */
    if (argc < 2)
        return cli_fail(CLI_USAGE, "expected a subcommand (see \"synaptogen --help\")");
    for (int k = 0; k < N_COMMANDS; k++)
        if (strcmp(argv[1], commands[k].name) == 0)
            return run(&commands[k], argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(NULL);
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    return cli_fail(CLI_USAGE, "expected a subcommand, found \"%s\" (see \"synaptogen --help\")", argv[1]);
}
