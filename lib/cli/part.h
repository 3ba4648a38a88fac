/* SPDX-License-Identifier: MIT */
/* A run of a command on one part of its cells or inputs, such as a task of a job array. Beside each result FILE it leaves
 * FILE.part, which says what the part is of. A run that finds its result and this record does nothing. */
#ifndef CLI_PART_H
#define CLI_PART_H

#include "cli/commands.h"

#define OPTION_PART(type, field)                                                                                     \
    {                                                                                                                \
        "part", "I/N", TEXT(type, field),                                                                            \
            .help =                                                                                                  \
                "work on part I of N; \"slurm\": on the part of this task of a job array. The last % in the names "  \
                "of results becomes I. What is done already is not done again"                                       \
    }

/* The units first .. first + count - 1 of `total` that a part works on. text: of --part, NULL: all of them. The parts are
 * as equal as multiples of `unit` can be; each has at least `least`. what: "cells", for the message. */
typedef struct part_range {
    size_t first, count;
} part_range;
int part_of(const char *text, size_t total, size_t unit, size_t least, const char *what, part_range *out);

/* Runs a command. If its values have a --part, with the names of its results and their records. */
int part_run(const cli_command *command, void *values);

/* RESULT.part, to be freed; NULL: no memory. */
char *part_record_name(const char *result);

/* What a record says. */
typedef struct part_record {
    char *text;                             /* of the whole file */
    const char *identity;                   /* within text: the lines that are the same for all parts of a run */
    uint64_t number, count, size, checksum; /* the last two: of the result */
} part_record;

/* Reads the record of a result and checks the result's size and, if `checked`, its checksum. To be freed by
 * part_record_free after success. */
int part_record_read(const char *result, bool checked, part_record *out);
void part_record_free(part_record *r);

/* Whether the result is columns of the matrix of the whole. */
bool part_is_columns(const part_record *r);

/* Names the first line in which two records of parts differ. other: the result that `expected` belongs to, NULL: the run itself. Returns CLI_OK if there is none. */
int part_compare(const char *name, const char *other, const part_record *expected, const part_record *found);

#endif
