/* SPDX-License-Identifier: MIT */
/* The parts of a state file: a stream with its checksum, and the sections of a compact array. */
#ifndef ARRAY_STREAM_H
#define ARRAY_STREAM_H

#include "array/array.h"

#include <stdio.h>

/* A stream with the checksum of what went through it. */
typedef struct synp_stream {
    FILE *f;
    uint32_t crc;
    bool failed; /* an error of the system, or the end of the file */
} synp_stream;

void synp_put(synp_stream *s, const void *bytes, size_t size);
void synp_get(synp_stream *s, void *bytes, size_t size);

/* n words of 32 bits, little-endian in the file. */
void synp_put_words(synp_stream *s, const void *words, size_t n);
void synp_get_words(synp_stream *s, void *words, size_t n);

/* A file of version 2 keeps four sections: r, u_thr, n and mode of all cells. Each is cut into pieces of this many cells, and
 * has a checksum for each piece. */
enum { SYNP_PIECE = 1 << 20, SYNP_SECTIONS = 4 };

/* Bytes of a cell in all sections. */
enum { SYNP_KEPT_BYTES = 13 };

/* Checksums of all sections for n cells: for each section those of its pieces. */
size_t synp_checksums(uint64_t n);

/* Writes the sections at the place of the stream, and fills their checksums. */
void synp_put_sections(synp_stream *s, const syn_array *a, uint32_t *checksums);

/* Cells of a file: its n, where its sections begin, and the cells first .. first + a->n - 1 of it that an array gets. */
typedef struct synp_wanted {
    uint64_t n, first;
    long begin;
} synp_wanted;

/* Fills r and the kept numbers of the array from the sections, whose checksums are given. Returns SYN_OK, SYN_EIO, SYN_ENOMEM, or SYN_EFORMAT
 * (a checksum does not fit); err says for which cells. */
syn_status synp_get_sections(FILE *f, const synp_wanted *w, const uint32_t *checksums, syn_array *a, syn_error *err);

#endif
