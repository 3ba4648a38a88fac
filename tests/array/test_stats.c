/* SPDX-License-Identifier: MIT */
/* 2^20 cells through many cycles against the exact pooled figures of the model. */
#include "support/support.h"

#include <math.h>

enum { CELLS = 1 << 20 };

typedef struct figure {
    const char *name;
    double mean, sd, kurtosis; /* exact, over devices and stationary cycles, by quadrature of mixture and Gamma */
    double rounding;           /* half of the last digit of mean and sd */
    double sum, squares;
} figure;

static void add(figure *f, double x)
{
    f->sum += x - f->mean;
    f->squares += (x - f->mean) * (x - f->mean);
}

/* Cells are independent in one cycle, so the standard errors are sd / sqrt(n) and sd sqrt((kurtosis - 1) / 4 n). */
static void check_cycle(const figure *f, int cycle)
{
    const double n = CELLS, mean = f->sum / n, sd = sqrt(f->squares / n - mean * mean);
    cr_expect(fabs(mean) < 5 * f->sd / sqrt(n) + f->rounding, "%s, cycle %d: mean off by %g", f->name, cycle, mean);
    cr_expect(fabs(sd - f->sd) < 5 * f->sd * sqrt((f->kurtosis - 1) / (4 * n)) + f->rounding, "%s, cycle %d: sd %g",
              f->name, cycle, sd);
}

/* At most 600 comparisons at 5 standard errors (two-sided chance 6e-7 each), fixed seed. */
Test(array_stats, a_million_cells_have_the_exact_means_and_spreads_in_each_cycle)
{
    const syn_model *m = support_model(0);
    const syn_array_options o = {.start.history = SYN_STATIONARY};
    const int cycles = support_cases(20, 100);
    const float set = -3, reset = 1.6f; /* beyond all draws: a SET at -1.5 V fails in 2e-5 of the cycles */
    syn_array *a;
    cr_assert(eq(int, syn_array_create(m, 2026, CELLS, &o, &a, NULL), SYN_OK));
    const float *r = syn_array_states(a);
    for (int cycle = 0; cycle < cycles; cycle++) {
        figure hrs = {"log10 R_HRS", 4.8790, 0.2031, 4.45, 5e-5, 0, 0},
               lrs = {"R_LRS", 4545.1, 265.3, 5.03, 0.05, 0, 0},
               threshold = {"U_R", 0.7342, 0.0492, 5.75, 5e-5, 0, 0};
        for (size_t k = 0; k < CELLS; k++)
            add(&hrs, log10(syn_resistance_of_state(m, r[k])));
        cr_assert(eq(int, syn_array_apply(a, NULL, &set, 1, NULL), SYN_OK));
        for (size_t k = 0; k < CELLS; k++) {
            syn_state s;
            syn_array_state(a, k, &s, NULL);
            cr_assert(s.mode == SYN_LRS && s.n == (uint64_t)cycle);
            add(&lrs, syn_resistance_of_state(m, s.r));
            add(&threshold, s.u_thr);
        }
        cr_assert(eq(int, syn_array_apply(a, NULL, &reset, 1, NULL), SYN_OK));
        check_cycle(&hrs, cycle);
        check_cycle(&lrs, cycle);
        check_cycle(&threshold, cycle);
    }
    syn_array_free(a);
}
