/* SPDX-License-Identifier: MIT */
/* Whether the simulator that loads the plug-in is the one that it was built for. Code models share structures with the
 * simulator. Version and build options change their layout, and nothing else checks it. */
#ifndef CODEMODELS_FOREIGN_H
#define CODEMODELS_FOREIGN_H

#include <stdbool.h>

/* caller: an address in the simulator's code. Reads the version and the options from the texts that the program or the
 * library holds there, and none of its structures. Returns false after a line on standard error if they differ from
 * those of the build. What the texts do not tell counts as equal. */
bool host_fits(const void *caller);

#endif
