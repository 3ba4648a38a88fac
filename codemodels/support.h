/* SPDX-License-Identifier: MIT */
/* What every code model of the plug-in needs from its host, ngspice or libngspice: names, errors, shared models.
 * Called from the simulator's analysis thread only. */
#ifndef CODEMODELS_SUPPORT_H
#define CODEMODELS_SUPPORT_H

#include "ngspice/ngspice.h"

#include "ngspice/cktdefs.h"
#include "ngspice/cm.h"

#include <synaptogen/model.h>

/* Full lower-case name of the instance being called, such as "a.x1.acell17". */
const char *host_instance_name(const Mif_Private_t *mif_private);

/* The decimal digits that end a name, as a number. 0 if there are none or they exceed 64 bits, else 1. */
int host_trailing_number(const char *name, uint64_t *number);

/* Prints one line with the instance's name and ends the analysis: `ngspice -b` exits with status 1; in an interactive
 * session or a program that uses libngspice the analysis fails and the host lives. The line is printed once per
 * analysis however many instances fail. After it returns the caller must call host_fail_again on every later call of
 * the instance, until the simulator has given up. */
__attribute__((format(__printf__, 1, 2))) void host_fail(const char *format, ...);
void host_fail_again(void);

/* Lets the next failure be told again; for the DESTROY call of an instance that failed. */
void host_forget_failure(void);

/* The model of a parameter file at an order, shared between all instances that ask for the same; path "" is the
 * built-in set. A relative path is looked up in the netlist's directory, then in the working directory, ignoring case
 * where no exact match exists, because the simulator lowers the case of paths. NULL with err filled on failure. */
const syn_model *host_model_acquire(const char *path, int order, syn_error *err);
void host_model_release(const syn_model *model);

/* Makes sure that no two instances of a circuit are the same cell. */
typedef struct host_identity {
    const CKTcircuit *circuit;
    uint64_t seed, cell;
    const syn_model *model;
} host_identity;

/* 1 if the identity was free and is taken now, 0 if another instance has it. It must stay in place until released. */
int host_identity_claim(const host_identity *identity);
void host_identity_release(const host_identity *identity);

#endif
