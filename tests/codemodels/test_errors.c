/* SPDX-License-Identifier: MIT */
/* Bad input ends the analysis with one line that names instance, parameter, value and allowed range, and the host
 * goes on; parameter files are found where a netlist's author expects them. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/synaptogen-test-XXXXXX";

static void enter_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    spice_start();
}

static void leave_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert(system(command) == 0);
}

TestSuite(codemodel_errors, .init = enter_folder, .fini = leave_folder);

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL, "%s", path);
    cr_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void make_folder(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(mkdir(path, 0777) == 0);
}

/* The published parameter file, to be freed. */
static char *published(void)
{
    size_t size;
    return support_edited_params("-n p", &size);
}

/* A valid file with the orders 1 .. most: which orders it holds tells files apart, as cells take the largest. */
static void write_orders(const char *name, int most)
{
    char *text = published(), next[32];
    snprintf(next, sizeof next, "\"%d\": {", most + 1);
    char *end = strstr(text, next);
    cr_assert(end != NULL);
    while (*end != ',')
        end--;
    strcpy(end, "\n  }\n}\n");
    write_file(name, text);
    free(text);
}

static bool is_cell_of_order(int order)
{
    return spice_last("@a7[r]") == reference_cell(support_model(order), 0, 7, SYN_HRS).state.r;
}

/* The analysis fails, with one line of ours that holds all the texts, and the next circuit works. */
static void expect_refusal(const char *parameters, const char *analysis, const char *const texts[])
{
    spice_circuit("x1 te s\n.subckt s t\na7 %%gd(t 0) m\n.ends\na8 %%gd(te 0) m\nv1 te 0 dc 0.2 ac 1\nr1 te 0 1k\n"
                  ".model m synaptogen(index=1 %s)",
                  parameters);
    spice_clear_output();
    cr_expect(spice_try("%s", analysis) == false, "%s: %s is accepted", parameters, analysis);
    cr_expect(spice_count_output("Instance: ") == 1, "%s: %s: %s", parameters, analysis, spice_output());
    const char *line = strstr(spice_output(), "Instance: ");
    if (line) {
        char told[1200] = "";
        strncat(told, line, strcspn(line, "\n"));
        cr_expect(strstr(told, "a.x1.a7 ") != NULL || strstr(told, "a8 ") != NULL, "%s", told);
        for (int k = 0; texts[k]; k++)
            cr_expect(strstr(told, texts[k]) != NULL, "%s: no '%s' in '%s'", parameters, texts[k], told);
    }
    /* The same failure in the next analysis is told again. */
    spice_clear_output();
    cr_expect(spice_try("%s", analysis) == false);
    cr_expect(spice_count_output("Instance: ") == 1, "%s: %s again: %s", parameters, analysis, spice_output());
    spice_forget();
    spice_circuit("a7 %%gd(te 0) m\nv1 te 0 pwl(0 0 1n -2)\n.model m synaptogen(index=1)\n.save @a7[r] @a7[mode]");
    spice_run("op");
    cr_expect(is_cell_of_order(0));
    spice_run("tran 0.1n 1n");
    cr_expect(spice_last("@a7[mode]") == SYN_LRS);
    spice_forget();
}

static const char *const analyses[] = {"op", "tran 1n 10n", "tran 1n 10n uic", "dc v1 0 0.1 0.1", "ac dec 1 1 10"};

static void expect_refusals(const char *parameters, const char *const texts[])
{
    for (size_t a = 0; a < sizeof analyses / sizeof *analyses; a++)
        expect_refusal(parameters, analyses[a], texts);
}

#define TEXTS(...)                                                                                                   \
    (const char *const[])                                                                                            \
    {                                                                                                                \
        __VA_ARGS__, NULL                                                                                            \
    }

Test(codemodel_errors, words_that_are_no_start_state_or_history)
{
    expect_refusals("init=\"foo\"", TEXTS("init = \"foo\"", "\"hrs\"", "\"lrs\""));
    expect_refusals("init={2}", TEXTS("init = \"2", "\"hrs\"", "\"lrs\""));
    expect_refusals("start=\"warm\"", TEXTS("start = \"warm\"", "\"cold\"", "\"stationary\""));
}

Test(codemodel_errors, numbers_that_must_be_whole_and_within_a_range)
{
    expect_refusals("order=11", TEXTS("order = 11 ", "[1, 10]"));
    expect_refusals("order=0", TEXTS("order = 0 ", "[1, 10]"));
    expect_refusals("order=2.5", TEXTS("order = 2.5 ", "whole", "[1, 10]"));
    expect_refusals("seed=-1", TEXTS("seed = -1 ", "[0, 9007199254740992]"));
    expect_refusals("seed=1.5", TEXTS("seed = 1.5 ", "whole", "[0, 9007199254740992]"));
    expect_refusals("seed=1152921504606846976", TEXTS("seed = 1.15292150460684", "[0, 9007199254740992]"));
    expect_refusals("seed=1e300", TEXTS("seed = 1", "[0, 9007199254740992]"));
    expect_refusals("noise=2", TEXTS("noise = 2 ", "[0, 1]"));
    expect_refusals("noise=0.5", TEXTS("noise = 0.5 ", "[0, 1]"));
    expect_refusals("polarity=0", TEXTS("polarity = 0 ", "1 nor -1"));
    expect_refusals("polarity=2", TEXTS("polarity = 2 ", "1 nor -1"));
    expect_refusals("polarity=1.0000001", TEXTS("polarity = 1.0000001 ", "1 nor -1"));
    expect_refusals("m=1.0000001", TEXTS("m = 1.0000001 is not 1"));
    expect_refusals("bandwidth=1.00000000001e15", TEXTS("bandwidth = 1.00000000001e+15 Hz is not in [0.001, 1e+15]"));
    expect_refusals("bandwidth=1e400", TEXTS("bandwidth = inf is not a finite number"));
    expect_refusals("seed=1e400", TEXTS("seed = inf is not a finite number"));
}

Test(codemodel_errors, index_other_than_0_and_1)
{
    /* The prefix of expect_refusal gives index=1; the last one counts. */
    expect_refusals("index=2", TEXTS("index = 2 ", "[0, 1]"));
    expect_refusals("index=0.5", TEXTS("index = 0.5 ", "[0, 1]"));
}

Test(codemodel_errors, bandwidth_out_of_range_whether_noise_is_on_or_off)
{
    expect_refusals("keep=2", TEXTS("keep = 2 ", "[0, 1]"));
    expect_refusals("bandwidth=-1", TEXTS("bandwidth = -1 Hz", "[0.001, 1e+15]"));
    expect_refusals("noise=1 bandwidth=-1e8", TEXTS("bandwidth = -1e+08 Hz", "[0.001, 1e+15]"));
    expect_refusals("noise=1 bandwidth=0", TEXTS("bandwidth = 0 Hz", "[0.001, 1e+15]"));
    expect_refusals("bandwidth=1e16", TEXTS("bandwidth = 1e+16 Hz", "[0.001, 1e+15]"));
}

Test(codemodel_errors, resistance_at_the_start_that_no_cell_has)
{
    expect_refusals("r_init=10", TEXTS("r_init", "10 ohm", "[1000, 1e+12]"));
    expect_refusals("r_init=-5", TEXTS("r_init", "-5 ohm", "[1000, 1e+12]"));
    expect_refusals("r_init=0", TEXTS("r_init = 0 ohm", "positive"));
    expect_refusals("r_init=1e13", TEXTS("r_init", "1e+13 ohm", "[1000, 1e+12]"));
    expect_refusals("init=\"lrs\" r_init=20k", TEXTS("init and r_init"));
}

Test(codemodel_errors, parameter_files_that_are_missing_or_malformed)
{
    expect_refusals("params=\"no/such.json\"", TEXTS("params", "no/such.json"));
    char parameters[300], *text = published();
    char *u0 = strstr(text, "\"u0\": 0.2");
    cr_assert(u0 != NULL);
    memcpy(u0, "\"u0\": -.2", 9); /* line 13 of the file: no JSON number */
    write_file("syntax.json", text);
    memcpy(u0, "\"u0\": 9.2", 9); /* above u_max */
    write_file("value.json", text);
    memcpy(u0, "\"v0\": 0.2", 9);
    write_file("field.json", text);
    free(text);
    write_file("empty.json", "");
    snprintf(parameters, sizeof parameters, "params=\"%s/syntax.json\"", folder);
    expect_refusals(parameters, TEXTS("params", "syntax.json:13"));
    snprintf(parameters, sizeof parameters, "params=\"%s/value.json\"", folder);
    expect_refusals(parameters, TEXTS("params", "value.json", "u0"));
    snprintf(parameters, sizeof parameters, "params=\"%s/field.json\"", folder);
    expect_refusals(parameters, TEXTS("params", "field.json", "u0"));
    snprintf(parameters, sizeof parameters, "params=\"%s/empty.json\"", folder);
    expect_refusals(parameters, TEXTS("params", "empty.json:"));
    snprintf(parameters, sizeof parameters, "params=\"%s\"", folder);
    expect_refusals(parameters, TEXTS("params", folder));
}

Test(codemodel_errors, order_that_the_parameter_file_does_not_hold)
{
    char parameters[300];
    write_orders("two.json", 2);
    snprintf(parameters, sizeof parameters, "params=\"%s/two.json\" order=3", folder);
    expect_refusals(parameters, TEXTS("order", "3 is not among the orders"));
}

Test(codemodel_errors, altermod_to_a_bad_value_is_refused_even_in_the_middle_of_a_run)
{
    spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1)\n.save @a7[r]\n.tran 1n 100n");
    spice_do("altermod m seed = -1");
    spice_clear_output();
    cr_expect(spice_try("run") == false && spice_count_output("seed = -1 ") == 1, "%s", spice_output());
    spice_do("altermod m seed = 0");
    spice_do("stop when time = 50n");
    spice_run("run");
    spice_do("altermod m noise = 7");
    spice_clear_output();
    spice_do("resume");
    cr_expect(spice_count_output("Instance: a7 ") == 1 && spice_count_output("noise = 7 ") == 1, "%s",
              spice_output());
    spice_do("altermod m noise = 0");
    spice_run("op");
    cr_expect(is_cell_of_order(0));
}

Test(codemodel_errors, many_bad_circuits_in_one_session_are_all_told_and_leave_the_host_alive)
{
    for (int k = 0; k < 200; k++) {
        spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(order=%d)", 11 + k);
        spice_clear_output();
        char text[32];
        snprintf(text, sizeof text, "order = %d ", 11 + k);
        cr_expect(spice_try("op") == false && spice_count_output(text) == 1, "%s", spice_output());
        spice_forget();
    }
}

/* A netlist in a file, so that the simulator knows its folder. */
static void source_cell(const char *deck, const char *parameters)
{
    char text[512], path[256];
    snprintf(text, sizeof text, "cell\na7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1 %s)\n.end\n",
             parameters);
    write_file(deck, text);
    snprintf(path, sizeof path, "%s/%s", folder, deck);
    spice_do("source %s", path);
}

Test(codemodel_errors, parameter_file_is_found_next_to_the_netlist_by_absolute_path_and_whatever_its_case)
{
    char absolute[300];
    make_folder("Here");
    make_folder("Here/Params");
    write_orders("Here/Params/Cells.JSON", 2);
    snprintf(absolute, sizeof absolute, "params=\"%s/Here/Params/Cells.JSON\"", folder);
    const char *const ways[] = {"params=\"Params/Cells.JSON\"", "params=\"params/cells.json\"",
                                "params=\"./Params/Cells.JSON\"", "params=\"../Here/./Params/Cells.JSON\"", absolute};
    for (int k = 0; k < 5; k++) {
        source_cell("Here/deck.cir", ways[k]);
        spice_run("op");
        cr_expect(is_cell_of_order(2), "%s", ways[k]);
        spice_forget();
    }
    /* Without a folder of its own, a circuit has its parameter files in the working directory. */
    cr_assert(chdir(folder) == 0);
    spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1 params=\"Here/Params/Cells.JSON\")");
    spice_run("op");
    cr_expect(is_cell_of_order(2));
}

Test(codemodel_errors, an_exact_match_is_preferred_to_one_that_differs_in_case)
{
    write_orders("CELLS.json", 1);
    write_orders("cells.json", 2);
    write_orders("Cells.json", 3);
    source_cell("deck.cir", "params=\"Cells.json\""); /* arrives in lower case */
    spice_run("op");
    cr_expect(is_cell_of_order(2));
}

/* Gives a file a size and a time that tell nothing. */
static void make_inconspicuous(const char *name)
{
    char path[256];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "a");
    cr_assert(f != NULL && stat(path, &status) == 0);
    fprintf(f, "%*s", 30000 - (int)status.st_size, "");
    fclose(f);
    cr_assert(utimensat(AT_FDCWD, path, (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}, 0) == 0);
}

Test(codemodel_errors, netlists_in_two_folders_each_get_their_own_parameter_file)
{
    make_folder("one");
    make_folder("two");
    write_orders("one/cells.json", 1);
    write_orders("two/cells.json", 2);
    make_inconspicuous("one/cells.json");
    make_inconspicuous("two/cells.json");
    cr_assert(chdir(folder) == 0);
    write_orders("cells.json", 3);
    source_cell("one/deck.cir", "params=\"cells.json\"");
    spice_run("op");
    cr_expect(is_cell_of_order(1));
    source_cell("two/deck.cir", "params=\"cells.json\"");
    spice_run("op");
    cr_expect(is_cell_of_order(2), "the first netlist, still loaded, has its file");
}

Test(codemodel_errors, a_parameter_file_that_changed_is_read_again_by_the_next_run)
{
    write_orders("cells.json", 1);
    source_cell("deck.cir", "params=\"cells.json\"");
    spice_run("op");
    cr_expect(is_cell_of_order(1));
    write_orders("cells.json", 2);
    spice_run("op");
    cr_expect(is_cell_of_order(2));
}

static void change_file_and_run(int number)
{
    const bool refused = number % 10 == 3;
    write_orders("cells.json", 1 + number % 3);
    source_cell("deck.cir", refused ? "params=\"cells.json\" order=9" : "params=\"cells.json\"");
    cr_expect(spice_try("op") == !refused);
    spice_forget();
    spice_clear_output();
}

/* A model takes 50 kB, the simulator itself keeps some 2 kB of a circuit that it reads from a file. */
Test(codemodel_errors, parameter_files_that_come_and_go_leave_no_memory_behind)
{
    const double growth = spice_growth(100, change_file_and_run);
    cr_expect(growth < 5000, "%g B per round", growth);
}

Test(codemodel_errors, the_published_file_is_the_built_in_set)
{
    char *text = published();
    write_file("copy.json", text);
    free(text);
    for (int order = 0; order <= 10; order += 5) {
        char parameters[64] = "params=\"copy.json\"";
        if (order > 0)
            sprintf(parameters + strlen(parameters), " order=%d", order);
        source_cell("deck.cir", parameters);
        spice_run("op");
        cr_expect(is_cell_of_order(order));
        spice_forget();
    }
}
