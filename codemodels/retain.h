/* SPDX-License-Identifier: MIT */
/* What instances leave for the next analysis. Before each command the simulator ends all instances of a circuit and sets
 * them up again; only the end of the circuit is the end of what is left here. */
#ifndef CODEMODELS_RETAIN_H
#define CODEMODELS_RETAIN_H

#include "host.h"

/* What an instance leaves: NULL if nothing. `data` was allocated by malloc; `release`, if not NULL, is called first when it is not needed any more: when
 * other data take its place, or when the circuit is removed. Returns false without memory, and the data are lost. */
bool host_retain(const GENinstance *instance, void *data, void (*release)(void *data));
void *host_retained(const GENinstance *instance);

/* Whether a DESTROY call is the end of the circuit, after which there is no other analysis. */
bool host_removing(void);

/* What the simulator calls when it removes a circuit (DEVdelete). Returns an error code of the simulator. */
int host_delete(GENinstance *instance);

#endif
