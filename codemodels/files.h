/* SPDX-License-Identifier: MIT */
/* Files that a netlist names. */
#ifndef CODEMODELS_FILES_H
#define CODEMODELS_FILES_H

#include "host.h"

/* Finds a file that a netlist names. A relative path is looked up in two folders: a parameter file first in the
 * netlist's folder, where the author keeps it; a state file first in the working directory, where a run has written it.
 * The simulator turns paths into lower case, so a file whose path differs in case is found too, if there is no exact
 * match. Returns the path, or `path` itself if there is no such file, to be freed; NULL without memory. */
char *host_find_parameter_file(const char *path);
char *host_find_state_file(const char *path);

/* Returns the absolute path of a file to be written, to be freed, so that a later change of the working directory does
 * not matter. NULL if its folder does not exist or cannot be written to, or without memory. */
char *host_output_file(const char *path);

#endif
