/* SPDX-License-Identifier: MIT */
/* Synthetic devices with known features, recorded as instruments do it: any polarity, offset, noise, sampling, compliance. They
 * share nothing with the model of the library. */
#ifndef TESTS_MEASURE_DEVICES_H
#define TESTS_MEASURE_DEVICES_H

#include <stdbool.h>
#include <stdint.h>
#include <synaptogen/record.h>

typedef enum device_shape { SHAPE_ABRUPT, SHAPE_SHORT, SHAPE_GRADUAL } device_shape;
#define DEVICE_LEFT 0.375 /* share of the LRS that a gradual RESET leaves at the end of the ramp */
typedef enum device_order { ORDER_SET_FIRST, ORDER_RESET_FIRST, ORDER_FROM_POSITIVE } device_order;

typedef struct device {
    double u_set, u_reset;       /* V, magnitudes */
    double r_lrs, r_hrs;         /* ohm at u0 */
    double steep_lrs, steep_hrs; /* 1/V: i = sinh(steep u); 0: i = g u */
    double end;                  /* V, of the ramp on both sides */
    double u0;                   /* V */
    int steps;                   /* of one ramp from 0 to its end */
    device_shape set, reset;
    device_order order;
    double compliance; /* A; 0: none */
    bool snaps;        /* the voltage is measured and falls back under compliance */
    bool positive_set, opposite, absolute;
    double offset, noise; /* of the largest current */
    double spread;        /* of the four features from cycle to cycle, relative */
} device;

/* What is true of a cycle. y in the units of features.h. */
typedef struct device_truth {
    double y[SYN_NFEAT];
    double step; /* V */
} device_truth;

/* The largest current of a loop of the typical cell, A: full scale. */
double device_scale(const device *d);

/* Draws `cycles` cycles of the device and fills their loops: u and i hold cycles * device_points(d) numbers. Loop k shows the
 * SET of cycle k and what follows from it. *state: of support_uniform. */
size_t device_points(const device *d);
void device_record(const device *d, size_t cycles, uint64_t *state, double *u, double *i, device_truth *truth);

#endif
