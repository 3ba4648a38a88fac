/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <string.h>

static const char *formatted(const syn_error *e)
{
    static char text[1024];
    return syn_error_format(e, text, sizeof text);
}

Test(status, every_code_has_a_text_of_its_own)
{
#define SYN_X(name, text, advice) name,
    const syn_status all[] = {SYN_STATUS_LIST(SYN_X)};
#undef SYN_X
    const int n = sizeof all / sizeof *all;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            cr_expect(ne(str, (char *)syn_strstatus(all[i]), (char *)syn_strstatus(all[j])), "codes %d and %d", i, j);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            cr_expect(ne(str, (char *)syn_status_advice(all[i]), (char *)syn_status_advice(all[j])));
    cr_expect(eq(int, SYN_OK, 0));
    cr_expect(eq(str, (char *)syn_strstatus(SYN_EIO), "file cannot be read or written"));
}

Test(status, a_value_outside_the_list_still_has_a_text)
{
    const int others[] = {-1, 9, 999};
    for (int k = 0; k < 3; k++) {
        cr_expect(eq(str, (char *)syn_strstatus((syn_status)others[k]), "unknown status"));
        cr_expect(eq(str, (char *)syn_status_advice((syn_status)others[k]), "unknown status"));
    }
}

Test(status, a_message_names_file_line_field_and_text_and_leaves_absent_parts_out)
{
    const struct {
        syn_error error;
        const char *text;
    } cases[] = {
        {{SYN_EFORMAT, 7, "a.json", "eta", "too small"}, "a.json:7: eta: too small"},
        {{SYN_EFORMAT, 0, "a.json", "eta", "too small"}, "a.json: eta: too small"},
        {{SYN_EFORMAT, 7, "", "eta", "too small"}, "line 7: eta: too small"},
        {{SYN_EFORMAT, 7, "a.json", "", "too small"}, "a.json:7: too small"},
        {{SYN_EINVAL, 0, "", "order", "too large"}, "order: too large"},
        {{SYN_ENOMEM, 0, "", "", ""}, "out of memory"},
        {{SYN_EIO, 0, "a.json", "", ""}, "a.json: file cannot be read or written"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(str, (char *)formatted(&cases[i].error), (char *)cases[i].text));
}

/* Such words come from files: a member of a JSON file, a name in a table. */
Test(status, a_message_is_one_line_whatever_words_it_repeats)
{
    syn_params p;
    syn_error e = {.file = "a\nb"};
    static const char set[] = "{\"format\": \"x\\n\\u001b[31m\\u007fy\"}";
    cr_assert(eq(int, syn_params_parse(set, sizeof set - 1, "a\nb", &p, &e), SYN_EFORMAT));
    cr_assert(e.text[0] && strpbrk(e.text, "\n\033\177") == NULL, "%s", e.text);
    cr_assert(strpbrk(formatted(&e), "\n\033\177") == NULL);
    cr_assert(strstr(formatted(&e), "x  [31m y") != NULL, "%s", formatted(&e));
}

Test(status, a_short_buffer_gets_the_beginning_of_the_message_and_a_terminator)
{
    const syn_error e = {SYN_EFORMAT, 7, "a.json", "eta", "too small"};
    const char *whole = "a.json:7: eta: too small";
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        char buf[64];
        memset(buf, 'x', sizeof buf);
        cr_expect(eq(ptr, (void *)syn_error_format(&e, buf, size), buf));
        cr_expect(eq(sz, strlen(buf), size - 1));
        cr_expect(eq(int, strncmp(buf, whole, size - 1), 0));
        cr_expect(eq(chr, buf[size], 'x'), "wrote past a buffer of %zu bytes", size);
    }
    char untouched = 'x';
    syn_error_format(&e, &untouched, 0);
    cr_expect(eq(chr, untouched, 'x'));
}

Test(status, the_running_library_has_the_version_of_its_headers_and_of_the_build)
{
    cr_expect(eq(str, (char *)syn_version(), SYN_VERSION));
    cr_expect(eq(str, (char *)syn_version(), PACKAGE_VERSION));
}
