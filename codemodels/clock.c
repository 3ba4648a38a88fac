/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include "fail.h"
#include "range.h"

#include "ngspice/spardefs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A source that was altered jumps when the analysis is resumed. Over a jump the trapezoidal rule rings, and the
 * simulator does not see the error, because it takes it from differences of the last three points. So the steps after it
 * are of order 1, which goes to the new value without an overshoot: for as long as the first step would have been, and at
 * least this many. */
enum { SOFT_POINTS = 4 };

static LIST_HEAD(, host_clock) clocks = LIST_HEAD_INITIALIZER(clocks);
static uint64_t analyses, trials;

/* Whether ngspice is solving an artificial circuit: source or gmin stepping. */
static bool stepping(const CKTcircuit *ckt)
{
    return ckt->CKTsrcFact < 1 || ckt->CKTdiagGmin > fmax(ckt->CKTgmin, ckt->CKTgshunt);
}

/* Whether ngspice 39 can combine the circuit's options with code models that have a state; it would crash
 * otherwise. */
static bool simulator_can(const CKTcircuit *ckt)
{
    if (ckt->CKTmaxOrder < 2) /* more state vectors exist than cm_analog_alloc enlarges */
        host_fail(".options maxord = %d is below 2, which ngspice cannot combine with code models that have a state",
                  ckt->CKTmaxOrder);
    else if (stepping(ckt)) /* it holds copies of the state vectors, which cm_analog_alloc does not enlarge */
        host_fail(".options noopiter cannot be combined in ngspice with code models that have a state");
    else
        return true;
    return false;
}

static bool is_analysis(const CKTcircuit *ckt, const char *name)
{
    return strncmp(ckt->CKTcurJob->JOBname, name, strlen(name)) == 0;
}

/* Whether the analysis is that of the noise of S-parameters. */
static bool is_sp_noise(const CKTcircuit *ckt)
{
#ifdef RFSPICE
    return is_analysis(ckt, "SP") && ((const SPAN *)ckt->CKTcurJob)->SPdoNoise;
#else
    (void)ckt;
    return false;
#endif
}

/* Refuses analyses that ngspice would run without the code models, or in which it would crash. Returns false after
 * host_fail. */
static bool check_analysis(const CKTcircuit *ckt)
{
    if (is_analysis(ckt, "Sensitivity"))
        host_fail("ngspice cannot do a sensitivity analysis of a circuit with code models");
    else if (is_analysis(ckt, "Distortion"))
        host_fail("a distortion analysis would leave the cells out; use .tran and .four");
    else if (is_sp_noise(ckt))
        host_fail("the noise of an S-parameter analysis would leave the cells out; use .noise");
    else
        return true;
    return false;
}

static host_clock *clock_of(const CKTcircuit *ckt)
{
    host_clock *clock;
    LIST_FOREACH (clock, &clocks, link)
        if (clock->circuit == ckt)
            return clock;
    return NULL;
}

host_clock *host_clock_join(const Mif_Private_t *mif_private)
{
    CKTcircuit *ckt = cm_get_circuit();
    host_clock *clock = clock_of(ckt);
    if (!clock) {
        if (!simulator_can(ckt) || !check_analysis(ckt))
            return NULL;
        clock = malloc(sizeof *clock);
        if (!clock) {
            host_no_memory();
            return NULL;
        }
        *clock = (host_clock){.circuit = ckt, .groups = host_groups_create(ckt), .owner = mif_private->callback};
        if (!clock->groups) {
            free(clock);
            host_no_memory();
            return NULL;
        }
        LIST_INSERT_HEAD(&clocks, clock, link);
        cm_analog_alloc(0, sizeof(double));
    }
    clock->users++;
    return clock;
}

void host_clock_leave(host_clock *clock)
{
    if (--clock->users > 0)
        return;
    LIST_REMOVE(clock, link);
    host_range_end(clock);
    host_groups_free(clock->groups);
    free(clock);
}

/* The trial that ends the analysis, see clock.h. When a point of a sweep fails, the simulator tries artificial circuits
 * last. */
static uint64_t end_of(const host_clock *clock)
{
    const bool well = clock->in_time ? clock->taken == clock->trial : clock->sweeps && clock->may_switch;
    return well && !host_failed(clock->job) ? clock->trial : 0;
}

uint64_t host_clock_end(const host_clock *clock)
{
    return !clock->sweeps || host_clock_settled(clock, clock->trial) ? end_of(clock) : 0;
}

int host_clock_accept(CKTcircuit *ckt, GENmodel *models)
{
    (void)models;
    host_clock *clock = clock_of(ckt);
    if (!clock || clock->taken == clock->trial)
        return OK;
    clock->taken = clock->trial;
    if (clock->transient && (clock->soft > 0 || ckt->CKTtime < clock->soft_until)) {
        ckt->CKTorder = 1;
        clock->soft--;
    }
    return OK;
}

/* The next analysis of a run finds the state slots as the one before has left them. */
static bool begin_analysis(host_clock *clock)
{
    const CKTcircuit *ckt = clock->circuit;
    if (!(ckt->CKTmode & MODEINITJCT)) {
        host_fail(
            "this analysis cannot be resumed, ngspice has run the other ones of the netlist again in between and "
            "the state is lost; keep .tran as the only analysis of the netlist");
        return false;
    }
    if (!check_analysis(ckt))
        return false;
    clock->last = end_of(clock);
    clock->iterations = ckt->CKTstat->STATtranIter;
    host_range_end(clock);
    clock->warned = false;
    clock->job = ckt->CKTcurJob;
    clock->sweeps = is_analysis(ckt, "DC transfer");
    clock->in_time = is_analysis(ckt, "Transient") || is_analysis(ckt, "Periodic");
    clock->analysis = ++analyses;
    *(double *)cm_analog_get_ptr(0, 1) = 0;
    return true;
}

bool host_clock_tick(host_clock *clock, const Mif_Private_t *mif_private)
{
    if (clock->owner != mif_private->callback)
        return true;
    const CKTcircuit *ckt = clock->circuit;
    clock->begins = clock->job != ckt->CKTcurJob;
    if (clock->begins && !begin_analysis(clock))
        return false;
    clock->pass++;
    clock->looks_back = (ckt->CKTmode & (MODEINITPRED | MODEINITTRAN)) != 0;
    if (ckt->CKTmode & (MODEINITJCT | MODEINITPRED | MODEINITTRAN)) {
        clock->trial = ++trials;
        if (ckt->CKTstat->STATtranIter != clock->iterations) {
            clock->resumed = clock->trial;
            clock->soft = SOFT_POINTS;
            clock->soft_until = ckt->CKTtime;
        }
        clock->iterations = ckt->CKTstat->STATtranIter;
        host_groups_be_patient(clock->groups);
        clock->accepted = (uint64_t) * (const double *)cm_analog_get_ptr(0, 1);
    }
    /* Not the simulator's word for code models: when a circuit is loaded it becomes "DC", also for a halted analysis of
     * another circuit. */
    clock->transient = clock->in_time && (ckt->CKTmode & MODETRAN);
    clock->may_switch = clock->transient || ((ckt->CKTmode & MODEDCTRANCURVE) && !stepping(ckt));
    *(double *)cm_analog_get_ptr(0, 0) = (double)clock->trial;
    return true;
}

bool host_clock_settled(const host_clock *clock, uint64_t trial)
{
    const CKTcircuit *ckt = clock->circuit;
    return clock->trial == trial && (ckt->CKTmode & MODEDCTRANCURVE) && ckt->CKTnoncon == 0;
}

int host_clock_shorten(GENmodel *models, CKTcircuit *ckt, double *step)
{
    (void)models;
    const host_clock *clock = clock_of(ckt);
    double part = clock ? host_groups_step(clock->groups, clock->trial) : 1;
    /* As after a breakpoint. */
    if (clock && clock->transient && clock->resumed == clock->trial) {
        ckt->CKTorder = 1;
        part = fmin(part, 0.1);
    }
    /* ngspice rejects a point only if the wish is below 0.9 of the step. */
    if (part < 1 && ckt->CKTdelta > 8 * ckt->CKTdelmin)
        *step = fmin(*step, fmax(fmin(part, 0.85) * ckt->CKTdelta, 4 * ckt->CKTdelmin));
    return OK;
}
