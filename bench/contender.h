/* SPDX-License-Identifier: MIT */
/* Who competes: the lines of contenders.txt, which explains the fields. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum contender_form { FORM_CELL, FORM_BLOCK, FORM_BANKS, FORM_LIBRARY } contender_form;
typedef enum contender_plugin { PLUGIN_NONE, PLUGIN_SYNAPTOGEN, PLUGIN_PEERS } contender_plugin;

typedef struct contender {
    char *name, *family, *element, *cards;
    double tolerance, maxstep;
    size_t most_ops; /* 0: no limit */
    contender_plugin plugin;
    contender_form form;
    size_t size; /* of a block, or of a bank */
} contender;

typedef struct contenders {
    contender *list;
    size_t count, room;
} contenders;

/* Reads contenders.txt of the folder. Returns false, with a line on standard error, if it is refused. */
bool contenders_read(const char *folder, contenders *c);
void contenders_free(contenders *c);

/* NULL if there is none of that name. */
const contender *contenders_find(const contenders *c, const char *name);

#endif
