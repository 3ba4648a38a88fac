/* SPDX-License-Identifier: MIT */
/* Monitors of single cells of a tile or an array: "save @a1[r_12_7]" is the state of the cell at word line 12 and bit line
 * 7, "print @a1[r]" those of all cells as a vector. The simulator looks for the names in a table of the device, which this
 * part makes when it knows the size of a crossbar. */
#ifndef CODEMODELS_CELL_MONITORS_H
#define CODEMODELS_CELL_MONITORS_H

#include "host.h"

typedef enum host_cell_value {
    HOST_CELL_R,
    HOST_CELL_RESISTANCE,
    HOST_CELL_MODE,
    HOST_CELL_CYCLE,
    HOST_CELL_U,
    HOST_CELL_I,
    HOST_CELL_VALUES
} host_cell_value;

typedef struct host_cell_question {
    host_cell_value value;
    bool all; /* a vector, cell (i, j) at i + rows j; else one cell */
    size_t row, col;
} host_cell_question;

enum {
    HOST_CELL_MONITORS = 1 << 16, /* the monitors of cells have numbers from here on, see host_monitor */
    HOST_NAMED_CELLS = 16384      /* at most so many cells have names: the first ones */
};

/* Makes names for the cells of a crossbar; those of other sizes stay. Without memory there are no new names. */
void host_name_cells(SPICEdev *device, size_t rows, size_t cols);

/* What a monitor from HOST_CELL_MONITORS on asks. */
host_cell_question host_cell_question_of(const SPICEdev *device, int monitor);

#endif
