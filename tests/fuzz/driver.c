/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[PATH_MAX];
static FILE *report; /* standard error, which the commands do not write to */

_Noreturn void fuzz_stop(const char *condition, const char *file, int line)
{
    fprintf(report ? report : stderr, "%s:%d: %s does not hold\n", file, line, condition);
    fflush(report);
    abort();
}

static void remove_folder(void)
{
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));)
        unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(folder);
}

const char *fuzz_path(const char *name)
{
    enum { PATHS = 4 };
    static char path[PATHS][PATH_MAX + NAME_MAX];
    static int next;
    next = (next + 1) % PATHS;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    const char *path = fuzz_path(name);
    FILE *f = fopen(path, "wb");
    fuzz_require(f != NULL);
    fuzz_require(fwrite(bytes, 1, size, f) == size);
    fuzz_require(fclose(f) == 0);
    return path;
}

uint8_t *fuzz_contents(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t room = 0;
    *size = 0;
    fuzz_require(f != NULL);
    for (size_t got = 1; got > 0; *size += got) {
        if (*size == room && !(bytes = realloc(bytes, room = 2 * room + 4096)))
            abort();
        got = fread(bytes + *size, 1, room - *size, f);
    }
    fclose(f);
    return bytes;
}

void fuzz_require_message(syn_status s, const syn_error *e)
{
    fuzz_require(s != SYN_OK && e->status == s);
    fuzz_require(memchr(e->file, 0, sizeof e->file) && memchr(e->field, 0, sizeof e->field));
    fuzz_require(memchr(e->text, 0, sizeof e->text) && e->text[0]);
    fuzz_require(e->line >= 0);
    char line[1024];
    for (const char *c = syn_error_format(e, line, sizeof line); *c; c++)
        fuzz_require((unsigned char)*c >= ' ' && *c != 127);
}

static void begin(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/synaptogen-fuzz-XXXXXX", temporary ? temporary : "/tmp");
    fuzz_require(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    signal(SIGPIPE, SIG_IGN);
}

static void (*find(const char *name))(const uint8_t *, size_t)
{
#define X(target)                                                                                                    \
    if (name && strcmp(name, #target) == 0)                                                                          \
        return fuzz_##target;
    FUZZ_TARGETS(X)
#undef X
    return NULL;
}

#ifdef FUZZ_LIBFUZZER
/* $FUZZ_TARGET names the target. */
static void (*target)(const uint8_t *, size_t);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    target = find(getenv("FUZZ_TARGET"));
    fuzz_require(target != NULL);
    report = fdopen(dup(STDERR_FILENO), "w");
    begin();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    target(bytes, size);
    return 0;
}
#else
enum { LONGEST = 120 }; /* s for one input */

/* fuzz TARGET FILE...: names each file before it is tried, so that the last one is the one that failed. */
int main(int argc, char **argv)
{
    void (*const target)(const uint8_t *, size_t) = argc > 1 ? find(argv[1]) : NULL;
    report = fdopen(dup(STDERR_FILENO), "w");
    if (!target || argc < 3) {
        fprintf(report, "usage: fuzz TARGET FILE...; the targets:");
#define X(name) fprintf(report, " " #name);
        FUZZ_TARGETS(X)
#undef X
        fprintf(report, "\n");
        return 2;
    }
    begin();
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDERR_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDIN_FILENO);
    for (int k = 2; k < argc; k++) {
        size_t size;
        fprintf(report, "%s\n", argv[k]);
        fflush(report);
        uint8_t *bytes = fuzz_contents(argv[k], &size);
        alarm(LONGEST);
        target(bytes, size);
        free(bytes);
    }
    return 0;
}
#endif
