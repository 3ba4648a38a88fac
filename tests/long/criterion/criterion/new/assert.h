/* SPDX-License-Identifier: MIT */
/* The comparisons of Criterion's conditions. */
#ifndef TESTS_LONG_CRITERION_CRITERION_NEW_ASSERT_H
#define TESTS_LONG_CRITERION_CRITERION_NEW_ASSERT_H

#include <criterion/criterion.h>

/* -1, 0, 1: less, equal, greater. 2: neither of them, because one is no number. */
#define STAND_ORDER(TAG, TYPE)                                                                                       \
    static inline int stand_order_##TAG(TYPE a, TYPE b)                                                              \
    {                                                                                                                \
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2;                                                              \
    }
STAND_ORDER(dbl, double)
STAND_ORDER(flt, float)
STAND_ORDER(chr, char)
STAND_ORDER(int, int)
STAND_ORDER(uint, unsigned)
STAND_ORDER(long, long)
STAND_ORDER(ulong, unsigned long)
STAND_ORDER(u8, uint8_t)
STAND_ORDER(u32, uint32_t)
STAND_ORDER(u64, uint64_t)
STAND_ORDER(sz, size_t)
STAND_ORDER(ptr, const void *)
static inline int stand_order_str(const char *a, const char *b)
{
    return !a || !b ? 2 * (a != b) : strcmp(a, b) < 0 ? -1 : strcmp(a, b) > 0;
}

#define eq(TAG, A, B) (stand_order_##TAG(A, B) == 0)
#define ne(TAG, A, B) (stand_order_##TAG(A, B) != 0)
#define lt(TAG, A, B) (stand_order_##TAG(A, B) == -1)
#define gt(TAG, A, B) (stand_order_##TAG(A, B) == 1)
#define le(TAG, A, B) (stand_order_##TAG(A, B) <= 0)
#define ge(TAG, A, B) ((stand_order_##TAG(A, B) & ~1) == 0)
#define zero(TAG, A)  (stand_order_##TAG(A, 0) == 0)
#define not(A) (!(A))
#define epsilon_eq(TAG, A, B, E) stand_near((double)(A), (double)(B), (double)(E))
#define all(...)                 stand_all((const bool[]){__VA_ARGS__}, sizeof((const bool[]){__VA_ARGS__}))

static inline bool stand_near(double a, double b, double epsilon)
{
    return a == b || fabs(a - b) <= epsilon;
}

static inline bool stand_all(const bool *conditions, size_t n)
{
    while (n > 0)
        if (!conditions[--n])
            return false;
    return true;
}

#endif
