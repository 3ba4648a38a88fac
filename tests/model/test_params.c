/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A whole small file as a string. */
static char *contents(const char *path)
{
    static char text[1024];
    FILE *f = fopen(path, "r");
    cr_assert(f != NULL, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* The default set with one edit of its text; syn_params_parse's answer. */
static syn_status parse_edited(const char *sed_arguments, syn_params *out, syn_error *err)
{
    size_t size;
    char *text = support_edited_params(sed_arguments, &size);
    const syn_status s = syn_params_parse(text, size, "input.json", out, err);
    free(text);
    return s;
}

/* tests/model/badparams/CASE holds `edit`, a sed script that spoils params/hfo2-1t1r.json, and `error`, the message that
 * the result must give and the text of its status. */
static void check_reject(const char *name)
{
    char path[512], arguments[8192], message[1024], report[2048];
    snprintf(path, sizeof path, "tests/model/badparams/%s/edit", name);
    snprintf(arguments, sizeof arguments, "-f '%s'", support_path(path));
    syn_params out, before;
    memset(&out, 0xa5, sizeof out);
    memset(&before, 0xa5, sizeof before);
    syn_error err = {0};
    const syn_status s = parse_edited(arguments, &out, &err);
    snprintf(path, sizeof path, "tests/model/badparams/%s/error", name);
    snprintf(report, sizeof report, "%s\n%s\n", syn_error_format(&err, message, sizeof message), syn_strstatus(s));
    cr_expect(eq(str, report, contents(support_path(path))), "case %s", name);
    cr_expect(eq(int, err.status, s), "case %s", name);
    cr_expect(eq(int, memcmp(&out, &before, sizeof out), 0), "case %s: a refused file changed the output", name);
}

Test(params, each_malformed_file_is_refused_with_its_message_and_leaves_the_output_untouched)
{
    DIR *folder = opendir(support_path("tests/model/badparams"));
    cr_assert(folder != NULL);
    int cases = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.') {
            check_reject(entry->d_name);
            cases++;
        }
    closedir(folder);
    cr_expect(gt(int, cases, 0));
}

Test(params, the_default_set_is_the_file_in_params)
{
    static syn_params built_in, file;
    cr_assert(eq(int, syn_params_default(&built_in, NULL), SYN_OK));
    cr_assert(eq(int, syn_params_load(support_path("params/hfo2-1t1r.json"), &file, NULL), SYN_OK));
    cr_expect(eq(int, memcmp(&built_in, &file, sizeof file), 0));
}

/* Takes the next number of a JSON text that is not part of a string; 0 at the end. */
static int next_number(const char **text, double *value)
{
    for (const char *s = *text; *s; s++)
        if (*s == '"') {
            s = strchr(s + 1, '"');
        } else if (isdigit((unsigned char)*s) || *s == '-') {
            char *end;
            *value = strtod(s, &end);
            *text = end;
            return 1;
        }
    return 0;
}

static const char *expect_numbers(const char *text, const double *v, size_t n, const char *field)
{
    for (size_t i = 0; i < n; i++) {
        double value = NAN;
        cr_assert(next_number(&text, &value), "%s", field);
        cr_expect(eq(dbl, v[i], value), "number %zu of %s", i, field);
    }
    return text;
}

Test(params, every_number_of_the_file_arrives_at_its_place)
{
    size_t size;
    char *whole = support_edited_params("-n p", &size);
    const char *text = whole;
    const syn_params *p = support_params();
    text = expect_numbers(text, &p->u0, 1, "u0");
    text = expect_numbers(text, &p->u_max, 1, "u_max");
    text = expect_numbers(text, &p->eta, 1, "eta");
    text = expect_numbers(text, p->hhrs.c, 6, "hhrs");
    text = expect_numbers(text, p->llrs.c, 7, "llrs");
    for (int i = 0; i < SYN_NFEAT; i++)
        text = expect_numbers(text, p->gamma[i].c, 5, "gamma");
    text = expect_numbers(text, p->weight, 3, "weight");
    text = expect_numbers(text, p->mean[0], 3 * SYN_NDEVICE, "mean");
    text = expect_numbers(text, p->chol[0][0], 3 * SYN_NDEVICE * SYN_NDEVICE, "chol");
    for (int k = 0; k < SYN_MAX_ORDER; k++) {
        cr_expect(eq(int, p->var[k].order, k + 1));
        text = expect_numbers(text, p->var[k].b[0], SYN_NFEAT * SYN_NFEAT, "B");
        text = expect_numbers(text, p->var[k].a[0][0], (size_t)(k + 1) * SYN_NFEAT * SYN_NFEAT, "A");
    }
    double value;
    cr_expect(eq(int, next_number(&text, &value), 0), "the file holds more numbers than the set");
    cr_expect(eq(int, p->hhrs.n, 6));
    cr_expect(eq(int, p->llrs.n, 7));
    for (int i = 0; i < SYN_NFEAT; i++)
        cr_expect(eq(int, p->gamma[i].n, 5));
    cr_expect(eq(int, p->n_components, 3));
    cr_expect(eq(str, (char *)p->name, "hfo2-1t1r"));
    free(whole);
}

Test(params, texts_are_optional_and_cut_to_their_space)
{
    static syn_params p;
    cr_assert(
        eq(int, parse_edited("-e '/\"name\"/d' -e '/\"description\"/d' -e '/\"source\"/,/}/d'", &p, NULL), SYN_OK));
    cr_expect(eq(str, p.name, ""));
    cr_expect(eq(str, p.description, ""));
    cr_expect(eq(str, p.cite, ""));
    cr_assert(eq(int, parse_edited("-e 's/hfo2-1t1r/&&&&&&&&/'", &p, NULL), SYN_OK));
    cr_expect(eq(sz, strlen(p.name), sizeof p.name - 1));
    cr_expect(eq(int, strncmp(p.name, "hfo2-1t1rhfo2-1t1r", 18), 0));
}

Test(params, a_set_may_hold_any_selection_of_orders)
{
    static syn_params p;
    cr_assert(eq(int, parse_edited("-e '/\"1\": {/,/^    }/d' -e '/\"3\": {/,/\"10\": {/{/\"10\"/!d;}'", &p, NULL),
                 SYN_OK));
    for (int order = 1; order <= SYN_MAX_ORDER; order++)
        cr_expect(eq(int, p.var[order - 1].order, order == 2 || order == 10 ? order : 0));
}

Test(params, format_2_holds_what_format_1_holds)
{
    static syn_params p;
    cr_assert(eq(int, parse_edited("-e 's,params/1,params/2,'", &p, NULL), SYN_OK));
    cr_expect(eq(int, memcmp(&p, support_params(), sizeof p), 0));
}

Test(params, a_polynomial_may_have_12_coefficients_and_64_components_are_a_mixture)
{
    static syn_params p;
    cr_assert(eq(int, parse_edited("-e 's/-1.32798933e-05]/-1.32798933e-05, 0, 0, 0, 0, 0]/'", &p, NULL), SYN_OK));
    cr_expect(eq(int, p.llrs.n, SYN_MAX_COEFFICIENTS));
    for (int k = 0; k < SYN_MAX_COMPONENTS; k++) {
        p.weight[k] = 1.0 / SYN_MAX_COMPONENTS;
        memcpy(p.mean[k], p.mean[0], sizeof p.mean[0]);
        memcpy(p.chol[k], p.chol[0], sizeof p.chol[0]);
    }
    p.n_components = SYN_MAX_COMPONENTS;
    cr_expect(eq(int, syn_params_validate(&p, NULL), SYN_OK));
}

Test(params, a_weight_sum_of_1_within_a_thousandth_is_accepted)
{
    static syn_params p;
    cr_expect(eq(int, parse_edited("-e 's/\"weight\": .*/\"weight\": [0.5, 0.4, 0.0991],/'", &p, NULL), SYN_OK));
    cr_expect(eq(int, parse_edited("-e 's/\"weight\": .*/\"weight\": [0.5, 0.4, 0.1009],/'", &p, NULL), SYN_OK));
    cr_expect(eq(int, parse_edited("-e 's/\"weight\": .*/\"weight\": [0.5, 0.4, 0.1011],/'", &p, NULL), SYN_EFORMAT));
}

Test(params, success_leaves_the_error_untouched)
{
    static syn_params p;
    syn_error err = {.line = 42, .text = "earlier"};
    cr_expect(eq(int, parse_edited("-n p", &p, &err), SYN_OK));
    cr_expect(eq(int, syn_params_validate(&p, &err), SYN_OK));
    cr_expect(eq(int, err.line, 42));
    cr_expect(eq(str, err.text, "earlier"));
}

static void expect_unreadable(const char *path, const char *text)
{
    static syn_params out, before;
    memset(&out, 0xa5, sizeof out);
    memset(&before, 0xa5, sizeof before);
    syn_error err = {0};
    cr_expect(eq(int, syn_params_load(path, &out, &err), SYN_EIO), "%s", path);
    cr_expect(eq(int, err.status, SYN_EIO), "%s", path);
    cr_expect(eq(str, err.file, (char *)path));
    cr_expect(eq(int, err.line, 0), "%s", path);
    cr_expect(eq(str, err.text, (char *)text));
    cr_expect(eq(int, memcmp(&out, &before, sizeof out), 0), "%s", path);
    cr_expect(eq(int, syn_params_load(path, &out, NULL), SYN_EIO), "%s, no error wanted", path);
}

Test(params, a_file_that_cannot_be_read_is_an_input_error_that_names_it)
{
    expect_unreadable("no/such/file.json", "cannot open: No such file or directory");
    expect_unreadable("/", "cannot read: Is a directory");
    expect_unreadable("/dev/zero", "larger than 16777216 bytes, not a parameter file");
}

/* Longer than any buffer that a reader would start with: the set behind a megabyte of empty lines. */
Test(params, a_long_file_is_read_whole)
{
    enum { LINES = 1 << 20 };
    char *path = support_temporary();
    size_t size;
    char *text = support_edited_params("-n p", &size);
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL);
    for (int i = 0; i < LINES; i++)
        putc('\n', f);
    cr_assert(eq(sz, fwrite(text, 1, size, f), size));
    fclose(f);
    free(text);
    static syn_params p;
    cr_expect(eq(int, syn_params_load(path, &p, NULL), SYN_OK));
    cr_expect(eq(int, memcmp(&p, support_params(), sizeof p), 0));
    support_remove_temporary();
}

Test(params, a_loaded_file_is_named_in_the_message)
{
    char *path = support_temporary();
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs("{\n\"format\": 1}", f) >= 0 && fclose(f) == 0);
    static syn_params p;
    syn_error err = {0};
    cr_expect(eq(int, syn_params_load(path, &p, &err), SYN_EFORMAT));
    cr_expect(eq(str, err.file, path));
    cr_expect(eq(int, err.line, 2));
    cr_expect(eq(str, err.field, "format"));
    support_remove_temporary();
}

/* Puts value into *place of p and asks for the refusal of that field. */
static void expect_refused(syn_params *p, double *place, double value, const char *field)
{
    const double before = *place;
    syn_error err = {0};
    *place = value;
    support_refused(syn_params_validate(p, &err), SYN_EFORMAT, &err, field, "");
    *place = before;
}

static void expect_finite(syn_params *p, double *place, const char *field)
{
    const double values[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++)
        expect_refused(p, place, values[i], field);
}

Test(params, no_figure_may_be_infinite_or_not_a_number)
{
    static syn_params p;
    p = *support_params();
    expect_finite(&p, &p.u0, "u0");
    expect_finite(&p, &p.u_max, "u_max");
    expect_finite(&p, &p.eta, "eta");
    expect_finite(&p, &p.hhrs.c[5], "iv.hhrs[5]");
    expect_finite(&p, &p.llrs.c[6], "iv.llrs[6]");
    expect_finite(&p, &p.gamma[3].c[4], "gamma[3][4]");
    expect_finite(&p, &p.weight[1], "device_gmm.weight[1]");
    expect_finite(&p, &p.mean[2][7], "device_gmm.mean[2][7]");
    expect_finite(&p, &p.chol[1][6][2], "device_gmm.chol[1][6][2]");
    expect_finite(&p, &p.var[4].b[3][0], "var.5.B[3][0]");
    expect_finite(&p, &p.var[4].a[2][1][3], "var.5.A[2][1][3]");
    cr_expect(eq(int, syn_params_validate(&p, NULL), SYN_OK), "the set is as it was before");
}

Test(params, counts_outside_their_limits_are_refused)
{
    static syn_params p;
    p = *support_params();
    const struct {
        int *place;
        int low, high; /* both just outside */
        const char *field;
    } counts[] = {{&p.hhrs.n, 0, SYN_MAX_COEFFICIENTS + 1, "iv.hhrs"},
                  {&p.llrs.n, 0, SYN_MAX_COEFFICIENTS + 1, "iv.llrs"},
                  {&p.gamma[1].n, 0, SYN_MAX_COEFFICIENTS + 1, "gamma[1]"},
                  {&p.n_components, 0, SYN_MAX_COMPONENTS + 1, "device_gmm.weight"},
                  {&p.var[2].order, 2, 4, "var.3"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int side = 0; side < 2; side++) {
            const int before = *counts[i].place;
            syn_error err = {0};
            *counts[i].place = side ? counts[i].high : counts[i].low;
            support_refused(syn_params_validate(&p, &err), SYN_EFORMAT, &err, counts[i].field, "");
            *counts[i].place = before;
        }
}

Test(params, limits_of_the_scalars_are_exclusive)
{
    static syn_params p;
    p = *support_params();
    expect_refused(&p, &p.u0, 0, "u0");
    expect_refused(&p, &p.u0, p.u_max, "u0");
    expect_refused(&p, &p.u_max, 0, "u_max");
    expect_refused(&p, &p.eta, 0, "eta");
    expect_refused(&p, &p.hhrs.c[0], 1e-300, "iv.hhrs[0]");
    expect_refused(&p, &p.chol[2][0][7], 1e-300, "device_gmm.chol[2][0][7]");
    expect_refused(&p, &p.var[9].b[2][3], -1e-300, "var.10.B[2][3]");
    expect_refused(&p, &p.var[9].b[2][2], 0, "var.10.B[2][2]");
}

/* Known eigenvalues: a triangular matrix; two lags whose characteristic polynomial z^2 - a z - b is known; a
 * rotation, whose eigenvalues are complex. */
Test(params, the_spectral_radius_is_the_largest_absolute_eigenvalue)
{
    syn_var v = {.order = 1, .a = {{{0.5, 0, 0, 0}, {7, -0.75, 0, 0}, {1, 2, 0.25, 0}, {0, 0, 9, 0.1}}}};
    cr_expect(epsilon_eq(dbl, syn_var_spectral_radius(&v), 0.75, 1e-12));
    v = (syn_var){.order = 2, .a = {{{0.3}}, {{0.4}}}}; /* z^2 - 0.3 z - 0.4 = (z - 0.8)(z + 0.5) */
    cr_expect(epsilon_eq(dbl, syn_var_spectral_radius(&v), 0.8, 1e-12));
    v = (syn_var){.order = 1, .a = {{{0.6, -0.7}, {0.7, 0.6}}}};
    cr_expect(epsilon_eq(dbl, syn_var_spectral_radius(&v), sqrt(0.6 * 0.6 + 0.7 * 0.7), 1e-12));
    v = (syn_var){.order = 10};
    v.a[9][2][2] = 0.5; /* z^10 = 0.5 */
    cr_expect(epsilon_eq(dbl, syn_var_spectral_radius(&v), pow(0.5, 0.1), 1e-9));
}

/* k + d is triangular. */
Test(params, the_spectral_radius_of_long_memory_is_that_of_k_plus_d)
{
    syn_var v = {.order = SYN_LONG, .a = {{{0.1, 3, 0, 0}, {0, 0.2}}, {{0.5, 7}, {0, 0.75}}}};
    cr_expect(epsilon_eq(dbl, syn_var_spectral_radius(&v), 0.95, 1e-9));
}

Test(params, an_order_that_does_not_exist_has_no_spectral_radius)
{
    const int orders[] = {-1, 0, SYN_LONG + 1};
    for (int i = 0; i < 3; i++)
        cr_expect(isnan(syn_var_spectral_radius(&(syn_var){.order = orders[i]})), "order %d", orders[i]);
}

/* Six digits computed apart from this library. Second route: the response to an innovation dies out at that rate. */
Test(params, the_published_order_10_forgets_with_0_967709_per_cycle)
{
    const syn_var *v = &support_params()->var[9];
    const double radius = syn_var_spectral_radius(v);
    cr_expect(epsilon_eq(dbl, radius, 0.967709, 5e-7));
    static double x[1101][SYN_NFEAT] = {{1, 1, 1, 1}}; /* by cycle 1000 only the slowest mode is left */
    for (int t = 1; t <= 1100; t++)
        for (int l = 1; l <= 10 && l <= t; l++)
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++)
                    x[t][i] += v->a[l - 1][i][j] * x[t - l][j];
    const double rate = pow(x[1100][2] / x[1000][2], 0.01);
    cr_expect(epsilon_eq(dbl, rate, radius, 1e-10));
}
