/* SPDX-License-Identifier: MIT */
/* What a code model asks about an instance of a device: its name, its parameters and ports, its monitors, and the
 * instances beside it. This is all that depends on how the simulator lays out an instance. */
#ifndef CODEMODELS_INSTANCE_H
#define CODEMODELS_INSTANCE_H

#include "host.h"

/* Full lower-case name of the instance being called, such as "a.x1.acell17". */
const char *host_instance_name(const Mif_Private_t *mif_private);

/* The decimal digits that end a name, as a number. 0 if there are none or they exceed 64 bits, else 1. */
int host_trailing_number(const char *name, uint64_t *number);

/* For a constructor of the plug-in, because the simulator reads the table as soon as the plug-in is loaded: the model
 * keeps its instances and answers questions for its monitors, the STATIC_VARs of its interface, itself. The simulator
 * would hold 72 bytes per instance and STATIC_VAR, and each would have to be brought up to date at each pass. accept
 * (or NULL) is called after each accepted time point. The model must not use cm_analog_converge or
 * cm_analog_integrate. */
void host_take_over(SPICEdev *device, int (*ask)(CKTcircuit *, GENinstance *, int, IFvalue *, IFvalue *),
                    int (*accept)(CKTcircuit *, GENmodel *));

/* What such a model keeps of an instance: NULL until it is set, and again once DESTROY has set it to NULL. */
void host_keep(const Mif_Private_t *mif_private, void *kept);
void *host_kept(const Mif_Private_t *mif_private);
void *host_kept_of(const GENinstance *instance);

/* The next instance of all models of a device, the first one if instance is NULL. NULL behind the last. */
const GENinstance *host_next_instance(const GENmodel *first, const GENinstance *instance);

/* Which STATIC_VAR a question is about, from 0. */
int host_monitor(const GENinstance *instance, int question);

/* Beyond the instance being called: it itself, all models of its kind in the circuit, and what macros such as PARAM
 * see of another instance. */
const GENinstance *host_instance(const Mif_Private_t *mif_private);
const GENmodel *host_models(const Mif_Private_t *mif_private);
void host_view(const GENinstance *instance, Mif_Private_t *view);

/* A connection by its number in the interface: whether it is not connected, and its k-th port. */
int host_is_null(const GENinstance *instance, int connection);
const Mif_Port_Data_t *host_port(const GENinstance *instance, int connection, int k);

/* Voltage of an input port in the present pass, whether its instance has been called or not, without the simulator's
 * limit of its change. */
double host_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port);

#endif
