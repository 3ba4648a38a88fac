/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { N = 4099 }; /* not a multiple of a block */

typedef struct bench {
    const syn_model *m;
    syn_array *a;
    float *target, *g;
    uint32_t *pulses;
    syn_program how;
    syn_program_report report;
} bench;

static bench prepare(int threads)
{
    bench b = {.m = support_model(0),
               .target = calloc(N, sizeof(float)),
               .g = calloc(N, sizeof(float)),
               .pulses = calloc(N, sizeof(uint32_t))};
    cr_assert(eq(int, syn_array_create(b.m, 11, N, &(syn_array_options){.threads = threads}, &b.a, NULL), SYN_OK));
    for (int k = 0; k < N; k++) /* 5 to 50 kohm, evenly in the logarithm */
        b.target[k] = (float)(1 / (5000 * pow(10, (double)k / N)));
    syn_program_default(b.m, &b.how);
    return b;
}

static void clean(bench *b)
{
    syn_array_free(b->a);
    free(b->target);
    free(b->g);
    free(b->pulses);
}

static syn_status run(bench *b, syn_error *err)
{
    return syn_array_program(b->a, NULL, b->target, &b->how, b->g, b->pulses, &b->report, err);
}

/* The report against g and pulses of every cell; returns the number of cells within the tolerance. */
static size_t check_report(const bench *b)
{
    size_t reached = 0;
    double mean = 0, squares = 0, largest = 0, pulses = 0;
    uint32_t most = 0;
    for (size_t k = 0; k < N; k++) {
        syn_state s;
        syn_array_state(b->a, k, &s, NULL);
        const double g = 1 / syn_resistance_of_state(b->m, s.r), error = fabs(g / b->target[k] - 1);
        cr_assert(epsilon_eq(dbl, b->g[k], g, 1e-6 * g), "reported conductance of cell %zu", k); /* of a float */
        pulses += b->pulses[k];
        most = b->pulses[k] > most ? b->pulses[k] : most;
        if (error > 0.02 * (1 + 1e-6))
            continue;
        reached++;
        mean += error;
        squares += error * error;
        largest = fmax(largest, error);
    }
    cr_assert(eq(sz, b->report.cells, N));
    cr_assert(eq(sz, b->report.reached, reached));
    cr_assert(epsilon_eq(dbl, b->report.error_mean, mean / (double)reached, 1e-6));
    cr_assert(epsilon_eq(dbl, b->report.error_max, largest, 1e-6));
    cr_assert(epsilon_eq(dbl, b->report.error_rms, sqrt(squares / (double)reached), 1e-6));
    cr_assert(epsilon_eq(dbl, b->report.pulses_mean, pulses / N, 1e-9));
    cr_assert(eq(u32, b->report.pulses_max, most));
    return reached;
}

Test(program, every_cell_counted_as_reached_reads_within_the_tolerance)
{
    bench b = prepare(2);
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(gt(dbl, check_report(&b), N * 0.999),
              "targets between LRS and 50 kohm are within reach of nearly all cells");
    clean(&b);
    b = prepare(2);
    b.how.attempts = 1;
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(lt(dbl, check_report(&b), N * 0.99), "some cells miss their targets at the first attempt");
    clean(&b);
}

/* A verifying read of a single syn_cell [S]: its number counts on with the pulses. */
static double verified(const bench *b, const syn_cell *c, uint32_t pulses)
{
    const double u0 = syn_model_params(b->m)->u0;
    return syn_read(b->m, c, u0, b->how.bandwidth, b->how.read_index + pulses) / u0;
}

/* The reference: the documented procedure on a single syn_cell, pulse by pulse; *g is what it ends with. */
static uint32_t program_cell(const bench *b, uint64_t id, double target, double *g)
{
    syn_cell c;
    syn_cell_init(b->m, 11, id, NULL, &c, NULL);
    const double u_max = syn_model_params(b->m)->u_max;
    double u = 0, read = verified(b, &c, 0);
    int attempts = 0, climbing = 0, fresh = 0; /* RESET pulses being given; the last pulse was a SET */
    uint32_t pulses = 0;
    while (fabs(read / target - 1) > b->how.tolerance) {
        double pulse;
        if (fresh && read < target && attempts == b->how.attempts)
            break;
        if (fresh && read < target) { /* this LRS is too resistive: on to the next cycle */
            pulse = 1.1 * u_max;
            fresh = climbing = 0;
        } else if (fresh || (climbing && read > target && u < u_max)) {
            const double step = log(read / target) / b->how.steepness;
            u = fresh ? b->how.u_start : u + fmin(fmax(step, b->how.step_min), b->how.step_max);
            pulse = u;
            fresh = 0;
            climbing = 1;
        } else {
            if (attempts++ == b->how.attempts)
                break;
            pulse = b->how.u_set;
            fresh = 1;
        }
        syn_cell_step(b->m, &c, (float)pulse, &c);
        read = verified(b, &c, ++pulses);
    }
    *g = 1 / syn_resistance_of_state(b->m, c.state.r);
    return pulses;
}

/* How many of 512 cells get the pulses of the documented procedure. */
static int same_as_documented(bench *b)
{
    cr_assert(eq(int, run(b, NULL), SYN_OK));
    int same = 0;
    for (uint64_t k = 0; k < 512; k++) {
        double g = 0;
        const uint32_t pulses = program_cell(b, k * 8, b->target[k * 8], &g);
        same += pulses == b->pulses[k * 8] && fabs(g / b->g[k * 8] - 1) < 1e-4;
    }
    return same;
}

/* Single precision may end a cell one pulse earlier or later where a read lies on the edge of the tolerance, which is
 * 1e-6 wide: fewer than one of 512 is expected. */
Test(program, a_cell_gets_the_pulses_of_the_documented_procedure)
{
    bench b = prepare(2);
    cr_assert(ge(int, same_as_documented(&b), 510));
    clean(&b);
}

Test(program, an_lrs_that_is_too_resistive_is_left_by_a_full_reset)
{
    bench b = prepare(2);
    for (int k = 0; k < N; k++) /* 4.2 to 5 kohm, amid the LRS of the cells */
        b.target[k] = (float)(1 / (4200 + 800.0 * k / N));
    cr_assert(ge(int, same_as_documented(&b), 510));
    clean(&b);
}

Test(program, few_attempts_coarse_steps_and_noisy_reads_are_those_of_the_documented_procedure)
{
    bench b = prepare(2);
    b.how.attempts = 2;
    b.how.u_start = 0.8;
    b.how.step_min = 0.03;
    b.how.bandwidth = 1e8;
    b.how.read_index = 1000;
    cr_assert(ge(int, same_as_documented(&b), 510));
    cr_assert(lt(sz, b.report.reached, N), "some cells have used up their attempts");
    clean(&b);
}

Test(program, the_result_does_not_depend_on_the_number_of_threads)
{
    bench one = prepare(1), three = prepare(3);
    one.how.bandwidth = three.how.bandwidth = 1e8;
    cr_assert(eq(int, run(&one, NULL), SYN_OK));
    cr_assert(eq(int, run(&three, NULL), SYN_OK));
    cr_assert(eq(int, memcmp(one.g, three.g, N * sizeof *one.g), 0));
    cr_assert(eq(int, memcmp(one.pulses, three.pulses, N * sizeof *one.pulses), 0));
    cr_assert(eq(int, memcmp(&one.report, &three.report, sizeof one.report), 0));
    clean(&one);
    clean(&three);
}

Test(program, noise_of_the_verifying_read_shows_in_the_final_error)
{
    bench b = prepare(2);
    b.how.tolerance = 0.002;
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(le(dbl, b.report.error_max, 0.002 * (1 + 1e-5)));
    bench noisy = prepare(2);
    noisy.how.tolerance = 0.002;
    noisy.how.bandwidth = 1e9; /* some 0.3 % of a 20 kohm cell's current */
    cr_assert(eq(int, run(&noisy, NULL), SYN_OK));
    cr_assert(gt(sz, noisy.report.reached, 0));
    size_t outside = 0;
    for (size_t k = 0; k < N; k++)
        outside += fabs(noisy.g[k] / noisy.target[k] - 1) > 0.002;
    cr_assert(gt(sz, outside, N / 10), "a noisy read accepts cells that are not in the tolerance");
    clean(&b);
    clean(&noisy);
}

Test(program, only_the_chosen_cells_are_pulsed)
{
    bench b = prepare(2);
    syn_array *untouched;
    cr_assert(eq(int, syn_array_create(b.m, 11, N, NULL, &untouched, NULL), SYN_OK));
    const size_t list[] = {4098, 3, 17, 1000};
    const float target[] = {1e-4f, 5e-5f, 8e-5f, 2.5e-5f};
    const syn_cells cells = {.list = list, .count = 4};
    cr_assert(eq(int, syn_array_program(b.a, &cells, target, &b.how, b.g, b.pulses, NULL, NULL), SYN_OK));
    for (size_t k = 0; k < N; k++) {
        int chosen = 0;
        for (int j = 0; j < 4; j++)
            if (list[j] == k) {
                chosen = 1;
                cr_assert(epsilon_eq(dbl, 1 / syn_resistance_of_state(b.m, syn_array_states(b.a)[k]), target[j],
                                     0.0201 * target[j]));
            }
        if (!chosen)
            cr_assert(eq(flt, syn_array_states(b.a)[k], syn_array_states(untouched)[k]));
    }
    syn_array_free(untouched);
    clean(&b);
}

/* Every LRS is above 3 kohm here, and a LRS is nearer to 1 kohm than any HRS. */
Test(program, a_target_above_every_lrs_leaves_the_lrs_of_the_last_attempt)
{
    bench b = prepare(2);
    for (size_t k = 0; k < N; k++)
        b.target[k] = 1e-3f; /* 1 kohm: below every LRS */
    b.how.attempts = 3;
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(eq(sz, b.report.reached, 0));
    cr_assert(eq(dbl, b.report.error_mean, 0));
    cr_assert(eq(dbl, b.report.error_rms, 0));
    for (uint64_t k = 0; k < N; k++) {
        cr_assert(eq(u32, b.pulses[k], 5), "three times SET, and full RESET between them");
        if (k % 64)
            continue;
        syn_cell c;
        syn_cell_init(b.m, 11, k, NULL, &c, NULL);
        for (int pulse = 0; pulse < 5; pulse++)
            syn_cell_step(b.m, &c, pulse % 2 ? 2 : -2, &c);
        cr_assert(epsilon_eq(dbl, b.g[k], 1 / c.now.y[SYN_R_LRS], 1e-5 / c.now.y[SYN_R_LRS]));
    }
    clean(&b);
}

Test(program, a_target_of_0_is_one_full_reset)
{
    bench b = prepare(2);
    for (size_t k = 0; k < N; k++)
        b.target[k] = k % 2 ? 0 : 1e-4f;
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(gt(sz, b.report.reached, N - 10));
    cr_assert(le(dbl, b.report.error_max, 0.02 * (1 + 1e-5)), "targets of 0 have no relative error");
    for (uint64_t k = 1; k < N; k += 2) {
        syn_cell c;
        syn_cell_init(b.m, 11, k, NULL, &c, NULL);
        cr_assert(eq(u32, b.pulses[k], 1));
        cr_assert(epsilon_eq(dbl, b.g[k] * pow(10, c.now.y[SYN_LOG10_R_HRS]), 1, 1e-3), "fresh cells are in HRS");
    }
    for (size_t k = 0; k < N; k++)
        b.target[k] = 0;
    cr_assert(eq(int, run(&b, NULL), SYN_OK));
    cr_assert(eq(sz, b.report.reached, N));
    for (size_t k = 0; k < N; k++)
        cr_assert(lt(dbl, b.g[k], 1e-4), "a cell at 10 kohm goes to HRS");
    clean(&b);
}

/* With one attempt and a wide tolerance t, a cell reaches g if its first LRS conducts g (1 - t) or more and its next HRS
 * g (1 + t) or less: what lies between is passed in steps that change g by at most 0.3 < t. */
Test(program, the_window_is_that_of_the_draws)
{
    enum { CELLS = 2000 };
    const syn_model *m = support_model(0);
    syn_program how;
    syn_program_default(m, &how);
    how.attempts = 1;
    how.tolerance = 0.4;
    const double g[] = {2e-6, 1e-5, 2e-5, 1e-4, 3e-4, 4e-4, 1e-3};
    enum { POINTS = sizeof g / sizeof *g };
    double share[POINTS];
    cr_assert(eq(int, syn_program_window(m, 3, CELLS, &how, g, POINTS, share, NULL), SYN_OK));
    for (int k = 0; k < POINTS; k++) {
        double expected = 0;
        for (uint64_t id = 0; id < CELLS; id++) {
            syn_cell c;
            syn_cell_init(m, 3, id, NULL, &c, NULL);
            const double first = pow(10, -c.now.y[SYN_LOG10_R_HRS]), lrs = 1 / c.now.y[SYN_R_LRS],
                         next = pow(10, -c.next.y[SYN_LOG10_R_HRS]);
            const bool at_once = fabs(first / g[k] - 1) <= how.tolerance;
            expected += at_once || (lrs >= g[k] * (1 - how.tolerance) && next <= g[k] * (1 + how.tolerance));
        }
        cr_expect(epsilon_eq(dbl, share[k], expected / CELLS, 0.005), "%g S: %g, not %g", g[k], share[k],
                  expected / CELLS);
    }
}

/* Stuck cells are the only difference between two arrays: they alone miss a target that all free cells reach. */
Test(program, the_window_of_an_array_counts_its_stuck_cells_and_leaves_it_unchanged)
{
    bench b = prepare(1);
    const double g[] = {5e-5, 8e-5};
    syn_program_report free_cells[2], some[2];
    size_t stuck;
    b.how.tolerance = 0.2;
    cr_assert(eq(int, syn_array_window(b.a, &b.how, g, 2, free_cells, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stick_random(b.a, NULL, &(syn_faults){.at = 0.1, .g = 1e-6}, &stuck, NULL), SYN_OK));
    float *before = malloc(N * sizeof *before);
    memcpy(before, syn_array_states(b.a), N * sizeof *before);
    cr_assert(eq(int, syn_array_window(b.a, &b.how, g, 2, some, NULL), SYN_OK));
    for (int k = 0; k < 2; k++) {
        cr_expect(eq(sz, some[k].cells, N));
        cr_expect(eq(sz, free_cells[k].reached, N));
        cr_expect(eq(sz, some[k].reached, N - stuck));
    }
    cr_expect(memcmp(before, syn_array_states(b.a), N * sizeof *before) == 0);
    free(before);
    clean(&b);
}

Test(program, the_defaults_are_the_documented_ones)
{
    bench b = prepare(1);
    syn_program how;
    memset(&how, 0xff, sizeof how);
    syn_program_default(b.m, &how);
    cr_assert(how.tolerance == 0.02 && how.u_set == -2 && how.step_min == 0.002 && how.step_max == 0.05 &&
              how.steepness == 6 && how.attempts == 20 && how.bandwidth == 0 && how.read_index == 0);
    cr_assert(epsilon_eq(dbl, how.u_start, 0.35 * 1.46, 1e-15));
    clean(&b);
}

Test(program, nothing_is_done_for_no_cells)
{
    bench b = prepare(1);
    const uint8_t none[N] = {0};
    cr_assert(eq(int, syn_array_program(b.a, &(syn_cells){.mask = none}, NULL, &b.how, NULL, NULL, &b.report, NULL),
                 SYN_OK));
    cr_assert(b.report.cells == 0 && b.report.reached == 0 && b.report.pulses_mean == 0 && b.report.error_mean == 0);
    clean(&b);
}

Test(program, every_parameter_is_accepted_up_to_the_ends_of_its_range_and_not_beyond)
{
    static const struct {
        const char *name;
        size_t member;
        double low, high;
    } ranges[] = {
        {"tolerance", offsetof(syn_program, tolerance), 1e-9, 1e9},
        {"u_set", offsetof(syn_program, u_set), -100, -1e-3},
        {"u_start", offsetof(syn_program, u_start), 1e-3, 100},
        {"step_min", offsetof(syn_program, step_min), 1e-6, 100},
        {"step_max", offsetof(syn_program, step_max), 0.002, 100}, /* from step_min on */
        {"steepness", offsetof(syn_program, steepness), 1e-3, 1e6},
        {"bandwidth", offsetof(syn_program, bandwidth), 0, 1e15},
    };
    bench b = prepare(1);
    const uint8_t none[N] = {0};
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        const double low = ranges[k].low, high = ranges[k].high,
                     values[] = {low, high, nextafter(low, -INFINITY), nextafter(high, INFINITY), NAN};
        for (int j = 0; j < 5; j++) {
            syn_error err = {0};
            syn_program how = b.how;
            if (strcmp(ranges[k].name, "step_min") == 0)
                how.step_max = 100;
            memcpy((char *)&how + ranges[k].member, &values[j], sizeof values[j]);
            cr_expect(eq(int, syn_array_program(b.a, &(syn_cells){.mask = none}, NULL, &how, NULL, NULL, NULL, &err),
                         j < 2 ? SYN_OK : SYN_EINVAL),
                      "%s = %.17g", ranges[k].name, values[j]);
            cr_expect(eq(str, err.field, (char *)(j < 2 ? "" : ranges[k].name)));
        }
    }
    const int attempts[] = {1, 1000000, 0, 1000001};
    for (int j = 0; j < 4; j++) {
        syn_program how = b.how;
        how.attempts = attempts[j];
        cr_expect(eq(int, syn_array_program(b.a, &(syn_cells){.mask = none}, NULL, &how, NULL, NULL, NULL, NULL),
                     j < 2 ? SYN_OK : SYN_EINVAL),
                  "%d attempts", attempts[j]);
    }
    clean(&b);
}

Test(program, bad_requests_are_refused_with_parameter_and_range_and_change_nothing)
{
    bench b = prepare(1);
    syn_error err;
    const syn_program good = b.how;
#define REFUSED(member, value, name)                                                                                 \
    do {                                                                                                             \
        b.how = good;                                                                                                \
        b.how.member = value;                                                                                        \
        cr_assert(eq(int, run(&b, &err), SYN_EINVAL), "%s", name);                                                   \
        cr_assert(eq(str, err.field, name));                                                                         \
        cr_assert(strstr(err.text, "outside [") != NULL);                                                            \
    } while (0)
    REFUSED(tolerance, 0, "tolerance");
    REFUSED(u_set, 0.5, "u_set");
    REFUSED(u_start, NAN, "u_start");
    REFUSED(step_min, 0, "step_min");
    REFUSED(step_max, 0.001, "step_max");
    REFUSED(steepness, -1, "steepness");
    REFUSED(attempts, 0, "attempts");
    REFUSED(bandwidth, -1, "bandwidth");
    b.how = good;
    b.how.reserved[0] = 1;
    support_refused(run(&b, &err), SYN_EINVAL, &err, "reserved", "");
    b.how = good;
    b.target[7] = -1e-9f;
    support_refused(run(&b, &err), SYN_EINVAL, &err, "target", "");
    b.target[7] = INFINITY;
    cr_assert(eq(int, run(&b, &err), SYN_EINVAL));
    cr_assert(strstr(err.text, "cell 7 ") != NULL);
    b.target[7] = 1e-4f;
    const size_t twice[] = {9, 5, 9}, outside[] = {N};
    support_refused(
        syn_array_program(b.a, &(syn_cells){.list = twice, .count = 3}, b.target, &good, NULL, NULL, NULL, &err),
        SYN_EINVAL, &err, "list", "");
    cr_assert(eq(str, err.text, "cell 9 is chosen twice"));
    support_refused(
        syn_array_program(b.a, &(syn_cells){.list = outside, .count = 1}, b.target, &good, NULL, NULL, NULL, &err),
        SYN_EINVAL, &err, "list", "");
    syn_array *frozen;
    cr_assert(eq(int, syn_array_freeze(b.a, &frozen, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_program(frozen, NULL, b.target, &good, NULL, NULL, NULL, &err), SYN_EINVAL));
    cr_assert(eq(str, err.text, "the array is read-only"));
    syn_array_free(frozen);
    for (size_t k = 0; k < N; k++) {
        syn_state s;
        syn_array_state(b.a, k, &s, NULL);
        cr_assert(s.mode == SYN_HRS && s.n == 0);
    }
    clean(&b);
}
