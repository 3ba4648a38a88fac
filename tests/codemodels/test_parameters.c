/* SPDX-License-Identifier: MIT */
/* Parameters as circuits hand them over: through expressions, subcircuits and commands. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>

TestSuite(codemodel_parameters, .init = spice_start);

/* Expects that cell 1 of the circuit is that of a seed and an order, 0 being the largest. */
static void expect_cell(uint64_t seed, int order, const char *what)
{
    spice_run("op");
    const double r = reference_cell(support_model(order), seed, 1, SYN_HRS).state.r;
    cr_expect(spice_last("@a1[r]") == r, "%s: seed %llu", what, (unsigned long long)seed);
}

/* The first three are written by ngspice as 3.000000000000000e+00 and read as 3.0000000000000004. */
Test(codemodel_parameters, whole_numbers_pass_through_expressions)
{
    static const uint64_t seeds[] = {
        3, 6, 7, 0, 1, 9467, 15033, 99999, 123456789, 999999999999, 899999999999999, 1ull << 53};
    for (size_t k = 0; k < sizeof seeds / sizeof *seeds; k++) {
        const int order = 1 + (int)(k % 10);
        spice_circuit("a1 %%gd(te 0) m\nv1 te 0 0.2\n.param s=%llu o=%d\n"
                      ".model m synaptogen(index={2-1} seed={s} order={o} polarity={-1*3/3} noise={7/7})",
                      (unsigned long long)seeds[k], order);
        expect_cell(seeds[k], order, "braces");
        cr_expect(spice_last("i(v1)") < 0); /* of either polarity */
        spice_forget();
    }
    for (uint64_t seed = 1; seed <= (uint64_t)support_cases(60, 3000); seed++) {
        spice_circuit("x1 te 0 wrapped n=%llu\n.subckt wrapped t b n=0\na1 %%gd(t b) m\n"
                      ".model m synaptogen(index=1 seed={3*n})\n.ends\nv1 te 0 0.2",
                      (unsigned long long)seed);
        spice_run("op");
        cr_expect(spice_last("@a.x1.a1[r]") == reference_cell(support_model(0), 3 * seed, 1, SYN_HRS).state.r);
        spice_forget();
    }
}

Test(codemodel_parameters, sizes_of_tiles_and_arrays_pass_through_expressions)
{
    spice_circuit(
        ".param n=3\na1 [ w w w b b b 0 ] tile\nv1 w 0 0.2\nvb b 0 0\nv2 w2 0 0.2\n"
        ".model tile synaptogen_tile(rows={n} cols={n+1} seed={n} first={2*n} order={n+4})\n"
        "aw [ w2 w2 w2 ] null null row\n"
        "ab null [ i3 i4 i5 i6 ] null column\n"
        ".model row synaptogen_array(array=\"x\" side=\"left\" line={n} rows={2*n} cols={2*n+1} seed={7} first={6}\n"
        "+ rest_ground=\"left+bottom\")\n"
        ".model column synaptogen_array(array=\"x\" side=\"bottom\" line={n})");
    spice_run("op");
    cr_expect(fabs(spice_last("i(v1)")) > 1e-6 && fabs(spice_last("v(i6)")) > 1e-6, "%s", spice_output());
}

/* Expects that the operating point fails with one line of ours that names the instance and says the text. */
static void expect_failure(const char *instance, const char *text)
{
    char line[300];
    spice_clear_output();
    cr_expect(spice_try("op") == false, "%s is accepted", text);
    snprintf(line, sizeof line, "Instance: %s   Message: synaptogen: %s", instance, text);
    cr_expect(spice_count_output(line) == 1 && spice_count_output("Instance: ") == 1, "no '%s' in %s", line,
              spice_output());
}

/* Start states by the library, in rounds, so that each follows each other one. */
Test(codemodel_parameters, altermod_sets_init_and_start_by_their_numbers)
{
    spice_circuit("a1 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1 seed=7)\n.save @a1[r] @a1[mode]");
    for (int round = 0; round < 9; round++) {
        const int lrs = round & 1, stationary = round / 2 & 1;
        spice_do("altermod m init = %d", lrs);
        spice_do("altermod m start = %d", stationary);
        const syn_start start = {.mode = lrs ? SYN_LRS : SYN_HRS, .history = stationary ? SYN_STATIONARY : SYN_COLD};
        syn_cell c;
        cr_assert(syn_cell_init(support_model(0), 7, 1, &start, &c, NULL) == SYN_OK);
        spice_run("op");
        cr_expect(spice_last("@a1[r]") == c.state.r && spice_last("@a1[mode]") == c.state.mode, "round %d", round);
        spice_run("tran 1n 10n");
        cr_expect(spice_last("@a1[r]") == c.state.r, "round %d", round);
    }
    spice_do("altermod m init = 2");
    expect_failure("a1", "init = \"2\" is neither \"hrs\" (0) nor \"lrs\" (1)");
    spice_do("altermod m init = 1");
    spice_run("op");
}

/* ngspice 45 and later hand them over with the comma or the parenthesis. */
Test(codemodel_parameters, words_without_quotes_end_at_commas_and_at_the_end_of_the_model)
{
    static const char *const lists[] = {"(index=1 init=1)", "(index=1, start=0, init=1)", "(index=1 init=1, start=0)",
                                        "( init=1, index=1 start=0 )", "index=1 init=1"};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        spice_circuit("a1 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen %s\n.save @a1[mode]", lists[k]);
        spice_run("op");
        cr_expect(spice_last("@a1[mode]") == SYN_LRS, "%s", lists[k]);
        spice_forget();
    }
}

Test(codemodel_parameters, altermod_sets_init_and_lead_of_a_tile)
{
    spice_circuit(
        "a1 [ w b ] m\nvw w 0 0.2\nvb b 0 0\n.model m synaptogen_tile(rows=1 cols=1 seed=7 first=1 r_wl=1k)");
    spice_run("op");
    const double hrs = spice_last("i(vb)");
    spice_do("altermod m init = 1");
    spice_run("op");
    const double lrs = spice_last("i(vb)");
    cr_expect(spice_last("@a1[lrs]") == 1 && lrs > 3 * hrs);
    spice_do("altermod m lead = 1"); /* 500 ohm in place of 1 kohm: the cell has about 4.5 kohm */
    spice_run("op");
    cr_expect(spice_last("i(vb)") > 1.05 * lrs && spice_last("i(vb)") < 1.2 * lrs);
    spice_do("altermod m ends = 1");
    expect_failure("a1", "ends cannot be altered: altermod passes numbers, and it is text; write another .model");
}

Test(codemodel_parameters, unknown_names_end_the_run_and_the_nearest_is_named)
{
    static const struct {
        const char *parameters, *text;
    } cases[] = {{"sed=7", "\"sed\" is not a parameter of synaptogen; the nearest is seed"},
                 {"seed=7 ordr=3 x=1", "\"ordr\" is not a parameter of synaptogen; the nearest is order"},
                 {"intial=\"lrs\"", "\"intial\" is not a parameter of synaptogen; the nearest is init"},
                 {"lrs", "\"lrs\" is not a parameter of synaptogen"},
                 {"qwertzuiop=1", "\"qwertzuiop\" is not a parameter of synaptogen"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        spice_circuit("x1 te 0 s\n.subckt s t b\na1 %%gd(t b) m\n.model m synaptogen(%s)\n.ends\nv1 te 0 0.2",
                      cases[k].parameters);
        expect_failure("a.x1.a1", cases[k].text);
        expect_failure("a.x1.a1", cases[k].text); /* each run says so */
        spice_forget();
    }
    spice_circuit("a1 [ w b ] m\nvw w 0 0.2\nvb b 0 0\n.model m synaptogen_tile(rows=1 cols=1 r_wl=1 rbl=1)");
    expect_failure("a1", "\"rbl\" is not a parameter of synaptogen_tile; the nearest is r_bl");
    spice_forget();
    spice_circuit("aw [ w ] null null m\nvw w 0 0.2\n"
                  ".model m synaptogen_array(array=\"x\" rows=1 cols=1 side=\"left\" gian=1 rest_ground=\"bottom\")");
    expect_failure("aw", "\"gian\" is not a parameter of synaptogen_array; the nearest is gain");
}

Test(codemodel_parameters, multipliers_other_than_1_are_refused)
{
    static const char subcircuits[] = ".subckt one t b m=1\na1 %gd(t b) c\n.model c synaptogen(m={m})\n.ends\n"
                                      ".subckt pair t b\nx2 t b one\n.ends";
    spice_circuit("x1 te 0 one m=1\nv1 te 0 0.2\n%s", subcircuits);
    spice_run("op");
    spice_forget();
    spice_circuit("x1 te 0 one m=4\nv1 te 0 0.2\n%s", subcircuits);
    expect_failure("a.x1.a1", "m = 4 is not 1: cells in parallel are different cells; write an instance for each");
    spice_forget();
    spice_circuit("x1 te 0 pair m=2\nv1 te 0 0.2\n%s", subcircuits);
    expect_failure("a.x1.x2.a1", "m = 2 is not 1: cells in parallel are different cells; write an instance for each");
    spice_forget();
    spice_circuit("x1 te 0 t m=3\nv1 te 0 0.2\n.subckt t a b m=1\na1 [a b] c\n"
                  ".model c synaptogen_tile(rows=1 cols=1 m={m})\n.ends");
    expect_failure("a.x1.a1", "m = 3 is not 1: tiles and arrays in parallel are different tiles and arrays; "
                              "write an instance for each");
}

/* Iterations of a train of pulses with an option. */
static double iterations_with(const char *option)
{
    spice_circuit("v1 te 0 pulse(-1.5 1.5 0 10n 10n 490n 1u)\na1 %%gd(te 0) m\n.model m synaptogen(seed=3)\n%s",
                  option);
    spice_do("save @a1[r] @a1[cycle]");
    spice_run("tran 100n 20u");
    cr_expect(spice_last("@a1[cycle]") == 20);
    spice_clear_output();
    spice_do("rusage totiter");
    const double iterations = spice_printed("Total iterations");
    spice_forget();
    return iterations;
}

/* A step of 3 V in steps of 0.1 V, of 0.2 V, or at once. */
Test(codemodel_parameters, the_simulators_limit_of_input_steps_holds_only_if_it_is_set)
{
    const double without = iterations_with(".options convabsstep=10 convstep=10");
    cr_expect(iterations_with("") == without);
    cr_expect(iterations_with(".options convabsstep=0.2") > 1.2 * without);
    cr_expect(iterations_with(".options convabsstep=0.05 convstep=0.1") >
              iterations_with(".options convabsstep=0.2"));
}
