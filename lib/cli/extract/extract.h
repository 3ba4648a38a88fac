/* SPDX-License-Identifier: MIT */
/* From files of sweeps to a file of features. */
#ifndef CLI_EXTRACT_EXTRACT_H
#define CLI_EXTRACT_EXTRACT_H

#include "cli/extract/page.h"
#include "cli/look.h"
#include "cli/sweeps.h"

typedef struct extract_request {
    cli_line files;
    sweeps_options sweeps;
    look_options look;
} extract_request;

/* Writes the features of all cycles to the file at path; NULL: to standard output. page: gets the loops; may be NULL. On
 * success, seen gets what the files are and what a look at the record shows, and notes what is missing and why. */
int extract_features(const extract_request *o, const char *path, extract_page *page, FILE *seen, FILE *notes);

#endif
