/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

/* Devices follow each other, cells and rows are in order, and no figure is infinite. */
void fuzz_features(const uint8_t *bytes, size_t size)
{
    syn_features f;
    syn_error err = {0};
    const syn_status s = syn_features_load(fuzz_file("input.csv", bytes, size), 0, &f, &err);
    if (s)
        fuzz_require_message(s, &err);
    for (size_t d = 0; d < f.devices; d++)
        fuzz_require(f.first[d] <= f.first[d + 1] && (d == 0 || f.cell[d - 1] < f.cell[d]));
    fuzz_require(f.devices == 0 || (f.first[0] == 0 && f.first[f.devices] == f.rows));
    for (size_t k = 0; k < f.rows; k++)
        for (int i = 0; i < SYN_NFEAT; i++)
            fuzz_require(!isinf(f.y[k][i]));
    syn_features_free(&f);
}

/* The first line: any of the letters p (pairs), f (a cycle per file), s (a shunt of 50 ohm), then, each after a blank, columns
 * and scale. A dot stands for none. The rest is the file. */
typedef struct request {
    syn_import import;
    const char *file;
    char line[256];
} request;

/* Returns false if the bytes have no first line. */
static bool understand(const uint8_t *bytes, size_t size, request *r)
{
    const uint8_t *end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    const size_t length = end ? (size_t)(end - bytes) : 0;
    *r = (request){0};
    if (!end || length >= sizeof r->line)
        return false;
    memcpy(r->line, bytes, length);
    char *columns = strchr(r->line, ' '), *scale = columns ? strchr(columns + 1, ' ') : NULL;
    for (char **part = (char *[]){columns, scale, NULL}; *part; part++)
        *(*part)++ = 0;
    if (columns && columns[1] && columns[1] != '.')
        r->import.columns = columns + 1;
    if (scale && scale[1])
        r->import.scale = scale + 1;
    r->import.pairs = strchr(r->line, 'p') != NULL;
    r->import.cycle_per_file = strchr(r->line, 'f') != NULL;
    r->import.shunt = strchr(r->line, 's') ? 50 : 0;
    r->file = fuzz_file("input.csv", end + 1, size - length - 1);
    r->import.files = &r->file;
    r->import.n_files = 1;
    return true;
}

static void require_texts(const void *reader, bool (*tell)(const void *, int, char *, size_t))
{
    char text[512];
    for (int k = 0; tell(reader, k, text, sizeof text); k++)
        fuzz_require(k < 100 && strlen(text) > 0);
}

static bool sweeps_form(const void *r, int k, char *text, size_t size)
{
    return syn_sweeps_form(r, k, text, size);
}

static bool sweeps_note(const void *r, int k, char *text, size_t size)
{
    return syn_sweeps_note(r, k, text, size);
}

static bool endurance_form(const void *r, int k, char *text, size_t size)
{
    return syn_endurance_form(r, k, text, size);
}

static bool endurance_note(const void *r, int k, char *text, size_t size)
{
    return syn_endurance_note(r, k, text, size);
}

/* A figure that counts as measured is a finite number, and so is its error. */
static void require_cycles(const syn_extracted *c, int n)
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < SYN_NFEAT; i++)
            fuzz_require(c[k].q[i] == SYN_GOOD ? isfinite(c[k].y[i]) : isnan(c[k].y[i]));
}

static syn_status extract(syn_record_reader *reader, syn_error *err)
{
    syn_cycles cycles = {0};
    syn_extracted out[2];
    for (;;) {
        syn_sweep sweep;
        syn_measured measured;
        const syn_status s = syn_record_next(reader, &sweep, &measured, err);
        if (s)
            return s;
        if (sweep.n == 0)
            break;
        for (size_t k = 0; k < sweep.n; k++)
            fuzz_require(isfinite(sweep.u[k]) && isfinite(sweep.i[k]));
        require_cycles(out, syn_cycles_add(&cycles, &sweep, &measured, out));
    }
    require_cycles(out, syn_cycles_end(&cycles, out));
    return SYN_OK;
}

void fuzz_sweeps(const uint8_t *bytes, size_t size)
{
    request r;
    syn_sweeps *sweeps;
    syn_record_reader *reader = NULL;
    syn_error err = {0};
    if (!understand(bytes, size, &r))
        return;
    (void)syn_endurance_is_table(&r.import);
    syn_status s = syn_sweeps_import(&r.import, &sweeps, &err);
    if (!s) {
        s = syn_record_open(sweeps, &(syn_record_options){.u0 = 0.2}, &reader, &err);
        if (!s)
            s = extract(reader, &err);
        require_texts(sweeps, sweeps_form);
        require_texts(sweeps, sweeps_note);
    }
    if (s)
        fuzz_require_message(s, &err);
    syn_record_close(reader);
    syn_sweeps_close(sweeps);
}

void fuzz_endurance(const uint8_t *bytes, size_t size)
{
    request r;
    syn_endurance *table;
    syn_error err = {0};
    if (!understand(bytes, size, &r))
        return;
    syn_status s = syn_endurance_open(&r.import, &table, &err);
    for (bool more = !s; more && !s;) {
        syn_endurance_row row;
        s = syn_endurance_next(table, &row, &more, &err);
        for (int i = 0; i < SYN_NFEAT && more && !s; i++)
            fuzz_require(!isinf(row.y[i]));
    }
    if (s)
        fuzz_require_message(s, &err);
    if (table) {
        require_texts(table, endurance_form);
        require_texts(table, endurance_note);
    }
    syn_endurance_close(table);
}
