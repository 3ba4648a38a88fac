/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ngspice/config.h"

/* Options of configure that change layouts, and a text that an ngspice holds if it was built with the option. */
static const struct {
    const char *name, *text;
    bool built; /* the headers of this build have it */
} options[] = {
#ifdef KLU
    {"klu", "Compiled with KLU", true},
#else
    {"klu", "Compiled with KLU", false},
#endif
#ifdef CIDER
    {"cider", "CIDER 1.b1", true},
#else
    {"cider", "CIDER 1.b1", false},
#endif
#ifdef WITH_PSS
    {"pss", "steady_coeff", true},
#else
    {"pss", "steady_coeff", false},
#endif
#ifdef RFSPICE
    {"sp", "donoise", true},
#else
    {"sp", "donoise", false},
#endif
#ifdef OSDI
    {"osdi", "Loads a osdi library", true},
#else
    {"osdi", "Loads a osdi library", false},
#endif
#ifdef PREDICTOR
    {"predictor", "--enable-predictor", true},
#else
    {"predictor", "--enable-predictor", false},
#endif
#ifdef NEWTRUNC
    {"newtrunc", "--enable-newtrunc", true},
#else
    {"newtrunc", "--enable-newtrunc", false},
#endif
#ifdef WANT_SENSE2
    {"sense2", "--enable-sense2", true},
#else
    {"sense2", "--enable-sense2", false},
#endif
};
enum { OPTIONS = sizeof options / sizeof *options };

/* A program or library in memory. */
typedef struct object {
    uintptr_t inside; /* an address in it */
    uintptr_t base;
    const ElfW(Phdr) * segments;
    int count;
} object;

static int find_object(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    object *o = context;
    for (int k = 0; k < info->dlpi_phnum; k++) {
        const ElfW(Phdr) *s = &info->dlpi_phdr[k];
        if (s->p_type != PT_LOAD || o->inside - (info->dlpi_addr + s->p_vaddr) >= s->p_memsz)
            continue;
        *o = (object){o->inside, info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum};
        return 1;
    }
    return 0;
}

/* A stretch of memory, and where in it a text was found. */
typedef struct place {
    const char *begin, *end, *found; /* found: NULL if it was not */
} place;

/* Finds a text of an object. flags: those of the segments to search, among PF_W and PF_X. */
static place find_text(const object *o, const char *text, unsigned flags)
{
    place p = {0};
    for (int k = 0; k < o->count && !p.found; k++) {
        const ElfW(Phdr) *s = &o->segments[k];
        if (s->p_type != PT_LOAD || !(s->p_flags & PF_R) || (s->p_flags & (PF_W | PF_X)) != flags)
            continue;
        p.begin = (const char *)(o->base + s->p_vaddr);
        p.end = p.begin + s->p_filesz;
        p.found = memmem(p.begin, s->p_filesz, text, strlen(text));
    }
    return p;
}

/* Texts are constants. A linker puts them next to the code or into a segment of their own. */
static bool holds(const object *o, const char *text)
{
    static const char always[] = "XSPICE extensions included";
    return find_text(o, text, find_text(o, always, 0).found ? 0 : PF_X).found != NULL;
}

/* Whether a text looks like "39" or "44.2". */
static bool is_version(const char *text)
{
    const size_t length = strspn(text, "0123456789.+");
    return *text >= '0' && *text <= '9' && length < 12 && text[length] == '\0';
}

/* Returns the version of an ngspice: its source conf.c has it as a variable beside that of a notice, before it or after it
 * as the compiler likes. Zeros align them. NULL if it is not found. */
static const char *version_of(const object *o)
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

/* Appends a version and the options that are on, as "39 with cider pss". */
static void add(char *text, size_t room, const char *version, const bool on[OPTIONS])
{
    const char *between = " with";
    size_t size = strlen(text);
    snprintf(text + size, room - size, "%s", version);
    for (int k = 0; k < OPTIONS; k++) {
        if (!on[k])
            continue;
        size = strlen(text);
        snprintf(text + size, room - size, "%s %s", between, options[k].name);
        between = "";
    }
}

bool host_fits(const void *caller)
{
    object o = {.inside = (uintptr_t)caller};
    if (!dl_iterate_phdr(find_object, &o))
        return true;
    const char *version = version_of(&o);
    bool built[OPTIONS], here[OPTIONS], same = true;
    for (int k = 0; k < OPTIONS; k++) {
        built[k] = options[k].built;
        here[k] = holds(&o, options[k].text);
        same = same && built[k] == here[k];
    }
    if (!version || (strcmp(version, PACKAGE_VERSION) == 0 && same))
        return true;
    char own[256] = "", other[256] = "";
    add(own, sizeof own, PACKAGE_VERSION, built);
    add(other, sizeof other, version, here);
    dprintf(STDERR_FILENO,
            "synaptogen: this plug-in was built for ngspice %s; this is ngspice %s: build it again for this one, see "
            "README.md (./bootstrap, make install)\n",
            own, other);
    return false;
}
