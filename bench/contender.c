/* SPDX-License-Identifier: MIT */
#include "contender.h"

#include "base/base.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

enum { NAME, FAMILY, TOLERANCE, MAXSTEP, OPS, PLUGIN, FORM, ELEMENT, CARDS, FIELDS };

static const char *const plugins[] = {"-", "synaptogen", "peers", NULL};
static const char *const forms[] = {"cell", "block", "banks", "library", NULL};

/* "block:64": the form, then the size that blocks and banks have. */
static bool parse_form(const table *t, contender *c)
{
    char *colon = strchr(t->field[FORM], ':'), *end = NULL;
    if (colon)
        *colon = '\0';
    int form;
    if (!table_word(t, FORM, forms, &form))
        return false;
    c->form = (contender_form)form;
    const bool sized = c->form == FORM_BLOCK || c->form == FORM_BANKS;
    c->size = colon ? strtoull(colon + 1, &end, 10) : 0;
    if (sized ? !colon || *end || c->size < 2 : colon != NULL)
        return table_refuse(t, FORM, "expected cell, block:SIZE, banks:SIZE or library with a SIZE of 2 or more");
    return true;
}

static bool parse(const table *t, contender *c)
{
    int plugin;
    if (!table_number(t, TOLERANCE, 0, 1, &c->tolerance) || !table_number(t, MAXSTEP, 1e-9, 1e9, &c->maxstep) ||
        !table_count(t, OPS, 0, 1 << 24, &c->most_ops) || !table_word(t, PLUGIN, plugins, &plugin) ||
        !parse_form(t, c))
        return false;
    c->plugin = (contender_plugin)plugin;
    c->name = strdup(t->field[NAME]);
    c->family = strdup(t->field[FAMILY]);
    c->element = strdup(t->field[ELEMENT]);
    c->cards = strdup(t->fields > CARDS ? t->field[CARDS] : "");
    return (c->name && c->family && c->element && c->cards) || table_refuse(t, NAME, "out of memory");
}

static bool add(const table *t, contenders *c)
{
    if (contenders_find(c, t->field[NAME]))
        return table_refuse(t, NAME, "there is a contender \"%s\" already", t->field[NAME]);
    if (c->count == c->room && !synp_grow(&c->list, sizeof *c->list, &c->room))
        return table_refuse(t, NAME, "out of memory");
    c->list[c->count] = (contender){0};
    return parse(t, &c->list[c->count++]);
}

bool contenders_read(const char *folder, contenders *c)
{
    table t = {0};
    table_row row = TABLE_REFUSED;
    char *path = text_of("%s/contenders.txt", folder);
    *c = (contenders){0};
    if (path && table_open(&t, path, '|'))
        while ((row = table_next(&t, ELEMENT + 1, FIELDS)) == TABLE_ROW && add(&t, c))
            continue;
    table_close(&t);
    free(path);
    return row == TABLE_END;
}

void contenders_free(contenders *c)
{
    for (size_t k = 0; k < c->count; k++) {
        free(c->list[k].name);
        free(c->list[k].family);
        free(c->list[k].element);
        free(c->list[k].cards);
    }
    free(c->list);
    *c = (contenders){0};
}

const contender *contenders_find(const contenders *c, const char *name)
{
    for (size_t k = 0; k < c->count; k++)
        if (strcmp(c->list[k].name, name) == 0)
            return &c->list[k];
    return NULL;
}
