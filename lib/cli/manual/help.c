/* SPDX-License-Identifier: MIT */
#include "cli/manual/manual.h"
#include "cli/manual/text.h"

static void put_section(FILE *f, const char *title, const cli_section *s)
{
    if (!s->text)
        return;
    fprintf(f, "\n%s:\n", title);
    text_wrap(f, s->text, 0, 0);
    for (const cli_term *t = s->terms; t && t->name; t++)
        text_term(f, t->name, t->text);
}

static void put_options(FILE *f, const cli_option *table)
{
    cli_option list[MOST_OPTIONS];
    const int n = options_list(table, list);
    fputs("\nOptions:\n", f);
    for (int k = 0; k < n; k++) {
        const cli_option *o = &list[k];
        char letter[] = "-x, ", left[96], text[512];
        letter[1] = o->letter;
        snprintf(left, sizeof left, "%s--%s%s%s", o->letter ? letter : "", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        text_term(f, left, option_text(o, text, sizeof text));
    }
}

void manual_overview(FILE *f)
{
    fputs("Usage: synaptogen SUBCOMMAND [OPTION]...\n\n", f);
    text_wrap(f, manual_about, 0, 0);
    fputs("\nSubcommands:\n", f);
    for (const cli_command *const *c = cli_commands; *c; c++)
        text_term(f, (*c)->name, (*c)->summary);
    fputs("\n`synaptogen SUBCOMMAND --help` describes columns and options.\n"
          "`synaptogen --version` prints the version.\n",
          f);
}

void manual_help(const cli_command *command, FILE *f)
{
    fprintf(f, "Usage: synaptogen %s%s%s [OPTION]...\n\n", command->name, command->usage[0] ? " " : "",
            command->usage);
    text_wrap(f, command->text, 0, 0);
    put_section(f, "Input", &command->input);
    put_section(f, "Output", &command->output);
    put_options(f, command->options);
}
