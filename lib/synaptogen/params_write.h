/* SPDX-License-Identifier: MIT */
/* Writer of "synaptogen-params/1". */
#ifndef SYNAPTOGEN_PARAMS_WRITE_H
#define SYNAPTOGEN_PARAMS_WRITE_H

#include <stdio.h>
#include <synaptogen/curves.h>
#include <synaptogen/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where fitted figures come from. It becomes the file's object "provenance", which the reader passes over. */
typedef struct syn_provenance {
    const char *program, *options; /* name and version; as typed */
    const char *features;          /* name of the file, its uncompressed length and CRC-32 */
    uint64_t features_bytes;
    uint32_t features_crc;
    const char *sweeps; /* the same; NULL: the curves are those of the set curves_of */
    uint64_t sweeps_bytes;
    uint32_t sweeps_crc;
    const char *curves_of;
    const syn_fit_report *fit;
    const syn_curves_report *curves; /* NULL without sweeps */
} syn_provenance;

/* Writes the set so that syn_params_load gives back the same numbers bit by bit; provenance may be NULL. Whether f
 * took it, ferror tells. */
void syn_params_write(const syn_params *p, const syn_provenance *provenance, FILE *f);

#ifdef __cplusplus
}
#endif
#endif
