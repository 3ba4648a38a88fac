/* SPDX-License-Identifier: MIT */
/* What every code model of the plug-in sees of its host, ngspice or libngspice.
 *
 * Thread rule: the simulator calls code models from one thread at a time, the one that runs the analysis. In
 * libngspice that is the thread that calls ngSpice_Command, or, after bg_run, a background thread of its own. */
#ifndef CODEMODELS_HOST_H
#define CODEMODELS_HOST_H

#include "ngspice/ngspice.h"

#include "ngspice/cktdefs.h"
#include "ngspice/cm.h"
#include "ngspice/devdefs.h"
#include "ngspice/sperror.h"

#endif
