/* SPDX-License-Identifier: MIT */
#include "crossbar/wires.h"
#include "base/base.h"
#include "base/numeric.h"
#include "crossbar/access.h"

#include <math.h>

syn_status synp_wires_check(const syn_wires *w, syn_error *err)
{
    if (w->rows == 0 || w->cols == 0)
        return synp_fail(err, SYN_EINVAL, w->rows ? "cols" : "rows", "0 is not >= 1");
    if (w->rows > SIZE_MAX / 1024 / (w->cols + SYNP_STRIP)) /* no size in bytes overflows below this */
        return synp_no_memory(err);
    const syn_status status = synp_access_check(&w->access, err);
    if (status)
        return status;
    if (!(w->gmin >= 0 && isfinite(w->gmin)))
        return synp_fail(err, SYN_EINVAL, "gmin", "%s S is not finite and >= 0", SYNP_TEXT_OF(w->gmin));
    return synp_check_reserved(w->reserved, sizeof w->reserved, "syn_wires", err);
}

syn_status synp_wires_line(const syn_wires *w, int along, size_t i, double *r, double lead[2], syn_error *err)
{
    const double *each = along ? w->r_bl_each : w->r_wl_each;
    const double ohm = each ? each[i] : along ? w->r_bl : w->r_wl;
    if (!(ohm >= 0 && isfinite(ohm)))
        return synp_fail(err, SYN_EINVAL, along ? "r_bl" : "r_wl", "%s ohm of line %zu is not finite and >= 0",
                         SYNP_TEXT_OF(ohm), i);
    *r = ohm;
    for (int far = 0; far < 2; far++) {
        const syn_side side = (syn_side)(2 * along + far);
        const double *end = w->end[side];
        if (end && !(end[i] >= 0))
            return synp_fail(err, SYN_EINVAL, syn_side_name(side), "%s ohm at line %zu is not >= 0",
                             SYNP_TEXT_OF(end[i]), i);
        lead[far] = end ? 1 / (end[i] + (w->half_leads ? ohm / 2 : ohm)) : 0;
    }
    if (isinf(lead[0]) && isinf(lead[1]))
        return synp_fail(err, SYN_EINVAL, syn_side_name((syn_side)(2 * along)),
                         "%s line %zu joins its two terminals without any resistance", along ? "bit" : "word", i);
    return SYN_OK;
}
