/* SPDX-License-Identifier: MIT */
#include "cli/report/report.h"

#include "cli/buffer.h"
#include "cli/html.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const report_labels[SYN_NFEAT] = {"log10(R_HRS/Ω)", "U_S (V)", "R_LRS (Ω)", "U_R (V)"};

static const char *word(double excess)
{
    return excess <= 1 ? "yes" : excess <= SYN_HAIR ? "no, by a hair" : "**NO**";
}

static void put_distributions(const syn_validation *v, FILE *f)
{
    fputs("| feature | distance | 95 % interval | by chance up to | agrees |\n|---|---|---|---|---|\n", f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_ks *ks = &v->ks[i];
        if (v->absent[i])
            continue;
        char interval[40] = "-"; /* one device cannot be resampled */
        if (v->devices > 1)
            snprintf(interval, sizeof interval, "%.4f to %.4f", ks->low, ks->high);
        fprintf(f, "| %s | %.4f | %s | %.4f | %s |\n", report_labels[i], ks->distance, interval, ks->chance,
                word(ks->excess));
    }
}

static void put_row(const char *label, const syn_comparison *c, const char *format, FILE *f)
{
    const double figures[3] = {c->measured, c->generated, c->error};
    fprintf(f, "| %s |", label);
    for (int k = 0; k < 3; k++) {
        fputc(' ', f);
        fprintf(f, format, figures[k]);
        fputs(" |", f);
    }
    fprintf(f, " %s |\n", word(c->excess));
}

static void put_head(const char *what, FILE *f)
{
    fprintf(f, "| %s | measured | generated | standard error | agrees |\n|---|---|---|---|---|\n", what);
}

static void put_devices(const syn_validation *v, FILE *f)
{
    const char *const names[4] = {"mean of the devices' means", "spread of the devices' means",
                                  "mean of the cycle-to-cycle spreads", "spread of the cycle-to-cycle spreads"};
    put_head("feature, figure", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int k = 0; k < 4 && !v->absent[i]; k += v->devices > 1 ? 1 : 2) {
            char label[96];
            snprintf(label, sizeof label, "%s, %s", report_labels[i], names[k]);
            put_row(label, &v->device[i][k], "%.5g", f);
        }
}

static void put_correlations(const syn_validation *v, FILE *f)
{
    put_head("pair", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = i + 1; j < SYN_NFEAT; j++) {
            char label[64];
            if (v->absent[i] || v->absent[j])
                continue;
            snprintf(label, sizeof label, "%s, %s", report_labels[i], report_labels[j]);
            put_row(label, &v->correlation[i][j], "%.3f", f);
        }
}

/* A few lags of each feature, and those that do not agree. */
static void put_autocorrelations(const syn_validation *v, FILE *f)
{
    put_head("feature, lag", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int lag = 1; lag <= SYN_LAGS && !v->absent[i]; lag++) {
            const syn_comparison *c = &v->autocorrelation[i][lag];
            char label[64];
            snprintf(label, sizeof label, "%s, %d", report_labels[i], lag);
            if (lag == 1 || lag == 2 || lag == 5 || lag == 10 || lag == 20 || !c->agrees)
                put_row(label, c, "%.3f", f);
        }
}

static void put_picture(const char *name, const char *text, bool pictures, FILE *f)
{
    if (pictures)
        fprintf(f, "\n![%s](%s)\n", text, name);
}

void report_verdict(const syn_validation *v, FILE *f)
{
    fprintf(f, "%d of %d figures agree", v->figures - v->disagreeing, v->figures);
    if (v->by_a_hair)
        fprintf(f, ", and %d more but for a hair", v->by_a_hair);
}

/* How many figures agree, and what that means for bits and products. */
static void put_verdict(const syn_validation *v, FILE *f)
{
    fputs("**", f);
    report_verdict(v, f);
    fputs(".** ", f);
    fprintf(f, "%s\n\n",
            v->disagreeing == 0 ? "The set describes these measurements."
            : v->disagreeing == v->by_a_hair
                ? "The set describes these measurements nearly: with more data small differences show."
                : "The set does not describe these measurements; see the tables for NO.");
    const syn_effect *e = &v->effect;
    if (isnan(e->misread[0] + e->misread[1]))
        return;
    fprintf(f,
            "What it means: at the best threshold between LRS and HRS %.3g %% of the bits are misread, in the set "
            "%.3g %%. The "
            "current\nof a column of 128 cells, half of them in LRS, is %+.2g %% off in the set; its standard "
            "deviation is %.3g "
            "%% of it\nmeasured, %.3g %% in the set.\n\n",
            100 * e->misread[0], 100 * e->misread[1], 100 * (e->product - 1), 100 * e->product_sd[0],
            100 * e->product_sd[1]);
}

void report_title(const report *r, FILE *f)
{
    fprintf(f, "# %s against %s\n\n", r->set, r->features);
}

void report_text(const report *r, bool pictures, FILE *f)
{
    const syn_validation *v = r->v;
    put_verdict(v, f);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (v->absent[i])
            fprintf(f, "%s was not measured and is not compared. ", report_labels[i]);
    if (v->left_out)
        fprintf(f, "%zu devices with fewer than 2 cycles are left out. ", v->left_out);
    fprintf(f, "%zu devices, %zu cycles; the set generated the same numbers, with the same gaps, %d times.\n\n",
            v->devices, v->rows, v->replicas);
    fputs("A figure agrees if measured and generated differ by no more than a tolerance (0.05 for Kolmogorov-Smirnov "
          "distances\nand correlations; 10 % of the spread for means, 10 % for spreads, 20 % for spreads of spreads) "
          "or "
          "than chance\nexplains (5 standard errors).\n\n## Distributions\nLargest difference between the cumulative "
          "distributions over all devices and cycles; the interval is that over\nresampled devices, whose own "
          "scatter adds to small distances.\n\n",
          f);
    put_distributions(v, f);
    put_picture("qq.png", "Quantiles, measured against generated", pictures, f);
    fputs("\n## From device to device\n", f);
    put_devices(v, f);
    put_picture("devices.png", "Mean and cycle-to-cycle spread of every device", pictures, f);
    fputs("\n## Within a cycle\nCorrelations of the features of one cycle, each relative to its device's mean and "
          "spread.\n\n",
          f);
    put_correlations(v, f);
    put_picture("correlation.png", "Correlations within a cycle", pictures, f);
    fputs("\n## From cycle to cycle\nAutocorrelations of the same; all lags up to 20 count, some are shown.\n\n", f);
    put_autocorrelations(v, f);
    put_picture("autocorrelation.png", "Autocorrelations to lag 20", pictures, f);
}

int report_write(const report *r, const char *folder)
{
    if (mkdir(folder, 0777) && errno != EEXIST)
        return cli_fail(CLI_FAILED, "%s: cannot make this folder: %s", folder, strerror(errno));
    const int drawn = report_plot(r, folder);
    char title[256];
    buffer text;
    int status = buffer_open(&text);
    if (status)
        return status;
    report_title(r, text.stream);
    report_text(r, !drawn, text.stream);
    snprintf(title, sizeof title, "%s against %s", r->set, r->features);
    status = buffer_close(&text);
    if (!status)
        status = html_write_report(title, text.text, folder);
    free(text.text);
    return status ? status : drawn;
}
