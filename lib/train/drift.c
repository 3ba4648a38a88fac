/* SPDX-License-Identifier: MIT */
/* Trends over the cycles: a model of stationary cycles has none. */
#include "train/fit.h"

#include <math.h>

/* The record of a device is divided into BINS parts of equal length. A straight line is fitted to the means of the parts
 * between FIRST and END, from 20 % to 80 %. Its slope is the drift. How far the first two parts and the last two lie from this
 * line is the break-in and the wear-out. */
enum { BINS = 20, FIRST = 4, END = 16, USED = END - FIRST };
enum { DRIFT, BEGIN, WEAR, FIGURES }; /* in spreads: over the record; of the first and of the last tenth */
static const double noticeable = 0.25, certain = 5; /* spreads; standard errors */

/* Means of the standardised figures of the devices from .. to - 1 in each part. Returns false if a part has none. */
static bool put_means(const syn_features *f, const double (*u)[SYN_NFEAT], size_t from, size_t to, int i,
                      double mean[BINS])
{
    double sum[BINS] = {0}, n[BINS] = {0};
    for (size_t d = from; d < to; d++) {
        const size_t first = f->first[d], length = f->first[d + 1] - first;
        for (size_t t = 0; t < length; t++)
            if (!isnan(u[first + t][i])) {
                sum[t * BINS / length] += u[first + t][i];
                n[t * BINS / length]++;
            }
    }
    bool whole = true;
    for (int k = 0; k < BINS; k++) {
        mean[k] = sum[k] / n[k];
        whole = whole && n[k] > 0;
    }
    return whole;
}

/* The figures from the means of the parts. error: their standard errors by the scatter about the line, as if the parts were
 * independent. */
static void measure(const double mean[BINS], double figure[FIGURES], double error[FIGURES])
{
    const double centre = 0.5 * (FIRST + END - 1),
                 at = 0.5 - centre; /* the first two parts; the last two mirror it */
    double level = 0, slope = 0, squares = 0, rest = 0;
    for (int k = FIRST; k < END; k++) {
        level += mean[k] / USED;
        slope += (k - centre) * mean[k];
        squares += (k - centre) * (k - centre);
    }
    slope /= squares;
    for (int k = FIRST; k < END; k++) {
        const double d = mean[k] - level - slope * (k - centre);
        rest += d * d / (USED - 2);
    }
    figure[DRIFT] = slope * BINS;
    figure[BEGIN] = 0.5 * (mean[0] + mean[1]) - (level + slope * at);
    figure[WEAR] = 0.5 * (mean[BINS - 2] + mean[BINS - 1]) - (level - slope * at);
    error[DRIFT] = BINS * sqrt(rest / squares);
    error[BEGIN] = error[WEAR] = sqrt(rest * (0.5 + 1.0 / USED + at * at / squares));
}

/* With several devices the standard errors are the scatter of their figures. Those of few devices come from the scatter about
 * the line, times 3: parts that follow each other resemble each other. */
static void over_devices(const syn_features *f, const double (*u)[SYN_NFEAT], int i, double figure[FIGURES],
                         double error[FIGURES])
{
    double mean[BINS], one[FIGURES], ignored[FIGURES], sum[FIGURES] = {0}, squares[FIGURES] = {0}, n = 0;
    for (size_t d = 0; d < f->devices; d++)
        if (put_means(f, u, d, d + 1, i, mean)) {
            measure(mean, one, ignored);
            for (int k = 0; k < FIGURES; k++) {
                sum[k] += one[k];
                squares[k] += one[k] * one[k];
            }
            n++;
        }
    if (n < SYN_FEWEST_DEVICES) {
        put_means(f, u, 0, f->devices, i, mean);
        measure(mean, figure, error);
        for (int k = 0; k < FIGURES; k++)
            error[k] *= 3;
        return;
    }
    for (int k = 0; k < FIGURES; k++) {
        figure[k] = sum[k] / n;
        error[k] = sqrt(fmax(squares[k] - sum[k] * figure[k], 0) / (n * (n - 1)));
    }
}

void synp_put_trends(const syn_features *f, const double (*u)[SYN_NFEAT], syn_fit_report *r)
{
    const double length = (double)f->rows / (double)f->devices;
    for (int i = 0; i < SYN_NFEAT; i++) {
        double figure[FIGURES], error[FIGURES];
        if (r->taken[i])
            continue;
        over_devices(f, u, i, figure, error);
        r->trend[i] = (syn_trend){.drift = figure[DRIFT] * 1000 / length,
                                  .begin = figure[BEGIN],
                                  .end = figure[WEAR],
                                  .drifts = fabs(figure[DRIFT]) > fmax(noticeable, certain * error[DRIFT]),
                                  .breaks_in = fabs(figure[BEGIN]) > fmax(noticeable, certain * error[BEGIN]),
                                  .wears_out = fabs(figure[WEAR]) > fmax(noticeable, certain * error[WEAR])};
    }
}

void synp_remove_trends(syn_features *f)
{
    for (size_t d = 0; d < f->devices; d++)
        for (int i = 0; i < SYN_NFEAT; i++) {
            double n = 0, t_mean = 0, y_mean = 0, ty = 0, tt = 0;
            for (size_t t = f->first[d]; t < f->first[d + 1]; t++)
                if (!isnan(f->y[t][i])) {
                    n++;
                    t_mean += (double)t;
                    y_mean += f->y[t][i];
                }
            t_mean /= n;
            y_mean /= n;
            for (size_t t = f->first[d]; t < f->first[d + 1]; t++)
                if (!isnan(f->y[t][i])) {
                    ty += ((double)t - t_mean) * (f->y[t][i] - y_mean);
                    tt += ((double)t - t_mean) * ((double)t - t_mean);
                }
            for (size_t t = f->first[d]; tt > 0 && t < f->first[d + 1]; t++)
                f->y[t][i] -= ty / tt * ((double)t - t_mean);
        }
}
