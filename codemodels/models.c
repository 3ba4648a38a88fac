/* SPDX-License-Identifier: MIT */
#include "models.h"

#include "fail.h"
#include "files.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <sys/stat.h>

/* A model without users stays until another one is loaded, because each run of a circuit releases its models and asks
 * for them again. */
typedef struct shared_model {
    LIST_ENTRY(shared_model) link;
    syn_model *model;
    size_t users;
    int order;
    struct stat file; /* zeroed for the built-in set */
} shared_model;

static LIST_HEAD(, shared_model) shared_models = LIST_HEAD_INITIALIZER(shared_models);

/* Whether two files are the same one, not changed in between. */
static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void drop_unused_models(void)
{
    for (shared_model *s = LIST_FIRST(&shared_models), *next; s; s = next) {
        next = LIST_NEXT(s, link);
        if (s->users > 0)
            continue;
        LIST_REMOVE(s, link);
        syn_model_free(s->model);
        free(s);
    }
}

/* file NULL: the built-in set. */
static const syn_model *acquire(const char *file, int order, syn_error *err)
{
    shared_model wanted = {.users = 1, .order = order}, *s;
    if (!file || stat(file, &wanted.file) == 0)
        LIST_FOREACH (s, &shared_models, link)
            if (s->order == order && same_file(&s->file, &wanted.file)) {
                s->users++;
                return s->model;
            }
    drop_unused_models();
    if (syn_model_open(file, &(syn_model_options){.order = order}, &wanted.model, err))
        return NULL;
    s = malloc(sizeof *s);
    if (!s) {
        *err = (syn_error){.status = SYN_ENOMEM, .text = "out of memory"};
        syn_model_free(wanted.model);
        return NULL;
    }
    *s = wanted;
    LIST_INSERT_HEAD(&shared_models, s, link);
    return s->model;
}

const syn_model *host_model_acquire(const char *path, int order)
{
    syn_error err = {.status = SYN_ENOMEM, .text = "out of memory"};
    char *file = *path ? host_find_parameter_file(path) : NULL;
    const syn_model *model = !*path || file ? acquire(file, order, &err) : NULL;
    free(file);
    if (!model) {
        char text[700];
        host_fail("params: %s", syn_error_format(&err, text, sizeof text));
    }
    return model;
}

static shared_model *entry_of(const syn_model *model)
{
    shared_model *s = LIST_FIRST(&shared_models);
    while (s->model != model)
        s = LIST_NEXT(s, link);
    return s;
}

void host_model_share(const syn_model *model)
{
    entry_of(model)->users++;
}

void host_model_release(const syn_model *model)
{
    entry_of(model)->users--;
}
