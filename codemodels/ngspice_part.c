/* SPDX-License-Identifier: MIT */
/* The part of ngspice that belongs in every plug-in, from its source tree. */
/* A plug-in may have a function of its own in its place, as device.c. */
#pragma weak CMdevNum

#include "xspice/icm/dlmain.c" /* NOLINT(bugprone-suspicious-include) */

#include "misc/dstring.c" /* NOLINT(bugprone-suspicious-include) */
