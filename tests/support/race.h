/* SPDX-License-Identifier: MIT */
/* Random circuits in which cells race each other: the cell that switches first changes the voltages of the others. They
 * consist of resistances, cells, and sources that follow one wave. */
#ifndef TESTS_SUPPORT_RACE_H
#define TESTS_SUPPORT_RACE_H

#include <stdbool.h>
#include <stdint.h>
#include <synaptogen/cell.h>

enum { RACE_NODES = 16, RACE_RESISTORS = 16, RACE_CELLS = 6, RACE_SOURCES = 2, RACE_CORNERS = 5, RACE_FAMILIES = 8 };

/* Nodes are 0 .. nodes - 1; 0 is ground. Cell k has the number k. */
typedef struct race {
    int family;
    uint64_t seed;
    int nodes, sources, resistors, cells;
    struct {
        int node;
        double gain; /* its voltage, in parts of the wave */
    } source[RACE_SOURCES];
    struct {
        int a, b;
        double ohm;
    } resistor[RACE_RESISTORS];
    struct {
        int a, b; /* te, be */
        syn_mode start;
    } cell[RACE_CELLS];
    double wave[RACE_CORNERS]; /* V; straight lines between the corners, which are equally far apart; begins with 0 */
} race;

extern const char *const race_families[RACE_FAMILIES];

/* Circuit `seed` of a family, with 2 to 6 cells of the same seed. */
race race_draw(int family, uint64_t seed);

/* How the netlist of a race is written. */
typedef struct race_style {
    bool backwards;     /* the cells in ascending order, and not in descending order */
    bool mirrored;      /* each cell has polarity = -1 and its nodes reversed */
    double capacitance; /* F, from each node to ground */
} race_style;

/* Adds the netlist with `edge` [s] between two corners of the wave, or, for edge = 0, with a source vt whose voltage is
 * the corner's number. The cells are a0, a1, .. with their monitors r, mode and cycle saved. */
void race_add(const race *c, const race_style *style, double edge);

#endif
