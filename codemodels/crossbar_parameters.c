/* SPDX-License-Identifier: MIT */
#include "crossbar_parameters.h"

#include "fail.h"
#include "interface.h"
#include "parameters.h"

#include "base/numeric.h"
#include "cell/circuit.h"

#include <assert.h>
#include <float.h>
#include <stddef.h>
#include <string.h>

enum { MOST_LINES = 1048576 };

/* What each parameter may be, apart from what depends on others. Numbers are finite: host_check_model. */
enum kind {
    TEXT,
    WORD,  /* first or second */
    WHOLE, /* number in [low, high] */
    REAL,  /* the same */
};

/* Each parameter's name, its place in the structure, and its kind. */
static const struct field {
    const char *name;
    size_t at;
    enum kind kind;
    double low, high;
    const char *first, *second, *unit;
} fields[] = {
#define FIELD(field) .name = #field, .at = offsetof(host_crossbar_parameters, field)
#define OHM          .kind = REAL, .high = DBL_MAX, .unit = " ohm"
    {FIELD(rows), .kind = WHOLE, .low = 1, .high = MOST_LINES},
    {FIELD(cols), .kind = WHOLE, .low = 1, .high = MOST_LINES},
    {FIELD(r_wl), OHM},
    {FIELD(r_bl), OHM},
    {FIELD(r_access), OHM},
    {FIELD(gmin), .kind = REAL, .high = DBL_MAX, .unit = " S"},
    {FIELD(seed), .kind = WHOLE, .high = SYNP_LARGEST_INTEGER},
    {FIELD(first), .kind = WHOLE, .high = SYNP_LARGEST_INTEGER},
    {FIELD(order), .kind = WHOLE, .low = 1, .high = SYN_MAX_ORDER},
    {FIELD(lead), .kind = WORD, .first = "full", .second = "half"},
    {FIELD(r_init), .kind = REAL, .low = -DBL_MAX, .high = DBL_MAX, .unit = " ohm"}, /* the model knows the range */
    {FIELD(keep), .kind = WHOLE, .high = 1},
    {FIELD(m), .kind = REAL, .low = -DBL_MAX, .high = DBL_MAX, .unit = ""}, /* host_multiplier */
    {FIELD(params), .kind = TEXT},
    {FIELD(init), .kind = WORD, .first = "hrs", .second = "lrs"},
    {FIELD(start), .kind = WORD, .first = "cold", .second = "stationary"},
    {FIELD(state), .kind = TEXT},
    {FIELD(state_out), .kind = TEXT},
    {FIELD(r_left), OHM},
    {FIELD(r_right), OHM},
    {FIELD(r_top), OHM},
    {FIELD(r_bottom), OHM},
    {FIELD(rest_open), .kind = TEXT},
    {FIELD(rest_ground), .kind = TEXT},
#undef FIELD
#undef OHM
};
enum { FIELDS = sizeof fields / sizeof *fields };
static_assert((int)FIELDS == (int)HOST_CROSSBAR_PARAMETERS, "each parameter is in the list");

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

static bool is_text(const struct field *f)
{
    return f->kind == TEXT || f->kind == WORD;
}

/* NULL if the list has no parameter of this name and type. */
static const struct field *field_of(const IFparm *parm)
{
    const bool text = (parm->dataType & IF_VARTYPES) == IF_STRING;
    for (int k = 0; k < FIELDS; k++)
        if (is_text(&fields[k]) == text && strcmp(fields[k].name, parm->keyword) == 0)
            return &fields[k];
    return NULL;
}

static bool is_among(const char *name, const char *const names[])
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Returns false after host_fail: the value is not allowed. */
static bool check(const struct field *f, const void *value)
{
    bool second;
    double whole;
    switch (f->kind) {
        case WORD:
            return host_choice(f->name, value, f->first, f->second, &second);
        case WHOLE:
            return host_whole_number(f->name, *(const double *)value, f->low, f->high, &whole);
        case REAL:
            return host_in_range(f->name, *(const double *)value, f->low, f->high, f->unit);
        default:
            return true;
    }
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
        if (given->is_null)
            continue;
        put(out, f, is_text(f) ? (const void *)given->element->svalue : (const void *)&given->element->rvalue);
        if (!check(f, value_of(out, f)))
            return false;
    }
    return host_multiplier(out->m ? *out->m : 1, "tiles and arrays");
}

static bool same(const struct field *f, const void *a, const void *b)
{
    return is_text(f) ? strcmp(a, b) == 0 : *(const double *)a == *(const double *)b;
}

bool host_crossbar_merge(host_crossbar_parameters *to, const char *givers[HOST_CROSSBAR_PARAMETERS],
                         const host_crossbar_parameters *from, const char *bank)
{
    for (int k = 0; k < FIELDS; k++) {
        const struct field *f = &fields[k];
        const void *kept = value_of(to, f), *given = value_of(from, f);
        if (!given)
            continue;
        if (kept && !same(f, kept, given)) {
            if (is_text(f))
                host_fail("%s = \"%s\" at %s and \"%s\" at %s, which are banks of the same array", f->name,
                          (const char *)kept, givers[k], (const char *)given, bank);
            else
                host_fail("%s = %s at %s and %s at %s, which are banks of the same array", f->name,
                          SYNP_TEXT_OF(*(const double *)kept), givers[k], SYNP_TEXT_OF(*(const double *)given), bank);
            return false;
        }
        put(to, f, given);
        givers[k] = bank;
    }
    return true;
}

bool host_crossbar_side(const char *word, size_t length, int *side)
{
    for (*side = 0; *side < SYN_SIDES; ++*side) {
        const char *name = syn_side_name((syn_side)*side);
        if (strlen(name) == length && strncmp(word, name, length) == 0)
            return true;
    }
    return false;
}

/* ngspice 39 turns quotes into blanks and cuts there. */
bool host_crossbar_sides(const char *parameter, const char *text, bool named[SYN_SIDES])
{
    const char *word = text + strspn(text, " ");
    for (;;) {
        const size_t length = strcspn(word, "+, ");
        int side;
        if (!host_crossbar_side(word, length, &side)) {
            host_fail("%s = \"%s\" names other sides than left, right, top and bottom", parameter, text);
            return false;
        }
        if (named[side]) {
            host_fail("%s = \"%s\" names %s twice", parameter, text, syn_side_name((syn_side)side));
            return false;
        }
        named[side] = true;
        word += length;
        word += strspn(word, " ");
        if (!*word)
            return true;
        word += *word == '+' || *word == ',';
        word += strspn(word, " ");
    }
}

/* host_crossbar_read has checked that the value is a whole number. */
static bool read_size(const char *name, const double *value, size_t *out)
{
    double number;
    if (!value) {
        host_fail("%s is not given", name);
        return false;
    }
    synp_whole(*value, &number);
    *out = (size_t)number;
    return true;
}

bool host_crossbar_size(const host_crossbar_parameters *p, size_t *rows, size_t *cols)
{
    return read_size("rows", p->rows, rows) && read_size("cols", p->cols, cols);
}
