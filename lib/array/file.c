/* SPDX-License-Identifier: MIT */
#include "base/file.h"
#include "array/array.h"
#include "base/endian.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/array_file.h>
#include <sys/stat.h>
#include <zlib.h>

static const char magic[] = "synaptogen-state";
enum { MAGIC = 16, FILE_VERSION = 1, HEADER = MAGIC + 2 * 4 + 4 * 8 + 3 * 4 + 8 + 4, CHECKSUM = 4 };

/* The blocks are written as they lie in memory: a change of this structure needs another FILE_VERSION. */
_Static_assert(sizeof(synp_block) == 17 * sizeof(synp_floats) && SYN_NFEAT == 4 && SYNP_LANES == 16,
               "the layout of a block is the layout of the state file");
_Static_assert(sizeof(float) == sizeof(uint32_t), "a state file consists of words of 32 bits");

/* A stream with the checksum of what went through it. */
typedef struct stream {
    FILE *f;
    uint32_t crc;
    bool failed; /* an error of the system, or the end of the file */
} stream;

static void put(stream *s, const void *bytes, size_t size)
{
    s->failed |= fwrite(bytes, 1, size, s->f) != size;
    s->crc = (uint32_t)crc32_z(s->crc, bytes, size);
}

static void get(stream *s, void *bytes, size_t size)
{
    s->failed |= fread(bytes, 1, size, s->f) != size;
    if (!s->failed)
        s->crc = (uint32_t)crc32_z(s->crc, bytes, size);
}

enum { AT_A_TIME = 16384 }; /* words that are converted in one go */

static void put_words(stream *s, const void *words, size_t n)
{
    uint32_t converted[AT_A_TIME];
    for (size_t done = 0; done < n && !s->failed; done += AT_A_TIME) {
        const size_t count = n - done < AT_A_TIME ? n - done : AT_A_TIME;
        memcpy(converted, (const uint32_t *)words + done, count * sizeof *converted);
        for (size_t k = 0; k < count; k++)
            converted[k] = synp_little32(converted[k]);
        put(s, converted, count * sizeof *converted);
    }
}

static void get_words(stream *s, void *words, size_t n)
{
    for (size_t done = 0; done < n && !s->failed; done += AT_A_TIME) {
        const size_t count = n - done < AT_A_TIME ? n - done : AT_A_TIME;
        uint32_t *part = (uint32_t *)words + done;
        get(s, part, count * sizeof *part);
        for (size_t k = 0; k < count; k++)
            part[k] = synp_little32(part[k]);
    }
}

static void pack32(unsigned char **p, uint32_t x)
{
    x = synp_little32(x);
    memcpy(*p, &x, sizeof x);
    *p += sizeof x;
}

static void pack64(unsigned char **p, uint64_t x)
{
    x = synp_little64(x);
    memcpy(*p, &x, sizeof x);
    *p += sizeof x;
}

static uint32_t unpack32(const unsigned char **p)
{
    uint32_t x;
    memcpy(&x, *p, sizeof x);
    *p += sizeof x;
    return synp_little32(x);
}

static uint64_t unpack64(const unsigned char **p)
{
    uint64_t x;
    memcpy(&x, *p, sizeof x);
    *p += sizeof x;
    return synp_little64(x);
}

static uint32_t add_numbers(uint32_t crc, const double *v, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t bits;
        memcpy(&bits, &v[k], sizeof bits);
        bits = synp_little64(bits);
        crc = (uint32_t)crc32_z(crc, (const unsigned char *)&bits, sizeof bits);
    }
    return crc;
}

/* With their number: of two polynomials, one may lose what the other gains. */
static uint32_t add_poly(uint32_t crc, const syn_poly *p)
{
    return add_numbers(add_numbers(crc, (const double[]){p->n}, 1), p->c, (size_t)p->n);
}

/* Of every figure that a cell depends on. */
static uint32_t fingerprint(const syn_model *m)
{
    const syn_params *p = &m->params;
    const syn_var *v = m->var;
    uint32_t crc = add_numbers(0, (const double[]){p->u0, p->u_max, p->eta}, 3);
    crc = add_numbers(crc, p->hhrs.c, (size_t)p->hhrs.n);
    crc = add_numbers(crc, p->llrs.c, (size_t)p->llrs.n);
    if (m->exponential) {
        crc = add_poly(crc, &p->exp_hhrs.positive);
        crc = add_poly(crc, &p->exp_hhrs.negative);
        crc = add_poly(crc, &p->exp_llrs.positive);
        crc = add_poly(crc, &p->exp_llrs.negative);
    }
    if (p->iv_range > 0)
        crc = add_numbers(crc, &p->iv_range, 1);
    for (int i = 0; i < SYN_NFEAT; i++) {
        const syn_spline *s = &p->spline[i];
        crc = add_numbers(crc, p->gamma[i].c, (size_t)p->gamma[i].n);
        if (p->scale[i] != SYN_LINEAR || s->n) /* a set of format 1 has the checksum that it always had */
            crc = add_numbers(crc, (const double[]){p->scale[i], s->n, s->range}, 3);
        crc = add_numbers(crc, s->value, (size_t)s->n);
        crc = add_numbers(crc, s->slope, (size_t)s->n);
    }
    const size_t components = (size_t)p->n_components;
    if (p->in_turn)
        crc = add_numbers(crc, (const double[]){1}, 1);
    crc = add_numbers(crc, p->weight, components);
    crc = add_numbers(crc, &p->mean[0][0], components * SYN_NDEVICE);
    crc = add_numbers(crc, &p->chol[0][0][0], components * SYN_NDEVICE * SYN_NDEVICE);
    crc = add_numbers(crc, &v->b[0][0], SYN_NFEAT * SYN_NFEAT);
    return add_numbers(crc, &v->a[0][0][0], (size_t)synp_slots(v) * SYN_NFEAT * SYN_NFEAT);
}

static void pack_header(const syn_array *a, unsigned char header[HEADER])
{
    unsigned char *p = header + MAGIC;
    uint64_t resistance;
    memcpy(header, magic, MAGIC);
    pack32(&p, FILE_VERSION);
    pack32(&p, a->blocks == NULL);
    pack64(&p, a->n);
    pack64(&p, a->rows);
    pack64(&p, a->single.seed);
    pack64(&p, a->single.first);
    pack32(&p, (uint32_t)a->model->var->order);
    pack32(&p, (uint32_t)a->start.history);
    pack32(&p, (uint32_t)a->start.mode);
    memcpy(&resistance, &a->start.resistance, sizeof resistance);
    pack64(&p, resistance);
    pack32(&p, fingerprint(a->model));
}

static void put_array(stream *s, const syn_array *a)
{
    unsigned char header[HEADER], checksum[CHECKSUM], *p = checksum;
    pack_header(a, header);
    put(s, header, HEADER);
    pack32(&p, s->crc);
    put(s, checksum, CHECKSUM);
    put_words(s, a->r, a->n_blocks * SYNP_LANES);
    if (a->blocks)
        put_words(s, a->blocks, a->n_blocks * a->block_bytes / sizeof(uint32_t));
    p = checksum;
    pack32(&p, s->crc);
    put(s, checksum, CHECKSUM);
}

static syn_status fail_file(syn_error *err, syn_status status, const char *path, const char *text)
{
    return synp_in_file(err, path, synp_fail(err, status, "", "%s", text));
}

static syn_status fail_system(syn_error *err, const char *path, const char *what, int error)
{
    const syn_status status =
        error == ENOMEM ? synp_no_memory(err) : synp_fail(err, SYN_EIO, "", "%s: %s", what, strerror(error));
    return synp_in_file(err, path, status);
}

syn_status syn_array_save(const syn_array *a, const char *path, syn_error *err)
{
    synp_file file;
    int error = synp_file_create(&file, path);
    if (error)
        return fail_system(err, path, "cannot write", error);
    stream s = {.f = file.stream};
    put_array(&s, a);
    const int broken = errno;
    error = synp_file_close(&file, !s.failed, true);
    if (s.failed)
        return fail_system(err, path, "cannot write", broken);
    return error ? fail_system(err, path, "cannot write", error) : SYN_OK;
}

/* n cells as blocks of whole lanes; 0 if that many cannot be. */
static uint64_t blocks_of(uint64_t n)
{
    return n > 0 && n < SIZE_MAX / 4096 ? (n + SYNP_LANES - 1) / SYNP_LANES : 0;
}

static uint64_t length_of(const syn_array_info *info)
{
    const uint64_t slots = info->order == SYN_LONG ? 2 : (uint64_t)info->order,
                   block = sizeof(synp_block) + slots * sizeof(synp_floats[SYN_NFEAT]);
    return HEADER + CHECKSUM + blocks_of(info->n) * (sizeof(synp_floats) + (info->read_only ? 0 : block)) + CHECKSUM;
}

/* Fills info and the model's checksum from the beginning of a stream. */
static syn_status get_header(stream *s, const char *path, syn_array_info *info, uint32_t *model, syn_error *err)
{
    unsigned char header[HEADER], checksum[CHECKSUM];
    get(s, header, HEADER);
    if (s->failed || memcmp(header, magic, MAGIC) != 0)
        return fail_file(err, SYN_EFORMAT, path, "expected a state file, found something else");
    const unsigned char *p = header + MAGIC;
    const uint32_t version = unpack32(&p), crc = s->crc;
    if (version != FILE_VERSION) {
        char text[80];
        snprintf(text, sizeof text, "expected a state file of version %d, found version %u", FILE_VERSION, version);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    get(s, checksum, CHECKSUM);
    const unsigned char *c = checksum;
    if (s->failed || unpack32(&c) != crc)
        return fail_file(err, SYN_EFORMAT, path, "the beginning of the file is damaged: its checksum does not fit");
    const uint32_t flags = unpack32(&p);
    if (flags > 1) {
        char text[80];
        snprintf(text, sizeof text, "expected flags 0 or 1, found %u", flags);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    info->read_only = flags == 1;
    info->n = unpack64(&p);
    info->rows = unpack64(&p);
    info->seed = unpack64(&p);
    info->first = unpack64(&p);
    info->order = (int)unpack32(&p);
    info->start.history = (syn_history)unpack32(&p);
    info->start.mode = (syn_mode)unpack32(&p);
    const uint64_t resistance = unpack64(&p);
    memcpy(&info->start.resistance, &resistance, sizeof resistance);
    *model = unpack32(&p);
    return SYN_OK;
}

static syn_status check_length(FILE *f, const char *path, const syn_array_info *info, syn_error *err)
{
    struct stat file;
    if (fstat(fileno(f), &file) != 0)
        return fail_system(err, path, "cannot read", errno);
    if (info->order < 1 || info->order > SYN_LONG || blocks_of(info->n) == 0 || info->rows == 0 ||
        info->n % info->rows != 0)
        return fail_file(err, SYN_EFORMAT, path, "the file describes an array that cannot be");
    if ((uint64_t)file.st_size != length_of(info)) {
        char text[128];
        snprintf(text, sizeof text, "expected %llu bytes for %llu cells, found %llu",
                 (unsigned long long)length_of(info), (unsigned long long)info->n, (unsigned long long)file.st_size);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    return SYN_OK;
}

/* Opens a file and reads its header; on an error nothing is open. */
static syn_status open_file(stream *s, const char *path, syn_array_info *info, uint32_t *model, syn_error *err)
{
    *s = (stream){.f = fopen(path, "rb")};
    if (!s->f)
        return fail_system(err, path, "cannot read", errno);
    syn_status status = get_header(s, path, info, model, err);
    if (!status)
        status = check_length(s->f, path, info, err);
    if (status)
        fclose(s->f);
    return status;
}

syn_status syn_array_peek(const char *path, syn_array_info *info, syn_error *err)
{
    stream s;
    uint32_t model;
    const syn_status status = open_file(&s, path, info, &model, err);
    if (status == SYN_OK)
        fclose(s.f);
    return status;
}

static const char *order_name(int order, char text[24])
{
    if (order == SYN_LONG)
        return "long memory";
    snprintf(text, 24, "order %d", order);
    return text;
}

/* Whether a lane holds what a cell can be: the checksum only says that nothing was altered since somebody wrote it. */
static bool can_be(const syn_array *a, const synp_block *b, size_t lane)
{
    bool good = b->mode[lane] <= SYN_IRS && b->n[lane] < UINT32_MAX - 1 && isfinite(b->r_lrs[lane]) &&
                isfinite(b->r_hrs[lane]);
    for (int i = 0; i < SYN_NFEAT; i++)
        good = good && isfinite(b->mu[i][lane]) && isfinite(b->sigma[i][lane]);
    for (int slot = 0; slot < a->single.slots; slot++)
        for (int i = 0; i < SYN_NFEAT; i++)
            good = good && isfinite(b->x[slot][i][lane]);
    if (b->n[lane] > 0)
        good = good && isfinite(b->x1[lane]) && isfinite(b->y1[lane]);
    return good && (synp_is_stuck(b, lane) ||
                    (b->u_set[lane] < 0 && b->u_reset[lane] > 0 && (b->mode[lane] == SYN_HRS || b->u_thr[lane] > 0)));
}

static syn_status check_cells(const char *path, const syn_array *a, syn_error *err)
{
    for (size_t k = 0; k < a->n; k++) {
        const size_t block = k / SYNP_LANES, lane = k % SYNP_LANES;
        if (isfinite(a->r[k]) && (!a->blocks || can_be(a, synp_block_at(a, block), lane)))
            continue;
        char text[64];
        snprintf(text, sizeof text, "cell %zu is in a state that no cell can be in", k);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    return SYN_OK;
}

static syn_status get_array(stream *s, const char *path, syn_array *a, syn_error *err)
{
    unsigned char checksum[CHECKSUM];
    get_words(s, a->r, a->n_blocks * SYNP_LANES);
    if (a->blocks)
        get_words(s, a->blocks, a->n_blocks * a->block_bytes / sizeof(uint32_t));
    const uint32_t crc = s->crc;
    get(s, checksum, CHECKSUM);
    if (s->failed)
        return fail_file(err, SYN_EIO, path, "cannot be read to its end");
    const unsigned char *c = checksum;
    if (unpack32(&c) != crc)
        return fail_file(err, SYN_EFORMAT, path, "the file is damaged: its checksum does not fit");
    for (size_t block = 0; block < a->n_blocks; block++)
        synp_note_states(a, block);
    return check_cells(path, a, err);
}

syn_status syn_array_load(const syn_model *m, const char *path, const char *kernel, int threads, syn_array **out,
                          syn_error *err)
{
    stream s;
    syn_array_info info;
    uint32_t model;
    *out = NULL;
    syn_status status = open_file(&s, path, &info, &model, err);
    if (status)
        return status;
    if (info.order != syn_model_order(m)) {
        char text[96], expected[24], found[24];
        snprintf(text, sizeof text, "expected an array of %s, found %s", order_name(syn_model_order(m), expected),
                 order_name(info.order, found));
        status = fail_file(err, SYN_EFORMAT, path, text);
    } else if (model != fingerprint(m)) {
        status = fail_file(err, SYN_EFORMAT, path, "the array was made with another parameter set");
    } else {
        const syn_array_options o = {.first = info.first,
                                     .start = info.start,
                                     .rows = (size_t)info.rows,
                                     .kernel = kernel,
                                     .threads = threads,
                                     .read_only = info.read_only};
        syn_error why = {0};
        if (synp_array_check(m, info.seed, (size_t)info.n, &o, &why)) {
            char text[256];
            snprintf(text, sizeof text, "the start of its cells cannot be: %.64s: %.150s", why.field, why.text);
            status = fail_file(err, SYN_EFORMAT, path, text);
        }
        if (!status)
            status = synp_array_make(m, info.seed, (size_t)info.n, &o, out, err);
    }
    if (status == SYN_OK) {
        status = get_array(&s, path, *out, err);
        if (status) {
            syn_array_free(*out);
            *out = NULL;
        }
    }
    fclose(s.f);
    return status;
}
