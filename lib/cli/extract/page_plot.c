/* SPDX-License-Identifier: MIT */
#include "cli/extract/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const char *const markers[SYN_NFEAT] = {"R_{HRS}", "U_S", "R_{LRS}", "U_R"};
static const char *const colours[] = {"#3b528b", "#d1495b", "#2a9d8f", "#e9a03b", "#7b4fa0",
                                      "#8a8a8a", "#5a3e2b", "#9bc53d", "#00629b", "#c77dff"};
enum { COLOURS = sizeof colours / sizeof *colours };

static void put_box(FILE *f, double left, double right, double bottom, double top)
{
    fprintf(f,
            "set lmargin at screen %g\n"
            "set rmargin at screen %g\n"
            "set bmargin at screen %g\n"
            "set tmargin at screen %g\n",
            left, right, bottom, top);
}

static void put_style(FILE *f, const char *path)
{
    fprintf(f, "set terminal %s size 1100,1350 font 'DejaVu Sans,11' background '#ffffff'\n", gnuplot_terminal(path));
    fputs("set grid lc '#d8d8d8' lt 1 lw 0.5\n"
          "set border lw 0.7\n"
          "set tics front\n"
          "set multiplot\n",
          f);
}

/* The marker of a figure: its place in the loop. */
static void put_marker(FILE *f, const page_loop *l, int i, double u0)
{
    const syn_branch b = i == SYN_U_SET ? l->m.down : l->m.up;
    const double u = i == SYN_U_SET ? l->m.u_set : l->m.u_reset;
    double best = INFINITY, at = NAN;
    if (i == SYN_LOG10_R_HRS || i == SYN_R_LRS) {
        fprintf(f, "%.6g %.6g\n", u0, 1e6 * u0 * (i == SYN_R_LRS ? l->m.g_lrs : l->m.g_hrs));
        return;
    }
    for (size_t k = b.first; k < b.end; k++)
        if (fabs(l->s.u[k] - u) < best) {
            best = fabs(l->s.u[k] - u);
            at = l->s.i[k];
        }
    fprintf(f, "%.6g %.6g\n", u, 1e6 * fabs(at));
}

/* Whether the loop shows figure i. Without a SET there is no R_LRS. */
static bool is_shown(const page_loop *l, int i)
{
    return l->m.q[i] == SYN_GOOD && !(i == SYN_R_LRS && l->m.set_first && l->m.q[SYN_U_SET] != SYN_GOOD);
}

/* The words of the figures that are missing. */
static void put_words(FILE *f, const page_loop *l)
{
    char text[256] = "";
    int n = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        if (l->m.q[i] != SYN_GOOD)
            n += snprintf(text + n, sizeof text - (size_t)n, "%s%s: %s", n ? ", " : "", syn_feature_name(i),
                          syn_quality_word(l->m.q[i]));
    fputs("set label 2 ", f);
    gnuplot_string(f, text);
    fputs(" at graph 0.03,0.86 left font ',9' textcolor '#d1495b'\n", f);
}

static void put_loop(FILE *f, const page_loop *l, const char *name, double u0)
{
    static const int type[SYN_NFEAT] = {7, 5, 9, 11};
    char title[128];
    double most = 0;
    fputs("$loop << end\n", f);
    for (size_t k = 0; k < l->s.n; k++) {
        most = fmax(most, fabs(l->s.i[k]));
        fprintf(f, "%.6g %.6g\n", l->s.u[k], 1e6 * fabs(l->s.i[k]));
    }
    fputs("end\n", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (is_shown(l, i)) {
            fprintf(f, "$mark%d << end\n", i);
            put_marker(f, l, i, u0);
            fputs("end\n", f);
        }
    snprintf(title, sizeof title, "%s: cell %" PRIu64 ", loop %" PRIu64, name, l->s.cell, l->s.cycle);
    fputs("set label 1 ", f);
    gnuplot_string(f, title);
    fputs(" at graph 0.03,0.94 left\n", f);
    put_words(f, l);
    /* Five decades of the current show HRS and LRS. */
    fprintf(f, "set yrange [%g:%g]\nplot $loop using 1:2 with lines lc '#555555' lw 1.2 notitle", 1e6 * most * 1e-5,
            1e6 * most * 3);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (is_shown(l, i))
            fprintf(f, ", $mark%d using 1:2 with points pt %d ps 1.6 lc '%s' title '%s'", i, type[i], colours[i],
                    markers[i]);
    fputs("\nunset label 1\nunset label 2\n", f);
}

static int by_score(const void *a, const void *b)
{
    const page_loop *p = *(page_loop *const *)a, *q = *(page_loop *const *)b;
    return (p->score > q->score) - (p->score < q->score);
}

static void put_loops(FILE *f, extract_page *p)
{
    page_loop *sorted[PAGE_SAMPLE];
    const int n = p->loops < PAGE_SAMPLE ? (int)p->loops : PAGE_SAMPLE;
    for (int k = 0; k < n; k++)
        sorted[k] = &p->sample[k];
    qsort(sorted, (size_t)n, sizeof *sorted, by_score);
    const page_loop *loops[4] = {&p->best, sorted[n / 2], &p->worst, &p->sample[n > 1 ? 1 : 0]};
    const char *const names[4] = {"best", "median", "worst", "random"};
    fputs("set logscale y\n"
          "set format y '10^{%T}'\n"
          "set ylabel '|current| (µA)' offset 1\n"
          "set key bottom left samplen 1 font ',9'\n",
          f);
    for (int k = 0; k < 4; k++) {
        put_box(f, k % 2 ? 0.575 : 0.08, k % 2 ? 0.98 : 0.485, k < 2 ? 0.78 : 0.545, k < 2 ? 0.98 : 0.745);
        fprintf(f, "set xlabel '%s'\n", k < 2 ? "" : "voltage (V); negative voltages SET");
        put_loop(f, loops[k], names[k], p->u0);
    }
    fputs("unset logscale y\n"
          "set format y '%g'\n",
          f);
}

/* Shares of the cycles of each bin with word q: of feature i, or of all features if i < 0. */
static void put_shares(FILE *f, const extract_page *p, const char *name, int i, int q)
{
    fprintf(f, "$%s << end\n", name);
    for (int k = 0; k < PAGE_BINS; k++) {
        const page_bin *b = &p->bin[k];
        double n = 0;
        for (int j = 0; j < SYN_NFEAT; j++)
            n += i < 0 || i == j ? (double)b->words[j][q] : 0;
        if (b->cycles)
            fprintf(f, "%g %g\n", (double)p->width * (k + 0.5) - 0.5,
                    100 * n / (double)(b->cycles * (i < 0 ? SYN_NFEAT : 1)));
    }
    fputs("end\n", f);
}

static bool is_used(const extract_page *p, int q)
{
    uint64_t n = 0;
    for (int k = 0; k < PAGE_BINS; k++)
        for (int i = 0; i < SYN_NFEAT; i++)
            n += p->bin[k].words[i][q];
    return n > 0;
}

/* The number after the last cycle. */
static double end_of_cycles(const extract_page *p)
{
    int last = PAGE_BINS - 1;
    while (last > 0 && p->bin[last].cycles == 0)
        last--;
    return (double)p->width * (last + 1);
}

static void put_yields(FILE *f, const extract_page *p)
{
    char name[16];
    fprintf(f, "set xrange [-0.5:%g]\nset xtics %g\n", end_of_cycles(p), fmax(1, gnuplot_tick(end_of_cycles(p), 5)));
    fputs("set xlabel 'cycle'\n"
          "set yrange [-4:104]\n"
          "set ylabel 'measured figures (% of cycles)' offset 1\n"
          "set key bottom right samplen 2 font ',9'\n",
          f);
    put_box(f, 0.08, 0.485, 0.285, 0.48);
    for (int i = 0; i < SYN_NFEAT; i++) {
        snprintf(name, sizeof name, "yield%d", i);
        put_shares(f, p, name, i, SYN_GOOD);
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, "%s $yield%d using 1:2 with linespoints pt 7 ps 0.4 lc '%s' lw 1.5 title '%s'", i ? "," : "plot",
                i, colours[i], gnuplot_features[i]);
    fputs("\n"
          "set ylabel 'words (% of figures)' offset 1\n"
          "set key top right\n",
          f);
    put_box(f, 0.575, 0.98, 0.285, 0.48);
    int n = 0;
    for (int q = SYN_GOOD + 1; q < SYN_QUALITIES; q++)
        if (is_used(p, q)) {
            snprintf(name, sizeof name, "word%d", q);
            put_shares(f, p, name, -1, q);
        }
    for (int q = SYN_GOOD + 1; q < SYN_QUALITIES; q++)
        if (is_used(p, q)) {
            fprintf(f, "%s $word%d using 1:2 with linespoints pt 7 ps 0.4 lc '%s' lw 1.5 title ", n ? "," : "plot", q,
                    colours[q % COLOURS]);
            gnuplot_string(f, syn_quality_word((syn_quality)q));
            n++;
        }
    fputs(n ? "\n" : "plot -10 notitle\n", f);
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Median and quartiles of each bin. */
static void put_trends(FILE *f, extract_page *p)
{
    fprintf(f, "set xtics %g\n", fmax(1, gnuplot_tick(end_of_cycles(p), 2)));
    fputs("set yrange [*:*]\n"
          "set key off\n"
          "set style fill solid 0.25 noborder\n",
          f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        double low = INFINITY, high = -INFINITY;
        fputs("$trend << end\n", f);
        for (int k = 0; k < PAGE_BINS; k++) {
            page_bin *b = &p->bin[k];
            const int n = b->n[i];
            qsort(b->value[i], (size_t)n, sizeof *b->value[i], rising);
            if (n > 0)
                fprintf(f, "%g %g %g %g\n", (double)p->width * (k + 0.5) - 0.5, (double)b->value[i][n / 2],
                        (double)b->value[i][n / 4], (double)b->value[i][(3 * n) / 4]);
            low = n > 0 ? fmin(low, (double)b->value[i][n / 4]) : low;
            high = n > 0 ? fmax(high, (double)b->value[i][(3 * n) / 4]) : high;
        }
        fputs("end\n", f);
        put_box(f, 0.06 + 0.2425 * i, 0.22 + 0.2425 * i, 0.05, 0.225);
        fprintf(f, "unset ylabel\nset label 1 '%s' at graph 0.5,1.06 center\n", gnuplot_features[i]);
        if (low == high) /* gnuplot would warn */
            fprintf(f, "set yrange [%g:%g]\n", low - 0.01 * fabs(low), high + 0.01 * fabs(high));
        fputs(low <= high ? "plot $trend using 1:3:4 with filledcurves lc '#3b528b', "
                            "$trend using 1:2 with lines lc '#3b528b' lw 1.5\n"
                          : "set yrange [0:1]\nplot -10\n",
              f);
        fputs("set yrange [*:*]\n", f);
        fputs("unset label 1\n", f);
    }
}

int page_draw(extract_page *p, const char *path)
{
    gnuplot g;
    if (gnuplot_start(&g, path))
        return CLI_FAILED;
    put_style(g.commands, path);
    put_loops(g.commands, p);
    put_yields(g.commands, p);
    put_trends(g.commands, p);
    return gnuplot_close(&g, true);
}
