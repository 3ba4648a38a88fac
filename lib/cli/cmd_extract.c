/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <inttypes.h>
#include <math.h>

/* What became of the figures. */
typedef struct tally {
    uint64_t cells, cycles, whole, last_cell, spikes;
    uint64_t count[SYN_NFEAT][SYN_QUALITIES];
} tally;

static void print_cycle(FILE *f, const syn_extracted *e, tally *t)
{
    int good = 0;
    fprintf(f, "%" PRIu64 ",%" PRIu64, e->cell, e->cycle);
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (e->q[i] == SYN_GOOD)
            output_number(f, e->y[i]);
        else
            fputc(',', f);
        good += e->q[i] == SYN_GOOD;
        t->count[i][e->q[i]]++;
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",%s", syn_quality_word(e->q[i]));
    fputc('\n', f);
    t->cells += t->cycles == 0 || e->cell != t->last_cell;
    t->last_cell = e->cell;
    t->cycles++;
    t->whole += good == SYN_NFEAT;
}

static void print_tally(const tally *t, uint64_t missing)
{
    fprintf(stderr, "%" PRIu64 " cycles of %" PRIu64 " cells, %" PRIu64 " with all four figures\n", t->cycles,
            t->cells, t->whole);
    if (missing)
        fprintf(stderr, "points without a number, passed over: %" PRIu64 "\n", missing);
    if (t->spikes)
        fprintf(stderr, "points taken out as spikes: %" PRIu64 "\n", t->spikes);
    for (int q = SYN_GOOD + 1; q < SYN_QUALITIES; q++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (t->count[i][q])
                fprintf(stderr, "no %s in %" PRIu64 " cycles: %s: %s\n", syn_feature_name(i), t->count[i][q],
                        syn_quality_word((syn_quality)q), syn_quality_meaning((syn_quality)q));
}

static syn_status extract(const cli *c, syn_sweeps *sweeps, FILE *f, tally *t, syn_error *err)
{
    syn_cycles cycles = {0};
    syn_sweep s;
    syn_measured m;
    syn_extracted found[2];
    progress bar = {0};
    syn_status status = syn_sweeps_next(sweeps, &s, err);
    for (uint64_t k = 0; !status && s.n > 0 && !ferror(f); k++) {
        t->spikes += syn_sweep_clean(&s);
        *err = (syn_error){.status = SYN_ENOMEM};
        status = syn_sweep_measure(&s, c->u0, &m);
        if (status)
            break;
        const int n = syn_cycles_add(&cycles, &s, &m, found);
        for (int j = 0; j < n; j++)
            print_cycle(f, &found[j], t);
        if (k % 256 == 0)
            progress_show(&bar, "extracting", (size_t)(1000 * syn_sweeps_fraction(sweeps)), 1000);
        status = syn_sweeps_next(sweeps, &s, err);
    }
    if (!status && syn_cycles_end(&cycles, found))
        print_cycle(f, &found[0], t);
    progress_end(&bar);
    return status;
}

int cmd_extract(const cli *c)
{
    syn_sweeps *sweeps;
    syn_error err;
    output out;
    tally t = {0};
    if (syn_sweeps_open(c->file, &sweeps, &err))
        return cli_fail_library("", &err);
    int status = output_open(&out, c->output);
    if (!status) {
        fputs("cell,cycle", out.stream);
        for (int i = 0; i < SYN_NFEAT; i++)
            fprintf(out.stream, ",%s", syn_feature_name(i));
        for (int i = 0; i < SYN_NFEAT; i++)
            fprintf(out.stream, ",q_%s", syn_feature_name(i));
        fputc('\n', out.stream);
        if (extract(c, sweeps, out.stream, &t, &err))
            status = cli_fail_library("", &err);
        else if (t.cycles == 0)
            status = cli_fail(CLI_FAILED, "%s: expected sweeps behind the header, found none", c->file);
        const int closed = output_close(&out, !status);
        status = status ? status : closed;
    }
    if (!status)
        print_tally(&t, syn_sweeps_missing(sweeps));
    syn_sweeps_close(sweeps);
    return status;
}
