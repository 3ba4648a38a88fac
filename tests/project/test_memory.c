/* SPDX-License-Identifier: MIT */
/* Calls that read and write files, make models, learn, write crossbars and look at arrays, when memory runs out.
 * test_faults.c has the others. */
#include "project/faults.h"
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/synaptogen-test-XXXXXX";

static void prepare(void)
{
    close(mkstemp(path));
    support_model(0);
}

static void clean(void)
{
    unlink(path);
}

TestSuite(memory, .init = prepare, .fini = clean, .timeout = 600);

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL);
    fputs(text, f);
    cr_assert(eq(int, fclose(f), 0));
}

/* The error of a failure, always filled. */
static syn_error error;

static syn_status told(syn_status s)
{
    cr_assert(s == SYN_OK || (error.status == s && error.text[0]), "%s", syn_strstatus(s));
    error = (syn_error){0};
    return s;
}

static syn_status open_model(void)
{
    syn_model *m;
    const syn_status s = told(syn_model_open(NULL, NULL, &m, &error));
    cr_assert(eq(int, s == SYN_OK, m != NULL));
    syn_model_free(m);
    return s;
}

static syn_status load_model(void)
{
    syn_model *m;
    const syn_status s = told(syn_model_open(support_path("params/hfo2-1t1r.json"), NULL, &m, &error));
    cr_assert(eq(int, s == SYN_OK, m != NULL));
    syn_model_free(m);
    return s;
}

static syn_status load_params(void)
{
    static syn_params p;
    static const syn_params untouched;
    p = untouched;
    const syn_status s = told(syn_params_load(support_path("params/hfo2-1t1r.json"), &p, &error));
    cr_assert(s == SYN_OK || memcmp(&p, &untouched, sizeof p) == 0);
    return s;
}

static syn_status write_params(void)
{
    const syn_fit_report r = {0};
    const syn_provenance from = {.program = "a", .options = "b", .features = "c", .curves_of = "d", .fit = &r};
    FILE *f = fopen(path, "w");
    const syn_status s = told(syn_params_write(support_params(), &from, f, &error));
    cr_assert(s == SYN_OK || ftell(f) == 0, "nothing is written");
    fclose(f);
    return s;
}

Test(memory, models_and_parameter_files_without_memory_say_so_and_keep_no_block)
{
    faults_of_memory("open model", open_model, 0);
    faults_of_memory("load model", load_model, 2);
    faults_of_memory("load params", load_params, 1);
    faults_of_memory("write params", write_params, 0);
}

/* Without memory jansson may lose a character of a long token. So the failure may have another status, or a text for people is
 * shorter; the figures are the right ones. */
Test(memory, figures_are_right_or_refused_and_no_block_is_kept_if_an_allocation_of_jansson_fails)
{
    const long step = support_cases(7, 1);
    syn_params *p = malloc(sizeof *p);
    support_params();
    json_set_alloc_funcs(malloc, free);
    for (long n = 0, failed = 1; failed; n += step) {
        const long blocks = faults_held;
        faults_until[ALLOCATION] = n;
        const syn_status s = syn_params_load(support_path("params/hfo2-1t1r.json"), p, &error);
        failed = faults_until[ALLOCATION] < 0;
        faults_until[ALLOCATION] = -1;
        cr_assert(failed || s == SYN_OK, "allocation %ld: %s", n, syn_strstatus(s));
        cr_assert(s != SYN_OK || memcmp(&p->u0, &support_params()->u0, sizeof *p - offsetof(syn_params, u0)) == 0,
                  "allocation %ld", n);
        cr_assert(faults_held == blocks, "allocation %ld keeps %ld blocks", n, faults_held - blocks);
        cr_assert(failed || n > 1000);
    }
    free(p);
}

static syn_status load_features(void)
{
    syn_features f;
    const syn_status s = told(syn_features_load(path, 0, &f, &error));
    cr_assert(s == SYN_OK || (!f.cell && !f.first && !f.y && f.rows == 0));
    syn_features_free(&f);
    return s;
}

static syn_status read_table(void)
{
    const char *file = path;
    syn_endurance *table;
    syn_status s = told(syn_endurance_open(&(syn_import){.files = &file, .n_files = 1}, &table, &error));
    cr_assert(eq(int, s == SYN_OK, table != NULL));
    for (bool more = true; more && !s;) {
        syn_endurance_row row;
        s = told(syn_endurance_next(table, &row, &more, &error));
    }
    syn_endurance_close(table);
    return s;
}

Test(memory, tables_without_memory_say_so_and_keep_no_block)
{
    FILE *f = fopen(path, "w");
    fputs("cell,cycle,log10_r_hrs,r_lrs\n", f);
    for (int k = 0; k < 2000; k++)
        fprintf(f, "%d,%d,5,3000\n", k / 50, k);
    fclose(f);
    faults_of_memory("load features", load_features, 3);
    write_file("device,R_HRS,R_LRS\na,1e5,3e3\na,2e5,4e3\nb,3e5,2e3\nb,1e5,2e3\n");
    faults_of_memory("read endurance", read_table, 3);
}

/* Loops of some cells, by a law that switches at -0.75 V and 0.95 V. */
enum { CELLS = 3, LOOPS = 4, POINTS = 120 };

static void write_loops(void)
{
    FILE *f = fopen(path, "w");
    fputs("device,cycle,u,i\n", f);
    for (int n = 0; n < CELLS * LOOPS; n++) {
        bool lrs = false;
        for (int k = 0; k <= POINTS; k++) {
            const double quarter = POINTS / 4.0, x = k / quarter;
            const double u = 1.5 * (x < 1 ? -x : x < 3 ? x - 2 : 4 - x);
            lrs = u <= -0.75 || (lrs && !(k > 2 * quarter && u >= 0.95));
            fprintf(f, "c%d,%d,%.9g,%.9g\n", n / LOOPS, n % LOOPS, u, (lrs ? 4e-4 : 1e-5 + 1e-6 * n) * u);
        }
    }
    cr_assert(eq(int, fclose(f), 0));
}

/* Every sweep of the file; with curves: adds them there. */
static syn_status read_loops(syn_curves *curves)
{
    const char *file = path;
    syn_sweeps *sweeps;
    syn_record_reader *reader = NULL;
    syn_status s = told(syn_sweeps_import(&(syn_import){.files = &file, .n_files = 1}, &sweeps, &error));
    if (!s)
        s = told(syn_record_open(sweeps, &(syn_record_options){.u0 = 0.2}, &reader, &error));
    for (bool more = true; more && !s;) {
        syn_sweep sweep;
        syn_measured m;
        s = told(syn_record_next(reader, &sweep, &m, &error));
        more = !s && sweep.n > 0;
        if (more && curves)
            syn_curves_add(curves, &sweep, &m);
    }
    syn_record_close(reader);
    syn_sweeps_close(sweeps);
    return s;
}

static syn_status import_loops(void)
{
    return read_loops(NULL);
}

static syn_status fit_curves(void)
{
    static syn_params p;
    syn_curves_report report;
    syn_curves *c;
    syn_features f = {0};
    p = *support_params();
    syn_status s = told(syn_curves_create(&(syn_curves_options){.u0 = 0.2}, &c, &error));
    if (!s)
        s = read_loops(c);
    if (!s)
        s = told(syn_features_create(1, CELLS * LOOPS, &f, &error));
    for (size_t k = 0; k < f.rows && !s; k++) {
        f.first[1] = f.rows;
        f.y[k][SYN_LOG10_R_HRS] = 5 - 0.02 * (double)k;
        f.y[k][SYN_R_LRS] = 2500 + (double)k;
        f.y[k][SYN_U_SET] = -0.75;
        f.y[k][SYN_U_RESET] = 0.95;
    }
    if (!s)
        s = told(syn_curves_fit(c, &f, &p, &report, &error));
    syn_features_free(&f);
    syn_curves_free(c);
    return s;
}

Test(memory, sweeps_and_curves_without_memory_say_so_and_keep_no_block)
{
    write_loops();
    faults_of_memory("import loops", import_loops, 10);
    faults_of_memory("fit curves", fit_curves, 20);
}

enum { ROWS = 3, COLS = 4, N = ROWS * COLS };
static const double ends[N];
static syn_array *array;

static syn_status with_crossbar(syn_status (*use)(syn_crossbar *x))
{
    const syn_wires w = {
        .rows = ROWS, .cols = COLS, .r_wl = 1, .r_bl = 1, .end = {[SYN_LEFT] = ends, [SYN_BOTTOM] = ends}};
    syn_crossbar *x;
    syn_status s = told(syn_crossbar_create(&w, 1, &x, &error));
    if (!s)
        s = told(syn_crossbar_bind(x, array, &error));
    if (!s)
        s = told(use(x));
    syn_crossbar_free(x);
    return s;
}

static syn_status write_bits_to(syn_crossbar *x)
{
    static const uint8_t bits[N] = {1, 0, 1, 1};
    syn_write how;
    syn_write_report report;
    syn_write_default(syn_array_model(array), SYN_HALF_SELECT, &how);
    return syn_crossbar_write(x, bits, &how, NULL, &report, &error);
}

static syn_status program_to(syn_crossbar *x)
{
    static const float target[N] = {5e-5F, 1e-4F};
    syn_write how;
    syn_program program;
    syn_write_default(syn_array_model(array), SYN_FULL_SELECT, &how);
    syn_program_default(syn_array_model(array), &program);
    program.attempts = 2;
    return syn_crossbar_program(x, target, &program, &how, NULL, NULL, NULL, &error);
}

static syn_status read_from(syn_crossbar *x)
{
    double i[COLS], t[ROWS * COLS];
    syn_status s = syn_crossbar_read_row(x, 1, 0.2, false, i, &error);
    if (!s)
        s = syn_crossbar_read(x, (double[ROWS]){0.1, 0.2}, i, &error);
    if (!s)
        s = syn_crossbar_read_sneak(x, 1, 1, 0.2, i, &error);
    return s ? s : syn_crossbar_transfer(x, SYN_LEFT, SYN_BOTTOM, t, &error);
}

static syn_status write_bits(void)
{
    return with_crossbar(write_bits_to);
}

static syn_status program_crossbar(void)
{
    return with_crossbar(program_to);
}

static syn_status read_crossbar(void)
{
    return with_crossbar(read_from);
}

static const size_t few[] = {1, 5};
static const syn_cells listed = {.list = few, .count = 2};

/* Copies, features, modes, stuck cells of an array, on a copy. */
static syn_status look_at_array(void)
{
    syn_array *copy;
    float y[2];
    uint8_t mode[2];
    size_t count;
    syn_state state;
    syn_status s = told(syn_array_copy(array, &copy, &error));
    cr_assert(eq(int, s == SYN_OK, copy != NULL));
    if (!s)
        s = told(syn_array_features(copy, &listed, SYN_U_SET, y, &error));
    if (!s)
        s = told(syn_array_modes(copy, &listed, mode, NULL, NULL, &error));
    if (!s)
        s = told(syn_array_read_each_noisy(copy, &listed, (float[]){0.1F, 0.2F}, 1e6, 1, y, &error));
    if (!s)
        s = told(syn_array_stick_random(copy, &listed, &(syn_faults){.hrs = 0.5}, &count, &error));
    if (!s)
        s = told(syn_array_stuck(copy, &listed, mode, &count, &error));
    if (!s)
        s = told(syn_array_state(copy, 0, &state, &error));
    if (!s)
        s = told(syn_array_set_state(copy, 0, &state, &error));
    syn_array_free(copy);
    return s;
}

Test(memory, crossbars_and_looks_at_arrays_without_memory_say_so_and_keep_no_block)
{
    cr_assert(
        eq(int, syn_array_create(support_model(0), 1, N, &(syn_array_options){.rows = ROWS}, &array, NULL), SYN_OK));
    faults_of_memory("look at array", look_at_array, 3);
    faults_of_memory("read crossbar", read_crossbar, 3);
    faults_of_memory("write bits", write_bits, 3);
    faults_of_memory("program crossbar", program_crossbar, 3);
    syn_array_free(array);
}

static syn_status calibrate(void)
{
    static const float sample[] = {0, 1, 2, 3};
    syn_converter c;
    return told(syn_adc_calibrate(sample, 4, 4, 0.01, &c, &error));
}

Test(memory, a_calibration_without_memory_says_so_and_keeps_no_block)
{
    faults_of_memory("calibrate", calibrate, 0);
}
