/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include "nonzeros.h"

#include "cell/circuit.h"

#include <math.h>
#include <stdlib.h>

/* V. Two thresholds that are nearer together are met at once. */
static const double resolution = 1e-6;

/* V, the inaccuracy of a solution that does not count in host_group_check. */
static const double inaccuracy = 1e-4;

/* Iterations of a solution. Cells of a group switch one after the other, and a RESET that is unstable, because it raises the
 * voltage of its own cell, creeps first. */
enum { MOST_ITERATIONS = 1000 };

/* Cells of a group that wait: with more of them those that are helped go with the next. Cells that have been let go: with more of
 * them it is known how much one cell can take from another. */
enum { FEW = 16 };

/* Cells of a group: in a larger one those go together that nobody can stop. */
enum { LARGE = 64 };

struct host_group {
    host_groups *all;
    uint64_t pass, trial;
    uint64_t begin; /* the first pass of the trial */
    bool moving;
    const void *let; /* in this pass, or NULL */
    /* Of the cell that waits and met its threshold first: the fraction of the step, V beyond its threshold, V moved. */
    const void *first;
    double fraction, excess, way;
    size_t waiting, waited; /* cells, in this pass and when the last one was let go */
    /* Of the first cell that was let go in the trial, and of the last one. */
    double first_fraction, first_excess, last_fraction, last_excess, last_way;
    size_t lets;    /* in the trial */
    size_t cells;   /* of the group */
    double worst;   /* V, the most by which the excess of a cell has shrunk from one pass to the next, in the trial */
    double certain; /* V, the excess of which nothing will be left */
};

struct host_groups {
    CKTcircuit *circuit;
    int size;           /* unknowns: nodes and branch currents, from 1 */
    int *parent;        /* of an unknown in the tree of its group; the root is its own */
    bool *held;         /* sources give the value of the unknown */
    size_t *cells;      /* of the group of a root */
    host_group **group; /* of a root; made when asked for */
    bool any;           /* there are cells whose voltage depends on them */
    uint64_t trial;     /* of the wish for a step */
    double step;
};

static int root(int *parent, int k)
{
    while (parent[k] != k) {
        parent[k] = parent[parent[k]];
        k = parent[k];
    }
    return k;
}

/* The equation of an unknown. Of a node it is the sum of currents, of a branch current the law of the branch. */
typedef struct equation {
    bool of_branch;
    int entries, nodes, node[2]; /* of a branch: nonzeros, those at nodes, and the first two nodes */
    bool sensed;                 /* of a branch: its current controls something else */
} equation;

typedef struct search {
    host_groups *groups;
    equation *equation; /* [size + 1] */
} search;

static void read_branch(void *context, int row, int column)
{
    search *s = context;
    equation *q = &s->equation[row];
    if (!q->of_branch)
        return;
    q->entries++;
    if (s->equation[column].of_branch)
        return;
    if (q->nodes < 2)
        q->node[q->nodes] = column;
    q->nodes++;
}

/* A branch current stands in the equations of its own nodes. In others it controls something. */
static void find_control(void *context, int row, int column)
{
    search *s = context;
    equation *q = &s->equation[column];
    q->sensed |= q->of_branch && row != column && row != q->node[0] && row != q->node[1];
}

static void couple(void *context, int row, int column)
{
    host_groups *g = ((search *)context)->groups;
    if (!g->held[row] && !g->held[column])
        g->parent[root(g->parent, row)] = root(g->parent, column);
}

/* Whether a branch holds a node more: its law names one node alone, or two of which one is held. Such a branch is a voltage
 * source. */
static bool hold(host_groups *g, int branch, const equation *q)
{
    if (!q->of_branch || q->sensed || q->entries != q->nodes || q->nodes < 1 || q->nodes > 2)
        return false;
    const int p = q->node[0], n = q->nodes == 2 ? q->node[1] : 0;
    if (g->held[p] == g->held[n])
        return false;
    g->held[p] = g->held[n] = g->held[branch] = true;
    return true;
}

static void find_held(search *s)
{
    for (bool more = true; more;) {
        more = false;
        for (int k = 1; k <= s->groups->size; k++)
            more |= hold(s->groups, k, &s->equation[k]);
    }
}

static bool find_groups(host_groups *g)
{
    search s = {.groups = g, .equation = calloc((size_t)g->size + 1, sizeof(equation))};
    if (!s.equation)
        return false;
    for (int k = 0; k <= g->size; k++)
        g->parent[k] = k;
    g->held[0] = true;
    for (const CKTnode *n = g->circuit->CKTnodes; n; n = n->next)
        s.equation[n->number].of_branch = n->type != SP_VOLTAGE;
    host_each_nonzero(g->circuit, read_branch, &s);
    host_each_nonzero(g->circuit, find_control, &s);
    find_held(&s);
    host_each_nonzero(g->circuit, couple, &s);
    free(s.equation);
    return true;
}

host_groups *host_groups_create(CKTcircuit *ckt)
{
    host_groups *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->circuit = ckt;
    for (const CKTnode *n = ckt->CKTnodes; n; n = n->next)
        g->size = n->number > g->size ? n->number : g->size;
    const size_t count = (size_t)g->size + 1;
    g->parent = calloc(count, sizeof *g->parent);
    g->held = calloc(count, sizeof *g->held);
    g->cells = calloc(count, sizeof *g->cells);
    g->group = calloc(count, sizeof *g->group);
    if (g->parent && g->held && g->cells && g->group && find_groups(g))
        return g;
    host_groups_free(g);
    return NULL;
}

void host_groups_free(host_groups *groups)
{
    if (!groups)
        return;
    for (int k = 0; groups->group && k <= groups->size; k++)
        free(groups->group[k]);
    free(groups->parent);
    free(groups->held);
    free(groups->cells);
    free(groups->group);
    free(groups);
}

/* Returns the root of a cell's group. 0: sources hold both nodes. */
static int root_of(host_groups *g, const Mif_Port_Data_t *port)
{
    const int p = port->smp_data.pos_node, n = port->smp_data.neg_node;
    return !g->held[p] ? root(g->parent, p) : !g->held[n] ? root(g->parent, n) : 0;
}

bool host_groups_held(const host_groups *groups, const Mif_Port_Data_t *port)
{
    return groups->held[port->smp_data.pos_node] && groups->held[port->smp_data.neg_node];
}

void host_groups_add(host_groups *groups, const Mif_Port_Data_t *port, size_t cells)
{
    const int k = root_of(groups, port);
    groups->cells[k] += cells;
    groups->any |= k != 0;
}

bool host_groups_alone(host_groups *groups, const Mif_Port_Data_t *port, size_t cells)
{
    const int k = root_of(groups, port);
    return k == 0 || groups->cells[k] <= cells;
}

host_group *host_groups_of(host_groups *groups, const Mif_Port_Data_t *port, size_t cells)
{
    host_group *own = NULL, **g = port ? &groups->group[root_of(groups, port)] : &own;
    if (!*g && (*g = calloc(1, sizeof **g)))
        **g = (host_group){.all = groups, .cells = port ? groups->cells[root_of(groups, port)] : cells};
    return *g;
}

void host_groups_be_patient(const host_groups *groups)
{
    CKTcircuit *ckt = groups->circuit;
    if (!groups->any)
        return;
    if (ckt->CKTtranMaxIter < MOST_ITERATIONS)
        ckt->CKTtranMaxIter = MOST_ITERATIONS;
    if (ckt->CKTdcTrcvMaxIter < MOST_ITERATIONS)
        ckt->CKTdcTrcvMaxIter = MOST_ITERATIONS;
}

/* Asks for a part of the present time step. */
static void ask_for_step(const host_group *g, double part)
{
    host_groups *all = g->all;
    all->step = all->trial == g->trial ? fmin(all->step, part) : part;
    all->trial = g->trial;
}

/* Asks for a step that ends soon after the first event, if its cell was beyond its threshold by more than nothing. */
static void ask_for_first(const host_group *g)
{
    if (g->lets > 0 && g->first_excess >= 10 * resolution)
        ask_for_step(g, g->first_fraction + 0.1 * (1 - g->first_fraction));
}

/* A cell waited until another one was let go. excess: V beyond its threshold, now that the voltages are at rest; 0: it
 * waits no more. */
static void hindered(host_group *g, const host_turn *turn, double excess)
{
    const double shrunk = turn->before - excess, fraction = turn->fraction_before;
    g->worst = fmax(g->worst, shrunk);
    if (!(shrunk > 0) || (double)g->waited * shrunk < fmin(excess, g->last_excess))
        return;
    if (g->lets > 1)
        ask_for_first(g);
    else if ((fraction - g->last_fraction) * g->last_way >= resolution)
        ask_for_step(g, 0.5 * (g->last_fraction + fraction));
}

bool host_group_pass(host_group *g, uint64_t pass, uint64_t trial)
{
    if (g->pass == pass)
        return g->let != NULL;
    g->let = g->trial == trial && !g->moving ? g->first : NULL;
    if (g->trial != trial) {
        g->trial = trial;
        g->begin = pass;
        g->lets = 0;
        g->worst = 0;
    }
    if (g->let) {
        /* FEW cells have shown how much one can take from another: fewer of them may have lines of their own, while others
         * share theirs. Twice the most by all is a safe bound. */
        g->certain = g->lets > FEW && g->cells > LARGE ? 2 * (double)g->waiting * g->worst : INFINITY;
        if (g->lets++ == 0) {
            g->first_fraction = g->fraction;
            g->first_excess = g->excess;
        }
        g->last_fraction = g->fraction;
        g->last_excess = g->excess;
        g->last_way = g->way;
        g->waited = g->waiting;
    }
    g->pass = pass;
    g->moving = g->let != NULL; /* the voltages will move */
    g->first = NULL;
    g->waiting = 0;
    return g->let != NULL;
}

bool host_turn_next(const host_group *group, host_turn *turn)
{
    const double before = turn->before, excess = turn->excess;
    const bool helped = before > 0 && excess >= before;
    const bool now = group->let == turn || (group->waited > FEW && helped) || (before > 0 && excess > group->certain);
    turn->let |= now;
    turn->before = excess;
    turn->fraction_before = turn->fraction;
    return now;
}

void host_group_moves(host_group *group)
{
    group->moving = true;
}

void host_turn_wait(host_group *g, host_turn *turn, double u0, double u, double threshold, bool moving)
{
    const double way = fabs(u - u0);
    turn->excess = fabs(u - threshold);
    if (!moving && turn->before > 0)
        hindered(g, turn, turn->excess);
    turn->fraction = way > 0 ? fmax(0, (threshold - u0) / (u - u0)) : 0;
    g->waiting++;
    if (g->first && (turn->fraction > g->fraction || (turn->fraction == g->fraction && turn->excess <= g->excess)))
        return;
    g->first = turn;
    g->fraction = turn->fraction;
    g->excess = turn->excess;
    g->way = way;
}

void host_turn_rest(host_group *group, const host_turn *turn)
{
    if (!turn->let && turn->before > 0)
        hindered(group, turn, 0);
}

void host_group_check(host_group *group, double below)
{
    if (below > inaccuracy)
        ask_for_first(group);
}

/* The moves are taken for a geometric series: what is left is move^2 / (move_before - move). */
bool host_group_creeps(const host_group *group, double move_before, double move)
{
    const double nothing = 1e-10;
    return move > nothing && group->pass - group->begin < MOST_ITERATIONS / 2 &&
           !(move < move_before && move * move < SYNP_SETTLED * (move_before - move));
}

double host_groups_step(const host_groups *groups, uint64_t trial)
{
    return groups->trial == trial ? groups->step : 1;
}
