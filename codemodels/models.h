/* SPDX-License-Identifier: MIT */
/* Models of the library, shared between the instances of a circuit. */
#ifndef CODEMODELS_MODELS_H
#define CODEMODELS_MODELS_H

#include "host.h"

#include <synaptogen/model.h>

/* The model of a parameter file at an order, shared between all instances that ask for the same; path "" is the
 * built-in set. A relative path is looked up in the netlist's directory, then in the working directory, ignoring case
 * where no exact match exists, because the simulator lowers the case of paths. NULL after host_fail. */
const syn_model *host_model_acquire(const char *path, int order);
void host_model_release(const syn_model *model);

#endif
