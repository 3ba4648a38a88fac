/* SPDX-License-Identifier: MIT */
/* The word that a mistyped one was meant to be. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

typedef struct synp_nearest {
    const char *word, *best; /* best: the candidate with the fewest edits so far, NULL if none is near */
    size_t edits;
} synp_nearest;

synp_nearest synp_nearest_begin(const char *word);
/* Compares a candidate. More edits than half of the word's length are not near. */
void synp_nearest_try(synp_nearest *n, const char *candidate);

#endif
