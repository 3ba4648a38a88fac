/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <math.h>

static const char *const labels[SYN_NFEAT] = {"log10(R_HRS/ohm)", "U_S [V]", "R_LRS [ohm]", "U_R [V]"};

/* The law of one feature y = mu + sigma Gamma(x), pooled over the devices (mu, sigma), a Gaussian mixture, and over
 * their stationary cycles x, normal with the given variance. At a fixed x, y is a Gaussian mixture as well, so one
 * trapezoidal sum over x gives every figure here; its error is far below the digits printed. */
typedef struct pooled {
    const syn_params *p;
    int feature;
    double latent_sd;
} pooled;

enum { NODES = 161 };

static double node(int k)
{
    return 0.1 * (k - NODES / 2); /* -8 .. 8 standard deviations */
}

static double node_weight(int k)
{
    return 0.1 * exp(-0.5 * node(k) * node(k)) / sqrt(2 * acos(-1));
}

static double standardised(const pooled *f, int k)
{
    const syn_poly *gamma = &f->p->gamma[f->feature];
    double u = 0;
    for (int j = gamma->n - 1; j >= 0; j--)
        u = u * f->latent_sd * node(k) + gamma->c[j];
    return u;
}

/* Mean and standard deviation over the devices of component k of mu + u sigma. */
static void of_component(const pooled *f, int k, double u, double *mean, double *sd)
{
    const int location = f->feature, scale = SYN_NFEAT + f->feature;
    double variance = 0;
    for (int j = 0; j < SYN_NDEVICE; j++)
        variance += pow(f->p->chol[k][location][j] + u * f->p->chol[k][scale][j], 2);
    *mean = f->p->mean[k][location] + u * f->p->mean[k][scale];
    *sd = sqrt(variance);
}

static double total_weight(const syn_params *p)
{
    double sum = 0;
    for (int k = 0; k < p->n_components; k++)
        sum += p->weight[k];
    return sum;
}

/* Mean and variance over all devices of mu + u sigma. */
static void of_devices(const pooled *f, double u, double *mean, double *variance)
{
    double first = 0, second = 0;
    for (int k = 0; k < f->p->n_components; k++) {
        double m, sd;
        of_component(f, k, u, &m, &sd);
        first += f->p->weight[k] / total_weight(f->p) * m;
        second += f->p->weight[k] / total_weight(f->p) * (m * m + sd * sd);
    }
    *mean = first;
    *variance = second - first * first;
}

typedef struct spread {
    double mean, all, devices, cycles; /* mean, and standard deviations: pooled and of its two parts */
} spread;

static spread spread_of(const pooled *f)
{
    double mean_u = 0, first = 0, second = 0;
    for (int k = 0; k < NODES; k++) {
        const double u = standardised(f, k);
        double mean, variance;
        of_devices(f, u, &mean, &variance);
        mean_u += node_weight(k) * u;
        first += node_weight(k) * mean;
        second += node_weight(k) * (variance + mean * mean);
    }
    double mean, devices;
    of_devices(f, mean_u, &mean, &devices);
    const double all = second - first * first;
    return (spread){first, sqrt(all), sqrt(devices), sqrt(fmax(all - devices, 0))};
}

static double probability_below(const pooled *f, double y)
{
    double sum = 0;
    for (int k = 0; k < NODES; k++)
        for (int c = 0; c < f->p->n_components; c++) {
            double mean, sd;
            of_component(f, c, standardised(f, k), &mean, &sd);
            sum += node_weight(k) * f->p->weight[c] / total_weight(f->p) *
                   (sd > 0 ? 0.5 * erfc((mean - y) / sd / sqrt(2)) : y >= mean);
        }
    return sum;
}

static double quantile(const pooled *f, const spread *s, double probability)
{
    double low = s->mean - 30 * s->all, high = s->mean + 30 * s->all;
    for (int i = 0; i < 50; i++) {
        const double middle = 0.5 * (low + high);
        *(probability_below(f, middle) < probability ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

static void print_origin(FILE *f, const syn_params *p)
{
    const struct {
        const char *label, *text;
    } lines[] = {{"parameter set", p->name},
                 {"description", p->description},
                 {"source", p->project},
                 {"licence", p->licence},
                 {"citation", p->cite}};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        fprintf(f, "%-15s %s\n", lines[k].label, lines[k].text[0] ? lines[k].text : "not stated");
}

static void print_curves(FILE *f, const syn_model *m)
{
    const syn_params *p = syn_model_params(m);
    const double hhrs = syn_resistance_of_state(m, 1);
    fprintf(f, "\nCurrent-voltage law\n");
    fprintf(f, "  read voltage u0             %g V\n", p->u0);
    fprintf(f, "  RESET is full from u_max    %g V\n", p->u_max);
    fprintf(f, "  RESET exponent eta          %g\n", p->eta);
    fprintf(f, "  R_LLRS at u0 (r = 0)        %.6g ohm\n", syn_resistance_of_state(m, 0));
    fprintf(f, "  R_HHRS at u0 (r = 1)        %.6g ohm%s\n", hhrs,
            hhrs < 0 ? " (negative: the end of a scale, not a state)" : "");
}

static void print_cycles(FILE *f, const syn_model *m)
{
    const syn_params *p = syn_model_params(m);
    const double radius = syn_var_spectral_radius(&p->var[syn_model_order(m) - 1]);
    fprintf(f, "\nCycle-to-cycle vector autoregression\n  orders in the set          ");
    for (int k = 0; k < SYN_MAX_ORDER; k++)
        if (p->var[k].order)
            fprintf(f, " %d", p->var[k].order);
    fprintf(f, "\n  order used                  %d\n", syn_model_order(m));
    fprintf(f, "  spectral radius             %.6f\n", radius);
    fprintf(f, "  time constant               %.1f cycles\n", -1 / log(radius));
}

static void print_features(FILE *f, const syn_model *m)
{
    double covariance[SYN_NFEAT][SYN_NFEAT], median[SYN_NFEAT];
    (void)syn_model_autocovariance(m, 0, covariance); /* lag 0 is always there */
    fprintf(
        f,
        "\nFeatures, pooled over devices and stationary cycles: median, 1 %% and 99 %% quantile, and the standard\n"
        "deviation with its parts device-to-device (D2D) and cycle-to-cycle (C2C)\n"
        "  feature              median       1 %%      99 %%        sd       D2D       C2C\n");
    for (int i = 0; i < SYN_NFEAT; i++) {
        const pooled law = {syn_model_params(m), i, sqrt(covariance[i][i])};
        const spread s = spread_of(&law);
        median[i] = quantile(&law, &s, 0.5);
        fprintf(f, "  %-17s %9.5g %9.4g %9.4g %9.4g %9.4g %9.4g\n", labels[i], median[i], quantile(&law, &s, 0.01),
                quantile(&law, &s, 0.99), s.all, s.devices, s.cycles);
    }
    const double r_hrs = pow(10, median[SYN_LOG10_R_HRS]);
    fprintf(f, "  median R_HRS %.4g ohm, %.3g times the median R_LRS\n", r_hrs, r_hrs / median[SYN_R_LRS]);
}

static void print_mixture(FILE *f, const syn_params *p)
{
    fprintf(f, "\nDevice-to-device Gaussian mixture: mean location / mean cycle-to-cycle scale of each feature\n"
               "  component   weight");
    for (int i = 0; i < SYN_NFEAT; i++)
        fprintf(f, "  %17s", labels[i]);
    for (int k = 0; k < p->n_components; k++) {
        fprintf(f, "\n  %9d  %7.5f", k, p->weight[k] / total_weight(p));
        for (int i = 0; i < SYN_NFEAT; i++) {
            char text[40];
            snprintf(text, sizeof text, "%.4g / %.3g", p->mean[k][i], p->mean[k][SYN_NFEAT + i]);
            fprintf(f, "  %17s", text);
        }
    }
    fputc('\n', f);
}

int cmd_info(const cli *c)
{
    output out;
    if (output_open(&out, c->output))
        return CLI_FAILED;
    print_origin(out.stream, syn_model_params(c->model));
    print_curves(out.stream, c->model);
    print_cycles(out.stream, c->model);
    print_features(out.stream, c->model);
    print_mixture(out.stream, syn_model_params(c->model));
    return output_close(&out, 1);
}
