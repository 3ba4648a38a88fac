/* SPDX-License-Identifier: MIT */
#define SINGLE_PRECISION 0
#define REAL             double
#define ACCURACY         1e-14
#define PRECISION        SYNP_FOR_ISA(synp_sweeps_double)
#include "crossbar/lines/sweeps.h"
