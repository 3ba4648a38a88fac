/* SPDX-License-Identifier: MIT */
/* Step 4 of fit.h: the bias that estimated means and scales cause, by simulation.
 *
 * Step 1 estimates mean and scale of a device from N correlated cycles. Subtracting an estimated mean takes the slow
 * part of the fluctuations away (Marriott, Pope, Biometrika 41 (1954) 390, for the autocorrelation): the memory comes
 * out too short. Dividing by an estimated scale ties the figures of a device together: Gamma comes out bent. The scale
 * itself is too small, because cycles of one run resemble each other. All these errors are of the order tau / N with
 * tau the correlation time, and depend on the unknown parameters themselves.
 *
 * So they are simulated (MacKinnon, Smith, J. Econometrics 85 (1998) 205). Panels of devices with mean 0 and scale 1
 * are drawn from the parameters found so far, with the measured numbers of cycles and gaps. Steps 2 and 3 are sums
 * over cycles. They are taken twice from each panel: with the true mean and scale, and with those that step 1 would
 * estimate. The mean difference of the two is the bias; both come from the same draws, so most of the noise cancels.
 * fit.c subtracts it from the measured sums and repeats this with the better parameters. The estimated means and scales
 * of the panels also give the covariance of their errors, which step 5 needs. */
#include "base/threads.h"
#include "cell/latent.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/cell.h>

/* Cycles that are simulated in a round, at least: the bias must be known better than the figures themselves. */
static const size_t simulated_cycles = 100000;

/* A set with this autoregression and Gamma in which all devices are equal. */
static void set_of_equals(const syn_params *p, int order, syn_params *out)
{
    *out = *p;
    out->n_components = 1;
    out->weight[0] = 1;
    memset(out->mean, 0, sizeof out->mean);
    memset(out->chol, 0, sizeof out->chol);
    for (int k = 0; k < SYN_LONG; k++)
        if (k != order - 1)
            out->var[k].order = 0;
}

static void simulate_device(const syn_model *m, const syn_features *f, size_t d, uint64_t seed,
                            double (*u)[SYN_NFEAT])
{
    const syn_params *p = syn_model_params(m);
    syn_cell c;
    syn_cell_init(m, seed, d, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
    for (size_t t = f->first[d]; t < f->first[d + 1]; t++) {
        const double *x = c.x[synp_slot_of_x(m->var, c.state.n)];
        for (int i = 0; i < SYN_NFEAT; i++)
            u[t][i] = isnan(f->y[t][i]) ? NAN : synp_gamma_at(p, i, x[i]);
        syn_cell_next_cycle(m, &c);
    }
}

static void simulate(const syn_model *m, const syn_features *f, uint64_t seed, double (*u)[SYN_NFEAT])
{
#pragma omp parallel for num_threads(synp_threads(0)) schedule(dynamic, 16) if (f->rows > SYNP_ROWS_FOR_THREADS)
    for (size_t d = 0; d < f->devices; d++)
        simulate_device(m, f, d, seed, u);
}

/* One simulation under way. */
typedef struct simulation {
    const syn_model *m;
    const syn_features *f;                        /* the measured cycles and gaps */
    const synp_shape *shape;                      /* [SYN_NFEAT] */
    double (*mu)[SYN_NFEAT], (*sigma)[SYN_NFEAT]; /* [devices], estimated from a panel */
    double (*u)[SYN_NFEAT], (*x)[SYN_NFEAT];      /* [rows]: a panel and its scores */
    synp_cycles cycles;                           /* of a panel */
    /* Sums over all simulated devices of e = (estimated mean, estimated scale), of its products, and of sigma^2 minus
     * the mean square about the true mean, whose expectation is 1. */
    double devices, mean[SYN_NDEVICE], square[SYN_NFEAT];
    synp_device products[SYN_NDEVICE];
} simulation;

/* Adds sign times the sums of steps 2 and 3 over the panel. */
static syn_status add_cycles(simulation *s, double sign, synp_cycles *sum, syn_error *err)
{
    syn_status status = synp_marginals(SYNP_ROWS(s->u), s->f->rows, s->shape, s->x, s->cycles.marginal, err);
    if (status)
        return status;
    if (syn_model_order(s->m) == SYN_LONG)
        status = synp_autocovariances(s->f, SYNP_ROWS(s->x), &s->cycles.moments, err);
    else
        synp_window_moments(s->f, SYNP_ROWS(s->x), syn_model_order(s->m), &s->cycles.moments);
    if (status)
        return status;
    for (int i = 0; i < SYN_NFEAT; i++) {
        for (int k = 0; k <= s->shape[i].degree; k++)
            sum->marginal[i].hermite[k] += sign * s->cycles.marginal[i].hermite[k];
        for (int k = 0; k < s->shape[i].knots; k++)
            sum->marginal[i].knot[k] += sign * s->cycles.marginal[i].knot[k];
    }
    for (int k = 0; k < SYNP_WINDOW * SYNP_WINDOW; k++)
        sum->moments.m[k] += sign * s->cycles.moments.m[k];
    return SYN_OK;
}

/* Adds what step 1 found for the devices of the panel, whose true mean is 0 and whose true scale is 1. */
static void add_errors(simulation *s)
{
    for (size_t d = 0; d < s->f->devices; d++) {
        synp_device e;
        for (int i = 0; i < SYN_NFEAT; i++) {
            const size_t n = synp_figures(s->f, d, i);
            if (n == 0) { /* absent: no error */
                e[i] = 0;
                e[SYN_NFEAT + i] = 1;
                continue;
            }
            e[i] = s->mu[d][i];
            e[SYN_NFEAT + i] = s->sigma[d][i];
            s->square[i] += s->sigma[d][i] * s->sigma[d][i] / (double)n - s->mu[d][i] * s->mu[d][i];
        }
        for (int i = 0; i < SYN_NDEVICE; i++) {
            s->mean[i] += e[i];
            for (int j = 0; j < SYN_NDEVICE; j++)
                s->products[i][j] += e[i] * e[j];
        }
        s->devices++;
    }
}

/* One panel: the sums with estimated minus those with true means and scales. */
static syn_status add_panel(simulation *s, uint64_t seed, synp_cycles *sum, syn_error *err)
{
    syn_features panel = *s->f;
    panel.y = s->u;
    simulate(s->m, s->f, seed, s->u);
    syn_status status = add_cycles(s, -1, sum, err);
    if (!status)
        status = synp_standardise(&panel, s->shape, s->mu, s->sigma, s->u, err);
    if (status == SYN_EDATA) /* the message would be of a simulated device */
        status =
            synp_fail(err, status, "var",
                      "the memory is so long that simulated devices hardly vary: are there trends over the cycles? "
                      "See --trend remove, or choose a smaller order");
    if (!status)
        status = add_cycles(s, 1, sum, err);
    if (!status)
        add_errors(s);
    return status;
}

/* Mean scale, and covariance of the errors relative to the scale. The simulated mean scale scatters more than it needs
 * to. E sigma^2 = 1 + E square is known better, because only its difference from 1 is simulated, and
 * (E sigma)^2 = E sigma^2 - var sigma. This does not hold for trimmed scales. */
static void put_errors(const simulation *s, synp_bias *out)
{
    synp_device mean;
    for (int i = 0; i < SYN_NDEVICE; i++)
        mean[i] = s->mean[i] / s->devices;
    for (int i = 0; i < SYN_NFEAT; i++) {
        const int k = SYN_NFEAT + i;
        const double variance = s->products[k][k] / s->devices - mean[k] * mean[k];
        out->scale[i] = s->shape[i].knots ? mean[k] : sqrt(1 + s->square[i] / s->devices - variance);
    }
    for (int i = 0; i < SYN_NDEVICE; i++)
        for (int j = 0; j < SYN_NDEVICE; j++) {
            const double unit = (i < SYN_NFEAT ? 1 : mean[i]) * (j < SYN_NFEAT ? 1 : mean[j]);
            out->error[i][j] = (s->products[i][j] / s->devices - mean[i] * mean[j]) / unit;
        }
}

static syn_status simulation_create(const syn_features *f, const syn_params *p, int order, const synp_shape *shape,
                                    simulation **out, syn_model **m, syn_error *err)
{
    syn_params *equals = malloc(sizeof *equals);
    simulation *s = *out = calloc(1, sizeof *s);
    *m = NULL;
    if (!equals || !s) {
        free(equals);
        return synp_no_memory(err);
    }
    set_of_equals(p, order, equals);
    const syn_status status = syn_model_create(equals, &(syn_model_options){.order = order}, m, err);
    free(equals);
    if (status)
        return status;
    s->m = *m;
    s->f = f;
    s->shape = shape;
    s->mu = malloc(f->devices * sizeof *s->mu);
    s->sigma = malloc(f->devices * sizeof *s->sigma);
    s->u = malloc(f->rows * sizeof *s->u);
    s->x = malloc(f->rows * sizeof *s->x);
    return s->mu && s->sigma && s->u && s->x ? SYN_OK : synp_no_memory(err);
}

static void simulation_free(simulation *s, syn_model *m)
{
    if (s) {
        free(s->mu);
        free(s->sigma);
        free(s->u);
        free(s->x);
    }
    free(s);
    syn_model_free(m);
}

syn_status synp_simulate_bias(const syn_features *f, const syn_params *p, int order,
                              const synp_shape shape[SYN_NFEAT], uint64_t seed, synp_bias *out, syn_error *err)
{
    simulation *s;
    syn_model *m;
    const size_t panels = 1 + (simulated_cycles - 1) / f->rows;
    *out = (synp_bias){0};
    syn_status status = simulation_create(f, p, order, shape, &s, &m, err);
    for (size_t k = 0; !status && k < panels; k++)
        status = add_panel(s, seed + k, &out->cycles, err);
    if (!status) {
        const double n = (double)panels;
        for (int i = 0; i < SYN_NFEAT; i++) {
            for (int k = 0; k <= shape[i].degree; k++)
                out->cycles.marginal[i].hermite[k] /= n;
            for (int k = 0; k < shape[i].knots; k++)
                out->cycles.marginal[i].knot[k] /= n;
        }
        for (int k = 0; k < SYNP_WINDOW * SYNP_WINDOW; k++)
            out->cycles.moments.m[k] /= n;
        put_errors(s, out);
    }
    simulation_free(s, m);
    return status;
}
