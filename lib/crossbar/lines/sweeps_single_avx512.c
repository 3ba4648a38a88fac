/* SPDX-License-Identifier: MIT */
#define SINGLE_PRECISION 1
#define REAL             float
#define ACCURACY         1e-6
#define PRECISION        synp_sweeps_single_avx512
#include "crossbar/lines/sweeps_lanes.h"
