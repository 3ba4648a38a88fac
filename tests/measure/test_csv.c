/* SPDX-License-Identifier: MIT */
/* Files of features and of sweeps, as they should and as they should not be. */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

static char *path;

static void make_file(void)
{
    path = support_temporary();
}

TestSuite(csv, .init = make_file, .fini = support_remove_temporary);

static void put(const char *text, size_t size)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(text, 1, size, f) == size && fclose(f) == 0);
}

typedef struct bad {
    const char *text;
    syn_status status;
    const char *message; /* after the path */
} bad;

static void expect_message(const bad *b, syn_status status, const syn_error *err)
{
    char line[700], expected[700];
    snprintf(expected, sizeof expected, "%s%s", path, b->message);
    cr_expect(eq(int, status, b->status), "%s", b->text);
    cr_expect(eq(str, (char *)syn_error_format(err, line, sizeof line), expected));
}

#define HEAD "cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset\n"

Test(csv, malformed_features_are_refused_with_file_line_and_column)
{
    const bad cases[] = {
        {"", SYN_EFORMAT, ": expected a header, found an empty file"},
        {"\n\n# only this\n", SYN_EFORMAT, ":3: expected a header, found an empty file"},
        {HEAD, SYN_EFORMAT, ":1: expected rows after the header, found none"},
        {"cell;cycle;log10_r_hrs\n1;2;3\n", SYN_EFORMAT,
         ":1: cell: expected a column of this name in the header, found none"},
        {"cell,log10_r_hrs,u_set,r_lrs,u_reset\n", SYN_EFORMAT,
         ":1: cycle: expected a column of this name in the header, found none"},
        {"cell,cycle,u,i\n1,0,0,0\n", SYN_EFORMAT,
         ":1: expected one or more of the columns log10_r_hrs, u_set, r_lrs, u_reset in the header, found none"},
        {"cell,cycle,log10_r_hrs,U set,r_lrs,u_reset\n", SYN_EFORMAT,
         ":1: u_set: expected a column of this name in the header, found \"U set\""},
        {"cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset,u_set\n", SYN_EFORMAT,
         ":1: u_set: expected one column of this name, found two"},
        {HEAD "1,0,5,-0.7,4500,0.7\n1,1,5,-0.7,4500\n", SYN_EFORMAT,
         ":3: expected 6 fields as in the header, found 5"},
        {HEAD "1,0,5,-0.7,4500,0.7\n1,1,5,x0.7,4500,0.7\n", SYN_EFORMAT,
         ":3: u_set: expected a finite number, found \"x0.7\""},
        {HEAD "1,0,5,-0.7,inf,0.7\n", SYN_EFORMAT, ":2: r_lrs: expected a finite number, found \"inf\""},
        {HEAD "1,0,5,-0.7,4500,0.7 V\n", SYN_EFORMAT, ":2: u_reset: expected a finite number, found \"0.7 V\""},
        {HEAD "-1,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cell: expected a whole number from 0 to 2^64 - 1, found \"-1\""},
        {HEAD "1,0.5,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cycle: expected a whole number from 0 to 2^64 - 1, found \"0.5\""},
        {HEAD "99999999999999999999,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":2: cell: expected a whole number from 0 to 2^64 - 1, found \"99999999999999999999\""},
        {HEAD "1,0,5,-0.7,4500,0.7\n2,0,5,-0.7,4500,0.7\n1,0,5,-0.7,4500,0.7\n", SYN_EFORMAT,
         ":4: cycle: expected one row for each cycle, found cycle 0 of cell 1 also in line 2"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_features f;
        syn_error err = {0};
        put(cases[k].text, strlen(cases[k].text));
        const syn_status s = syn_features_load(path, 0, &f, &err);
        expect_message(&cases[k], s, &err);
        cr_expect(eq(sz, f.rows, 0));
    }
}

Test(csv, lines_that_are_no_text_are_refused_in_bounded_memory)
{
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    syn_features f;
    syn_error err = {0};
    cr_assert(text != NULL);
    memset(text, 'x', SIZE);
    put(text, SIZE);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EFORMAT));
    cr_expect(eq(str, err.text, "expected a line of text of fewer than 4096 characters"));
    memcpy(text, HEAD "1,0,5\0,", sizeof HEAD + 7);
    put(text, SIZE);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EFORMAT));
    cr_expect(eq(int, err.line, 2));
    free(text);
    unlink(path);
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EIO));
    cr_expect(eq(int, syn_features_load("/", 0, &f, &err), SYN_EIO));
}

/* Rows and columns in any order, columns among others, blanks, CR, comments, a byte order mark, missing figures, a
 * gap. */
Test(csv, features_are_read_in_any_order_with_gaps_as_missing_cycles)
{
    const char text[] = "\xef\xbb\xbfu_reset, u_set,q,cycle,cell,log10_r_hrs,r_lrs\r\n"
                        "0.71,-0.61,ok,1,7,5.1,4100\r\n# a comment\r\n\r\n"
                        "0.70,-0.60,ok,0,7,5.0,4000\r\n"
                        "0.75,,\"x\",5,7,nan,4500\r\n"
                        "0.9,-0.9,ok,3,2,NA,4900\r\n0.9,-0.9,ok,3000000000,2,4,4901";
    syn_features f;
    syn_error err;
    put(text, sizeof text - 1);
    cr_assert(eq(int, syn_features_load(path, 0, &f, &err), SYN_OK), "%s", err.text);
    cr_expect(eq(sz, f.devices, 2));
    cr_expect(eq(ulong, f.cell[0], 2));
    cr_expect(eq(ulong, f.cell[1], 7));
    cr_expect(eq(sz, f.first[1], 2 + SYN_LONGEST_GAP));
    cr_expect(eq(sz, f.first[2] - f.first[1], 6));
    cr_expect(eq(sz, f.rows, f.first[2]));
    const double(*y)[SYN_NFEAT] = (const double(*)[SYN_NFEAT])f.y + f.first[1];
    cr_expect(eq(dbl, y[0][SYN_R_LRS], 4000));
    cr_expect(eq(dbl, y[1][SYN_U_SET], -0.61));
    cr_expect(isnan(y[2][SYN_R_LRS]) && isnan(y[4][SYN_U_RESET]));
    cr_expect(isnan(y[5][SYN_U_SET]) && isnan(y[5][SYN_LOG10_R_HRS]));
    cr_expect(eq(dbl, y[5][SYN_U_RESET], 0.75));
    cr_expect(isnan(f.y[1][SYN_R_LRS]));
    cr_expect(eq(ulong, f.bytes, sizeof text - 1));
    cr_expect(eq(ulong, f.crc, crc32(0, (const unsigned char *)text, sizeof text - 1)));
    syn_features_free(&f);
    cr_assert(eq(int, syn_features_load(path, 3, &f, &err), SYN_OK));
    cr_expect(eq(sz, f.first[2] - f.first[1], 1), "cycles before 3 are left out");
    syn_features_free(&f);
}

Test(csv, each_figure_of_a_feature_without_a_column_is_missing)
{
    const char text[] = "cell,r_lrs,cycle,log10_r_hrs\n3,4500,0,5\n3,,1,5.5\n";
    syn_features f;
    syn_error err;
    put(text, sizeof text - 1);
    cr_assert(eq(int, syn_features_load(path, 0, &f, &err), SYN_OK), "%s", err.text);
    cr_assert(eq(sz, f.rows, 2));
    cr_expect(f.y[0][SYN_R_LRS] == 4500 && f.y[0][SYN_LOG10_R_HRS] == 5 && f.y[1][SYN_LOG10_R_HRS] == 5.5);
    cr_expect(isnan(f.y[1][SYN_R_LRS]));
    for (size_t k = 0; k < f.rows; k++)
        cr_expect(isnan(f.y[k][SYN_U_SET]) && isnan(f.y[k][SYN_U_RESET]));
    syn_features_free(&f);
}

Test(csv, malformed_sweeps_are_refused_with_file_line_and_column)
{
    const bad cases[] = {
        {"cell,cycle,u\n", SYN_EFORMAT,
         ":1: i: expected a column of the current (i, I, Current, ...), found \"cell\", \"cycle\", \"u\" (separator: "
         "comma); name it: --columns i=NAME or i=NUMBER"},
        {"cell,cycle,u,i\n0,0,0,0\n0,0,volt,0\n", SYN_EFORMAT, ":3: u: expected a finite number, found \"volt\""},
        {"cell,cycle,u,i\n0,1,0,0\n0,0,0,0\n", SYN_EFORMAT,
         ":3: cycle: expected the cycles of cell 0 in rising order, found 0 after 1"},
        {"cell,cycle,u,i\n0,0,0,0\n5,0,0,0\n0,1,0,0\n", SYN_EFORMAT,
         ":4: cell: expected the rows of a cell together, found cell 0 again"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_sweeps *r = NULL;
        syn_sweep s;
        syn_error err = {0};
        put(cases[k].text, strlen(cases[k].text));
        syn_status status = syn_sweeps_open(path, &r, &err);
        for (s.n = 1; !status && s.n > 0;)
            status = syn_sweeps_next(r, &s, &err);
        expect_message(&cases[k], status, &err);
        syn_sweeps_close(r);
    }
}

Test(csv, points_without_a_number_are_counted_and_left_out)
{
    const char text[] = "cell,cycle,u,i\n0,0,1,2\n0,0,nan,3\n0,0,4,5\n0,1,,\n3,0,6,7\n";
    syn_sweeps *r;
    syn_sweep s;
    put(text, sizeof text - 1);
    cr_assert(eq(int, syn_sweeps_open(path, &r, NULL), SYN_OK));
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(s.n == 2 && s.u[1] == 4 && s.i[1] == 5 && s.cycle == 0);
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(s.n == 1 && s.cell == 3 && s.u[0] == 6);
    cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
    cr_expect(eq(sz, s.n, 0));
    cr_expect(eq(ulong, syn_sweeps_missing(r), 2));
    syn_sweeps_close(r);
}

/* 150 MB of text, compressed to some 100 kB: the memory of the process grows by that of a sweep and the buffers. */
Test(csv, a_long_file_is_read_in_the_memory_of_one_sweep, .timeout = 300)
{
    gzFile z = gzopen(path, "wb1");
    struct rusage before, after;
    syn_sweeps *r;
    syn_sweep s;
    char line[64];
    uint64_t sweeps = 0, points = 0;
    gzputs(z, "cell,cycle,u,i\n");
    for (int k = 0; k < 30000; k++) {
        const int n = snprintf(line, sizeof line, "%d,%d,0.25000000,1.25e-5\n", k / 100, k % 100);
        for (int j = 0; j < 200; j++)
            gzwrite(z, line, (unsigned)n);
    }
    cr_assert(eq(int, gzclose(z), Z_OK));
    getrusage(RUSAGE_SELF, &before);
    cr_assert(eq(int, syn_sweeps_open(path, &r, NULL), SYN_OK));
    do {
        cr_assert(eq(int, syn_sweeps_next(r, &s, NULL), SYN_OK));
        sweeps += s.n > 0;
        points += s.n;
    } while (s.n > 0);
    getrusage(RUSAGE_SELF, &after);
    uint64_t bytes;
    uint32_t crc;
    syn_sweeps_checksum(r, &bytes, &crc);
    cr_expect(gt(ulong, bytes, 150000000));
    cr_expect(eq(ulong, sweeps, 30000));
    cr_expect(eq(ulong, points, 6000000));
    cr_expect(lt(long, after.ru_maxrss - before.ru_maxrss, 4096), "kB");
    syn_sweeps_close(r);
}

Test(csv, a_truncated_gzip_file_is_no_shorter_file)
{
    gzFile z = gzopen(path, "wb");
    syn_features f;
    syn_error err = {0};
    gzputs(z, HEAD);
    for (int k = 0; k < 5000; k++)
        gzprintf(z, "1,%d,4.%04d,-0.7,4500,0.7\n", k, k * 7919 % 10000);
    cr_assert(eq(int, gzclose(z), Z_OK));
    cr_assert(eq(int, syn_features_load(path, 0, &f, &err), SYN_OK));
    cr_expect(eq(sz, f.rows, 5000));
    syn_features_free(&f);
    cr_assert(eq(int, truncate(path, 9000), 0));
    cr_expect(eq(int, syn_features_load(path, 0, &f, &err), SYN_EIO));
}
