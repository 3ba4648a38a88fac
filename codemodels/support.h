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

/* Whether host_fail has ended an analysis. */
int host_failed(const JOB *analysis);

/* Lets the next failure be told again; for the DESTROY call of an instance that failed. */
void host_forget_failure(void);

/* The model of a parameter file at an order, shared between all instances that ask for the same; path "" is the
 * built-in set. A relative path is looked up in the netlist's directory, then in the working directory, ignoring case
 * where no exact match exists, because the simulator lowers the case of paths. NULL after host_fail. */
const syn_model *host_model_acquire(const char *path, int order);
void host_model_release(const syn_model *model);

/* Path of a file to be read, looked up in the working directory, then in the netlist's, as a parameter file's case is
 * corrected; path itself if there is no such file. To be freed. NULL without memory. */
char *host_find_file(const char *path);

/* Path of a file to be written, wherever the working directory is later. To be freed. NULL if its folder does not
 * exist or cannot be written to. */
char *host_output_file(const char *path);

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
