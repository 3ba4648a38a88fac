/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Temporary files of the (at most two) outputs, for removal when the user interrupts. */
static char *volatile pending[2];

static void interrupted(int number)
{
    for (int k = 0; k < 2; k++)
        if (pending[k])
            unlink(pending[k]);
    signal(number, SIG_DFL);
    raise(number);
}

static void remember(char *temporary)
{
    const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
    pending[pending[0] != NULL] = temporary;
    for (int k = 0; k < 3; k++)
        if (signal(numbers[k], SIG_IGN) != SIG_IGN) /* as under nohup */
            signal(numbers[k], interrupted);
}

static void forget(char *temporary)
{
    pending[pending[0] != temporary] = NULL;
}

static int failed(output *o, int error)
{
    cli_fail(CLI_FAILED, "%s: cannot write: %s", o->name, strerror(error));
    free(o->path);
    free(o->temporary);
    return CLI_FAILED;
}

/* A new file beside o->path with the rights that the finished one shall have. */
static FILE *open_temporary(output *o, const struct stat *old)
{
    const size_t size = strlen(o->path) + sizeof ".XXXXXX";
    o->temporary = malloc(size);
    if (!o->temporary)
        return NULL;
    snprintf(o->temporary, size, "%s.XXXXXX", o->path);
    const int descriptor = mkstemp(o->temporary);
    if (descriptor < 0)
        return NULL;
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor, old ? old->st_mode & 0777 : 0666 & ~mask);
    FILE *f = fdopen(descriptor, "w+");
    if (f)
        remember(o->temporary);
    else
        unlink(o->temporary);
    return f;
}

int output_open(output *o, const char *path)
{
    *o = (output){.name = path ? path : "standard output"};
    struct stat old;
    const int exists = path && stat(path, &old) == 0;
    if (!path) {
        o->stream = stdout;
    } else if (exists && !S_ISREG(old.st_mode)) {
        o->stream = fopen(path, "w");
    } else {
        o->path = exists ? realpath(path, NULL) : strdup(path); /* a symbolic link stays one */
        o->stream = o->path ? open_temporary(o, exists ? &old : NULL) : NULL;
    }
    return o->stream ? CLI_OK : failed(o, errno);
}

int output_close(output *o, bool keep)
{
    int bad = ferror(o->stream) || fflush(o->stream), error = errno;
    if (fclose(o->stream) && !bad) {
        bad = 1;
        error = errno;
    }
    if (o->temporary) {
        if (!bad && keep && rename(o->temporary, o->path)) {
            bad = 1;
            error = errno;
        }
        if (bad || !keep)
            unlink(o->temporary);
        forget(o->temporary);
    }
    if (bad && error != EPIPE)
        return failed(o, error);
    free(o->path);
    free(o->temporary);
    return bad ? CLI_FAILED : CLI_OK;
}

void output_number(FILE *f, double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", x);
    if (strtod(text, NULL) != x)
        snprintf(text, sizeof text, "%.17g", x);
    fputc(',', f);
    fputs(text, f);
}
