/* SPDX-License-Identifier: MIT */
#include "measure/cell_loops.h"

double loop_voltage(int k, bool set_first)
{
    const int triangle = k <= STEPS ? k : k <= 3 * STEPS ? 2 * STEPS - k : k - 4 * STEPS;
    return (set_first ? -1 : 1) * step * triangle;
}

void loop_sweep(const syn_model *m, syn_cell *c, uint64_t cycle, bool set_first, loop *l)
{
    l->s = (syn_sweep){c->id, cycle, POINTS, l->u, l->i};
    for (int k = 0; k < POINTS; k++) {
        l->u[k] = loop_voltage(k, set_first);
        syn_cell_step(m, c, l->u[k], c);
        l->i[k] = syn_current(m, c->state.r, l->u[k], NULL);
    }
}

void loop_start(uint64_t id, syn_mode mode, syn_cell *c)
{
    cr_assert(
        eq(int, syn_cell_init(support_model(10), 31, id, &(syn_start){SYN_STATIONARY, mode, 0}, c, NULL), SYN_OK));
}

syn_measured loop_measure(loop *l)
{
    syn_measured m;
    cr_assert(eq(int, syn_sweep_measure(&l->s, u0, 0, 0, &m, NULL), SYN_OK));
    return m;
}
