/* SPDX-License-Identifier: MIT */
/* Cell numbers that are in use. */
#ifndef CODEMODELS_NUMBERS_H
#define CODEMODELS_NUMBERS_H

#include "host.h"

#include <synaptogen/model.h>

/* The cell numbers that are in use in a circuit for a model and a seed, so that no two instances are the same cell.
 */
typedef struct host_numbers host_numbers;

/* NULL if there is no memory. Each instance releases what it has acquired; the numbers are free again after the last.
 */
host_numbers *host_numbers_acquire(const CKTcircuit *circuit, const syn_model *model, uint64_t seed);
void host_numbers_release(host_numbers *numbers);

/* Takes a number. 1, 0 if it is in use, or -1 without memory. */
int host_numbers_take(host_numbers *numbers, uint64_t number);

#endif
