/* SPDX-License-Identifier: MIT */
#include <synaptogen/validate.h>

#include "base/numeric.h"
#include "base/threads.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/cell.h>
#include <synaptogen/rng.h>

enum { EDGES = 1000, BINS = EDGES + 1, FEWEST_REPLICAS = 8, MOST_REPLICAS = 40, RESAMPLES = 400 };
static const double generated_cycles = 4e6; /* in all replicas, about */
static const double ks_tolerance = 0.05, correlation_tolerance = 0.05;

/* The figures of one panel of features, as one flat vector where they are compared alike. */
enum {
    CORRELATION = 0,
    AUTOCORRELATION = CORRELATION + SYN_NFEAT * SYN_NFEAT,
    DEVICE = AUTOCORRELATION + SYN_NFEAT * (SYN_LAGS + 1),
    MISREAD = DEVICE + 4 * SYN_NFEAT,
    PRODUCT, /* mean and relative standard deviation */
    PRODUCT_SD,
    FIGURES
};
typedef struct panel {
    double figure[FIGURES], quantile[SYN_NFEAT][SYN_QUANTILES];
} panel;

typedef uint32_t histogram[SYN_NFEAT][BINS];
typedef double shares[SYN_NFEAT][EDGES]; /* of the figures up to each edge */

typedef struct validation {
    const syn_model *m;
    syn_features own;      /* the devices compared */
    const syn_features *f; /* own */
    const syn_validate_options *o;
    syn_validation *out;
    syn_error *err;
    int replicas;
    double (*y)[SYN_NFEAT], (*u)[SYN_NFEAT], (*mu)[SYN_NFEAT], (*sigma)[SYN_NFEAT], *sorted[SYN_NFEAT];
    double edge[SYN_NFEAT][EDGES];
    histogram *counts;             /* [devices], measured */
    shares measured_below, *below; /* below: [replicas] */
    panel measured, *replica;
} validation;

static size_t sort_feature(const double (*y)[SYN_NFEAT], size_t rows, int i, double *out)
{
    size_t n = 0;
    for (size_t t = 0; t < rows; t++)
        if (!isnan(y[t][i]))
            out[n++] = y[t][i];
    qsort(out, n, sizeof *out, synp_rising);
    return n;
}

/* Between the sorted figures k - 1/2 from the lower end; NAN beyond the first and the last. */
static double quantile_of(const double *sorted, size_t n, double p)
{
    const double place = p * (double)n - 0.5;
    if (!(place >= 0 && place <= (double)n - 1))
        return NAN;
    const size_t k = (size_t)place;
    return k + 1 < n ? sorted[k] + (place - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[k];
}

static void put_quantiles(const double *sorted, size_t n, double *out)
{
    for (int k = 0; k < SYN_QUANTILES; k++)
        out[k] = quantile_of(sorted, n, synp_normal_below(8.0 * k / (SYN_QUANTILES - 1) - 4));
}

/* Mean product of feature i and feature j `lag` cycles before, over all pairs within devices, as a correlation. */
static double correlation(const syn_features *f, const double (*u)[SYN_NFEAT], int i, int j, size_t lag)
{
    double ij = 0, ii = 0, jj = 0;
    for (size_t d = 0; d < f->devices; d++)
        for (size_t t = f->first[d] + lag; t < f->first[d + 1]; t++) {
            const double a = u[t][i], b = u[t - lag][j];
            if (isnan(a) || isnan(b))
                continue;
            ij += a * b;
            ii += a * a;
            jj += b * b;
        }
    return ij / sqrt(ii * jj);
}

static void put_correlations(const syn_features *f, const double (*u)[SYN_NFEAT], double *figure)
{
#pragma omp parallel for num_threads(synp_threads(0)) if (f->rows > SYNP_ROWS_FOR_THREADS)
    for (int i = 0; i < SYN_NFEAT; i++) {
        for (int j = 0; j < SYN_NFEAT; j++)
            figure[CORRELATION + SYN_NFEAT * i + j] = correlation(f, u, i, j, 0);
        for (size_t lag = 0; lag <= SYN_LAGS; lag++)
            figure[AUTOCORRELATION + (SYN_LAGS + 1) * i + (int)lag] = correlation(f, u, i, i, lag);
    }
}

/* Mean and standard deviation of a feature's figure over the devices. */
static void over_devices(const double (*v)[SYN_NFEAT], size_t n, int i, double *mean, double *sd)
{
    const synp_scatter s = synp_scatter_of(v[0] + i, n, SYN_NFEAT);
    *mean = s.mean;
    *sd = synp_scatter_sd(&s);
}

/* The smallest mean of the shares of wrong bits in LRS and HRS over all thresholds between the sorted figures. */
static double fewest_misread(const double *log10_r_hrs, size_t n_hrs, const double *r_lrs, size_t n_lrs)
{
    double least = 0.5; /* all cells taken for one state */
    size_t below = 0;   /* HRS figures below the threshold, the next R_LRS */
    for (size_t k = 0; k < n_lrs; k++) {
        while (below < n_hrs && log10_r_hrs[below] < log10(r_lrs[k]))
            below++;
        least = fmin(least, 0.5 * ((double)below / (double)n_hrs + (double)(n_lrs - k - 1) / (double)n_lrs));
    }
    return least;
}

/* From the sorted figures of a panel. */
static void put_effect(const validation *v, const size_t n[SYN_NFEAT], double *figure)
{
    enum { CELLS = 128 };
    const double *hrs = v->sorted[SYN_LOG10_R_HRS], *lrs = v->sorted[SYN_R_LRS];
    double sum[2] = {0}, squares[2] = {0};
    figure[MISREAD] = figure[PRODUCT] = figure[PRODUCT_SD] = NAN;
    if (n[SYN_LOG10_R_HRS] == 0 || n[SYN_R_LRS] == 0)
        return;
    figure[MISREAD] = fewest_misread(hrs, n[SYN_LOG10_R_HRS], lrs, n[SYN_R_LRS]);
    for (int state = 0; state < 2; state++) {
        const size_t count = n[state ? SYN_R_LRS : SYN_LOG10_R_HRS];
        for (size_t k = 0; k < count; k++) {
            const double g = state ? 1 / lrs[k] : pow(10, -hrs[k]);
            sum[state] += g / (double)count;
            squares[state] += g * g / (double)count;
        }
    }
    const double variance = squares[0] - sum[0] * sum[0] + squares[1] - sum[1] * sum[1];
    figure[PRODUCT] = 0.5 * CELLS * (sum[0] + sum[1]);
    figure[PRODUCT_SD] = sqrt(0.5 * CELLS * fmax(variance, 0)) / figure[PRODUCT];
}

/* Everything but the distances; f->y are the features of the panel. */
static syn_status describe(validation *v, const syn_features *f, panel *out, syn_device_scatter *scatter)
{
    size_t n[SYN_NFEAT];
    const syn_status status = synp_standardise(f, NULL, v->mu, v->sigma, v->u, v->err);
    if (status)
        return status;
    put_correlations(f, SYNP_ROWS(v->u), out->figure);
    for (int i = 0; i < SYN_NFEAT; i++) {
        double *device = out->figure + DEVICE + 4 * i;
        over_devices(SYNP_ROWS(v->mu), f->devices, i, &device[0], &device[1]);
        over_devices(SYNP_ROWS(v->sigma), f->devices, i, &device[2], &device[3]);
    }
    for (size_t d = 0; scatter && d < f->devices; d++) {
        memcpy(scatter[d].mean, v->mu[d], sizeof scatter[d].mean);
        memcpy(scatter[d].sd, v->sigma[d], sizeof scatter[d].sd);
    }
#pragma omp parallel for num_threads(synp_threads(0)) if (f->rows > SYNP_ROWS_FOR_THREADS)
    for (int i = 0; i < SYN_NFEAT; i++) {
        n[i] = sort_feature(SYNP_ROWS(f->y), f->rows, i, v->sorted[i]);
        put_quantiles(v->sorted[i], n[i], out->quantile[i]);
    }
    put_effect(v, n, out->figure);
    return SYN_OK;
}

static void count(const validation *v, const double (*y)[SYN_NFEAT], size_t n, histogram h)
{
    for (size_t t = 0; t < n; t++)
        for (int i = 0; i < SYN_NFEAT; i++)
            if (!isnan(y[t][i]))
                h[i][synp_lower_bound(&y[t][i], v->edge[i], EDGES, sizeof(double), synp_rising)]++;
}

/* Shares of the figures up to each edge, from the counts in bins. */
static void accumulate(const double bins[BINS], double below[EDGES])
{
    double sum = 0;
    for (int k = 0; k < EDGES; k++) {
        sum += bins[k];
        below[k] = sum;
    }
    sum += bins[EDGES];
    for (int k = 0; k < EDGES; k++)
        below[k] /= sum;
}

static double distance(const double *a, const double *b)
{
    double most = 0;
    for (int k = 0; k < EDGES; k++)
        most = fmax(most, fabs(a[k] - b[k]));
    return most;
}

static syn_status put_below(const validation *v, const double (*y)[SYN_NFEAT], shares below)
{
    histogram *h = calloc(1, sizeof *h);
    if (!h)
        return synp_no_memory(v->err);
    count(v, y, v->f->rows, *h);
    for (int i = 0; i < SYN_NFEAT; i++) {
        double bins[BINS];
        for (int k = 0; k < BINS; k++)
            bins[k] = (*h)[i][k];
        accumulate(bins, below[i]);
    }
    free(h);
    return SYN_OK;
}

static void generate_device(const validation *v, uint64_t id, size_t d, double (*y)[SYN_NFEAT])
{
    syn_cell c;
    syn_cell_init(v->m, v->o->seed, id, &(syn_start){.history = SYN_STATIONARY}, &c, NULL);
    for (size_t t = v->f->first[d]; t < v->f->first[d + 1]; t++) {
        for (int i = 0; i < SYN_NFEAT; i++)
            y[t][i] = isnan(v->f->y[t][i]) ? NAN : c.now.y[i];
        syn_cell_next_cycle(v->m, &c);
    }
}

/* Generates and describes replica r. The quantiles of the first one become the edges. */
static syn_status replicate(validation *v, int r, syn_device_scatter *scatter)
{
    syn_features f = *v->f;
    f.y = v->y;
#pragma omp parallel for num_threads(synp_threads(0)) schedule(dynamic, 16) if (f.rows > SYNP_ROWS_FOR_THREADS)
    for (size_t d = 0; d < f.devices; d++)
        generate_device(v, (uint64_t)r * f.devices + d, d, v->y);
    if (v->o->detrend)
        synp_remove_trends(&f);
    const syn_status status = describe(v, &f, &v->replica[r], r == 0 ? scatter : NULL);
    if (status)
        return status;
    for (int i = 0; r == 0 && i < SYN_NFEAT; i++) {
        if (v->out->absent[i])
            continue;
        const size_t n = sort_feature(SYNP_ROWS(v->y), f.rows, i, v->sorted[i]);
        for (int k = 0; k < EDGES; k++)
            v->edge[i][k] = v->sorted[i][(size_t)((k + 0.5) / EDGES * (double)n)];
    }
    return put_below(v, SYNP_ROWS(v->y), v->below[r]);
}

/* Mean of the shares of the replicas. left_out: a replica that is not counted, or -1. */
static void mean_below(const validation *v, int feature, int left_out, double *out)
{
    memset(out, 0, EDGES * sizeof *out);
    const int n = v->replicas - (left_out >= 0);
    for (int r = 0; r < v->replicas; r++)
        for (int k = 0; r != left_out && k < EDGES; k++)
            out[k] += v->below[r][feature][k] / n;
}

/* Bootstrap: the 95 % interval of the distance, over devices drawn with replacement. */
static void resample(const validation *v, int feature, const double *generated, syn_ks *out)
{
    double d[RESAMPLES];
#pragma omp parallel for num_threads(synp_threads(0))
    for (int b = 0; b < RESAMPLES; b++) {
        double bins[BINS] = {0}, below[EDGES];
        for (size_t k = 0; k < v->f->devices; k++) {
            uint32_t w[4];
            syn_rng_block(v->o->seed, (uint64_t)b, k, SYN_DRAW_ESTIMATE, w);
            const uint32_t *h = v->counts[(size_t)(syn_rng_uniform(w[0]) * (double)v->f->devices)][feature];
            for (int j = 0; j < BINS; j++)
                bins[j] += h[j];
        }
        accumulate(bins, below);
        d[b] = distance(below, generated);
    }
    qsort(d, RESAMPLES, sizeof *d, synp_rising);
    out->low = d[(int)(0.025 * RESAMPLES)];
    out->high = d[(int)(0.975 * RESAMPLES)];
}

/* The difference in units of what agrees: the tolerance, or chance if that is more. A difference of more than twice the tolerance
 * never fails by a hair. */
static double excess_of(double difference, double tolerance, double chance)
{
    const double excess = difference / fmax(tolerance, chance);
    return excess > 1 ? fmax(excess, SYN_HAIR * difference / (2 * tolerance)) : excess;
}

/* Counts a figure and returns whether it agrees. */
static bool count_figure(syn_validation *o, double excess)
{
    const bool agrees = excess <= 1;
    o->figures++;
    o->disagreeing += !agrees;
    o->by_a_hair += !agrees && excess <= SYN_HAIR;
    return agrees;
}

static void put_distances(validation *v)
{
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (v->out->absent[i])
            continue;
        syn_ks *ks = &v->out->ks[i];
        double generated[EDGES], others[EDGES], sum = 0, squares = 0;
        mean_below(v, i, -1, generated);
        ks->distance = distance(v->measured_below[i], generated);
        resample(v, i, generated, ks);
        for (int r = 0; r < v->replicas; r++) {
            mean_below(v, i, r, others);
            const double d = distance(v->below[r][i], others);
            sum += d;
            squares += d * d;
        }
        const double n = v->replicas, mean = sum / n;
        ks->chance = mean + 5 * sqrt(fmax(squares - n * mean * mean, 0) / (n - 1));
        ks->tolerance = ks_tolerance;
        ks->excess = excess_of(ks->distance, ks->tolerance, ks->chance);
        ks->agrees = count_figure(v->out, ks->excess);
    }
}

static void compare(validation *v, int figure, double tolerance, syn_comparison *out)
{
    const synp_scatter s =
        synp_scatter_of(&v->replica[0].figure[figure], (size_t)v->replicas, sizeof(panel) / sizeof(double));
    const double n = v->replicas;
    *out = (syn_comparison){
        v->measured.figure[figure], s.mean, sqrt(s.squares / (n - 1) * (1 + 1 / n)), tolerance, 0, 0};
    const double difference = fabs(out->measured - out->generated);
    out->excess = difference == 0 ? 0 : excess_of(difference, tolerance, 5 * out->error);
    out->agrees = count_figure(v->out, out->excess);
}

static void put_comparisons(validation *v)
{
    syn_validation *o = v->out;
    for (int i = 0; i < SYN_NFEAT; i++) {
        if (o->absent[i])
            continue;
        for (int j = i + 1; j < SYN_NFEAT; j++)
            if (!o->absent[j])
                compare(v, CORRELATION + SYN_NFEAT * i + j, correlation_tolerance, &o->correlation[i][j]);
        o->autocorrelation[i][0] = (syn_comparison){1, 1, 0, 0, true, 0};
        for (int lag = 1; lag <= SYN_LAGS; lag++)
            compare(v, AUTOCORRELATION + (SYN_LAGS + 1) * i + lag, correlation_tolerance,
                    &o->autocorrelation[i][lag]);
        const double *device = v->measured.figure + DEVICE + 4 * i;
        const bool several = o->devices > 1; /* one device has no spread */
        const double all = several ? hypot(device[1], device[2]) : device[2],
                     tolerance[4] = {0.1 * all, 0.1 * device[1], 0.1 * device[2], 0.2 * device[3]};
        for (int k = 0; k < 4; k += several ? 1 : 2)
            compare(v, DEVICE + 4 * i + k, tolerance[k], &o->device[i][k]);
    }
}

static void put_effects(validation *v)
{
    double generated[3] = {0};
    for (int r = 0; r < v->replicas; r++)
        for (int k = 0; k < 3; k++)
            generated[k] += v->replica[r].figure[MISREAD + k] / v->replicas;
    const double *measured = v->measured.figure + MISREAD;
    v->out->effect = (syn_effect){.misread = {measured[0], generated[0]},
                                  .product = generated[1] / measured[1],
                                  .product_sd = {measured[2], generated[2]}};
}

static void put_bands(validation *v)
{
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int k = 0; k < SYN_QUANTILES; k++) {
            double *q = v->out->quantile[i][k], sum = 0, least = INFINITY, most = -INFINITY;
            for (int r = 0; r < v->replicas; r++) {
                sum += v->replica[r].quantile[i][k];
                least = fmin(least, v->replica[r].quantile[i][k]);
                most = fmax(most, v->replica[r].quantile[i][k]);
            }
            q[0] = v->measured.quantile[i][k];
            q[1] = sum / v->replicas;
            q[2] = least;
            q[3] = most;
        }
}

static syn_status choose_devices(validation *v, const syn_features *f)
{
    const syn_status status = synp_choose_devices(f, 2, &v->own, v->err);
    if (status)
        return status;
    if (v->o->detrend)
        synp_remove_trends(&v->own);
    const size_t devices = v->own.devices;
    if (devices < 1)
        return synp_fail(v->err, SYN_EDATA, "", "expected at least 1 device with at least 2 cycles, found none");
    v->replicas = (int)fmin(fmax(generated_cycles / (double)v->own.rows, FEWEST_REPLICAS), MOST_REPLICAS);
    *v->out = (syn_validation){
        .devices = devices, .left_out = f->devices - devices, .rows = v->own.rows, .replicas = v->replicas};
    synp_absent(SYNP_ROWS(v->own.y), v->own.rows, v->out->absent);
    return SYN_OK;
}

static syn_status allocate(validation *v)
{
    const size_t rows = v->f->rows + 1, devices = v->f->devices, replicas = (size_t)v->replicas;
    v->y = malloc(rows * sizeof *v->y);
    v->u = malloc(rows * sizeof *v->u);
    v->mu = malloc(devices * sizeof *v->mu);
    v->sigma = malloc(devices * sizeof *v->sigma);
    v->counts = calloc(devices, sizeof *v->counts);
    v->below = malloc(replicas * sizeof *v->below);
    v->replica = malloc(replicas * sizeof *v->replica);
    bool good = v->y && v->u && v->mu && v->sigma && v->counts && v->below && v->replica;
    for (int i = 0; i < SYN_NFEAT; i++) {
        v->sorted[i] = malloc(rows * sizeof *v->sorted[i]);
        good = good && v->sorted[i];
    }
    if (!good)
        return synp_no_memory(v->err);
    return SYN_OK;
}

static void release(validation *v)
{
    syn_features_free(&v->own);
    free(v->y);
    free(v->u);
    free(v->mu);
    free(v->sigma);
    free(v->counts);
    free(v->below);
    free(v->replica);
    for (int i = 0; i < SYN_NFEAT; i++)
        free(v->sorted[i]);
    free(v);
}

static syn_status compare_all(validation *v, syn_device_scatter *measured, syn_device_scatter *generated)
{
    syn_status status = describe(v, v->f, &v->measured, measured);
    for (int r = 0; !status && r < v->replicas; r++) {
        status = replicate(v, r, generated);
        if (!status)
            status = synp_tell(&v->o->progress, (r + 1.0) / (v->replicas + 1.0), v->err);
    }
    if (!status)
        status = put_below(v, SYNP_ROWS(v->f->y), v->measured_below);
    if (status)
        return status;
    for (size_t d = 0; d < v->f->devices; d++)
        count(v, SYNP_ROWS(v->f->y + v->f->first[d]), v->f->first[d + 1] - v->f->first[d], v->counts[d]);
    put_distances(v);
    put_comparisons(v);
    put_effects(v);
    put_bands(v);
    return synp_tell(&v->o->progress, 1, v->err);
}

syn_status syn_validate(const syn_model *m, const syn_features *f, const syn_validate_options *o, syn_validation *out,
                        syn_device_scatter *measured, syn_device_scatter *generated, syn_error *err)
{
    const syn_validate_options defaults = {0};
    if (!o)
        o = &defaults;
    syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_validate_options", err);
    if (status)
        return status;
    validation *v = calloc(1, sizeof *v);
    if (!v)
        return synp_no_memory(err);
    *v = (validation){.m = m, .f = &v->own, .o = o, .out = out, .err = err};
    status = choose_devices(v, f);
    if (!status)
        status = allocate(v);
    if (!status)
        status = compare_all(v, measured, generated);
    release(v);
    return status;
}
