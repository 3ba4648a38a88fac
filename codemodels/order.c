/* SPDX-License-Identifier: MIT */
#include "order.h"

#include "groups.h"

#include <math.h>
#include <stdlib.h>

struct host_order {
    const host_clock *clock;
    const Mif_Port_Data_t *port;
    host_group *group; /* NULL until it is needed */
    host_group *own;   /* the same if the crossbar is alone, or NULL */
    uint64_t trial;    /* in which the cells take turns */
    size_t n;
    double *
        u0; /* [n] V, the cell voltages at the last accepted solution; each is also the name of its cell in the group */
    double moved;         /* V, in the last pass */
    double first, second; /* fractions of the step, at which the first two cells that wait met their thresholds */
    bool turn;            /* a cell of the group is let go in this pass */
};

/* A crossbar counts as two cells in its group, so that it is not alone for a single other one. */
enum { COUNTS_AS = 2 };

host_order *host_order_create(const host_clock *clock, size_t n, const Mif_Port_Data_t *port)
{
    host_order *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    *o = (host_order){.clock = clock, .port = port, .n = n};
    if (port)
        host_groups_add(clock->groups, port, COUNTS_AS);
    return o;
}

void host_order_free(host_order *order)
{
    if (!order)
        return;
    free(order->own);
    free(order->u0);
    free(order);
}

bool host_order_shared(const host_order *order)
{
    return order->port && !host_groups_alone(order->clock->groups, order->port, COUNTS_AS);
}

bool host_order_holds(const host_order *order)
{
    return order->trial == order->clock->trial;
}

syn_status host_order_begin(host_order *o, syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err)
{
    syn_solution info;
    if (!o->group && host_order_shared(o))
        o->group = host_groups_of(o->clock->groups, o->port);
    else if (!o->group)
        o->group = o->own = host_groups_of(o->clock->groups, NULL);
    if (!o->u0)
        o->u0 = calloc(o->n, sizeof *o->u0);
    if (!o->group || !o->u0)
        return SYN_ENOMEM;
    syn_crossbar_restart(x);
    const syn_status status = syn_crossbar_solve(x, v, &info, err);
    if (status)
        return status;
    syn_crossbar_cells(x, o->u0, NULL);
    o->trial = o->clock->trial;
    o->moved = 0;
    host_group_pass(o->group, o->clock->pass, o->clock->trial);
    host_group_moves(o->group); /* the others wait until these cells have said what they wait for */
    cm_analog_not_converged();
    return SYN_OK;
}

syn_status host_order_turn(host_order *o, syn_crossbar *x, bool *let)
{
    size_t count = 0;
    o->turn = host_group_pass(o->group, o->clock->pass, o->clock->trial);
    const double *cell = o->turn ? host_group_let(o->group) : NULL;
    syn_status status = SYN_OK;
    if (cell && cell >= o->u0 && cell < o->u0 + o->n)
        status = synp_crossbar_let(x, (size_t)(cell - o->u0), &count);
    *let = count > 0;
    return status;
}

static void wait_for_turn(void *context, size_t cell, double u, double threshold)
{
    host_order *o = context;
    const double fraction = host_group_wait(o->group, &o->u0[cell], o->u0[cell], u, threshold);
    o->second = fmin(o->second, fmax(o->first, fraction));
    o->first = fmin(o->first, fraction);
}

void host_order_wait(host_order *o, const syn_crossbar *x, const syn_solution *info, double moved, bool moving)
{
    const bool follows = info->switched > synp_crossbar_sets(x);
    o->first = o->second = INFINITY;
    synp_crossbar_waiting(x, wait_for_turn, o);
    if (!moving && isfinite(o->second))
        host_group_separate(o->group, o->first, o->second);
    if (follows && (o->turn || moving || host_group_creeps(o->group, o->moved, moved))) {
        host_group_moves(o->group);
        cm_analog_not_converged();
    }
    if (info->beyond > 0 && moving)
        host_group_moves(o->group);
    if (info->beyond > 0 || o->turn)
        cm_analog_not_converged();
    o->moved = moved;
}
