/* SPDX-License-Identifier: MIT */
/* A crossbar of synaptogen/crossbar.h whose line ends are nodes of the circuit. The simulator's Newton iteration
 * gets the exact currents and the exact conductance matrix of all terminals. */
#include "cell_monitors.h"
#include "crossbar.h"
#include "device.h"
#include "fail.h"
#include "instance.h"
#include "small_signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern SPICEdev cm_synaptogen_tile_info;

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

/* Reads which ends are terminals. Returns false after host_fail: the instance has another number of nodes. */
static bool read_ends(ARGS, tile *t, const host_crossbar_parameters *p)
{
    const char *ends = PARAM_NULL(ends) ? "left+bottom" : PARAM(ends);
    bool has[SYN_SIDES] = {false};
    size_t rows, cols, wanted = 0;
    if (!host_crossbar_size(p, &rows, &cols) || !host_crossbar_sides("ends", ends, has))
        return false;
    for (int side = 0; side < SYN_SIDES; side++) {
        t->lines[side] = !has[side] ? 0 : side == SYN_LEFT || side == SYN_RIGHT ? rows : cols;
        wanted += t->lines[side];
    }
    t->ports = (size_t)PORT_SIZE(terminals);
    if (t->ports == wanted)
        return true;
    host_fail("the ends \"%s\" of %zu rows and %zu cols are %zu nodes, not %zu", ends, rows, cols, wanted, t->ports);
    return false;
}

/* A terminal is a node of the circuit, so there is no resistance at its line end. */
static host_crossbar *make_crossbar(ARGS, const tile *t, const host_crossbar_parameters *p)
{
    double *zeros = calloc(t->ports, sizeof *zeros);
    const double *end[SYN_SIDES];
    for (int side = 0; side < SYN_SIDES; side++)
        end[side] = t->lines[side] > 0 ? zeros : NULL;
    if (!zeros)
        host_no_memory();
    host_crossbar *x = zeros ? host_crossbar_create(mif_private, host_instance_name(mif_private), p, end) : NULL;
    const Mif_Port_Data_t *port = NULL;
    for (size_t k = 0; x && k < t->ports && !port; k++)
        if (!host_groups_held(host_crossbar_clock(x)->groups, mif_private->conn[0]->port[k]))
            port = mif_private->conn[0]->port[k];
    if (x && !host_crossbar_place(x, p, end, port)) {
        host_crossbar_free(x);
        x = NULL;
    }
    free(zeros);
    return x;
}

static void name_cells(const tile *t)
{
    const syn_crossbar *x = host_crossbar_solver(t->crossbar);
    host_name_cells(&cm_synaptogen_tile_info, syn_crossbar_rows(x), syn_crossbar_cols(x));
}

static tile *create(ARGS)
{
    static const char *const own[] = {"ends", NULL};
    host_crossbar_parameters p;
    tile *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    host_keep(mif_private, t);
    CALLBACK = release;
    if (!host_crossbar_read(mif_private, &cm_synaptogen_tile_info, own, &p) || !read_ends(mif_private, t, &p))
        return t;
    t->v = calloc(t->ports, sizeof *t->v);
    t->y = calloc(t->ports * t->ports, sizeof *t->y);
    if (!t->v || !t->y) {
        host_no_memory();
        return t;
    }
    double *v = t->v;
    for (int side = 0; side < SYN_SIDES; v += t->lines[side++])
        t->at[side] = t->lines[side] > 0 ? v : NULL;
    t->crossbar = make_crossbar(mif_private, t, &p);
    if (t->crossbar)
        name_cells(t);
    return t;
}

/* Returns false after host_fail. */
static bool pass(ARGS, tile *t)
{
    const double *const v[SYN_SIDES] = {t->at[0], t->at[1], t->at[2], t->at[3]};
    for (size_t k = 0; k < t->ports; k++)
        t->v[k] = INPUT(terminals[k]);
    bool fresh;
    if (!host_crossbar_pass(t->crossbar, v, &fresh))
        return false;
    if (!fresh)
        return true;
    syn_error err;
    if (syn_crossbar_port_matrix(host_crossbar_solver(t->crossbar), t->y, &err) == SYN_OK)
        return true;
    host_fail("%s", err.text);
    return false;
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
    host_read_inputs(mif_private);
    if (!host_clock_tick(host_crossbar_clock(t->crossbar), mif_private) || !pass(mif_private, t)) {
        free_tile(t);
        return;
    }
    load_currents(mif_private, t);
    for (size_t k = 0; k < t->ports; k++)
        for (size_t l = 0; l < t->ports; l++)
            PARTIAL(terminals[k], terminals[l]) = t->y[k + t->ports * l];
    host_hand_over(mif_private);
}

static size_t count_ports(const GENinstance *g)
{
    const tile *t = host_kept_of(g);
    return t && t->crossbar ? t->ports : 0;
}

static double conductance(const GENinstance *g, size_t k, size_t l)
{
    const tile *t = host_kept_of(g);
    return t->y[k + t->ports * l];
}

static bool noise_density(const GENinstance *g, const CKTcircuit *ckt, double *density)
{
    const tile *t = host_kept_of(g);
    const double *const v[SYN_SIDES] = {t->at[0], t->at[1], t->at[2], t->at[3]};
    for (int imaginary = 0; imaginary < 2; imaginary++) {
        for (size_t k = 0; k < t->ports; k++)
            t->v[k] = host_transfer(g, 0, k, ckt, imaginary);
        if (!host_crossbar_noise(t->crossbar, v, density))
            return false;
    }
    return true;
}

static host_small_signal small_signal = {
    .ports = count_ports, .conductance = conductance, .parts = {"thermal", "shot", "wires"}, .noise = noise_density};

static int ac_load(GENmodel *first, CKTcircuit *ckt)
{
    (void)ckt;
    return host_add_conductances(&small_signal, first);
}

static int pz_load(GENmodel *first, CKTcircuit *ckt, SPcomplex *s)
{
    (void)ckt;
    (void)s;
    return host_add_conductances(&small_signal, first);
}

static int noise(int mode, int operation, GENmodel *first, CKTcircuit *ckt, Ndata *data, double *density)
{
    return host_add_noise(&small_signal, mode, operation, first, ckt, data, density);
}

static int ask(CKTcircuit *ckt, GENinstance *g, int question, IFvalue *value, IFvalue *select)
{
    (void)ckt;
    (void)select;
    const tile *t = host_kept_of(g);
    return host_crossbar_answer(t ? t->crossbar : NULL, &cm_synaptogen_tile_info, host_monitor(g, question), value);
}

static int take_point(CKTcircuit *ckt, GENmodel *first)
{
    host_clock_accept(ckt, first);
    for (const GENinstance *g = NULL; (g = host_next_instance(first, g));) {
        const tile *t = host_kept_of(g);
        const int error = t && t->crossbar ? host_crossbar_accept(t->crossbar) : OK;
        if (error)
            return error;
    }
    return OK;
}

__attribute__((constructor)) static void take_over(void)
{
    host_take_over(&cm_synaptogen_tile_info, ask, take_point);
    host_take_over_small_signal(&cm_synaptogen_tile_info, ac_load, pz_load, noise);
}
