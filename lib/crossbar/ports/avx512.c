/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_ports_avx512
#define KERNEL_NAME "avx512"
#define WIDTH       8
#define COLUMNS     8
#include "crossbar/ports/lanes.h"
