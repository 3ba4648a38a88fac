/* SPDX-License-Identifier: MIT */
/* The plug-in refuses a simulator that it was not built for. This program takes the place of one: it has the texts by
 * which a simulator is known, loads the plug-in and asks for its devices as ngspice does. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "ngspice/config.h"

/* A page of constants, with the texts of a simulator that has the options of the build. */
enum { PAGE = 4096 };
static const char constants[PAGE] __attribute__((aligned(PAGE), used)) = "XSPICE extensions included\n"
#ifdef KLU
                                                                         "Compiled with KLU\n"
#endif
#ifdef CIDER
                                                                         "CIDER 1.b1\n"
#endif
#ifdef WITH_PSS
                                                                         "steady_coeff\n"
#endif
#ifdef RFSPICE
                                                                         "donoise\n"
#endif
#ifdef OSDI
                                                                         "Loads a osdi library\n"
#endif
    ;

/* As in the simulator's source: variables side by side. */
static struct {
    char before[32], notice[64], after[32];
} names = {.notice = "Please file your bug-reports at a place"};

static void name_version(const char *version, bool before)
{
    memset(names.before, 0, sizeof names.before);
    memset(names.after, 0, sizeof names.after);
    strcpy(before ? names.before : names.after, version);
}

/* AddressSanitizer puts guards between the variables of this program, and a search for texts meets them. */
static void skip_if_guarded(void)
{
#ifdef __SANITIZE_ADDRESS__
    cr_skip_test("AddressSanitizer guards the variables");
#endif
}

TestSuite(codemodel_foreign, .init = skip_if_guarded);

/* The number of devices that the plug-in offers, and what it printed. */
static int devices(char *printed, size_t room)
{
    FILE *file = tmpfile();
    void *plugin = dlopen(getenv("PLUGIN"), RTLD_NOW);
    cr_assert(file && plugin, "%s", dlerror());
    void *symbol = dlsym(plugin, "CMdevNum");
    int *(*get)(void);
    memcpy(&get, &symbol, sizeof get);
    cr_assert(symbol);
    const int kept = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    const int *volatile number = get(); /* volatile: this function has to be the caller */
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    printed[fread(printed, 1, room - 1, file)] = '\0';
    fclose(file);
    return *number;
}

Test(codemodel_foreign, the_simulator_of_the_build_gets_all_devices)
{
    char printed[1000];
    name_version(PACKAGE_VERSION, false);
    cr_expect(devices(printed, sizeof printed) == 3 && *printed == '\0', "%s", printed);
    name_version(PACKAGE_VERSION, true);
    cr_expect(devices(printed, sizeof printed) == 3 && *printed == '\0', "%s", printed);
    name_version("", false);
    cr_expect(devices(printed, sizeof printed) == 3 && *printed == '\0', "%s", printed);
}

Test(codemodel_foreign, another_version_gets_none_and_both_are_named)
{
    char printed[1000];
    for (int before = 0; before < 2; before++) {
        name_version("98.7", before);
        cr_expect(devices(printed, sizeof printed) == 0);
        cr_expect(strstr(printed, "built for ngspice " PACKAGE_VERSION) && strstr(printed, "this is ngspice 98.7") &&
                      strchr(printed, '\n') == printed + strlen(printed) - 1,
                  "%s", printed);
    }
}

Test(codemodel_foreign, another_option_gets_none_and_is_named)
{
    char printed[1000], *volatile page = (char *)constants;
    name_version(PACKAGE_VERSION, false);
    cr_assert(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0);
    char *end = page + strlen(page);
    sprintf(end, "--%s-sense2\n", "enable"); /* in two parts, so that the text stands nowhere else */
    cr_expect(devices(printed, sizeof printed) == 0);
    const char *here = strstr(printed, "this is ngspice " PACKAGE_VERSION " with");
    cr_expect(here && strstr(here, " sense2:") && strstr(printed, "sense2") > here, "%s", printed);
    *end = '\0';
    cr_expect(devices(printed, sizeof printed) == 3, "%s", printed);
}
