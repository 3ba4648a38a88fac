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

/* Numbers in the order of the file. */
typedef struct list {
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
        if (end == c || (*end && !strchr(" \t,", *end)) || !isfinite(x))
            return cli_fail(CLI_FAILED, "%s:%zu:%zu: expected a number, found \"%.40s\"", l->name, l->number,
                            (size_t)(c - l->line) + 1, c);
        if (t->n == t->room && !synp_grow(&t->v, sizeof *t->v, &t->room))
            return cli_fail(CLI_FAILED, "%s: out of memory", l->name);
        t->v[t->n++] = x;
        c = end + strspn(end, " \t");
        after_comma = *c == ',';
        c += after_comma;
    }
    return input_add_row(&t->shape, l, "numbers", t->n - before);
}

static int read_csv(const input *in, matrix *m)
{
    list t = {0};
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

/* Parses the Python dictionary of a version 1.0 to 3.0 header; it finds the three entries that matter here. */
static int parse_npy(const char *text, npy *h)
{
    const char *kind = strstr(text, "'descr':"), *order = strstr(text, "'fortran_order':"),
               *shape = strstr(text, "'shape':");
    if (!kind || !order || !shape || !(shape = strchr(shape, '(')))
        return 0;
    kind += strcspn(kind, "<>=|");
    if (strncmp(kind, "<f4", 3) != 0 && strncmp(kind, "<f8", 3) != 0)
        return 0;
    h->size = (size_t)(kind[2] - '0');
    h->by_columns = strncmp(order + 16 + strspn(order + 16, " "), "True", 4) == 0;
    size_t n[2] = {1, 1};
    int dimensions = 0;
    for (const char *c = shape + 1; *c && *c != ')';) {
        char *end;
        const unsigned long long x = strtoull(c, &end, 10);
        if (end == c || dimensions == 2)
            return 0;
        n[dimensions++] = (size_t)x;
        c = end + strspn(end, ", ");
    }
    h->rows = dimensions == 2 ? n[0] : 1;
    h->cols = dimensions == 2 ? n[1] : n[0];
    return dimensions > 0 && h->rows > 0 && h->cols > 0 && h->cols < SIZE_MAX / 16 / h->rows;
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

static int read_npy(FILE *f, const char *name, matrix *m)
{
    npy h;
    if (!read_npy_header(f, &h))
        return cli_fail(CLI_FAILED,
                        "%s: expected a .npy file of one or two dimensions of <f4 or <f8, found another kind", name);
    *m = (matrix){h.rows, h.cols, malloc(h.rows * h.cols * sizeof *m->v)};
    if (!m->v)
        return cli_fail(CLI_FAILED, "%s: out of memory", name);
    for (size_t k = 0; k < h.rows * h.cols; k++) {
        unsigned char bytes[8];
        const size_t place = h.by_columns ? k : k / h.cols + h.rows * (k % h.cols);
        if (fread(bytes, 1, h.size, f) != h.size || !isfinite(m->v[place] = decode(bytes, h.size))) {
            const int ended = feof(f) || ferror(f);
            free(m->v);
            return cli_fail(CLI_FAILED, "%s: expected %zu finite numbers, found %s number %zu", name, h.rows * h.cols,
                            ended ? "the end before" : "something else as", k);
        }
    }
    return CLI_OK;
}

int matrix_read(const char *path, matrix *m)
{
    input in;
    if (input_open(&in, path))
        return CLI_FAILED;
    const int status = matrix_is_npy(path) ? read_npy(in.stream, in.name, m) : read_csv(&in, m);
    input_close(&in);
    return status;
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
