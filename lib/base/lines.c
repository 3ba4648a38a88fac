/* SPDX-License-Identifier: MIT */
#include "base/lines.h"

#include "base/base.h"

#include <errno.h>
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
    return true;
}

syn_status synp_text_end(synp_text_lines *l, syn_error *err)
{
    free(l->line);
    l->line = NULL;
    l->room = 0;
    if (!l->error)
        return SYN_OK;
    const syn_status status =
        l->error == ENOMEM ? synp_no_memory(err) : synp_fail(err, SYN_EIO, "", "cannot read: %s", strerror(l->error));
    return synp_in_file(err, l->name, status);
}
