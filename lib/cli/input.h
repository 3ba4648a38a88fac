/* SPDX-License-Identifier: MIT */
/* Files of text that a command reads line by line; "-" is standard input. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "base/lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct input {
    FILE *stream;
    const char *name; /* for messages */
} input;

int input_open(input *in, const char *path);
void input_close(input *in);

/* Calls use for each line until it fails. use returns an exit status and has printed the reason; so does this. */
int input_lines(const input *in, int (*use)(void *context, const synp_text_lines *line), void *context);

/* Rows of a table whose rows are equally long. */
typedef struct input_shape {
    size_t rows, cols;
} input_shape;

/* Adds a row of `found` elements, which are called `what`. An empty line, found = 0, is no row. */
int input_add_row(input_shape *shape, const synp_text_lines *line, const char *what, size_t found);

#endif
