/* SPDX-License-Identifier: MIT */
#include "base/lines.h"

#include "base/base.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool synp_text_next(synp_text_lines *l)
{
    const ssize_t length = getline(&l->line, &l->room, l->stream);
    if (length < 0) {
        l->error = feof(l->stream) ? 0 : errno;
        return false;
    }
    l->length = (size_t)length;
    if (l->length && l->line[l->length - 1] == '\n')
        l->line[--l->length] = '\0';
    if (l->length && l->line[l->length - 1] == '\r')
        l->line[--l->length] = '\0';
    l->number++;
    if (l->number == 1 && strncmp(l->line, SYNP_BYTE_ORDER_MARK, strlen(SYNP_BYTE_ORDER_MARK)) == 0) {
        l->length -= strlen(SYNP_BYTE_ORDER_MARK);
        memmove(l->line, l->line + strlen(SYNP_BYTE_ORDER_MARK), l->length + 1);
    }
    l->error = strlen(l->line) == l->length ? 0 : EILSEQ;
    return !l->error;
}

syn_status synp_text_end(synp_text_lines *l, syn_error *err)
{
    free(l->line);
    l->line = NULL;
    l->room = 0;
    if (!l->error)
        return SYN_OK;
    if (l->error == EILSEQ) {
        synp_fail(err, SYN_EFORMAT, "", "expected text, found a zero byte");
        if (err)
            err->line = l->number < INT_MAX ? (int)l->number : INT_MAX;
        return synp_in_file(err, l->name, SYN_EFORMAT);
    }
    const syn_status status =
        l->error == ENOMEM ? synp_no_memory(err) : synp_fail(err, SYN_EIO, "", "cannot read: %s", strerror(l->error));
    return synp_in_file(err, l->name, status);
}
