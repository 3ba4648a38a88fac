/* SPDX-License-Identifier: MIT */
/* A crossbar of synaptogen/crossbar.h whose line ends are nodes of the circuit: the exact currents and the exact
 * conductance matrix of all its terminals go into the simulator's Newton iteration. */
#include "crossbar.h"
#include "fail.h"
#include "instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tile {
    host_crossbar *crossbar; /* NULL: failed */
    size_t ports;
    double *v;               /* V: [ports], of the pass */
    double *at[SYN_SIDES];   /* v by side, NULL where the ends are open */
    size_t lines[SYN_SIDES]; /* with terminals */
    double *y;               /* S: [ports x ports] */
} tile;

static void free_tile(tile *t)
{
    if (t->crossbar)
        host_crossbar_free(t->crossbar);
    free(t->v);
    free(t->y);
    t->crossbar = NULL;
    t->v = t->y = NULL;
}

static void release(ARGS, Mif_Callback_Reason_t reason)
{
    tile *t = host_kept(mif_private);
    if (reason != MIF_CB_DESTROY || !t)
        return;
    if (!t->crossbar)
        host_forget_failure();
    free_tile(t);
    free(t);
    host_keep(mif_private, NULL);
}

static void read_parameters(ARGS, host_crossbar_parameters *p)
{
    *p = (host_crossbar_parameters){.rows = PARAM_NULL(rows) ? NULL : &PARAM(rows),
                                    .cols = PARAM_NULL(cols) ? NULL : &PARAM(cols),
                                    .r_wl = PARAM_NULL(r_wl) ? NULL : &PARAM(r_wl),
                                    .r_bl = PARAM_NULL(r_bl) ? NULL : &PARAM(r_bl),
                                    .r_access = PARAM_NULL(r_access) ? NULL : &PARAM(r_access),
                                    .gmin = PARAM_NULL(gmin) ? NULL : &PARAM(gmin),
                                    .seed = PARAM_NULL(seed) ? NULL : &PARAM(seed),
                                    .first = PARAM_NULL(first) ? NULL : &PARAM(first),
                                    .order = PARAM_NULL(order) ? NULL : &PARAM(order),
                                    .r_init = PARAM_NULL(r_init) ? NULL : &PARAM(r_init),
                                    .lead = PARAM_NULL(lead) ? NULL : PARAM(lead),
                                    .params = PARAM_NULL(params) ? NULL : PARAM(params),
                                    .init = PARAM_NULL(init) ? NULL : PARAM(init),
                                    .start = PARAM_NULL(start) ? NULL : PARAM(start),
                                    .state = PARAM_NULL(state) ? NULL : PARAM(state),
                                    .state_out = PARAM_NULL(state_out) ? NULL : PARAM(state_out)};
}

/* Which ends are terminals, and whether the nodes of the instance are theirs. */
static int read_ends(ARGS, tile *t, const host_crossbar_parameters *p)
{
    const char *ends = PARAM_NULL(ends) ? "left+bottom" : PARAM(ends);
    int has[SYN_SIDES] = {0};
    size_t rows, cols, wanted = 0;
    if (!host_crossbar_size(p, &rows, &cols) || !host_crossbar_sides("ends", ends, has))
        return 0;
    for (int side = 0; side < SYN_SIDES; side++) {
        t->lines[side] = !has[side] ? 0 : side == SYN_LEFT || side == SYN_RIGHT ? rows : cols;
        wanted += t->lines[side];
    }
    t->ports = (size_t)PORT_SIZE(terminals);
    if (t->ports == wanted)
        return 1;
    host_fail("the ends \"%s\" of %zu rows and %zu cols are %zu nodes, not %zu", ends, rows, cols, wanted, t->ports);
    return 0;
}

/* Terminals are nodes themselves: their sources have no resistance. */
static host_crossbar *make_crossbar(ARGS, const tile *t, const host_crossbar_parameters *p)
{
    double *zeros = calloc(t->ports, sizeof *zeros);
    const double *end[SYN_SIDES];
    for (int side = 0; side < SYN_SIDES; side++)
        end[side] = t->lines[side] > 0 ? zeros : NULL;
    if (!zeros)
        host_fail("out of memory");
    host_crossbar *x = zeros ? host_crossbar_create(mif_private, host_instance_name(mif_private), p, end) : NULL;
    free(zeros);
    return x;
}

static tile *create(ARGS)
{
    host_crossbar_parameters p;
    tile *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    host_keep(mif_private, t);
    CALLBACK = release;
    read_parameters(mif_private, &p);
    if (!read_ends(mif_private, t, &p))
        return t;
    t->v = calloc(t->ports, sizeof *t->v);
    t->y = calloc(t->ports * t->ports, sizeof *t->y);
    if (!t->v || !t->y) {
        host_fail("out of memory");
        return t;
    }
    double *v = t->v;
    for (int side = 0; side < SYN_SIDES; v += t->lines[side++])
        t->at[side] = t->lines[side] > 0 ? v : NULL;
    t->crossbar = make_crossbar(mif_private, t, &p);
    return t;
}

/* 0 after host_fail. */
static int pass(ARGS, tile *t)
{
    const double *const v[SYN_SIDES] = {t->at[0], t->at[1], t->at[2], t->at[3]};
    for (size_t k = 0; k < t->ports; k++)
        t->v[k] = INPUT(terminals[k]);
    const int fresh = host_crossbar_pass(t->crossbar, v);
    if (fresh <= 0)
        return fresh == 0;
    syn_error err;
    if (syn_crossbar_port_matrix(host_crossbar_solver(t->crossbar), t->y, &err) == SYN_OK)
        return 1;
    host_fail("%s", err.text);
    return 0;
}

static void load_currents(ARGS, const tile *t)
{
    size_t k = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t line = 0; line < t->lines[side]; line++)
            OUTPUT(terminals[k++]) = syn_crossbar_current(host_crossbar_solver(t->crossbar), (syn_side)side)[line];
}

void cm_synaptogen_tile(ARGS)
{
    tile *t = INIT ? create(mif_private) : host_kept(mif_private);
    if (!t || !t->crossbar) {
        host_fail_again();
        return;
    }
    if (!host_clock_tick(host_crossbar_clock(t->crossbar), mif_private) ||
        (ANALYSIS != MIF_AC && !pass(mif_private, t))) {
        free_tile(t);
        return;
    }
    load_currents(mif_private, t);
    for (size_t k = 0; k < t->ports; k++)
        for (size_t l = 0; l < t->ports; l++)
            if (ANALYSIS == MIF_AC)
                AC_GAIN(terminals[k], terminals[l]) = (Mif_Complex_t){t->y[k + t->ports * l], 0};
            else
                PARTIAL(terminals[k], terminals[l]) = t->y[k + t->ports * l];
}

static int ask(CKTcircuit *ckt, GENinstance *g, int question, IFvalue *value, IFvalue *select)
{
    (void)ckt;
    (void)select;
    const tile *t = host_kept_of(g);
    host_crossbar_answer(t ? t->crossbar : NULL, host_monitor(g, question), value);
    return OK;
}

static int take_point(CKTcircuit *ckt, GENmodel *first)
{
    (void)ckt;
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));) {
        const tile *t = host_kept_of(g);
        const int error = t && t->crossbar ? host_crossbar_accept(t->crossbar) : OK;
        if (error)
            return error;
    }
    return OK;
}

extern SPICEdev cm_synaptogen_tile_info;

__attribute__((constructor)) static void take_over(void)
{
    host_take_over(&cm_synaptogen_tile_info, ask, take_point);
}
