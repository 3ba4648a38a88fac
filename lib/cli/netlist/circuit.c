/* SPDX-License-Identifier: MIT */
/* Sources, wires and cells, in the order that ngspice 39 sets up in linear time: line sources ascending, cells in
 * exactly the opposite order; cells with transistors column by column. */
#include "cli/netlist/netlist.h"

#include <math.h>

size_t netlist_phases_per_row(const netlist *n)
{
    return n->o->kind == KIND_1T1R ? 3 : 2;
}

double netlist_rest(const netlist *n)
{
    return n->scheme == SYN_THIRD_SELECT ? -1. / 6 : 0;
}

/* V of a line at the corner that ends a phase of row `row`: step 0 SET, 1 RESET, 2 none. */
static double write_level(const netlist *n, line_kind kind, size_t line, size_t row, size_t step)
{
    const double u = step == 0 ? n->v_set : step == 1 ? n->v_reset : 0;
    const int chosen = kind == WORD ? line == row : netlist_bit(n, row, line) == (step == 0);
    if (n->scheme != SYN_FULL_SELECT)
        return (kind == WORD ? u : -u) * (chosen ? 0.5 : netlist_rest(n)) + 0.0;
    if (!chosen || step == 2)
        return 0;
    if (kind == WORD)
        return n->o->v_gate;
    /* All voltages are positive, for the transistors' sake: SET comes from the source line. */
    return kind == SOURCE ? fmax(-u, 0) : fmax(u, 0);
}

size_t netlist_phases_per_read(const netlist *n)
{
    return n->o->drive == DRIVE_STEP ? 2 : 1;
}

size_t netlist_phases(const netlist *n)
{
    return n->rows * (netlist_phases_per_row(n) + (netlist_has_cells(n) ? 0 : netlist_phases_per_read(n)));
}

static double level(const netlist *n, line_kind kind, size_t line, size_t phase)
{
    const size_t steps = netlist_phases_per_row(n);
    if (phase < n->rows * steps)
        return write_level(n, kind, line, phase / steps, phase % steps);
    return kind == WORD && line == (phase - n->rows * steps) / netlist_phases_per_read(n) ? n->o->v_read : 0;
}

/* Corners at which neither the value nor the slope changes are left out. */
static void put_waveform(const netlist *n, line_kind kind, size_t line)
{
    const size_t phases = netlist_phases(n);
    double before = 0;
    int count = 1;
    fputs("pwl(0 0", n->f);
    for (size_t k = 0; k < phases; k++) {
        const double now = level(n, kind, line, k), after = k + 1 < phases ? level(n, kind, line, k + 1) : 0;
        if (now != before || now != after) {
            fputs(count++ % 8 ? " " : "\n+ ", n->f);
            netlist_put_time(n, (double)(k + 1));
            fprintf(n->f, " %.10g", now);
        }
        before = now;
    }
    if (before != 0) {
        fputc(' ', n->f);
        netlist_put_time(n, (double)(phases + 1));
        fputs(" 0", n->f);
    }
    fputs(")\n", n->f);
}

/* The same voltages, each held from its corner on until just before the next. */
static void put_steps(const netlist *n, line_kind kind, size_t line)
{
    double before = 0;
    int count = 1;
    fputs("v=pwl(time, 0,0", n->f);
    for (size_t k = 0; k <= netlist_phases(n); k++) {
        const double now = k < netlist_phases(n) ? level(n, kind, line, k) : 0;
        if (now == before && k < netlist_phases(n))
            continue;
        fputs(count++ % 6 ? ", " : ",\n+ ", n->f);
        netlist_put_time(n, (double)k + 0.999);
        fprintf(n->f, ",%.10g, ", before);
        netlist_put_time(n, (double)(k + 1));
        fprintf(n->f, ",%.10g", now);
        before = now;
    }
    fputs(")\n", n->f);
}

char netlist_source_letter(const netlist *n)
{
    return n->o->job == JOB_WRITE && n->o->drive == DRIVE_STEP ? 'b' : 'v';
}

/* Of a read: lines are at a constant voltage. */
static double read_level(const netlist *n, line_kind kind, size_t line)
{
    const int gates = n->o->kind == KIND_1T1R;
    if (kind == WORD)
        return n->volts ? (double)n->volts[line] : gates ? n->o->v_gate : n->o->v_read;
    return kind == BIT && gates ? n->o->v_read : 0;
}

static double wire_resistance(const netlist *n, line_kind kind)
{
    return kind == WORD ? n->o->wires.r_wl : n->o->wires.r_bl;
}

/* Between a line's source and its node. Tiles of a grid end with half a segment; the other half is here. */
static double series_resistance(const netlist *n, line_kind kind)
{
    if (n->o->kind == KIND_ARRAY)
        return 0; /* it is inside */
    const line_kind sensed = n->o->kind == KIND_1T1R ? SOURCE : BIT;
    const double lead = netlist_blocks(n) > 1 ? 0.5 * wire_resistance(n, kind) : 0;
    return lead + (n->o->job == JOB_READ && kind == sensed ? n->o->sense : n->o->wires.driver);
}

static void put_sources(const netlist *n, line_kind kind, size_t lines)
{
    const double r = series_resistance(n, kind);
    for (size_t k = 0; k < lines; k++) {
        fprintf(n->f, "%c%c%zu %c%s%zu 0 ", netlist_source_letter(n), kind, k, kind, r > 0 ? "d" : "", k);
        if (n->o->job == JOB_READ)
            fprintf(n->f, "%.6g\n", read_level(n, kind, k));
        else if (n->o->job == JOB_VERIFY)
            fputs("0\n", n->f);
        else
            (n->o->drive == DRIVE_STEP ? put_steps : put_waveform)(n, kind, k);
    }
    for (size_t k = 0; r > 0 && k < lines; k++)
        fprintf(n->f, "r%c%zu %cd%zu %c%zu %.6g\n", kind, k, kind, k, kind, k, r);
}

/* Node of a line at its cell number `place`, counted from the end that is driven: w3, or w3_7 with wires. */
static void put_node(const netlist *n, line_kind kind, size_t line, size_t place)
{
    fprintf(n->f, "%c%zu", kind, line);
    if (wire_resistance(n, kind) > 0)
        fprintf(n->f, "_%zu", place);
}

/* A segment in front of each cell, the first one leads to the driver. */
static void put_wires(const netlist *n, line_kind kind, size_t lines, size_t cells)
{
    const double r = wire_resistance(n, kind);
    for (size_t k = 0; r > 0 && k < lines; k++)
        for (size_t place = 0; place < cells; place++) {
            fprintf(n->f, "r%c%zu_%zu %c%zu", kind, k, place, kind, k);
            if (place > 0)
                fprintf(n->f, "_%zu", place - 1);
            fprintf(n->f, " %c%zu_%zu %.6g\n", kind, k, place, r);
        }
}

static void put_cell(const netlist *n, size_t row, size_t col)
{
    const size_t k = row + n->rows * col, place = n->rows - 1 - row; /* bit lines are driven from the last row */
    const int access = n->o->kind == KIND_1T1R;
    fprintf(n->f, "acell%zu %%gd(", k);
    if (access)
        put_node(n, BIT, col, place);
    else
        put_node(n, WORD, row, col);
    fputc(' ', n->f);
    if (access)
        fprintf(n->f, "x%zu", k);
    else
        put_node(n, BIT, col, place);
    fprintf(n->f, ") %s\n", n->o->job != JOB_READ ? "cell" : netlist_bit(n, row, col) ? "lrs" : "hrs");
    if (!access)
        return;
    fprintf(n->f, "m%zu x%zu ", k, k);
    put_node(n, WORD, row, col);
    fputc(' ', n->f);
    put_node(n, SOURCE, col, place);
    fputs(" 0 access w=1u l=130n\n", n->f);
}

static void put_cells(const netlist *n)
{
    fprintf(n->f, "* Cell i + %zu j sits at word line i and bit line j. The order suits the matrix of ngspice 39.\n",
            n->rows);
    if (n->o->kind == KIND_DISCRETE)
        for (size_t i = n->rows; i-- > 0;)
            for (size_t j = n->cols; j-- > 0;)
                put_cell(n, i, j);
    else
        for (size_t j = n->cols; j-- > 0;)
            for (size_t i = n->rows; i-- > 0;)
                put_cell(n, i, j);
}

static void put_model(const netlist *n, const char *name, int lrs)
{
    fprintf(n->f, ".model %s synaptogen(index=1 init=\"%s\"", name, lrs ? "lrs" : "hrs");
    netlist_put_device(n);
    fputs(")\n", n->f);
}

static void put_models(const netlist *n)
{
    if (n->o->job == JOB_READ) {
        put_model(n, "hrs", 0);
        put_model(n, "lrs", 1);
    } else {
        put_model(n, "cell", n->o->pattern.mode == SYN_LRS);
    }
    if (n->o->kind == KIND_1T1R) /* a 130 nm device, as in synaptogen.lib */
        fputs(".model access nmos(level=1 vto=0.4 kp=200u lambda=0.05)\n", n->f);
}

void netlist_put_circuit(const netlist *n)
{
    put_sources(n, WORD, n->rows);
    if (n->o->kind != KIND_ARRAY || n->o->job != JOB_READ) /* there bit lines end at 0 V inside */
        put_sources(n, BIT, n->cols);
    if (n->o->kind == KIND_1T1R)
        put_sources(n, SOURCE, n->cols);
    if (n->o->kind == KIND_TILE) {
        netlist_put_tiles(n);
    } else if (n->o->kind == KIND_ARRAY) {
        netlist_put_array(n);
    } else {
        put_wires(n, WORD, n->rows, n->cols);
        put_wires(n, BIT, n->cols, n->rows);
        if (n->o->kind == KIND_1T1R)
            put_wires(n, SOURCE, n->cols, n->rows);
        put_models(n);
        put_cells(n);
    }
}
