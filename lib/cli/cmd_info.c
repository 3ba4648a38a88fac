/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/shared.h"

#include <math.h>

static const char *const labels[SYN_NFEAT] = {"log10(R_HRS/ohm)", "U_S [V]", "R_LRS [ohm]", "U_R [V]"};

static void print_origin(FILE *f, const syn_params *p)
{
    const struct {
        const char *label, *text;
    } lines[] = {{"parameter set", p->name},
                 {"description", p->description},
                 {"source", p->project},
                 {"licence", p->licence},
                 {"citation", p->cite}};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        fprintf(f, "%-15s %s\n", lines[k].label, lines[k].text[0] ? lines[k].text : "not stated");
}

static void print_curves(FILE *f, const syn_model *m)
{
    const syn_params *p = syn_model_params(m);
    const double hhrs = syn_resistance_of_state(m, 1);
    fprintf(f, "\nCurrent-voltage law\n");
    fprintf(f, "  read voltage u0             %g V\n", p->u0);
    fprintf(f, "  RESET is full from u_max    %g V\n", p->u_max);
    fprintf(f, "  RESET exponent eta          %g\n", p->eta);
    fprintf(f, "  R_LLRS at u0 (r = 0)        %.6g ohm\n", syn_resistance_of_state(m, 0));
    fprintf(f, "  R_HHRS at u0 (r = 1)        %.6g ohm%s\n", hhrs,
            hhrs < 0 ? " (negative: the end of a scale, not a state)" : "");
    if (p->exp_llrs.positive.n > 0)
        fputs("  curves                      exponential\n", f);
    if (p->iv_range > 0)
        fprintf(f, "  I/U is constant beyond      %g V\n", p->iv_range);
}

static void print_cycles(FILE *f, const syn_model *m)
{
    const syn_params *p = syn_model_params(m);
    const double radius = syn_var_spectral_radius(&p->var[syn_model_order(m) - 1]);
    fprintf(f, "\nCycle-to-cycle vector autoregression\n  orders in the set          ");
    for (int k = 0; k < SYN_MAX_ORDER; k++)
        if (p->var[k].order)
            fprintf(f, " %d", p->var[k].order);
    if (p->var[SYN_LONG - 1].order)
        fputs(" long", f);
    if (syn_model_order(m) == SYN_LONG)
        fputs("\n  order used                  long memory\n", f);
    else
        fprintf(f, "\n  order used                  %d\n", syn_model_order(m));
    fprintf(f, "  spectral radius             %.6f\n", radius);
    fprintf(f, "  time constant               %.1f cycles\n", -1 / log(radius));
    for (int i = 0; syn_model_order(m) == SYN_LONG && i < SYN_NFEAT; i++) {
        const syn_memory lasting = syn_model_memory(m, i);
        fprintf(f, "  %-27s %.3f of the variance lasts, and decays to 1/e in %.1f cycles\n", labels[i], lasting.share,
                lasting.cycles);
    }
}

static void print_features(FILE *f, const syn_model *m)
{
    double median[SYN_NFEAT];
    fprintf(
        f,
        "\nFeatures, pooled over devices and stationary cycles: median, 1 %% and 99 %% quantile, and the standard\n"
        "deviation with its parts device-to-device (D2D) and cycle-to-cycle (C2C)\n"
        "  feature              median       1 %%      99 %%        sd       D2D       C2C\n");
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_distribution d = syn_distribution_of(m, i);
        const syn_spread s = syn_distribution_spread(&d);
        median[i] = syn_distribution_quantile(&d, 0.5);
        fprintf(f, "  %-17s %9.5g %9.4g %9.4g %9.4g %9.4g %9.4g\n", labels[i], median[i],
                syn_distribution_quantile(&d, 0.01), syn_distribution_quantile(&d, 0.99), s.all, s.devices, s.cycles);
    }
    const double r_hrs = pow(10, median[SYN_LOG10_R_HRS]);
    fprintf(f, "  median R_HRS %.4g ohm, %.3g times the median R_LRS\n", r_hrs, r_hrs / median[SYN_R_LRS]);
}

/* Scales and splines, for sets that have some. */
static void print_scales(FILE *f, const syn_params *p)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (p->scale[i] == SYN_LINEAR && p->spline[i].n == 0)
            continue;
        fprintf(f, "  %-17s Gamma is a ", labels[i]);
        if (p->spline[i].n)
            fprintf(f, "spline of %d knots", p->spline[i].n);
        else
            fprintf(f, "polynomial of degree %d", p->gamma[i].n - 1);
        fprintf(f, " in the scale %s\n", syn_scale_name(p->scale[i]));
    }
}

static void print_mixture(FILE *f, const syn_params *p)
{
    fprintf(f,
            "\nDevice-to-device %s: mean location / mean cycle-to-cycle scale of each feature\n"
            "  component   weight",
            p->in_turn ? "list, cell k is of component k modulo their number" : "Gaussian mixture");
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, "  %17s", labels[i]);
    double total = 0; /* 1 but for the digits of the set */
    for (int k = 0; k < p->n_components; k++)
        total += p->weight[k];
    for (int k = 0; k < p->n_components; k++) {
        fprintf(f, "\n  %9d  %7.5f", k, p->weight[k] / total);
        for (int i = 0; i < SYN_NFEAT; i++) {
            char text[40];
            snprintf(text, sizeof text, "%.4g / %.3g", p->mean[k][i], p->mean[k][SYN_NFEAT + i]);
            fprintf(f, "  %17s", text);
        }
    }
    fputc('\n', f);
}

typedef struct info_options {
    model_options model;
    bool window;
    double tolerance;
    uint64_t attempts;
    const char *output;
} info_options;

enum { WINDOW_CELLS = 2000, WINDOW_POINTS = 41 };
static const double certain = 0.99; /* share of cells that makes a conductance one that cells reach */

/* Conductances in steps of a tenth of a decade, 0.1 uS to 1 mS. */
static void window_points(double g[WINDOW_POINTS])
{
    for (int k = 0; k < WINDOW_POINTS; k++)
        g[k] = 1e-7 * pow(10, 0.1 * k);
}

/* The longest run of conductances that nearly all cells reach: first and end in g. */
static void find_window(const double share[WINDOW_POINTS], int *first, int *end)
{
    *first = *end = 0;
    for (int k = 0; k < WINDOW_POINTS; k++) {
        int stop = k;
        while (stop < WINDOW_POINTS && share[stop] >= certain)
            stop++;
        if (stop - k > *end - *first) {
            *first = k;
            *end = stop;
        }
    }
}

static void print_window(FILE *f, const info_options *o, const double *g, const double *share)
{
    int first, end;
    fprintf(f,
            "Conductances at u0 that cells reach by write-verify, from %d cells; tolerance %g, at most %d attempts\n"
            "         g [S]   resistance [ohm]   share of cells\n",
            WINDOW_CELLS, o->tolerance, (int)o->attempts);
    for (int k = 0; k < WINDOW_POINTS; k++)
        if (share[k] > 0)
            fprintf(f, "  %12.4g   %16.4g   %.4f\n", g[k], 1 / g[k], share[k]);
    find_window(share, &first, &end);
    if (first == end) {
        fprintf(f, "no conductance is reached by %g %% of the cells\n", 100 * certain);
        return;
    }
    const double ratio = g[end - 1] / g[first];
    fprintf(f,
            "%g %% of the cells reach each of them from %.4g S to %.4g S, a ratio of %.4g\n"
            "levels that do not overlap within the tolerance: %d\n",
            100 * certain, g[first], g[end - 1], ratio,
            1 + (int)floor(log(ratio) / log((1 + o->tolerance) / (1 - o->tolerance))));
}

static int window(FILE *f, const info_options *o, const syn_model *m)
{
    double g[WINDOW_POINTS], share[WINDOW_POINTS];
    syn_program how;
    syn_error err;
    syn_program_default(m, &how);
    how.tolerance = o->tolerance;
    how.attempts = (int)o->attempts;
    window_points(g);
    if (syn_program_window(m, o->model.seed, WINDOW_CELLS, &how, g, WINDOW_POINTS, share, &err))
        return cli_fail_library("", &err);
    print_window(f, o, g, share);
    return CLI_OK;
}

static void describe(FILE *f, const syn_model *m)
{
    print_origin(f, syn_model_params(m));
    print_curves(f, m);
    print_cycles(f, m);
    print_features(f, m);
    print_scales(f, syn_model_params(m));
    print_mixture(f, syn_model_params(m));
}

static const cli_option options[] = {
    {GROUP(options_model, info_options, model)},
    {"window", NULL, SWITCH(info_options, window),
     .help = "print the conductances that cells reach by write-verify, and their share, in place of the description"},
    {"tolerance", "T", NUMBER(info_options, tolerance, 1e-6, 0.9), .fallback = "0.02",
     .help = "relative tolerance of --window"},
    {"attempts", "N", INTEGER(info_options, attempts, 1, 1000), .fallback = "20",
     .help = "SET pulses per cell at most, of --window"},
    OPTION_OUTPUT(info_options, output),
    {0},
};

static int run(const void *values)
{
    const info_options *o = values;
    syn_model *m;
    output out;
    int status = model_open(&o->model, NULL, &m);
    if (!status)
        status = output_open(&out, o->output);
    if (!status) {
        if (o->window)
            status = window(out.stream, o, m);
        else
            describe(out.stream, m);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen info --params mydevice.json", "Describe a parameter set of your own:"},
    {"synaptogen info --window --tolerance 0.05", "See which conductances cells can be programmed to:"},
    {0},
};

const cli_command command_info = {
    .name = "info",
    .usage = "",
    .summary = "describe a parameter set in words",
    .text = "Prints where the parameter set comes from, its current-voltage curves, the memory of its cycles, the "
            "distribution of each feature, and its device-to-device mixture.",
    .examples = examples,
    .see_also = "fit,validate",
    .options = options,
    .size = sizeof(info_options),
    .run = run,
};
