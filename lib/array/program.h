/* SPDX-License-Identifier: MIT */
/* Write-verify of one cell: arrays and crossbars share it. */
#ifndef ARRAY_PROGRAM_H
#define ARRAY_PROGRAM_H

#include "array/array.h"

#include <stdbool.h>
#include <synaptogen/program.h>

/* CLEAR is a full RESET, to get from an LRS that is too resistive to another one. */
typedef enum synp_pulse { SYNP_NO_PULSE, SYNP_SET, SYNP_RESET, SYNP_CLEAR } synp_pulse;

/* One cell being programmed; zeroed but for the target at the start. */
typedef struct synp_job {
    double target; /* S */
    double u;      /* V, of the last RESET pulse */
    synp_pulse last, next;
    int attempts; /* SET pulses given */
    uint32_t pulses;
    bool done, reached;
} synp_job;

/* Plans the next pulse after a verifying read of g [S]. ceiling: V, where RESET pulses end. */
void synp_plan(const syn_program *how, double ceiling, double g, synp_job *b);

/* The voltage [V] of the planned pulse, which counts as given. clear: that of a full RESET. */
double synp_next_pulse(const syn_program *how, double clear, synp_job *b);

/* Whether cell k of the array has reached the target of its job. A target of 0 counts as reached after a full RESET, but not
 * by a cell that is stuck in LRS. */
bool synp_reached(const syn_array *a, size_t k, const synp_job *b);

/* The result for one cell. */
typedef struct synp_outcome {
    float g;
    uint32_t pulses;
    bool reached;
} synp_outcome;

void synp_sum_up(const synp_outcome *o, const float *target, size_t n, syn_program_report *report);

syn_status synp_check_program(const syn_program *p, syn_error *err);
syn_status synp_check_targets(const float *target, size_t n, syn_error *err);

#endif
