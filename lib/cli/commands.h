/* SPDX-License-Identifier: MIT */
/* The subcommands: names, options and texts. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

/* A line of a list: a column, a field or a command line, and what it means. A list ends with an empty entry. */
typedef struct cli_term {
    const char *name, *text;
} cli_term;

/* Paragraphs, separated by an empty line, and a list after them. */
typedef struct cli_section {
    const char *text;
    const cli_term *terms;
} cli_section;

typedef struct cli_command {
    const char *name;    /* one or two words */
    const char *usage;   /* the necessary arguments, after the name: "--cells M" */
    const char *summary; /* a phrase in lower case, for lists of commands */
    const char *text;    /* the description: paragraphs, separated by an empty line */
    cli_section input;   /* format of the input; may be empty */
    cli_section output;  /* format of the result, its columns */
    const char *failure; /* when the exit status is 1 besides the usual; may be NULL */
    const cli_term *examples;
    const char *see_also; /* names of related commands, separated by commas; may be NULL */
    cli_operand operands[MOST_OPERANDS];
    const cli_option *options;
    bool parts_are_columns; /* of the matrix of the whole; else they are rows, or cells */
    bool uses_blas;         /* so that the last digits depend on its kernels and on the number of threads */
    size_t size;            /* of the structure that the options and operands fill */
    int (*run)(const void *values);
} cli_command;

/* Each subcommand is one line here, one file cmd_NAME.c, and two lines of Makefile.inc. */
#define CLI_COMMANDS(X)                                                                                              \
    X(info)                                                                                                          \
    X(sample)                                                                                                        \
    X(pulse)                                                                                                         \
    X(iv)                                                                                                            \
    X(program)                                                                                                       \
    X(read)                                                                                                          \
    X(vmm)                                                                                                           \
    X(netlist_crossbar)                                                                                              \
    X(crossbar_solve)                                                                                                \
    X(crossbar_write)                                                                                                \
    X(crossbar_read)                                                                                                 \
    X(join)                                                                                                          \
    X(import)                                                                                                        \
    X(extract)                                                                                                       \
    X(fit)                                                                                                           \
    X(validate)                                                                                                      \
    X(report)

#define X(name) extern const cli_command command_##name;
CLI_COMMANDS(X)
#undef X

/* The commands in this order; NULL at the end. */
extern const cli_command *const cli_commands[];

/* How many of the words name the command: 1, 2, or 0 if they do not. */
int command_words(const cli_command *command, int count, char *const *words);
/* The command that the words begin with, NULL if there is none. */
const cli_command *command_find(int count, char *const *words);

#endif
