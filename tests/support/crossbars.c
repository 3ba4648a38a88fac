/* SPDX-License-Identifier: MIT */
#include "support/crossbars.h"

#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <synaptogen/array_file.h>

const char *const crossbar_sides[4] = {"left", "right", "top", "bottom"};

const crossbar crossbar_shapes[CROSSBAR_SHAPES] = {
    {.rows = 1, .cols = 1, .ends = {1, 0, 0, 1}},
    {.rows = 1, .cols = 5, .ends = {1, 0, 0, 1}},
    {.rows = 5, .cols = 1, .ends = {0, 1, 1, 0}, .r_wl = 10, .r_bl = 20},
    {.rows = 3, .cols = 4, .ends = {1, 0, 0, 1}, .r_wl = 50, .half = 1},
    {.rows = 4, .cols = 3, .ends = {1, 0, 1, 0}, .r_bl = 100},
    {.rows = 5, .cols = 4, .ends = {1, 1, 1, 1}, .r_wl = 30, .r_bl = 5},
    {.rows = 6, .cols = 6, .ends = {1, 0, 0, 1}, .r_access = 1000},
    {.rows = 8, .cols = 8, .ends = {1, 0, 0, 1}},
    {.rows = 8, .cols = 8, .ends = {1, 1, 1, 1}, .r_wl = 2, .r_bl = 2, .half = 1},
};

int crossbar_lines(const crossbar *c, int side)
{
    return side < 2 ? c->rows : c->cols;
}

void crossbar_add_tile(const crossbar *c, const char *parameters)
{
    spice_add("a1 [");
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++)
            spice_add(" %s%d", crossbar_sides[side], k);
    spice_add(
        " ] m\n.model m synaptogen_tile(rows=%d cols=%d r_wl=%.17g r_bl=%.17g r_access=%.17g lead=\"%s\" ends=\"",
        c->rows, c->cols, c->r_wl, c->r_bl, c->r_access, c->half ? "half" : "full");
    for (int side = 0, any = 0; side < 4; side++)
        if (c->ends[side])
            spice_add("%s%s", any++ ? "+" : "", crossbar_sides[side]);
    spice_add("\" %s)\n", parameters);
}

/* Name of the node of line k at cell `at` of it; an ideal line is its terminal's node. */
static const char *node(const crossbar *c, int is_bit_line, int k, int at, char *name)
{
    if ((is_bit_line ? c->r_bl : c->r_wl) > 0)
        sprintf(name, "%s%d_%d", is_bit_line ? "w" : "u", k, at);
    else
        for (int side = 2 * is_bit_line; side < 2 * is_bit_line + 2; side++)
            if (c->ends[side])
                sprintf(name, "%s%d", crossbar_sides[side], k);
    return name;
}

/* Segments and leads of all lines with resistance. */
static void add_wires(const crossbar *c)
{
    char a[40], b[40];
    for (int side = 0; side < 4; side++) {
        const int bit = side / 2, length = bit ? c->rows : c->cols;
        const double r = bit ? c->r_bl : c->r_wl;
        for (int k = 0; r > 0 && k < crossbar_lines(c, side); k++) {
            if (c->ends[side])
                spice_add("rl_%s%d %s%d %s %.17g\n", crossbar_sides[side], k, crossbar_sides[side], k,
                          node(c, bit, k, side % 2 ? length - 1 : 0, a), c->half ? r / 2 : r);
            for (int at = 1; side % 2 == 0 && at < length; at++)
                spice_add("rs_%s%d_%d %s %s %.17g\n", crossbar_sides[side], k, at, node(c, bit, k, at - 1, a),
                          node(c, bit, k, at, b), r);
        }
    }
}

void crossbar_add_cells(const crossbar *c, const char *parameters)
{
    char u[40], w[40];
    add_wires(c);
    for (int j = 0; j < c->cols; j++)
        for (int i = 0; i < c->rows; i++) {
            node(c, 0, i, j, u);
            node(c, 1, j, i, w);
            if (c->r_access > 0) {
                spice_add("ra%d %s x%d %.17g\n", i + c->rows * j, u, i + c->rows * j, c->r_access);
                sprintf(u, "x%d", i + c->rows * j);
            }
            spice_add("a%d %%gd(%s %s) m\n", i + c->rows * j, u, w);
        }
    spice_add(".model m synaptogen(index=1 %s)\n", parameters);
}

void crossbar_add_array(const crossbar *c, const double r[4], int most, uint64_t random, const char *parameters)
{
    int bank = 0;
    char *banks[100];
    for (int side = 0; side < 4; side++)
        for (int first = 0; c->ends[side] && first < crossbar_lines(c, side); first += most) {
            char *text = NULL, nodes[2][4000] = {"", ""};
            for (int k = first; k < crossbar_lines(c, side) && k < first + most; k++) {
                sprintf(nodes[0] + strlen(nodes[0]), " in_%s%d", crossbar_sides[side], k);
                sprintf(nodes[1] + strlen(nodes[1]), " out_%s%d", crossbar_sides[side], k);
            }
            cr_assert(
                asprintf(&text,
                         "ax%d [%s ] [%s ] null m%d\n.model m%d synaptogen_array(array=\"x\" side=\"%s\" line=%d "
                         "r_%s=%.17g %s",
                         bank, nodes[0], nodes[1], bank, bank, crossbar_sides[side], first, crossbar_sides[side],
                         r[side], bank == 0 ? parameters : "") > 0);
            banks[bank++] = text;
        }
    for (int left = bank; left > 0; left--) {
        const int k = (int)support_uniform(&random, 0, left);
        spice_add("%s", banks[k]);
        if (left == bank)
            spice_add(" rows=%d cols=%d r_wl=%.17g r_bl=%.17g r_access=%.17g lead=\"%s\"", c->rows, c->cols, c->r_wl,
                      c->r_bl, c->r_access, c->half ? "half" : "full");
        spice_add(")\n");
        free(banks[k]);
        banks[k] = banks[left - 1];
    }
}

void crossbar_save_terminals(const crossbar *c)
{
    for (int side = 0; side < 4; side++)
        for (int k = 0; c->ends[side] && k < crossbar_lines(c, side); k++)
            spice_add(".save v(%s%d)\n", crossbar_sides[side], k);
}

syn_array *crossbar_load_state(const char *path)
{
    syn_array *a;
    syn_error err;
    cr_assert(syn_array_load(support_model(0), path, NULL, 0, &a, &err) == SYN_OK, "%s: %s", path, err.text);
    return a;
}

syn_crossbar *crossbar_in_library(const crossbar *c, const double r[4])
{
    double end[4][256];
    syn_crossbar *x;
    syn_error err;
    syn_wires w = {.rows = (size_t)c->rows,
                   .cols = (size_t)c->cols,
                   .r_wl = c->r_wl,
                   .r_bl = c->r_bl,
                   .half_leads = c->half,
                   .access = {.resistance = c->r_access}};
    for (int side = 0; side < 4; side++) {
        for (int k = 0; k < crossbar_lines(c, side); k++)
            end[side][k] = r[side];
        w.end[side] = c->ends[side] ? end[side] : NULL;
    }
    cr_assert(syn_crossbar_create(&w, 1, &x, &err) == SYN_OK, "%s", err.text);
    return x;
}

static char folder[] = "/tmp/synaptogen-crossbar-XXXXXX";

void crossbar_enter_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

void crossbar_leave_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(chdir("/") == 0 && system(command) == 0);
}
