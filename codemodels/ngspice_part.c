/* SPDX-License-Identifier: MIT */
/* What ngspice wants in every plug-in, compiled from ngspice's own source tree. */
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include "xspice/icm/dlmain.c"

#include "misc/dstring.c"
