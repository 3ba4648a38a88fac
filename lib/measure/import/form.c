/* SPDX-License-Identifier: MIT */
#include "measure/import/form.h"

#include "base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *line_of(const synp_look *look, size_t k)
{
    return look->text + look->at[k];
}

const char *synp_separator_name(char separator)
{
    return separator == ',' ? "comma" : separator == ';' ? "semicolon" : separator == '\t' ? "tab" : "blanks";
}

bool synp_is_comment(const char *line)
{
    line += strspn(line, " \t");
    return !*line || *line == '#' || *line == '%' || strncmp(line, "//", 2) == 0;
}

bool synp_begins_with(const char *line, const char *word)
{
    line += strspn(line, " \t\"");
    const size_t n = strlen(word);
    return strncasecmp(line, word, n) == 0 && !isalnum((unsigned char)line[n]);
}

/* End of the field at `at`: the separator, or `end`. A separator between quotation marks belongs to the field. */
static const char *field_end(const char *at, const char *end, char separator)
{
    const char *start = at + strspn(at, " ");
    if (separator == ' ') {
        if (*at == '"') {
            const char *close = memchr(at + 1, '"', (size_t)(end - at - 1));
            at = close ? close + 1 : at;
        }
        while (at < end && *at != ' ' && *at != '\t')
            at++;
        return at;
    }
    if (start < end && *start == '"') {
        const char *close = memchr(start + 1, '"', (size_t)(end - start - 1));
        at = close ? close + 1 : at;
    }
    const char *found = memchr(at, separator, (size_t)(end - at));
    return found ? found : end;
}

size_t synp_split(const char *line, size_t n, char separator, synp_field *out, size_t most)
{
    const char *at = line, *end = line + n;
    size_t count = 0;
    if (separator == ' ') {
        const synp_field whole = synp_trim(line, n);
        at = whole.at;
        end = whole.at + whole.n;
    }
    for (;; at++) {
        const char *close = field_end(at, end, separator);
        if (count < most) {
            synp_field f = synp_trim(at, (size_t)(close - at));
            if (f.n >= 2 && f.at[0] == '"' && f.at[f.n - 1] == '"')
                f = synp_trim(f.at + 1, f.n - 2);
            out[count] = f;
        }
        count++;
        at = close;
        if (at == end)
            return count;
        while (separator == ' ' && at + 1 < end && (at[1] == ' ' || at[1] == '\t'))
            at++;
    }
}

/* Whether a mark that could be a separator stands between two figures, as in "0;1" or "0,5": then the field was not cut
 * where it should. Colons belong to a time of day. */
static bool is_torn(synp_field f, char decimal)
{
    if (memchr(f.at, ':', f.n))
        return false;
    for (size_t k = 1; k + 1 < f.n; k++) {
        size_t j = k;
        if (!isdigit((unsigned char)f.at[k - 1]) || !strchr(",; \t", f.at[k]) || f.at[k] == decimal)
            continue;
        while (j + 1 < f.n && strchr(" \t", f.at[j]))
            j++;
        j += strchr(",;", f.at[j]) != NULL && j + 1 < f.n;
        if (isdigit((unsigned char)f.at[j]) || strchr("+-.", f.at[j]))
            return true;
    }
    return false;
}

/* How many figures a line has, 0 if it is no line of data. *width: its fields. */
static size_t figures(const char *line, char separator, char decimal, synp_field *fields, size_t *width)
{
    double x;
    size_t numbers = 0, present = 0;
    *width = synp_split(line, strlen(line), separator, fields, SYNP_MOST_FIELDS);
    const size_t n = *width < SYNP_MOST_FIELDS ? *width : SYNP_MOST_FIELDS;
    for (size_t k = 0; k < n; k++) {
        const synp_field f = fields[k];
        const bool is_number = synp_read_number(f, decimal, &x);
        if (!is_number && is_torn(f, decimal))
            return 0;
        numbers += is_number && f.at[f.n - 1] != ',';
        present += !synp_is_missing(f);
    }
    return numbers >= 2 || (numbers == 1 && present == 1 && n >= 2) ? numbers : 0;
}

/* Counts the figures of all lines of data for one separator and decimal sign; *first: the line that begins three lines of
 * data of the same width, or as many as there are up to the end. */
static size_t score(const synp_look *look, char separator, char decimal, synp_field *fields, size_t *first,
                    size_t *width)
{
    enum { RUN = 3 };
    size_t total = 0, run = 0, last = 0, begin = look->n;
    *first = look->n;
    *width = 0;
    for (size_t k = 0; k < look->n; k++) {
        size_t w;
        const char *line = line_of(look, k);
        if (synp_is_comment(line))
            continue;
        const size_t n = figures(line, separator, decimal, fields, &w);
        if (*first < look->n) {
            total += w == *width ? n : 0;
            continue;
        }
        run = n == 0 ? 0 : run > 0 && w == last ? run + 1 : 1;
        total = n == 0 ? 0 : run > 1 ? total + n : n;
        begin = run == 1 ? k : begin;
        last = w;
        if (run == RUN) {
            *first = begin;
            *width = w;
        }
    }
    if (*first == look->n && run > 0) { /* a short file */
        *first = begin;
        *width = last;
    }
    return *first < look->n ? total : 0;
}

static bool has_decimals(const synp_look *look, const synp_form *f, synp_field *fields)
{
    for (size_t k = f->first; k < look->n; k++) {
        const char *line = line_of(look, k);
        const size_t n = synp_split(line, strlen(line), f->separator, fields, f->width);
        for (size_t j = 0; j < n && j < f->width; j++)
            if (memchr(fields[j].at, f->decimal, fields[j].n))
                return true;
    }
    return false;
}

/* Whether the columns from `from` on are empty in all rows: lines with separators at their ends. */
static bool are_empty(const synp_look *look, const synp_form *f, size_t from, synp_field *fields)
{
    for (size_t k = f->first; k < look->n; k++) {
        const char *line = line_of(look, k);
        const size_t n = synp_split(line, strlen(line), f->separator, fields, f->width);
        for (size_t j = from; j < n && j < f->width; j++)
            if (fields[j].n > 0)
                return false;
    }
    return true;
}

/* A header may be a comment: # V, I. */
static const char *without_comment(const char *line)
{
    line += strspn(line, " \t");
    while (*line == '#' || *line == '%' || (line[0] == '/' && line[1] == '/'))
        line += *line == '/' ? 2 : 1;
    return line;
}

/* Splits a header. Between blanks a unit in brackets belongs to the name before it. */
static size_t split_header(const char *line, char separator, size_t width, synp_field *fields)
{
    size_t n = synp_split(line, strlen(line), separator, fields, SYNP_MOST_FIELDS);
    n = n < SYNP_MOST_FIELDS ? n : SYNP_MOST_FIELDS;
    if (separator == ' ' && n > width) {
        size_t kept = 0;
        for (size_t k = 0; k < n; k++)
            if (kept > 0 && strchr("([{", fields[k].at[0]))
                fields[kept - 1].n = (size_t)(fields[k].at + fields[k].n - fields[kept - 1].at);
            else
                fields[kept++] = fields[k];
        n = kept;
    }
    while (n > width && fields[n - 1].n == 0)
        n--;
    return n;
}

/* Splits the header of a table with data of the given separator; the header may have another one. Returns its fields, or
 * those for the table's separator if none fits. */
static size_t split_any(const char *line, const synp_form *f, synp_field *fields)
{
    static const char others[] = "\t;,";
    size_t n = split_header(line, f->separator, f->width, fields);
    for (const char *c = others; n != f->width && *c && n <= 1; c++)
        n = split_header(line, *c, f->width, fields);
    return n;
}

syn_status synp_read_header(const synp_look *look, size_t k, size_t units, synp_form *f, syn_error *err)
{
    synp_field *fields = malloc(SYNP_MOST_FIELDS * sizeof *fields), *row = NULL;
    if (units != k)
        row = malloc(SYNP_MOST_FIELDS * sizeof *row);
    if (!fields || (units != k && !row)) {
        free(fields);
        free(row);
        return synp_no_memory(err);
    }
    const size_t skip = f->is_blocks, n = split_any(without_comment(line_of(look, k)), f, fields),
                 m = row ? split_any(without_comment(line_of(look, units)), f, row) : 0;
    f->has_header = true;
    f->header = k;
    f->name_width = n - (n > 0 ? skip : 0);
    for (size_t j = 0; j < f->width; j++)
        f->names[j] = synp_read_name(j + skip < n ? fields[j + skip] : (synp_field){"", 0},
                                     j + skip < m ? row[j + skip] : (synp_field){"", 0});
    free(fields);
    free(row);
    return SYN_OK;
}

/* Whether a line holds nothing but units, at least one of them of a voltage, a current or a resistance. */
static bool is_unit_row(const char *line, const synp_form *f, synp_field *fields)
{
    const size_t n = split_any(line, f, fields);
    bool has_unit = false;
    for (size_t k = 0; k < n; k++) {
        double factor;
        const char quantity = synp_read_unit(fields[k], &factor);
        if (!quantity && fields[k].n > 0 && fields[k].at[0] != '-')
            return false;
        has_unit = has_unit || (quantity && strchr("VAO", quantity));
    }
    return n >= 2 && has_unit;
}

/* Number of fields of a line that are names of known columns. *width: of all fields. */
static size_t known_names(const char *line, const synp_form *f, synp_field *fields, size_t *width)
{
    size_t known = 0;
    *width = split_any(line, f, fields);
    for (size_t k = 0; k < *width && k < SYNP_MOST_FIELDS; k++)
        known += synp_read_name(fields[k], (synp_field){"", 0}).role != SYNP_NO_ROLE;
    return known;
}

/* The header is the last line before the data, or the last but one if units follow it. If that is no header, one of the lines
 * above with two known names is: comments may stand between. */
static syn_status find_header(const synp_look *look, synp_form *f, synp_field *fields, syn_error *err)
{
    enum { ABOVE = 6 };
    size_t above[ABOVE], n = 0, width;
    for (size_t k = f->first; k > 0 && n < ABOVE; k--) {
        const char *line = without_comment(line_of(look, k - 1));
        if (line[strspn(line, " \t")])
            above[n++] = k - 1;
    }
    if (n == 0)
        return SYN_OK;
    const char *line = without_comment(line_of(look, above[0]));
    if (n > 1 && is_unit_row(line, f, fields) &&
        split_any(without_comment(line_of(look, above[1])), f, fields) == f->width)
        return synp_read_header(look, above[1], above[0], f, err);
    for (size_t k = 0; k < n; k++) {
        const size_t known = known_names(without_comment(line_of(look, above[k])), f, fields, &width);
        if (known >= 2 || (k == 0 && width == f->width))
            return synp_read_header(look, above[k], above[k], f, err);
    }
    return SYN_OK;
}

/* A file of EasyEXPERT: the lines DataName and DataValue hold the table, others the settings. */
static syn_status find_blocks(const synp_look *look, synp_form *f, synp_field *fields, syn_error *err)
{
    size_t header = look->n, value = look->n;
    for (size_t k = 0; k < look->n && value == look->n; k++) {
        header = header == look->n && synp_begins_with(line_of(look, k), "DataName") ? k : header;
        value = synp_begins_with(line_of(look, k), "DataValue") ? k : value;
    }
    if (header == look->n)
        return synp_fail(err, SYN_EFORMAT, "", "expected a line DataName after SetupTitle, found none in %zu lines",
                         look->n);
    const char *name = line_of(look, header);
    f->separator = strpbrk(name, ",;\t") ? *strpbrk(name, ",;\t") : ' ';
    f->is_blocks = true;
    f->first = value;
    size_t points = 0, commas = 0;
    for (size_t k = value, w; k < look->n && f->separator != ','; k++)
        if (synp_begins_with(line_of(look, k), "DataValue")) {
            points += figures(line_of(look, k), f->separator, '.', fields, &w);
            commas += figures(line_of(look, k), f->separator, ',', fields, &w);
        }
    f->decimal = points < commas ? ',' : '.';
    f->width = synp_split(name, strlen(name), f->separator, fields, SYNP_MOST_FIELDS) - 1;
    return SYN_OK;
}

/* Only a header: the separator that gives the most known names. */
static void find_lonely_header(const synp_look *look, synp_form *f, synp_field *fields)
{
    static const char separators[] = "\t;, ";
    size_t most = 0;
    for (size_t k = 0; k < look->n; k++)
        for (const char *c = separators; *c; c++) {
            const char *line = without_comment(line_of(look, k));
            const size_t n = synp_split(line, strlen(line), *c, fields, SYNP_MOST_FIELDS);
            size_t known = 0;
            for (size_t j = 0; j < n && j < SYNP_MOST_FIELDS; j++)
                known += synp_read_name(fields[j], (synp_field){"", 0}).role != SYNP_NO_ROLE;
            if (known > most) {
                most = known;
                *f = (synp_form){.separator = *c, .decimal = '.', .width = n, .first = look->n, .header = k};
            }
        }
}

static syn_status find_table(const synp_look *look, synp_form *f, synp_field *fields)
{
    static const char candidates[][2] = {{'\t', '.'}, {'\t', ','}, {';', '.'}, {';', ','},
                                         {',', '.'},  {' ', '.'},  {' ', ','}};
    size_t best = 0;
    for (size_t k = 0; k < sizeof candidates / sizeof *candidates; k++) {
        size_t first, width;
        const size_t n = score(look, candidates[k][0], candidates[k][1], fields, &first, &width);
        if (n > best) {
            best = n;
            *f = (synp_form){
                .separator = candidates[k][0], .decimal = candidates[k][1], .width = width, .first = first};
        }
    }
    if (best == 0)
        find_lonely_header(look, f, fields);
    return SYN_OK;
}

static syn_status refuse_look(const synp_look *look, syn_error *err)
{
    size_t k = 0;
    while (k + 1 < look->n && (synp_is_comment(line_of(look, k)) || !*line_of(look, k)))
        k++;
    static const char *const binary[][2] = {{"PK\003\004", "a spreadsheet (.xlsx, .ods) or an archive"},
                                            {"\320\317\021\340", "a spreadsheet (.xls)"},
                                            {"\303\220\303\217\021\303\240", "a spreadsheet (.xls)"}, /* as UTF-8 */
                                            {"%PDF", "a PDF file"}};
    for (size_t j = 0; j < sizeof binary / sizeof *binary; j++)
        if (look->n > 0 && strncmp(line_of(look, 0), binary[j][0], strlen(binary[j][0])) == 0)
            return synp_fail(err, SYN_EFORMAT, "", "expected text, found %s; save the sheet as CSV", binary[j][1]);
    char begin[41];
    snprintf(begin, sizeof begin, "%.40s", line_of(look, k));
    for (char *c = begin; *c; c++)
        *c = (char)((unsigned char)*c < 0x20 ? ' ' : *c);
    return synp_fail(
        err, SYN_EFORMAT, "",
        "expected rows of two numbers or more, separated by commas, semicolons, tabs or blanks, found none in "
        "%zu lines, of which one begins with \"%s\"",
        look->n, begin);
}

static syn_status find_form(const synp_look *look, synp_form *f, synp_field *fields, syn_error *err)
{
    bool is_blocks = false;
    for (size_t k = 0; k < look->n && !is_blocks; k++)
        is_blocks =
            synp_begins_with(line_of(look, k), "DataName") || synp_begins_with(line_of(look, k), "SetupTitle");
    syn_status status = is_blocks ? find_blocks(look, f, fields, err) : find_table(look, f, fields);
    if (status)
        return status;
    if (f->width < 1)
        return refuse_look(look, err);
    if (f->width > SYNP_MOST_FIELDS)
        return synp_fail(err, SYN_EFORMAT, "", "expected at most %d columns, found %zu", SYNP_MOST_FIELDS, f->width);
    f->names = calloc(f->width, sizeof *f->names);
    if (!f->names)
        return synp_no_memory(err);
    for (size_t k = 0; k < f->width; k++)
        f->names[k].factor = 1;
    f->has_decimals = has_decimals(look, f, fields);
    if (is_blocks)
        for (size_t k = 0; k < look->n; k++)
            if (synp_begins_with(line_of(look, k), "DataName"))
                return synp_read_header(look, k, k, f, err);
    if (f->first == look->n)
        return synp_read_header(look, f->header, f->header, f, err);
    status = find_header(look, f, fields, err);
    if (!status && f->name_width >= 2 && f->name_width < f->width && are_empty(look, f, f->name_width, fields))
        f->width = f->name_width;
    return status;
}

syn_status synp_find_form(const synp_look *look, synp_form *out, syn_error *err)
{
    synp_field *fields = malloc(SYNP_MOST_FIELDS * sizeof *fields);
    *out = (synp_form){0};
    const syn_status status = fields ? find_form(look, out, fields, err) : synp_no_memory(err);
    free(fields);
    return status;
}

void synp_form_free(synp_form *f)
{
    free(f->names);
    f->names = NULL;
}
