/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Replaces the last component of path, which starts at name, by an entry of its folder that differs in case alone.
 * Returns whether there is one. */
static bool match_component(char *path, char *name)
{
    const char saved = *name;
    *name = '\0';
    DIR *dir = opendir(*path ? path : ".");
    *name = saved;
    bool found = false;
    for (struct dirent *e; dir && !found && (e = readdir(dir));)
        if (strcasecmp(e->d_name, name) == 0) {
            strcpy(name, e->d_name); /* of the same length */
            found = true;
        }
    if (dir)
        closedir(dir);
    return found;
}

/* Corrects the case of a path in place. Returns whether the file exists. */
static bool match_path(char *path)
{
    if (access(path, F_OK) == 0)
        return true;
    for (char *name = path + strspn(path, "/"); *name;) {
        char *end = name + strcspn(name, "/"), saved = *end;
        *end = '\0';
        const bool found = access(path, F_OK) == 0 || match_component(path, name);
        *end = saved;
        if (!found)
            return false;
        name = end + strspn(end, "/");
    }
    return true;
}

/* Returns the path of an existing file in the netlist's folder, to be freed; NULL if there is none. */
static char *beside_netlist(const char *path)
{
    const char *directory = cm_get_path();
    char *found = NULL;
    if (path[0] == '/' || !directory || !*directory || asprintf(&found, "%s/%s", directory, path) < 0)
        return NULL;
    if (match_path(found))
        return found;
    free(found);
    return NULL;
}

char *host_find_parameter_file(const char *path)
{
    char *file = beside_netlist(path);
    if (!file && (file = strdup(path)))
        match_path(file);
    return file;
}

char *host_find_state_file(const char *path)
{
    char *as_given = strdup(path), *other = NULL;
    if (as_given && !match_path(as_given) && (other = beside_netlist(path))) {
        free(as_given);
        return other;
    }
    return as_given;
}

char *host_output_file(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup("."), *file = NULL;
    char *absolute = folder && match_path(folder) ? realpath(folder, NULL) : NULL;
    if (*name && absolute && access(absolute, W_OK | X_OK) == 0 && asprintf(&file, "%s/%s", absolute, name) < 0)
        file = NULL;
    free(folder);
    free(absolute);
    return file;
}
