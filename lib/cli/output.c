/* SPDX-License-Identifier: MIT */
#include "base/numeric.h"
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names of files that are not complete yet, for removal when the user interrupts: a result and a picture of it. A copy
 * has to stand here, because the signal can come at any time. */
enum { MOST_PENDING = 2 };
static char pending[MOST_PENDING][PATH_MAX];
static volatile sig_atomic_t is_pending[MOST_PENDING];

/* What ends a program and can be caught. */
static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGXCPU};
enum { ENDINGS = sizeof endings / sizeof *endings };

static void interrupted(int number)
{
    for (int k = 0; k < MOST_PENDING; k++)
        if (is_pending[k])
            unlink(pending[k]);
    signal(number, SIG_DFL);
    raise(number);
}

static void remember(output *o)
{
    o->slot = is_pending[0];
    snprintf(pending[o->slot], PATH_MAX, "%s", o->file.temporary);
    is_pending[o->slot] = 1;
    for (int k = 0; k < ENDINGS; k++)
        if (signal(endings[k], SIG_IGN) != SIG_IGN) /* as under nohup */
            signal(endings[k], interrupted);
}

/* Nothing stays of a pipe or a device, and its other end may let a program wait: signals end it at once. */
static bool is_no_file(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 && !S_ISREG(file.st_mode);
}

static int failed(const output *o, int error)
{
    return cli_fail(CLI_FAILED, "%s: cannot write: %s", o->name, strerror(error));
}

int output_open(output *o, const char *path)
{
    *o = (output){.stream = stdout, .name = path ? path : "standard output"};
    if (!path)
        return CLI_OK;
    /* No signal between the file and its place in the list. */
    sigset_t all, before;
    sigemptyset(&all);
    for (int k = 0; k < ENDINGS && !is_no_file(path); k++)
        sigaddset(&all, endings[k]);
    sigprocmask(SIG_BLOCK, &all, &before);
    const int error = synp_file_create(&o->file, path);
    if (!error && o->file.temporary)
        remember(o);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (error)
        return failed(o, error);
    o->stream = o->file.stream;
    return CLI_OK;
}

static int close_standard_output(void)
{
    const bool bad = ferror(stdout) || fflush(stdout);
    const int error = errno;
    return fclose(stdout) && !bad ? errno : bad ? error : 0;
}

int output_close(output *o, bool keep)
{
    const bool temporary = o->file.temporary != NULL;
    const int error = o->file.stream ? synp_file_close(&o->file, keep, false) : close_standard_output();
    if (temporary)
        is_pending[o->slot] = 0;
    if (error && error != EPIPE)
        return failed(o, error);
    return error ? CLI_FAILED : CLI_OK;
}

static volatile sig_atomic_t postponed;

static void postpone(int number)
{
    postponed = number;
}

/* Calls of the library that write a file of their own. */
typedef syn_status put_file(const void *what, const char *path, syn_error *err);

static int put_unbroken(put_file *put, const void *what, const char *path)
{
    void (*old[ENDINGS])(int);
    syn_error err;
    if (is_no_file(path))
        return put(what, path, &err) ? cli_fail_library("", &err) : CLI_OK;
    for (int k = 0; k < ENDINGS; k++)
        if ((old[k] = signal(endings[k], SIG_IGN)) != SIG_IGN)
            signal(endings[k], postpone);
    const syn_status status = put(what, path, &err);
    for (int k = 0; k < ENDINGS; k++)
        signal(endings[k], old[k] == SIG_ERR ? SIG_DFL : old[k]);
    if (postponed)
        raise(postponed);
    return status ? cli_fail_library("", &err) : CLI_OK;
}

static syn_status save_array(const void *a, const char *path, syn_error *err)
{
    return syn_array_save(a, path, err);
}

int output_save_array(const syn_array *a, const char *path)
{
    return put_unbroken(save_array, a, path);
}

typedef struct array_parts {
    const char *const *names;
    size_t count;
} array_parts;

static syn_status join_arrays(const void *parts, const char *path, syn_error *err)
{
    const array_parts *p = parts;
    return syn_array_join(p->names, p->count, 0, path, err);
}

int output_join_arrays(const char *const *parts, size_t count, const char *path)
{
    return put_unbroken(join_arrays, &(array_parts){parts, count}, path);
}

void output_number(FILE *f, double x)
{
    char text[SYNP_NUMBER_TEXT];
    fputc(',', f);
    fputs(synp_number_text(x, text), f);
}
