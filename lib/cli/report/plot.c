/* SPDX-License-Identifier: MIT */
#include "cli/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void plot_style(FILE *f, const char *title, int width, int height)
{
    fprintf(f, "set terminal pngcairo size %d,%d font 'DejaVu Sans,11' background '#ffffff'\n", width, height);
    fputs("set style line 1 lc '#3b528b' lw 1.5\n"
          "set style line 2 lc '#d1495b' lw 1.5 pt 7 ps 0.7\n"
          "set style fill solid 0.25 noborder\n"
          "set grid lc '#d8d8d8' lt 1 lw 0.5\n"
          "set border lw 0.7\n"
          "set tics front\n",
          f);
    fputs("set label 100 ", f);
    gnuplot_string(f, title);
    fputs(" at screen 0.5,0.975 center font ',13'\n", f);
}

void plot_panel(FILE *f, int k)
{
    fprintf(f,
            "set lmargin at screen %g\n"
            "set rmargin at screen %g\n"
            "set tmargin at screen %g\n"
            "set bmargin at screen %g\n",
            k % 2 ? 0.585 : 0.085, k % 2 ? 0.98 : 0.48, k < 2 ? 0.91 : 0.44, k < 2 ? 0.56 : 0.09);
}

/* The smallest and the largest x so far. */
typedef struct span {
    double low, high;
} span;
static const span nothing = {INFINITY, -INFINITY};

static void widen(span *s, double x)
{
    s->low = fmin(s->low, x);
    s->high = fmax(s->high, x);
}

/* As many labels as have room below a panel. */
static void put_ticks(FILE *f, const span *s)
{
    if (s->high > s->low)
        fprintf(f, "set xtics %g\n", gnuplot_tick(s->high - s->low, 3));
}

static void put_quantiles(const syn_validation *v, int i, FILE *f)
{
    span x = nothing;
    fputs("$band << end\n", f);
    for (int k = 0; k < SYN_QUANTILES; k++) {
        const double *q = v->quantile[i][k];
        if (isnan(q[1] + q[2] + q[3]))
            continue;
        fprintf(f, "%.9g %.9g %.9g\n", q[1], q[2], q[3]);
        widen(&x, q[1]);
    }
    fputs("end\n"
          "$points << end\n",
          f);
    for (int k = 0; k < SYN_QUANTILES; k += 4)
        if (!isnan(v->quantile[i][k][0] + v->quantile[i][k][1]))
            fprintf(f, "%.9g %.9g\n", v->quantile[i][k][1], v->quantile[i][k][0]);
    fputs("end\n", f);
    put_ticks(f, &x);
}

static void plot_quantiles(const void *subject, FILE *f)
{
    const report *r = subject;
    plot_style(f, "Quantiles: measured against generated", 1000, 900);
    fputs("set multiplot\n"
          "set key top left Left reverse samplen 2\n",
          f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (r->v->absent[i])
            continue;
        plot_panel(f, i);
        put_quantiles(r->v, i, f);
        fprintf(f,
                "set xlabel 'generated  %s'\n"
                "set ylabel 'measured' offset 1\n",
                gnuplot_features[i]);
        fprintf(f, "set label 1 'KS distance %.4f' at graph 0.96,0.06 right\n", r->v->ks[i].distance);
        fputs("plot $band using 1:2:3 with filledcurves ls 1 title 'range of the replicas', "
              "$band using 1:1 with lines ls 1 title 'equal', "
              "$points using 1:2 with points ls 2 title 'quantiles'\n"
              "unset label 100\n"
              "unset key\n",
              f);
    }
}

static void plot_autocorrelations(const void *subject, FILE *f)
{
    const report *r = subject;
    plot_style(f, "Autocorrelation over the cycles", 1000, 800);
    fputs("set multiplot\n"
          "set key top right samplen 2\n"
          "set xrange [0:20.5]\n"
          "set xlabel 'lag (cycles)'\n",
          f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (r->v->absent[i])
            continue;
        plot_panel(f, i);
        fputs("$data << end\n", f);
        for (int lag = 1; lag <= SYN_LAGS; lag++) {
            const syn_comparison *c = &r->v->autocorrelation[i][lag];
            fprintf(f, "%d %.6g %.6g %.6g %.6g\n", lag, c->measured, c->generated, c->generated - 2 * c->error,
                    c->generated + 2 * c->error);
        }
        fprintf(f,
                "end\n"
                "set ylabel 'autocorrelation of %s' offset 1\n"
                "set yrange [*<0:*]\n",
                gnuplot_features[i]);
        fputs("plot $data using 1:4:5 with filledcurves ls 1 title '± 2 standard errors', "
              "$data using 1:3 with lines ls 1 title 'generated', $data using 1:2 with points ls 2 title 'measured'\n"
              "unset label 100\n"
              "unset key\n",
              f);
    }
}

static void plot_correlations(const void *subject, FILE *f)
{
    const report *r = subject;
    plot_style(f, "Correlation of the features of one cycle", 900, 500);
    fputs("set multiplot\n"
          "set key top right samplen 2\n"
          "set tmargin at screen 0.91\n"
          "$data << end\n",
          f);
    int n = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = i + 1; j < SYN_NFEAT; j++, n++) {
            const syn_comparison *c = &r->v->correlation[i][j];
            if (r->v->absent[i] || r->v->absent[j])
                continue;
            fprintf(f, "%d %.6g %.6g %.6g\n", n, c->measured, c->generated, 2 * c->error);
        }
    static const char *const names[SYN_NFEAT] = {"R_{HRS}", "U_S", "R_{LRS}", "U_R"};
    fputs("end\n"
          "set xtics scale 0 (",
          f);
    n = 0;
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = i + 1; j < SYN_NFEAT; j++, n++)
            fprintf(f, "%s'%s, %s' %d", n ? ", " : "", names[i], names[j], n);
    fputs(")\n"
          "set xrange [-0.5:5.5]\n"
          "set ylabel 'correlation'\n"
          "set xzeroaxis lc '#777777' lt 1\n"
          "set offsets "
          "0,0,0.05,0.05\n"
          "plot $data using ($1-0.08):3:4 with yerrorbars ls 1 pt 5 ps 0.7 title 'generated ± 2 standard errors', "
          "$data using ($1+0.08):2 with points ls 2 ps 1 title 'measured'\n",
          f);
}

static void put_scatter(const syn_device_scatter *s, size_t n, int i, const char *name, span *x, FILE *f)
{
    const size_t stride = n / 2000 + 1; /* more points are one blot */
    fprintf(f, "$%s << end\n", name);
    for (size_t d = 0; d < n; d += stride) {
        fprintf(f, "%.6g %.6g\n", s[d].mean[i], s[d].sd[i]);
        widen(x, s[d].mean[i]);
    }
    fputs("end\n", f);
}

static void plot_devices(const void *subject, FILE *f)
{
    const report *r = subject;
    plot_style(f, "From device to device: mean and spread over the cycles of each", 1000, 900);
    fputs("set multiplot\n"
          "set key top right samplen 1\n",
          f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (r->v->absent[i])
            continue;
        plot_panel(f, i);
        span x = nothing;
        put_scatter(r->measured, r->v->devices, i, "measured", &x, f);
        put_scatter(r->generated, r->v->devices, i, "generated", &x, f);
        put_ticks(f, &x);
        fprintf(f,
                "set xlabel 'mean of %s'\n"
                "set ylabel 'standard deviation' offset 1\n",
                gnuplot_features[i]);
        fputs("plot $generated with points pt 7 ps 0.5 lc rgb '#803b528b' title 'generated', "
              "$measured with points pt 7 ps 0.5 lc rgb '#80d1495b' title 'measured'\n"
              "unset label 100\n"
              "unset key\n",
              f);
    }
}

int plot_draw(const char *folder, const char *name, plot_picture *picture, const void *subject)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    gnuplot g;
    if (!path)
        return cli_fail_memory();
    snprintf(path, size, "%s/%s", folder, name);
    int status = gnuplot_start(&g, path);
    if (!status) {
        picture(subject, g.commands);
        status = gnuplot_close(&g, true);
    }
    free(path);
    return status;
}

int report_plot(const report *r, const char *folder)
{
    const struct {
        const char *name;
        plot_picture *picture;
    } pictures[] = {{"qq.png", plot_quantiles},
                    {"autocorrelation.png", plot_autocorrelations},
                    {"correlation.png", plot_correlations},
                    {"devices.png", plot_devices}};
    int status = CLI_OK;
    for (size_t k = 0; !status && k < sizeof pictures / sizeof *pictures; k++)
        status = plot_draw(folder, pictures[k].name, pictures[k].picture, r);
    return status;
}
