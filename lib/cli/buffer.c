/* SPDX-License-Identifier: MIT */
#include "cli/buffer.h"

int buffer_open(buffer *b)
{
    *b = (buffer){0};
    b->stream = open_memstream(&b->text, &b->size);
    return b->stream ? CLI_OK : cli_fail_memory();
}

int buffer_close(buffer *b)
{
    const bool failed = ferror(b->stream);
    return fclose(b->stream) == 0 && !failed && b->text ? CLI_OK
                                                        : cli_fail_memory(); /* glibc: success without a text */
}
