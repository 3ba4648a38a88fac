/* SPDX-License-Identifier: MIT */
#include "measure/import/columns.h"

#include "base/base.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger numbers are hardly volts or amperes: without a unit they are refused. */
static const double most_volts = 60, most_amperes = 0.03;

void synp_list_columns(const synp_form *f, char *text, size_t size)
{
    enum { SHOWN = 90 };
    size_t at = 0;
    text[0] = '\0';
    if (!f->has_header)
        snprintf(text, size, "%zu columns without names", f->width);
    for (size_t k = 0; f->has_header && k < f->width && at < size; k++) {
        if (at > SHOWN && k + 1 < f->width) {
            at += (size_t)snprintf(text + at, size - at, ", ... (%zu)", f->width);
            break;
        }
        at += (size_t)snprintf(text + at, size - at, "%s\"%.24s\"", k ? ", " : "", f->names[k].full);
    }
    if (at < size && f->width > 1)
        snprintf(text + strlen(text), size - strlen(text), " (separator: %s)", synp_separator_name(f->separator));
}

static syn_status refuse_option(const char *option, const char *found, const char *hint, syn_error *err)
{
    return synp_fail(err, SYN_EINVAL, option, "expected %s, found \"%.60s\"", hint, found);
}

syn_status synp_next_wish(const char **at, const char *option, synp_role *role, synp_field *value, syn_error *err)
{
    const char *text = *at, *sign = strchr(text, '=');
    *role = sign ? synp_role_of(synp_trim(text, (size_t)(sign - text))) : SYNP_NO_ROLE;
    if (*role == SYNP_NO_ROLE)
        return refuse_option(option, text, "u=..., i=..., cycle=..., cell=... or a feature, with commas between",
                             err);
    const char *end = sign + 1;
    for (*at = NULL; *end; end++) { /* a comma belongs to the value unless "word=" follows */
        const char *next = *end == ',' ? strchr(end, '=') : NULL;
        if (next && synp_role_of(synp_trim(end + 1, (size_t)(next - end - 1)))) {
            *at = end + 1;
            break;
        }
    }
    *value = synp_trim(sign + 1, (size_t)(end - sign - 1));
    return value->n > 0 ? SYN_OK : refuse_option(option, text, "a value after =", err);
}

syn_status synp_find_scale(const char *scale, synp_role role, double *out, syn_error *err)
{
    *out = NAN;
    for (const char *at = scale; at;) {
        synp_role found;
        synp_field value;
        double x;
        const char *here = at;
        const syn_status status = synp_next_wish(&at, "scale", &found, &value, err);
        if (status)
            return status;
        if (!synp_read_number(value, '.', &x) || x == 0)
            return refuse_option("scale", here, "a number other than 0 after =", err);
        *out = found == role ? x : *out;
    }
    return SYN_OK;
}

/* The columns of that number or name. A name may be given with or without unit and brackets. */
static size_t find_named(const synp_form *f, synp_field value, size_t *list)
{
    uint64_t number;
    char text[SYNP_NAME_LENGTH];
    size_t n = 0;
    if (synp_read_whole(value, '.', &number) && number >= 1 && number <= f->width) {
        list[0] = (size_t)number - 1;
        return 1;
    }
    snprintf(text, sizeof text, "%.*s", (int)(value.n < sizeof text ? value.n : sizeof text - 1), value.at);
    for (int pass = 0; pass < 3 && n == 0; pass++)
        for (size_t k = 0; k < f->width; k++) {
            const synp_name *name = &f->names[k];
            if (pass == 0   ? strcmp(name->full, text) == 0
                : pass == 1 ? synp_is_same_name(name->full, text)
                            : synp_is_same_name(name->base, text))
                list[n++] = k;
        }
    return n;
}

syn_status synp_find_wish(const synp_form *f, const char *columns, synp_role role, size_t *list, size_t *n,
                          syn_error *err)
{
    char found[200];
    *n = 0;
    for (const char *at = columns; at;) {
        synp_role which;
        synp_field value;
        const syn_status status = synp_next_wish(&at, "columns", &which, &value, err);
        if (status)
            return status;
        if (which != role)
            continue;
        *n = find_named(f, value, list);
        synp_list_columns(f, found, sizeof found);
        if (*n == 0)
            return synp_fail(err, SYN_EINVAL, "columns",
                             "expected a name or a number of a column, found \"%.*s\" and %s",
                             value.n < 30 ? (int)value.n : 30, value.at, found);
    }
    return SYN_OK;
}

/* All columns of a role that have the highest rank. */
static size_t find_role(const synp_form *f, synp_role role, size_t *list)
{
    int best = -1;
    size_t n = 0;
    for (size_t k = 0; k < f->width; k++)
        if (f->names[k].role == role && f->names[k].rank >= best) {
            n = f->names[k].rank > best ? 0 : n;
            best = f->names[k].rank;
            list[n++] = k;
        }
    return n;
}

/* Whether the columns are the same quantity again and again: "V", "V" or "V[1][1]", "V[1][2]". */
static bool is_series(const synp_form *f, const size_t *list, size_t n)
{
    for (size_t k = 1; k < n; k++)
        if (!synp_is_same_name(f->names[list[0]].base, f->names[list[k]].base))
            return false;
    return true;
}

static syn_status refuse_columns(const synp_form *f, const char *what, synp_role role, const char *number,
                                 syn_error *err)
{
    char found[150];
    const char *word = synp_role_word(role);
    synp_list_columns(f, found, sizeof found);
    bool has_feature = false, has_current = false;
    for (size_t k = 0; k < f->width; k++) {
        has_feature = has_feature || f->names[k].role >= SYNP_LOG_R_HRS;
        has_current = has_current || f->names[k].role == SYNP_I;
    }
    if (has_feature && !has_current)
        return synp_fail(err, SYN_EFORMAT, word,
                         "expected %s of the %s, found %s: a table of features, which `synaptogen import` reads",
                         number, what, found);
    return synp_fail(err, SYN_EFORMAT, word, "expected %s of the %s, found %s; name it: --columns %s=NAME or %s=%s",
                     number, what, found, word, word, "NUMBER");
}

/* The unit, or --scale, as a factor. */
static syn_status find_factor(const synp_form *f, const synp_wishes *w, synp_role role, size_t column, double *out,
                              syn_error *err)
{
    const synp_name *name = &f->names[column];
    const bool is_u = role == SYNP_U, has_shunt = !is_u && w->shunt > 0;
    const char quantity = is_u || has_shunt ? 'V' : 'A', *word = synp_role_word(role);
    double scale;
    const syn_status status = synp_find_scale(w->scale, role, &scale, err);
    if (status)
        return status;
    if (isnan(scale) && name->quantity && name->quantity != quantity)
        return synp_fail(err, SYN_EFORMAT, word,
                         "expected a column in %s, found \"%.40s\"; choose another one with --columns, or a factor: "
                         "--scale %s=1e-3",
                         quantity == 'V' ? "V, mV, ..." : "A, mA, uA, ...", name->full, word);
    *out = (isnan(scale) ? name->factor : scale) / (has_shunt ? w->shunt : 1);
    return SYN_OK;
}

static syn_status choose_pairs(const synp_form *f, const synp_wishes *w, size_t *us, size_t *is, synp_columns *out,
                               syn_error *err)
{
    size_t nu, ni;
    syn_status status = synp_find_wish(f, w->columns, SYNP_U, us, &nu, err);
    if (!status)
        status = synp_find_wish(f, w->columns, SYNP_I, is, &ni, err);
    if (status)
        return status;
    if (nu == 0)
        nu = find_role(f, SYNP_U, us);
    if (ni == 0)
        ni = find_role(f, SYNP_I, is);
    if (ni == 0) {
        ni = find_role(f, SYNP_ABS_I, is);
        out->is_abs = ni > 0;
    }
    if (nu == 0)
        return refuse_columns(f, "voltage (u, V, Voltage, ...)", SYNP_U, "a column", err);
    if (ni == 0)
        return refuse_columns(f, "current (i, I, Current, ...)", SYNP_I, "a column", err);
    if (!is_series(f, us, nu))
        return refuse_columns(f, "voltage", SYNP_U, "one column", err);
    if (!is_series(f, is, ni) || (nu != ni && nu > 1))
        return refuse_columns(f, "current", SYNP_I, nu > 1 ? "as many columns as of the voltage" : "one column", err);
    out->pairs = malloc(ni * sizeof *out->pairs);
    if (!out->pairs)
        return synp_no_memory(err);
    out->n_pairs = ni;
    for (size_t k = 0; k < ni && !status; k++) {
        synp_pair_of_columns *p = &out->pairs[k];
        *p = (synp_pair_of_columns){.u = us[nu > 1 ? k : 0], .i = is[k]};
        status = find_factor(f, w, SYNP_U, p->u, &p->u_factor, err);
        if (!status)
            status = find_factor(f, w, SYNP_I, p->i, &p->i_factor, err);
    }
    return status;
}

void synp_join_cell(const synp_columns *c, const synp_field *fields, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t k = 0; k < c->n_cell; k++) {
        const synp_field f = fields[c->cell[k]];
        if (k > 0 && at + 1 < size)
            text[at++] = '/';
        for (size_t j = 0; j < f.n && at + 1 < size; j++)
            text[at++] = (unsigned char)f.at[j] < 0x20 || f.at[j] == ',' || f.at[j] == '"' ? '_' : f.at[j];
        text[at] = '\0';
    }
}

/* What the rows of the look say about chosen columns. */
typedef struct survey {
    size_t rows, cycle_changes;
    size_t cell_changes[SYNP_CELL_COLUMNS];
    double u, i; /* largest absolute values of the first pair, as in the file */
    bool are_names;
} survey;

static bool is_same(synp_field a, synp_field b)
{
    return a.n == b.n && memcmp(a.at, b.at, a.n) == 0;
}

static syn_status look_at_rows(const synp_form *f, const synp_look *look, const synp_columns *c, survey *out,
                               syn_error *err)
{
    synp_field *now = malloc(f->width * sizeof *now), *last = malloc(f->width * sizeof *last);
    *out = (survey){0};
    for (size_t k = f->first; k < look->n && now && last; k++) {
        const char *line = look->text + look->at[k];
        double x;
        uint64_t whole;
        if (synp_is_comment(line) || synp_split(line, strlen(line), f->separator, now, f->width) != f->width ||
            f->is_blocks)
            continue;
        if (c->n_pairs > 0 && synp_read_number(now[c->pairs[0].u], f->decimal, &x) && fabs(x) < SYNP_OVERFLOW)
            out->u = fmax(out->u, fabs(x));
        if (c->n_pairs > 0 && synp_read_number(now[c->pairs[0].i], f->decimal, &x) && fabs(x) < SYNP_OVERFLOW)
            out->i = fmax(out->i, fabs(x));
        for (size_t j = 0; j < c->n_cell; j++) {
            out->cell_changes[j] += out->rows > 0 && !is_same(now[c->cell[j]], last[c->cell[j]]);
            out->are_names = out->are_names || !synp_read_whole(now[c->cell[j]], f->decimal, &whole);
        }
        if (c->cycle != SYNP_NO_COLUMN)
            out->cycle_changes += out->rows > 0 && !is_same(now[c->cycle], last[c->cycle]);
        synp_field *other = last;
        last = now;
        now = other;
        out->rows++;
    }
    const bool enough = now && last;
    free(now);
    free(last);
    return enough ? SYN_OK : synp_no_memory(err);
}

static syn_status choose_cell(const synp_form *f, const synp_wishes *w, size_t *list, synp_columns *out,
                              syn_error *err)
{
    size_t n;
    syn_status status = synp_find_wish(f, w->columns, SYNP_CELL, list, &n, err);
    if (status)
        return status;
    const bool is_wish = n > 0;
    if (!is_wish)
        n = find_role(f, SYNP_CELL, list);
    for (size_t k = 0; k < n && k < SYNP_CELL_COLUMNS; k++)
        out->cell[out->n_cell++] = list[k];
    if (!is_wish && find_role(f, SYNP_NAME, list) == 1) {
        if (n == 0)
            out->cell[out->n_cell++] = list[0];
        else
            out->name = list[0];
    }
    status = synp_find_wish(f, w->columns, SYNP_CYCLE, list, &n, err);
    if (status)
        return status;
    if (n == 0)
        n = find_role(f, SYNP_CYCLE, list);
    out->cycle = n > 0 ? list[0] : SYNP_NO_COLUMN;
    return SYN_OK;
}

/* A column called "No" or "Sample" that changes from row to row counts points, not cycles or cells. */
static void drop_ordinals(const synp_form *f, const synp_wishes *w, const survey *s, synp_columns *c)
{
    size_t kept = 0;
    const size_t most = s->rows / 2;
    if (c->cycle != SYNP_NO_COLUMN && f->names[c->cycle].rank < 3 && !w->columns && s->cycle_changes > most)
        c->cycle = SYNP_NO_COLUMN;
    for (size_t k = 0; k < c->n_cell; k++)
        if (f->names[c->cell[k]].rank == 3 || w->columns || s->cell_changes[k] <= most)
            c->cell[kept++] = c->cell[k];
    c->n_cell = kept;
}

/* Numbers that are no volts or amperes, in a column without a unit. */
static syn_status check_sizes(const synp_form *f, const synp_wishes *w, const survey *s, const synp_columns *c,
                              syn_error *err)
{
    const synp_name *u = &f->names[c->pairs[0].u], *i = &f->names[c->pairs[0].i];
    double u_scale, i_scale;
    syn_status status = synp_find_scale(w->scale, SYNP_U, &u_scale, err);
    if (!status)
        status = synp_find_scale(w->scale, SYNP_I, &i_scale, err);
    if (status)
        return status;
    if (!u->quantity && u->rank < 3 && isnan(u_scale) && s->u > most_volts)
        return synp_fail(
            err, SYN_EFORMAT, "u",
            "expected a unit, since %g is hardly in V, found \"%.40s\"; say what it is: --scale u=1e-3 for mV", s->u,
            u->full);
    if (!i->quantity && i->rank < 3 && isnan(i_scale) && s->i * fabs(c->pairs[0].i_factor) > most_amperes)
        return synp_fail(
            err, SYN_EFORMAT, "i",
            "expected a unit, since %g is hardly in A, found \"%.40s\"; say what it is: --scale i=1e-3 for "
            "mA, i=1e-6 for uA",
            s->i, i->full);
    return SYN_OK;
}

/* Two columns without a header: the voltage has the larger numbers by far. */
static syn_status guess_pair(const synp_form *f, const synp_look *look, const synp_wishes *w, synp_columns *out,
                             syn_error *err)
{
    survey s;
    synp_pair_of_columns both = {0, 1, 1, 1};
    synp_columns c = {.n_pairs = 1, .pairs = &both, .cycle = SYNP_NO_COLUMN};
    const syn_status status = look_at_rows(f, look, &c, &s, err);
    if (status)
        return status;
    const double large = fmax(s.u, s.i), small = fmin(s.u, s.i);
    if (f->width != 2 || !(large > 20 * small && large > 0.02 && large < most_volts && small > 0) || w->shunt > 0)
        return synp_fail(
            err, SYN_EFORMAT, "",
            "expected a header, or two columns of which one is clearly a voltage, found %zu columns with up "
            "to %.3g and %.3g; name them: --columns u=1,i=2, and --scale i=1e-3 if i is in mA",
            f->width, s.u, s.i);
    out->pairs = malloc(sizeof *out->pairs);
    if (!out->pairs)
        return synp_no_memory(err);
    *out->pairs = (synp_pair_of_columns){s.u > s.i ? 0 : 1, s.u > s.i ? 1 : 0, 1, 1};
    out->n_pairs = 1;
    out->is_guess = true;
    syn_status scaled = find_factor(f, w, SYNP_U, out->pairs->u, &out->pairs->u_factor, err);
    return scaled ? scaled : find_factor(f, w, SYNP_I, out->pairs->i, &out->pairs->i_factor, err);
}

static syn_status choose(const synp_form *f, const synp_look *look, const synp_wishes *w, size_t *list,
                         synp_columns *out, syn_error *err)
{
    survey s;
    if (f->has_header && f->name_width != f->width && f->first < look->n)
        return synp_fail(err, SYN_EFORMAT, "",
                         "expected %zu names in the header as there are columns, found %zu (separator: %s)%s",
                         f->width, f->name_width, synp_separator_name(f->separator),
                         f->separator == ',' && f->width == 2 * f->name_width
                             ? "; commas are decimal signs and separators at once"
                             : "");
    syn_status status = !f->has_header && !w->columns ? guess_pair(f, look, w, out, err)
                                                      : choose_pairs(f, w, list, list + f->width, out, err);
    if (!status)
        status = choose_cell(f, w, list, out, err);
    if (!status)
        status = look_at_rows(f, look, out, &s, err);
    if (status)
        return status;
    drop_ordinals(f, w, &s, out);
    out->are_names = out->n_cell > 1 || (out->n_cell == 1 && s.are_names);
    if (out->n_pairs > 1 && (out->n_cell > 0 || out->cycle != SYNP_NO_COLUMN))
        return synp_fail(err, SYN_EFORMAT, "",
                         "expected one pair of voltage and current beside a column of cells or cycles, found %zu",
                         out->n_pairs);
    return check_sizes(f, w, &s, out, err);
}

syn_status synp_choose_columns(const synp_form *f, const synp_look *look, const synp_wishes *w, synp_columns *out,
                               syn_error *err)
{
    size_t *list = malloc(2 * f->width * sizeof *list);
    *out = (synp_columns){.cycle = SYNP_NO_COLUMN, .name = SYNP_NO_COLUMN};
    const syn_status status = list ? choose(f, look, w, list, out, err) : synp_no_memory(err);
    free(list);
    return status;
}

void synp_columns_free(synp_columns *c)
{
    free(c->pairs);
    c->pairs = NULL;
}
