/* SPDX-License-Identifier: MIT */
/* The boxes and their nodes, for 8 x 8 cells: leaves A, B, C, D of 4 x 4 cells.
 *
 *   position   0   1  2  3  4   5  6  7  8   9         the same from 0 at the top to 9 at the bottom for bit lines
 *                  T  T  T  T   T  T  T  T
 *                  |  |  |  |   |  |  |  |             T: terminals
 *              T --o--o--o--o---o--o--o--o-- T         o: a crossing, a node on each of its two lines and the cell
 *                  |    A   |   |   B    |                between them
 *              T --o--o--o--o---o--o--o--o-- T         -, |: the segments of the wires
 *                  |  |  |  |   |  |  |  |
 *              T --o--o--o--o---o--o--o--o-- T
 *                  |    C   |   |   D    |
 *              T --o--o--o--o---o--o--o--o-- T
 *                  |  |  |  |   |  |  |  |
 *                  T  T  T  T   T  T  T  T
 *
 * (Only four of the eight word lines are drawn.) A box is a rectangle of cells. It owns its cells and the segments
 * between them. At the right and the bottom it also owns the segments that lead out of it, to the first node of the next
 * box or to a terminal; at the left and the top only those to terminals. So each segment belongs to one leaf. On each of
 * its lines a box has a port at both sides: a terminal, or the node that it shares with its neighbour, which is the first
 * node of the box to the right or below. The ports between A and B are the nodes at position 5 of the word lines.
 *
 * In each box the ports have the numbers from 0 on, then come the nodes that are eliminated in it: in a leaf all other
 * nodes, in a box of two halves the ports that only its halves share. */
#include "crossbar/ports/ports.h"
#include "array/array.h"
#include "base/base.h"
#include "crossbar/ports/kernel.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Leaves have at most LEAF x LEAF cells. SLOTS: most nodes of one line that a box sees: in a leaf one at each cell and
 * one at both ends, in any other box both ends and one that the halves share. */
enum { LEAF = 4, SLOTS = LEAF + 2, CACHE_LINE = 8 /* doubles */ };
_Static_assert(SLOTS >= LEAF + 2 && SLOTS >= 2 + 1, "the nodes of a line in a leaf; those in a box of two halves");

/* A word or bit line. Its positions: 0 is the terminal at the left or top, 1 .. length are the crossings, length + 1 is
 * the terminal at the right or bottom. Conductances in S; 0 of a lead: open; INFINITY: no resistance at all, both its
 * ends are one node. */
typedef struct line {
    size_t length;
    double segment, lead[2];
} line;

typedef struct node {
    size_t line, position; /* lines: the rows, then the columns */
} node;

/* `length` consecutive ports of a box are the nodes `to`, `to` + 1, .. of the box that it is a half of. */
typedef struct run {
    size_t to, length;
} run;

typedef struct box {
    size_t first[2], size[2]; /* rows, columns */
    size_t half[2];           /* boxes; 0: this is a leaf */
    size_t leaf;              /* if it is one */
    size_t ports, nodes;
    size_t run, run_count; /* of its ports */
    size_t mesh;           /* where the conductances between its ports start */
    bool stale;            /* a cell of it has changed in this reduction */
} box;

/* Nodes of a leaf at the positions of its lines, rows first: slot 0 is the position before its first crossing. */
typedef struct leaf {
    uint8_t node[2 * LEAF][SLOTS];
} leaf;

struct synp_ports {
    size_t size[2]; /* rows, columns */
    line *lines;
    box *boxes; /* halves come after their box */
    leaf *leaves;
    run *runs;
    size_t box_count, leaf_count, run_count, run_room, mesh_count, front_count, pack_count;
    const synp_ports_kernel *kernel;
    double *g;     /* S, of the last reduction; NaN before the first */
    double *mesh;  /* S, of each half: between its port j and its ports 0 .. j-1, for j = 1, 2, .. */
    double *front; /* S, [stride x nodes] of the last box: column j holds those between its nodes j and 0 .. j-1 */
    double *pack;  /* for the kernel */
};

#define ENTRY(isa, runs) &synp_ports_##isa,
static const synp_ports_kernel *const kernels[] = {SYNP_ISAS(ENTRY)};

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* An odd number of cache lines, so that columns do not share their position in the caches. */
static size_t stride_of(const box *b)
{
    return round_up(b->nodes, SYNP_FRONT_ROWS) | CACHE_LINE;
}

static size_t pairs(size_t n)
{
    return n > 0 ? n * (n - 1) / 2 : 0;
}

/* An ideal line is one node: that of a terminal without resistance if it has one. */
static size_t position_of_node(const line *l, size_t position)
{
    if (isfinite(l->segment) || position == 0 || position > l->length)
        return position;
    return isinf(l->lead[0]) ? 0 : isinf(l->lead[1]) ? l->length + 1 : 1;
}

/* Between a position and the next. */
static double conductance_after(const line *l, size_t position)
{
    return position == 0 ? l->lead[0] : position == l->length ? l->lead[1] : l->segment;
}

static bool is_open(const line *l, size_t position)
{
    return (position == 0 && l->lead[0] == 0) || (position > l->length && l->lead[1] == 0);
}

/* Number of the line i of a box. */
static size_t line_of(const synp_ports *p, const box *b, int along, size_t i)
{
    return (along ? p->size[0] : 0) + b->first[along] + i;
}

/* The ports of a box in the order left, right, top, bottom: terminals, or the first node of what comes before and
 * after. Of a part of an ideal line both may be the same node. Returns their number. */
static size_t list_ports(const synp_ports *p, const box *b, node *ports)
{
    size_t n = 0;
    for (int side = 0; side < SYN_SIDES; side++) {
        const int along = side / 2; /* 0: ends of rows, 1: ends of columns */
        const size_t first = b->first[!along], before = first > 0 ? first + 1 : 0,
                     after = first + b->size[!along] + 1;
        for (size_t i = 0; i < b->size[along]; i++) {
            const size_t number = line_of(p, b, along, i), position = side % 2 ? after : before;
            const line *l = &p->lines[number];
            if (!is_open(l, position))
                ports[n++] = (node){number, position_of_node(l, position)};
        }
    }
    return n;
}

/* Numbers of the nodes of one line in the box under analysis. */
typedef struct seen {
    size_t count, position[SLOTS], number[SLOTS];
} seen;

typedef struct numbering {
    seen *seen; /* [lines] */
    node *nodes;
    size_t count;
} numbering;

/* A line has at most SLOTS nodes in a box, so that there is room for another one. */
static size_t number_of(numbering *m, node v)
{
    seen *s = &m->seen[v.line];
    for (size_t i = 0; i < s->count; i++)
        if (s->position[i] == v.position)
            return s->number[i];
    s->position[s->count] = v.position;
    s->number[s->count++] = m->count;
    m->nodes[m->count] = v;
    return m->count++;
}

static void forget_lines(const synp_ports *p, const box *b, seen *s)
{
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++)
            s[line_of(p, b, along, i)].count = 0;
}

static void number_leaf(const synp_ports *p, const box *b, numbering *m)
{
    leaf *f = &p->leaves[b->leaf];
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++) {
            const size_t number = line_of(p, b, along, i), first = b->first[!along];
            const line *l = &p->lines[number];
            for (size_t s = first > 0; s < b->size[!along] + 2; s++) {
                const size_t position = first + s;
                f->node[(along ? LEAF : 0) + i][s] =
                    is_open(l, position) ? 0 : (uint8_t)number_of(m, (node){number, position_of_node(l, position)});
            }
        }
}

static bool append_run(synp_ports *p, size_t to)
{
    if (p->run_count == p->run_room && !synp_grow(&p->runs, sizeof *p->runs, &p->run_room))
        return false;
    p->runs[p->run_count++] = (run){.to = to};
    return true;
}

static syn_status analyse(synp_ports *p, size_t index, const node *ports, seen *s);

/* Gives the ports of a half the order that they have among the nodes of its box, so that its matrix is added to that of
 * the box in long runs, and analyses the half. */
static syn_status analyse_half(synp_ports *p, const box *b, int h, const numbering *m, const uint8_t *member,
                               node *ports)
{
    box *half = &p->boxes[b->half[h]];
    half->run = p->run_count;
    for (size_t i = 0; i < m->count; i++) {
        if (!(member[i] & 1 << h))
            continue;
        const bool goes_on =
            half->run_count > 0 && p->runs[p->run_count - 1].to + p->runs[p->run_count - 1].length == i;
        if (!goes_on && !append_run(p, i))
            return SYN_ENOMEM;
        half->run_count = p->run_count - half->run;
        p->runs[p->run_count - 1].length++;
        ports[half->ports++] = m->nodes[i];
    }
    return analyse(p, b->half[h], ports, m->seen);
}

static syn_status analyse_halves(synp_ports *p, box *b, numbering *m)
{
    const size_t most = 3 * (b->size[0] + b->size[1]); /* of a line: two ends and what the halves share */
    node *ports = malloc(most * sizeof *ports);
    uint8_t *member = calloc(most, 1);
    syn_status status = ports && member ? SYN_OK : SYN_ENOMEM;
    for (int h = 0; h < 2 && !status; h++)
        for (size_t i = list_ports(p, &p->boxes[b->half[h]], ports); i-- > 0;)
            member[number_of(m, ports[i])] |= (uint8_t)(1 << h);
    for (int h = 0; h < 2 && !status; h++)
        status = analyse_half(p, b, h, m, member, ports);
    free(ports);
    free(member);
    return status;
}

/* Numbers the nodes of a box, whose ports are given, and of all that it consists of. */
static syn_status analyse(synp_ports *p, size_t index, const node *ports, seen *s)
{
    box *b = &p->boxes[index];
    numbering m = {.seen = s, .nodes = malloc(SLOTS * (b->size[0] + b->size[1]) * sizeof *m.nodes)};
    if (!m.nodes)
        return SYN_ENOMEM;
    forget_lines(p, b, s);
    for (size_t i = 0; i < b->ports; i++)
        number_of(&m, ports[i]);
    syn_status status = SYN_OK;
    if (b->half[0])
        status = analyse_halves(p, b, &m);
    else
        number_leaf(p, b, &m);
    b->nodes = m.count;
    free(m.nodes);
    return status;
}

static syn_status analyse_all(synp_ports *p)
{
    const size_t lines = p->size[0] + p->size[1];
    seen *s = malloc(lines * sizeof *s);
    node *ports = malloc(2 * lines * sizeof *ports);
    syn_status status = SYN_ENOMEM;
    if (s && ports) {
        p->boxes[0].ports = list_ports(p, &p->boxes[0], ports);
        status = analyse(p, 0, ports, s);
    }
    free(s);
    free(ports);
    return status;
}

/* Number of parts of at most LEAF crossings into which halving divides a line. */
static size_t part_count(size_t size)
{
    return size <= LEAF ? 1 : part_count(size - size / 2) + part_count(size / 2);
}

/* Halves the longer side, rows before columns: a row of new cells then leaves half of the array as it was. */
static syn_status divide(synp_ports *p)
{
    const size_t leaves = part_count(p->size[0]) * part_count(p->size[1]);
    size_t count = 1;
    p->boxes = calloc(2 * leaves - 1, sizeof *p->boxes);
    p->leaves = calloc(leaves, sizeof *p->leaves);
    if (!p->boxes || !p->leaves)
        return SYN_ENOMEM;
    p->boxes[0].size[0] = p->size[0];
    p->boxes[0].size[1] = p->size[1];
    for (size_t index = 0; index < count; index++) {
        box *b = &p->boxes[index];
        const int side = b->size[1] > b->size[0];
        if (b->size[side] <= LEAF) {
            b->leaf = p->leaf_count++;
            continue;
        }
        box halves[2] = {*b, *b};
        halves[1].size[side] = b->size[side] / 2;
        halves[0].size[side] = b->size[side] - halves[1].size[side];
        halves[1].first[side] += halves[0].size[side];
        for (int h = 0; h < 2; h++) {
            b->half[h] = count;
            p->boxes[count++] = halves[h];
        }
    }
    p->box_count = count;
    return SYN_OK;
}

static void set_lines(synp_ports *p, const double *const r[2], const double *const end[SYN_SIDES])
{
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < p->size[along]; i++)
            p->lines[(along ? p->size[0] : 0) + i] = (line){.length = p->size[!along],
                                                            .segment = 1 / r[along][i],
                                                            .lead = {end[2 * along][i], end[2 * along + 1][i]}};
}

static double *allocate(size_t count)
{
    return aligned_alloc(64, round_up(count + 1, CACHE_LINE) * sizeof(double)); /* one more: count may be 0 */
}

static syn_status allocate_matrices(synp_ports *p)
{
    for (size_t i = 0; i < p->box_count; i++) {
        box *b = &p->boxes[i];
        const size_t stride = stride_of(b), eliminated = b->nodes - b->ports;
        b->mesh = p->mesh_count;
        p->mesh_count += i > 0 ? pairs(b->ports) : 0;
        p->front_count = stride * b->nodes > p->front_count ? stride * b->nodes : p->front_count;
        p->pack_count = stride * eliminated > p->pack_count ? stride * eliminated : p->pack_count;
    }
    p->mesh = allocate(p->mesh_count);
    p->front = allocate(p->front_count);
    p->pack = allocate(p->pack_count);
    return p->mesh && p->front && p->pack ? SYN_OK : SYN_ENOMEM;
}

static syn_status prepare(synp_ports *p, const double *const r[2], const double *const end[SYN_SIDES])
{
    const size_t cells = p->size[0] * p->size[1];
    p->lines = malloc((p->size[0] + p->size[1]) * sizeof *p->lines);
    p->g = malloc(cells * sizeof *p->g);
    if (!p->lines || !p->g)
        return SYN_ENOMEM;
    for (size_t i = 0; i < cells; i++)
        p->g[i] = NAN;
    set_lines(p, r, end);
    return divide(p) || analyse_all(p) || allocate_matrices(p) ? SYN_ENOMEM : SYN_OK;
}

syn_status synp_ports_create(size_t rows, size_t cols, const double *const r[2], const double *const end[SYN_SIDES],
                             int isa, synp_ports **out, syn_error *err)
{
    *out = NULL;
    synp_ports *p = calloc(1, sizeof *p);
    if (!p)
        return synp_no_memory(err);
    p->size[0] = rows;
    p->size[1] = cols;
    p->kernel = kernels[isa];
    if (prepare(p, r, end)) {
        synp_ports_free(p);
        return synp_no_memory(err);
    }
    *out = p;
    return SYN_OK;
}

void synp_ports_free(synp_ports *p)
{
    if (!p)
        return;
    free(p->lines);
    free(p->g);
    free(p->boxes);
    free(p->leaves);
    free(p->runs);
    free(p->mesh);
    free(p->front);
    free(p->pack);
    free(p);
}

size_t synp_ports_count(const synp_ports *p)
{
    return p->boxes[0].ports;
}

size_t synp_ports_bytes(const synp_ports *p)
{
    return sizeof *p + (p->size[0] + p->size[1]) * sizeof *p->lines + p->box_count * sizeof *p->boxes +
           p->leaf_count * sizeof *p->leaves + p->run_room * sizeof *p->runs +
           (p->size[0] * p->size[1] + p->mesh_count + p->front_count + p->pack_count) * sizeof(double);
}

static void connect(double *front, size_t stride, size_t a, size_t b, double conductance)
{
    if (a != b)
        front[a < b ? a + b * stride : b + a * stride] += conductance;
}

static void add_leaf(const synp_ports *p, const box *b, double *front)
{
    const size_t stride = stride_of(b);
    const leaf *f = &p->leaves[b->leaf];
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++) {
            const line *l = &p->lines[line_of(p, b, along, i)];
            const uint8_t *at = f->node[(along ? LEAF : 0) + i];
            for (size_t s = b->first[!along] > 0; s <= b->size[!along]; s++)
                connect(front, stride, at[s], at[s + 1], conductance_after(l, b->first[!along] + s));
        }
    for (size_t j = 0; j < b->size[1]; j++)
        for (size_t i = 0; i < b->size[0]; i++)
            connect(front, stride, f->node[i][j + 1], f->node[LEAF + j][i + 1],
                    p->g[b->first[0] + i + p->size[0] * (b->first[1] + j)]);
}

static void add_half(const synp_ports *p, const box *half, double *front, size_t stride)
{
    const double *c = p->mesh + half->mesh;
    const run *runs = p->runs + half->run, *end = runs + half->run_count;
    for (const run *of = runs; of < end; of++)
        for (size_t j = 0; j < of->length; j++) {
            double *column = front + (of->to + j) * stride;
            for (const run *r = runs; r <= of; r++) {
                const size_t length = r < of ? r->length : j;
#pragma omp simd
                for (size_t i = 0; i < length; i++)
                    column[r->to + i] += c[i];
                c += length;
            }
        }
}

static void reduce_box(synp_ports *p, const box *b)
{
    const size_t stride = stride_of(b);
    double *front = p->front;
    for (size_t j = 0; j < b->nodes; j++)
        memset(front + j * stride, 0, round_up(j + 1, SYNP_FRONT_ROWS) * sizeof *front);
    if (b->half[0])
        for (int h = 0; h < 2; h++)
            add_half(p, &p->boxes[b->half[h]], front, stride);
    else
        add_leaf(p, b, front);
    p->kernel->eliminate(front, stride, b->nodes, b->ports, p->pack);
}

/* Of what is left of a half in the front. */
static void keep_mesh(const synp_ports *p, const box *half)
{
    double *mesh = p->mesh + half->mesh;
    for (size_t j = 1; j < half->ports; j++) {
        memcpy(mesh, p->front + j * stride_of(half), j * sizeof *mesh);
        mesh += j;
    }
}

/* Takes over the conductances of a leaf's cells. Returns whether one has changed. */
static bool take_cells(synp_ports *p, const box *b, const double *g)
{
    bool changed = false;
    for (size_t j = b->first[1]; j < b->first[1] + b->size[1]; j++)
        for (size_t i = b->first[0]; i < b->first[0] + b->size[0]; i++) {
            double *mine = &p->g[i + p->size[0] * j];
            changed |= *mine != g[i + p->size[0] * j];
            *mine = g[i + p->size[0] * j];
        }
    return changed;
}

/* Writes what is left of the whole crossbar in the front, where it stays until the next change. A diagonal is minus the
 * sum of the others in its column. CACHE_LINE columns at a time, so that the transposed writes stay in the cache. */
static void write_matrix(const synp_ports *p, double *y)
{
    const size_t n = p->boxes[0].ports, stride = stride_of(&p->boxes[0]);
    for (size_t first = 0; first < n; first += CACHE_LINE)
        for (size_t i = 0; i < n && i < first + CACHE_LINE; i++)
            for (size_t j = first > i ? first : i + 1; j < n && j < first + CACHE_LINE; j++)
                y[i + n * j] = y[j + n * i] = 0 - p->front[i + stride * j];
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        y[j + n * j] = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t i = 0; i < n; i++)
            sum += y[i + n * j];
        y[j + n * j] = 0 - sum;
    }
}

syn_status synp_ports_reduce(synp_ports *p, const double *g, double *y, syn_error *err)
{
    for (size_t i = 0; i < p->size[0] * p->size[1]; i++)
        if (!(g[i] >= 0 && isfinite(g[i])))
            return synp_fail(err, SYN_EINVAL, "g", "%.9g S at row %zu, column %zu is not finite and >= 0", g[i],
                             i % p->size[0], i / p->size[0]);
    for (size_t i = p->box_count; i-- > 0;) {
        box *b = &p->boxes[i];
        b->stale = b->half[0] ? p->boxes[b->half[0]].stale || p->boxes[b->half[1]].stale : take_cells(p, b, g);
        if (b->stale)
            reduce_box(p, b);
        if (b->stale && i > 0)
            keep_mesh(p, b);
    }
    write_matrix(p, y);
    return SYN_OK;
}
