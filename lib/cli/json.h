/* SPDX-License-Identifier: MIT */
/* JSON of the command: reading with messages that name file and field, numbers and matrices for writing. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "cli/cli.h"

#include <jansson.h>

typedef struct json_file {
    const char *name; /* for messages */
    json_t *root;
} json_file;

/* path "-" is standard input. */
int json_open(const char *path, json_file *out);

/* Prints "file: field: text", returns CLI_FAILED. */
__attribute__((format(printf, 3, 4))) int json_refuse(const json_file *f, const char *field, const char *format, ...);
/* "an array", "a number" and so on; "none" for NULL. */
const char *json_kind(const json_t *value);

/* Functions below refuse values of another kind. */
int json_get_number(const json_file *f, const char *field, const json_t *value, double *out);
/* An integer in [1, 2^20]. */
int json_get_count(const json_file *f, const char *field, const json_t *value, size_t *out);
/* Numbers into (*out)[n], to be freed also after a failure. A single number stands for n of them. null becomes `absent`,
 * or is refused if that is NAN. */
int json_get_list(const json_file *f, const char *field, const json_t *value, size_t n, double absent, double **out);
/* An array of rows into (*out)[rows x cols], column-major; to be freed also after a failure. */
int json_get_matrix(const json_file *f, const char *field, const json_t *value, size_t rows, size_t cols,
                    double **out);
/* An object whose members are all known: `known` is a list of words, each followed by a blank. */
int json_check_object(const json_file *f, const char *field, json_t *object, const char *known);

/* New values; NULL if there is no memory. A number that is not finite becomes null. */
json_t *json_of_list(const double *v, size_t n, size_t step);      /* v[0], v[step] .. */
json_t *json_of_matrix(const double *v, size_t rows, size_t cols); /* column-major, as an array of rows */
/* Writes an object, each member in a line of its own. Numbers have 15 significant digits. */
void json_put(FILE *f, const json_t *object);

#endif
