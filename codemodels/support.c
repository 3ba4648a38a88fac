/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "ngspice/mifdefs.h"

#include <dirent.h>
#include <dlfcn.h>
#include <search.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ngspice/dllitf.h"

extern struct coreInfo_t *coreitf;

const char *host_instance_name(const Mif_Private_t *mif_private)
{
    /* The one thing that a code model is handed of its instance is a pointer to this member of it. */
    const char *callback = (const char *)mif_private->callback;
    return ((const MIFinstance *)(callback - offsetof(MIFinstance, callback)))->MIFname;
}

int host_trailing_number(const char *name, uint64_t *number)
{
    const char *end = name + strlen(name), *digits = end;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    uint64_t n = 0;
    for (const char *d = digits; d < end; d++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*d - '0'), &n))
            return 0;
    *number = n;
    return digits < end;
}

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
        char message[1024];
        va_list args;
        va_start(args, format);
        vsnprintf(message, sizeof message, format, args);
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

void host_fail_again(void)
{
    /* ngspice 39 gives code models no way to end an analysis. No convergence, no stepping aids and no room for a
     * smaller time step make it give up at once. */
    CKTcircuit *ckt = cm_get_circuit();
    ckt->CKTnumGminSteps = ckt->CKTnumSrcSteps = 0;
    ckt->CKTdelmin = 1e30;
    cm_analog_not_converged();
}

/* Replaces the last component of path, which starts at name, by an entry of its directory that differs only in case.
 * 1 if there is one. */
static int match_component(char *path, char *name)
{
    const char saved = *name;
    *name = '\0';
    DIR *dir = opendir(*path ? path : ".");
    *name = saved;
    int found = 0;
    for (struct dirent *e; dir && !found && (e = readdir(dir));)
        if (strcasecmp(e->d_name, name) == 0) {
            strcpy(name, e->d_name); /* of the same length */
            found = 1;
        }
    if (dir)
        closedir(dir);
    return found;
}

/* Corrects the case of an existing file's path in place. 1 if the file exists. */
static int match_path(char *path)
{
    if (access(path, F_OK) == 0)
        return 1;
    for (char *name = path + strspn(path, "/"); *name;) {
        char *end = name + strcspn(name, "/"), saved = *end;
        *end = '\0';
        const int found = access(path, F_OK) == 0 || match_component(path, name);
        *end = saved;
        if (!found)
            return 0;
        name = end + strspn(end, "/");
    }
    return 1;
}

/* A copy of path as it exists on disk, or path itself for the error message. To be freed. */
static char *find_file(const char *path)
{
    const char *directory = cm_get_path();
    if (path[0] != '/' && directory && *directory) {
        char *beside_netlist = NULL;
        if (asprintf(&beside_netlist, "%s/%s", directory, path) >= 0 && match_path(beside_netlist))
            return beside_netlist;
        free(beside_netlist);
    }
    char *as_given = strdup(path);
    if (as_given)
        match_path(as_given);
    return as_given;
}

/* A model without users stays until another one is loaded: each run of a circuit releases its models and asks for
 * them again. */
typedef struct shared_model {
    struct shared_model *next;
    syn_model *model;
    size_t users;
    int order;
    struct stat file; /* zeroed for the built-in set */
} shared_model;

static shared_model *shared_models;

/* file NULL: the built-in set. */
static syn_model *load_model(const char *file, int order, syn_error *err)
{
    syn_params *params = malloc(sizeof *params);
    syn_model *model = NULL;
    if (!params)
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
    else if ((file ? syn_params_load(file, params, err) : syn_params_default(params, err)) == SYN_OK)
        syn_model_create(params, order, &model, err);
    free(params);
    return model;
}

/* Whether two files are one and have the same contents. */
static int same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void drop_unused_models(void)
{
    for (shared_model **link = &shared_models; *link;) {
        shared_model *s = *link;
        if (s->users > 0) {
            link = &s->next;
            continue;
        }
        *link = s->next;
        syn_model_free(s->model);
        free(s);
    }
}

static const syn_model *acquire(const char *file, int order, syn_error *err)
{
    shared_model wanted = {.users = 1, .order = order};
    if (!file || stat(file, &wanted.file) == 0)
        for (shared_model *s = shared_models; s; s = s->next)
            if (s->order == order && same_file(&s->file, &wanted.file)) {
                s->users++;
                return s->model;
            }
    drop_unused_models();
    wanted.model = load_model(file, order, err);
    if (!wanted.model)
        return NULL;
    shared_model *s = malloc(sizeof *s);
    if (!s) {
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
        syn_model_free(wanted.model);
        return NULL;
    }
    wanted.next = shared_models;
    *s = wanted;
    shared_models = s;
    return s->model;
}

const syn_model *host_model_acquire(const char *path, int order, syn_error *err)
{
    if (!*path)
        return acquire(NULL, order, err);
    char *file = find_file(path);
    if (!file) {
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
        return NULL;
    }
    const syn_model *model = acquire(file, order, err);
    free(file);
    return model;
}

void host_model_release(const syn_model *model)
{
    for (shared_model *s = shared_models; s; s = s->next)
        if (s->model == model)
            s->users--;
}

static void *identities; /* a tree of <search.h> */

static int compare_identities(const void *a, const void *b)
{
    const host_identity *x = a, *y = b;
    if (x->circuit != y->circuit)
        return (uintptr_t)x->circuit < (uintptr_t)y->circuit ? -1 : 1;
    if (x->model != y->model)
        return (uintptr_t)x->model < (uintptr_t)y->model ? -1 : 1;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

int host_identity_claim(const host_identity *identity)
{
    const host_identity *const *owner = tsearch(identity, &identities, compare_identities);
    return owner && *owner == identity;
}

void host_identity_release(const host_identity *identity)
{
    const host_identity *const *owner = tfind(identity, &identities, compare_identities);
    if (owner && *owner == identity)
        tdelete(identity, &identities, compare_identities);
}
