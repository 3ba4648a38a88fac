/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_lines_avx2
#define KERNEL_NAME "avx2"
#define SINGLE      synp_sweeps_single_avx2
#define DOUBLE      synp_sweeps_double_avx2
#include "crossbar/lines/lanes.h"
