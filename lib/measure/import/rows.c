/* SPDX-License-Identifier: MIT */
#include "measure/import/rows.h"

#include "base/base.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Points of a file with several pairs of columns, which is kept in memory. */
enum { MOST_POINTS = 1 << 25 };

static syn_status at_line(const synp_rows *r, uint64_t line, syn_error *err, syn_status status)
{
    if (!status)
        return status;
    synp_in_file(err, r->in.name, status);
    if (err)
        err->line = line < INT_MAX ? (int)line : INT_MAX;
    return status;
}

syn_status synp_rows_fail(const synp_rows *r, const char *field, syn_error *err, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return at_line(r, r->line, err, synp_fail(err, SYN_EFORMAT, field, "%s", text));
}

/* Keeps the first lines. They are those up to SYNP_LOOK_LINES, or to SYNP_LOOK_BYTES characters. */
static syn_status read_look(synp_rows *r, syn_error *err)
{
    synp_look *l = &r->look;
    while (l->n < SYNP_LOOK_LINES && l->used < SYNP_LOOK_BYTES) {
        char *line;
        size_t n;
        const syn_status status = synp_source_next(&r->in, &line, &n, err);
        if (status)
            return status;
        if (!line) {
            l->is_all = true;
            break;
        }
        while (l->used + n + 1 > l->room)
            if (!synp_grow(&l->text, 1, &l->room))
                return synp_no_memory(err);
        memcpy(l->text + l->used, line, n + 1);
        l->at[l->n++] = l->used;
        l->used += n + 1;
    }
    return SYN_OK;
}

/* The next line; *line is NULL at the end. */
static syn_status next_line(synp_rows *r, char **line, size_t *n, syn_error *err)
{
    if (r->next < r->look.n) {
        *line = r->look.text + r->look.at[r->next++];
        *n = strlen(*line);
        r->line = r->next;
        return SYN_OK;
    }
    if (r->look.is_all) {
        *line = NULL;
        return SYN_OK;
    }
    const syn_status status = synp_source_next(&r->in, line, n, err);
    r->line = r->in.line;
    return status;
}

/* Whether the line holds a row. Another header begins a new block. */
static bool is_row(synp_rows *r, const char *line)
{
    if (!r->form.is_blocks && *line != '#' && *line != '%' && *line != '/' && *line != ' ' && *line != '\t' &&
        *line) {
        const bool is_header = r->header && strcmp(line, r->header) == 0;
        r->block += is_header;
        return !is_header;
    }
    if (synp_is_comment(line))
        return false;
    if (r->form.is_blocks && synp_begins_with(line, "DataName"))
        r->block++;
    return !r->form.is_blocks || synp_begins_with(line, "DataValue") || synp_begins_with(line, "DataName");
}

/* A later header of EasyEXPERT must be the first one. */
static syn_status check_block(const synp_rows *r, const char *line, syn_error *err)
{
    if (strcmp(line, r->header) == 0)
        return SYN_OK;
    return synp_rows_fail(r, "", err, "expected the columns of the first block, \"%.80s\", found \"%.80s\"",
                          r->header, line);
}

/* Checks the number of fields. A row of several pairs may end early; empty fields may follow any row. */
static syn_status check_width(const synp_rows *r, const char *line, size_t n, size_t length, syn_error *err)
{
    const size_t width = r->form.width + r->form.is_blocks;
    if (n == width || (n < width && r->columns.n_pairs > 1))
        return SYN_OK;
    if (n > width) {
        size_t left = length;
        for (size_t k = 0; k < n - width && left > 0; left--)
            if (line[left - 1] == r->form.separator)
                k++;
            else if (line[left - 1] != ' ')
                break;
        synp_field f;
        if (synp_split(line, left, r->form.separator, &f, 1) == width)
            return SYN_OK;
    }
    return synp_rows_fail(r, "", err, "expected %zu fields as in the %s, found %zu", r->form.width,
                          r->form.has_header ? "header" : "first row", n - r->form.is_blocks);
}

/* How many of the first fields of a line are numbers. */
static size_t count_numbers(const synp_rows *r, const char *line, size_t length)
{
    enum { FIELDS = 8 };
    synp_field f[FIELDS];
    const size_t n = synp_split(line, length, r->form.separator, f, FIELDS);
    size_t numbers = 0;
    double x;
    for (size_t k = 0; k < n && k < FIELDS; k++)
        numbers += synp_read_number(f[k], r->form.decimal, &x);
    return numbers;
}

/* After a line without a number, which was refused with status: if no row follows, the file ends in text, and the rows end
 * here. */
static syn_status end_with_text(synp_rows *r, syn_status status, bool *more, syn_error *err)
{
    syn_error other;
    char *line;
    size_t length, lines = 1;
    for (;; lines++) {
        const syn_status read = next_line(r, &line, &length, &other);
        if (read && err)
            *err = other;
        if (read)
            return read;
        if (!line)
            break;
        if (count_numbers(r, line, length) > 1)
            return status;
    }
    r->texts = lines;
    *more = false;
    return SYN_OK;
}

syn_status synp_rows_split(synp_rows *r, bool *more, syn_error *err)
{
    char *line;
    size_t length;
    for (;;) {
        syn_status status = next_line(r, &line, &length, err);
        *more = !status && line;
        if (!*more)
            return status;
        if (r->next <= r->form.first && r->line <= r->form.first) /* what stands before the data */
            continue;
        if (!is_row(r, line))
            continue;
        if (!r->form.is_blocks || synp_begins_with(line, "DataValue"))
            break;
        status = check_block(r, line, err);
        if (status)
            return status;
    }
    if (r->form.is_blocks) {
        char *const separator = strchr(line, r->form.separator), *const values =
                                                                     separator ? separator + 1 : line + length;
        length -= (size_t)(values - line);
        line = values;
    }
    size_t n = synp_split(line, length, r->form.separator, r->fields, r->form.width);
    for (size_t k = n; k < r->form.width; k++)
        r->fields[k] = (synp_field){line, 0};
    n += r->form.is_blocks;
    if (n == r->form.width + r->form.is_blocks)
        return SYN_OK;
    const syn_status status = check_width(r, line, n, length, err);
    return status && count_numbers(r, line, length) == 0 ? end_with_text(r, status, more, err) : status;
}

static int shown(synp_field f)
{
    return f.n < 40 ? (int)f.n : 40;
}

syn_status synp_rows_number(const synp_rows *r, size_t column, synp_role role, double *out, syn_error *err)
{
    const synp_field f = r->fields[column];
    if (!synp_read_number(f, r->form.decimal, out)) {
        *out = NAN;
        return synp_is_missing(f) ? SYN_OK
                                  : synp_rows_fail(r, synp_role_word(role), err,
                                                   "expected a finite number, found \"%.*s\"", shown(f), f.at);
    }
    if (fabs(*out) >= SYNP_OVERFLOW)
        *out = NAN;
    return SYN_OK;
}

syn_status synp_rows_whole(const synp_rows *r, size_t column, synp_role role, uint64_t *out, syn_error *err)
{
    const synp_field f = r->fields[column];
    double x;
    if (synp_read_whole(f, r->form.decimal, out))
        return SYN_OK;
    if (synp_read_number(f, r->form.decimal, &x) && x >= 0 && x < 0x1p53 && x == floor(x)) {
        *out = (uint64_t)x;
        return SYN_OK;
    }
    return synp_rows_fail(r, synp_role_word(role), err, "expected a whole number from 0 to 2^64 - 1, found \"%.*s\"",
                          shown(f), f.at);
}

/* Whether the current row has a word both for the voltage and for the current. */
static bool is_text(const synp_rows *r)
{
    const synp_field u = r->fields[r->columns.pairs[0].u], i = r->fields[r->columns.pairs[0].i];
    double x;
    return !synp_read_number(u, r->form.decimal, &x) && !synp_is_missing(u) &&
           !synp_read_number(i, r->form.decimal, &x) && !synp_is_missing(i);
}

/* The current row's cell, cycle, u, i. */
static syn_status read_row(synp_rows *r, syn_error *err)
{
    const synp_columns *c = &r->columns;
    syn_status status = SYN_OK;
    if (c->are_names)
        synp_join_cell(c, r->fields, r->cell_text, sizeof r->cell_text);
    else if (c->n_cell > 0)
        status = synp_rows_whole(r, c->cell[0], SYNP_CELL, &r->cell, err);
    if (c->name != SYNP_NO_COLUMN) {
        const synp_columns name = {.cell = {c->name}, .n_cell = 1};
        synp_join_cell(&name, r->fields, r->name, sizeof r->name);
    }
    if (!status && c->cycle != SYNP_NO_COLUMN)
        status = synp_rows_whole(r, c->cycle, SYNP_CYCLE, &r->cycle, err);
    if (!status)
        status = synp_rows_number(r, c->pairs[0].u, SYNP_U, &r->value_u, err);
    if (!status)
        status = synp_rows_number(r, c->pairs[0].i, SYNP_I, &r->value_i, err);
    r->value_u *= c->pairs[0].u_factor;
    r->value_i *= c->pairs[0].i_factor;
    return status;
}

/* Reads a file with pairs of columns side by side. */
static syn_status read_pairs(synp_rows *r, syn_error *err)
{
    const size_t n = r->columns.n_pairs;
    for (bool more;; r->height++) {
        syn_status status = synp_rows_split(r, &more, err);
        if (status || !more)
            return status;
        if (r->height >= MOST_POINTS / n)
            return synp_rows_fail(r, "", err, "expected at most %d points in columns side by side", MOST_POINTS);
        if (r->height == r->room) {
            const size_t room = r->room ? 2 * r->room : 256;
            double *u = realloc(r->u, room * n * sizeof *u);
            r->u = u ? u : r->u;
            double *i = realloc(r->i, room * n * sizeof *i);
            r->i = i ? i : r->i;
            if (!u || !i)
                return synp_no_memory(err);
            r->room = room;
        }
        for (size_t k = 0; k < n && !status; k++) {
            const synp_pair_of_columns *p = &r->columns.pairs[k];
            double *u = &r->u[r->height * n + k], *i = &r->i[r->height * n + k];
            status = synp_rows_number(r, p->u, SYNP_U, u, err);
            if (!status)
                status = synp_rows_number(r, p->i, SYNP_I, i, err);
            *u *= p->u_factor;
            *i *= p->i_factor;
        }
        if (status)
            return status;
    }
}

/* The next point of columns side by side. Those behind the last point of a pair are not missing, the pair is shorter. */
static bool next_of_pairs(synp_rows *r)
{
    const size_t n = r->columns.n_pairs;
    for (; r->block < n; r->block++, r->at = 0) {
        size_t height = r->height;
        while (height > 0 && isnan(r->i[(height - 1) * n + r->block]))
            height--;
        if (r->at < height) {
            r->value_u = r->u[r->at * n + r->block];
            r->value_i = r->i[r->at * n + r->block];
            r->at++;
            return true;
        }
    }
    return false;
}

syn_status synp_rows_next(synp_rows *r, bool *more, syn_error *err)
{
    if (r->columns.n_pairs > 1) {
        *more = next_of_pairs(r);
        return SYN_OK;
    }
    syn_status status = synp_rows_split(r, more, err);
    if (status || !*more)
        return status;
    status = read_row(r, err);
    return status && is_text(r) ? end_with_text(r, status, more, err) : status;
}

syn_status synp_rows_begin(synp_rows *r, const char *path, syn_error *err)
{
    *r = (synp_rows){0};
    syn_status status = synp_source_open(&r->in, path, SYNP_LONGEST_LINE, err);
    if (status)
        return status;
    status = read_look(r, err);
    if (!status && r->look.n == 0)
        status = at_line(r, 0, err, synp_fail(err, SYN_EFORMAT, "", "expected a header, found an empty file"));
    else if (!status)
        status = at_line(r, 0, err, synp_find_form(&r->look, &r->form, err));
    if (!status && r->form.has_header) {
        r->header = strdup(r->look.text + r->look.at[r->form.header]);
        status = r->header ? SYN_OK : synp_no_memory(err);
    }
    if (!status) {
        r->fields = malloc(r->form.width * sizeof *r->fields);
        status = r->fields ? SYN_OK : synp_no_memory(err);
    }
    if (status)
        synp_rows_close(r);
    return status;
}

syn_status synp_rows_open(synp_rows *r, const char *path, const synp_wishes *w, syn_error *err)
{
    syn_status status = synp_rows_begin(r, path, err);
    if (status)
        return status;
    status = synp_choose_columns(&r->form, &r->look, w, &r->columns, err);
    if (status == SYN_EFORMAT)
        at_line(r, (r->form.has_header ? r->form.header : r->form.first) + 1, err, status);
    if (!status && r->columns.n_pairs > 1) {
        status = read_pairs(r, err);
        r->block = 0;
    }
    if (status)
        synp_rows_close(r);
    return status;
}

void synp_rows_close(synp_rows *r)
{
    synp_source_close(&r->in);
    synp_form_free(&r->form);
    synp_columns_free(&r->columns);
    free(r->look.text);
    free(r->fields);
    free(r->header);
    free(r->u);
    free(r->i);
    r->look.text = NULL;
    r->fields = NULL;
    r->header = NULL;
    r->u = r->i = NULL;
}
