/* SPDX-License-Identifier: MIT */
#include "support/support.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const float script[] = {-1.5f, 0.9f, 1.1f, -1.4f, 1.5f, -0.7f, -1.6f, 1.0f};
enum { PULSES = sizeof script / sizeof *script };

/* 37 cells: two whole blocks and a part of one. */
static syn_array *sample_array(const syn_model *m)
{
    syn_array *a;
    const syn_array_options o = {.first = 1000, .rows = 37, .start.history = SYN_STATIONARY};
    cr_assert(eq(int, syn_array_create(m, 5, 37, &o, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_apply(a, NULL, script, PULSES, NULL), SYN_OK));
    return a;
}

static char *path;

static void make_path(void)
{
    path = support_temporary();
}

TestSuite(array_file, .init = make_path, .fini = support_remove_temporary);

static char *contents(size_t *size)
{
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    char *bytes = calloc(*size + 1, 1); /* some tests write one more */
    cr_assert(eq(sz, fread(bytes, 1, *size, f), *size));
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
    cr_assert(eq(sz, syn_array_size(a), syn_array_size(b)));
    for (size_t k = 0; k < syn_array_size(a); k++) {
        syn_state s, t;
        cr_assert(eq(int, syn_array_state(a, k, &s, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_state(b, k, &t, NULL), SYN_OK));
        cr_assert(s.r == t.r && s.u_thr == t.u_thr && s.n == t.n && s.mode == t.mode, "cell %zu differs", k);
    }
}

Test(array_file, a_loaded_array_continues_bit_for_bit_as_the_saved_one)
{
    for (int order = 1; order <= 10; order += 9) {
        const syn_model *m = support_model(order);
        syn_array *a = sample_array(m), *b;
        cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_load(m, path, syn_array_kernel(a), 1, &b, NULL), SYN_OK));
        cr_assert(eq(sz, syn_array_rows(b), 37));
        same_cells(a, b);
        for (int round = 0; round < 15; round++) { /* beyond the length of the history */
            syn_array_apply(a, NULL, script, PULSES, NULL);
            syn_array_apply(b, NULL, script, PULSES, NULL);
        }
        same_cells(a, b);
        syn_array_free(a);
        syn_array_free(b);
    }
}

Test(array_file, an_array_larger_than_a_piece_of_the_file_comes_back_whole)
{
    const syn_model *m = support_model(10);
    const syn_array_options o = {.first = UINT64_C(7) << 32};
    syn_array *a, *b, *frozen, *states;
    cr_assert(eq(int, syn_array_create(m, UINT64_C(5) << 40, 40003, &o, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_apply(a, NULL, script, PULSES, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK));
    cr_assert(syn_array_seed(b) == UINT64_C(5) << 40 && syn_array_first(b) == UINT64_C(7) << 32);
    syn_array_apply(a, NULL, script, PULSES, NULL);
    syn_array_apply(b, NULL, script, PULSES, NULL);
    same_cells(a, b);
    cr_assert(eq(int, syn_array_freeze(a, &frozen, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(frozen, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &states, NULL), SYN_OK));
    cr_assert(eq(int, memcmp(syn_array_states(a), syn_array_states(states), 40003 * sizeof(float)), 0));
    syn_array_free(a);
    syn_array_free(b);
    syn_array_free(frozen);
    syn_array_free(states);
}

Test(array_file, every_kernel_continues_within_the_tolerance_of_arrays)
{
    const syn_model *m = support_model(0);
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    syn_array_apply(a, NULL, script, PULSES, NULL);
    const char *kernel;
    for (int k = 0; (kernel = syn_array_kernel_name(k)); k++) {
        syn_array *b;
        cr_assert(eq(int, syn_array_load(m, path, kernel, 1, &b, NULL), SYN_OK));
        cr_assert(eq(str, (char *)syn_array_kernel(b), (char *)kernel));
        syn_array_apply(b, NULL, script, PULSES, NULL);
        for (size_t j = 0; j < 37; j++) /* 1e-5: the tolerance that array.h states */
            cr_assert(epsilon_eq(dbl, syn_array_states(a)[j], syn_array_states(b)[j], 1e-5), "cell %zu, %s", j,
                      kernel);
        syn_array_free(b);
    }
    syn_array_free(a);
}

Test(array_file, a_read_only_array_is_saved_with_its_states_alone)
{
    const syn_model *m = support_model(0);
    syn_array *a = sample_array(m), *frozen, *b;
    cr_assert(eq(int, syn_array_freeze(a, &frozen, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(frozen, path, NULL), SYN_OK));
    size_t size;
    free(contents(&size));
    cr_assert(lt(sz, size, 4 * 48 + 128), "4 bytes for each cell of three blocks and a header, found %zu", size);
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK));
    cr_assert(eq(int, memcmp(syn_array_states(a), syn_array_states(b), 37 * sizeof(float)), 0));
    cr_assert(eq(int, syn_array_apply(b, NULL, script, PULSES, NULL), SYN_EINVAL));
    syn_array_free(a);
    syn_array_free(b);
    syn_array_free(frozen);
}

Test(array_file, peek_tells_what_the_array_was_made_with)
{
    const syn_model *m = support_model(7);
    syn_array *a = sample_array(m);
    syn_array_info info;
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_peek(path, &info, NULL), SYN_OK));
    cr_assert(info.n == 37 && info.rows == 37 && info.seed == 5 && info.first == 1000 && info.order == 7 &&
              !info.read_only && info.start.history == SYN_STATIONARY);
    syn_array_free(a);
    const syn_array_options others[] = {{.rows = 6, .start = {.mode = SYN_LRS}},
                                        {.first = UINT64_C(1) << 63, .start.resistance = 5000, .read_only = 1}};
    for (int k = 0; k < 2; k++) {
        const syn_array_options *o = &others[k];
        cr_assert(eq(int, syn_array_create(m, UINT64_MAX, 48, o, &a, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
        cr_assert(eq(int, syn_array_peek(path, &info, NULL), SYN_OK));
        cr_assert(info.n == 48 && info.rows == (o->rows ? 6 : 48) && info.seed == UINT64_MAX &&
                  info.first == o->first && info.read_only == o->read_only && info.start.mode == o->start.mode &&
                  info.start.history == SYN_COLD && info.start.resistance == o->start.resistance);
        syn_array_free(a);
    }
}

/* Little-endian, as the format has it on every machine. */
static uint64_t number(const char *bytes, size_t at, size_t size)
{
    uint64_t x = 0;
    for (size_t k = size; k-- > 0;)
        x = x << 8 | (unsigned char)bytes[at + k];
    return x;
}

/* CRC-32 of ISO 3309, bit by bit. */
static uint32_t checksum(const char *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t k = 0; k < size; k++) {
        crc ^= (unsigned char)bytes[k];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* Where things are in version 1, added up from the description in array_file.h. */
enum {
    AT_VERSION = 16,
    AT_FLAGS = 20,
    AT_CELLS = 24,
    AT_ROWS = 32,
    AT_SEED = 40,
    AT_FIRST = 48,
    AT_ORDER = 56,
    AT_START = 60,
    AT_HEADER_CHECKSUM = 80,
    AT_STATES = 84
};

Test(array_file, the_file_has_the_documented_layout)
{
    const syn_model *m = support_model(3);
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    size_t size;
    char *bytes = contents(&size);
    cr_assert(
        eq(sz, size, AT_STATES + 48 * 4 + 48 * (17 + 4 * 3) * 4 + 4)); /* 17 words and the history for each cell */
    cr_assert(eq(int, memcmp(bytes, "synaptogen-state", 16), 0));
    cr_assert(eq(u64, number(bytes, AT_VERSION, 4), 1));
    cr_assert(eq(u64, number(bytes, AT_FLAGS, 4), 0));
    cr_assert(eq(u64, number(bytes, AT_CELLS, 8), 37));
    cr_assert(eq(u64, number(bytes, AT_ROWS, 8), 37));
    cr_assert(eq(u64, number(bytes, AT_SEED, 8), 5));
    cr_assert(eq(u64, number(bytes, AT_FIRST, 8), 1000));
    cr_assert(eq(u64, number(bytes, AT_ORDER, 4), 3));
    cr_assert(eq(u64, number(bytes, AT_START, 4), SYN_STATIONARY));
    cr_assert(eq(u64, number(bytes, AT_START + 4, 4), SYN_HRS));
    cr_assert(eq(u64, number(bytes, AT_START + 8, 8), 0));
    cr_assert(eq(u64, number(bytes, AT_HEADER_CHECKSUM, 4), checksum(bytes, AT_HEADER_CHECKSUM)));
    cr_assert(eq(u64, number(bytes, size - 4, 4), checksum(bytes, size - 4)));
    for (size_t k = 0; k < 37; k++) {
        const uint32_t word = (uint32_t)number(bytes, AT_STATES + 4 * k, 4);
        cr_assert(eq(int, memcmp(&word, &syn_array_states(a)[k], sizeof word), 0), "state of cell %zu", k);
    }
    free(bytes);
    syn_array_free(a);
}

/* The number that the next opened file gets. */
static int next_descriptor(void)
{
    const int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
}

static void refused(const syn_model *m, const char *what, size_t where)
{
    const int descriptor = next_descriptor();
    syn_array *b = (syn_array *)path;
    syn_error err = {0};
    const syn_status s = syn_array_load(m, path, NULL, 1, &b, &err);
    cr_assert(s == SYN_EFORMAT || s == SYN_EIO, "%s at %zu: status %d", what, where, s);
    cr_assert(b == NULL, "%s at %zu", what, where);
    cr_assert(eq(str, err.file, path));
    cr_assert(err.text[0] != 0, "%s at %zu", what, where);
    cr_assert(eq(int, next_descriptor(), descriptor), "%s at %zu leaves the file open", what, where);
}

/* Loading says text; peek says so too where it looks that far. */
static void refused_with(const syn_model *m, const char *text, int peek_sees_it)
{
    syn_array *b;
    syn_array_info info;
    syn_error err = {0};
    const int descriptor = next_descriptor();
    cr_assert(eq(int, syn_array_load(m, path, NULL, 1, &b, &err), SYN_EFORMAT), "%s", text);
    cr_assert(eq(str, err.text, (char *)text));
    cr_assert(eq(int, syn_array_peek(path, &info, &err), peek_sees_it ? SYN_EFORMAT : SYN_OK), "%s", text);
    cr_assert(eq(str, err.text, (char *)text));
    cr_assert(eq(int, next_descriptor(), descriptor), "%s: leaves the file open", text);
}

Test(array_file, any_altered_byte_is_refused)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
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
}

/* Puts a word of 4 bytes into the file and makes both checksums right. */
static void put_word(char *bytes, size_t size, size_t at, uint32_t word)
{
    const size_t ends[] = {AT_HEADER_CHECKSUM, size - 4};
    for (int k = 0; k < 4; k++)
        bytes[at + (size_t)k] = (char)(word >> 8 * k);
    for (int e = 0; e < 2; e++) {
        const uint32_t crc = checksum(bytes, ends[e]);
        for (int k = 0; k < 4; k++)
            bytes[ends[e] + (size_t)k] = (char)(crc >> 8 * k);
    }
    replace(bytes, size);
}

/* Words of a block in units of 16 cells, from the description of the format. */
enum { U_SET = 8, U_RESET = 9, U_THR = 12, CYCLES = 15, MODE = 16, LATENT = 17, WORDS_OF_ORDER_1 = 21 };

static size_t at_word(size_t cell, size_t word)
{
    return AT_STATES + 48 * 4 + (cell / 16 * WORDS_OF_ORDER_1 + word) * 64 + cell % 16 * 4;
}

Test(array_file, a_file_with_right_checksums_of_cells_that_cannot_be_is_refused)
{
    const syn_model *m = support_model(1);
    const uint32_t not_a_number = 0x7fc00000, infinite = 0x7f800000, minus_two = 0xc0000000, two = 0x40000000;
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    size_t size;
    char *bytes = contents(&size), *kept = contents(&size);
    const struct {
        size_t at;
        uint32_t word;
        const char *text;
    } cases[] = {
        {AT_FLAGS, 6, "expected flags 0 or 1, found 6"},
        {AT_STATES + 4 * 20, not_a_number, "cell 20 is in a state that no cell can be in"},
        {at_word(20, MODE), 77, "cell 20 is in a state that no cell can be in"},
        {at_word(36, MODE), 3, "cell 36 is in a state that no cell can be in"},
        {at_word(20, CYCLES), UINT32_MAX, "cell 20 is in a state that no cell can be in"},
        {at_word(20, U_SET), two, "cell 20 is in a state that no cell can be in"},
        {at_word(20, U_RESET), minus_two, "cell 20 is in a state that no cell can be in"},
        {at_word(20, LATENT), infinite, "cell 20 is in a state that no cell can be in"},
        {AT_START, 9, "the start of its cells cannot be: history: 9 is neither SYN_COLD nor SYN_STATIONARY"},
        {AT_START + 4, 9, NULL},
        {AT_START + 12, 0x7ff80000, NULL},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        put_word(bytes, size, cases[k].at, cases[k].word);
        syn_array *b;
        syn_error err = {0};
        cr_assert(eq(int, syn_array_load(m, path, NULL, 1, &b, &err), SYN_EFORMAT), "case %zu", k);
        cr_assert(b == NULL && strcmp(err.file, path) == 0, "case %zu", k);
        if (cases[k].text && k < 8)
            cr_assert(eq(str, err.text, (char *)cases[k].text));
        else
            cr_assert(strncmp(err.text, "the start of its cells cannot be: ", 34) == 0, "case %zu: %s", k, err.text);
        memcpy(bytes, kept, size);
    }
    for (size_t word = 0; word < WORDS_OF_ORDER_1; word++) { /* U_S alone is that of a stuck cell */
        if (word == U_SET || word == CYCLES || word == MODE)
            continue;
        put_word(bytes, size, at_word(3, U_THR), two);
        put_word(bytes, size, at_word(3, MODE), SYN_LRS);
        put_word(bytes, size, at_word(3, word), not_a_number);
        refused(m, "a word that is not a number", word);
        memcpy(bytes, kept, size);
    }
    free(bytes);
    free(kept);
    syn_array_free(a);
}

/* Their draws would be repeated for minutes. */
Test(array_file, cells_of_billions_of_cycles_are_decided_at_once_at_their_thresholds)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m), *b;
    const float full = 2;
    cr_assert(eq(int, syn_array_apply(a, NULL, &full, 1, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    size_t size;
    char *bytes = contents(&size);
    for (size_t k = 0; k < 37; k++)
        put_word(bytes, size, at_word(k, CYCLES), 3000000000u);
    cr_assert(eq(int, syn_array_load(m, path, NULL, 1, &b, NULL), SYN_OK));
    float u[37];
    cr_assert(eq(int, syn_array_features(b, NULL, SYN_U_SET, u, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_apply_each(b, NULL, u, NULL), SYN_OK));
    for (size_t k = 0; k < 37; k++) { /* as if the voltage were 4e-6 V higher: no SET */
        syn_state s;
        cr_assert(eq(int, syn_array_state(b, k, &s, NULL), SYN_OK));
        cr_assert(eq(int, s.mode, SYN_HRS), "cell %zu", k);
        u[k] -= 1e-5f;
    }
    cr_assert(eq(int, syn_array_apply_each(b, NULL, u, NULL), SYN_OK));
    for (size_t k = 0; k < 37; k++) {
        syn_state s;
        cr_assert(eq(int, syn_array_state(b, k, &s, NULL), SYN_OK));
        cr_assert(eq(int, s.mode, SYN_LRS), "cell %zu", k);
    }
    free(bytes);
    syn_array_free(a);
    syn_array_free(b);
}

Test(array_file, a_file_cut_or_extended_at_any_length_is_refused)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    size_t size;
    char *bytes = contents(&size);
    for (size_t k = 0; k <= size + 1; k++)
        if (k != size) {
            replace(bytes, k);
            refused(m, "length", k);
        }
    free(bytes);
    syn_array_free(a);
}

/* Writes a number into a copy of the file and makes the checksum of the header fit again. */
static void forge(const char *bytes, size_t size, size_t at, uint64_t x, size_t digits)
{
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    for (size_t k = 0; k < digits; k++)
        copy[at + k] = (char)(x >> 8 * k);
    const uint32_t crc = checksum(copy, AT_HEADER_CHECKSUM);
    for (size_t k = 0; k < 4; k++)
        copy[AT_HEADER_CHECKSUM + k] = (char)(crc >> 8 * k);
    replace(copy, size);
    free(copy);
}

Test(array_file, a_refusal_says_what_was_expected_and_found)
{
    const char cannot_be[] = "the file describes an array that cannot be";
    const struct {
        size_t at, digits;
        uint64_t x;
        const char *text;
    } cases[] = {{0, 1, 'S', "expected a state file, found something else"},
                 {15, 1, 'E', "expected a state file, found something else"},
                 {AT_VERSION, 4, 3, "expected a state file of version 1 or 2, found version 3"},
                 {AT_ORDER, 4, 0, cannot_be},
                 {AT_ORDER, 4, 12, cannot_be},
                 {AT_CELLS, 8, 0, cannot_be},
                 {AT_CELLS, 8, UINT64_C(37) << 50, cannot_be},
                 {AT_ROWS, 8, 0, cannot_be},
                 {AT_ROWS, 8, 36, cannot_be},
                 {AT_CELLS, 8, 74, "expected 16088 bytes for 74 cells, found 9688"},
                 {AT_FLAGS, 4, 1, "expected 280 bytes for 37 cells, found 9688"}};
    const syn_model *m = support_model(8); /* 88 bytes, 4 for each state and 4 (17 + 4 8) for each cell's features */
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    size_t size;
    char *bytes = contents(&size);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        forge(bytes, size, cases[k].at, cases[k].x, cases[k].digits);
        refused_with(m, cases[k].text, 1);
    }
    bytes[AT_SEED] ^= 1;
    replace(bytes, size);
    refused_with(m, "the beginning of the file is damaged: its checksum does not fit", 1);
    bytes[AT_SEED] ^= 1;
    bytes[size - 1] ^= 1;
    replace(bytes, size);
    refused_with(m, "the file is damaged: its checksum does not fit", 0);
    free(bytes);
    syn_array_free(a);
}

Test(array_file, a_single_cell_is_kept_too)
{
    const syn_model *m = support_model(1);
    syn_array *a, *b;
    cr_assert(eq(int, syn_array_create(m, 1, 1, NULL, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK));
    same_cells(a, b);
    syn_array_free(a);
    syn_array_free(b);
}

Test(array_file, an_array_of_another_order_or_set_is_refused)
{
    const syn_model *m = support_model(10), *other = support_model(9);
    syn_model *changed;
    syn_array *a = sample_array(m);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    refused_with(other, "expected an array of order 9, found order 10", 0);
    static syn_params p;
    p = *syn_model_params(m);
    double *const figures[] = {&p.u0,
                               &p.u_max,
                               &p.eta,
                               &p.hhrs.c[p.hhrs.n - 1],
                               &p.llrs.c[p.llrs.n - 1],
                               &p.gamma[0].c[0],
                               &p.gamma[3].c[p.gamma[3].n - 1],
                               &p.weight[0],
                               &p.weight[p.n_components - 1],
                               &p.mean[0][0],
                               &p.mean[p.n_components - 1][7],
                               &p.chol[0][0][0],
                               &p.chol[p.n_components - 1][7][7],
                               &p.var[9].b[0][0],
                               &p.var[9].b[3][3],
                               &p.var[9].a[0][0][0],
                               &p.var[9].a[9][3][3]};
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
        const double figure = *figures[k];
        *figures[k] *= 1 + 1e-12;
        cr_assert(eq(int, syn_model_create(&p, &(syn_model_options){.order = 10}, &changed, NULL), SYN_OK));
        refused_with(changed, "the array was made with another parameter set", 0);
        syn_model_free(changed);
        *figures[k] = figure;
    }
    p.scale[SYN_R_LRS] = SYN_LOG;
    cr_assert(eq(int, syn_model_create(&p, &(syn_model_options){.order = 10}, &changed, NULL), SYN_OK));
    refused_with(changed, "the array was made with another parameter set", 0);
    syn_model_free(changed);
    p.scale[SYN_R_LRS] = SYN_LINEAR;
    p.in_turn = true;
    for (int k = 0; k < p.n_components; k++)
        p.weight[k] = 1.0 / p.n_components;
    cr_assert(eq(int, syn_model_create(&p, &(syn_model_options){.order = 10}, &changed, NULL), SYN_OK));
    refused_with(changed, "the array was made with another parameter set", 0);
    syn_model_free(changed);
    syn_array_free(a);
}

static void expect_other_set(const syn_params *p)
{
    syn_model *changed = support_model_of(p, 10);
    refused_with(changed, "the array was made with another parameter set", 0);
    syn_model_free(changed);
}

Test(array_file, belongs_to_the_exponential_curves_that_made_it)
{
    static syn_params p;
    p = *support_exponential();
    syn_model *m = support_model_of(&p, 10);
    syn_array *a;
    cr_assert(eq(int, syn_array_create(m, 1, 5, NULL, &a, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    syn_array_free(a);
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &a, NULL), SYN_OK));
    syn_array_free(a);
    syn_model_free(m);
    double *const figures[] = {&p.exp_hhrs.positive.c[4], &p.exp_hhrs.negative.c[3], &p.exp_llrs.positive.c[1],
                               &p.exp_llrs.negative.c[2], &p.iv_range};
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
        const double figure = *figures[k];
        *figures[k] *= 1 + 1e-12;
        expect_other_set(&p);
        *figures[k] = figure;
    }
    p.iv_range = 0;
    expect_other_set(&p);
}

Test(array_file, a_loaded_array_with_long_memory_continues_bit_for_bit_and_fits_no_other_order)
{
    syn_model *m = support_model_of(support_long(), 0), *other = support_model_of(support_long(), 2), *again;
    syn_array *a = sample_array(m), *b;
    syn_array_info info;
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_peek(path, &info, NULL), SYN_OK));
    cr_expect(eq(int, info.order, SYN_LONG));
    again = support_model_of(support_long(), info.order);
    cr_assert(eq(int, syn_array_load(again, path, syn_array_kernel(a), 1, &b, NULL), SYN_OK));
    for (int round = 0; round < 5; round++) {
        syn_array_apply(a, NULL, script, PULSES, NULL);
        syn_array_apply(b, NULL, script, PULSES, NULL);
    }
    same_cells(a, b);
    refused_with(other, "expected an array of order 2, found long memory", 0);
    syn_array_free(b);
    static syn_params p;
    for (int k = 0; k < 2; k++) {
        p = *support_long();
        p.var[SYN_LONG - 1].a[k][3][3] *= 1 + 1e-12;
        syn_model *changed = support_model_of(&p, 0);
        refused_with(changed, "the array was made with another parameter set", 0);
        syn_model_free(changed);
    }
    syn_array_free(a);
    syn_model_free(m);
    syn_model_free(other);
    syn_model_free(again);
}

static void same_contents(const char *bytes, size_t size)
{
    size_t now;
    char *read = contents(&now);
    cr_assert(now == size && memcmp(read, bytes, size) == 0);
    free(read);
}

/* Files whose names begin as path. */
static size_t files(void)
{
    char pattern[64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s*", path);
    const size_t n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return n;
}

Test(array_file, a_save_that_fails_leaves_the_old_file_and_no_other)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m), *b;
    syn_error err;
    char elsewhere[64];
    snprintf(elsewhere, sizeof elsewhere, "%s/none/file", path);
    cr_assert(eq(int, syn_array_save(a, elsewhere, &err), SYN_EIO));
    cr_assert(eq(str, err.file, elsewhere));
    cr_assert(eq(str, err.text, "cannot write: Not a directory"));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK), "an existing file is replaced");
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &b, NULL), SYN_OK));
    syn_array_free(b);
    size_t size;
    char *bytes = contents(&size);
    cr_assert(eq(int, syn_array_apply(a, NULL, script, PULSES - 1, NULL), SYN_OK));
    const int descriptor = next_descriptor();
    struct rlimit usual;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &usual);
    const struct rlimit small = {.rlim_cur = 1000, .rlim_max = usual.rlim_max}; /* like a full disk */
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &small), 0));
    const syn_status s = syn_array_save(a, path, &err);
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &usual), 0));
    cr_assert(eq(int, s, SYN_EIO));
    cr_assert(eq(str, err.text, "cannot write: File too large"));
    same_contents(bytes, size);
    cr_assert(eq(int, unlink(path), 0));
    cr_assert(eq(int, mkdir(path, 0700), 0));
    cr_assert(eq(int, syn_array_save(a, path, &err), SYN_EIO));
    cr_assert(eq(str, err.text, "cannot write: Is a directory"));
    cr_assert(eq(int, rmdir(path), 0));
    cr_assert(eq(sz, files(), 0), "nothing is left beside it");
    cr_assert(eq(int, next_descriptor(), descriptor));
    free(bytes);
    syn_array_free(a);
}

Test(array_file, a_saved_file_has_the_permissions_of_any_new_file)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m);
    struct stat status;
    cr_assert(eq(int, unlink(path), 0));
    umask(027);
    cr_assert(eq(int, syn_array_save(a, path, NULL), SYN_OK));
    cr_assert(eq(int, stat(path, &status), 0));
    cr_assert(eq(uint, status.st_mode & 07777, 0640));
    cr_assert(eq(uint, umask(022), 027), "the mask is as it was");
    syn_array_free(a);
}

Test(array_file, a_file_that_is_replaced_keeps_its_permissions_and_the_links_to_it)
{
    const syn_model *m = support_model(1);
    syn_array *a = sample_array(m);
    struct stat status;
    char link[64];
    snprintf(link, sizeof link, "%s.link", path);
    cr_assert(eq(int, chmod(path, 0604), 0));
    cr_assert(eq(int, symlink(path, link), 0));
    cr_assert(eq(int, syn_array_save(a, link, NULL), SYN_OK));
    cr_assert(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
    cr_assert(lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0);
    cr_assert(eq(uint, status.st_mode & 07777, 0604));
    unlink(link);
    syn_array_free(a);
}

Test(array_file, a_file_that_is_not_there_is_named)
{
    const syn_model *m = support_model(1);
    syn_array *b;
    syn_array_info info;
    syn_error err = {0};
    cr_assert(eq(int, unlink(path), 0));
    cr_assert(eq(int, syn_array_peek(path, &info, &err), SYN_EIO));
    cr_assert(eq(str, err.file, path));
    cr_assert(eq(str, err.text, "cannot read: No such file or directory"));
    cr_assert(eq(int, syn_array_load(m, path, NULL, 0, &b, &err), SYN_EIO));
    cr_assert(b == NULL);
}
