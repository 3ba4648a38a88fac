/* SPDX-License-Identifier: MIT */
/* A compact array against a full one: every byte of every block, after everything that can happen to a cell. */
#include "support/support.h"

#include "array/array.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar.h>
#include <synaptogen/program.h>
#include <synaptogen/stuck.h>
#include <zlib.h>

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

Test(compact, arrays_above_4_GiB_are_compact_by_themselves_and_smaller_ones_full)
{
    syn_array *a;
    static const int orders[] = {1, 10};
    for (int k = 0; k < 2; k++) {
        /* A cell of a block has 68 bytes and 16 for each order; a block 16 cells. */
        const size_t most = ((size_t)4 << 30) / (16 * (68 + 16 * (size_t)orders[k])) * 16;
        cr_expect(eq(int, (int)syn_storage_for(support_model(orders[k]), 1), SYN_FULL));
        cr_expect(eq(int, (int)syn_storage_for(support_model(orders[k]), most), SYN_FULL));
        cr_expect(eq(int, (int)syn_storage_for(support_model(orders[k]), most + 1), SYN_COMPACT));
    }
    cr_assert(eq(int, syn_array_create(support_model(1), 1, CELLS, NULL, &a, NULL), SYN_OK));
    cr_expect(eq(int, (int)syn_array_storage(a), SYN_FULL));
    syn_array_free(a);
}

Test(compact, among_a_hundred_million_cells_each_is_the_reference_cell_after_the_same_pulses)
{
    const size_t many = (size_t)1 << 27;
    static const float train[] = {-2, 1.0f, -1.2f, 1.6f};
    const syn_array_options o = {.storage = SYN_COMPACT, .first = UINT64_C(1) << 33};
    const syn_model *m = support_model(10);
    syn_array *a;
    uint64_t random = 12;
    support_long_only();
    cr_assert(eq(int, syn_array_create(m, 5, many, &o, &a, NULL), SYN_OK));
    cr_expect(syn_array_bytes(a) < (size_t)2 << 30, "%zu bytes", syn_array_bytes(a));
    for (int j = 0; j < 4; j++)
        cr_assert(eq(int, syn_array_apply(a, NULL, &train[j], 1, NULL), SYN_OK));
    for (int k = 0; k < 2000; k++) {
        const size_t cell = (size_t)support_uniform(&random, 0, (double)many);
        syn_cell c;
        syn_state s;
        syn_cell_init(m, 5, o.first + cell, NULL, &c, NULL);
        for (int j = 0; j < 4; j++)
            syn_cell_step(m, &c, (double)train[j], &c);
        cr_assert(eq(int, syn_array_state(a, cell, &s, NULL), SYN_OK));
        cr_assert(s.mode == c.state.mode && s.n == c.state.n, "cell %zu", cell);
        cr_assert(epsilon_eq(dbl, s.r, c.state.r, 1e-5)); /* as array.h states */
    }
    syn_array_free(a);
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

static char *path;

static void make_path(void)
{
    path = support_temporary();
}

TestSuite(compact_file, .init = make_path, .fini = support_remove_temporary);

static unsigned char *contents(size_t *size)
{
    FILE *f = fopen(path, "rb");
    cr_assert(f != NULL);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    unsigned char *bytes = malloc(*size + 1);
    cr_assert(eq(sz, fread(bytes, 1, *size, f), *size));
    fclose(f);
    return bytes;
}

static void replace(const unsigned char *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    fwrite(bytes, 1, size, f);
    fclose(f);
}

Test(compact_file, a_loaded_array_goes_on_as_the_saved_one_compact_and_full)
{
    static const syn_storage storages[] = {SYN_AUTOMATIC, SYN_COMPACT, SYN_FULL};
    for (size_t s = 0; s < STARTS; s++)
        for (size_t k = 0; k < 3; k++) {
            uint64_t random = 4;
            pair p = make(support_model(10), CELLS, (syn_array_options){.start = starts[s]});
            apply_random(p, 11, &random);
            cr_assert(eq(int, syn_array_stick_random(p.full, NULL, &(syn_faults){.hrs = 0.1, .lrs = 0.1}, NULL, NULL),
                         SYN_OK));
            cr_assert(eq(int,
                         syn_array_stick_random(p.compact, NULL, &(syn_faults){.hrs = 0.1, .lrs = 0.1}, NULL, NULL),
                         SYN_OK));
            cr_assert(eq(int, syn_array_save(p.compact, path, NULL), SYN_OK));
            syn_array *loaded;
            const syn_load how = {.storage = storages[k]};
            cr_assert(eq(int, syn_array_load_with(support_model(10), path, &how, &loaded, NULL), SYN_OK));
            cr_expect(eq(int, (int)syn_array_storage(loaded), k == 2 ? SYN_FULL : SYN_COMPACT));
            syn_array_free(p.compact);
            p.compact = loaded;
            if (k < 2)
                same(p, "loaded");
            apply_random(p, 11, &random);
            if (k < 2)
                same(p, "loaded, after pulses");
            else
                cr_expect(memcmp(p.full->blocks, p.compact->blocks, p.full->n_blocks * p.full->block_bytes) == 0);
            free_pair(p);
        }
}

Test(compact_file, a_full_array_and_a_compact_one_give_the_same_bytes_of_13_per_cell)
{
    uint64_t random = 6;
    const pair p = make(support_model(10), CELLS, (syn_array_options){.expanded_bytes = 1});
    apply_random(p, 20, &random);
    size_t size[3];
    unsigned char *bytes[3];
    syn_array *copy, *loaded;
    cr_assert(eq(int, syn_array_copy_as(p.full, SYN_COMPACT, &copy, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(copy, path, NULL), SYN_OK));
    bytes[0] = contents(&size[0]);
    cr_assert(eq(int, syn_array_save(p.compact, path, NULL), SYN_OK));
    bytes[1] = contents(&size[1]);
    cr_assert(eq(int, syn_array_load(support_model(10), path, NULL, 0, &loaded, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(loaded, path, NULL), SYN_OK));
    bytes[2] = contents(&size[2]);
    cr_expect(eq(sz, size[0], 128 + 13 * CELLS + 5 * 4));
    for (int k = 1; k < 3; k++)
        cr_expect(size[k] == size[0] && memcmp(bytes[k], bytes[0], size[0]) == 0, "file %d", k);
    for (int k = 0; k < 3; k++)
        free(bytes[k]);
    syn_array_free(copy);
    syn_array_free(loaded);
    free_pair(p);
}

Test(compact_file, a_part_of_a_file_is_the_array_of_these_cells_wherever_its_pieces_end)
{
    enum { MANY = (1 << 21) + 1000 }; /* three pieces, the last is short */
    static const float train[] = {-1.5f, 1.0f, -1.4f};
    const syn_array_options o = {.first = 3, .rows = 8, .storage = SYN_COMPACT};
    static const uint64_t parts[][2] = {{0, 16}, {(1 << 20) - 5, 11}, {1 << 20, 1 << 20}, {MANY - 7, 0}, {40, 800}};
    syn_array *a;
    cr_assert(eq(int, syn_array_create(support_model(1), 9, MANY, &o, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_apply(a, NULL, train, 3, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        syn_array *b;
        const uint64_t first = parts[k][0], count = parts[k][1] ? parts[k][1] : MANY - first;
        const syn_load how = {.first = first, .count = parts[k][1]};
        cr_assert(eq(int, syn_array_load_with(support_model(1), path, &how, &b, NULL), SYN_OK));
        cr_assert(eq(sz, syn_array_size(b), count));
        cr_assert(eq(sz, syn_array_rows(b), first % 8 || count % 8 ? count : 8));
        cr_assert(syn_array_first(b) == 3 + first);
        for (size_t j = 0; j<count; j += count> 2000 ? 997 : 1) {
            syn_state s, t;
            syn_array_state(a, first + j, &s, NULL);
            syn_array_state(b, j, &t, NULL);
            cr_assert(s.r == t.r && s.u_thr == t.u_thr && s.n == t.n && s.mode == t.mode, "part %zu, cell %zu", k, j);
        }
        float u[1] = {1.1f}, g[2];
        const size_t last = count - 1, same_cell = (size_t)(first + count - 1);
        syn_array_apply(b, &(syn_cells){.list = &last, .count = 1}, u, 1, NULL);
        syn_array *whole;
        cr_assert(eq(int, syn_array_copy(a, &whole, NULL), SYN_OK));
        syn_array_apply(whole, &(syn_cells){.list = &same_cell, .count = 1}, u, 1, NULL);
        g[0] = syn_array_states(b)[last];
        g[1] = syn_array_states(whole)[same_cell];
        cr_expect(eq(flt, g[0], g[1]));
        syn_array_free(whole);
        syn_array_free(b);
    }
    syn_array_free(a);
}

Test(compact_file, cells_that_a_file_does_not_have_are_refused_as_are_parts_of_a_full_file)
{
    syn_error err = {0};
    syn_array *b;
    const pair p = make(support_model(10), CELLS, (syn_array_options){0});
    cr_assert(eq(int, syn_array_save(p.compact, path, NULL), SYN_OK));
    const struct {
        syn_load how;
        const char *field, *text;
    } cases[] = {{{.first = CELLS}, "first", "0 .. 82 of the file, found 83"},
                 {{.first = UINT64_MAX}, "first", "found 18446744073709551615"},
                 {{.first = UINT64_MAX, .count = 3}, "first", "found 18446744073709551615"},
                 {{.first = 1, .count = CELLS}, "count", "at most 82 cells from cell 1 of the file on, found 83"},
                 {{.count = UINT64_MAX}, "count", "at most 83 cells from cell 0"},
                 {{.first = 5, .count = UINT64_MAX}, "count", "at most 78 cells from cell 5"},
                 {{.storage = (syn_storage)7}, "storage", "7"},
                 {{.storage = (syn_storage)-1}, "storage", "-1"},
                 {{.reserved[3] = 1}, "reserved", ""},
                 {{.threads = -1}, "threads", "-1"},
                 {{.kernel = "abacus"}, "kernel", ""}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        support_refused(syn_array_load_with(support_model(10), path, &cases[k].how, &b, &err), SYN_EINVAL, &err,
                        cases[k].field, cases[k].text);
    cr_assert(eq(int, syn_array_save(p.full, path, NULL), SYN_OK));
    support_refused(syn_array_load_with(support_model(10), path, &(syn_load){.first = 1}, &b, &err), SYN_EINVAL, &err,
                    "first", "compact");
    support_refused(syn_array_load_with(support_model(10), path, &(syn_load){.count = 1}, &b, &err), SYN_EINVAL, &err,
                    "count", "compact");
    cr_assert(eq(int, syn_array_freeze(p.full, &b, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(b, path, NULL), SYN_OK));
    syn_array_free(b);
    support_refused(syn_array_load_with(support_model(10), path, &(syn_load){.storage = SYN_COMPACT}, &b, &err),
                    SYN_EINVAL, &err, "storage", "read-only");
    free_pair(p);
}

Test(compact_file, every_altered_byte_is_found_and_a_file_that_ends_early)
{
    const pair p = make(support_model(1), CELLS, (syn_array_options){0});
    syn_array *b;
    syn_error err = {0};
    cr_assert(eq(int, syn_array_save(p.compact, path, NULL), SYN_OK));
    size_t size;
    unsigned char *bytes = contents(&size);
    for (size_t k = 0; k < size; k++) {
        bytes[k] ^= 0x10;
        replace(bytes, size);
        cr_assert(eq(int, syn_array_load(support_model(1), path, NULL, 1, &b, &err), SYN_EFORMAT), "byte %zu: %s", k,
                  err.text);
        cr_assert(b == NULL);
        bytes[k] ^= 0x10;
    }
    for (size_t cut = 1; cut < size; cut += 97) {
        replace(bytes, size - cut);
        cr_assert(eq(int, syn_array_load(support_model(1), path, NULL, 1, &b, &err), SYN_EFORMAT),
                  "without %zu bytes", cut);
    }
    free(bytes);
    free_pair(p);
}

/* Writes a word of a section and the checksums anew: what a program of somebody else could do. */
static void forge(unsigned char *bytes, size_t size, int section, size_t k, uint32_t value)
{
    static const size_t width[] = {4, 4, 4, 1};
    size_t at = 128;
    for (int s = 0; s < section; s++)
        at += width[s] * CELLS;
    for (size_t j = 0; j < width[section]; j++)
        bytes[at + width[section] * k + j] = (unsigned char)(value >> 8 * j);
    unsigned char *sums = bytes + 128 + 13 * CELLS;
    at = 128;
    for (int s = 0; s < 5; s++) {
        uint32_t crc = s < 4 ? (uint32_t)crc32(0, bytes + at, (uInt)(width[s] * CELLS))
                             : (uint32_t)crc32(crc32(0, bytes, 128), sums, 16);
        at += s < 4 ? width[s] * CELLS : 0;
        for (int j = 0; j < 4; j++, crc >>= 8)
            sums[4 * s + j] = (unsigned char)crc;
    }
    replace(bytes, size);
}

Test(compact_file, a_state_that_cannot_be_is_refused_although_its_checksums_fit)
{
    static const struct {
        int section;
        uint32_t value;
        bool good;
    } cases[] = {{0, 0x7fc00000, false},
                 {0, 0x3f000000, true},
                 {1, 0x3f800000, true},
                 {1, 0xbf800000, false},
                 {1, 0x7f800000, false},
                 {2, 1 << 24, true},
                 {2, (1 << 24) + 1, false},
                 {2, UINT32_MAX, false},
                 {3, 2, true},
                 {3, 3, false},
                 {3, 255, false}};
    const pair p = make(support_model(1), CELLS, (syn_array_options){.start.mode = SYN_LRS});
    cr_assert(eq(int, syn_array_save(p.compact, path, NULL), SYN_OK));
    size_t size;
    unsigned char *bytes = contents(&size);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_array *b;
        syn_error err = {0};
        unsigned char *copy = malloc(size);
        memcpy(copy, bytes, size);
        forge(copy, size, cases[k].section, 7, cases[k].value);
        const syn_status status = syn_array_load(support_model(1), path, NULL, 1, &b, &err);
        cr_expect(eq(int, status, cases[k].good ? SYN_OK : SYN_EFORMAT), "case %zu: %s", k, err.text);
        if (!cases[k].good)
            cr_expect(strstr(err.text, "cell 7 is in a state") != NULL, "%s", err.text);
        syn_array_free(b);
        free(copy);
    }
    free(bytes);
    free_pair(p);
}

Test(compact_file, cells_too_old_for_a_compact_file_are_saved_full)
{
    const pair p = make(support_model(1), CELLS, (syn_array_options){0});
    syn_error err = {0};
    p.compact->kept.n[40] = (1 << 24) + 1;
    support_refused(syn_array_save(p.compact, path, &err), SYN_EINVAL, &err, "n",
                    "cell 40 has begun 16777217 cycles");
    free_pair(p);
}

/* Names of part files beside path, and of the whole. */
enum { PARTS = 3 };
static char part_names[PARTS][128];
static const char *part_paths[PARTS];

static void name_parts(void)
{
    for (int k = 0; k < PARTS; k++) {
        snprintf(part_names[k], sizeof part_names[k], "%s.%d", path, k);
        part_paths[k] = part_names[k];
    }
}

static void remove_parts(void)
{
    for (int k = 0; k < PARTS; k++)
        remove(part_paths[k]);
}

/* Saves the array of these cells after a train, as a part alone makes it. */
static void save_cells(const syn_model *m, syn_array_options o, size_t n, const char *name)
{
    static const float train[] = {-1.5f, 1.0f, -1.4f, 1.6f, -1.1f};
    syn_array *a;
    cr_assert(eq(int, syn_array_create(m, 31, n, &o, &a, NULL), SYN_OK));
    if (!o.read_only)
        cr_assert(eq(int, syn_array_apply(a, NULL, train, 5, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, name, NULL), SYN_OK));
    syn_array_free(a);
}

static void same_as_whole(const char *what)
{
    size_t size[2];
    unsigned char *bytes[2];
    bytes[0] = contents(&size[0]);
    remove(path);
    cr_assert(eq(int, syn_array_join(part_paths, PARTS, 0, path, NULL), SYN_OK));
    bytes[1] = contents(&size[1]);
    cr_expect(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0, "%s: the joined file is another", what);
    free(bytes[0]);
    free(bytes[1]);
}

Test(compact_file, parts_that_were_made_alone_are_joined_to_the_file_of_the_whole_byte_for_byte)
{
    static const struct {
        const char *what;
        size_t n[PARTS];
        syn_array_options o;
    } cases[] = {
        {"compact, over the pieces of the file", {(1 << 20) - 5, 7, (1 << 20) + 3}, {.storage = SYN_COMPACT}},
        {"compact, a matrix", {300, 30, 600}, {.storage = SYN_COMPACT, .rows = 15}},
        {"full", {160, 32, 75}, {.storage = SYN_FULL, .start.history = SYN_STATIONARY}},
        {"full, a matrix", {320, 64, 32}, {.storage = SYN_FULL, .rows = 16, .start.mode = SYN_LRS}},
        {"read-only", {160, 32, 75}, {.read_only = true}}};
    name_parts();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_array_options o = cases[k].o;
        size_t all = 0;
        o.first = 1000;
        for (int part = 0; part < PARTS; part++) {
            save_cells(support_model(1), o, cases[k].n[part], part_paths[part]);
            o.first += cases[k].n[part];
            all += cases[k].n[part];
        }
        o.first = 1000;
        save_cells(support_model(1), o, all, path);
        same_as_whole(cases[k].what);
    }
    remove_parts();
}

Test(compact_file, parts_that_do_not_fit_are_refused_by_name_and_nothing_is_written)
{
    static const syn_array_options good = {.storage = SYN_COMPACT};
    name_parts();
    for (int k = 0; k < 9; k++) {
        syn_array_options o = good;
        uint64_t rows = k == 8 ? 17 : 0;
        syn_error err = {0};
        for (int part = 0; part < PARTS; part++) {
            o.first = 40 * (uint64_t)part + (k == 1 && part == 1);
            o.start.mode = k == 2 && part == 1 ? SYN_LRS : SYN_HRS;
            o.storage = k == 3 && part == 1 ? SYN_FULL : k == 4 ? SYN_FULL : SYN_COMPACT;
            save_cells(support_model(k == 5 && part == 1 ? 5 : 1), o, 40, part_paths[part]);
        }
        if (k == 6 || k == 7) {
            FILE *f = fopen(part_paths[1], "r+b");
            fseek(f, k == 6 ? 150 : 20, SEEK_SET);
            fputc('x', f);
            fclose(f);
        }
        static const char *const fields[] = {"", "first", "start", "storage", "n", "order", "", "", "rows"};
        const syn_status expected = k == 0 ? SYN_OK : k == 6 || k == 7 ? SYN_EFORMAT : SYN_EINVAL;
        remove(path);
        const syn_status status = syn_array_join(part_paths, PARTS, rows, path, &err);
        cr_expect(eq(int, status, expected), "case %d: %s %s", k, err.field, err.text);
        if (k > 0) {
            cr_expect(eq(str, err.field, (char *)fields[k]));
            if (k != 8)
                cr_expect(strstr(err.file, part_paths[k == 4 ? 0 : 1]) != NULL, "case %d names %s", k, err.file);
            FILE *f = fopen(path, "rb");
            cr_expect(f == NULL);
        }
    }
    remove_parts();
}
