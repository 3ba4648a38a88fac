/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "cli/window.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

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
    window_options window;
    bool show_window;
    const char *state, *output; /* files, NULL if absent */
} info_options;

static void describe(FILE *f, const syn_model *m)
{
    print_origin(f, syn_model_params(m));
    print_curves(f, m);
    print_cycles(f, m);
    print_features(f, m);
    print_scales(f, syn_model_params(m));
    print_mixture(f, syn_model_params(m));
}

/* Smallest, median and largest conductance at u0. */
static int print_conductances(FILE *f, const syn_array *a)
{
    const size_t n = syn_array_size(a);
    double *g = malloc(n * sizeof *g);
    if (!g)
        return cli_fail_memory();
    const syn_model *m = syn_array_model(a);
    for (size_t k = 0; k < n; k++)
        g[k] = syn_chord(m, (double)syn_array_states(a)[k], syn_model_params(m)->u0);
    qsort(g, n, sizeof *g, synp_rising);
    fprintf(f, "conductances    %.4g S to %.4g S, median %.4g S, at u0\n", g[0], g[n - 1], g[n / 2]);
    free(g);
    return CLI_OK;
}

static int describe_array(FILE *f, const syn_array *a)
{
    size_t count[3] = {0}, stuck[2] = {0};
    uint64_t cycles = 0;
    fprintf(f, "cells           %zu x %zu, seed %" PRIu64 ", first %" PRIu64 "\n", syn_array_rows(a),
            syn_array_cols(a), syn_array_seed(a), syn_array_first(a));
    if (syn_array_stuck(a, NULL, NULL, &stuck[0], NULL))
        fputs("read-only       yes: modes and stuck cells are not known\n", f);
    else {
        for (size_t k = 0; k < syn_array_size(a); k++) {
            syn_state s;
            (void)syn_array_state(a, k, &s, NULL);
            count[s.mode]++;
            stuck[1] += isnan(s.u_thr) && s.mode == SYN_LRS;
            cycles += s.n;
        }
        fprintf(f, "modes           HRS %zu, LRS %zu, IRS %zu\n", count[SYN_HRS], count[SYN_LRS], count[SYN_IRS]);
        fprintf(f, "stuck           %zu: HRS %zu, LRS %zu\n", stuck[0], stuck[0] - stuck[1], stuck[1]);
        fprintf(f, "cycles          %.4g for each cell\n", (double)cycles / (double)syn_array_size(a));
    }
    return print_conductances(f, a);
}

static const cli_option options[] = {
    {GROUP(options_model, info_options, model)},
    {"window", NULL, SWITCH(info_options, show_window),
     .help = "print the conductances that cells reach by write-verify, their share, the number of levels and the "
             "spread of the "
             "cells, in place of the description"},
    {GROUP(options_window, info_options, window)},
    OPTION_OUTPUT(info_options, output),
    {0},
};

static int print_all(const info_options *o, const syn_model *m, const syn_array *a, FILE *f)
{
    if (o->show_window)
        return window_print(f, &o->window, m, o->model.seed, a);
    if (a)
        return describe_array(f, a);
    describe(f, m);
    return CLI_OK;
}

static int run(const void *values)
{
    const info_options *o = values;
    syn_model *m;
    syn_array *a = NULL;
    syn_error err;
    output out;
    int status = model_open(&o->model, o->state, &m);
    if (!status && o->state && syn_array_load(m, o->state, NULL, 0, &a, &err))
        status = cli_fail_library("", &err);
    if (!status)
        status = output_open(&out, o->output);
    if (!status) {
        status = print_all(o, m, a, out.stream);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    syn_array_free(a);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen info --params mydevice.json", "Describe a parameter set of your own:"},
    {"synaptogen info --window --tolerance 0.05", "See which conductances cells can be programmed to:"},
    {"synaptogen info weights.state", "See what a state file holds, and how many cells are stuck:"},
    {0},
};

const cli_command command_info = {
    .name = "info",
    .usage = "[STATE]",
    .summary = "describe a parameter set or an array in words",
    .text =
        "Prints where the parameter set comes from, its current-voltage curves, the memory of its cycles, the "
        "distribution of each feature, and its device-to-device mixture.\n\n"
        "With a state file: prints what the array holds. With --window and a state file: the conductances that the "
        "cells of this array reach, from their present states.",
    .examples = examples,
    .see_also = "fit,validate",
    .operands = {{"STATE", "state file", offsetof(info_options, state), .optional = true}},
    .options = options,
    .size = sizeof(info_options),
    .run = run,
};
