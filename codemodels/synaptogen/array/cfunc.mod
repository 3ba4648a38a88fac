/* SPDX-License-Identifier: MIT */
/* A driven crossbar of synaptogen/crossbar.h of any size. ngspice cannot read a line with more than 240 nodes, so
 * an array is written as several instances, its banks. In each pass the bank that is called first solves for the
 * voltages at all banks, which it reads where the simulator keeps them. The other banks hand out their part of the
 * solution. */
#include "cell_monitors.h"
#include "crossbar.h"
#include "device.h"
#include "fail.h"
#include "instance.h"
#include "parameters.h"
#include "small_signal.h"

#include "cell/circuit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { CONNECTION_IN, CONNECTION_OUT, CONNECTION_PORTS };

extern SPICEdev cm_synaptogen_array_info;

typedef struct place {
    int side;
    size_t line;
} place;

typedef struct bank {
    struct array *array;
    const GENinstance *instance;
    size_t lines;
    place *place; /* [lines] */
    double gain;
} bank;

typedef struct array {
    LIST_ENTRY(array) link;
    const CKTcircuit *circuit;
    char *name;
    size_t users, banks;
    bank *bank;
    host_crossbar *crossbar; /* NULL: failed */
    const bank *first;       /* to be called in a pass */
    const bank *exact;       /* with the exact ports, or NULL */
    bool has_outputs;
    size_t rows, cols;
    double *v[SYN_SIDES], *end[SYN_SIDES]; /* V, ohm, by line; all in v[0] */
    size_t *port;                          /* numbers of the exact ports among the terminals */
    double *y;                             /* S, between the exact ports */
} array;

static LIST_HEAD(, array) arrays = LIST_HEAD_INITIALIZER(arrays);

static void free_array(array *a)
{
    LIST_REMOVE(a, link);
    if (a->crossbar)
        host_crossbar_free(a->crossbar);
    for (size_t k = 0; k < a->banks; k++)
        free(a->bank[k].place);
    free(a->bank);
    free(a->name);
    free(a->v[0]);
    free(a->port);
    free(a->y);
    free(a);
}

static void release(ARGS, Mif_Callback_Reason_t reason)
{
    bank *b = host_kept(mif_private);
    if (reason != MIF_CB_DESTROY || !b)
        return;
    host_keep(mif_private, NULL);
    if (!b->array->crossbar)
        host_forget_failure();
    if (--b->array->users == 0)
        free_array(b->array);
}

/* Returns the array's full name, to be freed: the path of the subcircuit that the instance is in comes first. NULL
 * without memory. */
static char *full_name(ARGS, const GENinstance *g)
{
    const char *instance = g->GENname, *dot = strrchr(instance, '.');
    const char *path = dot && strncmp(instance, "a.", 2) == 0 ? instance + 2 : instance;
    char *name = NULL;
    const int length = dot && dot >= path ? (int)(dot + 1 - path) : 0;
    return asprintf(&name, "%.*s%s", length, path, PARAM_NULL(array) ? "" : PARAM(array)) < 0 ? NULL : name;
}

/* Reads side and line: the bank has consecutive lines of one side. Returns false after host_fail. */
static bool read_places(ARGS, bank *b)
{
    int side;
    double line;
    if (PARAM_NULL(side)) {
        host_fail("side is not given");
        return false;
    }
    if (!host_crossbar_side(PARAM(side), strlen(PARAM(side)), &side)) {
        host_fail("side = \"%s\" is not one side: left, right, top or bottom", PARAM(side));
        return false;
    }
    if (!host_whole_number("line", PARAM(line), 0, 1048575, &line))
        return false;
    for (size_t k = 0; k < b->lines; k++)
        b->place[k] = (place){.side = side, .line = (size_t)line + k};
    return true;
}

/* Reads a line end such as "left:0", of `length` characters. The number has at most nine digits. Returns false if it is none. */
static bool read_line_end(const char *item, size_t length, place *out)
{
    const size_t name = strcspn(item, ":+");
    if (name + 1 >= length || name + 10 < length || !host_crossbar_side(item, name, &out->side))
        return false;
    out->line = 0;
    for (size_t k = name + 1; k < length; k++) {
        if (item[k] < '0' || item[k] > '9')
            return false;
        out->line = 10 * out->line + (size_t)(item[k] - '0');
    }
    return true;
}

/* Reads line ends that are named one by one: "left:0+left:5+bottom:7". Returns false after host_fail. */
static bool read_list(const char *list, bank *b)
{
    size_t count = 0;
    for (const char *item = list;; count++) {
        const size_t length = strcspn(item, "+");
        place end;
        if (!read_line_end(item, length, &end)) {
            host_fail("at = \"%s\": \"%.*s\" is not a line end such as left:0", list, (int)length, item);
            return false;
        }
        for (size_t k = 0; k < count && k < b->lines; k++)
            if (b->place[k].side == end.side && b->place[k].line == end.line) {
                host_fail("at = \"%s\" names %.*s twice", list, (int)length, item);
                return false;
            }
        if (count < b->lines)
            b->place[count] = end;
        item += length;
        if (*item++ == '\0')
            break;
    }
    if (++count == b->lines)
        return true;
    host_fail("at = \"%s\" names %zu line ends for %zu nodes", list, count, b->lines);
    return false;
}

/* Refuses what a bank of `in`, `out` and `ports` lines cannot have. Returns false after host_fail. */
static bool check_bank(ARGS, const bank *b, size_t in, size_t out, size_t ports)
{
    if (in + out + ports > SYNP_MOST_NODES)
        host_fail("%zu nodes in one line are more than the %d that ngspice can read; use more banks",
                  in + out + ports, SYNP_MOST_NODES);
    else if (in + out + ports == 0)
        host_fail("a bank without in, out and ports");
    else if (ports > 0 && in + out > 0)
        host_fail("ports and in or out in one bank; use two banks");
    else if (in > 0 && out > 0 && in != out)
        host_fail("in has %zu lines and out has %zu", in, out);
    else if (!PARAM_NULL(at) && ports == 0)
        host_fail("at names line ends for ports, but there are none");
    else if (!PARAM_NULL(at) && (!PARAM_NULL(side) || !PARAM_NULL(line)))
        host_fail("at and %s are both given, use one of them", PARAM_NULL(side) ? "line" : "side");
    else if (!PARAM_NULL(gain) && out == 0)
        host_fail("gain is given, but the bank has no outputs");
    else if (ports > 0 && b->array->exact)
        host_fail("a second bank with ports; one must name them all with at = \"left:0+bottom:5\"");
    else
        return true;
    return false;
}

/* Reads the bank of an instance. Returns false after host_fail. */
static bool read_bank(ARGS, bank *b)
{
    const size_t in = PORT_NULL(in) ? 0 : (size_t)PORT_SIZE(in), out = PORT_NULL(out) ? 0 : (size_t)PORT_SIZE(out),
                 ports = PORT_NULL(ports) ? 0 : (size_t)PORT_SIZE(ports);
    if (!check_bank(mif_private, b, in, out, ports))
        return false;
    b->lines = in > 0 ? in : out > 0 ? out : ports;
    b->gain = PARAM(gain);
    b->array->has_outputs |= out > 0;
    if (ports > 0)
        b->array->exact = b;
    b->place = calloc(b->lines, sizeof *b->place);
    if (!b->place)
        host_no_memory();
    return b->place && (PARAM_NULL(at) ? read_places(mif_private, b) : read_list(PARAM(at), b));
}

/* Whether an instance is a bank of the array. */
static bool is_bank(const array *a, const GENinstance *g)
{
    Mif_Private_t view;
    host_view(g, &view);
    char *name = full_name(&view, g);
    const bool same = name && strcmp(name, a->name) == 0;
    free(name);
    return same;
}

/* Reads what the .model of a bank says. Returns false after host_fail. */
static bool read_model(const GENinstance *g, bank *b, host_crossbar_parameters *here)
{
    static const char *const own[] = {"array", "side", "line", "gain", "at", NULL};
    Mif_Private_t view;
    host_view(g, &view);
    *b = (bank){.array = b->array, .instance = g};
    return host_crossbar_read(&view, &cm_synaptogen_array_info, own, here) && read_bank(&view, b);
}

/* Finds the banks among all instances of the circuit, and reads what their .models say about the array. Returns false
 * after host_fail. */
static bool collect(ARGS, array *a, host_crossbar_parameters *p)
{
    const GENmodel *models = host_models(mif_private);
    const char *givers[HOST_CROSSBAR_PARAMETERS];
    size_t count = 0;
    for (const GENinstance *g = NULL; (g = host_next_instance(models, g));)
        count += is_bank(a, g);
    a->bank = calloc(count, sizeof *a->bank);
    if (!a->bank) {
        host_no_memory();
        return false;
    }
    *p = (host_crossbar_parameters){0};
    bool sound = true;
    for (const GENinstance *g = NULL; sound && (g = host_next_instance(models, g));) {
        if (!is_bank(a, g))
            continue;
        bank *b = &a->bank[a->banks++];
        host_crossbar_parameters here;
        b->array = a;
        host_fail_about(g == host_instance(mif_private) ? NULL : g->GENname);
        sound = read_model(g, b, &here);
        host_fail_about(NULL);
        sound = sound && host_crossbar_merge(p, givers, &here, g->GENname);
    }
    return sound;
}

/* The roles that banks give a line end. Its input may be in one bank and its output in another. */
enum { HAS_INPUT = 1, HAS_OUTPUT = 2, HAS_PORT = 4 };

static int roles(const bank *b)
{
    return (host_is_null(b->instance, CONNECTION_IN) ? 0 : HAS_INPUT) |
           (host_is_null(b->instance, CONNECTION_OUT) ? 0 : HAS_OUTPUT) |
           (host_is_null(b->instance, CONNECTION_PORTS) ? 0 : HAS_PORT);
}

/* Whether two roles of one line end exclude each other. */
static bool collide(int one, int other)
{
    return one & other || (one | other) > HAS_PORT;
}

/* Returns the name of a bank before b whose role at this place collides with that of b. */
static const char *other_bank(const array *a, const bank *b, const place *p)
{
    for (const bank *other = a->bank; other < b; other++)
        for (size_t l = 0; l < other->lines; l++)
            if (collide(roles(other), roles(b)) && other->place[l].side == p->side && other->place[l].line == p->line)
                return other->instance->GENname;
    return "";
}

/* Writes the resistance of each line end that a bank names. has[side][line]: the roles of the line end so far.
 * Returns false after host_fail. */
static bool place_bank(array *a, const bank *b, const double *const r[SYN_SIDES], uint8_t *const has[SYN_SIDES])
{
    for (size_t l = 0; l < b->lines; l++) {
        const place *p = &b->place[l];
        const size_t lines = p->side == SYN_LEFT || p->side == SYN_RIGHT ? a->rows : a->cols;
        if (p->line >= lines) {
            host_fail("%s: line %zu is beyond the last line of side %s, %zu", b->instance->GENname, p->line,
                      syn_side_name((syn_side)p->side), lines - 1);
            return false;
        }
        uint8_t *roles_of_line = &has[p->side][p->line];
        if (collide(*roles_of_line, roles(b))) {
            host_fail("%s: line %zu of side %s is in another bank, too: %s", b->instance->GENname, p->line,
                      syn_side_name((syn_side)p->side), other_bank(a, b, p));
            return false;
        }
        *roles_of_line |= (uint8_t)roles(b);
        a->end[p->side][p->line] = b == a->exact || !r[p->side] ? 0 : *r[p->side];
    }
    return true;
}

static bool place_banks(array *a, const double *const r[SYN_SIDES])
{
    uint8_t *all = calloc(2 * (a->rows + a->cols), 1);
    uint8_t *const has[SYN_SIDES] = {all, all + a->rows, all + 2 * a->rows, all + 2 * a->rows + a->cols};
    bool placed = all != NULL;
    if (!placed)
        host_no_memory();
    for (size_t k = 0; placed && k < a->banks; k++)
        placed = place_bank(a, &a->bank[k], r, has);
    free(all);
    return placed;
}

/* Writes the resistances of the line ends that no bank names. Returns false after host_fail. */
static bool place_rest(array *a, const host_crossbar_parameters *p, const double *const r[SYN_SIDES])
{
    bool open[SYN_SIDES] = {false}, ground[SYN_SIDES] = {false};
    if ((p->rest_open && !host_crossbar_sides("rest_open", p->rest_open, open)) ||
        (p->rest_ground && !host_crossbar_sides("rest_ground", p->rest_ground, ground)))
        return false;
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = side == SYN_LEFT || side == SYN_RIGHT ? a->rows : a->cols;
        size_t named = 0, missing = 0;
        for (size_t k = 0; k < lines; k++)
            if (isnan(a->end[side][k])) {
                missing = k;
                a->end[side][k] = !ground[side] ? INFINITY : r[side] ? *r[side] : 0;
            } else {
                named++;
            }
        if ((open[side] && ground[side]) || (named > 0 && named < lines && !open[side] && !ground[side])) {
            host_fail(
                "array = \"%s\": line %zu of side %s is in no bank; rest_open or rest_ground, and not both, must "
                "name a side with such lines",
                a->name, missing, syn_side_name((syn_side)side));
            return false;
        }
    }
    return true;
}

/* Makes the tables of voltages and of resistances by line. Returns false after host_fail. */
static bool make_tables(array *a)
{
    const size_t lines = 2 * (a->rows + a->cols);
    double *table = calloc(2 * lines, sizeof *table);
    if (!table) {
        host_no_memory();
        return false;
    }
    for (int side = 0; side < SYN_SIDES; side++) {
        a->v[side] = table;
        a->end[side] = table + lines;
        table += side == SYN_LEFT || side == SYN_RIGHT ? a->rows : a->cols;
    }
    for (size_t k = 0; k < lines; k++)
        a->end[0][k] = NAN;
    return true;
}

/* Finds the numbers of the exact ports among all terminals. Returns false after host_fail. */
static bool number_ports(array *a)
{
    if (!a->exact)
        return true;
    const size_t count = a->exact->lines;
    a->port = calloc(count, sizeof *a->port);
    a->y = calloc(count * count, sizeof *a->y);
    for (size_t k = 0; a->port && k < count; k++) {
        const place *p = &a->exact->place[k];
        const double *last = &a->end[p->side][p->line];
        for (const double *end = a->end[0]; end < last; end++)
            a->port[k] += !isinf(*end);
    }
    if (!a->port || !a->y)
        host_no_memory();
    return a->port && a->y;
}

/* Returns an exact port whose voltage the cells change, or NULL. */
static const Mif_Port_Data_t *free_port(const array *a)
{
    const host_clock *clock = host_crossbar_clock(a->crossbar);
    for (size_t k = 0; a->exact && k < a->exact->lines; k++) {
        const Mif_Port_Data_t *port = host_port(a->exact->instance, CONNECTION_PORTS, (int)k);
        if (!host_groups_held(clock->groups, port))
            return port;
    }
    return NULL;
}

static bool make_array(ARGS, array *a)
{
    host_crossbar_parameters p;
    if (!collect(mif_private, a, &p) || !host_crossbar_size(&p, &a->rows, &a->cols) || !make_tables(a))
        return false;
    const double *const r[SYN_SIDES] = {p.r_left, p.r_right, p.r_top, p.r_bottom};
    const double *const end[SYN_SIDES] = {a->end[0], a->end[1], a->end[2], a->end[3]};
    if (!place_banks(a, r) || !place_rest(a, &p, r) || !number_ports(a))
        return false;
    a->crossbar = host_crossbar_create(mif_private, a->name, &p, end);
    if (!a->crossbar)
        return false;
    if (host_crossbar_place(a->crossbar, &p, end, free_port(a))) {
        host_name_cells(&cm_synaptogen_array_info, a->rows, a->cols);
        return true;
    }
    host_crossbar_free(a->crossbar);
    a->crossbar = NULL;
    return false;
}

static array *array_named(const CKTcircuit *ckt, const char *name)
{
    array *a;
    LIST_FOREACH (a, &arrays, link)
        if (a->circuit == ckt && strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

/* Returns the array of an instance in its INIT call. The first of the banks makes it. NULL without memory. */
static array *join(ARGS, const GENinstance *g)
{
    const CKTcircuit *ckt = cm_get_circuit();
    char *name = full_name(mif_private, g);
    array *a = name ? array_named(ckt, name) : NULL;
    if (!a && name && (a = calloc(1, sizeof *a))) {
        *a = (array){.circuit = ckt, .name = name};
        LIST_INSERT_HEAD(&arrays, a, link);
        name = NULL;
        if (PARAM_NULL(array))
            host_fail("array is not given");
        else
            make_array(mif_private, a);
    }
    free(name);
    return a;
}

static bank *create(ARGS)
{
    const GENinstance *g = host_instance(mif_private);
    array *a = join(mif_private, g);
    for (size_t k = 0; a && k < a->banks; k++)
        if (a->bank[k].instance == g) {
            bank *b = &a->bank[k];
            a->users++;
            if (!a->first)
                a->first = b;
            host_keep(mif_private, b);
            CALLBACK = release;
            return b;
        }
    if (a && a->users == 0)
        free_array(a);
    return NULL;
}

/* Reads the voltages at all banks in this pass. */
static void read_voltages(array *a)
{
    for (size_t k = 0; k < a->banks; k++) {
        const bank *b = &a->bank[k];
        const int connection = b == a->exact ? CONNECTION_PORTS : CONNECTION_IN;
        for (size_t l = 0; l < b->lines && !host_is_null(b->instance, connection); l++)
            a->v[b->place[l].side][b->place[l].line] =
                host_voltage(a->circuit, host_port(b->instance, connection, (int)l));
    }
}

/* Returns false after host_fail. */
static bool pass(array *a)
{
    read_voltages(a);
    const double *const v[SYN_SIDES] = {a->v[0], a->v[1], a->v[2], a->v[3]};
    bool fresh;
    if (!host_crossbar_pass(a->crossbar, v, &fresh))
        return false;
    if (!fresh || !a->exact)
        return true;
    syn_error err;
    if (syn_crossbar_port_matrix_of(host_crossbar_solver(a->crossbar), a->port, a->exact->lines, a->y, &err) ==
        SYN_OK)
        return true;
    host_fail("%s", err.text);
    return false;
}

static double current(const bank *b, size_t k)
{
    return syn_crossbar_current(host_crossbar_solver(b->array->crossbar),
                                (syn_side)b->place[k].side)[b->place[k].line];
}

/* A voltage output shows what leaves the array; a current output is an %i source that takes what enters it. */
static void load_outputs(ARGS, const bank *b)
{
    const Mif_Port_Type_t type = host_port(b->instance, CONNECTION_OUT, 0)->type;
    const double gain = type == MIF_CURRENT || type == MIF_DIFF_CURRENT ? b->gain : -b->gain;
    for (size_t k = 0; k < b->lines; k++)
        OUTPUT(out[k]) = gain * current(b, k);
}

/* The solution is for a->v. The simulator may have limited the change of its input voltages, but it builds its linear
 * circuit around them; so they are overwritten. */
static void load_ports(ARGS, const bank *b)
{
    const array *a = b->array;
    for (size_t k = 0; k < b->lines; k++) {
        mif_private->conn[CONNECTION_PORTS]->port[k]->input.rvalue = a->v[b->place[k].side][b->place[k].line];
        OUTPUT(ports[k]) = current(b, k);
        for (size_t l = 0; l < b->lines; l++)
            PARTIAL(ports[k], ports[l]) = a->y[k + b->lines * l];
    }
}

/* Refuses small-signal analyses, which do not see outputs, already at their operating point. Returns false after
 * host_fail. */
static bool simulator_can(const array *a)
{
    static const char *const small[] = {"AC", "Noise", "Pole", "Transfer"};
    const char *name = a->circuit->CKTcurJob->JOBname;
    for (size_t k = 0; a->has_outputs && k < sizeof small / sizeof *small; k++)
        if (strncmp(name, small[k], strlen(small[k])) == 0) {
            host_fail("array = \"%s\": ngspice has no way from the inputs of one bank to the outputs of another in "
                      "small-signal analyses; use ports",
                      a->name);
            return false;
        }
    return true;
}

void cm_synaptogen_array(ARGS)
{
    bank *b = INIT ? create(mif_private) : host_kept(mif_private);
    array *a = b ? b->array : NULL;
    if (!a || !a->crossbar) {
        host_fail_again();
        return;
    }
    host_read_inputs(mif_private);
    bool sound = host_clock_tick(host_crossbar_clock(a->crossbar), mif_private);
    if (sound && b == a->first)
        sound = simulator_can(a) && pass(a);
    if (!sound) {
        host_crossbar_free(a->crossbar);
        a->crossbar = NULL;
        return;
    }
    if (!PORT_NULL(out))
        load_outputs(mif_private, b);
    if (!PORT_NULL(ports))
        load_ports(mif_private, b);
    host_hand_over(mif_private);
}

/* The bank with the exact ports stands for the array. */
static size_t count_ports(const GENinstance *g)
{
    const bank *b = host_kept_of(g);
    return b && b->array->crossbar && b == b->array->exact ? b->lines : 0;
}

static double conductance(const GENinstance *g, size_t k, size_t l)
{
    const bank *b = host_kept_of(g);
    return b->array->y[k + b->lines * l];
}

static bool noise_density(const GENinstance *g, const CKTcircuit *ckt, double *density)
{
    const bank *b = host_kept_of(g);
    const array *a = b->array;
    const double *const v[SYN_SIDES] = {a->v[0], a->v[1], a->v[2], a->v[3]};
    for (int imaginary = 0; imaginary < 2; imaginary++) {
        memset(a->v[0], 0, 2 * (a->rows + a->cols) * sizeof *a->v[0]);
        for (size_t k = 0; k < b->lines; k++)
            a->v[b->place[k].side][b->place[k].line] = host_transfer(g, CONNECTION_PORTS, k, ckt, imaginary);
        if (!host_crossbar_noise(a->crossbar, v, density))
            return false;
    }
    return true;
}

static host_small_signal small_signal = {.connection = CONNECTION_PORTS,
                                         .ports = count_ports,
                                         .conductance = conductance,
                                         .parts = {"thermal", "shot", "wires"},
                                         .noise = noise_density};

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
    const bank *b = host_kept_of(g);
    return host_crossbar_answer(b ? b->array->crossbar : NULL, &cm_synaptogen_array_info, host_monitor(g, question),
                                value);
}

static int take_point(CKTcircuit *ckt, GENmodel *first)
{
    array *a;
    host_clock_accept(ckt, first);
    LIST_FOREACH (a, &arrays, link) {
        const int error = a->circuit == ckt && a->crossbar ? host_crossbar_accept(a->crossbar) : OK;
        if (error)
            return error;
    }
    return OK;
}

__attribute__((constructor)) static void take_over(void)
{
    host_take_over(&cm_synaptogen_array_info, ask, take_point);
    host_take_over_small_signal(&cm_synaptogen_array_info, ac_load, pz_load, noise);
}
