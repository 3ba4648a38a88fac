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

/* The words of the commands: the first ones, or the second ones after `first`. */
static void put_words(FILE *f, const char *first)
{
    const char *blank = "", *last = "";
    for (const cli_command *const *c = cli_commands; *c; c++) {
        const char *name = (*c)->name, *second = strchr(name, ' ');
        const size_t length = strcspn(name, " ");
        if (!first && (strncmp(last, name, length) != 0 || strcspn(last, " ") != length))
            fprintf(f, "%s%.*s", blank, (int)length, name);
        else if (first && second && strncmp(name, first, length) == 0 && first[length] == '\0')
            fprintf(f, "%s%s", blank, second + 1);
        else
            continue;
        blank = " ";
        last = name;
    }
}

void manual_completion(FILE *f)
{
    fputs("# Completion of synaptogen for bash.\n_synaptogen()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local options= words= files=\n"
          "    case $COMP_CWORD:${COMP_WORDS[1]} in\n        1:*) words=\"",
          f);
    put_words(f, NULL);
    fputs(" --help --version\" ;;\n        2:netlist) words=\"", f);
    put_words(f, "netlist");
    fputs("\" ;;\n        2:crossbar) words=\"", f);
    put_words(f, "crossbar");
    fputs("\" ;;\n    esac\n    [[ $words ]] || case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", f);
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
