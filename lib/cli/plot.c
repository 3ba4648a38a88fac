/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_PANELS = 64 };
enum { LEFT = 85, RIGHT = 30, COLOUR_BAR = 80, TOP = 60, BOTTOM = 75, GAP = 8 }; /* pixels */

static int ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

int plot_check_name(const char *path)
{
    if (ends_with(path, ".png") || ends_with(path, ".svg"))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "--plot: expected a name that ends with .png or .svg, found \"%s\"", path);
}

/* Starts gnuplot between a pipe and the picture; 0 or an error number. */
static int start_gnuplot(plot *p)
{
    int ends[2];
    char *const arguments[] = {"gnuplot", "-d", "-", NULL}; /* -d: not the user's own settings */
    if (pipe(ends))
        return errno;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, fileno(p->picture.stream), STDOUT_FILENO);
        posix_spawn_file_actions_addclose(&actions, ends[1]);
        error = posix_spawnp(&p->process, arguments[0], &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[0]);
    if (!error && !(p->gnuplot = fdopen(ends[1], "w")))
        error = errno;
    if (error)
        close(ends[1]);
    return error;
}

void plot_string(FILE *f, const char *text)
{
    fputc('\'', f);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', f);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
    }
    fputs("' noenhanced", f);
}

double plot_tick(double span, int n)
{
    const double power = pow(10, floor(log10(span / n))), rest = span / n / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
}

static int width(const plot *p)
{
    return 130 + 600 / p->columns;
}

static int height(const plot *p)
{
    return width(p) * 4 / 5;
}

static int total_width(const plot *p)
{
    return LEFT + p->columns * (width(p) + GAP) - GAP + RIGHT + (p->colour_bar ? COLOUR_BAR : 0);
}

static int total_height(const plot *p)
{
    return TOP + p->rows * (height(p) + GAP) - GAP + BOTTOM;
}

/* Nearly four decades of |current| below the LLRS curve, which few LRS draws exceed, and by far less than 60 %. */
static void put_current_range(FILE *f, const cli *c)
{
    double peak = 0; /* A */
    for (int k = 0; k <= 200; k++)
        peak = fmax(peak, fabs(syn_current(c->model, 0, c->u_min + (c->u_max - c->u_min) * k / 200, NULL)));
    fprintf(f, "set logscale y\nset yrange [%g:%g]\n", 1e6 * peak / 5000, 1e6 * peak * 1.6);
}

static void put_title(FILE *f, const plot *p, const cli *c)
{
    char text[256];
    snprintf(text, sizeof text, "Quasi-static loops: %s%d cell%s × %" PRIu64 " cycle%s  (%s, seed %" PRIu64 ")",
             (uint64_t)p->panels < c->cells ? "the first " : "", p->panels, p->panels == 1 ? "" : "s", c->cycles,
             c->cycles == 1 ? "" : "s", syn_model_params(c->model)->name, c->seed);
    fputs("set label 1 ", f);
    plot_string(f, text);
    fprintf(f, " at screen 0.5,%g center font ',15'\n", 1 - 0.5 * TOP / total_height(p));
}

static void put_colours(FILE *f, const plot *p, const cli *c)
{
    fputs("set palette defined (0 '#0d0887', 0.35 '#8b0aa5', 0.7 '#db5c68', 1 '#feab34')\n", f);
    if (!p->colour_bar) {
        fputs("set cbrange [0:1]\nunset colorbox\n", f);
        return;
    }
    const double across = total_width(p), up = total_height(p);
    fprintf(f, "set cbrange [0:%" PRIu64 "]\nset cbtics %g scale 0\nset cblabel 'cycle' font ',13'\n", c->cycles - 1,
            fmax(1, plot_tick((double)c->cycles, 4)));
    fprintf(f, "set colorbox vertical user origin screen %g,%g size screen %g,%g\n", 1 - (RIGHT + 60) / across,
            BOTTOM / up, 16 / across, 1 - (TOP + BOTTOM) / up);
}

static void put_page(FILE *f, const plot *p, const cli *c)
{
    fprintf(f, "set terminal %s size %d,%d font 'DejaVu Sans,11' background '#ffffff'\n",
            ends_with(c->plot, ".svg") ? "svg" : "pngcairo", total_width(p), total_height(p));
    fputs("set multiplot\n", f);
    put_title(f, p, c);
    fprintf(f, "set label 2 'voltage (V)' at screen 0.5,%g center font ',13'\n", 0.3 * BOTTOM / total_height(p));
    fprintf(f, "set label 3 '|current| (µA)' at screen %g,0.5 center rotate font ',13'\n",
            0.25 * LEFT / total_width(p));
    put_colours(f, p, c);
    put_current_range(f, c);
    fprintf(f, "set xrange [%g:%g]\nset xtics %g\n", c->u_min, c->u_max,
            plot_tick(c->u_max - c->u_min, p->columns > 1 ? 2 : 5));
    fputs("set tics front\nset grid lc '#d8d8d8' lt 1 lw 0.5\nset border lw 0.7\nset key off\n", f);
}

int plot_start(plot *p, const char *path)
{
    if (output_open(&p->picture, path))
        return CLI_FAILED;
    const int error = start_gnuplot(p);
    if (!error)
        return CLI_OK;
    output_close(&p->picture, 0);
    return cli_fail(CLI_FAILED, "%s: no picture: %s", path,
                    error == ENOENT ? "gnuplot is missing (Debian package gnuplot-nox)" : strerror(error));
}

int plot_is_svg(const char *path)
{
    return ends_with(path, ".svg");
}

int plot_open(plot *p, const cli *c)
{
    *p = (plot){.panels = (int)(c->cells < MAX_PANELS ? c->cells : MAX_PANELS), .colour_bar = c->cycles > 1};
    if (!c->plot)
        return CLI_OK;
    p->columns = (int)ceil(sqrt(p->panels));
    p->rows = (p->panels + p->columns - 1) / p->columns;
    if (plot_start(p, c->plot))
        return CLI_FAILED;
    put_page(p->gnuplot, p, c);
    return CLI_OK;
}

static void put_margins(const plot *p, int column, int row)
{
    const double across = total_width(p), up = total_height(p);
    const int left = LEFT + column * (width(p) + GAP), top = TOP + row * (height(p) + GAP);
    fprintf(p->gnuplot, "set lmargin at screen %g\nset rmargin at screen %g\n", left / across,
            (left + width(p)) / across);
    fprintf(p->gnuplot, "set tmargin at screen %g\nset bmargin at screen %g\n", 1 - top / up,
            1 - (top + height(p)) / up);
}

void plot_begin_cell(plot *p, const cli *c, uint64_t index)
{
    p->drawing = p->gnuplot && index < (uint64_t)p->panels;
    if (!p->drawing)
        return;
    const int panel = (int)index, column = panel % p->columns, row = panel / p->columns;
    char number[32];
    snprintf(number, sizeof number, "cell %" PRIu64, c->first + index);
    put_margins(p, column, row);
    fprintf(p->gnuplot, "set format x '%s'\n", panel + p->columns >= p->panels ? "%g" : "");
    fprintf(p->gnuplot, "set format y '%s'\nset label 4 ", column == 0 ? "%g" : "");
    plot_string(p->gnuplot, c->name ? c->name : number);
    fputs(" at graph 0.04,0.09 left\n", p->gnuplot);
    fprintf(p->gnuplot, "plot '-' using 1:2:3 with lines lw %g lc palette\n", p->columns > 3 ? 0.8 : 1.2);
}

void plot_point(plot *p, double u, double i, uint64_t cycle)
{
    if (p->drawing)
        fprintf(p->gnuplot, "%.6g %.6g %" PRIu64 "\n", u, 1e6 * fabs(i), cycle);
}

void plot_end_loop(plot *p)
{
    if (p->drawing)
        fputc('\n', p->gnuplot);
}

void plot_end_cell(plot *p)
{
    if (p->drawing) /* what is common to all panels is drawn with the first */
        fputs("e\nunset label 1\nunset label 2\nunset label 3\nunset colorbox\n", p->gnuplot);
}

/* Whether a picture in a file has its end: gnuplot does not report a full disk. */
static int is_complete(const plot *p)
{
    char tail[17] = "";
    if (!p->picture.temporary)
        return 1;
    if (fseek(p->picture.stream, -16, SEEK_END) || fread(tail, 1, 16, p->picture.stream) != 16)
        return 0;
    return ends_with(p->picture.name, ".svg") ? strstr(tail, "</svg>") != NULL : memcmp(tail + 8, "IEND", 4) == 0;
}

int plot_close(plot *p, int keep)
{
    if (!p->gnuplot)
        return CLI_OK;
    const char *name = p->picture.name;
    int result = -1;
    fputs("unset multiplot\n", p->gnuplot);
    fclose(p->gnuplot);
    waitpid(p->process, &result, 0);
    const int good = result == 0 && is_complete(p), status = output_close(&p->picture, keep && good);
    return good ? status : cli_fail(CLI_FAILED, "%s: no picture: gnuplot failed or the disk is full", name);
}
