/* SPDX-License-Identifier: MIT */
/* A reader of text, line by line:
 *
 *   synp_text_lines l = {.stream = f, .name = name};
 *   while (!status && synp_text_next(&l))
 *       status = use(l.line, l.length, l.number);
 *   const syn_status end = synp_text_end(&l, err);   always, it frees the line
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stdio.h>
#include <synaptogen/status.h>

typedef struct synp_text_lines {
    FILE *stream;
    const char *name; /* of the file, for messages */
    char *line;       /* without its end, "\n" or "\r\n"; may be changed; valid until the next call */
    size_t length;    /* strlen(line) */
    size_t number;    /* 1-based */
    size_t room;
    int error; /* why it cannot be read, as errno, EILSEQ for a zero byte; 0 at the end of the file */
} synp_text_lines;

/* The byte-order mark of UTF-8, which some editors write at the begin of a file. It is left out of every text. */
#define SYNP_BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* Goes to the next line. Returns false at the end of the file and when it cannot be read. A byte-order mark at the begin of the
 * file is left out. */
bool synp_text_next(synp_text_lines *l);

/* Frees the line; the stream stays open. Returns SYN_OK, SYN_EIO (it could not be read, err names the file and the
 * reason), SYN_EFORMAT (a zero byte, err names the line) or SYN_ENOMEM. err may be NULL. */
syn_status synp_text_end(synp_text_lines *l, syn_error *err);

#endif
