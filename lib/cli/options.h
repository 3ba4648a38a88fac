/* SPDX-License-Identifier: MIT */
/* Options of a command: a table says which there are and where their values go. Help, manual page and completion are
 * made from the same table (manual/).
 *
 * A command has a structure of its own and a table over it, which ends with an empty entry:
 *   typedef struct pulse_options { model_options model; const char *voltages; bool verbose; } pulse_options;
 *   static const cli_option options[] = {
 *       {"voltages", "FILE", TEXT(pulse_options, voltages), .help = "..."},
 *       {"verbose", NULL, SWITCH(pulse_options, verbose), .help = "..."},
 *       {GROUP(options_model, pulse_options, model)},
 *       {0}};
 * A group is a table over a structure that is a member of the command's. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum option_kind {
    OPTION_TEXT,    /* const char *, NULL if absent */
    OPTION_INTEGER, /* uint64_t in [least, most] */
    OPTION_AUTO,    /* uint64_t in [least, most], or the word "auto", which is 0 */
    OPTION_NUMBER,  /* double in [low, high] */
    OPTION_CHOICE,  /* int: the position of the word in the list `value`, whose words are separated by | */
    OPTION_SWITCH,  /* bool: true if the option is given; it takes no value */
    OPTION_HELP,    /* no value, no field */
    OPTION_VERSION, /* no value, no field */
    OPTION_GROUP,   /* not an option: the options of the table `group` follow */
    OPTION_LINE,    /* not an option: a cli_line gets the command as typed */
} option_kind;

/* An absent option without a fallback leaves zero, but a choice leaves this. */
enum { OPTION_ABSENT = -1 };

typedef struct cli_option {
    const char *name, *value; /* without the two dashes; placeholder of the value in texts, NULL for a switch */
    option_kind kind;
    size_t offset;        /* of the value in the command's structure */
    uint64_t least, most; /* of OPTION_INTEGER, OPTION_AUTO */
    double low, high;     /* of OPTION_NUMBER */
    const char *fallback; /* the value of an absent option, as typed */
    const char *last;     /* of OPTION_AUTO: a word for most + 1, NULL: none */
    const char *help;     /* a phrase without a full stop */
    bool writes;          /* an OPTION_TEXT that names a file to be written */
    bool of_new_cells;    /* says what new cells are; the cells of --state are what they are */
    char letter;          /* short form, 0: none */
    const struct cli_option *group;
} cli_option;

#define TEXT(type, field)   .kind = OPTION_TEXT, .offset = offsetof(type, field)
#define WRITES(type, field) TEXT(type, field), .writes = true
#define CHOICE(type, field) .kind = OPTION_CHOICE, .offset = offsetof(type, field)
#define SWITCH(type, field) .kind = OPTION_SWITCH, .offset = offsetof(type, field)
#define INTEGER(type, field, from, to)                                                                               \
    .kind = OPTION_INTEGER, .offset = offsetof(type, field), .least = from, .most = to
#define AUTO(type, field, from, to)   .kind = OPTION_AUTO, .offset = offsetof(type, field), .least = from, .most = to
#define NUMBER(type, field, from, to) .kind = OPTION_NUMBER, .offset = offsetof(type, field), .low = from, .high = to
#define GROUP(table, type, field)     .kind = OPTION_GROUP, .offset = offsetof(type, field), .group = table
#define LINE(type, field)             .kind = OPTION_LINE, .offset = offsetof(type, field)

/* A command as typed. */
typedef struct cli_line {
    int count;
    char **words; /* without the name of the program */
} cli_line;

/* The largest number of cells, cycles and reads that a command takes. */
#define OPTION_MANY (SIZE_MAX < UINT64_C(1000000000000) ? (uint64_t)SIZE_MAX : UINT64_C(1000000000000))

/* A file name that follows the options, without dashes. */
typedef struct cli_operand {
    const char *name, *what; /* placeholder; "state file" in "expected a state file, found none" */
    size_t offset;           /* of a const char * in the command's structure; of a cli_line if there are many */
    bool many;               /* one or more; only the last operand */
    bool optional;           /* may be absent; only the last operand */
} cli_operand;
enum { MOST_OPERANDS = 2 };

/* The options of a table and its groups, with offsets in the command's structure, then those that every command has
 * (--help, --version). Returns how many; out[0] .. */
enum { MOST_OPTIONS = 48 };
int options_list(const cli_option *table, cli_option out[MOST_OPTIONS]);

/* "help; integer in [1, 10]; default 3". An integer without a practical upper limit is "integer from 0". */
const char *option_text(const cli_option *o, char *text, size_t size);

typedef enum options_request { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION } options_request;

/* Parses a line, whose first `words` words are the command's name, into *values, which is zeroed. *request is what the
 * line asks for; values are complete for OPTIONS_RUN only. Returns an exit status and has printed the reason. */
int options_parse(const char *name, const cli_option *table, const cli_operand operands[MOST_OPERANDS],
                  const cli_line *line, int words, void *values, options_request *request);

/* Whether two names are one file, which may not exist yet. Devices and pipes can be written twice. */
bool options_same_file(const char *a, const char *b);

#endif
