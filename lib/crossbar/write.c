/* SPDX-License-Identifier: MIT */
/* Writing row by row, and reads. Each voltage of the lines is a step of the crossbar (step.c). */
#include "array/program.h"
#include "base/numeric.h"
#include "crossbar/crossbar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar_write.h>
#include <synaptogen/distribution.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

/* A write under way. */
typedef struct writer {
    syn_crossbar *x;
    const syn_write *how;
    size_t row;
    uint8_t *chosen; /* [cols]: selected cells of the row */
    uint8_t *on;     /* [rows], of a full-select */
    uint32_t *disturbs;
    double *rows, *cols;           /* V, the voltages to be reached */
    double *rows_at, *cols_at;     /* V, of the present step */
    double *rows_from, *cols_from; /* V, where the pulse starts */
    double *u;                     /* V, [cols], across the chosen cells */
    double *current;               /* A, [cols], of a verifying read */
    syn_write_report report;
} writer;

typedef struct half_select {
    const syn_distribution *d;
    double parts;
} half_select;

/* More cells fail to SET at -u than cells SET already at -u / parts. */
static bool is_too_weak(const void *context, double u)
{
    const half_select *h = context;
    return syn_distribution_below(h->d, -u) > 1 - syn_distribution_below(h->d, -u / h->parts);
}

/* The voltage u at which as many selected cells fail to SET at -u as unselected cells SET at -u / parts. */
static double balanced_set(const syn_distribution *d, double parts)
{
    return synp_bisect(is_too_weak, &(half_select){d, parts}, (synp_interval){0, 10}, 50).low;
}

void syn_write_default(const syn_model *m, syn_scheme scheme, syn_write *how)
{
    const syn_distribution set = syn_distribution_of(m, SYN_U_SET), reset = syn_distribution_of(m, SYN_U_RESET);
    *how = (syn_write){.scheme = scheme, .steps = 1};
    if (scheme == SYN_FULL_SELECT) {
        how->u_set = syn_distribution_quantile(&set, 1e-5);
        how->u_reset = 1.1 * syn_model_params(m)->u_max;
        return;
    }
    const double parts = scheme == SYN_HALF_SELECT ? 2 : 3;
    how->u_set = -balanced_set(&set, parts);
    how->u_reset = fmin(syn_model_params(m)->u_max, parts * syn_distribution_quantile(&reset, 1e-3));
    if (scheme == SYN_THIRD_SELECT)
        how->u_reset = fmin(how->u_reset, -how->u_set);
}

static syn_status check_write(const syn_crossbar *x, const syn_write *how, syn_error *err)
{
    if (!synp_crossbar_can_switch(x))
        return synp_fail(err, SYN_EINVAL, "crossbar", "it is not bound to an array that can be written");
    if (how->scheme != SYN_HALF_SELECT && how->scheme != SYN_THIRD_SELECT && how->scheme != SYN_FULL_SELECT)
        return synp_fail(err, SYN_EINVAL, "scheme", "%d is none of half (0), third (1) and full (2)",
                         (int)how->scheme);
    if (!(how->u_set >= -10 && how->u_set < 0))
        return synp_fail(err, SYN_EINVAL, "u_set", "%s V is outside [-10, 0)", SYNP_TEXT_OF(how->u_set));
    if (!(how->u_reset > 0 && how->u_reset <= 10))
        return synp_fail(err, SYN_EINVAL, "u_reset", "%s V is outside (0, 10]", SYNP_TEXT_OF(how->u_reset));
    if (how->steps < 0)
        return synp_fail(err, SYN_EINVAL, "steps", "%d is not >= 0", how->steps);
    return synp_check_reserved(how->reserved, sizeof how->reserved, "syn_write", err);
}

static syn_status writer_create(writer *w, syn_crossbar *x, const syn_write *how, uint32_t *disturbs, syn_error *err)
{
    const size_t rows = x->lines.rows, cols = x->lines.cols;
    *w = (writer){.x = x, .how = how, .disturbs = disturbs};
    syn_status status = check_write(x, how, err);
    if (!status)
        status = synp_crossbar_let_switch(x, err);
    if (status)
        return status;
    w->rows = calloc(3 * rows + 5 * cols, sizeof *w->rows);
    w->chosen = calloc(rows + cols, 1);
    if (!w->disturbs)
        w->disturbs = malloc(rows * cols * sizeof *w->disturbs);
    if (!w->rows || !w->chosen || !w->disturbs)
        return synp_no_memory(err);
    memset(w->disturbs, 0, rows * cols * sizeof *w->disturbs);
    w->rows_at = w->rows + rows;
    w->rows_from = w->rows_at + rows;
    w->cols = w->rows_from + rows;
    w->cols_at = w->cols + cols;
    w->cols_from = w->cols_at + cols;
    w->u = w->cols_from + cols;
    w->current = w->u + cols;
    w->on = w->chosen + cols;
    return SYN_OK;
}

/* disturbs: what the caller gave. */
static void writer_free(writer *w, const uint32_t *disturbs)
{
    if (w->how->scheme == SYN_FULL_SELECT && w->on)
        syn_crossbar_select(w->x, NULL);
    free(w->rows);
    free(w->chosen);
    if (w->disturbs != disturbs)
        free(w->disturbs);
}

static void count_change(void *context, size_t cell)
{
    writer *w = context;
    const size_t rows = w->x->lines.rows;
    if (cell % rows == w->row && w->chosen[cell / rows]) {
        w->report.switched++;
        return;
    }
    w->report.disturbs++;
    w->report.disturbed += w->disturbs[cell]++ == 0;
}

/* Takes the lines from their last voltages to w->rows and w->cols; the cells switch on the way. */
static syn_status pulse(writer *w, syn_error *err)
{
    const size_t rows = w->x->lines.rows, cols = w->x->lines.cols;
    const int steps = w->how->steps > 0 ? w->how->steps : 1;
    for (int k = 1; k <= steps; k++) {
        const double part = (double)k / steps;
        for (size_t i = 0; i < rows; i++)
            w->rows_at[i] = w->rows_from[i] + part * (w->rows[i] - w->rows_from[i]);
        for (size_t j = 0; j < cols; j++)
            w->cols_at[j] = w->cols_from[j] + part * (w->cols[j] - w->cols_from[j]);
        const double *const v[SYN_SIDES] = {w->rows_at, w->rows_at, w->cols_at, w->cols_at};
        syn_solution info;
        const syn_status status = synp_crossbar_settle(w->x, v, &info, err);
        if (status)
            return status;
        synp_switching_each(w->x->switching, count_change, w);
        syn_crossbar_commit(w->x);
        w->report.residual = fmax(w->report.residual, info.residual);
        w->report.newton += (size_t)info.newton;
        w->report.iterations += (size_t)info.iterations;
    }
    memcpy(w->rows_from, w->rows, rows * sizeof *w->rows);
    memcpy(w->cols_from, w->cols, cols * sizeof *w->cols);
    w->report.pulses++;
    return SYN_OK;
}

/* Applies w->u across the chosen cells of the row. The row has half of the largest. */
static syn_status pulse_each(writer *w, syn_error *err)
{
    const double *u = w->u;
    double largest = 0;
    for (size_t j = 0; j < w->x->lines.cols; j++)
        if (w->chosen[j] && fabs(u[j]) > fabs(largest))
            largest = u[j];
    if (largest == 0)
        return SYN_OK;
    const bool full = w->how->scheme == SYN_FULL_SELECT;
    const double rest = w->how->scheme == SYN_THIRD_SELECT ? -largest / 6 : 0, row = full ? 0 : largest / 2;
    for (size_t i = 0; i < w->x->lines.rows; i++)
        w->rows[i] = i == w->row ? row : rest;
    for (size_t j = 0; j < w->x->lines.cols; j++)
        w->cols[j] = w->chosen[j] ? row - u[j] : -rest;
    return pulse(w, err);
}

/* Makes `row` the selected one; with full-select, the only one that is connected. */
static void go_to_row(writer *w, size_t row)
{
    w->row = row;
    if (w->how->scheme != SYN_FULL_SELECT)
        return;
    memset(w->on, 0, w->x->lines.rows);
    w->on[row] = 1;
    syn_crossbar_select(w->x, w->on);
}

/* Writes the cells of the row whose bit is `bit`; of these only the one in column `only` unless that is SIZE_MAX. */
static syn_status pulse_bits(writer *w, const uint8_t *bits, bool bit, size_t only, syn_error *err)
{
    for (size_t j = 0; j < w->x->lines.cols; j++) {
        w->chosen[j] = (bits[w->row + w->x->lines.rows * j] != 0) == bit && (only == SIZE_MAX || only == j);
        w->u[j] = bit ? w->how->u_set : w->how->u_reset;
    }
    return pulse_each(w, err);
}

static syn_status write_row(writer *w, const uint8_t *bits, syn_error *err)
{
    const size_t cols = w->x->lines.cols, rows = w->x->lines.rows;
    syn_status status = SYN_OK;
    if (w->how->by_cell)
        for (size_t j = 0; j < cols && !status; j++)
            status = pulse_bits(w, bits, bits[w->row + rows * j] != 0, j, err);
    else
        for (int bit = 1; bit >= 0 && !status; bit--)
            status = pulse_bits(w, bits, bit != 0, SIZE_MAX, err);
    return status;
}

static syn_status tell_progress(const writer *w, size_t done, syn_error *err)
{
    const syn_progress *p = &w->how->progress;
    if (p->call && !p->call(p->context, (double)done / (double)w->x->lines.rows))
        return synp_fail(err, SYN_ESTOPPED, "progress", "stopped after %zu rows", done);
    return SYN_OK;
}

static size_t wrong_bits(const syn_array *a, const uint8_t *bits)
{
    size_t wrong = 0;
    for (size_t k = 0; k < syn_array_size(a); k++) {
        syn_state s;
        if (syn_array_state(a, k, &s, NULL) == SYN_OK)
            wrong += (s.mode == SYN_LRS) != (bits[k] != 0);
    }
    return wrong;
}

syn_status syn_crossbar_write(syn_crossbar *x, const uint8_t *bits, const syn_write *how, uint32_t *disturbs,
                              syn_write_report *report, syn_error *err)
{
    writer w;
    syn_status status = writer_create(&w, x, how, disturbs, err);
    for (size_t i = 0; i < x->lines.rows && !status; i++) {
        go_to_row(&w, i);
        status = write_row(&w, bits, err);
        if (!status)
            status = tell_progress(&w, i + 1, err);
    }
    if (report && w.rows) {
        *report = w.report;
        report->wrong = wrong_bits(x->array, bits);
    }
    writer_free(&w, disturbs);
    return status;
}

/* i = the currents out of the ends of the columns. */
static void column_currents(const syn_crossbar *x, double *i)
{
    for (size_t j = 0; j < x->lines.cols; j++) {
        i[j] = 0;
        for (int side = SYN_TOP; side <= SYN_BOTTOM; side++)
            if (!isnan(x->field.current[side][j]))
                i[j] -= x->field.current[side][j];
    }
}

syn_status syn_crossbar_read(syn_crossbar *x, const double *v, double *i, syn_error *err)
{
    const double *const sources[SYN_SIDES] = {v, v, NULL, NULL};
    syn_solution info;
    const syn_status status = syn_crossbar_solve(x, sources, &info, err);
    if (!status)
        column_currents(x, i);
    return status;
}

static syn_status check_cell(const syn_crossbar *x, size_t row, size_t col, syn_error *err)
{
    if (row >= x->lines.rows)
        return synp_fail(err, SYN_EINVAL, "row", "%zu is not below %zu", row, x->lines.rows);
    if (col >= x->lines.cols)
        return synp_fail(err, SYN_EINVAL, "col", "%zu is not below %zu", col, x->lines.cols);
    return SYN_OK;
}

syn_status syn_crossbar_read_row(syn_crossbar *x, size_t row, double u, bool full, double *i, syn_error *err)
{
    syn_status status = check_cell(x, row, 0, err);
    double *v = calloc(x->lines.rows, sizeof *v);
    uint8_t *on = calloc(x->lines.rows, 1);
    if (!status && (!v || !on))
        status = synp_no_memory(err);
    if (!status) {
        v[row] = u;
        on[row] = 1;
        if (full)
            syn_crossbar_select(x, on);
        status = syn_crossbar_read(x, v, i, err);
        if (full)
            syn_crossbar_select(x, NULL);
    }
    free(v);
    free(on);
    return status;
}

syn_status syn_crossbar_read_sneak(syn_crossbar *x, size_t row, size_t col, double u, double *i, syn_error *err)
{
    const size_t rows = x->lines.rows, cols = x->lines.cols;
    syn_status status = check_cell(x, row, col, err);
    double *v = calloc(rows + cols, sizeof *v);
    uint8_t *on = calloc(rows + cols, 1);
    if (!status && (!v || !on))
        status = synp_no_memory(err);
    if (!status) {
        v[row] = u;
        on[row] = on[rows + col] = 1;
        syn_crossbar_connect(x, (const uint8_t *[SYN_SIDES]){on, on, on + rows, on + rows});
        status = syn_crossbar_read(x, v, v + rows, err);
        *i = v[rows + col];
        syn_crossbar_connect(x, (const uint8_t *[SYN_SIDES]){0});
    }
    free(v);
    free(on);
    return status;
}

/* Reads the conductances of the row's cells through the wires, with noise, and plans their next pulses. */
static syn_status verify_row(writer *w, const syn_program *program, synp_job *jobs, syn_error *err)
{
    const syn_crossbar *x = w->x;
    const double u0 = x->array->model->params.u0;
    memset(w->rows_at, 0, x->lines.rows * sizeof *w->rows_at);
    w->rows_at[w->row] = u0;
    const syn_status status = syn_crossbar_read(w->x, w->rows_at, w->current, err);
    for (size_t j = 0; j < x->lines.cols && !status; j++) {
        synp_job *b = &jobs[j];
        double g = w->current[j] / u0;
        if (program->bandwidth > 0)
            g += syn_noise_sigma(g, u0 * g, program->bandwidth) / u0 *
                 syn_rng_read(x->array->single.seed, x->array->single.first + w->row + x->lines.rows * j,
                              program->read_index + b->pulses);
        /* Cells that are done are planned again: their neighbours' pulses have changed the drop along the wires. */
        synp_plan(program, w->how->u_reset, g, b);
    }
    return status;
}

/* Applies the planned pulses, first those that SET. */
static syn_status pulse_jobs(writer *w, const syn_program *program, synp_job *jobs, syn_error *err)
{
    syn_status status = SYN_OK;
    for (int set = 1; set >= 0 && !status; set--) {
        for (size_t j = 0; j < w->x->lines.cols; j++) {
            w->chosen[j] = !jobs[j].done && (jobs[j].next == SYNP_SET) == set;
            w->u[j] = w->chosen[j] ? fmin(synp_next_pulse(program, w->how->u_reset, &jobs[j]), w->how->u_reset) : 0;
        }
        status = pulse_each(w, err);
    }
    return status;
}

static bool all_done(const synp_job *jobs, size_t cols)
{
    for (size_t j = 0; j < cols; j++)
        if (!jobs[j].done)
            return false;
    return true;
}

static syn_status program_row(writer *w, const float *target, const syn_program *program, synp_job *jobs,
                              syn_error *err)
{
    const size_t rows = w->x->lines.rows, cols = w->x->lines.cols;
    for (size_t j = 0; j < cols; j++)
        jobs[j] = (synp_job){.target = (double)target[w->row + rows * j]};
    for (;;) {
        syn_status status = verify_row(w, program, jobs, err);
        if (!status && !all_done(jobs, cols))
            status = pulse_jobs(w, program, jobs, err);
        if (status || all_done(jobs, cols))
            return status;
    }
}

/* The cells' own conductances at the end. */
static void take_conductances(const syn_array *a, synp_outcome *o)
{
    for (size_t k = 0; k < syn_array_size(a); k++)
        o[k].g = (float)syn_chord(a->model, a->r[k], a->model->params.u0);
}

syn_status syn_crossbar_program(syn_crossbar *x, const float *target, const syn_program *program,
                                const syn_write *how, float *g, syn_program_report *report, syn_write_report *write,
                                syn_error *err)
{
    const size_t rows = x->lines.rows, cols = x->lines.cols;
    writer w;
    syn_status status = writer_create(&w, x, how, NULL, err);
    if (!status)
        status = synp_check_program(program, err);
    if (!status)
        status = synp_check_targets(target, rows * cols, err);
    synp_job *jobs = malloc(cols * sizeof *jobs);
    synp_outcome *outcomes = calloc(rows * cols, sizeof *outcomes);
    if (!status && (!jobs || !outcomes))
        status = synp_no_memory(err);
    for (size_t i = 0; i < rows && !status; i++) {
        go_to_row(&w, i);
        status = program_row(&w, target, program, jobs, err);
        for (size_t j = 0; j < cols && !status; j++) {
            const size_t k = i + rows * j;
            outcomes[k] = (synp_outcome){.pulses = jobs[j].pulses, .reached = synp_reached(x->array, k, &jobs[j])};
        }
        if (!status)
            status = tell_progress(&w, i + 1, err);
    }
    if (!status) {
        take_conductances(x->array, outcomes);
        for (size_t k = 0; g && k < rows * cols; k++)
            g[k] = outcomes[k].g;
        if (report)
            synp_sum_up(outcomes, target, rows * cols, report);
        if (write)
            *write = w.report;
    }
    free(jobs);
    free(outcomes);
    writer_free(&w, NULL);
    return status;
}
