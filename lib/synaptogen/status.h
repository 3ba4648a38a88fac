/* SPDX-License-Identifier: MIT */
/* How a call reports: a status from every function that can fail, and a message that says where and why.
 * The library never prints, exits or aborts. Every syn_error * may be NULL. */
#ifndef SYNAPTOGEN_STATUS_H
#define SYNAPTOGEN_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(status, text, what the caller can do) */
#define SYN_STATUS_LIST(X)                                                                                           \
    X(SYN_OK, "success", "go on")                                                                                    \
    X(SYN_ENOMEM, "out of memory", "free memory or ask for less, then call again")                                   \
    X(SYN_EINVAL, "argument outside its allowed range", "correct the argument that the error names")                 \
    X(SYN_EIO, "file cannot be read or written", "check path, rights and space on the disk")                         \
    X(SYN_ESYNTAX, "file is not valid JSON", "correct the file at the line that the error names")                    \
    X(SYN_EFORMAT, "contents are not of the expected format", "correct the field that the error names")              \
    X(SYN_ENUMERIC, "no solution was found", "change the inputs: they are extreme or contradict each other")         \
    X(SYN_ESTOPPED, "stopped by the caller", "keep or drop what was done until then")                                \
    X(SYN_EDATA, "the measurements do not allow this estimate", "measure more, or ask for a simpler model")

#define SYN_X(name, text, advice) name,
typedef enum syn_status { SYN_STATUS_LIST(SYN_X) } syn_status;
#undef SYN_X

/* Where and why a call failed. A call that fails fills it; a call that succeeds leaves it untouched. */
typedef struct syn_error {
    syn_status status;
    int line;       /* 1-based; 0 if unknown */
    char file[256]; /* empty if there is none */
    char field[96]; /* JSON path ("device_gmm.chol[1][3]"), name of the argument or of its member */
    char text[256]; /* what was expected and what was found; or value and allowed range */
} syn_error;

/* For calls that take long. They call it now and then with the share of the work that is done, 0 .. 1, from the thread
 * that made the call. If it returns false, the call stops and returns SYN_ESTOPPED. call NULL: no progress is shown. */
typedef struct syn_progress {
    bool (*call)(void *context, double share);
    void *context; /* handed to call */
} syn_progress;

/* The text of a status, "unknown status" for any other number. Static text, never NULL. Any thread. */
const char *syn_strstatus(syn_status status);

/* What the caller can do about a status, in one phrase; as syn_strstatus. */
const char *syn_status_advice(syn_status status);

/* Writes "file:line: field: text" (absent parts left out) into buf of size bytes, always terminated when
 * size > 0; returns buf. Any thread. */
const char *syn_error_format(const syn_error *e, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
