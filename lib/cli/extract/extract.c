/* SPDX-License-Identifier: MIT */
#include "cli/extract/extract.h"

#include <inttypes.h>
#include <math.h>

/* Counts for the summary. */
typedef struct tally {
    uint64_t cells, cycles, whole, last_cell;
    uint64_t count[SYN_NFEAT][SYN_QUALITIES];
} tally;

/* A further field of a row; empty for NAN. */
static void print_short(FILE *f, double x)
{
    if (isnan(x))
        fputc(',', f);
    else
        fprintf(f, ",%.4g", x);
}

static void print_cycle(FILE *f, syn_sweeps *source, const syn_extracted *e, tally *t)
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
    for (int i = 0; i < SYN_NFEAT; i++)
        print_short(f, e->error[i]);
    print_short(f, e->bound[SYN_LOG10_R_HRS]);
    print_short(f, e->bound[SYN_R_LRS]);
    if (syn_sweeps_has_names(source))
        fprintf(f, ",%s", syn_sweeps_cell(source, e->cell));
    fputc('\n', f);
    t->cells += t->cycles == 0 || e->cell != t->last_cell;
    t->last_cell = e->cell;
    t->cycles++;
    t->whole += good == SYN_NFEAT;
}

static void print_tally(FILE *f, const tally *t, uint64_t missing, uint64_t spikes)
{
    fprintf(f, "%" PRIu64 " cycle%s of %" PRIu64 " cell%s, %" PRIu64 " with all four figures\n", t->cycles,
            t->cycles == 1 ? "" : "s", t->cells, t->cells == 1 ? "" : "s", t->whole);
    if (missing)
        fprintf(f, "points without a number, passed over: %" PRIu64 "\n", missing);
    if (spikes)
        fprintf(f, "points taken out as spikes: %" PRIu64 "\n", spikes);
    for (int q = SYN_GOOD + 1; q < SYN_QUALITIES; q++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (t->count[i][q])
                fprintf(f, "no %s in %" PRIu64 " cycle%s: %s: %s\n", syn_feature_name(i), t->count[i][q],
                        t->count[i][q] == 1 ? "" : "s", syn_quality_word((syn_quality)q),
                        syn_quality_meaning((syn_quality)q));
}

/* Where the results go. page: NULL without a picture. */
typedef struct results {
    FILE *stream;
    extract_page *page;
    tally tally;
} results;

static void put_cycle(syn_sweeps *source, const syn_extracted *e, results *r)
{
    print_cycle(r->stream, source, e, &r->tally);
    page_add_cycle(r->page, e);
}

static syn_status extract(syn_sweeps *source, syn_record_reader *sweeps, results *r, syn_error *err)
{
    syn_cycles cycles = {0};
    syn_sweep s;
    syn_measured m;
    syn_extracted found[2];
    progress bar = {0};
    syn_status status = syn_record_next(sweeps, &s, &m, err);
    for (uint64_t k = 0; !status && s.n > 0 && !ferror(r->stream); k++) {
        const int n = syn_cycles_add(&cycles, &s, &m, found);
        for (int j = 0; j < n; j++)
            put_cycle(source, &found[j], r);
        if (!page_add_loop(r->page, &s, &m)) {
            *err = (syn_error){.text = "out of memory"};
            status = SYN_ENOMEM;
            break;
        }
        if (k % 256 == 0)
            progress_show(&bar, "extracting", (size_t)(1000 * syn_sweeps_fraction(source)), 1000);
        status = syn_record_next(sweeps, &s, &m, err);
    }
    if (!status && syn_cycles_end(&cycles, found))
        put_cycle(source, &found[0], r);
    progress_end(&bar);
    return status;
}

static void print_header(FILE *f, bool has_names)
{
    fputs("cell,cycle", f);
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",%s", syn_feature_name(i));
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",q_%s", syn_feature_name(i));
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, ",e_%s", syn_feature_name(i));
    fprintf(f, ",least_%s,least_%s%s\n", syn_feature_name(SYN_LOG10_R_HRS), syn_feature_name(SYN_R_LRS),
            has_names ? ",name" : "");
}

/* What is missing and why, and what is unusual. */
static void print_notes(FILE *f, const extract_request *o, const syn_sweeps *source, const syn_record_reader *sweeps,
                        const tally *t)
{
    sweeps_notes(f, source);
    look_warn(f, syn_record_of(sweeps), o->look.polarity != 0);
    print_tally(f, t, syn_sweeps_missing(source), syn_record_spikes(sweeps));
}

static int write_features(const extract_request *o, const char *path, syn_sweeps *source, syn_record_reader *sweeps,
                          results *r)
{
    syn_error err;
    output out;
    int status = output_open(&out, path);
    if (status)
        return status;
    r->stream = out.stream;
    print_header(out.stream, syn_sweeps_has_names(source));
    if (extract(source, sweeps, r, &err))
        status = cli_fail_library("", &err);
    else if (r->tally.cycles == 0)
        status = sweeps_fail_empty(&o->files);
    const int closed = output_close(&out, !status);
    return status ? status : closed;
}

int extract_features(const extract_request *o, const char *path, extract_page *page, FILE *seen, FILE *notes)
{
    const syn_record_options settings = look_settings(&o->look);
    syn_sweeps *source;
    syn_record_reader *sweeps = NULL;
    syn_error err;
    results r = {.page = page};
    int status = sweeps_open(&o->files, &o->sweeps, &source);
    if (status)
        return status;
    status = syn_record_open(source, &settings, &sweeps, &err) ? cli_fail_library("", &err)
                                                               : write_features(o, path, source, sweeps, &r);
    if (!status) {
        sweeps_form(seen, source);
        look_print(seen, syn_record_of(sweeps));
        print_notes(notes, o, source, sweeps, &r.tally);
    }
    syn_record_close(sweeps);
    syn_sweeps_close(source);
    return status;
}
