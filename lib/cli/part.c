/* SPDX-License-Identifier: MIT */
#include "cli/part.h"

#include "base/file.h"
#include "base/isa.h"
#include "base/numeric.h"
#include "base/threads.h"
#include "cli/buffer.h"
#include "cli/cli.h"

#include <cblas.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Part number I of N. */
typedef struct part {
    uint64_t number, count;
} part;

enum { MOST_PARTS = 1000000 };

static const char parts_are_columns[] = "parts = columns\n"; /* the third line of an identity, if it is true */

static bool whole_number(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
    return text && *text >= '0' && *text <= '9' && errno == 0 && *end == '\0';
}

/* The numbers of a job array may begin anywhere and have gaps of one size. */
static int part_of_task(part *out)
{
    static const char *const names[] = {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT",
                                        "SLURM_ARRAY_TASK_STEP"};
    uint64_t v[4] = {0, 0, 0, 1};
    for (int k = 0; k < 4; k++) {
        const char *text = getenv(names[k]);
        if ((text || k < 3) && !whole_number(text, &v[k]))
            return cli_fail(CLI_USAGE, "--part: expected a whole number in the environment variable %s, found \"%s\"",
                            names[k], text ? text : "");
    }
    const bool is_task = v[3] && v[0] >= v[1] && (v[0] - v[1]) % v[3] == 0;
    *out = (part){is_task ? (v[0] - v[1]) / v[3] + 1 : 0, v[2]};
    return out->number >= 1 && out->number <= out->count && out->count <= MOST_PARTS
               ? CLI_OK
               : cli_fail(CLI_USAGE,
                          "--part: the task %" PRIu64 " is none of a job array of %" PRIu64 " tasks from %" PRIu64
                          " in steps of %" PRIu64,
                          v[0], v[2], v[1], v[3]);
}

static int parse(const char *text, part *out)
{
    if (strcmp(text, "slurm") == 0)
        return part_of_task(out);
    char number[32];
    const char *slash = strchr(text, '/');
    snprintf(number, sizeof number, "%.*s", slash ? (int)(slash - text < 31 ? slash - text : 31) : 0, text);
    if (!whole_number(number, &out->number) || !whole_number(slash ? slash + 1 : NULL, &out->count) ||
        out->number < 1 || out->number > out->count || out->count > MOST_PARTS)
        return cli_fail(CLI_USAGE, "--part: expected \"slurm\" or I/N with 1 <= I <= N <= %d, found \"%s\"",
                        MOST_PARTS, text);
    return CLI_OK;
}

/* The first of `units` that part number k of `count` has, k from 0. No product exceeds that of count with itself. */
static size_t start_of(size_t units, uint64_t k, uint64_t count)
{
    return (size_t)(units / count * k + units % count * k / count);
}

int part_of(const char *text, size_t total, size_t unit, size_t least, const char *what, part_range *out)
{
    part p;
    *out = (part_range){0, total};
    if (!text)
        return CLI_OK;
    if (parse(text, &p))
        return CLI_USAGE;
    const size_t steps = (least + unit - 1) / unit * unit,
                 units = total / steps; /* the last takes what is left over */
    if (p.count > units && p.count > 1)
        return cli_fail(CLI_USAGE, "--part: expected at most %zu parts of %zu %s, found %" PRIu64,
                        units > 0 ? units : 1, total, what, p.count);
    out->first = start_of(units, p.number - 1, p.count) * steps;
    out->count = (p.number == p.count ? total : start_of(units, p.number, p.count) * steps) - out->first;
    return CLI_OK;
}

static void *field_of(void *values, const cli_option *o)
{
    return (char *)values + o->offset;
}

/* CRC-32 and, in the lower half, Adler-32. All files that end with their own CRC-32, such as full arrays, have one CRC-32. */
static int checksum_of(const char *path, uint64_t *checksum, uint64_t *size)
{
    unsigned char bytes[65536];
    FILE *f = fopen(path, "rb");
    uLong crc = crc32_z(0, NULL, 0), adler = adler32_z(0, NULL, 0);
    *size = 0;
    if (!f)
        return cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0; *size += n) {
        crc = crc32_z(crc, bytes, n);
        adler = adler32_z(adler, bytes, n);
    }
    *checksum = (uint64_t)crc << 32 | (uint64_t)adler;
    const bool failed = ferror(f);
    fclose(f);
    return failed ? cli_fail(CLI_FAILED, "%s: cannot be read to its end", path) : CLI_OK;
}

/* A text of the command line; the contents, too, if it names a file. What can be read only once cannot be compared. */
static int put_text(FILE *f, const char *name, const char *text)
{
    struct stat file;
    uint64_t checksum, size;
    const bool exists = stat(text, &file) == 0, standard = strcmp(text, "-") == 0;
    if (standard || (exists && !S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)))
        return cli_fail(CLI_USAGE, "--part: expected a file for the %s, so that parts can be compared, found %s%s",
                        name, standard ? "standard input" : "the pipe or device ", standard ? "" : text);
    fprintf(f, "%s = %s", name, text);
    if (exists && S_ISREG(file.st_mode)) {
        if (checksum_of(text, &checksum, &size))
            return CLI_FAILED;
        fprintf(f, ", %" PRIu64 " bytes, checksum %016" PRIx64, size, checksum);
    }
    fputc('\n', f);
    return CLI_OK;
}

static int put_option(FILE *f, const cli_option *o, const void *values)
{
    const void *field = (const char *)values + o->offset;
    char number[SYNP_NUMBER_TEXT];
    switch (o->kind) {
        case OPTION_TEXT:
            return *(const char *const *)field ? put_text(f, o->name, *(const char *const *)field) : CLI_OK;
        case OPTION_INTEGER:
        case OPTION_AUTO:
            fprintf(f, "%s = %" PRIu64 "\n", o->name, *(const uint64_t *)field);
            return CLI_OK;
        case OPTION_NUMBER:
            fprintf(f, "%s = %s\n", o->name, synp_number_text(*(const double *)field, number));
            return CLI_OK;
        case OPTION_CHOICE:
            fprintf(f, "%s = %d\n", o->name, *(const int *)field);
            return CLI_OK;
        case OPTION_SWITCH:
            fprintf(f, "%s = %d\n", o->name, *(const bool *)field);
            return CLI_OK;
        default:
            return CLI_OK;
    }
}

/* What the parts of one run have in common. */
static int put_identity(FILE *f, const cli_command *command, const cli_option *list, int n, const void *values)
{
    int isa, status = CLI_OK;
    syn_error err;
    if (synp_isa_find(NULL, &isa, &err))
        return cli_fail_library("", &err);
    fprintf(f, "version = %s\ncommand = %s\n%skernel = %s\n", PACKAGE_VERSION, command->name,
            command->parts_are_columns ? parts_are_columns : "", synp_isa_name(isa));
    if (command->uses_blas)
        fprintf(f, "openblas = %s, threads = %d\n", openblas_get_corename(), synp_threads(0));
    for (int k = 0; k < MOST_OPERANDS && command->operands[k].name && !status; k++) {
        const cli_operand *o = &command->operands[k];
        const char *text = o->many ? NULL : *(const char *const *)((const char *)values + o->offset);
        if (text)
            status = put_text(f, o->what, text);
    }
    for (int k = 0; k < n && !status; k++)
        if (!list[k].writes && list[k].name && strcmp(list[k].name, "part") != 0)
            status = put_option(f, &list[k], values);
    return status;
}

char *part_record_name(const char *result)
{
    char *name = malloc(strlen(result) + sizeof ".part");
    if (name)
        sprintf(name, "%s.part", result);
    return name;
}

static int read_text(FILE *f, const char *name, char **out)
{
    enum { MOST = 1 << 20 };
    char *text = malloc(MOST + 1);
    *out = text;
    if (!text)
        return cli_fail_memory();
    text[fread(text, 1, MOST, f)] = '\0';
    return ferror(f) ? cli_fail(CLI_FAILED, "%s: cannot read: %s", name, strerror(errno)) : CLI_OK;
}

void part_record_free(part_record *r)
{
    free(r->text);
    r->text = NULL;
}

/* Reads `before` and a whole number after it, and moves on. */
static bool take(char **at, const char *before, int base, uint64_t *out)
{
    const size_t n = strlen(before);
    if (strncmp(*at, before, n) != 0 || !isxdigit((unsigned char)(*at)[n]))
        return false;
    errno = 0;
    *out = strtoull(*at + n, at, base);
    return errno == 0;
}

/* The first line, and where the rest begins. */
static bool parse_record(part_record *r)
{
    char *at = r->text;
    if (!take(&at, "synaptogen part ", 10, &r->number) || !take(&at, " of ", 10, &r->count) ||
        !take(&at, ", ", 10, &r->size) || !take(&at, " bytes, checksum ", 16, &r->checksum) || *at != '\n')
        return false;
    r->identity = at + 1;
    return r->number >= 1 && r->number <= r->count && r->count <= MOST_PARTS;
}

/* *out is zero if there is no record. An empty file is none: a machine that lost its power may leave one. */
static int find_record(const char *result, part_record *out)
{
    *out = (part_record){0};
    char *name = part_record_name(result);
    if (!name)
        return cli_fail_memory();
    FILE *f = fopen(name, "rb");
    int status = CLI_OK;
    if (f) {
        status = read_text(f, name, &out->text);
        fclose(f);
        if (!status && out->text[0] == '\0')
            part_record_free(out);
        else if (!status && !parse_record(out))
            status = cli_fail(CLI_FAILED,
                              "%s: expected the record of a part, found something else; the part is done again "
                              "when this file is removed",
                              name);
    } else if (errno != ENOENT) {
        status = cli_fail(CLI_FAILED, "%s: cannot read: %s", name, strerror(errno));
    }
    if (status)
        part_record_free(out);
    free(name);
    return status;
}

static bool has_size(const char *path, uint64_t size)
{
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && (uint64_t)file.st_size == size;
}

int part_record_read(const char *result, bool checked, part_record *out)
{
    uint64_t checksum, size;
    int status = find_record(result, out);
    if (!status && !out->text)
        status = cli_fail(CLI_FAILED, "%s: expected the result of a part with its record %s.part, found none", result,
                          result);
    if (!status && !has_size(result, out->size))
        status =
            cli_fail(CLI_FAILED, "%s: expected a file of %" PRIu64 " bytes, as its record says", result, out->size);
    if (!status && checked)
        status = checksum_of(result, &checksum, &size);
    if (!status && checked && checksum != out->checksum)
        status = cli_fail(CLI_FAILED, "%s: the file is not the one of its record: the checksum does not fit", result);
    if (status)
        part_record_free(out);
    return status;
}

bool part_is_columns(const part_record *r)
{
    const char *line = r->identity;
    for (int k = 0; k < 2; k++) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return strncmp(line, parts_are_columns, strlen(parts_are_columns)) == 0;
}

int part_compare(const char *name, const char *other, const part_record *expected, const part_record *found)
{
    const char *a = expected->identity, *b = found->identity;
    while (*a || *b) {
        const size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        if (n != m || strncmp(a, b, n) != 0)
            return cli_fail(CLI_FAILED, "%s: expected a part of the run with \"%.*s\"%s%s, found \"%.*s\"", name,
                            (int)n, a, other ? " as in the record of " : "", other ? other : "", (int)m, b);
        a += n + (a[n] == '\n');
        b += m + (b[m] == '\n');
    }
    return expected->count == found->count
               ? CLI_OK
               : cli_fail(CLI_FAILED, "%s: expected a part of %" PRIu64 ", found one of %" PRIu64, name,
                          expected->count, found->count);
}

/* A run on one part. */
typedef struct run {
    const cli_command *command;
    void *values;
    cli_option list[MOST_OPTIONS];
    int n;
    part p;
    char *names[MOST_OPTIONS]; /* of results, with their numbers; NULL: the option names none */
    buffer stamps, identity;
} run;

/* Digits for the part in place of the last %, as many for each, so that names are sorted as parts are. */
static char *numbered(const char *name, part p)
{
    char digits[24], number[24];
    const int width = snprintf(digits, sizeof digits, "%" PRIu64, p.count);
    const char *percent = strrchr(name, '%');
    char *text = malloc(strlen(name) + (size_t)width + 1);
    snprintf(number, sizeof number, "%0*" PRIu64, width, p.number);
    if (text)
        sprintf(text, "%.*s%s%s", (int)(percent - name), name, number, percent + 1);
    return text;
}

static int name_results(run *r)
{
    int results = 0;
    for (int k = 0; k < r->n; k++) {
        const char **field = field_of(r->values, &r->list[k]);
        if (!r->list[k].writes || !*field)
            continue;
        if (!strchr(*field, '%'))
            return cli_fail(CLI_USAGE,
                            "--%s: expected a name with a %%, which becomes the number of the part, found \"%s\"",
                            r->list[k].name, *field);
        r->names[k] = numbered(*field, r->p);
        if (!r->names[k])
            return cli_fail_memory();
        *field = r->names[k];
        results++;
    }
    return results ? CLI_OK : cli_fail(CLI_USAGE, "--part: expected a file for the result, found none");
}

/* Calls a function for each result and each record until one fails. own: number of the option, -1 for a record. */
static int for_each_file(const run *r, int (*use)(const run *r, int own, const char *path))
{
    int status = CLI_OK;
    for (int k = 0; k < r->n && !status; k++) {
        char *record = r->names[k] ? part_record_name(r->names[k]) : NULL;
        if (record) {
            status = use(r, k, r->names[k]);
            if (!status)
                status = use(r, -1, record);
        } else if (r->names[k]) {
            status = cli_fail_memory();
        }
        free(record);
    }
    return status;
}

/* What else the file at path is for; NULL: nothing. */
static const char *other_use(const run *r, int own, const char *path)
{
    for (int k = 0; k < r->n; k++) {
        if (k == own || r->list[k].kind != OPTION_TEXT || strcmp(r->list[k].name, "part") == 0)
            continue;
        const char *other = *(const char **)field_of(r->values, &r->list[k]);
        if (other && (r->names[k] || access(other, F_OK) == 0) && options_same_file(other, path))
            return r->list[k].name;
    }
    for (int k = 0; k < MOST_OPERANDS && r->command->operands[k].name; k++) {
        const cli_operand *o = &r->command->operands[k];
        const char *other = o->many ? NULL : *(const char *const *)((const char *)r->values + o->offset);
        if (other && options_same_file(other, path))
            return o->what;
    }
    return NULL;
}

/* An input, or what another option writes, must not be replaced. */
static int check_place(const run *r, int own, const char *path)
{
    struct stat file;
    const char *other = other_use(r, own, path);
    if (other)
        return cli_fail(CLI_USAGE, "--part: expected another name for the %s %s, which is the file of the %s, too",
                        own < 0 ? "record" : "result", path, other);
    return stat(path, &file) != 0 || S_ISREG(file.st_mode)
               ? CLI_OK
               : cli_fail(CLI_FAILED, "%s: expected a file or nothing, found a folder, a pipe or a device", path);
}

static int check_writable(const run *r, int own, const char *path)
{
    (void)r;
    (void)own;
    const int error = synp_file_may_write(path);
    return error ? cli_fail(CLI_FAILED, "%s: cannot write: %s", path, strerror(error)) : CLI_OK;
}

/* Whether a result is the one of its record. Fails if the record is of another run or part. */
static int is_result_done(const run *r, const char *name, bool *done)
{
    part_record found;
    uint64_t checksum, size;
    int status = find_record(name, &found);
    *done = !status && found.text;
    if (!*done)
        return status;
    const part_record mine = {.identity = r->identity.text, .count = r->p.count};
    status = part_compare(name, NULL, &mine, &found);
    if (!status && found.number != r->p.number)
        status = cli_fail(CLI_FAILED, "%s: expected part %" PRIu64 " of the run, found part %" PRIu64, name,
                          r->p.number, found.number);
    *done = !status && has_size(name, found.size);
    if (*done) {
        status = checksum_of(name, &checksum, &size);
        *done = !status && checksum == found.checksum;
    }
    part_record_free(&found);
    return status;
}

static int is_done(const run *r, bool *done)
{
    int status = CLI_OK;
    *done = true;
    for (int k = 0; k < r->n && !status; k++) {
        bool one = true;
        if (r->names[k])
            status = is_result_done(r, r->names[k], &one);
        *done = *done && one;
    }
    return status;
}

static int write_record(const run *r, const char *result)
{
    output out;
    uint64_t checksum, size;
    char *name = part_record_name(result);
    int status = name ? checksum_of(result, &checksum, &size) : cli_fail_memory();
    if (!status)
        status = output_open(&out, name);
    if (!status) {
        fprintf(out.stream,
                "synaptogen part %" PRIu64 " of %" PRIu64 ", %" PRIu64 " bytes, checksum %016" PRIx64 "\n%s",
                r->p.number, r->p.count, size, checksum, r->identity.text);
        status = output_close(&out, true);
    }
    free(name);
    return status;
}

/* The command line with the contents of its files, into *out. */
static int find_identity(const run *r, buffer *out)
{
    int status = buffer_open(out);
    if (status)
        return status;
    status = put_identity(out->stream, r->command, r->list, r->n, r->values);
    const int closed = buffer_close(out);
    return status ? status : closed;
}

/* Where a file is, its size, and when it was written. */
static void put_stamp(FILE *f, const char *path)
{
    struct stat file;
    if (path && stat(path, &file) == 0 && S_ISREG(file.st_mode))
        fprintf(f, "%ju %ju %jd %jd %ld\n", (uintmax_t)file.st_dev, (uintmax_t)file.st_ino, (intmax_t)file.st_size,
                (intmax_t)file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

/* The stamps of all inputs, into *out. */
static int find_stamps(const run *r, buffer *out)
{
    const int status = buffer_open(out);
    if (status)
        return status;
    for (int k = 0; k < MOST_OPERANDS && r->command->operands[k].name; k++) {
        const cli_operand *o = &r->command->operands[k];
        put_stamp(out->stream, o->many ? NULL : *(const char *const *)((const char *)r->values + o->offset));
    }
    for (int k = 0; k < r->n; k++)
        if (r->list[k].kind == OPTION_TEXT && !r->list[k].writes)
            put_stamp(out->stream, *(const char **)field_of(r->values, &r->list[k]));
    return buffer_close(out);
}

/* A part of which the beginning is of one file and the end of another is of no run. */
static int check_stamps(const run *r)
{
    buffer now = {0};
    int status = find_stamps(r, &now);
    if (!status && strcmp(now.text, r->stamps.text) != 0)
        status = cli_fail(CLI_FAILED,
                          "--part: expected inputs that stay as they are, found one that has changed meanwhile");
    free(now.text);
    return status;
}

static int run_part(run *r)
{
    bool done;
    int status = name_results(r);
    if (!status)
        status = for_each_file(r, check_place);
    if (!status)
        status = is_done(r, &done);
    if (status)
        return status;
    if (done) {
        fprintf(stderr, "synaptogen: part %" PRIu64 " of %" PRIu64 " is done\n", r->p.number, r->p.count);
        return CLI_OK;
    }
    status = for_each_file(r, check_writable);
    if (!status)
        status = r->command->run(r->values);
    if (!status)
        status = check_stamps(r);
    if (!status)
        status = is_done(r, &done); /* another run may have had these names meanwhile */
    for (int k = 0; k < r->n && !status && !done; k++)
        if (r->names[k])
            status = write_record(r, r->names[k]);
    return status;
}

int part_run(const cli_command *command, void *values)
{
    run r = {.command = command, .values = values};
    const char *text = NULL;
    r.n = options_list(command->options, r.list);
    for (int k = 0; k < r.n; k++)
        if (r.list[k].kind == OPTION_TEXT && strcmp(r.list[k].name, "part") == 0)
            text = *(const char **)field_of(values, &r.list[k]);
    if (!text)
        return command->run(values);
    int status = parse(text, &r.p);
    if (!status)
        status = find_stamps(&r, &r.stamps);
    if (!status)
        status = find_identity(&r, &r.identity);
    if (!status)
        status = run_part(&r);
    for (int k = 0; k < r.n; k++)
        free(r.names[k]);
    free(r.stamps.text);
    free(r.identity.text);
    return status;
}
