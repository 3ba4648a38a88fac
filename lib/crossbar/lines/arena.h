/* SPDX-License-Identifier: MIT */
/* Many arrays in one piece of memory. A function takes all arrays in turn; it is called twice, first while `start` is
 * NULL, which only counts the bytes, and again once the memory is there. */
#ifndef CROSSBAR_LINES_ARENA_H
#define CROSSBAR_LINES_ARENA_H

#include "array/array.h"

#include <stdbool.h>
#include <string.h>

typedef struct synp_arena {
    char *start; /* from synp_allocate; NULL: there is none yet */
    size_t bytes;
} synp_arena;

/* Takes the next `bytes` bytes, aligned to 64. */
static inline void *synp_take(synp_arena *a, size_t bytes)
{
    const size_t at = a->bytes;
    a->bytes += (bytes + 63) / 64 * 64;
    return a->start ? a->start + at : NULL;
}

/* Allocates what has been counted, all 0. Returns false without memory. */
static inline bool synp_arena_allocate(synp_arena *a)
{
    a->start = synp_allocate(a->bytes);
    if (a->start)
        memset(a->start, 0, a->bytes);
    return a->start != NULL;
}

#endif
