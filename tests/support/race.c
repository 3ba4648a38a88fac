/* SPDX-License-Identifier: MIT */
#include "support/race.h"

#include "support/circuit.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *const race_families[RACE_FAMILIES] = {"series",   "complementary", "parallel", "bridge",
                                                  "crossbar", "strings",       "ladder",   "two drivers"};

static int node(race *c)
{
    cr_assert(c->nodes < RACE_NODES);
    return c->nodes++;
}

static void source(race *c, int at, double gain)
{
    c->source[c->sources].node = at;
    c->source[c->sources++].gain = gain;
}

static void resistance(race *c, int a, int b, double ohm)
{
    cr_assert(c->resistors < RACE_RESISTORS);
    c->resistor[c->resistors].a = a;
    c->resistor[c->resistors].b = b;
    c->resistor[c->resistors++].ohm = ohm;
}

static void cell(race *c, int a, int b, bool lrs)
{
    cr_assert(c->cells < RACE_CELLS);
    c->cell[c->cells].a = a;
    c->cell[c->cells].b = b;
    c->cell[c->cells++].start = lrs ? SYN_LRS : SYN_HRS;
}

/* A number of low .. high. */
static int any(uint64_t *random, int low, int high)
{
    return low + (int)support_uniform(random, 0, high - low + 1);
}

/* The first source, and a resistance to a new node, which is returned. */
static int feed(race *c, uint64_t *random, double low, double high)
{
    const int s = node(c), n = node(c);
    source(c, s, 1);
    resistance(c, s, n, circuit_log_uniform(random, low, high));
    return n;
}

static void series(race *c, uint64_t *random)
{
    int at = feed(c, random, 50, 3000);
    const bool lrs = circuit_chance(random, 0.5);
    for (int k = any(random, 2, 6); k > 0; k--) {
        const int next = k > 1 ? node(c) : 0;
        cell(c, at, next, lrs);
        at = next;
    }
}

static void complementary(race *c, uint64_t *random)
{
    int at = feed(c, random, 50, 3000);
    for (int k = 2 * any(random, 1, 3); k > 0; k--) {
        const int next = k > 1 ? node(c) : 0;
        const bool reversed = k % 2, lrs = circuit_chance(random, 0.5);
        cell(c, reversed ? next : at, reversed ? at : next, lrs);
        at = next;
    }
}

static void parallel(race *c, uint64_t *random)
{
    const int at = feed(c, random, 300, 10000);
    const bool lrs = circuit_chance(random, 0.5);
    for (int k = any(random, 2, 6); k > 0; k--)
        cell(c, at, 0, lrs);
}

static void bridge(race *c, uint64_t *random)
{
    const int top = feed(c, random, 50, 2000), left = node(c), right = node(c);
    cell(c, top, left, circuit_chance(random, 0.5));
    cell(c, top, right, circuit_chance(random, 0.5));
    cell(c, left, 0, circuit_chance(random, 0.5));
    cell(c, right, 0, circuit_chance(random, 0.5));
    if (circuit_chance(random, 0.5))
        cell(c, left, right, circuit_chance(random, 0.5));
    else
        resistance(c, left, right, circuit_log_uniform(random, 500, 10000));
}

/* The source drives one row; the other one and the columns end at ground. */
static void crossbar(race *c, uint64_t *random)
{
    enum { ROWS = 2, MOST = 3 };
    const int columns = any(random, 2, MOST), s = node(c);
    const double wire = circuit_log_uniform(random, 1, 100);
    int top[ROWS][MOST], bottom[ROWS][MOST];
    source(c, s, 1);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < columns; j++) {
            top[i][j] = node(c);
            bottom[i][j] = node(c);
            if (j == 0)
                resistance(c, i == 0 ? s : 0, top[i][j], circuit_log_uniform(random, 20, 1000));
            else
                resistance(c, top[i][j - 1], top[i][j], wire);
            if (i > 0)
                resistance(c, bottom[i - 1][j], bottom[i][j], wire);
            cell(c, top[i][j], bottom[i][j], circuit_chance(random, 0.5));
        }
    for (int j = 0; j < columns; j++)
        resistance(c, bottom[ROWS - 1][j], 0, circuit_log_uniform(random, 20, 1000));
}

static void strings(race *c, uint64_t *random)
{
    const int at = feed(c, random, 100, 3000);
    const bool lrs = circuit_chance(random, 0.5);
    for (int k = any(random, 2, 3); k > 0; k--) {
        const int middle = node(c);
        cell(c, at, middle, lrs);
        cell(c, middle, 0, lrs);
    }
}

static void ladder(race *c, uint64_t *random)
{
    const bool lrs = circuit_chance(random, 0.5);
    int at = feed(c, random, 100, 2000);
    for (int k = any(random, 2, 3); k > 0; k--) {
        const int side = node(c);
        cell(c, at, 0, lrs);
        cell(c, at, side, !lrs);
        resistance(c, side, 0, circuit_log_uniform(random, 500, 5000));
        if (k > 1) {
            const int next = node(c);
            resistance(c, at, next, circuit_log_uniform(random, 100, 2000));
            at = next;
        }
    }
}

static void two_drivers(race *c, uint64_t *random)
{
    const int driver[] = {node(c), node(c)}, load = node(c);
    source(c, driver[0], 1);
    source(c, driver[1], support_uniform(random, 0.5, 1));
    resistance(c, load, 0, circuit_log_uniform(random, 500, 5000));
    for (int k = any(random, 2, 4); k > 0; k--)
        cell(c, driver[k % 2], load, circuit_chance(random, 0.5));
}

/* Voltages at which some of the cells switch and others do not. Cells in series share the voltage. */
static void draw_wave(race *c, uint64_t *random)
{
    const double share[RACE_FAMILIES] = {0.6 + 0.45 * c->cells, 0.6 + 0.45 * c->cells, 1, 2, 1, 2, 1, 1};
    const int sign = circuit_chance(random, 0.5) ? 1 : -1;
    for (int k = 1; k < RACE_CORNERS - 1; k++)
        c->wave[k] = (k % 2 ? sign : -sign) * share[c->family] * support_uniform(random, 1.2, 2.2);
}

race race_draw(int family, uint64_t seed)
{
    static void (*const draw[RACE_FAMILIES])(race *, uint64_t *) = {series,   complementary, parallel, bridge,
                                                                    crossbar, strings,       ladder,   two_drivers};
    race c = {.family = family, .seed = seed, .nodes = 1};
    uint64_t random = seed * 1000003 + (uint64_t)family;
    support_uniform(&random, 0, 1); /* the first number of neighbouring seeds is nearly the same */
    draw[family](&c, &random);
    draw_wave(&c, &random);
    return c;
}

static void add_sources(const race *c, double edge)
{
    if (edge == 0)
        spice_add("vt t 0 0\n");
    for (int s = 0; s < c->sources; s++) {
        spice_add(edge > 0 ? "v%d n%d 0 pwl(" : "b%d n%d 0 v=pwl(v(t)", s, c->source[s].node);
        for (int k = 0; k < RACE_CORNERS; k++)
            spice_add("%s %.9g%s %.17g", edge > 0 ? "" : ",", edge > 0 ? edge * k : k, edge > 0 ? "" : ",",
                      c->source[s].gain * c->wave[k]);
        spice_add(")\n");
    }
}

static void add_cell(const race *c, const race_style *style, int k)
{
    const int a = c->cell[k].a, b = c->cell[k].b;
    spice_add("a%d %%gd(n%d n%d) m%d\n", k, style->mirrored ? b : a, style->mirrored ? a : b,
              c->cell[k].start == SYN_LRS);
}

void race_add(const race *c, const race_style *style, double edge)
{
    add_sources(c, edge);
    for (int k = 0; k < c->resistors; k++)
        spice_add("r%d n%d n%d %.17g\n", k, c->resistor[k].a, c->resistor[k].b, c->resistor[k].ohm);
    for (int k = 1; k < c->nodes && style->capacitance > 0; k++)
        spice_add("c%d n%d 0 %.17g\n", k, k, style->capacitance);
    for (int k = 0; k < c->cells; k++)
        add_cell(c, style, style->backwards ? k : c->cells - 1 - k);
    for (int lrs = 0; lrs < 2; lrs++)
        spice_add(".model m%d synaptogen(seed=%" PRIu64 " index=1 init=%d polarity=%d)\n", lrs, c->seed, lrs,
                  style->mirrored ? -1 : 1);
    spice_add("v_ground n0 0 0\n.save");
    for (int k = 0; k < c->cells; k++)
        spice_add(" @a%d[r] @a%d[mode] @a%d[cycle]", k, k, k);
}
