/* SPDX-License-Identifier: MIT */
/* A text in memory that is written as a stream. */
#ifndef CLI_BUFFER_H
#define CLI_BUFFER_H

#include "cli/cli.h"

typedef struct buffer {
    FILE *stream;
    char *text; /* after buffer_close; to be freed */
    size_t size;
} buffer;

int buffer_open(buffer *b);
/* Closes the stream, so that the text is complete. */
int buffer_close(buffer *b);

#endif
