/* SPDX-License-Identifier: MIT */
#include "measure/import/csv.h"

#include "base/base.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

syn_status synp_csv_fail(const synp_csv *c, int k, syn_error *err, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return synp_source_located(&c->in, err, synp_fail(err, SYN_EFORMAT, k < 0 ? "" : c->columns[k], "%s", text));
}

/* Reads the next line that is neither empty nor a comment; *line is NULL at the end of the file. */
static syn_status read_line(synp_csv *c, char **line, syn_error *err)
{
    for (size_t n;;) {
        const syn_status status = synp_source_next(&c->in, line, &n, err);
        if (status || !*line || ((*line)[strspn(*line, " \t")] != '\0' && (*line)[0] != '#'))
            return status;
    }
}

/* The field that *rest begins with; moves *rest behind it, to NULL after the last one. */
static synp_field next_field(char **rest)
{
    char *at = *rest, *end = strchr(at, ',');
    *rest = end ? end + 1 : NULL;
    return synp_trim(at, end ? (size_t)(end - at) : strlen(at));
}

static bool is_name(synp_field f, const char *name)
{
    return strlen(name) == f.n && memcmp(name, f.at, f.n) == 0;
}

/* Length of a field in a message. */
static int shown(synp_field f)
{
    return f.n < 40 ? (int)f.n : 40;
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
static bool is_alike(synp_field f, const char *name)
{
    const char *a = f.at, *end = f.at + f.n;
    for (;; a++, name++) {
        while (a < end && !isalnum((unsigned char)*a))
            a++;
        while (*name && !isalnum((unsigned char)*name))
            name++;
        if (a == end || !*name)
            return a == end && !*name;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*name))
            return false;
    }
}

static syn_status find_columns(synp_csv *c, char *header, int n_optional, syn_error *err)
{
    synp_field alike[SYNP_CSV_COLUMNS] = {{NULL, 0}};
    for (int k = 0; k < c->n_columns; k++)
        c->index[k] = -1;
    for (char *rest = header; rest; c->width++) {
        const synp_field name = next_field(&rest);
        for (int k = 0; k < c->n_columns; k++)
            if (is_name(name, c->columns[k])) {
                if (c->index[k] >= 0)
                    return synp_csv_fail(c, k, err, "expected one column of this name, found two");
                c->index[k] = c->width;
            } else if (is_alike(name, c->columns[k])) {
                alike[k] = name;
            }
    }
    int found = 0;
    for (int k = 0; k < c->n_columns; k++)
        if (c->index[k] >= 0)
            found += k < n_optional;
        else if (alike[k].n > 0)
            return synp_csv_fail(c, k, err, "expected a column of this name in the header, found \"%.*s\"",
                                 shown(alike[k]), alike[k].at);
        else if (k >= n_optional)
            return synp_csv_fail(c, k, err, "expected a column of this name in the header, found none");
    return found || n_optional == 0 ? SYN_OK : refuse_header(c, n_optional, err);
}

syn_status synp_csv_open(synp_csv *c, const char *path, const char *const *columns, int n_columns, int n_optional,
                         syn_error *err)
{
    *c = (synp_csv){.columns = columns, .n_columns = n_columns};
    syn_status status = synp_source_open(&c->in, path, SYNP_CSV_LINE, err);
    if (status)
        return status;
    char *header;
    status = read_line(c, &header, err);
    if (!status)
        status = header ? find_columns(c, header, n_optional, err)
                        : synp_csv_fail(c, -1, err, "expected a header, found an empty file");
    if (status)
        synp_csv_close(c);
    return status;
}

void synp_csv_close(synp_csv *c)
{
    synp_source_close(&c->in);
}

syn_status synp_csv_next(synp_csv *c, bool *more, syn_error *err)
{
    char *rest;
    const syn_status status = read_line(c, &rest, err);
    *more = !status && rest;
    if (!*more)
        return status;
    int width = 0;
    for (; rest; width++) {
        const synp_field f = next_field(&rest);
        for (int k = 0; k < c->n_columns; k++)
            if (c->index[k] == width)
                c->field[k] = f;
    }
    if (width != c->width)
        return synp_csv_fail(c, -1, err, "expected %d fields as in the header, found %d", c->width, width);
    return SYN_OK;
}

syn_status synp_csv_integer(const synp_csv *c, int k, uint64_t *out, syn_error *err)
{
    const synp_field f = c->field[k];
    if (synp_read_whole(f, '.', out))
        return SYN_OK;
    return synp_csv_fail(c, k, err, "expected a whole number from 0 to 2^64 - 1, found \"%.*s\"", shown(f), f.at);
}

syn_status synp_csv_number(const synp_csv *c, int k, double *out, syn_error *err)
{
    const synp_field f = c->field[k];
    *out = NAN;
    if (synp_is_missing(f))
        return SYN_OK;
    if (!synp_read_number(f, '.', out))
        return synp_csv_fail(c, k, err, "expected a finite number, found \"%.*s\"", shown(f), f.at);
    if (fabs(*out) >= SYNP_OVERFLOW)
        *out = NAN;
    return SYN_OK;
}
