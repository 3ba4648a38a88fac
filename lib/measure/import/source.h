/* SPDX-License-Identifier: MIT */
/* Lines of text files, plain or compressed by gzip, in a fixed amount of memory. The lines are UTF-8 or, in files with
 * an 8-bit alphabet such as CP1251 or Latin-1, the bytes of the file. UTF-16 becomes UTF-8; a byte order mark goes.
 * Lines end with LF, CR LF or CR. Not installed. */
#ifndef MEASURE_IMPORT_SOURCE_H
#define MEASURE_IMPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <synaptogen/status.h>

typedef enum synp_encoding { SYNP_BYTES, SYNP_UTF8_MARKED, SYNP_UTF16_LE, SYNP_UTF16_BE } synp_encoding;

typedef struct synp_source {
    void *file; /* of zlib */
    const char *name;
    synp_encoding encoding;
    char ending;          /* last character of a line */
    bool ended;           /* the file has no more bytes than those in block */
    uint64_t line;        /* 1-based, of the line last read */
    uint64_t bytes, size; /* read so far, uncompressed; of the file on the disk, 0 if unknown */
    uint32_t crc;         /* CRC-32 of these bytes */
    size_t longest;       /* a line has fewer characters */
    char *block, *raw;    /* text not yet handed out; bytes of UTF-16 */
    size_t at, end;       /* of the text in block */
    size_t nul;           /* place of the first byte of value 0 in block; end if there is none */
} synp_source;

/* path "-" is standard input. path must outlive t. Returns SYN_OK, SYN_EIO, SYN_ENOMEM. */
syn_status synp_source_open(synp_source *t, const char *path, size_t longest, syn_error *err);
void synp_source_close(synp_source *t);

/* The next line, without its ending and with a 0 after it: *line, which may be written to until the next call. *line is
 * NULL at the end of the file. Returns SYN_OK, SYN_EIO, SYN_EFORMAT (too long, or no text). */
syn_status synp_source_next(synp_source *t, char **line, size_t *length, syn_error *err);

/* Puts file and line into err (unless NULL) and returns s. */
syn_status synp_source_located(const synp_source *t, syn_error *err, syn_status s);

/* Share of the file that was read, 0 if its size is unknown. */
double synp_source_fraction(const synp_source *t);

/* "UTF-16 LE", ... */
const char *synp_encoding_name(synp_encoding e);

#endif
