/* SPDX-License-Identifier: MIT */
/* Faults on demand: the linker puts functions between the library and the C library (-Wl,--wrap), so that each call can fail
 * in turn and blocks can be counted. */
#ifndef TESTS_PROJECT_FAULTS_H
#define TESTS_PROJECT_FAULTS_H

#include <stdatomic.h>
#include <synaptogen/status.h>

enum { ALLOCATION, READ, WRITE, SYNC, KINDS };
extern atomic_long faults_until[KINDS]; /* calls before the one that fails; negative: none does */
extern atomic_long faults_held;         /* blocks not yet freed */

/* Has allocations of a call fail in turn until it has no more of them. Calls allocate thousands of times: not each of them
 * fails, but the 1st, 2nd, 5th, 14th, ..; in make check-long each. A failure is SYN_ENOMEM and keeps no block. fewest: the
 * call allocates more often than that. */
void faults_of_memory(const char *name, syn_status (*call)(void), long fewest);

#endif
