/* SPDX-License-Identifier: MIT */
/* The arithmetic of the port matrices, once for each instruction set. */
#ifndef CROSSBAR_PORTS_KERNEL_H
#define CROSSBAR_PORTS_KERNEL_H

#include "base/isa.h"

#include <stddef.h>

/* The kernels take the rows of a column in groups whose size divides this. They also read and write what lies below the
 * diagonal, up to the next multiple; nothing is kept there. */
enum { SYNP_FRONT_ROWS = 24 };

/* front, column-major: at i + stride j, i < j, the conductance between nodes i and j of a network. Leaves that of the
 * equivalent network between the nodes 0 .. ports - 1. stride: a multiple of 8, at least `nodes` rounded up to
 * SYNP_FRONT_ROWS; pack: room for stride (nodes - ports). Both are aligned to 64 bytes. */
typedef struct synp_ports_kernel {
    void (*eliminate)(double *front, size_t stride, size_t nodes, size_t ports, double *pack);
} synp_ports_kernel;

#define SYNP_DECLARE(isa, runs) extern const synp_ports_kernel synp_ports_##isa;
SYNP_ISAS(SYNP_DECLARE)
#undef SYNP_DECLARE

#endif
