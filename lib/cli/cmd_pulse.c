/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct voltages {
    const char *name; /* of the file */
    double *u;        /* V */
    size_t n;
} voltages;

static int append(voltages *v, double u)
{
    if ((v->n & (v->n - 1)) == 0) { /* full: the room is the next power of two */
        double *grown = realloc(v->u, (v->n ? 2 * v->n : 1) * sizeof *grown);
        if (!grown)
            return cli_fail(CLI_FAILED, "%s: out of memory after %zu voltages", v->name, v->n);
        v->u = grown;
    }
    v->u[v->n++] = u;
    return CLI_OK;
}

/* line has length characters; a NUL among them is an error like any other text. */
static int parse_line(voltages *v, char *line, size_t length, size_t number)
{
    const int text = strlen(line) == length;
    line[strcspn(line, "#")] = '\0';
    for (length = strlen(line); length > 0 && isspace((unsigned char)line[length - 1]);)
        line[--length] = '\0';
    line += strspn(line, " \t");
    if (text && *line == '\0')
        return CLI_OK;
    char *end;
    const double u = strtod(line, &end);
    if (!text || end == line || *end != '\0' || !isfinite(u))
        return cli_fail(CLI_FAILED, "%s:%zu: expected one finite voltage in V, found \"%.60s\"", v->name, number,
                        line);
    return append(v, u);
}

static int read_lines(voltages *v, FILE *f)
{
    char *line = NULL;
    size_t size = 0, number = 0;
    int status = CLI_OK;
    for (ssize_t length; !status && (length = getline(&line, &size, f)) >= 0;)
        status = parse_line(v, line, (size_t)length, ++number);
    free(line);
    if (!status && !feof(f))
        status = cli_fail(CLI_FAILED, "%s: cannot read: %s", v->name, strerror(errno));
    if (!status && v->n == 0)
        status = cli_fail(CLI_FAILED, "%s: expected at least one voltage, found none", v->name);
    return status;
}

static int read_voltages(voltages *v, const char *path)
{
    const int standard = strcmp(path, "-") == 0;
    *v = (voltages){.name = standard ? "standard input" : path};
    FILE *f = standard ? stdin : fopen(path, "r");
    if (!f)
        return cli_fail(CLI_FAILED, "%s: cannot read: %s", path, strerror(errno));
    const int status = read_lines(v, f);
    if (!standard)
        fclose(f);
    return status;
}

static void print_row(FILE *f, const cli *c, const syn_cell *cell, size_t pulse, double u)
{
    const syn_state *s = &cell->state;
    fprintf(f, "%" PRIu64 ",%zu", cell->id, pulse);
    output_number(f, u);
    fprintf(f, ",%s,%" PRIu64, syn_mode_name(s->mode), s->n);
    output_number(f, s->r);
    if (s->mode == SYN_HRS)
        fputc(',', f);
    else
        output_number(f, s->u_thr);
    output_number(f, syn_current(c->model, s->r, u, NULL));
    fputc('\n', f);
}

static int write_pulses(const cli *c, const voltages *v)
{
    output out;
    if (output_open(&out, c->output))
        return CLI_FAILED;
    fputs("cell,pulse,u,mode,n,r,ur,i\n", out.stream);
    for (uint64_t k = 0; k < c->cells && !ferror(out.stream); k++) {
        syn_cell cell;
        cli_cell(c, k, &cell);
        for (size_t pulse = 0; pulse < v->n && !ferror(out.stream); pulse++) {
            syn_cell_step(c->model, &cell, v->u[pulse], &cell);
            print_row(out.stream, c, &cell, pulse, v->u[pulse]);
        }
    }
    return output_close(&out, 1);
}

int cmd_pulse(const cli *c)
{
    if (!c->voltages)
        return cli_fail(CLI_USAGE, "--voltages: expected a file, found none");
    voltages v;
    int status = read_voltages(&v, c->voltages);
    if (!status)
        status = write_pulses(c, &v);
    free(v.u);
    return status;
}
