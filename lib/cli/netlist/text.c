/* SPDX-License-Identifier: MIT */
#include "cli/netlist/netlist.h"

#include <inttypes.h>
#include <math.h>

const char *const netlist_kinds[] = {"discrete", "tile", "array", "1t1r"};

void netlist_put_time(const netlist *n, double phases)
{
    const double t = phases * n->o->pulse;
    const char units[] = "pnum";
    int k = 0;
    while (k < 3 && n->o->pulse >= 1e-12 * pow(1000, k + 1) * 0.999)
        k++;
    fprintf(n->f, "%.9g%c", t * 1e12 / pow(1000, k), units[k]);
}

void netlist_put_device(const netlist *n)
{
    const netlist_options *o = n->o;
    fprintf(n->f, " seed=%" PRIu64, o->model.seed);
    if (o->history == SYN_STATIONARY)
        fputs(" start=\"stationary\"", n->f);
    if (o->model.order)
        fprintf(n->f, " order=%" PRIu64, o->model.order);
    if (o->model.params)
        fprintf(n->f, " params=\"%s\"", o->model.params);
}
