/* SPDX-License-Identifier: MIT */
/* What ngspice wants in every plug-in, compiled from ngspice's own source tree. */
#include "xspice/icm/dlmain.c"

#include "misc/dstring.c"
