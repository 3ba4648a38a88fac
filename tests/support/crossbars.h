/* SPDX-License-Identifier: MIT */
/* One crossbar in a circuit, written in several ways. */
#ifndef TESTS_SUPPORT_CROSSBARS_H
#define TESTS_SUPPORT_CROSSBARS_H

#include <synaptogen/crossbar.h>

typedef struct crossbar {
    int rows, cols;
    double r_wl, r_bl, r_access; /* ohm */
    int half;                    /* leads */
    int ends[4];                 /* left, right, top, bottom: has terminals */
} crossbar;

extern const char *const crossbar_sides[4];
int crossbar_lines(const crossbar *c, int side);

/* Small crossbars with all kinds of wires and ends. */
extern const crossbar crossbar_shapes[];
enum { CROSSBAR_SHAPES = 9 };

/* As one device a1; its terminals are the nodes left0, left1, .., bottom0, .. of the circuit. */
void crossbar_add_tile(const crossbar *c, const char *parameters);

/* As resistors and single cells a0, a1, .. numbered as in the library, with the same terminals. */
void crossbar_add_cells(const crossbar *c, const char *parameters);

/* As a driven array named x in banks of at most `most` lines, which are in a random order: at each terminal an ideal
 * input, in_left0, .., behind r[side] ohm, and the voltage out_left0, .. for the current that leaves there. */
void crossbar_add_array(const crossbar *c, const double r[4], int most, uint64_t random, const char *parameters);

/* Saves the voltages of all terminals. */
void crossbar_save_terminals(const crossbar *c);

/* The array of a state file, to be freed. */
syn_array *crossbar_load_state(const char *path);

/* The same crossbar in the library, with the sources behind r[side] ohm, its cells not yet bound. To be freed. */
syn_crossbar *crossbar_in_library(const crossbar *c, const double r[4]);

/* A new working directory of the test's own, and its end. */
void crossbar_enter_folder(void);
void crossbar_leave_folder(void);

#endif
