/* SPDX-License-Identifier: MIT */
/* The wires as the caller gives them. */
#ifndef CROSSBAR_WIRES_H
#define CROSSBAR_WIRES_H

#include "crossbar/lines/kernel.h"

/* Returns SYN_OK; SYN_EINVAL for a size of 0, a gmin or an access device that makes no circuit (err names the field);
 * SYN_ENOMEM for more cells than there is memory for. */
syn_status synp_wires_check(const syn_wires *w, syn_error *err);

/* r: ohm per segment of line i, a word line (along = 0) or bit line (along = 1). lead: S from its first and last cell
 * to the sources; 0: open, INFINITY: the line's end is the source's node. Returns SYN_OK or SYN_EINVAL (err names the
 * field and the line). */
syn_status synp_wires_line(const syn_wires *w, int along, size_t i, double *r, double lead[2], syn_error *err);

#endif
