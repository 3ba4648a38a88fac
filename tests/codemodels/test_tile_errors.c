/* SPDX-License-Identifier: MIT */
/* A tile that cannot be made ends the analysis with one line that says why. */
#include "support/crossbars.h"
#include "support/spice.h"
#include "support/support.h"

#include <stdlib.h>

#include <synaptogen/array_file.h>

static void start(void)
{
    crossbar_enter_folder();
    spice_start();
}

TestSuite(codemodel_tile_errors, .init = start, .fini = crossbar_leave_folder, .timeout = 300);

/* name of the instance, parameters, what the one line must say. */
static void expect_refusal(const char *line, const char *parameters, const char *analysis, const char *text)
{
    spice_clear_output();
    spice_circuit("%s m\n.model m synaptogen_tile(%s)\nv1 a 0 0.1\nr1 b 0 1k\nr2 c 0 1k\nr3 d 0 1k", line,
                  parameters);
    cr_expect(spice_try("%s", analysis) == false, "%s", parameters);
    cr_expect(spice_count_output("Instance: ") == 1 && spice_count_output("Instance: ax ") == 1 &&
                  spice_count_output(text) == 1,
              "%s: \"%s\" is not in %s", parameters, text, spice_output());
    spice_forget();
}

Test(codemodel_tile_errors, what_is_wrong_is_told_in_one_line)
{
    syn_array *a;
    cr_assert(syn_array_create(support_model(0), 1, 4, &(syn_array_options){.rows = 4}, &a, NULL) == SYN_OK);
    cr_assert(syn_array_save(a, "column.state", NULL) == SYN_OK);
    syn_array_free(a);
    cr_assert(syn_array_create(support_model(0), 1, 4, &(syn_array_options){.rows = 2, .read_only = 1}, &a, NULL) ==
              SYN_OK);
    cr_assert(syn_array_save(a, "frozen.state", NULL) == SYN_OK);
    syn_array_free(a);
    cr_assert(system("head -c 100 frozen.state >short.state; mkdir shut; chmod 500 shut") == 0);
    static const struct {
        const char *parameters, *text;
    } cases[] = {
        {"cols=2", "rows is not given"},
        {"rows=2", "cols is not given"},
        {"rows=2.5 cols=2", "rows = 2.5 is not a whole number in [1, 1048576]"},
        {"rows=2 cols=0", "cols = 0 is not a whole number in [1,"},
        {"rows=2 cols=3", "the ends \"left+bottom\" of 2 rows and 3 cols are 5 nodes, not 4"},
        {"rows=2 cols=2 ends=\"left+top+bottom\"", "are 6 nodes, not 4"},
        {"rows=2 cols=2 ends=\"left+below\"",
         "ends = \"left+below\" names other sides than left, right, top and bottom"},
        {"rows=2 cols=2 ends=\"+left+bottom\"", "ends = \"+left+bottom\" names other sides than"},
        {"rows=2 cols=2 ends=\"left+bottom+\"", "ends = \"left+bottom+\" names other sides than"},
        {"rows=2 cols=2 ends=\"left++bottom\"", "ends = \"left++bottom\" names other sides than"},
        {"rows=2 cols=2 ends=\"left+bottom+left\"", "ends = \"left+bottom+left\" names left twice"},
        {"rows=2 cols=2 r_wl=-1", "r_wl = -1 ohm is not a finite number from 0 on"},
        {"rows=2 cols=2 r_bl=-1e-9", "r_bl = -1e-09 ohm is not a finite number from 0 on"},
        {"rows=2 cols=2 r_access=-1", "r_access = -1 ohm is not a finite number from 0 on"},
        {"rows=2 cols=2 gmin=-1", "gmin = -1 S is not a finite number from 0 on"},
        {"rows=2 cols=2 gmin=1e400", "gmin = inf is not a finite number"},
        {"rows=2 cols=2 lead=\"quarter\"", "lead = \"quarter\" is neither \"full\" (0) nor \"half\" (1)"},
        {"rows=2 cols=2 seed=-1", "seed = -1 is not a whole number in [0,"},
        {"rows=2 cols=2 first=0.5", "first = 0.5 is not a whole number in [0,"},
        {"rows=2 cols=2 keep=0.5", "keep = 0.5 is not a whole number in [0, 1]"},
        {"rows=2 cols=2 order=11", "order = 11 is not a whole number in [1, 10]"},
        {"rows=2 cols=2 init=\"foo\"", "init = \"foo\" is neither \"hrs\" (0) nor \"lrs\" (1)"},
        {"rows=2 cols=2 start=\"warm\"", "start = \"warm\" is neither"},
        {"rows=2 cols=2 r_init=10", "10 ohm is outside [1000,"},
        {"rows=2 cols=2 r_init=20k init=\"lrs\"", "init and r_init are both given"},
        {"rows=2 cols=2 params=\"missing.json\"", "missing.json"},
        {"rows=2 cols=2 ends=\"left+right\"", "line"},
        {"rows=2 cols=2 state=\"missing.state\"", "missing.state"},
        {"rows=2 cols=2 state=\"column.state\"", "state = \"column.state\" holds 4 x 1 cells, not 2 x 2"},
        {"rows=2 cols=2 state=\"short.state\"", "short.state"},
        {"rows=2 cols=2 state=\"frozen.state\" seed=1", "seed and state are both given"},
        {"rows=2 cols=2 state=\"frozen.state\" init=\"hrs\"", "init and state are both given"},
        {"rows=2 cols=2 state=\"frozen.state\" state_out=\"frozen.state\" seed=9",
         "holds cells from number 0 of seed "},
        {"rows=2 cols=2 state_out=\"nowhere/x.state\"", "state_out = \"nowhere/x.state\": there is no folder"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        expect_refusal("ax [ a b c d ]", cases[k].parameters, "op", cases[k].text);
        expect_refusal("ax [ a b c d ]", cases[k].parameters, "tran 1n 10n", cases[k].text);
    }
    expect_refusal("ax [ a b c d ]", "rows=2 cols=2 state=\"frozen.state\"", "tran 1n 10n", "read-only");
    spice_circuit(
        "ax [ a b c d ] m\n.model m synaptogen_tile(rows=2 cols=2 state=\"frozen.state\")\nv1 a 0 0.1\nr1 b 0 1\n"
        "r2 c 0 1\nr3 d 0 1");
    spice_run("op");
}

Test(codemodel_tile_errors, cells_in_two_tiles_at_once_are_refused_and_names_tell_tiles_apart)
{
    spice_circuit(
        "ax [ a b ] m\nay [ a b ] m\n.model m synaptogen_tile(rows=1 cols=1 first=3)\nv1 a 0 0.1\nr1 b 0 1k");
    cr_expect(spice_try("op") == false);
    cr_expect(spice_count_output("cell number 3 is used twice with seed 0") == 1, "%s", spice_output());
    spice_forget();
    spice_circuit(
        "ax [ a b ] m\nay [ a c ] m\n.model m synaptogen_tile(rows=1 cols=1)\nv1 a 0 0.1\nvb b 0 0\nvc c 0 0");
    spice_run("op");
    cr_expect(spice_last("i(vb)") != spice_last("i(vc)"));
}

Test(codemodel_tile_errors, more_nodes_than_the_simulator_can_read_are_refused_before_anything_runs)
{
    static const int sizes[] = {240, 241, 245};
    for (int k = 0; k < 3; k++) {
        const int rows = sizes[k] - 10;
        for (int i = 0; i < rows; i++)
            spice_add("v%d l%d 0 0.1\n", i, i);
        for (int j = 0; j < 10; j++)
            spice_add("r%d b%d 0 10\n", j, j);
        spice_add("a1 [");
        for (int i = 0; i < rows; i++)
            spice_add(" l%d", i);
        for (int j = 0; j < 10; j++)
            spice_add(" b%d", j);
        spice_add(" ] m\n.model m synaptogen_tile(rows=%d cols=10 seed=2)\n", rows);
        if (sizes[k] == 240) {
            spice_load();
            spice_run("op");
            cr_expect(spice_last("v(b0)") > 0);
            spice_forget();
        } else {
            spice_clear_output();
            spice_try_load();
            cr_expect(spice_count_output("Too many ports in connection") == 1, "%s", spice_output());
        }
    }
}
