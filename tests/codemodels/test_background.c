/* SPDX-License-Identifier: MIT */
/* A host of libngspice that leaves its analyses to the simulator's own thread: it halts them, alters a source, lets them go
 * on, and works with other circuits in between. */
#include "support/reference.h"
#include "support/spice.h"
#include "support/support.h"

#include <math.h>
#include <string.h>
#include <time.h>

TestSuite(codemodel_background, .init = spice_start, .timeout = 600);

static const load_line load = {.resistance = 100};

/* Far more time points than a test waits for, so that only a halt ends the analysis. ngspice reserves memory for stop time by
 * step, here 1,000 points; the largest step of 1 us, which makes the points many, does not count there. */
static const char endless[] = ".tran 1 1000 0 1u";

static void load_cell(int seed, const char *analysis)
{
    spice_circuit("v1 s 0 0\nr1 s te 100\na1 %%gd(te 0) m\n.model m synaptogen(index=1 seed=%d)\n"
                  ".save @a1[mode] @a1[cycle] @a1[r]\n%s",
                  seed, analysis);
}

/* Carries out a command, then resumes the analysis until it has more than `points` time points, and halts it each time. A second
 * bg_run would begin another plot. A run that is halted before its first point never shows its plot, so it gets more time. */
static void halt_after(const char *command, size_t points)
{
    do {
        spice_begin_in_background(command);
        nanosleep(&(struct timespec){.tv_nsec = strcmp(command, "bg_run") == 0 ? 300000000 : 20000000}, NULL);
        command = "bg_resume";
        spice_do("bg_halt");
        spice_await_background();
    } while (spice_length("time") <= points);
}

/* A halted analysis begins, and goes on by some points. Loading a circuit leaves its plot. */
static void begin(void)
{
    spice_do("setplot const");
    halt_after("bg_run", 1);
}

static void go_on(void)
{
    spice_do("setplot tran1");
    halt_after("bg_resume", spice_length("time") + 2);
}

/* The cell has the history of c. R_LRS and the count of cycles do not depend on the time steps; a full RESET ends at the same
 * r up to the voltage that Newton's iteration is off. */
static void expect_history(const syn_cell *c, const char *where)
{
    const double mode = spice_last("@a1[mode]"), cycle = spice_last("@a1[cycle]"), r = spice_last("@a1[r]");
    cr_expect(mode == c->state.mode && cycle == c->state.n && fabs(r - c->state.r) < 1e-3,
              "%s: mode %g cycle %g r %g, not %d %d %g", where, mode, cycle, r, (int)c->state.mode, (int)c->state.n,
              c->state.r);
}

/* The source jumps to `volts` while the analysis is halted; the cell follows the load line. */
static void pulse(double volts, syn_cell *c)
{
    spice_do("alter v1 = %g", volts);
    go_on();
    load_pulse(support_model(0), &load, volts, c);
    expect_history(c, "after an altered source");
}

Test(codemodel_background, a_halted_analysis_goes_on_with_an_altered_source)
{
    syn_cell c = reference_cell(support_model(0), 7, 1, SYN_HRS);
    load_cell(7, endless);
    begin();
    expect_history(&c, "at 0 V");
    for (int k = 0; k < 2; k++) {
        pulse(-1.5, &c);
        pulse(2.2, &c);
    }
    spice_forget();
}

/* ngspice itself forgets a halted analysis when another circuit runs. */
Test(codemodel_background, a_halted_circuit_goes_on_after_others_have_loaded_the_plug_in_and_have_been_removed)
{
    syn_cell c = reference_cell(support_model(0), 7, 1, SYN_HRS);
    load_cell(7, endless);
    begin();
    pulse(-1.5, &c);
    for (int seed = 8; seed < 11; seed++) {
        spice_clear_output(); /* from here on "Error" would be of the loading */
        spice_load_plugin();
        load_cell(seed, ".tran 10n 1u");
        spice_do("remcirc");
    }
    pulse(2.2, &c);
    spice_forget();
}

Test(codemodel_background, circuits_run_one_after_the_other_and_are_removed_in_any_order)
{
    for (int seed = 1; seed <= 4; seed++) {
        const syn_cell c = reference_cell(support_model(0), (uint64_t)seed, 1, SYN_HRS);
        spice_clear_output();
        spice_load_plugin();
        load_cell(seed, endless);
        begin();
        expect_history(&c, "a new circuit");
        if (seed == 2)
            spice_do("remcirc");
    }
    spice_do("setcirc 2"); /* of 3: the numbers count from the youngest */
    const syn_cell third = reference_cell(support_model(0), 3, 1, SYN_HRS);
    begin();
    expect_history(&third, "the middle circuit again");
    for (int k = 0; k < 3; k++)
        spice_do("remcirc");
}

Test(codemodel_background, a_warning_reaches_the_host)
{
    load_cell(7, ".tran 10n 4u");
    spice_do("alter v1 = 2.5");
    spice_clear_output();
    spice_run_in_background();
    cr_expect(spice_count_output("Instance: a1 ") == 1 && spice_count_output("beyond the fitted range") == 1, "%s",
              spice_output());
}

Test(codemodel_background, after_a_failure_the_corrected_circuit_runs)
{
    load_cell(7, ".tran 10n 1u");
    spice_do("altermod m order = 11");
    spice_clear_output();
    spice_run_in_background();
    cr_expect(spice_count_output("order = 11") == 1, "%s", spice_output());
    spice_do("altermod m order = 10");
    spice_clear_output();
    spice_run_in_background();
    const syn_cell c = reference_cell(support_model(0), 7, 1, SYN_HRS);
    expect_history(&c, "the corrected circuit");
    cr_expect(spice_count_output("synaptogen:") == 0, "%s", spice_output());
}
