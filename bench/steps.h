/* SPDX-License-Identifier: MIT */
/* A workload on an array by the library alone: a crossbar whose terminal currents are solved for at every level of the pulses. */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include "workload.h"

#include <synaptogen/synaptogen.h>

typedef struct steps {
    syn_array *array;
    syn_crossbar *x;
    double *rows, *cols, *ends; /* V, V, ohm */
    int levels; /* of the edge of a pulse, the last of which is its plateau; 0: so many that one cell SETs at each */
    size_t solutions, linearisations;
} steps;

/* Each returns false if it fails. steps_free takes what steps_create has left in any case. */
bool steps_create(const workload *w, const syn_model *model, steps *s);
bool steps_run(const workload *w, steps *s);
void steps_free(steps *s);

/* Current [A] that flows out of column j at the end. */
double steps_current(const steps *s, size_t j);

#endif
