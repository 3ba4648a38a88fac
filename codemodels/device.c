/* SPDX-License-Identifier: MIT */
/* Several circuits in one process.
 *
 * The simulator has one table of devices, to which each plug-in adds its own, and each circuit has a table of models by
 * device. It makes the latter for the devices that there are, and reads it up to the last device that there is by then.
 * A circuit that is older than a plug-in thus has a table that is too short, and the simulator takes what lies behind it
 * for models. So this plug-in
 *
 *   - offers its devices once: the second time that it is loaded, they are in the table already;
 *   - enlarges the tables of the circuit that was read last before it was loaded;
 *   - enlarges those of any circuit when it is called for models that are not in the table. */
#include "device.h"

#include "clock.h"
#include "foreign.h"
#include "interface.h"
#include "retain.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "ngspice/dllitf.h"
#include "ngspice/enh.h"
#include "ngspice/mifdefs.h"
#include "ngspice/mifproto.h"

/* Of the simulator's part of the plug-in. */
extern struct coreInfo_t *coreitf;
extern SPICEdev *cmDEVices[];
extern int cmDEVicesCNT;

/* Places of an enlarged table. ngspice 39 has 150 devices with all of its own plug-ins. */
enum { PLACES = 1024 };

/* The number of one of our devices in the simulator's table; -1 until there has been a circuit with it. */
static int known_type = -1;

/* What the memory at a table of models holds: at least its places, which are cleared, at most one more. */
static size_t places(GENmodel *const *table)
{
    return malloc_usable_size((void *)table) / sizeof *table;
}

static void enlarge(CKTcircuit *ckt)
{
    const size_t n = places(ckt->CKThead);
    STATistics *counts = ckt->CKTstat;
    if (n >= PLACES)
        return;
    GENmodel **models = calloc(PLACES, sizeof *models);
    STATdevList *numbers = calloc(PLACES, sizeof *numbers);
    if (!models || !numbers) {
        free(models);
        free(numbers);
        return;
    }
    memcpy(models, ckt->CKThead, n * sizeof *models);
    memcpy(numbers, counts->STATdevNum, malloc_usable_size(counts->STATdevNum));
    free(ckt->CKThead);
    free(counts->STATdevNum);
    ckt->CKThead = models;
    counts->STATdevNum = numbers;
}

/* Whether these are models of the circuit. Enlarges its tables if they are not. */
static bool are_models(CKTcircuit *ckt, GENmodel *models)
{
    size_t k = places(ckt->CKThead);
    while (k-- > 0)
        if (ckt->CKThead[k] == models) {
            known_type = (int)k;
            return true;
        }
    enlarge(ckt);
    return false;
}

/* The first functions of a device that the simulator calls for a circuit in an analysis, or in one that is resumed. */
static int set_up(SMPmatrix *matrix, GENmodel *models, CKTcircuit *ckt, int *states)
{
    return are_models(ckt, models) ? MIFsetup(matrix, models, ckt, states) : OK;
}

static int unset(GENmodel *models, CKTcircuit *ckt)
{
    return are_models(ckt, models) ? MIFunsetup(models, ckt) : OK;
}

/* The simulator moves an input of a code model by at most 0.1 V or a quarter of its value from pass to pass, so that a model
 * which overflows far from the solution converges. Ours do not: their slopes are positive at each voltage. So they take
 * larger steps, unless the user has set the limits. Other code models keep them. */
static int load(GENmodel *models, CKTcircuit *ckt)
{
    Enh_Conv_Limit_t *limit = &ckt->enh->conv_limit;
    const Enh_Conv_Limit_t usual = *limit;
    if (!are_models(ckt, models))
        return OK;
    if (limit->step == 0.25 && limit->abs_step == 0.1) /* the simulator's defaults */
        limit->step = limit->abs_step = 10;
    const int error = MIFload(models, ckt);
    *limit = usual;
    return error;
}

void host_take_over(SPICEdev *device, int (*ask)(CKTcircuit *, GENinstance *, int, IFvalue *, IFvalue *),
                    int (*accept)(CKTcircuit *, GENmodel *))
{
    device->DEVsetup = set_up;
    device->DEVunsetup = unset;
    device->DEVload = load;
    device->DEVask = ask;
    device->DEVaccept = accept;
    device->DEVdelete = host_delete;
    device->DEVtrunc = host_clock_shorten;
    device->DEVconvTest = NULL; /* it would search all instances in vain */
    device->DEVpublic.num_inst_var = 0;
    host_let_alter(device);
}

/* The path of a plug-in of the simulator's own. */
static int find_plugin(struct dl_phdr_info *object, size_t size, void *path)
{
    (void)size;
    const char *name = object->dlpi_name;
    const size_t length = strlen(name);
    if (length < 3 || strcmp(name + length - 3, ".cm") != 0 || strstr(name, "synaptogen"))
        return 0;
    *(char **)path = strdup(name);
    return 1;
}

/* Returns the simulator's functions for plug-ins. It tells them to a plug-in only after it has taken its devices, so at
 * first another plug-in, which it loads at its start, must say. NULL if there is none. */
static const struct coreInfo_t *core(void)
{
    Dl_info known;
    if (coreitf && dladdr(coreitf, &known))
        return coreitf;
    char *path = NULL;
    dl_iterate_phdr(find_plugin, &path);
    void *plugin = path ? dlopen(path, RTLD_LAZY | RTLD_NOLOAD) : NULL;
    free(path);
    void *symbol = plugin ? dlsym(plugin, "CMgetCoreItfPtr") : NULL;
    const struct coreInfo_t *const *(*get)(void);
    memcpy(&get, &symbol, sizeof get);
    const struct coreInfo_t *c = symbol ? *get() : NULL;
    if (plugin)
        dlclose(plugin);
    return c;
}

/* Whether the simulator, asked for the first parameter of a model of the device with this number, answers with all bits of
 * the value while our tables say that it has this type. The value is good as a number and as a text, because the device may
 * be another one's. */
static bool answers_fully(const struct coreInfo_t *c, int number, int type)
{
    static char text[] = "";
    Mif_Value_t value = {.svalue = text};
    Mif_Param_Data_t parameter = {.element = &value}, *parameters = &parameter;
    MIFmodel model = {.gen.GENmodType = number, .num_param = 1, .param = &parameters};
    IFvalue answer = {.sValue = NULL};
    int kept[cmDEVicesCNT];
    for (int k = 0; k < cmDEVicesCNT; k++) {
        kept[k] = cmDEVices[k]->DEVpublic.modelParms[0].dataType;
        cmDEVices[k]->DEVpublic.modelParms[0].dataType = type;
    }
    const int error = c->dllitf_MIFmAsk(NULL, &model.gen, 0, &answer);
    for (int k = 0; k < cmDEVicesCNT; k++)
        cmDEVices[k]->DEVpublic.modelParms[0].dataType = kept[k];
    return error == OK && answer.sValue == text;
}

/* Whether the simulator has our devices in its table: whether our tables decide what it takes a parameter for. A whole
 * number is shorter than a real one. */
static bool is_loaded(const struct coreInfo_t *c)
{
    return c && known_type >= 0 && answers_fully(c, known_type, IF_REAL) && !answers_fully(c, known_type, IF_INTEGER);
}

/* The number of devices for a simulator, known by an address of its code. It asks each time that it loads the plug-in, and
 * forgets all devices when a program starts libngspice again. A simulator that the plug-in does not fit gets none. */
void *CMdevNumFor(const void *simulator)
{
    static int none = 0;
    if (!host_fits(simulator))
        return &none;
    const struct coreInfo_t *c = core();
    CKTcircuit *last = c ? c->dllitf_cm_get_circuit() : NULL;
    if (last)
        enlarge(last);
    return is_loaded(c) ? &none : &cmDEVicesCNT;
}

/* Without chooser.c the simulator is the caller. */
void *CMdevNum(void)
{
    return CMdevNumFor(__builtin_return_address(0));
}
