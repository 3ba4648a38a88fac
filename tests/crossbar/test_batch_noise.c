/* SPDX-License-Identifier: MIT */
/* Noise of batches. A draw is a standard deviation times a normal that the header defines, so the standard deviation can be had
 * from one input. syn_crossbar_noise, which solves the network of each input, is the second route. */
#include "crossbar/batch_noise.h"
#include "support/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/crossbar_batch.h>

enum { COUNT = 20, MOST = 16 };
static const double bandwidth = 1e8; /* Hz */
static const uint64_t seed = 77, first_index = 1000;

typedef struct inputs {
    double *v[SYN_SIDES], *clean[SYN_SIDES], *noisy[SYN_SIDES];
} inputs;

static inputs draw_inputs(const circuit *c, uint64_t *state, size_t count, double volt)
{
    inputs in;
    for (int side = 0; side < SYN_SIDES; side++) {
        const size_t n = circuit_lines_at(c, side) * count;
        in.v[side] = malloc(n * sizeof(double));
        in.clean[side] = malloc(n * sizeof(double));
        in.noisy[side] = malloc(n * sizeof(double));
        for (size_t k = 0; k < n; k++)
            in.v[side][k] = support_uniform(state, -volt, volt);
    }
    return in;
}

static void free_inputs(inputs *in)
{
    for (int side = 0; side < SYN_SIDES; side++) {
        free(in->v[side]);
        free(in->clean[side]);
        free(in->noisy[side]);
    }
}

static void solve(syn_crossbar *x, const inputs *in, size_t count, const char *what)
{
    const double *const v[SYN_SIDES] = {in->v[0], in->v[1], in->v[2], in->v[3]};
    syn_batch_options o = {.seed = seed, .index = first_index};
    syn_error err = {0};
    cr_assert(eq(int, syn_crossbar_solve_batch(x, v, count, in->clean, &o, NULL, &err), SYN_OK), "%s: %s", what,
              err.text);
    o.bandwidth = bandwidth;
    cr_assert(eq(int, syn_crossbar_solve_batch(x, v, count, in->noisy, &o, NULL, &err), SYN_OK), "%s: %s", what,
              err.text);
}

/* The normal of a terminal and input, as the header says. */
static double normal(const circuit *c, int side, size_t line, size_t k)
{
    size_t t = line;
    double z[4];
    for (int before = 0; before < side; before++)
        t += circuit_lines_at(c, before);
    syn_rng_normals(seed, t / 4, first_index + k, (syn_purpose)5, z);
    return z[t % 4];
}

static double noise_of(const inputs *in, const circuit *c, int side, size_t line, size_t k)
{
    const size_t at = line + circuit_lines_at(c, side) * k;
    return in->noisy[side][at] - in->clean[side][at];
}

/* Variance of a I_a + b I_b, the two ends of line `line` of a direction, at the last solution of x. */
static double variance(syn_crossbar *x, int along, size_t line, double a, double b)
{
    double w[2][MOST] = {{0}};
    const double *weight[SYN_SIDES] = {NULL};
    syn_noise n;
    syn_error err;
    w[0][line] = a;
    w[1][line] = b;
    weight[2 * along] = w[0];
    weight[2 * along + 1] = w[1];
    cr_assert(eq(int, syn_crossbar_noise(x, weight, 300, &n, &err), SYN_OK), "%s", err.text);
    return bandwidth * (n.thermal + n.shot + n.wires);
}

/* Input k of line `line`: what the draws of its two ends must give. The ends are correlated, the second one after the first:
 * Cholesky's factor of their covariance. Returns the larger relative error. */
static double line_error(const circuit *c, syn_crossbar *x, const inputs *in, int along, size_t line, size_t k)
{
    const bool open[2] = {isnan(syn_crossbar_current(x, (syn_side)(2 * along))[line]),
                          isnan(syn_crossbar_current(x, (syn_side)(2 * along + 1))[line])};
    const double a = open[0] ? 0 : variance(x, along, line, 1, 0), b = open[1] ? 0 : variance(x, along, line, 0, 1),
                 both = open[0] || open[1] ? a + b : variance(x, along, line, 1, 1),
                 covariance = 0.5 * (both - a - b), shared = a > 0 ? covariance / sqrt(a) : 0;
    double worst = 0;
    for (int far = 0; far < 2; far++) {
        if (open[far])
            continue;
        const double z = normal(c, 2 * along + far, line, k), z0 = normal(c, 2 * along, line, k);
        const double expected = far == 0 ? sqrt(a) * z : shared * z0 + sqrt(fmax(b - shared * shared, 0)) * z;
        const double scale = sqrt(far == 0 ? a : b) * (fabs(z) + fabs(z0)) + 1e-22;
        worst = fmax(worst, fabs(noise_of(in, c, 2 * along + far, line, k) - expected) / scale);
    }
    return worst;
}

/* The largest error of all lines and of some inputs. */
static double largest_error(const circuit *c, syn_crossbar *x, const inputs *in, const char *what)
{
    double worst = 0;
    for (size_t k = 0; k < COUNT; k += 7) {
        const double *v[SYN_SIDES];
        syn_error err;
        for (int side = 0; side < SYN_SIDES; side++)
            v[side] = in->v[side] + circuit_lines_at(c, side) * k;
        cr_assert(eq(int, syn_crossbar_solve(x, v, NULL, &err), SYN_OK), "%s: %s", what, err.text);
        for (int along = 0; along < 2; along++)
            for (size_t line = 0; line < circuit_lines_at(c, 2 * along); line++)
                support_worst(&worst, line_error(c, x, in, along, line, k));
    }
    return worst;
}

/* volt: of the sources, V. Returns the largest error of all regimes without the curve of a selector. */
static double try_regimes(int nonlinear, double volt)
{
    uint64_t state = 3 + (uint64_t)nonlinear;
    double worst = 0;
    for (int g = 0; g < CIRCUIT_REGIMES; g++) {
        const size_t rows = (size_t)support_uniform(&state, 1, 9), cols = (size_t)support_uniform(&state, 1, 9);
        circuit *c = circuit_draw(&state, &circuit_regimes[g], rows, cols, nonlinear, volt);
        if (c->wires.access.points == 0) {
            syn_crossbar *x = circuit_crossbar(c, 1);
            inputs in = draw_inputs(c, &state, COUNT, volt);
            solve(x, &in, COUNT, circuit_regimes[g].name);
            const double error = largest_error(c, x, &in, circuit_regimes[g].name);
            cr_expect(nonlinear || error < 1e-3, "%s: %g", circuit_regimes[g].name, error);
            support_worst(&worst, error);
            free_inputs(&in);
            syn_crossbar_free(x);
        }
        circuit_free(c);
    }
    return worst;
}

/* Single precision gives variances to some 1e-6. Of two ends that are nearly one node, what is left of the second one after the
 * first is a difference: the square root of that, 1e-3. */
Test(batch_noise, each_current_of_linear_cells_has_the_noise_of_its_input, .timeout = 300)
{
    try_regimes(0, 1);
}

/* At 0.1 mV the curves are straight: a slope changes by less than 1e-3 from 0 V on. */
Test(batch_noise, at_small_voltages_nonlinear_cells_are_as_exact, .timeout = 300)
{
    cr_expect(lt(dbl, try_regimes(1, 1e-4), 2e-3));
}

/* 16 x 16 built-in cells of all states with 5 ohm of wire per cell and 50 ohm of driver at 0.2 V at most. */
Test(batch_noise, at_read_voltages_nonlinear_cells_are_right_to_half_a_percent)
{
    uint64_t state = 6;
    const circuit_regime g = {.name = "read", .r = {5, 5}, .end = {50, 50}, .g = {5e-6, 2.5e-4}};
    circuit *c = circuit_draw(&state, &g, MOST, MOST, 1, 0.2);
    syn_crossbar *x = circuit_crossbar(c, 1);
    inputs in = draw_inputs(c, &state, COUNT, 0.2);
    solve(x, &in, COUNT, "read");
    cr_expect(lt(dbl, largest_error(c, x, &in, "read"), 0.005));
    free_inputs(&in);
    syn_crossbar_free(x);
    circuit_free(c);
}

/* The mean square of 3000 normals has a standard deviation of sqrt(2 / 3000) = 2.6 %: five of them. */
Test(batch_noise, the_noise_of_many_inputs_has_the_variance_of_one)
{
    enum { MANY = 3000 };
    uint64_t state = 8;
    circuit *c = circuit_draw(&state, &circuit_regimes[1], 5, 4, 0, 1);
    syn_crossbar *x = circuit_crossbar(c, 1);
    inputs in = draw_inputs(c, &state, MANY, 0.2);
    for (int side = 0; side < SYN_SIDES; side++)
        for (size_t k = circuit_lines_at(c, side); k < circuit_lines_at(c, side) * MANY; k++)
            in.v[side][k] = in.v[side][k - circuit_lines_at(c, side)];
    solve(x, &in, MANY, "many");
    const double *const v[SYN_SIDES] = {in.v[0], in.v[1], in.v[2], in.v[3]};
    cr_assert(eq(int, syn_crossbar_solve(x, v, NULL, NULL), SYN_OK));
    for (size_t line = 0; line < 4; line++) {
        double squares = 0, sums = 0;
        for (size_t k = 0; k < MANY; k++) {
            const double top = noise_of(&in, c, SYN_TOP, line, k), bottom = noise_of(&in, c, SYN_BOTTOM, line, k);
            squares += bottom * bottom / MANY;
            sums += (top + bottom) * (top + bottom) / MANY;
        }
        cr_expect(epsilon_eq(dbl, squares / variance(x, 1, line, 0, 1), 1, 0.13));
        cr_expect(epsilon_eq(dbl, sums / variance(x, 1, line, 1, 1), 1, 0.13));
    }
    free_inputs(&in);
    syn_crossbar_free(x);
    circuit_free(c);
}

/* Little room: two lines of outputs at a time, inputs that do not fit, pieces of 16 inputs. Sums in another order differ in the
 * last digits of single precision; the way by solutions in place of a product, too. */
Test(batch_noise, work_in_pieces_gives_the_same_noise)
{
    uint64_t state = 9;
    for (int nonlinear = 0; nonlinear < 2; nonlinear++) {
        circuit *c = circuit_draw(&state, &circuit_regimes[1], 6, 7, nonlinear, 0.2);
        syn_crossbar *x = circuit_crossbar(c, 1);
        inputs in = draw_inputs(c, &state, 3 * COUNT, 0.2);
        solve(x, &in, 3 * COUNT, "pieces");
        const double *const v[SYN_SIDES] = {in.v[0], in.v[1], in.v[2], in.v[3]};
        const synp_batch_noise b = {v, in.clean, 3 * COUNT, 1e-10, 1, bandwidth, seed, first_index, 5 * 6 * 7, 1};
        syn_solution info;
        cr_assert(eq(int, synp_crossbar_batch_noise(x, &b, nonlinear, &info, NULL), SYN_OK));
        for (int side = 0; side < SYN_SIDES; side++)
            for (size_t k = 0; k < 3 * COUNT * circuit_lines_at(c, side); k++)
                cr_assert(epsilon_eq(dbl, in.clean[side][k], in.noisy[side][k], 1e-13), "side %d, %zu", side, k);
        free_inputs(&in);
        syn_crossbar_free(x);
        circuit_free(c);
    }
}

Test(batch_noise, the_number_of_threads_does_not_change_the_noise_of_nonlinear_cells)
{
    uint64_t state = 10;
    circuit *c = circuit_draw(&state, &circuit_regimes[1], 9, 8, 1, 0.2);
    syn_crossbar *x = circuit_crossbar(c, 1);
    inputs in = draw_inputs(c, &state, 70, 0.2);
    const double *const v[SYN_SIDES] = {in.v[0], in.v[1], in.v[2], in.v[3]};
    for (int threads = 1; threads <= 3; threads += 2) {
        const syn_batch_options o = {.threads = threads, .bandwidth = bandwidth, .seed = 5};
        cr_assert(
            eq(int, syn_crossbar_solve_batch(x, v, 70, threads == 1 ? in.clean : in.noisy, &o, NULL, NULL), SYN_OK));
    }
    for (int side = 0; side < SYN_SIDES; side++)
        cr_expect(memcmp(in.clean[side], in.noisy[side], 70 * circuit_lines_at(c, side) * sizeof(double)) == 0);
    free_inputs(&in);
    syn_crossbar_free(x);
    circuit_free(c);
}

Test(batch_noise, what_has_no_noise_in_batches_is_refused)
{
    uint64_t state = 12;
    circuit *c = circuit_draw(&state, &circuit_regimes[1], 3, 4, 1, 0.2);
    circuit_add_selector(c, CIRCUIT_THRESHOLD);
    syn_crossbar *x = circuit_crossbar(c, 1);
    inputs in = draw_inputs(c, &state, COUNT, 0.2);
    syn_error err;
    const double *const v[SYN_SIDES] = {in.v[0], in.v[1], in.v[2], in.v[3]};
    const struct {
        syn_batch_options o;
        const char *field, *text;
    } bad[] = {{{.bandwidth = 1}, "bandwidth", "syn_crossbar_noise"},
               {{.bandwidth = -1}, "bandwidth", "negative"},
               {{.bandwidth = INFINITY}, "bandwidth", "not finite"},
               {{.index = (UINT64_C(1) << 56) - COUNT + 1}, "index", "above 2^56"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        support_refused(syn_crossbar_solve_batch(x, v, COUNT, in.noisy, &bad[k].o, NULL, &err), SYN_EINVAL, &err,
                        bad[k].field, bad[k].text);
    free_inputs(&in);
    syn_crossbar_free(x);
    circuit_free(c);
}
