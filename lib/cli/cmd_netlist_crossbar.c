/* SPDX-License-Identifier: MIT */
/* Checks the options and chooses the values that are absent; the files of netlist/ write the netlist. */
#include "cell/circuit.h"
#include "cli/commands.h"
#include "cli/matrix.h"
#include "cli/netlist/netlist.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

static const cli_option options[] = {
    {"mode", "write|read|write-verify", CHOICE(netlist_options, job), .fallback = "write",
     .help = "write: one SET and one RESET pulse for each row; read: all columns at once; write-verify: pulses until "
             "every cell reads as wanted"},
    {"cells", "discrete|tile|array|1t1r", CHOICE(netlist_options, kind), .fallback = "discrete",
     .help = "a device for each cell; blocks of cells; the whole array as one device; or cells with transistors"},
    {GROUP(options_pattern, netlist_options, pattern)},
    {"drive", "ramp|step", CHOICE(netlist_options, drive), .fallback = "ramp",
     .help =
         "voltage sources with ramps between the pulses, or with steps, which take ngspice the fewest time points"},
    {GROUP(options_wires, netlist_options, wires)},
    {"sense", "OHM", NUMBER(netlist_options, sense, 0, 1e9), .fallback = "0",
     .help = "resistance between each bit line and 0 V in --mode read (1t1r: each source line)"},
    {"pulse", "S", NUMBER(netlist_options, pulse, 1e-12, 1e3), .fallback = "1e-6",
     .help = "time from the peak of one pulse to that of the next"},
    {"v-read", "V", NUMBER(netlist_options, v_read, -10, 10), .fallback = "0.2",
     .help = "voltage on the word lines of a read (1t1r: on the bit lines)"},
    {"v-gate", "V", NUMBER(netlist_options, v_gate, 0, 10), .fallback = "2.5",
     .help = "voltage on the gates of the selected row (1t1r)"},
    {"voltages", "FILE", TEXT(netlist_options, voltages),
     .help =
         "for --mode read: a voltage in V for each row, .csv or .npy (1t1r: of its gate); all the same if absent"},
    {"tile", "T", INTEGER(netlist_options, tile, 1, 120), .fallback = "60", .help = "rows and columns of a tile"},
    {"attempts", "N", INTEGER(netlist_options, attempts, 1, 1000), .fallback = "8",
     .help = "largest number of rounds of --mode write-verify"},
    {"picture", NULL, SWITCH(netlist_options, picture),
     .help = "the netlist also draws bits and currents into a .png (needs gnuplot)"},
    {"library", "FILE", TEXT(netlist_options, library),
     .help = "synaptogen.lib as the netlist shall include it; the one of this installation if absent"},
    OPTION_STATE(netlist_options, state, "array to start from (tile, array)"),
    {"state-out", "FILE", WRITES(netlist_options, state_out),
     .help = "state file that ngspice writes at the end (tile, array)"},
    OPTION_START(netlist_options, history),
    {GROUP(options_model, netlist_options, model)},
    OPTION_OUTPUT(netlist_options, output),
    {LINE(netlist_options, line)},
    {0},
};

static int check_scheme(const netlist_options *o, syn_scheme scheme)
{
    static const char *const schemes[] = {"half", "third", "full"};
    const bool gates = o->kind == KIND_1T1R;
    if (gates == (scheme == SYN_FULL_SELECT))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "--scheme: expected %s with --cells %s, found %s", gates ? "full" : "half or third",
                    netlist_kinds[o->kind], schemes[scheme]);
}

/* What a path must not hold where it stands in quotation marks of a netlist, and where it stands in a line of its own and in a
 * command of the shell: it would become something else there. */
#define QUOTED "\"\n\r;"
#define PLAIN  QUOTED " \t'`$&|<>()*?[]{}!#\\"

static int check_combination(const netlist_options *o)
{
    static const char *const jobs[] = {"write", "read", "write-verify"};
    const bool gates = o->kind == KIND_1T1R;
    if (gates && o->wires.r_wl > 0)
        return cli_fail(CLI_USAGE, "--r-wl: expected 0 with --cells 1t1r, whose word lines are gates, found %g",
                        o->wires.r_wl);
    if (o->picture && o->job == JOB_READ)
        return cli_fail(CLI_USAGE, "--picture: expected --mode write or write-verify with it, found --mode read");
    if (o->v_read == 0)
        return cli_fail(CLI_USAGE, "--v-read: expected a voltage other than 0, found 0");
    if (o->voltages && o->job != JOB_READ)
        return cli_fail(CLI_USAGE, "--voltages: expected --mode read with it, found --mode %s", jobs[o->job]);
    if (o->model.seed > (uint64_t)SYNP_LARGEST_INTEGER)
        return cli_fail(CLI_USAGE, "--seed: expected at most 2^53, which is the limit of ngspice, found %" PRIu64,
                        o->model.seed);
    if ((o->state || o->state_out) && (o->kind == KIND_DISCRETE || gates))
        return cli_fail(CLI_USAGE, "--%s: expected --cells tile or array with it, found %s",
                        o->state ? "state" : "state-out", netlist_kinds[o->kind]);
    const struct {
        const char *option, *path, *refused, *words;
    } names[] = {
        {"params", o->model.params, QUOTED, "\", ; and line breaks"},
        {"state", o->state, QUOTED, "\", ; and line breaks"},
        {"state-out", o->state_out, QUOTED, "\", ; and line breaks"},
        {"library", o->library, PLAIN, "blanks, line breaks and the signs of a shell"},
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (names[k].path && strpbrk(names[k].path, names[k].refused))
            return cli_fail(CLI_USAGE, "--%s: expected a path without %s, found \"%s\"", names[k].option,
                            names[k].words, names[k].path);
    return CLI_OK;
}

/* Whether tiles can be wired: each side with nodes has one for each line. */
static int check_tiles(const netlist *n)
{
    const netlist_block t = netlist_block_of(n, 0);
    const size_t grid = netlist_blocks(n) > 1;
    const size_t nodes =
        t.rows * (n->o->wires.r_wl > 0 ? 1 + grid : 1) + t.cols * (n->o->wires.r_bl > 0 ? 1 + grid : 1); /* at most */
    if (n->o->kind == KIND_TILE && nodes > SYNP_MOST_NODES)
        return cli_fail(CLI_USAGE,
                        "--tile: expected at most %d nodes of a tile, which is the limit of ngspice, found %zu "
                        "with %zu rows and %zu columns",
                        SYNP_MOST_NODES, nodes, t.rows, t.cols);
    if (n->o->kind == KIND_TILE && (n->o->state || n->o->state_out) && netlist_blocks(n) > 1)
        return cli_fail(CLI_USAGE, "--%s: expected a single tile with it or --cells array, found %zu tiles",
                        n->o->state ? "state" : "state-out", netlist_blocks(n));
    return CLI_OK;
}

/* Cells of a read that start as the pattern says, where one model holds many of them. */
static bool needs_states(const netlist *n)
{
    bool ones = false;
    if (netlist_has_cells(n) || n->o->state || n->o->job != JOB_READ)
        return false;
    for (size_t k = 0; k < n->rows * n->cols; k++)
        ones |= n->bits[k];
    return ones;
}

enum { STATE_PATH = 4096 + 64 };

static void put_state_path(const netlist *n, const netlist_block *t, char path[STATE_PATH])
{
    const char *slash = strrchr(n->o->output, '/');
    snprintf(path, STATE_PATH, "%.*s%s%zu.state", slash ? (int)(slash - n->o->output) + 1 : 0, n->o->output, n->name,
             t->number);
}

static int write_state(const netlist *n, const netlist_block *t, const char *path)
{
    const syn_start start = {.history = (syn_history)n->o->history, .mode = (syn_mode)n->o->pattern.mode};
    const syn_array_options o = {.first = t->first, .rows = t->rows, .start = start};
    syn_array *a = NULL, *frozen = NULL;
    syn_error err;
    float *u = malloc(t->rows * t->cols * sizeof *u);
    if (!u)
        return cli_fail_memory();
    for (size_t k = 0; k < t->rows * t->cols; k++)
        u[k] = netlist_bit(n, t->row + k % t->rows, t->col + k / t->rows) ? -INFINITY : NAN;
    int status = CLI_OK;
    if (syn_array_create(n->model, n->o->model.seed, t->rows * t->cols, &o, &a, &err) ||
        syn_array_apply_each(a, NULL, u, &err) || syn_array_freeze(a, &frozen, &err))
        status = cli_fail_library("", &err);
    if (!status)
        status = output_save_array(frozen, path);
    syn_array_free(a);
    syn_array_free(frozen);
    free(u);
    return status;
}

static int put_netlist(netlist *n, output *out)
{
    n->f = out->stream;
    netlist_put_heading(n);
    netlist_put_circuit(n);
    netlist_put_control(n);
    return output_close(out, true);
}

/* Writes the states of all blocks, and the netlist. If one of them fails, no state file stays that has not
 * been there before. */
static int write_all(netlist *n, output *out)
{
    const size_t blocks = n->states ? netlist_blocks(n) : 0;
    bool *is_new = calloc(blocks + 1, sizeof *is_new);
    int status = is_new ? CLI_OK : cli_fail_memory();
    char path[STATE_PATH];
    for (size_t k = 0; k < blocks && !status; k++) {
        const netlist_block t = netlist_block_of(n, k);
        put_state_path(n, &t, path);
        is_new[k] = access(path, F_OK) != 0;
        status = write_state(n, &t, path);
    }
    if (status)
        output_close(out, false);
    else
        status = put_netlist(n, out);
    for (size_t k = 0; k < blocks && status && is_new; k++) {
        const netlist_block t = netlist_block_of(n, k);
        put_state_path(n, &t, path);
        if (is_new[k])
            unlink(path);
    }
    free(is_new);
    return status;
}

static int read_voltages(netlist *n)
{
    matrix m;
    if (!n->o->voltages)
        return CLI_OK;
    const int status = matrix_read(n->o->voltages, &m);
    if (status)
        return status;
    n->volts = m.v;
    return m.rows * m.cols == n->rows ? CLI_OK
                                      : cli_fail(CLI_FAILED, "%s: expected %zu voltages, one for each row, found %zu",
                                                 n->o->voltages, n->rows, m.rows * m.cols);
}

/* The path of this program, empty if the system does not tell. */
static void own_path(char *room, size_t size)
{
#ifdef __APPLE__
    uint32_t length = (uint32_t)size;
    if (_NSGetExecutablePath(room, &length))
        room[0] = '\0';
#else
    const ssize_t length = readlink("/proc/self/exe", room, size - 1);
    room[length > 0 ? length : 0] = '\0';
#endif
}

/* synaptogen.lib where the build or the installation has it, as seen from this program. */
static void find_library(netlist *n)
{
    static const char *const places[] = {"netlists", "../netlists", "../share/synaptogen/netlists"};
    char self[2048];
    own_path(self, sizeof self);
    char *slash = strrchr(self, '/');
    for (size_t k = 0; slash && k < sizeof places / sizeof *places; k++) {
        char path[sizeof self + 64];
        snprintf(path, sizeof path, "%.*s/%s/synaptogen.lib", (int)(slash - self), self, places[k]);
        if (access(path, R_OK) == 0 && realpath(path, n->library))
            return;
    }
    strcpy(n->library, "synaptogen.lib");
}

/* Data files have the name of the netlist, without characters that ngspice or the shell interprets. */
static void choose_name(netlist *n)
{
    const char *path = n->o->output ? n->o->output : "crossbar", *slash = strrchr(path, '/');
    snprintf(n->name, sizeof n->name, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(n->name, '.');
    if (dot && dot > n->name)
        *dot = '\0';
    for (char *c = n->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
}

static int choose_bits(netlist *n)
{
    pattern p;
    const int status = pattern_make(&n->o->pattern, n->o->state, n->o->model.seed, &p);
    n->rows = p.rows;
    n->cols = p.cols;
    n->bits = p.bits;
    return status;
}

static int prepare(netlist *n)
{
    const netlist_options *o = n->o;
    const syn_scheme fallback = o->kind == KIND_1T1R ? SYN_FULL_SELECT : SYN_HALF_SELECT;
    n->scheme = o->pattern.scheme == OPTION_ABSENT ? fallback : (syn_scheme)o->pattern.scheme;
    int status = check_scheme(o, n->scheme);
    if (!status)
        status = check_combination(o);
    if (!status)
        status = choose_bits(n);
    if (!status)
        status = read_voltages(n);
    if (!status)
        status = check_tiles(n);
    if (status)
        return status;
    pattern_voltages(&o->pattern, n->scheme, n->model, &n->v_set, &n->v_reset);
    n->limit = syn_distribution_limit(n->model);
    choose_name(n);
    if (o->library)
        snprintf(n->library, sizeof n->library, "%s", o->library);
    else
        find_library(n);
    n->states = needs_states(n);
    return n->states && !o->output
               ? cli_fail(CLI_USAGE,
                          "--output: expected a file name, beside which the states of the pattern go, found none")
               : CLI_OK;
}

static int run(const void *values)
{
    const netlist_options *o = values;
    netlist n = {.o = o};
    output out;
    syn_model *m;
    int status = model_open(&o->model, o->state, &m);
    n.model = m;
    if (!status)
        status = prepare(&n);
    if (!status)
        status = output_open(&out, o->output);
    if (!status)
        status = write_all(&n, &out);
    free(n.bits);
    free(n.volts);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen netlist crossbar --rows 24 --cols 16 --pattern checkerboard -o write.cir\nngspice -b write.cir",
     "Write a checkerboard and read it back:"},
    {"synaptogen netlist crossbar --rows 16 --cols 24 --mode write-verify --scheme third --pattern random -o "
     "verify.cir",
     "Write random bits until they are right:"},
    {"synaptogen netlist crossbar --rows 256 --cols 256 --mode read --cells array --r-wl 1 --r-bl 1 --sense 50 -o "
     "read.cir",
     "Read a large array with wires:"},
    {"synaptogen netlist crossbar --rows 8 --cols 8 --cells 1t1r --driver 50 -o full.cir",
     "Write cells with transistors:"},
    {0},
};

const cli_command command_netlist_crossbar = {
    .name = "netlist crossbar",
    .usage = "--rows M --cols N",
    .summary = "write a netlist of a crossbar for ngspice",
    .text =
        "Writes a netlist for ngspice: a crossbar of M word lines and N bit lines. It writes a pattern and reads it "
        "back, or reads all columns. Run it with `ngspice -b`.",
    .output = {"The netlist. Its heading says what it does, what it prints, and which files it writes.", NULL},
    .examples = examples,
    .see_also = "crossbar read,crossbar write",
    .options = options,
    .size = sizeof(netlist_options),
    .run = run,
};
