/* SPDX-License-Identifier: MIT */
/* The subcommand netlist: checks what is asked for and fills in what is not. */
#include "cli/matrix.h"
#include "cli/netlist/netlist.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const jobs[] = {"write", "read", "write-verify"};
static const char *const kinds[] = {"discrete", "tile", "array", "1t1r"};
static const char *const schemes[] = {"half", "third", "full"};

void netlist_put_time(const netlist *n, double phases)
{
    const double t = phases * n->c->pulse;
    const char units[] = "pnum";
    int k = 0;
    while (k < 3 && n->c->pulse >= 1e-12 * pow(1000, k + 1) * 0.999)
        k++;
    fprintf(n->f, "%.9g%c", t * 1e12 / pow(1000, k), units[k]);
}

void netlist_put_device(const netlist *n)
{
    const cli *c = n->c;
    fprintf(n->f, " seed=%" PRIu64, c->seed);
    if (c->history == SYN_STATIONARY)
        fputs(" start=\"stationary\"", n->f);
    if (c->order)
        fprintf(n->f, " order=%" PRIu64, c->order);
    if (c->params)
        fprintf(n->f, " params=\"%s\"", c->params);
}

/* In steps of 10 mV. */
void netlist_choose_voltages(netlist *n)
{
    syn_write how;
    syn_write_default(n->c->model, (syn_scheme)n->c->scheme, &how);
    n->v_set = n->c->v_set != 0 ? n->c->v_set : round(100 * how.u_set) / 100;
    n->v_reset = n->c->v_reset != 0 ? n->c->v_reset : round(100 * how.u_reset) / 100;
}

static int check_combination(const cli *c)
{
    const int gates = c->kind == KIND_1T1R;
    if (gates != (c->scheme == SYN_FULL_SELECT))
        return cli_fail(CLI_USAGE, "--scheme: expected %s with --cells %s, found %s",
                        gates ? "full" : "half or third", kinds[c->kind], schemes[c->scheme]);
    if (gates && c->r_wl > 0)
        return cli_fail(CLI_USAGE, "--r-wl: expected 0 with --cells 1t1r, whose word lines are gates, found %g",
                        c->r_wl);
    if (c->picture && c->job == JOB_READ)
        return cli_fail(CLI_USAGE, "--picture: expected --mode write or write-verify with it, found --mode read");
    if (c->v_read == 0)
        return cli_fail(CLI_USAGE, "--v-read: expected a voltage other than 0, found 0");
    if (c->voltages && c->job != JOB_READ)
        return cli_fail(CLI_USAGE, "--voltages: expected --mode read with it, found --mode %s", jobs[c->job]);
    if (c->seed > UINT64_C(9007199254740992))
        return cli_fail(CLI_USAGE, "--seed: expected at most 2^53, which is the limit of ngspice, found %" PRIu64,
                        c->seed);
    if ((c->state || c->state_out) && (c->kind == KIND_DISCRETE || gates))
        return cli_fail(CLI_USAGE, "--%s: expected --cells tile or array with it, found %s",
                        c->state ? "state" : "state-out", kinds[c->kind]);
    if (c->params && strpbrk(c->params, "\"\n;"))
        return cli_fail(CLI_USAGE, "--params: expected a path without \", ; and line breaks, found \"%s\"",
                        c->params);
    return CLI_OK;
}

/* rows and cols are 0 where nothing has asked for a number yet. */
static int fit(const netlist *n, const char *what, size_t rows, size_t cols)
{
    if ((n->c->rows == 0 || n->c->rows == rows) && (n->c->cols == 0 || n->c->cols == cols))
        return CLI_OK;
    const size_t asked_rows = n->c->rows ? n->c->rows : rows, asked_cols = n->c->cols ? n->c->cols : cols;
    return cli_fail(CLI_FAILED, "%s: expected %zu x %zu bits as in --rows and --cols, found %zu x %zu", what,
                    asked_rows, asked_cols, rows, cols);
}

/* Appends the bits of a line to list[*count], row by row. */
static int read_line(const char *name, size_t number, const char *line, unsigned char **list, size_t *count)
{
    for (; *line; line++) {
        if (strchr(" ,\t\r\n", *line))
            continue;
        if (!strchr("01.#", *line))
            return cli_fail(CLI_FAILED, "%s:%zu: expected 0, 1, . or #, found \"%.*s\"", name, number,
                            (int)strcspn(line, "\r\n"), line);
        if ((*count & (*count - 1)) == 0) { /* full: the room is the next power of two */
            unsigned char *more = realloc(*list, *count ? 2 * *count : 1);
            if (!more)
                return cli_fail(CLI_FAILED, "%s: out of memory", name);
            *list = more;
        }
        (*list)[(*count)++] = *line == '1' || *line == '#';
    }
    return CLI_OK;
}

/* Reads all lines; *list row by row. */
static int read_bits(FILE *f, const char *name, unsigned char **list, size_t *rows, size_t *cols)
{
    char *line = NULL;
    size_t room = 0, count = 0;
    int status = CLI_OK;
    for (size_t number = 1; !status && getline(&line, &room, f) >= 0; number++) {
        const size_t before = count;
        status = read_line(name, number, line, list, &count);
        if (status || count == before)
            continue;
        if (*rows > 0 && count - before != *cols)
            status = cli_fail(CLI_FAILED, "%s:%zu: expected %zu bits as in the lines before, found %zu", name, number,
                              *cols, count - before);
        *cols = count - before;
        ++*rows;
    }
    free(line);
    if (!status && ferror(f))
        return cli_fail(CLI_FAILED, "%s: cannot read: %s", name, strerror(errno));
    if (!status && *rows == 0)
        return cli_fail(CLI_FAILED, "%s: expected lines of bits, found none", name);
    return status;
}

/* More would make netlists of gigabytes. */
enum { MOST_CELLS = 1 << 26 };

static int make_room(netlist *n)
{
    if (n->rows > MOST_CELLS / n->cols)
        return cli_fail(CLI_USAGE, "--rows, --cols: expected at most %d cells, found %zu x %zu", MOST_CELLS, n->rows,
                        n->cols);
    n->bits = calloc(n->rows * n->cols, 1);
    return n->bits ? CLI_OK : cli_fail(CLI_FAILED, "out of memory for %zu x %zu bits", n->rows, n->cols);
}

static int read_pattern(netlist *n, const char *path)
{
    unsigned char *list = NULL;
    FILE *f = fopen(path, "r");
    if (!f)
        return cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
    int status = read_bits(f, path, &list, &n->rows, &n->cols);
    fclose(f);
    if (!status)
        status = fit(n, path, n->rows, n->cols);
    if (!status)
        status = make_room(n);
    for (size_t k = 0; !status && k < n->rows * n->cols; k++)
        n->bits[k / n->cols + n->rows * (k % n->cols)] = list[k];
    free(list);
    return status;
}

/* Bits of a name; random ones from the seed, but from other draws than the devices. Returns 0 if it is none. */
static int fill_pattern(netlist *n, const char *name)
{
    enum { ZEROS, ONES, CHECKERBOARD, RANDOM, NAMES };
    static const char *const names[NAMES] = {"zeros", "ones", "checkerboard", "random"};
    int which = 0;
    while (which < NAMES && strcmp(names[which], name) != 0)
        which++;
    if (which == NAMES || !n->bits)
        return which < NAMES;
    for (size_t k = 0; k < n->rows * n->cols; k++) {
        uint32_t w[4];
        syn_rng_block(~n->c->seed, k, 0, SYN_DRAW_READ, w);
        const size_t row = k % n->rows, col = k / n->rows;
        n->bits[k] =
            which == ONES || (which == CHECKERBOARD && (row + col) % 2 == 0) || (which == RANDOM && w[0] >> 31);
    }
    return 1;
}

/* The shape of the array in --state, 0 x 0 without. */
static int shape_of_state(netlist *n)
{
    syn_array_info info;
    syn_error err;
    if (!n->c->state)
        return CLI_OK;
    if (syn_array_peek(n->c->state, &info, &err)) {
        char text[1024];
        return cli_fail(CLI_FAILED, "%s", syn_error_format(&err, text, sizeof text));
    }
    n->rows = (size_t)info.rows;
    n->cols = (size_t)(info.n / info.rows);
    return fit(n, n->c->state, n->rows, n->cols);
}

int netlist_make_pattern(netlist *n)
{
    const char *name = n->c->pattern ? n->c->pattern : "checkerboard";
    int status = shape_of_state(n);
    if (status)
        return status;
    const size_t rows = n->rows, cols = n->cols;
    if (!fill_pattern(n, name)) {
        status = read_pattern(n, name);
        return status || !rows || (rows == n->rows && cols == n->cols)
                   ? status
                   : cli_fail(CLI_FAILED, "%s: expected %zu x %zu bits as %s has cells, found %zu x %zu", name, rows,
                              cols, n->c->state, n->rows, n->cols);
    }
    if (!rows) {
        n->rows = n->c->rows;
        n->cols = n->c->cols;
    }
    if (n->rows == 0 || n->cols == 0)
        return cli_fail(CLI_USAGE, "--%s: expected a number together with --pattern %s, found none",
                        n->rows ? "cols" : "rows", name);
    status = make_room(n);
    if (!status)
        fill_pattern(n, name);
    return status;
}

/* Whether tiles can be wired: each side with nodes has one for each line. */
static int check_tiles(const netlist *n)
{
    const netlist_block t = netlist_block_of(n, 0);
    const size_t grid = netlist_blocks(n) > 1;
    const size_t nodes =
        t.rows * (n->c->r_wl > 0 ? 1 + grid : 1) + t.cols * (n->c->r_bl > 0 ? 1 + grid : 1); /* at most */
    if (n->c->kind == KIND_TILE && nodes > MOST_NODES)
        return cli_fail(CLI_USAGE,
                        "--tile: expected at most %d nodes of a tile, which is the limit of ngspice, found %zu "
                        "with %zu rows and %zu columns",
                        MOST_NODES, nodes, t.rows, t.cols);
    if (n->c->kind == KIND_TILE && (n->c->state || n->c->state_out) && netlist_blocks(n) > 1)
        return cli_fail(CLI_USAGE, "--%s: expected a single tile with it or --cells array, found %zu tiles",
                        n->c->state ? "state" : "state-out", netlist_blocks(n));
    return CLI_OK;
}

/* Cells of a read that start as the pattern says, where one model holds many of them. */
static int needs_states(const netlist *n)
{
    int ones = 0;
    if (netlist_has_cells(n) || n->c->state || n->c->job != JOB_READ)
        return 0;
    for (size_t k = 0; k < n->rows * n->cols; k++)
        ones |= n->bits[k];
    return ones;
}

static int write_state(const netlist *n, const netlist_block *t)
{
    const syn_array_options o = {.first = t->first, .rows = t->rows, .start = n->c->start};
    const size_t folder = strrchr(n->c->output, '/') ? (size_t)(strrchr(n->c->output, '/') - n->c->output) + 1 : 0;
    syn_array *a = NULL, *frozen = NULL;
    syn_error err = {.text = "out of memory"};
    char path[4096 + 64], text[1024];
    float *u = malloc(t->rows * t->cols * sizeof *u);
    if (!u)
        return cli_fail(CLI_FAILED, "out of memory");
    for (size_t k = 0; k < t->rows * t->cols; k++)
        u[k] = netlist_bit(n, t->row + k % t->rows, t->col + k / t->rows) ? -INFINITY : NAN;
    snprintf(path, sizeof path, "%.*s%s%zu.state", (int)folder, n->c->output, n->name, t->number);
    const int failed = syn_array_create(n->c->model, n->c->seed, t->rows * t->cols, &o, &a, &err) ||
                       syn_array_apply_each(a, NULL, u, NULL) || syn_array_freeze(a, &frozen, NULL) ||
                       syn_array_save(frozen, path, &err);
    syn_array_free(a);
    syn_array_free(frozen);
    free(u);
    return failed ? cli_fail(CLI_FAILED, "%s", syn_error_format(&err, text, sizeof text)) : CLI_OK;
}

static int write_states(netlist *n)
{
    n->states = needs_states(n);
    if (n->states && !n->c->output)
        return cli_fail(CLI_USAGE,
                        "--output: expected a file name, beside which the states of the pattern go, found none");
    int status = CLI_OK;
    for (size_t k = 0; n->states && !status && k < netlist_blocks(n); k++) {
        const netlist_block t = netlist_block_of(n, k);
        status = write_state(n, &t);
    }
    return status;
}

static int read_voltages(netlist *n)
{
    matrix m;
    if (!n->c->voltages)
        return CLI_OK;
    const int status = matrix_read(n->c->voltages, &m);
    if (status)
        return status;
    n->volts = m.v;
    return m.rows * m.cols == n->rows ? CLI_OK
                                      : cli_fail(CLI_FAILED, "%s: expected %zu voltages, one for each row, found %zu",
                                                 n->c->voltages, n->rows, m.rows * m.cols);
}

/* synaptogen.lib where the build or the installation has it, as seen from this program. */
static void find_library(netlist *n)
{
    static const char *const places[] = {"netlists", "../netlists", "../share/synaptogen/netlists"};
    char self[2048];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(self, '/');
    for (size_t k = 0; slash && k < sizeof places / sizeof *places; k++) {
        char path[sizeof self + 64];
        snprintf(path, sizeof path, "%.*s/%s/synaptogen.lib", (int)(slash - self), self, places[k]);
        if (access(path, R_OK) == 0 && realpath(path, n->library))
            return;
    }
    strcpy(n->library, "synaptogen.lib");
}

/* Data files are called as the netlist, without what ngspice or the shell could take for something else. */
static void choose_name(netlist *n)
{
    const char *path = n->c->output ? n->c->output : "crossbar", *slash = strrchr(path, '/');
    snprintf(n->name, sizeof n->name, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(n->name, '.');
    if (dot && dot > n->name)
        *dot = '\0';
    for (char *c = n->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            *c = '_';
}

static int prepare(netlist *n)
{
    int status = check_combination(n->c);
    if (!status)
        status = netlist_make_pattern(n);
    if (!status)
        status = read_voltages(n);
    if (!status)
        status = check_tiles(n);
    netlist_choose_voltages(n);
    choose_name(n);
    n->limit = syn_law_limit(n->c->model);
    if (n->c->library)
        snprintf(n->library, sizeof n->library, "%s", n->c->library);
    else
        find_library(n);
    return status ? status : write_states(n);
}

static void put_command(const netlist *n)
{
    fputs("* Made by: synaptogen", n->f);
    for (int k = 0; k < n->c->argc; k++) {
        fputc(' ', n->f);
        for (const char *s = n->c->argv[k]; *s; s++)
            fputc(iscntrl((unsigned char)*s) ? '?' : *s, n->f);
    }
    fputc('\n', n->f);
}

static void explain_selection(const netlist *n)
{
    const char *others[] = {"cells on one of its lines half of it, all others nothing",
                            "all other cells a third of it or its opposite", "cells in other rows are off"};
    fprintf(
        n->f,
        "* Shows:   for each row one SET pulse at %.6g V for its ones and one RESET pulse at %.6g V for its zeros\n"
        "*          (across a selected cell, word line to bit line); meanwhile %s.\n",
        n->v_set, n->v_reset, others[n->c->scheme]);
}

/* Four to five time points a ramp: ngspice restarts at a tenth of it and doubles its steps. */
static void explain_points(const netlist *n)
{
    const size_t ramps = netlist_phases_per_row(n);
    if (n->c->job == JOB_VERIFY)
        fputs("* Points:  about one for each pulse: while the analysis is stopped the control commands read the row, "
              "choose\n"
              "*          its pulses and alter the sources. Rounds go on until every cell reads as wanted.\n",
              n->f);
    else
        fprintf(
            n->f,
            "* Points:  about %d time points for each row, of %zu ramps. All sources have their corners at the same\n"
            "*          times, where each cell has its extreme voltages: no switching event lies between points.\n",
            ramps == 2 ? 9 : 14, ramps);
}

static void explain_results(const netlist *n)
{
    fprintf(n->f,
            "* Prints:  how many cells read wrong (LRS is below %.5g ohm)%s.\n"
            "* Writes:  %s.map: column, row, bit wanted, %s%s\n",
            n->limit,
            n->c->job == JOB_VERIFY ? ", rounds and pulses"
            : netlist_has_cells(n)  ? ", how many never switched, how many changed for other rows' pulses"
                                    : "",
            n->name, netlist_has_cells(n) ? "ohm, mode (0 HRS, 1 LRS, 2 between), cycles begun" : "ohm",
            n->c->picture ? "; and a picture of it" : "");
}

static void explain_read(const netlist *n)
{
    fprintf(n->f, "* Shows:   currents of all columns at once, in one operating point; %s.\n",
            n->c->kind == KIND_1T1R ? "word lines are gates, bit lines are at the read voltage, source lines sense"
                                    : "word lines are at their voltages, bit lines sense at 0 V");
    fprintf(n->f, "* Prints:  smallest, largest and total current.\n* Writes:  %s.data: column, A out of the array\n",
            n->name);
}

static void put_heading(const netlist *n)
{
    static const char *const titles[] = {"write", "read of all columns", "write with verify"};
    const cli *c = n->c;
    fprintf(n->f, "Crossbar of %zu x %zu cells (%s): %s\n", n->rows, n->cols, kinds[c->kind], titles[c->job]);
    put_command(n);
    if (c->job == JOB_READ) {
        explain_read(n);
    } else {
        explain_selection(n);
        explain_points(n);
        explain_results(n);
    }
    fprintf(n->f, ".include %s\n", n->library);
}

int cmd_netlist(const cli *c)
{
    output out;
    cli with_scheme = *c;
    if (c->scheme == CLI_ABSENT)
        with_scheme.scheme = c->kind == KIND_1T1R ? SYN_FULL_SELECT : SYN_HALF_SELECT;
    netlist n = {.c = &with_scheme};
    int status = prepare(&n);
    if (!status && !(status = output_open(&out, c->output))) {
        n.f = out.stream;
        put_heading(&n);
        netlist_put_circuit(&n);
        netlist_put_control(&n);
        status = output_close(&out, 1);
    }
    free(n.bits);
    free(n.volts);
    return status;
}
