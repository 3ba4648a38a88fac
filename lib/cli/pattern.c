/* SPDX-License-Identifier: MIT */
#include "cli/pattern.h"

#include "base/base.h"
#include "cli/input.h"
#include "cli/shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 65536 };

const cli_option options_pattern[] = {
    {"rows", "M", INTEGER(pattern_options, rows, 1, MOST_LINES),
     .help = "number of word lines; that of the pattern or of the state file if absent"},
    {"cols", "N", INTEGER(pattern_options, cols, 1, MOST_LINES),
     .help = "number of bit lines; that of the pattern or of the state file if absent"},
    {"pattern", "FILE", TEXT(pattern_options, pattern),
     .help =
         "file of bits with a line for each row: 1 or # for LRS, 0 or . for HRS; or one of the words zeros, ones, "
         "checkerboard, random; checkerboard if absent"},
    {"scheme", "half|third|full", CHOICE(pattern_options, scheme),
     .help = "half-select (V/2), third-select (V/3), or cells that are off where not selected, by the transistors of "
             "1t1r (full); half if absent, full with 1t1r"},
    {"v-set", "V", NUMBER(pattern_options, v_set, -10, -0.01),
     .help = "voltage across a cell to SET it; from the cells' statistics if absent"},
    {"v-reset", "V", NUMBER(pattern_options, v_reset, 0.01, 10),
     .help = "voltage across a cell to RESET it; from the cells' statistics if absent"},
    OPTION_INIT(pattern_options, mode),
    {0},
};

/* Whether a file with bits or cells has the shape that the options ask for. */
static int check_shape(const pattern_options *o, const char *what, size_t rows, size_t cols)
{
    const size_t asked_rows = o->rows ? (size_t)o->rows : rows, asked_cols = o->cols ? (size_t)o->cols : cols;
    if (asked_rows == rows && asked_cols == cols)
        return CLI_OK;
    return cli_fail(CLI_FAILED, "%s: expected %zu x %zu bits as in --rows and --cols, found %zu x %zu", what,
                    asked_rows, asked_cols, rows, cols);
}

/* Bits in the order of the file. */
typedef struct list {
    unsigned char *v;
    size_t n, room;
    input_shape shape;
} list;

/* Appends the bits of a line. */
static int read_line(void *context, const synp_text_lines *l)
{
    list *t = context;
    const size_t before = t->n;
    bool needs_bit = false; /* after a comma */
    for (const char *c = l->line; *c || needs_bit; c++) {
        if (*c == ' ' || *c == '\t')
            continue;
        if (*c == ',' && !needs_bit && t->n > before) {
            needs_bit = true;
            continue;
        }
        needs_bit = false;
        if (!*c || !strchr("01.#", *c))
            return cli_fail(CLI_FAILED, "%s:%zu:%zu: expected 0, 1, . or #, found \"%.40s\"", l->name, l->number,
                            (size_t)(c - l->line) + 1, c);
        if (t->n == t->room && !synp_grow(&t->v, sizeof *t->v, &t->room))
            return cli_fail(CLI_FAILED, "%s: out of memory", l->name);
        t->v[t->n++] = *c == '1' || *c == '#';
    }
    return input_add_row(&t->shape, l, "bits", t->n - before);
}

/* More would make netlists of gigabytes. */
enum { MOST_CELLS = 1 << 26 };

static int make_room(pattern *p)
{
    if (p->rows > MOST_CELLS / p->cols)
        return cli_fail(CLI_USAGE, "--rows, --cols: expected at most %d cells, found %zu x %zu", MOST_CELLS, p->rows,
                        p->cols);
    p->bits = calloc(p->rows * p->cols, 1);
    return p->bits ? CLI_OK : cli_fail(CLI_FAILED, "out of memory for %zu x %zu bits", p->rows, p->cols);
}

static int read_pattern(const pattern_options *o, const char *path, pattern *p)
{
    list t = {0};
    input in;
    if (input_open(&in, path))
        return CLI_FAILED;
    int status = input_lines(&in, read_line, &t);
    input_close(&in);
    if (!status && t.shape.rows == 0)
        status = cli_fail(CLI_FAILED, "%s: expected lines of bits, found none", path);
    p->rows = t.shape.rows;
    p->cols = t.shape.cols;
    if (!status)
        status = check_shape(o, path, p->rows, p->cols);
    if (!status)
        status = make_room(p);
    for (size_t k = 0; !status && k < p->rows * p->cols; k++)
        p->bits[k / p->cols + p->rows * (k % p->cols)] = t.v[k];
    free(t.v);
    return status;
}

/* Patterns with a name. */
enum { ZEROS, ONES, CHECKERBOARD, RANDOM, NAMES };

static int number_of_name(const char *name)
{
    static const char *const names[NAMES] = {"zeros", "ones", "checkerboard", "random"};
    int which = 0;
    while (which < NAMES && strcmp(names[which], name) != 0)
        which++;
    return which;
}

/* Random bits come from the seed, but from other draws than the devices. */
static void fill(int which, uint64_t seed, pattern *p)
{
    for (size_t k = 0; k < p->rows * p->cols; k++) {
        uint32_t w[4];
        syn_rng_block(~seed, k, 0, SYN_DRAW_READ, w);
        const size_t row = k % p->rows, col = k / p->rows;
        p->bits[k] =
            which == ONES || (which == CHECKERBOARD && (row + col) % 2 == 0) || (which == RANDOM && w[0] >> 31);
    }
}

/* The shape of the array in a state file. */
static int read_shape(const pattern_options *o, const char *state, pattern *p)
{
    syn_array_info info;
    syn_error err;
    if (syn_array_peek(state, &info, &err))
        return cli_fail_library("", &err);
    p->rows = (size_t)info.rows;
    p->cols = (size_t)(info.n / info.rows);
    return check_shape(o, state, p->rows, p->cols);
}

/* A pattern from a file; *p has the shape of the state file, if there is one. */
static int make_from_file(const pattern_options *o, const char *state, pattern *p)
{
    const size_t rows = p->rows, cols = p->cols;
    const int status = read_pattern(o, o->pattern, p);
    if (status || !state || (rows == p->rows && cols == p->cols))
        return status;
    return cli_fail(CLI_FAILED, "%s: expected %zu x %zu bits as %s has cells, found %zu x %zu", o->pattern, rows,
                    cols, state, p->rows, p->cols);
}

int pattern_make(const pattern_options *o, const char *state, uint64_t seed, pattern *out)
{
    const char *name = o->pattern ? o->pattern : "checkerboard";
    const int which = number_of_name(name);
    *out = (pattern){0};
    int status = state ? read_shape(o, state, out) : CLI_OK;
    if (status)
        return status;
    if (which == NAMES)
        return make_from_file(o, state, out);
    if (!state) {
        out->rows = (size_t)o->rows;
        out->cols = (size_t)o->cols;
    }
    if (out->rows == 0 || out->cols == 0)
        return cli_fail(CLI_USAGE, "--%s: expected a number together with --pattern %s, found none",
                        out->rows ? "cols" : "rows", name);
    status = make_room(out);
    if (!status)
        fill(which, seed, out);
    return status;
}

void pattern_voltages(const pattern_options *o, syn_scheme scheme, const syn_model *m, double *v_set, double *v_reset)
{
    syn_write how;
    syn_write_default(m, scheme, &how);
    *v_set = o->v_set != 0 ? o->v_set : round(100 * how.u_set) / 100;
    *v_reset = o->v_reset != 0 ? o->v_reset : round(100 * how.u_reset) / 100;
}
