/* SPDX-License-Identifier: MIT */
/* As much of Criterion's interface as the tests of the library use, for processors that Criterion does not know. Each test
 * runs in a process of its own. The program prints TAP. Time limits do not count: an emulator is slow. */
#ifndef TESTS_LONG_CRITERION_CRITERION_CRITERION_H
#define TESTS_LONG_CRITERION_CRITERION_CRITERION_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct stand_options {
    int first; /* an initialiser must not be empty */
    void (*init)(void);
    void (*fini)(void);
    double timeout;
} stand_options;

typedef struct stand_test {
    const char *suite, *name;
    void (*run)(void); /* NULL: options of a suite */
    stand_options options;
    struct stand_test *next;
} stand_test;

/* Weak: each source of a program has them, and the program once. */
__attribute__((weak)) stand_test *stand_tests;
__attribute__((weak)) void (*stand_fini)(void);
__attribute__((weak)) bool stand_failed;

enum { STAND_FAILED = 1, STAND_SKIPPED = 77 };

static inline __attribute__((noreturn)) void stand_leave(int status)
{
    if (stand_fini)
        stand_fini();
    fflush(NULL);
    _exit(status);
}

static inline bool stand_check(bool good, bool leave, const char *file, int line, const char *condition)
{
    if (good)
        return true;
    stand_failed = true;
    printf("# %s:%d: %s\n", file, line, condition);
    if (leave)
        stand_leave(STAND_FAILED);
    return false;
}

static inline __attribute__((noreturn)) void stand_child(const stand_test *t, const stand_options *suite)
{
    void (*init)(void) = t->options.init ? t->options.init : suite->init;
    stand_fini = t->options.fini ? t->options.fini : suite->fini;
    if (init)
        init();
    t->run();
    stand_leave(stand_failed ? STAND_FAILED : 0);
}

__attribute__((weak)) int main(void)
{
    int n = 0, bad = 0;
    for (const stand_test *t = stand_tests; t; t = t->next)
        n += t->run != NULL;
    printf("TAP version 13\n1..%d\n", n);
    n = 0;
    for (const stand_test *t = stand_tests; t; t = t->next) {
        if (!t->run)
            continue;
        stand_options suite = {0};
        for (const stand_test *s = stand_tests; s; s = s->next)
            if (!s->run && strcmp(s->suite, t->suite) == 0)
                suite = s->options;
        fflush(NULL);
        const pid_t child = fork();
        if (child == 0)
            stand_child(t, &suite);
        int status = -1;
        waitpid(child, &status, 0);
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        bad += code != 0 && code != STAND_SKIPPED;
        printf("%s %d - %s::%s%s\n", code == 0 || code == STAND_SKIPPED ? "ok" : "not ok", ++n, t->suite, t->name,
               code == STAND_SKIPPED ? " # SKIP" : "");
    }
    return bad != 0;
}

#define STAND_ADD(ID, SUITE, NAME, RUN, ...)                                                                         \
    static stand_test stand_of_##ID = {SUITE, NAME, RUN, {0, __VA_ARGS__}, NULL};                                    \
    static __attribute__((constructor)) void stand_add_##ID(void)                                                    \
    {                                                                                                                \
        stand_test **end = &stand_tests;                                                                             \
        while (*end)                                                                                                 \
            end = &(*end)->next;                                                                                     \
        *end = &stand_of_##ID;                                                                                       \
    }

#define TestSuite(SUITE, ...) STAND_ADD(SUITE, #SUITE, "", NULL, __VA_ARGS__) struct stand_test
#define Test(SUITE, NAME, ...)                                                                                       \
    static void SUITE##_##NAME(void);                                                                                \
    STAND_ADD(SUITE##_##NAME, #SUITE, #NAME, SUITE##_##NAME, __VA_ARGS__)                                            \
    static void SUITE##_##NAME(void)

#define cr_log_info(...)  (printf("# " __VA_ARGS__), putchar('\n'))
#define cr_skip(...)      stand_leave(STAND_SKIPPED)
#define cr_skip_test(...) stand_leave(STAND_SKIPPED)
#define STAND_TOLD(LEAVE, CONDITION, ...)                                                                            \
    (stand_check((CONDITION), LEAVE, __FILE__, __LINE__, #CONDITION) ? (void)0 : (void)cr_log_info("" __VA_ARGS__))
#define cr_assert(...) STAND_TOLD(true, __VA_ARGS__)
#define cr_expect(...) STAND_TOLD(false, __VA_ARGS__)

#endif
