/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <string.h>

const cli_command *const cli_commands[] = {
#define X(name) &command_##name,
    CLI_COMMANDS(X)
#undef X
        NULL};

int command_words(const cli_command *command, int count, char *const *words)
{
    const size_t first = strcspn(command->name, " ");
    const char *second = command->name[first] ? command->name + first + 1 : NULL;
    if (count < 1 || strlen(words[0]) != first || strncmp(words[0], command->name, first) != 0)
        return 0;
    if (!second)
        return 1;
    return count > 1 && strcmp(words[1], second) == 0 ? 2 : 0;
}

const cli_command *command_find(int count, char *const *words)
{
    for (const cli_command *const *c = cli_commands; *c; c++)
        if (command_words(*c, count, words) > 0)
            return *c;
    return NULL;
}
