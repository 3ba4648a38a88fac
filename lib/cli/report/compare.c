/* SPDX-License-Identifier: MIT */
#include "cli/report/report.h"

#include <stdlib.h>

static bool show(void *bar, double share)
{
    progress_show(bar, "generating", (size_t)(1000 * share), 1000);
    return true;
}

int report_compare(report *r, const syn_model *m, const syn_features *f, const syn_validate_options *how)
{
    syn_error err;
    progress bar = {0};
    r->v = malloc(sizeof *r->v);
    r->measured = malloc(f->devices * sizeof *r->measured);
    r->generated = malloc(f->devices * sizeof *r->generated);
    if (!r->v || !r->measured || !r->generated)
        return cli_fail_memory();
    syn_validate_options shown = *how;
    shown.progress = (syn_progress){show, &bar};
    const syn_status status = syn_validate(m, f, &shown, r->v, r->measured, r->generated, &err);
    progress_end(&bar);
    return status ? cli_fail_library("", &err) : CLI_OK;
}

void report_free(report *r)
{
    free(r->v);
    free(r->measured);
    free(r->generated);
}
