/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ngspice/config.h"

#include "host_texts.h"

/* Options of configure that change layouts, and a text that an ngspice holds if it was built with the option. value: what the
 * option's macro stands for in the headers of this build. One that they do not define stands for its own name. */
static const struct {
    const char *name, *text, *macro, *value;
} options[] = {
#define VALUE(macro) #macro
#define OPTION(name, macro, text)                                                                                    \
    {                                                                                                                \
        name, text, #macro, VALUE(macro)                                                                             \
    }
    OPTION("klu", KLU, "Compiled with KLU"),           OPTION("cider", CIDER, "CIDER 1.b1"),
    OPTION("pss", WITH_PSS, "steady_coeff"),           OPTION("sp", RFSPICE, "donoise"),
    OPTION("osdi", OSDI, "Loads a osdi library"),      OPTION("predictor", PREDICTOR, "--enable-predictor"),
    OPTION("newtrunc", NEWTRUNC, "--enable-newtrunc"), OPTION("sense2", WANT_SENSE2, "--enable-sense2"),
#undef OPTION
#undef VALUE
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

bool host_fits(const void *caller)
{
    host_object o;
    if (!host_find(caller, &o))
        return true;
    const char *version = host_version(&o);
    bool built[OPTIONS], here[OPTIONS], same = true;
    for (int k = 0; k < OPTIONS; k++) {
        built[k] = strcmp(options[k].macro, options[k].value) != 0;
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
