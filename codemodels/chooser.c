/* SPDX-License-Identifier: MIT */
/* The plug-in that netlists name. The plug-in proper belongs to one version of ngspice, and this one to none: it finds out
 * which ngspice loads it, loads ngspice-VERSION/synaptogen.cm beside itself, and hands on what that answers. */
#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_texts.h"

static void *plugin; /* the plug-in proper; NULL: none serves this simulator */

/* Writes the folder of this plug-in, with a slash at its end. Returns false if it has no place or is too long. */
static bool own_folder(char folder[PATH_MAX])
{
    Dl_info self;
    if (!dladdr(&plugin, &self) || !realpath(self.dli_fname, folder))
        return false;
    strrchr(folder, '/')[1] = '\0';
    return true;
}

/* Writes the versions that have a plug-in, as "39, 44.2". Returns their number, and sets path to that of the last one. */
static size_t present(const char *folder, char *versions, size_t room, char path[PATH_MAX])
{
    char pattern[PATH_MAX + 32];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%sngspice-*/synaptogen.cm", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        return 0;
    const size_t count = found.gl_pathc;
    for (size_t k = 0; k < count; k++) {
        const char *version = strrchr(folder, '/') - folder + found.gl_pathv[k] + strlen("/ngspice-");
        const size_t size = strlen(versions);
        snprintf(versions + size, room - size, "%s%.*s", k > 0 ? ", " : "", (int)strcspn(version, "/"), version);
        snprintf(path, PATH_MAX, "%s", found.gl_pathv[k]);
    }
    globfree(&found);
    return count;
}

/* Loads the plug-in proper for the simulator with an address of its code. */
static void choose(const void *caller)
{
    char folder[PATH_MAX], path[PATH_MAX] = "", versions[256] = "";
    host_object simulator;
    const char *version = host_find(caller, &simulator) ? host_version(&simulator) : NULL;
    if (!own_folder(folder))
        return;
    const size_t count = present(folder, versions, sizeof versions, path);
    if (version && snprintf(path, sizeof path, "%sngspice-%s/synaptogen.cm", folder, version) >= (int)sizeof path)
        return;
    if (version ? access(path, F_OK) != 0 : count != 1) {
        dprintf(
            STDERR_FILENO,
            "synaptogen: this is ngspice %s, and %s has plug-ins for %s: build one for this ngspice, see README.md "
            "(./bootstrap, make install)\n",
            version ? version : "of an unknown version", folder, count > 0 ? versions : "none");
        return;
    }
    plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin)
        dprintf(STDERR_FILENO, "synaptogen: %s\n", dlerror());
}

/* Calls a function of the plug-in proper. Returns NULL if there is none. */
static void *ask(const char *name)
{
    void *symbol = plugin ? dlsym(plugin, name) : NULL;
    void *(*function)(void);
    memcpy(&function, &symbol, sizeof function);
    return symbol ? function() : NULL;
}

/* The simulator asks for this first. */
void *CMdevNum(void)
{
    static int none = 0;
    const void *caller = __builtin_return_address(0);
    if (!plugin)
        choose(caller);
    void *symbol = plugin ? dlsym(plugin, "CMdevNumFor") : NULL;
    void *(*number)(const void *);
    memcpy(&number, &symbol, sizeof number);
    return symbol ? number(caller) : &none;
}

void *CMdevs(void)
{
    return ask("CMdevs");
}

void *CMudnNum(void)
{
    static int none = 0;
    void *number = ask("CMudnNum");
    return number ? number : &none;
}

void *CMudns(void)
{
    return ask("CMudns");
}

/* The simulator writes its functions for plug-ins to the place that this points to. */
void *CMgetCoreItfPtr(void)
{
    static const void *nowhere;
    void *place = ask("CMgetCoreItfPtr");
    return place ? place : &nowhere;
}
