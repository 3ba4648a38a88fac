/* SPDX-License-Identifier: MIT */
#include "support/quasistatic.h"

#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { GRID = 100, HALVINGS = 40, ITERATIONS = 500, EVENTS = 1000, RESETS = 100000, NOBODY = -1 };

/* V: of a Newton step at the end; the least progress of a RESET; what may be left of one at rest; the longest Newton
 * step. */
static const double exact = 1e-13, least = 1e-9, rest = 1e-6, longest = 0.2;

/* S: the smallest slope that Newton's method gets; of the source that forces the voltage of a cell. */
static const double slope_min = 1e-9, forcing = 10;

typedef struct network {
    const syn_model *model;
    const race *race;
    const double *tilt; /* NULL: none */
    double factor;
    syn_cell cell[RACE_CELLS];
    double v[RACE_NODES];
    int forced; /* the cell that is replaced by a source of forced_u behind 1 / forcing, or NOBODY */
    double forced_u;
    bool cascade;
} network;

static void insist(const network *n, bool condition, const char *what)
{
    cr_assert(condition, "%s, seed %" PRIu64 ": %s", race_families[n->race->family], n->race->seed, what);
}

/* Currents [A] out of the nodes, and their derivatives [S]. */
typedef struct balance {
    double current[RACE_NODES], slope[RACE_NODES][RACE_NODES];
} balance;

static double across(const network *n, int k)
{
    return n->v[n->race->cell[k].a] - n->v[n->race->cell[k].b];
}

/* The voltage with which the cell compares its thresholds. */
static double felt(const network *n, int k, double u)
{
    return n->tilt ? u / n->tilt[k] : u;
}

static void add_branch(balance *s, int a, int b, double current, double slope)
{
    s->current[a] += current;
    s->current[b] -= current;
    s->slope[a][a] += slope;
    s->slope[b][b] += slope;
    s->slope[a][b] -= slope;
    s->slope[b][a] -= slope;
}

static void add_branches(const network *n, balance *s)
{
    const race *c = n->race;
    for (int k = 0; k < c->resistors; k++) {
        const double g = 1 / c->resistor[k].ohm;
        add_branch(s, c->resistor[k].a, c->resistor[k].b, g * (n->v[c->resistor[k].a] - n->v[c->resistor[k].b]), g);
    }
    for (int k = 0; k < c->cells; k++) {
        double slope;
        const double u = across(n, k), i = syn_current(n->model, n->cell[k].state.r, u, &slope);
        if (k == n->forced)
            add_branch(s, c->cell[k].a, c->cell[k].b, forcing * (u - n->forced_u), forcing);
        else
            add_branch(s, c->cell[k].a, c->cell[k].b, i, fmax(slope, slope_min));
    }
}

/* Nodes whose voltages are given: their steps are zero. */
static void hold(const network *n, balance *s)
{
    for (int q = 0; q <= n->race->sources; q++) {
        const int held = q < n->race->sources ? n->race->source[q].node : 0;
        s->current[held] = 0;
        for (int k = 0; k < n->race->nodes; k++)
            s->slope[held][k] = s->slope[k][held] = k == held;
    }
}

/* Gauss elimination of a symmetric positive definite matrix, in place: current becomes slope^-1 current. */
static void eliminate(balance *s, int nodes)
{
    for (int k = 0; k < nodes; k++)
        for (int i = k + 1; i < nodes; i++) {
            const double part = s->slope[i][k] / s->slope[k][k];
            for (int j = k; j < nodes && part != 0; j++)
                s->slope[i][j] -= part * s->slope[k][j];
            s->current[i] -= part * s->current[k];
        }
    for (int k = nodes - 1; k >= 0; k--) {
        for (int j = k + 1; j < nodes; j++)
            s->current[k] -= s->slope[k][j] * s->current[j];
        s->current[k] /= s->slope[k][k];
    }
}

/* Newton's method at fixed states, from the voltages as they are. */
static void solve(network *n)
{
    double moved = 1;
    for (int k = 0; k < ITERATIONS && moved >= exact; k++) {
        balance s = {0};
        moved = 0;
        add_branches(n, &s);
        hold(n, &s);
        eliminate(&s, n->race->nodes);
        for (int i = 0; i < n->race->nodes; i++) {
            n->v[i] -= fmax(-longest, fmin(longest, s.current[i]));
            moved = fmax(moved, fabs(s.current[i]));
        }
    }
    insist(n, moved < exact, "no solution");
}

/* Returns the current [A] that the network delivers to cell k at a voltage, less the one that the cell takes in the
 * state that it has then. */
static double surplus(network *n, int k, double u)
{
    n->forced = k;
    n->forced_u = u;
    solve(n);
    n->forced = NOBODY;
    const double there = across(n, k);
    syn_cell after;
    syn_cell_step(n->model, &n->cell[k], felt(n, k, there), &after);
    return forcing * (there - u) - syn_current(n->model, after.state.r, there, NULL);
}

/* Cell k follows its RESET transition from its threshold on until it is at rest. All other states are fixed. */
static void reset(network *n, int k)
{
    const double u_max = syn_model_params(n->model)->u_max;
    const double threshold = n->cell[k].state.u_thr * (n->tilt ? n->tilt[k] : 1);
    double low = threshold, high = threshold + least, step = 1e-6;
    while (high < 2 * u_max && surplus(n, k, high) > 0) {
        low = high;
        high += step;
        step = fmin(2 * step, 2e-3);
    }
    for (int h = 0; h < HALVINGS && low > threshold; h++) {
        const double middle = 0.5 * (low + high);
        *(surplus(n, k, middle) > 0 ? &low : &high) = middle;
    }
    surplus(n, k, high);
    syn_cell_step(n->model, &n->cell[k], felt(n, k, fmax(across(n, k), threshold + least)), &n->cell[k]);
    solve(n);
}

/* The threshold [V] that a cell in HRS or LRS, or the SET of one in IRS, waits for. NAN: it is not beyond. */
static double threshold_met(const network *n, int k)
{
    const syn_cell *c = &n->cell[k];
    const double u = felt(n, k, across(n, k));
    if (c->state.mode == SYN_LRS)
        return u > c->state.u_thr ? c->state.u_thr : NAN;
    return u <= c->now.y[SYN_U_SET] ? c->now.y[SYN_U_SET] : NAN;
}

static double still_to_go(const network *n, int k)
{
    return n->cell[k].state.mode == SYN_IRS ? felt(n, k, across(n, k)) - n->cell[k].state.u_thr : 0;
}

/* Solves, and lets the cells in IRS follow their transitions one after the other until all are at rest. */
static void follow(network *n)
{
    solve(n);
    for (int resets = 0; resets < RESETS; resets++) {
        int first = NOBODY;
        for (int k = 0; k < n->race->cells; k++)
            if (still_to_go(n, k) > (first == NOBODY ? rest : still_to_go(n, first)))
                first = k;
        if (first == NOBODY)
            return;
        reset(n, first);
    }
    insist(n, false, "RESET does not come to rest");
}

static void go_to(network *n, double wave)
{
    for (int s = 0; s < n->race->sources; s++)
        n->v[n->race->source[s].node] = n->race->source[s].gain * wave * n->factor;
    follow(n);
}

/* Returns the cell that waits and is to go first, and how many wait. before: the circuit before the event. */
static int first_waiting(const network *n, const network *before, int *waiting)
{
    int first = NOBODY;
    double smallest = 0, largest = 0;
    *waiting = 0;
    for (int k = 0; k < n->race->cells; k++) {
        const double threshold = threshold_met(n, k), u = felt(n, k, across(n, k)),
                     u0 = felt(n, k, across(before, k));
        if (isnan(threshold))
            continue;
        const double fraction = u == u0 ? 0 : fmax(0, (threshold - u0) / (u - u0)), excess = fabs(u - threshold);
        ++*waiting;
        if (first == NOBODY || fraction < smallest || (fraction == smallest && excess > largest)) {
            first = k;
            smallest = fraction;
            largest = excess;
        }
    }
    return first;
}

/* Lets the waiting cells switch, one after the other. */
static void let_go(network *n, const network *before)
{
    int waiting, k;
    for (int events = 0; (k = first_waiting(n, before, &waiting)) != NOBODY; events++) {
        insist(n, events < EVENTS, "events without end");
        n->cascade |= waiting > 1;
        if (n->cell[k].state.mode == SYN_LRS)
            reset(n, k);
        else
            syn_cell_step(n->model, &n->cell[k], n->cell[k].now.y[SYN_U_SET], &n->cell[k]);
        follow(n);
    }
}

/* Goes with the wave from one voltage to the next, and stops at each event. */
static void go_along(network *n, double from, double to)
{
    int waiting;
    for (double s = 0; s < 1;) {
        double low = s, high = fmin(1, s + 1.0 / GRID);
        network before = *n;
        go_to(n, from + (to - from) * high);
        if (first_waiting(n, n, &waiting) != NOBODY) {
            for (int h = 0; h < HALVINGS; h++) {
                const double middle = 0.5 * (low + high);
                network there = before;
                go_to(&there, from + (to - from) * middle);
                const bool beyond = first_waiting(&there, &there, &waiting) != NOBODY;
                *(beyond ? &high : &low) = middle;
                *(beyond ? n : &before) = there;
            }
            let_go(n, &before);
        }
        s = high;
    }
}

quasistatic_end quasistatic_solve(const syn_model *m, const race *c, double factor, const double *tilt)
{
    network n = {.model = m, .race = c, .tilt = tilt, .factor = factor, .forced = NOBODY};
    for (int k = 0; k < c->cells; k++)
        cr_assert(syn_cell_init(m, c->seed, (uint64_t)k, &(syn_start){.mode = c->cell[k].start}, &n.cell[k], NULL) ==
                  SYN_OK);
    for (int k = 1; k < RACE_CORNERS; k++)
        go_along(&n, c->wave[k - 1], c->wave[k]);
    quasistatic_end end = {.cascade = n.cascade};
    for (int k = 0; k < c->cells; k++)
        end.state[k] = n.cell[k].state;
    return end;
}

bool quasistatic_same(const race *c, const quasistatic_end *a, const quasistatic_end *b)
{
    for (int k = 0; k < c->cells; k++)
        if (a->state[k].mode != b->state[k].mode || a->state[k].n != b->state[k].n)
            return false;
    return true;
}

bool quasistatic_is_stable(const syn_model *m, const race *c, double tolerance, const quasistatic_end *end)
{
    for (int k = -1; k < c->cells; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double tilt[RACE_CELLS];
            for (int q = 0; q < RACE_CELLS; q++)
                tilt[q] = q == k ? 1 + sign * tolerance : 1;
            const quasistatic_end other = quasistatic_solve(m, c, k < 0 ? 1 + sign * tolerance : 1, tilt);
            if (!quasistatic_same(c, end, &other))
                return false;
        }
    return true;
}
