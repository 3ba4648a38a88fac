/* SPDX-License-Identifier: MIT */
#include "cli/buffer.h"
#include "support/support.h"

#include <stdlib.h>

Test(buffer, what_was_written_is_the_text)
{
    buffer b;
    cr_assert(eq(int, buffer_open(&b), CLI_OK));
    fprintf(b.stream, "part %d", 3);
    cr_assert(eq(int, buffer_close(&b), CLI_OK));
    cr_expect(eq(str, b.text, "part 3"));
    cr_expect(eq(sz, b.size, 6));
    free(b.text);
}

/* So open_memstream of glibc does when its first block is refused. */
Test(buffer, a_stream_that_closes_without_a_text_is_out_of_memory)
{
    buffer b = {.stream = fopen("/dev/null", "w")};
    cr_assert(eq(int, buffer_close(&b), CLI_FAILED));
}

Test(buffer, a_text_that_was_not_written_to_its_end_is_out_of_memory)
{
    static char text[] = "a";
    buffer b = {.stream = fopen("/dev/full", "w"), .text = text};
    cr_assert(ne(ptr, b.stream, NULL));
    fputs("abc", b.stream);
    fflush(b.stream);
    cr_assert(eq(int, buffer_close(&b), CLI_FAILED));
}
