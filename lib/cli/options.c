/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_kind { TEXT, INTEGER, AUTO, NUMBER, CHOICE, SWITCH } option_kind; /* AUTO: integer, or auto = 0 */

typedef struct option_spec {
    char letter;              /* short form, 0 = none */
    const char *name, *value; /* value: placeholder, or the words of a CHOICE separated by | */
    unsigned commands;
    option_kind kind;
    size_t offset;        /* in cli, of a const char *, uint64_t, double, uint64_t (number of the word), int */
    uint64_t least, most; /* of an INTEGER */
    double low, high;     /* of a NUMBER */
    const char *fallback; /* as typed, NULL = zero */
    const char *help;
} option_spec;

#define AS_TEXT(field)              .kind = TEXT, .offset = offsetof(cli, field)
#define AS_CHOICE(field)            .kind = CHOICE, .offset = offsetof(cli, field)
#define AS_INTEGER(field, from, to) .kind = INTEGER, .offset = offsetof(cli, field), .least = from, .most = to
#define AS_AUTO(field, from, to)    .kind = AUTO, .offset = offsetof(cli, field), .least = from, .most = to
#define AS_NUMBER(field, from, to)  .kind = NUMBER, .offset = offsetof(cli, field), .low = from, .high = to

#define MANY UINT64_C(1000000000000)
enum { CLI_CELLS = CLI_SAMPLE | CLI_PULSE | CLI_IV, CLI_READS = CLI_PROGRAM | CLI_READ | CLI_VMM | CLI_WRITE };
enum { CLI_MAKES = CLI_ALL & ~CLI_READ & ~CLI_VMM & ~CLI_XREAD & ~CLI_EXTRACT & ~CLI_FIT };
enum { CLI_CROSSBARS = CLI_NETLIST | CLI_WRITE | CLI_XREAD };
enum { MOST_LINES = 65536 };

static const option_spec options[] = {
    {0, "cells", "M", CLI_CELLS, AS_INTEGER(cells, 1, MANY), .fallback = "1", .help = "number of cells"},
    {0, "rows", "M", CLI_NETLIST | CLI_WRITE, AS_INTEGER(rows, 1, MOST_LINES),
     .help = "word lines; as many as the pattern or the state file has if absent"},
    {0, "cols", "N", CLI_NETLIST | CLI_WRITE, AS_INTEGER(cols, 1, MOST_LINES), .help = "bit lines, likewise"},
    {0, "mode", "write|read|write-verify", CLI_NETLIST, AS_CHOICE(job), .fallback = "write",
     .help = "write: one SET and one RESET pulse for each row; write-verify: again for cells that are wrong"},
    {0, "cells", "discrete|tile|array|1t1r", CLI_NETLIST, AS_CHOICE(kind), .fallback = "discrete",
     .help = "a device for each cell, blocks of cells, the driven array as one device, or cells with transistors"},
    {0, "scheme", "half|third|full", CLI_NETLIST | CLI_WRITE, AS_CHOICE(scheme),
     .help = "cells not selected see 1/2 or 1/3 of the voltage; full: they are off, by the transistors of 1t1r"},
    {0, "drive", "ramp|step", CLI_NETLIST, AS_CHOICE(drive), .fallback = "ramp",
     .help = "voltage sources with ramps between the pulses; or steps that cost ngspice fewest time points"},
    {0, "pattern", "FILE", CLI_NETLIST | CLI_WRITE, AS_TEXT(pattern),
     .help =
         "bits, 1 or # for LRS, 0 or . for HRS, a line for each row; or zeros, ones, checkerboard, random; default "
         "checkerboard"},
    {0, "r-wl", "OHM", CLI_CROSSBARS, AS_NUMBER(r_wl, 0, 1e6), .fallback = "0", .help = "of a word line, per cell"},
    {0, "r-bl", "OHM", CLI_CROSSBARS, AS_NUMBER(r_bl, 0, 1e6), .fallback = "0", .help = "of a bit line, per cell"},
    {0, "driver", "OHM", CLI_CROSSBARS, AS_NUMBER(driver, 0, 1e9), .fallback = "0",
     .help = "between each line and its source"},
    {0, "sense", "OHM", CLI_NETLIST | CLI_XREAD, AS_NUMBER(sense, 0, 1e9), .fallback = "0",
     .help = "the same for the bit lines of --mode read"},
    {0, "pulse", "S", CLI_NETLIST, AS_NUMBER(pulse, 1e-12, 1e3), .fallback = "1e-6",
     .help = "time from the peak of one pulse to that of the next"},
    {0, "v-set", "V", CLI_NETLIST | CLI_WRITE, AS_NUMBER(v_set, -10, -0.01),
     .help = "across a cell to SET; from the cells' statistics if absent"},
    {0, "v-reset", "V", CLI_NETLIST | CLI_WRITE, AS_NUMBER(v_reset, 0.01, 10),
     .help = "across a cell to RESET, likewise"},
    {0, "v-read", "V", CLI_CROSSBARS, AS_NUMBER(v_read, -10, 10), .fallback = "0.2",
     .help = "on the word lines of a read (1t1r: on the bit lines)"},
    {0, "v-gate", "V", CLI_NETLIST, AS_NUMBER(v_gate, 0, 10), .fallback = "2.5",
     .help = "on the gates of the row that is selected"},
    {0, "tile", "T", CLI_NETLIST, AS_INTEGER(tile, 1, 120), .fallback = "60", .help = "rows and columns of a tile"},
    {0, "picture", NULL, CLI_NETLIST, .kind = SWITCH, .offset = offsetof(cli, picture),
     .help = "the netlist also draws bits and currents into a .png (needs gnuplot)"},
    {0, "library", "FILE", CLI_NETLIST, AS_TEXT(library),
     .help = "synaptogen.lib as the netlist shall include it; the one that belongs to this command if absent"},
    {0, "state", "FILE", CLI_NETLIST, AS_TEXT(state), .help = "array to start from (tile, array)"},
    {0, "state-out", "FILE", CLI_NETLIST, AS_TEXT(state_out),
     .help = "to be written by ngspice at the end (tile, array)"},
    {0, "targets", "FILE", CLI_PROGRAM | CLI_WRITE, AS_TEXT(targets),
     .help = "matrix of conductances at u0 in S, .csv or .npy, a row for each row of the array"},
    {0, "state", "FILE", CLI_PROGRAM | CLI_WRITE, AS_TEXT(state), .help = "array to go on with; a new one if absent"},
    {0, "tolerance", "X", CLI_PROGRAM | CLI_WRITE, AS_NUMBER(tolerance, 1e-9, 1e9), .fallback = "0.02",
     .help = "of the verifying read, relative"},
    {0, "attempts", "N", CLI_PROGRAM | CLI_WRITE, AS_INTEGER(attempts, 1, 1000000), .fallback = "20",
     .help = "SET pulses for each cell at most"},
    {0, "attempts", "N", CLI_NETLIST, AS_INTEGER(attempts, 1, 1000), .fallback = "8",
     .help = "rounds of --mode write-verify at most"},
    {0, "report", "FILE", CLI_PROGRAM, AS_TEXT(report),
     .help = "target, conductance and pulses of each cell, as CSV"},
    {0, "u", "V", CLI_READ, AS_NUMBER(u, -10, 10), .fallback = "0.2", .help = "read voltage"},
    {0, "conductance", NULL, CLI_READ, .kind = SWITCH, .offset = offsetof(cli, conductance),
     .help = "I/U in S instead of the current in A"},
    {0, "bandwidth", "HZ", CLI_READS, AS_NUMBER(bandwidth, 0, 1e15), .fallback = "0", .help = "of the read noise"},
    {0, "index", "N", CLI_READS, AS_INTEGER(index, 0, MANY), .fallback = "0",
     .help = "number of the (first) read: the same number draws the same noise"},
    {0, "first", "K", CLI_CELLS | CLI_PROGRAM | CLI_WRITE, AS_INTEGER(first, 0, UINT64_MAX), .fallback = "0",
     .help = "number of the first cell"},
    {0, "name", "INSTANCE", CLI_CELLS, AS_TEXT(name),
     .help = "the one cell behind this full instance name in a netlist, such as a.x1.acell"},
    {0, "cycles", "N", CLI_SAMPLE | CLI_IV, AS_INTEGER(cycles, 1, MANY), .fallback = "1", .help = "number of cycles"},
    {0, "start", "cold|stationary", CLI_CELLS | CLI_PROGRAM | CLI_NETLIST | CLI_WRITE, AS_CHOICE(history),
     .fallback = "cold", .help = "history before cycle 0: none, or drawn so that cycle 0 is as any other"},
    {0, "voltages", "FILE", CLI_PULSE, AS_TEXT(voltages),
     .help = "one voltage in V per line, # starts a comment; - is standard input"},
    {0, "voltages", "FILE", CLI_XREAD, AS_TEXT(voltages),
     .help = "a read for each row: a voltage in V for each word line, .csv or .npy; all at --v-read if absent"},
    {0, "each-row", NULL, CLI_XREAD, .kind = SWITCH, .offset = offsetof(cli, each_row),
     .help = "one word line after another, the others at 0: a row of currents for each"},
    {0, "sneak", NULL, CLI_XREAD, .kind = SWITCH, .offset = offsetof(cli, sneak),
     .help = "one cell after another with all lines but its own open: a matrix of currents"},
    {0, "both-ends", NULL, CLI_WRITE | CLI_XREAD, .kind = SWITCH, .offset = offsetof(cli, both_ends),
     .help = "drivers at both ends of each line, not only left and bottom"},
    {0, "by-cell", NULL, CLI_WRITE, .kind = SWITCH, .offset = offsetof(cli, by_cell),
     .help = "one cell at a time instead of all ones, then all zeros of a row"},
    {0, "steps", "N", CLI_WRITE, AS_INTEGER(steps, 1, 10000), .fallback = "1",
     .help = "in which each voltage is approached; more let cells switch in the order of their thresholds"},
    {0, "nodes", NULL, CLI_SOLVE, .kind = SWITCH, .offset = offsetof(cli, nodes),
     .help = "also the voltages of all nodes"},
    {0, "ports", NULL, CLI_SOLVE, .kind = SWITCH, .offset = offsetof(cli, ports),
     .help = "also the conductance matrix of the terminals, dI/dV in S"},
    {0, "plot", "FILE", CLI_WRITE | CLI_XREAD, AS_TEXT(plot),
     .help = "picture of the resistances, cell voltages of a read, and a histogram, .png or .svg (needs gnuplot)"},
    {0, "voltages", "FILE", CLI_VMM, AS_TEXT(voltages),
     .help = "a product for each row: a voltage in V for each column of the array, .csv or .npy"},
    {0, "voltages", "FILE", CLI_NETLIST, AS_TEXT(voltages),
     .help = "of --mode read: a voltage in V for each row, .csv or .npy (1t1r: of its gate); default all the same"},
    {0, "init", "hrs|lrs", CLI_PULSE | CLI_NETLIST | CLI_WRITE, AS_CHOICE(mode), .fallback = "hrs",
     .help = "state before the first pulse"},
    {0, "r-init", "OHM", CLI_PULSE, AS_NUMBER(r_init, 1, 1e12),
     .help = "resistance before the first pulse, at the read voltage u0; overrides --init"},
    {0, "u-min", "V", CLI_IV, AS_NUMBER(u_min, -10, -0.001), .fallback = "-1.5", .help = "end of the SET ramp"},
    {0, "u-max", "V", CLI_IV, AS_NUMBER(u_max, 0.001, 10), .fallback = "1.5", .help = "end of the RESET ramp"},
    {0, "points", "P", CLI_IV, AS_INTEGER(points, 4, 1000000), .fallback = "200",
     .help = "voltage steps per loop, even"},
    {0, "plot", "FILE", CLI_IV, AS_TEXT(plot), .help = "picture of the loops, .png or .svg (needs gnuplot)"},
    {0, "sweeps", "FILE", CLI_FIT, AS_TEXT(sweeps), .help = "the sweeps that the features come from, as for extract"},
    {0, "order", "P|auto", CLI_FIT, AS_AUTO(fit_order, 1, SYN_MAX_ORDER), .fallback = "auto",
     .help = "order of the cycle-to-cycle autoregression; auto: least BIC"},
    {0, "components", "K|auto", CLI_FIT, AS_AUTO(components, 1, SYN_MAX_COMPONENTS), .fallback = "auto",
     .help = "of the device-to-device mixture; auto: least BIC up to 6"},
    {0, "degree", "N|auto", CLI_FIT, AS_AUTO(degree, 1, SYN_MAX_DEGREE), .fallback = "auto",
     .help = "of the features' polynomials in the normal latent; auto: 4, or less where 4 is not monotone"},
    {0, "starts", "N", CLI_FIT, AS_INTEGER(starts, 1, 10000), .fallback = "20",
     .help = "of the mixture's estimation"},
    {0, "skip", "N", CLI_FIT | CLI_VALIDATE, AS_INTEGER(skip, 0, MANY), .fallback = "0",
     .help = "leave out cycles with a smaller number, such as those after forming"},
    {0, "u0", "V", CLI_EXTRACT | CLI_FIT, AS_NUMBER(u0, 0.001, 5), .fallback = "0.2",
     .help = "voltage at which resistances are read (from sweeps)"},
    {0, "compliance", "A", CLI_FIT, AS_NUMBER(compliance, 1e-12, 10),
     .help = "current limit of the sweeps' negative side; points there do not count for the curves"},
    {0, "name", "NAME", CLI_FIT, AS_TEXT(set_name), .help = "of the set; that of the file if absent"},
    {0, "report", "DIR", CLI_VALIDATE, AS_TEXT(report), .help = "folder for report.md and pictures (needs gnuplot)"},
    {0, "seed", "S", CLI_MAKES | CLI_FIT, AS_INTEGER(seed, 0, UINT64_MAX), .fallback = "0",
     .help = "seed of all draws"},
    {0, "params", "FILE", CLI_ALL & ~CLI_EXTRACT & ~CLI_FIT & ~CLI_VALIDATE, AS_TEXT(params),
     .help = "parameter set; the built-in one if absent"},
    {0, "params", "FILE", CLI_FIT, AS_TEXT(params),
     .help = "set whose current-voltage law to take without --sweeps; the built-in one if absent"},
    {0, "order", "P", CLI_MAKES, AS_INTEGER(order, 1, SYN_MAX_ORDER),
     .help = "order of the cycle-to-cycle autoregression; the largest in the set if absent"},
    {'o', "output", "FILE", CLI_ALL, AS_TEXT(output),
     .help = "file for the result, put in place when complete; standard output if absent"},
    {'h', "help", NULL, CLI_ALL, .help = "this text"},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* Kind and range of an option's value, or nothing for a TEXT. */
static const char *describe(const option_spec *o, char *text, size_t size)
{
    text[0] = '\0';
    if (o->kind == AUTO)
        snprintf(text, size, "\"auto\" or an integer in [%" PRIu64 ", %" PRIu64 "]", o->least, o->most);
    else if (o->kind == INTEGER)
        snprintf(text, size, "integer in [%" PRIu64 ", %" PRIu64 "]", o->least, o->most);
    else if (o->kind == NUMBER)
        snprintf(text, size, "number in [%g, %g]", o->low, o->high);
    else if (o->kind == CHOICE)
        snprintf(text, size, "word out of %s", o->value);
    return text;
}

static int parse_integer(const option_spec *o, const char *text, uint64_t *out)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return 0;
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return errno == 0 && *out >= o->least && *out <= o->most;
}

static int parse_number(const option_spec *o, const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= o->low && *out <= o->high;
}

static int parse_choice(const option_spec *o, const char *text, uint64_t *out)
{
    const size_t length = strlen(text);
    *out = 0;
    for (const char *word = o->value; word; word = strchr(word, '|')) {
        word += *word == '|';
        if (strcspn(word, "|") == length && strncmp(word, text, length) == 0)
            return 1;
        ++*out;
    }
    return 0;
}

static int set_option(const option_spec *o, const char *text, cli *c)
{
    void *field = (char *)c + o->offset;
    int good = 1;
    switch (o->kind) {
        case TEXT:
            *(const char **)field = text;
            break;
        case INTEGER:
            good = parse_integer(o, text, field);
            break;
        case AUTO:
            *(uint64_t *)field = 0;
            good = strcmp(text, "auto") == 0 || parse_integer(o, text, field);
            break;
        case NUMBER:
            good = parse_number(o, text, field);
            break;
        case CHOICE:
            good = parse_choice(o, text, field);
            break;
        case SWITCH:
            *(int *)field = 1;
            break;
    }
    char range[96];
    return good ? CLI_OK
                : cli_fail(CLI_USAGE, "--%s: expected %s%s, found \"%s\"", o->name,
                           o->kind == AUTO      ? ""
                           : o->kind == INTEGER ? "an "
                                                : "a ",
                           describe(o, range, sizeof range), text);
}

/* What getopt_long wants: val is the number of the option in the table, behind all characters. */
enum { LONG_OPTION = 256 };
static void prepare_getopt(const cli_command *command, struct option longs[N_OPTIONS + 1], char *letters)
{
    int n = 0;
    *letters++ = ':';
    for (int k = 0; k < N_OPTIONS; k++) {
        const option_spec *o = &options[k];
        if (!(o->commands & command->bit))
            continue;
        longs[n++] = (struct option){o->name, o->value ? required_argument : no_argument, NULL, LONG_OPTION + k};
        if (o->letter)
            *letters++ = o->letter;
        if (o->letter && o->value)
            *letters++ = ':';
    }
    longs[n] = (struct option){0};
    *letters = '\0';
}

static int number_of_letter(int letter)
{
    for (int k = 0; k < N_OPTIONS; k++)
        if (options[k].letter == letter)
            return k;
    return -1;
}

static int set_fallbacks(const cli_command *command, cli *c)
{
    int status = CLI_OK;
    for (int k = 0; !status && k < N_OPTIONS; k++)
        if (options[k].fallback && options[k].commands & command->bit)
            status = set_option(&options[k], options[k].fallback, c);
    return status;
}

static int refuse(const cli_command *command, const char *argument)
{
    return cli_fail(CLI_USAGE, "expected an option out of \"synaptogen %s --help\", found \"%s\"", command->name,
                    argument);
}

int options_parse(const cli_command *command, int argc, char **argv, cli *c)
{
    struct option longs[N_OPTIONS + 1];
    char letters[2 * N_OPTIONS + 2];
    prepare_getopt(command, longs, letters);
    int status = set_fallbacks(command, c);
    opterr = 0;
    for (int code; !status && !c->help && (code = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        const int k = code >= LONG_OPTION ? code - LONG_OPTION : number_of_letter(code);
        if (code == ':')
            status = cli_fail(CLI_USAGE, "%s: expected a value after it, found none", argv[optind - 1]);
        else if (k < 0 && optopt > 0 && optopt < LONG_OPTION)
            status = refuse(command, (const char[]){'-', (char)optopt, '\0'});
        else if (k < 0)
            status = refuse(command, argv[optind - 1]);
        else if (options[k].letter == 'h')
            c->help = 1;
        else
            status = set_option(&options[k], optarg, c);
    }
    const int files = command->takes_file == 3 ? 2 : command->takes_file != 0;
    if (!status && !c->help && argc - optind < files)
        status = files == 2 ? cli_fail(CLI_USAGE, "expected two file names, found %d", argc - optind)
                            : cli_fail(CLI_USAGE, "expected a %s, found none",
                                       command->takes_file == 1 ? "state file" : "file name or -");
    if (!status && !c->help && files == 2)
        c->params = argv[optind++];
    if (!status && !c->help && files > 0)
        *(command->takes_file == 1 ? &c->state : &c->file) = argv[optind++];
    if (!status && !c->help && optind < argc)
        status = refuse(command, argv[optind]);
    return status;
}

void options_help(const cli_command *command, FILE *f)
{
    for (int k = 0; k < N_OPTIONS; k++) {
        const option_spec *o = &options[k];
        if (!(o->commands & command->bit))
            continue;
        char letter[] = "    ", left[64], range[96] = "";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "--%s %s", o->name, o->value ? o->value : "");
        if (o->kind == INTEGER || o->kind == NUMBER || o->kind == AUTO)
            describe(o, range, sizeof range);
        fprintf(f, "  %s%-25s %s%s%s%s%s\n", letter, left, o->help, range[0] ? "; " : "", range,
                o->fallback ? "; default " : "", o->fallback ? o->fallback : "");
    }
}
