/* SPDX-License-Identifier: MIT */
/* Models of the library, shared between the instances of all circuits. */
#ifndef CODEMODELS_MODELS_H
#define CODEMODELS_MODELS_H

#include "host.h"

#include <synaptogen/model.h>

/* Returns the model of a parameter file at an order; order 0 is the largest in the file, path "" the built-in set.
 * All instances that ask for the same share one model, and each releases it. NULL after host_fail. */
const syn_model *host_model_acquire(const char *path, int order);
void host_model_release(const syn_model *model);
void host_model_share(const syn_model *model); /* one more user of an acquired model */

#endif
