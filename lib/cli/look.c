/* SPDX-License-Identifier: MIT */
#include "cli/look.h"

#include <math.h>

const cli_option options_look[] = {
    {"u0", "V", NUMBER(look_options, u0, 0.001, 5), .fallback = "0.2",
     .help = "voltage at which resistances are read"},
    {"polarity", "auto|negative|positive", CHOICE(look_options, polarity), .fallback = "auto",
     .help = "sign of the voltage that SETs; auto: found from the first sweeps"},
    {0},
};

syn_record_options look_settings(const look_options *o)
{
    static const syn_polarity polarity[] = {SYN_POLARITY_AUTO, SYN_POLARITY_NEGATIVE, SYN_POLARITY_POSITIVE};
    return (syn_record_options){.u0 = o->u0, .polarity = polarity[o->polarity]};
}

/* Name of the sign of the voltage that SETs (true) or RESETs, as recorded. */
static const char *sign_name(const syn_record *r, bool sets)
{
    return r->positive_set == sets ? "positive" : "negative";
}

/* The offset with the sign of the recorded current, A. */
static double recorded_offset(const syn_record *r)
{
    return r->positive_set == r->opposite ? r->offset : -r->offset;
}

static bool is_outside(const syn_record *r)
{
    return r->u_reset_end > 0 && r->u_reset_end <= r->u0;
}

void look_warn(FILE *f, const syn_record *r, bool polarity_given)
{
    if (r->positive_set && !polarity_given)
        fputs("positive voltages SET: voltages and currents change their signs\n", f);
    if (!r->polarity_found && r->sweeps > 0 && !polarity_given)
        fputs("nothing shows which voltages SET: negative ones are assumed. --polarity decides\n", f);
    if (r->opposite)
        fputs("the current was recorded with the opposite sign: it is turned\n", f);
    if (r->absolute)
        fputs("|current| was recorded: it gets the sign of the voltage\n", f);
    if (r->offset_moves)
        fprintf(f, "the offset of the current wanders by %.2g A around %.3g A: each sweep's own is taken off\n",
                r->offset_spread, recorded_offset(r));
    else if (r->offset != 0)
        fprintf(f, "offset of the current: %.3g A +- %.1g A, taken off\n", recorded_offset(r), r->offset_error);
    if (r->sweeps > 0 && r->u_set_end == 0)
        fprintf(f, "no %s voltages in the file: no SET can be found\n", sign_name(r, true));
    if (r->sweeps > 0 && r->u_reset_end == 0)
        fprintf(f, "no %s voltages in the file: no RESET and no resistance can be found\n", sign_name(r, false));
    if (is_outside(r))
        fprintf(f, "u0 of %g V lies outside of the sweeps, which end at %.3g V: choose a smaller --u0\n", r->u0,
                r->u_reset_end);
}

void look_print(FILE *f, const syn_record *r)
{
    fprintf(f, "looked at     %zu sweeps of %zu points\n", r->sweeps, r->points);
    fprintf(f, "ramp          %.3g V on the side that SETs, %.3g V on the other, steps of %.3g V\n", r->u_set_end,
            r->u_reset_end, r->step);
    fprintf(f, "SET           at %s voltages%s\n", sign_name(r, true),
            r->polarity_found ? "" : " (not shown by the record)");
    fprintf(f, "current       %s\n",
            r->opposite   ? "of the other electrode: its sign is opposite"
            : r->absolute ? "recorded without its sign"
                          : "has the sign of the voltage");
    if (r->offset_moves)
        fprintf(f, "offset        wanders by %.2g A around %.3g A\n", r->offset_spread, recorded_offset(r));
    else if (r->offset != 0)
        fprintf(f, "offset        %.3g A +- %.1g A\n", recorded_offset(r), r->offset_error);
    else
        fputs("offset        none that matters\n", f);
    fprintf(f, "noise         %.2g A\n", r->noise);
    if (r->compliance > 0)
        fprintf(f, "compliance    %.3g A%s\n", r->compliance,
                r->clamped ? "; the voltage stands still there: it was measured" : "");
    else
        fputs("compliance    none seen\n", f);
    if (r->snap > 0)
        fprintf(f, "snap-back     the voltage falls by %.2g V at a SET: it was measured\n", r->snap);
    if (isnan(r->g_lrs))
        fputs("resistance    no sweep with SET and RESET\n", f);
    else
        fprintf(f, "resistance    %.3g ohm in LRS, %.3g ohm in HRS at %g V\n", 1 / r->g_lrs, 1 / r->g_hrs, r->u0);
}
