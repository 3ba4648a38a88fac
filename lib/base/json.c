/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/numeric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_container(const json_t *value)
{
    return json_is_array(value) || json_is_object(value);
}

static void write_value(const json_t *value, int level, FILE *f);

static void write_array(const json_t *array, int level, FILE *f)
{
    bool flat = true;
    for (size_t k = 0; k < json_array_size(array); k++)
        flat = flat && !is_container(json_array_get(array, k));
    fputc('[', f);
    for (size_t k = 0; k < json_array_size(array); k++) {
        fputs(k ? "," : "", f);
        if (flat)
            fputs(k ? " " : "", f);
        else
            fprintf(f, "\n%*s", 2 * (level + 1), "");
        write_value(json_array_get(array, k), level + 1, f);
    }
    if (!flat)
        fprintf(f, "\n%*s", 2 * level, "");
    fputc(']', f);
}

static void write_object(const json_t *object, int level, FILE *f)
{
    const char *key;
    json_t *value;
    bool first = true;
    fputc('{', f);
    json_object_foreach ((json_t *)object, key, value) {
        fprintf(f, "%s\n%*s\"%s\": ", first ? "" : ",", 2 * (level + 1), "", key);
        write_value(value, level + 1, f);
        first = false;
    }
    fprintf(f, "\n%*s}", 2 * level, "");
}

static void write_value(const json_t *value, int level, FILE *f)
{
    char text[SYNP_NUMBER_TEXT];
    if (json_is_array(value))
        write_array(value, level, f);
    else if (json_is_object(value))
        write_object(value, level, f);
    else if (json_is_real(value)) {
        const double x = json_real_value(value);
        /* -0 would be a whole number, which has no sign at zero. */
        fputs(x == 0 && signbit(x) ? "-0.0" : synp_number_text(x, text), f);
    } else
        json_dumpf(value, f, JSON_ENCODE_ANY);
}

void synp_json_write(const json_t *value, FILE *f)
{
    write_value(value, 0, f);
    fputc('\n', f);
}

json_t *synp_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *synp_json_text(const char *text)
{
    json_t *value = json_string(text); /* NULL if it is not UTF-8 */
    const size_t size = strlen(text) + 1;
    char *ascii = value ? NULL : malloc(size);
    if (ascii) {
        for (size_t k = 0; k < size; k++)
            ascii[k] = (unsigned char)text[k] < 128 ? text[k] : '?';
        value = json_string(ascii);
    }
    free(ascii);
    return value;
}

json_t *synp_json_with(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *synp_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

static bool is_among(const char *name, const char *words)
{
    const size_t length = strlen(name);
    for (const char *word = words; *word; word += strspn(word, " ")) {
        const size_t size = strcspn(word, " ");
        if (size == length && memcmp(word, name, size) == 0)
            return true;
        word += size;
    }
    return false;
}

const char *synp_json_unknown(const json_t *object, const char *known)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object, key, value)
        if (!is_among(key, known))
            return key;
    return NULL;
}
