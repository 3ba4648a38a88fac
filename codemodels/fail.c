/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <crt_externs.h>
#endif

#include "ngspice/dllitf.h"

extern struct coreInfo_t *coreitf;
/* Whether one argument, read as ngspice's getopt does ("D:hvbac:ino:pqr:st:"), asks for batch mode; *skip is set if
 * the next argument belongs to it. */
static bool asks_for_batch(const char *argument, bool *skip)
{
    if (strncmp(argument, "--", 2) == 0)
        return strlen(argument) > 2 && strncmp(argument, "--batch", strlen(argument)) == 0;
    if (argument[0] != '-')
        return false;
    for (const char *c = argument + 1; *c; c++) {
        if (*c == 'b')
            return true;
        if (strchr("Dcort", *c)) {
            *skip = c[1] == '\0';
            return false;
        }
    }
    return false;
}

/* The arguments of this process, each with its final zero. Returns their size, 0 if the system does not tell. */
static size_t own_arguments(char *room, size_t size)
{
    size_t used = 0;
#ifdef __APPLE__
    for (char **a = *_NSGetArgv(); *a && used < size; a++)
        used += strlcpy(room + used, *a, size - used) + 1;
    used = used < size ? used : size;
#else
    FILE *f = fopen("/proc/self/cmdline", "rb");
    if (f) {
        used = fread(room, 1, size, f);
        fclose(f);
    }
#endif
    return used;
}

/* Whether this process is `ngspice -b`. It learns of a failure inside a .control section in one way only: the process
 * ends. */
static bool in_batch_program(void)
{
    Dl_info host;
    if (!dladdr((void *)(uintptr_t)coreitf->dllitf_cm_message_send, &host) || strstr(host.dli_fname, "libngspice"))
        return false;
    char command[4096];
    const size_t size = own_arguments(command, sizeof command - 1);
    command[size] = '\0';
    bool skip = true; /* the program's own name */
    for (const char *a = command; a < command + size; a += strlen(a) + 1) {
        if (skip)
            skip = false;
        else if (asks_for_batch(a, &skip))
            return true;
    }
    return false;
}

void host_end_batch(void (*end)(int))
{
    if (!in_batch_program())
        return;
    fflush(NULL);
    end(1);
}

/* The analysis whose failure has been printed. */
static const JOB *told;

/* The instance that a failure is about, if it is another one than that being called; else NULL. */
static const char *about;

void host_fail_about(const char *instance)
{
    about = instance;
}

void host_fail(const char *format, ...)
{
    const CKTcircuit *ckt = cm_get_circuit();
    if (told != ckt->CKTcurJob) {
        told = ckt->CKTcurJob;
        char message[1024];
        const int begin =
            snprintf(message, sizeof message, "synaptogen: %.255s%s", about ? about : "", about ? ": " : "");
        va_list args;
        va_start(args, format);
        vsnprintf(message + begin, sizeof message - (size_t)begin, format, args);
        va_end(args);
        cm_message_send(message);
    }
    host_end_batch(exit);
    host_fail_again();
}

void host_no_memory(void)
{
    host_fail("out of memory");
}

void host_forget_failure(void)
{
    told = NULL;
}

bool host_failed(const JOB *analysis)
{
    return told && told == analysis;
}

void host_fail_again(void)
{
    /* ngspice 39 gives code models no way to end an analysis. It gives up at once if it has not converged, must not
     * step gmin or the sources, and cannot take a smaller time step. */
    CKTcircuit *ckt = cm_get_circuit();
    ckt->CKTnumGminSteps = ckt->CKTnumSrcSteps = 0;
    ckt->CKTdelmin = 1e30;
    cm_analog_not_converged();
}
