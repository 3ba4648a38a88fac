/* SPDX-License-Identifier: MIT */
#include "measure/import/files.h"

#include "base/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_NAMES = 1 << 16 };

/* Order of the alphabet, but numbers in it by their size: loop2 before loop10. */
static int compare_naturally(const void *x, const void *y)
{
    const char *a = *(const char *const *)x, *b = *(const char *const *)y;
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            const size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
            if (n != m)
                return n < m ? -1 : 1;
            const int order = strncmp(a, b, n);
            if (order)
                return order;
            a += n;
            b += m;
        } else {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
        }
    }
    return (*a != 0) - (*b != 0);
}

syn_status synp_files_begin(synp_files *f, const char *const *path, size_t n, syn_error *err)
{
    *f = (synp_files){.n = n, .path = malloc((n + 1) * sizeof *f->path)};
    if (!f->path)
        return synp_no_memory(err);
    bool is_alphabet = true, is_natural = true;
    for (size_t k = 0; k < n; k++) {
        f->path[k] = path[k];
        is_alphabet = is_alphabet && (k == 0 || strcmp(path[k - 1], path[k]) <= 0);
        is_natural = is_natural && (k == 0 || compare_naturally(&path[k - 1], &path[k]) <= 0);
    }
    f->was_sorted = is_alphabet && !is_natural;
    if (f->was_sorted)
        qsort(f->path, n, sizeof *f->path, compare_naturally);
    for (size_t j = 0; n > 0 && path[0][j]; j++) {
        bool is_same = true;
        for (size_t k = 1; k < n; k++)
            is_same = is_same && path[k][j] == path[0][j];
        if (!is_same)
            break;
        f->common = path[0][j] == '/' ? j + 1 : f->common;
    }
    return SYN_OK;
}

void synp_files_end(synp_files *f)
{
    free(f->path);
    f->path = NULL;
}

/* Cuts an ending such as .gz off the name; a dot at the begin or before a digit is none. */
static void cut_ending(char *name)
{
    static const char *const endings[] = {"gz", "csv", "txt", "dat", "tsv", "asc", "log", "xls", "data"};
    char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');
    for (size_t k = 0; dot && dot > name && k < sizeof endings / sizeof *endings; k++)
        if (strcasecmp(dot + 1, endings[k]) == 0) {
            *dot = '\0';
            return;
        }
}

void synp_files_name(const synp_files *f, size_t k, bool folder, char *name, size_t size)
{
    const char *path = f->path[k];
    if (strcmp(path, "-") == 0) {
        snprintf(name, size, "%s", "");
        return;
    }
    char *slash = NULL;
    if (folder) { /* the last common folder belongs to the name */
        size_t from = f->common > 1 ? f->common - 1 : 0;
        while (from > 0 && path[from - 1] != '/')
            from--;
        snprintf(name, size, "%s", path + from);
        slash = strrchr(name, '/');
        if (slash)
            *slash = '\0';
        else
            name[0] = '\0';
    } else {
        snprintf(name, size, "%s", path + f->common);
        cut_ending(name);
        cut_ending(name);
    }
    for (char *c = name; *c; c++)
        *c = (char)(*c == ',' || *c == '"' || (unsigned char)*c < 0x20 ? '_' : *c);
}

syn_status synp_name_number(synp_name_list *l, const char *name, uint64_t *number, syn_error *err)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(l->name[l->sorted[middle]], name);
        if (order == 0) {
            *number = l->sorted[middle];
            return SYN_OK;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    if (l->n >= MOST_NAMES)
        return synp_fail(err, SYN_EDATA, "cell", "expected at most %d names of cells", MOST_NAMES);
    if (l->n == l->room) {
        size_t room = l->room;
        if (!synp_grow(&l->name, sizeof *l->name, &room) || !synp_grow(&l->sorted, sizeof *l->sorted, &l->room))
            return synp_no_memory(err);
    }
    char *copy = strdup(name);
    if (!copy)
        return synp_no_memory(err);
    memmove(l->sorted + low + 1, l->sorted + low, (l->n - low) * sizeof *l->sorted);
    l->sorted[low] = l->n;
    l->name[l->n] = copy;
    *number = l->n++;
    return SYN_OK;
}

void synp_name_list_free(synp_name_list *l)
{
    for (size_t k = 0; k < l->n; k++)
        free(l->name[k]);
    free(l->name);
    free(l->sorted);
    *l = (synp_name_list){0};
}
