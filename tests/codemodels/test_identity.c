/* SPDX-License-Identifier: MIT */
/* One identity, one device: the same cell in the library and in ngspice. Comparisons are exact: both sides run the
 * same functions on the same numbers. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <synaptogen/rng.h>

TestSuite(codemodel_identity, .init = spice_start);

/* Loops on an ideal source, wide enough that every cell SETs and RESETs fully at every loop but the third, whose
 * positive half ends within the RESET transition. */
static const char loops[] = "v1 te 0 pwl(0 0 1u -2.4 2u 0 3u 2 4u 0 5u -2.4 6u 0 7u 2 8u 0 9u -2.4 10u 0 11u 1.2"
                            " 12u 0 13u -2.4 14u 0 15u 2 16u 0 17u -2.4 18u 0 19u 2 20u 0 21u -2.4 22u 0)";

/* Steps a library cell with the voltages of all accepted points and compares everything that the instance shows. */
static void expect_instance_of(const syn_model *m, const char *instance, syn_cell c)
{
    char name[128];
    static const char *const monitors[] = {"r", "mode", "cycle", "u_set", "u_reset", "resistance", "i"};
    double *seen[7], *u;
    size_t n, length;
    u = spice_vector("v(te)", &n);
    cr_assert(n > 100);
    for (int k = 0; k < 7; k++) {
        snprintf(name, sizeof name, "@%s[%s]", instance, monitors[k]);
        seen[k] = spice_vector(name, &length);
        cr_assert(length == n, "%s: %zu values, not %zu", name, length, n);
    }
    for (size_t t = 1; t < n; t++) { /* at t = 0 there is an operating point, which switches nothing */
        syn_cell_step(m, &c, u[t], &c);
        const double expected[7] = {c.state.r,
                                    c.state.mode,
                                    (double)c.state.n,
                                    (c.state.mode == SYN_LRS ? c.next : c.now).y[SYN_U_SET],
                                    c.state.mode == SYN_HRS ? c.now.y[SYN_U_RESET] : c.state.u_thr,
                                    syn_resistance_of_state(m, c.state.r),
                                    syn_current(m, c.state.r, u[t], NULL)};
        for (int k = 0; k < 7; k++)
            cr_assert(seen[k][t] == expected[k], "%s[%s] at point %zu, %.17g V: %.17g, library %.17g", instance,
                      monitors[k], t, u[t], seen[k][t], expected[k]);
    }
    cr_assert(c.state.n >= 5 && c.state.mode == SYN_LRS);
    for (int k = 0; k < 7; k++)
        free(seen[k]);
    free(u);
}

static void expect_instance_is(const char *instance, syn_cell c)
{
    expect_instance_of(support_model(0), instance, c);
}

#define SAVE(a) " @" a "[r] @" a "[mode] @" a "[cycle] @" a "[u_set] @" a "[u_reset] @" a "[resistance] @" a "[i]"

Test(codemodel_identity, cell_with_index_is_bit_for_bit_the_cell_of_the_library_over_five_cycles)
{
    spice_circuit("%s\na17 %%gd(te 0) m\nacell3 %%gd(te 0) m\n.model m synaptogen(seed=9 index=1)\n"
                  ".save v(te)" SAVE("a17") SAVE("acell3"),
                  loops);
    spice_run("tran 50n 22u");
    expect_instance_is("a17", reference_cell(support_model(0), 9, 17, SYN_HRS));
    expect_instance_is("acell3", reference_cell(support_model(0), 9, 3, SYN_HRS));
}

static void expect_cells_of(const syn_params *p)
{
    syn_model *m;
    FILE *f = fopen(support_temporary(), "w");
    cr_assert(f && syn_params_write(p, NULL, f, NULL) == SYN_OK && fclose(f) == 0);
    cr_assert(eq(int, syn_model_open(support_temporary(), NULL, &m, NULL), SYN_OK));
    spice_circuit("%s\na17 %%gd(te 0) m\nacell3 %%gd(te 0) m\n.model m synaptogen(seed=9 index=1 params=\"%s\")\n"
                  ".save v(te)" SAVE("a17") SAVE("acell3"),
                  loops, support_temporary());
    spice_run("tran 50n 22u");
    expect_instance_of(m, "a17", reference_cell(m, 9, 17, SYN_HRS));
    expect_instance_of(m, "acell3", reference_cell(m, 9, 3, SYN_HRS));
    syn_model_free(m);
}

/* A list of devices in turn, splines, and the scales log and inverse. */
Test(codemodel_identity, cells_of_a_set_of_format_2_are_bit_for_bit_those_of_the_library,
     .fini = support_remove_temporary)
{
    expect_cells_of(support_second_format());
}

Test(codemodel_identity, cells_with_exponential_curves_are_bit_for_bit_those_of_the_library,
     .fini = support_remove_temporary)
{
    expect_cells_of(support_exponential());
}

Test(codemodel_identity, cells_with_long_memory_are_bit_for_bit_those_of_the_library,
     .fini = support_remove_temporary)
{
    expect_cells_of(support_long());
}

Test(codemodel_identity, in_subcircuits_the_digits_of_the_own_name_count_not_those_of_the_path)
{
    spice_circuit("%s\nx77 te deep\n.subckt deep t\nx8 t inner\nacell4 %%gd(t 0) m\n.ends\n"
                  ".subckt inner t\na5 %%gd(t 0) m\n.ends\n.model m synaptogen(seed=2 index=1)\n"
                  ".save v(te)" SAVE("a.x77.acell4") SAVE("a.x77.x8.a5"),
                  loops);
    spice_run("tran 50n 22u");
    expect_instance_is("a.x77.acell4", reference_cell(support_model(0), 2, 4, SYN_HRS));
    expect_instance_is("a.x77.x8.a5", reference_cell(support_model(0), 2, 5, SYN_HRS));
}

Test(codemodel_identity, largest_numbers_keep_all_their_bits)
{
    /* A number that went through a float, or a cell number that went through a double, would be another cell. 2^53 -
     * 49 is the largest odd seed that ngspice reads exactly: it adds the digit's character code before it takes '0'
     * off. */
    spice_circuit("%s\na18446744073709551615 %%gd(te 0) m\n.model m synaptogen(seed=9007199254740943 index=1)\n"
                  ".save v(te)" SAVE("a18446744073709551615"),
                  loops);
    spice_run("tran 50n 22u");
    expect_instance_is("a18446744073709551615",
                       reference_cell(support_model(0), 9007199254740943u, UINT64_MAX, SYN_HRS));
}

Test(codemodel_identity, by_default_the_cell_is_the_hash_of_the_full_lower_case_name)
{
    spice_circuit("%s\nAlpha %%gd(te 0) M\nX1 te Outer\n.subckt Outer t\nXin t Inner\n.ends\n"
                  ".subckt Inner t\nACell2 %%gd(t 0) M\n.ends\n.model M synaptogen(seed=4)\n"
                  ".save v(te)" SAVE("alpha") SAVE("a.x1.xin.acell2"),
                  loops);
    spice_run("tran 50n 22u");
    expect_instance_is("alpha", reference_cell(support_model(0), 4, syn_cell_of_name("alpha"), SYN_HRS));
    expect_instance_is("a.x1.xin.acell2",
                       reference_cell(support_model(0), 4, syn_cell_of_name("A.X1.Xin.ACell2"), SYN_HRS));
}

Test(codemodel_identity, without_parameters_it_is_a_cell_of_seed_0_and_order_10_that_starts_cold_in_hrs)
{
    spice_circuit("%s\na1 %%gd(te 0) m\n.model m synaptogen\n.save v(te)" SAVE("a1"), loops);
    spice_run("tran 50n 22u");
    expect_instance_is("a1", reference_cell(support_model(10), 0, syn_cell_of_name("a1"), SYN_HRS));
}

Test(codemodel_identity, seeds_tell_cells_of_the_same_number_apart)
{
    spice_circuit("v1 te 0 0.2\na1 %%gd(te 0) m\nab1 %%gd(te 0) n\n"
                  ".model m synaptogen(seed=1 index=1)\n.model n synaptogen(seed=2 index=1)");
    spice_run("op");
    cr_expect(spice_last("@a1[r]") == reference_cell(support_model(0), 1, 1, SYN_HRS).state.r);
    cr_expect(spice_last("@ab1[r]") == reference_cell(support_model(0), 2, 1, SYN_HRS).state.r);
}

/* A few numbers that only one cell has. */
static void fingerprint(const char *instance, double f[3])
{
    static const char *const monitors[] = {"r", "u_set", "u_reset"};
    char name[64];
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "@%s[%s]", instance, monitors[k]);
        f[k] = spice_last(name);
    }
}

Test(codemodel_identity, order_of_lines_does_not_matter_whether_by_name_or_by_index)
{
    enum { LINES = 8 };
    static const char *const lines[LINES] = {"a1 %gd(te 0) m",
                                             "a2 %gd(te 0) m",
                                             "ab %gd(te 0) n",
                                             "x1 te sub",
                                             ".subckt sub t\na3 %gd(t 0) m\nab %gd(t 0) n\n.ends",
                                             "v1 te 0 0.2",
                                             ".model m synaptogen(seed=1 index=1)",
                                             ".model n synaptogen(seed=1)"};
    static const char *const instances[] = {"a1", "a2", "ab", "a.x1.a3", "a.x1.ab"};
    double first[5][3], again[3];
    uint64_t state = 1;
    for (int round = 0; round < 20; round++) {
        int order[LINES];
        for (int k = 0; k < LINES; k++) { /* shuffles from the inside out; round 0 leaves the order as it is */
            const int j = round == 0 ? k : (int)support_uniform(&state, 0, k + 1);
            order[k] = order[j];
            order[j] = k;
        }
        char deck[1000] = "";
        for (int k = 0; k < LINES; k++)
            strcat(strcat(deck, lines[order[k]]), "\n");
        spice_circuit("%s", deck);
        spice_run("op");
        for (int i = 0; i < 5; i++) {
            fingerprint(instances[i], round == 0 ? first[i] : again);
            cr_expect(round == 0 || memcmp(first[i], again, sizeof again) == 0, "%s in\n%s", instances[i], deck);
        }
        spice_forget();
    }
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            cr_expect(first[i][0] != first[j][0], "%s and %s are one cell", instances[i], instances[j]);
}

Test(codemodel_identity, edits_of_other_lines_leave_a_cell_what_it_is)
{
    static const char *const others[] = {"",
                                         "a0 %gd(te 0) m\n",
                                         "r1 te 0 1k\n",
                                         "a0 %gd(te mid) m\nra mid 0 10\n",
                                         "x2 te more\n.subckt more t\nacell %gd(t 0) m\n.ends\n",
                                         "v2 b 0 1\nr2 b te 5\n"};
    double first[3], again[3];
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        spice_circuit("%sacell %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(seed=6)", others[k]);
        spice_run("op");
        fingerprint("acell", k == 0 ? first : again);
        cr_expect(k == 0 || memcmp(first, again, sizeof again) == 0, "with %s", others[k]);
        spice_forget();
    }
}

/* One line that names the instance and explains; then the next circuit works. */
static void expect_refusal(const char *cells, const char *instance, const char *explanation)
{
    char told[64];
    snprintf(told, sizeof told, "Instance: %s ", instance);
    spice_circuit("%s\nv1 te 0 0.2\n.model m synaptogen(index=1)", cells);
    spice_clear_output();
    cr_expect(spice_try("op") == false, "%s was accepted", cells);
    cr_expect(spice_count_output(told) == 1 && spice_count_output("Message: ") == 1, "%s", spice_output());
    cr_expect(spice_count_output(explanation) == 1, "%s", spice_output());
    spice_forget();
    spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1)");
    spice_run("op");
    cr_expect(spice_last("@a7[r]") == reference_cell(support_model(0), 0, 7, SYN_HRS).state.r);
    spice_forget();
}

Test(codemodel_identity, index_without_digits_is_refused_by_name)
{
    expect_refusal("acell %gd(te 0) m", "acell", "needs an instance name that ends in the cell number");
    expect_refusal("x1 te s\n.subckt s t\na1b %gd(t 0) m\n.ends", "a.x1.a1b", "ends in the cell number");
}

Test(codemodel_identity, index_beyond_64_bits_is_refused)
{
    expect_refusal("a18446744073709551616 %gd(te 0) m", "a18446744073709551616", "ends in the cell number");
}

Test(codemodel_identity, cell_number_used_twice_is_refused)
{
    /* ngspice meets the instances in reverse order of the netlist. */
    expect_refusal("a7 %gd(te 0) m\nab7 %gd(te 0) m", "a7", "cell number 7 is used twice with seed 0");
    expect_refusal("a007 %gd(te 0) m\nab7 %gd(te 0) m", "a007", "cell number 7 is used twice with seed 0");
    expect_refusal("x1 te s\nx2 te s\n.subckt s t\na7 %gd(t 0) m\n.ends", "a.x1.a7",
                   "cell number 7 is used twice with seed 0");
}

Test(codemodel_identity, among_many_cell_numbers_of_all_sizes_only_the_repeated_one_is_refused)
{
    /* Rows of neighbours and numbers far apart, k^12 for k < 35 being below 2^62. */
    char deck[20000] = "", *end = deck;
    for (int k = 0; k < 300; k++)
        end += sprintf(end, "a%d %%gd(te 0) m\n", k);
    for (uint64_t k = 3; k < 35; k++) {
        const uint64_t cube = k * k * k, number = cube * cube * cube * cube;
        end += sprintf(end, "a%" PRIu64 " %%gd(te 0) m\n", number);
    }
    spice_circuit("%sv1 te 0 0.2\n.model m synaptogen(index=1)", deck);
    spice_run("op");
    for (uint64_t k = 3; k < 35; k += 31) { /* at both ends: their lines come first or last */
        const uint64_t cube = k * k * k, number = cube * cube * cube * cube;
        spice_forget();
        spice_clear_output();
        spice_circuit("ab%" PRIu64 " %%gd(te 0) m\n%sv1 te 0 0.2\n.model m synaptogen(index=1)", number, deck);
        cr_expect(spice_try("op") == false);
        char text[100];
        snprintf(text, sizeof text, "cell number %" PRIu64 " is used twice", number);
        cr_expect(spice_count_output(text) == 1, "%s", spice_output());
    }
}

Test(codemodel_identity, cell_number_is_free_again_in_the_next_run_and_in_another_circuit)
{
    for (int k = 0; k < 3; k++) {
        spice_circuit("a7 %%gd(te 0) m\nv1 te 0 0.2\n.model m synaptogen(index=1)");
        spice_run("op");
        spice_run("op");
        spice_do("reset");
        spice_run("op");
    }
}
