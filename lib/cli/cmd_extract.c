/* SPDX-License-Identifier: MIT */
#include "cli/buffer.h"
#include "cli/commands.h"
#include "cli/extract/extract.h"
#include "cli/html.h"
#include "cli/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct extract_options {
    extract_request request;
    const char *plot, *html, *output;
} extract_options;

static const cli_option options[] = {
    {GROUP(options_sweeps, extract_options, request.sweeps)},
    {GROUP(options_look, extract_options, request.look)},
    OPTION_PLOT(extract_options, plot,
                "picture of four loops with their figures, of words and features over the cycles; .png or .svg "
                "(needs gnuplot)"),
    {"html", "FILE", WRITES(extract_options, html),
     .help = "page with what was seen, the words and the picture (needs gnuplot)"},
    OPTION_OUTPUT(extract_options, output),
    {0},
};

static void put_page(const cli_line *files, const char *seen, const char *notes, FILE *f)
{
    fprintf(f, "# Loops of %s%s\n\n## What was seen\n\n```\n%s```\n\n## What was found\n\n```\n%s```\n\n",
            files->words[0], files->count > 1 ? " and others" : "", seen, notes);
    fputs("![Loops with their figures, words and features over the cycles](loops.png)\n", f);
}

/* The page with the picture loops.png of the folder. */
static int write_html(const extract_options *o, const char *seen, const char *notes, const char *folder)
{
    buffer text;
    output out;
    int status = buffer_open(&text);
    if (status)
        return status;
    put_page(&o->request.files, seen, notes, text.stream);
    status = buffer_close(&text);
    if (!status)
        status = output_open(&out, o->html);
    if (!status) {
        status = html_write("Loops and their figures", text.text, folder, out.stream);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    free(text.text);
    return status;
}

/* The page. Until it is complete, the picture has a folder of its own beside it. */
static int write_page(const extract_options *o, extract_page *page, const char *seen, const char *notes)
{
    const size_t size = strlen(o->html) + sizeof ".XXXXXX/loops.png";
    char *folder = malloc(size), *picture = malloc(size);
    int status = folder && picture ? CLI_OK : cli_fail_memory();
    if (!status) {
        snprintf(folder, size, "%s.XXXXXX", o->html);
        if (!mkdtemp(folder))
            status = cli_fail(CLI_FAILED, "%s: cannot make a folder beside it: %s", o->html, strerror(errno));
    }
    if (!status) {
        snprintf(picture, size, "%s/loops.png", folder);
        status = page_draw(page, picture);
        if (!status)
            status = write_html(o, seen, notes, folder);
        remove(picture);
        rmdir(folder);
    }
    free(folder);
    free(picture);
    return status;
}

static int extract(const extract_options *o, extract_page *page, buffer *seen, buffer *notes)
{
    int status = extract_features(&o->request, o->output, page, seen->stream, notes->stream);
    const int closed = buffer_close(seen), also = buffer_close(notes);
    status = status ? status : closed ? closed : also;
    if (!status && o->plot)
        status = page_draw(page, o->plot);
    if (!status && o->html)
        status = write_page(o, page, seen->text, notes->text);
    if (!status)
        fputs(notes->text, stderr);
    free(seen->text);
    free(notes->text);
    return status;
}

static int run(const void *values)
{
    const extract_options *o = values;
    const bool has_page = o->plot || o->html;
    extract_page *page = NULL;
    buffer seen = {0}, notes = {0};
    int status = o->plot ? gnuplot_check_name(o->plot) : CLI_OK;
    if (!status && has_page && !(page = page_create(o->request.look.u0)))
        status = cli_fail_memory();
    if (!status)
        status = buffer_open(&seen);
    if (!status)
        status = buffer_open(&notes);
    if (!status)
        status = extract(o, page, &seen, &notes);
    page_free(page);
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
    .operands = {{"FILE", "file name or -", offsetof(extract_options, request.files), .many = true}},
    .options = options,
    .size = sizeof(extract_options),
    .run = run,
};
