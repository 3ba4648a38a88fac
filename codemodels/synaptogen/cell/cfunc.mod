/* SPDX-License-Identifier: MIT */
/* The cell of synaptogen/cell.h as a two-terminal XSPICE device.
 *
 * The simulator calls the model many times per accepted solution. Slot 1 of the analogue state holds the last accepted
 * state and is the only one that is ever read; each call computes slot 0 from it and the present voltage alone, so
 * that neither an iterate nor a rejected time step leaves a trace. Features of the cycles are pure functions of (seed,
 * cell, cycle); the cell on the heap follows the accepted cycle. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <synaptogen/cell.h>
#include <synaptogen/read.h>
#include <synaptogen/rng.h>

/* An iterate counts as settled when it moved by less than this since the last one [V]. Well below the default node
 * tolerance (reltol 1e-3), which would accept a point still on its way along the RESET transition. */
static const double settled = 1e-5;

/* Smallest conductance handed to the Newton matrix [S]. The true slope is negative on parts of the LRS curve and along
 * the RESET transition, where Newton's method runs away on a resistive load line; with the positive slope at fixed
 * state the iteration creeps monotonically onto the next stable intersection. */
static const double slope_min = 1e-7;

typedef struct instance {
    char label[24]; /* first: `show` prints what STATIC_VAR(cell) points to as text */
    const syn_model *model;
    host_identity identity;
    int claimed, failed;
    syn_start start;
    double polarity;
    syn_cell cell;          /* at the accepted cycle */
    const JOB *job;         /* analysis that the state belongs to */
    int iteration;          /* of the present solution, from 0 */
    int set;                /* the present solution is one after SET */
    double u_last;          /* V, of the iterate before */
    double slot, slot_draw; /* the time slot of slot_draw, a standard normal; slot < 0: none yet */
} instance;

enum { STATE_R, STATE_THRESHOLD, STATE_CYCLE, STATE_MODE, STATE_SIZE }; /* doubles, the simulator scales some of them */

static void release(ARGS, Mif_Callback_Reason_t reason)
{
    instance *in = STATIC_VAR(cell);
    if (reason != MIF_CB_DESTROY || !in)
        return;
    if (in->failed)
        host_forget_failure();
    if (in->claimed)
        host_identity_release(&in->identity);
    if (in->model)
        host_model_release(in->model);
    free(in);
    STATIC_VAR(cell) = NULL;
}

static syn_state load_state(const double *slot)
{
    return (syn_state){.r = slot[STATE_R],
                       .u_thr = slot[STATE_THRESHOLD],
                       .n = (uint64_t)slot[STATE_CYCLE],
                       .mode = (syn_mode)slot[STATE_MODE]};
}

static void store_state(const syn_state *s, double *slot)
{
    slot[STATE_R] = s->r;
    slot[STATE_THRESHOLD] = s->u_thr;
    slot[STATE_CYCLE] = (double)s->n;
    slot[STATE_MODE] = s->mode;
}

/* Whether ngspice is solving an artificial circuit: source or gmin stepping. */
static int stepping(const CKTcircuit *ckt)
{
    return ckt->CKTsrcFact < 1 || ckt->CKTdiagGmin > fmax(ckt->CKTgmin, ckt->CKTgshunt);
}

/* Puts the cell and both state slots to the start of an analysis. */
static int restart(instance *in, double *now, double *accepted)
{
    syn_error err;
    const syn_status s =
        syn_cell_init(in->model, in->identity.seed, in->identity.cell, &in->start, &in->cell, &err);
    if (s) {
        host_fail("synaptogen: r_init: %s", err.text);
        return 0;
    }
    store_state(&in->cell.state, now);
    store_state(&in->cell.state, accepted);
    in->job = cm_get_circuit()->CKTcurJob;
    in->slot = -1;
    return 1;
}

/* Brings the cell to an accepted state; normally it is there or one cycle behind. */
static void follow(instance *in, const syn_state *accepted)
{
    if (accepted->n < in->cell.state.n) /* an earlier solution was restored */
        syn_cell_init(in->model, in->identity.seed, in->identity.cell, &in->start, &in->cell, NULL);
    syn_state s = *accepted;
    for (s.n = in->cell.state.n; s.n < accepted->n;) {
        s.n++;
        syn_cell_commit(in->model, &in->cell, &s);
    }
    in->cell.state = *accepted;
}

/* The same for the next analysis of one run, which finds the slots as the one before left them. */
static int next_analysis(instance *in, const CKTcircuit *ckt, double *now, double *accepted)
{
    if (!(ckt->CKTmode & MODEINITJCT)) {
        host_fail("synaptogen: this analysis cannot be resumed, ngspice has run the other ones of the netlist again "
                  "in between and the state is lost; keep .tran as the only analysis of the netlist");
        return 0;
    }
    return restart(in, now, accepted);
}

/* A parameter that must be a whole number in [low, high]. */
static int whole_number(const char *name, double value, double low, double high, double *out)
{
    *out = value;
    if (value >= low && value <= high && value == (double)(long long)value)
        return 1;
    host_fail("synaptogen: %s = %.17g is not a whole number in [%.17g, %.17g]", name, value, low, high);
    return 0;
}

/* A parameter that must be one of two words, or their number 0 or 1, which is what an expression in braces becomes. */
static int choice(const char *name, const char *value, const char *first, const char *second, int *out)
{
    char *end;
    const double number = strtod(value, &end);
    const int is_number = end != value && *end == '\0';
    *out = is_number ? number == 1 : strcasecmp(value, second) == 0;
    if (*out || (is_number ? number == 0 : strcasecmp(value, first) == 0))
        return 1;
    host_fail("synaptogen: %s = \"%s\" is neither \"%s\" (0) nor \"%s\" (1)", name, value, first, second);
    return 0;
}

static int read_start(ARGS, instance *in)
{
    int lrs, stationary;
    if (!choice("init", PARAM_NULL(init) ? "hrs" : PARAM(init), "hrs", "lrs", &lrs) ||
        !choice("start", PARAM_NULL(start) ? "cold" : PARAM(start), "cold", "stationary", &stationary))
        return 0;
    in->start = (syn_start){.history = stationary ? SYN_STATIONARY : SYN_COLD,
                            .mode = lrs ? SYN_LRS : SYN_HRS,
                            .resistance = PARAM_NULL(r_init) ? 0 : PARAM(r_init)};
    if (!PARAM_NULL(r_init) && !PARAM_NULL(init)) {
        host_fail("synaptogen: init and r_init are both given, use one of them");
        return 0;
    }
    if (!PARAM_NULL(r_init) && PARAM(r_init) == 0) {
        host_fail("synaptogen: r_init = 0 ohm is not positive");
        return 0;
    }
    return 1;
}

/* Which cell of which seed this instance is. */
static int read_identity(ARGS, instance *in)
{
    const char *name = host_instance_name(mif_private);
    double seed, by_number;
    if (!whole_number("seed", PARAM(seed), 0, 9007199254740992.0, &seed) ||
        !whole_number("index", PARAM(index), 0, 1, &by_number))
        return 0;
    in->identity = (host_identity){.circuit = cm_get_circuit(),
                                   .seed = (uint64_t)seed,
                                   .cell = syn_cell_of_name(name),
                                   .model = in->model};
    if (by_number != 0 && !host_trailing_number(name, &in->identity.cell)) {
        host_fail("synaptogen: index = 1 needs an instance name that ends in the cell number (0 .. 2^64 - 1)");
        return 0;
    }
    snprintf(in->label, sizeof in->label, "%llu", (unsigned long long)in->identity.cell);
    if (by_number == 0)
        return 1;
    in->claimed = host_identity_claim(&in->identity);
    if (!in->claimed)
        host_fail("synaptogen: index = 1: cell number %llu is used twice with seed %.0f",
                  (unsigned long long)in->identity.cell, seed);
    return in->claimed;
}

static int read_parameters(ARGS, instance *in)
{
    double order;
    syn_error err;
    if (!whole_number("order", PARAM_NULL(order) ? 10 : PARAM(order), 1, SYN_MAX_ORDER, &order))
        return 0;
    in->polarity = PARAM(polarity);
    if (in->polarity != 1 && in->polarity != -1) {
        host_fail("synaptogen: polarity = %g is neither 1 nor -1", in->polarity);
        return 0;
    }
    /* Without an order given, the largest that the file holds. */
    in->model = host_model_acquire(PARAM_NULL(params) ? "" : PARAM(params), PARAM_NULL(order) ? 0 : (int)order, &err);
    if (!in->model) {
        char text[700];
        host_fail("synaptogen: params: %s", syn_error_format(&err, text, sizeof text));
        return 0;
    }
    return read_start(mif_private, in) && read_identity(mif_private, in);
}

/* Whether ngspice 39 can do what it is about to; it would crash otherwise. */
static int simulator_can(const CKTcircuit *ckt)
{
    if (ckt->CKTmaxOrder < 2) /* more state vectors exist than cm_analog_alloc enlarges */
        host_fail("synaptogen: .options maxord = %d is below 2, which ngspice cannot combine with code models that have "
                  "a state", ckt->CKTmaxOrder);
    else if (stepping(ckt)) /* it holds copies of the state vectors, which cm_analog_alloc does not enlarge */
        host_fail("synaptogen: .options noopiter cannot be combined in ngspice with code models that have a state");
    else if (strncmp(ckt->CKTcurJob->JOBname, "Sensitivity", 11) == 0)
        host_fail("synaptogen: ngspice cannot do a sensitivity analysis of a circuit with code models");
    else
        return 1;
    return 0;
}

static instance *create(ARGS)
{
    instance *in = calloc(1, sizeof *in);
    if (!in)
        return NULL;
    STATIC_VAR(cell) = in;
    CALLBACK = release;
    in->failed = !simulator_can(cm_get_circuit());
    if (in->failed)
        return in;
    cm_analog_alloc(0, STATE_SIZE * sizeof(double));
    double *now = cm_analog_get_ptr(0, 0), *accepted = cm_analog_get_ptr(0, 1);
    in->failed = !read_parameters(mif_private, in) || !restart(in, now, accepted);
    return in;
}

/* Whether the present solution may switch: transient points and the points of a DC sweep, but not an operating point
 * and not the artificial circuits of source and gmin stepping. */
static int may_switch(ARGS, const CKTcircuit *ckt)
{
    if (ANALYSIS == TRANSIENT)
        return 1;
    return (ckt->CKTmode & MODEDCTRANCURVE) && !stepping(ckt);
}

/* The state that follows the accepted one at the iterate u. SET is a jump that would leave no solution on many load
 * lines if every iterate could take and undo it: it is taken once the solution before it has settled beyond U_S, and
 * then kept for this solution. RESET follows the transition curve continuously. */
static syn_state next_state(instance *in, const syn_state *accepted, double u)
{
    const int moving = !(in->iteration > 0 && fabs(u - in->u_last) < settled);
    const syn_cycle *now = &in->cell.now, *next = &in->cell.next;
    syn_state s;
    syn_state_step(in->model, accepted, now, next, in->set ? now->y[SYN_U_SET] : u, &s);
    if (s.mode == SYN_LRS && accepted->mode != SYN_LRS && !in->set) {
        in->set = !moving;
        cm_analog_not_converged();
        if (moving)
            s = *accepted;
    } else if (moving && s.r != accepted->r && !in->set) {
        cm_analog_not_converged();
    }
    return s;
}

/* Noise current [A] at a time: constant over slots of 1 / (2 bandwidth), the sampling interval of a band-limited white
 * noise, and a function of the slot's number alone. */
static double noise_current(ARGS, instance *in, double r, double u)
{
    const double bandwidth = PARAM(bandwidth);
    const double slot = floor(TIME * 2 * bandwidth);
    if (slot != in->slot) {
        in->slot = slot;
        in->slot_draw = syn_rng_read(in->identity.seed, in->identity.cell, (uint64_t)slot);
    }
    const double g = syn_chord(in->model, r, u);
    return syn_noise_sigma(g, g * u, bandwidth) * in->slot_draw;
}

static int noise_on(ARGS, instance *in)
{
    double on;
    if (!whole_number("noise", PARAM(noise), 0, 1, &on)) {
        in->failed = 1;
    } else if (!(PARAM(bandwidth) >= 1e-3 && PARAM(bandwidth) <= 1e15)) {
        host_fail("synaptogen: bandwidth = %g Hz is not in [1e-3, 1e15]", PARAM(bandwidth));
        in->failed = 1;
    }
    return on != 0 && !in->failed && ANALYSIS == TRANSIENT;
}

static void publish(ARGS, const instance *in, const syn_state *s, double i)
{
    const syn_cycle *cycle = s->n == in->cell.state.n ? &in->cell.now : &in->cell.next;
    STATIC_VAR(r) = s->r;
    STATIC_VAR(resistance) = syn_resistance_of_state(in->model, s->r);
    STATIC_VAR(mode) = s->mode;
    STATIC_VAR(cycle) = (double)s->n;
    STATIC_VAR(u_set) = (s->mode == SYN_LRS ? &in->cell.next : cycle)->y[SYN_U_SET];
    STATIC_VAR(u_reset) = s->mode == SYN_HRS ? cycle->y[SYN_U_RESET] : s->u_thr;
    STATIC_VAR(i) = i;
}

void cm_synaptogen(ARGS)
{
    instance *in = INIT ? create(mif_private) : STATIC_VAR(cell);
    if (!in || in->failed) {
        host_fail_again();
        return;
    }
    const CKTcircuit *ckt = cm_get_circuit();
    double *now = cm_analog_get_ptr(0, 0), *before = cm_analog_get_ptr(0, 1);
    if (in->job != ckt->CKTcurJob && !next_analysis(in, ckt, now, before)) {
        in->failed = 1;
        return;
    }
    if (ckt->CKTmode & (MODEINITJCT | MODEINITPRED | MODEINITTRAN)) {
        in->iteration = 0;
        in->set = 0;
    }
    const double u = in->polarity * INPUT(electrodes);
    const syn_state accepted = load_state(before);
    follow(in, &accepted);
    syn_state s = accepted;
    if (may_switch(mif_private, ckt))
        s = next_state(in, &accepted, u);
    in->u_last = u;
    in->iteration++;

    double slope, i = syn_current(in->model, s.r, u, &slope);
    if (noise_on(mif_private, in))
        i += noise_current(mif_private, in, s.r, u);
    if (in->failed)
        return;
    if (ANALYSIS == MIF_AC) {
        AC_GAIN(electrodes, electrodes) = (Mif_Complex_t){slope, 0};
        return;
    }
    OUTPUT(electrodes) = in->polarity * i;
    PARTIAL(electrodes, electrodes) = fmax(slope, slope_min);
    store_state(&s, now);
    publish(mif_private, in, &s, OUTPUT(electrodes));
}
