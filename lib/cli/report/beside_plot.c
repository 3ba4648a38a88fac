/* SPDX-License-Identifier: MIT */
#include "cli/report/beside.h"

#include <math.h>

/* Quantiles of feature i as lines "value z", z = -4 .. 4; column 0: measured, 1: generated. */
static void put_quantiles(const syn_validation *v, int i, int column, const char *name, FILE *f)
{
    fprintf(f, "$%s << end\n", name);
    for (int k = 0; k < SYN_QUANTILES; k += column == 0 ? 4 : 1)
        if (!isnan(v->quantile[i][k][column]))
            fprintf(f, "%.6g %.2f\n", v->quantile[i][k][column], -4 + 0.04 * k);
    fputs("end\n", f);
}

/* A picture with four panels: cumulative distributions on normal paper. */
static void plot_distributions(const void *subject, FILE *f)
{
    const beside *b = subject;
    plot_style(f, "Distributions over all devices and cycles", 1000, 900);
    fputs("set multiplot\n"
          "set key top left Left reverse samplen 2\n"
          "set yrange [-4:4.9]\n"
          "set ytics ('0.01 %%' -3.719, '1 %%' -2.326, '10 %%' -1.282, '50 %%' 0, '90 %%' 1.282, '99 %%' 2.326, "
          "'99.99 %%' 3.719)\n"
          "set ylabel 'share below' offset 1\n",
          f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (b->fitted->v->absent[i])
            continue;
        plot_panel(f, i);
        put_quantiles(b->other->v, i, 1, "other", f);
        put_quantiles(b->fitted->v, i, 1, "fitted", f);
        put_quantiles(b->fitted->v, i, 0, "measured", f);
        fprintf(f, "set xlabel '%s'\nplot $other using 1:2 with lines lc '#8a8a8a' lw 1.5 dt 2 title ",
                gnuplot_features[i]);
        gnuplot_string(f, syn_model_params(b->other_model)->name);
        fputs(", $fitted using 1:2 with lines ls 1 title ", f);
        gnuplot_string(f, syn_model_params(b->fitted_model)->name);
        fputs(", $measured using 1:2 with points ls 2 title 'measured'\n"
              "unset label 100\n"
              "unset key\n",
              f);
    }
}

/* |I| of a resistance at u0, in uA. */
static void put_curve(const syn_model *m, double resistance, double u_end, const char *name, FILE *f)
{
    const int points = 200;
    const double r = syn_state_of_resistance(m, resistance);
    fprintf(f, "$%s << end\n", name);
    for (int k = -points; k <= points; k++) {
        const double u = u_end * k / points, i = 1e6 * fabs(syn_current(m, r, u, NULL));
        if (k == 0 || i == 0)
            fputc('\n', f);
        else
            fprintf(f, "%.4f %.6g\n", u, i);
    }
    fputs("end\n", f);
}

/* The median of the measured figures. */
static double median_of(const beside *b, int i)
{
    return b->fitted->v->quantile[i][SYN_QUANTILES / 2][0];
}

static void plot_curves(const void *subject, FILE *f)
{
    const beside *b = subject;
    const struct {
        const char *name;
        double resistance;
    } states[2] = {{"LRS", median_of(b, SYN_R_LRS)}, {"HRS", pow(10, median_of(b, SYN_LOG10_R_HRS))}};
    const double u_end = syn_model_params(b->fitted_model)->u_max;
    char name[32];
    plot_style(f, "Current of the median LRS and of the median HRS", 900, 550);
    fputs("set tmargin at screen 0.91\nset key bottom right samplen 2\nset logscale y\nset format y '%g'\n"
          "set xlabel 'voltage (V)'\nset ylabel '|current| (µA)'\n",
          f);
    for (int k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "other%s", states[k].name);
        put_curve(b->other_model, states[k].resistance, u_end, name, f);
        snprintf(name, sizeof name, "fitted%s", states[k].name);
        put_curve(b->fitted_model, states[k].resistance, u_end, name, f);
    }
    for (int k = 0; k < 4; k++) { /* the other set last: where both are alike, its dashes lie on the lines */
        const char *state = states[k % 2].name;
        char title[128];
        snprintf(title, sizeof title, "%s, %s", state,
                 syn_model_params(k < 2 ? b->fitted_model : b->other_model)->name);
        fprintf(f, "%s $%s%s with lines %s title ", k ? "," : "plot", k < 2 ? "fitted" : "other", state,
                k == 0  ? "lc '#3b528b' lw 3"
                : k < 2 ? "lc '#d1495b' lw 3"
                        : "lc '#222222' dt 2 lw 1.2");
        gnuplot_string(f, title);
    }
    fputc('\n', f);
}

int beside_plot(const beside *b, const char *folder)
{
    const int status = plot_draw(folder, "beside.png", plot_distributions, b);
    return status || !b->has_curves ? status : plot_draw(folder, "curves.png", plot_curves, b);
}
