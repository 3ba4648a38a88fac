/* SPDX-License-Identifier: MIT */
/* Sentences of the manual, and lines that end between words. */
#ifndef CLI_MANUAL_TEXT_H
#define CLI_MANUAL_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* What the program is, and when it fails. */
extern const char manual_summary[], manual_about[], manual_success[], manual_failure[], manual_usage_error[];

/* Writes paragraphs, which an empty line separates, in lines of at most 80 characters. The first line begins at
 * `column`, the others at `indent`. Ends with a line feed. */
void text_wrap(FILE *f, const char *text, size_t indent, size_t column);

/* A list of two columns. The right one begins below the left one's text if that is long. */
void text_term(FILE *f, const char *name, const char *text);

#endif
