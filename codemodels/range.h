/* SPDX-License-Identifier: MIT */
/* Voltages beyond the fitted range of a model, +-syn_model_u_linear: currents are extrapolated there. The first such
 * voltage at an accepted solution of an analysis is told by one line, "Instance: .. Message: synaptogen: ..". The analysis
 * goes on. */
#ifndef CODEMODELS_RANGE_H
#define CODEMODELS_RANGE_H

#include "clock.h"

#include <math.h>

/* For a cell, in each of its passes, with the voltage [V] of its port. Keeps the largest |voltage| at accepted solutions of
 * the analysis in *peak. limit [V]: of the fitted range. */
void host_range_look(host_clock *clock, const Mif_Private_t *mif_private, double u, double limit, float *peak);
static inline void host_range_watch(host_clock *clock, const Mif_Private_t *mif_private, double u, double limit,
                                    float *peak)
{
    const double magnitude = fabs(u);
    if (clock->begins | (clock->looks_back & (magnitude > (double)*peak)) | (magnitude > limit))
        host_range_look(clock, mif_private, u, limit, peak);
}

/* The same for the port of an instance after its last pass: the peak with the voltage of this pass. */
double host_range_peak(const Mif_Port_Data_t *port, float peak);

/* For a crossbar whose largest cell voltage at an accepted solution is u [V], at (row, col). Returns the text of the
 * warning, to be freed: NULL if u is not beyond the limit, or if the analysis has had its warning. time: s, NAN if the
 * analysis has none. */
char *host_range_text(host_clock *clock, double u, double limit, double time, size_t row, size_t col);

/* Prints what is known of the last solution of an analysis, which no pass follows. Called by the clock. */
void host_range_end(host_clock *clock);

#endif
