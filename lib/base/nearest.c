/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <string.h>

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance: insertions, deletions and replacements of single characters, the fewest that turn a into b.
 * row[j] is the distance between the first i characters of a and the first j of b. */
static size_t distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    size_t row[LONGEST + 1];
    if (strlen(a) > LONGEST || n > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[n];
}

synp_nearest synp_nearest_begin(const char *word)
{
    return (synp_nearest){word, NULL, strlen(word) / 2 + 1};
}

void synp_nearest_try(synp_nearest *n, const char *candidate)
{
    const size_t edits = distance(n->word, candidate);
    if (edits < n->edits) {
        n->best = candidate;
        n->edits = edits;
    }
}
