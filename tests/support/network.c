/* SPDX-License-Identifier: MIT */
#include "support/network.h"

#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SIZEOF_FLOAT128__
typedef __float128 wide;
#else
typedef long double wide; /* of 113 bits where there is no other type of that width */
#endif

/* Between the nodes a and b: a conductance g, a cell of state r, or a curve that goes through (0, 0). */
typedef struct element {
    enum { CONDUCTANCE, CELL, CURVE } kind;
    size_t a, b;
    wide g;
    double r;
    const syn_model *model;
    const syn_access *curve;
} element;

/* Nodes: of the crossings, u, w and the one between cell and access device of each, then the terminals, whose
 * voltages are given. Those of an ideal wire are one: same[] leads to it. */
typedef struct network {
    const syn_wires *wires;
    size_t inner, nodes, count;
    size_t *same;
    element *elements;
    wide *v, *s, *y; /* V; A that flow out of each node; S between nodes i < j at i + nodes j */
} network;

static size_t root_of(const network *n, size_t a)
{
    while (n->same[a] != a)
        a = n->same[a];
    return a;
}

static void add_element(network *n, element e)
{
    n->elements[n->count++] = e;
}

/* A terminal, whose number is higher, stands for what is joined to it. */
static void add_resistance(network *n, size_t a, size_t b, wide r)
{
    const size_t x = root_of(n, a), y = root_of(n, b);
    if (r == 0)
        n->same[x < y ? x : y] = x < y ? y : x;
    else
        add_element(n, (element){.kind = CONDUCTANCE, .a = a, .b = b, .g = 1 / r});
}

static size_t node_of(const network *n, int along, size_t line, size_t position)
{
    const size_t i = along ? position : line, j = along ? line : position;
    return 3 * (i + n->wires->rows * j) + (size_t)along;
}

static size_t lines_at(const syn_wires *w, int side)
{
    return side / 2 ? w->cols : w->rows;
}

static int has_terminal(const syn_wires *w, int side, size_t i)
{
    return w->end[side] && isfinite(w->end[side][i]);
}

static void add_wires(network *n)
{
    const syn_wires *w = n->wires;
    for (int side = 0; side < SYN_SIDES; side++) {
        const int along = side / 2;
        const double *each = along ? w->r_bl_each : w->r_wl_each;
        const size_t length = lines_at(w, !along * 2);
        for (size_t i = 0; i < lines_at(w, side); i++) {
            const wide r = (wide)(each ? each[i] : along ? w->r_bl : w->r_wl);
            for (size_t p = 0; side % 2 == 0 && p + 1 < length; p++)
                add_resistance(n, node_of(n, along, i, p), node_of(n, along, i, p + 1), r);
            if (has_terminal(w, side, i))
                add_resistance(n, n->nodes++, node_of(n, along, i, side % 2 ? length - 1 : 0),
                               r / (w->half_leads ? 2 : 1) + (wide)w->end[side][i]);
        }
    }
}

static void add_cells(network *n, const network_cells *c, const syn_access *access)
{
    const size_t rows = n->wires->rows, cells = rows * n->wires->cols;
    for (size_t k = 0; k < cells; k++) {
        const size_t u = 3 * k, w = u + 1, between = u + 2;
        if (n->wires->gmin > 0)
            add_element(n, (element){.kind = CONDUCTANCE, .a = u, .b = w, .g = (wide)n->wires->gmin});
        if (c->on && !c->on[k % rows])
            continue;
        if (c->g)
            add_element(n, (element){.kind = CONDUCTANCE, .a = u, .b = between, .g = (wide)c->g[k]});
        else
            add_element(n, (element){.kind = CELL,
                                     .a = u,
                                     .b = between,
                                     .r = c->r[k],
                                     .model = c->model ? c->model : support_model(0)});
        if (access->points > 0)
            add_element(n, (element){.kind = CURVE, .a = between, .b = w, .curve = access});
        else
            add_resistance(n, between, w, (wide)access->resistance);
    }
}

/* The current through an element and its slope at u. */
static wide current_of(const element *e, wide u, wide *g)
{
    double slope;
    *g = e->g;
    if (e->kind == CONDUCTANCE)
        return e->g * u;
    if (e->kind == CELL) {
        const wide i = (wide)syn_current(e->model, e->r, (double)u, &slope);
        *g = (wide)slope;
        return i;
    }
    const syn_access *c = e->curve; /* in series with its resistance */
    size_t k = 0;
    while (k + 2 < c->points && u > (wide)c->u[k + 1] + (wide)c->resistance * (wide)c->i[k + 1])
        k++;
    const wide rise = (wide)c->i[k + 1] - (wide)c->i[k];
    *g = rise / ((wide)c->u[k + 1] - (wide)c->u[k] + (wide)c->resistance * rise);
    return (wide)c->i[k] + *g * (u - (wide)c->u[k] - (wide)c->resistance * (wide)c->i[k]);
}

static wide *between(network *n, size_t a, size_t b)
{
    return &n->y[a < b ? a + n->nodes * b : b + n->nodes * a];
}

static wide magnitude(wide x)
{
    return x < 0 ? -x : x;
}

/* Currents out of the nodes and, in y, the slopes; returns the largest current of an inner node. */
static wide linearise(network *n)
{
    memset(n->s, 0, n->nodes * sizeof *n->s);
    memset(n->y, 0, n->nodes * n->nodes * sizeof *n->y);
    for (size_t k = 0; k < n->count; k++) {
        const size_t a = root_of(n, n->elements[k].a), b = root_of(n, n->elements[k].b);
        wide g;
        const wide i = current_of(&n->elements[k], n->v[a] - n->v[b], &g);
        n->s[a] += i;
        n->s[b] -= i;
        *between(n, a, b) += a == b ? 0 : g;
    }
    wide largest = 0;
    for (size_t k = 0; k < n->inner; k++)
        largest = magnitude(n->s[k]) > largest ? magnitude(n->s[k]) : largest;
    return largest;
}

/* Star by mesh, node by node: the diagonal is the sum of the row, so that nothing cancels. A node that nothing holds
 * stays as it is. d: what the nodes' voltages are to change by. */
static void eliminate(network *n, wide *d)
{
    memset(d, 0, n->nodes * sizeof *d);
    for (size_t k = 0; k < n->inner; k++) {
        wide sum = 0;
        for (size_t j = k + 1; j < n->nodes; j++)
            sum += n->y[k + n->nodes * j];
        for (size_t j = k + 1; j < n->nodes && sum != 0; j++) {
            const wide share = n->y[k + n->nodes * j] / sum;
            if (share == 0)
                continue;
            n->s[j] += share * n->s[k];
            for (size_t i = k + 1; i < j; i++)
                n->y[i + n->nodes * j] += share * n->y[k + n->nodes * i];
        }
    }
    for (size_t k = n->inner; k-- > 0;) {
        wide sum = 0, flow = -n->s[k];
        for (size_t j = k + 1; j < n->nodes; j++) {
            sum += n->y[k + n->nodes * j];
            flow += n->y[k + n->nodes * j] * d[j];
        }
        d[k] = sum != 0 ? flow / sum : 0;
    }
}

/* Newton's method, with steps that are halved until they lead somewhere. */
static double find_voltages(network *n)
{
    wide *d = calloc(n->nodes, sizeof *d), left = linearise(n);
    cr_assert(d != NULL);
    for (int k = 0; k < 200; k++) {
        eliminate(n, d);
        wide next = left, step = 1, gone = 0;
        for (int halvings = 0; halvings < 12; halvings++, step /= 2) {
            for (size_t i = 0; i < n->inner; i++)
                n->v[i] += (step - gone) * d[i];
            gone = step;
            next = linearise(n);
            if (next < left)
                break;
        }
        const int stuck = !(next < left);
        left = next;
        if (stuck || left == 0)
            break;
    }
    free(d);
    return (double)left;
}

static void place_sources(network *n, const double *const v[SYN_SIDES])
{
    size_t terminal = n->inner;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(n->wires, side); i++)
            if (has_terminal(n->wires, side, i))
                n->v[terminal++] = v[side] ? (wide)v[side][i] : 0;
}

static void collect(const network *n, network_solution *s)
{
    size_t terminal = n->inner;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(n->wires, side); i++) {
            const int there = has_terminal(n->wires, side, i);
            s->current[side][i] = there ? (double)n->s[terminal++] : (double)NAN;
            s->largest = there ? fmax(s->largest, fabs(s->current[side][i])) : s->largest;
        }
    for (size_t k = 0; k < n->wires->rows * n->wires->cols; k++) {
        s->u[k] = (double)n->v[root_of(n, 3 * k)];
        s->w[k] = (double)n->v[root_of(n, 3 * k + 1)];
        s->cell_u[k] = (double)(n->v[root_of(n, 3 * k)] - n->v[root_of(n, 3 * k + 2)]);
    }
    for (size_t k = 0; k < n->count; k++) {
        const element *e = &n->elements[k];
        wide g;
        const wide u = n->v[root_of(n, e->a)] - n->v[root_of(n, e->b)], i = current_of(e, u, &g);
        s->dissipated += (double)(u * i);
        if (e->a < n->inner && e->a % 3 == 0 &&
            (e->b == e->a + 1 || e->b == e->a + 2)) /* a cell, or gmin across it */
            s->cell_i[e->a / 3] += (double)i;
    }
}

static void make_solution(const syn_wires *w, network_solution *s)
{
    const size_t cells = w->rows * w->cols;
    double *room = calloc(4 * cells + 2 * (w->rows + w->cols), sizeof *room);
    cr_assert(room != NULL);
    *s = (network_solution){
        .memory = room, .u = room, .w = room + cells, .cell_u = room + 2 * cells, .cell_i = room + 3 * cells};
    room += 4 * cells;
    for (int side = 0; side < SYN_SIDES; side++) {
        s->current[side] = room;
        room += lines_at(w, side);
    }
}

void network_solve(const syn_wires *w, const network_cells *cells, const double *const v[SYN_SIDES],
                   network_solution *s)
{
    const size_t inner = 3 * w->rows * w->cols, most = inner + 2 * (w->rows + w->cols);
    network n = {.wires = w,
                 .inner = inner,
                 .nodes = inner,
                 .same = malloc(most * sizeof *n.same),
                 .elements = malloc(2 * most * sizeof *n.elements)};
    cr_assert(n.same != NULL && n.elements != NULL);
    for (size_t i = 0; i < most; i++)
        n.same[i] = i;
    add_wires(&n);
    add_cells(&n, cells, &w->access);
    n.v = calloc(n.nodes, sizeof *n.v);
    n.s = calloc(n.nodes, sizeof *n.s);
    n.y = calloc(n.nodes * n.nodes, sizeof *n.y);
    cr_assert(n.v != NULL && n.s != NULL && n.y != NULL);
    make_solution(w, s);
    place_sources(&n, v);
    s->unbalanced = find_voltages(&n);
    collect(&n, s);
    free(n.same);
    free(n.elements);
    free(n.v);
    free(n.s);
    free(n.y);
}

void network_free(network_solution *s)
{
    free(s->memory);
}
