/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ngspice/config.h"

#include "host_texts.h"

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

bool CMfits(const void *caller)
{
    host_object o;
    if (!host_find(caller, &o))
        return true;
    const char *version = host_version(&o);
    bool built[OPTIONS], here[OPTIONS], same = true;
    for (int k = 0; k < OPTIONS; k++) {
        built[k] = options[k].built;
        here[k] = host_holds(&o, options[k].text);
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
