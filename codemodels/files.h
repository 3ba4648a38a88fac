/* SPDX-License-Identifier: MIT */
/* Files that a netlist names. */
#ifndef CODEMODELS_FILES_H
#define CODEMODELS_FILES_H

#include "host.h"

/* Finds a file to be read. A relative path is looked up in two folders. For a parameter file the netlist's folder
 * comes first, because its author keeps it there. For a state file the working directory comes first, because a
 * run writes it there. The simulator turns paths into lower case, so a file is also found by a path that differs
 * from its own in case alone; an exact match is preferred. Returns the path, or `path` itself if there is no such
 * file, to be freed. NULL without memory. */
char *host_find_parameter_file(const char *path);
char *host_find_state_file(const char *path);

/* Returns the absolute path of a file to be written, to be freed: the working directory may change before it is
 * written. NULL if its folder does not exist or cannot be written to, or without memory. */
char *host_output_file(const char *path);

#endif
