/* SPDX-License-Identifier: MIT */
#include "cli/window.h"

#include "base/numeric.h"

#include <math.h>
#include <stdlib.h>

const cli_option options_window[] = {
    {"tolerance", "T", NUMBER(window_options, tolerance, 1e-6, 0.9), .fallback = "0.02",
     .help = "relative tolerance of write-verify, of --window"},
    {"attempts", "N", INTEGER(window_options, attempts, 1, 1000), .fallback = "20",
     .help = "SET pulses per cell at most, of --window"},
    {"bandwidth", "HZ", NUMBER(window_options, bandwidth, 0, 1e15), .fallback = "0",
     .help = "bandwidth of the reads that tell levels apart, of --window"},
    {"error-rate", "P", NUMBER(window_options, error_rate, 1e-15, 0.4), .fallback = "0.001",
     .help = "share of these reads that may take a level for the one above or below it"},
    {0},
};

enum { CELLS = 2000, POINTS = 41 };
static const double certain = 0.99; /* share of cells that makes a conductance one that cells reach */

/* Conductances in steps of a tenth of a decade, 0.1 uS to 1 mS. */
static void list_points(double g[POINTS])
{
    for (int k = 0; k < POINTS; k++)
        g[k] = 1e-7 * pow(10, 0.1 * k);
}

static double share_of(const syn_program_report *r)
{
    return (double)r->reached / (double)r->cells;
}

/* The longest run of conductances that nearly all cells reach: first and end in g. */
static void find_run(const syn_program_report reports[POINTS], int *first, int *end)
{
    *first = *end = 0;
    for (int k = 0; k < POINTS; k++) {
        int stop = k;
        while (stop < POINTS && share_of(&reports[stop]) >= certain)
            stop++;
        if (stop - k > *end - *first) {
            *first = k;
            *end = stop;
        }
    }
}

/* How many levels fit between two conductances. A cell is within the tolerance of its level; a read of it is within q standard
 * deviations of its noise, but for the error rate. The ranges of neighbours touch. */
static int count_levels(const window_options *o, double u0, double low, double high)
{
    const double q = synp_normal_quantile(1 - o->error_rate);
    int levels = 0;
    for (double g = low; g <= high * (1 + 1e-9);) {
        const double half = o->tolerance + q * syn_noise_sigma(g, u0 * g, o->bandwidth) / (u0 * g);
        levels++;
        if (half >= 1)
            break;
        g *= (1 + half) / (1 - half);
    }
    return levels;
}

static void print_levels(FILE *f, const window_options *o, double u0, double low, double high)
{
    fprintf(f,
            "%g %% of the cells reach each of them from %.4g S to %.4g S, a ratio of %.4g\n"
            "levels that do not overlap within the tolerance: %d\n",
            100 * certain, low, high, high / low,
            count_levels(&(window_options){.tolerance = o->tolerance, .error_rate = 0.1}, u0, low, high));
    if (o->bandwidth > 0)
        fprintf(f, "levels that reads of %g Hz at u0 tell apart, with an error rate of %g: %d\n", o->bandwidth,
                o->error_rate, count_levels(o, u0, low, high));
}

/* What makes the cells differ. */
static void print_spread(FILE *f, const syn_model *m)
{
    static const char *const names[SYN_NFEAT] = {"log10(R_HRS/ohm)", "U_S [V]", "R_LRS [ohm]", "U_R [V]"};
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_distribution d = syn_distribution_of(m, i);
        const syn_spread s = syn_distribution_spread(&d);
        fprintf(f, "standard deviation of %-17s device to device %.4g, cycle to cycle %.4g\n", names[i], s.devices,
                s.cycles);
    }
}

static void print_window(FILE *f, const window_options *o, const syn_model *m, const double *g,
                         const syn_program_report *reports)
{
    int first, end;
    fprintf(f,
            "Conductances at u0 that cells reach by write-verify, from %zu cells; tolerance %g, at most %d attempts\n"
            "         g [S]   resistance [ohm]   share of cells\n",
            reports[0].cells, o->tolerance, (int)o->attempts);
    for (int k = 0; k < POINTS; k++)
        if (reports[k].reached > 0)
            fprintf(f, "  %12.4g   %16.4g   %.4f\n", g[k], 1 / g[k], share_of(&reports[k]));
    find_run(reports, &first, &end);
    if (first == end)
        fprintf(f, "no conductance is reached by %g %% of the cells\n", 100 * certain);
    else
        print_levels(f, o, syn_model_params(m)->u0, g[first], g[end - 1]);
    print_spread(f, m);
}

int window_print(FILE *f, const window_options *o, const syn_model *m, uint64_t seed, const syn_array *a)
{
    double g[POINTS];
    syn_program_report reports[POINTS];
    syn_program how;
    syn_array *fresh = NULL;
    syn_error err;
    syn_program_default(m, &how);
    how.tolerance = o->tolerance;
    how.attempts = (int)o->attempts;
    list_points(g);
    syn_status failed = a ? SYN_OK : syn_array_create(m, seed, CELLS, NULL, &fresh, &err);
    if (!failed)
        failed = syn_array_window(a ? a : fresh, &how, g, POINTS, reports, &err);
    syn_array_free(fresh);
    if (failed)
        return cli_fail_library("", &err);
    print_window(f, o, m, g, reports);
    return CLI_OK;
}
