/* SPDX-License-Identifier: MIT */
#include "cli/wired.h"

#include "cli/gnuplot.h"

#include <math.h>
#include <stdlib.h>

/* A crossbar of rows x cols cells without cells yet. */
static int make_wires(size_t rows, size_t cols, const wires_options *o, double bit_line_end, bool both_ends,
                      wired *out)
{
    syn_error err;
    *out = (wired){NULL, rows, cols, malloc((rows + cols) * sizeof *out->ends), NULL};
    if (!out->ends)
        return cli_fail_memory();
    double *const left = out->ends, *const bottom = out->ends + rows;
    for (size_t k = 0; k < rows; k++)
        left[k] = o->driver;
    for (size_t k = 0; k < cols; k++)
        bottom[k] = bit_line_end;
    const syn_wires w = {.rows = rows,
                         .cols = cols,
                         .r_wl = o->r_wl,
                         .r_bl = o->r_bl,
                         .end = {left, both_ends ? left : NULL, both_ends ? bottom : NULL, bottom}};
    return syn_crossbar_create(&w, 1, &out->x, &err) ? cli_fail_library("", &err) : CLI_OK;
}

int wired_open(syn_array *array, const wires_options *o, double bit_line_end, bool both_ends, wired *out)
{
    syn_error err;
    const int status = make_wires(syn_array_rows(array), syn_array_cols(array), o, bit_line_end, both_ends, out);
    out->array = array;
    if (status)
        return status;
    return syn_crossbar_bind(out->x, array, &err) ? cli_fail_library("", &err) : CLI_OK;
}

int wired_open_linear(const matrix *g, const wires_options *o, double bit_line_end, bool both_ends, wired *out)
{
    const size_t n = g->rows * g->cols;
    syn_error err;
    int status = make_wires(g->rows, g->cols, o, bit_line_end, both_ends, out);
    double *own = malloc(n * sizeof *own);
    if (!status && !own)
        status = cli_fail_memory();
    if (!status) {
        for (size_t k = 0; k < n; k++)
            own[k] = (double)g->v[k];
        if (syn_crossbar_set_conductances(out->x, own, &err))
            status = cli_fail_library("", &err);
    }
    free(own);
    return status;
}

void wired_close(wired *w)
{
    syn_crossbar_free(w->x);
    syn_array_free(w->array);
    free(w->ends);
}

/* What a picture shows. */
typedef struct drawing {
    gnuplot g;
    size_t rows, cols;
} drawing;

enum { WIDTH = 1545, HEIGHT = 465, SIDE = 350, TOP = 45, LEFT = 95, PITCH = 530 }; /* pixels */

/* The panel k of three, a square whatever the array is: of one size, at one height. */
static void put_panel(FILE *f, int k)
{
    const double left = LEFT + k * PITCH;
    fprintf(f,
            "set lmargin at screen %g\n"
            "set rmargin at screen %g\n"
            "set tmargin at screen %g\n"
            "set bmargin at screen %g\n",
            left / WIDTH, (left + SIDE) / WIDTH, 1 - (double)TOP / HEIGHT, 1 - (double)(TOP + SIDE) / HEIGHT);
}

/* Cells without wires all have one voltage, but a range of colours needs two ends. */
static void put_colours(FILE *f, const double *v, size_t n)
{
    double low = v[0], high = v[0]; /* NOLINT(clang-analyzer-unix.Malloc): n is not 0 */
    for (size_t k = 1; k < n; k++) {
        low = fmin(low, v[k]);
        high = fmax(high, v[k]);
    }
    const double room = 0.01 * fabs(high) + 1e-3;
    if (high - low > 0.01 * room)
        fputs("set cbrange [*:*]\n", f);
    else
        fprintf(f, "set cbrange [%.6g:%.6g]\n", low - room, high + room);
}

/* gnuplot wants images of 2 x 2 cells at least: a single line is written twice, and the second one is out of range. */
static void put_map(const drawing *d, const char *title, const double *v)
{
    FILE *f = d->g.commands;
    const size_t rows = d->rows > 1 ? d->rows : 2, cols = d->cols > 1 ? d->cols : 2;
    put_colours(f, v, d->rows * d->cols);
    fprintf(f,
            "set title '%s'\n"
            "set xrange [-0.5:%g]\n"
            "set yrange [%g:-0.5]\n"
            "set xtics %g\n"
            "set ytics %g\n"
            "$data << end\n",
            title, (double)d->cols - 0.5, (double)d->rows - 0.5, fmax(1, gnuplot_tick((double)d->cols, 4)),
            fmax(1, gnuplot_tick((double)d->rows, 4)));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            fprintf(f, "%.5g%c", v[i % d->rows + d->rows * (j % d->cols)], j + 1 < cols ? ' ' : '\n');
    fputs("end\n"
          "plot $data matrix with image notitle\n",
          f);
}

/* Counts of log10(ohm) in steps of 0.02 over the range that occurs. */
static void put_histogram(const drawing *d, const double *ohm)
{
    enum { BINS = 1024 };
    const double step = 0.02, from = 2; /* log10(ohm) */
    size_t count[BINS] = {0};
    FILE *f = d->g.commands;
    for (size_t k = 0; k < d->rows * d->cols; k++) {
        const double bin = floor((log10(ohm[k]) - from) / step);
        if (bin >= 0 && bin < BINS)
            count[(int)bin]++;
    }
    fputs("set autoscale\n"
          "set yrange [0:*]\n"
          "set xtics autofreq\n"
          "set ytics autofreq\n"
          "unset colorbox\n"
          "set title 'resistances'\n"
          "set xlabel 'resistance at u0 (kΩ)'\n"
          "set ylabel 'cells'\n"
          "set logscale x\n"
          "set grid lc '#d8d8d8' lt 1 lw 0.5\n"
          "set style fill solid 0.85 noborder\n"
          "$data << end\n",
          f);
    for (int k = 0; k < BINS; k++)
        if (count[k]) {
            const double low = pow(10, from + k * step - 3), high = low * pow(10, step);
            fprintf(f, "%.5g %zu %.5g %.5g 0 %zu\n", low, count[k], low, high, count[k]);
        }
    fputs("end\n"
          "plot $data using 1:2:3:4:5:6 with boxxyerror lc '#3b528b' notitle\n",
          f);
}

static int draw(const wired *b, const char *path, const double *ohm, const double *u, double v_read)
{
    drawing d = {.rows = b->rows, .cols = b->cols};
    char what[96];
    if (gnuplot_start(&d.g, path))
        return CLI_FAILED;
    FILE *f = d.g.commands;
    fprintf(f,
            "set terminal %s size %d,%d font 'DejaVu Sans,12' background '#ffffff'\n"
            "set multiplot\n",
            gnuplot_terminal(path), WIDTH, HEIGHT);
    fputs("set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')\n"
          "set xlabel 'bit line'\n"
          "set ylabel 'word line'\n"
          "set tics out nomirror\n",
          f);
    double *map = malloc(b->rows * b->cols * sizeof *map);
    for (size_t k = 0; map && k < b->rows * b->cols; k++)
        map[k] = ohm[k] / 1000;
    if (map) {
        fputs("set logscale cb\n", f);
        put_panel(f, 0);
        put_map(&d, "resistance of the cells (kΩ)", map);
        fputs("unset logscale cb\n", f);
        for (size_t k = 0; k < b->rows * b->cols; k++)
            map[k] = 1000 * u[k];
        snprintf(what, sizeof what, "voltage across the cells (mV), all word lines at %.4g V", v_read);
        put_panel(f, 1);
        put_map(&d, what, map);
        put_panel(f, 2);
        put_histogram(&d, ohm);
    }
    free(map);
    const int status = gnuplot_close(&d.g, map != NULL);
    return map ? status : cli_fail_memory();
}

int wired_draw(const wired *b, const syn_model *m, double v_read, const char *path)
{
    const size_t n = b->rows * b->cols;
    double *ohm = calloc(2 * n + b->rows + b->cols, sizeof *ohm);
    syn_error err;
    if (!ohm)
        return cli_fail_memory();
    double *u = ohm + n, *v = u + n, *i = v + b->rows;
    for (size_t k = 0; k < b->rows; k++)
        v[k] = v_read;
    int status = syn_crossbar_read(b->x, v, i, &err) ? cli_fail_library("", &err) : CLI_OK;
    if (!status) {
        syn_crossbar_cells(b->x, u, NULL);
        for (size_t k = 0; k < n; k++)
            ohm[k] = syn_resistance_of_state(m, (double)syn_array_states(b->array)[k]);
        status = draw(b, path, ohm, u, v_read);
    }
    free(ohm);
    return status;
}
