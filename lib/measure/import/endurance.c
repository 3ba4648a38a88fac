/* SPDX-License-Identifier: MIT */
#include <synaptogen/endurance.h>

#include "base/base.h"
#include "base/numeric.h"
#include "measure/import/files.h"
#include "measure/import/rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column of a feature: in the file as a resistance or its logarithm. */
typedef struct source {
    size_t column;
    double factor; /* to ohm or V */
    bool is_log;   /* log10 of ohm */
} source;

struct syn_endurance {
    synp_files files;
    synp_wishes wishes;
    size_t file;
    bool is_open;
    synp_rows rows;
    synp_name_list names;
    char file_name[SYNP_CELL_LENGTH];
    synp_columns columns;  /* cell and cycle */
    source *of[SYN_NFEAT]; /* [n[i]]: of feature i; several in a wide table */
    size_t n[SYN_NFEAT];
    double sign[SYN_NFEAT]; /* of the voltages: so that negative ones SET */
    bool is_guess, is_turned, has_files;
    size_t at;    /* pair of the row that comes next */
    size_t width; /* pairs of a row */
    syn_endurance_row now;
    uint64_t row, not_positive, first_line;
};

static const char *const what[SYN_NFEAT] = {"log10_r_hrs", "u_set", "r_lrs", "u_reset"};

static bool is_feature(synp_role role)
{
    return role >= SYNP_LOG_R_HRS && role <= SYNP_LOG_R_LRS;
}

/* Feature of a role. */
static int feature_of(synp_role role)
{
    return role == SYNP_LOG_R_HRS || role == SYNP_R_HRS ? SYN_LOG10_R_HRS
           : role == SYNP_U_SET                         ? SYN_U_SET
           : role == SYNP_U_RESET                       ? SYN_U_RESET
                                                        : SYN_R_LRS;
}

static syn_status add_source(syn_endurance *r, synp_role role, size_t column, syn_error *err)
{
    const int i = feature_of(role);
    const synp_name *name = &r->rows.form.names[column];
    const bool is_voltage = i == SYN_U_SET || i == SYN_U_RESET,
               is_log = role == SYNP_LOG_R_HRS || role == SYNP_LOG_R_LRS;
    double scale;
    const syn_status status = synp_find_scale(r->wishes.scale, role, &scale, err);
    if (status)
        return status;
    if (isnan(scale) && name->quantity && !is_log && name->quantity != (is_voltage ? 'V' : 'O'))
        return synp_fail(err, SYN_EFORMAT, what[i],
                         "expected a column in %s, found \"%.40s\"; a factor says more: --scale %s=1",
                         is_voltage ? "V" : "ohm", name->full, synp_role_word(role));
    source *more = realloc(r->of[i], (r->n[i] + 1) * sizeof *more);
    if (!more)
        return synp_no_memory(err);
    r->of[i] = more;
    r->of[i][r->n[i]++] = (source){column, is_log ? 1 : isnan(scale) ? name->factor : scale, is_log};
    return SYN_OK;
}

/* The columns of features: --columns, else by their names. */
static syn_status find_sources(syn_endurance *r, size_t *list, syn_error *err)
{
    const synp_form *f = &r->rows.form;
    for (synp_role role = SYNP_LOG_R_HRS; role <= SYNP_LOG_R_LRS; role++) {
        size_t n;
        syn_status status = synp_find_wish(f, r->wishes.columns, role, list, &n, err);
        for (size_t k = 0; k < n && !status; k++)
            status = add_source(r, role, list[k], err);
        for (size_t k = 0; k < f->width && n == 0 && !status; k++)
            if (f->names[k].role == role)
                status = add_source(r, role, k, err);
        if (status)
            return status;
    }
    return SYN_OK;
}

/* Column `column` of all rows of the look; returns how many numbers there are. */
static size_t look_at_column(const synp_rows *rows, size_t column, synp_field *fields, double *v)
{
    const synp_form *f = &rows->form;
    size_t n = 0;
    for (size_t k = f->first; k < rows->look.n; k++) {
        const char *line = rows->look.text + rows->look.at[k];
        if (!synp_is_comment(line) && synp_split(line, strlen(line), f->separator, fields, f->width) == f->width &&
            synp_read_number(fields[column], f->decimal, &v[n]) && fabs(v[n]) < SYNP_OVERFLOW)
            n++;
    }
    return n;
}

/* Median of a column; NAN if it has no number. */
static double median_of(const synp_rows *rows, size_t column, synp_field *fields, double *v)
{
    const size_t n = look_at_column(rows, column, fields, v);
    qsort(v, n, sizeof *v, synp_rising);
    return n ? v[n / 2] : NAN;
}

/* Tables without a header: perhaps an address or the number of a cycle, then resistances in turns. All medians are resistances of 1 ohm or more, and
 * those of one turn are by half above those of the other. */
static syn_status guess_sources(syn_endurance *r, synp_field *fields, double *v, syn_error *err)
{
    const synp_form *f = &r->rows.form;
    const size_t skip = f->width % 2;
    double least[2] = {INFINITY, INFINITY}, most[2] = {0, 0};
    for (size_t k = skip; k < f->width; k++) {
        const double m = median_of(&r->rows, k, fields, v);
        least[(k - skip) % 2] = fmin(least[(k - skip) % 2], isnan(m) ? -INFINITY : m);
        most[(k - skip) % 2] = fmax(most[(k - skip) % 2], m);
    }
    const bool is_down = least[0] > 1.5 * most[1], is_up = least[1] > 1.5 * most[0];
    if (f->width < 2 || !(is_down || is_up) || fmin(least[0], least[1]) < 1)
        return synp_fail(
            err, SYN_EFORMAT, "",
            "expected a header, or R_HRS and R_LRS in turns of which one is clearly larger, found %zu columns; "
            "name two: --columns r_hrs=1,r_lrs=2",
            f->width);
    syn_status status = SYN_OK;
    for (size_t k = skip; k < f->width && !status; k++)
        status = add_source(r, ((k - skip) % 2 == 0) == is_down ? SYNP_R_HRS : SYNP_R_LRS, k, err);
    if (f->width == 3) { /* one cycle in a row: its number before it */
        r->columns.cycle = 0;
    } else if (skip) {
        r->columns.cell[0] = 0;
        r->columns.n_cell = 1;
    }
    r->is_guess = true;
    return status;
}

static syn_status find_cells(syn_endurance *r, size_t *list, syn_error *err)
{
    const synp_form *f = &r->rows.form;
    synp_columns *c = &r->columns;
    size_t n;
    syn_status status = synp_find_wish(f, r->wishes.columns, SYNP_CELL, list, &n, err);
    for (size_t k = 0; k < f->width && n == 0 && !status; k++)
        if ((f->names[k].role == SYNP_CELL || f->names[k].role == SYNP_NAME) && c->n_cell < SYNP_CELL_COLUMNS)
            c->cell[c->n_cell++] = k;
    for (size_t k = 0; k < n && c->n_cell < SYNP_CELL_COLUMNS && !status; k++)
        c->cell[c->n_cell++] = list[k];
    if (c->n_cell > 1 && f->names[c->cell[0]].rank == 3 && n == 0)
        c->n_cell = 1; /* cell, and name beside it */
    if (!status)
        status = synp_find_wish(f, r->wishes.columns, SYNP_CYCLE, list, &n, err);
    for (size_t k = 0; k < f->width && n == 0 && !status; k++)
        if (f->names[k].role == SYNP_CYCLE)
            list[n++] = k;
    c->cycle = n > 0 && !status ? list[0] : SYNP_NO_COLUMN;
    return status;
}

/* Pairs of a wide table must be complete; other features have one column. */
static syn_status check_sources(syn_endurance *r, syn_error *err)
{
    char found[150];
    const size_t hrs = r->n[SYN_LOG10_R_HRS], lrs = r->n[SYN_R_LRS];
    r->width = hrs > lrs ? hrs : lrs;
    const bool is_wide = r->width > 1;
    r->width = r->width > 0 ? r->width : 1;
    synp_list_columns(&r->rows.form, found, sizeof found);
    if (r->n[0] + r->n[1] + r->n[2] + r->n[3] == 0)
        return synp_fail(err, SYN_EFORMAT, "", "expected columns such as R_HRS and R_LRS, found %s", found);
    if (is_wide &&
        ((hrs != lrs && hrs && lrs) || r->n[SYN_U_SET] || r->n[SYN_U_RESET] || r->columns.cycle != SYNP_NO_COLUMN))
        return synp_fail(err, SYN_EFORMAT, "",
                         "expected one column of each feature, or R_HRS and R_LRS in turns, found %s", found);
    if (r->n[SYN_U_SET] > 1 || r->n[SYN_U_RESET] > 1)
        return synp_fail(err, SYN_EFORMAT, "", "expected one column of u_set and one of u_reset, found %s", found);
    return SYN_OK;
}

/* Negative voltages SET in the library. In the file they may be positive, or all voltages may be without a sign. */
static void find_signs(syn_endurance *r, synp_field *fields, double *v)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        r->sign[i] = 1;
        if ((i == SYN_U_SET || i == SYN_U_RESET) && r->n[i] == 1) {
            const double m = median_of(&r->rows, r->of[i][0].column, fields, v);
            r->sign[i] = (i == SYN_U_SET) == (m > 0) ? -1 : 1;
        }
        r->is_turned = r->is_turned || r->sign[i] < 0;
    }
}

static bool cells_have_names(const syn_endurance *r, synp_field *fields)
{
    const synp_form *f = &r->rows.form;
    uint64_t number;
    for (size_t k = f->first; k < r->rows.look.n && r->columns.n_cell == 1; k++) {
        const char *line = r->rows.look.text + r->rows.look.at[k];
        if (!synp_is_comment(line) && synp_split(line, strlen(line), f->separator, fields, f->width) == f->width &&
            !synp_read_whole(fields[r->columns.cell[0]], f->decimal, &number))
            return true;
    }
    return r->columns.n_cell > 1;
}

static syn_status open_file(syn_endurance *r, syn_error *err)
{
    syn_status status = synp_rows_begin(&r->rows, r->files.path[r->file], err);
    if (status)
        return status;
    r->is_open = true;
    const size_t width = r->rows.form.width;
    size_t *list = malloc(width * sizeof *list);
    double *v = malloc(SYNP_LOOK_LINES * sizeof *v);
    synp_field *fields = malloc(width * sizeof *fields);
    r->columns = (synp_columns){.cycle = SYNP_NO_COLUMN, .name = SYNP_NO_COLUMN};
    memset(r->n, 0, sizeof r->n);
    r->row = 0;
    if (!list || !v || !fields)
        status = synp_no_memory(err);
    if (!status)
        status = find_cells(r, list, err);
    if (!status)
        status = find_sources(r, list, err);
    if (!status && !r->rows.form.has_header && r->n[0] + r->n[1] + r->n[2] + r->n[3] == 0)
        status = guess_sources(r, fields, v, err);
    if (!status)
        status = check_sources(r, err);
    if (!status) {
        find_signs(r, fields, v);
        r->columns.are_names = cells_have_names(r, fields);
        synp_files_name(&r->files, r->file, false, r->file_name, sizeof r->file_name);
        r->at = r->width;
    }
    free(list);
    free(v);
    free(fields);
    if (status != SYN_EFORMAT)
        return status;
    r->rows.line = (r->rows.form.has_header ? r->rows.form.header : r->rows.form.first) + 1;
    if (err) {
        synp_in_file(err, r->rows.in.name, status);
        err->line = (int)r->rows.line;
    }
    return status;
}

bool syn_endurance_is_table(const syn_import *o)
{
    synp_rows rows;
    bool has_u = false, has_i = false, has_feature = false;
    if (o->n_files == 0 || strcmp(o->files[0], "-") == 0 || synp_rows_begin(&rows, o->files[0], NULL))
        return false;
    for (const char *at = o->columns; at;) {
        synp_role role;
        synp_field value;
        if (synp_next_wish(&at, "columns", &role, &value, NULL))
            break;
        has_u = has_u || role == SYNP_U;
        has_i = has_i || role == SYNP_I;
        has_feature = has_feature || is_feature(role);
    }
    const synp_form *f = &rows.form;
    for (size_t k = 0; k < f->width; k++) {
        has_u = has_u || (f->names[k].role == SYNP_U && f->names[k].rank > 0);
        has_i = has_i || ((f->names[k].role == SYNP_I || f->names[k].role == SYNP_ABS_I) && f->names[k].rank > 1);
        has_feature = has_feature || is_feature(f->names[k].role);
    }
    bool is_table = has_feature && !has_i;
    if (!f->has_header && !has_u && !has_i && !o->columns) { /* no voltage is as large */
        synp_field *fields = malloc(f->width * sizeof *fields);
        double *v = malloc(SYNP_LOOK_LINES * sizeof *v), low = INFINITY;
        for (size_t k = f->width % 2; k < f->width && fields && v; k++)
            low = fmin(low, median_of(&rows, k, fields, v));
        is_table = fields && v && low > 60 && low < INFINITY;
        free(fields);
        free(v);
    }
    synp_rows_close(&rows);
    return is_table;
}

syn_status syn_endurance_open(const syn_import *o, syn_endurance **out, syn_error *err)
{
    *out = NULL;
    if (o->n_files == 0)
        return synp_fail(err, SYN_EINVAL, "files", "expected a file, found none");
    syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_import", err);
    if (status)
        return status;
    syn_endurance *r = calloc(1, sizeof *r);
    if (!r)
        return synp_no_memory(err);
    r->wishes = (synp_wishes){o->columns, o->scale, 0};
    status = synp_files_begin(&r->files, o->files, o->n_files, err);
    if (!status)
        status = open_file(r, err);
    if (status)
        syn_endurance_close(r);
    else
        *out = r;
    return status;
}

void syn_endurance_close(syn_endurance *r)
{
    if (!r)
        return;
    if (r->is_open)
        synp_rows_close(&r->rows);
    for (int i = 0; i < SYN_NFEAT; i++)
        free(r->of[i]);
    synp_files_end(&r->files);
    synp_name_list_free(&r->names);
    free(r);
}

/* Cell and cycle of a new row. */
static syn_status begin_row(syn_endurance *r, syn_error *err)
{
    const synp_columns *c = &r->columns;
    const uint64_t last = r->now.cell;
    char name[SYNP_CELL_LENGTH];
    syn_status status = SYN_OK;
    if (c->n_cell > 0 && !c->are_names) {
        status = synp_rows_whole(&r->rows, c->cell[0], SYNP_CELL, &r->now.cell, err);
    } else {
        if (c->n_cell > 0)
            synp_join_cell(c, r->rows.fields, name, sizeof name);
        else if (r->width > 1)
            snprintf(name, sizeof name, "%.70s%srow %" PRIu64, r->files.n > 1 ? r->file_name : "",
                     r->files.n > 1 ? " " : "", r->row + 1);
        else
            snprintf(name, sizeof name, "%s", r->file_name);
        status = synp_name_number(&r->names, name, &r->now.cell, err);
    }
    const bool is_first = r->row++ == 0 || r->now.cell != last;
    if (!status && c->cycle != SYNP_NO_COLUMN)
        return synp_rows_whole(&r->rows, c->cycle, SYNP_CYCLE, &r->now.cycle, err);
    r->now.cycle = is_first || r->width > 1 ? 0 : r->now.cycle + 1;
    return status;
}

/* Feature i of pair k of the current row. */
static syn_status read_feature(syn_endurance *r, int i, size_t k, double *out, syn_error *err)
{
    static const synp_role roles[SYN_NFEAT] = {SYNP_LOG_R_HRS, SYNP_U_SET, SYNP_R_LRS, SYNP_U_RESET};
    *out = NAN;
    if (k >= r->n[i])
        return SYN_OK;
    const source *s = &r->of[i][k];
    double x;
    const syn_status status = synp_rows_number(&r->rows, s->column, roles[i], &x, err);
    if (status || isnan(x))
        return status;
    const bool is_resistance = i == SYN_LOG10_R_HRS || i == SYN_R_LRS;
    const double ohm = s->is_log ? pow(10, x) : x * s->factor;
    if (is_resistance && s->is_log && ohm >= SYNP_OVERFLOW) /* missing, as that number itself would be */
        return SYN_OK;
    if (is_resistance && !(ohm > 0)) {
        r->not_positive++;
        return SYN_OK;
    }
    x = i == SYN_R_LRS ? ohm : i == SYN_LOG10_R_HRS ? (s->is_log ? x : log10(ohm)) : x * s->factor;
    *out = is_resistance ? x : r->sign[i] * x;
    return SYN_OK;
}

syn_status syn_endurance_next(syn_endurance *r, syn_endurance_row *out, bool *more, syn_error *err)
{
    while (r->at >= r->width) {
        *more = false;
        if (!r->is_open) {
            if (r->file >= r->files.n)
                return SYN_OK;
            const syn_status opened = open_file(r, err);
            if (opened)
                return opened;
        }
        syn_status status = synp_rows_split(&r->rows, more, err);
        if (!status && *more)
            status = begin_row(r, err);
        if (status)
            return status;
        if (*more) {
            r->at = 0;
        } else {
            synp_rows_close(&r->rows);
            r->is_open = false;
            r->file++;
        }
    }
    *more = true;
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_status status = read_feature(r, i, r->at, &r->now.y[i], err);
        if (status)
            return status;
    }
    *out = r->now;
    if (r->width > 1)
        r->now.cycle++;
    r->at++;
    return SYN_OK;
}

const char *syn_endurance_cell(const syn_endurance *r, uint64_t cell)
{
    return cell < r->names.n ? r->names.name[cell] : "";
}

bool syn_endurance_form(const syn_endurance *r, int k, char *text, size_t size)
{
    const synp_form *f = &r->rows.form;
    int line = 0;
    if (k == line++) {
        snprintf(text, size, "%s, %s, %s, %zu columns%s", synp_encoding_name(r->rows.in.encoding),
                 synp_separator_name(f->separator), f->decimal == ',' ? "decimal comma" : "decimal point", f->width,
                 f->has_header ? "" : " without a header");
        return true;
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        if (r->n[i] > 0 && k == line++) {
            const source *s = &r->of[i][0];
            snprintf(text, size, "%s: column %zu%s%.60s%s%s", what[i], s->column + 1, f->has_header ? " \"" : "",
                     f->has_header && f->names ? f->names[s->column].full : "", f->has_header ? "\"" : "",
                     r->n[i] > 1 ? " and every second one after it" : "");
            return true;
        }
    return false;
}

bool syn_endurance_note(const syn_endurance *r, int k, char *text, size_t size)
{
    if (r->is_guess && k-- == 0) {
        snprintf(text, size, "no header: the larger resistances were taken for R_HRS; --columns says it");
        return true;
    }
    if (r->is_turned && k-- == 0) {
        snprintf(text, size,
                 "positive voltages SET, or voltages have no sign: u_set is negative and u_reset positive now");
        return true;
    }
    if (r->not_positive > 0 && k-- == 0) {
        snprintf(text, size, "resistances that are not positive, taken as missing: %" PRIu64, r->not_positive);
        return true;
    }
    return false;
}
