/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void show(void *bar, double share)
{
    progress_show(bar, "fitting", (size_t)(1000 * share), 1000);
}

/* The law of the sweeps into *p, or that of the set in use. */
static syn_status fit_curves(const cli *c, const syn_features *f, syn_params *p, syn_provenance *v,
                             syn_curves_report *report, syn_error *err)
{
    syn_sweeps *sweeps = NULL;
    syn_curves *curves = NULL;
    syn_sweep s;
    syn_measured m;
    progress bar = {0};
    syn_status status = syn_sweeps_open(c->sweeps, &sweeps, err);
    if (status)
        return status;
    *err = (syn_error){.status = SYN_ENOMEM};
    status = syn_curves_create(c->u0, c->compliance, &curves);
    for (uint64_t k = 0; !status; k++) {
        status = syn_sweeps_next(sweeps, &s, err);
        if (status || s.n == 0)
            break;
        syn_sweep_clean(&s);
        *err = (syn_error){.status = SYN_ENOMEM};
        status = syn_sweep_measure(&s, c->u0, &m);
        if (!status)
            syn_curves_add(curves, &s, &m);
        if (k % 256 == 0)
            progress_show(&bar, "reading sweeps", (size_t)(1000 * syn_sweeps_fraction(sweeps)), 1000);
    }
    progress_end(&bar);
    if (!status)
        status = syn_curves_fit(curves, f, p, report, err);
    syn_sweeps_checksum(sweeps, &v->sweeps_bytes, &v->sweeps_crc);
    v->sweeps = c->sweeps;
    v->curves = report;
    syn_curves_free(curves);
    syn_sweeps_close(sweeps);
    return status;
}

static void print_bic(FILE *f, const char *what, const double *bic, int chosen, int most)
{
    if (isnan(bic[chosen]))
        return;
    fprintf(f, "%s   BIC - least\n", what);
    for (int k = 1; k <= most; k++)
        if (!isnan(bic[k]))
            fprintf(f, "%*d   %11.1f%s\n", (int)strlen(what), k, bic[k] - bic[chosen], k == chosen ? "  <-" : "");
}

static void print_summary(FILE *f, const syn_params *p, const syn_provenance *v)
{
    const syn_fit_report *r = v->fit;
    fprintf(f, "%zu devices, %zu cycles", r->devices, r->rows);
    if (r->left_out)
        fprintf(f, "; %zu devices with fewer than %d cycles left out", r->left_out, SYN_FEWEST_CYCLES);
    fprintf(f, "\nmissing figures:");
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, " %s %zu", syn_feature_name(i), r->rows - r->figures[i]);
    if (v->curves)
        fprintf(f,
                "\ncurves: %" PRIu64
                " points, rms error %.2g of the current at u0; u_max %.4f +- %.1g V, eta %.3f +- %.1g",
                v->curves->points, v->curves->rest, p->u_max, v->curves->u_max_error, p->eta, v->curves->eta_error);
    else
        fprintf(f, "\ncurves: those of %s", v->curves_of);
    fputs("\n", f);
    fputs("degree of Gamma:", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, " %s %d", syn_feature_name(i), r->degree[i]);
    fputs("\n", f);
    print_bic(f, "order", r->order_bic, r->order, SYN_MAX_ORDER);
    fprintf(f, "autoregression: order %d, %zu windows, spectral radius %.4f; Yule-Walker differs by at most %.2g\n",
            r->order, r->windows, r->spectral_radius, r->yule_walker);
    print_bic(f, "components", r->components_bic, r->components, SYN_MOST_COMPONENTS_TRIED);
    fputs("component  weight\n", f);
    for (int k = 0; k < p->n_components; k++)
        fprintf(f, "%9d  %.3f +- %.3f\n", k, p->weight[k], r->weight_error[k]);
    fputs("estimation errors taken off        mean     scale   (share of the variance over devices)\n", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, "  %-28s %6.1f %%  %6.1f %%\n", syn_feature_name(i), 100 * r->noise[i],
                100 * r->noise[SYN_NFEAT + i]);
}

/* Name of the set: --name, or that of the file without folders and ending. */
static void name_set(const cli *c, const syn_fit_report *r, syn_params *p)
{
    const char *slash = c->output ? strrchr(c->output, '/') : NULL, *name = c->set_name ? c->set_name
                                                                            : slash     ? slash + 1
                                                                            : c->output ? c->output
                                                                                        : "fitted";
    snprintf(p->name, sizeof p->name, "%s", name);
    if (!c->set_name && strstr(p->name, ".json"))
        *strstr(p->name, ".json") = '\0';
    snprintf(p->description, sizeof p->description, "fitted to %zu cycles of %zu devices", r->rows, r->devices);
    p->project[0] = p->licence[0] = p->cite[0] = '\0';
}

static void describe_options(const cli *c, char *text, size_t size)
{
    char order[24] = "auto", components[24] = "auto", degree[24] = "auto";
    if (c->fit_order)
        snprintf(order, sizeof order, "%" PRIu64, c->fit_order);
    if (c->components)
        snprintf(components, sizeof components, "%" PRIu64, c->components);
    if (c->degree)
        snprintf(degree, sizeof degree, "%" PRIu64, c->degree);
    snprintf(text, size,
             "--order %s --components %s --degree %s --starts %" PRIu64 " --skip %" PRIu64 " --seed %" PRIu64
             " --u0 %g --compliance %g",
             order, components, degree, c->starts, c->skip, c->seed, c->u0, c->compliance);
}

static int write_set(const cli *c, const syn_params *p, const syn_provenance *v)
{
    output out;
    if (output_open(&out, c->output))
        return CLI_FAILED;
    syn_params_write(p, v, out.stream);
    const int status = output_close(&out, 1);
    if (!status)
        print_summary(c->output ? stdout : stderr, p, v);
    return status;
}

static int fit(const cli *c, const syn_features *f, syn_params *p)
{
    progress bar = {0};
    const syn_fit_options o = {
        (int)c->fit_order, (int)c->components, (int)c->degree, (int)c->starts, c->seed, show, &bar};
    char options[256];
    syn_fit_report report;
    syn_curves_report curves;
    syn_error err;
    describe_options(c, options, sizeof options);
    syn_provenance v = {.program = "synaptogen " PACKAGE_VERSION,
                        .options = options,
                        .features = c->file,
                        .features_bytes = f->bytes,
                        .features_crc = f->crc,
                        .curves_of = syn_model_params(c->model)->name,
                        .fit = &report};
    syn_status s = c->sweeps ? fit_curves(c, f, p, &v, &curves, &err) : SYN_OK;
    if (!s)
        s = syn_fit(f, &o, p, &report, &err);
    progress_end(&bar);
    if (s)
        return cli_fail_library("", &err);
    name_set(c, &report, p);
    return write_set(c, p, &v);
}

int cmd_fit(const cli *c)
{
    syn_features f;
    syn_error err;
    syn_params p = *syn_model_params(c->model);
    if (syn_features_load(c->file, c->skip, &f, &err))
        return cli_fail_library("", &err);
    const int status = fit(c, &f, &p);
    syn_features_free(&f);
    return status;
}
