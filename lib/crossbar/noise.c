/* SPDX-License-Identifier: MIT */
/* Noise of a crossbar at its terminals. */
#include "crossbar/crossbar.h"

#include <math.h>
#include <stdlib.h>
#include <synaptogen/read.h>

typedef struct spectrum {
    const double *const *weight;
    double temperature;
    synp_cells cells; /* as they are without linearisation */
    const double *u;  /* V, across the cells without their access devices, at the last solution: [rows x cols] */
    syn_noise *noise;
} spectrum;

/* A chord at 0 V is the limit of I / U; at this voltage [V] the curve is straight to the last digit. */
static const double nearly_nothing = 1e-9;

/* Adds the noise of a cell that sees the voltage `across` with its access device in the linear network. Returns the part of
 * sum_p w_p I_p(w) that its own slope takes [W per V^2 of weight]. */
static double add_cell(const syn_crossbar *x, const spectrum *s, size_t row, size_t col, double across)
{
    const size_t at = row + x->lines.ld * col;
    const double u = s->u[row + x->lines.rows * col], near = fabs(u) < nearly_nothing ? nearly_nothing : u;
    double i, slope;
    x->kernel->cells(&s->cells, at, &near, 1, &i, &slope);
    const double chord = i / near;
    /* The cell and its access device carry the same current. */
    const double h = x->access.inner && slope > 0 ? across * (x->g[at] - x->gmin) / slope : across;
    s->noise->thermal += h * h * syn_noise_thermal(chord, s->temperature);
    s->noise->shot += h * h * syn_noise_shot(chord * u);
    return h * h * slope;
}

static syn_status add_all(syn_crossbar *x, void *context, syn_error *err)
{
    const spectrum *s = context;
    const synp_lines *l = &x->lines;
    const synp_view view = synp_crossbar_view(x);
    syn_solution info;
    syn_status status = synp_crossbar_sources(x, s->weight, err);
    if (!status)
        status = synp_crossbar_converge(x, false, &info, err);
    if (status)
        return status;
    double cells = 0;
    for (size_t j = 0; j < l->cols; j++)
        for (size_t i = 0; i < l->rows; i++)
            if (x->on[i] > 0) {
                double across;
                x->kernel->voltages(&view, i, j, 1, &across);
                cells += add_cell(x, s, i, j, across);
            }
    /* The solution is good to 1e-9; a smaller rest is none. */
    if (info.power - cells > 1e-9 * info.power)
        s->noise->wires = syn_noise_thermal(info.power - cells, s->temperature);
    return SYN_OK;
}

syn_status syn_crossbar_noise(syn_crossbar *x, const double *const weight[SYN_SIDES], double temperature,
                              syn_noise *noise, syn_error *err)
{
    *noise = (syn_noise){0};
    double *u = malloc(x->lines.rows * x->lines.cols * sizeof *u);
    if (!u)
        return synp_no_memory(err);
    if (x->cells.kind != SYNP_NONE)
        syn_crossbar_cells(x, u, NULL);
    spectrum s = {weight, temperature, x->cells, u, noise};
    const syn_status status = synp_crossbar_linearised(x, add_all, &s, err);
    free(u);
    return status;
}
