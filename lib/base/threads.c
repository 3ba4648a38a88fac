/* SPDX-License-Identifier: MIT */
#include "base/threads.h"

#include <stdatomic.h>
#include <unistd.h>

/* The process in which OpenMP has made its threads; 0: none yet. */
static atomic_int owner;

bool synp_threads_are_here(void)
{
    const int self = (int)getpid();
    int nobody = 0;
    return atomic_compare_exchange_strong(&owner, &nobody, self) || nobody == self;
}
