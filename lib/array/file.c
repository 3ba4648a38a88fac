/* SPDX-License-Identifier: MIT */
#include "base/file.h"
#include "array/stream.h"
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
enum {
    MAGIC = 16,
    FULL_VERSION = 1,    /* of arrays that are full or read-only */
    COMPACT_VERSION = 2, /* of compact arrays */
    HEADER = MAGIC + 2 * 4 + 4 * 8 + 3 * 4 + 8 + 4,
    CHECKSUM = 4
};

/* The blocks are written as they lie in memory: a change of this structure needs another version. */
_Static_assert(sizeof(synp_block) == 17 * sizeof(synp_floats) && SYN_NFEAT == 4 && SYNP_LANES == 16,
               "the layout of a block is the layout of the state file");
_Static_assert(sizeof(float) == sizeof(uint32_t), "a state file consists of words of 32 bits");

/* The most cycles that a cell of a compact file may have begun: to draw them again takes its block two seconds. */
enum { OLDEST = 1 << 24 };

void synp_put(synp_stream *s, const void *bytes, size_t size)
{
    s->failed |= fwrite(bytes, 1, size, s->f) != size;
    s->crc = (uint32_t)crc32_z(s->crc, bytes, size);
}

void synp_get(synp_stream *s, void *bytes, size_t size)
{
    s->failed |= fread(bytes, 1, size, s->f) != size;
    if (!s->failed)
        s->crc = (uint32_t)crc32_z(s->crc, bytes, size);
}

enum { AT_A_TIME = 16384 }; /* words that are converted in one go */

void synp_put_words(synp_stream *s, const void *words, size_t n)
{
    uint32_t converted[AT_A_TIME];
    for (size_t done = 0; done < n && !s->failed; done += AT_A_TIME) {
        const size_t count = n - done < AT_A_TIME ? n - done : AT_A_TIME;
        memcpy(converted, (const uint32_t *)words + done, count * sizeof *converted);
        for (size_t k = 0; k < count; k++)
            converted[k] = synp_little32(converted[k]);
        synp_put(s, converted, count * sizeof *converted);
    }
}

void synp_get_words(synp_stream *s, void *words, size_t n)
{
    for (size_t done = 0; done < n && !s->failed; done += AT_A_TIME) {
        const size_t count = n - done < AT_A_TIME ? n - done : AT_A_TIME;
        uint32_t *part = (uint32_t *)words + done;
        synp_get(s, part, count * sizeof *part);
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

static syn_array_info info_of(const syn_array *a)
{
    return (syn_array_info){.n = a->n,
                            .rows = a->rows,
                            .seed = a->single.seed,
                            .first = a->single.first,
                            .order = a->model->var->order,
                            .read_only = !synp_is_writable(a),
                            .start = a->start,
                            .storage = syn_array_storage(a)};
}

static void pack_header(const syn_array_info *info, uint32_t model, unsigned char header[HEADER])
{
    unsigned char *p = header + MAGIC;
    uint64_t resistance;
    memcpy(header, magic, MAGIC);
    pack32(&p, info->storage == SYN_COMPACT ? COMPACT_VERSION : FULL_VERSION);
    pack32(&p, info->read_only);
    pack64(&p, info->n);
    pack64(&p, info->rows);
    pack64(&p, info->seed);
    pack64(&p, info->first);
    pack32(&p, (uint32_t)info->order);
    pack32(&p, (uint32_t)info->start.history);
    pack32(&p, (uint32_t)info->start.mode);
    memcpy(&resistance, &info->start.resistance, sizeof resistance);
    pack64(&p, resistance);
    pack32(&p, model);
}

void synp_put_checksum(synp_stream *s)
{
    unsigned char checksum[CHECKSUM], *p = checksum;
    pack32(&p, s->crc);
    synp_put(s, checksum, CHECKSUM);
}

void synp_put_header(synp_stream *s, const syn_array_info *info, uint32_t model)
{
    static const char zeros[SYNP_SECTIONS_BEGIN - HEADER - CHECKSUM];
    unsigned char header[HEADER];
    pack_header(info, model, header);
    synp_put(s, header, HEADER);
    synp_put_checksum(s);
    if (info->storage == SYN_COMPACT)
        synp_put(s, zeros, sizeof zeros);
}

static void put_full(synp_stream *s, const syn_array *a)
{
    synp_put_words(s, a->r, a->n_blocks * SYNP_LANES);
    if (a->blocks)
        synp_put_words(s, a->blocks, a->n_blocks * a->block_bytes / sizeof(uint32_t));
    synp_put_checksum(s);
}

/* Each piece of a section has a checksum. The last is that of the header and of these. */
static void put_compact(synp_stream *s, const syn_array *a, uint32_t *checksums)
{
    const uint32_t header = s->crc;
    synp_put_sections(s, a, checksums);
    s->crc = header;
    synp_put_words(s, checksums, synp_checksums(a->n));
    synp_put_checksum(s);
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

syn_status synp_check_checksum(synp_stream *s, const char *path, syn_error *err)
{
    unsigned char checksum[CHECKSUM];
    const unsigned char *c = checksum;
    const uint32_t crc = s->crc;
    synp_get(s, checksum, CHECKSUM);
    if (s->failed)
        return fail_file(err, SYN_EIO, path, "cannot be read to its end");
    if (unpack32(&c) != crc)
        return fail_file(err, SYN_EFORMAT, path, "the file is damaged: its checksum does not fit");
    return SYN_OK;
}

syn_status synp_write_state(const char *path, synp_put_state *put, void *context, syn_error *err)
{
    synp_file file;
    int error = synp_file_create(&file, path);
    if (error)
        return fail_system(err, path, "cannot write", error);
    synp_stream s = {.f = file.stream};
    const syn_status status = put(context, &s, err);
    const int broken = errno;
    error = synp_file_close(&file, !status && !s.failed, true);
    if (status)
        return status;
    if (s.failed)
        return fail_system(err, path, "cannot write", broken);
    return error ? fail_system(err, path, "cannot write", error) : SYN_OK;
}

/* An array, and room for the checksums of its sections. */
typedef struct saving {
    const syn_array *a;
    uint32_t *checksums;
} saving;

static syn_status put_array(void *context, synp_stream *s, syn_error *err)
{
    const saving *what = context;
    const syn_array_info info = info_of(what->a);
    (void)err;
    synp_put_header(s, &info, fingerprint(what->a->model));
    if (what->a->expanded)
        put_compact(s, what->a, what->checksums);
    else
        put_full(s, what->a);
    return SYN_OK;
}

/* A file must not hold what syn_array_load refuses. */
static syn_status check_ages(const syn_array *a, const char *path, syn_error *err)
{
    for (size_t k = 0; k < a->n; k++)
        if (a->kept.n[k] > OLDEST)
            return synp_in_file(
                err, path,
                synp_fail(err, SYN_EINVAL, "n",
                          "cell %zu has begun %u cycles, a compact file holds at most %d: save a full copy", k,
                          a->kept.n[k], OLDEST));
    return SYN_OK;
}

syn_status syn_array_save(const syn_array *a, const char *path, syn_error *err)
{
    if (!a->expanded)
        return synp_write_state(path, put_array, &(saving){a, NULL}, err);
    syn_status status = check_ages(a, path, err);
    uint32_t *checksums = status ? NULL : calloc(synp_checksums(a->n), sizeof *checksums);
    if (!status)
        status = checksums ? synp_write_state(path, put_array, &(saving){a, checksums}, err)
                           : synp_in_file(err, path, synp_no_memory(err));
    free(checksums);
    return status;
}

/* n cells as blocks of whole lanes; 0 if that many cannot be. */
static uint64_t blocks_of(uint64_t n)
{
    return n > 0 && n < SIZE_MAX / 4096 ? (n + SYNP_LANES - 1) / SYNP_LANES : 0;
}

static uint64_t length_of(const syn_array_info *info)
{
    if (info->storage == SYN_COMPACT)
        return SYNP_SECTIONS_BEGIN + info->n * SYNP_KEPT_BYTES + synp_checksums(info->n) * sizeof(uint32_t) +
               CHECKSUM;
    const uint64_t block = info->read_only ? 0 : synp_block_bytes(info->order);
    return HEADER + CHECKSUM + blocks_of(info->n) * (sizeof(synp_floats) + block) + CHECKSUM;
}

/* Fills info and the model's checksum from the beginning of a stream. */
static syn_status get_header(synp_stream *s, const char *path, syn_array_info *info, uint32_t *model, syn_error *err)
{
    unsigned char header[HEADER], checksum[CHECKSUM];
    synp_get(s, header, HEADER);
    if (s->failed || memcmp(header, magic, MAGIC) != 0)
        return fail_file(err, SYN_EFORMAT, path, "expected a state file, found something else");
    const unsigned char *p = header + MAGIC;
    const uint32_t version = unpack32(&p), crc = s->crc;
    if (version != FULL_VERSION && version != COMPACT_VERSION) {
        char text[80];
        snprintf(text, sizeof text, "expected a state file of version %d or %d, found version %u", FULL_VERSION,
                 COMPACT_VERSION, version);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    synp_get(s, checksum, CHECKSUM);
    const unsigned char *c = checksum;
    if (s->failed || unpack32(&c) != crc)
        return fail_file(err, SYN_EFORMAT, path, "the beginning of the file is damaged: its checksum does not fit");
    const uint32_t flags = unpack32(&p);
    if (flags > (version == FULL_VERSION)) {
        char text[80];
        snprintf(text, sizeof text, "expected flags 0%s, found %u", version == FULL_VERSION ? " or 1" : "", flags);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    info->read_only = flags == 1;
    info->storage = version == COMPACT_VERSION ? SYN_COMPACT : info->read_only ? SYN_AUTOMATIC : SYN_FULL;
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
syn_status synp_open_state(synp_stream *s, const char *path, syn_array_info *info, uint32_t *model, syn_error *err)
{
    *s = (synp_stream){.f = fopen(path, "rb")};
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
    synp_stream s;
    uint32_t model;
    const syn_status status = synp_open_state(&s, path, info, &model, err);
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

/* The same of what a compact array keeps. */
static bool kept_can_be(const syn_array *a, size_t k)
{
    const float u_thr = a->kept.u_thr[k];
    const uint8_t mode = a->kept.mode[k];
    if (mode > SYN_IRS || a->kept.n[k] > OLDEST)
        return false;
    return isnan(u_thr) ? mode != SYN_IRS : mode == SYN_HRS || (u_thr > 0 && u_thr < INFINITY);
}

static syn_status check_cells(const char *path, const syn_array *a, syn_error *err)
{
    for (size_t k = 0; k < a->n; k++) {
        const size_t block = k / SYNP_LANES, lane = k % SYNP_LANES;
        const bool good = a->blocks     ? can_be(a, synp_block_at(a, block), lane)
                          : a->expanded ? kept_can_be(a, k)
                                        : true;
        if (good && isfinite(a->r[k]))
            continue;
        char text[64];
        snprintf(text, sizeof text, "cell %zu is in a state that no cell can be in", k);
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    return SYN_OK;
}

/* Reads what put_full writes after the header. */
static syn_status get_full(synp_stream *s, syn_array *a, const char *path, syn_error *err)
{
    synp_get_words(s, a->r, a->n_blocks * SYNP_LANES);
    if (a->blocks)
        synp_get_words(s, a->blocks, a->n_blocks * a->block_bytes / sizeof(uint32_t));
    return synp_check_checksum(s, path, err);
}

/* The checksums of the sections, and their own. */
syn_status synp_get_checksums(synp_stream *s, const syn_array_info *info, const char *path, uint32_t *checksums,
                              syn_error *err)
{
    unsigned char gap[SYNP_SECTIONS_BEGIN - HEADER - CHECKSUM];
    synp_get(s, gap, sizeof gap);
    if (fseeko(s->f, (off_t)(SYNP_SECTIONS_BEGIN + info->n * SYNP_KEPT_BYTES), SEEK_SET) != 0)
        return fail_system(err, path, "cannot read", errno);
    synp_get_words(s, checksums, synp_checksums(info->n));
    const syn_status status = synp_check_checksum(s, path, err);
    if (status)
        return status;
    for (size_t k = 0; k < sizeof gap; k++)
        if (gap[k])
            return fail_file(err, SYN_EFORMAT, path, "expected zeros between the header and the cells");
    return SYN_OK;
}

/* The last block has lanes that are no cells of the array: they are as at the start. */
static syn_status start_last_block(syn_array *a, syn_error *err)
{
    synp_block *room = synp_allocate(a->block_bytes);
    if (!room)
        return synp_no_memory(err);
    const size_t last = a->n_blocks - 1;
    synp_init_cells(a, &(synp_held){last, room, a->r + last * SYNP_LANES});
    synp_keep(a, last, room);
    free(room);
    return SYN_OK;
}

/* Reads cells first .. first + a->n - 1 of what put_compact writes after the header. */
static syn_status get_compact(synp_stream *s, const syn_array_info *info, size_t first, syn_array *a,
                              const char *path, syn_error *err)
{
    uint32_t *checksums = malloc(synp_checksums(info->n) * sizeof *checksums);
    if (!checksums)
        return synp_in_file(err, path, synp_no_memory(err));
    syn_status status = synp_get_checksums(s, info, path, checksums, err);
    if (!status) {
        status = start_last_block(a, err);
        if (!status)
            status = synp_get_sections(s->f, info->n, first, checksums, a, err);
        status = status ? synp_in_file(err, path, status) : SYN_OK;
    }
    free(checksums);
    return status;
}

/* Whether the file has the cells that are wanted, and can be read in part if they are not all. */
static syn_status check_wanted(const char *path, const syn_array_info *info, const syn_load *how, syn_error *err)
{
    syn_status status = SYN_OK;
    if (how->first >= info->n)
        status = synp_fail(err, SYN_EINVAL, "first", "expected a cell of 0 .. %llu of the file, found %llu",
                           (unsigned long long)info->n - 1, (unsigned long long)how->first);
    else if (how->count > info->n - how->first)
        status = synp_fail(err, SYN_EINVAL, "count",
                           "expected at most %llu cells from cell %llu of the file on, found %llu",
                           (unsigned long long)(info->n - how->first), (unsigned long long)how->first,
                           (unsigned long long)how->count);
    else if (info->storage != SYN_COMPACT && (how->first > 0 || (how->count > 0 && how->count < info->n)))
        status = synp_fail(err, SYN_EINVAL, how->first ? "first" : "count",
                           "only compact files are read in part; this one has to be loaded as a whole");
    else if (info->read_only && how->storage != SYN_AUTOMATIC)
        status = synp_fail(err, SYN_EINVAL, "storage", "expected 0 for the read-only array of the file, found %d",
                           (int)how->storage);
    return status ? synp_in_file(err, path, status) : SYN_OK;
}

/* The part of the file that is wanted, as the options of an array. */
static syn_status plan_load(const char *path, const syn_array_info *info, const syn_load *how, syn_array_options *o,
                            size_t *n, syn_error *err)
{
    const syn_status status = check_wanted(path, info, how, err);
    if (status)
        return status;
    *n = (size_t)(how->count ? how->count : info->n - how->first);
    const bool whole_columns = how->first % info->rows == 0 && *n % info->rows == 0;
    *o = (syn_array_options){.first = info->first + how->first,
                             .start = info->start,
                             .rows = whole_columns ? (size_t)info->rows : *n,
                             .kernel = how->kernel,
                             .threads = how->threads,
                             .read_only = info->read_only,
                             .storage = info->storage,
                             .expanded_bytes = how->expanded_bytes};
    return SYN_OK;
}

static syn_status check_model(const syn_model *m, const char *path, const syn_array_info *info, uint32_t model,
                              syn_error *err)
{
    if (info->order != syn_model_order(m)) {
        char text[96], expected[24], found[24];
        snprintf(text, sizeof text, "expected an array of %s, found %s", order_name(syn_model_order(m), expected),
                 order_name(info->order, found));
        return fail_file(err, SYN_EFORMAT, path, text);
    }
    return model == fingerprint(m)
               ? SYN_OK
               : fail_file(err, SYN_EFORMAT, path, "the array was made with another parameter set");
}

static syn_status check_start(const syn_model *m, const char *path, const syn_array_info *info, size_t n,
                              const syn_array_options *o, syn_error *err)
{
    syn_error why = {0};
    if (!synp_array_check(m, info->seed, n, o, &why))
        return SYN_OK;
    char text[256];
    snprintf(text, sizeof text, "the start of its cells cannot be: %.64s: %.150s", why.field, why.text);
    return fail_file(err, SYN_EFORMAT, path, text);
}

/* Another storage than that of the file. */
static syn_status convert(const char *path, syn_storage storage, syn_array **a, syn_error *err)
{
    syn_array *other;
    const syn_status status = syn_array_copy_as(*a, storage, &other, err);
    if (status)
        return synp_in_file(err, path, status);
    syn_array_free(*a);
    *a = other;
    return SYN_OK;
}

static syn_status load(const syn_model *m, synp_stream *s, const char *path, const syn_array_info *info,
                       const syn_load *how, syn_array **out, syn_error *err)
{
    syn_array_options o;
    size_t n;
    syn_status status = plan_load(path, info, how, &o, &n, err);
    if (!status)
        status = check_start(m, path, info, n, &o, err);
    if (!status)
        status = synp_array_make(m, info->seed, n, &o, out, err);
    if (status)
        return status;
    syn_array *a = *out;
    status = a->expanded ? get_compact(s, info, (size_t)how->first, a, path, err) : get_full(s, a, path, err);
    for (size_t block = 0; block < a->n_blocks; block++)
        synp_note_states(a, block);
    if (!status)
        status = check_cells(path, a, err);
    if (!status && how->storage != SYN_AUTOMATIC && how->storage != syn_array_storage(a))
        status = convert(path, how->storage, out, err);
    return status;
}

syn_status syn_array_load_with(const syn_model *m, const char *path, const syn_load *how, syn_array **out,
                               syn_error *err)
{
    synp_stream s;
    syn_array_info info;
    uint32_t model;
    const syn_load plain = {0};
    if (!how)
        how = &plain;
    *out = NULL;
    syn_status status = synp_check_reserved(how->reserved, sizeof how->reserved, "syn_load", err);
    if (!status)
        status = synp_open_state(&s, path, &info, &model, err);
    if (status)
        return status;
    status = check_model(m, path, &info, model, err);
    if (!status)
        status = load(m, &s, path, &info, how, out, err);
    if (status) {
        syn_array_free(*out);
        *out = NULL;
    }
    fclose(s.f);
    return status;
}

syn_status syn_array_load(const syn_model *m, const char *path, const char *kernel, int threads, syn_array **out,
                          syn_error *err)
{
    return syn_array_load_with(m, path, &(syn_load){.kernel = kernel, .threads = threads}, out, err);
}
