/* SPDX-License-Identifier: MIT */
#include "array/program.h"
#include "base/numeric.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <synaptogen/program.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

void syn_program_default(const syn_model *m, syn_program *how)
{
    *how = (syn_program){.tolerance = 0.02,
                         .u_set = -2,
                         .u_start = 0.35 * m->params.u_max,
                         .step_min = 0.002,
                         .step_max = 0.05,
                         .steepness = 6,
                         .attempts = 20};
}

syn_status synp_check_program(const syn_program *p, syn_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
        const char *range;
    } limits[] = {
        {"tolerance", p->tolerance, 1e-9, 1e9, "[1e-9, 1e9]"},
        {"u_set", p->u_set, -100, -1e-3, "[-100, -0.001] V"},
        {"u_start", p->u_start, 1e-3, 100, "[0.001, 100] V"},
        {"step_min", p->step_min, 1e-6, 100, "[1e-6, 100] V"},
        {"step_max", p->step_max, p->step_min, 100, "[step_min, 100] V"},
        {"steepness", p->steepness, 1e-3, 1e6, "[0.001, 1e6] /V"},
        {"attempts", p->attempts, 1, 1e6, "[1, 1000000]"},
        {"bandwidth", p->bandwidth, 0, 1e15, "[0, 1e15] Hz"},
    };
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
        if (!(limits[k].value >= limits[k].low && limits[k].value <= limits[k].high))
            return synp_fail(err, SYN_EINVAL, limits[k].name, "%s is outside %s", SYNP_TEXT_OF(limits[k].value),
                             limits[k].range);
    return synp_check_reserved(p->reserved, sizeof p->reserved, "syn_program", err);
}

syn_status synp_check_targets(const float *target, size_t n, syn_error *err)
{
    for (size_t j = 0; j < n; j++)
        if (!(target[j] >= 0 && isfinite(target[j])))
            return synp_fail(err, SYN_EINVAL, "target", "%.9g S of chosen cell %zu is negative or not finite",
                             (double)target[j], j);
    return SYN_OK;
}

/* g [S] at u0 as the verifying read sees it, with its own number for every read of the cell. */
static double verify(const syn_array *a, const syn_program *how, size_t k, uint32_t pulses)
{
    const double u0 = a->model->params.u0, g = syn_chord(a->model, a->r[k], u0);
    if (how->bandwidth == 0)
        return g;
    const double z = syn_rng_read(a->single.seed, a->single.first + k, how->read_index + pulses);
    return g + syn_noise_sigma(g, u0 * g, how->bandwidth) * z / u0;
}

/* As small as it gets: a full RESET. */
static void plan_least(synp_job *b)
{
    b->next = SYNP_CLEAR;
    b->done = b->reached = b->last == SYNP_CLEAR;
}

void synp_plan(const syn_program *how, double ceiling, double g, synp_job *b)
{
    if (b->target == 0) {
        plan_least(b);
        return;
    }
    const double excess = g / b->target - 1;
    const double step = fmin(fmax(log1p(fmax(excess, 0)) / how->steepness, how->step_min), how->step_max);
    b->reached = fabs(excess) <= how->tolerance;
    b->next = SYNP_SET;
    if (b->last == SYNP_SET) {
        b->next = excess > 0 ? SYNP_RESET : SYNP_CLEAR;
        b->u = how->u_start;
    } else if (b->last == SYNP_RESET && excess > 0 && b->u < ceiling) {
        b->next = SYNP_RESET;
        b->u += step;
    }
    /* An LRS that is too resistive stays where it is after the last attempt: it is nearer to the target than an HRS. */
    b->done = b->reached || (b->next != SYNP_RESET && b->attempts == how->attempts);
}

double synp_next_pulse(const syn_program *how, double clear, synp_job *b)
{
    b->pulses++;
    b->last = b->next;
    b->attempts += b->next == SYNP_SET;
    return b->next == SYNP_SET ? how->u_set : b->next == SYNP_RESET ? b->u : clear;
}

bool synp_reached(const syn_array *a, size_t k, const synp_job *b)
{
    return b->reached && (b->target > 0 || synp_state_of(a, k).mode != SYN_LRS);
}

/* The chosen cells of one block, whose state stays in the cache until all are done. */
static void program_block(syn_array *a, size_t block, uint32_t mask, const syn_program *how,
                          synp_job jobs[SYNP_LANES])
{
    const double u_max = a->model->params.u_max;
    for (;;) {
        synp_floats voltage = {0};
        uint32_t busy = 0;
        for (uint32_t rest = mask; rest; rest &= rest - 1) {
            const int k = __builtin_ctz(rest);
            synp_plan(how, u_max, verify(a, how, block * SYNP_LANES + (size_t)k, jobs[k].pulses), &jobs[k]);
            if (jobs[k].done)
                continue;
            busy |= UINT32_C(1) << k;
            voltage[k] = (float)synp_next_pulse(how, 1.1 * u_max, &jobs[k]);
        }
        mask = busy;
        if (!mask)
            return;
        synp_apply_lanes(a, block, mask, voltage);
    }
}

static void program_part(syn_array *a, const synp_choice *choice, size_t p, const float *target,
                         const syn_program *how, synp_outcome *outcomes)
{
    uint32_t mask;
    size_t position[SYNP_LANES];
    synp_job jobs[SYNP_LANES] = {0};
    const size_t block = synp_choice_part(choice, p, &mask, position);
    for (uint32_t rest = mask; rest; rest &= rest - 1)
        jobs[__builtin_ctz(rest)].target = target[position[__builtin_ctz(rest)]];
    program_block(a, block, mask, how, jobs);
    for (uint32_t rest = mask; rest; rest &= rest - 1) {
        const int lane = __builtin_ctz(rest);
        const size_t k = block * SYNP_LANES + (size_t)lane;
        const double g = syn_chord(a->model, a->r[k], a->model->params.u0);
        outcomes[position[lane]] = (synp_outcome){(float)g, jobs[lane].pulses, synp_reached(a, k, &jobs[lane])};
    }
}

void synp_sum_up(const synp_outcome *o, const float *target, size_t n, syn_program_report *report)
{
    syn_program_report r = {.cells = n};
    double pulses = 0, squares = 0, measured = 0;
    for (size_t j = 0; j < n; j++) {
        pulses += o[j].pulses;
        r.pulses_max = o[j].pulses > r.pulses_max ? o[j].pulses : r.pulses_max;
        r.reached += o[j].reached;
        if (!o[j].reached || target[j] == 0)
            continue;
        const double error = fabs(o[j].g / target[j] - 1);
        measured++;
        r.error_mean += error;
        squares += error * error;
        r.error_max = fmax(r.error_max, error);
    }
    if (n)
        r.pulses_mean = pulses / (double)n;
    if (measured > 0) {
        r.error_mean /= measured;
        r.error_rms = sqrt(squares / measured);
    }
    *report = r;
}

syn_status syn_array_program(syn_array *a, const syn_cells *cells, const float *target, const syn_program *how,
                             float *g, uint32_t *pulses, syn_program_report *report, syn_error *err)
{
    size_t n;
    syn_status status = synp_check_writable(a, err);
    if (!status)
        status = syn_array_chosen(a, cells, &n, err);
    if (!status)
        status = synp_check_program(how, err);
    if (!status)
        status = synp_check_targets(target, n, err);
    synp_choice choice;
    if (!status)
        status = synp_choose(a, cells, &choice, err);
    if (status)
        return status;
    synp_outcome *outcomes = malloc((n + 1) * sizeof *outcomes);
    if (outcomes) {
#pragma omp parallel for num_threads(synp_threads(a->threads)) schedule(dynamic, 16)
        for (size_t p = 0; p < choice.parts; p++)
            program_part(a, &choice, p, target, how, outcomes);
        for (size_t j = 0; j < n; j++) {
            if (g)
                g[j] = outcomes[j].g;
            if (pulses)
                pulses[j] = outcomes[j].pulses;
        }
        if (report)
            synp_sum_up(outcomes, target, n, report);
    }
    synp_choice_free(&choice);
    free(outcomes);
    return outcomes ? SYN_OK : synp_no_memory(err);
}

syn_status syn_array_window(const syn_array *a, const syn_program *how, const double *g, size_t n,
                            syn_program_report *reports, syn_error *err)
{
    float *target = malloc(a->n * sizeof *target);
    syn_status status = target ? synp_check_writable(a, err) : synp_no_memory(err);
    for (size_t k = 0; k < n && !status; k++) {
        syn_array *copy;
        for (size_t j = 0; j < a->n; j++)
            target[j] = (float)g[k];
        status = syn_array_copy(a, &copy, err);
        if (!status)
            status = syn_array_program(copy, NULL, target, how, NULL, NULL, &reports[k], err);
        syn_array_free(copy);
    }
    free(target);
    return status;
}

syn_status syn_program_window(const syn_model *m, uint64_t seed, size_t cells, const syn_program *how,
                              const double *g, size_t n, double *share, syn_error *err)
{
    syn_array *a;
    syn_program_report *reports = malloc((n + 1) * sizeof *reports);
    syn_status status = syn_array_create(m, seed, cells, NULL, &a, err);
    if (!status && !reports)
        status = synp_no_memory(err);
    if (!status)
        status = syn_array_window(a, how, g, n, reports, err);
    for (size_t k = 0; k < n && !status; k++)
        share[k] = (double)reports[k].reached / (double)cells;
    syn_array_free(a);
    free(reports);
    return status;
}
