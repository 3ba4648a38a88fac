/* SPDX-License-Identifier: MIT */
/* Vectors of the compiler. */
#ifndef BASE_VECTOR_H
#define BASE_VECTOR_H

#include <stdint.h>
#include <string.h>

/* The type `name`, a vector of `bytes` bytes of numbers, with load_name and store_name for addresses of any alignment. */
#define SYNP_VECTOR(name, number, bytes)                                                                             \
    typedef number name __attribute__((vector_size(bytes)));                                                         \
    static inline name load_##name(const number *p)                                                                  \
    {                                                                                                                \
        name v;                                                                                                      \
        memcpy(&v, p, sizeof v);                                                                                     \
        return v;                                                                                                    \
    }                                                                                                                \
    static inline void store_##name(number *p, name v)                                                               \
    {                                                                                                                \
        memcpy(p, &v, sizeof v);                                                                                     \
    }

#endif
