/* SPDX-License-Identifier: MIT */
/* What every code model of the plug-in needs from its host, ngspice or libngspice: names, errors, shared models.
 * Called from the simulator's analysis thread only. */
#ifndef CODEMODELS_SUPPORT_H
#define CODEMODELS_SUPPORT_H

#include "ngspice/ngspice.h"

#include "ngspice/cktdefs.h"
#include "ngspice/cm.h"
#include "ngspice/devdefs.h"
#include "ngspice/sperror.h"

#include <synaptogen/cell.h>

/* Full lower-case name of the instance being called, such as "a.x1.acell17". */
const char *host_instance_name(const Mif_Private_t *mif_private);

/* The decimal digits that end a name, as a number. 0 if there are none or they exceed 64 bits, else 1. */
int host_trailing_number(const char *name, uint64_t *number);

/* Prints one line with the instance's name and "synaptogen: " and ends the analysis: `ngspice -b` exits with status
 * 1; in an interactive session or a program that uses libngspice the analysis fails and the host lives. The line is
 * printed once per analysis however many instances fail. After it returns the caller must call host_fail_again on
 * every later call of the instance, until the simulator has given up. */
__attribute__((format(__printf__, 1, 2))) void host_fail(const char *format, ...);
void host_fail_again(void);

/* Lets the next failure be told again; for the DESTROY call of an instance that failed. */
void host_forget_failure(void);

/* The model of a parameter file at an order, shared between all instances that ask for the same; path "" is the
 * built-in set. A relative path is looked up in the netlist's directory, then in the working directory, ignoring case
 * where no exact match exists, because the simulator lowers the case of paths. NULL after host_fail. */
const syn_model *host_model_acquire(const char *path, int order);
void host_model_release(const syn_model *model);

/* A parameter that must be a whole number in [low, high]. 0 after host_fail. */
int host_whole_number(const char *name, double value, double low, double high, double *out);

/* A parameter that must be one of two words, or their number 0 or 1, which is what an expression in braces becomes. 0
 * after host_fail. */
int host_choice(const char *name, const char *value, const char *first, const char *second, int *out);

/* The start of a cell from the parameters init, start and r_init, NULL if not given. 0 after host_fail. */
int host_start(const char *init, const char *start, const double *r_init, syn_start *out);

/* The cell numbers that are in use in a circuit for a model and a seed, so that no two instances are the same cell.
 */
typedef struct host_numbers host_numbers;

/* NULL if there is no memory. Each instance releases what it has acquired; the numbers are free again after the last.
 */
host_numbers *host_numbers_acquire(const CKTcircuit *circuit, const syn_model *model, uint64_t seed);
void host_numbers_release(host_numbers *numbers);

/* Takes a number. 1, 0 if it is in use, or -1 without memory. */
int host_numbers_take(host_numbers *numbers, uint64_t number);

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

/* Which STATIC_VAR a question is about, from 0, and the k-th port of a connection. */
int host_monitor(const GENinstance *instance, int question);
const Mif_Port_Data_t *host_port(const GENinstance *instance, int connection, int k);

#endif
