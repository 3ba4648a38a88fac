/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/extract/page.h"
#include "cli/html.h"
#include "cli/look.h"
#include "cli/shared.h"
#include "cli/sweeps.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct extract_options {
    cli_line files;
    sweeps_options sweeps;
    look_options look;
    const char *plot, *html, *output;
} extract_options;

static const cli_option options[] = {
    {GROUP(options_sweeps, extract_options, sweeps)},
    {GROUP(options_look, extract_options, look)},
    OPTION_PLOT(extract_options, plot,
                "picture of four loops with their figures, of words and features over the cycles; .png or .svg "
                "(needs gnuplot)"),
    {"html", "FILE", TEXT(extract_options, html),
     .help = "page with what was seen, the words and the picture (needs gnuplot)"},
    OPTION_OUTPUT(extract_options, output),
    {0},
};

/* Counts for the summary on standard error. */
typedef struct tally {
    uint64_t cells, cycles, whole, last_cell;
    uint64_t count[SYN_NFEAT][SYN_QUALITIES];
} tally;

/* A further field of a row; empty for NAN. */
static void print_short(FILE *f, double x)
{
    if (isnan(x))
        fputc(',', f);
    else
        fprintf(f, ",%.4g", x);
}

static void print_cycle(FILE *f, syn_sweeps *source, const syn_extracted *e, tally *t)
{
    int good = 0;
    fprintf(f, "%" PRIu64 ",%" PRIu64, e->cell, e->cycle);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (e->q[i] == SYN_GOOD)
            output_number(f, e->y[i]);
        else
            fputc(',', f);
        good += e->q[i] == SYN_GOOD;
        t->count[i][e->q[i]]++;
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",%s", syn_quality_word(e->q[i]));
    for (int i = 0; i < SYN_NFEAT; i++)
        print_short(f, e->error[i]);
    print_short(f, e->bound[SYN_LOG10_R_HRS]);
    print_short(f, e->bound[SYN_R_LRS]);
    if (syn_sweeps_has_names(source))
        fprintf(f, ",%s", syn_sweeps_cell(source, e->cell));
    fputc('\n', f);
    t->cells += t->cycles == 0 || e->cell != t->last_cell;
    t->last_cell = e->cell;
    t->cycles++;
    t->whole += good == SYN_NFEAT;
}

static void print_tally(FILE *f, const tally *t, uint64_t missing, uint64_t spikes)
{
    fprintf(f, "%" PRIu64 " cycle%s of %" PRIu64 " cell%s, %" PRIu64 " with all four figures\n", t->cycles,
            t->cycles == 1 ? "" : "s", t->cells, t->cells == 1 ? "" : "s", t->whole);
    if (missing)
        fprintf(f, "points without a number, passed over: %" PRIu64 "\n", missing);
    if (spikes)
        fprintf(f, "points taken out as spikes: %" PRIu64 "\n", spikes);
    for (int q = SYN_GOOD + 1; q < SYN_QUALITIES; q++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (t->count[i][q])
                fprintf(f, "no %s in %" PRIu64 " cycle%s: %s: %s\n", syn_feature_name(i), t->count[i][q],
                        t->count[i][q] == 1 ? "" : "s", syn_quality_word((syn_quality)q),
                        syn_quality_meaning((syn_quality)q));
}

/* Where the results go. page: NULL without a picture. */
typedef struct results {
    FILE *stream;
    extract_page *page;
    tally tally;
} results;

static void put_cycle(syn_sweeps *source, const syn_extracted *e, results *r)
{
    print_cycle(r->stream, source, e, &r->tally);
    page_add_cycle(r->page, e);
}

static syn_status extract(syn_sweeps *source, syn_record_reader *sweeps, results *r, syn_error *err)
{
    syn_cycles cycles = {0};
    syn_sweep s;
    syn_measured m;
    syn_extracted found[2];
    progress bar = {0};
    syn_status status = syn_record_next(sweeps, &s, &m, err);
    for (uint64_t k = 0; !status && s.n > 0 && !ferror(r->stream); k++) {
        const int n = syn_cycles_add(&cycles, &s, &m, found);
        for (int j = 0; j < n; j++)
            put_cycle(source, &found[j], r);
        if (!page_add_loop(r->page, &s, &m)) {
            *err = (syn_error){.text = "out of memory"};
            status = SYN_ENOMEM;
            break;
        }
        if (k % 256 == 0)
            progress_show(&bar, "extracting", (size_t)(1000 * syn_sweeps_fraction(source)), 1000);
        status = syn_record_next(sweeps, &s, &m, err);
    }
    if (!status && syn_cycles_end(&cycles, found))
        put_cycle(source, &found[0], r);
    progress_end(&bar);
    return status;
}

static void print_header(FILE *f, bool has_names)
{
    fputs("cell,cycle", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",%s", syn_feature_name(i));
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",q_%s", syn_feature_name(i));
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",e_%s", syn_feature_name(i));
    fprintf(f, ",least_%s,least_%s%s\n", syn_feature_name(SYN_LOG10_R_HRS), syn_feature_name(SYN_R_LRS),
            has_names ? ",name" : "");
}

/* What goes to standard error. */
static void print_notes(FILE *f, const extract_options *o, const syn_sweeps *source, const syn_record_reader *sweeps,
                        const tally *t)
{
    sweeps_notes(f, source);
    look_warn(f, syn_record_of(sweeps), o->look.polarity != 0);
    print_tally(f, t, syn_sweeps_missing(source), syn_record_spikes(sweeps));
}

/* The text of the page, to be freed; NULL if there is no memory. */
static char *page_text(const extract_options *o, const syn_sweeps *source, const syn_record_reader *sweeps,
                       const tally *t)
{
    char *text = NULL;
    size_t length;
    FILE *f = open_memstream(&text, &length);
    if (!f)
        return NULL;
    fprintf(f, "# Loops of %s%s\n\n## What was seen\n\n```\n", o->files.words[0],
            o->files.count > 1 ? " and others" : "");
    look_print(f, syn_record_of(sweeps));
    fputs("```\n\n## What was found\n\n```\n", f);
    print_notes(f, o, source, sweeps, t);
    fputs("```\n\n![Loops with their figures, words and features over the cycles](loops.png)\n", f);
    if (fclose(f) == 0)
        return text;
    free(text);
    return NULL;
}

/* The page with the picture loops.png of the folder. */
static int write_html(const extract_options *o, const char *text, const char *folder)
{
    output out;
    int status = output_open(&out, o->html);
    if (status)
        return status;
    status = html_write("Loops and their figures", text, folder, out.stream);
    const int closed = output_close(&out, !status);
    return status ? status : closed;
}

/* The page. Until it is complete, the picture has a folder of its own beside it. */
static int write_page(const extract_options *o, const syn_sweeps *source, const syn_record_reader *sweeps, results *r)
{
    const size_t size = strlen(o->html) + sizeof ".XXXXXX/loops.png";
    char *folder = malloc(size), *picture = malloc(size), *text = page_text(o, source, sweeps, &r->tally);
    int status = folder && picture && text ? CLI_OK : cli_fail_memory();
    if (!status) {
        snprintf(folder, size, "%s.XXXXXX", o->html);
        if (!mkdtemp(folder))
            status = cli_fail(CLI_FAILED, "%s: cannot make a folder beside it: %s", o->html, strerror(errno));
    }
    if (!status) {
        snprintf(picture, size, "%s/loops.png", folder);
        status = page_draw(r->page, picture);
        if (!status)
            status = write_html(o, text, folder);
        remove(picture);
        rmdir(folder);
    }
    free(folder);
    free(picture);
    free(text);
    return status;
}

static int write_features(const extract_options *o, syn_sweeps *source, syn_record_reader *sweeps)
{
    const bool has_page = o->plot || o->html;
    syn_error err;
    output out;
    results r = {.page = has_page ? page_create(o->look.u0) : NULL};
    if (has_page && !r.page)
        return cli_fail_memory();
    int status = output_open(&out, o->output);
    if (!status) {
        r.stream = out.stream;
        print_header(out.stream, syn_sweeps_has_names(source));
        if (extract(source, sweeps, &r, &err))
            status = cli_fail_library("", &err);
        else if (r.tally.cycles == 0)
            status = sweeps_fail_empty(&o->files);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    if (!status && o->plot)
        status = page_draw(r.page, o->plot);
    if (!status && o->html)
        status = write_page(o, source, sweeps, &r);
    if (!status)
        print_notes(stderr, o, source, sweeps, &r.tally);
    page_free(r.page);
    return status;
}

static int run(const void *values)
{
    const extract_options *o = values;
    const syn_record_options settings = look_settings(&o->look);
    syn_sweeps *source;
    syn_record_reader *sweeps = NULL;
    syn_error err;
    int status = o->plot ? gnuplot_check_name(o->plot) : CLI_OK;
    if (!status)
        status = sweeps_open(&o->files, &o->sweeps, &source);
    if (status)
        return status;
    status = syn_record_open(source, &settings, &sweeps, &err) ? cli_fail_library("", &err)
                                                               : write_features(o, source, sweeps);
    syn_record_close(sweeps);
    syn_sweeps_close(source);
    return status;
}

static const cli_term columns[] = {
    {"cell", "number of the cell"},
    {"cycle", "number of the cycle"},
    {"log10_r_hrs", "logarithm of the resistance in HRS before the SET, of ohm"},
    {"u_set", "SET voltage in V, negative"},
    {"r_lrs", "resistance in LRS in ohm"},
    {"u_reset", "voltage in V at which the RESET begins, positive"},
    {"q_log10_r_hrs, ...", "quality of each figure, a word; `ok` if there is a figure"},
    {"e_log10_r_hrs, ...", "standard error of each figure"},
    {"least_log10_r_hrs, least_r_lrs", "lower bound of a resistance whose current is below the noise"},
    {"name", "name of the cell; only if cells have names"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen extract sweeps.csv -o features.csv", "Find the features in a file of sweeps:"},
    {"synaptogen extract sweeps.csv --plot loops.png -o features.csv", "See the loops with their figures:"},
    {"synaptogen extract pad1.csv pad2.csv --columns u=V1,i=I1 -o features.csv",
     "The same in files of an instrument:"},
    {0},
};

const cli_command command_extract = {
    .name = "extract",
    .usage = "FILE...",
    .summary = "find the features of every cycle in measured sweeps",
    .text =
        "Finds the features of every cycle in measured current-voltage sweeps. Standard error says which figures "
        "are missing and why, and what is unusual in the record: positive voltages that SET, |current|, an offset.",
    .input = {sweeps_input, NULL},
    .output = {"CSV with one row for each cycle. A figure that is missing is empty. Resistances are those at --u0.",
               columns},
    .examples = examples,
    .see_also = "import,fit,iv,validate",
    .operands = {{"FILE", "file name or -", offsetof(extract_options, files), .many = true}},
    .options = options,
    .size = sizeof(extract_options),
    .run = run,
};
