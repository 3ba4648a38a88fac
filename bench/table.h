/* SPDX-License-Identifier: MIT */
/* Text tables of the benchmarks: one row a line, fields between separators. Blank lines and those that start with # are
 * left out. Every refusal is one line on standard error, "file:line:column: ..". */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_FIELDS = 24 };

typedef struct table {
    FILE *file;
    const char *path;
    char separator;
    char *text; /* of the current line, cut into its fields */
    size_t room;
    int line;   /* 1-based */
    int fields; /* of the current row */
    char *field[TABLE_FIELDS];
    int column[TABLE_FIELDS]; /* 1-based, where the field starts */
} table;

typedef enum table_row { TABLE_ROW, TABLE_END, TABLE_REFUSED } table_row;

/* Opens the file. The path must outlive the table. Returns false if the file cannot be read. */
bool table_open(table *t, const char *path, char separator);
void table_close(table *t);

/* Reads the next row, which must have least .. most fields. Blanks around a field are no part of it. */
table_row table_next(table *t, int least, int most);

/* Reads the next row, which must be exactly this text: the head of a CSV file. */
bool table_head(table *t, const char *head);

/* Refuses field k of the current row. Returns false. */
__attribute__((format(printf, 3, 4))) bool table_refuse(const table *t, int k, const char *format, ...);

/* Field k as a number of least .. most, or as a whole number. Returns false if it is none. */
bool table_number(const table *t, int k, double least, double most, double *value);
bool table_count(const table *t, int k, size_t least, size_t most, size_t *value);

/* The number that the field's text names in a list of words that NULL ends. Returns false if it names none. */
bool table_word(const table *t, int k, const char *const *words, int *value);

/* The number of a word in a list that NULL ends, -1 if it is not there. */
int word_number(const char *word, const char *const *words);

/* A text of malloc, printf-style. NULL if there is no memory. */
__attribute__((format(printf, 1, 2))) char *text_of(const char *format, ...);

#endif
