/* SPDX-License-Identifier: MIT */
/* What every room of the library needs: errors, growing arrays. No physics. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <synaptogen/status.h>

/* Fills err (unless NULL) with a printf-style text and returns status. An empty file and line 0 mean none. */
__attribute__((format(printf, 4, 5))) syn_status synp_fail(syn_error *err, syn_status status, const char *field,
                                                           const char *format, ...);

/* Doubles the capacity *room of *v, an array from malloc of elements of `size` bytes, or NULL. Returns 0 if there is
 * no memory; nothing has changed then. */
int synp_grow(void *v, size_t size, size_t *room);

#endif
