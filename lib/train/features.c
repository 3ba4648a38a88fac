/* SPDX-License-Identifier: MIT */
#include <synaptogen/features.h>

#include "measure/import/csv.h"
#include "model/model.h"
#include "train/fit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the file: the features, then these. */
enum { CELL = SYN_NFEAT, CYCLE, COLUMNS };

typedef struct row {
    uint64_t cell, cycle, line;
    double y[SYN_NFEAT];
} row;

typedef struct rows {
    row *v;
    size_t n, room;
    bool sorted;
} rows;

static int compare_rows(const void *a, const void *b)
{
    const row *p = a, *q = b;
    return p->cell != q->cell ? (p->cell > q->cell) - (p->cell < q->cell)
                              : (p->cycle > q->cycle) - (p->cycle < q->cycle);
}

static row *next_row(rows *r)
{
    return r->n < r->room || synp_grow(&r->v, sizeof *r->v, &r->room) ? &r->v[r->n] : NULL;
}

/* What no cell of any technology has. The signs are those of the model; figures of the other polarity change theirs first. */
static syn_status check_figure(const synp_csv *c, int feature, double y, syn_error *err)
{
    static const struct {
        double low, high;
        const char *what;
    } range[SYN_NFEAT] = {
        {-12, 24, "a logarithm of a resistance in ohm, -12 to 24"},
        {-1000, -1e-6, "a negative voltage, for negative voltages SET, down to -1000 V"},
        {1e-12, 1e24, "a positive resistance, 1e-12 to 1e24 ohm"},
        {1e-6, 1000, "a positive voltage, for positive voltages RESET, up to 1000 V"},
    };
    if (isnan(y) || (y >= range[feature].low && y <= range[feature].high))
        return SYN_OK;
    return synp_csv_fail(c, feature, err, "expected %s, found %g", range[feature].what, y);
}

static syn_status read_row(synp_csv *c, row *out, syn_error *err)
{
    syn_status status = synp_csv_integer(c, CELL, &out->cell, err);
    if (!status)
        status = synp_csv_integer(c, CYCLE, &out->cycle, err);
    for (int i = 0; !status && i < SYN_NFEAT; i++)
        if (!(status = synp_csv_number(c, i, &out->y[i], err)))
            status = check_figure(c, i, out->y[i], err);
    out->line = c->in.line;
    return status;
}

static syn_status read_rows(synp_csv *c, uint64_t skip, rows *r, syn_error *err)
{
    r->sorted = true;
    for (bool more;;) {
        row *next = next_row(r);
        if (!next)
            return synp_no_memory(err);
        syn_status status = synp_csv_next(c, &more, err);
        if (status || !more)
            return status;
        status = read_row(c, next, err);
        if (status)
            return status;
        if (next->cycle < skip)
            continue;
        r->sorted = r->sorted && (r->n == 0 || compare_rows(next - 1, next) < 0);
        r->n++;
    }
}

/* Number of rows from row k of the file: itself and the cycles that are missing before it. */
static size_t rows_up_to(const row *v, size_t k)
{
    if (k == 0 || v[k].cell != v[k - 1].cell)
        return 1;
    const uint64_t step = v[k].cycle - v[k - 1].cycle;
    return step <= SYN_LONGEST_GAP ? (size_t)step : SYN_LONGEST_GAP + 1;
}

syn_status syn_features_create(size_t devices, size_t n, syn_features *out, syn_error *err)
{
    *out = (syn_features){.devices = devices, .rows = n};
    out->cell = calloc(devices + 1, sizeof *out->cell);
    out->first = calloc(devices + 1, sizeof *out->first);
    out->y = malloc((n + 1) * sizeof *out->y);
    if (out->cell && out->first && out->y)
        return SYN_OK;
    syn_features_free(out);
    return synp_no_memory(err);
}

void syn_features_free(syn_features *f)
{
    free(f->cell);
    free(f->first);
    free(f->y);
    *f = (syn_features){0};
}

static syn_status fill(const rows *r, syn_features *out, syn_error *err)
{
    size_t devices = 0, n = 0;
    for (size_t k = 0; k < r->n; k++) {
        devices += k == 0 || r->v[k].cell != r->v[k - 1].cell;
        n += rows_up_to(r->v, k);
    }
    if (syn_features_create(devices, n, out, err))
        return SYN_ENOMEM;
    size_t at = 0, d = 0;
    for (size_t k = 0; k < r->n; k++) {
        for (size_t missing = rows_up_to(r->v, k); missing > 1; missing--)
            for (int i = 0; i < SYN_NFEAT; i++)
                out->y[at + missing - 2][i] = NAN;
        if (k == 0 || r->v[k].cell != r->v[k - 1].cell) {
            out->cell[d] = r->v[k].cell;
            out->first[d++] = at;
        }
        at += rows_up_to(r->v, k);
        memcpy(out->y[at - 1], r->v[k].y, sizeof out->y[0]);
    }
    out->first[d] = at;
    return SYN_OK;
}

static syn_status check_repeated(const synp_csv *c, const rows *r, syn_error *err)
{
    for (size_t k = 1; k < r->n; k++)
        if (compare_rows(&r->v[k - 1], &r->v[k]) == 0) {
            const row *a = &r->v[k - 1], *b = &r->v[k];
            synp_csv at = {.in = {.name = c->in.name, .line = a->line > b->line ? a->line : b->line},
                           .columns = c->columns};
            return synp_csv_fail(&at, CYCLE, err,
                                 "expected one row for each cycle, found cycle %" PRIu64 " of cell %" PRIu64
                                 " also in line %" PRIu64,
                                 a->cycle, a->cell, a->line < b->line ? a->line : b->line);
        }
    return SYN_OK;
}

syn_status syn_features_load(const char *path, uint64_t skip, syn_features *out, syn_error *err)
{
    synp_csv *c = malloc(sizeof *c);
    rows r = {0};
    *out = (syn_features){0};
    if (!c)
        return synp_no_memory(err);
    const char *columns[COLUMNS] = {[CELL] = "cell", [CYCLE] = "cycle"};
    for (int i = 0; i < SYN_NFEAT; i++)
        columns[i] = syn_feature_name(i);
    syn_status status = synp_csv_open(c, path, columns, COLUMNS, SYN_NFEAT, err);
    if (!status) {
        status = read_rows(c, skip, &r, err);
        synp_csv_close(c);
        if (!status && !r.sorted)
            qsort(r.v, r.n, sizeof *r.v, compare_rows);
        if (!status && !r.sorted)
            status = check_repeated(c, &r, err);
        if (!status && r.n == 0)
            status = synp_csv_fail(c, -1, err, "expected rows after the header%s, found none",
                                   skip ? " and the cycles left out" : "");
    }
    if (!status)
        status = fill(&r, out, err);
    out->bytes = status ? 0 : c->in.bytes;
    out->crc = status ? 0 : c->in.crc;
    free(r.v);
    free(c);
    return status;
}

size_t synp_figures(const syn_features *f, size_t d, int i)
{
    size_t n = 0;
    for (size_t t = f->first[d]; t < f->first[d + 1]; t++)
        n += isnan(f->y[t][i]) ? 0 : 1;
    return n;
}

void synp_absent(const double (*y)[SYN_NFEAT], size_t n, bool absent[SYN_NFEAT])
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        size_t t = 0;
        while (t < n && isnan(y[t][i]))
            t++;
        absent[i] = t == n;
    }
}

syn_status synp_choose_devices(const syn_features *f, size_t fewest, syn_features *out, syn_error *err)
{
    const syn_status status = syn_features_create(f->devices, f->rows, out, err);
    if (status)
        return status;
    bool absent[SYN_NFEAT];
    synp_absent(SYNP_ROWS(f->y), f->rows, absent);
    size_t total = 0, devices = 0;
    for (size_t d = 0; d < f->devices; d++) {
        const size_t n = f->first[d + 1] - f->first[d];
        bool enough = true;
        for (int i = 0; i < SYN_NFEAT; i++)
            enough = enough && (absent[i] || synp_figures(f, d, i) >= fewest);
        if (!enough)
            continue;
        memcpy(out->y + total, f->y + f->first[d], n * sizeof *f->y);
        out->cell[devices] = f->cell[d];
        out->first[devices++] = total;
        total += n;
    }
    out->first[devices] = out->rows = total;
    out->devices = devices;
    return SYN_OK;
}
