/* SPDX-License-Identifier: MIT */
/* Tables of features from files of instruments. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/cli.h"

/* What the file is and which columns were taken, a line for each. */
void table_form(FILE *f, const syn_endurance *table);

/* Writes the features to f, unless it is NULL, in the columns of extract. told gets what was found. name: of the file. */
int table_write(syn_endurance *table, const char *name, FILE *f, FILE *told);

#endif
