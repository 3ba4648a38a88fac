/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_ports_avx2
#define KERNEL_NAME "avx2"
#define WIDTH       4
#define COLUMNS     4
#include "crossbar/ports/lanes.h"
