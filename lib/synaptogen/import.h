/* SPDX-License-Identifier: MIT */
/* Sweeps from files as laboratories and instruments write them.
 *
 * Text: UTF-8, UTF-16 or an 8-bit alphabet, plain or compressed by gzip. Separators: comma, semicolon, tab, blanks. Numbers
 * with a decimal point or comma. Comments, titles, a header, a row of units; files of EasyEXPERT with lines DataName and
 * DataValue; columns of several sweeps side by side, as of Keithley's instruments. A number of 9.9e37 or more is missing:
 * SCPI instruments write it for an overflow.
 *
 * Columns are found by their names, and by the units in them. What is not clear is refused: the message says what was
 * expected and found, and which option helps.
 *
 * Cells: numbers in the file, or names in the file, or else the names of the files. Names get numbers in the order in which
 * they appear.
 *
 * Cycles: numbers in the file. Without them a record is cut where it returns to 0 V: two excursions of opposite sign are a
 * loop. Several loops under one number are cut as well; then later cycles of the cell move up. Sweeps of one sign, in turns,
 * are joined in pairs, and later cycles move down. syn_sweeps_note tells all this.
 *
 * Units: V, A. Threads: as for sweep.h. */
#ifndef SYNAPTOGEN_IMPORT_H
#define SYNAPTOGEN_IMPORT_H

#include <synaptogen/features.h>
#include <synaptogen/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialise it. The texts must outlive the reader. */
typedef struct syn_import {
    const char *const *files; /* [n_files]; "-" is standard input */
    size_t n_files;
    const char *columns; /* "u=V1,i=3,cycle=Loop,cell=Device": names, or numbers from 1; NULL: by their names */
    const char *scale;   /* "u=1,i=1e-3": factors from the numbers in the file to V and A; NULL: units in the file */
    double shunt;        /* ohm: the current is the voltage of its column, divided by this; 0: it is a current */
    bool cycle_per_file; /* each file goes on with the cycles of one cell, the one of its folder */
    bool pairs; /* the second half of the files has sweeps of the other sign: joined with the first, file by file */
    uint64_t reserved[8];
} syn_import;

/* err may be NULL. Returns SYN_OK, SYN_EIO, SYN_EINVAL (a field of *o), SYN_EFORMAT, SYN_ENOMEM; *out is NULL on failure. */
syn_status syn_sweeps_import(const syn_import *o, syn_sweeps **out, syn_error *err);

/* Name of a cell that was read; "" if it has a number only. It lasts as long as r. */
const char *syn_sweeps_cell(syn_sweeps *r, uint64_t cell);

/* Whether cells that were read have names. */
bool syn_sweeps_has_names(const syn_sweeps *r);

/* Which voltages the sweeps have that were read so far. */
void syn_sweeps_signs(const syn_sweeps *r, bool *negative, bool *positive);

/* Writes line k = 0, 1, ... of what was understood of the first file: text, separator, columns. Returns false if there is
 * no such line. */
bool syn_sweeps_form(const syn_sweeps *r, int k, char *text, size_t size);

/* Writes remark k = 0, 1, ... on the sweeps read so far: what was guessed, cut, joined, is incomplete. Returns false if
 * there is no such remark. */
bool syn_sweeps_note(const syn_sweeps *r, int k, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
