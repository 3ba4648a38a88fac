/* SPDX-License-Identifier: MIT */
#include "crossbar.h"

#include "fail.h"
#include "files.h"
#include "instance.h"
#include "models.h"
#include "numbers.h"
#include "parameters.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <synaptogen/array_file.h>
#include <synaptogen/rng.h>

/* As for the cell: voltages of the terminals count as settled when none has moved by more than this since the pass
 * before [V]. */
static const double settled = 1e-5;

/* So many passes in a row without a solution are told: Newton's method in the circuit around recovers from some. */
enum { MOST_FAILURES = 20 };

struct host_crossbar {
    struct host_crossbar *next;
    host_clock *clock;
    const syn_model *model;
    host_numbers *numbers;
    char *label, *state_in, *state_out; /* name for messages; paths or NULL */
    size_t rows, cols, n;
    uint64_t seed, first;
    syn_start start;
    syn_crossbar *solver;
    syn_array *array;            /* read-only until an analysis may switch */
    float *r_start;              /* [n], of an array that is not read-only */
    size_t lrs;                  /* cells in LRS at the start */
    uint64_t analysis;           /* that the array is in */
    uint64_t trial;              /* whose states are pending in the solver, 0: none */
    int unsaved;                 /* there are accepted states that the file does not hold */
    size_t latched;              /* cells that the trial has SET */
    int kind;                    /* of the last solution: 0 none, 1 at fixed states, 2 a try */
    double *v[SYN_SIDES], moved; /* V: of the last pass; largest change since the one before */
    syn_solution info;
    int failures;
};

static host_crossbar *crossbars; /* whose states are to be saved when the program ends */

/* Names and places of the parameters, which array-level parameters of several .models are compared by. */
static const struct field {
    const char *name;
    size_t at;
    int is_text;
} fields[] = {
#define FIELD(name, is_text)                                                                                         \
    {                                                                                                                \
#name, offsetof(host_crossbar_parameters, name), is_text                                                     \
    }
    FIELD(rows, 0),      FIELD(cols, 0),       FIELD(r_wl, 0),    FIELD(r_bl, 0),  FIELD(r_access, 0),
    FIELD(gmin, 0),      FIELD(seed, 0),       FIELD(first, 0),   FIELD(order, 0), FIELD(lead, 1),
    FIELD(r_init, 0),    FIELD(params, 1),     FIELD(init, 1),    FIELD(start, 1), FIELD(state, 1),
    FIELD(state_out, 1), FIELD(r_left, 0),     FIELD(r_right, 0), FIELD(r_top, 0), FIELD(r_bottom, 0),
    FIELD(rest_open, 1), FIELD(rest_ground, 1)
#undef FIELD
};
enum { FIELDS = sizeof fields / sizeof *fields };

static int same(const struct field *f, const void *a, const void *b)
{
    return f->is_text ? strcmp(a, b) == 0 : *(const double *)a == *(const double *)b;
}

int host_crossbar_merge(host_crossbar_parameters *to, const host_crossbar_parameters *from)
{
    for (int k = 0; k < FIELDS; k++) {
        const void *const *given = (const void *const *)((const char *)from + fields[k].at);
        const void **kept = (const void **)((char *)to + fields[k].at);
        if (!*given)
            continue;
        if (*kept && !same(&fields[k], *kept, *given)) {
            if (fields[k].is_text)
                host_fail("%s = \"%s\" at one bank and \"%s\" at another of the same array", fields[k].name,
                          (const char *)*kept, (const char *)*given);
            else
                host_fail("%s = %g at one bank and %g at another of the same array", fields[k].name,
                          *(const double *)*kept, *(const double *)*given);
            return 0;
        }
        *kept = *given;
    }
    return 1;
}

static int is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

int host_crossbar_sides(const char *parameter, const char *text, int named[SYN_SIDES])
{
    static const char separators[] = "+, "; /* ngspice 39 turns quotes into blanks and cuts there */
    for (const char *word = text + strspn(text, separators); *word;) {
        const size_t length = strcspn(word, separators);
        int side = 0;
        while (side < SYN_SIDES && !is_word(word, length, syn_side_name((syn_side)side)))
            side++;
        if (side == SYN_SIDES) {
            host_fail("%s = \"%s\" names other sides than left, right, top and bottom", parameter, text);
            return 0;
        }
        named[side] = 1;
        word += length;
        word += strspn(word, separators);
    }
    return 1;
}

static int read_size(const char *name, const double *value, size_t *out)
{
    double number;
    if (!value) {
        host_fail("%s is not given", name);
        return 0;
    }
    if (!host_whole_number(name, *value, 1, 1048576, &number))
        return 0;
    *out = (size_t)number;
    return 1;
}

int host_crossbar_size(const host_crossbar_parameters *p, size_t *rows, size_t *cols)
{
    return read_size("rows", p->rows, rows) && read_size("cols", p->cols, cols);
}

static double given(const double *value)
{
    return value ? *value : 0;
}

/* What a state file decides must not be said in another way, too. */
static int check_state_file(const host_crossbar_parameters *p)
{
    const char *other = p->seed     ? "seed"
                        : p->first  ? "first"
                        : p->init   ? "init"
                        : p->r_init ? "r_init"
                        : p->start  ? "start"
                                    : NULL;
    if (p->state && other)
        host_fail("%s and state are both given, the state file holds what the cells are", other);
    return !p->state || !other;
}

/* Which cells these are, from parameters or from the state file. */
static int read_cells(host_crossbar *x, const char *name, const host_crossbar_parameters *p)
{
    double seed, first, order = 0;
    if (!check_state_file(p) || !host_whole_number("seed", given(p->seed), 0, 0x1p53, &seed) ||
        !host_whole_number("first", given(p->first), 0, 0x1p53, &first) ||
        (p->order && !host_whole_number("order", *p->order, 1, SYN_MAX_ORDER, &order)) ||
        !host_start(p->init, p->start, p->r_init, &x->start))
        return 0;
    x->seed = (uint64_t)seed;
    x->first = p->first ? (uint64_t)first : syn_cell_of_name(name);
    if (p->state) {
        syn_array_info info;
        syn_error err;
        char text[700];
        x->state_in = host_find_state_file(p->state);
        if (!x->state_in || syn_array_peek(x->state_in, &info, &err)) {
            host_fail("state: %s", x->state_in ? syn_error_format(&err, text, sizeof text) : "out of memory");
            return 0;
        }
        if (info.n != x->n || info.rows != x->rows) {
            host_fail("state = \"%s\" holds %llu x %llu cells, not %zu x %zu", p->state,
                      (unsigned long long)info.rows, (unsigned long long)(info.n / info.rows), x->rows, x->cols);
            return 0;
        }
        x->seed = info.seed;
        x->first = info.first;
        order = p->order ? order : info.order;
    }
    x->model = host_model_acquire(p->params ? p->params : "", (int)order);
    return x->model != NULL;
}

static int claim_cells(host_crossbar *x)
{
    x->numbers = host_numbers_acquire(x->clock->circuit, x->model, x->seed);
    int taken = x->numbers ? 1 : -1;
    for (size_t k = 0; taken > 0 && k < x->n; k++) {
        taken = host_numbers_take(x->numbers, x->first + k);
        if (taken == 0)
            host_fail("cell number %llu is used twice with seed %llu", (unsigned long long)(x->first + k),
                      (unsigned long long)x->seed);
    }
    if (taken < 0)
        host_fail("out of memory");
    return taken > 0;
}

/* The array at its start, with all that switching needs or without. */
static syn_array *make_array(const host_crossbar *x, int read_only)
{
    syn_error err;
    char text[700];
    syn_array *a;
    if (x->state_in) {
        if (syn_array_load(x->model, x->state_in, NULL, 0, &a, &err))
            host_fail("state: %s", syn_error_format(&err, text, sizeof text));
        return a;
    }
    const syn_array_options o = {.first = x->first, .start = x->start, .rows = x->rows, .read_only = read_only};
    if (syn_array_create(x->model, x->seed, x->n, &o, &a, &err))
        host_fail("%s%s: %s", x->start.resistance != 0 ? "r_init, " : "", err.field, err.text);
    return a;
}

static size_t count_lrs(const syn_array *a)
{
    size_t count = 0;
    for (size_t k = 0; k < syn_array_size(a); k++) {
        syn_state s;
        count += syn_array_state(a, k, &s, NULL) == SYN_OK && s.mode == SYN_LRS;
    }
    return count;
}

/* The read-only array at the start. Where the modes are not known beforehand it is made from a full one. */
static syn_array *make_read_only(host_crossbar *x)
{
    if (!x->state_in && x->start.resistance == 0) {
        x->lrs = x->start.mode == SYN_LRS ? x->n : 0;
        return make_array(x, 1);
    }
    syn_array *full = make_array(x, 0), *a = NULL;
    if (!full)
        return NULL;
    x->lrs = count_lrs(full);
    if (syn_array_freeze(full, &a, NULL))
        host_fail("out of memory");
    syn_array_free(full);
    return a;
}

/* Frees an array that does not become the one in use. */
static int use_array(host_crossbar *x, syn_array *a)
{
    syn_error err;
    if (!a)
        return 0;
    if (syn_crossbar_bind(x->solver, a, &err)) {
        host_fail("%s: %s", err.field, err.text);
        syn_array_free(a);
        return 0;
    }
    syn_array_free(x->array);
    x->array = a;
    x->kind = 0;
    return 1;
}

static int make_solver(host_crossbar *x, const host_crossbar_parameters *p, const double *const end[SYN_SIDES])
{
    int half;
    syn_error err;
    if (!host_choice("lead", p->lead ? p->lead : "full", "full", "half", &half))
        return 0;
    syn_wires w = {.rows = x->rows,
                   .cols = x->cols,
                   .r_wl = given(p->r_wl),
                   .r_bl = given(p->r_bl),
                   .half_leads = half,
                   .gmin = given(p->gmin),
                   .access = {.resistance = given(p->r_access)}};
    for (int side = 0; side < SYN_SIDES; side++)
        w.end[side] = end[side];
    if (syn_crossbar_create(&w, 1, &x->solver, &err) == SYN_OK)
        return 1;
    host_fail("%s%s%s", err.field, *err.field ? ": " : "", err.text);
    return 0;
}

/* Voltages of the pass before, all sides in one piece. */
static int make_voltages(host_crossbar *x)
{
    x->v[SYN_LEFT] = calloc(2 * (x->rows + x->cols), sizeof *x->v[0]);
    if (!x->v[SYN_LEFT]) {
        host_fail("out of memory");
        return 0;
    }
    x->v[SYN_RIGHT] = x->v[SYN_LEFT] + x->rows;
    x->v[SYN_TOP] = x->v[SYN_RIGHT] + x->rows;
    x->v[SYN_BOTTOM] = x->v[SYN_TOP] + x->cols;
    return 1;
}

static size_t lines_at(const host_crossbar *x, int side)
{
    return side == SYN_LEFT || side == SYN_RIGHT ? x->rows : x->cols;
}

static int prepare_output(host_crossbar *x, const char *path)
{
    if (!path)
        return 1;
    x->state_out = host_output_file(path);
    if (x->state_out)
        return 1;
    host_fail("state_out = \"%s\": there is no folder of this name that can be written to", path);
    return 0;
}

host_crossbar *host_crossbar_create(const Mif_Private_t *mif_private, const char *name,
                                    const host_crossbar_parameters *p, const double *const end[SYN_SIDES])
{
    host_crossbar *x = calloc(1, sizeof *x);
    if (!x) {
        host_fail("out of memory");
        return NULL;
    }
    x->next = crossbars;
    crossbars = x;
    x->label = strdup(host_instance_name(mif_private));
    x->clock = host_clock_join(mif_private);
    if (!x->label || !x->clock || !host_crossbar_size(p, &x->rows, &x->cols)) {
        host_crossbar_free(x);
        return NULL;
    }
    x->n = x->rows * x->cols;
    if (!read_cells(x, name, p) || !claim_cells(x) || !prepare_output(x, p->state_out) || !make_voltages(x) ||
        !make_solver(x, p, end) || !use_array(x, make_read_only(x))) {
        host_crossbar_free(x);
        return NULL;
    }
    return x;
}

/* Takes over the pending states. */
static void commit(host_crossbar *x)
{
    syn_crossbar_commit(x->solver);
    x->unsaved = 1;
    x->trial = 0;
    x->latched = x->info.switched = 0;
}

static void drop(host_crossbar *x)
{
    syn_crossbar_restart(x->solver);
    if (x->info.switched > 0 || x->latched > 0)
        x->kind = 0;
    x->trial = 0;
    x->latched = x->info.switched = 0;
}

/* Switching needs all of the array. */
static int make_full(host_crossbar *x)
{
    if (!use_array(x, make_array(x, 0)))
        return 0;
    if (!x->r_start)
        x->r_start = malloc(x->n * sizeof *x->r_start);
    if (!x->r_start) {
        host_fail("out of memory");
        return 0;
    }
    memcpy(x->r_start, syn_array_states(x->array), x->n * sizeof *x->r_start);
    x->unsaved = 1;
    return 1;
}

/* Takes over what was accepted, and forgets what was not or what belongs to an earlier analysis. */
static int follow(host_crossbar *x)
{
    if (x->analysis != x->clock->analysis) {
        x->analysis = x->clock->analysis;
        x->trial = 0;
        return !x->r_start || make_full(x);
    }
    if (x->trial == 0 || x->trial == x->clock->trial)
        return 1;
    if (x->trial == x->clock->accepted)
        commit(x);
    else
        drop(x);
    return 1;
}

/* Keeps the voltages; how far the furthest moved. */
static double move(host_crossbar *x, const double *const v[SYN_SIDES])
{
    double moved = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t k = 0; v[side] && k < lines_at(x, side); k++) {
            const double distance = fabs(v[side][k] - x->v[side][k]);
            moved = distance <= moved ? moved : distance; /* a NAN stays */
            x->v[side][k] = v[side][k];
        }
    return moved;
}

/* The solution of this pass. -1 after host_fail, 0 if there is none: the simulator has to try another. */
static int solve(host_crossbar *x)
{
    syn_error err;
    const double *const v[SYN_SIDES] = {x->v[0], x->v[1], x->v[2], x->v[3]};
    const int may_switch = x->clock->may_switch;
    const syn_status status = may_switch ? syn_crossbar_try(x->solver, v, &x->info, &err)
                                         : syn_crossbar_solve(x->solver, v, &x->info, &err);
    x->kind = status ? 0 : 1 + may_switch;
    x->failures = status ? x->failures + 1 : 0;
    if (status == SYN_OK)
        return 1;
    cm_analog_not_converged();
    if (x->failures < MOST_FAILURES && (status == SYN_ENUMERIC || !isfinite(x->moved)))
        return 0;
    host_fail("%s: %s", err.field, err.text);
    return -1;
}

/* SETs the cells beyond U_S once the solution before has settled, and solves again: all of that as in the cell. */
static int latch(host_crossbar *x, int moving)
{
    if (x->info.beyond == 0) {
        if (moving && x->info.switched > x->latched)
            cm_analog_not_converged();
        return 0;
    }
    cm_analog_not_converged();
    if (moving)
        return 0;
    size_t count;
    if (syn_crossbar_latch(x->solver, &count, NULL)) {
        host_fail("out of memory");
        return -1;
    }
    x->latched += count;
    return solve(x);
}

int host_crossbar_pass(host_crossbar *x, const double *const v[SYN_SIDES])
{
    const host_clock *clock = x->clock;
    if (!follow(x) || (clock->may_switch && !x->r_start && !make_full(x)))
        return -1;
    x->moved = move(x, v);
    const int moving = !(x->trial != 0 && x->moved < settled);
    int fresh = 0;
    if (x->kind != 1 + clock->may_switch || x->moved != 0)
        fresh = solve(x);
    if (x->kind != 0 && clock->may_switch && fresh >= 0) {
        const int again = latch(x, moving);
        fresh = again < 0 ? again : fresh | again;
    }
    x->trial = clock->may_switch ? clock->trial : 0;
    return fresh;
}

static int save(host_crossbar *x)
{
    syn_error err;
    char text[700];
    if (!x->state_out || !x->r_start || !x->unsaved)
        return 1;
    x->unsaved = 0;
    if (syn_array_save(x->array, x->state_out, &err) == SYN_OK)
        return 1;
    dprintf(STDERR_FILENO, "Instance: %s Message: synaptogen: state_out: %s\n", x->label,
            syn_error_format(&err, text, sizeof text));
    return 0;
}

int host_crossbar_accept(host_crossbar *x)
{
    const CKTcircuit *ckt = x->clock->circuit;
    if (x->trial == 0)
        return OK;
    commit(x);
    return ckt->CKTfinalTime - ckt->CKTtime >= ckt->CKTminBreak || save(x) ? OK : E_PRIVATE;
}

/* A run that was stopped, or a DC sweep, has no last point that would be told. */
static void end_run(host_crossbar *x)
{
    if (!x->clock || host_failed(x->clock->job))
        return;
    if (x->trial != 0 && host_clock_settled(x->clock, x->trial))
        commit(x);
    if (x->trial == 0)
        save(x);
}

__attribute__((destructor)) static void end_all_runs(void)
{
    for (host_crossbar *x = crossbars; x; x = x->next)
        end_run(x);
}

void host_crossbar_free(host_crossbar *x)
{
    host_crossbar **link = &crossbars;
    while (*link != x)
        link = &(*link)->next;
    *link = x->next;
    end_run(x);
    syn_crossbar_free(x->solver);
    syn_array_free(x->array);
    if (x->numbers)
        host_numbers_release(x->numbers);
    if (x->model)
        host_model_release(x->model);
    if (x->clock)
        host_clock_leave(x->clock);
    free(x->r_start);
    free(x->v[SYN_LEFT]);
    free(x->label);
    free(x->state_in);
    free(x->state_out);
    free(x);
}

host_clock *host_crossbar_clock(const host_crossbar *x)
{
    return x->clock;
}

syn_crossbar *host_crossbar_solver(const host_crossbar *x)
{
    return x->solver;
}

static double count_switched(const host_crossbar *x)
{
    float *r = x->r_start ? malloc(x->n * sizeof *r) : NULL;
    size_t count = 0;
    if (r)
        syn_crossbar_states(x->solver, r);
    for (size_t k = 0; r && k < x->n; k++)
        count += r[k] != x->r_start[k];
    free(r);
    return (double)count;
}

/* The extreme cell voltage in the direction of the sign. */
static double extreme_voltage(const host_crossbar *x, double sign)
{
    double *u = malloc(x->n * sizeof *u), extreme = -INFINITY;
    if (!u)
        return NAN;
    syn_crossbar_cells(x->solver, u, NULL);
    for (size_t k = 0; k < x->n; k++)
        extreme = fmax(extreme, sign * u[k]);
    free(u);
    return sign * extreme;
}

/* In the order of the interfaces. */
enum {
    MONITOR_CELLS,
    MONITOR_POWER,
    MONITOR_LRS,
    MONITOR_SWITCHED,
    MONITOR_U_LOW,
    MONITOR_U_HIGH,
    MONITOR_RESIDUAL,
    MONITOR_NEWTON
};

static double monitor(const host_crossbar *x, int which)
{
    switch (which) {
        case MONITOR_POWER:
            return x->info.power;
        case MONITOR_LRS:
            return (double)(x->r_start ? count_lrs(x->array) : x->lrs);
        case MONITOR_SWITCHED:
            return count_switched(x);
        case MONITOR_U_LOW:
            return extreme_voltage(x, -1);
        case MONITOR_U_HIGH:
            return extreme_voltage(x, 1);
        case MONITOR_RESIDUAL:
            return x->info.residual;
        case MONITOR_NEWTON:
            return x->info.newton;
        default:
            return x->info.iterations;
    }
}

void host_crossbar_answer(host_crossbar *x, int which, IFvalue *value)
{
    if (x && x->trial != 0 && host_clock_settled(x->clock, x->trial))
        commit(x);
    if (which == MONITOR_CELLS) {
        char number[24] = "";
        if (x)
            snprintf(number, sizeof number, "%llu", (unsigned long long)x->first);
        value->sValue = strdup(number);
    } else {
        value->rValue = x ? monitor(x, which) : 0;
    }
}
