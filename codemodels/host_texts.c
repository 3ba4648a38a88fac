/* SPDX-License-Identifier: MIT */
#include "host_texts.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

static int find_object(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    host_object *o = context;
    for (int k = 0; k < info->dlpi_phnum; k++) {
        const ElfW(Phdr) *s = &info->dlpi_phdr[k];
        if (s->p_type != PT_LOAD || o->inside - (info->dlpi_addr + s->p_vaddr) >= s->p_memsz)
            continue;
        *o = (host_object){o->inside, info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum, 0};
        return 1;
    }
    return 0;
}

/* A stretch of memory, and where in it a text was found. */
typedef struct place {
    const char *begin, *end, *found; /* found: NULL if it was not */
} place;

/* memmem takes four times as long: it looks at one character at a time, and memchr at many. */
static const char *search(const char *begin, const char *end, const char *text)
{
    const size_t length = strlen(text);
    for (const char *p = begin; (size_t)(end - p) >= length; p++) {
        p = memchr(p, *text, (size_t)(end - p) - length + 1);
        if (!p || memcmp(p, text, length) == 0)
            return p;
    }
    return NULL;
}

/* Finds a text of an object. flags: those of the segments to search, among PF_W and PF_X. */
static place find_text(const host_object *o, const char *text, unsigned flags)
{
    place p = {0};
    for (int k = 0; k < o->count && !p.found; k++) {
        const ElfW(Phdr) *s = &o->segments[k];
        if (s->p_type != PT_LOAD || !(s->p_flags & PF_R) || (s->p_flags & (PF_W | PF_X)) != flags)
            continue;
        p.begin = (const char *)(o->base + s->p_vaddr);
        p.end = p.begin + s->p_filesz;
        p.found = search(p.begin, p.end, text);
    }
    return p;
}

/* A linker puts constants next to the code or into a segment of their own. */
bool host_find(const void *address, host_object *o)
{
    static const char always[] = "XSPICE extensions included";
    *o = (host_object){.inside = (uintptr_t)address};
    if (!dl_iterate_phdr(find_object, o))
        return false;
    o->constants = find_text(o, always, 0).found ? 0 : PF_X;
    return true;
}

bool host_holds(const host_object *o, const char *text)
{
    return find_text(o, text, o->constants).found != NULL;
}

/* Whether a text looks like "39" or "44.2". */
static bool is_version(const char *text)
{
    const size_t length = strspn(text, "0123456789.+");
    return *text >= '0' && *text <= '9' && length < 12 && text[length] == '\0';
}

/* ngspice's source conf.c has the version as a variable beside that of a notice, before it or after it as the compiler
 * likes. Zeros align them. */
const char *host_version(const host_object *o)
{
    const place p = find_text(o, "Please file your bug-reports at ", PF_W);
    if (!p.found)
        return NULL;
    const char *after = p.found + strlen(p.found), *before = p.found;
    while (after < p.end && *after == '\0')
        after++;
    if (after < p.end && is_version(after))
        return after;
    while (before > p.begin && before[-1] == '\0')
        before--;
    while (before > p.begin && before[-1] != '\0')
        before--;
    return is_version(before) ? before : NULL;
}
