/* SPDX-License-Identifier: MIT */
/* What the calls of arrays and crossbars do when memory runs out or a disk fails. */
#include "project/faults.h"
#include "support/support.h"

#include "crossbar/crossbar.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 50, LISTED = 3 };
static const size_t list[LISTED] = {49, 3, 20}, twice[LISTED] = {3, 5, 3};
static const syn_cells listed = {.list = list, .count = LISTED};
static const float set = -2, voltages[N] = {1.2f, 1.2f, 1.2f}, targets[LISTED] = {1e-4f, 1e-4f, 1e-4f};

static syn_array *subject;
static char path[] = "/tmp/synaptogen-test-XXXXXX";

/* An array comes with success alone. */
static syn_status judged(syn_status s, syn_array *const *made)
{
    cr_assert(eq(int, s == SYN_OK, *made != NULL));
    syn_array_free(*made);
    return s;
}

static syn_status create(void)
{
    syn_array *a = subject;
    return judged(syn_array_create(support_model(0), 1, N, NULL, &a, NULL), &a);
}

static syn_status create_read_only(void)
{
    syn_array *a = subject;
    const syn_array_options o = {.threads = 2, .read_only = 1};
    return judged(syn_array_create(support_model(0), 1, N, &o, &a, NULL), &a);
}

static syn_status freeze(void)
{
    syn_array *a = subject;
    return judged(syn_array_freeze(subject, &a, NULL), &a);
}

static syn_status load(void)
{
    syn_array *a = subject;
    return judged(syn_array_load(support_model(0), path, NULL, 1, &a, NULL), &a);
}

static syn_status save(void)
{
    return syn_array_save(subject, path, NULL);
}

/* Two parts of an array, compact and full, and where they are joined. */
enum { PARTS = 2 };
static char part_names[2 * PARTS + 1][64];

static void save_parts(void)
{
    for (int k = 0; k < 2 * PARTS; k++) {
        syn_array *a;
        const syn_array_options o = {.first = k % PARTS ? 32 : 0, .storage = k < PARTS ? SYN_COMPACT : SYN_FULL};
        cr_assert(eq(int, syn_array_create(support_model(0), 1, k % PARTS ? 18 : 32, &o, &a, NULL), SYN_OK));
        snprintf(part_names[k], sizeof *part_names, "%s.%d", path, k);
        cr_assert(eq(int, syn_array_save(a, part_names[k], NULL), SYN_OK));
        syn_array_free(a);
    }
    snprintf(part_names[2 * PARTS], sizeof *part_names, "%s.whole", path);
}

static syn_status join(int first)
{
    const char *const parts[PARTS] = {part_names[first], part_names[first + 1]};
    const char *const whole = part_names[2 * PARTS];
    syn_array_info info;
    unlink(whole);
    const syn_status s = syn_array_join(parts, PARTS, 0, whole, NULL);
    cr_assert(eq(int, access(whole, F_OK) == 0, s == SYN_OK));
    const long reads = faults_until[READ]; /* those of this check do not count */
    faults_until[READ] = -1;
    if (!s) {
        cr_assert(eq(int, syn_array_peek(whole, &info, NULL), SYN_OK));
        cr_assert(info.n == N && info.first == 0);
    }
    faults_until[READ] = reads;
    return s;
}

static syn_status join_compact(void)
{
    return join(0);
}

static syn_status join_full(void)
{
    return join(PARTS);
}

static syn_status load_how(const char *file, const syn_load *how)
{
    syn_array *a = subject;
    return judged(syn_array_load_with(support_model(0), file, how, &a, NULL), &a);
}

static syn_status load_part(void)
{
    return load_how(part_names[0], &(syn_load){.threads = 1, .first = 3, .count = 20, .expanded_bytes = 1});
}

static syn_status load_part_as_full(void)
{
    return load_how(part_names[0], &(syn_load){.threads = 1, .first = 16, .storage = SYN_FULL});
}

static syn_status load_as_compact(void)
{
    return load_how(path, &(syn_load){.threads = 1, .storage = SYN_COMPACT});
}

static syn_status copy_as_compact(void)
{
    syn_array *a = subject;
    return judged(syn_array_copy_as(subject, SYN_COMPACT, &a, NULL), &a);
}

static syn_status apply(void)
{
    return syn_array_apply(subject, &listed, &set, 1, NULL);
}

static syn_status apply_each(void)
{
    return syn_array_apply_each(subject, &listed, voltages, NULL);
}

static syn_status read_listed(void)
{
    float i[LISTED];
    return syn_array_read(subject, &listed, 0.2f, i, NULL);
}

static syn_status read_each(void)
{
    float i[LISTED];
    return syn_array_read_each(subject, &listed, voltages, i, NULL);
}

static syn_status read_noisy(void)
{
    float i[LISTED];
    return syn_array_read_noisy(subject, &listed, 0.2f, 1e6, 0, i, NULL);
}

static syn_status conductance(void)
{
    float g[LISTED];
    return syn_array_conductance(subject, &listed, 0.2f, g, NULL);
}

static syn_status product(void)
{
    float i[N];
    return syn_vmm(subject, voltages, i, NULL);
}

static syn_status products(void)
{
    float i[2 * N];
    return syn_vmm_batch_noisy(subject, voltages, 2, 1e6, 0, i, NULL);
}

static syn_status program(void)
{
    syn_program how;
    syn_program_default(support_model(0), &how);
    return syn_array_program(subject, &listed, targets, &how, NULL, NULL, NULL, NULL);
}

static syn_status window(void)
{
    const double g[] = {5e-5, 1e-4};
    double share[2];
    syn_program how;
    syn_program_report reports[2];
    syn_program_default(support_model(0), &how);
    how.attempts = 2;
    const syn_status s = syn_array_window(subject, &how, g, 2, reports, NULL);
    return s ? s : syn_program_window(support_model(0), 3, 20, &how, g, 2, share, NULL);
}

static syn_status stick(void)
{
    return syn_array_stick(subject, &listed, SYN_STICK_AT, 1e-6, NULL);
}

static syn_status calibrate(void)
{
    syn_converter c;
    return syn_adc_calibrate_least(voltages, 2, 4, &c, NULL);
}

enum { ROWS = 5, COLS = N / ROWS, MOST_SHAPE = 80 };
static const double ends[MOST_SHAPE], pulse[COLS] = {2, 2, 2, 2}; /* V: SETs cells of these bit lines */
static const double *const pulses[SYN_SIDES] = {[SYN_BOTTOM] = pulse};
static syn_crossbar *crossbar;

/* Of the subject, with drivers of 0 ohm at the left and at the bottom. */
static syn_status bind_crossbar(void)
{
    const syn_wires w = {
        .rows = ROWS, .cols = COLS, .r_wl = 1, .r_bl = 1, .end = {[SYN_LEFT] = ends, [SYN_BOTTOM] = ends}};
    const syn_status s = syn_crossbar_create(&w, 1, &crossbar, NULL);
    cr_assert(eq(int, s == SYN_OK, crossbar != NULL));
    return s ? s : syn_crossbar_bind(crossbar, subject, NULL);
}

static syn_status freed(syn_status s)
{
    syn_crossbar_free(crossbar);
    return s;
}

static syn_status crossbar_step(void)
{
    const syn_status s = bind_crossbar();
    return freed(s ? s : syn_crossbar_step(crossbar, pulses, NULL, NULL));
}

static syn_status crossbar_ports(void)
{
    static const size_t port[] = {1, 4};
    double y[(ROWS + COLS) * (ROWS + COLS)];
    syn_status s = bind_crossbar();
    s = s ? s : syn_crossbar_port_matrix(crossbar, y, NULL);
    return freed(s ? s : syn_crossbar_port_matrix_of(crossbar, port, 2, y, NULL));
}

static syn_status crossbar_batch(void)
{
    enum { COUNT = 13 };
    static double volt[ROWS * COUNT], current[COLS * COUNT], g[N];
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = volt};
    double *const i[SYN_SIDES] = {[SYN_BOTTOM] = current};
    const syn_batch_options o = {.threads = 1}, noise = {.threads = 1, .bandwidth = 1e8};
    syn_status s = bind_crossbar();
    s = s ? s : syn_crossbar_solve_batch(crossbar, v, COUNT, i, &o, NULL, NULL);
    s = s ? s : syn_crossbar_solve_batch(crossbar, v, COUNT, i, &noise, NULL, NULL);
    s = s ? s : syn_crossbar_set_conductances(crossbar, g, NULL);
    s = s ? s : syn_crossbar_solve_batch(crossbar, v, COUNT, i, &o, NULL, NULL);
    return freed(s ? s : syn_crossbar_solve_batch(crossbar, v, COUNT, i, &noise, NULL, NULL));
}

/* Sources behind 100 ohm at the left and the bottom of all lines or of the first ones alone. */
static syn_status solve_large(double r, double g_most, int all)
{
    static double g[MOST_SHAPE * MOST_SHAPE], volt[MOST_SHAPE], end[MOST_SHAPE];
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = volt};
    const syn_wires w = {
        .rows = MOST_SHAPE, .cols = MOST_SHAPE, .r_wl = r, .r_bl = r, .end = {[SYN_LEFT] = end, [SYN_BOTTOM] = end}};
    uint64_t state = 1;
    for (size_t k = 0; k < MOST_SHAPE * MOST_SHAPE; k++)
        g[k] = support_uniform(&state, g_most / 10, g_most);
    for (size_t i = 0; i < MOST_SHAPE; i++) {
        end[i] = i == 0 || all ? 100 : INFINITY;
        volt[i] = 1 + (double)i;
    }
    syn_status s = syn_crossbar_create(&w, 1, &crossbar, NULL);
    s = s ? s : syn_crossbar_set_conductances(crossbar, g, NULL);
    return s ? s : syn_crossbar_solve(crossbar, v, NULL, NULL);
}

static syn_status crossbar_by_cycles(void)
{
    const syn_status s = solve_large(50, 1e-4, 1);
    cr_assert(s || (crossbar->cycle->coarse && crossbar->method == SYNP_CYCLES));
    return freed(s);
}

/* Wires so bad that cycles do not get on. */
static syn_status crossbar_of_two_levels(void)
{
    const syn_status s = solve_large(1e5, 1e-4, 1);
    cr_assert(s || (crossbar->coarse && crossbar->method == SYNP_GRADIENTS));
    return freed(s);
}

/* Wires so good and cells so bad that single precision does not get on. */
static syn_status crossbar_in_double(void)
{
    const syn_status s = solve_large(1e-3, 1e-12, 0);
    cr_assert(s || crossbar->method == SYNP_GRADIENTS_DOUBLE);
    return freed(s);
}

static const struct {
    const char *name;
    syn_status (*call)(void);
    int changes; /* the array, when it succeeds */
} calls[] = {{"create", create, 0},
             {"create read-only", create_read_only, 0},
             {"freeze", freeze, 0},
             {"save", save, 0},
             {"load", load, 0},
             {"load part", load_part, 0},
             {"load part as full", load_part_as_full, 0},
             {"load as compact", load_as_compact, 0},
             {"copy as compact", copy_as_compact, 0},
             {"join compact", join_compact, 0},
             {"join full", join_full, 0},
             {"apply", apply, 1},
             {"apply_each", apply_each, 1},
             {"read", read_listed, 0},
             {"read_each", read_each, 0},
             {"read_noisy", read_noisy, 0},
             {"conductance", conductance, 0},
             {"vmm", product, 0},
             {"vmm_batch", products, 0},
             {"program", program, 1},
             {"window", window, 0},
             {"calibrate", calibrate, 0},
             {"crossbar step", crossbar_step, 1},
             {"crossbar ports", crossbar_ports, 0},
             {"crossbar batch", crossbar_batch, 0},
             {"crossbar by cycles", crossbar_by_cycles, 0},
             {"crossbar of two levels", crossbar_of_two_levels, 0},
             {"crossbar in double precision", crossbar_in_double, 0},
             {"stick", stick, 1}};
enum { CALLS = sizeof calls / sizeof *calls };

static float before[N]; /* states */

/* Has the first, second, .. function of that kind fail in a call until it has no more of them; returns how many it
 * had. */
static int fail_in_turn(int kind, syn_status (*call)(void), syn_status expected)
{
    for (int failures = 0;; failures++) {
        const long blocks = faults_held;
        faults_until[kind] = failures;
        const syn_status s = call();
        const int failed = faults_until[kind] < 0;
        faults_until[kind] = -1;
        cr_assert(eq(uint, s, failed ? expected : SYN_OK), "failure %d: %s", failures, syn_strstatus(s));
        cr_assert(faults_held == blocks, "failure %d keeps %ld blocks", failures, faults_held - blocks);
        if (!failed)
            return failures;
        cr_assert(eq(int, memcmp(before, syn_array_states(subject), sizeof before), 0), "failure %d", failures);
    }
}

static void prepare(void)
{
    close(mkstemp(path));
    cr_assert(eq(int, syn_array_create(support_model(0), 1, N, NULL, &subject, NULL), SYN_OK));
    cr_assert(eq(int, save(), SYN_OK));
    memcpy(before, syn_array_states(subject), sizeof before);
    save_parts();
}

static void clean(void)
{
    for (int k = 0; k <= 2 * PARTS; k++)
        unlink(part_names[k]);
    syn_array_free(subject);
    unlink(path);
}

TestSuite(faults, .init = prepare, .fini = clean);

Test(faults, a_call_whose_nth_allocation_fails_says_so_changes_nothing_and_keeps_no_block)
{
    for (int c = 0; c < CALLS; c++) {
        memcpy(before, syn_array_states(subject), sizeof before);
        cr_assert(gt(int, fail_in_turn(ALLOCATION, calls[c].call, SYN_ENOMEM), 0), "%s allocates", calls[c].name);
        cr_assert(eq(int, memcmp(before, syn_array_states(subject), sizeof before) != 0, calls[c].changes), "%s",
                  calls[c].name);
    }
}

Test(faults, a_refused_call_keeps_no_block)
{
    const syn_cells duplicate = {.list = twice, .count = LISTED};
    const syn_array_options abacus = {.kernel = "abacus"};
    syn_program how;
    syn_array *a;
    syn_program_default(support_model(0), &how);
    const long blocks = faults_held;
    cr_assert(eq(int, syn_array_apply_each(subject, &duplicate, voltages, NULL), SYN_EINVAL));
    cr_assert(eq(int, syn_array_program(subject, &duplicate, targets, &how, NULL, NULL, NULL, NULL), SYN_EINVAL));
    cr_assert(eq(int, syn_array_create(support_model(0), 1, N, &abacus, &a, NULL), SYN_EINVAL));
    cr_assert(eq(int, syn_array_load(support_model(0), path, "abacus", 1, &a, NULL), SYN_EINVAL));
    cr_assert(eq(int, truncate(path, 1000), 0));
    cr_assert(eq(int, syn_array_load(support_model(0), path, NULL, 1, &a, NULL), SYN_EFORMAT));
    cr_assert(faults_held == blocks);
}

Test(faults, a_file_that_cannot_be_read_to_its_end_is_no_array)
{
    /* Without its first piece it is no state file; behind that every failure is the system's. */
    cr_assert(eq(int, save(), SYN_OK));
    faults_until[READ] = 0;
    cr_assert(eq(int, load(), SYN_EFORMAT));
    faults_until[READ] = 1;
    cr_assert(eq(int, load(), SYN_EFORMAT));
    int failures = 0;
    for (syn_status s = SYN_EIO; s != SYN_OK; failures++) {
        faults_until[READ] = 2 + failures;
        s = load();
        cr_assert(eq(int, s, faults_until[READ] < 0 ? SYN_EIO : SYN_OK));
    }
    cr_assert(gt(int, failures, 3), "states, blocks and checksum");
}

Test(faults, a_save_whose_nth_write_fails_leaves_the_old_file)
{
    cr_assert(gt(int, fail_in_turn(WRITE, save, SYN_EIO), 3));
    cr_assert(eq(int, fail_in_turn(SYNC, save, SYN_EIO), 1));
    cr_assert(eq(int, load(), SYN_OK));
}

/* Each read of a call fails in turn. Parts are read several times: what a header says may be another the second time. */
static void fail_reads(syn_status (*call)(void), int fewest)
{
    int failures = 0;
    for (syn_status s = SYN_EIO; s != SYN_OK; failures++) {
        const long blocks = faults_held;
        faults_until[READ] = failures;
        s = call();
        const int failed = faults_until[READ] < 0;
        faults_until[READ] = -1;
        cr_assert(failed ? s == SYN_EIO || s == SYN_EFORMAT : s == SYN_OK, "read %d: %s", failures, syn_strstatus(s));
        cr_assert(faults_held == blocks, "read %d keeps %ld blocks", failures, faults_held - blocks);
    }
    cr_assert(gt(int, failures, fewest));
}

Test(faults, parts_that_cannot_be_read_or_a_whole_that_cannot_be_written_leave_no_file)
{
    fail_reads(load_part, 8);
    fail_reads(load_part_as_full, 8);
    fail_reads(join_compact, 30);
    fail_reads(join_full, 16);
    cr_assert(gt(int, fail_in_turn(WRITE, join_compact, SYN_EIO), 10));
    cr_assert(gt(int, fail_in_turn(WRITE, join_full, SYN_EIO), 5));
    cr_assert(eq(int, fail_in_turn(SYNC, join_compact, SYN_EIO), 1));
}

/* Training. */
enum { DEVICES = 8, CYCLES = 60 };
static syn_features features;

static void draw_features(void)
{
    uint64_t state = 1;
    cr_assert(eq(int, syn_features_create(DEVICES, DEVICES * CYCLES, &features, NULL), SYN_OK));
    for (size_t d = 0; d < DEVICES; d++)
        features.first[d + 1] = (d + 1) * CYCLES;
    for (size_t t = 0; t < DEVICES * CYCLES; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            features.y[t][i] = support_uniform(&state, 1, 2);
}

static syn_status fit_features(void)
{
    static syn_params p;
    syn_fit_report r;
    const syn_fit_options o = {.order = 1, .components = 1, .degree = 1, .starts = 1};
    p = *support_params();
    return syn_fit(&features, &o, &p, &r, NULL);
}

static syn_status validate_features(void)
{
    static syn_validation v;
    return syn_validate(support_model(1), &features, NULL, &v, NULL, NULL, NULL);
}

static syn_status create_features(void)
{
    syn_features f;
    const syn_status s = syn_features_create(3, 10, &f, NULL);
    syn_features_free(&f);
    return s;
}

static syn_status measure_sweep(void)
{
    double u[9] = {0, -1, 0, 0.1, 0.2, 0.3, 1, 0.2, 0}, i[9] = {0};
    const syn_sweep s = {.n = 9, .u = u, .i = i};
    syn_measured m;
    return syn_sweep_measure(&s, 0.2, 0, 0, &m, NULL);
}

static syn_status fit_curves(void)
{
    syn_curves *c;
    const syn_status s = syn_curves_create(&(syn_curves_options){.u0 = 0.2}, &c, NULL);
    if (!s)
        syn_curves_free(c);
    return s;
}

Test(faults, training_without_memory_says_so_and_keeps_no_block, .timeout = 300)
{
    support_model(1);
    draw_features();
    faults_of_memory("create features", create_features, 1);
    faults_of_memory("measure sweep", measure_sweep, 1);
    faults_of_memory("fit curves", fit_curves, 0);
    faults_of_memory("fit features", fit_features, 100);
    faults_of_memory("validate features", validate_features, 30);
    syn_features_free(&features);
}

/* Currents and states, bit for bit. */
static void take_result(syn_crossbar *x, double i[ROWS], float r[N])
{
    memcpy(i, syn_crossbar_current(x, SYN_LEFT), ROWS * sizeof *i);
    syn_crossbar_states(x, r);
}

/* The pulse first SETs cells, which takes lists of spots that grow. */
Test(faults, a_crossbar_that_failed_works_on_as_if_it_had_not)
{
    double i[2][ROWS];
    float r[2][N];
    syn_solution s;
    cr_assert(eq(int, bind_crossbar(), SYN_OK));
    cr_assert(eq(int, syn_crossbar_try(crossbar, pulses, &s, NULL), SYN_OK));
    cr_assert(gt(sz, s.beyond, 0));
    take_result(crossbar, i[0], r[0]);
    syn_crossbar_free(crossbar);
    for (int failures = 0, failed = 1; failed; failures++) {
        cr_assert(eq(int, bind_crossbar(), SYN_OK));
        faults_until[ALLOCATION] = failures;
        cr_assert(eq(int, syn_crossbar_step(crossbar, pulses, NULL, NULL),
                     faults_until[ALLOCATION] < 0 ? SYN_ENOMEM : SYN_OK));
        failed = faults_until[ALLOCATION] < 0;
        faults_until[ALLOCATION] = -1;
        cr_assert(failed || failures > 1);
        if (failed) {
            cr_assert(eq(int, syn_crossbar_try(crossbar, pulses, &s, NULL), SYN_OK));
            take_result(crossbar, i[1], r[1]);
            cr_assert(eq(int, memcmp(r[0], r[1], sizeof r[0]), 0), "failure %d", failures);
            for (int k = 0; k < ROWS; k++)
                cr_assert(fabs(i[0][k] - i[1][k]) <= 2e-10 * s.scale, "failure %d", failures);
        }
        syn_crossbar_free(crossbar);
    }
}
