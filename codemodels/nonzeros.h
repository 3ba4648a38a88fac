/* SPDX-License-Identifier: MIT */
/* Which unknowns stand in which equations of a circuit: the nonzeros of the simulator's matrix, in each of its kinds. */
#ifndef CODEMODELS_NONZEROS_H
#define CODEMODELS_NONZEROS_H

#include "host.h"

/* Calls f for each nonzero: row is the number of its equation, column that of its unknown, both from 1 and as in
 * CKTrhs. To be called between the simulator's setup and its first factorisation. */
void host_each_nonzero(const CKTcircuit *ckt, void (*f)(void *context, int row, int column), void *context);

#endif
