/* SPDX-License-Identifier: MIT */
/* What a code model asks about the instances of its device: names, connections, and what it keeps of each. Nothing
 * else depends on how the simulator lays out an instance. */
#ifndef CODEMODELS_INSTANCE_H
#define CODEMODELS_INSTANCE_H

#include "host.h"

/* Returns the full lower-case name of the instance being called, such as "a.x1.acell17". */
const char *host_instance_name(const Mif_Private_t *mif_private);

/* Reads the decimal digits at the end of a name. Returns false if there are none or if they exceed 64 bits. */
bool host_trailing_number(const char *name, uint64_t *number);

/* What a model keeps of an instance after host_take_over: NULL until it is set, and again after DESTROY has set it to NULL. */
void host_keep(const Mif_Private_t *mif_private, void *kept);
void *host_kept(const Mif_Private_t *mif_private);
void *host_kept_of(const GENinstance *instance);

/* Returns the number of the monitor that a question is about, from 0 in the order of the interface. */
int host_monitor(const GENinstance *instance, int question);

/* Returns the instance after `instance` among those of all models of a device, the first if `instance` is NULL. NULL
 * after the last. */
const GENinstance *host_next_instance(const GENmodel *first, const GENinstance *instance);

/* The instance being called, and all models of its kind in the circuit. */
const GENinstance *host_instance(const Mif_Private_t *mif_private);
const GENmodel *host_models(const Mif_Private_t *mif_private);

/* Fills in what macros such as PARAM and PORT_SIZE see of any instance. */
void host_view(const GENinstance *instance, Mif_Private_t *view);

/* A connection by its number in the interface: whether nothing is connected to it, and its k-th port. */
bool host_is_null(const GENinstance *instance, int connection);
const Mif_Port_Data_t *host_port(const GENinstance *instance, int connection, int k);

/* Adds dI_k / dU_l [S] of two ports with nodes to the matrix of a small-signal analysis. */
void host_stamp(const GENinstance *instance, int connection, size_t k, size_t l, double conductance);

/* Places the elements of the matrix anew, in the middle of an analysis; the instances stay as they are. Returns OK or an
 * error code of the simulator. */
int host_set_up_again(SMPmatrix *matrix, GENmodel *first, CKTcircuit *ckt, int *states);

/* Returns the voltage [V] of an input port in the present pass. Its instance need not have been called. The
 * simulator's limit of the change from pass to pass is not applied. */
double host_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port);

/* Returns the voltage [V] of an input port at the last accepted solution. */
double host_accepted_voltage(const CKTcircuit *ckt, const Mif_Port_Data_t *port);

#endif
