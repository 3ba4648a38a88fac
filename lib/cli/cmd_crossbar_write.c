/* SPDX-License-Identifier: MIT */
/* The subcommands that work on the array of a state file through wires: crossbar write, crossbar read. */
#include "cli/cli.h"
#include "cli/matrix.h"
#include "cli/netlist/netlist.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* An array between wires and drivers: at the left and bottom ends, or at all four. */
typedef struct bench {
    const cli *c;
    syn_array *array;
    size_t rows, cols;
    double *ends; /* ohm */
    syn_crossbar *x;
} bench;

static int out_of_memory(void)
{
    return cli_fail(CLI_FAILED, "out of memory");
}

static int open_bench(bench *b, double bit_line_end)
{
    const cli *c = b->c;
    syn_error err;
    b->rows = syn_array_rows(b->array);
    b->cols = syn_array_size(b->array) / b->rows;
    b->ends = malloc((b->rows + b->cols) * sizeof *b->ends);
    if (!b->ends)
        return out_of_memory();
    for (size_t k = 0; k < b->rows + b->cols; k++)
        b->ends[k] = k < b->rows ? c->driver : bit_line_end;
    double *const left = b->ends, *const bottom = b->ends + b->rows;
    const syn_wires w = {.rows = b->rows,
                         .cols = b->cols,
                         .r_wl = c->r_wl,
                         .r_bl = c->r_bl,
                         .end = {left, c->both_ends ? left : NULL, c->both_ends ? bottom : NULL, bottom}};
    if (syn_crossbar_create(&w, 1, &b->x, &err))
        return cli_fail_library("", &err);
    return syn_crossbar_bind(b->x, b->array, &err) ? cli_fail_library("", &err) : CLI_OK;
}

static void close_bench(bench *b)
{
    syn_crossbar_free(b->x);
    syn_array_free(b->array);
    free(b->ends);
}

/* What a picture shows. */
typedef struct drawing {
    plot p;
    size_t rows, cols;
} drawing;

static void put_map(const drawing *d, const char *title, const char *unit, const double *v)
{
    FILE *f = d->p.gnuplot;
    fprintf(f, "set title '%s'\nset cblabel '%s'\nplot '-' matrix with image notitle\n", title, unit);
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->cols; j++)
            fprintf(f, "%.5g%c", v[i + d->rows * j], j + 1 < d->cols ? ' ' : '\n');
    fputs("e\n", f);
}

/* Counts of log10(ohm) in steps of 0.02 over the range that occurs. */
static void put_histogram(const drawing *d, const double *ohm)
{
    enum { BINS = 1024 };
    const double step = 0.02, from = 2; /* log10(ohm) */
    size_t count[BINS] = {0};
    FILE *f = d->p.gnuplot;
    for (size_t k = 0; k < d->rows * d->cols; k++) {
        const double bin = floor((log10(ohm[k]) - from) / step);
        if (bin >= 0 && bin < BINS)
            count[(int)bin]++;
    }
    fputs("set autoscale\nset yrange [0:*] noreverse\nset size noratio\nunset colorbox\nset title 'resistances'\n"
          "set xlabel 'resistance at u0 (kΩ)'\nset ylabel 'cells'\nset logscale x\n"
          "set grid lc '#d8d8d8' lt 1 lw 0.5\nset style fill solid 0.85 noborder\n"
          "plot '-' using 1:2:3:4:5:6 with boxxyerror lc '#3b528b' notitle\n",
          f);
    for (int k = 0; k < BINS; k++)
        if (count[k]) {
            const double low = pow(10, from + k * step - 3), high = low * pow(10, step);
            fprintf(f, "%.5g %zu %.5g %.5g 0 %zu\n", low, count[k], low, high, count[k]);
        }
    fputs("e\n", f);
}

static int draw(const bench *b, const double *ohm, const double *u, const char *what)
{
    drawing d = {.rows = b->rows, .cols = b->cols};
    if (plot_start(&d.p, b->c->plot))
        return CLI_FAILED;
    FILE *f = d.p.gnuplot;
    fprintf(f, "set terminal %s size 1500,520 font 'DejaVu Sans,12' background '#ffffff'\nset multiplot layout 1,3\n",
            plot_is_svg(b->c->plot) ? "svg" : "pngcairo");
    fputs(
        "set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')\n"
        "set autoscale fix\nset yrange [] reverse\nset size ratio -1\nset xlabel 'bit line'\nset ylabel 'word line'\n"
        "set tics out nomirror\n",
        f);
    double *map = malloc(b->rows * b->cols * sizeof *map);
    for (size_t k = 0; map && k < b->rows * b->cols; k++)
        map[k] = ohm[k] / 1000;
    if (map) {
        fputs("set logscale cb\n", f);
        put_map(&d, "resistance of the cells", "kΩ", map);
        fputs("unset logscale cb\n", f);
        for (size_t k = 0; k < b->rows * b->cols; k++)
            map[k] = 1000 * u[k];
        put_map(&d, what, "mV", map);
        put_histogram(&d, ohm);
    }
    free(map);
    const int status = plot_close(&d.p, map != NULL);
    return map ? status : out_of_memory();
}

/* All rows at v_read, bit lines at 0 V. */
static int draw_read(const bench *b)
{
    const size_t n = b->rows * b->cols;
    double *ohm = calloc(2 * n + b->rows + b->cols, sizeof *ohm), *u = ohm + n, *v = u + n, *i = v + b->rows;
    char what[96];
    syn_error err;
    if (!ohm)
        return out_of_memory();
    for (size_t k = 0; k < b->rows; k++)
        v[k] = b->c->v_read;
    int status = syn_crossbar_read(b->x, v, i, &err) ? cli_fail_library("", &err) : CLI_OK;
    if (!status) {
        syn_crossbar_cells(b->x, u, NULL);
        for (size_t k = 0; k < n; k++)
            ohm[k] = syn_resistance_of_state(b->c->model, (double)syn_array_states(b->array)[k]);
        snprintf(what, sizeof what, "voltage across the cells, all word lines at %.4g V", b->c->v_read);
        status = draw(b, ohm, u, what);
    }
    free(ohm);
    return status;
}

static int show_row(void *context, size_t done, size_t total)
{
    progress_show(context, "writing", done, total);
    return 0;
}

static int write_line(const char *format, ...)
{
    output out;
    va_list args;
    if (output_open(&out, NULL))
        return CLI_FAILED;
    va_start(args, format);
    vfprintf(out.stream, format, args);
    va_end(args);
    return output_close(&out, 1);
}

static int write_bits(bench *b, const netlist *n, const syn_write *how)
{
    syn_write_report r;
    syn_error err;
    if (syn_crossbar_write(b->x, n->bits, how, NULL, &r, &err))
        return cli_fail_library("", &err);
    return write_line("rows,cols,pulses,switched,disturbs,disturbed,wrong,newton,iterations,residual\n"
                      "%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%.3g\n",
                      b->rows, b->cols, r.pulses, r.switched, r.disturbs, r.disturbed, r.wrong, r.newton,
                      r.iterations, r.residual);
}

static int write_targets(bench *b, const matrix *targets, const syn_write *how)
{
    syn_program program;
    syn_program_report r;
    syn_write_report w;
    syn_error err;
    syn_program_default(b->c->model, &program);
    program.tolerance = b->c->tolerance;
    program.attempts = (int)b->c->attempts;
    program.bandwidth = b->c->bandwidth;
    program.read_index = b->c->index;
    program.u_set = how->u_set;
    if (syn_crossbar_program(b->x, targets->v, &program, how, NULL, &r, &w, &err))
        return cli_fail_library("", &err);
    return write_line("cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max,disturbs\n"
                      "%zu,%zu,%.6g,%" PRIu32 ",%.6g,%.6g,%.6g,%zu\n",
                      r.cells, r.reached, r.pulses_mean, r.pulses_max, r.error_mean, r.error_rms, r.error_max,
                      w.disturbs);
}

/* The array of --state, or a new one of the shape of what is to be written. */
static int open_array(bench *b, size_t rows, size_t cols)
{
    const cli *c = b->c;
    syn_error err;
    if (c->state)
        return syn_array_load(c->model, c->state, NULL, 0, &b->array, &err) ? cli_fail_library("", &err) : CLI_OK;
    const syn_array_options o = {.first = c->first, .start = c->start, .rows = rows};
    return syn_array_create(c->model, c->seed, rows * cols, &o, &b->array, &err) ? cli_fail_library("", &err)
                                                                                 : CLI_OK;
}

static int write_array(bench *b, const netlist *n, const matrix *targets)
{
    progress bar = {0};
    syn_error err;
    const cli *c = b->c;
    const syn_write how = {.scheme = (syn_scheme)n->c->scheme,
                           .u_set = n->v_set,
                           .u_reset = n->v_reset,
                           .by_cell = c->by_cell,
                           .steps = (int)c->steps,
                           .progress = show_row,
                           .context = &bar};
    int status = open_array(b, n->rows, n->cols);
    if (!status)
        status = open_bench(b, c->driver);
    if (!status && (b->rows != n->rows || b->cols != n->cols))
        status = cli_fail(CLI_FAILED, "%s: expected %zu x %zu cells, found %zu x %zu", c->state, n->rows, n->cols,
                          b->rows, b->cols);
    if (!status)
        status = targets->v ? write_targets(b, targets, &how) : write_bits(b, n, &how);
    progress_end(&bar);
    if (!status && syn_array_save(b->array, c->output, &err))
        status = cli_fail_library("", &err);
    if (!status && c->plot)
        status = draw_read(b);
    return status;
}

int cmd_crossbar_write(const cli *c)
{
    cli with_scheme = *c;
    if (c->scheme == CLI_ABSENT)
        with_scheme.scheme = SYN_HALF_SELECT;
    netlist n = {.c = &with_scheme};
    matrix targets = {0};
    bench b = {.c = c};
    if (!c->output)
        return cli_fail(CLI_USAGE, "--output: expected a file name, found none");
    if (c->targets && c->pattern)
        return cli_fail(CLI_USAGE, "--targets: expected no --pattern together with it");
    int status = c->plot ? plot_check_name(c->plot) : CLI_OK;
    if (!status && c->targets) {
        status = matrix_read(c->targets, &targets);
        n.rows = targets.rows;
        n.cols = targets.cols;
    } else if (!status) {
        status = netlist_make_pattern(&n);
    }
    netlist_choose_voltages(&n);
    if (!status)
        status = write_array(&b, &n, &targets);
    close_bench(&b);
    free(targets.v);
    free(n.bits);
    return status;
}

/* Voltages of the word lines, a column for each read. */
static int read_voltages(const bench *b, matrix *v)
{
    const cli *c = b->c;
    if (c->voltages) {
        const int status = matrix_read(c->voltages, v);
        return status || v->cols == b->rows
                   ? status
                   : cli_fail(CLI_FAILED, "%s: expected %zu voltages in each row, one for each word line, found %zu",
                              c->voltages, b->rows, v->cols);
    }
    *v = (matrix){1, b->rows, malloc(b->rows * sizeof *v->v)};
    for (size_t k = 0; v->v && k < b->rows; k++)
        v->v[k] = (float)c->v_read;
    return v->v ? CLI_OK : out_of_memory();
}

/* Read number k, into row k of i. */
static syn_status read_once(const bench *b, const matrix *v, size_t k, double *volts, double *amps, matrix *i,
                            syn_error *err)
{
    const cli *c = b->c;
    syn_status status = SYN_OK;
    if (c->sneak)
        for (size_t j = 0; j < b->cols && !status; j++)
            status = syn_crossbar_read_sneak(b->x, k, j, c->v_read, &amps[j], err);
    else if (c->each_row)
        status = syn_crossbar_read_row(b->x, k, c->v_read, false, amps, err);
    else {
        for (size_t row = 0; row < b->rows; row++)
            volts[row] = (double)v->v[k + v->rows * row];
        status = syn_crossbar_read(b->x, volts, amps, err);
    }
    for (size_t j = 0; j < b->cols && !status; j++)
        i->v[k + i->rows * j] = (float)amps[j];
    return status;
}

static int read_all(const bench *b, const matrix *v, matrix *i)
{
    progress bar = {0};
    syn_error err;
    double *volts = malloc((b->rows + b->cols) * sizeof *volts);
    if (!volts)
        return out_of_memory();
    int status = CLI_OK;
    for (size_t k = 0; k < i->rows && !status; k++) {
        if (read_once(b, v, k, volts, volts + b->rows, i, &err))
            status = cli_fail_library("", &err);
        progress_show(&bar, "reading", k + 1, i->rows);
    }
    progress_end(&bar);
    free(volts);
    return status;
}

int cmd_crossbar_read(const cli *c)
{
    bench b = {.c = c};
    matrix v = {0}, i = {0};
    syn_error err;
    if (c->sneak + c->each_row + (c->voltages != NULL) > 1)
        return cli_fail(CLI_USAGE, "--%s: expected one of --voltages, --each-row and --sneak",
                        c->sneak ? "sneak" : "each-row");
    int status = c->plot ? plot_check_name(c->plot) : CLI_OK;
    if (!status && syn_array_load(c->model, c->state, NULL, 0, &b.array, &err))
        status = cli_fail_library("", &err);
    if (!status)
        status = open_bench(&b, c->sense);
    if (!status)
        status = read_voltages(&b, &v);
    if (!status) {
        i = (matrix){c->sneak || c->each_row ? b.rows : v.rows, b.cols, NULL};
        i.v = malloc(i.rows * i.cols * sizeof *i.v);
        status = i.v ? read_all(&b, &v, &i) : out_of_memory();
    }
    if (!status && c->plot)
        status = draw_read(&b);
    if (!status)
        status = matrix_write(c->output, &i);
    close_bench(&b);
    free(v.v);
    free(i.v);
    return status;
}
