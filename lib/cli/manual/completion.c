/* SPDX-License-Identifier: MIT */
/* A function of bash that fills COMPREPLY. For each command it sets the options, and by the word before the cursor
 * either the words that may follow or whether a file name does. */
#include "cli/manual/manual.h"

#include <string.h>

static bool is_file(const cli_option *o)
{
    return o->kind == OPTION_TEXT && (strcmp(o->value, "FILE") == 0 || strcmp(o->value, "DIR") == 0);
}

/* The words after an option: those of a choice, a file name, or anything. */
static void put_value(FILE *f, const cli_option *o)
{
    if (!o->value)
        return;
    fputs("                ", f);
    if (o->letter)
        fprintf(f, "-%c | ", o->letter);
    fprintf(f, "--%s) ", o->name);
    if (o->kind == OPTION_CHOICE) {
        fputs("words=\"", f);
        for (const char *c = o->value; *c; c++)
            fputc(*c == '|' ? ' ' : *c, f);
        fputs("\" ;;\n", f);
    } else if (is_file(o)) {
        fputs("files=1 ;;\n", f);
    } else {
        fputs("return ;;\n", f);
    }
}

static void put_command(FILE *f, const cli_command *command)
{
    cli_option list[MOST_OPTIONS];
    const int n = options_list(command->options, list);
    fprintf(f, "        \"%s%s\"*)\n            options=\"", command->name, strchr(command->name, ' ') ? "" : " ");
    for (int k = 0; k < n; k++)
        fprintf(f, "%s--%s", k > 0 ? " " : "", list[k].name);
    fputs("\"\n            case $previous in\n", f);
    for (int k = 0; k < n; k++)
        put_value(f, &list[k]);
    fputs("            esac\n            ;;\n", f);
}

/* Whether two names begin with the same word. */
static bool same_first(const char *a, const char *b)
{
    const size_t length = strcspn(a, " ");
    return strcspn(b, " ") == length && strncmp(a, b, length) == 0;
}

/* The first words of the commands; then the second ones after each first one that has some. Commands with the same first
 * word are adjacent in the list. */
static void put_words(FILE *f)
{
    const char *before = "";
    fputs("        1:*) words=\"", f);
    for (const cli_command *const *c = cli_commands; *c; before = (*c++)->name)
        if (!same_first(before, (*c)->name))
            fprintf(f, "%.*s ", (int)strcspn((*c)->name, " "), (*c)->name);
    fputs("--help --version\" ;;\n", f);
    before = "";
    for (const cli_command *const *c = cli_commands; *c; before = (*c++)->name) {
        const char *name = (*c)->name, *second = strchr(name, ' ');
        if (!second || same_first(before, name))
            continue;
        fprintf(f, "        2:%.*s) words=\"", (int)(second - name), name);
        for (const cli_command *const *same = c; *same && same_first((*same)->name, name); same++)
            fprintf(f, "%s%s", same == c ? "" : " ", strchr((*same)->name, ' ') + 1);
        fputs("\" ;;\n", f);
    }
}

void manual_completion(FILE *f)
{
    fputs("# Completion of synaptogen for bash.\n_synaptogen()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local options= words= files=\n"
          "    case $COMP_CWORD:${COMP_WORDS[1]} in\n",
          f);
    put_words(f);
    fputs("    esac\n    [[ $words ]] || case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", f);
    for (const cli_command *const *c = cli_commands; *c; c++)
        put_command(f, *c);
    fputs("    esac\n    if [[ $words ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
          "    elif [[ $files || $current != -* ]]; then\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
          "    else\n        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n    fi\n}\n"
          "complete -F _synaptogen synaptogen\n",
          f);
}
