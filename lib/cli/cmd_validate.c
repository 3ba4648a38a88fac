/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/report/report.h"
#include "cli/shared.h"

typedef struct validate_options {
    const char *set, *features; /* files */
    uint64_t seed, order, skip;
    int trend;
    const char *report, *output;
} validate_options;

static const cli_option options[] = {
    {"skip", "N", INTEGER(validate_options, skip, 0, OPTION_MANY), .fallback = "0",
     .help = "leave out cycles with a smaller number, such as those after forming"},
    {"trend", "keep|remove", CHOICE(validate_options, trend), .fallback = "keep",
     .help = "remove: compare without a straight line over the cycles of each feature and device, for a set fitted "
             "in this way"},
    {"report", "DIR", TEXT(validate_options, report),
     .help = "folder for report.md, its pictures, and report.html, which is all in one file (needs gnuplot)"},
    {"seed", "S", INTEGER(validate_options, seed, 0, UINT64_MAX), .fallback = "0", .help = "seed of all draws"},
    {"order", "P", INTEGER(validate_options, order, 1, SYN_MAX_ORDER),
     .help = "order of the cycle-to-cycle autoregression; if absent, long memory if the set has it, else the largest "
             "order"},
    OPTION_OUTPUT(validate_options, output),
    {0},
};

static int print_report(const validate_options *o, const report *r)
{
    output out;
    int status = output_open(&out, o->output);
    if (status)
        return status;
    report_title(r, out.stream);
    report_text(r, false, out.stream);
    status = output_close(&out, true);
    if (!status && o->report)
        status = report_write(r, o->report);
    return status;
}

static int validate(const validate_options *o, const syn_model *m)
{
    syn_features f;
    syn_error err;
    if (syn_features_load(o->features, o->skip, &f, &err))
        return cli_fail_library("", &err);
    report r = {.set = o->set, .features = o->features};
    const syn_validate_options how = {.seed = o->seed, .detrend = o->trend == 1};
    int status = report_compare(&r, m, &f, &how);
    if (!status)
        status = print_report(o, &r);
    if (!status && r.v->disagreeing)
        status = cli_fail(CLI_FAILED, "%d of %d figures do not agree, %d of them by a hair", r.v->disagreeing,
                          r.v->figures, r.v->by_a_hair);
    report_free(&r);
    syn_features_free(&f);
    return status;
}

static int run(const void *values)
{
    const validate_options *o = values;
    const model_options model = {.params = o->set, .order = o->order, .seed = o->seed};
    syn_model *m;
    int status = model_open(&model, NULL, &m);
    if (!status)
        status = validate(o, m);
    syn_model_free(m);
    return status;
}

static const cli_term examples[] = {
    {"synaptogen validate mydevice.json features.csv --report report",
     "Compare a set with the features that it was fitted to, and write a report with pictures:"},
    {0},
};

const cli_command command_validate = {
    .name = "validate",
    .usage = "PARAMS.json FEATURES.csv",
    .summary = "compare a parameter set with measured features",
    .text =
        "Lets the parameter set generate the same numbers of devices and cycles as were measured, and compares "
        "distributions, correlations within a cycle and over cycles, and the spread of the devices.\n\n"
        "A figure agrees if the difference is within its tolerance, or if chance explains it (5 standard errors). "
        "Tolerances: 0.05 for Kolmogorov-Smirnov distances and correlations, a tenth of the whole spread for the "
        "mean of the devices' means, a tenth for the spread between devices and for the cycle-to-cycle spread, a "
        "fifth for the spread of the cycle-to-cycle spreads.",
    .output = {"A report in Markdown with all figures.", NULL},
    .failure = "Also if a figure does not agree.",
    .examples = examples,
    .see_also = "extract,fit",
    .operands = {{"PARAMS.json", "file name", offsetof(validate_options, set)},
                 {"FEATURES.csv", "file name", offsetof(validate_options, features)}},
    .options = options,
    .size = sizeof(validate_options),
    .run = run,
};
