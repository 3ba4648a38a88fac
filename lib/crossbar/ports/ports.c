/* SPDX-License-Identifier: MIT */
#include "crossbar/ports/ports.h"
#include "array/array.h"
#include "crossbar/ports/kernel.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks of at most LEAF x LEAF cells are taken as a whole. TILE: doubles in a line of the caches. */
enum { LEAF = 4, SLOTS = LEAF + 2, TILE = 8 };

/* A word or bit line. Its places: 0 is the terminal at the left or top, 1 .. length are the crossings, length + 1 is
 * the terminal at the right or bottom. Conductances in S; 0 of a lead: open; INFINITY: no resistance at all, both its
 * ends are one node. */
typedef struct line {
    size_t length;
    double segment, lead[2];
} line;

typedef struct node {
    size_t line, place; /* lines: the rows, then the columns */
} node;

/* `length` consecutive ports of a block are the nodes `to`, `to` + 1, .. of the block that it is a half of. */
typedef struct run {
    size_t to, length;
} run;

/* A rectangle of cells. Its nodes are its ports, then those that are eliminated in it. */
typedef struct block {
    size_t first[2], size[2]; /* rows, columns */
    size_t half[2];           /* blocks; 0: this is a leaf */
    size_t leaf;              /* if it is one */
    size_t ports, nodes;
    size_t run, run_count; /* of its ports */
    size_t mesh;           /* where the conductances between its ports start */
    int stale;
} block;

/* Nodes of a leaf at the places of its lines, rows first: slot 0 is the place before its first crossing. */
typedef struct leaf {
    uint8_t node[2 * LEAF][SLOTS];
} leaf;

struct synp_kron {
    size_t size[2]; /* rows, columns */
    line *lines;
    block *blocks; /* halves come after their block */
    leaf *leaves;
    run *runs;
    size_t block_count, leaf_count, run_count, run_room, mesh_count, front_count, pack_count;
    const synp_ports_kernel *kernel;
    double *g;     /* S, of the last reduction; NaN before the first */
    double *mesh;  /* S, of each half: between its port j and its ports 0 .. j-1, for j = 1, 2, .. */
    double *front; /* S, [stride x nodes] of the last block: column j holds those between its nodes j and 0 .. j-1 */
    double *pack;  /* for the kernel */
};

static const synp_ports_kernel *const kernels[] = {
#ifdef SYN_HAVE_AVX512
    &synp_ports_avx512,
#endif
#ifdef SYN_HAVE_AVX2
    &synp_ports_avx2,
#endif
    &synp_ports_generic,
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static const synp_ports_kernel *find_kernel(void)
{
    const char *name = synp_kernel_name();
    for (int k = 0; name && k < KERNELS; k++)
        if (strcmp(kernels[k]->name, name) == 0)
            return kernels[k];
    return NULL;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* An odd number of cache lines, so that columns do not share their place in the caches. */
static size_t stride_of(const block *b)
{
    return round_up(b->nodes, SYNP_FRONT_TILE) | TILE;
}

static size_t pairs(size_t n)
{
    return n > 0 ? n * (n - 1) / 2 : 0;
}

/* An ideal line is one node: that of a terminal without resistance if it has one. */
static size_t place_of_node(const line *l, size_t place)
{
    if (isfinite(l->segment) || place == 0 || place > l->length)
        return place;
    return isinf(l->lead[0]) ? 0 : isinf(l->lead[1]) ? l->length + 1 : 1;
}

/* Between a place and the next. */
static double conductance_after(const line *l, size_t place)
{
    return place == 0 ? l->lead[0] : place == l->length ? l->lead[1] : l->segment;
}

static int is_open(const line *l, size_t place)
{
    return (place == 0 && l->lead[0] == 0) || (place > l->length && l->lead[1] == 0);
}

/* Number of the line i of a block. */
static size_t line_of(const synp_kron *k, const block *b, int along, size_t i)
{
    return (along ? k->size[0] : 0) + b->first[along] + i;
}

/* The ports of a block in the order left, right, top, bottom: terminals, or the first node of what comes before and
 * after. Of a part of an ideal line both may be the same node. Returns their number. */
static size_t list_ports(const synp_kron *k, const block *b, node *ports)
{
    size_t n = 0;
    for (int side = 0; side < SYN_SIDES; side++) {
        const int along = side / 2; /* 0: ends of rows, 1: ends of columns */
        const size_t first = b->first[!along], before = first > 0 ? first + 1 : 0,
                     after = first + b->size[!along] + 1;
        for (size_t i = 0; i < b->size[along]; i++) {
            const size_t number = line_of(k, b, along, i), place = side % 2 ? after : before;
            const line *l = &k->lines[number];
            if (!is_open(l, place))
                ports[n++] = (node){number, place_of_node(l, place)};
        }
    }
    return n;
}

/* Numbers of the nodes of one line in the block under analysis. */
typedef struct seen {
    size_t count, place[SLOTS], number[SLOTS];
} seen;

typedef struct numbering {
    seen *seen; /* [lines] */
    node *nodes;
    size_t count;
} numbering;

static size_t number_of(numbering *m, node v)
{
    seen *s = &m->seen[v.line];
    for (size_t i = 0; i < s->count; i++)
        if (s->place[i] == v.place)
            return s->number[i];
    s->place[s->count] = v.place;
    s->number[s->count++] = m->count;
    m->nodes[m->count] = v;
    return m->count++;
}

static void forget_lines(const synp_kron *k, const block *b, seen *s)
{
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++)
            s[line_of(k, b, along, i)].count = 0;
}

static void number_leaf(const synp_kron *k, const block *b, numbering *m)
{
    leaf *f = &k->leaves[b->leaf];
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++) {
            const size_t number = line_of(k, b, along, i), first = b->first[!along];
            const line *l = &k->lines[number];
            for (size_t s = first > 0; s < b->size[!along] + 2; s++) {
                const size_t place = first + s;
                f->node[(along ? LEAF : 0) + i][s] =
                    is_open(l, place) ? 0 : (uint8_t)number_of(m, (node){number, place_of_node(l, place)});
            }
        }
}

static int append_run(synp_kron *k, size_t to)
{
    if (k->run_count == k->run_room && !synp_grow(&k->runs, sizeof *k->runs, &k->run_room))
        return 0;
    k->runs[k->run_count++] = (run){.to = to};
    return 1;
}

static syn_status analyse(synp_kron *k, size_t index, const node *ports, seen *s);

/* Orders the ports of a half as they come among the nodes of its block, so that its matrix is added to that of the
 * block in long pieces, and analyses it. */
static syn_status analyse_half(synp_kron *k, const block *b, int h, const numbering *m, const uint8_t *member,
                               node *ports)
{
    block *half = &k->blocks[b->half[h]];
    half->run = k->run_count;
    for (size_t i = 0; i < m->count; i++) {
        if (!(member[i] & 1 << h))
            continue;
        const int goes_on =
            half->run_count > 0 && k->runs[k->run_count - 1].to + k->runs[k->run_count - 1].length == i;
        if (!goes_on && !append_run(k, i))
            return SYN_ENOMEM;
        half->run_count = k->run_count - half->run;
        k->runs[k->run_count - 1].length++;
        ports[half->ports++] = m->nodes[i];
    }
    return analyse(k, b->half[h], ports, m->seen);
}

static syn_status analyse_halves(synp_kron *k, block *b, numbering *m)
{
    const size_t most = 3 * (b->size[0] + b->size[1]); /* of a line: two ends and what the halves share */
    node *ports = malloc(most * sizeof *ports);
    uint8_t *member = calloc(most, 1);
    syn_status status = ports && member ? SYN_OK : SYN_ENOMEM;
    for (int h = 0; h < 2 && !status; h++)
        for (size_t i = list_ports(k, &k->blocks[b->half[h]], ports); i-- > 0;)
            member[number_of(m, ports[i])] |= (uint8_t)(1 << h);
    for (int h = 0; h < 2 && !status; h++)
        status = analyse_half(k, b, h, m, member, ports);
    free(ports);
    free(member);
    return status;
}

/* Numbers the nodes of a block, whose ports are given, and of all that it consists of. */
static syn_status analyse(synp_kron *k, size_t index, const node *ports, seen *s)
{
    block *b = &k->blocks[index];
    numbering m = {.seen = s, .nodes = malloc(SLOTS * (b->size[0] + b->size[1]) * sizeof *m.nodes)};
    if (!m.nodes)
        return SYN_ENOMEM;
    forget_lines(k, b, s);
    for (size_t i = 0; i < b->ports; i++)
        number_of(&m, ports[i]);
    syn_status status = SYN_OK;
    if (b->half[0])
        status = analyse_halves(k, b, &m);
    else
        number_leaf(k, b, &m);
    b->nodes = m.count;
    free(m.nodes);
    return status;
}

static syn_status analyse_all(synp_kron *k)
{
    const size_t lines = k->size[0] + k->size[1];
    seen *s = malloc(lines * sizeof *s);
    node *ports = malloc(2 * lines * sizeof *ports);
    syn_status status = SYN_ENOMEM;
    if (s && ports) {
        k->blocks[0].ports = list_ports(k, &k->blocks[0], ports);
        status = analyse(k, 0, ports, s);
    }
    free(s);
    free(ports);
    return status;
}

/* Into how many pieces of at most LEAF crossings a line is divided by halving. */
static size_t piece_count(size_t size)
{
    return size <= LEAF ? 1 : piece_count(size - size / 2) + piece_count(size / 2);
}

/* Halves the longer side, rows before columns: a row of new cells then leaves half of the array as it was. */
static syn_status divide(synp_kron *k)
{
    const size_t leaves = piece_count(k->size[0]) * piece_count(k->size[1]);
    size_t count = 1;
    k->blocks = calloc(2 * leaves - 1, sizeof *k->blocks);
    k->leaves = calloc(leaves, sizeof *k->leaves);
    if (!k->blocks || !k->leaves)
        return SYN_ENOMEM;
    k->blocks[0].size[0] = k->size[0];
    k->blocks[0].size[1] = k->size[1];
    for (size_t index = 0; index < count; index++) {
        block *b = &k->blocks[index];
        const int side = b->size[1] > b->size[0];
        if (b->size[side] <= LEAF) {
            b->leaf = k->leaf_count++;
            continue;
        }
        block halves[2] = {*b, *b};
        halves[1].size[side] = b->size[side] / 2;
        halves[0].size[side] = b->size[side] - halves[1].size[side];
        halves[1].first[side] += halves[0].size[side];
        for (int h = 0; h < 2; h++) {
            b->half[h] = count;
            k->blocks[count++] = halves[h];
        }
    }
    k->block_count = count;
    return SYN_OK;
}

syn_status synp_line_ohms(const syn_wires *w, int along, size_t i, double *segment, double lead[2], syn_error *err)
{
    const double *each = along ? w->r_bl_each : w->r_wl_each;
    const double r = each ? each[i] : along ? w->r_bl : w->r_wl;
    if (!(r >= 0 && isfinite(r)))
        return synp_fail(err, SYN_EINVAL, along ? "r_bl" : "r_wl", "%g ohm of line %zu is not finite and >= 0", r, i);
    *segment = r;
    for (int far = 0; far < 2; far++) {
        const double *end = w->end[2 * along + far];
        if (end && !(end[i] >= 0))
            return synp_fail(err, SYN_EINVAL, syn_side_name((syn_side)(2 * along + far)),
                             "%g ohm at line %zu is not >= 0", end[i], i);
        lead[far] = end ? end[i] + (w->half_leads ? r / 2 : r) : INFINITY;
    }
    if (lead[0] == 0 && lead[1] == 0)
        return synp_fail(err, SYN_EINVAL, syn_side_name((syn_side)(2 * along)),
                         "%s line %zu joins its two terminals without any resistance", along ? "bit" : "word", i);
    return SYN_OK;
}

static syn_status set_line(const syn_wires *w, int along, size_t i, line *l, syn_error *err)
{
    double segment, lead[2];
    const syn_status status = synp_line_ohms(w, along, i, &segment, lead, err);
    if (!status)
        *l = (line){.length = along ? w->rows : w->cols, .segment = 1 / segment, .lead = {1 / lead[0], 1 / lead[1]}};
    return status;
}

static syn_status set_lines(synp_kron *k, const syn_wires *w, syn_error *err)
{
    syn_status status = SYN_OK;
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < k->size[along] && !status; i++)
            status = set_line(w, along, i, &k->lines[(along ? k->size[0] : 0) + i], err);
    return status;
}

static double *allocate(size_t count)
{
    return aligned_alloc(64, round_up(count + 1, TILE) * sizeof(double)); /* one more: count may be 0 */
}

static syn_status allocate_matrices(synp_kron *k)
{
    for (size_t i = 0; i < k->block_count; i++) {
        block *b = &k->blocks[i];
        const size_t stride = stride_of(b), eliminated = b->nodes - b->ports;
        b->mesh = k->mesh_count;
        k->mesh_count += i > 0 ? pairs(b->ports) : 0;
        k->front_count = stride * b->nodes > k->front_count ? stride * b->nodes : k->front_count;
        k->pack_count = stride * eliminated > k->pack_count ? stride * eliminated : k->pack_count;
    }
    k->mesh = allocate(k->mesh_count);
    k->front = allocate(k->front_count);
    k->pack = allocate(k->pack_count);
    return k->mesh && k->front && k->pack ? SYN_OK : SYN_ENOMEM;
}

static syn_status prepare(synp_kron *k, const syn_wires *w, syn_error *err)
{
    const size_t cells = w->rows * w->cols;
    k->size[0] = w->rows;
    k->size[1] = w->cols;
    k->kernel = find_kernel();
    if (!k->kernel)
        return synp_fail(err, SYN_EINVAL, "kernel", "SYNAPTOGEN_KERNEL is none that this processor can run");
    k->lines = malloc((w->rows + w->cols) * sizeof *k->lines);
    k->g = malloc(cells * sizeof *k->g);
    if (!k->lines || !k->g)
        return SYN_ENOMEM;
    for (size_t i = 0; i < cells; i++)
        k->g[i] = NAN;
    const syn_status status = set_lines(k, w, err);
    return status ? status : divide(k) || analyse_all(k) || allocate_matrices(k) ? SYN_ENOMEM : SYN_OK;
}

syn_status synp_kron_create(const syn_wires *w, synp_kron **out, syn_error *err)
{
    *out = NULL;
    if (w->rows == 0 || w->cols == 0)
        return synp_fail(err, SYN_EINVAL, w->rows ? "cols" : "rows", "0 is not >= 1");
    if (w->rows > SIZE_MAX / sizeof(double) / w->cols)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    synp_kron *k = calloc(1, sizeof *k);
    if (!k)
        return synp_fail(err, SYN_ENOMEM, "", "out of memory");
    const syn_status status = prepare(k, w, err);
    if (status) {
        synp_kron_free(k);
        return status == SYN_ENOMEM ? synp_fail(err, status, "", "out of memory") : status;
    }
    *out = k;
    return SYN_OK;
}

void synp_kron_free(synp_kron *k)
{
    if (!k)
        return;
    free(k->lines);
    free(k->g);
    free(k->blocks);
    free(k->leaves);
    free(k->runs);
    free(k->mesh);
    free(k->front);
    free(k->pack);
    free(k);
}

size_t synp_kron_ports(const synp_kron *k)
{
    return k->blocks[0].ports;
}

size_t synp_kron_bytes(const synp_kron *k)
{
    return sizeof *k + (k->size[0] + k->size[1]) * sizeof *k->lines + k->block_count * sizeof *k->blocks +
           k->leaf_count * sizeof *k->leaves + k->run_room * sizeof *k->runs +
           (k->size[0] * k->size[1] + k->mesh_count + k->front_count + k->pack_count) * sizeof(double);
}

static void connect(double *front, size_t stride, size_t a, size_t b, double conductance)
{
    if (a != b)
        front[a < b ? a + b * stride : b + a * stride] += conductance;
}

static void add_leaf(const synp_kron *k, const block *b, double *front)
{
    const size_t stride = stride_of(b);
    const leaf *f = &k->leaves[b->leaf];
    for (int along = 0; along < 2; along++)
        for (size_t i = 0; i < b->size[along]; i++) {
            const line *l = &k->lines[line_of(k, b, along, i)];
            const uint8_t *at = f->node[(along ? LEAF : 0) + i];
            for (size_t s = b->first[!along] > 0; s <= b->size[!along]; s++)
                connect(front, stride, at[s], at[s + 1], conductance_after(l, b->first[!along] + s));
        }
    for (size_t j = 0; j < b->size[1]; j++)
        for (size_t i = 0; i < b->size[0]; i++)
            connect(front, stride, f->node[i][j + 1], f->node[LEAF + j][i + 1],
                    k->g[b->first[0] + i + k->size[0] * (b->first[1] + j)]);
}

static void add_half(const synp_kron *k, const block *half, double *front, size_t stride)
{
    const double *c = k->mesh + half->mesh;
    const run *runs = k->runs + half->run, *end = runs + half->run_count;
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

static void reduce_block(synp_kron *k, const block *b)
{
    const size_t stride = stride_of(b);
    double *front = k->front;
    for (size_t j = 0; j < b->nodes; j++)
        memset(front + j * stride, 0, round_up(j + 1, SYNP_FRONT_TILE) * sizeof *front);
    if (b->half[0])
        for (int h = 0; h < 2; h++)
            add_half(k, &k->blocks[b->half[h]], front, stride);
    else
        add_leaf(k, b, front);
    k->kernel->eliminate(front, stride, b->nodes, b->ports, k->pack);
}

/* Of what is left of a half in the front. */
static void keep_mesh(const synp_kron *k, const block *half)
{
    double *mesh = k->mesh + half->mesh;
    for (size_t j = 1; j < half->ports; j++) {
        memcpy(mesh, k->front + j * stride_of(half), j * sizeof *mesh);
        mesh += j;
    }
}

/* Takes over the conductances of a leaf's cells. Returns whether one has changed. */
static int take_cells(synp_kron *k, const block *b, const double *g)
{
    int changed = 0;
    for (size_t j = b->first[1]; j < b->first[1] + b->size[1]; j++)
        for (size_t i = b->first[0]; i < b->first[0] + b->size[0]; i++) {
            double *mine = &k->g[i + k->size[0] * j];
            changed |= *mine != g[i + k->size[0] * j];
            *mine = g[i + k->size[0] * j];
        }
    return changed;
}

/* What is left of the whole crossbar in the front; it stays there until the next change. The diagonal is minus the
 * sum of its column. */
static void write_matrix(const synp_kron *k, double *y)
{
    const size_t n = k->blocks[0].ports, stride = stride_of(&k->blocks[0]);
    for (size_t tile = 0; tile < n; tile += TILE)
        for (size_t i = 0; i < n && i < tile + TILE; i++)
            for (size_t j = tile > i ? tile : i + 1; j < n && j < tile + TILE; j++)
                y[i + n * j] = y[j + n * i] = 0 - k->front[i + stride * j];
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        y[j + n * j] = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t i = 0; i < n; i++)
            sum += y[i + n * j];
        y[j + n * j] = 0 - sum;
    }
}

syn_status synp_kron_reduce(synp_kron *k, const double *g, double *y, syn_error *err)
{
    for (size_t i = 0; i < k->size[0] * k->size[1]; i++)
        if (!(g[i] >= 0 && isfinite(g[i])))
            return synp_fail(err, SYN_EINVAL, "g", "%g S at row %zu, column %zu is not finite and >= 0", g[i],
                             i % k->size[0], i / k->size[0]);
    for (size_t i = k->block_count; i-- > 0;) {
        block *b = &k->blocks[i];
        b->stale = b->half[0] ? k->blocks[b->half[0]].stale || k->blocks[b->half[1]].stale : take_cells(k, b, g);
        if (b->stale)
            reduce_block(k, b);
        if (b->stale && i > 0)
            keep_mesh(k, b);
    }
    write_matrix(k, y);
    return SYN_OK;
}
