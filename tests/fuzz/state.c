/* SPDX-License-Identifier: MIT */
#include "base/endian.h"
#include "fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/synaptogen.h>
#include <zlib.h>

/* Places in a state file, array_file.h. */
enum { FILE_VERSION = 16, N = 24, ORDER = 56, FINGERPRINT = 76, HEADER_SUM = 80, HEADER_END = 84, SUM = 4 };
/* The same of version 2, whose cells have four sections. */
enum { COMPACT = 2, SECTIONS_BEGIN = 128, SECTIONS = 4, CELL = 13, OLDEST = 1 << 24, YOUNG = 1023 };

static uint32_t word_at(const uint8_t *p)
{
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return synp_little32(x);
}

static void put_word(uint8_t *p, uint32_t x)
{
    x = synp_little32(x);
    memcpy(p, &x, sizeof x);
}

/* The built-in model of an order, NULL if there is none, and the checksum of its figures as a state file has it. */
static const syn_model *model_of(uint32_t order, uint32_t *fingerprint)
{
    static syn_model *model[SYN_LONG + 1];
    static uint32_t sum[SYN_LONG + 1];
    if (order < 1 || order > SYN_LONG)
        return NULL;
    if (!model[order]) {
        syn_array *a;
        size_t size;
        if (syn_model_open(NULL, &(syn_model_options){.order = (int)order}, &model[order], NULL))
            return NULL;
        fuzz_require(syn_array_create(model[order], 1, 1, NULL, &a, NULL) == SYN_OK);
        const char *path = fuzz_path("made.state");
        fuzz_require(syn_array_save(a, path, NULL) == SYN_OK);
        uint8_t *bytes = fuzz_contents(path, &size);
        sum[order] = word_at(bytes + FINGERPRINT);
        free(bytes);
        syn_array_free(a);
    }
    *fingerprint = sum[order];
    return model[order];
}

/* Ages that are accepted become small: cells draw all their cycles again, up to seconds for each. */
static void make_young(uint8_t *ages, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const uint32_t age = word_at(ages + k * sizeof age);
        if (age <= OLDEST)
            put_word(ages + k * sizeof age, age & YOUNG);
    }
}

/* Of a file with less than 2^20 cells, so that each section is one piece. */
static void make_compact_right(uint8_t *bytes, size_t size)
{
    static const size_t width[SECTIONS] = {4, 4, 4, 1};
    const size_t n = word_at(bytes + N), sums = SECTIONS_BEGIN + CELL * n;
    if (n >= size || size != sums + (SECTIONS + 1) * SUM)
        return;
    make_young(bytes + SECTIONS_BEGIN + (width[0] + width[1]) * n, n);
    const uint8_t *section = bytes + SECTIONS_BEGIN;
    for (size_t k = 0; k < SECTIONS; section += width[k++] * n)
        put_word(bytes + sums + k * SUM, (uint32_t)crc32_z(0, section, width[k] * n));
    const uLong header = crc32_z(0, bytes, SECTIONS_BEGIN);
    put_word(bytes + size - SUM, (uint32_t)crc32_z(header, bytes + sums, SECTIONS * SUM));
}

static void make_right(uint8_t *bytes, size_t size, uint32_t fingerprint)
{
    put_word(bytes + FINGERPRINT, fingerprint);
    put_word(bytes + HEADER_SUM, (uint32_t)crc32_z(0, bytes, HEADER_SUM));
    if (word_at(bytes + FILE_VERSION) == COMPACT)
        make_compact_right(bytes, size);
    else
        put_word(bytes + size - SUM, (uint32_t)crc32_z(0, bytes, size - SUM));
}

/* Every cell carries a finite current, before and after pulses. */
static void use(syn_array *a)
{
    const size_t n = syn_array_size(a);
    float *i = malloc(n * sizeof *i);
    static const float train[] = {-1.5F, 0.7F, 1.5F, -0.7F};
    fuzz_require(i != NULL);
    fuzz_require(syn_array_read(a, NULL, 0.2F, i, NULL) == SYN_OK);
    for (size_t k = 0; k < n; k++)
        fuzz_require(isfinite(i[k]));
    syn_error err = {0};
    const syn_status s = syn_array_apply(a, NULL, train, sizeof train / sizeof *train, &err);
    if (s)
        fuzz_require_message(s, &err); /* read-only */
    fuzz_require(syn_array_read_noisy(a, NULL, 0.2F, 1e6, 1, i, NULL) == SYN_OK);
    for (size_t k = 0; k < n; k++)
        fuzz_require(isfinite(i[k]));
    free(i);
}

/* A state file that is accepted is saved again as the same bytes. */
void fuzz_state(const uint8_t *bytes, size_t size)
{
    if (size < 1 + HEADER_END + SUM)
        return;
    const bool is_fixed = *bytes == 'F';
    uint8_t *copy = malloc(--size);
    fuzz_require(copy != NULL);
    memcpy(copy, bytes + 1, size);
    uint32_t fingerprint = 0;
    const syn_model *m = model_of(word_at(copy + ORDER), &fingerprint);
    if (!m)
        m = model_of(1, &fingerprint);
    if (is_fixed)
        make_right(copy, size, fingerprint);
    const char *path = fuzz_file("input.state", copy, size);
    syn_array_info info;
    syn_array *a;
    syn_error err = {0};
    const syn_status peeked = syn_array_peek(path, &info, &err);
    if (peeked)
        fuzz_require_message(peeked, &err);
    const syn_status s = syn_array_load(m, path, "generic", 1, &a, &err);
    if (s)
        fuzz_require_message(s, &err);
    else {
        size_t saved_size;
        fuzz_require(!peeked && info.n == syn_array_size(a));
        const char *again = fuzz_path("again.state");
        fuzz_require(syn_array_save(a, again, NULL) == SYN_OK);
        uint8_t *saved = fuzz_contents(again, &saved_size);
        fuzz_require(saved_size == size && memcmp(saved, copy, size) == 0);
        free(saved);
        use(a);
    }
    syn_array_free(a);
    free(copy);
}
