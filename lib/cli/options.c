/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/nearest.h"
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const cli_option always[] = {
    {"help", .kind = OPTION_HELP, .letter = 'h', .help = "print a description and end"},
    {"version", .kind = OPTION_VERSION, .help = "print the version and end"},
    {0},
};

/* Appends a table, whose structure lies at `offset`, to out[*n]. A cli_line is kept only for the parser. */
static void append(const cli_option *table, size_t offset, bool lines, cli_option *out, int *n)
{
    for (const cli_option *o = table; o->name || o->kind >= OPTION_GROUP; o++) {
        if (o->kind == OPTION_GROUP)
            append(o->group, offset + o->offset, lines, out, n);
        else if ((o->kind == OPTION_LINE) == lines && *n < MOST_OPTIONS) {
            out[*n] = *o;
            out[(*n)++].offset += offset;
        }
    }
}

int options_list(const cli_option *table, cli_option out[MOST_OPTIONS])
{
    int n = 0;
    append(table, 0, false, out, &n);
    append(always, 0, false, out, &n);
    return n;
}

/* Kind and range of an option's value in words; "" for a text, a choice or a switch. */
static const char *range_of(const cli_option *o, char *text, size_t size)
{
    text[0] = '\0';
    if (o->kind == OPTION_AUTO)
        snprintf(text, size, "\"auto\"%s%s%s or an integer in [%" PRIu64 ", %" PRIu64 "]", o->last ? ", \"" : "",
                 o->last ? o->last : "", o->last ? "\"" : "", o->least, o->most);
    else if (o->kind == OPTION_INTEGER)
        snprintf(text, size, "integer in [%" PRIu64 ", %" PRIu64 "]", o->least, o->most);
    else if (o->kind == OPTION_NUMBER)
        snprintf(text, size, "number in [%g, %g]", o->low, o->high);
    return text;
}

const char *option_text(const cli_option *o, char *text, size_t size)
{
    char range[96];
    if (o->kind == OPTION_INTEGER && o->most >= OPTION_MANY)
        snprintf(range, sizeof range, "integer from %" PRIu64, o->least);
    else
        range_of(o, range, sizeof range);
    snprintf(text, size, "%s%s%s%s%s", o->help, range[0] ? "; " : "", range, o->fallback ? "; default " : "",
             o->fallback ? o->fallback : "");
    return text;
}

static bool parse_integer(const cli_option *o, const char *text, uint64_t *out)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return errno == 0 && *out >= o->least && *out <= o->most;
}

static bool parse_number(const cli_option *o, const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= o->low && *out <= o->high;
}

static bool parse_choice(const cli_option *o, const char *text, int *out)
{
    const size_t length = strlen(text);
    *out = 0;
    for (const char *word = o->value; word; word = strchr(word, '|')) {
        word += *word == '|';
        if (strcspn(word, "|") == length && strncmp(word, text, length) == 0)
            return true;
        ++*out;
    }
    return false;
}

static int refuse_value(const cli_option *o, const char *text)
{
    char range[96];
    if (o->kind == OPTION_CHOICE)
        return cli_fail(CLI_USAGE, "--%s: expected a word out of %s, found \"%s\"", o->name, o->value, text);
    return cli_fail(CLI_USAGE, "--%s: expected %s%s, found \"%s\"", o->name,
                    o->kind == OPTION_AUTO      ? ""
                    : o->kind == OPTION_INTEGER ? "an "
                                                : "a ",
                    range_of(o, range, sizeof range), text);
}

static int set_option(const cli_option *o, const char *text, void *values)
{
    void *field = (char *)values + o->offset;
    bool good = true;
    switch (o->kind) {
        case OPTION_TEXT:
            *(const char **)field = text;
            break;
        case OPTION_INTEGER:
            good = parse_integer(o, text, field);
            break;
        case OPTION_AUTO:
            *(uint64_t *)field = 0;
            good = strcmp(text, "auto") == 0 || parse_integer(o, text, field);
            if (!good && o->last && strcmp(text, o->last) == 0) {
                *(uint64_t *)field = o->most + 1;
                good = true;
            }
            break;
        case OPTION_NUMBER:
            good = parse_number(o, text, field);
            break;
        case OPTION_CHOICE:
            good = parse_choice(o, text, field);
            break;
        case OPTION_SWITCH:
            *(bool *)field = true;
            break;
        default:
            break;
    }
    return good ? CLI_OK : refuse_value(o, text);
}

static int set_fallbacks(const cli_option *list, int n, void *values)
{
    int status = CLI_OK;
    for (int k = 0; k < n && !status; k++) {
        if (list[k].kind == OPTION_CHOICE)
            *(int *)((char *)values + list[k].offset) = OPTION_ABSENT;
        if (list[k].fallback)
            status = set_option(&list[k], list[k].fallback, values);
    }
    return status;
}

static void set_line(const cli_option *table, const cli_line *line, void *values)
{
    cli_option found[MOST_OPTIONS];
    int n = 0;
    append(table, 0, true, found, &n);
    for (int k = 0; k < n; k++)
        *(cli_line *)((char *)values + found[k].offset) = *line;
}

/* A list in the form that getopt_long takes: val is LONG_OPTION plus the number in the list, above all characters. */
enum { LONG_OPTION = 256 };
typedef struct getopt_table {
    struct option longs[MOST_OPTIONS + 1];
    char letters[2 * MOST_OPTIONS + 2];
} getopt_table;

static void prepare_getopt(const cli_option *list, int n, getopt_table *t)
{
    char *letter = t->letters;
    *letter++ = ':';
    for (int k = 0; k < n; k++) {
        t->longs[k] =
            (struct option){list[k].name, list[k].value ? required_argument : no_argument, NULL, LONG_OPTION + k};
        if (list[k].letter)
            *letter++ = list[k].letter;
        if (list[k].letter && list[k].value)
            *letter++ = ':';
    }
    t->longs[n] = (struct option){0};
    *letter = '\0';
}

static int number_of_letter(const cli_option *list, int n, int letter)
{
    for (int k = 0; k < n; k++)
        if (list[k].letter == letter)
            return k;
    return -1;
}

/* An argument that is no option of the command. */
static int refuse(const char *command, const cli_option *list, int n, const char *argument)
{
    char word[64], meant[96] = "";
    if (strncmp(argument, "--", 2) == 0) {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
        synp_nearest near = synp_nearest_begin(word);
        for (int k = 0; k < n; k++)
            synp_nearest_try(&near, list[k].name);
        if (near.best)
            snprintf(meant, sizeof meant, "; the nearest is \"--%s\"", near.best);
    }
    return cli_fail(CLI_USAGE, "expected an option of \"synaptogen %s\" (see --help), found \"%s\"%s", command,
                    argument, meant);
}

/* What getopt_long has not understood: code is its result. */
static int refuse_argument(const char *command, const cli_option *list, int n, int code, char **argv)
{
    const char *argument = argv[optind - 1];
    if (code == ':')
        return cli_fail(CLI_USAGE, "%s: expected a value after it, found none", argument);
    if (optopt >= LONG_OPTION)
        return cli_fail(CLI_USAGE, "--%s: expected no value, found \"%s\"", list[optopt - LONG_OPTION].name,
                        argument + strcspn(argument, "=") + 1);
    if (optopt > 0)
        return refuse(command, list, n, (const char[]){'-', (char)optopt, '\0'});
    return refuse(command, list, n, argument);
}

static int count_operands(const cli_operand operands[MOST_OPERANDS])
{
    int n = 0;
    while (n < MOST_OPERANDS && operands[n].name)
        n++;
    return n;
}

static int set_operands(const cli_operand operands[MOST_OPERANDS], int count, char **words, void *values)
{
    const int known = count_operands(operands);
    const int wanted = known > 0 && operands[known - 1].optional && count < known ? known - 1 : known;
    if (count < wanted)
        return wanted > 1 ? cli_fail(CLI_USAGE, "expected two file names, found %d", count)
                          : cli_fail(CLI_USAGE, "expected a %s, found none", operands[0].what);
    for (int k = 0; k < wanted; k++) {
        void *field = (char *)values + operands[k].offset;
        if (operands[k].many)
            *(cli_line *)field = (cli_line){count - k, words + k};
        else
            *(const char **)field = words[k];
    }
    return CLI_OK;
}

bool options_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    if (stat(a, &of_a) == 0 && stat(b, &of_b) == 0)
        return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    /* New files: those of one name in one folder. */
    char folder_a[PATH_MAX], folder_b[PATH_MAX];
    const char *base_a = strrchr(a, '/'), *base_b = strrchr(b, '/');
    snprintf(folder_a, sizeof folder_a, "%.*s", base_a ? (int)(base_a - a) + 1 : 1, base_a ? a : ".");
    snprintf(folder_b, sizeof folder_b, "%.*s", base_b ? (int)(base_b - b) + 1 : 1, base_b ? b : ".");
    return strcmp(base_a ? base_a + 1 : a, base_b ? base_b + 1 : b) == 0 && stat(folder_a, &of_a) == 0 &&
           stat(folder_b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* The result that is written first would be lost. */
static int check_outputs(const cli_option *list, int n, const void *values)
{
    for (int k = 0; k < n; k++)
        for (int j = 0; j < k; j++) {
            if (!list[j].writes || !list[k].writes)
                continue;
            const char *a = *(const char *const *)((const char *)values + list[j].offset),
                       *b = *(const char *const *)((const char *)values + list[k].offset);
            if (a && b && options_same_file(a, b))
                return cli_fail(CLI_USAGE, "--%s: %s is the file of --%s, too", list[k].name, b, list[j].name);
        }
    return CLI_OK;
}

/* Names of files that do not exist are no reason here: what is missing has a message of its own. */
static int check_input(const cli_option *writes, const void *values, const char *input)
{
    const char *result = *(const char *const *)((const char *)values + writes->offset);
    return result && input && access(input, F_OK) == 0 && options_same_file(result, input)
               ? cli_fail(CLI_USAGE, "--%s: expected a file that is not read, found %s", writes->name, result)
               : CLI_OK;
}

/* Whether an option names a file that is read and stays. An array of --state may be replaced by what it becomes. */
static bool is_input(const cli_option *o)
{
    return o->kind == OPTION_TEXT && !o->writes && o->value && strcmp(o->value, "FILE") == 0 &&
           strcmp(o->name, "state") != 0;
}

/* A result must not take the place of what the command reads. */
static int check_inputs(const cli_option *list, int n, const cli_operand operands[MOST_OPERANDS], const void *values)
{
    int status = CLI_OK;
    for (int k = 0; k < n; k++) {
        for (int j = 0; list[k].writes && j < MOST_OPERANDS && operands[j].name; j++) {
            const void *field = (const char *)values + operands[j].offset;
            const cli_line *many = operands[j].many ? field : NULL;
            for (int m = 0; many && m < many->count && !status; m++)
                status = check_input(&list[k], values, many->words[m]);
            if (!many && !status)
                status = check_input(&list[k], values, *(const char *const *)field);
        }
        for (int j = 0; list[k].writes && j < n && !status; j++)
            if (is_input(&list[j]))
                status = check_input(&list[k], values, *(const char *const *)((const char *)values + list[j].offset));
    }
    return status;
}

static int find(const cli_option *list, int n, const char *name)
{
    for (int k = 0; k < n; k++)
        if (list[k].name && strcmp(list[k].name, name) == 0)
            return k;
    return -1;
}

/* Options that would have no effect, because the cells come from a state file. Random bits need a seed, too. */
static int check_state(const cli_option *list, int n, const bool *given)
{
    const int state = find(list, n, "state"), pattern = find(list, n, "pattern");
    if (state < 0 || !given[state])
        return CLI_OK;
    for (int k = 0; k < n; k++)
        if (given[k] && list[k].of_new_cells &&
            !(pattern >= 0 && given[pattern] && strcmp(list[k].name, "seed") == 0))
            return cli_fail(CLI_USAGE,
                            "--%s: expected none together with --state, whose file says what the cells are",
                            list[k].name);
    return CLI_OK;
}

int options_parse(const char *name, const cli_option *table, const cli_operand operands[MOST_OPERANDS],
                  const cli_line *line, int words, void *values, options_request *request)
{
    cli_option list[MOST_OPTIONS];
    getopt_table known;
    bool given[MOST_OPTIONS] = {false};
    const int n = options_list(table, list), argc = line->count - words + 1;
    char **argv = line->words + words - 1;
    prepare_getopt(list, n, &known);
    set_line(table, line, values);
    int status = set_fallbacks(list, n, values);
    *request = OPTIONS_RUN;
    opterr = 0;
    for (int code; !status && (code = getopt_long(argc, argv, known.letters, known.longs, NULL)) != -1;) {
        const int k = code >= LONG_OPTION ? code - LONG_OPTION : number_of_letter(list, n, code);
        if (k < 0) {
            status = refuse_argument(name, list, n, code, argv);
        } else if (list[k].kind == OPTION_HELP || list[k].kind == OPTION_VERSION) {
            *request = list[k].kind == OPTION_HELP ? OPTIONS_HELP : OPTIONS_VERSION;
            return CLI_OK;
        } else {
            status = set_option(&list[k], optarg, values);
            given[k] = true;
        }
    }
    if (!status)
        status = set_operands(operands, argc - optind, argv + optind, values);
    const int wanted = count_operands(operands);
    const bool has_many = wanted > 0 && operands[wanted - 1].many;
    if (!status && !has_many && optind + wanted < argc)
        status = refuse(name, list, n, argv[optind + wanted]);
    if (!status)
        status = check_state(list, n, given);
    if (!status)
        status = check_outputs(list, n, values);
    return status ? status : check_inputs(list, n, operands, values);
}
