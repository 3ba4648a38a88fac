/* SPDX-License-Identifier: MIT */
/* Comments at the top: they explain the circuit, the results and the files. */
#include "cli/netlist/netlist.h"

#include <ctype.h>

static void put_command(const netlist *n)
{
    fputs("* Made by: synaptogen", n->f);
    for (int k = 0; k < n->o->line.count; k++) {
        fputc(' ', n->f);
        for (const char *s = n->o->line.words[k]; *s; s++)
            fputc(iscntrl((unsigned char)*s) ? '?' : *s, n->f);
    }
    fputc('\n', n->f);
}

static void explain_selection(const netlist *n)
{
    const char *others[] = {"cells on one of its lines half of it, all others nothing",
                            "all other cells a third of it or its opposite", "cells in other rows are off"};
    fprintf(
        n->f,
        "* Shows:   for each row one SET pulse at %.6g V for its ones and one RESET pulse at %.6g V for its zeros\n"
        "*          (across a selected cell, word line to bit line); meanwhile %s.\n",
        n->v_set, n->v_reset, others[n->scheme]);
}

/* Four to five time points a ramp: ngspice restarts at a tenth of it and doubles its steps. */
static void explain_points(const netlist *n)
{
    const size_t ramps = netlist_phases_per_row(n);
    if (n->o->job == JOB_VERIFY)
        fputs("* Points:  about one for each pulse: while the analysis is stopped the control commands read the row, "
              "choose\n"
              "*          its pulses and alter the sources. Rounds go on until every cell reads as wanted.\n",
              n->f);
    else
        fprintf(
            n->f,
            "* Points:  about %d time points for each row, of %zu ramps. All sources have their corners at the same\n"
            "*          times, where each cell has its extreme voltages: no switching event lies between points.\n",
            ramps == 2 ? 9 : 14, ramps);
}

static void explain_results(const netlist *n)
{
    fprintf(n->f,
            "* Prints:  how many cells read wrong (LRS is below %.5g ohm)%s.\n%s"
            "* Writes:  %s.map: column, row, bit wanted, %s%s\n",
            n->limit,
            n->o->job == JOB_VERIFY ? ", rounds and pulses"
            : netlist_has_cells(n)  ? ", how many never switched, how many changed for other rows' pulses"
                                    : "",
            n->o->job == JOB_VERIFY ? "*          ngspice notes each stop on standard error: condition met.\n" : "",
            n->name, netlist_has_cells(n) ? "ohm, mode (0 HRS, 1 LRS, 2 between), cycles begun" : "ohm",
            n->o->picture ? "; and a picture of it" : "");
}

static void explain_read(const netlist *n)
{
    fprintf(n->f, "* Shows:   currents of all columns at once, in one operating point; %s.\n",
            n->o->kind == KIND_1T1R ? "word lines are gates, bit lines are at the read voltage, source lines sense"
                                    : "word lines are at their voltages, bit lines sense at 0 V");
    fprintf(n->f, "* Prints:  smallest, largest and total current.\n* Writes:  %s.data: column, A out of the array\n",
            n->name);
}

void netlist_put_heading(const netlist *n)
{
    static const char *const titles[] = {"write", "read of all columns", "write with verify"};
    fprintf(n->f, "Crossbar of %zu x %zu cells (%s): %s\n", n->rows, n->cols, netlist_kinds[n->o->kind],
            titles[n->o->job]);
    put_command(n);
    if (n->o->job == JOB_READ) {
        explain_read(n);
    } else {
        explain_selection(n);
        explain_points(n);
        explain_results(n);
    }
    fprintf(n->f, ".include %s\n", n->library);
}
