/* SPDX-License-Identifier: MIT */
/* Cells in blocks: a grid of tiles that share their nodes, or one driven array in banks of lines. */
#include "cli/netlist/netlist.h"

#include "cell/circuit.h"

#include <inttypes.h>
#include <string.h>

/* Where cells start; a state file says that and whose devices they are. */
static void put_start(const netlist *n, size_t block, uint64_t first)
{
    if (n->o->state) {
        fprintf(n->f, " state=\"%s\"", n->o->state);
    } else if (n->states) {
        fprintf(n->f, " state=\"%s%zu.state\"", n->name, block);
    } else {
        fprintf(n->f, " first=%" PRIu64 " init=\"%s\"", first, n->o->pattern.mode == SYN_LRS ? "lrs" : "hrs");
        netlist_put_device(n);
    }
    if (n->o->state_out)
        fprintf(n->f, " state_out=\"%s\"", n->o->state_out);
}

static void put_wire_parameters(const netlist *n)
{
    if (n->o->wires.r_wl > 0)
        fprintf(n->f, " r_wl=%.6g", n->o->wires.r_wl);
    if (n->o->wires.r_bl > 0)
        fprintf(n->f, " r_bl=%.6g", n->o->wires.r_bl);
}

/* Sides with nodes: the driven ones, and with wires those that another tile continues. */
static int has_right(const netlist *n, const netlist_block *t)
{
    return n->o->wires.r_wl > 0 && t->col + t->cols < n->cols;
}

static int has_top(const netlist *n, const netlist_block *t)
{
    return n->o->wires.r_bl > 0 && t->row > 0;
}

/* Node of a line at a boundary between tiles, named after the next cell; at the driven end the node of the line itself. */
static void put_boundary(const netlist *n, line_kind kind, size_t from, size_t lines, size_t boundary, size_t driven)
{
    const int own = boundary == driven || (kind == WORD ? n->o->wires.r_wl : n->o->wires.r_bl) == 0;
    for (size_t k = from; k < from + lines; k++) {
        fprintf(n->f, "%s%c%zu", (k - from) % 16 == 0 ? "\n+ " : " ", kind, k);
        if (!own)
            fprintf(n->f, "_%zu", boundary);
    }
}

static void put_tile(const netlist *n, const netlist_block *t)
{
    fprintf(n->f, "atile%zu [", t->number);
    put_boundary(n, WORD, t->row, t->rows, t->col, 0);
    if (has_right(n, t))
        put_boundary(n, WORD, t->row, t->rows, t->col + t->cols, 0);
    if (has_top(n, t))
        put_boundary(n, BIT, t->col, t->cols, t->row, n->rows);
    put_boundary(n, BIT, t->col, t->cols, t->row + t->rows, n->rows);
    fprintf(n->f, "\n+ ] tile%zu\n", t->number);
}

static void put_tile_model(const netlist *n, const netlist_block *t)
{
    fprintf(n->f, ".model tile%zu synaptogen_tile(rows=%zu cols=%zu ends=\"left%s%s+bottom\"", t->number, t->rows,
            t->cols, has_right(n, t) ? "+right" : "", has_top(n, t) ? "+top" : "");
    put_wire_parameters(n);
    /* Tiles of a grid are one uniform array: half a segment each side of their common nodes. */
    if (netlist_blocks(n) > 1 && (n->o->wires.r_wl > 0 || n->o->wires.r_bl > 0))
        fputs(" lead=\"half\"", n->f);
    put_start(n, t->number, t->first);
    fputs(")\n", n->f);
}

static size_t ceiling(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

size_t netlist_blocks(const netlist *n)
{
    return n->o->kind == KIND_TILE ? ceiling(n->rows, (size_t)n->o->tile) * ceiling(n->cols, (size_t)n->o->tile) : 1;
}

netlist_block netlist_block_of(const netlist *n, size_t number)
{
    if (n->o->kind != KIND_TILE)
        return (netlist_block){.rows = n->rows, .cols = n->cols};
    const size_t side = (size_t)n->o->tile, across = ceiling(n->cols, side);
    netlist_block t = {.number = number, .row = number / across * side, .col = number % across * side};
    t.rows = n->rows - t.row < side ? n->rows - t.row : side;
    t.cols = n->cols - t.col < side ? n->cols - t.col : side;
    t.first = t.row * n->cols + t.rows * t.col; /* the cells of all blocks before */
    return t;
}

void netlist_put_tiles(const netlist *n)
{
    const size_t count = netlist_blocks(n);
    fprintf(
        n->f,
        "* %zu tile%s, the last first: the order suits the matrix of ngspice 39. Nodes: left, right, top, bottom.\n"
        "* Cell (i, j) of a tile is cell first + i + rows j, rows and i being those of the tile.\n",
        count, count > 1 ? "s" : "");
    for (size_t k = 0; k < count; k++) {
        const netlist_block t = netlist_block_of(n, k);
        put_tile_model(n, &t);
    }
    for (size_t k = count; k-- > 0;) {
        const netlist_block t = netlist_block_of(n, k);
        put_tile(n, &t);
    }
}

/* " [ w0 w1 .. ]" */
static void put_bank_nodes(const netlist *n, char letter, size_t from, size_t lines)
{
    fputs(" [", n->f);
    for (size_t k = from; k < from + lines; k++)
        fprintf(n->f, "%s%c%zu", (k - from) % 16 == 15 ? "\n+ " : " ", letter, k);
    fputs(" ]", n->f);
}

/* Lines of one side, as many in an A line as ngspice can take: their sources' voltages, or their currents as the
 * voltages of nodes i0, i1 .. One A line with both would couple all of them in ngspice's matrix. */
static void put_banks(const netlist *n, line_kind kind, int currents, size_t lines)
{
    for (size_t from = 0; from < lines; from += SYNP_MOST_NODES) {
        const size_t count = lines - from < SYNP_MOST_NODES ? lines - from : SYNP_MOST_NODES,
                     bank = from / SYNP_MOST_NODES;
        const char *name = currents ? "xi" : kind == WORD ? "xw" : "xb";
        fprintf(n->f, "a%s%zu%s", name, bank, currents ? " null" : "");
        put_bank_nodes(n, currents ? 'i' : (char)kind, from, count);
        fprintf(n->f, "%s null %s%zu\n", currents ? "" : " null", name, bank);
        fprintf(n->f, ".model %s%zu synaptogen_array(array=\"x\" side=\"%s\" line=%zu", name, bank,
                kind == WORD ? "left" : "bottom", from);
        if (kind == WORD && from == 0) {
            fprintf(n->f, "\n+ rows=%zu cols=%zu r_left=%.6g r_bottom=%.6g", n->rows, n->cols, n->o->wires.driver,
                    n->o->job == JOB_READ ? n->o->sense : n->o->wires.driver);
            put_wire_parameters(n);
            put_start(n, 0, 0);
        }
        fputs(")\n", n->f);
    }
}

void netlist_put_array(const netlist *n)
{
    fputs("* The array, in banks of lines; cell (i, j) is cell i + rows j. Nodes i0, i1 .. are column currents, V "
          "for A.\n",
          n->f);
    put_banks(n, WORD, 0, n->rows);
    if (n->o->job != JOB_READ)
        put_banks(n, BIT, 0, n->cols);
    put_banks(n, BIT, 1, n->cols);
}
