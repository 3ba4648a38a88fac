/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <math.h>

#include <criterion/criterion.h>

syn_cell reference_cell(const syn_model *m, uint64_t seed, uint64_t id, syn_mode start)
{
    syn_cell c;
    cr_assert(syn_cell_init(m, seed, id, &(syn_start){.mode = start}, &c, NULL) == SYN_OK);
    return c;
}

double load_transistor_current(const load_line *l, double v)
{
    if (v < 0) { /* drain and source change places; the gate is then vg - v above the new source, the body is not */
        const load_line swapped = {.vg = l->vg - v, .kp = l->kp, .vto = l->vto, .lambda = l->lambda};
        return -load_transistor_current(&swapped, -v);
    }
    const double over = l->vg - l->vto;
    if (over <= 0)
        return 0;
    const double below = fmin(v, over);
    return l->kp * (over * below - 0.5 * below * below) * (1 + l->lambda * v);
}

/* Voltage over the transistor at a current: bisection of an increasing function. */
static double transistor_voltage(const load_line *l, double i)
{
    double low = -1, high = 1;
    while (load_transistor_current(l, low) > i)
        low *= 2;
    while (load_transistor_current(l, high) < i && high < 1e6)
        high *= 2;
    for (int k = 0; k < 80; k++) {
        const double middle = 0.5 * (low + high);
        *(load_transistor_current(l, middle) < i ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

double load_source_voltage(const load_line *l, double u, double i)
{
    return u + l->resistance * i + (l->kp > 0 ? transistor_voltage(l, i) : 0);
}

/* Source voltage at cell voltage u in the state that the cell has or passes through there. */
static double source_at(const syn_model *m, const load_line *l, const syn_cell *c, double u)
{
    syn_state s;
    syn_state_step(m, &c->state, &c->now, &c->next, u, &s);
    if (u < 0)
        s = c->state;
    return load_source_voltage(l, u, syn_current(m, s.r, u, NULL));
}

enum { GRID = 400 };

/* Largest magnitude of the source voltage on the way of the cell voltage from `from` to `to`. */
static double highest(const syn_model *m, const load_line *l, const syn_cell *c, double from, double to)
{
    double most = 0;
    for (int k = 0; k <= GRID; k++)
        most = fmax(most, fabs(source_at(m, l, c, from + (to - from) * k / GRID)));
    return most;
}

double load_set_voltage(const syn_model *m, const load_line *l, const syn_cell *c)
{
    return -highest(m, l, c, 0, c->now.y[SYN_U_SET]);
}

double load_reset_voltage(const syn_model *m, const load_line *l, const syn_cell *c)
{
    return highest(m, l, c, 0, c->state.u_thr);
}

/* First cell voltage above the threshold at which the source voltage reaches peak, or u_max. */
static double end_of_reset(const syn_model *m, const load_line *l, const syn_cell *c, double peak)
{
    const double u_max = syn_model_params(m)->u_max, first = c->state.u_thr;
    double low = first, high = u_max;
    for (int k = 1; k <= GRID; k++) {
        high = first + (u_max - first) * k / GRID;
        if (source_at(m, l, c, high) >= peak)
            break;
        low = high;
    }
    if (low == high)
        return u_max;
    for (int k = 0; k < 60; k++) {
        const double middle = 0.5 * (low + high);
        *(source_at(m, l, c, middle) < peak ? &low : &high) = middle;
    }
    return low;
}

void load_pulse(const syn_model *m, const load_line *l, double peak, syn_cell *c)
{
    if (peak < 0 && c->state.mode != SYN_LRS && peak <= load_set_voltage(m, l, c))
        syn_cell_step(m, c, c->now.y[SYN_U_SET], c);
    else if (peak > 0 && c->state.mode != SYN_HRS && peak > load_reset_voltage(m, l, c))
        syn_cell_step(m, c, end_of_reset(m, l, c, peak), c);
}
