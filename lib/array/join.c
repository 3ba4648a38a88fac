/* SPDX-License-Identifier: MIT */
/* State files of parts of an array, joined to that of the whole. Parts are read piece by piece, never as a whole. */
#include "array/stream.h"

#include <stdlib.h>

/* What the parts say, and the file of the whole. */
typedef struct joined {
    const char *const *paths;
    size_t count;
    syn_array_info *parts, whole;
    uint32_t model;
    synp_stream *out;
    char *room; /* of a piece */
} joined;

static syn_status refuse(const joined *j, size_t k, const char *field, const char *what, uint64_t expected,
                         uint64_t found, syn_error *err)
{
    return synp_in_file(err, j->paths[k],
                        synp_fail(err, SYN_EINVAL, field, "expected %s %llu, as %s has, found %llu", what,
                                  (unsigned long long)expected, j->paths[0], (unsigned long long)found));
}

/* Whether part k can follow on the one before. */
static syn_status check_part(const joined *j, size_t k, uint32_t model, syn_error *err)
{
    const syn_array_info *first = &j->parts[0], *part = &j->parts[k], *before = &j->parts[k ? k - 1 : 0];
    if (part->seed != first->seed)
        return refuse(j, k, "seed", "seed", first->seed, part->seed, err);
    if (part->order != first->order)
        return refuse(j, k, "order", "order", (uint64_t)first->order, (uint64_t)part->order, err);
    if (model != j->model)
        return synp_in_file(
            err, j->paths[k],
            synp_fail(err, SYN_EINVAL, "params", "the parameter set is another than that of %s", j->paths[0]));
    if (part->storage != first->storage)
        return synp_in_file(
            err, j->paths[k],
            synp_fail(err, SYN_EINVAL, "storage", "the file is of another kind than %s", j->paths[0]));
    if (part->start.history != first->start.history || part->start.mode != first->start.mode ||
        part->start.resistance != first->start.resistance)
        return synp_in_file(
            err, j->paths[k],
            synp_fail(err, SYN_EINVAL, "start", "its cells start otherwise than those of %s", j->paths[0]));
    if (k > 0 && part->first != before->first + before->n)
        return synp_in_file(err, j->paths[k],
                            synp_fail(err, SYN_EINVAL, "first", "expected cells from number %llu on, found %llu",
                                      (unsigned long long)(before->first + before->n),
                                      (unsigned long long)part->first));
    if (k > 0 && first->storage != SYN_COMPACT && before->n % SYNP_LANES)
        return synp_in_file(err, j->paths[k - 1],
                            synp_fail(err, SYN_EINVAL, "n",
                                      "%llu cells are no multiple of %d, as a full part before others needs",
                                      (unsigned long long)before->n, SYNP_LANES));
    return SYN_OK;
}

/* Reads the headers of all parts. */
static syn_status survey(joined *j, syn_error *err)
{
    for (size_t k = 0; k < j->count; k++) {
        synp_stream s;
        uint32_t model;
        syn_status status = synp_open_state(&s, j->paths[k], &j->parts[k], &model, err);
        if (status)
            return status;
        fclose(s.f);
        j->model = k ? j->model : model;
        status = check_part(j, k, model, err);
        if (status)
            return status;
        j->whole.n += j->parts[k].n;
    }
    return SYN_OK;
}

static syn_status choose_rows(joined *j, uint64_t rows, syn_error *err)
{
    const uint64_t n = j->whole.n;
    bool same = true, one_column = true;
    for (size_t k = 0; k < j->count; k++) {
        same = same && j->parts[k].rows == j->parts[0].rows;
        one_column = one_column && j->parts[k].rows == j->parts[k].n;
    }
    j->whole = j->parts[0];
    j->whole.n = n;
    j->whole.rows = rows ? rows : same && !one_column ? j->parts[0].rows : n;
    if (n % j->whole.rows)
        return synp_fail(err, SYN_EINVAL, "rows", "%llu does not divide %llu cells",
                         (unsigned long long)j->whole.rows, (unsigned long long)n);
    return SYN_OK;
}

/* Cells of a section that are written, with a checksum for each piece. */
typedef struct writer {
    synp_stream *out;
    int section;
    size_t in_piece;
    uint32_t *checksum;
} writer;

static void put_cells(writer *w, const char *from, size_t count)
{
    const size_t width = w->section < SYNP_SECTIONS - 1 ? sizeof(uint32_t) : 1;
    while (count > 0) {
        const size_t left = SYNP_PIECE - w->in_piece, now = count < left ? count : left;
        if (w->in_piece == 0)
            w->out->crc = 0;
        synp_put_piece(w->out, w->section, from, now);
        w->in_piece += now;
        from += now * width;
        count -= now;
        *w->checksum = w->out->crc;
        if (w->in_piece == SYNP_PIECE) {
            w->in_piece = 0;
            w->checksum++;
        }
    }
}

static syn_status join_section(joined *j, size_t k, writer *w, syn_error *err)
{
    const syn_array_info *part = &j->parts[k];
    const size_t sums = synp_checksums(part->n), pieces = sums / SYNP_SECTIONS;
    synp_stream s;
    syn_array_info info;
    uint32_t model, *checksums = malloc(sums * sizeof *checksums);
    if (!checksums)
        return synp_no_memory(err);
    syn_status status = synp_open_state(&s, j->paths[k], &info, &model, err);
    if (!status) {
        status = synp_get_checksums(&s, part, j->paths[k], checksums, err);
        for (size_t piece = 0; piece < pieces && !status; piece++) {
            size_t count;
            status = synp_get_piece(s.f, part->n, w->section, piece, checksums[(size_t)w->section * pieces + piece],
                                    j->room, &count, err);
            if (status)
                synp_in_file(err, j->paths[k], status);
            else
                put_cells(w, j->room, count);
        }
        fclose(s.f);
    }
    free(checksums);
    return status;
}

static syn_status join_compact(joined *j, syn_error *err)
{
    const size_t sums = synp_checksums(j->whole.n);
    const uint32_t header = j->out->crc;
    uint32_t *checksums = calloc(sums, sizeof *checksums);
    syn_status status = checksums ? SYN_OK : synp_no_memory(err);
    for (int section = 0; section < SYNP_SECTIONS && !status; section++) {
        writer w = {
            .out = j->out, .section = section, .checksum = checksums + (size_t)section * (sums / SYNP_SECTIONS)};
        for (size_t k = 0; k < j->count && !status && !j->out->failed; k++)
            status = join_section(j, k, &w, err);
    }
    j->out->crc = header;
    if (!status)
        synp_put_words(j->out, checksums, sums);
    synp_put_checksum(j->out);
    free(checksums);
    return status;
}

/* Words from the stream of a part: all of them are checked, those from number `from` to `to` are written. */
static void pass_words(joined *j, synp_stream *s, uint64_t n, uint64_t from, uint64_t to)
{
    for (uint64_t k = 0; k < n && !s->failed; k += SYNP_PIECE) {
        const uint64_t end = n - k < SYNP_PIECE ? n : k + SYNP_PIECE, low = k > from ? k : from,
                       high = end < to ? end : to;
        synp_get_words(s, j->room, (size_t)(end - k));
        if (!s->failed && low < high)
            synp_put_words(j->out, j->room + 4 * (low - k), (size_t)(high - low));
    }
}

/* The states of the parts, then their blocks. Each time a part is read to its end, for its checksum. */
static syn_status join_full(joined *j, syn_error *err)
{
    const uint64_t block = j->whole.read_only ? 0 : synp_block_bytes(j->whole.order) / sizeof(uint32_t);
    for (int blocks = 0; blocks < 2; blocks++)
        for (size_t k = 0; k < j->count && !j->out->failed; k++) {
            const uint64_t n_blocks = (j->parts[k].n + SYNP_LANES - 1) / SYNP_LANES, states = n_blocks * SYNP_LANES,
                           all = states + n_blocks * block;
            synp_stream s;
            syn_array_info info;
            uint32_t model;
            syn_status status = synp_open_state(&s, j->paths[k], &info, &model, err);
            if (status)
                return status;
            pass_words(j, &s, all, blocks ? states : 0, blocks ? all : states);
            status = synp_check_checksum(&s, j->paths[k], err);
            fclose(s.f);
            if (status)
                return status;
        }
    synp_put_checksum(j->out);
    return SYN_OK;
}

static syn_status put_whole(void *context, synp_stream *s, syn_error *err)
{
    joined *j = context;
    j->out = s;
    synp_put_header(s, &j->whole, j->model);
    return j->whole.storage == SYN_COMPACT ? join_compact(j, err) : join_full(j, err);
}

syn_status syn_array_join(const char *const *paths, size_t count, uint64_t rows, const char *path, syn_error *err)
{
    if (count == 0)
        return synp_fail(err, SYN_EINVAL, "count", "expected a part, found none");
    joined j = {.paths = paths,
                .count = count,
                .parts = calloc(count, sizeof *j.parts),
                .room = malloc((size_t)4 * SYNP_PIECE)};
    syn_status status = j.parts && j.room ? survey(&j, err) : synp_no_memory(err);
    if (!status)
        status = choose_rows(&j, rows, err);
    if (!status)
        status = synp_write_state(path, put_whole, &j, err);
    free(j.parts);
    free(j.room);
    return status;
}
