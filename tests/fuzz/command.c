/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/matrix.h"
#include "cli/pattern.h"
#include "fuzz/fuzz.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A matrix that is accepted holds finite numbers and reads back as it was written. */
static void read_matrix(const char *name, const uint8_t *bytes, size_t size)
{
    matrix m, again;
    const char *path = fuzz_file(name, bytes, size);
    if (matrix_read(path, &m))
        return;
    const size_t n = m.rows * m.cols;
    fuzz_require(n > 0 && n / m.rows == m.cols);
    for (size_t k = 0; k < n; k++)
        fuzz_require(isfinite(m.v[k]));
    fuzz_require(matrix_write(path, &m) == CLI_OK);
    fuzz_require(matrix_read(path, &again) == CLI_OK);
    fuzz_require(again.rows == m.rows && again.cols == m.cols && memcmp(m.v, again.v, n * sizeof *m.v) == 0);
    free(m.v);
    free(again.v);
}

void fuzz_csv(const uint8_t *bytes, size_t size)
{
    read_matrix("input.csv", bytes, size);
}

void fuzz_npy(const uint8_t *bytes, size_t size)
{
    read_matrix("input.npy", bytes, size);
}

void fuzz_pattern(const uint8_t *bytes, size_t size)
{
    pattern p = {0};
    const pattern_options o = {.pattern = fuzz_file("input.txt", bytes, size), .scheme = OPTION_ABSENT};
    if (pattern_make(&o, NULL, 1, &p) == CLI_OK) {
        fuzz_require(p.rows > 0 && p.cols > 0);
        for (size_t k = 0; k < p.rows * p.cols; k++)
            fuzz_require(p.bits[k] <= 1);
    }
    free(p.bits);
}

/* The command's values, or NULL if they are refused. */
static void *parse(const cli_command *command, const cli_line *line, options_request *request)
{
    void *values = calloc(1, command->size);
    fuzz_require(values != NULL);
    optind = 0; /* getopt of glibc and musl begins anew */
    if (options_parse(command->name, command->options, command->operands, line,
                      command_words(command, line->count, line->words), values, request) == CLI_OK)
        return values;
    free(values);
    return NULL;
}

int fuzz_command(const char *const *words)
{
    cli_line line = {0, (char **)(uintptr_t)words};
    while (words[line.count])
        line.count++;
    const cli_command *command = command_find(line.count, line.words);
    options_request request;
    fuzz_require(command != NULL);
    void *values = parse(command, &line, &request);
    fuzz_require(values && request == OPTIONS_RUN);
    const int status = command->run(values);
    free(values);
    return status;
}

/* Order 1, here and below: the model is made for each input, and that of order 10 takes most of the time. */
void fuzz_voltages(const uint8_t *bytes, size_t size)
{
    fuzz_command((const char *const[]){"pulse", "--order", "1", "--voltages", fuzz_file("input.txt", bytes, size),
                                       "-o", fuzz_path("output.csv"), NULL});
}

static double sum(const json_t *list, double *scale, int *terminals)
{
    double total = 0;
    size_t k;
    const json_t *i;
    json_array_foreach(list, k, i)
    {
        if (json_is_array(i)) {
            total += sum(i, scale, terminals);
            continue;
        }
        fuzz_require(json_is_number(i) || json_is_null(i)); /* null: an open end */
        total += json_number_value(i);
        ++*terminals;
        *scale = fmax(*scale, fabs(json_number_value(i)));
    }
    return total;
}

/* The currents into a crossbar without gmin sum to zero, within the residuals that the solution states. */
void fuzz_solve(const uint8_t *bytes, size_t size)
{
    const char *result = fuzz_path("output.json");
    json_t *circuit = json_loadb((const char *)bytes, size, 0, NULL);
    const bool is_floating = circuit && !json_object_get(circuit, "gmin");
    json_decref(circuit);
    if (fuzz_command((const char *const[]){"crossbar", "solve", "--order", "1", "-o", result,
                                           fuzz_file("input.json", bytes, size), NULL}) != CLI_OK)
        return;
    json_t *solution = json_load_file(result, 0, NULL);
    fuzz_require(solution != NULL);
    double total = 0, scale = 1e-300;
    int terminals = 0;
    for (int side = 0; side < SYN_SIDES; side++)
        total +=
            sum(json_object_get(json_object_get(solution, syn_side_name((syn_side)side)), "i"), &scale, &terminals);
    const double residual = json_number_value(json_object_get(solution, "residual")); /* of each terminal */
    fuzz_require(!is_floating || fabs(total) <= 1e-6 * scale + terminals * residual);
    json_decref(solution);
}

/* The words are the lines. Files named there are neither read nor written, because nothing runs. */
void fuzz_options(const uint8_t *bytes, size_t size)
{
    enum { MOST = 64 };
    char *text = malloc(size + 1), *words[MOST + 1];
    fuzz_require(text != NULL);
    memcpy(text, bytes, size);
    text[size] = 0;
    cli_line line = {0, words};
    for (char *word = text; word && line.count < MOST; line.count++) {
        char *end = strchr(word, '\n');
        words[line.count] = word;
        if (end)
            *end++ = 0;
        word = end;
    }
    words[line.count] = NULL;
    const cli_command *command = command_find(line.count, line.words);
    options_request request;
    if (command)
        free(parse(command, &line, &request));
    free(text);
}
