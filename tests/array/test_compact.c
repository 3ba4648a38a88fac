/* SPDX-License-Identifier: MIT */
/* A compact array against a full one: every byte of every block, after everything that can happen to a cell. */
#include "support/support.h"

#include "array/array.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar.h>
#include <synaptogen/program.h>
#include <synaptogen/stuck.h>

enum { CELLS = 83 }; /* five blocks and a part of one */

/* The same array twice, in another storage. */
typedef struct pair {
    syn_array *full, *compact;
} pair;

static pair make(const syn_model *m, size_t n, syn_array_options o)
{
    pair p;
    o.first = UINT32_MAX - 40; /* the high word changes */
    o.storage = SYN_FULL;
    cr_assert(eq(int, syn_array_create(m, 77, n, &o, &p.full, NULL), SYN_OK));
    o.storage = SYN_COMPACT;
    cr_assert(eq(int, syn_array_create(m, 77, n, &o, &p.compact, NULL), SYN_OK));
    cr_assert(eq(int, (int)syn_array_storage(p.full), SYN_FULL));
    cr_assert(eq(int, (int)syn_array_storage(p.compact), SYN_COMPACT));
    return p;
}

static void free_pair(pair p)
{
    syn_array_free(p.full);
    syn_array_free(p.compact);
}

/* History, thresholds and states of all cells, byte by byte. */
static void same(pair p, const char *what)
{
    const syn_array *a = p.full;
    syn_array *b;
    cr_assert(eq(int, syn_array_copy_as(p.compact, SYN_FULL, &b, NULL), SYN_OK));
    cr_assert(eq(sz, a->n_blocks, b->n_blocks));
    cr_assert(memcmp(a->r, b->r, a->n_blocks * sizeof(synp_floats)) == 0, "%s, %s: states differ", what,
              syn_array_kernel(a));
    for (size_t k = 0; k < a->n_blocks; k++) {
        const float *x = (const float *)(const void *)synp_block_at(a, k),
                    *y = (const float *)(const void *)synp_block_at(b, k);
        for (size_t i = 0; i < a->block_bytes / sizeof(float); i++)
            cr_assert(memcmp(&x[i], &y[i], sizeof *x) == 0,
                      "%s, %s: block %zu, word %zu (lane %zu, row %zu): %.9g in full, %.9g in compact", what,
                      syn_array_kernel(a), k, i, i % SYNP_LANES, i / SYNP_LANES, (double)x[i], (double)y[i]);
    }
    syn_array_free(b);
}

static float draw_pulse(uint64_t *random)
{
    const double kind = support_uniform(random, 0, 10);
    if (kind < 4)
        return (float)support_uniform(random, -1.6, -0.4);
    return (float)support_uniform(random, kind < 8 ? 0.6 : 1.2, kind < 8 ? 1.47 : 1.7);
}

/* Another voltage for each cell, so that the lanes of a block are in different cycles. */
static void apply_random(pair p, int rounds, uint64_t *random)
{
    const size_t n = syn_array_size(p.full);
    float *u = malloc(n * sizeof *u);
    for (int j = 0; j < rounds; j++) {
        for (size_t k = 0; k < n; k++)
            u[k] = draw_pulse(random);
        cr_assert(eq(int, syn_array_apply_each(p.full, NULL, u, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_apply_each(p.compact, NULL, u, NULL), SYN_OK));
    }
    free(u);
}

/* Pulses at the very thresholds, where the reference decides. */
static void apply_thresholds(pair p)
{
    float u[CELLS];
    for (int feature = SYN_U_SET; feature <= SYN_U_RESET; feature += SYN_U_RESET - SYN_U_SET) {
        cr_assert(eq(int, syn_array_features(p.full, NULL, feature, u, NULL), SYN_OK));
        for (size_t k = 0; k < CELLS; k++)
            u[k] = k % 3 == 0 ? u[k] : nextafterf(u[k], k % 3 == 1 ? 9 : -9);
        cr_assert(eq(int, syn_array_apply_each(p.full, NULL, u, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_apply_each(p.compact, NULL, u, NULL), SYN_OK));
    }
}

static const syn_start starts[] = {{.mode = SYN_HRS},           {.mode = SYN_LRS},
                                   {.history = SYN_STATIONARY}, {.resistance = 2500},
                                   {.resistance = 9000},        {.resistance = 3e6, .history = SYN_STATIONARY}};
enum { STARTS = sizeof starts / sizeof *starts };

Test(compact, cells_are_those_of_a_full_array_to_the_last_bit_in_every_kernel_order_and_start)
{
    static const int orders[] = {1, 5, 10};
    const char *kernel;
    for (int isa = 0; (kernel = syn_array_kernel_name(isa)); isa++)
        for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
            for (size_t s = 0; s < STARTS; s++) {
                uint64_t random = 17 + s;
                const size_t one_slot = 1;
                const pair p =
                    make(support_model(orders[o]), CELLS,
                         (syn_array_options){.start = starts[s], .kernel = kernel, .expanded_bytes = one_slot});
                same(p, "at the start");
                for (int round = 0; round < 12; round++) {
                    apply_random(p, 7, &random);
                    apply_thresholds(p);
                    same(p, "after pulses");
                }
                free_pair(p);
            }
}

Test(compact, sets_with_long_memory_splines_and_exponential_curves_are_the_same_too)
{
    const syn_params *const sets[] = {support_long(), support_second_format(), support_exponential()};
    for (size_t k = 0; k < 3; k++) {
        uint64_t random = 5;
        syn_model *m = support_model_of(sets[k], k ? 10 : SYN_LONG);
        const pair p = make(m, CELLS, (syn_array_options){.expanded_bytes = 1});
        for (int round = 0; round < 10; round++) {
            apply_random(p, 7, &random);
            apply_thresholds(p);
            same(p, "another set");
        }
        free_pair(p);
        syn_model_free(m);
    }
}

Test(compact, cells_that_are_hundreds_of_cycles_old_are_the_same)
{
    static const float cycle[] = {-1.8f, 0.95f, 1.6f};
    uint64_t random = 3;
    const pair p = make(support_model(10), CELLS, (syn_array_options){.expanded_bytes = 1});
    for (int round = 0; round < 600; round++) {
        float u[sizeof cycle / sizeof *cycle];
        memcpy(u, cycle, sizeof u);
        const syn_cells every = {.first = (size_t)round % 2,
                                 .stride = round % 3 ? 2 : 4}; /* lanes of different ages */
        for (size_t j = 0; j < 3; j++) {
            syn_array_apply(p.full, &every, &u[j], 1, NULL);
            syn_array_apply(p.compact, &every, &u[j], 1, NULL);
        }
    }
    same(p, "after hundreds of cycles");
    apply_random(p, 9, &random);
    same(p, "and random pulses");
    syn_state s;
    syn_array_state(p.compact, 0, &s, NULL);
    cr_assert(s.n >= 100, "cell 0 has begun %d cycles", (int)s.n);
    free_pair(p);
}

Test(compact, any_number_of_threads_and_of_expanded_blocks_gives_the_same_cells)
{
    enum { MANY = 40000 };
    static const float train[] = {-1.5f, 0.9f, -1.3f, 1.0f, 1.1f, -1.6f};
    static const int threads[] = {1, 4, 8};
    static const size_t budgets[] = {1, 20000, 0};
    for (size_t t = 0; t < 3; t++) {
        const pair p =
            make(support_model(10), MANY, (syn_array_options){.threads = threads[t], .expanded_bytes = budgets[t]});
        for (int round = 0; round < 3; round++) {
            const syn_cells some = {.first = 5, .stride = 31};
            for (int k = 0; k < 2; k++) {
                syn_array *a = k ? p.compact : p.full;
                cr_assert(eq(int, syn_array_apply(a, NULL, train, 6, NULL), SYN_OK));
                cr_assert(eq(int, syn_array_apply(a, &some, train, 5, NULL), SYN_OK));
            }
        }
        same(p, "after trains");
        free_pair(p);
    }
}

Test(compact, programming_features_modes_and_noisy_reads_are_the_same)
{
    const pair p = make(support_model(10), CELLS, (syn_array_options){.expanded_bytes = 1});
    syn_program how;
    syn_program_default(support_model(10), &how);
    how.bandwidth = 1e6;
    float target[CELLS];
    for (size_t k = 0; k < CELLS; k++)
        target[k] = (float)(k % 5) * 4e-5f;
    float g[2][CELLS], y[2][CELLS], i[2][CELLS];
    uint32_t pulses[2][CELLS], n[2][CELLS];
    uint8_t mode[2][CELLS];
    for (int k = 0; k < 2; k++) {
        syn_array *a = k ? p.compact : p.full;
        cr_assert(eq(int, syn_array_program(a, NULL, target, &how, g[k], pulses[k], NULL, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_read_noisy(a, NULL, 0.2f, 1e6, 3, i[k], NULL), SYN_OK));
        cr_assert(eq(int, syn_array_modes(a, NULL, mode[k], n[k], y[k], NULL), SYN_OK));
    }
    cr_expect(memcmp(g[0], g[1], sizeof *g) == 0);
    cr_expect(memcmp(pulses[0], pulses[1], sizeof *pulses) == 0);
    cr_expect(memcmp(i[0], i[1], sizeof *i) == 0);
    cr_expect(memcmp(mode[0], mode[1], sizeof *mode) == 0);
    cr_expect(memcmp(n[0], n[1], sizeof *n) == 0);
    cr_expect(memcmp(y[0], y[1], sizeof *y) == 0);
    for (int feature = 0; feature < SYN_NFEAT; feature++) {
        syn_array_features(p.full, NULL, feature, y[0], NULL);
        syn_array_features(p.compact, NULL, feature, y[1], NULL);
        cr_expect(memcmp(y[0], y[1], sizeof *y) == 0, "feature %d", feature);
    }
    same(p, "after programming");
    free_pair(p);
}

Test(compact, stuck_cells_and_states_that_are_set_are_the_same)
{
    uint64_t random = 8;
    const pair p = make(support_model(10), CELLS, (syn_array_options){.expanded_bytes = 1});
    apply_random(p, 9, &random);
    for (int k = 0; k < 2; k++) {
        syn_array *a = k ? p.compact : p.full;
        size_t count;
        cr_assert(eq(int,
                     syn_array_stick_random(a, NULL, &(syn_faults){.hrs = 0.2, .lrs = 0.2, .at = 0.1, .g = 5e-5},
                                            &count, NULL),
                     SYN_OK));
        cr_assert(gt(sz, count, 10));
    }
    apply_random(p, 9, &random);
    same(p, "with stuck cells");
    for (int k = 0; k < 2; k++)
        cr_assert(eq(int, syn_array_stick(k ? p.compact : p.full, NULL, SYN_STICK_NOT, 0, NULL), SYN_OK));
    same(p, "after their release");
    apply_random(p, 9, &random);
    same(p, "and pulses");
    for (size_t cell = 0; cell < CELLS; cell++) {
        syn_state s;
        syn_array_state(p.full, cell, &s, NULL);
        const size_t other = cell;
        cr_assert(eq(int, syn_array_set_state(p.full, other, &s, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_set_state(p.compact, other, &s, NULL), SYN_OK));
    }
    same(p, "after states were set");
    apply_random(p, 9, &random);
    same(p, "and pulses again");
    free_pair(p);
}

Test(compact, a_crossbar_with_wires_writes_the_same_cells)
{
    enum { ROWS = 24, COLS = 20 };
    double driven[ROWS], grounded[COLS], wl[ROWS], bl[COLS] = {0};
    for (int i = 0; i < ROWS; i++)
        driven[i] = 50;
    for (int j = 0; j < COLS; j++)
        grounded[j] = 20;
    const syn_wires wires = {
        .rows = ROWS, .cols = COLS, .r_wl = 3, .r_bl = 2, .end = {[SYN_LEFT] = driven, [SYN_BOTTOM] = grounded}};
    const double *const v[SYN_SIDES] = {[SYN_LEFT] = wl, [SYN_BOTTOM] = bl};
    const pair p =
        make(support_model(10), (size_t)ROWS * COLS, (syn_array_options){.rows = ROWS, .expanded_bytes = 1});
    for (int k = 0; k < 2; k++) {
        syn_crossbar *x;
        cr_assert(eq(int, syn_crossbar_create(&wires, 1, &x, NULL), SYN_OK));
        cr_assert(eq(int, syn_crossbar_bind(x, k ? p.compact : p.full, NULL), SYN_OK));
        for (int pulse = 0; pulse < 2 * ROWS; pulse++) {
            memset(wl, 0, sizeof wl);
            wl[pulse / 2] = pulse % 2 ? 1.1 : -1.6;
            cr_assert(eq(int, syn_crossbar_step(x, v, NULL, NULL), SYN_OK));
        }
        syn_crossbar_free(x);
    }
    same(p, "after a crossbar's pulses");
    free_pair(p);
}

Test(compact, memory_is_13_bytes_per_cell_and_the_stated_budget)
{
    enum { MANY = 1 << 20 };
    const size_t budget = 1 << 20;
    const pair p = make(support_model(10), MANY, (syn_array_options){.expanded_bytes = budget});
    const double per_cell = (double)(syn_array_bytes(p.compact) - budget) / MANY;
    cr_expect(per_cell < 13.1, "%g bytes per cell", per_cell);
    cr_expect(syn_array_bytes(p.full) > (size_t)MANY * 232);
    free_pair(p);
}

Test(compact, large_arrays_are_compact_by_themselves_and_small_ones_full)
{
    const size_t large = ((size_t)4 << 30) / (16 * 88) * 16 + 17; /* 88 bytes: a cell of order 1 */
    const syn_array_options one = {.expanded_bytes = 1};
    syn_array *a;
    for (int k = 0; k < support_cases(1, 2); k++) {
        cr_assert(eq(int, syn_array_create(support_model(1), 1, k ? large : CELLS, &one, &a, NULL), SYN_OK));
        cr_expect(eq(int, (int)syn_array_storage(a), k ? SYN_COMPACT : SYN_FULL));
        syn_array_free(a);
    }
}

Test(compact, a_storage_that_there_is_not_is_refused)
{
    syn_array *a, *b;
    syn_error err = {0};
    const syn_array_options o = {.storage = (syn_storage)3};
    support_refused(syn_array_create(support_model(10), 1, 5, &o, &a, &err), SYN_EINVAL, &err, "storage", "3");
    cr_assert(eq(int, syn_array_create(support_model(10), 1, 5, NULL, &a, NULL), SYN_OK));
    support_refused(syn_array_copy_as(a, SYN_AUTOMATIC, &b, &err), SYN_EINVAL, &err, "storage", "neither");
    syn_array *frozen;
    cr_assert(eq(int, syn_array_freeze(a, &frozen, NULL), SYN_OK));
    support_refused(syn_array_copy_as(frozen, SYN_COMPACT, &b, &err), SYN_EINVAL, &err, "array", "read-only");
    syn_array_free(a);
    syn_array_free(frozen);
}
