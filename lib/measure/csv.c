/* SPDX-License-Identifier: MIT */
#include "measure/csv.h"

#include "model/model.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static syn_status located(const synp_csv *c, syn_error *err, syn_status s)
{
    if (err) {
        snprintf(err->file, sizeof err->file, "%s", c->name);
        err->line = c->line < INT_MAX ? (int)c->line : INT_MAX;
    }
    return s;
}

syn_status synp_csv_fail(const synp_csv *c, int k, syn_error *err, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return located(c, err, synp_fail(err, SYN_EFORMAT, k < 0 ? "" : c->columns[k], "%s", text));
}

/* Cuts blanks at both ends of text. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1]))
        text[--n] = '\0';
    return text;
}

/* Checks what zlib reports. A gzip file that ends too early shows only at its end. */
static syn_status check_file(const synp_csv *c, syn_error *err)
{
    int code;
    const char *text = gzerror(c->file, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return SYN_OK;
    return located(c, err, synp_fail(err, SYN_EIO, "", "cannot read: %s", code == Z_ERRNO ? strerror(errno) : text));
}

/* Reads the next line that is neither empty nor a comment into c->text; *more is false at the end of the file. */
static syn_status read_line(synp_csv *c, bool *more, syn_error *err)
{
    for (;;) {
        *more = gzgets(c->file, c->text, sizeof c->text) != NULL;
        if (!*more)
            return check_file(c, err);
        c->line++;
        const size_t n = strlen(c->text);
        c->bytes += n;
        c->crc = (uint32_t)crc32_z(c->crc, (const unsigned char *)c->text, n);
        if (n == 0 || c->text[n - 1] != '\n') {
            const syn_status status = check_file(c, err);
            if (status || !gzeof(c->file))
                return status ? status
                              : synp_csv_fail(c, -1, err, "expected a line of text of fewer than %d characters",
                                              SYNP_CSV_LINE);
        }
        if (c->text[strspn(c->text, " \t\r\n")] != '\0' && c->text[0] != '#')
            return SYN_OK;
    }
}

/* None of the optional columns is there. */
static syn_status refuse_header(const synp_csv *c, int n_optional, syn_error *err)
{
    char names[160] = "";
    for (int k = 0; k < n_optional; k++) {
        const size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s", k ? ", " : "", c->columns[k]);
    }
    return synp_csv_fail(c, -1, err, "expected one or more of the columns %s in the header, found none", names);
}

/* Whether two names have the same letters and digits: u_set, USET. */
static bool is_alike(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !isalnum((unsigned char)*a))
            a++;
        while (*b && !isalnum((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

static syn_status find_columns(synp_csv *c, int n_optional, syn_error *err)
{
    static char nothing[] = "";
    const char *alike[SYNP_CSV_COLUMNS] = {NULL};
    for (int k = 0; k < c->n_columns; k++) {
        c->index[k] = -1;
        c->field[k] = nothing;
    }
    char *rest = c->text;
    if (strncmp(rest, "\xef\xbb\xbf", 3) == 0) /* byte order mark of some spreadsheets */
        rest += 3;
    for (char *name; (name = strsep(&rest, ",")); c->width++)
        for (int k = 0; k < c->n_columns; k++)
            if (strcmp(trim(name), c->columns[k]) == 0) {
                if (c->index[k] >= 0)
                    return synp_csv_fail(c, k, err, "expected one column of this name, found two");
                c->index[k] = c->width;
            } else if (is_alike(name, c->columns[k])) {
                alike[k] = name;
            }
    int found = 0;
    for (int k = 0; k < c->n_columns; k++)
        if (c->index[k] >= 0)
            found += k < n_optional;
        else if (alike[k])
            return synp_csv_fail(c, k, err, "expected a column of this name in the header, found \"%.40s\"",
                                 alike[k]);
        else if (k >= n_optional)
            return synp_csv_fail(c, k, err, "expected a column of this name in the header, found none");
    return found || n_optional == 0 ? SYN_OK : refuse_header(c, n_optional, err);
}

syn_status synp_csv_open(synp_csv *c, const char *path, const char *const *columns, int n_columns, int n_optional,
                         syn_error *err)
{
    struct stat about;
    const bool is_input = strcmp(path, "-") == 0;
    *c = (synp_csv){.name = is_input ? "standard input" : path, .columns = columns, .n_columns = n_columns};
    if (!is_input && stat(path, &about) == 0 && S_ISREG(about.st_mode))
        c->size = (uint64_t)about.st_size;
    errno = 0;
    c->file = is_input ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
    if (!c->file)
        return located(c, err,
                       synp_fail(err, SYN_EIO, "", "cannot open: %s", errno ? strerror(errno) : "out of memory"));
    gzbuffer(c->file, 1 << 18);
    bool more;
    syn_status status = read_line(c, &more, err);
    if (!status && !more)
        status = located(c, err, synp_fail(err, SYN_EFORMAT, "", "expected a header, found an empty file"));
    if (!status)
        status = find_columns(c, n_optional, err);
    if (status)
        synp_csv_close(c);
    return status;
}

void synp_csv_close(synp_csv *c)
{
    if (c->file)
        gzclose(c->file);
    c->file = NULL;
}

syn_status synp_csv_next(synp_csv *c, bool *more, syn_error *err)
{
    syn_status status = read_line(c, more, err);
    if (status || !*more)
        return status;
    char *rest = c->text;
    int width = 0;
    for (char *field; (field = strsep(&rest, ",")); width++)
        for (int k = 0; k < c->n_columns; k++)
            if (c->index[k] == width)
                c->field[k] = trim(field);
    if (width != c->width)
        return synp_csv_fail(c, -1, err, "expected %d fields as in the header, found %d", c->width, width);
    return SYN_OK;
}

syn_status synp_csv_integer(const synp_csv *c, int k, uint64_t *out, syn_error *err)
{
    const char *text = c->field[k];
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno || (*end && end[strspn(end, ".0")] != '\0'))
        return synp_csv_fail(c, k, err, "expected a whole number from 0 to 2^64 - 1, found \"%.40s\"", text);
    return SYN_OK;
}

syn_status synp_csv_number(const synp_csv *c, int k, double *out, syn_error *err)
{
    const char *text = c->field[k];
    char *end;
    *out = NAN;
    if (text[0] == '\0' || strcasecmp(text, "nan") == 0 || strcasecmp(text, "na") == 0)
        return SYN_OK;
    *out = strtod(text, &end);
    if (end == text || *end || !isfinite(*out))
        return synp_csv_fail(c, k, err, "expected a finite number, found \"%.40s\"", text);
    return SYN_OK;
}

double synp_csv_fraction(const synp_csv *c)
{
    return c->size ? fmin((double)gzoffset(c->file) / (double)c->size, 1) : 0;
}
