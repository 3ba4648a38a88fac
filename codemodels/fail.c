/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngspice/dllitf.h"

extern struct coreInfo_t *coreitf;
/* Whether one argument, read as ngspice's getopt does ("D:hvbac:ino:pqr:st:"), asks for batch mode; *skip is set if
 * the next argument belongs to it. */
static int asks_for_batch(const char *argument, int *skip)
{
    if (strncmp(argument, "--", 2) == 0)
        return strlen(argument) > 2 && strncmp(argument, "--batch", strlen(argument)) == 0;
    if (argument[0] != '-')
        return 0;
    for (const char *c = argument + 1; *c; c++) {
        if (*c == 'b')
            return 1;
        if (strchr("Dcort", *c)) {
            *skip = c[1] == '\0';
            return 0;
        }
    }
    return 0;
}

/* Whether this process is `ngspice -b`, which has no other way to learn of a failure inside a .control section than
 * the end of the process. */
static int in_batch_program(void)
{
    Dl_info host;
    if (!dladdr((void *)(uintptr_t)coreitf->dllitf_cm_message_send, &host) || strstr(host.dli_fname, "libngspice"))
        return 0;
    char command[4096];
    FILE *f = fopen("/proc/self/cmdline", "rb");
    const size_t size = f ? fread(command, 1, sizeof command - 1, f) : 0;
    if (f)
        fclose(f);
    command[size] = '\0';
    int skip = 1; /* the program's own name */
    for (const char *a = command; a < command + size; a += strlen(a) + 1) {
        if (skip)
            skip = 0;
        else if (asks_for_batch(a, &skip))
            return 1;
    }
    return 0;
}

/* The analysis whose failure has been told. */
static const JOB *told;

void host_fail(const char *format, ...)
{
    const CKTcircuit *ckt = cm_get_circuit();
    if (told != ckt->CKTcurJob) {
        told = ckt->CKTcurJob;
        char message[1024] = "synaptogen: ";
        const size_t name = strlen(message);
        va_list args;
        va_start(args, format);
        vsnprintf(message + name, sizeof message - name, format, args);
        va_end(args);
        cm_message_send(message);
    }
    if (in_batch_program()) {
        fflush(NULL);
        exit(1);
    }
    host_fail_again();
}

void host_forget_failure(void)
{
    told = NULL;
}

int host_failed(const JOB *analysis)
{
    return told && told == analysis;
}

void host_fail_again(void)
{
    /* ngspice 39 gives code models no way to end an analysis. No convergence, no stepping aids and no room for a
     * smaller time step make it give up at once. */
    CKTcircuit *ckt = cm_get_circuit();
    ckt->CKTnumGminSteps = ckt->CKTnumSrcSteps = 0;
    ckt->CKTdelmin = 1e30;
    cm_analog_not_converged();
}
