/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_lines_generic
#define KERNEL_NAME "generic"
#define SINGLE      synp_sweeps_single_generic
#define DOUBLE      synp_sweeps_double_generic
#include "crossbar/lines/lanes.h"
