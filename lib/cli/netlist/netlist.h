/* SPDX-License-Identifier: MIT */
/* Netlists of crossbars: cmd_netlist_crossbar.c decides, the files of this folder write.
 * They build on each other in the order text.c, tiles.c, circuit.c, control.c. */
#ifndef CLI_NETLIST_NETLIST_H
#define CLI_NETLIST_NETLIST_H

#include "cli/pattern.h"
#include "cli/shared.h"

/* In the order of the options' words. */
enum { JOB_WRITE, JOB_READ, JOB_VERIFY };
enum { KIND_DISCRETE, KIND_TILE, KIND_ARRAY, KIND_1T1R };
enum { DRIVE_RAMP, DRIVE_STEP };
/* The words of KIND_DISCRETE .. KIND_1T1R. */
extern const char *const netlist_kinds[];

/* The lines of an array: word lines (1t1r: gates of a row), bit lines, and source lines along them (1t1r). The number
 * is also the first letter of their nodes and sources. */
typedef enum line_kind { WORD = 'w', BIT = 'b', SOURCE = 's' } line_kind;

/* The options of `netlist crossbar`. */
typedef struct netlist_options {
    model_options model;
    pattern_options pattern;
    wires_options wires;
    int job, kind, drive; /* numbers as above */
    uint64_t tile, attempts;
    int history;                                                 /* syn_history */
    const char *state, *state_out, *library, *voltages, *output; /* NULL if absent */
    double sense;                                                /* ohm */
    double v_read, v_gate;                                       /* V */
    double pulse;                                                /* s, from one peak to the next */
    bool picture;
    cli_line line; /* for the heading */
} netlist_options;

typedef struct netlist {
    const netlist_options *o;
    const syn_model *model;
    FILE *f;
    size_t rows, cols;
    unsigned char *bits; /* [rows x cols], cell (i, j) at i + rows j; 1 is LRS */
    syn_scheme scheme;
    float *volts;          /* V [rows], of the word lines of a read; NULL: all v_read, or v_gate */
    double v_set, v_reset; /* V across a selected cell */
    double limit;          /* ohm; below it a cell reads as LRS */
    bool states;           /* the netlist comes with state files of its bits, NAME0.state .. */
    char library[4096];    /* path of the file to include */
    char name[64];         /* of the data files, without ending */
} netlist;

static inline bool netlist_bit(const netlist *n, size_t row, size_t col)
{
    return n->bits[row + n->rows * col];
}

/* Whether the cells are reached by ngspice one by one. */
static inline bool netlist_has_cells(const netlist *n)
{
    return n->o->kind == KIND_DISCRETE || n->o->kind == KIND_1T1R;
}

/* The waveforms have a corner at the end of each phase and are straight in between, so that each cell sees its
 * extreme voltages at corners only. Phases of a row: SET, RESET and, where gates select, one in which all lines are
 * at 0. */
size_t netlist_phases_per_row(const netlist *n);
/* To read a row: with steps two, so that there are time points before and after their middle. */
size_t netlist_phases_per_read(const netlist *n);
/* All of a write, with those to read each row where the cells cannot be asked. */
size_t netlist_phases(const netlist *n);

/* Share of a selected cell's voltage that a line which is not selected gets, with the sign of a word line. */
double netlist_rest(const netlist *n);

/* First letter of the lines' sources: v, or b where they are functions of time. */
char netlist_source_letter(const netlist *n);

/* text.c: a time in units of one phase, with the same text wherever it is the same. */
void netlist_put_time(const netlist *n, double phases);
/* Parameters of the devices: seed, order, params, start. */
void netlist_put_device(const netlist *n);

/* circuit.c: sources, wires and cells. */
void netlist_put_circuit(const netlist *n);
/* A tile, or the whole array: where it lies, and its first cell's number. */
typedef struct netlist_block {
    size_t number, row, col, rows, cols, first;
} netlist_block;

/* tiles.c: cells of the kinds tile and array. */
size_t netlist_blocks(const netlist *n);
netlist_block netlist_block_of(const netlist *n, size_t number);
void netlist_put_tiles(const netlist *n);
void netlist_put_array(const netlist *n);
/* heading.c: title, comments, included file. */
void netlist_put_heading(const netlist *n);
/* control.c: options, analysis, printing. */
void netlist_put_control(const netlist *n);

#endif
