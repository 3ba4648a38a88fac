/* SPDX-License-Identifier: MIT */
#include "numbers.h"

#include "fail.h"

#include <stdlib.h>
#include <sys/queue.h>

/* Numbers in blocks of 64, because cells mostly come in rows; the blocks in a hash table with open addressing. */
typedef struct number_block {
    uint64_t block, taken; /* taken 0: an empty place of the table */
} number_block;

struct host_numbers {
    LIST_ENTRY(host_numbers) link;
    const CKTcircuit *circuit;
    const syn_model *model;
    uint64_t seed;
    size_t users, size, used; /* size: places of the table, a power of 2 */
    number_block *table;
};

static LIST_HEAD(, host_numbers) all_numbers = LIST_HEAD_INITIALIZER(all_numbers);

host_numbers *host_numbers_acquire(const CKTcircuit *circuit, const syn_model *model, uint64_t seed)
{
    host_numbers *n;
    LIST_FOREACH (n, &all_numbers, link)
        if (n->circuit == circuit && n->model == model && n->seed == seed) {
            n->users++;
            return n;
        }
    n = malloc(sizeof *n);
    if (!n) {
        host_no_memory();
        return NULL;
    }
    *n = (host_numbers){.users = 1, .circuit = circuit, .model = model, .seed = seed};
    LIST_INSERT_HEAD(&all_numbers, n, link);
    return n;
}

void host_numbers_release(host_numbers *numbers)
{
    if (--numbers->users > 0)
        return;
    LIST_REMOVE(numbers, link);
    free(numbers->table);
    free(numbers);
}

/* The place of a block in a table that has room for it. */
static number_block *place_of(number_block *table, size_t size, uint64_t block)
{
    size_t k = (size_t)((block * 0x9e3779b97f4a7c15u) >> 32) & (size - 1); /* Fibonacci hashing */
    while (table[k].taken && table[k].block != block)
        k = (k + 1) & (size - 1);
    return &table[k];
}

/* Keeps a quarter of the table empty. */
static bool make_room(host_numbers *n)
{
    if (4 * n->used < 3 * n->size)
        return true;
    const size_t size = n->size ? 2 * n->size : 16;
    number_block *table = calloc(size, sizeof *table);
    if (!table)
        return false;
    for (size_t k = 0; k < n->size; k++)
        if (n->table[k].taken)
            *place_of(table, size, n->table[k].block) = n->table[k];
    free(n->table);
    n->table = table;
    n->size = size;
    return true;
}

bool host_numbers_take(host_numbers *numbers, uint64_t number)
{
    if (!make_room(numbers)) {
        host_no_memory();
        return false;
    }
    number_block *b = place_of(numbers->table, numbers->size, number >> 6);
    const uint64_t bit = (uint64_t)1 << (number & 63);
    if (b->taken & bit) {
        host_fail("cell number %llu is used twice with seed %llu", (unsigned long long)number,
                  (unsigned long long)numbers->seed);
        return false;
    }
    numbers->used += b->taken == 0;
    b->block = number >> 6;
    b->taken |= bit;
    return true;
}
