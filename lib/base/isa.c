/* SPDX-License-Identifier: MIT */
#include "base/isa.h"

#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME(isa, runs) #isa,
static const char *const names[] = {SYNP_ISAS(NAME)};
enum { ISAS = sizeof names / sizeof *names };

const char *synp_isa_name(int isa)
{
    return isa >= 0 && isa < ISAS ? names[isa] : NULL;
}

bool synp_isa_runs(int isa)
{
#define RUNS(name, runs) runs,
    const bool can_run[] = {SYNP_ISAS(RUNS)};
    return isa >= 0 && isa < ISAS && can_run[isa];
}

static bool is_named(const char *name)
{
    return name && *name;
}

syn_status synp_isa_find(const char *name, int *isa, syn_error *err)
{
    const char *variable = getenv("SYNAPTOGEN_KERNEL");
    const bool from_variable = !is_named(name) && is_named(variable);
    if (from_variable)
        name = variable;
    char usable[64] = "";
    for (int k = 0; k < ISAS; k++) {
        if (!synp_isa_runs(k))
            continue;
        if (!is_named(name) || strcmp(names[k], name) == 0) {
            *isa = k;
            return SYN_OK;
        }
        const size_t length = strlen(usable);
        snprintf(usable + length, sizeof usable - length, "%s%s", length ? ", " : "", names[k]);
    }
    return synp_fail(err, SYN_EINVAL, "kernel", "%s\"%.32s\" is none of the kernels that this processor can run: %s",
                     from_variable ? "SYNAPTOGEN_KERNEL: " : "", name, usable);
}
