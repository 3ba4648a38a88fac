/* SPDX-License-Identifier: MIT */
#define REAL      float
#define ACCURACY  1e-6
#define PRECISION synp_sweeps_single_generic
#include "crossbar_lines_sweeps.h"
