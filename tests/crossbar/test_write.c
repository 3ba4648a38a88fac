/* SPDX-License-Identifier: MIT */
/* Writes and reads of crossbars against the same voltages applied to the cells one by one. */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>

enum { ROWS = 23, COLS = 17, CELLS = ROWS * COLS, SEED = 5 };

/* ohm behind every driven end. */
static double ends[2][ROWS + COLS];

static syn_array *make_array(void)
{
    const syn_array_options o = {.rows = ROWS};
    syn_array *a;
    cr_assert(eq(int, syn_array_create(support_model(10), SEED, CELLS, &o, &a, NULL), SYN_OK));
    return a;
}

/* Left and bottom driven; r: ohm per segment; driver: ohm. */
static syn_crossbar *make_crossbar(syn_array *a, double r, double driver)
{
    for (int k = 0; k < ROWS + COLS; k++)
        ends[driver > 0][k] = driver;
    double *e = ends[driver > 0];
    const syn_wires w = {.rows = ROWS, .cols = COLS, .r_wl = r, .r_bl = r, .end = {e, NULL, NULL, e}};
    syn_crossbar *x;
    cr_assert(eq(int, syn_crossbar_create(&w, 1, &x, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_bind(x, a, NULL), SYN_OK));
    return x;
}

static void make_bits(uint8_t *bits)
{
    for (size_t k = 0; k < CELLS; k++) {
        uint32_t w[4];
        syn_rng_block(SEED, k, 0, SYN_DRAW_READ, w);
        bits[k] = w[0] & 1;
    }
}

static int same_states(const syn_array *a, const syn_array *b)
{
    for (size_t k = 0; k < CELLS; k++) {
        syn_state s, t;
        syn_array_state(a, k, &s, NULL);
        syn_array_state(b, k, &t, NULL);
        /* Voltages may differ by a rounding, 1e-7 V; along the transitions dr/dU is below 10 / V. */
        if (s.mode != t.mode || s.n != t.n || fabs(s.r - t.r) > 1e-6)
            return 0;
    }
    return 1;
}

/* The write as its definition says, with ideal wires: every cell sees the difference of its lines' voltages. Returns
 * the changes of cells that were not selected. */
static size_t write_cell_by_cell(syn_array *a, const uint8_t *bits, const syn_write *how)
{
    size_t changes = 0;
    const double rest = how->scheme == SYN_THIRD_SELECT ? -1. / 6 : 0;
    for (size_t row = 0; row < ROWS; row++)
        for (int bit = 1; bit >= 0; bit--) {
            const double u = bit ? how->u_set : how->u_reset;
            for (size_t k = 0; k < CELLS; k++) {
                const int selected_col = bits[row + ROWS * (k / ROWS)] == bit, selected_row = k % ROWS == row;
                float v = (float)(u * ((selected_row ? 0.5 : rest) + (selected_col ? 0.5 : rest)));
                if (how->scheme == SYN_FULL_SELECT)
                    v = selected_row && selected_col ? (float)u : NAN;
                const float before = syn_array_states(a)[k];
                cr_assert(eq(int, syn_array_apply_each(a, &(syn_cells){.first = k, .count = 1}, &v, NULL), SYN_OK));
                changes += !(selected_row && selected_col) && syn_array_states(a)[k] != before;
            }
        }
    return changes;
}

Test(crossbar_write, with_ideal_wires_each_cell_sees_the_difference_of_its_lines)
{
    uint8_t bits[CELLS];
    make_bits(bits);
    for (int scheme = 0; scheme < 3; scheme++) {
        syn_array *a = make_array(), *b = make_array();
        syn_crossbar *x = make_crossbar(a, 0, 0);
        /* High enough that half-selected cells switch, too. */
        const syn_write how = {.scheme = (syn_scheme)scheme, .u_set = -1.35, .u_reset = 1.4, .steps = 1};
        syn_write_report r;
        uint32_t disturbs[CELLS];
        cr_assert(eq(int, syn_crossbar_write(x, bits, &how, disturbs, &r, NULL), SYN_OK));
        const size_t changes = write_cell_by_cell(b, bits, &how);
        cr_expect(same_states(a, b), "scheme %d", scheme);
        cr_expect(eq(sz, r.disturbs, changes), "scheme %d: %zu, %zu", scheme, r.disturbs, changes);
        size_t sum = 0, cells = 0, wrong = 0;
        for (size_t k = 0; k < CELLS; k++) {
            syn_state s;
            syn_array_state(b, k, &s, NULL);
            sum += disturbs[k];
            cells += disturbs[k] > 0;
            wrong += (s.mode == SYN_LRS) != bits[k];
        }
        cr_expect(eq(sz, sum, r.disturbs));
        cr_expect(eq(sz, cells, r.disturbed));
        cr_expect(eq(sz, wrong, r.wrong));
        cr_expect(eq(sz, r.pulses, 2 * ROWS));
        cr_expect(scheme != SYN_HALF_SELECT || r.disturbs > 0, "the test wants disturbs");
        cr_expect(scheme != SYN_FULL_SELECT || r.disturbs == 0);
        syn_crossbar_free(x);
        syn_array_free(a);
        syn_array_free(b);
    }
}

/* With ideal wires against the cells one by one; with 2 ohm a segment the stuck cells alone: as they were. A stuck cell is
 * wrong if it counts as the other bit; with ideal wires and full-select no other cell is. */
Test(crossbar_write, stuck_cells_stay_as_they_are_and_are_reported_wrong)
{
    uint8_t bits[CELLS], stuck[CELLS];
    make_bits(bits);
    for (int scheme = SYN_HALF_SELECT; scheme <= SYN_FULL_SELECT; scheme++)
        for (int wires = 0; wires < 2; wires++) {
            syn_array *a = make_array(), *b, *before;
            syn_write how;
            syn_write_report report;
            const syn_faults faults = {.hrs = 0.1, .lrs = 0.1, .at = 0.05, .g = 1e-5};
            syn_write_default(support_model(10), (syn_scheme)scheme, &how);
            cr_assert(eq(int, syn_array_stick_random(a, NULL, &faults, NULL, NULL), SYN_OK));
            syn_array_copy(a, &b, NULL);
            syn_array_copy(a, &before, NULL);
            syn_crossbar *x = make_crossbar(a, 2 * wires, 0);
            cr_assert(eq(int, syn_crossbar_write(x, bits, &how, NULL, &report, NULL), SYN_OK));
            write_cell_by_cell(b, bits, &how);
            cr_assert(wires || same_states(a, b));
            size_t wrong = 0;
            syn_array_stuck(a, NULL, stuck, NULL, NULL);
            for (size_t k = 0; k < CELLS; k++) {
                syn_state s, t;
                syn_array_state(a, k, &s, NULL);
                syn_array_state(before, k, &t, NULL);
                if (!stuck[k])
                    continue;
                cr_assert(s.r == t.r && s.mode == t.mode, "cell %zu", k);
                wrong += (s.mode == SYN_LRS) != bits[k];
            }
            cr_expect(gt(sz, wrong, 10));
            if (scheme == SYN_FULL_SELECT && !wires)
                cr_expect(eq(sz, report.wrong, wrong));
            cr_expect(ge(sz, report.wrong, wrong));
            syn_crossbar_free(x);
            syn_array_free(a);
            syn_array_free(b);
            syn_array_free(before);
        }
}

Test(crossbar_write, with_ideal_wires_the_number_of_steps_does_not_matter)
{
    uint8_t bits[CELLS];
    make_bits(bits);
    syn_array *a = make_array(), *b = make_array();
    syn_crossbar *x = make_crossbar(a, 0, 0), *y = make_crossbar(b, 0, 0);
    syn_write how = {.u_set = -1.3, .u_reset = 1.3, .steps = 1};
    cr_assert(eq(int, syn_crossbar_write(x, bits, &how, NULL, NULL, NULL), SYN_OK));
    how.steps = 7;
    cr_assert(eq(int, syn_crossbar_write(y, bits, &how, NULL, NULL, NULL), SYN_OK));
    cr_expect(same_states(a, b));
    syn_crossbar_free(x);
    syn_crossbar_free(y);
    syn_array_free(a);
    syn_array_free(b);
}

Test(crossbar_write, a_write_cell_by_cell_gives_each_cell_one_pulse_of_its_own)
{
    uint8_t bits[CELLS];
    make_bits(bits);
    syn_array *a = make_array();
    syn_crossbar *x = make_crossbar(a, 1, 10);
    const syn_write how = {.scheme = SYN_FULL_SELECT, .u_set = -2, .u_reset = 1.6, .by_cell = true, .steps = 1};
    syn_write_report r;
    cr_assert(eq(int, syn_crossbar_write(x, bits, &how, NULL, &r, NULL), SYN_OK));
    cr_expect(eq(sz, r.pulses, CELLS));
    cr_expect(eq(sz, r.wrong, 0));
    cr_expect(eq(sz, r.disturbs, 0));
    /* Each 1 has SET once from HRS; a RESET of a cell in HRS changes nothing. */
    size_t ones = 0;
    for (size_t k = 0; k < CELLS; k++)
        ones += bits[k];
    cr_expect(eq(sz, r.switched, ones));
    syn_crossbar_free(x);
    syn_array_free(a);
}

Test(crossbar_write, a_read_with_ideal_wires_sums_the_cells_of_each_column)
{
    syn_array *a = make_array();
    syn_crossbar *x = make_crossbar(a, 0, 0);
    syn_array_apply(a, &(syn_cells){.first = 3, .count = CELLS / 2, .stride = 2}, &(float){-2}, 1, NULL);
    syn_crossbar_bind(x, a, NULL);
    double v[ROWS], i[COLS];
    for (int row = 0; row < ROWS; row++)
        v[row] = 0.3 * sin(row);
    cr_assert(eq(int, syn_crossbar_read(x, v, i, NULL), SYN_OK));
    for (size_t j = 0; j < COLS; j++) {
        double sum = 0;
        for (size_t row = 0; row < ROWS; row++)
            sum += syn_current(support_model(10), (double)syn_array_states(a)[row + ROWS * j], v[row], NULL);
        cr_expect(epsilon_eq(dbl, i[j], sum, 1e-15), "column %zu: %.17g, %.17g", j, i[j],
                  sum); /* roundings of 23 x 1e-4 A */
    }
    syn_crossbar_free(x);
    syn_array_free(a);
}

/* 2 x 2 with ideal wires and open lines: beside cell (0, 0), a current through (0, 1), (1, 1) backwards and (1, 0).
 */
static double sneak_current(const double r[4], double u)
{
    const syn_model *m = support_model(10);
    double low = 0, high = 1e-3;
    for (int n = 0; n < 200; n++) {
        const double i = 0.5 * (low + high), cells[3] = {r[2], r[3], r[1]}, sign[3] = {1, -1, 1};
        double sum = 0;
        for (int k = 0; k < 3; k++) { /* the voltage at which cell k carries i, by halving */
            double a = 0, b = 1;
            for (int h = 0; h < 100; h++)
                *(sign[k] * syn_current(m, cells[k], sign[k] * 0.5 * (a + b), NULL) < i ? &a : &b) = 0.5 * (a + b);
            sum += a;
        }
        *(sum < u ? &low : &high) = i;
    }
    return syn_current(m, r[0], u, NULL) + low;
}

Test(crossbar_write, a_read_of_one_cell_among_open_lines_includes_the_sneak_path)
{
    const double zero[2] = {0, 0};
    const syn_wires w = {.rows = 2, .cols = 2, .end = {zero, NULL, NULL, zero}};
    const syn_array_options o = {.rows = 2};
    syn_array *a;
    syn_crossbar *x;
    cr_assert(eq(int, syn_array_create(support_model(10), 9, 4, &o, &a, NULL), SYN_OK));
    syn_array_apply(a, &(syn_cells){.first = 1, .count = 3}, &(float){-2}, 1, NULL);
    cr_assert(eq(int, syn_crossbar_create(&w, 1, &x, NULL), SYN_OK));
    cr_assert(eq(int, syn_crossbar_bind(x, a, NULL), SYN_OK));
    double r[4], i;
    for (int k = 0; k < 4; k++)
        r[k] = (double)syn_array_states(a)[k];
    cr_assert(eq(int, syn_crossbar_read_sneak(x, 0, 0, 0.2, &i, NULL), SYN_OK));
    const double expected = sneak_current(r, 0.2);
    cr_expect(epsilon_eq(dbl, i, expected, 1e-9 * expected), "%.12g, %.12g", i, expected); /* the solver's bound */
    cr_expect(gt(dbl, expected, 2 * syn_current(support_model(10), r[0], 0.2, NULL)),
              "HRS among LRS: the path dominates");
    /* The lines are connected again. */
    double v[2] = {0.2, 0}, sum[2];
    cr_assert(eq(int, syn_crossbar_read(x, v, sum, NULL), SYN_OK));
    cr_expect(epsilon_eq(dbl, sum[0], syn_current(support_model(10), r[0], 0.2, NULL), 1e-15));
    syn_crossbar_free(x);
    syn_array_free(a);
}

Test(crossbar_write, targets_are_reached_as_reads_through_the_wires_find_them)
{
    syn_array *a = make_array();
    syn_crossbar *x = make_crossbar(a, 1, 20);
    float target[CELLS], g[CELLS];
    syn_program program;
    syn_program_report report;
    syn_write_report write;
    syn_program_default(support_model(10), &program);
    program.attempts = 50;
    for (size_t k = 0; k < CELLS; k++)
        target[k] = (float)(1 / (8000. + 20000. * (double)k / CELLS));
    const syn_write how = {.scheme = SYN_FULL_SELECT, .u_set = -2, .u_reset = 1.6, .steps = 1};
    cr_assert(eq(int, syn_crossbar_program(x, target, &program, &how, g, &report, &write, NULL), SYN_OK));
    cr_expect(eq(sz, report.cells, CELLS));
    cr_expect(eq(sz, report.reached, CELLS));
    cr_expect(eq(sz, write.disturbs, 0));
    for (size_t row = 0; row < ROWS; row++) {
        double i[COLS];
        cr_assert(eq(int, syn_crossbar_read_row(x, row, 0.2, true, i, NULL), SYN_OK));
        for (size_t j = 0; j < COLS; j++) {
            const size_t k = row + ROWS * j;
            cr_expect(le(dbl, fabs(i[j] / 0.2 / (double)target[k] - 1), program.tolerance + 1e-6), "cell %zu", k);
            /* Without the drop along the wires a cell conducts more. */
            cr_expect(gt(dbl, (double)g[k], i[j] / 0.2));
        }
    }
    syn_crossbar_free(x);
    syn_array_free(a);
}

static bool stop_at_3(void *context, double share)
{
    ++*(size_t *)context;
    return share < 2.5 / ROWS;
}

Test(crossbar_write, a_write_that_is_stopped_leaves_later_rows_untouched)
{
    uint8_t bits[CELLS];
    memset(bits, 1, sizeof bits);
    syn_array *a = make_array();
    syn_crossbar *x = make_crossbar(a, 0, 0);
    size_t calls = 0;
    syn_error err;
    const syn_write how = {
        .scheme = SYN_FULL_SELECT, .u_set = -2.5, .u_reset = 1.6, .steps = 1, .progress = {stop_at_3, &calls}};
    cr_expect(eq(int, syn_crossbar_write(x, bits, &how, NULL, NULL, &err), SYN_ESTOPPED));
    cr_expect(eq(sz, calls, 3));
    for (size_t k = 0; k < CELLS; k++) {
        syn_state s;
        syn_array_state(a, k, &s, NULL);
        cr_expect(eq(int, s.mode, k % ROWS < 3 ? SYN_LRS : SYN_HRS), "cell %zu", k);
    }
    syn_crossbar_free(x);
    syn_array_free(a);
}

/* Bit for bit: the same voltages in the same order. */
Test(crossbar_write, no_number_of_steps_is_one_step)
{
    uint8_t bits[CELLS];
    make_bits(bits);
    syn_array *a = make_array(), *b = make_array();
    syn_crossbar *x = make_crossbar(a, 1, 10), *y = make_crossbar(b, 1, 10);
    syn_write how = {.u_set = -1.3, .u_reset = 1.4};
    syn_write_report none, one;
    cr_assert(eq(int, syn_crossbar_write(x, bits, &how, NULL, &none, NULL), SYN_OK));
    how.steps = 1;
    cr_assert(eq(int, syn_crossbar_write(y, bits, &how, NULL, &one, NULL), SYN_OK));
    cr_expect(same_states(a, b));
    cr_expect(none.pulses > 0 && none.pulses == one.pulses && none.newton == one.newton);
    syn_crossbar_free(x);
    syn_crossbar_free(y);
    syn_array_free(a);
    syn_array_free(b);
}

Test(crossbar_write, what_makes_no_sense_is_refused_by_name_and_changes_nothing)
{
    uint8_t bits[CELLS] = {1};
    const struct {
        syn_write how;
        const char *field;
    } cases[] = {
        {{.scheme = (syn_scheme)3, .u_set = -1, .u_reset = 1, .steps = 1}, "scheme"},
        {{.u_set = 0, .u_reset = 1, .steps = 1}, "u_set"},
        {{.u_set = -11, .u_reset = 1, .steps = 1}, "u_set"},
        {{.u_set = (double)NAN, .u_reset = 1, .steps = 1}, "u_set"},
        {{.u_set = -1, .u_reset = 0, .steps = 1}, "u_reset"},
        {{.u_set = -1, .u_reset = 10.5, .steps = 1}, "u_reset"},
        {{.u_set = -1, .u_reset = 1, .steps = -1}, "steps"},
        {{.u_set = -1, .u_reset = 1, .reserved = {0, 1}}, "reserved"},
    };
    syn_array *a = make_array(), *b = make_array(), *frozen;
    syn_crossbar *x = make_crossbar(a, 1, 10);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        syn_error err = {0};
        support_refused(syn_crossbar_write(x, bits, &cases[k].how, NULL, NULL, &err), SYN_EINVAL, &err,
                        cases[k].field, "");
    }
    cr_expect(same_states(a, b));
    syn_error err;
    double i[COLS];
    support_refused(syn_crossbar_read_row(x, ROWS, 0.2, false, i, &err), SYN_EINVAL, &err, "row", "");
    support_refused(syn_crossbar_read_sneak(x, 0, COLS, 0.2, i, &err), SYN_EINVAL, &err, "col", "");
    cr_assert(eq(int, syn_array_freeze(a, &frozen, NULL), SYN_OK));
    syn_crossbar_bind(x, frozen, NULL);
    const syn_write how = {.u_set = -1, .u_reset = 1, .steps = 1};
    support_refused(syn_crossbar_write(x, bits, &how, NULL, NULL, &err), SYN_EINVAL, &err, "crossbar", "");
    syn_crossbar_free(x);
    syn_array_free(a);
    syn_array_free(b);
    syn_array_free(frozen);
}
