/* SPDX-License-Identifier: MIT */
/* What every room of the library needs: errors, growing arrays. No physics. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdint.h>
#include <synaptogen/status.h>

/* Puts a blank in place of each control character of a text that may hold words of a file: it stays one line, and a terminal
 * shows it as it is. */
void synp_one_line(char *text);

/* Fills err (unless NULL) with a printf-style text and returns status. An empty file and line 0 mean none. */
__attribute__((format(printf, 4, 5))) syn_status synp_fail(syn_error *err, syn_status status, const char *field,
                                                           const char *format, ...);

/* The error of missing memory. Fills err (unless NULL) and returns SYN_ENOMEM. */
syn_status synp_no_memory(syn_error *err);

/* Names the file of an error: sets err->file (unless err is NULL) and returns status. */
syn_status synp_in_file(syn_error *err, const char *file, syn_status status);

/* Refuses options whose reserved words are not 0: they were not zero-initialised, or belong to a later version.
 * type: name of the structure, for the message. Returns SYN_OK or SYN_EINVAL. */
syn_status synp_check_reserved(const uint64_t *reserved, size_t bytes, const char *type, syn_error *err);

/* Calls p->call, if there is one, with the share of the work that is done. Returns SYN_OK, or SYN_ESTOPPED if the caller
 * wants no more. */
syn_status synp_tell(const syn_progress *p, double share, syn_error *err);

/* Doubles the capacity *room of *v, an array from malloc of elements of `size` bytes, or NULL. Returns false if
 * there is no memory; nothing has changed then. */
bool synp_grow(void *v, size_t size, size_t *room);

#endif
