/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

enum { N = 203 }; /* not a multiple of a block */

static const float script[] = {-1.5f, 0.9f, 1.1f, -1.4f, 1.5f, -0.7f, -1.6f, 1.0f, -INFINITY, INFINITY, -1.5f};
enum { PULSES = sizeof script / sizeof *script };

static const syn_cells third = {.first = 1, .stride = 3}; /* every third cell, from 1 on */

static syn_array *make(const char *kernel)
{
    syn_array *a;
    const syn_array_options o = {.first = 77, .rows = N, .kernel = kernel};
    cr_assert(eq(int, syn_array_create(support_model(10), 4, N, &o, &a, NULL), SYN_OK));
    return a;
}

static syn_state state_at(const syn_array *a, size_t k)
{
    syn_state s;
    cr_assert(eq(int, syn_array_state(a, k, &s, NULL), SYN_OK));
    return s;
}

/* Cell k of such an array by the reference. */
static syn_cell reference(size_t k, const float *u, size_t count)
{
    syn_cell c;
    cr_assert(eq(int, syn_cell_init(support_model(10), 4, 77 + k, NULL, &c, NULL), SYN_OK));
    for (size_t j = 0; j < count; j++)
        syn_cell_step(support_model(10), &c, (double)u[j], &c);
    return c;
}

/* Every kernel and every kind; the second route for the other cells is an array without stuck ones. Voltages next to the
 * thresholds of the stuck cells would be decided in double precision if they were not stuck. */
Test(stuck, no_voltage_moves_a_stuck_cell_and_the_others_do_not_notice)
{
    const char *kernel;
    for (int which = 0; (kernel = syn_array_kernel_name(which)); which++)
        for (int how = SYN_STICK_HRS; how <= SYN_STICK_AT; how++) {
            syn_array *a = make(kernel), *plain = make(kernel);
            float near[N];
            cr_assert(eq(int, syn_array_apply(a, NULL, script, 5, NULL), SYN_OK));
            cr_assert(eq(int, syn_array_apply(plain, NULL, script, 5, NULL), SYN_OK));
            cr_assert(eq(int, syn_array_stick(a, &third, (syn_stick)how, 3e-5, NULL), SYN_OK));
            syn_array *before;
            cr_assert(eq(int, syn_array_copy(a, &before, NULL), SYN_OK));
            for (size_t k = 0; k < N; k++)
                near[k] = (float)reference(k, script, 5).now.y[SYN_U_SET];
            syn_array_apply_each(a, NULL, near, NULL);
            syn_array_apply_each(plain, NULL, near, NULL);
            syn_array_apply(a, NULL, script, PULSES, NULL);
            syn_array_apply(plain, NULL, script, PULSES, NULL);
            for (size_t k = 0; k < N; k++) {
                const syn_state s = state_at(a, k), t = state_at(k % 3 == 1 ? before : plain, k);
                cr_assert(s.r == t.r && s.n == t.n && s.mode == t.mode, "cell %zu, %s", k, kernel);
            }
            syn_array_free(before);
            syn_array_free(a);
            syn_array_free(plain);
        }
}

/* The present cycle is that of the reference after the same voltages; arrays agree with it to 1e-5. */
Test(stuck, a_cell_sticks_at_the_resistances_of_its_present_cycle)
{
    syn_array *a = make(NULL);
    syn_array_apply(a, NULL, script, 7, NULL);
    cr_assert(eq(int, syn_array_stick(a, &(syn_cells){.count = 100}, SYN_STICK_HRS, 0, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stick(a, &(syn_cells){.first = 100}, SYN_STICK_LRS, 0, NULL), SYN_OK));
    for (size_t k = 0; k < N; k++) {
        const syn_cell c = reference(k, script, 7);
        const syn_state s = state_at(a, k);
        cr_assert(epsilon_eq(dbl, s.r, k < 100 ? c.now.r_hrs : c.now.r_lrs, 1e-5));
        cr_assert(eq(int, s.mode, k < 100 ? SYN_HRS : SYN_LRS));
        cr_assert(eq(u64, s.n, c.state.n));
    }
    syn_array_free(a);
}

/* A state is a float: 6e-8 of it, some 1e-10 S. */
Test(stuck, a_cell_sticks_at_a_conductance_and_counts_as_the_nearer_state)
{
    syn_array *a = make(NULL);
    const double given[] = {0, 1e-6, 1e-5, 1e-4, 4e-4};
    for (int k = 0; k < 5; k++) {
        float g[N];
        cr_assert(eq(int, syn_array_stick(a, NULL, SYN_STICK_AT, given[k], NULL), SYN_OK));
        syn_array_conductance(a, NULL, 0.2f, g, NULL);
        for (size_t j = 0; j < N; j++) {
            const syn_cell c = reference(j, NULL, 0);
            const double middle = 1 / sqrt(syn_resistance_of_state(support_model(10), c.now.r_hrs) *
                                           syn_resistance_of_state(support_model(10), c.now.r_lrs));
            cr_assert(epsilon_eq(dbl, (double)g[j], given[k], 1e-9));
            if (fabs(given[k] / middle - 1) > 1e-3)
                cr_assert(eq(int, state_at(a, j).mode, given[k] > middle ? SYN_LRS : SYN_HRS));
        }
    }
    syn_array_free(a);
}

/* By the definition: the uniform of word 0 of (seed, cell, 0, purpose 8). */
Test(stuck, faults_are_drawn_from_seed_and_cell_and_grow_with_their_share)
{
    const syn_faults few = {.hrs = 0.05, .lrs = 0.03, .at = 0.04, .g = 2e-5}, many = {.hrs = 0.2, .lrs = 0.3};
    syn_array *a = make(NULL), *b = make(NULL);
    uint8_t in_a[N], in_b[N];
    size_t count_a, count_b, asked, expected = 0;
    cr_assert(eq(int, syn_array_stick_random(a, NULL, &few, &count_a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stick_random(b, NULL, &many, &count_b, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stuck(a, NULL, in_a, &asked, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stuck(b, NULL, in_b, NULL, NULL), SYN_OK));
    for (size_t k = 0; k < N; k++) {
        uint32_t w[4];
        syn_rng_block(4, 77 + k, 0, (syn_purpose)8, w);
        const double u = syn_rng_uniform(w[0]);
        const bool hrs = u < 0.05, at = !hrs && u<0.09, lrs = u> 0.97;
        expected += hrs || at || lrs;
        cr_assert(eq(int, in_a[k], hrs || at || lrs), "cell %zu", k);
        cr_assert(eq(int, in_b[k], u<0.2 || u> 0.7), "cell %zu", k);
        if (hrs || lrs)
            cr_assert(eq(int, state_at(b, k).mode, hrs ? SYN_HRS : SYN_LRS));
        if (at)
            cr_assert(epsilon_eq(dbl, syn_resistance_of_state(support_model(10), state_at(a, k).r), 5e4, 50));
    }
    cr_expect(gt(sz, expected, 5));
    cr_expect(eq(sz, count_a, expected));
    cr_expect(eq(sz, asked, expected));
    syn_array_free(a);
    syn_array_free(b);
}

/* 20,000 cells: five standard deviations of a binomial. */
Test(stuck, the_shares_are_those_asked_for)
{
    enum { MANY = 20000 };
    const syn_faults f = {.hrs = 0.01, .lrs = 0.02};
    syn_array *a;
    size_t count, lrs = 0;
    cr_assert(eq(int, syn_array_create(support_model(1), 9, MANY, NULL, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stick_random(a, NULL, &f, &count, NULL), SYN_OK));
    for (size_t k = 0; k < MANY; k++)
        lrs += state_at(a, k).mode == SYN_LRS;
    cr_expect(lt(dbl, fabs((double)lrs - 0.02 * MANY), 5 * sqrt(0.02 * 0.98 * MANY)));
    cr_expect(lt(dbl, fabs((double)(count - lrs) - 0.01 * MANY), 5 * sqrt(0.01 * 0.99 * MANY)));
    syn_array_free(a);
}

static void same_stuck(const syn_array *a, const syn_array *b)
{
    uint8_t in_a[N], in_b[N];
    cr_assert(eq(int, syn_array_stuck(a, NULL, in_a, NULL, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_stuck(b, NULL, in_b, NULL, NULL), SYN_OK));
    for (size_t k = 0; k < N; k++) {
        cr_assert(eq(int, in_a[k], in_b[k]));
        cr_assert(state_at(a, k).r == state_at(b, k).r && state_at(a, k).mode == state_at(b, k).mode);
    }
}

Test(stuck, files_and_copies_keep_stuck_cells, .fini = support_remove_temporary)
{
    syn_array *a = make(NULL), *loaded, *copy, *frozen;
    char *path = support_temporary();
    syn_array_stick(a, &third, SYN_STICK_LRS, 0, NULL);
    syn_array_stick(a, &(syn_cells){.first = 5, .count = 1}, SYN_STICK_AT, 0, NULL);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_load(support_model(10), path, NULL, 0, &loaded, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_copy(a, &copy, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_freeze(a, &frozen, NULL), SYN_OK));
    same_stuck(a, loaded);
    same_stuck(a, copy);
    for (size_t k = 0; k < N; k++)
        cr_assert(eq(flt, syn_array_states(frozen)[k], syn_array_states(a)[k]));
    syn_array_apply(a, NULL, script, PULSES, NULL);
    syn_array_apply(loaded, NULL, script, PULSES, NULL);
    syn_array_apply(copy, NULL, script, PULSES, NULL);
    same_stuck(a, loaded);
    same_stuck(a, copy);
    syn_array_free(a);
    syn_array_free(loaded);
    syn_array_free(copy);
    syn_array_free(frozen);
}

/* A released cell goes on as the reference does from HRS or LRS of the same cycle. */
Test(stuck, a_released_cell_goes_on_from_the_state_of_its_cycle)
{
    syn_array *a = make(NULL);
    syn_array_apply(a, NULL, script, 5, NULL); /* ends with a full RESET */
    syn_array_stick(a, &third, SYN_STICK_HRS, 0, NULL);
    syn_array_apply(a, &third, script, PULSES, NULL);
    cr_assert(eq(int, syn_array_stick(a, NULL, SYN_STICK_NOT, 0, NULL), SYN_OK));
    size_t count;
    syn_array_stuck(a, NULL, NULL, &count, NULL);
    cr_expect(eq(sz, count, 0));
    syn_array_apply(a, NULL, script + 5, PULSES - 5, NULL);
    for (size_t k = 0; k < N; k++) {
        const syn_cell c = reference(k, script, PULSES);
        const syn_state s = state_at(a, k);
        cr_assert(eq(int, s.mode, c.state.mode), "cell %zu", k);
        cr_assert(eq(u64, s.n, c.state.n), "cell %zu", k);
        cr_assert(epsilon_eq(dbl, s.r, c.state.r, 1e-5), "cell %zu", k);
    }
    syn_array_free(a);
}

Test(stuck, the_state_of_a_stuck_cell_is_not_set_without_a_release)
{
    syn_array *a = make(NULL);
    syn_error err = {0};
    const syn_state s = state_at(a, 4);
    syn_array_stick(a, &third, SYN_STICK_HRS, 0, NULL);
    support_refused(syn_array_set_state(a, 4, &s, &err), SYN_EINVAL, &err, "k", "cell 4 is stuck");
    syn_array_stick(a, &third, SYN_STICK_NOT, 0, NULL);
    cr_expect(eq(int, syn_array_set_state(a, 4, &s, &err), SYN_OK));
    syn_array_free(a);
}

/* Targets that a free cell reaches, and 0: as small as it gets. */
Test(stuck, write_verify_reports_that_stuck_cells_miss_their_targets)
{
    for (int zero = 0; zero < 2; zero++)
        for (int how = SYN_STICK_HRS; how <= SYN_STICK_LRS; how++) {
            syn_array *a = make(NULL);
            float target[N], g[N];
            syn_program plan;
            syn_program_report report;
            syn_program_default(support_model(10), &plan);
            plan.attempts = 3;
            for (size_t k = 0; k < N; k++)
                target[k] = zero ? 0 : 6e-5f;
            syn_array_stick(a, &third, (syn_stick)how, 0, NULL);
            cr_assert(eq(int, syn_array_program(a, &third, target, &plan, g, NULL, &report, NULL), SYN_OK));
            size_t near = 0; /* cells that stick within the tolerance by chance */
            for (size_t k = 0; k < report.cells; k++)
                near += fabs((double)g[k] / 6e-5 - 1) <= plan.tolerance;
            cr_expect(eq(sz, report.reached, !zero ? near : how == SYN_STICK_HRS ? report.cells : 0));
            cr_expect(lt(sz, near, report.cells));
            syn_array_free(a);
        }
}

Test(stuck, impossible_faults_are_refused_and_change_nothing)
{
    syn_array *a = make(NULL), *frozen;
    syn_error err = {0};
    size_t count = 0;
    const double least = syn_resistance_of_state(support_model(10), -1);
    const struct {
        syn_faults f;
        const char *field;
    } cases[] = {{{.hrs = -0.1}, "hrs"},      {{.lrs = NAN}, "lrs"},
                 {{.at = 1.1}, "at"},         {{.hrs = 0.6, .lrs = 0.5}, "lrs"},
                 {{.at = 0.1, .g = -1}, "g"}, {{.reserved = {1}}, "reserved"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        support_refused(syn_array_stick_random(a, NULL, &cases[k].f, &count, &err), SYN_EINVAL, &err, cases[k].field,
                        "");
    support_refused(syn_array_stick(a, NULL, SYN_STICK_AT, 1.01 / least, &err), SYN_EINVAL, &err, "g",
                    "outside [0, ");
    support_refused(syn_array_stick(a, NULL, SYN_STICK_AT, NAN, &err), SYN_EINVAL, &err, "g", "outside");
    support_refused(syn_array_stick(a, NULL, (syn_stick)7, 0, &err), SYN_EINVAL, &err, "how", "7 is none");
    support_refused(syn_array_stick(a, &(syn_cells){.first = N}, SYN_STICK_HRS, 0, &err), SYN_EINVAL, &err, "first",
                    "");
    cr_expect(eq(int, syn_array_stick(a, NULL, SYN_STICK_AT, 0.99 / least, &err), SYN_OK));
    cr_expect(eq(int, syn_array_stick(a, NULL, SYN_STICK_NOT, 0, &err), SYN_OK));
    syn_array_stuck(a, NULL, NULL, &count, NULL);
    cr_expect(eq(sz, count, 0));
    syn_array_freeze(a, &frozen, NULL);
    support_refused(syn_array_stick(frozen, NULL, SYN_STICK_HRS, 0, &err), SYN_EINVAL, &err, "array", "read-only");
    support_refused(syn_array_stuck(frozen, NULL, NULL, &count, &err), SYN_EINVAL, &err, "array", "read-only");
    syn_array_free(frozen);
    syn_array_free(a);
}
