/* SPDX-License-Identifier: MIT */
/* Texts about the commands, all made from their tables. */
#ifndef CLI_MANUAL_MANUAL_H
#define CLI_MANUAL_MANUAL_H

#include "cli/commands.h"

#include <stdio.h>

/* `synaptogen --help` and `synaptogen SUBCOMMAND --help`. */
void manual_overview(FILE *f);
void manual_help(const cli_command *command, FILE *f);

/* synaptogen(1) and synaptogen-SUBCOMMAND(1), in the language of man(7). */
void manual_main_page(FILE *f);
void manual_page(const cli_command *command, FILE *f);

/* A script with the completion of bash. */
void manual_completion(FILE *f);

#endif
