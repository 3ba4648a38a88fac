/* SPDX-License-Identifier: MIT */
/* Several circuits in one process that uses libngspice. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>

TestSuite(codemodel_sessions);

static void load_cell(int seed)
{
    spice_circuit("v1 te 0 0.2\na1 %%gd(te 0) m\n.model m synaptogen(index=1 seed=%d)", seed);
}

static void expect_cell(uint64_t seed)
{
    spice_run("op");
    cr_expect(spice_last("@a1[r]") == reference_cell(support_model(0), seed, 1, SYN_HRS).state.r);
}

static void expect_divider(void)
{
    spice_run("op");
    cr_expect(fabs(spice_last("v(b)") - 0.75) < 1e-9); /* 1 V at 1 and 3 kohm; reltol is relative to a step */
}

/* A table that is too short for the plug-in's devices would be read beyond its end by each of these commands. */
Test(codemodel_sessions, a_circuit_that_is_older_than_the_plug_in_goes_on_working)
{
    spice_start_alone();
    spice_circuit("v1 a 0 1\nr1 a b 1k\nr2 b 0 3k");
    expect_divider();
    spice_load_plugin();
    load_cell(7);
    expect_cell(7);
    spice_do("setcirc 2");
    expect_divider();
    spice_do("remcirc");
    expect_cell(7);
    spice_do("remcirc");
}

Test(codemodel_sessions, circuits_that_each_load_the_plug_in_go_on_working)
{
    spice_start();
    for (int seed = 1; seed <= 6; seed++) {
        spice_load_plugin();
        load_cell(seed);
        if (seed & 1)
            expect_cell((uint64_t)seed);
    }
    for (int seed = 6; seed >= 1; seed--) {
        expect_cell((uint64_t)seed);
        spice_do("remcirc");
    }
}

Test(codemodel_sessions, a_program_may_start_the_simulator_twice)
{
    spice_start();
    load_cell(7);
    expect_cell(7);
    spice_start(); /* the simulator forgets all devices, and has to be told again */
    load_cell(8);
    expect_cell(8);
}
