/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/fit.h"
#include "cli/shared.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct fit_options {
    const char *sweeps; /* file */
    fit_request request;
    sweeps_options import;
    look_options look;
} fit_options;

const cli_option options_fit[] = {
    {"order", "P|long|auto", AUTO(fit_settings, order, 1, SYN_MAX_ORDER), .last = "long", .fallback = "auto",
     .help =
         "order of the cycle-to-cycle autoregression; long: the form with long memory; auto: the one of least BIC"},
    {"components", "K|auto", AUTO(fit_settings, components, 1, SYN_MOST_COMPONENTS), .fallback = "auto",
     .help = "components of the device-to-device mixture; auto: least BIC, up to 6"},
    {"devices", "auto|mixture|given|drawn", CHOICE(fit_settings, devices), .fallback = "auto",
     .help = "mixture: every cell is a new device; given: a list, cell k is device k modulo their number; drawn: "
             "each cell is "
             "one of the list; auto: mixture, or given with fewer than 8 devices"},
    {"degree", "N|auto", AUTO(fit_settings, degree, 1, SYN_MAX_DEGREE), .fallback = "auto",
     .help = "degree of the features' polynomials in the normal latent; auto: 4, or less where 4 is not monotone"},
    {"marginals", "auto|polynomial", CHOICE(fit_settings, marginals), .fallback = "auto",
     .help = "auto: the scale of each feature, and a polynomial or a spline, by cross-validation; polynomial: "
             "polynomials of "
             "the features as they are, as in parameter files of format 1"},
    {"trend", "keep|remove", CHOICE(fit_settings, trend), .fallback = "keep",
     .help = "remove: take a straight line over the cycles off each feature of each device first"},
    {"curves", "auto|polynomial|exponential", CHOICE(fit_settings, curves), .fallback = "auto",
     .help =
         "form of the current-voltage curves; exponential: for steep cells, in format 2; auto: polynomials, unless "
         "exponentials have clearly smaller errors"},
    {"starts", "N", INTEGER(fit_settings, starts, 1, 10000), .fallback = "20",
     .help = "number of starts of the mixture's estimation"},
    {"skip", "N", INTEGER(fit_settings, skip, 0, OPTION_MANY), .fallback = "0",
     .help = "leave out cycles with a smaller number, such as those after forming"},
    {"compliance", "A", NUMBER(fit_settings, compliance, 1e-12, 10),
     .help = "current compliance of the side that SETs; the curves leave out points at the compliance; found in the "
             "sweeps if absent"},
    {"name", "NAME", TEXT(fit_settings, name), .help = "name of the set; that of the file if absent"},
    {"seed", "S", INTEGER(fit_settings, seed, 0, UINT64_MAX), .fallback = "0", .help = "seed of the starts"},
    {"params", "FILE", TEXT(fit_settings, params),
     .help =
         "set for what is not measured: the curves without sweeps, and features without a figure; the built-in one "
         "if absent"},
    {0},
};

static const cli_option options[] = {
    {"sweeps", "FILE", TEXT(fit_options, sweeps),
     .help = "the sweeps that the features come from, in the format of extract"},
    {GROUP(options_fit, fit_options, request.settings)},
    {GROUP(options_sweeps, fit_options, import)},
    {GROUP(options_look, fit_options, look)},
    OPTION_OUTPUT(fit_options, request.output),
    {0},
};

static bool show(void *bar, double share)
{
    progress_show(bar, "fitting", (size_t)(1000 * share), 1000);
    return true;
}

/* The current-voltage curves of the sweeps, into *p. */
static syn_status fit_curves(const fit_request *o, const syn_features *f, syn_params *p, syn_provenance *v,
                             syn_curves_report *report, syn_error *err)
{
    const syn_record_options settings = look_settings(&o->sweeps->look);
    syn_sweeps *source = NULL;
    syn_record_reader *sweeps = NULL;
    syn_curves *curves = NULL;
    syn_sweep s;
    syn_measured m;
    progress bar = {0};
    const syn_import import = sweeps_import((const char *const *)o->sweeps->files.words,
                                            (size_t)o->sweeps->files.count, &o->sweeps->sweeps);
    syn_status status = syn_sweeps_import(&import, &source, err);
    if (status)
        return status;
    status = syn_record_open(source, &settings, &sweeps, err);
    if (!status)
        status = syn_curves_create(&(syn_curves_options){.u0 = o->sweeps->look.u0,
                                                         .compliance = o->settings.compliance > 0
                                                                           ? o->settings.compliance
                                                                           : syn_record_of(sweeps)->compliance,
                                                         .noise = syn_record_of(sweeps)->noise,
                                                         .form = (syn_curves_form)o->settings.curves},
                                   &curves, err);
    for (uint64_t k = 0; !status; k++) {
        status = syn_record_next(sweeps, &s, &m, err);
        if (status || s.n == 0)
            break;
        syn_curves_add(curves, &s, &m);
        if (k % 256 == 0)
            progress_show(&bar, "reading sweeps", (size_t)(1000 * syn_sweeps_fraction(source)), 1000);
    }
    progress_end(&bar);
    if (!status)
        status = syn_curves_fit(curves, f, p, report, err);
    syn_sweeps_checksum(source, &v->sweeps_bytes, &v->sweeps_crc);
    v->sweeps = o->sweeps->files.words[0];
    v->curves = report;
    syn_curves_free(curves);
    syn_record_close(sweeps);
    syn_sweeps_close(source);
    return status;
}

static void print_bic(FILE *f, const char *what, const double *bic, int chosen, int most)
{
    if (isnan(bic[chosen]))
        return;
    fprintf(f, "%s   BIC - least\n", what);
    for (int k = 1; k <= most; k++)
        if (!isnan(bic[k])) {
            char name[16];
            snprintf(name, sizeof name, most == SYN_LONG && k == SYN_LONG ? "long" : "%d", k);
            fprintf(f, "%*s   %11.1f%s\n", (int)strlen(what), name, bic[k] - bic[chosen], k == chosen ? "  <-" : "");
        }
}

/* Which features are fitted, and where the others come from. */
static void print_features(FILE *f, const syn_fit_report *r, const char *others_of)
{
    fprintf(f, "\nmissing figures:");
    for (int i = 0; i < SYN_NFEAT; i++)
        if (!r->taken[i])
            fprintf(f, " %s %zu", syn_feature_name(i), r->rows - r->figures[i]);
    if (others_of) {
        fprintf(f, "\nnot measured, taken from %s:", others_of);
        for (int i = 0; i < SYN_NFEAT; i++)
            if (r->taken[i])
                fprintf(f, " %s", syn_feature_name(i));
    }
}

/* The chosen Gammas, and the distances that decided. */
static void print_marginals(FILE *f, const syn_fit_report *r)
{
    bool tried = false;
    for (int i = 0; i < SYN_NFEAT; i++)
        tried = tried || !isnan(r->distance[i][SYN_LINEAR][0]) || !isnan(r->distance[i][SYN_LINEAR][1]);
    if (tried)
        fputs("distances of one half from a fit to the other\n"
              "                      polynomial                spline\n"
              "feature               linear     log inverse    linear     log inverse   chosen\n",
              f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (r->taken[i])
            continue;
        fprintf(f, "%-20s", syn_feature_name(i));
        for (int k = 0; tried && k < 6; k++)
            if (isnan(r->distance[i][k % 3][k / 3]))
                fprintf(f, "%s       -", k == 3 ? "  " : "");
            else
                fprintf(f, "%s %7.4f", k == 3 ? "  " : "", r->distance[i][k % 3][k / 3]);
        if (r->knots[i])
            fprintf(f, "   %s, spline of %d knots\n", syn_scale_name(r->scales[i]), r->knots[i]);
        else
            fprintf(f, "   %s, polynomial of degree %d\n", syn_scale_name(r->scales[i]), r->degree[i]);
    }
}

/* A feature in its scale. */
static const char *scaled_name(const syn_fit_report *r, int i, char text[40])
{
    static const char *const before[] = {"", "ln ", "1 / "};
    snprintf(text, 40, "%s%s%s", before[r->scales[i]], r->scales[i] == SYN_LOG && i == SYN_U_SET ? "-" : "",
             syn_feature_name(i));
    return text;
}

/* How sure the spread between devices is. */
static void print_spread(FILE *f, const syn_fit_report *r)
{
    if (r->devices == 1) {
        fputs("one device: nothing is known about the spread between devices, and every cell is this device\n", f);
        return;
    }
    fprintf(f, "spread between %zu devices    estimate   95 %% interval\n", r->devices);
    char text[40];
    for (int i = 0; i < SYN_NFEAT; i++)
        if (!r->taken[i])
            fprintf(f, "  %-24s %10.3g   %.3g to %.3g%s\n", scaled_name(r, i, text), r->spread[i], r->spread_low[i],
                    r->spread_high[i], r->spread_low[i] == 0 ? ": no spread can be seen" : "");
}

static void print_devices(FILE *f, const syn_params *p, const syn_fit_report *r)
{
    if (r->components == 0) {
        fprintf(f, "devices: a list of %d; %s\n", p->n_components,
                p->in_turn ? "cell k is device k modulo their number" : "each cell is one of them");
    } else {
        print_bic(f, "components", r->components_bic, r->components, SYN_MOST_COMPONENTS_TRIED);
        fputs("component  weight\n", f);
        for (int k = 0; k < p->n_components; k++)
            fprintf(f, "%9d  %.3f +- %.3f\n", k, p->weight[k], r->weight_error[k]);
    }
    print_spread(f, r);
}

/* What the set does not have though it was measured. */
static void print_trends(FILE *f, const syn_fit_report *r)
{
    const double length = (double)r->rows / (double)r->devices;
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_trend *t = &r->trend[i];
        if (t->breaks_in)
            fprintf(f,
                    "warning: break-in of %s: the first tenth of the cycles lies %+.2f spreads off; --skip %.0f "
                    "leaves it out\n",
                    syn_feature_name(i), t->begin, ceil(0.1 * length));
        if (t->drifts)
            fprintf(
                f,
                "warning: %s drifts by %+.2f spreads per 1000 cycles, and the set will not; --trend remove takes a "
                "straight line off\n",
                syn_feature_name(i), t->drift);
        if (t->wears_out)
            fprintf(f,
                    "warning: wear-out of %s: the last tenth of the cycles lies %+.2f spreads off; leave these "
                    "cycles out of "
                    "the file\n",
                    syn_feature_name(i), t->end);
    }
}

static void print_memory(FILE *f, const syn_fit_report *r)
{
    const bool trend = r->order != SYN_LONG && r->order_bic[SYN_LONG] < r->order_bic[r->order];
    if (trend)
        fputs("note: BIC prefers long memory, but here it cannot be told from a trend over the cycles; the best "
              "order is "
              "taken\n",
              f);
    if (r->order == SYN_LONG)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (r->memory[i].share > 0)
                fprintf(f, "memory of %-12s %.3f of the variance lasts, and decays to 1/e in %.1f cycles\n",
                        syn_feature_name(i), r->memory[i].share, r->memory[i].cycles);
    if (!isnan(r->order_bic[SYN_MAX_ORDER]) && r->order == SYN_MAX_ORDER)
        fputs("note: BIC chose the largest order; it might choose a larger one, if there were any\n", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        if (!r->taken[i] && r->long_memory[i][0] - r->long_memory[i][1] > fmax(0.03, 3 / sqrt((double)r->rows)))
            fprintf(f,
                    "warning: memory of %s beyond lag 10: mean autocorrelation over lags 11 to 20 is %.3f measured, "
                    "%.3f in "
                    "the set%s\n",
                    syn_feature_name(i), r->long_memory[i][0], r->long_memory[i][1],
                    trend                       ? ""
                    : r->order == SYN_LONG      ? ", also with long memory"
                    : r->order == SYN_MAX_ORDER ? "; an autoregression of order 10, the largest, cannot keep it: try "
                                                  "--order long"
                                                : "; try --order long, or a larger one");
}

/* Nothing where the data do not give the standard error. */
static void print_error(FILE *f, double error)
{
    if (!isnan(error))
        fprintf(f, " +- %.1g", error);
}

static void print_curves(FILE *f, const syn_params *p, const syn_curves_report *r)
{
    static const char *const forms[] = {"polynomials", "exponentials"}, *const states[] = {"LRS", "HRS"},
                             *const signs[] = {"positive", "negative"};
    fprintf(f,
            "\ncurves: %s of degree %d; %" PRIu64
            " points, off by %.2g %% of the local current (median; 90 %% of the "
            "points below %.2g %%)",
            forms[r->exponential], r->degree, r->points, 100 * r->local_median, 100 * r->local_most);
    if (!isnan(r->other_median))
        fprintf(f, "; %s by %.2g %% (%.2g %%)", forms[!r->exponential], 100 * r->other_median, 100 * r->other_most);
    fprintf(f, "; u_max %.4f", p->u_max);
    print_error(f, r->u_max_error);
    fprintf(f, " V, eta %.3f", p->eta);
    print_error(f, r->eta_error);
    fputc('\n', f);
    for (int state = 0; state < 2; state++)
        for (int side = 0; side < SYN_CURVES_SIDES; side++)
            if (r->local_of[state][side] > 0.2)
                fprintf(
                    f,
                    "warning: these curves follow the loops badly in %s at %s voltages: a tenth of the points is off "
                    "by %.2g %% or more of the local current\n",
                    states[state], signs[side], 100 * r->local_of[state][side]);
    for (int curve = 0; curve < 2; curve++)
        for (int side = 0; side < SYN_CURVES_SIDES; side++)
            if (r->exponential && r->mirrored[curve][side])
                fprintf(f, "note: no points in %s at %s voltages: its curve there is that of the other sign\n",
                        states[curve], signs[side]);
}

static void print_summary(FILE *f, const syn_params *p, const syn_provenance *v)
{
    const syn_fit_report *r = v->fit;
    fprintf(f, "%zu device%s, %zu cycles", r->devices, r->devices == 1 ? "" : "s", r->rows);
    if (r->left_out)
        fprintf(f, "; %zu device%s with fewer than %d figures of a feature left out", r->left_out,
                r->left_out == 1 ? "" : "s", SYN_FEWEST_CYCLES);
    print_features(f, r, v->others_of);
    if (v->curves)
        print_curves(f, p, v->curves);
    else
        fprintf(f, "\ncurves: those of %s\n", v->curves_of);
    print_marginals(f, r);
    print_bic(f, "order", r->order_bic, r->order, SYN_LONG);
    if (r->order == SYN_LONG)
        fprintf(f, "autoregression: long memory, %zu windows, spectral radius %.4f\n", r->windows,
                r->spectral_radius);
    else
        fprintf(f,
                "autoregression: order %d, %zu windows, spectral radius %.4f; Yule-Walker differs by at most %.2g\n",
                r->order, r->windows, r->spectral_radius, r->yule_walker);
    print_devices(f, p, r);
    print_trends(f, r);
    print_memory(f, r);
}

/* Name of the set: --name, or that of the file without folders and ending. */
static void name_set(const fit_request *o, const syn_fit_report *r, syn_params *p)
{
    const char *slash = o->output ? strrchr(o->output, '/') : NULL, *name = o->settings.name ? o->settings.name
                                                                            : slash          ? slash + 1
                                                                            : o->output      ? o->output
                                                                                             : "fitted";
    snprintf(p->name, sizeof p->name, "%s", name);
    if (!o->settings.name && strstr(p->name, ".json"))
        *strstr(p->name, ".json") = '\0';
    snprintf(p->description, sizeof p->description, "fitted to %zu cycles of %zu devices", r->rows, r->devices);
    p->project[0] = p->licence[0] = p->cite[0] = '\0';
}

static void describe_options(const fit_request *o, char *text, size_t size)
{
    char order[24] = "auto", components[24] = "auto", degree[24] = "auto";
    static const char *const devices[] = {"auto", "mixture", "given", "drawn"},
                             *const marginals[] = {"auto", "polynomial"},
                             *const curves[] = {"auto", "polynomial", "exponential"};
    if (o->settings.order == SYN_LONG)
        snprintf(order, sizeof order, "long");
    else if (o->settings.order)
        snprintf(order, sizeof order, "%" PRIu64, o->settings.order);
    if (o->settings.components)
        snprintf(components, sizeof components, "%" PRIu64, o->settings.components);
    if (o->settings.degree)
        snprintf(degree, sizeof degree, "%" PRIu64, o->settings.degree);
    snprintf(
        text, size,
        "--order %s --components %s --devices %s --marginals %s --trend %s --degree %s --curves %s --starts %" PRIu64
        " --skip %" PRIu64 " --seed %" PRIu64 " --u0 %g --compliance %g",
        order, components, devices[o->settings.devices], marginals[o->settings.marginals],
        o->settings.trend ? "remove" : "keep", degree, curves[o->settings.curves], o->settings.starts,
        o->settings.skip, o->settings.seed, o->u0, o->settings.compliance);
}

static int write_set(const fit_request *o, const syn_params *p, const syn_provenance *v, FILE *told)
{
    output out;
    syn_error err;
    if (output_open(&out, o->output))
        return CLI_FAILED;
    /* output_close reports an error of the stream. */
    if (syn_params_write(p, v, out.stream, &err) == SYN_ENOMEM) {
        output_close(&out, false);
        return cli_fail_library("", &err);
    }
    const int status = output_close(&out, true);
    if (!status)
        print_summary(told, p, v);
    return status;
}

/* others_of: name of the set in *p, for what is not fitted. */
static int fit(const fit_request *o, const syn_features *f, const char *others_of, syn_params *p, FILE *told)
{
    progress bar = {0};
    const syn_fit_options how = {.order = (int)o->settings.order,
                                 .components = (int)o->settings.components,
                                 .degree = (int)o->settings.degree,
                                 .devices = (syn_fit_devices)o->settings.devices,
                                 .marginals = (syn_marginals)o->settings.marginals,
                                 .detrend = o->settings.trend == 1,
                                 .starts = (int)o->settings.starts,
                                 .seed = o->settings.seed,
                                 .progress = {show, &bar}};
    char text[320];
    syn_fit_report report;
    syn_curves_report curves;
    syn_error err;
    describe_options(o, text, sizeof text);
    syn_provenance v = {.program = "synaptogen " PACKAGE_VERSION,
                        .options = text,
                        .features = o->features,
                        .features_bytes = f->bytes,
                        .features_crc = f->crc,
                        .curves_of = others_of,
                        .fit = &report};
    syn_status s = o->sweeps ? fit_curves(o, f, p, &v, &curves, &err) : SYN_OK;
    if (!s)
        s = syn_fit(f, &how, p, &report, &err);
    progress_end(&bar);
    if (s)
        return cli_fail_library("", &err);
    for (int i = 0; i < SYN_NFEAT; i++)
        v.others_of = report.taken[i] ? others_of : v.others_of;
    name_set(o, &report, p);
    return write_set(o, p, &v, told);
}

int fit_features(const fit_request *o, FILE *told)
{
    const model_options model = {.params = o->settings.params};
    syn_features f;
    syn_error err;
    syn_model *m;
    int status = model_open(&model, NULL, &m);
    if (!status && syn_features_load(o->features, o->settings.skip, &f, &err))
        status = cli_fail_library("", &err);
    if (!status) {
        syn_params p = *syn_model_params(m);
        status = fit(o, &f, syn_model_params(m)->name, &p, told);
        syn_features_free(&f);
    }
    syn_model_free(m);
    return status;
}

static int run(const void *values)
{
    const fit_options *o = values;
    char *words[1] = {(char *)o->sweeps};
    const extract_request sweeps = {{1, words}, o->import, o->look};
    fit_request request = o->request;
    request.u0 = o->look.u0;
    request.sweeps = o->sweeps ? &sweeps : NULL;
    return fit_features(&request, request.output ? stdout : stderr);
}

static const cli_term examples[] = {
    {"synaptogen fit features.csv --sweeps sweeps.csv --order 5 -o mydevice.json",
     "Fit a set with its current-voltage curves:"},
    {0},
};

const cli_command command_fit = {
    .name = "fit",
    .usage = "FEATURES.csv -o PARAMS.json",
    .summary = "fit a parameter set to measured features",
    .text =
        "Fits a parameter set to measured features. With --sweeps it also fits the current-voltage curves. A summary "
        "of the fit goes to standard output, or to standard error if the set goes to standard output.",
    .input =
        {"FEATURES.csv, FEATURES.csv.gz, or - for standard input: a header, and the columns "
         "cell,cycle,log10_r_hrs,u_set,r_lrs,u_reset as `synaptogen extract` and `synaptogen sample` write them. A "
         "figure that is missing is empty. Columns of features that were not measured may be missing.",
         NULL},
    .output =
        {"A parameter set in JSON. It names the program, the options, and the measurements with their checksums.",
         NULL},
    .examples = examples,
    .see_also = "extract,info,validate",
    .operands = {{"FEATURES.csv", "file name or -", offsetof(fit_options, request.features)}},
    .options = options,
    .size = sizeof(fit_options),
    .run = run,
};
