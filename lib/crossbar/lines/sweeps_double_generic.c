/* SPDX-License-Identifier: MIT */
#define SINGLE_PRECISION 0
#define REAL             double
#define ACCURACY         1e-14
#define PRECISION        synp_sweeps_double_generic
#include "crossbar/lines/sweeps_lanes.h"
