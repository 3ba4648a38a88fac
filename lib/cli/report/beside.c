/* SPDX-License-Identifier: MIT */
#include "cli/report/beside.h"

#include <math.h>

static void put_row(const char *label, double measured, double fitted, double other, FILE *f)
{
    const double figures[3] = {measured, fitted, other};
    fprintf(f, "| %s |", label);
    for (int k = 0; k < 3; k++)
        if (isnan(figures[k]))
            fputs(" - |", f);
        else
            fprintf(f, " %.4g |", figures[k]);
    fputc('\n', f);
}

static void put_feature(const beside *b, int i, FILE *f)
{
    static const char *const names[3] = {"mean", "spread between devices", "spread from cycle to cycle"};
    const syn_validation *v = b->fitted->v, *w = b->other->v;
    char label[96];
    for (int k = 0; k < 3; k++) {
        const syn_comparison *c = &v->device[i][k];
        snprintf(label, sizeof label, "%s, %s", report_labels[i], names[k]);
        if (k != 1 || v->devices > 1)
            put_row(label, c->measured, c->generated, w->device[i][k].generated, f);
    }
    snprintf(label, sizeof label, "%s, autocorrelation at lag 1", report_labels[i]);
    put_row(label, v->autocorrelation[i][1].measured, v->autocorrelation[i][1].generated,
            w->autocorrelation[i][1].generated, f);
    snprintf(label, sizeof label, "%s, distance of the distribution", report_labels[i]);
    put_row(label, 0, v->ks[i].distance, w->ks[i].distance, f);
}

void beside_text(const beside *b, bool pictures, FILE *f)
{
    const syn_effect *e = &b->fitted->v->effect, *g = &b->other->v->effect;
    fprintf(f, "| figure | measured | %s | %s |\n|---|---|---|---|\n", syn_model_params(b->fitted_model)->name,
            syn_model_params(b->other_model)->name);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (!b->fitted->v->absent[i])
            put_feature(b, i, f);
    if (!isnan(e->misread[0])) {
        put_row("misread bits, %", 100 * e->misread[0], 100 * e->misread[1], 100 * g->misread[1], f);
        put_row("spread of the current of 128 cells, %", 100 * e->product_sd[0], 100 * e->product_sd[1],
                100 * g->product_sd[1], f);
    }
    if (pictures)
        fputs("\n![Distributions: measured, fitted and of the other set](beside.png)\n", f);
    if (pictures && b->has_curves)
        fputs("\n![Current-voltage curves of the fitted and of the other set](curves.png)\n", f);
}
