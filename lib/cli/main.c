/* SPDX-License-Identifier: MIT */
/* The words of the command line choose a subcommand, or a text of the manual. */
#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/manual/manual.h"
#include "cli/part.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#if defined _OPENMP && defined __ELF__
/* OpenMP's threads spin while they wait for each other, which makes a machine that others use too several times as slow. It reads
 * this wish when it is loaded, before main; the functions of .preinit_array run before that. */
static void let_threads_sleep(void)
{
    setenv("OMP_WAIT_POLICY", "passive", 0);
}
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = let_threads_sleep;
#endif

static int print_help(const cli_command *command)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    if (command)
        manual_help(command, out.stream);
    else
        manual_overview(out.stream);
    return output_close(&out, true);
}

static int print_version(void)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    fputs("synaptogen " PACKAGE_VERSION "\n", out.stream);
    return output_close(&out, true);
}

/* Words that name no command: the first word of some, or none at all. */
static int fail_name(int count, char **words)
{
    const size_t length = strlen(words[0]);
    char known[256] = "", typed[64];
    snprintf(typed, sizeof typed, "%s%s%s", words[0], count > 1 && words[1][0] != '-' ? " " : "",
             count > 1 && words[1][0] != '-' ? words[1] : "");
    synp_nearest near = synp_nearest_begin(typed);
    for (const cli_command *const *c = cli_commands; *c; c++) {
        const char *name = (*c)->name;
        synp_nearest_try(&near, name);
        if (strncmp(name, words[0], length) == 0 && name[length] == ' ')
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s\"synaptogen %s\"", *known ? ", " : "",
                     name);
    }
    if (*known)
        return cli_fail(CLI_USAGE, "expected %s, found %s%s%s", known, count > 1 ? "\"" : "",
                        count > 1 ? words[1] : "no word", count > 1 ? "\"" : "");
    return cli_fail(CLI_USAGE, "expected a subcommand, found \"%s\"%s%s%s (see \"synaptogen --help\")", words[0],
                    near.best ? "; the nearest is \"" : "", near.best ? near.best : "", near.best ? "\"" : "");
}

/* --man: the page of the command as a whole, or of the subcommand that the words name. */
static int print_man(int count, char **words)
{
    const cli_command *command = command_find(count, words);
    output out;
    if (count > 0 && (!command || command_words(command, count, words) < count))
        return fail_name(count, words);
    if (output_open(&out, NULL))
        return CLI_FAILED;
    if (command)
        manual_page(command, out.stream);
    else
        manual_main_page(out.stream);
    return output_close(&out, true);
}

static int print_completion(int count, char **words)
{
    output out;
    if (count != 1 || strcmp(words[0], "bash") != 0)
        return cli_fail(CLI_USAGE, "--completion: expected bash, found \"%s\"", count > 0 ? words[0] : "");
    if (output_open(&out, NULL))
        return CLI_FAILED;
    manual_completion(out.stream);
    return output_close(&out, true);
}

static int run(const cli_command *command, const cli_line *line)
{
    options_request request;
    void *values = calloc(1, command->size);
    if (!values)
        return cli_fail_memory();
    int status = options_parse(command->name, command->options, command->operands, line,
                               command_words(command, line->count, line->words), values, &request);
    if (!status)
        status = request == OPTIONS_HELP      ? print_help(command)
                 : request == OPTIONS_VERSION ? print_version()
                                              : part_run(command, values);
    free(values);
    return status;
}

int main(int argc, char **argv)
{
    const cli_line line = {argc - 1, argv + 1};
    /* A reader that leaves and a file that grows beyond the user's limit show up as write errors. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (line.count < 1)
        return cli_fail(CLI_USAGE, "expected a subcommand (see \"synaptogen --help\")");
    const cli_command *command = command_find(line.count, line.words);
    const char *first = line.words[0];
    if (command)
        return run(command, &line);
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return print_help(NULL);
    if (strcmp(first, "--version") == 0)
        return print_version();
    if (strcmp(first, "--man") == 0)
        return print_man(line.count - 1, line.words + 1);
    if (strcmp(first, "--completion") == 0)
        return print_completion(line.count - 1, line.words + 1);
    return fail_name(line.count, line.words);
}
