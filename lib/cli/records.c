/* SPDX-License-Identifier: MIT */
#include "cli/records.h"

#include "base/endian.h"
#include "cli/buffer.h"
#include "cli/matrix.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The dictionary of the header: NumPy's format 1.0. */
static void put_dictionary(FILE *f, const record_field *fields, uint64_t rows)
{
    static const char *const types[] = {[RECORD_WHOLE] = "<u8", [RECORD_NUMBER] = "<f8", [RECORD_WORD] = "<U3"};
    fputs("{'descr': [", f);
    for (const record_field *p = fields; p->kind; p++)
        fprintf(f, "%s('%s', '%s')", p == fields ? "" : ", ", p->name, types[p->kind]);
    fprintf(f, "], 'fortran_order': False, 'shape': (%" PRIu64 ",), }", rows);
}

static int put_npy_header(FILE *f, const record_field *fields, uint64_t rows)
{
    buffer text;
    int status = buffer_open(&text);
    if (status)
        return status;
    put_dictionary(text.stream, fields, rows);
    status = buffer_close(&text);
    if (!status)
        matrix_put_npy_header(f, text.text);
    free(text.text);
    return status;
}

static void put_csv_header(FILE *f, const record_field *fields)
{
    for (const record_field *p = fields; p->kind; p++)
        fprintf(f, "%s%s", p == fields ? "" : ",", p->name);
    fputc('\n', f);
}

int records_open(records *r, const char *path, const record_field *fields, uint64_t rows)
{
    *r = (records){.fields = fields, .is_npy = matrix_is_npy(path)};
    int status = output_open(&r->out, path);
    if (status)
        return status;
    if (r->is_npy)
        status = put_npy_header(r->out.stream, fields, rows);
    else
        put_csv_header(r->out.stream, fields);
    if (status)
        output_close(&r->out, false);
    return status;
}

static void put_bits(FILE *f, uint64_t bits)
{
    bits = synp_little64(bits);
    fwrite(&bits, sizeof bits, 1, f);
}

static void put_word(FILE *f, const char *word)
{
    uint32_t letters[RECORD_LETTERS] = {0};
    for (int k = 0; k < RECORD_LETTERS && word[k]; k++)
        letters[k] = synp_little32((uint32_t)word[k]);
    fwrite(letters, sizeof letters, 1, f);
}

static void put_npy(FILE *f, const record_field *fields, const record_value *values)
{
    for (size_t k = 0; fields[k].kind; k++) {
        uint64_t bits = values[k].whole;
        if (fields[k].kind == RECORD_WORD) {
            put_word(f, values[k].word);
            continue;
        }
        if (fields[k].kind == RECORD_NUMBER)
            memcpy(&bits, &values[k].number, sizeof bits);
        put_bits(f, bits);
    }
}

static void put_csv(FILE *f, const record_field *fields, const record_value *values)
{
    for (size_t k = 0; fields[k].kind; k++) {
        if (fields[k].kind == RECORD_NUMBER && k > 0 && !isnan(values[k].number)) {
            output_number(f, values[k].number);
            continue;
        }
        if (k > 0)
            fputc(',', f);
        if (fields[k].kind == RECORD_WHOLE)
            fprintf(f, "%" PRIu64, values[k].whole);
        else if (fields[k].kind == RECORD_WORD)
            fputs(values[k].word, f);
    }
    fputc('\n', f);
}

void records_put(records *r, const record_value *values)
{
    (r->is_npy ? put_npy : put_csv)(r->out.stream, r->fields, values);
}

bool records_failed(const records *r)
{
    return ferror(r->out.stream);
}

int records_close(records *r)
{
    return output_close(&r->out, true);
}
