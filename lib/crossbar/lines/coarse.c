/* SPDX-License-Identifier: MIT */
/* The coarse grid of the two-level cycle (kernel.h), by Galerkin's projection; see W. L. Briggs, V. E. Henson and
 * S. F. McCormick, A Multigrid Tutorial, 2nd ed., SIAM 2000.
 *
 * Knots are some of the rows and some of the columns. The coarse functions are voltages of both layers of nodes, the word
 * and the bit lines, that are bilinear between knots: node (i, j) has sum_ab h_a(i) h_b(j) z_ab, with the hat function h_a
 * that is 1 at knot a and falls linearly to 0 at the knots beside it. With P the matrix of these functions and K the
 * equations of all nodes, the coarse equations are P' K P. Element by element:
 *   cell g at (i, j), between the layers:  +- g h_a(i) h_a'(i) h_b(j) h_b'(j), + within a layer, - between the layers.
 *   The sums over i and j are taken one after the other (sum_column, then the weights of the column), and only for pairs
 *   of the same or of neighbouring knots, whose hats overlap.
 *   wires of word line i from knot b to the next, n segments of r ohm: the voltage falls linearly, so that the n
 *   segments together are one of 1 / (n r) between the coarse voltages at b and b + 1, shared among the knots a with
 *   h_a(i) h_a'(i). The same holds for bit lines.
 *   ends of lines: the same with the conductance to ground at the first or last knot.
 * The equations are symmetric and positive definite. They are solved by Cholesky's method for band matrices (band.c). */
#include "crossbar/lines/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums over the nodes between two knots with the products of hats: both of the knot before, one of each, both of the knot
 * after. */
typedef double pair_sums[3];

struct synp_coarse {
    const synp_lines *lines;
    synp_knots knots[2];
    bool swapped; /* the unknowns are numbered along the columns first, for the smaller band */
    size_t n;     /* unknowns: two layers per knot */
    synp_band k;  /* the equations, with unknowns of no meaning at the end that make their number a multiple */
    const synp_band_method *method;
    double *rhs;          /* [k.n + k.band] */
    double *values;       /* [rows x cols x 2] of knots */
    pair_sums (*sums)[3]; /* [knots of rows], of the cells between two knots of columns */
};

double synp_mean_segment(const synp_lines *l)
{
    double mean = 0;
    for (int along = 0; along < 2; along++) {
        const size_t count = along ? l->cols : l->rows;
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            if (l->r[along][i] == 0)
                return 0;
            sum += log(l->r[along][i]);
        }
        mean += sum / (double)count / 2;
    }
    return exp(mean);
}

static syn_status place_knots(synp_knots *k, size_t nodes, size_t spacing)
{
    const size_t intervals = (nodes - 1 + spacing / 2) / spacing;
    k->count = (intervals > 0 ? intervals : 1) + 1;
    k->at = malloc(k->count * sizeof *k->at);
    k->knot = malloc(nodes * sizeof *k->knot);
    k->share = malloc(nodes * sizeof *k->share);
    if (!k->at || !k->knot || !k->share)
        return SYN_ENOMEM;
    for (size_t c = 0; c < k->count; c++)
        k->at[c] = (nodes - 1) * c / (k->count - 1);
    for (size_t i = 0, c = 0; i < nodes; i++) {
        c += c + 2 < k->count && i == k->at[c + 1];
        k->knot[i] = c;
        k->share[i] = (double)(i - k->at[c]) / (double)(k->at[c + 1] - k->at[c]);
    }
    return SYN_OK;
}

syn_status synp_coarse_create(const synp_lines *lines, const synp_band_method *method, size_t spacing,
                              synp_coarse **out)
{
    *out = NULL;
    synp_coarse *c = calloc(1, sizeof *c);
    if (!c)
        return SYN_ENOMEM;
    c->lines = lines;
    c->method = method;
    const size_t size[2] = {lines->rows, lines->cols};
    syn_status status = SYN_OK;
    for (int along = 0; along < 2 && !status; along++)
        status = place_knots(&c->knots[along], size[along], spacing);
    if (!status) {
        const size_t knots = c->knots[0].count * c->knots[1].count;
        c->swapped = c->knots[0].count > c->knots[1].count;
        c->n = 2 * knots;
        c->k.n = (c->n + SYNP_BAND_COLUMNS - 1) / SYNP_BAND_COLUMNS * SYNP_BAND_COLUMNS;
        c->k.band = 2 * (c->knots[c->swapped].count + 1) + 1;
        c->k.stride = (c->k.band + SYNP_BAND_COLUMNS + SYNP_BAND_ROWS + 7) / 8 * 8;
        c->k.a = malloc(c->k.stride * c->k.n * sizeof *c->k.a);
        c->rhs = calloc(c->k.n + c->k.band, sizeof *c->rhs);
        c->values = malloc(2 * knots * sizeof *c->values);
        c->sums = calloc(c->knots[0].count, sizeof *c->sums);
        status = c->k.a && c->rhs && c->values && c->sums ? SYN_OK : SYN_ENOMEM;
    }
    if (status) {
        synp_coarse_free(c);
        return status;
    }
    *out = c;
    return SYN_OK;
}

void synp_coarse_free(synp_coarse *c)
{
    if (!c)
        return;
    for (int along = 0; along < 2; along++) {
        free(c->knots[along].at);
        free(c->knots[along].knot);
        free(c->knots[along].share);
    }
    free(c->k.a);
    free(c->rhs);
    free(c->values);
    free(c->sums);
    free(c);
}

size_t synp_coarse_bytes(const synp_coarse *c)
{
    return sizeof *c + (c->k.stride * c->k.n + c->k.n + c->k.band + c->n) * sizeof(double) +
           c->knots[0].count * sizeof *c->sums +
           (c->lines->rows + c->lines->cols) * (sizeof(size_t) + sizeof(double));
}

const synp_knots *synp_coarse_knots(const synp_coarse *c, int along)
{
    return &c->knots[along];
}

double *synp_coarse_values(synp_coarse *c)
{
    return c->values;
}

/* Number of the unknown of a knot in the layer of the word lines; that in the layer of the bit lines is the next one. */
static size_t unknown(const synp_coarse *c, size_t a, size_t b)
{
    return 2 * (c->swapped ? b + c->knots[1].count * a : a + c->knots[0].count * b);
}

/* Adds to the lower triangle. */
static void add(synp_coarse *c, size_t i, size_t j, double value)
{
    if (i >= j)
        c->k.a[i - j + c->k.stride * j] += value;
}

/* Adds the cells of one column to the sums of its intervals between knots of rows; weight: the column's own products of
 * hats. */
static void sum_column(const synp_knots *rows, const double *g, const pair_sums weight, pair_sums (*sums)[3])
{
    for (size_t a = 0; a + 1 < rows->count; a++) {
        const size_t from = rows->at[a], n = rows->at[a + 1] - from;
        const double *share = rows->share + from, *here = g + from;
        double all = 0, after = 0, both_after = 0; /* g, g h, g h^2 with h the hat of the knot after */
#pragma omp simd reduction(+ : all, after, both_after)
        for (size_t i = 0; i < n; i++) {
            all += here[i];
            after += share[i] * here[i];
            both_after += share[i] * share[i] * here[i];
        }
        const double end = a + 2 == rows->count ? here[n] : 0;
        const pair_sums s = {all - 2 * after + both_after, after - both_after, both_after + end};
        for (int p = 0; p < 3; p++)
            for (int q = 0; q < 3; q++)
                sums[a][p][q] += weight[q] * s[p];
    }
}

/* A conductance between the layers, for the knots (a, b) and (a2, b2). */
static void add_cells(synp_coarse *c, size_t a, size_t a2, size_t b, size_t b2, double value)
{
    const size_t i = unknown(c, a, b), j = unknown(c, a2, b2);
    add(c, i, j, value);
    add(c, i + 1, j + 1, value);
    add(c, i, j + 1, -value);
    add(c, i + 1, j, -value);
}

/* Adds the sums between the knots b and b + 1 of the columns to the equations, and clears them. */
static void add_interval(synp_coarse *c, size_t b)
{
    pair_sums(*const sums)[3] = c->sums;
    for (size_t a = 0; a + 1 < c->knots[0].count; a++) {
        for (size_t p = 0; p < 4; p++)
            for (size_t q = 0; q < 4; q++)
                add_cells(c, a + p / 2, a + q / 2, b + p % 2, b + q % 2, sums[a][p / 2 + q / 2][p % 2 + q % 2]);
        memset(sums[a], 0, sizeof sums[a]);
    }
}

/* What the lines between two knots across them add up to, for the pairs of hats across them: of wires, S times segments; of
 * both ends, S. */
typedef struct line_sums {
    pair_sums wire, end[2];
} line_sums;

static void add_line(const synp_lines *l, int along, size_t i, const pair_sums weight, line_sums *s)
{
    for (int p = 0; p < 3; p++) {
        s->wire[p] += weight[p] / l->r[along][i];
        for (int far = 0; far < 2; far++)
            s->end[far][p] += weight[p] * l->end[2 * along + far][i];
    }
}

/* Adds the lines between the knots x and x + 1 across them to the equations. */
static void add_lines(synp_coarse *c, int along, size_t x, const line_sums *s)
{
    const synp_knots *k = &c->knots[!along];
    for (size_t b = 0; b < k->count; b++)
        for (size_t p = 0; p < 2; p++)
            for (size_t q = 0; q < 2; q++) {
                const double end = (b == 0 ? s->end[0][p + q] : 0) + (b + 1 == k->count ? s->end[1][p + q] : 0);
                const size_t layer = (size_t)along, y = x + p, z = x + q;
                const size_t here[2] = {(along ? unknown(c, b, y) : unknown(c, y, b)) + layer,
                                        (along ? unknown(c, b, z) : unknown(c, z, b)) + layer};
                add(c, here[0], here[1], end);
                if (b + 1 == k->count)
                    continue;
                const double wire = s->wire[p + q] / (double)(k->at[b + 1] - k->at[b]);
                const size_t next[2] = {(along ? unknown(c, b + 1, y) : unknown(c, y, b + 1)) + layer,
                                        (along ? unknown(c, b + 1, z) : unknown(c, z, b + 1)) + layer};
                add(c, here[0], here[1], wire);
                add(c, next[0], next[1], wire);
                add(c, here[0], next[1], -wire);
                add(c, next[0], here[1], -wire);
            }
}

/* Adds the wires and the ends of all lines that are on. */
static void add_layer(synp_coarse *c, int along, const double *on)
{
    const synp_knots *across = &c->knots[along];
    for (size_t x = 0; x + 1 < across->count; x++) {
        const bool ends = x + 2 == across->count;
        line_sums s = {0};
        for (size_t i = across->at[x]; i < across->at[x + 1] + ends; i++) {
            const double after = i < across->at[x + 1] ? across->share[i] : 1, before = 1 - after;
            if (!on || on[i] > 0)
                add_line(c->lines, along, i, (pair_sums){before * before, before * after, after * after}, &s);
        }
        add_lines(c, along, x, &s);
    }
}

bool synp_coarse_factor(synp_coarse *c, const double *g, const double *on)
{
    const synp_lines *l = c->lines;
    const synp_knots *cols = &c->knots[1];
    memset(c->k.a, 0, c->k.stride * c->k.n * sizeof *c->k.a);
    for (size_t j = 0; j < l->cols; j++) {
        const double after = cols->share[j], before = 1 - after;
        sum_column(&c->knots[0], g + l->ld * j, (pair_sums){before * before, before * after, after * after}, c->sums);
        if (j + 1 == l->cols || cols->knot[j + 1] != cols->knot[j])
            add_interval(c, cols->knot[j]);
    }
    add_layer(c, 0, on);
    add_layer(c, 1, NULL);
    for (size_t i = 0; i < c->n; i++) { /* so that a part that nothing holds at a potential stays solvable */
        double *diagonal = &c->k.a[c->k.stride * i];
        *diagonal = *diagonal > 0 ? *diagonal * (1 + 1e-12) : 1;
    }
    for (size_t i = c->n; i < c->k.n; i++)
        c->k.a[c->k.stride * i] = 1;
    return c->method->factor(&c->k);
}

void synp_coarse_solve(synp_coarse *c)
{
    const size_t rows = c->knots[0].count, cols = c->knots[1].count;
    double *const bit_lines = c->values + rows * cols;
    memset(c->rhs, 0, c->n * sizeof *c->rhs);
    for (size_t b = 0; b < cols; b++)
        for (size_t a = 0; a < rows; a++)
            c->rhs[unknown(c, a, b)] = c->values[a + rows * b];
    c->method->solve(&c->k, c->rhs);
    for (size_t b = 0; b < cols; b++)
        for (size_t a = 0; a < rows; a++) {
            c->values[a + rows * b] = c->rhs[unknown(c, a, b)];
            bit_lines[a + rows * b] = c->rhs[unknown(c, a, b) + 1];
        }
}
