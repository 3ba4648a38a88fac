/* SPDX-License-Identifier: MIT */
#include "models.h"

#include "fail.h"
#include "files.h"

#include <stdlib.h>
#include <sys/stat.h>

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
        syn_model_create(params, &(syn_model_options){.order = order}, &model, err);
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

void host_model_release(const syn_model *model)
{
    for (shared_model *s = shared_models; s; s = s->next)
        if (s->model == model)
            s->users--;
}
