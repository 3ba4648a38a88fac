/* SPDX-License-Identifier: MIT */
/* What the texts in a simulator's program or library tell about it. None of its structures is read. */
#ifndef CODEMODELS_HOST_TEXTS_H
#define CODEMODELS_HOST_TEXTS_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* A program or library in memory. */
typedef struct host_object {
    uintptr_t inside; /* an address in it */
    uintptr_t base;
    const ElfW(Phdr) * segments;
    int count;
    unsigned constants; /* flags of the segments with constants, among PF_X */
} host_object;

/* Finds the program or library that holds an address. Returns false if none does. */
bool host_find(const void *address, host_object *o);

/* Whether a simulator has this text among its constants. */
bool host_holds(const host_object *o, const char *text);

/* Returns the version of a simulator, as "39" or "44.2". NULL if it is not found. */
const char *host_version(const host_object *o);

#endif
