/* SPDX-License-Identifier: MIT */
/* The simulator that hosts the code models, ngspice or libngspice: its headers, in the order in which they compile.
 *
 * Thread rule of all functions host_..: one thread at a time. The simulator calls code models from the thread that
 * runs the analysis. In libngspice that is the caller of ngSpice_Command or, after "bg_run", a thread of its own.
 * Two analyses never run at once. */
#ifndef CODEMODELS_HOST_H
#define CODEMODELS_HOST_H

#include "ngspice/ngspice.h"

#include "ngspice/cktdefs.h"
#include "ngspice/cm.h"
#include "ngspice/devdefs.h"
#include "ngspice/sperror.h"

/* Not before the simulator's headers: those of ngspice 39 define a type of the name bool. */
#include <stdbool.h>

#endif
