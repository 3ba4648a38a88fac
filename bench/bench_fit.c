/* SPDX-License-Identifier: MIT */
/* The whole fit of 500 devices with 1000 cycles each, order and components by BIC, and its validation. One run each:
 * they take seconds. */
#include "bench.h"

#include <math.h>
#include <synaptogen/synaptogen.h>

enum { DEVICES = 500, CYCLES = 1000, SEED = 1 };

static int sample(const syn_model *m, syn_features *f)
{
    if (syn_features_create(DEVICES, DEVICES * CYCLES, f, NULL))
        return 0;
    for (size_t d = 0; d < DEVICES; d++) {
        syn_cell c;
        if (syn_cell_init(m, SEED, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL))
            return 0;
        f->first[d + 1] = (d + 1) * CYCLES;
        for (size_t t = 0; t < CYCLES; t++) {
            memcpy(f->y[d * CYCLES + t], c.now.y, sizeof c.now.y);
            syn_cell_next_cycle(m, &c);
        }
    }
    return 1;
}

static void print(const char *what, double seconds)
{
    printf("%s,%d,%d,%d,%.3g\n", what, synp_threads(0), DEVICES, CYCLES, seconds);
    fflush(stdout);
}

int main(void)
{
    static syn_params params;
    static syn_validation v;
    syn_model *truth, *fitted;
    syn_features f;
    syn_fit_report r;
    if (syn_params_default(&params, NULL) || syn_model_create(&params, NULL, &truth, NULL) || !sample(truth, &f))
        return 1;
    const double radius = syn_var_spectral_radius(&params.var[syn_model_order(truth) - 1]);
    puts("what,threads,devices,cycles,seconds");
    double start = bench_now();
    if (syn_fit(&f, NULL, &params, &r, NULL) || fabs(r.spectral_radius - radius) > 0.005) {
        fputs("bench_fit: the fit does not give its autoregression back\n", stderr);
        return 1;
    }
    print("fit", bench_now() - start);
    if (syn_model_create(&params, NULL, &fitted, NULL))
        return 1;
    start = bench_now();
    const syn_validate_options o = {.seed = SEED};
    if (syn_validate(fitted, &f, &o, &v, NULL, NULL, NULL) || v.disagreeing) {
        fputs("bench_fit: the fit does not describe its data\n", stderr);
        return 1;
    }
    print("validation", bench_now() - start);
    syn_features_free(&f);
    syn_model_free(truth);
    syn_model_free(fitted);
    return 0;
}
