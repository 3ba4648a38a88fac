/* SPDX-License-Identifier: MIT */
#ifndef SYNAPTOGEN_BENCH_ROWS_H
#define SYNAPTOGEN_BENCH_ROWS_H

#include <stddef.h>

/* Whether a read selects a row: about half of them, scattered. deck.awk has the same rule. */
static inline int selected(size_t row)
{
    return (row * 37 + 11) % 101 < 51;
}

#endif
