/* SPDX-License-Identifier: MIT */
/* Largest voltages of cells, and the warning of a voltage beyond the fitted range. */
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

TestSuite(codemodel_range, .init = spice_start);

#define WARNING "beyond the fitted range"

static const char model[] = ".model m synaptogen(seed=7)\n";

/* Expects that a monitor is the largest magnitude of a node's voltage up to each point. The monitor keeps single
 * precision. */
static void expect_peaks(const char *monitor, const char *node)
{
    size_t n, length;
    double *peak = spice_vector(monitor, &n), *v = spice_vector(node, &length), largest = 0;
    cr_assert(n > 10 && n == length);
    for (size_t k = 0; k < n; k++) {
        largest = fmax(largest, fabs(v[k]));
        cr_assert(fabs(peak[k] - largest) <= 1e-7 * largest, "%s at point %zu: %.9g V, not %.9g V", monitor, k,
                  peak[k], largest);
    }
    free(peak);
    free(v);
}

Test(codemodel_range, the_peak_is_the_largest_voltage_at_accepted_points_of_the_analysis)
{
    /* b and its capacitance make the simulator reject points; the cells are at ideal sources, so that their voltage is that
     * of the node to the last digit. */
    spice_circuit("v1 te 0 pwl(0 0.1 1u -0.7 1.01u 0.3 2u 1.5 2.01u -0.2 4u 0.4)\n"
                  "b1 b 0 v=tanh(100*v(te))\nr1 b c 1k\nc1 c 0 10p\n"
                  "a1 %%gd(te 0) m\na2 [te 0] tile\na3 [in] null null w\na4 null [out] null b\nv3 in 0 0\n"
                  "b3 in 0 i=0\na5 %%gd(0 te) m\n%s"
                  ".model tile synaptogen_tile(rows=1 cols=1 seed=1 first=0)\n"
                  ".model w synaptogen_array(array=\"x\" side=\"left\" rows=1 cols=1 seed=1 first=1)\n"
                  ".model b synaptogen_array(array=\"x\" side=\"bottom\")\n"
                  ".save v(te) @a1[u_peak] @a2[u_peak] @a4[u_peak] @a5[u_peak]",
                  model);
    for (int round = 0; round < 2; round++) {
        spice_run("tran 20n 4u");
        expect_peaks("@a1[u_peak]", "v(te)");
        expect_peaks("@a2[u_peak]", "v(te)");
        expect_peaks("@a5[u_peak]", "v(te)");
        cr_expect(spice_last("@a4[u_peak]") == 0);
        spice_run("dc v1 0.6 -0.5 -0.05");
        expect_peaks("@a1[u_peak]", "v(te)");
        expect_peaks("@a2[u_peak]", "v(te)");
        spice_run("op");
        cr_expect(fabs(spice_last("@a1[u_peak]") - 0.1) < 1e-8 && fabs(spice_last("@a2[u_peak]") - 0.1) < 1e-8);
        cr_expect(spice_count_output(WARNING) == 0);
    }
}

Test(codemodel_range, the_first_voltage_beyond_the_fitted_range_is_told_once_per_analysis_with_instance_and_time)
{
    spice_circuit("v1 te 0 pwl(0 0 1u 1.6 1.1u 1.62 2u 1.9)\nv2 t2 0 pwl(0 0 1.5u 0 1.6u -3 2u 0)\n"
                  "a1 %%gd(te 0) m\na2 %%gd(t2 0) m\na3 %%gd(te 0) m\n%s.save v(te)",
                  model);
    spice_run("tran 1n 1u");
    cr_expect(spice_count_output(WARNING) == 0, "1.6 V are within 1.1 u_max");
    for (int round = 0; round < 2; round++) {
        spice_run("tran 1n 2u");
        cr_expect(spice_count_output(WARNING) == 1);
        cr_expect(spice_count_output("Instance: a3") == 1 || spice_count_output("Instance: a1") == 1);
        /* 1.606 V are reached at 1.03 us */
        const double at = spice_printed("V at ");
        cr_expect(at > 1.03e-6 && at < 1.032e-6, "%g s", at);
    }
    spice_run("dc v2 -1.5 -2 -0.1");
    cr_expect(spice_count_output(WARNING) == 1 && spice_count_output("Instance: a2") == 1);
    spice_do("alter v2 dc = 1.7");
    spice_run("op");
    cr_expect(spice_count_output(WARNING) == 1 && spice_count_output("Instance: a2") == 1);
}

Test(codemodel_range, tiles_and_arrays_tell_it_too_and_name_the_cell)
{
    spice_circuit("v1 w 0 pwl(0 0 1u 1.7 2u 0)\na1 [ 0 0 w 0 0 ] tile\n"
                  ".model tile synaptogen_tile(rows=3 cols=2 seed=1 first=0 r_wl=1 r_bl=1)\n.save v(w)");
    spice_run("tran 1n 2u");
    cr_expect(spice_count_output(WARNING) == 1 && spice_count_output("Instance: a1") == 1);
    cr_expect(spice_count_output("across cell (2, 0) at ") == 1 || spice_count_output("across cell (2, 1) at ") == 1);
    spice_forget();
    spice_circuit("v1 w 0 1.7\naw [ 0 w ] null null w\nab null [ i0 i1 i2 ] null b\n"
                  ".model w synaptogen_array(array=\"x\" side=\"left\" rows=2 cols=3 seed=1 first=0 r_left=1)\n"
                  ".model b synaptogen_array(array=\"x\" side=\"bottom\")\n.save v(w)");
    spice_run("op");
    cr_expect(spice_count_output(WARNING) == 1 && spice_count_output("across cell (1, ") == 1);
}
