/* SPDX-License-Identifier: MIT */
/* Small-signal analyses. The simulator's own part for code models serves .ac alone: .pz finds no function for them,
 * .noise no sources, and in .noise, .pz and .tf a code model is told that the analysis is the one before. So the models
 * bring functions of their own. */
#ifndef CODEMODELS_SMALL_SIGNAL_H
#define CODEMODELS_SMALL_SIGNAL_H

#include "host.h"

#include "ngspice/noisedef.h"

enum { HOST_NOISE_PARTS = 4 };

/* A device at its operating point: conductances between the ports of one connection, and noise. */
typedef struct host_small_signal {
    int connection;
    /* Returns the number of ports with conductances, 0 if the instance has failed. */
    size_t (*ports)(const GENinstance *instance);
    /* Returns dI_k / dU_l [S]. */
    double (*conductance)(const GENinstance *instance, size_t k, size_t l);
    /* Names of the parts of its noise, as in "thermal"; NULL after the last. At most HOST_NOISE_PARTS - 1. */
    const char *parts[HOST_NOISE_PARTS];
    /* Sets density[part], the spectral density [V^2/Hz] at the analysis's output. Returns false with a message. */
    bool (*noise)(const GENinstance *instance, const CKTcircuit *ckt, double *density);
    struct host_noise_run *run; /* of the present analysis; at first NULL */
} host_small_signal;

/* Makes the simulator call these functions. To be called in a constructor, as host_take_over is. */
void host_take_over_small_signal(SPICEdev *device, int (*ac_load)(GENmodel *, CKTcircuit *),
                                 int (*pz_load)(GENmodel *, CKTcircuit *, SPcomplex *),
                                 int (*noise)(int, int, GENmodel *, CKTcircuit *, Ndata *, double *));

/* What they consist of. Return OK or an error code of the simulator. */
int host_add_conductances(const host_small_signal *s, const GENmodel *first);
int host_add_noise(host_small_signal *s, int mode, int operation, const GENmodel *first, CKTcircuit *ckt, Ndata *data,
                   double *density);

/* The transfer from a current out of port k into the circuit to the output of a noise analysis [ohm]: real part, or
 * imaginary part. */
double host_transfer(const GENinstance *instance, int connection, size_t k, const CKTcircuit *ckt, bool imaginary);

/* To be called at the begin and at the end of each pass. In an operating point of .tf, .noise or .pz after .ac the
 * simulator believes that it is still in .ac: it reads no inputs, and takes gains in place of slopes and currents. */
void host_read_inputs(const Mif_Private_t *mif_private);
void host_hand_over(const Mif_Private_t *mif_private);

#endif
