/* SPDX-License-Identifier: MIT */
#define SINGLE_PRECISION 1
#define REAL             float
#define ACCURACY         1e-6
#define PRECISION        SYNP_FOR_ISA(synp_sweeps_single)
#include "crossbar/lines/sweeps.h"
