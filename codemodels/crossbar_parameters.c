/* SPDX-License-Identifier: MIT */
#include "crossbar_parameters.h"

#include "fail.h"
#include "interface.h"
#include "parameters.h"

#include <stddef.h>
#include <string.h>

/* Each parameter's name, its place in the structure, and whether it is text or a number. */
static const struct field {
    const char *name;
    size_t at;
    bool is_text;
} fields[] = {
#define NUMBER(name) #name, offsetof(host_crossbar_parameters, name), false
#define TEXT(name)   #name, offsetof(host_crossbar_parameters, name), true
    {NUMBER(rows)},   {NUMBER(cols)},     {NUMBER(r_wl)},    {NUMBER(r_bl)},     {NUMBER(r_access)},
    {NUMBER(gmin)},   {NUMBER(seed)},     {NUMBER(first)},   {NUMBER(order)},    {TEXT(lead)},
    {NUMBER(r_init)}, {NUMBER(keep)},     {NUMBER(m)},       {TEXT(params)},     {TEXT(init)},
    {TEXT(start)},    {TEXT(state)},      {TEXT(state_out)}, {NUMBER(r_left)},   {NUMBER(r_right)},
    {NUMBER(r_top)},  {NUMBER(r_bottom)}, {TEXT(rest_open)}, {TEXT(rest_ground)}
#undef NUMBER
#undef TEXT
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const void *value_of(const host_crossbar_parameters *p, const struct field *f)
{
    const void *value;
    memcpy(&value, (const char *)p + f->at, sizeof value);
    return value;
}

static void put(host_crossbar_parameters *p, const struct field *f, const void *value)
{
    memcpy((char *)p + f->at, &value, sizeof value);
}

/* NULL if the list has no parameter of this name and type. */
static const struct field *field_of(const IFparm *parm)
{
    const bool is_text = (parm->dataType & IF_VARTYPES) == IF_STRING;
    for (int k = 0; k < FIELDS; k++)
        if (fields[k].is_text == is_text && strcmp(fields[k].name, parm->keyword) == 0)
            return &fields[k];
    return NULL;
}

static bool is_among(const char *name, const char *const names[])
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* The simulator's table of parameters, made from the interface, and the values of a .model have the same order. */
bool host_crossbar_read(const Mif_Private_t *mif_private, const SPICEdev *device, const char *const own[],
                        host_crossbar_parameters *out)
{
    const IFdevice *interface = &device->DEVpublic;
    *out = (host_crossbar_parameters){0};
    if (!host_check_model(mif_private, device))
        return false;
    for (int k = 0; k < interface->num_param; k++) {
        const IFparm *parm = &interface->modelParms[k];
        if (is_among(parm->keyword, own))
            continue;
        const struct field *f = field_of(parm);
        if (!f) {
            host_fail("%s has a parameter %s that codemodels/crossbar_parameters.c does not list with its type",
                      interface->name, parm->keyword);
            return false;
        }
        const Mif_Param_Data_t *given = mif_private->param[k];
        if (!given->is_null)
            put(out, f, f->is_text ? (const void *)given->element->svalue : (const void *)&given->element->rvalue);
    }
    return true;
}

static bool same(const struct field *f, const void *a, const void *b)
{
    return f->is_text ? strcmp(a, b) == 0 : *(const double *)a == *(const double *)b;
}

bool host_crossbar_merge(host_crossbar_parameters *to, const host_crossbar_parameters *from)
{
    for (const struct field *f = fields; f < fields + FIELDS; f++) {
        const void *kept = value_of(to, f), *given = value_of(from, f);
        if (!given)
            continue;
        if (kept && !same(f, kept, given)) {
            if (f->is_text)
                host_fail("%s = \"%s\" at one bank and \"%s\" at another of the same array", f->name,
                          (const char *)kept, (const char *)given);
            else
                host_fail("%s = %g at one bank and %g at another of the same array", f->name, *(const double *)kept,
                          *(const double *)given);
            return false;
        }
        put(to, f, given);
    }
    return true;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

bool host_crossbar_sides(const char *parameter, const char *text, bool named[SYN_SIDES])
{
    static const char separators[] = "+, "; /* ngspice 39 turns quotes into blanks and cuts there */
    for (const char *word = text + strspn(text, separators); *word;) {
        const size_t length = strcspn(word, separators);
        int side = 0;
        while (side < SYN_SIDES && !is_word(word, length, syn_side_name((syn_side)side)))
            side++;
        if (side == SYN_SIDES) {
            host_fail("%s = \"%s\" names other sides than left, right, top and bottom", parameter, text);
            return false;
        }
        named[side] = true;
        word += length;
        word += strspn(word, separators);
    }
    return true;
}

static bool read_size(const char *name, const double *value, size_t *out)
{
    double number;
    if (!value) {
        host_fail("%s is not given", name);
        return false;
    }
    if (!host_whole_number(name, *value, 1, 1048576, &number))
        return false;
    *out = (size_t)number;
    return true;
}

bool host_crossbar_size(const host_crossbar_parameters *p, size_t *rows, size_t *cols)
{
    return read_size("rows", p->rows, rows) && read_size("cols", p->cols, cols);
}
