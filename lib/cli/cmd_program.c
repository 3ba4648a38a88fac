/* SPDX-License-Identifier: MIT */
/* The subcommands that work on state files: program, read, vmm. */
#include "cli/cli.h"
#include "cli/matrix.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static int load_array(const cli *c, const char *path, syn_array **a)
{
    syn_error err;
    return syn_array_load(c->model, path, NULL, 0, a, &err) ? cli_fail_library("", &err) : CLI_OK;
}

/* A new array of the shape of the targets, or the one of --state. */
static int array_to_program(const cli *c, const matrix *targets, syn_array **a)
{
    syn_error err;
    if (!c->state) {
        const syn_array_options o = {.first = c->first, .start = c->start, .rows = targets->rows};
        return syn_array_create(c->model, c->seed, targets->rows * targets->cols, &o, a, &err)
                   ? cli_fail_library("", &err)
                   : CLI_OK;
    }
    if (load_array(c, c->state, a))
        return CLI_FAILED;
    const size_t rows = syn_array_rows(*a), cols = syn_array_size(*a) / rows;
    return rows == targets->rows && cols == targets->cols
               ? CLI_OK
               : cli_fail(CLI_FAILED, "%s: expected %zu x %zu targets for %s, found %zu x %zu", c->targets, rows,
                          cols, c->state, targets->rows, targets->cols);
}

/* Joins the report of a part to that of the parts before. */
static void join(syn_program_report *sum, const syn_program_report *part)
{
    const double cells = (double)(sum->cells + part->cells), reached = (double)(sum->reached + part->reached);
    const double old = (double)sum->reached, new = (double)part->reached;
    sum->pulses_mean = ((double)sum->cells * sum->pulses_mean + (double)part->cells * part->pulses_mean) / cells;
    if (reached > 0) {
        sum->error_mean = (old * sum->error_mean + new * part->error_mean) / reached;
        sum->error_rms =
            sqrt((old * sum->error_rms * sum->error_rms + new * part->error_rms * part->error_rms) / reached);
    }
    sum->error_max = fmax(sum->error_max, part->error_max);
    sum->pulses_max = part->pulses_max > sum->pulses_max ? part->pulses_max : sum->pulses_max;
    sum->cells += part->cells;
    sum->reached += part->reached;
}

static int program_all(const cli *c, syn_array *a, const matrix *targets, float *g, uint32_t *pulses,
                       syn_program_report *sum)
{
    const size_t n = syn_array_size(a), piece = 1 << 16;
    syn_program how;
    syn_error err;
    progress bar = {0};
    syn_program_default(c->model, &how);
    how.tolerance = c->tolerance;
    how.attempts = (int)c->attempts;
    how.bandwidth = c->bandwidth;
    how.read_index = c->index;
    *sum = (syn_program_report){0};
    for (size_t k = 0; k < n; k += piece) {
        const syn_cells cells = {.first = k, .count = n - k < piece ? n - k : piece};
        syn_program_report part;
        if (syn_array_program(a, &cells, targets->v + k, &how, g + k, pulses + k, &part, &err))
            return cli_fail_library("--", &err);
        join(sum, &part);
        progress_show(&bar, "programming", k + cells.count, n);
    }
    progress_end(&bar);
    return CLI_OK;
}

static int write_cells(const cli *c, const syn_array *a, const matrix *targets, const float *g,
                       const uint32_t *pulses)
{
    output out;
    if (!c->report)
        return CLI_OK;
    if (output_open(&out, c->report))
        return CLI_FAILED;
    fputs("cell,target,g,pulses\n", out.stream);
    for (size_t k = 0; k < syn_array_size(a) && !ferror(out.stream); k++)
        fprintf(out.stream, "%" PRIu64 ",%.9g,%.9g,%" PRIu32 "\n", syn_array_first(a) + k, (double)targets->v[k],
                (double)g[k], pulses[k]);
    return output_close(&out, 1);
}

static int write_report(const syn_program_report *r)
{
    output out;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    fprintf(out.stream,
            "cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max\n%zu,%zu,%.6g,%" PRIu32
            ",%.6g,%.6g,%.6g\n",
            r->cells, r->reached, r->pulses_mean, r->pulses_max, r->error_mean, r->error_rms, r->error_max);
    return output_close(&out, 1);
}

static int program(const cli *c, const matrix *targets, syn_array *a)
{
    const size_t n = syn_array_size(a);
    float *g = malloc(n * sizeof *g);
    uint32_t *pulses = malloc(n * sizeof *pulses);
    syn_program_report report = {0};
    syn_error err;
    int status = g && pulses ? program_all(c, a, targets, g, pulses, &report) : cli_fail(CLI_FAILED, "out of memory");
    if (!status)
        status = write_cells(c, a, targets, g, pulses);
    if (!status && syn_array_save(a, c->output, &err))
        status = cli_fail_library("", &err);
    if (!status)
        status = write_report(&report);
    free(g);
    free(pulses);
    return status;
}

int cmd_program(const cli *c)
{
    matrix targets;
    syn_array *a = NULL;
    if (!c->targets || !c->output)
        return cli_fail(CLI_USAGE, "--%s: expected a file name, found none", c->targets ? "output" : "targets");
    int status = matrix_read(c->targets, &targets);
    if (status)
        return status;
    status = array_to_program(c, &targets, &a);
    if (!status)
        status = program(c, &targets, a);
    syn_array_free(a);
    free(targets.v);
    return status;
}

int cmd_read(const cli *c)
{
    syn_array *a;
    if (load_array(c, c->state, &a))
        return CLI_FAILED;
    const size_t n = syn_array_size(a), rows = syn_array_rows(a);
    matrix m = {rows, n / rows, malloc(n * sizeof *m.v)};
    int status = m.v ? CLI_OK : cli_fail(CLI_FAILED, "out of memory");
    if (!status) {
        /* A conductance read with noise is the noisy current over the voltage. */
        const syn_status s = c->conductance && c->bandwidth == 0
                                 ? syn_array_conductance(a, NULL, (float)c->u, m.v, NULL)
                                 : syn_array_read_noisy(a, NULL, (float)c->u, c->bandwidth, c->index, m.v, NULL);
        for (size_t k = 0; c->conductance && c->bandwidth != 0 && k < n; k++)
            m.v[k] /= (float)c->u;
        status = s ? cli_fail(CLI_FAILED, "%s: %s", c->state, syn_strstatus(s)) : matrix_write(c->output, &m);
    }
    free(m.v);
    syn_array_free(a);
    return status;
}

/* The rows of m as columns and the other way round. */
static int transpose(matrix *m)
{
    matrix t = {m->cols, m->rows, malloc(m->rows * m->cols * sizeof *t.v)};
    if (!t.v)
        return cli_fail(CLI_FAILED, "out of memory");
    for (size_t i = 0; i < t.rows; i++)
        for (size_t j = 0; j < t.cols; j++)
            t.v[i + t.rows * j] = m->v[j + m->rows * i];
    free(m->v);
    *m = t;
    return CLI_OK;
}

/* One product for each column of v, into i. */
static int multiply(const cli *c, const syn_array *a, const matrix *v, matrix *i)
{
    const size_t piece = c->bandwidth == 0 ? 64 : 1;
    progress bar = {0};
    for (size_t k = 0; k < v->cols; k += piece) {
        const size_t count = v->cols - k < piece ? v->cols - k : piece;
        const syn_status s = c->bandwidth == 0 ? syn_vmm_batch(a, v->v + v->rows * k, count, i->v + i->rows * k, NULL)
                                               : syn_vmm_noisy(a, v->v + v->rows * k, c->bandwidth, c->index + k,
                                                               i->v + i->rows * k, NULL);
        if (s)
            return cli_fail(CLI_FAILED, "%s: %s", c->state, syn_strstatus(s));
        progress_show(&bar, "multiplying", k + count, v->cols);
    }
    progress_end(&bar);
    return CLI_OK;
}

static int vmm(const cli *c, const syn_array *a, matrix *v)
{
    const size_t rows = syn_array_rows(a), cols = syn_array_size(a) / rows;
    if (v->cols != cols)
        return cli_fail(CLI_FAILED,
                        "%s: expected %zu voltages in each row, one for each column of the array, found %zu",
                        c->voltages, cols, v->cols);
    if (transpose(v))
        return CLI_FAILED;
    matrix i = {rows, v->cols, malloc(rows * v->cols * sizeof *i.v)};
    int status = i.v ? multiply(c, a, v, &i) : cli_fail(CLI_FAILED, "out of memory");
    if (!status)
        status = transpose(&i);
    if (!status)
        status = matrix_write(c->output, &i);
    free(i.v);
    return status;
}

int cmd_vmm(const cli *c)
{
    matrix v;
    syn_array *a;
    if (!c->voltages)
        return cli_fail(CLI_USAGE, "--voltages: expected a file name, found none");
    int status = matrix_read(c->voltages, &v);
    if (status)
        return status;
    status = load_array(c, c->state, &a);
    if (!status) {
        status = vmm(c, a, &v);
        syn_array_free(a);
    }
    free(v.v);
    return status;
}
