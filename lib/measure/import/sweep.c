/* SPDX-License-Identifier: MIT */
/* From rows to loops, in three steps: rows of one cycle, or of a record without cycles, are a unit; a unit is cut into loops;
 * sweeps of one sign are joined in pairs. */
#include <synaptogen/import.h>

#include "base/base.h"
#include "base/numeric.h"
#include "measure/import/files.h"
#include "measure/import/loops.h"
#include "measure/import/rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A sweep has fewer points than MOST_POINTS. A record without cycles is cut in parts of PART points, which last for dozens of
 * loops; a longer loop makes the part longer. */
enum { MOST_POINTS = 1 << 24, PART = 1 << 16, FORM_LINES = 3, FORM_LENGTH = 256 };

/* The rows that belong together: key of a unit. */
typedef struct unit {
    uint64_t cell, cycle, block;
    size_t file;
} unit;

/* How often something happened, and where first. */
typedef struct event {
    uint64_t count, cell, cycle, size;
} event;

typedef struct label {
    uint64_t cell;
    char *name;
} label;

typedef struct points {
    double *u, *i;
    size_t n, room;
} points;

struct syn_sweeps {
    synp_files files;
    synp_wishes wishes;
    bool cycle_per_file;
    size_t file; /* the next one, or the open one */
    bool is_open;
    synp_rows rows;
    uint64_t bytes, missing; /* of finished files; points left out */
    uint32_t crc;

    bool has_cycles;            /* the open file has a column of cycles that counts */
    bool is_numbered, has_kind; /* cells have numbers in the files; this is known */
    char file_name[SYNP_CELL_LENGTH];
    synp_name_list names;
    label *labels; /* in the order of the cells */
    size_t n_labels, room_labels, last_label;

    bool is_ahead; /* the first row of the next unit was read: */
    unit next;
    double next_u, next_i;

    unit now;       /* the unit in `points` */
    points points;  /* of the unit, or of a part of a record */
    bool is_whole;  /* nothing of the unit is still to be read */
    bool goes_on;   /* the unit was read in part */
    bool returns;   /* the loop before ended near 0 V */
    bool has_begun; /* some unit was read */
    bool counts;    /* the unit has a number of a cycle in the file */
    synp_loop_finder finder;
    size_t loop, loops; /* the next one to hand out; how many there are */
    uint64_t counter;   /* cycles of the cell so far, for cells without numbers of cycles */
    uint64_t shift;     /* added to the numbers of cycles in the file, modulo 2^64 */

    points first; /* a sweep of one sign that waits for the other */
    syn_sweep pending;
    synp_loop pending_loop;
    bool has_pending;
    syn_sweeps *partner; /* reader of the other half of the files */
    int join_sign;       /* of the first of two joined sweeps, 0: none was joined */

    uint64_t *cells; /* finished, in rising order */
    size_t n_cells, room_cells;

    event cut, joined, open, lone;
    uint64_t records, found; /* units without numbers of cycles, and loops in them */
    uint64_t sweeps;
    uint64_t texts; /* lines of text after the last rows of the files */
    bool has_guess, has_abs, has_negative, has_positive;
    char form[FORM_LINES][FORM_LENGTH];
    int n_form;
};

static void note(event *e, uint64_t cell, uint64_t cycle, uint64_t size)
{
    if (e->count++ == 0) {
        e->cell = cell;
        e->cycle = cycle;
        e->size = size;
    }
}

/* Appends ", i = 4 "Current", in mA" to the line of the columns. */
static void describe_column(syn_sweeps *r, const char *what, size_t column, double factor, const char *unit_name)
{
    const synp_form *f = &r->rows.form;
    char *text = r->form[1], factor_text[24] = "";
    const size_t n = strlen(text);
    if (unit_name && factor != 1)
        snprintf(factor_text, sizeof factor_text, "%g ", factor);
    snprintf(text + n, FORM_LENGTH - n, "%s%s = column %zu%s%.30s%s%s%s%s", n ? ", " : "", what, column + 1,
             f->has_header ? " \"" : "", f->has_header ? f->names[column].full : "", f->has_header ? "\"" : "",
             unit_name ? " in " : "", factor_text, unit_name ? unit_name : "");
}

/* What syn_sweeps_form tells. */
static void describe(syn_sweeps *r)
{
    const synp_form *f = &r->rows.form;
    const synp_columns *c = &r->rows.columns;
    snprintf(r->form[0], FORM_LENGTH, "%s, %sseparator: %s, %s, %zu columns%s",
             synp_encoding_name(r->rows.in.encoding), f->is_blocks ? "EasyEXPERT, " : "",
             synp_separator_name(f->separator),
             !f->has_decimals    ? "no decimals"
             : f->decimal == ',' ? "decimal comma"
                                 : "decimal point",
             f->width, f->has_header ? "" : " without a header");
    describe_column(r, c->is_guess ? "u (a guess)" : "u", c->pairs[0].u, c->pairs[0].u_factor, "V");
    describe_column(r,
                    c->is_guess ? "i (a guess)"
                    : c->is_abs ? "|i|"
                                : "i",
                    c->pairs[0].i, c->pairs[0].i_factor, "A");
    if (c->cycle != SYNP_NO_COLUMN)
        describe_column(r, "cycle", c->cycle, 1, NULL);
    for (size_t k = 0; k < c->n_cell; k++)
        describe_column(r, c->are_names ? "cell (names)" : "cell", c->cell[k], 1, NULL);
    r->n_form = 2;
    if (c->n_pairs > 1)
        snprintf(r->form[r->n_form++], FORM_LENGTH, "sweeps side by side: %zu", c->n_pairs);
}

static syn_status open_file(syn_sweeps *r, syn_error *err)
{
    const syn_status status = synp_rows_open(&r->rows, r->files.path[r->file], &r->wishes, err);
    if (status)
        return status;
    r->is_open = true;
    const synp_columns *c = &r->rows.columns;
    r->has_cycles = c->cycle != SYNP_NO_COLUMN && !r->cycle_per_file;
    synp_files_name(&r->files, r->file, r->cycle_per_file, r->file_name, sizeof r->file_name);
    const bool is_numbered = c->n_cell > 0 && !c->are_names;
    if (r->has_kind && is_numbered != r->is_numbered)
        return synp_rows_fail(&r->rows, "cell", err, "expected cells with %s as in the files before, found %s",
                              r->is_numbered ? "numbers" : "names", r->is_numbered ? "none or names" : "numbers");
    r->has_kind = true;
    r->is_numbered = is_numbered;
    r->has_guess = r->has_guess || c->is_guess;
    r->has_abs = r->has_abs || c->is_abs;
    if (r->n_form == 0)
        describe(r);
    return SYN_OK;
}

static void close_file(syn_sweeps *r)
{
    r->crc = (uint32_t)crc32_combine(r->crc, r->rows.in.crc, (z_off_t)r->rows.in.bytes);
    r->bytes += r->rows.in.bytes;
    synp_rows_close(&r->rows);
    r->is_open = false;
    r->file++;
}

static syn_status check_options(const syn_import *o, syn_error *err)
{
    if (o->n_files == 0)
        return synp_fail(err, SYN_EINVAL, "files", "expected a file, found none");
    if (!(o->shunt >= 0 && isfinite(o->shunt)))
        return synp_fail(err, SYN_EINVAL, "shunt", "%s ohm is not a positive resistance", SYNP_TEXT_OF(o->shunt));
    if (o->pairs && o->n_files % 2 == 1)
        return synp_fail(err, SYN_EINVAL, "pairs",
                         "expected as many files of one sign as of the other, found %zu files", o->n_files);
    return synp_check_reserved(o->reserved, sizeof o->reserved, "syn_import", err);
}

syn_status syn_sweeps_import(const syn_import *o, syn_sweeps **out, syn_error *err)
{
    *out = NULL;
    syn_status status = check_options(o, err);
    if (status)
        return status;
    syn_sweeps *r = calloc(1, sizeof *r);
    if (!r)
        return synp_no_memory(err);
    r->wishes = (synp_wishes){o->columns, o->scale, o->shunt};
    r->cycle_per_file = o->cycle_per_file;
    r->is_whole = true;
    const size_t n = o->pairs ? o->n_files / 2 : o->n_files;
    status = synp_files_begin(&r->files, o->files, n, err);
    if (!status)
        status = open_file(r, err);
    if (!status && o->pairs) {
        syn_import other = *o;
        other.files += n;
        other.n_files = n;
        other.pairs = false;
        status = syn_sweeps_import(&other, &r->partner, err);
    }
    if (status)
        syn_sweeps_close(r);
    else
        *out = r;
    return status;
}

syn_status syn_sweeps_open(const char *path, syn_sweeps **out, syn_error *err)
{
    return syn_sweeps_import(&(syn_import){.files = &path, .n_files = 1}, out, err);
}

void syn_sweeps_close(syn_sweeps *r)
{
    if (!r)
        return;
    syn_sweeps_close(r->partner);
    if (r->is_open)
        synp_rows_close(&r->rows);
    for (size_t k = 0; k < r->n_labels; k++)
        free(r->labels[k].name);
    synp_files_end(&r->files);
    synp_name_list_free(&r->names);
    synp_loop_finder_free(&r->finder);
    free(r->labels);
    free(r->points.u);
    free(r->points.i);
    free(r->first.u);
    free(r->first.i);
    free(r->cells);
    free(r);
}

double syn_sweeps_fraction(const syn_sweeps *r)
{
    const double part = r->is_open ? synp_source_fraction(&r->rows.in) : 0;
    return fmin(((double)r->file + part) / (double)r->files.n, 1);
}

uint64_t syn_sweeps_missing(const syn_sweeps *r)
{
    return r->missing + (r->partner ? r->partner->missing : 0);
}

void syn_sweeps_checksum(const syn_sweeps *r, uint64_t *bytes, uint32_t *crc)
{
    *bytes = r->bytes + (r->is_open ? r->rows.in.bytes : 0);
    *crc = r->is_open ? (uint32_t)crc32_combine(r->crc, r->rows.in.crc, (z_off_t)r->rows.in.bytes) : r->crc;
    if (r->partner) {
        uint64_t more;
        uint32_t other;
        syn_sweeps_checksum(r->partner, &more, &other);
        *crc = (uint32_t)crc32_combine(*crc, other, (z_off_t)more);
        *bytes += more;
    }
}

const char *syn_sweeps_cell(syn_sweeps *r, uint64_t cell)
{
    for (size_t k = 0; k < r->n_labels; k++) {
        const size_t at = (r->last_label + k) % r->n_labels;
        if (r->labels[at].cell == cell) {
            r->last_label = at;
            return r->labels[at].name;
        }
    }
    return "";
}

bool syn_sweeps_has_names(const syn_sweeps *r)
{
    return r->n_labels > 0;
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

static syn_status add_label(syn_sweeps *r, uint64_t cell, const char *name, syn_error *err)
{
    if (!name[0])
        return SYN_OK;
    if (r->n_labels == r->room_labels && !synp_grow(&r->labels, sizeof *r->labels, &r->room_labels))
        return synp_no_memory(err);
    char *copy = strdup(name);
    if (!copy)
        return synp_no_memory(err);
    r->labels[r->n_labels++] = (label){cell, copy};
    return SYN_OK;
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
    at = finished_below(r, r->next.cell);
    if (at == r->n_cells || r->cells[at] != r->next.cell)
        return SYN_OK;
    if (r->is_numbered)
        return synp_rows_fail(&r->rows, "cell", err,
                              "expected the rows of a cell together, found cell %" PRIu64 " again", r->next.cell);
    return synp_rows_fail(&r->rows, "cell", err, "expected the rows of a cell together, found cell \"%.60s\" again",
                          r->names.name[r->next.cell]);
}

/* The cell of the row ahead. Cells with names have the number of their name. */
static syn_status find_cell(syn_sweeps *r, syn_error *err)
{
    const bool is_named = r->rows.columns.are_names;
    if (r->is_numbered) {
        r->next.cell = r->rows.cell;
        return SYN_OK;
    }
    const char *name = is_named ? r->rows.cell_text : r->file_name;
    if (r->next.cell < r->names.n && strcmp(r->names.name[r->next.cell], name) == 0)
        return SYN_OK;
    const syn_status status = synp_name_number(&r->names, name, &r->next.cell, err);
    return status ? synp_in_file(err, r->rows.in.name, status) : SYN_OK;
}

/* Reads one row into next, next_u, next_i; *more is false at the end of the last file. */
static syn_status read_ahead(syn_sweeps *r, bool *more, syn_error *err)
{
    syn_status status = SYN_OK;
    for (*more = false; !status && !*more && r->file < r->files.n;) {
        if (!r->is_open)
            status = open_file(r, err);
        if (!status)
            status = synp_rows_next(&r->rows, more, err);
        if (!status && !*more) {
            r->texts += r->rows.texts;
            close_file(r);
        }
    }
    if (status || !*more)
        return status;
    r->next.file = r->file;
    r->next.block = r->rows.block;
    r->next.cycle = r->rows.cycle;
    r->next_u = r->rows.value_u;
    r->next_i = r->rows.value_i;
    return find_cell(r, err);
}

static bool make_room(points *p, size_t n)
{
    while (p->room < n) {
        size_t room = p->room;
        if (!synp_grow(&p->u, sizeof *p->u, &room) || !synp_grow(&p->i, sizeof *p->i, &p->room))
            return false;
    }
    return true;
}

static syn_status take_point(syn_sweeps *r, syn_error *err)
{
    points *p = &r->points;
    if (!isfinite(r->next_u) || !isfinite(r->next_i)) {
        r->missing++;
        return SYN_OK;
    }
    if (p->n >= MOST_POINTS)
        return synp_rows_fail(&r->rows, "cycle", err, "expected at most %d points in a cycle", MOST_POINTS);
    if (p->n == p->room && !make_room(p, p->n + 1))
        return synp_no_memory(err);
    p->u[p->n] = r->next_u;
    p->i[p->n++] = r->next_i;
    return SYN_OK;
}

/* The row ahead begins a new unit, of the same cell or another. */
static syn_status check_order(syn_sweeps *r, syn_error *err)
{
    if (r->next.cell != r->now.cell)
        return change_cell(r, r->now.cell, err);
    if (!r->has_cycles || r->next.cycle > r->now.cycle)
        return SYN_OK;
    if (r->next.file != r->now.file)
        return synp_rows_fail(&r->rows, "cycle", err,
                              "expected later cycles of cell %" PRIu64 " than %" PRIu64 ", found %" PRIu64
                              "; --cycle-per-file numbers the cycles of several files",
                              r->next.cell, r->now.cycle, r->next.cycle);
    return synp_rows_fail(&r->rows, "cycle", err,
                          "expected the cycles of cell %" PRIu64 " in rising order, found %" PRIu64 " after %" PRIu64,
                          r->next.cell, r->next.cycle, r->now.cycle);
}

static bool is_same_unit(const unit *a, const unit *b)
{
    return a->cell == b->cell && a->cycle == b->cycle && a->block == b->block && a->file == b->file;
}

/* Begins the unit that the row ahead belongs to. */
static syn_status begin_unit(syn_sweeps *r, syn_error *err)
{
    const bool is_new_cell = !r->has_begun || r->next.cell != r->now.cell;
    r->has_begun = true;
    r->now = r->next;
    r->counts = r->has_cycles;
    r->records += !r->counts;
    r->points.n = 0;
    r->finder.n = 0;
    r->finder.largest = 0;
    r->finder.order = 0;
    r->finder.has_started = false;
    if (!is_new_cell)
        return SYN_OK;
    r->counter = r->shift = 0;
    return add_label(r, r->now.cell, r->is_numbered ? r->rows.name : r->names.name[r->now.cell], err);
}

/* Reads a unit, or the next part of one without numbers of cycles. *more is false after the last one. */
static syn_status read_unit(syn_sweeps *r, bool *more, syn_error *err)
{
    *more = true;
    syn_status status = r->is_ahead ? SYN_OK : read_ahead(r, more, err);
    r->is_ahead = false;
    if (status || !*more)
        return status;
    const bool is_part = r->goes_on;
    if (!is_part)
        status = begin_unit(r, err);
    const bool is_record = !is_part && r->rows.columns.cycle == SYNP_NO_COLUMN;
    const size_t most = is_record || is_part ? (r->points.n < PART / 2 ? PART : 2 * r->points.n) : SIZE_MAX;
    bool goes_on = true;
    while (!status && goes_on && r->points.n < most) {
        status = take_point(r, err);
        if (!status)
            status = read_ahead(r, more, err);
        goes_on = *more && is_same_unit(&r->next, &r->now);
    }
    r->is_ahead = *more;
    r->is_whole = !goes_on;
    if (!status && *more && !goes_on)
        status = check_order(r, err);
    *more = true;
    return status;
}

/* Finds the loops of the unit, or of its part. */
static syn_status cut_unit(syn_sweeps *r, syn_error *err)
{
    synp_loop_finder *f = &r->finder;
    const points *p = &r->points;
    synp_loop whole;
    r->loop = r->loops = 0;
    if (r->is_whole && !f->has_started && synp_is_one_loop(p->u, p->n, &whole))
        f->n = 0;
    else if (!synp_find_loops(f, p->u, p->n, r->is_whole))
        return synp_no_memory(err);
    else
        whole = (synp_loop){.end = p->n};
    if (f->n == 0 && r->is_whole) {
        if (f->room == 0 && !synp_grow(&f->loops, sizeof *f->loops, &f->room))
            return synp_no_memory(err);
        f->loops[f->n++] = whole;
    }
    r->loops = r->is_whole ? f->n : f->n > 1 ? f->n - 1 : 0;
    if (r->counts && r->loops > 1)
        note(&r->cut, r->now.cell, r->now.cycle + r->shift, r->loops);
    return SYN_OK;
}

/* The rest of a record moves to the front: it begins with the loop that may go on. */
static void keep_rest(syn_sweeps *r)
{
    points *p = &r->points;
    const size_t first = r->finder.n ? r->finder.loops[r->finder.n - 1].first : 0;
    memmove(p->u, p->u + first, (p->n - first) * sizeof *p->u);
    memmove(p->i, p->i + first, (p->n - first) * sizeof *p->i);
    p->n -= first;
    r->finder.has_started = r->finder.has_started || first > 0;
    r->goes_on = true;
}

/* Numbers a loop. */
static void hand_out(syn_sweeps *r, syn_sweep *out, synp_loop *loop)
{
    *loop = r->finder.loops[r->loop];
    r->shift += r->counts && r->loop > 0;
    *out = (syn_sweep){r->now.cell, r->counts ? r->now.cycle + r->shift : r->counter++, loop->end - loop->first,
                       r->points.u + loop->first, r->points.i + loop->first};
    r->loop++;
    if (!r->counts)
        r->found++;
    if (r->counts && r->loops == 1) { /* a cycle that is cut short, after cycles that return to 0 V */
        loop->is_open = loop->ends_far && r->returns;
        r->returns = !loop->ends_far;
    }
    if (loop->is_open)
        note(&r->open, out->cell, out->cycle, 0);
}

/* The next loop; out->n is 0 at the end. */
static syn_status next_loop(syn_sweeps *r, syn_sweep *out, synp_loop *loop, syn_error *err)
{
    *out = (syn_sweep){0};
    for (;;) {
        bool more;
        if (r->loop < r->loops) {
            hand_out(r, out, loop);
            return SYN_OK;
        }
        if (r->is_whole)
            r->goes_on = false;
        else
            keep_rest(r);
        syn_status status = read_unit(r, &more, err);
        if (status || !more)
            return status;
        r->loop = r->loops = 0;
        if (r->points.n > 0)
            status = cut_unit(r, err);
        if (status)
            return status;
    }
}

static bool append(points *p, const syn_sweep *s)
{
    if (!make_room(p, p->n + s->n))
        return false;
    memcpy(p->u + p->n, s->u, s->n * sizeof *p->u);
    memcpy(p->i + p->n, s->i, s->n * sizeof *p->i);
    p->n += s->n;
    return true;
}

static int sign_of(const synp_loop *l)
{
    return l->has_negative == l->has_positive ? 0 : l->has_negative ? -1 : 1;
}

/* Joins a sweep of one sign with the next one, if that has the other sign. The first pair sets the order. */
static syn_status join(syn_sweeps *r, syn_sweep *out, int sign, syn_error *err)
{
    r->first.n = 0;
    if (!append(&r->first, out))
        return synp_no_memory(err);
    const syn_status status = next_loop(r, &r->pending, &r->pending_loop, err);
    if (status)
        return status;
    r->has_pending = true;
    if (r->pending.n > 0 && r->pending.cell == out->cell && sign_of(&r->pending_loop) == -sign) {
        if (!append(&r->first, &r->pending))
            return synp_no_memory(err);
        note(&r->joined, out->cell, out->cycle, 0);
        r->join_sign = sign;
        r->has_pending = false;
        r->has_negative = r->has_positive = true;
        *(r->counts ? &r->shift : &r->counter) -= 1;
    } else {
        note(&r->lone, out->cell, out->cycle, 0);
    }
    out->n = r->first.n;
    out->u = r->first.u;
    out->i = r->first.i;
    return SYN_OK;
}

/* Joins the next sweep of the first half of the files with the next one of the other half. Where one is missing, the other
 * stays alone. */
static syn_status next_of_halves(syn_sweeps *r, syn_sweep *out, syn_error *err)
{
    synp_loop loop, *other = &r->pending_loop;
    syn_sweep *p = &r->pending;
    syn_status status = next_loop(r, out, &loop, err);
    if (!status && !r->has_pending)
        status = next_loop(r->partner, p, other, err);
    if (status)
        return status;
    r->has_pending = true;
    r->has_negative = r->has_negative || (p->n && other->has_negative) || (out->n && loop.has_negative);
    r->has_positive = r->has_positive || (p->n && other->has_positive) || (out->n && loop.has_positive);
    if (out->n == 0 || p->n == 0 || p->cell != out->cell) {
        if (out->n == 0) {
            *out = *p;
            r->has_pending = false;
        }
        if (out->n > 0)
            note(&r->lone, out->cell, out->cycle, 0);
        r->sweeps += out->n > 0;
        return SYN_OK;
    }
    if (sign_of(&loop) == 0 || sign_of(other) != -sign_of(&loop))
        return synp_rows_fail(
            &r->rows, "u", err,
            "expected sweeps of one sign in the first half of the files and of the other sign in the "
            "second half, found others in cycle %" PRIu64 " of cell %" PRIu64,
            out->cycle, out->cell);
    r->first.n = 0;
    if (!append(&r->first, out) || !append(&r->first, p))
        return synp_no_memory(err);
    note(&r->joined, out->cell, out->cycle, 0);
    r->has_pending = false;
    r->sweeps++;
    out->n = r->first.n;
    out->u = r->first.u;
    out->i = r->first.i;
    return SYN_OK;
}

syn_status syn_sweeps_next(syn_sweeps *r, syn_sweep *out, syn_error *err)
{
    if (r->partner)
        return next_of_halves(r, out, err);
    synp_loop loop = r->pending_loop;
    syn_status status = SYN_OK;
    *out = r->pending;
    if (!r->has_pending)
        status = next_loop(r, out, &loop, err);
    r->has_pending = false;
    if (status || out->n == 0)
        return status;
    const int sign = sign_of(&loop);
    r->sweeps++;
    r->has_negative = r->has_negative || loop.has_negative;
    r->has_positive = r->has_positive || loop.has_positive;
    if (sign == 0)
        return SYN_OK;
    if (!r->join_sign || r->join_sign == sign)
        return join(r, out, sign, err);
    note(&r->lone, out->cell, out->cycle, 0);
    return SYN_OK;
}

void syn_sweeps_signs(const syn_sweeps *r, bool *negative, bool *positive)
{
    *negative = r->has_negative;
    *positive = r->has_positive;
}

bool syn_sweeps_form(const syn_sweeps *r, int k, char *text, size_t size)
{
    if (k < 0 || k >= r->n_form)
        return false;
    snprintf(text, size, "%s", r->form[k]);
    return true;
}

/* "cycle 3 of cell 0", or with the name of the cell. */
static const char *place(const event *e, char *text, size_t size)
{
    snprintf(text, size, "cycle %" PRIu64 " of cell %" PRIu64, e->cycle, e->cell);
    return text;
}

static bool put(int *k, bool applies, char *text, size_t size, const char *line)
{
    if (!applies || (*k)-- > 0)
        return false;
    snprintf(text, size, "%s", line);
    return true;
}

bool syn_sweeps_note(const syn_sweeps *r, int k, char *text, size_t size)
{
    char line[256], where[80];
    const bool has_both = r->has_negative && r->has_positive;
    if (put(&k, r->has_guess, text, size,
            "no header: the column with the larger numbers was taken for the voltage in V, "
            "the other one for the current in A; --columns and --scale say it"))
        return true;
    if (put(&k, r->has_abs, text, size, "the current is its absolute value, |i|"))
        return true;
    if (put(&k, r->files.was_sorted, text, size, "the files were taken in the order of the numbers in their names"))
        return true;
    snprintf(line, sizeof line, "lines of text after the last row, left out: %" PRIu64, r->texts);
    if (put(&k, r->texts > 0, text, size, line))
        return true;
    snprintf(line, sizeof line,
             "no numbers of cycles: records were cut where they return to 0 V, %" PRIu64 " into %" PRIu64 " loops",
             r->records, r->found);
    if (put(&k, r->found > r->records, text, size, line))
        return true;
    snprintf(line, sizeof line,
             "several loops under one number of a cycle: %" PRIu64 " times, first %" PRIu64
             " loops in %s; they were cut, and later cycles moved up",
             r->cut.count, r->cut.size, place(&r->cut, where, sizeof where));
    if (put(&k, r->cut.count > 0, text, size, line))
        return true;
    snprintf(line, sizeof line, "sweeps of one sign were joined in pairs to %" PRIu64 " loops", r->joined.count);
    if (put(&k, r->joined.count > 0, text, size, line))
        return true;
    const char *hint = r->files.n > 1 && !r->partner ? "; --pairs joins files of SET and files of RESET sweeps" : "";
    snprintf(line, sizeof line, "sweeps of one sign alone: %" PRIu64 ", first %s%s", r->lone.count,
             place(&r->lone, where, sizeof where), hint);
    if (put(&k, r->lone.count > 0 && has_both, text, size, line))
        return true;
    snprintf(line, sizeof line, "incomplete loops, which begin or end far from 0 V: %" PRIu64 ", first %s",
             r->open.count, place(&r->open, where, sizeof where));
    return put(&k, r->open.count > 0, text, size, line);
}
