/* SPDX-License-Identifier: MIT */
#include "cli/matrix.h"

#include "base/base.h"
#include "base/endian.h"
#include "cli/cli.h"
#include "cli/input.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool matrix_is_npy(const char *path)
{
    return path && cli_ends_with(path, ".npy");
}

/* rows x cols numbers, row by row, into a column-major matrix. */
static int from_rows(const char *name, const float *v, size_t rows, size_t cols, matrix *m)
{
    *m = (matrix){rows, cols, malloc((rows * cols + 1) * sizeof *m->v)};
    if (!m->v)
        return cli_fail(CLI_FAILED, "%s: out of memory", name);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            m->v[i + rows * j] = v[i * cols + j];
    return CLI_OK;
}

/* What the numbers of a file are. */
typedef struct number_kind {
    const char *one;
    float least;
} number_kind;
static const number_kind any = {"a number", -INFINITY}, conductance = {"a conductance of at least 0 S", 0};

/* Numbers in the order of the file. */
typedef struct list {
    const number_kind *kind;
    float *v;
    size_t n, room;
    input_shape shape;
} list;

/* Appends the numbers of a line. */
static int read_line(void *context, const synp_text_lines *l)
{
    list *t = context;
    const size_t before = t->n;
    l->line[strcspn(l->line, "#")] = '\0';
    bool after_comma = false; /* which needs a number after it */
    for (char *c = l->line + strspn(l->line, " \t"); *c || after_comma; c += strspn(c, " \t")) {
        char *end;
        const float x = strtof(c, &end);
        if (end == c || (*end && !strchr(" \t,", *end)) || !isfinite(x) || x < t->kind->least)
            return cli_fail(CLI_FAILED, "%s:%zu:%zu: expected %s, found \"%.*s\"", l->name, l->number,
                            (size_t)(c - l->line) + 1, x < t->kind->least ? t->kind->one : any.one,
                            x < t->kind->least ? (int)(end - c) : 40, c);
        if (t->n == t->room && !synp_grow(&t->v, sizeof *t->v, &t->room))
            return cli_fail(CLI_FAILED, "%s: out of memory", l->name);
        t->v[t->n++] = x;
        c = end + strspn(end, " \t");
        after_comma = *c == ',';
        c += after_comma;
    }
    return input_add_row(&t->shape, l, "numbers", t->n - before);
}

static int read_csv(const input *in, const number_kind *k, matrix *m)
{
    list t = {.kind = k};
    int status = input_lines(in, read_line, &t);
    if (!status && t.shape.rows == 0)
        status = cli_fail(CLI_FAILED, "%s: expected numbers, found none", in->name);
    if (!status)
        status = from_rows(in->name, t.v, t.shape.rows, t.shape.cols, m);
    free(t.v);
    return status;
}

/* The header of a .npy file. */
typedef struct npy {
    size_t size, rows, cols; /* of a number in bytes; of the matrix */
    int by_columns;
} npy;

/* Parses a tuple of Python with one or two numbers, such as (3,) or (3, 4). */
static bool parse_shape(const char *c, npy *h)
{
    size_t n[2] = {0};
    int dimensions = 0;
    bool comma = true; /* before the next number; a tuple of one number has one after it */
    if (*c++ != '(')
        return false;
    for (c += strspn(c, " "); *c != ')'; c += strspn(c, " ")) {
        char *end;
        if (!comma || dimensions == 2 || !isdigit((unsigned char)*c))
            return false;
        n[dimensions++] = (size_t)strtoull(c, &end, 10);
        c = end + strspn(end, " ");
        comma = *c == ',';
        c += comma;
    }
    h->rows = dimensions == 2 ? n[0] : 1;
    h->cols = dimensions == 2 ? n[1] : n[0];
    return (dimensions == 2 || (dimensions == 1 && comma)) && h->rows > 0 && h->cols > 0 &&
           h->cols < SIZE_MAX / 16 / h->rows;
}

/* Returns what stands after a key of a Python dictionary; empty if there is no such key. */
static const char *entry(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    at = at ? at + strlen(key) : text + strlen(text);
    return at + strspn(at, " ");
}

/* Parses the Python dictionary of a version 1.0 to 3.0 header; it finds the three entries that matter here. */
static bool parse_npy(const char *text, npy *h)
{
    const char *type = entry(text, "'descr':"), *order = entry(text, "'fortran_order':");
    h->size = strncmp(type, "'<f4'", 5) == 0 ? 4 : strncmp(type, "'<f8'", 5) == 0 ? 8 : 0;
    h->by_columns = strncmp(order, "True", 4) == 0;
    return h->size > 0 && (h->by_columns || strncmp(order, "False", 5) == 0) &&
           parse_shape(entry(text, "'shape':"), h);
}

static int read_npy_header(FILE *f, npy *h)
{
    unsigned char start[12];
    if (fread(start, 1, 10, f) != 10 || memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3)
        return 0;
    size_t length = start[8] + 256u * start[9];
    if (start[6] > 1) {
        if (fread(start + 10, 1, 2, f) != 2)
            return 0;
        length += 65536u * (start[10] + 256u * start[11]);
    }
    char *text = length < 65536 ? malloc(length + 1) : NULL;
    int good = text && fread(text, 1, length, f) == length;
    if (good) {
        text[length] = '\0';
        good = parse_npy(text, h);
    }
    free(text);
    return good;
}

static float decode(const unsigned char *bytes, size_t size)
{
    if (size == 4) {
        uint32_t bits;
        float x;
        memcpy(&bits, bytes, sizeof bits);
        bits = synp_little32(bits);
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    uint64_t bits;
    double x;
    memcpy(&bits, bytes, sizeof bits);
    bits = synp_little64(bits);
    memcpy(&x, &bits, sizeof x);
    return (float)x;
}

/* Reads number k. Returns false after a message. */
static bool read_number(FILE *f, const char *name, const npy *h, const number_kind *kind, size_t k, float *x)
{
    const size_t row = h->by_columns ? k % h->rows : k / h->cols, col = h->by_columns ? k / h->rows : k % h->cols;
    unsigned char bytes[8];
    if (fread(bytes, 1, h->size, f) != h->size)
        cli_fail(CLI_FAILED, "%s: expected %zu numbers, found %zu", name, h->rows * h->cols, k);
    else if (!isfinite(*x = decode(bytes, h->size)))
        cli_fail(CLI_FAILED, "%s: row %zu, column %zu: expected a finite number, found %g", name, row, col,
                 (double)*x);
    else if (*x < kind->least)
        cli_fail(CLI_FAILED, "%s: row %zu, column %zu: expected %s, found %.9g", name, row, col, kind->one,
                 (double)*x);
    else
        return true;
    return false;
}

static int read_npy(FILE *f, const char *name, const number_kind *kind, matrix *m)
{
    npy h;
    if (!read_npy_header(f, &h))
        return cli_fail(CLI_FAILED,
                        "%s: expected a .npy file of one or two dimensions of <f4 or <f8, found another kind", name);
    *m = (matrix){h.rows, h.cols, malloc(h.rows * h.cols * sizeof *m->v)};
    if (!m->v)
        return cli_fail(CLI_FAILED, "%s: out of memory", name);
    bool good = true;
    for (size_t k = 0; k < h.rows * h.cols && good; k++)
        good = read_number(f, name, &h, kind, k, &m->v[h.by_columns ? k : k / h.cols + h.rows * (k % h.cols)]);
    if (good && fgetc(f) != EOF) {
        cli_fail(CLI_FAILED, "%s: expected the end after %zu numbers, found more", name, h.rows * h.cols);
        good = false;
    }
    if (good)
        return CLI_OK;
    free(m->v);
    m->v = NULL;
    return CLI_FAILED;
}

static int read_kind(const char *path, const number_kind *kind, matrix *m)
{
    input in;
    if (input_open(&in, path))
        return CLI_FAILED;
    const int status = matrix_is_npy(path) ? read_npy(in.stream, in.name, kind, m) : read_csv(&in, kind, m);
    input_close(&in);
    return status;
}

int matrix_read(const char *path, matrix *m)
{
    return read_kind(path, &any, m);
}

int matrix_read_conductances(const char *path, matrix *m)
{
    return read_kind(path, &conductance, m);
}

/* The data begin at a multiple of 64 bytes: 10 bytes, the dictionary, blanks, a line feed. */
void matrix_put_npy_header(FILE *f, const char *dictionary)
{
    const size_t used = strlen(dictionary) + 11, whole = (used + 63) / 64 * 64, length = whole - 10;
    const unsigned char size[2] = {length & 255, length >> 8 & 255};
    fwrite("\x93NUMPY\x01\x00", 1, 8, f);
    fwrite(size, 1, 2, f);
    fprintf(f, "%s%*s\n", dictionary, (int)(whole - used), "");
}

static void write_npy(FILE *f, const matrix *m)
{
    char dictionary[128];
    snprintf(dictionary, sizeof dictionary, "{'descr': '<f4', 'fortran_order': True, 'shape': (%zu, %zu), }", m->rows,
             m->cols);
    matrix_put_npy_header(f, dictionary);
    for (size_t k = 0; k < m->rows * m->cols; k++) {
        uint32_t bits;
        memcpy(&bits, &m->v[k], sizeof bits);
        bits = synp_little32(bits);
        fwrite(&bits, sizeof bits, 1, f);
    }
}

static void write_csv(FILE *f, const matrix *m)
{
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++) /* 9 digits reproduce every float */
            fprintf(f, "%.9g%c", (double)m->v[i + m->rows * j], j + 1 < m->cols ? ',' : '\n');
}

int matrix_write(const char *path, const matrix *m)
{
    output out;
    if (output_open(&out, path))
        return CLI_FAILED;
    (matrix_is_npy(path) ? write_npy : write_csv)(out.stream, m);
    return output_close(&out, true);
}
