/* SPDX-License-Identifier: MIT */
/* Results of parts, joined to the result of the whole. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/matrix.h"
#include "cli/part.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct join_options {
    cli_line parts;
    bool add;
    const char *output;
} join_options;

static const cli_option options[] = {
    {"add", NULL, SWITCH(join_options, add),
     .help = "add matrices of one shape, element by element, such as the products of tiles that share their outputs; "
             "they have "
             "no records"},
    {"output", "FILE", WRITES(join_options, output), .letter = 'o',
     .help = "file of the whole, put in place when it is complete"},
    {0},
};

/* The files in the order of their parts. */
typedef struct files {
    const char **names;
    size_t count;
    bool side_by_side; /* columns of the whole */
} files;

static int check_missing(const files *f)
{
    char text[128] = "";
    size_t missing = 0;
    for (size_t k = 0; k < f->count; k++)
        if (!f->names[k] && missing++ < 8)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%zu", *text ? ", " : "", k + 1);
    return missing == 0 ? CLI_OK
                        : cli_fail(CLI_FAILED, "expected all of %zu parts, found %zu; missing: %s%s", f->count,
                                   f->count - missing, text, missing > 8 ? ", ..." : "");
}

/* The whole must not take the place of the record of a part. */
static int check_output(const join_options *o)
{
    int status = CLI_OK;
    for (int k = 0; k < o->parts.count && !status; k++) {
        char *record = part_record_name(o->parts.words[k]);
        if (!record)
            status = cli_fail_memory();
        else if (options_same_file(record, o->output))
            status = cli_fail(CLI_USAGE, "--output: %s is the record of a part, too", o->output);
        free(record);
    }
    return status;
}

static int put_in_order(const cli_line *line, files *f, part_record *first)
{
    int status = part_record_read(line->words[0], false, first);
    if (status)
        return status;
    f->count = (size_t)first->count;
    f->side_by_side = part_is_columns(first);
    f->names = calloc(f->count, sizeof *f->names);
    status = f->names ? CLI_OK : cli_fail_memory();
    for (int k = 0; k < line->count && !status; k++) {
        part_record r;
        status = part_record_read(line->words[k], true, &r);
        if (status)
            break;
        status = part_compare(line->words[k], line->words[0], first, &r);
        const char **place = status ? NULL : &f->names[r.number - 1];
        if (place && *place)
            status = cli_fail(CLI_FAILED, "%s: part %" PRIu64 " is %s, too", line->words[k], r.number, *place);
        if (place)
            *place = line->words[k];
        part_record_free(&r);
    }
    return status ? status : check_missing(f);
}

static FILE *open_part(const char *name)
{
    FILE *f = fopen(name, "rb");
    if (!f)
        cli_fail(CLI_FAILED, "%s: cannot read: %s", name, strerror(errno));
    return f;
}

/* The rest of a file. */
static int copy(FILE *from, const char *name, FILE *to)
{
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
        fwrite(bytes, 1, n, to);
    return ferror(from) ? cli_fail(CLI_FAILED, "%s: cannot be read to its end", name) : CLI_OK;
}

/* Whether a line of a table is of names or a comment. */
static bool is_head(const char *line)
{
    return !isdigit((unsigned char)*line) && !strchr("+-.", *line) && strncmp(line, "nan", 3) != 0 &&
           strncmp(line, "inf", 3) != 0;
}

/* Tables in text: the head once, then the rows of all parts. */
static int join_text(const files *f, FILE *out)
{
    int status = CLI_OK;
    for (size_t k = 0; k < f->count && !status; k++) {
        FILE *in = open_part(f->names[k]);
        char *line = NULL;
        size_t room = 0;
        if (!in)
            return CLI_FAILED;
        ssize_t n;
        while ((n = getline(&line, &room, in)) > 0 && is_head(line))
            if (k == 0)
                fwrite(line, 1, (size_t)n, out);
        if (n > 0)
            fwrite(line, 1, (size_t)n, out);
        free(line);
        status = n < 0 && !feof(in) && !ferror(in) ? cli_fail_memory() : copy(in, f->names[k], out);
        fclose(in);
    }
    return status;
}

/* The whole file as a text, to be freed also after a failure. */
static int read_whole(const char *name, char **text)
{
    size_t room = 0;
    FILE *f = open_part(name);
    *text = NULL;
    if (!f)
        return CLI_FAILED;
    const ssize_t n = getdelim(text, &room, '\0', f);
    const int status = n >= 0                 ? CLI_OK
                       : feof(f) || ferror(f) ? cli_fail(CLI_FAILED, "%s: cannot be read, or is empty", name)
                                              : cli_fail_memory();
    fclose(f);
    return status;
}

/* Writes a line of each part side by side, and moves on. Returns whether all of them have one. *other: the first that has one
 * where part 0 has none, or the other way round; f->count if there is none. */
static bool put_line(const files *f, const char **at, FILE *out, size_t *other)
{
    for (*other = 1; *other < f->count && !*at[*other] == !*at[0];)
        ++*other;
    if (*other < f->count || !*at[0])
        return false;
    for (size_t k = 0; k < f->count; k++) {
        const size_t n = strcspn(at[k], "\n");
        fwrite(at[k], 1, n, out);
        fputc(k + 1 < f->count ? ',' : '\n', out);
        at[k] += n + (at[k][n] == '\n');
    }
    return true;
}

/* Matrices in text, side by side. All of them are in memory at once. */
static int join_lines(const files *f, FILE *out)
{
    char **text = calloc(f->count, sizeof *text);
    const char **at = calloc(f->count, sizeof *at);
    int status = text && at ? CLI_OK : cli_fail_memory();
    for (size_t k = 0; k < f->count && !status; k++) {
        status = read_whole(f->names[k], &text[k]);
        at[k] = text[k];
    }
    size_t other = f->count;
    while (!status && put_line(f, at, out, &other))
        continue;
    if (!status && other < f->count)
        status = cli_fail(CLI_FAILED, "%s: expected as many rows as in %s, found another number", f->names[other],
                          f->names[0]);
    for (size_t k = 0; text && k < f->count; k++)
        free(text[k]);
    free(text);
    free(at);
    return status;
}

/* The header of a .npy file of version 1.0 of this program: what stands before and after the shape, and the data. */
typedef struct npy {
    char dictionary[1024], *tail;
    size_t shape[2], dimensions;
    bool by_columns;
    size_t size; /* of an element, bytes */
    long data;   /* where they begin */
} npy;

static bool parse_shape(npy *n)
{
    char *at = strstr(n->dictionary, "'shape': (");
    if (!at)
        return false;
    at += strlen("'shape': (");
    char *p = at;
    for (n->dimensions = 0; isdigit((unsigned char)*p) && n->dimensions < 2; p += strspn(p, ", "))
        n->shape[n->dimensions++] = (size_t)strtoull(p, &p, 10);
    if (*p != ')' || n->dimensions == 0)
        return false;
    n->tail = p + 1;
    *at = '\0';
    n->by_columns = strstr(n->dictionary, "'fortran_order': True") != NULL;
    return true;
}

static bool read_header(FILE *f, npy *n)
{
    unsigned char start[10];
    if (fread(start, 1, 10, f) != 10 || memcmp(start, "\x93NUMPY\x01", 7) != 0)
        return false;
    const size_t length = start[8] + 256u * start[9];
    n->data = (long)(10 + length);
    if (length >= sizeof n->dictionary || fread(n->dictionary, 1, length, f) != length)
        return false;
    n->dictionary[length] = '\0';
    if (!parse_shape(n) || fseek(f, 0, SEEK_END) != 0)
        return false;
    const size_t elements = n->shape[0] * (n->dimensions == 2 ? n->shape[1] : 1),
                 bytes = (size_t)(ftell(f) - n->data);
    n->size = elements ? bytes / elements : 0;
    return elements > 0 && n->size * elements == bytes && fseek(f, n->data, SEEK_SET) == 0;
}

/* Whether a part fits the first one. */
static bool fits(const npy *first, const npy *n, bool side_by_side)
{
    return strcmp(n->dictionary, first->dictionary) == 0 && n->dimensions == first->dimensions &&
           (side_by_side ? n->shape[0] == first->shape[0] : n->dimensions == 1 || n->shape[1] == first->shape[1]);
}

static int look_at_npy(const char *name, bool side_by_side, const npy *first, npy *n)
{
    *n = (npy){0};
    FILE *f = open_part(name);
    if (!f)
        return CLI_FAILED;
    const bool good = read_header(f, n) && (!side_by_side || (n->by_columns && n->dimensions == 2)) &&
                      (!first || fits(first, n, side_by_side));
    fclose(f);
    return good ? CLI_OK
                : cli_fail(
                      CLI_FAILED,
                      "%s: expected a .npy file of this program like those of the other parts, found another kind",
                      name);
}

/* There may be more parts than files that can be open. */
static int copy_bytes(const char *name, long from, size_t count, FILE *out)
{
    char bytes[65536];
    FILE *f = open_part(name);
    if (!f)
        return CLI_FAILED;
    bool good = fseek(f, from, SEEK_SET) == 0;
    for (size_t n; good && count > 0; count -= n) {
        n = fread(bytes, 1, count < sizeof bytes ? count : sizeof bytes, f);
        good = n > 0;
        fwrite(bytes, 1, n, out);
    }
    fclose(f);
    return good ? CLI_OK : cli_fail(CLI_FAILED, "%s: cannot be read to its end", name);
}

/* One column of all parts after the other; a file by rows is a single one, and so are columns side by side. */
static int copy_columns(const files *f, const npy *parts, FILE *out)
{
    const bool one = !parts[0].by_columns || parts[0].dimensions == 1 || f->side_by_side;
    const size_t columns = one ? 1 : parts[0].shape[1];
    int status = CLI_OK;
    for (size_t j = 0; j < columns && !status; j++)
        for (size_t k = 0; k < f->count && !status; k++) {
            const size_t width = parts[k].dimensions == 2 ? parts[k].shape[1] : 1,
                         bytes = parts[k].shape[0] * (width / columns) * parts[k].size;
            status = copy_bytes(f->names[k], parts[k].data + (long)(j * bytes), bytes, out);
        }
    return status;
}

static int join_npy(const files *f, FILE *out)
{
    npy *parts = calloc(f->count, sizeof *parts);
    size_t sum[2] = {0};
    int status = parts ? CLI_OK : cli_fail_memory();
    for (size_t k = 0; k < f->count && !status; k++) {
        status = look_at_npy(f->names[k], f->side_by_side, k ? &parts[0] : NULL, &parts[k]);
        for (int along = 0; along < 2 && !status; along++)
            sum[along] += parts[k].shape[along];
    }
    if (!status) {
        char dictionary[1200], columns[32] = "";
        const size_t rows = f->side_by_side ? parts[0].shape[0] : sum[0];
        if (parts[0].dimensions == 2)
            snprintf(columns, sizeof columns, " %zu", f->side_by_side ? sum[1] : parts[0].shape[1]);
        snprintf(dictionary, sizeof dictionary, "%s%zu,%s)%.*s", parts[0].dictionary, rows, columns,
                 (int)strcspn(parts[0].tail, "}") + 1, parts[0].tail);
        matrix_put_npy_header(out, dictionary);
        status = copy_columns(f, parts, out);
    }
    free(parts);
    return status;
}

/* What a result is. */
typedef enum kind { TABLE, MATRIX, STATE } kind;

static int kind_of(const char *name, kind *out)
{
    char magic[16];
    FILE *f = open_part(name);
    if (!f)
        return CLI_FAILED;
    const size_t n = fread(magic, 1, sizeof magic, f);
    fclose(f);
    *out = n == sizeof magic && memcmp(magic, "synaptogen-state", n) == 0 ? STATE
           : n > 6 && memcmp(magic, "\x93NUMPY", 6) == 0                  ? MATRIX
                                                                          : TABLE;
    return CLI_OK;
}

/* Results of one run may be of several kinds, such as an array and its report. */
static int one_kind(const files *f, kind *out)
{
    static const char *const words[] = {"a table", "a .npy file", "a state file"};
    int status = kind_of(f->names[0], out);
    for (size_t k = 1; k < f->count && !status; k++) {
        kind other;
        status = kind_of(f->names[k], &other);
        if (!status && other != *out)
            status = cli_fail(CLI_FAILED, "%s: expected %s as %s is, found %s", f->names[k], words[*out], f->names[0],
                              words[other]);
    }
    return status;
}

/* A name says whether a file is a table: programs go by it. */
static int check_name(const files *f, kind what, const char *path)
{
    if (what != MATRIX && matrix_is_npy(path))
        return cli_fail(CLI_USAGE, "--output: expected no name that ends in .npy, because %s is none, found \"%s\"",
                        f->names[0], path);
    if (what == MATRIX && cli_ends_with(path, ".csv"))
        return cli_fail(CLI_USAGE, "--output: expected a name that ends in .npy, because %s is one, found \"%s\"",
                        f->names[0], path);
    return CLI_OK;
}

static int join_files(const files *f, const char *path)
{
    kind what;
    output out;
    int status = one_kind(f, &what);
    if (!status)
        status = check_name(f, what, path);
    if (status || what == STATE)
        return status ? status : output_join_arrays(f->names, f->count, path);
    status = output_open(&out, path);
    if (status)
        return status;
    status = (what == MATRIX ? join_npy : f->side_by_side ? join_lines : join_text)(f, out.stream);
    const int closed = output_close(&out, !status);
    return status ? status : closed;
}

/* Adds the matrix of a file to sum[m->rows m->cols]. The first of them makes both. */
static int add_file(const char *name, matrix *m, double **sum)
{
    char *record = part_record_name(name);
    matrix other;
    int status = record ? CLI_OK : cli_fail_memory();
    if (!status && access(record, F_OK) == 0)
        status = cli_fail(CLI_FAILED,
                          "%s: expected a whole result to add, found a part, with its record %s: join the parts "
                          "without --add first",
                          name, record);
    free(record);
    if (!status)
        status = matrix_read(name, &other);
    if (status)
        return status;
    if (!*sum) {
        *m = (matrix){other.rows, other.cols, NULL};
        *sum = calloc(m->rows * m->cols + 1, sizeof **sum);
    }
    if (!*sum)
        status = cli_fail_memory();
    else if (other.rows != m->rows || other.cols != m->cols)
        status = cli_fail(CLI_FAILED, "%s: expected %zu x %zu numbers like the first file, found %zu x %zu", name,
                          m->rows, m->cols, other.rows, other.cols);
    for (size_t k = 0; k < m->rows * m->cols && !status; k++)
        (*sum)[k] += (double)other.v[k];
    free(other.v);
    return status;
}

/* The sum of matrices, in double precision and in the order of the command line. */
static int add_files(const join_options *o)
{
    matrix m = {0};
    double *sum = NULL;
    int status = CLI_OK;
    for (int k = 0; k < o->parts.count && !status; k++)
        status = add_file(o->parts.words[k], &m, &sum);
    if (!status) {
        m.v = malloc(m.rows * m.cols * sizeof *m.v + 1);
        status = m.v ? CLI_OK : cli_fail_memory();
        for (size_t k = 0; k < m.rows * m.cols && !status; k++) {
            m.v[k] = (float)sum[k];
            if (!isfinite(m.v[k]))
                status = cli_fail(CLI_FAILED,
                                  "row %zu, column %zu: expected a sum that single precision can hold, found %g",
                                  k % m.rows, k / m.rows, sum[k]);
        }
        if (!status)
            status = matrix_write(o->output, &m);
    }
    free(m.v);
    free(sum);
    return status;
}

static int run(const void *values)
{
    const join_options *o = values;
    files f = {0};
    part_record first = {0};
    if (!o->output)
        return cli_fail(CLI_USAGE, "--output: expected a file name, found none");
    int status = check_output(o);
    if (!status && o->add)
        return add_files(o);
    if (!status)
        status = put_in_order(&o->parts, &f, &first);
    if (!status)
        status = join_files(&f, o->output);
    part_record_free(&first);
    free(f.names);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen sample --cells 1000000 --cycles 10 --part 3/8 -o features.%.npy",
     "Draw part 3 of 8, in one of eight tasks:"},
    {"synaptogen join features.?.npy -o features.npy", "Join the results of all tasks:"},
    {"synaptogen join --add partial.*.npy -o currents.npy", "Add the currents of tiles that share their outputs:"},
    {0},
};

const cli_command command_join = {
    .name = "join",
    .usage = "RESULT.. -o FILE",
    .summary = "join the results of parts to that of the whole",
    .text = "Joins the results that runs with --part have written: state files, tables and matrices. The file is "
            "byte for byte "
            "that of one run without --part. Each result has a record RESULT.part beside it, which says what the "
            "part is of. "
            "All parts must be there once, and of one version, command, kernel, options and input files; others are "
            "refused "
            "by name.",
    .output = {"The file of the whole.", NULL},
    .examples = examples,
    .see_also = "crossbar read,program,read,sample,vmm",
    .operands = {{"RESULT", "result of a part", offsetof(join_options, parts), .many = true}},
    .options = options,
    .size = sizeof(join_options),
    .run = run,
};
