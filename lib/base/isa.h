/* SPDX-License-Identifier: MIT */
/* The list of instruction sets for which the kernels are compiled, fastest first. Each kernel file is compiled once for
 * each of them, in a convenience library of its own (lib/Makefile.inc) with its flags and with SYNP_ISA_FILE, the header
 * isa_*.h that says what C cannot. A room with kernels has a table of functions for each and makes its list from this one:
 *
 *   #define ENTRY(isa, runs) &synp_array_##isa,
 *   static const synp_array_kernel *const kernels[] = {SYNP_ISAS(ENTRY)};
 *
 * Vectors have a fixed width, so instruction sets with vectors of unknown width (SVE, RVV) do not fit. */
#ifndef BASE_ISA_H
#define BASE_ISA_H

#include <stdbool.h>
#include <synaptogen/status.h>

#ifdef SYN_HAVE_AVX512
#define SYNP_ISA_AVX512(X)                                                                                           \
    X(avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&                             \
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
#else
#define SYNP_ISA_AVX512(X)
#endif
#ifdef SYN_HAVE_AVX2
#define SYNP_ISA_AVX2(X) X(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#else
#define SYNP_ISA_AVX2(X)
#endif
/* X(name, can this processor run it) */
#define SYNP_ISAS(X) SYNP_ISA_AVX512(X) SYNP_ISA_AVX2(X) X(generic, true)

/* In a kernel file: name_avx2 and so on, so that a debugger shows which one runs. */
#define SYNP_FOR_ISA(name)     SYNP_JOIN(name, SYNP_ISA)
#define SYNP_JOIN(name, isa)   SYNP_JOIN_2(name, isa)
#define SYNP_JOIN_2(name, isa) name##_##isa

/* Instruction sets are numbered from 0 in the order of the list. Returns NULL if there is no number isa. */
const char *synp_isa_name(int isa);

/* Whether this processor can run number isa. */
bool synp_isa_runs(int isa);

/* The instruction set of a name. NULL or "": the one that $SYNAPTOGEN_KERNEL names, or else the fastest. Returns SYN_OK, or
 * SYN_EINVAL if this processor cannot run it; err (may be NULL) lists those that it can. */
syn_status synp_isa_find(const char *name, int *isa, syn_error *err);

#endif
