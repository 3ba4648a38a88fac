/* SPDX-License-Identifier: MIT */
#include "support/spice.h"

#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>
#include <ngspice/sharedspice.h>

/* For builds with AddressSanitizer: what libngspice itself never frees is not our business. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libngspice";
}

static char *output;
static size_t output_size, output_room;

/* Each line arrives with "stdout " or "stderr " in front. */
static int on_line(char *line, int id, void *user)
{
    (void)id;
    (void)user;
    const char *text = strncmp(line, "std", 3) == 0 && line[6] == ' ' ? line + 7 : line;
    const size_t size = strlen(text) + 1;
    if (output_size + size + 1 > output_room) {
        output_room = 2 * (output_size + size + 1);
        output = realloc(output, output_room);
        if (!output)
            abort();
    }
    memcpy(output + output_size, text, size - 1);
    output[output_size + size - 1] = '\n';
    output_size += size;
    output[output_size] = '\0';
    return 0;
}

/* After this request the library must not be used again. */
static int on_exit_request(int status, NG_BOOL unload, NG_BOOL quit, int id, void *user)
{
    (void)unload;
    (void)quit;
    (void)id;
    (void)user;
    fprintf(stderr, "libngspice asks its host to end with status %d; it printed\n%s", status, spice_output());
    abort();
}

static atomic_int background_ends;

static int on_background(NG_BOOL ended, int id, void *user)
{
    (void)id;
    (void)user;
    background_ends += ended;
    return 0;
}

const char *spice_output(void)
{
    return output ? output : "";
}

void spice_clear_output(void)
{
    output_size = 0;
    if (output)
        *output = '\0';
}

size_t spice_count_output(const char *needle)
{
    size_t n = 0;
    for (const char *s = spice_output(); (s = strstr(s, needle)); s += strlen(needle))
        n++;
    return n;
}

double spice_printed(const char *label)
{
    const char *found = strstr(spice_output(), label);
    if (!found)
        return NAN;
    found += strlen(label);
    found += strspn(found, " =:");
    return strtod(found, NULL);
}

static char *format_text(const char *format, va_list args)
{
    char *text;
    cr_assert(vasprintf(&text, format, args) >= 0);
    return text;
}

/* Longer commands are cut off without notice. */
enum { COMMAND_MAX = 1000 };

static void command(char *line)
{
    cr_assert(strlen(line) < COMMAND_MAX, "command of %zu characters", strlen(line));
    ngSpice_Command(line);
}

void spice_do(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = format_text(format, args);
    va_end(args);
    command(line);
    free(line);
}

static bool succeeded(void)
{
    const size_t before = output_size;
    command((char[]){"echo sim_status is $sim_status"});
    return strstr(spice_output() + before, "sim_status is 0") != NULL;
}

bool spice_try(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = format_text(format, args);
    va_end(args);
    command(line);
    free(line);
    return succeeded();
}

void spice_run(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *line = format_text(format, args);
    va_end(args);
    spice_clear_output();
    command(line);
    const bool good = succeeded();
    if (!good && strstr(spice_output(), "not (yet) supported with 'option KLU'"))
        cr_skip_test("this ngspice has no such analysis with KLU");
    cr_assert(good, "%s: %s", line, spice_output());
    free(line);
}

static int ends_before;

void spice_begin_in_background(const char *line)
{
    ends_before = background_ends;
    spice_do("%s", line);
}

void spice_await_background(void)
{
    while (background_ends == ends_before) /* ngSpice_running is false until the thread has started, too */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void spice_run_in_background(void)
{
    spice_begin_in_background("bg_run");
    spice_await_background();
}

void spice_start_alone(void)
{
    ngSpice_Init(on_line, NULL, on_exit_request, NULL, NULL, on_background, NULL);
}

void spice_start(void)
{
    spice_start_alone();
    spice_load_plugin();
}

void spice_load_plugin(void)
{
    const char *plugin = getenv("PLUGIN");
    cr_assert(plugin, "PLUGIN must name synaptogen.cm");
    spice_do("codemodel %s", plugin);
    command((char[]){"set noinit"}); /* no list of all node voltages at each start */
    cr_assert(spice_count_output("Error") == 0, "%s", spice_output());
}

static void load(char *text, int must_load)
{
    size_t lines = 1;
    char klu[] = ".options klu";
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    char **deck = calloc(lines + 4, sizeof *deck);
    cr_assert(deck);
    size_t n = 0;
    deck[n++] = (char[]){"test"};
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        if (*line)
            deck[n++] = line;
    if (getenv("SYNAPTOGEN_TEST_KLU"))
        deck[n++] = klu;
    deck[n] = (char[]){".end"};
    const size_t before = output_size;
    ngSpice_Circ(deck);
    cr_assert(!must_load || !output || !strstr(output + before, "Error"), "%s", spice_output());
    free(deck);
    free(text);
}

void spice_circuit(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    load(format_text(format, args), 1);
    va_end(args);
}

static char *added;
static size_t added_size, added_room;

void spice_add(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    const size_t size = strlen(text);
    if (added_size + size + 1 > added_room) {
        added_room = 2 * (added_size + size + 1);
        added = realloc(added, added_room);
        cr_assert(added);
    }
    memcpy(added + added_size, text, size + 1);
    added_size += size;
    free(text);
}

static void load_added(int must_load)
{
    char *text = added;
    added = NULL;
    added_size = added_room = 0;
    load(text, must_load);
}

void spice_load(void)
{
    load_added(1);
}

void spice_try_load(void)
{
    load_added(0);
}

void spice_forget(void)
{
    command((char[]){"destroy all"});
    command((char[]){"remcirc"});
}

double spice_growth(int rounds, void (*round)(int number))
{
    double before = 0;
    for (int k = 0; k < SPICE_WARM_UP + rounds; k++) {
        if (k == SPICE_WARM_UP)
            before = (double)mallinfo2().uordblks;
        round(k);
    }
    return ((double)mallinfo2().uordblks - before) / rounds;
}

double *spice_vector(const char *name, size_t *length)
{
    char *copy = strdup(name);
    cr_assert(copy);
    const pvector_info v = ngGet_Vec_Info(copy);
    free(copy);
    *length = v && v->v_length > 0 ? (size_t)v->v_length : 0;
    if (*length == 0)
        return NULL;
    double *values = malloc(*length * sizeof *values);
    cr_assert(values);
    for (size_t i = 0; i < *length; i++)
        values[i] = v->v_realdata ? v->v_realdata[i] : v->v_compdata[i].cx_real;
    return values;
}

double spice_last(const char *name)
{
    size_t length;
    double *values = spice_vector(name, &length);
    cr_assert(values, "there is no vector %s; %s", name, spice_output());
    const double last = values[length - 1];
    free(values);
    return last;
}

size_t spice_length(const char *name)
{
    size_t length;
    free(spice_vector(name, &length));
    return length;
}

const char *spice_plot(void)
{
    return ngSpice_CurPlot();
}

double spice_at(const char *name, const char *scale, double x)
{
    size_t n, m;
    double *y = spice_vector(name, &n), *s = spice_vector(scale, &m);
    cr_assert(y && s && n == m && n > 0, "no vectors %s over %s", name, scale);
    size_t i = 1;
    while (i + 1 < n && s[i] < x)
        i++;
    const double value = n == 1 || s[i] == s[i - 1]
                             ? y[i < n ? i : 0]
                             : y[i - 1] + (y[i] - y[i - 1]) * (x - s[i - 1]) / (s[i] - s[i - 1]);
    free(y);
    free(s);
    return value;
}
