/* SPDX-License-Identifier: MIT */
#include "interface.h"

#include "fail.h"
#include "instance.h"

#include "base/nearest.h"
#include "base/numeric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngspice/inpdefs.h"
#include "ngspice/mifdefs.h"
#include "ngspice/mifproto.h"

/* A parameter that is text appears twice in the table of a device, because altermod passes numbers only. The first
 * entry is for .model lines: altermod skips it, because it lacks IF_SET. The second is for altermod: it is a real number,
 * and its id is that of the first plus one of these. */
enum { WORD = 1000, TEXT = 2000 };

/* What a text parameter holds after altermod was given for it. */
static const char altered[] = "\001";

static bool is_word(const char *name)
{
    return strcmp(name, "init") == 0 || strcmp(name, "start") == 0 || strcmp(name, "lead") == 0;
}

/* ngspice 45 and later end a word without quotes at a blank, so that it takes the closing parenthesis of the .model line,
 * or a comma, along. A parenthesis that belongs to the word has its partner there. */
static void cut_line_end(char *word)
{
    int open = 0;
    for (const char *c = word; *c; c++)
        open += (*c == '(') - (*c == ')');
    for (size_t n = strlen(word); n > 0 && ((word[n - 1] == ')' && open < 0) || word[n - 1] == ',');) {
        open += word[n - 1] == ')';
        word[--n] = '\0';
    }
}

/* Sets a parameter from a .model line. */
static int read_parameter(int id, IFvalue *value, GENmodel *model)
{
    const int error = MIFmParam(id, value, model);
    const Mif_Param_Data_t *set = error ? NULL : ((const MIFmodel *)model)->param[id];
    if (set && (set->eltype & IF_VARTYPES) == IF_STRING)
        cut_line_end(set->element->svalue);
    return error;
}

/* Sets a parameter of a .model. */
static int set_parameter(int id, IFvalue *value, GENmodel *model)
{
    char number[32];
    if (id < WORD)
        return read_parameter(id, value, model);
    snprintf(number, sizeof number, "%.17g", value->rValue);
    IFvalue text = {.sValue = id < TEXT ? number : (char *)altered};
    return MIFmParam(id % WORD, &text, model);
}

void host_let_alter(SPICEdev *device)
{
    IFdevice *interface = &device->DEVpublic;
    const int n = *interface->numModelParms;
    IFparm *table = calloc(2 * (size_t)n, sizeof *table);
    if (!table)
        return;
    int size = n;
    for (int k = 0; k < n; k++) {
        table[k] = interface->modelParms[k];
        if ((table[k].dataType & IF_VARTYPES) != IF_STRING)
            continue;
        table[size] = table[k];
        table[size].id += is_word(table[k].keyword) ? WORD : TEXT;
        table[size++].dataType = IF_REAL | IF_SET;
        table[k].dataType &= ~IF_SET;
    }
    interface->modelParms = table;
    *interface->numModelParms = size;
    device->DEVmodParam = set_parameter;
}

/* Returns the first word of a .model line that the simulator did not know, to be freed. NULL if there is none. The
 * simulator keeps its complaints with the line; one about an empty word comes from the brackets. */
static char *unknown_name(const GENmodel *model)
{
    static const char complaint[] = "unrecognized parameter (";
    INPmodel *read = NULL;
    char *error = MIFgetMod(cm_get_circuit(), model->GENmodName, &read, NULL);
    if (error || !read || read->INPmodfast != model || !read->INPmodLine)
        return NULL;
    for (const char *name = read->INPmodLine->error; name && (name = strstr(name, complaint));) {
        name += strlen(complaint);
        if (*name != ')')
            return strndup(name, strcspn(name, ")"));
    }
    return NULL;
}

static void refuse_name(const char *name, const SPICEdev *device)
{
    synp_nearest near = synp_nearest_begin(name);
    for (int k = 0; k < device->DEVpublic.num_param; k++)
        synp_nearest_try(&near, device->DEVpublic.modelParms[k].keyword);
    host_fail("\"%s\" is not a parameter of %s%s%s", name, device->DEVpublic.name,
              near.best ? "; the nearest is " : "", near.best ? near.best : "");
}

/* Returns false after host_fail. */
static bool check_value(const IFparm *parm, const Mif_Value_t *value)
{
    const bool is_text = (parm->dataType & IF_VARTYPES) == IF_STRING;
    if (is_text && strcmp(value->svalue, altered) == 0)
        host_fail("%s cannot be altered: altermod passes numbers, and it is text; write another .model",
                  parm->keyword);
    else if (!is_text && !isfinite(value->rvalue))
        host_fail("%s = %s is not a finite number", parm->keyword, SYNP_TEXT_OF(value->rvalue));
    else
        return true;
    return false;
}

bool host_check_model(const Mif_Private_t *mif_private, const SPICEdev *device)
{
    char *unknown = unknown_name(host_instance(mif_private)->GENmodPtr);
    if (unknown) {
        refuse_name(unknown, device);
        free(unknown);
        return false;
    }
    for (int k = 0; k < mif_private->num_param; k++)
        if (!mif_private->param[k]->is_null &&
            !check_value(&device->DEVpublic.modelParms[k], mif_private->param[k]->element))
            return false;
    return true;
}
