/* SPDX-License-Identifier: MIT */
/* Features from tables: resistances of endurance measurements, or features of another extraction.
 *
 * A long table has a row for each cycle, with columns such as R_HRS, R_LRS, V_set, V_reset, log10_r_hrs, and perhaps cell and
 * cycle. A wide table has a row for each cell: its address, then R_HRS and R_LRS of one cycle after the other. Without a
 * header the larger resistances are R_HRS; that is refused if it is not clear. R_HRS of a row counts as the one before the
 * SET, as in features.h.
 *
 * Text, units, names of columns and cells: as in import.h. Units: ohm, V. Threads: as for sweep.h. */
#ifndef SYNAPTOGEN_ENDURANCE_H
#define SYNAPTOGEN_ENDURANCE_H

#include <synaptogen/import.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syn_endurance syn_endurance;

typedef struct syn_endurance_row {
    uint64_t cell, cycle;
    double y[SYN_NFEAT]; /* as in features.h; NAN: missing, or a resistance that is not positive */
} syn_endurance_row;

/* Whether the first file holds such a table and no sweeps. Standard input counts as sweeps. Returns false, too, if the file
 * cannot be read. */
bool syn_endurance_is_table(const syn_import *o);

/* o->shunt and o->cycle_per_file are not used. err may be NULL. Returns what syn_sweeps_import returns; *out is NULL on
 * failure. */
syn_status syn_endurance_open(const syn_import *o, syn_endurance **out, syn_error *err);

/* NULL is allowed. */
void syn_endurance_close(syn_endurance *r);

/* The next cycle; *more is false after the last one. Returns what syn_endurance_open returns. */
syn_status syn_endurance_next(syn_endurance *r, syn_endurance_row *out, bool *more, syn_error *err);

/* As in import.h: name of a cell, what was understood of the first file, remarks. */
const char *syn_endurance_cell(const syn_endurance *r, uint64_t cell);
bool syn_endurance_form(const syn_endurance *r, int k, char *text, size_t size);
bool syn_endurance_note(const syn_endurance *r, int k, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
