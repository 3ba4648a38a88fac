/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>
#include <unistd.h>

static syn_model *model_of_order(int order)
{
    static syn_params params;
    syn_model *m;
    cr_assert_eq(syn_params_default(&params, NULL), SYN_OK);
    cr_assert_eq(syn_model_create(&params, order, &m, NULL), SYN_OK);
    return m;
}

static const float script[] = {-1.5f, 0.9f, 1.1f, -1.4f, 1.5f, -0.7f, -1.6f, 1.0f};
enum { PULSES = sizeof script / sizeof *script };

/* 37 cells: two whole blocks and a part of one. */
static syn_array *sample_array(const syn_model *m)
{
    syn_array *a;
    const syn_array_options o = {.first = 1000, .rows = 37, .start.history = SYN_STATIONARY};
    cr_assert_eq(syn_array_create(m, 5, 37, &o, &a, NULL), SYN_OK);
    cr_assert_eq(syn_array_apply(a, NULL, script, PULSES), SYN_OK);
    return a;
}

static char path[] = "/tmp/synaptogen-test-XXXXXX";

static void make_path(void)
{
    close(mkstemp(path));
}

static void remove_path(void)
{
    unlink(path);
}

TestSuite(array_file, .init = make_path, .fini = remove_path);

static char *contents(size_t *size)
{
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*size + 1);
    cr_assert_eq(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

static void replace(const char *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    fwrite(bytes, 1, size, f);
    fclose(f);
}

static void same_cells(const syn_array *a, const syn_array *b)
{
    cr_assert_eq(syn_array_size(a), syn_array_size(b));
    for (size_t k = 0; k < syn_array_size(a); k++) {
        syn_state s, t;
        cr_assert_eq(syn_array_state(a, k, &s), SYN_OK);
        cr_assert_eq(syn_array_state(b, k, &t), SYN_OK);
        cr_assert(s.r == t.r && s.u_thr == t.u_thr && s.n == t.n && s.mode == t.mode, "cell %zu differs", k);
    }
}

Test(array_file, a_loaded_array_continues_bit_for_bit_as_the_saved_one)
{
    for (int order = 1; order <= 10; order += 9) {
        syn_model *m = model_of_order(order);
        syn_array *a = sample_array(m), *b;
        cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
        cr_assert_eq(syn_array_load(m, path, syn_array_kernel(a), 1, &b, NULL), SYN_OK);
        cr_assert_eq(syn_array_rows(b), 37);
        same_cells(a, b);
        for (int round = 0; round < 15; round++) { /* beyond the length of the history */
            syn_array_apply(a, NULL, script, PULSES);
            syn_array_apply(b, NULL, script, PULSES);
        }
        same_cells(a, b);
        syn_array_free(a);
        syn_array_free(b);
        syn_model_free(m);
    }
}

Test(array_file, every_kernel_continues_within_the_tolerance_of_arrays)
{
    syn_model *m = model_of_order(0);
    syn_array *a = sample_array(m);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    syn_array_apply(a, NULL, script, PULSES);
    const char *kernel;
    for (int k = 0; (kernel = syn_array_kernel_name(k)); k++) {
        syn_array *b;
        cr_assert_eq(syn_array_load(m, path, kernel, 1, &b, NULL), SYN_OK);
        cr_assert_str_eq(syn_array_kernel(b), kernel);
        syn_array_apply(b, NULL, script, PULSES);
        for (size_t j = 0; j < 37; j++) /* 1e-5: the tolerance that array.h states */
            cr_assert_float_eq(syn_array_states(a)[j], syn_array_states(b)[j], 1e-5, "cell %zu, %s", j, kernel);
        syn_array_free(b);
    }
    syn_array_free(a);
    syn_model_free(m);
}

Test(array_file, a_read_only_array_is_saved_with_its_states_alone)
{
    syn_model *m = model_of_order(0);
    syn_array *a = sample_array(m), *frozen, *b;
    cr_assert_eq(syn_array_freeze(a, &frozen), SYN_OK);
    cr_assert_eq(syn_array_save(frozen, path, NULL), SYN_OK);
    size_t size;
    free(contents(&size));
    cr_assert_lt(size, 4 * 48 + 128, "4 bytes for each cell of three blocks and a header, found %zu", size);
    cr_assert_eq(syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK);
    cr_assert_eq(memcmp(syn_array_states(a), syn_array_states(b), 37 * sizeof(float)), 0);
    cr_assert_eq(syn_array_apply(b, NULL, script, PULSES), SYN_EINVAL);
    syn_array_free(a);
    syn_array_free(b);
    syn_array_free(frozen);
    syn_model_free(m);
}

Test(array_file, peek_tells_what_the_array_was_made_with)
{
    syn_model *m = model_of_order(7);
    syn_array *a = sample_array(m);
    syn_array_info info;
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    cr_assert_eq(syn_array_peek(path, &info, NULL), SYN_OK);
    cr_assert(info.n == 37 && info.rows == 37 && info.seed == 5 && info.first == 1000 && info.order == 7 &&
              !info.read_only && info.start.history == SYN_STATIONARY);
    syn_array_free(a);
    syn_model_free(m);
}

static void refused(const syn_model *m, const char *what, size_t where)
{
    syn_array *b = (syn_array *)path;
    syn_error err = {0};
    const syn_status s = syn_array_load(m, path, NULL, 1, &b, &err);
    cr_assert(s == SYN_EFORMAT || s == SYN_EIO, "%s at %zu: status %d", what, where, s);
    cr_assert_null(b, "%s at %zu", what, where);
    cr_assert_str_eq(err.file, path);
    cr_assert(err.text[0], "%s at %zu", what, where);
}

Test(array_file, any_altered_byte_is_refused)
{
    syn_model *m = model_of_order(1);
    syn_array *a = sample_array(m);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    size_t size;
    char *bytes = contents(&size);
    for (size_t k = 0; k < size; k++) {
        bytes[k] ^= 1 << k % 8;
        replace(bytes, size);
        refused(m, "altered byte", k);
        bytes[k] ^= 1 << k % 8;
    }
    free(bytes);
    syn_array_free(a);
    syn_model_free(m);
}

Test(array_file, a_file_cut_or_extended_at_any_length_is_refused)
{
    syn_model *m = model_of_order(1);
    syn_array *a = sample_array(m);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    size_t size;
    char *bytes = contents(&size);
    for (size_t k = 0; k <= size + 1; k++)
        if (k != size) {
            replace(bytes, k);
            refused(m, "length", k);
        }
    free(bytes);
    syn_array_free(a);
    syn_model_free(m);
}

Test(array_file, an_array_of_another_order_or_set_is_refused)
{
    syn_model *m = model_of_order(10), *other = model_of_order(9), *changed;
    syn_array *a = sample_array(m);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    refused(other, "order", 9);
    syn_params params = *syn_model_params(m);
    params.var[9].a[3][2][1] *= 1 + 1e-12;
    cr_assert_eq(syn_model_create(&params, 10, &changed, NULL), SYN_OK);
    refused(changed, "figure", 0);
    syn_array_free(a);
    syn_model_free(m);
    syn_model_free(other);
    syn_model_free(changed);
}

Test(array_file, a_save_that_fails_leaves_the_old_file)
{
    syn_model *m = model_of_order(1);
    syn_array *a = sample_array(m), *b;
    syn_error err;
    char elsewhere[64];
    snprintf(elsewhere, sizeof elsewhere, "%s/none/file", path);
    cr_assert_eq(syn_array_save(a, elsewhere, &err), SYN_EIO);
    cr_assert_str_eq(err.file, elsewhere);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK);
    cr_assert_eq(syn_array_save(a, path, NULL), SYN_OK, "an existing file is replaced");
    cr_assert_eq(syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK);
    syn_array_free(a);
    syn_array_free(b);
    syn_model_free(m);
}
