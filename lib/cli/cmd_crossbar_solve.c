/* SPDX-License-Identifier: MIT */
/* A crossbar with its voltages from JSON, its currents as JSON. */
#include "base/base.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/matrix.h"
#include "cli/shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct solve_options {
    model_options model;
    const char *file, *output;
    bool nodes, ports;
    int side; /* syn_side, or OPTION_ABSENT */
    noise_options noise;
} solve_options;

static const cli_option options[] = {
    {"nodes", NULL, SWITCH(solve_options, nodes), .help = "also write the voltages of all nodes"},
    {"ports", NULL, SWITCH(solve_options, ports),
     .help = "also write the conductance matrix of the terminals, dI/dV in S"},
    {"side", "left|right|top|bottom", CHOICE(solve_options, side),
     .help = "write the currents of this side alone, a row for each input: CSV, or .npy if the file's name ends so"},
    {GROUP(options_noise, solve_options, noise)},
    {GROUP(options_model, solve_options, model)},
    OPTION_OUTPUT(solve_options, output),
    {0},
};

/* A case as it is read. */
typedef struct job {
    const syn_model *model;
    json_file file;
    size_t rows, cols;
    syn_wires wires;
    double *each[2], *end[SYN_SIDES], *selector[2];
    double *v[SYN_SIDES]; /* [lines x inputs], or NULL */
    size_t inputs;        /* 0: no voltages come from a file; then there is one */
    bool from_file[SYN_SIDES];
    double *cells; /* [rows x cols] */
    syn_array *array;
    syn_crossbar *x;
} job;

static size_t lines_at(const job *b, int side)
{
    return side / 2 ? b->cols : b->rows;
}

static int get_wire(job *b, int along)
{
    const char *field = along ? "r_bl" : "r_wl";
    const json_t *value = json_object_get(b->file.root, field);
    if (!value)
        return CLI_OK; /* ideal */
    const int status = json_get_list(&b->file, field, value, along ? b->cols : b->rows, NAN, &b->each[along]);
    *(along ? &b->wires.r_bl_each : &b->wires.r_wl_each) = b->each[along];
    return status;
}

/* Voltages from a file with a row for each input. */
static int get_inputs(job *b, int side, const char *path)
{
    const size_t lines = lines_at(b, side);
    matrix m;
    if (matrix_read(path, &m))
        return CLI_FAILED;
    int status = CLI_OK;
    if (m.cols != lines)
        status =
            cli_fail(CLI_FAILED, "%s: expected %zu voltages in each row, one for each line at the side %s, found %zu",
                     path, lines, syn_side_name((syn_side)side), m.cols);
    else if (b->inputs > 0 && m.rows != b->inputs)
        status = cli_fail(CLI_FAILED, "%s: expected %zu rows, as many as of the side before, found %zu", path,
                          b->inputs, m.rows);
    if (!status) {
        b->inputs = m.rows;
        b->from_file[side] = true;
        b->v[side] = malloc(lines * m.rows * sizeof **b->v);
        status = b->v[side] ? CLI_OK : cli_fail_memory();
    }
    for (size_t k = 0; k < m.rows && !status; k++)
        for (size_t line = 0; line < lines; line++)
            b->v[side][line + lines * k] = (double)m.v[k + m.rows * line];
    free(m.v);
    return status;
}

/* Voltages that stand in the case are those of all inputs. */
static int repeat_voltages(job *b)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t lines = lines_at(b, side);
        if (b->inputs == 0 || !b->v[side] || b->from_file[side])
            continue;
        double *all = realloc(b->v[side], lines * b->inputs * sizeof *all);
        if (!all)
            return cli_fail_memory();
        b->v[side] = all;
        for (size_t k = 1; k < b->inputs; k++)
            memcpy(all + lines * k, all, lines * sizeof *all);
    }
    return CLI_OK;
}

static int get_side(job *b, int side)
{
    const char *name = syn_side_name((syn_side)side);
    json_t *value = json_object_get(b->file.root, name);
    char field[16];
    if (!value || json_is_null(value))
        return CLI_OK;
    int status = json_check_object(&b->file, name, value, "r v");
    snprintf(field, sizeof field, "%s.r", name);
    if (!status && !json_is_null(json_object_get(value, "r"))) /* null: open */
        status =
            json_get_list(&b->file, field, json_object_get(value, "r"), lines_at(b, side), INFINITY, &b->end[side]);
    b->wires.end[side] = b->end[side];
    snprintf(field, sizeof field, "%s.v", name);
    const json_t *v = json_object_get(value, "v");
    if (status || !v)
        return status;
    return json_is_string(v) ? get_inputs(b, side, json_string_value(v))
                             : json_get_list(&b->file, field, v, lines_at(b, side), 0, &b->v[side]);
}

/* A resistance "r" in series with each cell, and a selector's curve "u", "i". */
static int get_access(job *b)
{
    json_t *value = json_object_get(b->file.root, "access");
    if (!value)
        return CLI_OK;
    syn_access *a = &b->wires.access;
    int status = json_check_object(&b->file, "access", value, "r u i");
    if (!status && json_object_get(value, "r"))
        status = json_get_number(&b->file, "access.r", json_object_get(value, "r"), &a->resistance);
    const json_t *u = json_object_get(value, "u"), *i = json_object_get(value, "i");
    if (status || (!u && !i))
        return status;
    if (json_array_size(u) < 2)
        return json_refuse(&b->file, "access.u", "expected an array of at least two voltages, found %s%s",
                           json_kind(u), json_is_array(u) ? " of another length" : "");
    a->points = json_array_size(u);
    status = json_get_list(&b->file, "access.u", u, a->points, NAN, &b->selector[0]);
    if (!status)
        status = json_get_list(&b->file, "access.i", i, a->points, NAN, &b->selector[1]);
    a->u = b->selector[0];
    a->i = b->selector[1];
    return status;
}

static int get_circuit(job *b)
{
    int status = json_check_object(&b->file, "root", b->file.root,
                                   "rows cols r_wl r_bl left right top bottom cells gmin half_leads access");
    if (!status)
        status = json_get_count(&b->file, "rows", json_object_get(b->file.root, "rows"), &b->rows);
    if (!status)
        status = json_get_count(&b->file, "cols", json_object_get(b->file.root, "cols"), &b->cols);
    b->wires.rows = b->rows;
    b->wires.cols = b->cols;
    for (int along = 0; along < 2 && !status; along++)
        status = get_wire(b, along);
    for (int side = 0; side < SYN_SIDES && !status; side++)
        status = get_side(b, side);
    if (!status)
        status = repeat_voltages(b);
    if (!status && json_object_get(b->file.root, "gmin"))
        status = json_get_number(&b->file, "gmin", json_object_get(b->file.root, "gmin"), &b->wires.gmin);
    const json_t *half = json_object_get(b->file.root, "half_leads");
    if (!status && half && !json_is_boolean(half))
        status = json_refuse(&b->file, "half_leads", "expected true or false, found %s", json_kind(half));
    b->wires.half_leads = json_is_true(half);
    return status ? status : get_access(b);
}

/* inside: path of the member that holds the field of the error, such as "cells."; or "" */
static int fail_library(const job *b, const char *inside, const syn_error *err)
{
    char prefix[512];
    snprintf(prefix, sizeof prefix, "%s: %s", b->file.name, inside);
    return cli_fail_library(prefix, err);
}

/* States or conductances from a file. */
static int read_cells(job *b, const char *path, bool is_conductance)
{
    matrix m;
    if ((is_conductance ? matrix_read_conductances : matrix_read)(path, &m))
        return CLI_FAILED;
    int status = CLI_OK;
    if (m.rows != b->rows || m.cols != b->cols)
        status = cli_fail(CLI_FAILED, "%s: expected %zu x %zu cells, found %zu x %zu", path, b->rows, b->cols, m.rows,
                          m.cols);
    else if (!(b->cells = malloc(m.rows * m.cols * sizeof *b->cells)))
        status = cli_fail_memory();
    for (size_t k = 0; k < m.rows * m.cols && !status; k++)
        b->cells[k] = (double)m.v[k];
    free(m.v);
    return status;
}

/* Before the crossbar is there: its memory is that of rows x cols cells, however few are given. */
static int get_cells(job *b)
{
    json_t *cells = json_object_get(b->file.root, "cells");
    syn_error err;
    if (json_check_object(&b->file, "cells", cells, "r g state"))
        return CLI_FAILED;
    const json_t *r = json_object_get(cells, "r"), *g = json_object_get(cells, "g"),
                 *state = json_object_get(cells, "state");
    if (!!r + !!g + !!state != 1)
        return json_refuse(&b->file, "cells", "expected one of r, g and state, found %d of them",
                           !!r + !!g + !!state);
    if (state) {
        if (!json_is_string(state))
            return json_refuse(&b->file, "cells.state", "expected a string, found %s", json_kind(state));
        if (syn_array_load(b->model, json_string_value(state), NULL, 0, &b->array, &err) ||
            (syn_array_size(b->array) != b->rows * b->cols &&
             synp_fail(&err, SYN_EINVAL, "array", "%zu cells are not the %zu x %zu of the crossbar",
                       syn_array_size(b->array), b->rows, b->cols)))
            return fail_library(b, "cells.state: ", &err);
        return CLI_OK;
    }
    const json_t *given = r ? r : g;
    return json_is_string(given)
               ? read_cells(b, json_string_value(given), g != NULL)
               : json_get_matrix(&b->file, r ? "cells.r" : "cells.g", given, b->rows, b->cols, &b->cells);
}

static int set_cells(job *b)
{
    const bool is_linear = json_object_get(json_object_get(b->file.root, "cells"), "g") != NULL;
    syn_error err;
    if (b->array)
        return syn_crossbar_bind(b->x, b->array, &err) ? fail_library(b, "cells.state: ", &err) : CLI_OK;
    return (is_linear ? syn_crossbar_set_conductances(b->x, b->cells, &err)
                      : syn_crossbar_set_states(b->x, b->model, b->cells, &err))
               ? fail_library(b, "cells.", &err)
               : CLI_OK;
}

/* Adds a member. Returns false if there is no memory; value NULL says that, too. */
static bool add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static int add_nodes(const job *b, json_t *out)
{
    const size_t n = b->rows * b->cols;
    double *u = malloc(2 * n * sizeof *u);
    json_t *nodes = json_object();
    bool good = false;
    if (u) {
        syn_crossbar_nodes(b->x, u, u + n);
        good = add(nodes, "u", json_of_matrix(u, b->rows, b->cols)) &&
               add(nodes, "w", json_of_matrix(u + n, b->rows, b->cols));
    }
    free(u);
    return add(out, "nodes", nodes) && good ? CLI_OK : cli_fail_memory();
}

/* ["left", 0] and so on: the ends that are not open, in the order of the port matrix. */
static json_t *port_names(const job *b)
{
    json_t *list = json_array();
    bool good = true;
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t i = 0; i < lines_at(b, side); i++)
            if (!isnan(syn_crossbar_current(b->x, (syn_side)side)[i]))
                good &= json_array_append_new(list,
                                              json_pack("[s, I]", syn_side_name((syn_side)side), (json_int_t)i)) == 0;
    if (good)
        return list;
    json_decref(list);
    return NULL;
}

static int add_ports(const job *b, json_t *out)
{
    const size_t n = syn_crossbar_ports(b->x);
    double *y = malloc((n * n + 1) * sizeof *y);
    json_t *ports = json_object();
    syn_error err;
    int status = y ? CLI_OK : cli_fail_memory();
    if (!status && syn_crossbar_port_matrix(b->x, y, &err))
        status = fail_library(b, "", &err);
    if (!status && !(add(ports, "order", port_names(b)) && add(ports, "y", json_of_matrix(y, n, n))))
        status = cli_fail_memory();
    free(y);
    if (!add(out, "ports", ports) && !status)
        status = cli_fail_memory();
    return status;
}

/* A list of currents, or with inputs from a file a list for each of them. i: [lines x inputs] */
static json_t *currents_of(const job *b, const double *i, size_t lines)
{
    if (b->inputs == 0)
        return json_of_list(i, lines, 1);
    json_t *list = json_array();
    for (size_t k = 0; k < b->inputs && list; k++)
        list = synp_json_append(list, json_of_list(i + lines * k, lines, 1));
    return list;
}

static int add_solution(const job *b, const solve_options *o, double *const i[SYN_SIDES], const syn_solution *s,
                        json_t *out)
{
    bool good = true;
    for (int side = 0; side < SYN_SIDES; side++)
        good &= add(out, syn_side_name((syn_side)side),
                    json_pack("{s:o}", "i", currents_of(b, i[side], lines_at(b, side))));
    good &= add(out, "power", synp_json_number(s->power));
    good &= add(out, "residual", synp_json_number(s->residual));
    good &= add(out, "iterations", json_integer(s->iterations));
    good &= add(out, "newton", json_integer(s->newton));
    if (!good)
        return cli_fail_memory();
    const int status = o->nodes ? add_nodes(b, out) : CLI_OK;
    return !status && o->ports ? add_ports(b, out) : status;
}

static int write_json(const job *b, const solve_options *o, double *const i[SYN_SIDES], const syn_solution *s)
{
    output out;
    json_t *solution = json_object();
    int status = add_solution(b, o, i, s, solution);
    if (!status)
        status = output_open(&out, o->output);
    if (!status) {
        json_put(out.stream, solution);
        status = output_close(&out, true);
    }
    json_decref(solution);
    return status;
}

/* The currents of one side. */
static int write_side(const job *b, const solve_options *o, const double *i)
{
    const size_t lines = lines_at(b, o->side), rows = b->inputs > 0 ? b->inputs : 1;
    matrix m = {rows, lines, malloc(rows * lines * sizeof *m.v)};
    for (size_t k = 0; m.v && k < rows * lines; k++)
        m.v[k / lines + rows * (k % lines)] = (float)i[k];
    const int status = m.v ? matrix_write(o->output, &m) : cli_fail_memory();
    free(m.v);
    return status;
}

/* One input, whose solution stays in the crossbar, or many. */
static syn_status find_currents(const job *b, const solve_options *o, double *const i[SYN_SIDES], syn_solution *info,
                                syn_error *err)
{
    const double *const v[SYN_SIDES] = {b->v[0], b->v[1], b->v[2], b->v[3]};
    const syn_batch_options how = {.bandwidth = o->noise.bandwidth, .index = o->noise.index, .seed = o->model.seed};
    if (b->inputs > 0)
        return syn_crossbar_solve_batch(b->x, v, b->inputs, i, &how, info, err);
    syn_status status = syn_crossbar_solve(b->x, v, info, err);
    for (int side = 0; side < SYN_SIDES && !status; side++)
        memcpy(i[side], syn_crossbar_current(b->x, (syn_side)side), lines_at(b, side) * sizeof **i);
    if (!status && how.bandwidth > 0)
        status = syn_crossbar_solve_batch(b->x, v, 1, i, &how, NULL, err);
    return status;
}

static int solve(const job *b, const solve_options *o)
{
    syn_solution info;
    syn_error err;
    double *i[SYN_SIDES];
    int status = CLI_OK;
    for (int side = 0; side < SYN_SIDES; side++) {
        i[side] = malloc(lines_at(b, side) * (b->inputs > 0 ? b->inputs : 1) * sizeof **i);
        if (!i[side] && !status)
            status = cli_fail_memory();
    }
    if (!status && b->inputs > 0 && (o->nodes || o->ports))
        status =
            cli_fail(CLI_USAGE, "--%s: expected one input, found voltages from a file", o->nodes ? "nodes" : "ports");
    if (!status && find_currents(b, o, i, &info, &err))
        status = fail_library(b, "", &err);
    if (!status)
        status = o->side == OPTION_ABSENT ? write_json(b, o, i, &info) : write_side(b, o, i[o->side]);
    for (int side = 0; side < SYN_SIDES; side++)
        free(i[side]);
    return status;
}

static void free_job(job *b)
{
    syn_crossbar_free(b->x);
    syn_array_free(b->array);
    free(b->cells);
    for (int side = 0; side < SYN_SIDES; side++) {
        free(b->end[side]);
        free(b->v[side]);
    }
    for (int k = 0; k < 2; k++) {
        free(b->each[k]);
        free(b->selector[k]);
    }
    json_decref(b->file.root);
}

static int run(const void *values)
{
    const solve_options *o = values;
    job b = {0};
    syn_error err;
    syn_model *m;
    int status = model_open(&o->model, NULL, &m);
    b.model = m;
    if (!status)
        status = json_open(o->file, &b.file);
    if (!status)
        status = get_circuit(&b);
    if (!status)
        status = get_cells(&b);
    if (!status && syn_crossbar_create(&b.wires, 1, &b.x, &err))
        status = fail_library(&b, "", &err);
    if (!status)
        status = set_cells(&b);
    if (!status)
        status = solve(&b, o);
    free_job(&b);
    syn_model_free(m);
    return status;
}

static const cli_term fields[] = {
    {"rows, cols", "numbers of word lines and bit lines"},
    {"r_wl, r_bl",
     "ohm per segment of the word lines and bit lines: a number, or an array with one for each line; 0 if "
     "absent"},
    {"left, right, top, bottom",
     "{\"r\": ohm, \"v\": V} of the sources at these ends: numbers, or arrays with one for each line. An end that is "
     "absent or whose r is null is open. Another segment leads from the source to the first cell. v may be the name "
     "of a "
     ".csv or .npy file with a row for each of many inputs."},
    {"cells",
     "{\"r\": rows of states} nonlinear cells, {\"g\": rows of S} linear cells, or {\"state\": \"FILE\"}; the rows "
     "of r and g may be the name of a .csv or .npy file"},
    {"gmin", "conductance in S in parallel to each cell"},
    {"access", "{\"r\": ohm, \"u\": [V], \"i\": [A]} in series with each cell: a resistance, and the curve of a "
               "selector"},
    {"half_leads", "true: the segment that leads to the first cell has half of the resistance"},
    {0},
};

static const cli_term results[] = {
    {"left, right, top, bottom",
     "{\"i\": [A]}, the currents into the array; null at open ends. With voltages from a file: a "
     "list for each input"},
    {"power", "power in W that all sources deliver, the sum over the inputs; of many inputs of linear cells 0"},
    {"residual", "bound of the error of each current in A, the largest of the inputs"},
    {"iterations, newton", "effort of the solver"},
    {"nodes", "with --nodes: {\"u\": rows of V, \"w\": rows of V} of the word lines and bit lines at each cell"},
    {"ports", "with --ports: {\"order\": [[side, line]], \"y\": rows of S}"},
    {0},
};

static const cli_term examples[] = {
    {"echo '{\"rows\":1,\"cols\":2,\"r_wl\":1,\"left\":{\"r\":[50],\"v\":[0.2]},\n"
     "  \"bottom\":{\"r\":10},\"cells\":{\"r\":[[0.1,0.84]]}}' | synaptogen crossbar solve - --ports",
     "Solve two nonlinear cells on a word line:"},
    {"synaptogen crossbar solve case.json --side bottom -o currents.npy",
     "Solve for many inputs, with {\"v\": \"volts.npy\"} at a side in the case:"},
    {0},
};

const cli_command command_crossbar_solve = {
    .name = "crossbar solve",
    .usage = "CASE.json",
    .summary = "solve the currents of a crossbar with wires",
    .text = "Solves the currents of a crossbar with wires and sources at any of its four sides, for one input or for "
            "many. Cells "
            "do not switch.",
    .input = {"A JSON object in a file, or on standard input if the name is -.", fields},
    .output = {"A JSON object; with --side a matrix.", results},
    .examples = examples,
    .see_also = "crossbar read,crossbar write",
    .operands = {{"CASE.json", "file name or -", offsetof(solve_options, file)}},
    .options = options,
    .size = sizeof(solve_options),
    .run = run,
};
