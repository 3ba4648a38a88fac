/* SPDX-License-Identifier: MIT */
/* Parameter files that are written and read back. */
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *written(const syn_params *p, const syn_provenance *v, size_t *size)
{
    char *text = NULL;
    FILE *f = open_memstream(&text, size);
    cr_assert(f != NULL);
    cr_assert(eq(int, syn_params_write(p, v, f, NULL), SYN_OK));
    cr_assert(fclose(f) == 0 && text);
    return text;
}

Test(params_write, a_written_set_is_read_back_bit_by_bit)
{
    static syn_params p, q;
    /* As given and as read: a text of a set is one line. */
    static const char *const names[][2] = {
        {"plain", "plain"}, {"\"quoted\\ \n\t", "\"quoted\\   "}, {"Größe Ω", "Größe Ω"}, {"", ""}};
    memset(&q, 0, sizeof q);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        syn_error err;
        size_t size;
        p = *support_params();
        memset(p.name, 0, sizeof p.name);
        snprintf(p.name, sizeof p.name, "%s", names[k][0]);
        p.eta = 1.0 / 3;
        char *text = written(&p, NULL, &size);
        cr_assert(eq(int, syn_params_parse(text, size, "text", &q, &err), SYN_OK), "%s", err.text);
        cr_expect(eq(str, q.name, (char *)names[k][1]));
        cr_expect(eq(int, memcmp(p.var, q.var, sizeof p.var), 0));
        cr_expect(eq(int, memcmp(p.chol, q.chol, sizeof p.chol), 0));
        cr_expect(eq(int, memcmp(p.mean, q.mean, sizeof p.mean), 0));
        cr_expect(eq(int, memcmp(p.weight, q.weight, sizeof p.weight), 0));
        cr_expect(eq(int, memcmp(p.gamma, q.gamma, sizeof p.gamma), 0));
        cr_expect(eq(int, memcmp(&p.u0, &q.u0, 3 * sizeof p.u0), 0));
        cr_expect(eq(int, memcmp(&p.hhrs, &q.hhrs, 2 * sizeof p.hhrs), 0));
        cr_expect(eq(str, q.cite, p.cite));
        free(text);
    }
}

Test(params_write, a_list_of_devices_is_written_in_format_2_and_read_back)
{
    static syn_params p, q;
    size_t size;
    p = *support_params();
    char *text = written(&p, NULL, &size);
    cr_expect(strstr(text, "synaptogen-params/1") != NULL, "the oldest format that holds it");
    free(text);
    p.in_turn = true;
    for (int k = 0; k < p.n_components; k++)
        p.weight[k] = 1.0 / p.n_components;
    text = written(&p, NULL, &size);
    cr_expect(strstr(text, "synaptogen-params/2") != NULL);
    cr_assert(eq(int, syn_params_parse(text, size, "text", &q, NULL), SYN_OK));
    cr_expect(q.in_turn);
    cr_expect(eq(int, memcmp(p.weight, q.weight, sizeof p.weight), 0));
    free(text);
}

Test(params_write, splines_and_scales_are_read_back_bit_by_bit)
{
    static syn_params q;
    size_t size;
    syn_error err;
    char *text = written(support_second_format(), NULL, &size);
    cr_expect(strstr(text, "synaptogen-params/2") != NULL);
    cr_assert(eq(int, syn_params_parse(text, size, "text", &q, &err), SYN_OK), "%s: %s", err.field, err.text);
    cr_expect(eq(int, memcmp(&q, support_second_format(), sizeof q), 0));
    free(text);
}

Test(params_write, exponential_curves_are_read_back_bit_by_bit)
{
    static syn_params p, q;
    size_t size;
    syn_error err;
    p = *support_exponential();
    for (int k = 0; k < 2; k++) {
        char *text = written(&p, NULL, &size);
        cr_expect(strstr(text, "synaptogen-params/2") != NULL);
        cr_assert(eq(int, syn_params_parse(text, size, "text", &q, &err), SYN_OK), "%s: %s", err.field, err.text);
        cr_expect(eq(int, memcmp(&q, &p, sizeof q), 0));
        free(text);
        p.iv_range = 0;
    }
}

Test(params_write, long_memory_is_read_back_bit_by_bit)
{
    static syn_params q;
    size_t size;
    syn_error err;
    char *text = written(support_long(), NULL, &size);
    cr_expect(strstr(text, "synaptogen-params/2") != NULL);
    cr_assert(eq(int, syn_params_parse(text, size, "text", &q, &err), SYN_OK), "%s: %s", err.field, err.text);
    cr_expect(eq(int, memcmp(q.var, support_long()->var, sizeof q.var), 0));
    free(text);
}

Test(params_write, a_name_that_is_no_utf_8_still_makes_a_readable_file)
{
    static syn_params p, q;
    size_t size;
    p = *support_params();
    snprintf(p.name, sizeof p.name, "\xff\xfe!");
    char *text = written(&p, NULL, &size);
    cr_expect(eq(int, syn_params_parse(text, size, "text", &q, NULL), SYN_OK));
    cr_expect(eq(str, q.name,
                 "?"
                 "?!"));
    free(text);
}

Test(params_write, the_provenance_names_inputs_sizes_and_errors)
{
    static syn_fit_report fit;
    static syn_params q;
    const syn_curves_report curves = {.points = 5, .transitions = 7, .u_max_error = NAN};
    syn_provenance v = {.program = "synaptogen 1",
                        .options = "--order 10",
                        .features = "/some/where/f \"1\".csv",
                        .features_bytes = 1234567890123,
                        .features_crc = 0xbeef,
                        .sweeps = "s.csv",
                        .fit = &fit,
                        .curves = &curves};
    size_t size;
    fit.order = 10;
    fit.devices = 512;
    fit.order_bic[10] = fit.components_bic[0] = NAN;
    fit.gamma_error[2][3] = 0.125;
    fit.mean_error[1][2] = 4.5;
    char *text = written(support_params(), &v, &size);
    cr_expect(eq(int, syn_params_parse(text, size, "text", &q, NULL), SYN_OK));
    json_t *root = json_loadb(text, size, 0, NULL), *p = json_object_get(root, "provenance"),
           *errors = json_object_get(p, "standard_errors"), *file = json_object_get(p, "features");
    cr_assert(root && errors && file);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(file, "file")), "f \"1\".csv"));
    cr_expect(eq(str, (char *)json_string_value(json_object_get(file, "crc32")), "0000beef"));
    cr_expect(json_integer_value(json_object_get(file, "bytes")) == 1234567890123);
    cr_expect(json_integer_value(json_object_get(p, "devices")) == 512);
    const int none = json_is_null(json_object_get(errors, "u_max"));
    cr_expect(eq(int, none, 1));
    cr_expect(
        eq(dbl, json_real_value(json_array_get(json_array_get(json_object_get(errors, "gamma"), 2), 3)), 0.125));
    cr_expect(eq(dbl, json_real_value(json_array_get(json_array_get(json_object_get(errors, "mean"), 1), 2)), 4.5));
    cr_expect(eq(sz, json_array_size(json_object_get(errors, "A")), 10));
    cr_expect(json_object_get(p, "bic_of_orders") == NULL);
    json_decref(root);
    free(text);
}
