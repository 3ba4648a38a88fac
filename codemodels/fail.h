/* SPDX-License-Identifier: MIT */
/* How a code model ends an analysis: with one line that says what is wrong. */
#ifndef CODEMODELS_FAIL_H
#define CODEMODELS_FAIL_H

#include "host.h"

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

#endif
