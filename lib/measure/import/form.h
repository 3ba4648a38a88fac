/* SPDX-License-Identifier: MIT */
/* The form of a table of measurements, found in its first lines: separator, decimal sign, header, row of units; blocks of
 * EasyEXPERT. Not installed. */
#ifndef MEASURE_IMPORT_FORM_H
#define MEASURE_IMPORT_FORM_H

#include "measure/import/names.h"
#include "measure/import/source.h"

enum { SYNP_LOOK_LINES = 2048, SYNP_LOOK_BYTES = 1 << 22 };
#ifdef SYN_SHORT_LINES /* limits that short inputs reach */
enum { SYNP_MOST_FIELDS = 1 << 9, SYNP_LONGEST_LINE = 1 << 12 };
#else
enum { SYNP_MOST_FIELDS = 1 << 16, SYNP_LONGEST_LINE = 1 << 20 };
#endif

/* The first lines of a file. */
typedef struct synp_look {
    char *text;
    size_t n, used, room;
    size_t at[SYNP_LOOK_LINES];
    bool is_all; /* the file has no more lines */
} synp_look;

typedef struct synp_form {
    char separator; /* , ; tab, or a blank for any number of blanks and tabs */
    char decimal;   /* . or , */
    bool has_decimals;
    bool is_blocks;    /* lines DataName and DataValue: their first field is not a column */
    size_t width;      /* columns */
    size_t first;      /* number of the first line with data, from 0; n if the look has none */
    synp_name *names;  /* [width] */
    bool has_header;   /* else names are empty */
    size_t header;     /* number of the header's line */
    size_t name_width; /* fields of the header */
} synp_form;

/* Splits a line: at most `most` fields into out, without blanks and quotation marks around them. Returns how many there
 * are. */
size_t synp_split(const char *line, size_t n, char separator, synp_field *out, size_t most);

/* Whether a line is empty or a comment: it begins with #, % or //. */
bool synp_is_comment(const char *line);

/* Whether a line of EasyEXPERT begins with this word. */
bool synp_begins_with(const char *line, const char *word);

/* Finds the form. Returns SYN_OK, SYN_EFORMAT, SYN_ENOMEM. *out is to be freed also after a failure. */
syn_status synp_find_form(const synp_look *look, synp_form *out, syn_error *err);
void synp_form_free(synp_form *f);

/* Reads the header in line k of the look into f->names, with the row of units in line `units` if that is not k. */
syn_status synp_read_header(const synp_look *look, size_t k, size_t units, synp_form *f, syn_error *err);

/* "comma", "tab", ... */
const char *synp_separator_name(char separator);

#endif
