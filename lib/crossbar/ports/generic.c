/* SPDX-License-Identifier: MIT */
#define KERNEL      synp_ports_generic
#define KERNEL_NAME "generic"
#define WIDTH       2
#define COLUMNS     2
#include "crossbar/ports/lanes.h"
