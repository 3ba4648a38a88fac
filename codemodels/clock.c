/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static host_clock *clocks;
static uint64_t analyses, trials;

/* Whether ngspice is solving an artificial circuit: source or gmin stepping. */
static int stepping(const CKTcircuit *ckt)
{
    return ckt->CKTsrcFact < 1 || ckt->CKTdiagGmin > fmax(ckt->CKTgmin, ckt->CKTgshunt);
}

/* Whether ngspice 39 can do what it is about to; it would crash otherwise. */
static int simulator_can(const CKTcircuit *ckt)
{
    if (ckt->CKTmaxOrder < 2) /* more state vectors exist than cm_analog_alloc enlarges */
        host_fail(".options maxord = %d is below 2, which ngspice cannot combine with code models that have a state",
                  ckt->CKTmaxOrder);
    else if (stepping(ckt)) /* it holds copies of the state vectors, which cm_analog_alloc does not enlarge */
        host_fail(".options noopiter cannot be combined in ngspice with code models that have a state");
    else if (strncmp(ckt->CKTcurJob->JOBname, "Sensitivity", 11) == 0)
        host_fail("ngspice cannot do a sensitivity analysis of a circuit with code models");
    else
        return 1;
    return 0;
}

host_clock *host_clock_join(const Mif_Private_t *mif_private)
{
    CKTcircuit *ckt = cm_get_circuit();
    host_clock *clock = clocks;
    while (clock && clock->circuit != ckt)
        clock = clock->next;
    if (!clock) {
        if (!simulator_can(ckt))
            return NULL;
        clock = malloc(sizeof *clock);
        if (!clock) {
            host_fail("out of memory");
            return NULL;
        }
        *clock = (host_clock){.next = clocks, .circuit = ckt, .owner = mif_private->callback};
        clocks = clock;
        cm_analog_alloc(0, sizeof(double));
    }
    clock->users++;
    return clock;
}

void host_clock_leave(host_clock *clock)
{
    if (--clock->users > 0)
        return;
    host_clock **link = &clocks;
    while (*link != clock)
        link = &(*link)->next;
    *link = clock->next;
    free(clock);
}

/* The next analysis of one run finds the state slots as the one before left them. */
static int begin_analysis(host_clock *clock)
{
    const CKTcircuit *ckt = clock->circuit;
    if (!(ckt->CKTmode & MODEINITJCT)) {
        host_fail(
            "this analysis cannot be resumed, ngspice has run the other ones of the netlist again in between and "
            "the state is lost; keep .tran as the only analysis of the netlist");
        return 0;
    }
    clock->job = ckt->CKTcurJob;
    clock->analysis = ++analyses;
    *(double *)cm_analog_get_ptr(0, 1) = 0;
    return 1;
}

int host_clock_tick(host_clock *clock, const Mif_Private_t *mif_private)
{
    if (clock->owner != mif_private->callback)
        return 1;
    const CKTcircuit *ckt = clock->circuit;
    if (clock->job != ckt->CKTcurJob && !begin_analysis(clock))
        return 0;
    clock->pass++;
    if (ckt->CKTmode & (MODEINITJCT | MODEINITPRED | MODEINITTRAN)) {
        clock->pass = 0;
        clock->trial = ++trials;
        clock->accepted = (uint64_t) * (const double *)cm_analog_get_ptr(0, 1);
    }
    clock->may_switch =
        mif_private->circuit.anal_type == MIF_TRAN || ((ckt->CKTmode & MODEDCTRANCURVE) && !stepping(ckt));
    *(double *)cm_analog_get_ptr(0, 0) = (double)clock->trial;
    return 1;
}

int host_clock_settled(const host_clock *clock, uint64_t trial)
{
    const CKTcircuit *ckt = clock->circuit;
    return clock->trial == trial && (ckt->CKTmode & MODEDCTRANCURVE) && ckt->CKTnoncon == 0;
}
