/* SPDX-License-Identifier: MIT */
#include "cli/report/report.h"

#include <stdlib.h>

static void show(void *bar, double share)
{
    progress_show(bar, "generating", (size_t)(1000 * share), 1000);
}

static int print_report(const cli *c, const report *r)
{
    output out;
    int status = output_open(&out, c->output);
    if (status)
        return status;
    report_text(r, 0, out.stream);
    status = output_close(&out, 1);
    if (!status && c->report)
        status = report_write(r, c->report);
    return status;
}

static int validate(const cli *c, const syn_features *f, syn_device_scatter *measured, syn_device_scatter *generated)
{
    syn_validation *v = malloc(sizeof *v);
    syn_error err;
    progress bar = {0};
    if (!v || !measured || !generated) {
        free(v);
        return cli_fail(CLI_FAILED, "out of memory");
    }
    const syn_status s = syn_validate(c->model, f, c->seed, show, &bar, v, measured, generated, &err);
    progress_end(&bar);
    const report r = {c->params, c->file, v, measured, generated};
    int status = s ? cli_fail_library("", &err) : print_report(c, &r);
    if (!status && v->disagreeing)
        status = cli_fail(CLI_FAILED, "%d of %d figures do not agree", v->disagreeing, v->figures);
    free(v);
    return status;
}

int cmd_validate(const cli *c)
{
    syn_features f;
    syn_error err;
    if (syn_features_load(c->file, c->skip, &f, &err))
        return cli_fail_library("", &err);
    syn_device_scatter *measured = malloc(f.devices * sizeof *measured),
                       *generated = malloc(f.devices * sizeof *generated);
    const int status = validate(c, &f, measured, generated);
    free(measured);
    free(generated);
    syn_features_free(&f);
    return status;
}
