/* SPDX-License-Identifier: MIT */
/* How a code model ends an analysis: with one line that says what is wrong. */
#ifndef CODEMODELS_FAIL_H
#define CODEMODELS_FAIL_H

#include "host.h"

/* Prints one line, "Instance: .. Message: synaptogen: ..", and ends the analysis. `ngspice -b` exits with status
 * 1. In an interactive session, and in a program that uses libngspice, the analysis fails and the program goes on.
 * The line is printed once per analysis, however many instances fail. After a failure the instance must call
 * host_fail_again in each later call, until the simulator gives up. */
__attribute__((format(__printf__, 1, 2))) void host_fail(const char *format, ...);
void host_no_memory(void); /* host_fail("out of memory") */

/* Says that the failures to come are about the .model line of another instance than the one being called; its name then
 * begins the text. NULL ends this. */
void host_fail_about(const char *instance);
void host_fail_again(void);

/* Ends `ngspice -b` with status 1 by exit, or by _exit where the process ends already: it would go on with the next line of
 * .control. Returns in any other program. */
void host_end_batch(void (*end)(int));

/* Whether host_fail has ended an analysis. */
bool host_failed(const JOB *analysis);

/* Lets the next failure be printed again. For the DESTROY call of an instance that failed. */
void host_forget_failure(void);

#endif
