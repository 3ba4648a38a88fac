/* SPDX-License-Identifier: MIT */
/* A host of libngspice for tests. libngspice keeps its state in globals, so there is one simulator per process;
 * Criterion gives every test a process of its own. Whatever goes wrong in the host itself fails the test. */
#ifndef TESTS_SUPPORT_SPICE_H
#define TESTS_SUPPORT_SPICE_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the simulator and loads the plug-in. In two steps: starts it, and loads the plug-in once more. */
void spice_start(void);
void spice_start_alone(void);
void spice_load_plugin(void);

/* Loads a circuit from lines separated by '\n'; title and .end are added. It becomes the current circuit. The environment
 * variable SYNAPTOGEN_TEST_KLU gives it the solver KLU, in an ngspice that has it. */
__attribute__((format(__printf__, 1, 2))) void spice_circuit(const char *format, ...);

/* The same in pieces: adds text to a circuit, and loads what was added. */
__attribute__((format(__printf__, 1, 2))) void spice_add(const char *format, ...);
void spice_load(void);
void spice_try_load(void); /* it may be refused */

/* Carries out one command line. */
__attribute__((format(__printf__, 1, 2))) void spice_do(const char *format, ...);

/* Carries out an analysis command; true if the simulator calls it a success ($sim_status: return codes lie). */
__attribute__((format(__printf__, 1, 2))) bool spice_try(const char *format, ...);

/* The same, and the test fails unless it succeeds; the output is cleared before. */
__attribute__((format(__printf__, 1, 2))) void spice_run(const char *format, ...);

/* Runs the circuit's analyses in the simulator's own thread, as graphical hosts do, and waits for its end. In pieces:
 * carries out "bg_run" or "bg_resume", and waits for the end of the thread that it has started. */
void spice_run_in_background(void);
void spice_begin_in_background(const char *command);
void spice_await_background(void);

/* Drops the current circuit and all results. */
void spice_forget(void);

/* Copy of a vector (its real part) in lower-case notation such as "v(te)", "i(v1)", "@a1[r]", to be freed;
 * *length gets its length, 0 and NULL if there is none. */
double *spice_vector(const char *name, size_t *length);

/* Growth of the heap in bytes per round, while `round` is called `rounds` times with its number. SPICE_WARM_UP rounds
 * before them let the simulator take the memory that it keeps for good. */
enum { SPICE_WARM_UP = 20 };
double spice_growth(int rounds, void (*round)(int number));

/* The last element of a vector that exists, and the length of one. */
double spice_last(const char *name);
size_t spice_length(const char *name);

/* Name of the current plot, such as "tran1". */
const char *spice_plot(void);

/* A vector read at the points of the scale of the plot: linear interpolation at x. */
double spice_at(const char *name, const char *scale, double x);

/* What the simulator printed since the last call of spice_clear_output, with '\n' after each line. */
const char *spice_output(void);
void spice_clear_output(void);
size_t spice_count_output(const char *needle);

/* The number that stands after a label in what was printed, NaN if the label was not printed. */
double spice_printed(const char *label);

#endif
