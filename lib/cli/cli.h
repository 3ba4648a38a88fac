/* SPDX-License-Identifier: MIT */
/* The command `synaptogen`: arguments, files and printing; all physics is the library's. This header has what every
 * subcommand needs: exit status, messages, files, progress. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <synaptogen/synaptogen.h>
#include <time.h>

/* Exit status. Every function of the command that returns int returns one of these and has printed the reason. */
enum { CLI_OK, CLI_FAILED, CLI_USAGE };

/* Whether a name ends in .npy, .csv, .png, ... */
bool cli_ends_with(const char *name, const char *end);

/* Prints "synaptogen: text" as one line on standard error and returns status. */
__attribute__((format(printf, 2, 3))) int cli_fail(int status, const char *format, ...);

/* The text of the last failure, for a report; empty if there was none. */
const char *cli_last_failure(void);

/* Prints prefix and the library's message, returns CLI_FAILED. */
int cli_fail_library(const char *prefix, const syn_error *err);

/* The same for a call whose parameters are called like options: "--bandwidth: ...". */
int cli_fail_option(const syn_error *err);

/* Prints that there is no memory, returns CLI_FAILED. */
int cli_fail_memory(void);

/* A bar on a terminal, once work has taken a second. Zeroed at the start. */
typedef struct progress {
    time_t start;
    bool shown;
} progress;

void progress_show(progress *p, const char *what, size_t done, size_t total);
void progress_end(const progress *p);

/* Standard output, or a file that appears when it is complete (base/file.h) and is removed if the user interrupts. */
typedef struct output {
    FILE *stream;
    const char *name; /* for messages */
    synp_file file;   /* zero for standard output */
    int slot;         /* of its name in output.c */
} output;

/* path NULL is standard output. */
int output_open(output *o, const char *path);
/* Puts the file in its place (keep) or removes it. A pipe whose reader went away fails silently. */
int output_close(output *o, bool keep);
/* Writes a state file. A signal that would end the program ends it after that, so that no half file stays. */
int output_save_array(const syn_array *a, const char *path);
/* The same with the join of state files. */
int output_join_arrays(const char *const *parts, size_t count, const char *path);

/* Appends ",x" with the fewest digits, 15 or 17, that read back as the same double. */
void output_number(FILE *f, double x);

#endif
