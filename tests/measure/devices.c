/* SPDX-License-Identifier: MIT */
#include "measure/devices.h"

#include "support/support.h"

#include <math.h>

/* Current at |u| of a state with resistance r at u0. */
static double current(double steep, double r, double u0, double u)
{
    return steep > 0 ? sinh(steep * u) / sinh(steep * u0) * u0 / r : u / r;
}

/* A loop in the making. share: of the LRS in the conductance, 0 .. 1; left: what the last RESET left of it. */
typedef struct loop {
    const device *d;
    double r_hrs, r_lrs, share, left;
    double *u, *i;
    size_t n;
    double scale;
    uint64_t *state;
} loop;

static double cell_current(const loop *l, double u)
{
    const device *d = l->d;
    return (1 - l->share) * current(d->steep_hrs, l->r_hrs, d->u0, u) +
           l->share * current(d->steep_lrs, l->r_lrs, d->u0, u);
}

/* Records the point at |u| on the side of that sign: -1 SETs. */
static void record(loop *l, double u, int sign)
{
    const device *d = l->d;
    double i = cell_current(l, u);
    if (sign < 0 && d->compliance > 0 && i > d->compliance) {
        double low = 0, high = u;
        i = d->compliance;
        for (int k = 0; d->snaps && k < 60; k++) {
            u = 0.5 * (low + high);
            *(cell_current(l, u) < i ? &low : &high) = u;
        }
    }
    u *= sign;
    i = i * sign + l->scale * (d->offset + d->noise * support_normal(l->state));
    if (d->absolute)
        i = fabs(i);
    if (d->positive_set)
        u = -u;
    if (d->positive_set != d->opposite && !d->absolute)
        i = -i;
    l->u[l->n] = u;
    l->i[l->n++] = i;
}

/* Ramps: points from k = first to k = last in steps of one. */
static void ramp(loop *l, int first, int last, int sign, void (*change)(loop *, double u, double threshold),
                 double threshold)
{
    const int direction = last > first ? 1 : -1;
    for (int k = first;; k += direction) {
        const double u = l->d->end * k / l->d->steps;
        if (change)
            change(l, u, threshold);
        record(l, u, sign);
        if (k == last)
            break;
    }
}

static void set(loop *l, double u, double threshold)
{
    const double width = l->d->set == SHAPE_GRADUAL ? fmin(0.4 * threshold, l->d->end - threshold)
                         : l->d->set == SHAPE_SHORT ? 0.05 * threshold
                                                    : 0;
    if (u >= threshold)
        l->share = l->left + (1 - l->left) * (width > 0 ? fmin((u - threshold) / width, 1) : 1);
}

static void reset(loop *l, double u, double threshold)
{
    const double width = l->d->reset == SHAPE_GRADUAL ? (l->d->end - threshold) / (1 - DEVICE_LEFT)
                         : l->d->reset == SHAPE_SHORT ? 0.15 * threshold
                                                      : 0;
    if (u > threshold)
        l->share = fmin(l->share, width > 0 ? fmax(1 - (u - threshold) / width, 0) : 0);
}

double device_scale(const device *d)
{
    loop l = {.d = d, .r_hrs = d->r_hrs, .r_lrs = d->r_lrs, .share = 1};
    double scale = cell_current(&l, d->u_reset);
    const double set = cell_current(&l, d->end);
    scale = fmax(scale, d->compliance > 0 ? fmin(set, d->compliance) : set);
    return scale;
}

size_t device_points(const device *d)
{
    return 4 * (size_t)d->steps + 4;
}

static void draw(const device *d, uint64_t *state, device_truth *t)
{
    const double x[SYN_NFEAT] = {support_normal(state), support_normal(state), support_normal(state),
                                 support_normal(state)};
    t->y[SYN_LOG10_R_HRS] = log10(d->r_hrs) + log10(1 + d->spread) * x[0];
    t->y[SYN_U_SET] = -d->u_set * (1 + d->spread * fmax(fmin(x[1], 2), -2));
    t->y[SYN_R_LRS] = d->r_lrs * (1 + d->spread * fmax(fmin(x[2], 2), -2));
    t->y[SYN_U_RESET] = d->u_reset * (1 + d->spread * fmax(fmin(x[3], 2), -2));
    t->step = d->end / d->steps;
}

/* The RESET of `now` leaves the share of LRS that it could not take away. Then R_HRS of `next` is that of the mixture. */
static void leave(const loop *l, device_truth *next)
{
    if (l->share > 0)
        next->y[SYN_LOG10_R_HRS] = log10(l->d->u0 / cell_current(l, l->d->u0));
}

static void set_half(loop *l, const device_truth *now)
{
    l->r_lrs = now->y[SYN_R_LRS];
    l->left = l->share;
    ramp(l, 0, l->d->steps, -1, set, -now->y[SYN_U_SET]);
    l->share = 1;
    ramp(l, l->d->steps, 0, -1, NULL, 0);
}

/* Up to the end with the RESET of `now`, and the state that it leaves for `next`. */
static void reset_up(loop *l, const device_truth *now, device_truth *next)
{
    l->r_lrs = now->y[SYN_R_LRS];
    l->r_hrs = pow(10, next->y[SYN_LOG10_R_HRS]);
    ramp(l, 0, l->d->steps, 1, reset, now->y[SYN_U_RESET]);
    leave(l, next);
}

void device_record(const device *d, size_t cycles, uint64_t *state, double *u, double *i, device_truth *truth)
{
    loop l = {.d = d, .u = u, .i = i, .state = state, .scale = device_scale(d)};
    for (size_t k = 0; k <= cycles; k++)
        draw(d, state, &truth[k]);
    l.r_hrs = pow(10, truth[0].y[SYN_LOG10_R_HRS]);
    l.r_lrs = truth[0].y[SYN_R_LRS];
    l.share = d->order == ORDER_RESET_FIRST;
    for (size_t k = 0; k < cycles; k++) {
        if (d->order == ORDER_FROM_POSITIVE)
            ramp(&l, d->steps, 0, 1, NULL, 0);
        if (d->order == ORDER_RESET_FIRST) {
            const device_truth before = k > 0 ? truth[k - 1] : truth[0];
            reset_up(&l, &before, &truth[k]);
            ramp(&l, d->steps, 0, 1, NULL, 0);
            set_half(&l, &truth[k]);
        } else {
            set_half(&l, &truth[k]);
            reset_up(&l, &truth[k], &truth[k + 1]);
            if (d->order == ORDER_SET_FIRST)
                ramp(&l, d->steps, 0, 1, NULL, 0);
        }
    }
}
