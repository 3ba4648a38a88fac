/* SPDX-License-Identifier: MIT */
#include "range.h"

#include "fail.h"
#include "instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char consequence[] = "is beyond the fitted range of the model";

/* Returns the text of a warning, to be freed; where: empty, or the cell. */
static char *make_text(double u, double limit, double time, const char *where)
{
    char at[32] = "", *text = NULL;
    if (!isnan(time))
        snprintf(at, sizeof at, " at %.4g s", time);
    if (asprintf(&text, "synaptogen: %.4g V%s%s %s, +-%.4g V; the current is extrapolated", u, where, at, consequence,
                 limit) < 0)
        return NULL;
    return text;
}

/* For an instance in its call. */
static void tell(host_clock *clock, double u, double limit, double time)
{
    char *text = clock->warned ? NULL : make_text(u, limit, time, "");
    clock->warned = true;
    if (text)
        cm_message_send(text);
    free(text);
}

/* At the first pass of a trial the voltage is that of the last accepted solution. The last pass of an operating point is a
 * look at its solution. */
void host_range_look(host_clock *clock, const Mif_Private_t *mif_private, double u, double limit, float *peak)
{
    const CKTcircuit *ckt = clock->circuit;
    if (clock->begins)
        *peak = 0;
    if (clock->looks_back)
        *peak = (float)fmax((double)*peak, fabs(u));
    if (fabs(u) <= limit || clock->warned)
        return;
    if (clock->looks_back || (ckt->CKTmode & MODEINITSMSIG))
        tell(clock, u, limit, clock->transient ? ckt->CKTtime - ckt->CKTdelta : NAN);
    else if (clock->beyond.pass != clock->pass)
        clock->beyond = (host_beyond){clock->pass, host_instance_name(mif_private), u, limit};
}

double host_range_peak(const Mif_Port_Data_t *port, float peak)
{
    return fmax((double)peak, fabs(port->input.rvalue));
}

char *host_range_text(host_clock *clock, double u, double limit, double time, size_t row, size_t col)
{
    char where[64];
    if (clock->warned || !(fabs(u) > limit))
        return NULL;
    clock->warned = true;
    snprintf(where, sizeof where, " across cell (%zu, %zu)", row, col);
    return make_text(u, limit, time, where);
}

void host_range_end(host_clock *clock)
{
    const CKTcircuit *ckt = clock->circuit;
    const host_beyond *b = &clock->beyond;
    if (clock->warned || b->pass != clock->pass || b->pass == 0 || ckt->CKTnoncon != 0 || host_failed(clock->job))
        return;
    char *text = make_text(b->u, b->limit, clock->transient ? ckt->CKTtime : NAN, "");
    clock->warned = true;
    if (text)
        dprintf(STDERR_FILENO, "Instance: %s   Message: %s\n", b->name, text);
    free(text);
}
