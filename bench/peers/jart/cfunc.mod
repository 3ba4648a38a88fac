/* SPDX-License-Identifier: MIT */
/* The cell of jart.h as a two-terminal XSPICE device.
 *
 * As in every code model with a state here, slot 1 holds the last accepted state, and each call computes slot 0 from
 * it and the present voltage alone. n is integrated by the simulator's own formula under its error control, as for the
 * published Verilog-A; the implicit equation for n is solved inside the model, so that the simulator iterates over
 * voltages only. With substeps = 1 the model integrates by itself between the simulator's time points instead. */
#include "instance.h"

#include <stdlib.h>

#include <synaptogen/rng.h>

#include "jart.h"

/* The integrated quantity is y = ln(n / n_ref): positive over the whole range, so that the simulator's relative
 * tolerance on it means 0.1 % to 1 % of n at reltol = 1e-3. [1e26 m^-3] */
static const double n_ref = 1e-3;

/* Change of ln n and relative change of the voltage below which a solution is kept: the current follows within about
 * the same [1]. */
static const double at_rest = 1e-6;

/* Tolerance of the model's own time steps: of ln n, per step. */
static const double own_tolerance = 1e-3;

/* Doubles, the simulator scales some of them. Y comes first: the simulator integrates it. */
enum { STATE_Y, STATE_N_OLD, STATE_R_OLD, STATE_L_OLD, STATE_EVENT, STATE_DIRECTION, STATE_V, STATE_SIZE };

typedef struct goal {
    jart_shape shape;
    double event; /* < 0: not drawn */
} goal;

typedef struct instance {
    uint64_t seed, cell;
    double step;
    jart_shape device;
    goal goals[2]; /* of even and odd events */
    /* The last solution. */
    double v, y, event, time, accepted_y;
    jart_point point;
} instance;

static void release(ARGS, Mif_Callback_Reason_t reason)
{
    if (reason != MIF_CB_DESTROY)
        return;
    free(STATIC_VAR(cell));
    STATIC_VAR(cell) = NULL;
}

static void store_state(const jart_state *s, double v, double *slot)
{
    slot[STATE_Y] = log(s->n / n_ref);
    slot[STATE_N_OLD] = s->n_old;
    slot[STATE_R_OLD] = s->r_old;
    slot[STATE_L_OLD] = s->l_old;
    slot[STATE_EVENT] = s->event;
    slot[STATE_DIRECTION] = s->direction;
    slot[STATE_V] = v;
}

static jart_state load_state(const double *slot)
{
    return (jart_state){.n = n_ref * exp(slot[STATE_Y]),
                        .n_old = slot[STATE_N_OLD],
                        .r_old = slot[STATE_R_OLD],
                        .l_old = slot[STATE_L_OLD],
                        .event = slot[STATE_EVENT],
                        .direction = slot[STATE_DIRECTION]};
}

static instance *create(ARGS)
{
    instance *in = calloc(1, sizeof *in);
    if (!in)
        return NULL;
    STATIC_VAR(cell) = in;
    CALLBACK = release;
    in->seed = (uint64_t)PARAM(seed);
    const char *name = host_instance_name(mif_private);
    in->cell = syn_cell_of_name(name);
    if (PARAM(index) != 0)
        host_trailing_number(name, &in->cell);
    in->step = PARAM(c2c);
    in->device = PARAM(d2d) != 0 ? jart_device(in->seed, in->cell) : jart_nominal();
    in->goals[0] = in->goals[1] = (goal){.event = -1};
    in->event = -1;
    jart_state s = jart_start(&in->device);
    if (PARAM(n_init) > 0)
        s.n = s.n_old = PARAM(n_init);
    cm_analog_alloc(0, STATE_SIZE * sizeof(double));
    store_state(&s, 0, cm_analog_get_ptr(0, 0));
    store_state(&s, 0, cm_analog_get_ptr(0, 1));
    return in;
}

/* The targets of an event: a walk from those of the device. The present and the next one are remembered. */
static const jart_shape *target_of(instance *in, double event)
{
    goal *t = &in->goals[(uint64_t)event % 2], *before = &in->goals[((uint64_t)event + 1) % 2];
    if (t->event == event)
        return &t->shape;
    *t = before->event >= 0 && before->event < event ? *before : (goal){in->device, 0};
    while (t->event < event) {
        t->event++;
        jart_walk(in->seed, in->cell, (uint64_t)t->event, in->step, &t->shape);
    }
    return &t->shape;
}

/* Solves y = known + weight f(y), f = d(ln n)/dt at v, from in->y on: one step of the simulator's implicit formula.
 * Where that has no slope to the right side, in the middle of an avalanche, n is led on to where the avalanche ends;
 * the simulator will reject so large a step. *y_v becomes dy/dv. Returns 0 if no solution was found. */
static int step_implicitly(instance *in, const jart_shape *shape, double v, double known, double weight, double *y_v)
{
    const double low = log(shape->n_min / n_ref) - 1, high = log(shape->n_max / n_ref) + 0.1;
    jart_point *p = &in->point;
    double y = in->y;
    for (int k = 0; k < 50; k++) {
        const double n = n_ref * exp(y);
        jart_solve(shape, n, v, p->i, p);
        const double f = p->rate / n, slope = 1 - weight * (p->rate_n - f), rest = y - known - weight * f;
        *y_v = slope > 0 ? weight * p->rate_v / n / slope : 0;
        in->y = y;
        if (slope > 0 && fabs(rest) <= at_rest * slope)
            return 1;
        const double step = slope > 0 ? fmin(fmax(-rest / slope, -1), 1) : copysign(1, f);
        y = fmin(fmax(y + step, low), high);
        if (y == in->y) /* held by a limit */
            return 1;
    }
    return 0;
}

/* The simulator's integration. Returns the slope di/dv of the whole step. */
static double integrate(ARGS, instance *in, const jart_shape *shape, double v, double *now, double accepted_y)
{
    double weight, y_v = 0;
    cm_analog_integrate(0, &now[STATE_Y], &weight);
    const double known = now[STATE_Y], drifted = known + weight * in->point.rate / (n_ref * exp(in->y));
    const int resting = in->event == now[STATE_EVENT] && fabs(v - in->v) <= at_rest * fabs(v) + 1e-9 &&
                        fabs(drifted - in->y) <= at_rest;
    if (PARAM(bypass) != 0 && resting) {
        now[STATE_Y] = drifted;
        return in->point.i_v;
    }
    if (cm_get_circuit()->CKTmode & (MODEINITPRED | MODEINITTRAN))
        in->y = accepted_y;
    if (!step_implicitly(in, shape, v, known, weight, &y_v))
        cm_analog_not_converged();
    now[STATE_Y] = in->y;
    in->v = v;
    in->event = now[STATE_EVENT];
    return in->point.i_v + in->point.i_n * n_ref * exp(in->y) * y_v;
}

/* The model's own integration from the last accepted point on, the voltage being a straight line. Returns di/dv at
 * the n reached. */
static double integrate_within(ARGS, instance *in, const jart_shape *target, jart_state *s, double *now,
                               const double *accepted)
{
    const double v = INPUT(electrodes), duration = T(0) - T(1);
    const int solved = in->time == T(0) && in->v == v && in->event == s->event && in->accepted_y == accepted[STATE_Y];
    if (!solved) {
        if (duration > 0)
            jart_ramp(s, target, accepted[STATE_V], v, duration, own_tolerance);
        const jart_shape end = jart_shape_at(s, target);
        jart_solve(&end, s->n, v, in->point.i, &in->point);
        in->y = log(s->n / n_ref);
        in->v = v;
        in->time = T(0);
        in->event = s->event;
        in->accepted_y = accepted[STATE_Y];
    }
    now[STATE_Y] = in->y;
    return in->point.i_v;
}

void cm_jart_vcm(ARGS)
{
    instance *in = INIT ? create(mif_private) : STATIC_VAR(cell);
    if (!in)
        return;
    double *now = cm_analog_get_ptr(0, 0);
    const double *accepted = cm_analog_get_ptr(0, 1), v = INPUT(electrodes);
    jart_state s = load_state(accepted);
    double slope;
    if (ANALYSIS == TRANSIENT) {
        s = jart_turn(&s, target_of(in, s.event), v);
        store_state(&s, v, now);
        const jart_shape *target = target_of(in, s.event), shape = jart_shape_at(&s, target);
        if (PARAM(substeps) != 0)
            slope = integrate_within(mif_private, in, target, &s, now, accepted);
        else
            slope = integrate(mif_private, in, &shape, v, now, accepted[STATE_Y]);
    } else {
        const jart_shape shape = jart_shape_at(&s, target_of(in, s.event));
        jart_solve(&shape, s.n, v, in->point.i, &in->point);
        store_state(&s, v, now);
        slope = in->point.i_v;
    }
    if (ANALYSIS == MIF_AC) {
        AC_GAIN(electrodes, electrodes) = (Mif_Complex_t){slope, 0};
        return;
    }
    OUTPUT(electrodes) = in->point.i;
    PARTIAL(electrodes, electrodes) = slope;
    STATIC_VAR(n) = n_ref * exp(now[STATE_Y]);
    STATIC_VAR(i) = in->point.i;
    STATIC_VAR(temperature) = in->point.t;
}
