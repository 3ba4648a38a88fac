/* SPDX-License-Identifier: MIT */
/* The sections of a state file of version 2: what a compact array keeps. A piece can be read and checked without the others. */
#include "array/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>

static const size_t width[SYNP_SECTIONS] = {4, 4, 4, 1};

static uint64_t pieces_of(uint64_t n)
{
    return (n + SYNP_PIECE - 1) / SYNP_PIECE;
}

size_t synp_checksums(uint64_t n)
{
    return SYNP_SECTIONS * (size_t)pieces_of(n);
}

static char *memory_of(const syn_array *a, int section)
{
    void *const of[SYNP_SECTIONS] = {a->r, a->kept.u_thr, a->kept.n, a->kept.mode};
    return of[section];
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void synp_put_piece(synp_stream *s, int section, const char *room, size_t count)
{
    if (width[section] == 4)
        synp_put_words(s, room, count);
    else
        synp_put(s, room, count);
}

void synp_put_sections(synp_stream *s, const syn_array *a, uint32_t *checksums)
{
    for (int section = 0; section < SYNP_SECTIONS; section++)
        for (size_t k = 0; k < a->n && !s->failed; k += SYNP_PIECE) {
            const size_t count = least(a->n - k, SYNP_PIECE);
            const char *from = memory_of(a, section) + k * width[section];
            s->crc = 0;
            synp_put_piece(s, section, from, count);
            *checksums++ = s->crc;
        }
}

syn_status synp_get_piece(FILE *f, uint64_t n, int section, uint64_t piece, uint32_t checksum, char *room,
                          size_t *count, syn_error *err)
{
    const uint64_t first = piece * SYNP_PIECE;
    uint64_t at = SYNP_SECTIONS_BEGIN + first * width[section];
    *count = n - first < SYNP_PIECE ? (size_t)(n - first) : SYNP_PIECE;
    for (int before = 0; before < section; before++)
        at += n * width[before];
    synp_stream s = {.f = f};
    if (fseeko(f, (off_t)at, SEEK_SET) != 0)
        return synp_fail(err, SYN_EIO, "", "cannot read: %s", strerror(errno));
    if (width[section] == 4)
        synp_get_words(&s, room, *count);
    else
        synp_get(&s, room, *count);
    if (s.failed)
        return synp_fail(err, SYN_EIO, "", "cannot be read to its end");
    if (s.crc != checksum)
        return synp_fail(err, SYN_EFORMAT, "", "cells %llu to %llu are damaged: their checksum does not fit",
                         (unsigned long long)first, (unsigned long long)(first + *count - 1));
    return SYN_OK;
}

syn_status synp_get_sections(FILE *f, uint64_t n, uint64_t first, const uint32_t *checksums, syn_array *a,
                             syn_error *err)
{
    const uint64_t end = first + a->n, pieces = pieces_of(n);
    char *room = malloc(4 * (size_t)SYNP_PIECE);
    syn_status status = room ? SYN_OK : synp_no_memory(err);
    for (int section = 0; section < SYNP_SECTIONS; section++)
        for (uint64_t piece = first / SYNP_PIECE; piece * SYNP_PIECE < end && !status; piece++) {
            size_t count;
            status = synp_get_piece(f, n, section, piece, checksums[(uint64_t)section * pieces + piece], room, &count,
                                    err);
            if (status)
                break;
            const uint64_t start = piece * SYNP_PIECE, from = start > first ? start : first,
                           to = start + count < end ? start + count : end;
            memcpy(memory_of(a, section) + (size_t)(from - first) * width[section],
                   room + (size_t)(from - start) * width[section], (size_t)(to - from) * width[section]);
        }
    free(room);
    return status;
}
