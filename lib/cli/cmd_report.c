/* SPDX-License-Identifier: MIT */
/* From the files of an instrument to a set, its report and all that lies between. */
#include "cli/buffer.h"
#include "cli/commands.h"
#include "cli/fit.h"
#include "cli/html.h"
#include "cli/report/beside.h"
#include "cli/shared.h"
#include "cli/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct report_options {
    extract_request request;
    fit_settings fit;
    const char *output;
} report_options;

static const cli_option options[] = {
    {"output", "DIR", TEXT(report_options, output), .letter = 'o',
     .help = "folder for features.csv, params.json, report.html, report.md and the pictures (needs gnuplot)"},
    {GROUP(options_fit, report_options, fit)},
    {GROUP(options_sweeps, report_options, request.sweeps)},
    {GROUP(options_look, report_options, request.look)},
    {0},
};

enum { PATH = 4096 };

/* What the steps pass on. */
typedef struct work {
    const report_options *o;
    FILE *head, *page; /* Markdown: title and verdict, and what follows */
    char features[PATH], params[PATH], loops[PATH];
    char name[64];   /* of the set */
    bool has_sweeps; /* else a table of features was read */
    bool pictures;   /* so far all were drawn */
} work;

static int put_path(const work *w, const char *file, char path[PATH])
{
    const int n = snprintf(path, PATH, "%s/%s", w->o->output, file);
    return n < PATH ? CLI_OK : cli_fail(CLI_FAILED, "%s: the name is too long", w->o->output);
}

/* Name of the set: --name, or that of the folder. */
static void name_set(const report_options *o, char name[64])
{
    size_t end = strlen(o->output);
    while (end > 1 && o->output[end - 1] == '/')
        end--;
    size_t from = end;
    while (from > 0 && o->output[from - 1] != '/')
        from--;
    snprintf(name, 64, "%.*s", (int)(end - from), o->output + from);
    if (o->fit.name)
        snprintf(name, 64, "%s", o->fit.name);
    for (char *c = name; *c; c++)
        *c = (char)(*c == '|' ? '/' : *c); /* it stands in a table */
}

/* Removes what an earlier report has left in the folder. */
static int remove_earlier(const work *w)
{
    static const char *const files[] = {"features.csv",    "params.json", "report.md",   "report.html",
                                        "loops.png",       "qq.png",      "devices.png", "autocorrelation.png",
                                        "correlation.png", "beside.png",  "curves.png"};
    char path[PATH];
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        if (put_path(w, files[k], path))
            return CLI_FAILED;
        if (remove(path) && errno != ENOENT)
            return cli_fail(CLI_FAILED, "%s: cannot replace this file: %s", path, strerror(errno));
    }
    return CLI_OK;
}

static void put_block(FILE *f, const char *text)
{
    fprintf(f, "```\n%s```\n\n", text);
}

/* The loops, and what was found in them. */
static int extract(work *w)
{
    extract_page *page = page_create(w->o->request.look.u0);
    buffer seen, notes;
    if (!page)
        return cli_fail_memory();
    int status = buffer_open(&seen);
    if (!status && (status = buffer_open(&notes)) == CLI_OK) {
        status = extract_features(&w->o->request, w->features, page, seen.stream, notes.stream);
        const int closed = buffer_close(&seen), also = buffer_close(&notes);
        status = status ? status : closed ? closed : also;
        if (!status) {
            fputs("## What was seen\n\n", w->page);
            put_block(w->page, seen.text);
            fputs("## What was found\n\n", w->page);
            put_block(w->page, notes.text);
            w->pictures = page_draw(page, w->loops) == CLI_OK;
            if (w->pictures)
                fputs("![Loops with their figures, words and features over the cycles](loops.png)\n\n", w->page);
        }
        free(notes.text);
        free(seen.text);
    }
    page_free(page);
    return status;
}

/* A table of features in place of loops. */
static int import(work *w, const syn_import *how)
{
    syn_endurance *table;
    syn_error err;
    output out;
    const syn_status opened = syn_endurance_open(how, &table, &err);
    if (opened)
        return opened == SYN_EINVAL ? cli_fail_option(&err) : cli_fail_library("", &err);
    int status = output_open(&out, w->features);
    if (!status) {
        fputs("## What was found\n\n```\n", w->page);
        table_form(w->page, table);
        status = table_write(table, how->files[0], out.stream, w->page);
        fputs("```\n\n", w->page);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    syn_endurance_close(table);
    return status;
}

static int measure(work *w)
{
    const cli_line *files = &w->o->request.files;
    const syn_import how =
        sweeps_import((const char *const *)files->words, (size_t)files->count, &w->o->request.sweeps);
    fprintf(w->head, "# %s, from %s", w->name, files->words[0]);
    if (files->count > 1)
        fprintf(w->head, " and %d other file%s", files->count - 1, files->count > 2 ? "s" : "");
    fputs("\n\n", w->head);
    w->has_sweeps = !syn_endurance_is_table(&how);
    return w->has_sweeps ? extract(w) : import(w, &how);
}

static int fit(work *w)
{
    fit_request request = {.features = w->features,
                           .output = w->params,
                           .sweeps = w->has_sweeps ? &w->o->request : NULL,
                           .u0 = w->o->request.look.u0,
                           .settings = w->o->fit};
    buffer told;
    int status = buffer_open(&told);
    if (status)
        return status;
    request.settings.name = w->name;
    status = fit_features(&request, told.stream);
    const int closed = buffer_close(&told);
    status = status ? status : closed;
    if (status)
        fprintf(w->head, "**No set was fitted:** %s\n\n", cli_last_failure());
    else {
        fputs("# The fit\n\n", w->page);
        put_block(w->page, told.text);
    }
    free(told.text);
    return status;
}

/* On standard output and at the head of the page. */
static void put_verdict(const work *w, const syn_validation *v)
{
    printf("%s: ", w->params);
    report_verdict(v, stdout);
    puts(v->disagreeing > v->by_a_hair ? ": the set does not describe these measurements"
         : v->disagreeing > 0          ? ": the set describes these measurements nearly"
                                       : "");
    fputs("The set is params.json. **", w->head);
    report_verdict(v, w->head);
    fputs("** with the measurements.\n\n", w->head);
}

/* The set against the measurements, and another set beside both. */
static int compare(work *w, const syn_features *f, const syn_model *fitted, const syn_model *other)
{
    report r = {.set = w->name, .features = w->features}, s = {.set = syn_model_params(other)->name};
    const syn_validate_options how = {.seed = w->o->fit.seed, .detrend = w->o->fit.trend == 1};
    int status = report_compare(&r, fitted, f, &how);
    if (!status)
        status = report_compare(&s, other, f, &how);
    if (!status) {
        const beside b = {&r, &s, fitted, other, w->has_sweeps};
        w->pictures =
            w->pictures && report_plot(&r, w->o->output) == CLI_OK && beside_plot(&b, w->o->output) == CLI_OK;
        fputs("# The set against the measurements\n\n", w->page);
        report_text(&r, w->pictures, w->page);
        fprintf(w->page, "\n# Beside %s\n\n", s.set);
        beside_text(&b, w->pictures, w->page);
        put_verdict(w, r.v);
    }
    report_free(&r);
    report_free(&s);
    return status;
}

static int validate(work *w)
{
    const model_options set = {.params = w->params}, others = {.params = w->o->fit.params};
    syn_model *fitted = NULL, *other = NULL;
    syn_features f;
    syn_error err;
    int status = model_open(&set, NULL, &fitted);
    if (!status)
        status = model_open(&others, NULL, &other);
    if (!status && syn_features_load(w->features, w->o->fit.skip, &f, &err))
        status = cli_fail_library("", &err);
    if (!status) {
        status = compare(w, &f, fitted, other);
        syn_features_free(&f);
    }
    syn_model_free(fitted);
    syn_model_free(other);
    return status;
}

/* All steps. What was done before one fails stays, and the page says so. */
static int take_steps(work *w, bool *measured)
{
    int status = measure(w);
    *measured = status == CLI_OK;
    if (!status)
        status = fit(w);
    return status ? status : validate(w);
}

static int write_page(const work *w, const char *head, const char *page)
{
    buffer whole;
    int status = buffer_open(&whole);
    if (status)
        return status;
    fprintf(whole.stream, "%s%s", head, page);
    status = buffer_close(&whole);
    if (!status)
        status = html_write_report(w->name, whole.text, w->o->output);
    if (!status)
        printf("%s/report.html\n", w->o->output);
    free(whole.text);
    return status;
}

static int fill(work *w)
{
    buffer head, page;
    bool measured = false;
    if (buffer_open(&head) || buffer_open(&page))
        return CLI_FAILED;
    w->head = head.stream;
    w->page = page.stream;
    int status = take_steps(w, &measured);
    const int closed = buffer_close(&head), also = buffer_close(&page);
    const int written = closed || also ? CLI_FAILED : measured ? write_page(w, head.text, page.text) : CLI_OK;
    free(head.text);
    free(page.text);
    return status ? status : written ? written : w->pictures ? CLI_OK : CLI_FAILED;
}

static int run(const void *values)
{
    const report_options *o = values;
    work w = {.o = o, .pictures = true};
    if (!o->output)
        return cli_fail(CLI_USAGE, "--output: expected a folder for the report, found none");
    for (int k = 0; k < o->request.files.count; k++)
        if (strcmp(o->request.files.words[k], "-") == 0)
            return cli_fail(CLI_USAGE, "expected files, which can be read twice, found standard input");
    const bool made = mkdir(o->output, 0777) == 0;
    if (!made && errno != EEXIST)
        return cli_fail(CLI_FAILED, "%s: cannot make this folder: %s", o->output, strerror(errno));
    name_set(o, w.name);
    int status = put_path(&w, "features.csv", w.features);
    if (!status)
        status = put_path(&w, "params.json", w.params);
    if (!status)
        status = put_path(&w, "loops.png", w.loops);
    if (!status)
        status = remove_earlier(&w);
    if (!status)
        status = fill(&w);
    if (status && made)
        rmdir(o->output); /* only if it is empty */
    return status;
}

static const cli_term files[] = {
    {"features.csv", "as extract or import write them"},
    {"params.json", "as fit writes it; its name is that of the folder if --name is absent"},
    {"report.html", "one file with all texts and pictures; a browser prints it"},
    {"report.md, *.png", "the same text in Markdown, and its pictures"},
    {0},
};

static const cli_term examples[] = {
    {"synaptogen report pad1.csv pad2.csv -o mydevice", "From an instrument's files to a set and its report:"},
    {"synaptogen report endurance.txt -o mydevice", "The same from a table of resistances:"},
    {0},
};

const cli_command command_report = {
    .name = "report",
    .usage = "FILE... -o DIR",
    .summary = "extract, fit and validate in one go, with a report",
    .text =
        "Takes the steps import, extract, fit and validate one after another and writes one report on all of them: "
        "what the files are, loops with their figures, what is missing and why, the fit, whether the set describes "
        "the measurements, and what is different from the set --params. If a step fails, the report covers the steps "
        "before it.\n\n"
        "The seed is that of fit and of the devices that are compared.",
    .input = {sweeps_input, NULL},
    .output = {"A folder. Files of an earlier report in it are replaced. Standard output says whether the set "
               "describes the measurements.",
               files},
    .failure = "Also if no set can be fitted, or if gnuplot fails. Figures that do not agree are no failure.",
    .examples = examples,
    .see_also = "extract,fit,import,validate",
    .operands = {{"FILE", "file name", offsetof(report_options, request.files), .many = true}},
    .options = options,
    .size = sizeof(report_options),
    .run = run,
};
