/* SPDX-License-Identifier: MIT */
#include "cli/loops.h"

#include <inttypes.h>
#include <math.h>

enum { MAX_PANELS = 64 };
enum { LEFT = 85, RIGHT = 30, COLOUR_BAR = 80, TOP = 60, BOTTOM = 75, GAP = 8 }; /* pixels */

static bool colour_bar(const loops *p)
{
    return p->page->cycles > 1;
}

static int width(const loops *p)
{
    return 130 + 600 / p->columns;
}

static int height(const loops *p)
{
    return width(p) * 4 / 5;
}

static int total_width(const loops *p)
{
    return LEFT + p->columns * (width(p) + GAP) - GAP + RIGHT + (colour_bar(p) ? COLOUR_BAR : 0);
}

static int total_height(const loops *p)
{
    return TOP + p->rows * (height(p) + GAP) - GAP + BOTTOM;
}

/* Nearly four decades of |current|. The top is 1.6 times the peak of the LLRS curve: few draws of an LRS exceed the
 * curve, and by far less than 60 %. */
static void put_current_range(FILE *f, const loops_page *c)
{
    double peak = 0; /* A */
    for (int k = 0; k <= 200; k++)
        peak = fmax(peak, fabs(syn_current(c->model, 0, c->u_min + (c->u_max - c->u_min) * k / 200, NULL)));
    fprintf(f,
            "set logscale y\n"
            "set yrange [%g:%g]\n",
            1e6 * peak / 5000, 1e6 * peak * 1.6);
}

static void put_title(FILE *f, const loops *p)
{
    const loops_page *c = p->page;
    char text[256];
    snprintf(text, sizeof text, "Quasi-static loops: %s%d cell%s × %" PRIu64 " cycle%s  (%s, seed %" PRIu64 ")",
             (uint64_t)p->panels < c->cells ? "the first " : "", p->panels, p->panels == 1 ? "" : "s", c->cycles,
             c->cycles == 1 ? "" : "s", syn_model_params(c->model)->name, c->seed);
    fputs("set label 1 ", f);
    gnuplot_string(f, text);
    fprintf(f, " at screen 0.5,%g center font ',15'\n", 1 - 0.5 * TOP / total_height(p));
}

static void put_colours(FILE *f, const loops *p)
{
    const loops_page *c = p->page;
    fputs("set palette defined (0 '#0d0887', 0.35 '#8b0aa5', 0.7 '#db5c68', 1 '#feab34')\n", f);
    if (!colour_bar(p)) {
        fputs("set cbrange [0:1]\n"
              "unset colorbox\n",
              f);
        return;
    }
    const double across = total_width(p), up = total_height(p);
    fprintf(f,
            "set cbrange [0:%" PRIu64 "]\n"
            "set cbtics %g scale 0\n"
            "set cblabel 'cycle' font ',13'\n",
            c->cycles - 1, fmax(1, gnuplot_tick((double)c->cycles, 4)));
    fprintf(f, "set colorbox vertical user origin screen %g,%g size screen %g,%g\n", 1 - (RIGHT + 60) / across,
            BOTTOM / up, 16 / across, 1 - (TOP + BOTTOM) / up);
}

static void put_page(FILE *f, const loops *p)
{
    const loops_page *c = p->page;
    fprintf(f, "set terminal %s size %d,%d font 'DejaVu Sans,11' background '#ffffff'\n", gnuplot_terminal(c->path),
            total_width(p), total_height(p));
    fputs("set multiplot\n", f);
    put_title(f, p);
    fprintf(f, "set label 2 'voltage (V)' at screen 0.5,%g center font ',13'\n", 0.3 * BOTTOM / total_height(p));
    fprintf(f, "set label 3 '|current| (µA)' at screen %g,0.5 center rotate font ',13'\n",
            0.25 * LEFT / total_width(p));
    put_colours(f, p);
    put_current_range(f, c);
    fprintf(f,
            "set xrange [%g:%g]\n"
            "set xtics %g\n",
            c->u_min, c->u_max, gnuplot_tick(c->u_max - c->u_min, p->columns > 1 ? 2 : 5));
    fputs("set tics front\n"
          "set grid lc '#d8d8d8' lt 1 lw 0.5\n"
          "set border lw 0.7\n"
          "set key off\n",
          f);
}

int loops_open(loops *p, const loops_page *page)
{
    *p = (loops){.page = page, .panels = (int)(page->cells < MAX_PANELS ? page->cells : MAX_PANELS)};
    if (!page->path)
        return CLI_OK;
    p->columns = (int)ceil(sqrt(p->panels));
    p->rows = (p->panels + p->columns - 1) / p->columns;
    if (gnuplot_start(&p->gnuplot, page->path))
        return CLI_FAILED;
    put_page(p->gnuplot.commands, p);
    return CLI_OK;
}

static void put_margins(const loops *p, int column, int row)
{
    const double across = total_width(p), up = total_height(p);
    const int left = LEFT + column * (width(p) + GAP), top = TOP + row * (height(p) + GAP);
    fprintf(p->gnuplot.commands,
            "set lmargin at screen %g\n"
            "set rmargin at screen %g\n",
            left / across, (left + width(p)) / across);
    fprintf(p->gnuplot.commands,
            "set tmargin at screen %g\n"
            "set bmargin at screen %g\n",
            1 - top / up, 1 - (top + height(p)) / up);
}

void loops_begin_cell(loops *p, uint64_t index)
{
    p->drawing = p->gnuplot.commands && index < (uint64_t)p->panels;
    if (!p->drawing)
        return;
    const int panel = (int)index, column = panel % p->columns, row = panel / p->columns;
    char number[32];
    snprintf(number, sizeof number, "cell %" PRIu64, p->page->first + index);
    put_margins(p, column, row);
    fprintf(p->gnuplot.commands, "set format x '%s'\n", panel + p->columns >= p->panels ? "%g" : "");
    fprintf(p->gnuplot.commands,
            "set format y '%s'\n"
            "set label 4 ",
            column == 0 ? "%g" : "");
    gnuplot_string(p->gnuplot.commands, p->page->name ? p->page->name : number);
    fputs(" at graph 0.04,0.09 left\n", p->gnuplot.commands);
    fputs("$data << end\n", p->gnuplot.commands);
}

void loops_point(loops *p, double u, double i, uint64_t cycle)
{
    if (p->drawing)
        fprintf(p->gnuplot.commands, "%.6g %.6g %" PRIu64 "\n", u, 1e6 * fabs(i), cycle);
}

void loops_end_loop(loops *p)
{
    if (p->drawing)
        fputc('\n', p->gnuplot.commands);
}

void loops_end_cell(loops *p)
{
    if (!p->drawing)
        return;
    fprintf(p->gnuplot.commands,
            "end\n"
            "plot $data using 1:2:3 with lines lw %g lc palette\n",
            p->columns > 3 ? 0.8 : 1.2);
    /* Titles and the colour bar are drawn with the first panel. */
    fputs("unset label 1\n"
          "unset label 2\n"
          "unset label 3\n"
          "unset colorbox\n",
          p->gnuplot.commands);
}

int loops_close(loops *p, bool keep)
{
    return gnuplot_close(&p->gnuplot, keep);
}
