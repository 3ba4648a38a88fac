/* SPDX-License-Identifier: MIT */
/* Writing JSON for people and programs, and what readers of JSON share. Any thread. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdio.h>

/* Writes the value with an indentation of two blanks per level. An array of numbers and texts takes one line; every other
 * member takes its own. Numbers as synp_number_text. ferror(f) tells whether f took all of it. */
void synp_json_write(const json_t *value, FILE *f);

/* A number, or null if x is not finite, because JSON has no word for NAN. Returns NULL without memory. */
json_t *synp_json_number(double x);

/* A text; bytes above 127 become ? if it is not UTF-8. Returns NULL without memory. */
json_t *synp_json_text(const char *text);

/* Add a value to an object or array, whose ownership they take, like that of the value. Return it, or NULL without
 * memory or if one of both is NULL; then both are freed. So calls can follow each other with one check at the end. */
json_t *synp_json_with(json_t *object, const char *key, json_t *value);
json_t *synp_json_append(json_t *array, json_t *value);

/* The first member of the object whose name is none of the known ones, which stand between blanks: "rows cols". NULL if all
 * are known, or if it is no object. */
const char *synp_json_unknown(const json_t *object, const char *known);

#endif
