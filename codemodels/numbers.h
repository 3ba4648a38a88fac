/* SPDX-License-Identifier: MIT */
/* Cell numbers that are in use, so that no two instances of a circuit are the same cell. */
#ifndef CODEMODELS_NUMBERS_H
#define CODEMODELS_NUMBERS_H

#include "host.h"

#include <synaptogen/model.h>

/* The numbers in use in a circuit for one model and one seed. */
typedef struct host_numbers host_numbers;

/* Each instance releases what it has acquired; the numbers are free again after the last. NULL after host_fail. */
host_numbers *host_numbers_acquire(const CKTcircuit *circuit, const syn_model *model, uint64_t seed);
void host_numbers_release(host_numbers *numbers);

/* Takes a number. Returns false after host_fail: it is in use, or there is no memory. */
bool host_numbers_take(host_numbers *numbers, uint64_t number);

#endif
