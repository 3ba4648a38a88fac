/* SPDX-License-Identifier: MIT */
/* The word that a mistyped one was meant to be. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

typedef struct nearest {
    const char *word, *best; /* best: the candidate with the fewest edits so far, NULL if none is near */
    size_t edits;
} nearest;

nearest nearest_begin(const char *word);
/* Compares a candidate. More edits than half of the word's length are not near. */
void nearest_try(nearest *n, const char *candidate);

#endif
