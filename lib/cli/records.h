/* SPDX-License-Identifier: MIT */
/* A table with one row for each record: CSV, or a structured array of NumPy if the file's name ends in .npy. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/cli.h"

typedef enum record_kind {
    RECORD_END,    /* of the list */
    RECORD_WHOLE,  /* uint64_t; <u8 */
    RECORD_NUMBER, /* double; <f8; NAN is an empty field of CSV */
    RECORD_WORD    /* up to RECORD_LETTERS ASCII letters; <U3 */
} record_kind;
enum { RECORD_LETTERS = 3 };

typedef struct record_field {
    const char *name;
    record_kind kind;
} record_field;

typedef union record_value {
    uint64_t whole;
    double number;
    const char *word;
} record_value;

typedef struct records {
    output out;
    const record_field *fields;
    bool is_npy;
} records;

/* fields: up to RECORD_END; they must stay. rows: how many records will follow. path NULL: CSV on standard output. */
int records_open(records *r, const char *path, const record_field *fields, uint64_t rows);
void records_put(records *r, const record_value *values);
/* Whether writing has failed, so that nothing more is worth the time. */
bool records_failed(const records *r);
int records_close(records *r);

#endif
