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
