/* SPDX-License-Identifier: MIT */
/* The parts of a state file: a stream with its checksum, and the sections of a compact array. */
#ifndef ARRAY_STREAM_H
#define ARRAY_STREAM_H

#include "array/array.h"

#include <stdio.h>
#include <synaptogen/array_file.h>

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

/* Writes the CRC-32 of what went through the stream. */
void synp_put_checksum(synp_stream *s);

/* Reads a CRC-32. Returns SYN_OK, SYN_EIO (something was not there to be read) or SYN_EFORMAT (it does not fit). */
syn_status synp_check_checksum(synp_stream *s, const char *path, syn_error *err);

/* A file at path that appears when `put` has written it: with header, cells and checksums. put returns SYN_OK or why it
 * gave up. Returns that, SYN_EIO or SYN_ENOMEM; path is unchanged then. */
typedef syn_status synp_put_state(void *context, synp_stream *s, syn_error *err);
syn_status synp_write_state(const char *path, synp_put_state *put, void *context, syn_error *err);

/* Opens a file and reads its header: what it says, and the checksum of the model's figures. On an error nothing is open. */
syn_status synp_open_state(synp_stream *s, const char *path, syn_array_info *info, uint32_t *model, syn_error *err);

/* Writes what stands before the states. */
void synp_put_header(synp_stream *s, const syn_array_info *info, uint32_t model);

/* The sections begin here, at a multiple of 64, for readers that map the file. */
enum { SYNP_SECTIONS_BEGIN = 128 };

/* A file of version 2 keeps four sections: r, u_thr, n and mode of all cells. Each is cut into pieces of this many cells, and
 * has a checksum for each piece. */
enum { SYNP_PIECE = 1 << 20, SYNP_SECTIONS = 4 };

/* Bytes of a cell in all sections. */
enum { SYNP_KEPT_BYTES = 13 };

/* Checksums of all sections for n cells: for each section those of its pieces. */
size_t synp_checksums(uint64_t n);

/* Writes the sections at the place of the stream, and fills their checksums. */
void synp_put_sections(synp_stream *s, const syn_array *a, uint32_t *checksums);

/* Reads the checksums of the sections, after the header, and checks their own. */
syn_status synp_get_checksums(synp_stream *s, const syn_array_info *info, const char *path, uint32_t *checksums,
                              syn_error *err);

/* One piece of a section of n cells into room, 4 SYNP_PIECE bytes, checked. *count is the number of its cells. Returns SYN_OK,
 * SYN_EIO or SYN_EFORMAT. */
syn_status synp_get_piece(FILE *f, uint64_t n, int section, uint64_t piece, uint32_t checksum, char *room,
                          size_t *count, syn_error *err);

/* Writes `count` cells of a section. */
void synp_put_piece(synp_stream *s, int section, const char *room, size_t count);

/* Fills r and the kept numbers of the array with the cells first .. first + a->n - 1 of a file of n cells, whose checksums are given. Returns SYN_OK, SYN_EIO, SYN_ENOMEM, or SYN_EFORMAT
 * (a checksum does not fit); err says for which cells. */
syn_status synp_get_sections(FILE *f, uint64_t n, uint64_t first, const uint32_t *checksums, syn_array *a,
                             syn_error *err);

#endif
