/* SPDX-License-Identifier: MIT */
/* Generated against measured: what agrees, what does not, and parameter files that are written. */
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEVICES = 80, CYCLES = 200 };

/* Features of the default set at its largest order. */
static void sample(uint64_t seed, size_t devices, syn_features *f)
{
    cr_assert(eq(int, syn_features_create(devices, devices * CYCLES, f, NULL), SYN_OK));
    for (size_t d = 0; d < devices; d++) {
        syn_cell c;
        syn_cell_init(support_model(10), seed, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
        f->first[d + 1] = (d + 1) * CYCLES;
        for (size_t t = 0; t < CYCLES; t++) {
            memcpy(f->y[d * CYCLES + t], c.now.y, sizeof c.now.y);
            syn_cell_next_cycle(support_model(10), &c);
        }
    }
}

static const syn_validation *validate(const syn_features *f)
{
    static syn_validation v;
    syn_error err;
    const syn_validate_options o = {.seed = 77};
    cr_assert(eq(int, syn_validate(support_model(10), f, &o, &v, NULL, NULL, &err), SYN_OK), "%s", err.text);
    return &v;
}

static int agreeing_lags(const syn_validation *v, int feature)
{
    int n = 0;
    for (int lag = 1; lag <= SYN_LAGS; lag++)
        n += v->autocorrelation[feature][lag].agrees;
    return n;
}

/* 106 figures, most of them with a tolerance of several standard errors, else at 5 of them: 1e-4 by chance. The seeds
 * are fixed. */
Test(validate, features_of_the_set_itself_agree)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        syn_features f;
        sample(seed, DEVICES, &f);
        const syn_validation *v = validate(&f);
        cr_expect(eq(int, v->figures, 4 + 6 + 4 * SYN_LAGS + 16));
        cr_expect(eq(int, v->disagreeing, 0), "seed %d", (int)seed);
        for (int i = 0; i < SYN_NFEAT; i++) {
            cr_expect(v->ks[i].low <= v->ks[i].high && v->ks[i].high < 0.5);
            cr_expect(v->quantile[i][100][2] <= v->quantile[i][100][1] &&
                      v->quantile[i][100][1] <= v->quantile[i][100][3]);
        }
        syn_features_free(&f);
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Largest difference between the distribution of v and that of v + shift, by brute force. */
static double distance_of_shift(const double *v, size_t n, double shift)
{
    double most = 0;
    for (size_t k = 0, j = 0; k < n; k++) { /* j: figures with v + shift <= v[k] */
        while (j < n && v[j] + shift <= v[k])
            j++;
        most = fmax(most, fabs((double)(k + 1) - (double)j) / (double)n);
    }
    return most;
}

/* The distance between the set's distribution and a sample shifted by 150 ohm is that between sample and shifted
 * sample within the distance that chance gives the unshifted sample. */
Test(validate, a_shift_has_the_distance_that_brute_force_finds_and_does_not_agree)
{
    syn_features f;
    static double sorted[DEVICES * CYCLES];
    sample(5, DEVICES, &f);
    const double before = validate(&f)->ks[SYN_R_LRS].distance;
    for (size_t t = 0; t < f.rows; t++) {
        sorted[t] = f.y[t][SYN_R_LRS];
        f.y[t][SYN_R_LRS] += 150;
    }
    qsort(sorted, f.rows, sizeof *sorted, by_value);
    const double expected = distance_of_shift(sorted, f.rows, 150);
    const syn_validation *v = validate(&f);
    cr_expect(gt(dbl, expected, 0.15));
    cr_expect(epsilon_eq(dbl, v->ks[SYN_R_LRS].distance, expected, before + 0.002));
    cr_expect(not(v->ks[SYN_R_LRS].agrees));
    cr_expect(not(v->device[SYN_R_LRS][0].agrees));
    cr_expect(v->ks[SYN_U_SET].agrees);
    cr_expect(v->ks[SYN_R_LRS].low < expected && expected < v->ks[SYN_R_LRS].high);
    syn_features_free(&f);
}

/* Cycles in another order: the distributions are the same, the memory is gone. */
Test(validate, shuffled_cycles_differ_in_their_autocorrelations_alone)
{
    syn_features f;
    uint64_t state = 9;
    sample(6, DEVICES, &f);
    for (size_t d = 0; d < DEVICES; d++)
        for (size_t k = CYCLES - 1; k > 0; k--) {
            const size_t a = d * CYCLES + k, b = d * CYCLES + (size_t)support_uniform(&state, 0, (double)(k + 1));
            double row[SYN_NFEAT];
            memcpy(row, f.y[a], sizeof row);
            memcpy(f.y[a], f.y[b], sizeof row);
            memcpy(f.y[b], row, sizeof row);
        }
    const syn_validation *v = validate(&f);
    for (int i = 0; i < SYN_NFEAT; i++) {
        cr_expect(v->ks[i].agrees);
        cr_expect(lt(int, agreeing_lags(v, i), SYN_LAGS), "feature %d", i);
        for (int j = i + 1; j < SYN_NFEAT; j++)
            cr_expect(v->correlation[i][j].agrees);
    }
    cr_expect(lt(int, agreeing_lags(v, SYN_R_LRS), SYN_LAGS / 2));
    syn_features_free(&f);
}

/* One feature of other cycles: its correlation with the others is gone, all else stays. */
Test(validate, a_feature_out_of_step_differs_in_its_correlations)
{
    syn_features f, g;
    sample(7, DEVICES, &f);
    sample(8, DEVICES, &g);
    for (size_t t = 0; t < f.rows; t++)
        f.y[t][SYN_U_SET] = g.y[t][SYN_U_SET];
    const syn_validation *v = validate(&f);
    cr_expect(not(v->correlation[SYN_LOG10_R_HRS][SYN_U_SET].agrees));
    cr_expect(v->correlation[SYN_LOG10_R_HRS][SYN_R_LRS].agrees);
    cr_expect(v->ks[SYN_U_SET].agrees);
    cr_expect(eq(int, agreeing_lags(v, SYN_U_SET), SYN_LAGS));
    syn_features_free(&f);
    syn_features_free(&g);
}

/* Gaps are made in the generated features too: with half of the cycles missing everything still agrees. */
Test(validate, missing_cycles_do_not_disturb)
{
    syn_features f;
    uint64_t state = 4;
    sample(10, DEVICES, &f);
    for (size_t t = 0; t < f.rows; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (support_uniform(&state, 0, 1) < 0.5)
                f.y[t][i] = NAN;
    cr_expect(eq(int, validate(&f)->disagreeing, 0));
    syn_features_free(&f);
}

Test(validate, the_same_features_give_the_same_figures_and_one_device_is_refused)
{
    syn_features f;
    syn_error err;
    sample(11, DEVICES, &f);
    const syn_validation first = *validate(&f);
    cr_expect(eq(int, memcmp(&first, validate(&f), sizeof first), 0));
    f.devices = 1;
    static syn_validation v;
    cr_expect(eq(int, syn_validate(support_model(10), &f, NULL, &v, NULL, NULL, &err), SYN_EDATA));
    syn_features_free(&f);
}

/* ---- parameter files ---- */

static char *written(const syn_params *p, const syn_provenance *v, size_t *size)
{
    char *text = NULL;
    FILE *f = open_memstream(&text, size);
    cr_assert(f != NULL);
    cr_assert(eq(int, syn_params_write(p, v, f, NULL), SYN_OK));
    cr_assert(fclose(f) == 0 && text);
    return text;
}

Test(validate, a_written_set_is_read_back_bit_by_bit)
{
    static syn_params p, q;
    static const char *const names[] = {"plain", "\"quoted\\ \n\t", "Größe Ω", ""};
    memset(&q, 0, sizeof q);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        syn_error err;
        size_t size;
        p = *support_params();
        memset(p.name, 0, sizeof p.name);
        snprintf(p.name, sizeof p.name, "%s", names[k]);
        p.eta = 1.0 / 3;
        char *text = written(&p, NULL, &size);
        cr_assert(eq(int, syn_params_parse(text, size, "text", &q, &err), SYN_OK), "%s", err.text);
        cr_expect(eq(str, q.name, p.name));
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

Test(validate, a_name_that_is_no_utf_8_still_makes_a_readable_file)
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

Test(validate, the_provenance_names_inputs_sizes_and_errors)
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
