/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_lines_avx512
#define KERNEL_NAME "avx512"
#define SINGLE      synp_sweeps_single_avx512
#define DOUBLE      synp_sweeps_double_avx512
#include "crossbar/lines/lanes.h"
