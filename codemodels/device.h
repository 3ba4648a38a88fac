/* SPDX-License-Identifier: MIT */
/* The plug-in's entries in the simulator's table of devices. */
#ifndef CODEMODELS_DEVICE_H
#define CODEMODELS_DEVICE_H

#include "host.h"

/* Lets the model keep its own data of an instance, and answer for its monitors. Monitors are the STATIC_VARs of an
 * interface, which "save @a1[name]" and "show" can see. The simulator would hold 72 bytes per instance and
 * monitor, and the model would have to write each at each pass. Instead the simulator calls `ask` when somebody
 * looks. It calls `accept`, if that is not NULL, after each accepted time point. To be called in a constructor of
 * the plug-in, because the simulator reads the table as soon as the plug-in is loaded. The model must not use
 * cm_analog_converge and cm_analog_integrate. */
void host_take_over(SPICEdev *device, int (*ask)(CKTcircuit *, GENinstance *, int, IFvalue *, IFvalue *),
                    int (*accept)(CKTcircuit *, GENmodel *));

#endif
