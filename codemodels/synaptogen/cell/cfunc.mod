/* SPDX-License-Identifier: MIT */
/* The cell of synaptogen/cell.h as a two-terminal XSPICE device.
 *
 * Each pass computes the state that follows the last accepted one at the present voltage; see clock.h for accepted
 * and pending states. The features of the cycles are pure functions of (seed, cell, cycle).
 *
 * Most cells of a circuit never switch. Such a cell is asleep: its memory holds its number, its state at the start
 * and its two thresholds, one of which would wake it up. A cell that wakes up gets a history. */
#include "clock.h"
#include "device.h"
#include "fail.h"
#include "groups.h"
#include "instance.h"
#include "interface.h"
#include "latch.h"
#include "models.h"
#include "numbers.h"
#include "parameters.h"
#include "range.h"
#include "retain.h"
#include "small_signal.h"

#include "base/numeric.h"
#include "cell/circuit.h"

#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <synaptogen/cell.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

extern SPICEdev cm_synaptogen_info;

/* What the cells of one .model share. */
typedef struct kind {
    const void *parameters; /* key: the simulator's own table of the .model */
    size_t users;
    const syn_model *model;
    host_clock *clock;
    host_numbers *numbers; /* NULL if names identify the cells */
    uint64_t seed;
    syn_start start;
    double polarity, keep;
    double u_fitted;         /* V, the end of the fitted range */
    double noise, bandwidth; /* as checked last; Hz; at first none */
} kind;

/* Of a cell that is awake and in a group. */
typedef struct turn {
    host_group *group;
    syn_state base; /* the accepted state, with what has happened for good in the trial */
    syn_state last; /* of the pass before */
    host_turn turn;
    double distance; /* V, by which the voltage moved in the last pass */
} turn;

/* Of a cell that is awake. */
typedef struct history {
    uint64_t analysis;      /* what it belongs to */
    syn_cell cell;          /* accepted */
    turn *turn;             /* NULL: it is alone */
    syn_state pending;      /* what follows from the last pass of a trial */
    uint64_t trial;         /* 0: none is pending */
    bool set;               /* SET is latched in the trial */
    double u_last;          /* V, of its last pass */
    double slot, slot_draw; /* the time slot of slot_draw, a standard normal; slot < 0: none yet */
} history;

/* What a cell has become that keeps its state: the start of the next analysis. */
typedef struct memory {
    syn_cell cell;
    const syn_model *model;
    syn_start start; /* of the .model: with another one the cell starts anew */
} memory;

typedef struct instance {
    kind *kind; /* NULL: failed */
    uint64_t cell;
    memory *memory;        /* NULL: the cell starts as the .model says. host_retain has it */
    double r;              /* at the start */
    double u_set, u_reset; /* V, at the start: thresholds of the next SET and the next RESET; NAN: not known yet */
    int mode;              /* syn_mode at the start; known with the thresholds */
    float u_peak;          /* V, see range.h */
    history *history;      /* NULL: asleep */
} instance;

static void *kinds; /* a tree of <search.h>: each cell may have a .model of its own */

static int compare_kinds(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)((const kind *)a)->parameters, y = (uintptr_t)((const kind *)b)->parameters;
    return x < y ? -1 : x > y;
}

static void release_kind(kind *k)
{
    if (--k->users > 0)
        return;
    tdelete(k, &kinds, compare_kinds);
    if (k->numbers)
        host_numbers_release(k->numbers);
    if (k->model)
        host_model_release(k->model);
    host_clock_leave(k->clock);
    free(k);
}

static void sleep_again(instance *in)
{
    if (in->history)
        free(in->history->turn);
    free(in->history);
    in->history = NULL;
}

static void release_memory(void *m)
{
    host_model_release(((memory *)m)->model);
}

/* Returns what the cell has become, if it is still the cell of the .model; else forgets it. */
static memory *recall(ARGS, const kind *k, uint64_t cell)
{
    const GENinstance *g = host_instance(mif_private);
    memory *m = host_retained(g);
    if (m && k->keep != 0 && m->model == k->model && m->cell.seed == k->seed && m->cell.id == cell &&
        m->start.history == k->start.history && m->start.mode == k->start.mode &&
        m->start.resistance == k->start.resistance)
        return m;
    host_retain(g, NULL, NULL);
    return NULL;
}

/* Keeps what the cell has become in an analysis that ended with the trial `last`, 0 if it failed. */
static void remember(ARGS, instance *in, uint64_t last)
{
    const kind *k = in->kind;
    history *h = in->history;
    if (!h || k->keep == 0 || last == 0 || host_removing())
        return;
    if (h->trial == last)
        syn_cell_commit(k->model, &h->cell, &h->pending);
    if (!in->memory && (in->memory = malloc(sizeof *in->memory))) {
        *in->memory = (memory){.model = k->model, .start = k->start};
        host_model_share(k->model);
        if (!host_retain(host_instance(mif_private), in->memory, release_memory))
            in->memory = NULL;
    }
    if (in->memory)
        in->memory->cell = h->cell;
    else
        host_no_memory();
}

static void release(ARGS, Mif_Callback_Reason_t reason)
{
    instance *in = host_kept(mif_private);
    if (reason != MIF_CB_DESTROY || !in)
        return;
    if (in->kind) {
        remember(mif_private, in, host_clock_end(in->kind->clock));
        release_kind(in->kind);
    } else {
        host_forget_failure();
    }
    sleep_again(in);
    free(in);
    host_keep(mif_private, NULL);
}

static bool read_start(ARGS, kind *k)
{
    const double *r_init = PARAM_NULL(r_init) ? NULL : &PARAM(r_init);
    if (!host_start(PARAM_NULL(init) ? NULL : PARAM(init), PARAM_NULL(start) ? NULL : PARAM(start), r_init,
                    &k->start))
        return false;
    double r;
    syn_error err;
    if (syn_cell_start_state(k->model, k->seed, 0, &k->start, &r, &err) == SYN_OK)
        return true;
    host_fail("r_init: %s", err.text);
    return false;
}

static bool read_parameters(ARGS, kind *k)
{
    double order, seed, by_number;
    if (!host_check_model(mif_private, &cm_synaptogen_info) || !host_multiplier(PARAM(m), "cells"))
        return false;
    if (!host_whole_number("order", PARAM_NULL(order) ? 10 : PARAM(order), 1, SYN_MAX_ORDER, &order))
        return false;
    synp_whole(PARAM(polarity), &k->polarity);
    if (k->polarity != 1 && k->polarity != -1) {
        host_fail("polarity = %s is neither 1 nor -1", SYNP_TEXT_OF(k->polarity));
        return false;
    }
    /* Without an order given, the largest that the file holds. */
    k->model = host_model_acquire(PARAM_NULL(params) ? "" : PARAM(params), PARAM_NULL(order) ? 0 : (int)order);
    if (!k->model || !host_whole_number("seed", PARAM(seed), 0, SYNP_LARGEST_INTEGER, &seed) ||
        !host_whole_number("index", PARAM(index), 0, 1, &by_number) ||
        !host_whole_number("keep", PARAM(keep), 0, 1, &k->keep))
        return false;
    k->seed = (uint64_t)seed;
    k->u_fitted = syn_model_u_linear(k->model);
    if (!read_start(mif_private, k))
        return false;
    if (by_number == 0)
        return true;
    k->numbers = host_numbers_acquire(k->clock->circuit, k->model, k->seed);
    return k->numbers != NULL;
}

/* Returns the kind of an instance in its INIT call. NULL after host_fail. */
static kind *acquire_kind(ARGS)
{
    const kind wanted = {.parameters = mif_private->param};
    kind *const *found = tfind(&wanted, &kinds, compare_kinds), *k;
    if (found) {
        k = *found;
        k->users++;
        return k;
    }
    host_clock *clock = host_clock_join(mif_private);
    if (!clock)
        return NULL;
    k = malloc(sizeof *k);
    if (k)
        *k = (kind){.parameters = mif_private->param, .users = 1, .clock = clock, .noise = NAN};
    if (!k || !tsearch(k, &kinds, compare_kinds)) {
        host_no_memory();
        host_clock_leave(clock);
        free(k);
        return NULL;
    }
    if (read_parameters(mif_private, k))
        return k;
    release_kind(k);
    return NULL;
}

/* Reads which cell this instance is. Returns false after host_fail. */
static bool read_number(ARGS, const kind *k, uint64_t *number)
{
    const char *name = host_instance_name(mif_private);
    *number = syn_cell_of_name(name);
    if (!k->numbers)
        return true;
    if (!host_trailing_number(name, number)) {
        host_fail("index = 1 needs an instance name that ends in the cell number (0 .. 2^64 - 1)");
        return false;
    }
    return host_numbers_take(k->numbers, *number);
}

static instance *create(ARGS)
{
    instance *in = malloc(sizeof *in);
    if (!in)
        return NULL;
    host_keep(mif_private, in);
    CALLBACK = release;
    *in = (instance){.kind = acquire_kind(mif_private), .u_set = NAN};
    kind *k = in->kind;
    if (k && (!read_number(mif_private, k, &in->cell) ||
              syn_cell_start_state(k->model, k->seed, in->cell, &k->start, &in->r, NULL) != SYN_OK)) {
        in->kind = NULL;
        release_kind(k);
    }
    if (in->kind) {
        host_groups_add(k->clock->groups, mif_private->conn[0]->port[0], 1);
        in->memory = recall(mif_private, k, in->cell);
        in->r = in->memory ? in->memory->cell.state.r : in->r;
    }
    return in;
}

/* The cell at the start of an analysis. */
static syn_cell start_cell(const instance *in)
{
    syn_cell c;
    if (in->memory)
        return in->memory->cell;
    syn_cell_init(in->kind->model, in->kind->seed, in->cell, &in->kind->start, &c, NULL);
    return c;
}

/* V, thresholds of the next SET and the next RESET of a cell in state s, which is c's own or follows from it. */
static double next_set(const syn_cell *c, const syn_state *s)
{
    return (s->n == c->state.n && s->mode != SYN_LRS ? &c->now : &c->next)->y[SYN_U_SET];
}

static double next_reset(const syn_cell *c, const syn_state *s)
{
    return s->mode != SYN_HRS ? s->u_thr : (s->n == c->state.n ? &c->now : &c->next)->y[SYN_U_RESET];
}

/* Draws the thresholds of a cell that is asleep, unless they are known. */
static void know_thresholds(instance *in)
{
    if (!isnan(in->u_set))
        return;
    const syn_cell c = start_cell(in);
    in->mode = (int)c.state.mode;
    in->u_set = next_set(&c, &c.state);
    in->u_reset = next_reset(&c, &c.state);
}

/* Whether the voltage changes the start state. */
static bool wakes_up(instance *in, double u)
{
    know_thresholds(in);
    return (in->mode != SYN_LRS && u <= in->u_set) || (in->mode != SYN_HRS && u > in->u_reset);
}

/* NULL without memory. */
static history *wake_up(instance *in, const Mif_Port_Data_t *port)
{
    const host_clock *clock = in->kind->clock;
    history *h = in->history = malloc(sizeof *h);
    if (!h)
        return NULL;
    *h = (history){.analysis = clock->analysis, .cell = start_cell(in), .slot = -1};
    if (host_groups_alone(clock->groups, port, 1))
        return h;
    h->turn = calloc(1, sizeof *h->turn);
    if (h->turn)
        h->turn->group = host_groups_of(clock->groups, port, 1);
    if (h->turn && h->turn->group)
        return h;
    sleep_again(in);
    return NULL;
}

/* Takes over or forgets the pending state of an earlier trial, see clock.h. */
static void follow(ARGS, instance *in)
{
    const host_clock *clock = in->kind->clock;
    history *h = in->history;
    if (!h || h->trial == clock->trial)
        return;
    if (h->analysis != clock->analysis) {
        remember(mif_private, in, clock->last);
        sleep_again(in);
        in->r = in->memory ? in->memory->cell.state.r : in->r;
        in->u_set = NAN;
        return;
    }
    if (h->trial != 0 && h->trial == clock->accepted)
        syn_cell_commit(in->kind->model, &h->cell, &h->pending);
    h->trial = 0;
    h->set = false;
}

/* Returns the state of a cell that is alone: it follows the accepted one at the voltage of this pass. A cell that is
 * latched has been SET at U_S, whatever the voltage is now. */
static syn_state next_alone(const syn_model *m, history *h, double u)
{
    const syn_cycle *now = &h->cell.now, *next = &h->cell.next;
    const syn_state *accepted = &h->cell.state;
    syn_state s;
    syn_state_step(m, accepted, now, next, h->set ? now->y[SYN_U_SET] : u, &s);
    if (h->set)
        return s;
    const bool moving = host_moves(h->trial == 0, fabs(u - h->u_last));
    const bool beyond = s.mode == SYN_LRS && accepted->mode != SYN_LRS;
    h->set = host_latch_rule(moving, beyond, s.r != accepted->r);
    return beyond && !h->set ? *accepted : s;
}

/* Follows the group: begins a trial, and keeps what has happened for good when a cell was let go. Returns whether one
 * was let go in this pass. */
static bool follow_group(const host_clock *clock, history *h)
{
    turn *t = h->turn;
    const bool first = h->trial == 0, let = host_group_pass(t->group, clock->pass, clock->trial);
    if (first) {
        t->base = h->cell.state;
        t->turn = (host_turn){0};
    } else if (let) {
        t->base = t->last;
        host_turn_next(t->group, &t->turn);
    }
    return let && !first;
}

/* Waits for the turn, in the state of the base. threshold [V]: that the cell has met. */
static syn_state wait_for_turn(turn *t, double u0, double u, double threshold, bool moving)
{
    host_turn_wait(t->group, &t->turn, u0, u, threshold, moving);
    if (moving)
        host_group_moves(t->group);
    cm_analog_not_converged();
    return t->base;
}

/* Returns the state of a cell in a group at the voltage of this pass; see groups.h. The state follows from the base. The
 * cell waits at SET and at the beginning of RESET until it is let go. u0: V, at the last accepted solution. */
static syn_state next_in_group(const kind *k, history *h, double u0, double u)
{
    turn *t = h->turn;
    const double distance = fabs(u - h->u_last);
    const bool moving = host_moves(h->trial == 0, distance), goes_on = follow_group(k->clock, h);
    const bool creeps = host_group_creeps(t->group, t->distance, distance);
    const bool second = t->base.n != h->cell.state.n; /* in a second cycle within the trial */
    const syn_cycle *now = second ? &h->cell.next : &h->cell.now;
    syn_state s;
    t->distance = distance;
    t->turn.excess = 0;
    if (!moving && t->base.mode == SYN_IRS && t->base.r > h->cell.state.r)
        host_group_check(t->group, t->base.u_thr - u);
    syn_state_step(k->model, &t->base, now, &h->cell.next, u, &s);
    const bool set = s.mode == SYN_LRS && t->base.mode != SYN_LRS;
    const bool reset = s.mode != SYN_LRS && t->base.mode == SYN_LRS;
    if (reset && second) /* only the next trial knows the cycle after the next */
        return t->base;
    if ((set || reset) && !t->turn.let)
        return wait_for_turn(t, u0, u, set ? now->y[SYN_U_SET] : t->base.u_thr, moving);
    if (!moving)
        host_turn_rest(t->group, &t->turn);
    if (set) {
        t->base = s;
        t->turn.let = false;
        cm_analog_not_converged();
    } else if (s.r != t->base.r && (goes_on || moving || creeps)) {
        host_group_moves(t->group);
        cm_analog_not_converged();
    }
    return s;
}

static syn_state next_state(const instance *in, const Mif_Port_Data_t *port, double u)
{
    const kind *k = in->kind;
    history *h = in->history;
    if (!h->turn)
        return next_alone(k->model, h, u);
    h->turn->last = h->pending;
    return next_in_group(k, h, k->polarity * host_accepted_voltage(k->clock->circuit, port), u);
}

/* Returns the state r in this pass. Switches if the clock allows it; awake: the cell must have a history. */
static double state_at(instance *in, const Mif_Port_Data_t *port, double u, bool awake)
{
    const host_clock *clock = in->kind->clock;
    history *h = in->history;
    if (!h) {
        if (!clock->may_switch || (!awake && !wakes_up(in, u)))
            return in->r;
        h = wake_up(in, port);
        if (!h) {
            host_no_memory();
            return in->r;
        }
    }
    h->pending = clock->may_switch ? next_state(in, port, u) : h->cell.state;
    h->trial = clock->may_switch ? clock->trial : 0;
    h->u_last = u;
    return h->pending.r;
}

/* Returns the noise current [A] at the present time. It is constant over time slots of 1 / (2 bandwidth), the
 * sampling interval of band-limited white noise, and a function of the slot's number alone. */
static double noise_current(ARGS, const instance *in, double r, double u)
{
    const CKTcircuit *ckt = in->kind->clock->circuit; /* TIME is 0 in a resumed analysis, see clock.c */
    const double bandwidth = PARAM(bandwidth);
    const double slot = floor(ckt->CKTtime * 2 * bandwidth);
    history *h = in->history;
    if (slot != h->slot) {
        h->slot = slot;
        h->slot_draw = syn_rng_read(in->kind->seed, in->cell, (uint64_t)slot);
    }
    const double g = syn_chord(in->kind->model, r, u), temperature = ckt->CKTtemp;
    return sqrt(bandwidth * (syn_noise_thermal(g, temperature) + syn_noise_shot(g * u))) * h->slot_draw;
}

/* Returns false after host_fail. */
static bool check_noise(ARGS, kind *k)
{
    double on;
    if (!host_whole_number("noise", PARAM(noise), 0, 1, &on) ||
        !host_in_range("bandwidth", PARAM(bandwidth), 1e-3, 1e15, " Hz"))
        return false;
    k->noise = on;
    k->bandwidth = PARAM(bandwidth);
    return true;
}

/* Follows the parameters of the noise, which may be altered at any time. Returns false after host_fail. */
static bool follow_noise(ARGS, kind *k)
{
    return (PARAM(noise) == k->noise && PARAM(bandwidth) == k->bandwidth) || check_noise(mif_private, k);
}

void cm_synaptogen(ARGS)
{
    instance *in = INIT ? create(mif_private) : host_kept(mif_private);
    if (!in || !in->kind) {
        host_fail_again();
        return;
    }
    kind *k = in->kind;
    const bool sound = follow_noise(mif_private, k);
    if (!host_clock_tick(k->clock, mif_private) || !sound) {
        in->kind = NULL;
        release_kind(k);
        return;
    }
    const bool noisy = k->noise != 0 && k->clock->transient;
    host_read_inputs(mif_private);
    follow(mif_private, in);
    const Mif_Port_Data_t *port = mif_private->conn[0]->port[0];
    host_range_watch(k->clock, mif_private, INPUT(electrodes), k->u_fitted, &in->u_peak);
    const double u = k->polarity * INPUT(electrodes), r = state_at(in, port, u, noisy);
    double slope, i = syn_current(k->model, r, u, &slope);
    if (noisy && in->history)
        i += noise_current(mif_private, in, r, u);
    OUTPUT(electrodes) = k->polarity * i;
    PARTIAL(electrodes, electrodes) = slope > SYNP_SLOPE_MIN ? slope : SYNP_SLOPE_MIN;
    host_hand_over(mif_private);
}

static double state_of(const instance *in)
{
    const history *h = in->history;
    return !h ? in->r : h->trial ? h->pending.r : h->cell.state.r;
}

/* At the voltage of the last pass. */
static double voltage_of(const GENinstance *g)
{
    return ((const instance *)host_kept_of(g))->kind->polarity * host_port(g, 0, 0)->input.rvalue;
}

static size_t count_ports(const GENinstance *g)
{
    const instance *in = host_kept_of(g);
    return in && in->kind ? 1 : 0;
}

static double conductance(const GENinstance *g, size_t k, size_t l)
{
    (void)k;
    (void)l;
    const instance *in = host_kept_of(g);
    double slope;
    syn_current(in->kind->model, state_of(in), voltage_of(g), &slope);
    return slope;
}

static bool noise_density(const GENinstance *g, const CKTcircuit *ckt, double *density)
{
    const instance *in = host_kept_of(g);
    const double u = voltage_of(g), chord = syn_chord(in->kind->model, state_of(in), u);
    const double gain = hypot(host_transfer(g, 0, 0, ckt, false), host_transfer(g, 0, 0, ckt, true));
    density[0] = gain * gain * syn_noise_thermal(chord, ckt->CKTtemp);
    density[1] = gain * gain * syn_noise_shot(chord * u);
    return true;
}

static host_small_signal small_signal = {
    .ports = count_ports, .conductance = conductance, .parts = {"thermal", "shot"}, .noise = noise_density};

static int ac_load(GENmodel *first, CKTcircuit *ckt)
{
    (void)ckt;
    return host_add_conductances(&small_signal, first);
}

static int pz_load(GENmodel *first, CKTcircuit *ckt, SPcomplex *s)
{
    (void)ckt;
    (void)s;
    return host_add_conductances(&small_signal, first);
}

static int noise(int mode, int operation, GENmodel *first, CKTcircuit *ckt, Ndata *data, double *density)
{
    return host_add_noise(&small_signal, mode, operation, first, ckt, data, density);
}

/* The monitors, in the order of ifspec.ifs. */
enum {
    MONITOR_CELL,
    MONITOR_R,
    MONITOR_RESISTANCE,
    MONITOR_MODE,
    MONITOR_CYCLE,
    MONITOR_U_SET,
    MONITOR_U_RESET,
    MONITOR_U_PEAK,
    MONITOR_I
};

/* Of a cell that is asleep. A start in IRS is in cycle 1 (syn_cell_init), all others are in cycle 0. */
static double monitor_asleep(instance *in, int which)
{
    know_thresholds(in);
    switch (which) {
        case MONITOR_MODE:
            return in->mode;
        case MONITOR_CYCLE:
            return in->memory ? (double)in->memory->cell.state.n : in->mode == SYN_IRS;
        case MONITOR_U_SET:
            return in->u_set;
        default:
            return in->u_reset;
    }
}

static double monitor_awake(const history *h, int which)
{
    const syn_state *s = h->trial ? &h->pending : &h->cell.state;
    switch (which) {
        case MONITOR_MODE:
            return s->mode;
        case MONITOR_CYCLE:
            return (double)s->n;
        case MONITOR_U_SET:
            return next_set(&h->cell, s);
        default:
            return next_reset(&h->cell, s);
    }
}

static double monitor(instance *in, const Mif_Port_Data_t *port, int which)
{
    switch (which) {
        case MONITOR_R:
            return state_of(in);
        case MONITOR_RESISTANCE:
            return syn_resistance_of_state(in->kind->model, state_of(in));
        case MONITOR_U_PEAK:
            return host_range_peak(port, in->u_peak);
        case MONITOR_I:
            return port->output.rvalue;
        default:
            return in->history ? monitor_awake(in->history, which) : monitor_asleep(in, which);
    }
}

static int ask(CKTcircuit *ckt, GENinstance *g, int question, IFvalue *value, IFvalue *select)
{
    (void)ckt;
    (void)select;
    instance *in = host_kept_of(g);
    const int which = host_monitor(g, question);
    if (which == MONITOR_CELL) {
        char number[24] = "";
        if (in && in->kind)
            snprintf(number, sizeof number, "%llu", (unsigned long long)in->cell);
        value->sValue = strdup(number);
    } else {
        value->rValue = in && in->kind ? monitor(in, host_port(g, 0, 0), which) : 0;
    }
    return OK;
}

__attribute__((constructor)) static void take_over(void)
{
    host_take_over(&cm_synaptogen_info, ask, host_clock_accept);
    host_take_over_small_signal(&cm_synaptogen_info, ac_load, pz_load, noise);
}
