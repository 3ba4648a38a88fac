/* SPDX-License-Identifier: MIT */
/* The table of a device: its own monitors; the vectors; copies of the entries of cells that somebody has asked for; all cells,
 * those of one value together. The simulator searches it from the start for each recorded value at each point. Without the
 * copies in front it would pass thousands of names each time. */
#include "cell_monitors.h"

#include <stdlib.h>
#include <string.h>

static char values[HOST_CELL_VALUES][12] = {"r", "resistance", "mode", "cycle", "u", "i"};

/* A place is "_12_7". HOST_NAMED_CELLS cells have at most six digits in their row and column together. */
enum { DEVICES = 2, FRONT = 4096, PLACE = 9, NAME = sizeof *values - 1 + PLACE };
_Static_assert(HOST_NAMED_CELLS < 100000, "digits of a place");

typedef struct table {
    const SPICEdev *device;
    const IFparm *own; /* the monitors of the interface */
    int count;         /* of them */
    size_t rows, cols; /* that have names */
    IFparm *entries;
    char (*names)[NAME];
    bool *is_in_front;
    int used; /* of the entries in front */
} table;

static table tables[DEVICES]; /* of the tile and the array */

static table *table_of(const SPICEdev *device)
{
    table *t = tables;
    while (t->device && t->device != device)
        t++;
    if (!t->device)
        *t = (table){
            .device = device, .own = device->DEVpublic.instanceParms, .count = *device->DEVpublic.numInstanceParms};
    return t;
}

/* Not for a plain "show" and, without a description, not for "print @a1[all]". */
static IFparm entry(const table *t, char *name, int monitor, int type)
{
    return (IFparm){.keyword = name,
                    .id = t->device->DEVpublic.num_param + HOST_CELL_MONITORS + monitor,
                    .dataType = IF_ASK | IF_UNINTERESTING | type};
}

/* Writes _number. Returns its end. */
static char *put_number(char *to, size_t number)
{
    char digits[PLACE];
    int n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    *to++ = '_';
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

/* Writes the entries of all cells. Their number is large, so the text of a place is made once, without printf. */
static void put_cells(const table *t, IFparm *e)
{
    const size_t n = t->rows * t->cols;
    for (size_t k = 0; k < n; k++) {
        char place[PLACE] = "";
        *put_number(put_number(place, k % t->rows), k / t->rows) = '\0';
        for (size_t v = 0; v < HOST_CELL_VALUES; v++) {
            char *name = t->names[v * n + k];
            const size_t length = strlen(values[v]);
            memcpy(name, values[v], length);
            memcpy(name + length, place, sizeof place);
            e[v * n + k] = entry(t, name, HOST_CELL_VALUES + (int)(v * n + k), IF_REAL);
        }
    }
}

void host_name_cells(SPICEdev *device, size_t rows, size_t cols)
{
    table *t = table_of(device), wider = *t;
    wider.rows = rows > t->rows ? rows : t->rows;
    wider.cols = cols > t->cols ? cols : t->cols;
    if (wider.rows > HOST_NAMED_CELLS)
        wider.rows = HOST_NAMED_CELLS;
    if (wider.cols > HOST_NAMED_CELLS / wider.rows)
        wider.cols = HOST_NAMED_CELLS / wider.rows;
    if (wider.cols < t->cols || (wider.rows == t->rows && wider.cols == t->cols))
        return;
    const size_t cells = wider.rows * wider.cols * HOST_CELL_VALUES;
    const size_t count = (size_t)t->count + HOST_CELL_VALUES + FRONT + cells;
    wider.entries = calloc(count, sizeof *wider.entries);
    wider.names = malloc(cells * sizeof *wider.names);
    wider.is_in_front = calloc(cells, sizeof *wider.is_in_front);
    wider.used = 0;
    if (!wider.entries || !wider.names || !wider.is_in_front) {
        free(wider.entries);
        free(wider.names);
        free(wider.is_in_front);
        return;
    }
    IFparm *e = wider.entries;
    memcpy(e, t->own, (size_t)t->count * sizeof *e);
    e += t->count;
    for (int v = 0; v < HOST_CELL_VALUES; v++)
        *e++ = entry(t, values[v], v, IF_REALVEC);
    for (int k = 0; k < FRONT; k++)
        *e++ = (IFparm){.keyword = ""};
    put_cells(&wider, e);
    free(t->entries);
    free(t->names);
    free(t->is_in_front);
    *t = wider;
    device->DEVpublic.instanceParms = t->entries;
    *device->DEVpublic.numInstanceParms = (int)count;
}

/* Copies the entry of a cell to the front, unless it is there or there is no more room. */
static void bring_to_front(table *t, int cell)
{
    IFparm *front = t->entries + t->count + HOST_CELL_VALUES;
    if (t->is_in_front[cell] || t->used == FRONT)
        return;
    t->is_in_front[cell] = true;
    front[t->used++] = front[FRONT + cell];
}

host_cell_question host_cell_question_of(const SPICEdev *device, int monitor)
{
    table *t = table_of(device);
    const int number = monitor - HOST_CELL_MONITORS, cell = number - HOST_CELL_VALUES;
    if (cell < 0)
        return (host_cell_question){.value = (host_cell_value)number, .all = true};
    const size_t n = t->rows * t->cols, k = (size_t)cell % n;
    bring_to_front(t, cell);
    return (host_cell_question){.value = (host_cell_value)((size_t)cell / n), .row = k % t->rows, .col = k / t->rows};
}
