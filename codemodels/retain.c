/* SPDX-License-Identifier: MIT */
#include "retain.h"

#include <search.h>
#include <stdlib.h>

#include "ngspice/mifproto.h"

/* Of an instance that leaves something; in a tree of <search.h>. */
typedef struct retained {
    const GENinstance *instance; /* key */
    void *data;
    void (*release)(void *);
} retained;

static void *all_retained;
static bool removing;

static int compare_retained(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)((const retained *)a)->instance, y = (uintptr_t)((const retained *)b)->instance;
    return x < y ? -1 : x > y;
}

static void free_data(void *data, void (*release)(void *))
{
    if (data && release)
        release(data);
    free(data);
}

static void forget(const GENinstance *instance)
{
    retained **found = tfind(&(retained){.instance = instance}, &all_retained, compare_retained), *r;
    if (!found)
        return;
    r = *found;
    tdelete(r, &all_retained, compare_retained);
    free_data(r->data, r->release);
    free(r);
}

bool host_retain(const GENinstance *instance, void *data, void (*release)(void *))
{
    forget(instance);
    if (!data)
        return true;
    retained *r = malloc(sizeof *r);
    if (r)
        *r = (retained){instance, data, release};
    if (r && tsearch(r, &all_retained, compare_retained))
        return true;
    free_data(data, release);
    free(r);
    return false;
}

bool host_removing(void)
{
    return removing;
}

void *host_retained(const GENinstance *instance)
{
    retained *const *found = tfind(&(retained){.instance = instance}, &all_retained, compare_retained);
    return found ? (*found)->data : NULL;
}

int host_delete(GENinstance *instance)
{
    removing = true;
    const int error = MIFdelete(instance);
    removing = false;
    forget(instance);
    return error;
}
