/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include "table.h"
#include <stdlib.h>

const char *const workload_names[] = {"write", "full", "loops", "read", "each", NULL};
const char *const lines_names[] = {"crossbar", "shared", "wires", NULL};

enum { MOST_LINES = 4096, MOST_OPS = 1 << 24 };

static void set_pulses(workload *w)
{
    w->v_read = 0.2;
    if (w->kind == WORK_READ) {
        w->edge = 10e-9, w->plateau = 80e-9, w->gap = 100e-9;
        w->beta = 1e10;
        w->period = 2 * w->edge + w->plateau + w->gap;
        w->stop = (double)(w->ops - 1) * w->period + w->edge + w->plateau;
        return;
    }
    if (w->kind == WORK_LOOPS) {
        w->edge = 245e-6, w->plateau = 10e-6, w->gap = 50e-6;
        w->v_set = -1.5, w->v_reset = 1.5;
        w->beta = 5.5e7;
    } else {
        w->edge = 50e-9, w->plateau = 1.2e-6, w->gap = 0.2e-6;
        w->v_set = -1.2, w->v_reset = 1.8;
        /* SET and RESET are not symmetric: in a long train the memristor drifts. */
        w->beta = w->n == 1 ? 1e8 : 1e10;
    }
    w->half = 2 * w->edge + w->plateau + w->gap;
    w->period = 2 * w->half;
    w->stop = (double)w->operations * w->period - w->gap / 10;
}

static bool parse_count(const char *name, const char *text, size_t most, size_t *value)
{
    char *end;
    const unsigned long long x = strtoull(text, &end, 10);
    *value = (size_t)x;
    if (end != text && *end == '\0' && x >= 1 && x <= most)
        return true;
    fprintf(stderr, "%s: expected a whole number of 1 .. %zu, found \"%s\"\n", name, most, text);
    return false;
}

bool workload_parse(char *const words[4], workload *w)
{
    const int kind = word_number(words[0], workload_names), lines = word_number(words[1], lines_names);
    *w = (workload){.seed = 1};
    if (kind < 0 || lines < 0) {
        fprintf(stderr, "there is no workload \"%s %s\"\n", words[0], words[1]);
        return false;
    }
    if (!parse_count("n", words[2], MOST_LINES, &w->n) || !parse_count("ops", words[3], MOST_OPS, &w->ops))
        return false;
    w->kind = (workload_kind)kind;
    w->lines = (workload_lines)lines;
    if ((w->kind == WORK_LOOPS || w->kind == WORK_EACH) && w->n != 1) {
        fprintf(stderr, "n: expected 1 for the workload \"%s\", found %zu\n", words[0], w->n);
        return false;
    }
    w->operations = w->kind == WORK_EACH ? 1 : w->ops;
    w->split = w->kind == WORK_WRITE;
    w->all_rows = w->n == 1 || w->kind != WORK_WRITE;
    if (w->lines == LINES_WIRES)
        w->segment = 1, w->end = 10;
    set_pulses(w);
    return true;
}

bool workload_selects(size_t row)
{
    return (row * 37 + 11) % 101 < 51;
}

double workload_items(workload_kind kind, size_t n, size_t ops)
{
    const double cells = (double)n * (double)ops;
    switch (kind) {
        case WORK_WRITE:
            return cells;
        case WORK_FULL:
        case WORK_READ:
            return cells * (double)n;
        default:
            return (double)ops;
    }
}

/* A pulse of voltage v, and the pause after it. */
static ramp *put_pulse(const workload *w, double v, ramp *at)
{
    *at++ = (ramp){w->edge, v};
    *at++ = (ramp){w->plateau, v};
    *at++ = (ramp){w->edge, 0};
    *at++ = (ramp){w->gap, 0};
    return at;
}

size_t workload_ramps(const workload *w, ramp **ramps)
{
    ramp *at = *ramps = malloc((8 * w->operations + 2) * sizeof *at);
    if (!at)
        return 0;
    if (w->kind == WORK_READ) {
        *at++ = (ramp){w->edge, w->v_read};
        *at++ = (ramp){w->plateau, w->v_read};
        return (size_t)(at - *ramps);
    }
    for (size_t k = 0; k < w->operations; k++) {
        const double share = w->all_rows || k == 0 ? 1 : 0.5; /* row 0 is selected first, then half-selected */
        at = put_pulse(w, w->v_set * share, at);
        at = put_pulse(w, w->v_reset * share, at);
    }
    at[-1] = (ramp){w->gap / 4, 0}; /* the read is in the last pause */
    *at++ = (ramp){w->gap / 4, w->v_read};
    *at++ = (ramp){w->gap * 0.4, w->v_read};
    return (size_t)(at - *ramps);
}
