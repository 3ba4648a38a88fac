/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

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
    {"netlist crossbar", CLI_NETLIST, cmd_netlist, " --rows M --cols N",
     "Writes a netlist for ngspice: a crossbar of M word lines and N bit lines that writes a pattern and reads it "
     "back,\n"
     "or reads all columns. The netlist's heading says what it does and what it prints; run it with `ngspice -b`.",
     0},
    {"crossbar solve", CLI_SOLVE, cmd_crossbar_solve, " CASE.json",
     "Currents of a crossbar with wires. The case, - for standard input, is a JSON object:\n"
     "  rows M, cols N\n"
     "  r_wl, r_bl            ohm per segment of the word and bit lines, a number or one for each line; 0 if absent\n"
     "  left, right [M], top, bottom [N]   {\"r\": ohm, \"v\": V} of the sources at these ends, numbers or arrays; "
     "an end\n"
     "                        that is absent or whose r is null is open; one more segment leads to the first cell\n"
     "  cells                 {\"r\": rows of states} nonlinear, {\"g\": rows of S} linear, or {\"state\": "
     "\"FILE\"}\n"
     "  gmin                  S across each cell; access {\"r\": ohm, \"u\": [V], \"i\": [A]} in series with each "
     "cell;\n"
     "  half_leads            true: half a segment leads to the first cell\n"
     "The result, JSON too: currents i in A into the array for each side, null at open ends; power in W, residual in "
     "A (a\n"
     "bound of the error of each current), iterations.",
     2},
    {"crossbar write", CLI_WRITE, cmd_crossbar_write, " --pattern FILE -o STATE",
     "Writes bits, or conductances by write-verify, into an array with wires, row by row, saves its state and "
     "reports:\n"
     "  rows,cols,pulses,switched,disturbs,disturbed,wrong,newton,iterations,residual\n"
     "or, with --targets, cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max,disturbs.\n"
     "switched: changes of selected cells; disturbs: of others, in so many cells; wrong: bits; residual: A.",
     0},
    {"crossbar read", CLI_XREAD, cmd_crossbar_read, " STATE",
     "Reads the array of a state file through its wires: a row of currents in A, one for each bit line.", 1},
    {"extract", CLI_EXTRACT, cmd_extract, " SWEEPS.csv",
     "Finds the features of every cycle in measured current-voltage sweeps, and tells what is missing and why.\n"
     "SWEEPS.csv (or .csv.gz, or - for standard input): a header and the columns cell,cycle,u,i with one loop over "
     "both\n"
     "signs for each cycle; u: V, negative SETs; i: A. The rows of a cell stand together, its cycles in rising "
     "order.\n"
     "One row per cycle, empty where there is no figure, with a word on each figure's quality:\n"
     "  cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset,q_log10_r_hrs,q_u_set,q_r_lrs,q_u_reset\n"
     "log10_r_hrs: of ohm, before the SET; u_set, u_reset: V; r_lrs: ohm; resistances at u0.",
     2},
    {"fit", CLI_FIT, cmd_fit, " FEATURES.csv -o PARAMS.json",
     "Fits a parameter set to measured features: the columns cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset of "
     "`extract`\n"
     "or `sample`, empty where a figure is missing. With --sweeps the current-voltage law is fitted as well.",
     2},
    {"validate", CLI_VALIDATE, cmd_validate, " PARAMS.json FEATURES.csv",
     "Compares what a parameter set generates with measured features: distributions, correlations within a cycle "
     "and\n"
     "over cycles, spread of the devices. Exit status 0 if every figure agrees: if the difference is within its\n"
     "tolerance (Kolmogorov-Smirnov distances and correlations 0.05, location of the devices a tenth of the whole\n"
     "spread, spread between them and over cycles a tenth, spread of the latter a fifth) or explained by chance\n"
     "(5 standard errors); else 1.",
     3},
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
            "and arrays, as CSV on standard output; netlists of crossbars; parameter sets from measurements.\n\n",
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
    const syn_status s = syn_model_create(&params, &(syn_model_options){.order = (int)c->order}, &c->model, &err);
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

/* words: how many arguments name the command. */
static int run(const cli_command *command, int words, int argc, char **argv)
{
    cli c = {.scheme = CLI_ABSENT, .argc = argc - 1, .argv = argv + 1};
    int status = options_parse(command, argc - words, argv + words, &c);
    if (c.help)
        return print_help(command);
    if (!status)
        status = check_cells(&c);
    if (!status)
        status = load_model(&c);
    if (!status)
        status = check_start(&c);
    if (!status)
        status = command->run(&c);
    syn_model_free(c.model);
    return status;
}

/* How many arguments name this command: 1, 2, or 0 if they do not. */
static int words_of(const cli_command *command, int argc, char **argv)
{
    const size_t first = strcspn(command->name, " ");
    const char *second = command->name[first] ? command->name + first + 1 : NULL;
    if (strlen(argv[1]) != first || strncmp(argv[1], command->name, first) != 0)
        return 0;
    if (!second)
        return 1;
    return argc > 2 && strcmp(argv[2], second) == 0 ? 2 : 0;
}

/* A command of two words without its second one, or none at all. */
static int fail_name(int argc, char **argv)
{
    const size_t length = strlen(argv[1]);
    char known[256] = "";
    for (int k = 0; k < N_COMMANDS; k++) {
        const char *name = commands[k].name;
        if (strncmp(name, argv[1], length) == 0 && name[length] == ' ')
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s\"synaptogen %s\"", *known ? ", " : "",
                     name);
    }
    if (*known)
        return cli_fail(CLI_USAGE, "expected %s, found %s%s%s", known, argc > 2 ? "\"" : "",
                        argc > 2 ? argv[2] : "no word", argc > 2 ? "\"" : "");
    return cli_fail(CLI_USAGE, "expected a subcommand, found \"%s\" (see \"synaptogen --help\")", argv[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves shows up as a write error */
    if (argc < 2)
        return cli_fail(CLI_USAGE, "expected a subcommand (see \"synaptogen --help\")");
    for (int k = 0; k < N_COMMANDS; k++)
        if (words_of(&commands[k], argc, argv) > 0)
            return run(&commands[k], words_of(&commands[k], argc, argv), argc, argv);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(NULL);
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    return fail_name(argc, argv);
}
