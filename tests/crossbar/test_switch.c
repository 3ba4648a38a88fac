/* SPDX-License-Identifier: MIT */
/* Cells that switch in a crossbar with wires, against single cells in double precision whose circuit is solved by
 * brute force, and the pieces of a step against the whole. */
#include "support/network.h"
#include "support/support.h"

#include "crossbar/crossbar.h"
#include "crossbar/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5, MOST = 80 };

typedef const double *const voltages[SYN_SIDES];

/* A crossbar, its array, and the same cells one by one. */
typedef struct bench {
    syn_wires wires;
    double end[SYN_SIDES][MOST], v[SYN_SIDES][MOST];
    double curve_u[5], curve_i[5];
    syn_array *array;
    syn_crossbar *x;
    syn_cell *cells;
} bench;

#define VOLTAGES(b) ((voltages){(b)->v[0], (b)->v[1], (b)->v[2], (b)->v[3]})

static size_t cells_of(const bench *b)
{
    return b->wires.rows * b->wires.cols;
}

static syn_array *make_array(size_t rows, size_t cells)
{
    syn_array *a;
    const syn_array_options o = {.rows = rows};
    cr_assert(eq(int, syn_array_create(support_model(0), SEED, cells, &o, &a, NULL), SYN_OK));
    return a;
}

/* Sources behind `end` ohm at the left and at the bottom. */
static bench *make_bench(size_t rows, size_t cols, double r, double end)
{
    bench *b = calloc(1, sizeof *b);
    cr_assert(b != NULL && rows <= MOST && cols <= MOST);
    b->wires = (syn_wires){.rows = rows, .cols = cols, .r_wl = r, .r_bl = r};
    b->wires.end[SYN_LEFT] = b->end[SYN_LEFT];
    b->wires.end[SYN_BOTTOM] = b->end[SYN_BOTTOM];
    for (size_t i = 0; i < MOST; i++)
        b->end[SYN_LEFT][i] = b->end[SYN_BOTTOM][i] = end;
    return b;
}

static void start_bench(bench *b)
{
    const size_t n = cells_of(b);
    b->array = make_array(b->wires.rows, n);
    cr_assert(eq(int, syn_crossbar_create(&b->wires, 1, &b->x, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_bind(b->x, b->array, NULL), SYN_OK));
    b->cells = malloc(n * sizeof *b->cells);
    for (size_t k = 0; k < n; k++)
        cr_assert(eq(int, syn_cell_init(support_model(0), SEED, k, NULL, &b->cells[k], NULL), SYN_OK));
}

static void free_bench(bench *b)
{
    syn_crossbar_free(b->x);
    syn_array_free(b->array);
    free(b->cells);
    free(b);
}

/* Half-select of one or several cells of a row with SET or RESET voltages, or anything at all. */
static void draw_pulse(bench *b, uint64_t *state, double most)
{
    memset(b->v, 0, sizeof b->v);
    const int kind = (int)support_uniform(state, 0, 3);
    const double volt = support_uniform(state, 0.6, most) * (support_uniform(state, 0, 1) < 0.5 ? 1 : -1);
    const size_t row = (size_t)support_uniform(state, 0, (double)b->wires.rows);
    for (size_t i = 0; i < b->wires.rows; i++)
        b->v[SYN_LEFT][i] = kind == 2 ? support_uniform(state, -most / 2, most / 2) : i == row ? volt / 2 : 0;
    for (size_t j = 0; j < b->wires.cols; j++)
        b->v[SYN_BOTTOM][j] = kind == 2                            ? support_uniform(state, -most / 2, most / 2)
                              : support_uniform(state, 0, 1) < 0.5 ? -volt / 2
                                                                   : 0;
}

static int is_set(const syn_state *before, const syn_state *after)
{
    return after->mode == SYN_LRS && before->mode != SYN_LRS;
}

/* What one cell becomes at u; a SET waits until it is `latched`, whatever u then is. */
static void follow(const syn_cell *c, int latched, double u, syn_state *s)
{
    syn_state_step(support_model(0), &c->state, &c->now, &c->next, latched ? (double)-INFINITY : u, s);
}

/* Solutions with the states of the voltages of the solution before, until they stay: RESETs feed back on themselves
 * through the wires, so this climbs to the first solution above the states that it starts from. */
static void relax(const bench *b, const int *latched, double *r, network_solution *s)
{
    const network_cells cells = {.r = r};
    double moved = 1;
    for (int n = 0; n < 500 && moved > 1e-11; n++) {
        moved = 0;
        if (n > 0)
            network_free(s);
        network_solve(&b->wires, &cells, VOLTAGES(b), s);
        for (size_t k = 0; k < cells_of(b); k++) {
            syn_state next;
            follow(&b->cells[k], latched[k], s->cell_u[k], &next);
            const double to = is_set(&b->cells[k].state, &next) && !latched[k] ? b->cells[k].state.r : next.r;
            moved = fmax(moved, fabs(to - r[k]));
            r[k] = to;
        }
    }
    cr_assert(moved <= 1e-11, "the reference moves by %g", moved);
}

/* The rule of syn_crossbar_step with single cells. Returns how often cells SET. */
static int reference_step(bench *b)
{
    const size_t n = cells_of(b);
    int *latched = calloc(n, sizeof *latched), rounds = 0;
    double *r = malloc(n * sizeof *r);
    for (int more = 1; more; rounds += more) {
        network_solution s;
        for (size_t k = 0; k < n; k++) {
            syn_state next;
            follow(&b->cells[k], latched[k], 0, &next);
            r[k] = next.r;
        }
        relax(b, latched, r, &s);
        more = 0;
        for (size_t k = 0; k < n; k++) {
            syn_state next;
            follow(&b->cells[k], latched[k], s.cell_u[k], &next);
            if (is_set(&b->cells[k].state, &next) && !latched[k])
                more = latched[k] = 1;
        }
        for (size_t k = 0; k < n && !more; k++)
            syn_cell_step(support_model(0), &b->cells[k], latched[k] ? (double)-INFINITY : s.cell_u[k], &b->cells[k]);
        network_free(&s);
    }
    free(latched);
    free(r);
    return rounds;
}

static void step(bench *b, syn_solution *s)
{
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_step(b->x, VOLTAGES(b), s, &err), SYN_OK), "%s", err.text);
    cr_expect(s->residual <= 1e-9 * s->scale);
}

/* Modes and cycle counts must be the same, r within the 1e-5 that array.h states. Returns how many switched. */
static size_t expect_same_cells(const bench *b, const char *what, int pulse, const float *before)
{
    size_t switched = 0;
    for (size_t k = 0; k < cells_of(b); k++) {
        const syn_state *expected = &b->cells[k].state;
        syn_state s;
        cr_assert(eq(int, syn_array_state(b->array, k, &s, NULL), SYN_OK));
        cr_assert(s.mode == expected->mode && s.n == expected->n && fabs(s.r - expected->r) < 1e-5,
                  "%s, pulse %d, cell %zu: mode %d n %d r %.9g, expected %d %d %.9g", what, pulse, k, (int)s.mode,
                  (int)s.n, s.r, (int)expected->mode, (int)expected->n, expected->r);
        switched += (float)s.r != before[k];
    }
    return switched;
}

static void run_pulses(bench *b, uint64_t *state, int pulses, double most, const char *what)
{
    int sets = 0, resets = 0;
    float before[64];
    start_bench(b);
    for (int p = 0; p < pulses; p++) {
        syn_solution s;
        memcpy(before, syn_array_states(b->array), cells_of(b) * sizeof *before);
        draw_pulse(b, state, most);
        step(b, &s);
        sets += reference_step(b);
        cr_expect(eq(sz, s.switched, expect_same_cells(b, what, p, before)), "%s, pulse %d", what, p);
        cr_expect(eq(sz, s.beyond, 0));
    }
    for (size_t k = 0; k < cells_of(b); k++)
        resets += (int)b->cells[k].state.n;
    cr_expect(sets > pulses / 10 && resets > pulses / 10, "%s: %d SETs, %d RESETs", what, sets, resets);
    free_bench(b);
}

Test(crossbar_switch, cells_switch_as_single_cells_do_in_the_same_circuit)
{
    uint64_t state = 1;
    run_pulses(make_bench(3, 4, 2, 50), &state, 40, 3, "wires");
    run_pulses(make_bench(4, 3, 0, 50), &state, 40, 3, "ideal wires, drivers");
    bench *b = make_bench(3, 3, 2, 20);
    b->wires.access.resistance = 200;
    run_pulses(b, &state, 40, 3.5, "access resistance");
}

/* Where RESETs feed back on themselves so much that a circuit has several solutions: each is one by the rule. */
static void expect_consistent(const bench *b, const char *what)
{
    const size_t n = cells_of(b);
    double *r = malloc(n * sizeof *r);
    network_solution s;
    for (size_t k = 0; k < n; k++)
        r[k] = (double)syn_array_states(b->array)[k];
    const network_cells cells = {.r = r};
    network_solve(&b->wires, &cells, VOLTAGES(b), &s);
    for (size_t k = 0; k < n; k++) {
        syn_state after, next;
        cr_assert(eq(int, syn_array_state(b->array, k, &after, NULL), SYN_OK));
        const int latched = is_set(&b->cells[k].state, &after);
        follow(&b->cells[k], latched, s.cell_u[k], &next);
        cr_assert(next.mode == after.mode && next.n == after.n && fabs(next.r - after.r) < 1e-5,
                  "%s, cell %zu at %g V: mode %d r %.9g, by the rule %d %.9g", what, k, s.cell_u[k], (int)after.mode,
                  after.r, (int)next.mode, next.r);
    }
    network_free(&s);
    free(r);
}

/* From the array's cells, which may have gone another way. */
static void take_over_cells(bench *b)
{
    for (size_t k = 0; k < cells_of(b); k++) {
        syn_state s;
        cr_assert(eq(int, syn_array_state(b->array, k, &s, NULL), SYN_OK));
        syn_cell_commit(support_model(0), &b->cells[k], &s);
    }
}

static void run_feedback(bench *b, uint64_t *state, int pulses, double most, const char *what)
{
    uint64_t cycles = 0;
    start_bench(b);
    for (int p = 0; p < pulses; p++) {
        syn_solution s;
        draw_pulse(b, state, most);
        step(b, &s);
        expect_consistent(b, what);
        take_over_cells(b);
    }
    for (size_t k = 0; k < cells_of(b); k++)
        cycles += b->cells[k].state.n;
    cr_expect(cycles > (uint64_t)pulses / 10, "%s: %d cycles", what, (int)cycles);
    free_bench(b);
}

Test(crossbar_switch, every_step_ends_in_a_solution_by_the_rule)
{
    uint64_t state = 2;
    bench *b = make_bench(3, 3, 5, 20);
    b->wires.gmin = 1e-9;
    b->end[SYN_LEFT][1] = b->end[SYN_BOTTOM][2] = INFINITY;
    run_feedback(b, &state, 100, 3, "floating lines");
    run_feedback(make_bench(4, 4, 200, 1000), &state, 100, 5, "long wires");
    b = make_bench(4, 4, 1, 5000);
    run_feedback(b, &state, 100, 5, "weak drivers");
    b = make_bench(4, 4, 1, 50);
    b->wires.access.resistance = 3000;
    run_feedback(b, &state, 100, 5, "access resistance");
}

/* Each cell is by the rule at the voltage that the crossbar tells for it. The currents balance: step() checks the residual. */
static void expect_rule(const bench *b, int pulse)
{
    const size_t n = cells_of(b);
    double *u = malloc(n * sizeof *u);
    syn_crossbar_cells(b->x, u, NULL);
    for (size_t k = 0; k < n; k++) {
        syn_state after, next;
        cr_assert(eq(int, syn_array_state(b->array, k, &after, NULL), SYN_OK));
        follow(&b->cells[k], is_set(&b->cells[k].state, &after), u[k], &next);
        cr_assert(next.mode == after.mode && next.n == after.n && fabs(next.r - after.r) < 1e-5,
                  "pulse %d, cell %zu at %g V: mode %d r %.9g, by the rule %d %.9g", pulse, k, u[k], (int)after.mode,
                  after.r, (int)next.mode, next.r);
    }
    free(u);
}

/* Crossbars of this size are solved by cycles. A second one is made to take conjugate gradients in double precision. States may
 * differ by what a residual of 1e-10 and the single precision of a state leave, 1e-5. A step takes 31 linearisations at most here,
 * or 43 without the secants of switch.c. */
Test(crossbar_switch, large_crossbars_switch_by_the_rule_and_by_each_method_alike)
{
    enum { SIDE = 80, PULSES = 14 };
    uint64_t state = 6;
    size_t sets = 0, resets = 0;
    int most = 0;
    bench *b = make_bench(SIDE, SIDE, 1, 50), *other = make_bench(SIDE, SIDE, 1, 50);
    start_bench(b);
    start_bench(other);
    while (other->x->method != SYNP_GRADIENTS_DOUBLE)
        cr_assert(eq(int, synp_crossbar_next_method(other->x), SYN_OK));
    for (int p = 0; p < PULSES; p++) {
        syn_solution s;
        draw_pulse(b, &state, 3);
        memcpy(other->v, b->v, sizeof b->v);
        step(b, &s);
        cr_expect(eq(int, (int)b->x->method, SYNP_CYCLES), "pulse %d", p);
        most = s.newton > most ? s.newton : most;
        expect_rule(b, p);
        step(other, &s);
        for (size_t k = 0; k < SIDE * SIDE; k++) {
            syn_state here, there;
            syn_array_state(b->array, k, &here, NULL);
            syn_array_state(other->array, k, &there, NULL);
            cr_assert(here.mode == there.mode && here.n == there.n && fabs(here.r - there.r) < 1e-5,
                      "pulse %d, cell %zu", p, k);
            sets += here.mode == SYN_LRS && b->cells[k].state.mode != SYN_LRS;
            resets += here.mode != SYN_LRS && b->cells[k].state.mode == SYN_LRS;
        }
        take_over_cells(b);
    }
    cr_expect(sets > 50 && resets > 50, "%zu SETs, %zu RESETs", sets, resets);
    cr_expect(most <= 36, "%d linearisations", most);
    free_bench(b);
    free_bench(other);
}

/* Without resistances the lines are the sources' nodes: every cell sees its own voltage, whatever the others do. */
Test(crossbar_switch, between_ideal_sources_every_cell_switches_as_if_alone)
{
    enum { ROWS = 70, COLS = 60, PULSES = 40 };
    static float u[ROWS * COLS];
    uint64_t state = 3;
    for (int kernel = 0; syn_array_kernel_name(kernel); kernel++) {
        setenv("SYNAPTOGEN_KERNEL", syn_array_kernel_name(kernel), 1);
        bench *b = make_bench(ROWS, COLS, 0, 0);
        start_bench(b);
        syn_array *alone = make_array(ROWS, ROWS * COLS);
        for (int p = 0; p < PULSES; p++) {
            syn_solution s;
            draw_pulse(b, &state, 3.2);
            for (size_t k = 0; k < ROWS * COLS; k++)
                u[k] = (float)(b->v[SYN_LEFT][k % ROWS] - b->v[SYN_BOTTOM][k / ROWS]);
            step(b, &s);
            cr_assert(eq(int, syn_array_apply_each(alone, NULL, u, NULL), SYN_OK));
            cr_assert(eq(int, memcmp(syn_array_states(alone), syn_array_states(b->array), sizeof u), 0), "pulse %d",
                      p);
        }
        for (size_t k = 0; k < ROWS * COLS; k++) {
            syn_state here, there;
            syn_array_state(b->array, k, &here, NULL);
            syn_array_state(alone, k, &there, NULL);
            cr_assert(here.mode == there.mode && here.n == there.n && here.u_thr == there.u_thr, "cell %zu", k);
        }
        syn_array_free(alone);
        free_bench(b);
    }
    unsetenv("SYNAPTOGEN_KERNEL");
}

/* All that an array holds. */
typedef struct snapshot {
    float *r;
    char *blocks;
} snapshot;

static snapshot take_snapshot(const syn_array *a)
{
    const size_t r = a->n_blocks * sizeof(synp_floats), blocks = a->n_blocks * a->block_bytes;
    const snapshot s = {malloc(r), malloc(blocks)};
    cr_assert(s.r != NULL && s.blocks != NULL);
    memcpy(s.r, a->r, r);
    memcpy(s.blocks, a->blocks, blocks);
    return s;
}

/* Bit for bit; frees it. */
static int is_unchanged(const syn_array *a, snapshot s)
{
    const int same = memcmp(s.r, a->r, a->n_blocks * sizeof(synp_floats)) == 0 &&
                     memcmp(s.blocks, a->blocks, a->n_blocks * a->block_bytes) == 0;
    free(s.r);
    free(s.blocks);
    return same;
}

/* A step by its pieces; returns how many cells were latched. */
static size_t step_in_pieces(const bench *b)
{
    size_t all = 0, latched = 1;
    syn_crossbar_restart(b->x);
    while (latched > 0) {
        syn_solution s;
        cr_assert(eq(int, syn_crossbar_try(b->x, VOLTAGES(b), &s, NULL), SYN_OK));
        cr_assert(eq(int, syn_crossbar_latch(b->x, &latched, NULL), SYN_OK));
        cr_assert(eq(sz, latched, s.beyond));
        all += latched;
    }
    return all;
}

Test(crossbar_switch, a_step_is_its_pieces_and_only_the_commit_changes_the_array)
{
    uint64_t state = 4;
    size_t latched = 0;
    bench *whole = make_bench(40, 30, 3, 100), *b = make_bench(40, 30, 3, 100);
    start_bench(whole);
    start_bench(b);
    for (int p = 0; p < 30; p++) {
        syn_solution s;
        draw_pulse(whole, &state, 3.5);
        memcpy(b->v, whole->v, sizeof b->v);
        step(whole, &s);
        const snapshot before = take_snapshot(b->array);
        latched += step_in_pieces(b);
        cr_assert(is_unchanged(b->array, before), "pulse %d", p);
        float r[40 * 30];
        syn_crossbar_states(b->x, r);
        syn_crossbar_commit(b->x);
        cr_assert(eq(int, memcmp(r, syn_array_states(b->array), sizeof r), 0), "pulse %d", p);
        cr_assert(is_unchanged(whole->array, take_snapshot(b->array)), "pulse %d", p);
    }
    cr_expect(gt(sz, latched, 100));
    free_bench(whole);
    free_bench(b);
}

/* What was tried and latched at other voltages leaves nothing behind but another start of the iteration, whose end
 * differs within the residual. */
Test(crossbar_switch, a_restart_forgets_what_was_tried)
{
    uint64_t state = 5;
    bench *straight = make_bench(20, 30, 1, 30), *b = make_bench(20, 30, 1, 30);
    start_bench(straight);
    start_bench(b);
    for (int p = 0; p < 20; p++) {
        syn_solution s;
        draw_pulse(b, &state, 3.5);
        step_in_pieces(b);
        syn_crossbar_restart(b->x);
        float r[20 * 30];
        syn_crossbar_states(b->x, r);
        cr_assert(eq(int, memcmp(r, syn_array_states(b->array), sizeof r), 0), "pulse %d", p);
        draw_pulse(b, &state, 2.8);
        memcpy(straight->v, b->v, sizeof b->v);
        step(b, &s);
        step(straight, &s);
        for (size_t k = 0; k < cells_of(b); k++) {
            syn_state here, there;
            syn_array_state(b->array, k, &here, NULL);
            syn_array_state(straight->array, k, &there, NULL);
            cr_assert(here.mode == there.mode && here.n == there.n && fabs(here.r - there.r) < 1e-5,
                      "pulse %d, cell %zu: r %.9g, %.9g", p, k, here.r, there.r);
        }
    }
    free_bench(straight);
    free_bench(b);
}

/* A commit without a latch leaves the cells beyond U_S as they are. */
Test(crossbar_switch, cells_set_only_when_latched)
{
    bench *b = make_bench(6, 5, 1, 10);
    start_bench(b);
    for (size_t j = 0; j < 5; j++)
        b->v[SYN_BOTTOM][j] = 3;
    syn_solution s;
    const snapshot before = take_snapshot(b->array);
    cr_assert(eq(int, syn_crossbar_try(b->x, VOLTAGES(b), &s, NULL), SYN_OK));
    cr_expect(eq(sz, s.beyond, 30));
    cr_expect(eq(sz, s.switched, 0));
    syn_crossbar_commit(b->x);
    cr_expect(is_unchanged(b->array, before));
    step(b, &s);
    cr_expect(eq(sz, s.switched, 30));
    for (size_t k = 0; k < 30; k++) {
        syn_state after;
        syn_array_state(b->array, k, &after, NULL);
        cr_expect(eq(int, after.mode, SYN_LRS));
    }
    free_bench(b);
}

Test(crossbar_switch, cells_of_rows_that_are_off_neither_conduct_nor_switch)
{
    uint8_t on[6] = {0, 1, 0, 0, 1, 0};
    bench *b = make_bench(6, 5, 1, 10);
    start_bench(b);
    for (size_t j = 0; j < 5; j++)
        b->v[SYN_BOTTOM][j] = 3;
    syn_solution s;
    syn_crossbar_select(b->x, on);
    step(b, &s);
    cr_expect(eq(sz, s.switched, 10));
    for (size_t k = 0; k < 30; k++) {
        syn_state after;
        syn_array_state(b->array, k, &after, NULL);
        cr_expect(eq(u8, after.mode == SYN_LRS, on[k % 6]));
    }
    for (size_t i = 0; i < 6; i++)
        cr_expect(eq(u8, syn_crossbar_current(b->x, SYN_LEFT)[i] != 0, on[i]));
    syn_crossbar_select(b->x, NULL);
    step(b, &s);
    cr_expect(eq(sz, s.switched, 20));
    free_bench(b);
}

static void expect_refused(bench *b, syn_crossbar *x, const char *field, const char *text)
{
    syn_error err = {0};
    support_refused(syn_crossbar_step(x, VOLTAGES(b), NULL, &err), SYN_EINVAL, &err, field, text);
    cr_expect(eq(int, syn_crossbar_try(x, VOLTAGES(b), NULL, NULL), SYN_EINVAL));
}

Test(crossbar_switch, what_cannot_switch_is_refused)
{
    bench *b = make_bench(6, 5, 1, 10);
    start_bench(b);
    syn_array *frozen;
    size_t count = 7;
    double g[30] = {0};
    const snapshot before = take_snapshot(b->array);
    b->v[SYN_LEFT][4] = NAN;
    expect_refused(b, b->x, "left", "line 4");
    b->v[SYN_LEFT][4] = -INFINITY;
    expect_refused(b, b->x, "left", "line 4");
    b->v[SYN_LEFT][4] = 0;
    cr_expect(is_unchanged(b->array, before));
    cr_assert(eq(int, syn_array_freeze(b->array, &frozen, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_bind(b->x, frozen, NULL), SYN_OK));
    cr_expect(eq(int, syn_crossbar_solve(b->x, VOLTAGES(b), NULL, NULL), SYN_OK));
    expect_refused(b, b->x, "array", "read-only");
    cr_expect(eq(int, syn_crossbar_latch(b->x, &count, NULL), SYN_OK));
    cr_expect(eq(sz, count, 0));
    syn_crossbar_restart(b->x);
    syn_crossbar_commit(b->x);
    cr_assert(eq(int, syn_crossbar_set_conductances(b->x, g, NULL), SYN_OK));
    expect_refused(b, b->x, "array", "linear");
    syn_crossbar_free(b->x);
    cr_assert(eq(int, syn_crossbar_create(&b->wires, 1, &b->x, NULL), SYN_OK));
    expect_refused(b, b->x, "cells", "none yet");
    syn_array_free(frozen);
    free_bench(b);
}

/* A step without a solution: as if it had not been tried. */
Test(crossbar_switch, a_step_that_fails_changes_nothing)
{
    bench *b = make_bench(6, 5, 1, 10);
    start_bench(b);
    syn_error err = {0};
    const snapshot before = take_snapshot(b->array);
    b->v[SYN_LEFT][4] = 1e308;
    cr_expect(eq(int, syn_crossbar_step(b->x, VOLTAGES(b), NULL, &err), SYN_ENUMERIC));
    cr_expect(gt(sz, strlen(err.text), 0));
    cr_expect(is_unchanged(b->array, before));
    b->v[SYN_LEFT][4] = -3;
    syn_solution s;
    step(b, &s);
    cr_expect(eq(sz, s.switched, 5));
    free_bench(b);
}

/* low, high and leave of 9 bytes for each cell, at least, come with the first step. */
Test(crossbar_switch, an_array_that_is_only_read_needs_no_memory_for_switching)
{
    bench *b = make_bench(MOST, MOST, 1, 100);
    const syn_array_options o = {.rows = MOST, .read_only = true};
    syn_array *fixed;
    start_bench(b);
    cr_assert(eq(int, syn_array_create(support_model(0), SEED, cells_of(b), &o, &fixed, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_solve(b->x, VOLTAGES(b), NULL, NULL), SYN_OK));
    const size_t only_read = syn_crossbar_bytes(b->x);
    cr_assert(eq(int, syn_crossbar_step(b->x, VOLTAGES(b), NULL, NULL), SYN_OK));
    cr_expect(ge(sz, syn_crossbar_bytes(b->x), only_read + 9 * cells_of(b)));
    cr_assert(eq(int, syn_crossbar_bind(b->x, fixed, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_solve(b->x, VOLTAGES(b), NULL, NULL), SYN_OK));
    cr_expect(eq(sz, syn_crossbar_bytes(b->x), only_read));
    free_bench(b);
    syn_array_free(fixed);
}

/* A cell in LRS at 1.5 V, beyond its U_R: it waits, or it is RESET at once. */
Test(crossbar_switch, cells_wait_at_their_reset_voltage_also_in_the_first_try)
{
    for (int hold = 0; hold < 2; hold++) {
        bench *b = make_bench(1, 1, 0, 0);
        const float set = -2;
        syn_solution info;
        start_bench(b);
        cr_assert(eq(int, syn_array_apply(b->array, NULL, &set, 1, NULL), SYN_OK));
        cr_assert(eq(int, syn_crossbar_bind(b->x, b->array, NULL), SYN_OK));
        synp_crossbar_hold_resets(b->x, hold);
        b->v[SYN_LEFT][0] = 1.5;
        cr_assert(eq(int, syn_crossbar_try(b->x, VOLTAGES(b), &info, NULL), SYN_OK));
        cr_expect(eq(sz, info.beyond, (size_t)hold));
        cr_expect(eq(sz, info.switched, (size_t)!hold));
        free_bench(b);
    }
}
