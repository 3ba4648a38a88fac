/* SPDX-License-Identifier: MIT */
#include "order.h"

#include "groups.h"

#include <stdlib.h>

/* A cell that waits or has waited in the trial. */
typedef struct turn {
    host_turn turn;
    double u0;     /* V, at the last accepted solution */
    uint64_t pass; /* in which it waited last */
} turn;

struct host_order {
    const host_clock *clock;
    const Mif_Port_Data_t *port;
    host_group *group; /* NULL until it is needed */
    host_group *own;   /* the same if the crossbar is alone, or NULL */
    uint64_t trial;    /* in which the cells take turns */
    size_t n;
    turn *turn;             /* [n]; NULL until it is needed */
    size_t *waits, *waited; /* [n], numbers of cells: now, and when a cell was last let go */
    size_t count_waits, count_waited;
    double *u;    /* [n], V */
    double moved; /* V, in the last pass */
    bool moving;
    bool goes_on; /* a cell of the group is let go in this pass */
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
    free(order->turn);
    free(order->u);
    free(order->waits);
    free(order->waited);
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

static bool make_turns(host_order *o)
{
    if (!o->turn) {
        o->turn = calloc(o->n, sizeof *o->turn);
        o->waits = calloc(o->n, sizeof *o->waits);
        o->waited = calloc(o->n, sizeof *o->waited);
        o->u = calloc(o->n, sizeof *o->u);
    }
    return o->turn && o->waits && o->waited && o->u;
}

/* Takes the voltages of the last accepted solution; nobody has waited yet. */
static void take_voltages(host_order *o, const syn_crossbar *x)
{
    syn_crossbar_cells(x, o->u, NULL);
    for (size_t k = 0; k < o->n; k++)
        o->turn[k] = (turn){.u0 = o->u[k]};
    o->count_waits = o->count_waited = 0;
}

syn_status host_order_begin(host_order *o, syn_crossbar *x, const double *const v[SYN_SIDES], syn_error *err)
{
    syn_solution info;
    if (!o->group && host_order_shared(o))
        o->group = host_groups_of(o->clock->groups, o->port, o->n);
    else if (!o->group)
        o->group = o->own = host_groups_of(o->clock->groups, NULL, o->n);
    if (!o->group || !make_turns(o))
        return SYN_ENOMEM;
    syn_crossbar_restart(x);
    const syn_status status = syn_crossbar_solve(x, v, &info, err);
    if (status)
        return status;
    take_voltages(o, x);
    o->trial = o->clock->trial;
    o->moved = 0;
    host_group_pass(o->group, o->clock->pass, o->clock->trial);
    host_group_moves(o->group); /* the others wait until these cells have said what they wait for */
    cm_analog_not_converged();
    return SYN_OK;
}

/* Lets those go of the waiting cells whose turn it is. The others remember how they waited. */
static syn_status let_go(host_order *o, syn_crossbar *x, bool *let)
{
    for (size_t k = 0; k < o->count_waits; k++) {
        turn *t = &o->turn[o->waits[k]];
        size_t count;
        if (!host_turn_next(o->group, &t->turn))
            continue;
        if (synp_crossbar_let(x, o->waits[k], &count))
            return SYN_ENOMEM;
        *let |= count > 0;
    }
    size_t *const waited = o->waited;
    o->waited = o->waits;
    o->count_waited = o->count_waits;
    o->waits = waited;
    return SYN_OK;
}

syn_status host_order_turn(host_order *o, syn_crossbar *x, bool *let)
{
    *let = false;
    o->goes_on = host_group_pass(o->group, o->clock->pass, o->clock->trial);
    return o->goes_on ? let_go(o, x, let) : SYN_OK;
}

static void wait_for_turn(void *context, size_t cell, double u, double threshold)
{
    host_order *o = context;
    turn *t = &o->turn[cell];
    t->pass = o->clock->pass;
    host_turn_wait(o->group, &t->turn, t->u0, u, threshold, o->moving);
    o->waits[o->count_waits++] = cell;
}

/* Cells that wait no more although they have not been let go. */
static void find_hindered(const host_order *o)
{
    for (size_t k = 0; k < o->count_waited; k++) {
        const turn *t = &o->turn[o->waited[k]];
        if (t->pass != o->clock->pass)
            host_turn_rest(o->group, &t->turn);
    }
}

void host_order_wait(host_order *o, const syn_crossbar *x, const syn_solution *info, double moved, bool moving)
{
    const bool follows = info->switched > synp_crossbar_sets(x);
    o->moving = moving;
    o->count_waits = 0;
    synp_crossbar_waiting(x, wait_for_turn, o);
    if (!moving)
        find_hindered(o);
    if (follows && (o->goes_on || moving || host_group_creeps(o->group, o->moved, moved))) {
        host_group_moves(o->group);
        cm_analog_not_converged();
    }
    if (info->beyond > 0 && moving)
        host_group_moves(o->group);
    if (info->beyond > 0 || o->goes_on)
        cm_analog_not_converged();
    o->moved = moved;
}
