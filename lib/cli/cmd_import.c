/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/look.h"
#include "cli/shared.h"
#include "cli/sweeps.h"
#include "cli/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct import_options {
    cli_line files;
    sweeps_options sweeps;
    look_options record;
    bool look;
    const char *output;
} import_options;

static const cli_option options[] = {
    {GROUP(options_sweeps, import_options, sweeps)},
    {"look", NULL, SWITCH(import_options, look), .help = "print what was understood, and write no sweeps"},
    {GROUP(options_look, import_options, record)},
    OPTION_OUTPUT(import_options, output),
    {0},
};

/* Counts over all sweeps. */
typedef struct tally {
    uint64_t cells, loops, points, least, most; /* points of a loop */
    uint64_t last_cell, named;
    double low, high; /* V */
} tally;

static void count(tally *t, const syn_sweep *s)
{
    t->cells += t->loops == 0 || s->cell != t->last_cell;
    t->last_cell = s->cell;
    t->loops++;
    t->points += s->n;
    t->least = t->loops == 1 || s->n < t->least ? s->n : t->least;
    t->most = s->n > t->most ? s->n : t->most;
    for (size_t k = 0; k < s->n; k++) {
        t->low = fmin(t->low, s->u[k]);
        t->high = fmax(t->high, s->u[k]);
    }
}

static void print_sweep(FILE *f, const syn_sweep *s, const char *name)
{
    for (size_t k = 0; k < s->n; k++) {
        fprintf(f, "%" PRIu64 ",%" PRIu64, s->cell, s->cycle);
        output_number(f, s->u[k]);
        output_number(f, s->i[k]);
        if (name)
            fprintf(f, ",%s", name);
        fputc('\n', f);
    }
}

static void print_tally(FILE *f, const tally *t, const syn_sweeps *r)
{
    fprintf(f, "loops         %" PRIu64 " of %" PRIu64 " cells, %" PRIu64, t->loops, t->cells, t->least);
    if (t->most > t->least)
        fprintf(f, " to %" PRIu64, t->most);
    fprintf(f, " points each, from %.4g V to %.4g V\n", t->low, t->high);
    if (syn_sweeps_missing(r))
        fprintf(f, "missing       %" PRIu64 " points without a number\n", syn_sweeps_missing(r));
}

/* Writes the sweeps to f, if it is not NULL. The names of cells are a column if the first cell has one. */
static syn_status copy(syn_sweeps *r, FILE *f, tally *t, syn_error *err)
{
    syn_sweep s;
    progress bar = {0};
    bool has_names = false;
    for (uint64_t k = 0;; k++) {
        const syn_status status = syn_sweeps_next(r, &s, err);
        if (status || s.n == 0 || (f && ferror(f))) {
            progress_end(&bar);
            return status;
        }
        if (k == 0) {
            has_names = syn_sweeps_has_names(r);
            if (f)
                fprintf(f, "cell,cycle,u,i%s\n", has_names ? ",name" : "");
        }
        if (f)
            print_sweep(f, &s, has_names ? syn_sweeps_cell(r, s.cell) : NULL);
        count(t, &s);
        if (k % 256 == 0)
            progress_show(&bar, "reading", (size_t)(1000 * syn_sweeps_fraction(r)), 1000);
    }
}

/* Which voltages no sweep has, NULL if there are both. */
static const char *missing_sign(const syn_sweeps *r)
{
    bool negative, positive;
    syn_sweeps_signs(r, &negative, &positive);
    return !negative ? "negative" : !positive ? "positive" : NULL;
}

/* What a look at the first sweeps as a record shows. */
static int print_record(FILE *f, const import_options *o)
{
    const syn_record_options settings = look_settings(&o->record);
    syn_sweeps *r;
    syn_record_reader *reader = NULL;
    syn_error err;
    for (int k = 0; k < o->files.count; k++)
        if (strcmp(o->files.words[k], "-") == 0)
            return CLI_OK; /* standard input cannot be read again */
    int status = sweeps_open(&o->files, &o->sweeps, &r);
    if (status)
        return status;
    if (syn_record_open(r, &settings, &reader, &err))
        status = cli_fail_library("", &err);
    else
        look_print(f, syn_record_of(reader));
    syn_record_close(reader);
    syn_sweeps_close(r);
    return status;
}

static int print_look(FILE *f, const import_options *o, syn_sweeps *r)
{
    char text[256];
    tally t = {0};
    syn_error err;
    sweeps_form(f, r);
    if (copy(r, NULL, &t, &err))
        return cli_fail_library("", &err);
    if (t.loops == 0)
        return sweeps_fail_empty(&o->files);
    print_tally(f, &t, r);
    for (int k = 0; syn_sweeps_note(r, k, text, sizeof text); k++)
        fprintf(f, "%-13s %s\n", "note", text);
    if (missing_sign(r))
        fprintf(f, "%-13s no %s voltages in any sweep\n", "note", missing_sign(r));
    return print_record(f, o);
}

static int write_sweeps(FILE *f, const import_options *o, syn_sweeps *r)
{
    tally t = {0};
    syn_error err;
    if (copy(r, f, &t, &err))
        return cli_fail_library("", &err);
    if (t.loops == 0)
        return sweeps_fail_empty(&o->files);
    fprintf(stderr, "%" PRIu64 " loops of %" PRIu64 " cells, %" PRIu64 " points\n", t.loops, t.cells, t.points);
    if (syn_sweeps_missing(r))
        fprintf(stderr, "points without a number, passed over: %" PRIu64 "\n", syn_sweeps_missing(r));
    sweeps_notes(stderr, r);
    if (missing_sign(r))
        fprintf(stderr, "no %s voltages in any sweep\n", missing_sign(r));
    return CLI_OK;
}

/* Opens the files as sweeps or as a table of features; the other one is NULL. */
static int open_files(const import_options *o, syn_sweeps **sweeps, syn_endurance **table)
{
    const syn_import how = sweeps_import((const char *const *)o->files.words, (size_t)o->files.count, &o->sweeps);
    syn_error err;
    *sweeps = NULL;
    *table = NULL;
    if (!syn_endurance_is_table(&how))
        return sweeps_open(&o->files, &o->sweeps, sweeps);
    const syn_status status = syn_endurance_open(&how, table, &err);
    return status == SYN_EINVAL ? cli_fail_option(&err) : status ? cli_fail_library("", &err) : CLI_OK;
}

/* A table of features: writes it, or tells what it is. */
static int import_table(FILE *f, const import_options *o, syn_endurance *table)
{
    if (o->look)
        table_form(f, table);
    return table_write(table, o->files.words[0], o->look ? NULL : f, o->look ? f : stderr);
}

static int run(const void *values)
{
    const import_options *o = values;
    syn_sweeps *sweeps;
    syn_endurance *table;
    output out;
    int status = open_files(o, &sweeps, &table);
    if (status)
        return status;
    status = output_open(&out, o->output);
    if (!status) {
        status = table     ? import_table(out.stream, o, table)
                 : o->look ? print_look(out.stream, o, sweeps)
                           : write_sweeps(out.stream, o, sweeps);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    syn_sweeps_close(sweeps);
    syn_endurance_close(table);
    return status;
}

static const cli_term columns[] = {
    {"cell", "number of the cell"},
    {"cycle", "number of the cycle"},
    {"u", "voltage in V, as recorded"},
    {"i", "current in A, as recorded"},
    {"name", "name of the cell; only if cells have names"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen import --look loop.txt", "See how a file is understood:"},
    {"synaptogen import pad1.csv pad2.csv -o sweeps.csv", "Gather the files of two cells:"},
    {"synaptogen import endurance.txt -o features.csv", "Make features from a table of resistances:"},
    {"synaptogen import set*.csv reset*.csv --pairs -o sweeps.csv", "Join the files of SET and RESET sweeps:"},
    {"synaptogen import die3/*.csv --cycle-per-file -o sweeps.csv", "Gather a cell with one file for each cycle:"},
    {0},
};

const cli_command command_import = {
    .name = "import",
    .usage = "FILE...",
    .summary = "gather sweeps or features from files of instruments",
    .text =
        "Reads measured sweeps from files as instruments and laboratories write them, and writes one file of sweeps. "
        "What cannot be read is refused with what was expected and found. Standard error says what was guessed, cut "
        "and joined.",
    .input = {sweeps_input, NULL},
    .output =
        {"CSV with one row for each point; with --look, a text. For a table of features: the columns of extract.",
         columns},
    .examples = examples,
    .see_also = "extract,fit",
    .operands = {{"FILE", "file name or -", offsetof(import_options, files), .many = true}},
    .options = options,
    .size = sizeof(import_options),
    .run = run,
};
