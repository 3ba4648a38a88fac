/* SPDX-License-Identifier: MIT */
/* The files of an import: their order, and the names of cells. Not installed. */
#ifndef MEASURE_IMPORT_FILES_H
#define MEASURE_IMPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <synaptogen/status.h>

typedef struct synp_files {
    const char **path; /* [n], in the order of reading */
    size_t n;
    size_t common;   /* length of the folders that all have in common */
    bool was_sorted; /* loop2 before loop10, although they came in the order of the alphabet */
} synp_files;

/* The paths must outlive f. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_files_begin(synp_files *f, const char *const *path, size_t n, syn_error *err);
void synp_files_end(synp_files *f);

/* Name of a cell: the path without the common folders and without endings; folder: of the file's folder instead. */
void synp_files_name(const synp_files *f, size_t k, bool folder, char *name, size_t size);

/* Names with numbers in the order of their first appearance. */
typedef struct synp_name_list {
    char **name;    /* [n]: of number k */
    size_t *sorted; /* [n]: numbers in the order of the alphabet */
    size_t n, room;
} synp_name_list;

/* Number of a name, which is added if it is new. Returns SYN_OK, SYN_ENOMEM, SYN_EDATA (too many names). */
syn_status synp_name_number(synp_name_list *l, const char *name, uint64_t *number, syn_error *err);
void synp_name_list_free(synp_name_list *l);

#endif
