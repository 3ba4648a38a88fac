/* SPDX-License-Identifier: MIT */
/* Writer of the formats that params.h reads: "synaptogen-params/1" if it holds the set, else "synaptogen-params/2". Threads: any thread. */
#ifndef SYNAPTOGEN_PARAMS_WRITE_H
#define SYNAPTOGEN_PARAMS_WRITE_H

#include <stdio.h>
#include <synaptogen/curves.h>
#include <synaptogen/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where fitted figures come from. It becomes the object "provenance" of the file, which the reader ignores.
 * Zero-initialise it. */
typedef struct syn_provenance {
    const char *program;  /* name and version */
    const char *options;  /* as typed */
    const char *features; /* name of the file, with its uncompressed length and CRC-32 */
    uint64_t features_bytes;
    uint32_t features_crc;
    const char *sweeps; /* the same of the sweeps; NULL: the curves are those of the set curves_of */
    uint64_t sweeps_bytes;
    uint32_t sweeps_crc;
    const char *curves_of;           /* name of a parameter set; used without sweeps */
    const char *others_of;           /* name of the set of the features that nobody measured; NULL: all were fitted */
    const syn_fit_report *fit;       /* must not be NULL */
    const syn_curves_report *curves; /* NULL without sweeps */
    uint64_t reserved[8];            /* 0, room to grow */
} syn_provenance;

/* Writes the set so that syn_params_load returns the same numbers bit by bit. provenance and err may be NULL.
 * Text that is not UTF-8 is written with ? in place of its bytes above 127.
 * Returns SYN_OK; SYN_EINVAL (a reserved word); SYN_ENOMEM, with nothing written; SYN_EIO if f has an error. f is not
 * flushed: an error may also show later, in fflush or fclose. */
syn_status syn_params_write(const syn_params *p, const syn_provenance *provenance, FILE *f, syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
