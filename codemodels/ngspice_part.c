/* SPDX-License-Identifier: MIT */
/* The part of ngspice that belongs in every plug-in, from its source tree. */
#include "xspice/icm/dlmain.c"

#include "misc/dstring.c"
