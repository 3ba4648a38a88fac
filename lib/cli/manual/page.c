/* SPDX-License-Identifier: MIT */
/* Manual pages in the language of man(7): a line that begins with a full stop is a request, a backslash begins an
 * escape. */
#include "cli/manual/manual.h"
#include "cli/manual/text.h"

#include <ctype.h>
#include <string.h>

static void put_char(FILE *f, char c)
{
    if (c == '\\')
        fputs("\\e", f);
    else if (c == '-')
        fputs("\\-", f);
    else if (c == '\'')
        fputs("\\(aq", f);
    else if (c == '^')
        fputs("\\(ha", f);
    else if (c == '~')
        fputs("\\(ti", f);
    else
        fputc(c, f);
}

static void put_chars(FILE *f, const char *text, size_t length)
{
    for (size_t k = 0; k < length; k++)
        put_char(f, text[k]);
}

/* An option is bold up to the character that ends its name. */
static size_t option_length(const char *word)
{
    if (strncmp(word, "--", 2) != 0 || !isalpha((unsigned char)word[2]))
        return 0;
    size_t n = 2;
    while (isalnum((unsigned char)word[n]) || (word[n] == '-' && isalnum((unsigned char)word[n + 1])))
        n++;
    return n;
}

/* Running text: options and words in backquotes are bold; an empty line begins a paragraph with `request`. */
static void put_text(FILE *f, const char *text, const char *request)
{
    bool quoted = false, line_begins = true;
    for (const char *c = text; *c; c++) {
        const size_t option =
            line_begins || isspace((unsigned char)c[-1]) || strchr("(`", c[-1]) ? option_length(c) : 0;
        if (strncmp(c, "\n\n", 2) == 0) {
            fprintf(f, "\n%s\n", request);
            c++;
            line_begins = true;
            continue;
        }
        if (*c == '`') {
            fputs(quoted ? "\\fR" : "\\fB", f);
            quoted = !quoted;
        } else if (option > 0 && !quoted) {
            fputs("\\fB", f);
            put_chars(f, c, option);
            fputs("\\fR", f);
            c += option - 1;
        } else {
            if (line_begins && (*c == '.' || *c == '\''))
                fputs("\\&", f);
            put_char(f, *c == '\n' ? ' ' : *c);
        }
        line_begins = false;
    }
    fputc('\n', f);
}

/* Options are bold. Other words, which the user replaces, are italic. */
static void put_usage(FILE *f, const char *usage)
{
    for (const char *c = usage; *c;) {
        const size_t length = strcspn(c, " ");
        const bool option = *c == '-' && length > 1;
        fputs(option ? " \\fB" : " \\fI", f);
        put_chars(f, c, length);
        fputs("\\fR", f);
        c += length + strspn(c + length, " ");
    }
}

/* "synaptogen-crossbar-read"; upper: in capitals. */
static void put_page_name(FILE *f, const char *command, bool upper)
{
    const char *const parts[] = {"synaptogen", command ? "-" : "", command ? command : ""};
    for (int k = 0; k < 3; k++)
        for (const char *c = parts[k]; *c; c++)
            put_char(f, *c == ' ' ? '-' : upper ? (char)toupper((unsigned char)*c) : *c);
}

static void put_head(FILE *f, const char *command, const char *summary)
{
    fputs(".TH ", f);
    put_page_name(f, command, true);
    fputs(" 1 \"\" \"synaptogen " PACKAGE_VERSION "\" \"" PACKAGE_NAME "\"\n.nh\n.ad l\n.SH NAME\n", f);
    put_page_name(f, command, false);
    fputs(" \\- ", f);
    put_text(f, summary, ".PP");
}

static void put_term(FILE *f, const char *name, const char *text)
{
    fputs(".TP\n\\fB", f);
    put_chars(f, name, strlen(name));
    fputs("\\fR\n", f);
    put_text(f, text, ".IP");
}

static void put_section(FILE *f, const char *title, const cli_section *s)
{
    if (!s->text)
        return;
    fprintf(f, ".SH %s\n", title);
    put_text(f, s->text, ".PP");
    for (const cli_term *t = s->terms; t && t->name; t++)
        put_term(f, t->name, t->text);
}

static void put_option(FILE *f, const cli_option *o)
{
    char text[512];
    fputs(".TP\n", f);
    if (o->letter)
        fprintf(f, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", f);
    put_chars(f, o->name, strlen(o->name));
    fputs("\\fR", f);
    if (o->value)
        put_usage(f, o->value);
    fputc('\n', f);
    put_text(f, option_text(o, text, sizeof text), ".IP");
}

static void put_exit_status(FILE *f, const char *failure)
{
    fputs(".SH EXIT STATUS\n", f);
    put_term(f, "0", manual_success);
    put_term(f, "1", manual_failure);
    if (failure) {
        fputs(".IP\n", f);
        put_text(f, failure, ".IP");
    }
    put_term(f, "2", manual_usage_error);
}

/* Commands with an explanation; their lines are not filled. */
static void put_examples(FILE *f, const cli_term *examples)
{
    if (!examples)
        return;
    fputs(".SH EXAMPLES\n", f);
    for (const cli_term *e = examples; e->name; e++) {
        put_text(f, e->text, ".PP");
        fputs(".PP\n.RS 4\n.nf\n", f);
        for (const char *c = e->name; *c; c++)
            if (*c == '\n')
                fputc('\n', f);
            else
                put_char(f, *c);
        fputs("\n.fi\n.RE\n.PP\n", f);
    }
}

static void put_reference(FILE *f, const char *command, int length)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", length, command);
    fputs(".BR ", f);
    put_page_name(f, name, false);
    fputs(" (1),\n", f);
}

void manual_page(const cli_command *command, FILE *f)
{
    put_head(f, command->name, command->summary);
    fprintf(f, ".SH SYNOPSIS\n\\fBsynaptogen %s\\fR", command->name);
    put_usage(f, command->usage);
    fputs(" [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n", f);
    put_text(f, command->text, ".PP");
    put_section(f, "INPUT", &command->input);
    put_section(f, "OUTPUT", &command->output);
    cli_option list[MOST_OPTIONS];
    const int n = options_list(command->options, list);
    fputs(".SH OPTIONS\n", f);
    for (int k = 0; k < n; k++)
        put_option(f, &list[k]);
    put_exit_status(f, command->failure);
    put_examples(f, command->examples);
    fputs(".SH SEE ALSO\n", f);
    for (const char *c = command->see_also; c && *c; c += strspn(c, ", ")) {
        const int length = (int)strcspn(c, ",");
        put_reference(f, c, length);
        c += length;
    }
    fputs(".BR synaptogen (1),\n.BR synaptogen\\-codemodels (7)\n", f);
}

void manual_main_page(FILE *f)
{
    static const cli_option none[] = {{0}};
    static const cli_term examples[] = {
        {"synaptogen sample --cells 1000 --cycles 100 --start stationary -o features.csv",
         "Draw a hundred cycles of a thousand cells:"},
        {"synaptogen netlist crossbar --rows 24 --cols 16 -o write.cir\nngspice -b write.cir",
         "Write a checkerboard into a crossbar in ngspice:"},
        {0}};
    cli_option list[MOST_OPTIONS];
    const int n = options_list(none, list);
    put_head(f, NULL, manual_summary);
    fputs(".SH SYNOPSIS\n\\fBsynaptogen\\fR \\fISUBCOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n", f);
    put_text(f, manual_about, ".PP");
    fputs(".PP\nEach subcommand has a page of its own.\n.SH SUBCOMMANDS\n", f);
    for (const cli_command *const *c = cli_commands; *c; c++)
        put_term(f, (*c)->name, (*c)->summary);
    fputs(".SH OPTIONS\n", f);
    for (int k = 0; k < n; k++)
        put_option(f, &list[k]);
    put_exit_status(f, NULL);
    put_examples(f, examples);
    fputs(".SH SEE ALSO\n", f);
    for (const cli_command *const *c = cli_commands; *c; c++)
        put_reference(f, (*c)->name, (int)strlen((*c)->name));
    fputs(".BR synaptogen\\-codemodels (7),\n.BR ngspice (1)\n", f);
}
