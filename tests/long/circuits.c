/* SPDX-License-Identifier: MIT */
/* Random circuits of everything that the plug-in has, one after the other and several at a time, in one process: cells, tiles,
 * driven arrays, arrays with ports, transistors, resistances and capacitances; operating points, transients, sweeps, .ac and
 * .noise, alter and altermod, stop and resume, setcirc and remcirc. $CIRCUITS says how many, $SEED which ones.
 *
 * All sources are between ground and a node d0, d1, ..; nothing else is at ground. So the currents of the sources are all that
 * flows, and their sum is 0. Some cells are between two such nodes, so that their voltages are known: the library alone says
 * where they end. In an array with outputs at both ends of its lines, and open ends elsewhere, the outputs are all that flows. */
#include "support/circuit.h"
#include "support/spice.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRIVEN = 4, FREE = 6, CORNERS = 6, CELLS = 4, CIRCUITS_AT_ONCE = 3, STEPS = 5 };

/* s, between two corners of the sources. */
static const double edge = 100e-9;

typedef struct plan {
    uint64_t random, number;
    double wave[DRIVEN][CORNERS]; /* V at the corners; d0 is at 0 V */
    int cells;                    /* with known voltages; cell k has the number k */
    struct {
        int a, b; /* driven nodes */
    } cell[CELLS];
    syn_cell state[CELLS];                    /* as far as the analyses have come */
    int seed, start, first_seed, first_start; /* of the .model of these cells; before altermod */
    bool keep, outputs;
    int lines; /* with outputs, at each of two sides */
} plan;

static plan live[CIRCUITS_AT_ONCE];
static int count, analyses, failed;
static uint64_t seed, youngest;

static int any(plan *p, int low, int high)
{
    return low + (int)support_uniform(&p->random, 0, high - low + 1);
}

static bool chance(plan *p, double share)
{
    return circuit_chance(&p->random, share);
}

static double decades(plan *p, double low, double high)
{
    return circuit_log_uniform(&p->random, low, high);
}

/* Adds the name of a node of the circuit. */
static void add_node(plan *p)
{
    const bool driven = chance(p, 0.5);
    spice_add(" %c%d", driven ? 'd' : 'f', any(p, 0, (driven ? DRIVEN : FREE) - 1));
}

static void start_cells(plan *p)
{
    for (int k = 0; k < p->cells; k++) {
        const syn_start start = {.mode = p->start ? SYN_LRS : SYN_HRS};
        cr_assert(syn_cell_init(support_model(0), (uint64_t)p->seed, (uint64_t)k, &start, &p->state[k], NULL) ==
                  SYN_OK);
    }
}

/* The cells follow the voltages [V] of the driven nodes. */
static void step_cells(plan *p, const double u[DRIVEN])
{
    for (int k = 0; k < p->cells; k++)
        syn_cell_step(support_model(0), &p->state[k], u[p->cell[k].a] - u[p->cell[k].b], &p->state[k]);
}

static void add_sources(plan *p)
{
    for (int d = 0; d < DRIVEN; d++) {
        spice_add("v%d d%d 0 dc 0 ac %d pwl(", d, d, d == 1);
        for (int k = 0; k < CORNERS; k++) {
            p->wave[d][k] = d == 0 || k == 0 ? 0 : support_uniform(&p->random, -1.5, 1.5);
            spice_add(" %.9g %.17g", edge * k, p->wave[d][k]);
        }
        spice_add(")\n");
    }
}

static void add_known_cells(plan *p)
{
    p->cells = any(p, 1, CELLS);
    p->seed = p->first_seed = any(p, 0, 1000000);
    p->start = p->first_start = any(p, 0, 1);
    p->keep = chance(p, 0.3);
    for (int k = 0; k < p->cells; k++) {
        p->cell[k].a = any(p, 0, DRIVEN - 1);
        p->cell[k].b = (p->cell[k].a + any(p, 1, DRIVEN - 1)) % DRIVEN;
        spice_add("aknown%d %%gd(d%d d%d) known\n", k, p->cell[k].a, p->cell[k].b);
    }
    for (int k = 0; k < p->cells; k++)
        spice_add("%s @aknown%d[r] @aknown%d[mode] @aknown%d[cycle]%s", k == 0 ? ".save all" : "", k, k, k,
                  k == p->cells - 1 ? "\n" : "");
    spice_add(".model known synaptogen(index=1 seed=%d init=%d keep=%d)\n", p->seed, p->start, p->keep);
    start_cells(p);
}

/* Each free node has a way to a source. */
static void add_simple_parts(plan *p)
{
    for (int f = 0; f < FREE; f++)
        spice_add("rf%d f%d d%d %.6g\n", f, f, any(p, 0, DRIVEN - 1), decades(p, 10, 1e5));
    for (int k = any(p, 0, 3); k > 0; k--) {
        spice_add("r%d", k);
        add_node(p);
        add_node(p);
        spice_add(" %.6g\n", decades(p, 10, 1e6));
    }
    for (int k = any(p, 0, 3); k > 0; k--) {
        spice_add("c%d", k);
        add_node(p);
        add_node(p);
        spice_add(" %.6g\n", decades(p, 1e-16, 1e-12));
    }
}

static void add_free_cells(plan *p)
{
    const int n = any(p, 0, 6);
    for (int k = 0; k < n; k++) {
        spice_add("afree%d %%gd(f%d", k, any(p, 0, FREE - 1));
        add_node(p);
        spice_add(") free%d\n", k % 2);
    }
    for (int k = 0; k < 2 && k < n; k++)
        spice_add(".model free%d synaptogen(seed=%d init=%d start=%d polarity=%d noise=%d bandwidth=1e7)\n", k,
                  any(p, 0, 99), any(p, 0, 1), any(p, 0, 1), chance(p, 0.5) ? 1 : -1, chance(p, 0.1));
}

/* A cell in series with a transistor. */
static void add_transistors(plan *p)
{
    const int n = any(p, 0, 2);
    for (int k = 0; k < n; k++) {
        spice_add("at%d %%gd(f%d t%d) mt\nm%d t%d d%d", k, any(p, 0, FREE - 1), k, k, k, any(p, 1, DRIVEN - 1));
        add_node(p);
        spice_add(" d0 nmos1 w=%.3gu l=1u\n", decades(p, 1, 100));
    }
    if (n > 0)
        spice_add(".model mt synaptogen(seed=%d)\n.model nmos1 nmos(vto=0.4 kp=200u)\n", any(p, 0, 99));
}

/* ideal: a line may be one node. */
static void add_wires(plan *p, bool ideal)
{
    spice_add(" r_wl=%.4g r_bl=%.4g lead=%d r_access=%.4g", ideal && chance(p, 0.3) ? 0 : decades(p, 0.1, 100),
              ideal && chance(p, 0.3) ? 0 : decades(p, 0.1, 100), any(p, 0, 1),
              chance(p, 0.7) ? 0 : decades(p, 10, 1e4));
    spice_add(" seed=%d init=%d start=%d", any(p, 0, 99), any(p, 0, 1), any(p, 0, 1));
}

static void add_tile(plan *p)
{
    static const char *const ends[] = {"left+bottom", "right+top", "left+right+bottom", "left+right+top+bottom",
                                       "left"};
    static const int sides[][2] = {{1, 1}, {1, 1}, {2, 1}, {2, 2}, {1, 0}};
    const int rows = any(p, 1, 6), cols = any(p, 1, 6), k = any(p, 0, 4), n = sides[k][0] * rows + sides[k][1] * cols;
    spice_add("atile [");
    for (int i = 0; i < n; i++)
        add_node(p);
    spice_add(" ] tile\n.model tile synaptogen_tile(rows=%d cols=%d ends=\"%s\" first=100", rows, cols, ends[k]);
    add_wires(p, sides[k][0] < 2); /* lines with two ends need a resistance */
    spice_add(")\n");
}

/* Outputs at the left and at the bottom: all that enters at one side leaves at the other. */
static void add_driven_array(plan *p)
{
    const int lines = p->lines = any(p, 1, 12);
    p->outputs = true;
    spice_add("ain [");
    for (int i = 0; i < lines; i++)
        add_node(p);
    spice_add(" ] null null ain\naleft null [");
    for (int i = 0; i < lines; i++)
        spice_add(" ol%d", i);
    spice_add(" ] null aleft\nabottom null [");
    for (int i = 0; i < lines; i++)
        spice_add(" ob%d", i);
    spice_add(" ] null abottom\n.model ain synaptogen_array(array=\"x\" side=\"left\" rows=%d cols=%d first=1000",
              lines, lines);
    add_wires(p, true);
    spice_add(" r_left=%.4g r_bottom=%.4g)\n.model aleft synaptogen_array(array=\"x\" side=\"left\")\n"
              ".model abottom synaptogen_array(array=\"x\" side=\"bottom\")\n",
              decades(p, 1, 1e3), decades(p, 1, 1e3));
}

static void add_array_with_ports(plan *p)
{
    const int rows = any(p, 2, 8), cols = any(p, 2, 8);
    spice_add("aports null null [");
    for (int k = 0; k < 4; k++)
        add_node(p);
    spice_add(" ] ports\n.model ports synaptogen_array(array=\"y\" rows=%d cols=%d first=2000 "
              "at=\"left:0+bottom:1+left:1+bottom:0\" rest_open=\"left+bottom\"",
              rows, cols);
    add_wires(p, true);
    spice_add(")\n");
}

/* Loads a random circuit, which becomes the first of the list. */
static void load(uint64_t number)
{
    memmove(live + 1, live, (size_t)count++ * sizeof *live);
    plan *p = &live[0];
    youngest = number;
    *p = (plan){.random = seed * 1000003 + number, .number = number};
    support_uniform(&p->random, 0, 1); /* the first numbers of neighbours are nearly the same */
    add_sources(p);
    add_known_cells(p);
    add_simple_parts(p);
    add_free_cells(p);
    add_transistors(p);
    if (chance(p, 0.4))
        add_tile(p);
    if (chance(p, 0.3))
        add_driven_array(p);
    if (chance(p, 0.2))
        add_array_with_ports(p);
    spice_load();
}

static void run(plan *p, const char *command)
{
    analyses++;
    if (spice_try("%s", command))
        return;
    failed++;
    cr_expect(false, "%s\ncircuit %" PRIu64 ": %s", spice_output(), p->number, command);
}

/* The sum of all currents at the last point is 0. They are the solution of linear equations, whose rows at the nodes add up to
 * 0 without rounding; 1e-9 of the largest is far above the rounding of some hundred terms, whose conductances differ by 1e8. Below 1 uA the rounding of voltages of 1.5 V at 10 ohm counts. */
static void check_sum(const plan *p, const char *first, const char *second, int n, const char *what)
{
    double sum = 0, most = 1e-6;
    for (int side = 0; side < 2; side++)
        for (int k = 0; k < n && (side == 0 || second); k++) {
            char name[32];
            snprintf(name, sizeof name, side ? second : first, k);
            const double i = spice_last(name);
            sum += i;
            most = fmax(most, fabs(i));
        }
    cr_expect(fabs(sum) <= 1e-9 * most, "circuit %" PRIu64 ": %s: the currents add up to %g A, the largest is %g A",
              p->number, what, sum, most);
}

static void check_currents(const plan *p, const char *what)
{
    check_sum(p, "i(v%d)", NULL, DRIVEN, what);
    if (p->outputs)
        check_sum(p, "v(ol%d)", "v(ob%d)", p->lines, what);
}

/* A time point or a point of a sweep differs from its voltage by some rounding; the state by at most 10 / V of it. */
static void check_cells(const plan *p, const char *what)
{
    for (int k = 0; k < p->cells; k++) {
        char r[32], mode[32], cycle[32];
        snprintf(r, sizeof r, "@aknown%d[r]", k);
        snprintf(mode, sizeof mode, "@aknown%d[mode]", k);
        snprintf(cycle, sizeof cycle, "@aknown%d[cycle]", k);
        const syn_state *s = &p->state[k].state;
        cr_expect(fabs(spice_last(r) - s->r) < 1e-6 && spice_last(mode) == s->mode &&
                      spice_last(cycle) == (double)s->n,
                  "circuit %" PRIu64 ": %s: cell %d is in mode %g, cycle %g, r %.9g, not %d, %g, %.9g", p->number,
                  what, k, spice_last(mode), spice_last(cycle), spice_last(r), (int)s->mode, (double)s->n, s->r);
    }
}

/* An analysis begins: without keep=1 the cells are at their start. */
static void begin(plan *p)
{
    if (!p->keep)
        start_cells(p);
    spice_do("destroy all");
    spice_clear_output();
}

static void operating_point(plan *p)
{
    begin(p);
    run(p, "op");
    check_currents(p, "op");
    check_cells(p, "op");
}

static void small_signals(plan *p)
{
    begin(p);
    run(p, p->outputs ? "op" : chance(p, 0.5) ? "ac dec 2 1 1e6" : "noise v(f0) v1 dec 2 1 1e6");
}

static void end_transient(plan *p, const char *what)
{
    for (int k = 1; k < CORNERS; k++) {
        double u[DRIVEN];
        for (int d = 0; d < DRIVEN; d++)
            u[d] = p->wave[d][k];
        step_cells(p, u);
    }
    check_currents(p, what);
    check_cells(p, what);
}

static void transient(plan *p)
{
    begin(p);
    run(p, "tran 5n 500n");
    end_transient(p, "tran");
}

/* The same in two pieces. In between another circuit may be loaded; ngspice cannot go on if it has also run. */
static void interrupted_transient(plan *p)
{
    begin(p);
    spice_do("stop when time = %dn", any(p, 20, 480));
    run(p, "tran 5n 500n");
    char plot[32];
    snprintf(plot, sizeof plot, "%s", spice_plot());
    if (count < CIRCUITS_AT_ONCE && chance(p, 0.5)) {
        load(p->number + 1000000);
        p++; /* in the list after the new one */
        spice_do("setcirc %d", (int)(p - live) + 1);
    }
    spice_do("delete all");
    run(p, "resume");
    spice_do("setplot %s", plot);
    end_transient(p, "tran in two pieces");
}

static void sweep(plan *p)
{
    const int points = any(p, 2, 20);
    const double high = support_uniform(&p->random, -1.5, 1.5), step = high / points;
    const int d = any(p, 1, DRIVEN - 1);
    char command[100];
    snprintf(command, sizeof command, "dc v%d 0 %.17g %.17g", d, high + step / 2, step);
    begin(p);
    run(p, command);
    for (int k = 0; k <= points; k++) {
        double u[DRIVEN] = {0};
        u[d] = step * k;
        step_cells(p, u);
    }
    check_currents(p, "dc");
    check_cells(p, "dc");
}

static void alter(plan *p)
{
    const int seed_before = p->seed, start_before = p->start;
    if (chance(p, 0.5))
        spice_do("altermod known seed = %d", p->seed = any(p, 0, 1000000));
    else
        spice_do("altermod known init = %d", p->start = any(p, 0, 1));
    spice_do("alter rf%d = %.6g", any(p, 0, FREE - 1), decades(p, 10, 1e5));
    if (p->seed != seed_before || p->start != start_before) /* else keep=1 still holds */
        start_cells(p);
}

/* ngspice 39 loads the youngest circuit anew, whichever is the current one. */
static void reset(plan *p)
{
    if (p->number != youngest)
        return;
    spice_do("reset");
    p->seed = p->first_seed;
    p->start = p->first_start;
    start_cells(p);
}

static void remove_circuit(int k)
{
    spice_do("setcirc %d", k + 1);
    spice_do("remcirc");
    memmove(live + k, live + k + 1, (size_t)(--count - k) * sizeof *live);
}

/* Does something with one of the circuits. */
static void step(void)
{
    static void (*const steps[])(plan *) = {operating_point,       small_signals, transient, transient,
                                            interrupted_transient, sweep,         alter,     reset};
    const int k = any(live, 0, count - 1);
    spice_do("setcirc %d", k + 1);
    steps[any(live, 0, (int)(sizeof steps / sizeof *steps) - 1)](&live[k]);
}

/* kB that are resident. */
static double resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0;
    cr_assert(f && fscanf(f, "%*d %ld", &pages) == 1);
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static int setting(const char *name, int fallback)
{
    const char *text = getenv(name);
    return text && *text ? atoi(text) : fallback;
}

TestSuite(circuits, .init = spice_start, .timeout = 7200);

Test(circuits, currents_add_up_and_cells_end_where_the_library_says_in_one_process)
{
    const int circuits = setting("CIRCUITS", support_cases(20, 2000)), settled = circuits > 400 ? 200 : circuits / 2;
    seed = (uint64_t)setting("SEED", 1);
    double before = 0;
    for (int number = 0; number < circuits; number++) {
        if (number == settled)
            before = resident();
        load((uint64_t)number);
        for (int k = any(live, 1, STEPS); k > 0; k--)
            step();
        while (count > 0 && (count == CIRCUITS_AT_ONCE || chance(live, 0.6)))
            remove_circuit(any(live, 0, count - 1));
    }
    const double growth = (resident() - before) / (circuits - settled);
    if (circuits > 400) /* the simulator itself keeps 4 kB of each */
        cr_expect(growth < 10, "%g kB per circuit stay", growth);
    fprintf(stderr, "%d circuits of seed %" PRIu64 ", %d analyses, %d failed, %.3g kB per circuit\n", circuits, seed,
            analyses, failed, growth);
}
