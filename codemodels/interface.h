/* SPDX-License-Identifier: MIT */
/* How .model lines and altermod set the parameters of a device: what the simulator drops in silence is refused. */
#ifndef CODEMODELS_INTERFACE_H
#define CODEMODELS_INTERFACE_H

#include "host.h"

/* Lets altermod set the words init, start and lead by their numbers, and refuses to let it set other text. To be called
 * in a constructor of the plug-in. */
void host_let_alter(SPICEdev *device);

/* Checks the .model of an instance in its INIT call. Returns false after host_fail: it has a parameter that the device
 * does not know, or one that altermod cannot set, or a number that is not finite. */
bool host_check_model(const Mif_Private_t *mif_private, const SPICEdev *device);

#endif
