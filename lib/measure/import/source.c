/* SPDX-License-Identifier: MIT */
#include "measure/import/source.h"

#include "base/base.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 1 << 15, UTF8_LONGEST = 3 }; /* bytes read at once; bytes of UTF-8 for one unit of UTF-16 */

syn_status synp_source_located(const synp_source *t, syn_error *err, syn_status s)
{
    if (err) {
        snprintf(err->file, sizeof err->file, "%s", t->name);
        err->line = t->line < INT_MAX ? (int)t->line : INT_MAX;
    }
    return s;
}

const char *synp_encoding_name(synp_encoding e)
{
    static const char *const names[] = {"plain text", "UTF-8 with a byte order mark", "UTF-16 LE", "UTF-16 BE"};
    return names[e];
}

/* Checks what zlib reports. A gzip file that ends too early shows only at its end. */
static syn_status check_file(const synp_source *t, syn_error *err)
{
    int code;
    const char *text = gzerror(t->file, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return SYN_OK;
    return synp_source_located(
        t, err, synp_fail(err, SYN_EIO, "", "cannot read: %s", code == Z_ERRNO ? strerror(errno) : text));
}

/* Appends n bytes of UTF-16 in t->raw to t->block as UTF-8. Halves of pairs become question marks: names of columns and
 * units do without characters beyond U+FFFF. */
static void append_utf16(synp_source *t, size_t n)
{
    const int low = t->encoding == SYNP_UTF16_BE;
    char *out = t->block + t->end;
    for (size_t k = 0; k + 1 < n; k += 2) {
        const unsigned a = (unsigned char)t->raw[k + (size_t)low], b = (unsigned char)t->raw[k + 1 - (size_t)low],
                       c = a + 256 * b;
        if (c < 0x80) {
            *out++ = (char)c;
        } else if (c < 0x800) {
            *out++ = (char)(0xc0 | c >> 6);
            *out++ = (char)(0x80 | (c & 0x3f));
        } else if (c >= 0xd800 && c < 0xe000) {
            *out++ = '?';
        } else {
            *out++ = (char)(0xe0 | c >> 12);
            *out++ = (char)(0x80 | (c >> 6 & 0x3f));
            *out++ = (char)(0x80 | (c & 0x3f));
        }
    }
    t->end = (size_t)(out - t->block);
}

/* Reads on behind t->end. */
static syn_status fill(synp_source *t, syn_error *err)
{
    memmove(t->block, t->block + t->at, t->end - t->at);
    t->end -= t->at;
    t->at = 0;
    const bool is_wide = t->encoding == SYNP_UTF16_LE || t->encoding == SYNP_UTF16_BE;
    char *into = is_wide ? t->raw : t->block + t->end;
    const int n = gzread(t->file, into, BLOCK);
    const syn_status status = check_file(t, err);
    if (status)
        return status;
    t->ended = n < BLOCK;
    t->bytes += (uint64_t)n;
    t->crc = (uint32_t)crc32_z(t->crc, (const unsigned char *)into, (size_t)n);
    if (is_wide)
        append_utf16(t, (size_t)n);
    else
        t->end += (size_t)n;
    const char *nul = memchr(t->block, 0, t->end);
    t->nul = nul ? (size_t)(nul - t->block) : t->end;
    return SYN_OK;
}

/* Whether every second byte of the first ones, from `first` on, is 0: Latin letters in UTF-16 without a mark. */
static bool has_zeros(const char *text, size_t n, size_t first)
{
    const size_t most = n < 64 ? n : 64;
    size_t zeros = 0, others = 0;
    for (size_t k = 0; k < most; k++) {
        zeros += k % 2 == first && text[k] == 0;
        others += k % 2 != first && text[k] == 0;
    }
    return most >= 4 && others == 0 && 4 * zeros >= most;
}

/* Encoding and line ending, from the first block. */
static void recognise(synp_source *t)
{
    const size_t n = t->end;
    if (n >= 3 && memcmp(t->block, "\xef\xbb\xbf", 3) == 0) {
        t->encoding = SYNP_UTF8_MARKED;
        t->at = 3;
    } else if ((n >= 2 && memcmp(t->block, "\xff\xfe", 2) == 0) || has_zeros(t->block, n, 1)) {
        t->encoding = SYNP_UTF16_LE;
    } else if ((n >= 2 && memcmp(t->block, "\xfe\xff", 2) == 0) || has_zeros(t->block, n, 0)) {
        t->encoding = SYNP_UTF16_BE;
    }
    if (t->encoding == SYNP_UTF16_LE || t->encoding == SYNP_UTF16_BE) {
        memcpy(t->raw, t->block, n);
        t->end = 0;
        append_utf16(t, n);
        t->at = t->end >= 3 && memcmp(t->block, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        const char *nul = memchr(t->block, 0, t->end);
        t->nul = nul ? (size_t)(nul - t->block) : t->end;
    }
    t->ending = memchr(t->block, '\r', t->end) && !memchr(t->block, '\n', t->end) ? '\r' : '\n';
}

syn_status synp_source_open(synp_source *t, const char *path, size_t longest, syn_error *err)
{
    struct stat about;
    const bool is_input = strcmp(path, "-") == 0;
    *t = (synp_source){.name = is_input ? "standard input" : path, .longest = longest};
    if (!is_input && stat(path, &about) == 0 && S_ISREG(about.st_mode))
        t->size = (uint64_t)about.st_size;
    t->block = malloc(longest + UTF8_LONGEST * BLOCK + 1);
    t->raw = malloc(BLOCK);
    errno = 0;
    if (t->block && t->raw)
        t->file = is_input ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
    syn_status status = SYN_OK;
    if (t->file)
        gzbuffer(t->file, BLOCK);
    else if (!t->block || !t->raw || errno == 0 || errno == ENOMEM)
        status = synp_no_memory(err);
    else
        status = synp_source_located(t, err, synp_fail(err, SYN_EIO, "", "cannot open: %s", strerror(errno)));
    if (!status)
        status = fill(t, err);
    if (status)
        synp_source_close(t);
    else
        recognise(t);
    return status;
}

void synp_source_close(synp_source *t)
{
    if (t->file)
        gzclose(t->file);
    free(t->block);
    free(t->raw);
    t->file = NULL;
    t->block = t->raw = NULL;
}

static syn_status refuse_line(const synp_source *t, const char *found, syn_error *err)
{
    return synp_source_located(
        t, err,
        synp_fail(err, SYN_EFORMAT, "", "expected a line of text of fewer than %zu characters%s", t->longest, found));
}

syn_status synp_source_next(synp_source *t, char **line, size_t *length, syn_error *err)
{
    char *end;
    *line = NULL;
    while (!(end = memchr(t->block + t->at, t->ending, t->end - t->at)) && !t->ended && t->end - t->at < t->longest) {
        const syn_status status = fill(t, err);
        if (status)
            return status;
    }
    if (t->at == t->end)
        return SYN_OK;
    char *start = t->block + t->at;
    if (!end)
        end = t->block + t->end;
    size_t n = (size_t)(end - start);
    t->line++;
    if (n >= t->longest)
        return refuse_line(t, "", err);
    t->at += n + (end < t->block + t->end ? 1 : 0);
    if (t->nul < t->at)
        return refuse_line(t, ", found a byte of value 0", err);
    if (n > 0 && start[n - 1] == '\r')
        n--;
    start[n] = '\0'; /* block has room for one more */
    *line = start;
    *length = n;
    return SYN_OK;
}

double synp_source_fraction(const synp_source *t)
{
    return t->size ? fmin((double)gzoffset(t->file) / (double)t->size, 1) : 0;
}
