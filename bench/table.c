/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool table_open(table *t, const char *path, char separator)
{
    *t = (table){.file = fopen(path, "r"), .path = path, .separator = separator};
    if (!t->file)
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return t->file;
}

void table_close(table *t)
{
    if (t->file)
        fclose(t->file);
    free(t->text);
    *t = (table){0};
}

bool table_refuse(const table *t, int k, const char *format, ...)
{
    va_list list;
    fprintf(stderr, "%s:%d:%d: ", t->path, t->line, k < t->fields ? t->column[k] : 1);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return false;
}

/* Takes the blanks at both ends away: returns the new start and sets the new end. */
static char *trim(char *text)
{
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text + strspn(text, " \t");
}

/* Cuts the line at its separators. Returns false if there are too many. */
static bool cut(table *t)
{
    t->fields = 0;
    for (char *rest = t->text; rest; t->fields++) {
        if (t->fields == TABLE_FIELDS)
            return false;
        char *end = strchr(rest, t->separator);
        if (end)
            *end = '\0';
        t->field[t->fields] = trim(rest);
        t->column[t->fields] = (int)(t->field[t->fields] - t->text) + 1;
        rest = end ? end + 1 : NULL;
    }
    return true;
}

table_row table_next(table *t, int least, int most)
{
    do {
        t->fields = 0;
        if (getline(&t->text, &t->room, t->file) < 0) {
            if (ferror(t->file))
                fprintf(stderr, "%s: %s\n", t->path, strerror(errno));
            return ferror(t->file) ? TABLE_REFUSED : TABLE_END;
        }
        t->line++;
    } while (t->text[0] == '#' || t->text[strspn(t->text, " \t\r\n")] == '\0');
    const bool cut_up = cut(t);
    if (cut_up && t->fields >= least && t->fields <= most)
        return TABLE_ROW;
    table_refuse(t, t->fields > most ? most : 0, "expected %d .. %d fields, found %s%d", least, most,
                 cut_up ? "" : "more than ", t->fields);
    return TABLE_REFUSED;
}

bool table_head(table *t, const char *head)
{
    if (getline(&t->text, &t->room, t->file) < 0)
        t->line = 0;
    t->line++;
    t->fields = 0;
    if (t->text)
        t->text[strcspn(t->text, "\r\n")] = '\0';
    return (t->text && strcmp(t->text, head) == 0) || table_refuse(t, 0, "expected the head \"%s\"", head);
}

bool table_number(const table *t, int k, double least, double most, double *value)
{
    char *end = NULL;
    const double x = k < t->fields ? strtod(t->field[k], &end) : NAN;
    if (!end || end == t->field[k] || *end || !(x >= least && x <= most))
        return table_refuse(t, k, "expected a number of %g .. %g, found \"%s\"", least, most,
                            k < t->fields ? t->field[k] : "");
    *value = x;
    return true;
}

bool table_count(const table *t, int k, size_t least, size_t most, size_t *value)
{
    double x;
    if (!table_number(t, k, (double)least, (double)most, &x))
        return false;
    if (x != floor(x))
        return table_refuse(t, k, "expected a whole number, found \"%s\"", t->field[k]);
    *value = (size_t)x;
    return true;
}

int word_number(const char *word, const char *const *words)
{
    for (int k = 0; words[k]; k++)
        if (strcmp(word, words[k]) == 0)
            return k;
    return -1;
}

bool table_word(const table *t, int k, const char *const *words, int *value)
{
    const int number = k < t->fields ? word_number(t->field[k], words) : -1;
    if (number < 0) {
        char list[256] = "";
        for (int w = 0; words[w]; w++) {
            const size_t length = strlen(list);
            snprintf(list + length, sizeof list - length, "%s%s", w ? ", " : "", words[w]);
        }
        return table_refuse(t, k, "expected one of %s; found \"%s\"", list, k < t->fields ? t->field[k] : "");
    }
    *value = number;
    return true;
}

char *text_of(const char *format, ...)
{
    char *text;
    va_list list;
    va_start(list, format);
    const int length = vasprintf(&text, format, list);
    va_end(list);
    return length < 0 ? NULL : text;
}
