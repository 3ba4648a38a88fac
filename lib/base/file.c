/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".XXXXXX"; /* of mkstemp */

static mode_t rights_of_new_files(void)
{
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Opens a new file beside f->target. */
static FILE *open_temporary(synp_file *f, mode_t rights)
{
    const int descriptor = mkstemp(f->temporary);
    if (descriptor < 0)
        return NULL;
    fchmod(descriptor, rights);
    FILE *stream = fdopen(descriptor, "w+b");
    if (!stream) {
        close(descriptor);
        unlink(f->temporary);
    }
    return stream;
}

static int give_up(synp_file *f, int error)
{
    free(f->target);
    free(f->temporary);
    *f = (synp_file){0};
    return error ? error : EIO;
}

int synp_file_may_write(const char *path)
{
    struct stat old;
    if (stat(path, &old) || !S_ISREG(old.st_mode))
        return 0;
    if ((old.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) /* the superuser may write everything */
        return EACCES;
    return access(path, W_OK) ? errno : 0;
}

int synp_file_create(synp_file *f, const char *path)
{
    *f = (synp_file){0};
    struct stat old;
    const bool exists = stat(path, &old) == 0;
    if (exists && !S_ISREG(old.st_mode)) {
        f->stream = fopen(path, "wb");
        return f->stream ? 0 : give_up(f, errno);
    }
    const int refused = synp_file_may_write(path);
    if (refused)
        return give_up(f, refused);
    char followed[PATH_MAX];
    if (exists && !realpath(path, followed))
        return give_up(f, errno);
    const char *target = exists ? followed : path;
    const size_t length = strlen(target);
    f->target = malloc(length + 1);
    f->temporary = malloc(length + sizeof suffix);
    if (!f->target || !f->temporary)
        return give_up(f, ENOMEM);
    memcpy(f->target, target, length + 1);
    memcpy(f->temporary, target, length);
    memcpy(f->temporary + length, suffix, sizeof suffix);
    f->stream = open_temporary(f, exists ? old.st_mode & 0777 : rights_of_new_files());
    return f->stream ? 0 : give_up(f, errno);
}

int synp_file_close(synp_file *f, bool keep, bool on_disk)
{
    bool bad =
        ferror(f->stream) || fflush(f->stream) || (on_disk && keep && f->temporary && fsync(fileno(f->stream)));
    int error = errno;
    if (fclose(f->stream) && !bad) {
        bad = true;
        error = errno;
    }
    if (f->temporary) {
        if (!bad && keep && rename(f->temporary, f->target)) {
            bad = true;
            error = errno;
        }
        if (bad || !keep)
            unlink(f->temporary);
    }
    if (bad)
        return give_up(f, error);
    give_up(f, 0);
    return 0;
}
