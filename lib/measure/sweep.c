/* SPDX-License-Identifier: MIT */
#include <synaptogen/sweep.h>

#include "base/numeric.h"
#include "measure/csv.h"
#include "model/model.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"cell", "cycle", "u", "i"};
enum { CELL, CYCLE, VOLTAGE, CURRENT, COLUMNS };

/* A sweep has fewer points than this. A longer one means that the file has no useful cycle numbers. */
enum { MOST_POINTS = 1 << 24 };

struct syn_sweeps {
    synp_csv csv;
    double *u, *i;
    size_t room;
    uint64_t missing;
    bool ahead; /* the first row of the next sweep was read: */
    uint64_t cell, cycle;
    double next_u, next_i;
    uint64_t *cells; /* finished, in rising order */
    size_t n_cells, room_cells;
};

syn_status syn_sweeps_open(const char *path, syn_sweeps **out, syn_error *err)
{
    *out = NULL;
    syn_sweeps *r = calloc(1, sizeof *r);
    if (!r)
        return synp_no_memory(err);
    syn_status status = synp_csv_open(&r->csv, path, columns, COLUMNS, 0, err);
    if (status)
        free(r);
    else
        *out = r;
    return status;
}

void syn_sweeps_close(syn_sweeps *r)
{
    if (!r)
        return;
    synp_csv_close(&r->csv);
    free(r->u);
    free(r->i);
    free(r->cells);
    free(r);
}

double syn_sweeps_fraction(const syn_sweeps *r)
{
    return synp_source_fraction(&r->csv.in);
}

uint64_t syn_sweeps_missing(const syn_sweeps *r)
{
    return r->missing;
}

void syn_sweeps_checksum(const syn_sweeps *r, uint64_t *bytes, uint32_t *crc)
{
    *bytes = r->csv.in.bytes;
    *crc = r->csv.in.crc;
}

static int compare_cells(const void *a, const void *b)
{
    const uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return (p > q) - (p < q);
}

/* Number of finished cells below `cell`. */
static size_t finished_below(const syn_sweeps *r, uint64_t cell)
{
    return synp_lower_bound(&cell, r->cells, r->n_cells, sizeof *r->cells, compare_cells);
}

/* Notes that a cell is finished. Refuses a next cell that was already finished. */
static syn_status change_cell(syn_sweeps *r, uint64_t finished, syn_error *err)
{
    if (r->n_cells == r->room_cells && !synp_grow(&r->cells, sizeof *r->cells, &r->room_cells))
        return synp_no_memory(err);
    size_t at = finished_below(r, finished);
    memmove(r->cells + at + 1, r->cells + at, (r->n_cells - at) * sizeof *r->cells);
    r->cells[at] = finished;
    r->n_cells++;
    at = finished_below(r, r->cell);
    if (at < r->n_cells && r->cells[at] == r->cell)
        return synp_csv_fail(&r->csv, CELL, err, "expected the rows of a cell together, found cell %" PRIu64 " again",
                             r->cell);
    return SYN_OK;
}

/* Reads one row into cell, cycle, next_u, next_i; *more is false at the end. */
static syn_status read_ahead(syn_sweeps *r, bool *more, syn_error *err)
{
    syn_status status = synp_csv_next(&r->csv, more, err);
    if (status || !*more)
        return status;
    status = synp_csv_integer(&r->csv, CELL, &r->cell, err);
    if (!status)
        status = synp_csv_integer(&r->csv, CYCLE, &r->cycle, err);
    if (!status)
        status = synp_csv_number(&r->csv, VOLTAGE, &r->next_u, err);
    if (!status)
        status = synp_csv_number(&r->csv, CURRENT, &r->next_i, err);
    return status;
}

static syn_status take_point(syn_sweeps *r, syn_sweep *out, syn_error *err)
{
    if (!isfinite(r->next_u) || !isfinite(r->next_i)) {
        r->missing++;
        return SYN_OK;
    }
    if (out->n >= MOST_POINTS)
        return synp_csv_fail(&r->csv, CYCLE, err, "expected at most %d points in a cycle", MOST_POINTS);
    if (out->n == r->room) {
        size_t room = r->room;
        if (!synp_grow(&r->u, sizeof *r->u, &room) || !synp_grow(&r->i, sizeof *r->i, &r->room))
            return synp_no_memory(err);
    }
    r->u[out->n] = r->next_u;
    r->i[out->n++] = r->next_i;
    return SYN_OK;
}

/* The row ahead begins a new sweep, of the same cell or another. */
static syn_status check_order(syn_sweeps *r, const syn_sweep *last, syn_error *err)
{
    if (r->cell == last->cell)
        return r->cycle > last->cycle ? SYN_OK
                                      : synp_csv_fail(&r->csv, CYCLE, err,
                                                      "expected the cycles of cell %" PRIu64
                                                      " in rising order, found %" PRIu64 " after %" PRIu64,
                                                      r->cell, r->cycle, last->cycle);
    return change_cell(r, last->cell, err);
}

syn_status syn_sweeps_next(syn_sweeps *r, syn_sweep *out, syn_error *err)
{
    bool more = true;
    *out = (syn_sweep){0};
    while (more && out->n == 0) { /* skips a cycle without any point */
        syn_status status = r->ahead ? SYN_OK : read_ahead(r, &more, err);
        r->ahead = false;
        out->cell = r->cell;
        out->cycle = r->cycle;
        while (!status && more && r->cell == out->cell && r->cycle == out->cycle) {
            status = take_point(r, out, err);
            if (!status)
                status = read_ahead(r, &more, err);
        }
        if (!status && more) {
            status = check_order(r, out, err);
            r->ahead = true;
        }
        if (status)
            return status;
    }
    out->u = r->u;
    out->i = r->i;
    return SYN_OK;
}
