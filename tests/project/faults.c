/* SPDX-License-Identifier: MIT */
#include "project/faults.h"
#include "support/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

atomic_long faults_until[KINDS] = {-1, -1, -1, -1};
atomic_long faults_held;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *p);
size_t __real_fread(void *p, size_t size, size_t n, FILE *f);
size_t __real_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __real_fsync(int fd);
size_t __wrap_fread(void *p, size_t size, size_t n, FILE *f);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __wrap_fsync(int fd);

static int fails(int kind)
{
    return atomic_fetch_sub(&faults_until[kind], 1) == 0;
}

/* Fresh memory holds no zeros by chance. */
static void *handed_out(void *p, size_t size, int filled)
{
    if (p)
        faults_held++;
    return p && filled ? memset(p, 0xa5, size) : p;
}

void *__wrap_malloc(size_t size)
{
    return fails(ALLOCATION) ? NULL : handed_out(__real_malloc(size), size, 1);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(ALLOCATION) ? NULL : handed_out(__real_calloc(n, size), n * size, 0);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails(ALLOCATION) ? NULL : handed_out(__real_aligned_alloc(alignment, size), size, 1);
}

void *__wrap_realloc(void *p, size_t size)
{
    void *longer = fails(ALLOCATION) ? NULL : __real_realloc(p, size);
    return p ? longer : handed_out(longer, 0, 0);
}

char *__wrap_strdup(const char *text)
{
    return fails(ALLOCATION) ? NULL : handed_out(__real_strdup(text), 0, 0);
}

void __wrap_free(void *p)
{
    if (p)
        faults_held--;
    __real_free(p);
}

size_t __wrap_fread(void *p, size_t size, size_t n, FILE *f)
{
    const size_t got = __real_fread(p, size, n, f);
    return fails(READ) ? got / 2 : got;
}

size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f)
{
    errno = ENOSPC;
    return fails(WRITE) ? 0 : __real_fwrite(p, size, n, f);
}

int __wrap_fsync(int fd)
{
    errno = EIO;
    return fails(SYNC) ? -1 : __real_fsync(fd);
}

void faults_of_memory(const char *name, syn_status (*call)(void), long fewest)
{
    const long factor = support_cases(3, 1);
    for (long n = 0;; n = factor * n + 1) {
        const long blocks = faults_held;
        faults_until[ALLOCATION] = n;
        const syn_status s = call();
        const int failed = faults_until[ALLOCATION] < 0;
        faults_until[ALLOCATION] = -1;
        cr_assert(eq(int, s, failed ? SYN_ENOMEM : SYN_OK), "%s: allocation %ld: %s", name, n, syn_strstatus(s));
        cr_assert(faults_held == blocks, "%s: allocation %ld keeps %ld blocks", name, n, faults_held - blocks);
        if (failed)
            continue;
        cr_assert(gt(long, n, fewest), "%s", name);
        return;
    }
}
