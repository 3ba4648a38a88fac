/* SPDX-License-Identifier: MIT */
/* Fuzz targets: each takes any bytes to one reader of the project, and asks of what is accepted that it is whole. A target
 * ends the process where a rule is broken. The same program replays inputs (main) and serves as a libFuzzer program
 * (-DFUZZ_LIBFUZZER). */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <synaptogen/status.h>

#define FUZZ_TARGETS(X)                                                                                              \
    X(params)    /* a parameter set */                                                                               \
    X(state)     /* a state file; the first byte is F if the checksums are to be made right, else R */               \
    X(features)  /* a table of features */                                                                           \
    X(sweeps)    /* a line of options, then a file of sweeps; see sweeps.c */                                        \
    X(endurance) /* the same with a table of an endurance measurement */                                             \
    X(csv)       /* a matrix of numbers as text */                                                                   \
    X(npy)       /* a matrix in NumPy's format */                                                                    \
    X(pattern)   /* bits */                                                                                          \
    X(voltages)  /* `pulse --voltages` */                                                                            \
    X(solve)     /* a circuit for `crossbar solve` */                                                                \
    X(options)   /* a command line, a word in each line */

#define X(name) void fuzz_##name(const uint8_t *bytes, size_t size);
FUZZ_TARGETS(X)
#undef X

/* Writes the bytes to a file in a scratch folder. Returns its path, which is overwritten by the next call with the same
 * name. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);

/* A path in the scratch folder; as fuzz_file. */
const char *fuzz_path(const char *name);

/* The file's contents, to be freed. */
uint8_t *fuzz_contents(const char *path, size_t *size);

/* Ends the process if the condition is false. */
#define fuzz_require(condition) ((condition) ? (void)0 : fuzz_stop(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_stop(const char *condition, const char *file, int line);

/* Ends the process unless *e says that a call failed with s, in one line. */
void fuzz_require_message(syn_status s, const syn_error *e);

/* Runs a command with these words, up to NULL; returns its exit status. */
int fuzz_command(const char *const *words);

#endif
