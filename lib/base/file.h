/* SPDX-License-Identifier: MIT */
/* A file that appears when it is complete. What is written goes to a new file beside the path, which takes the place of
 * the path in one step at the end. A reader sees the old contents or the new ones, never half of them. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>

typedef struct synp_file {
    FILE *stream;
    char *target;    /* the path with symbolic links followed; NULL if it is written directly */
    char *temporary; /* name of the file until it is complete; NULL if it is written directly */
} synp_file;

/* Whether a file that may exist could be opened for writing. The folder decides whether a file can be replaced, but a file that
 * nobody may write (mode 444), or that this user may not, is one to keep. Returns 0 or errno. */
int synp_file_may_write(const char *path);

/* Opens f for writing. A new file gets the rights that any new file gets, another one keeps its rights. What is no
 * regular file (a pipe, a device) is written directly. A file that synp_file_may_write refuses is not replaced. Returns 0
 * or errno; there is nothing to close then. */
int synp_file_create(synp_file *f, const char *path);

/* Closes f. keep: the file appears at its path. on_disk: not before it is safe on the disk. Without keep, or on
 * failure, the path is as it was. Returns 0 or errno. */
int synp_file_close(synp_file *f, bool keep, bool on_disk);

#endif
