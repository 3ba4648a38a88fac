/* SPDX-License-Identifier: MIT */
#include "crossbar.h"

#include "cell_monitors.h"
#include "fail.h"
#include "files.h"
#include "instance.h"
#include "latch.h"
#include "models.h"
#include "numbers.h"
#include "order.h"
#include "parameters.h"
#include "range.h"
#include "retain.h"

#include "base/file.h"
#include "cell/circuit.h"
#include "crossbar/extremes.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <synaptogen/array_file.h>
#include <synaptogen/rng.h>

/* After this many passes in a row without a solution the analysis fails. Newton's method in the circuit around
 * recovers from a few. */
enum { MOST_FAILURES = 20 };

/* What the last solution holds. */
enum solution {
    NO_SOLUTION,
    AT_FIXED_STATES,
    TRIED, /* cells follow the voltages; a later trial takes their states over or forgets them */
};

/* What an array has become that keeps its state: the start of the next analysis. With other parameters than these the
 * array starts anew. */
typedef struct memory {
    syn_array *array;
    const syn_model *model;
    size_t rows, cols;
    uint64_t seed, first;
    syn_start start;
    char *state_in; /* or NULL */
} memory;

struct host_crossbar {
    LIST_ENTRY(host_crossbar) link;
    const GENinstance *instance; /* that made it */
    host_clock *clock;
    const syn_model *model;
    host_numbers *numbers;
    char *label, *state_in, *state_out; /* name for messages; paths or NULL */
    size_t rows, cols, n;
    uint64_t seed, first;
    syn_start start;
    bool chained; /* the file to start from is also the one to write */
    bool keep;
    memory *memory; /* NULL: the array starts as the .model says. host_retain has it */
    syn_crossbar *solver;
    syn_array *array;            /* read-only until an analysis may switch */
    float *r_start;              /* [n], of an array that is not read-only */
    size_t lrs;                  /* cells in LRS at the start */
    uint64_t analysis;           /* that the array is in */
    uint64_t trial;              /* whose states are pending in the solver; 0: none */
    bool unsaved;                /* there are accepted states that the file does not hold */
    size_t batch;                /* cells that were let go together, until they have been looked at again */
    host_order *order;           /* for those that have to take turns */
    bool hold_resets;            /* the RESET of one cell can take voltage from another */
    double *v[SYN_SIDES], moved; /* V: of the last pass; largest change since the pass before */
    double *accepted[SYN_SIDES]; /* V: of the last accepted solution */
    enum solution solution;
    syn_solution info;
    int failures;        /* passes in a row without a solution */
    double u_peak;       /* V, largest magnitude across a cell at accepted solutions of the analysis */
    char *warning;       /* to be printed in the next pass, or NULL */
    double *answer;      /* [n], of the last question about all cells, or NULL */
    syn_array *at_start; /* for questions about modes while the array is read-only, or NULL */
};

/* Their states are saved when the program ends. */
static LIST_HEAD(, host_crossbar) crossbars = LIST_HEAD_INITIALIZER(crossbars);

static double given(const double *value)
{
    return value ? *value : 0;
}

/* Refuses parameters that the state file decides. If the same file is written at the end, they are for a fresh start. */
static bool check_state_file(const host_crossbar *x, const host_crossbar_parameters *p)
{
    const char *other = p->seed     ? "seed"
                        : p->first  ? "first"
                        : p->init   ? "init"
                        : p->r_init ? "r_init"
                        : p->start  ? "start"
                                    : NULL;
    if (p->state && !x->chained && other)
        host_fail("%s and state are both given, the state file holds what the cells are", other);
    return !p->state || x->chained || !other;
}

/* Whether both paths lead to one file, which need not exist. */
static bool is_one_file(const char *a, const char *b)
{
    char *first = a ? host_output_file(a) : NULL, *second = b ? host_output_file(b) : NULL;
    const bool same = first && second && strcmp(first, second) == 0;
    free(first);
    free(second);
    return same;
}

/* Takes over what the state file says about the cells. Returns false after host_fail. */
static bool read_state_file(host_crossbar *x, const host_crossbar_parameters *p, double *order)
{
    syn_array_info info;
    syn_error err;
    char text[700];
    if (syn_array_peek(x->state_in, &info, &err)) {
        host_fail("state: %s", syn_error_format(&err, text, sizeof text));
        return false;
    }
    if (info.n != x->n || info.rows != x->rows) {
        host_fail("state = \"%s\" holds %llu x %llu cells, not %zu x %zu", p->state, (unsigned long long)info.rows,
                  (unsigned long long)(info.n / info.rows), x->rows, x->cols);
        return false;
    }
    if ((p->seed && info.seed != x->seed) || (p->first && info.first != x->first)) {
        host_fail("state = \"%s\" holds cells from number %llu of seed %llu on, not from number %llu of seed %llu",
                  p->state, (unsigned long long)info.first, (unsigned long long)info.seed,
                  (unsigned long long)x->first, (unsigned long long)x->seed);
        return false;
    }
    x->seed = info.seed;
    x->first = info.first;
    *order = p->order ? *order : info.order;
    return true;
}

/* Which cells these are, from parameters or from the state file. */
static bool read_cells(host_crossbar *x, const char *name, const host_crossbar_parameters *p)
{
    double seed, first, order = 0;
    x->chained = p->state && is_one_file(p->state, p->state_out);
    if (!check_state_file(x, p) || !host_whole_number("seed", given(p->seed), 0, SYNP_LARGEST_INTEGER, &seed) ||
        !host_whole_number("first", given(p->first), 0, SYNP_LARGEST_INTEGER, &first) ||
        (p->order && !host_whole_number("order", *p->order, 1, SYN_MAX_ORDER, &order)) ||
        !host_start(p->init, p->start, p->r_init, &x->start))
        return false;
    x->seed = (uint64_t)seed;
    x->first = p->first ? (uint64_t)first : syn_cell_of_name(name);
    if (p->state) {
        x->state_in = host_find_state_file(p->state);
        if (!x->state_in) {
            host_no_memory();
            return false;
        }
        if (x->chained && access(x->state_in, F_OK) != 0) { /* a fresh start */
            free(x->state_in);
            x->state_in = NULL;
        } else if (!read_state_file(x, p, &order)) {
            return false;
        }
    }
    x->model = host_model_acquire(p->params ? p->params : "", (int)order);
    return x->model != NULL;
}

static bool claim_cells(host_crossbar *x)
{
    x->numbers = host_numbers_acquire(x->clock->circuit, x->model, x->seed);
    bool taken = x->numbers != NULL;
    for (size_t k = 0; taken && k < x->n; k++)
        taken = host_numbers_take(x->numbers, x->first + k);
    return taken;
}

/* Returns the array at its start; read_only: without what switching needs. NULL after host_fail. */
static syn_array *make_array(const host_crossbar *x, bool read_only)
{
    syn_error err;
    char text[700];
    syn_array *a;
    if (x->memory) {
        if (syn_array_copy(x->memory->array, &a, NULL))
            host_no_memory();
        return a;
    }
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

/* Returns the read-only array at the start. If the modes are not known beforehand, a full array tells them and
 * becomes the read-only one. NULL after host_fail. */
static syn_array *make_read_only(host_crossbar *x)
{
    if (!x->memory && !x->state_in && x->start.resistance == 0) {
        x->lrs = x->start.mode == SYN_LRS ? x->n : 0;
        return make_array(x, true);
    }
    syn_array *full = make_array(x, false), *a = NULL;
    if (!full)
        return NULL;
    x->lrs = count_lrs(full);
    if (syn_array_freeze(full, &a, NULL))
        host_no_memory();
    syn_array_free(full);
    return a;
}

/* Makes this the array of the solver, or frees it. Returns false after host_fail. */
static bool use_array(host_crossbar *x, syn_array *a)
{
    syn_error err;
    if (!a)
        return false;
    if (syn_crossbar_bind(x->solver, a, &err)) {
        host_fail("%s: %s", err.field, err.text);
        syn_array_free(a);
        return false;
    }
    synp_crossbar_hold_resets(x->solver, x->hold_resets);
    syn_array_free(x->array);
    x->array = a;
    x->solution = NO_SOLUTION;
    return true;
}

static bool make_solver(host_crossbar *x, const host_crossbar_parameters *p, const double *const end[SYN_SIDES])
{
    bool half;
    syn_error err;
    if (!host_choice("lead", p->lead ? p->lead : "full", "full", "half", &half))
        return false;
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
        return true;
    host_fail("%s%s%s", err.field, *err.field ? ": " : "", err.text);
    return false;
}

/* The voltages of all sides are one block of memory, which begins at the left side. */
static bool make_voltages(const host_crossbar *x, double *v[SYN_SIDES])
{
    v[SYN_LEFT] = calloc(2 * (x->rows + x->cols), sizeof *v[0]);
    if (!v[SYN_LEFT]) {
        host_no_memory();
        return false;
    }
    v[SYN_RIGHT] = v[SYN_LEFT] + x->rows;
    v[SYN_TOP] = v[SYN_RIGHT] + x->rows;
    v[SYN_BOTTOM] = v[SYN_TOP] + x->cols;
    return true;
}

static size_t lines_at(const host_crossbar *x, int side)
{
    return side == SYN_LEFT || side == SYN_RIGHT ? x->rows : x->cols;
}

enum { LONGEST_NAME = NAME_MAX - 7 }; /* syn_array_save appends 7 characters while it writes */

static bool prepare_output(host_crossbar *x, const char *path)
{
    if (!path)
        return true;
    struct stat old;
    const host_crossbar *other;
    x->state_out = host_output_file(path);
    if (!x->state_out) {
        host_fail("state_out = \"%s\": there is no folder of this name that can be written to", path);
        return false;
    }
    if (stat(x->state_out, &old) == 0 && S_ISDIR(old.st_mode)) {
        host_fail("state_out = \"%s\" is a folder", path);
        return false;
    }
    const int refused = synp_file_may_write(x->state_out);
    if (refused) {
        host_fail("state_out = \"%s\": cannot write: %s", path, strerror(refused));
        return false;
    }
    const char *name = strrchr(x->state_out, '/') + 1;
    if (strlen(name) > LONGEST_NAME) {
        host_fail("state_out: a name of %zu characters is longer than %d", strlen(name), LONGEST_NAME);
        return false;
    }
    LIST_FOREACH (other, &crossbars, link)
        if (other != x && other->state_out && other->clock && other->clock->circuit == x->clock->circuit &&
            strcmp(other->state_out, x->state_out) == 0) {
            host_fail("state_out = \"%s\": %s writes this file, too", path, other->label);
            return false;
        }
    return true;
}

static void release_memory(void *data)
{
    memory *m = data;
    syn_array_free(m->array);
    host_model_release(m->model);
    free(m->state_in);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether the .model still says what it said. A state file decides about seed, first and start. */
static bool is_same(const memory *m, const host_crossbar *x)
{
    return m->model == x->model && m->rows == x->rows && m->cols == x->cols && same_text(m->state_in, x->state_in) &&
           (x->state_in || (m->seed == x->seed && m->first == x->first && m->start.history == x->start.history &&
                            m->start.mode == x->start.mode && m->start.resistance == x->start.resistance));
}

/* Takes up what the array has become, if it is still the array of the .model. Returns false after host_fail. */
static bool recall(host_crossbar *x, const host_crossbar_parameters *p)
{
    double keep;
    memory *m = host_retained(x->instance);
    if (!host_whole_number("keep", given(p->keep), 0, 1, &keep))
        return false;
    x->keep = keep != 0;
    if (m && x->keep && is_same(m, x))
        x->memory = m;
    else if (m)
        host_retain(x->instance, NULL, NULL);
    return true;
}

host_crossbar *host_crossbar_create(const Mif_Private_t *mif_private, const char *name,
                                    const host_crossbar_parameters *p, const double *const end[SYN_SIDES])
{
    host_crossbar *x = calloc(1, sizeof *x);
    if (!x) {
        host_no_memory();
        return NULL;
    }
    LIST_INSERT_HEAD(&crossbars, x, link);
    x->instance = host_instance(mif_private);
    x->label = strdup(host_instance_name(mif_private));
    x->clock = host_clock_join(mif_private);
    if (!x->label || !x->clock || !host_crossbar_size(p, &x->rows, &x->cols)) {
        host_crossbar_free(x);
        return NULL;
    }
    x->n = x->rows * x->cols;
    if (!read_cells(x, name, p) || !recall(x, p) || !claim_cells(x) || !prepare_output(x, p->state_out) ||
        !make_voltages(x, x->v) || !make_voltages(x, x->accepted) || !make_solver(x, p, end) ||
        !use_array(x, make_read_only(x))) {
        host_crossbar_free(x);
        return NULL;
    }
    return x;
}

/* Whether a cell can be at a larger voltage than all before: no voltage in a passive circuit exceeds those between its
 * sources. This spares most looks at the cells. */
static bool may_exceed(const host_crossbar *x)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < 2 * (x->rows + x->cols); k++) {
        low = fmin(low, x->v[0][k]);
        high = fmax(high, x->v[0][k]);
    }
    return high - low > x->u_peak;
}

/* To be called when the present solution has been accepted. time: s, NAN if the analysis has none. */
static void keep_peak(host_crossbar *x, double time)
{
    if (x->solution == NO_SOLUTION || !may_exceed(x))
        return;
    const synp_extremes e = synp_crossbar_extremes(x->solver);
    const double largest = e.high > -e.low ? e.high : e.low;
    x->u_peak = fmax(x->u_peak, fabs(largest));
    if (!x->warning)
        x->warning = host_range_text(x->clock, largest, syn_model_u_linear(x->model), time, e.largest % x->rows,
                                     e.largest / x->rows);
}

/* In a pass: prints what waits. */
static void warn(host_crossbar *x)
{
    if (!x->warning)
        return;
    cm_message_send(x->warning);
    free(x->warning);
    x->warning = NULL;
}

/* Takes over the pending states. */
static void commit(host_crossbar *x)
{
    syn_crossbar_commit(x->solver);
    x->unsaved = true;
    x->trial = 0;
    x->batch = x->info.switched = 0;
}

static memory *make_memory(const host_crossbar *x)
{
    memory *m = malloc(sizeof *m);
    if (!m)
        return NULL;
    *m = (memory){.model = x->model,
                  .rows = x->rows,
                  .cols = x->cols,
                  .seed = x->seed,
                  .first = x->first,
                  .start = x->start,
                  .state_in = x->state_in ? strdup(x->state_in) : NULL};
    host_model_share(x->model);
    return m;
}

/* Keeps what the array has become in an analysis that ended with the trial `last`, 0 if it failed. The next analysis
 * makes another array. */
static void remember(host_crossbar *x, uint64_t last)
{
    if (!x->keep || last == 0 || !x->r_start || host_removing())
        return;
    if (x->trial == last)
        commit(x);
    if (!x->memory && (x->memory = make_memory(x)) && !host_retain(x->instance, x->memory, release_memory))
        x->memory = NULL;
    syn_array *a;
    if (!x->memory || syn_array_copy(x->array, &a, NULL)) {
        host_no_memory();
        return;
    }
    syn_array_free(x->memory->array);
    x->memory->array = a;
}

/* Forgets the pending states, and the solution if it depends on them. */
static void drop(host_crossbar *x)
{
    syn_crossbar_restart(x->solver);
    if (x->info.switched > 0)
        x->solution = NO_SOLUTION;
    x->trial = 0;
    x->batch = x->info.switched = 0;
}

/* Puts an array that can switch, at its start, in place of the present one. Returns false after host_fail. */
static bool make_full(host_crossbar *x)
{
    if (!use_array(x, make_array(x, false)))
        return false;
    if (!x->r_start)
        x->r_start = malloc(x->n * sizeof *x->r_start);
    if (!x->r_start) {
        host_no_memory();
        return false;
    }
    memcpy(x->r_start, syn_array_states(x->array), x->n * sizeof *x->r_start);
    x->unsaved = true;
    return true;
}

/* Takes over or forgets the pending states of an earlier trial, see clock.h. Returns false after host_fail. */
static bool follow(host_crossbar *x)
{
    if (x->trial == 0 || (x->trial != x->clock->trial && x->trial == x->clock->accepted))
        memcpy(x->accepted[0], x->v[0], 2 * (x->rows + x->cols) * sizeof *x->v[0]);
    if (x->analysis != x->clock->analysis) {
        remember(x, x->clock->last);
        x->analysis = x->clock->analysis;
        x->trial = 0;
        x->u_peak = 0;
        return !x->r_start || make_full(x);
    }
    if (x->trial == 0 || x->trial == x->clock->trial)
        return true;
    if (x->trial == x->clock->accepted) {
        keep_peak(x, NAN); /* a point of a DC sweep; the simulator reports those in time to host_crossbar_accept */
        commit(x);
    } else {
        drop(x);
    }
    return true;
}

/* Keeps the voltages. Returns the largest change [V]. */
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

/* Solves for the voltages of this pass. If the solver finds no solution, the simulator goes on with other voltages.
 * Returns false after host_fail. */
static bool solve(host_crossbar *x, bool *fresh)
{
    syn_error err;
    const double *const v[SYN_SIDES] = {x->v[0], x->v[1], x->v[2], x->v[3]};
    const bool may_switch = x->clock->may_switch;
    const syn_status status = may_switch ? syn_crossbar_try(x->solver, v, &x->info, &err)
                                         : syn_crossbar_solve(x->solver, v, &x->info, &err);
    if (status == SYN_OK) {
        x->solution = may_switch ? TRIED : AT_FIXED_STATES;
        x->failures = 0;
        *fresh = true;
        return true;
    }
    x->solution = NO_SOLUTION;
    x->failures++;
    cm_analog_not_converged();
    if (x->failures < MOST_FAILURES && (status == SYN_ENUMERIC || !isfinite(x->moved)))
        return true;
    host_fail("%s: %s", err.field, err.text);
    return false;
}

/* Starts the trial again: its cells take turns. Returns false after host_fail. */
static bool begin_order(host_crossbar *x, bool *fresh)
{
    syn_error err;
    const double *const v[SYN_SIDES] = {x->accepted[0], x->accepted[1], x->accepted[2], x->accepted[3]};
    const syn_status status = host_order_begin(x->order, x->solver, v, &err);
    x->solution = NO_SOLUTION;
    if (status == SYN_OK)
        return solve(x, fresh);
    if (status == SYN_ENOMEM)
        host_no_memory();
    else
        host_fail("%s: %s", err.field, err.text);
    return false;
}

/* A pass of a trial whose cells take turns. Returns false after host_fail. */
static bool take_turns(host_crossbar *x, bool moving, bool *fresh)
{
    bool let;
    if (host_order_turn(x->order, x->solver, &let)) {
        host_no_memory();
        return false;
    }
    if (let && !solve(x, fresh))
        return false;
    if (x->solution == TRIED)
        host_order_wait(x->order, x->solver, &x->info, x->moved, moving);
    return true;
}

static void count_reset(void *context, size_t cell, double u, double threshold)
{
    (void)cell;
    (void)u;
    *(size_t *)context += threshold > 0; /* U_R is positive, U_S negative */
}

/* Returns how many cells wait at U_R. Going together, they could share a voltage that the first of them takes alone. */
static size_t held_resets(const host_crossbar *x)
{
    size_t count = 0;
    if (x->hold_resets)
        synp_crossbar_waiting(x->solver, count_reset, &count);
    return count;
}

/* Applies the latch rule to a solution of this pass: lets the cells go that wait, and solves again. When the voltages have
 * come to rest after that, looks whether their order matters. Returns false after host_fail. */
static bool latch(host_crossbar *x, bool moving, bool *fresh)
{
    if (host_order_holds(x->order))
        return take_turns(x, moving, fresh);
    if (!moving && ((x->batch > 1 && synp_crossbar_contested(x->solver) > 0) ||
                    (x->info.beyond > 0 && (host_order_shared(x->order) || held_resets(x) > 1))))
        return begin_order(x, fresh);
    if (!moving)
        x->batch = 0;
    else if (x->batch > 1)
        cm_analog_not_converged();
    if (!host_latch_rule(moving, x->info.beyond > 0, x->info.switched > synp_crossbar_sets(x->solver)))
        return true;
    if (syn_crossbar_latch(x->solver, &x->batch, NULL)) {
        host_no_memory();
        return false;
    }
    return solve(x, fresh);
}

bool host_crossbar_pass(host_crossbar *x, const double *const v[SYN_SIDES], bool *fresh)
{
    const host_clock *clock = x->clock;
    *fresh = false;
    warn(x);
    if (!follow(x) || (clock->may_switch && !x->r_start && !make_full(x)))
        return false;
    x->moved = move(x, v);
    const bool moving = host_moves(x->trial == 0, x->moved);
    x->trial = clock->may_switch ? clock->trial : 0;
    const enum solution wanted = clock->may_switch ? TRIED : AT_FIXED_STATES;
    if ((x->solution != wanted || x->moved != 0) && !solve(x, fresh))
        return false;
    if (clock->circuit->CKTmode & MODEINITSMSIG) { /* a look at the solution of an operating point */
        keep_peak(x, NAN);
        warn(x);
    }
    return x->solution != TRIED || latch(x, moving, fresh);
}

bool host_crossbar_noise(host_crossbar *x, const double *const v[SYN_SIDES], double *density)
{
    syn_noise n;
    syn_error err;
    if (syn_crossbar_noise(x->solver, v, x->clock->circuit->CKTtemp, &n, &err)) {
        host_fail("%s: %s", err.field, err.text);
        return false;
    }
    density[0] += n.thermal;
    density[1] += n.shot;
    density[2] += n.wires;
    return true;
}

/* Returns false with a message. There may be no analysis any more that could fail. */
static bool save(host_crossbar *x)
{
    syn_error err;
    char text[700];
    if (!x->state_out || !x->r_start || !x->unsaved)
        return true;
    x->unsaved = false;
    if (syn_array_save(x->array, x->state_out, &err) == SYN_OK) {
        if (x->chained && !x->state_in)
            x->state_in = strdup(x->state_out);
        return true;
    }
    dprintf(STDERR_FILENO, "Instance: %s Message: synaptogen: state_out: %s\n", x->label,
            syn_error_format(&err, text, sizeof text));
    return false;
}

int host_crossbar_accept(host_crossbar *x)
{
    const CKTcircuit *ckt = x->clock->circuit;
    keep_peak(x, ckt->CKTtime);
    if (x->trial == 0)
        return OK;
    commit(x);
    if (ckt->CKTfinalTime - ckt->CKTtime >= ckt->CKTminBreak || save(x))
        return OK;
    host_end_batch(exit);
    return E_PRIVATE;
}

/* Takes over a point of a DC sweep that has been accepted; see host_clock_settled. */
static void settle(host_crossbar *x)
{
    if (x->trial == 0 || !host_clock_settled(x->clock, x->trial))
        return;
    keep_peak(x, NAN);
    commit(x);
}

/* The end of a run that has no last time point: it was stopped, or it is a DC sweep. Returns false with a message if the
 * array could not be saved. */
static bool end_run(host_crossbar *x)
{
    if (!x->clock || host_failed(x->clock->job))
        return true;
    settle(x);
    if (x->warning)
        dprintf(STDERR_FILENO, "Instance: %s   Message: %s\n", x->label, x->warning);
    free(x->warning);
    x->warning = NULL;
    const bool good = x->trial != 0 || save(x);
    remember(x, host_clock_end(x->clock));
    return good;
}

__attribute__((destructor)) static void end_all_runs(void)
{
    host_crossbar *x;
    bool good = true;
    LIST_FOREACH (x, &crossbars, link)
        good = end_run(x) && good;
    if (!good)
        host_end_batch(_exit);
}

void host_crossbar_free(host_crossbar *x)
{
    LIST_REMOVE(x, link);
    const bool good = end_run(x);
    syn_crossbar_free(x->solver);
    syn_array_free(x->array);
    if (x->numbers)
        host_numbers_release(x->numbers);
    if (x->model)
        host_model_release(x->model);
    if (x->clock)
        host_clock_leave(x->clock);
    syn_array_free(x->at_start);
    free(x->answer);
    free(x->r_start);
    free(x->v[SYN_LEFT]);
    free(x->accepted[SYN_LEFT]);
    host_order_free(x->order);
    free(x->label);
    free(x->state_in);
    free(x->state_out);
    free(x);
    if (!good)
        host_end_batch(exit);
}

/* Whether the sources hold all lines firmly: a line end leads to a source through less than a cell in LRS. */
static bool is_firm(const host_crossbar *x, const host_crossbar_parameters *p, const double *const end[SYN_SIDES])
{
    const double small = 1e3; /* ohm, a quarter of the smallest resistance of a cell */
    for (int along = 0; along < 2; along++)
        for (size_t k = 0; k < (along ? x->cols : x->rows); k++) {
            const double wire = along ? given(p->r_bl) * (double)x->rows : given(p->r_wl) * (double)x->cols;
            double least = INFINITY;
            for (int side = 2 * along; side < 2 * along + 2; side++)
                least = fmin(least, end[side] ? end[side][k] : INFINITY);
            if (!(least + wire < small))
                return false;
        }
    return true;
}

bool host_crossbar_place(host_crossbar *x, const host_crossbar_parameters *p, const double *const end[SYN_SIDES],
                         const Mif_Port_Data_t *port)
{
    x->order = host_order_create(x->clock, x->n, port);
    if (!x->order) {
        host_no_memory();
        return false;
    }
    x->hold_resets = port != NULL || !is_firm(x, p, end);
    return true;
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

/* In the order of the interfaces. */
enum {
    MONITOR_CELLS,
    MONITOR_POWER,
    MONITOR_LRS,
    MONITOR_SWITCHED,
    MONITOR_U_LOW,
    MONITOR_U_HIGH,
    MONITOR_U_PEAK,
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
            return synp_crossbar_extremes(x->solver).low;
        case MONITOR_U_HIGH:
            return synp_crossbar_extremes(x->solver).high;
        case MONITOR_U_PEAK:
            return x->u_peak;
        case MONITOR_RESIDUAL:
            return x->info.residual;
        case MONITOR_NEWTON:
            return x->info.newton;
        default:
            return x->info.iterations;
    }
}

/* Returns an array that knows modes and cycles; NULL after host_fail. */
static const syn_array *whole_array(host_crossbar *x)
{
    if (x->r_start)
        return x->array;
    if (!x->at_start)
        x->at_start = make_array(x, false);
    return x->at_start;
}

static double cell_value(host_crossbar *x, host_cell_value value, size_t row, size_t col)
{
    const size_t k = row + x->rows * col;
    const double r = (double)syn_array_states(x->array)[k];
    if (value == HOST_CELL_R)
        return r;
    if (value == HOST_CELL_RESISTANCE)
        return syn_resistance_of_state(x->model, r);
    if (value == HOST_CELL_MODE || value == HOST_CELL_CYCLE) {
        const syn_array *a = whole_array(x);
        syn_state s;
        if (!a || syn_array_state(a, k, &s, NULL))
            return NAN;
        return value == HOST_CELL_MODE ? (double)s.mode : (double)s.n;
    }
    double u, i;
    synp_crossbar_cell(x->solver, row, col, &u, &i);
    return value == HOST_CELL_U ? u : i;
}

/* A "save" line takes the vector for a number; this number is NAN. From ngspice 43 on the simulator frees a vector that it
 * has asked for; before, it copies it. */
static int answer_for_all(host_crossbar *x, host_cell_value value, IFvalue *out)
{
    out->rValue = NAN;
    out->v.numValue = 0;
    if (x && (HOST_NGSPICE >= 43 || !x->answer))
        x->answer = malloc(x->n * sizeof *x->answer);
    if (!x || !x->answer)
        return E_NOMEM;
    for (size_t k = 0; k < x->n; k++)
        x->answer[k] = cell_value(x, value, k % x->rows, k / x->rows);
    out->v.numValue = (int)x->n;
    out->v.vec.rVec = x->answer;
    if (HOST_NGSPICE >= 43)
        x->answer = NULL;
    return OK;
}

static int answer_for_cells(host_crossbar *x, const host_cell_question *q, IFvalue *value)
{
    if (q->all)
        return answer_for_all(x, q->value, value);
    if (x && (q->row >= x->rows || q->col >= x->cols))
        return E_BADPARM;
    value->rValue = x ? cell_value(x, q->value, q->row, q->col) : 0;
    return OK;
}

int host_crossbar_answer(host_crossbar *x, const SPICEdev *device, int which, IFvalue *value)
{
    if (x)
        settle(x);
    if (which >= HOST_CELL_MONITORS) {
        const host_cell_question q = host_cell_question_of(device, which);
        return answer_for_cells(x, &q, value);
    }
    if (which == MONITOR_CELLS) {
        char number[24] = "";
        if (x)
            snprintf(number, sizeof number, "%llu", (unsigned long long)x->first);
        value->sValue = strdup(number);
    } else {
        value->rValue = x ? monitor(x, which) : 0;
    }
    return OK;
}
