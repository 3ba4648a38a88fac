/* SPDX-License-Identifier: MIT */
/* What every room uses: errors of options, files that appear when complete, lines of text, instruction sets. */
#include "base/base.h"
#include "base/file.h"
#include "base/isa.h"
#include "base/lines.h"
#include "support/support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *text_file(const char *text, size_t size)
{
    FILE *f = tmpfile();
    cr_assert(f != NULL);
    cr_assert(eq(sz, fwrite(text, 1, size, f), size));
    rewind(f);
    return f;
}

Test(base, lines_lose_their_ends_and_a_byte_order_mark_and_keep_their_numbers)
{
    const char text[] = "\xEF\xBB\xBFone\n\r\n\xEF\xBB\xBFtwo\r\n last";
    const char *const expected[] = {"one", "", "\xEF\xBB\xBFtwo", " last"};
    synp_text_lines l = {.stream = text_file(text, sizeof text - 1), .name = "text"};
    for (size_t k = 0; k < 4; k++) {
        cr_assert(synp_text_next(&l), "line %zu", k + 1);
        cr_expect(eq(sz, l.number, k + 1));
        cr_expect(eq(sz, l.length, strlen(expected[k])));
        cr_expect(eq(str, l.line, (char *)expected[k]));
    }
    cr_expect(not(synp_text_next(&l)));
    cr_expect(eq(int, synp_text_end(&l, NULL), SYN_OK));
    cr_expect(eq(ptr, l.line, NULL));
    fclose(l.stream);
}

Test(base, a_zero_byte_is_refused_with_its_line)
{
    const char text[] = "one\ntw\0o\nlast";
    syn_error err = {0};
    synp_text_lines l = {.stream = text_file(text, sizeof text - 1), .name = "text"};
    cr_assert(synp_text_next(&l));
    cr_expect(not(synp_text_next(&l)));
    cr_expect(eq(int, synp_text_end(&l, &err), SYN_EFORMAT));
    cr_expect(eq(str, err.file, "text"));
    cr_expect(eq(int, err.line, 2));
    cr_expect(eq(str, err.text, "expected text, found a zero byte"));
    fclose(l.stream);
}

Test(base, a_file_that_cannot_be_read_is_named)
{
    syn_error err = {0};
    synp_text_lines l = {.stream = fopen("/", "r"), .name = "folder"};
    cr_assert(l.stream != NULL);
    cr_expect(not(synp_text_next(&l)));
    cr_expect(eq(int, synp_text_end(&l, &err), SYN_EIO));
    cr_expect(eq(str, err.file, "folder"));
    cr_expect(eq(str, err.text, "cannot read: Is a directory"));
    fclose(l.stream);
}

/* The first line of a file, or "" if there is none. */
static const char *contents(const char *path)
{
    static char text[32];
    FILE *f = fopen(path, "r");
    text[0] = '\0';
    if (f) {
        if (!fgets(text, sizeof text, f))
            text[0] = '\0';
        fclose(f);
    }
    return text;
}

Test(base, a_file_appears_when_it_is_complete_and_is_unchanged_if_it_is_not_kept)
{
    char folder[] = "/tmp/synaptogen-test-XXXXXX", path[64];
    synp_file f;
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/file", folder);
    cr_assert(eq(int, synp_file_create(&f, path), 0));
    fputs("first", f.stream);
    cr_expect(ne(int, access(path, F_OK), 0), "not yet complete");
    cr_assert(eq(int, synp_file_close(&f, true, true), 0));
    cr_expect(eq(str, (char *)contents(path), "first"));
    cr_assert(eq(int, synp_file_create(&f, path), 0));
    fputs("second", f.stream);
    fflush(f.stream);
    cr_expect(eq(str, (char *)contents(path), "first"));
    cr_assert(eq(int, synp_file_close(&f, false, false), 0));
    cr_expect(eq(str, (char *)contents(path), "first"));
    cr_assert(eq(int, unlink(path), 0));
    cr_expect(eq(int, rmdir(folder), 0), "nothing is left beside it");
}

Test(base, what_is_no_regular_file_is_written_directly_and_a_missing_folder_is_an_error)
{
    synp_file f;
    cr_assert(eq(int, synp_file_create(&f, "/dev/null"), 0));
    cr_expect(eq(ptr, f.temporary, NULL));
    cr_expect(eq(int, synp_file_close(&f, true, false), 0));
    cr_assert(eq(int, synp_file_create(&f, "/dev/full"), 0));
    fputs("text", f.stream);
    cr_expect(eq(int, synp_file_close(&f, true, false), ENOSPC));
    cr_expect(eq(int, synp_file_create(&f, "/no/such/folder/file"), ENOENT));
}

Test(base, an_instruction_set_is_found_by_name_by_the_environment_or_is_the_fastest)
{
    int isa, fastest = 0;
    syn_error err = {0};
    while (!synp_isa_runs(fastest))
        fastest++;
    unsetenv("SYNAPTOGEN_KERNEL");
    cr_expect(eq(int, synp_isa_find(NULL, &isa, NULL), SYN_OK));
    cr_expect(eq(int, isa, fastest));
    cr_expect(eq(int, synp_isa_find("generic", &isa, NULL), SYN_OK));
    cr_expect(eq(str, (char *)synp_isa_name(isa), "generic"));
    cr_expect(eq(ptr, (void *)synp_isa_name(isa + 1), NULL), "the slowest is the last");
    setenv("SYNAPTOGEN_KERNEL", "generic", 1);
    cr_expect(eq(int, synp_isa_find(NULL, &isa, NULL), SYN_OK));
    cr_expect(eq(str, (char *)synp_isa_name(isa), "generic"));
    cr_expect(eq(int, synp_isa_find(synp_isa_name(fastest), &isa, NULL), SYN_OK), "a name comes first");
    cr_expect(eq(int, isa, fastest));
    setenv("SYNAPTOGEN_KERNEL", "abacus", 1);
    support_refused(synp_isa_find(NULL, &isa, &err), SYN_EINVAL, &err, "kernel", "SYNAPTOGEN_KERNEL: \"abacus\"");
    cr_expect(strstr(err.text, "generic") != NULL, "%s", err.text);
    cr_expect(not(synp_isa_runs(-1)));
}

Test(base, a_reserved_word_that_is_not_0_is_refused_with_its_number)
{
    syn_error err = {0};
    uint64_t words[8] = {0};
    cr_expect(eq(int, synp_check_reserved(words, sizeof words, "syn_thing", &err), SYN_OK));
    words[5] = 1;
    cr_expect(eq(int, synp_check_reserved(words, sizeof words, "syn_thing", &err), SYN_EINVAL));
    cr_expect(eq(str, err.text, "word 5 of syn_thing is not 0: zero-initialise the structure"));
}
