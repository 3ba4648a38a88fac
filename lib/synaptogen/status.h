/* SPDX-License-Identifier: MIT */
/* What a call reports: one status for every function that can fail, and a located message for those that
 * check user input. The library never prints, exits or aborts. */
#ifndef SYNAPTOGEN_STATUS_H
#define SYNAPTOGEN_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYN_STATUS_LIST(X)                                                                                           \
    X(SYN_OK, "success")                                                                                             \
    X(SYN_ENOMEM, "out of memory")                                                                                   \
    X(SYN_EINVAL, "argument outside its allowed range")                                                              \
    X(SYN_EIO, "file cannot be read")                                                                                \
    X(SYN_ESYNTAX, "file is not valid JSON")                                                                         \
    X(SYN_EFORMAT, "file does not hold a parameter set")                                                             \
    X(SYN_ENUMERIC, "no solution was found")                                                                         \
    X(SYN_ESTOPPED, "stopped by the caller")                                                                         \
    X(SYN_EDATA, "the measurements do not allow this estimate")

#define SYN_X(name, text) name,
typedef enum syn_status { SYN_STATUS_LIST(SYN_X) } syn_status;
#undef SYN_X

/* Where and why a call failed. Filled on failure only; a call that succeeds leaves it untouched.
 * file is empty when no file is involved, line is 1-based or 0 when unknown, field is the JSON path
 * ("device_gmm.chol[1][3]") or the parameter's name, text says what was expected and what was found. */
typedef struct syn_error {
    syn_status status;
    int line;
    char file[256];
    char field[96];
    char text[256];
} syn_error;

/* For calls that take long. They call it now and then with the share of the work that is done, 0 .. 1, from the thread
 * that made the call. If it returns false, the call stops and returns SYN_ESTOPPED. call NULL: no progress is shown. */
typedef struct syn_progress {
    bool (*call)(void *context, double share);
    void *context; /* handed to call */
} syn_progress;

/* A static English text for any value of s, never NULL. Any thread. */
const char *syn_strstatus(syn_status s);

/* Writes "file:line: field: text" (absent parts left out) into buf of size bytes, always terminated when
 * size > 0; returns buf. Any thread. */
const char *syn_error_format(const syn_error *e, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
